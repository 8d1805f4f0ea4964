/* Everything that was judged, as a flat list. */
#include <math.h>

#include "reports/lines.h"

struct listing {
    const struct report *report;
    void (*each)(void *arg, const struct line_judged *line);
    void *arg;
    struct strbuf subject;
    struct strbuf name;
    struct strbuf text;
};

static void put(struct listing *listing, enum line_state state, const char *value)
{
    listing->each(listing->arg, &(struct line_judged){
                                    .subject = strbuf_text(&listing->subject),
                                    .name = strbuf_text(&listing->name),
                                    .state = state,
                                    .value = value,
                                    .text = strbuf_text(&listing->text),
                                });
    strbuf_clear(&listing->name);
    strbuf_clear(&listing->text);
}

static void put_target(struct listing *listing, const struct report_series *series,
                       const struct report_stage *stage, const struct target *target)
{
    char limit[METRIC_TEXT_BYTES];
    char measured[METRIC_TEXT_BYTES] = "";
    const struct metric_value *value = report_value(series, stage, target->metric);
    metric_format(target->metric, target->limit, limit, sizeof limit);
    strbuf_addf(&listing->name, "%s %s %s", target->metric->title,
                target->op == TARGET_BELOW ? "<" : ">", limit);
    if (value == NULL || !value->has_data) {
        strbuf_addf(&listing->text, "NO DATA: %s",
                    value != NULL              ? value->reason
                    : stage->reason[0] != '\0' ? stage->reason
                                               : "not collected");
        put(listing, LINE_NO_DATA, "");
        return;
    }
    metric_format(target->metric, value->median, measured, sizeof measured);
    strbuf_addf(&listing->text, "%s %s, target %s %s, n %zu", target->metric->title, measured,
                target->op == TARGET_BELOW ? "<" : ">", limit, value->n);
    put(listing, report_target_holds(target, value->median) ? LINE_PASSED : LINE_FAILED, measured);
}

static enum line_state state_of(enum verdict verdict)
{
    return verdict == VERDICT_FINE ? LINE_PASSED
                                   : (verdict == VERDICT_NO_DATA ? LINE_NO_DATA : LINE_FAILED);
}

static void put_stage(struct listing *listing, const struct report_series *series,
                      const struct report_stage *stage)
{
    const struct targets *targets = &listing->report->targets;
    strbuf_clear(&listing->subject);
    strbuf_addf(&listing->subject, "browser.%s.%.0f", series->label, stage->messages);
    for (size_t i = 0; i < targets->count; i++) {
        const struct target *target = &targets->item[i];
        const struct metric_value *value = report_value(series, stage, target->metric);
        bool missing = value == NULL || !value->has_data;
        if (target_applies(target, stage->messages, stage == series->stage) &&
            !(target->optional && missing)) {
            put_target(listing, series, stage, target);
        }
    }
    strbuf_add_str(&listing->name, "verdict is Fine");
    strbuf_add_str(&listing->text, verdict_title(stage->verdict));
    for (size_t i = 0; i < stage->reason_count; i++) {
        if (stage->reasons[i].verdict != VERDICT_FINE) {
            strbuf_addf(&listing->text, "; %s", stage->reasons[i].text);
        }
    }
    put(listing, state_of(stage->verdict), verdict_title(stage->verdict));
}

static void put_series(struct listing *listing, const struct report_series *series)
{
    static const enum line_state states[] = {
        [LIST_PLAIN] = LINE_FAILED,
        [LIST_VIRTUAL] = LINE_PASSED,
        [LIST_UNDECIDED] = LINE_NO_DATA,
        [LIST_UNKNOWN] = LINE_NO_DATA,
    };
    char text[REPORT_SIGNED_BYTES] = "";
    const struct report_slope *slope = report_list_slope(series);
    for (size_t i = 0; i < series->stage_count; i++) {
        put_stage(listing, series, &series->stage[i]);
    }
    strbuf_clear(&listing->subject);
    strbuf_addf(&listing->subject, "browser.%s", series->label);
    strbuf_addf(&listing->name, "elements a message < %g", listing->report->targets.slope_limit);
    strbuf_add_str(&listing->text, series->list_words);
    if (slope != NULL) {
        report_signed(slope->slope.per_message, false, text);
    }
    put(listing, states[series->list], text);
}

static void put_thresholds(struct listing *listing, const struct report_workload *workload)
{
    static const enum line_state states[] = {
        [THRESHOLD_PASSED] = LINE_PASSED,
        [THRESHOLD_FAILED] = LINE_FAILED,
        [THRESHOLD_NO_DATA] = LINE_NO_DATA,
    };
    for (size_t i = 0; i < workload->threshold_count; i++) {
        const struct report_threshold *threshold = &workload->threshold[i];
        char n[REPORT_MS_BYTES];
        report_number(threshold->n, n);
        strbuf_addf(&listing->name, "%s: %s", threshold->metric, threshold->source);
        strbuf_addf(&listing->text, "%s is %s, threshold %s, n %s%s%s", threshold->metric,
                    threshold->value[0] != '\0' ? threshold->value : "NO DATA", threshold->source,
                    n, threshold->reason[0] != '\0' ? "; " : "", threshold->reason);
        put(listing, states[threshold->state], threshold->value);
    }
}

/* Slows Down is a finding of a load and not yet a failure, as the exit code of stress has it. */
static void put_verdict(struct listing *listing, const char *of,
                        const struct report_judgement *judgement)
{
    if (!judgement->judged) {
        return;
    }
    strbuf_addf(&listing->name, "%s does not crash", of);
    strbuf_add_str(&listing->text, verdict_title(judgement->verdict));
    for (size_t i = 0; i < judgement->reason_count; i++) {
        if (judgement->reason[i].verdict != VERDICT_FINE) {
            strbuf_addf(&listing->text, "; %s", judgement->reason[i].text);
        }
    }
    enum line_state state =
        judgement->verdict == VERDICT_SLOWS_DOWN ? LINE_PASSED : state_of(judgement->verdict);
    put(listing, state, verdict_title(judgement->verdict));
}

static void put_scenario(struct listing *listing, const struct report_scenario *scenario)
{
    char of[160];
    put_verdict(listing, scenario->name, &scenario->judgement);
    for (size_t i = 0; i < scenario->bands.count; i++) {
        (void)snprintf(of, sizeof of, "%.80s at %.40s VUs", scenario->name,
                       scenario->bands.item[i].name);
        put_verdict(listing, of, &scenario->bands.item[i].judgement);
    }
}

static void put_workload(struct listing *listing, const struct report_workload *workload)
{
    strbuf_clear(&listing->subject);
    strbuf_addf(&listing->subject, "load.%s", workload->label);
    for (size_t i = 0; i < workload->scenario_count; i++) {
        put_scenario(listing, &workload->scenario[i]);
    }
    put_thresholds(listing, workload);
    for (size_t i = 0; i < workload->integrity_count; i++) {
        const struct report_integrity *integrity = &workload->integrity[i];
        char text[REPORT_MS_BYTES];
        report_number(integrity->violations, text);
        strbuf_addf(&listing->name, "integrity: %s", integrity->name);
        strbuf_add_str(&listing->text, integrity->text);
        put(listing, integrity->violations <= 0.0 ? LINE_PASSED : LINE_FAILED, text);
    }
    for (size_t i = 0; i < workload->generator.doubt_count; i++) {
        strbuf_addf(&listing->name, "the load is conclusive (%zu)", i + 1);
        strbuf_add_str(&listing->text, workload->generator.doubt[i]);
        put(listing, LINE_NO_DATA, "");
    }
}

static void put_run(struct listing *listing, const struct report_run *run)
{
    bool complete = strcmp(run->state, "complete") == 0;
    strbuf_clear(&listing->subject);
    strbuf_addf(&listing->subject, "run.%s", run->command);
    strbuf_add_str(&listing->name, "the run is complete");
    strbuf_addf(&listing->text, "%s: %s%s%s", run->id, run->state, complete ? "" : ": ",
                complete ? "" : run->reason);
    put(listing, complete ? LINE_PASSED : LINE_ERROR, run->state);
}

void lines_judged(const struct report *report,
                  void (*each)(void *arg, const struct line_judged *line), void *arg)
{
    struct listing listing = { .report = report, .each = each, .arg = arg };
    for (size_t i = 0; i < report->run_count; i++) {
        put_run(&listing, &report->run[i]);
    }
    for (size_t i = 0; i < report->series_count; i++) {
        put_series(&listing, &report->series[i]);
    }
    for (size_t i = 0; i < report->workload_count; i++) {
        put_workload(&listing, &report->workload[i]);
    }
    strbuf_release(&listing.subject);
    strbuf_release(&listing.name);
    strbuf_release(&listing.text);
}
