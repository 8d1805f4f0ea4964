#include "reports/model.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>

#include "base/mem.h"
#include "metrics/result.h"
#include "reports/clean.h"
#include "reports/load_build.h"
#include "reports/model_build.h"

void *report_keep(struct report *report, void *memory)
{
    void *owned = report->owned;
    mem_reserve(&owned, &report->owned_cap, report->owned_count + 1, sizeof *report->owned);
    report->owned = owned;
    report->owned[report->owned_count++] = memory;
    return memory;
}

const char *report_keep_text(struct report *report, const char *text, size_t max_chars)
{
    return report_keep(report, clean_text(text, max_chars));
}

const char *report_keep_format(struct report *report, const char *format, ...)
{
    struct strbuf text = STRBUF_INIT;
    va_list args;
    va_start(args, format);
    strbuf_addv(&text, format, args);
    va_end(args);
    return report_keep(report, strbuf_detach(&text));
}

void *report_keep_array(struct report *report, size_t count, size_t element_bytes)
{
    return report_keep(report, mem_new_array(count, element_bytes));
}

#define NOTES_MAX ((size_t)20)

void report_add_note(struct report *report, const char *format, ...)
{
    struct strbuf text = STRBUF_INIT;
    va_list args;
    if (report->notes == NULL) {
        report->notes = report_keep_array(report, NOTES_MAX, sizeof *report->notes);
    }
    va_start(args, format);
    strbuf_addv(&text, format, args);
    va_end(args);
    const char *note = report_keep(report, strbuf_detach(&text));
    for (size_t i = 0; i < report->note_count; i++) {
        if (strcmp(report->notes[i], note) == 0) {
            return;
        }
    }
    if (report->note_count < NOTES_MAX) {
        report->notes[report->note_count++] = note;
    }
}

void report_release(struct report *report)
{
    for (size_t i = 0; i < report->owned_count; i++) {
        free(report->owned[i]);
    }
    free(report->owned);
    *report = (struct report){ 0 };
}

static bool same_count(double a, double b)
{
    return fabs(a - b) < 0.5;
}

struct report_stage *report_stage_at(const struct report_series *series, double messages)
{
    for (size_t i = 0; i < series->stage_count; i++) {
        if (same_count(series->stage[i].messages, messages)) {
            return &series->stage[i];
        }
    }
    return NULL;
}

void report_signed(double number, bool plus, char out[REPORT_SIGNED_BYTES])
{
    char digits[REPORT_SIGNED_BYTES - 4];
    (void)snprintf(digits, sizeof digits, "%.2f", fabs(number));
    bool zero = strspn(digits, "0.") == strlen(digits);
    const char *sign = number < 0.0 && !zero ? "−" : (plus && !zero ? "+" : "");
    (void)snprintf(out, REPORT_SIGNED_BYTES, "%s%s", sign, digits);
}

static const struct metric_value *find_value(const struct metric_value *values, size_t count,
                                             const struct metric_def *metric)
{
    for (size_t i = 0; i < count; i++) {
        if (values[i].def == metric) {
            return &values[i];
        }
    }
    return NULL;
}

const struct metric_value *report_value(const struct report_series *series,
                                        const struct report_stage *stage,
                                        const struct metric_def *metric)
{
    const struct metric_value *value = find_value(stage->value, stage->value_count, metric);
    if (value == NULL && stage == series->stage) {
        value = find_value(series->load, series->load_count, metric);
    }
    return value;
}

const struct target *report_target(const struct report *report, const struct metric_def *metric,
                                   double messages, bool first_stage)
{
    for (size_t i = 0; i < report->targets.count; i++) {
        const struct target *target = &report->targets.item[i];
        if (target->metric == metric && target_applies(target, messages, first_stage)) {
            return target;
        }
    }
    return NULL;
}

bool report_target_holds(const struct target *target, double value)
{
    return target->op == TARGET_BELOW ? value < target->limit : value > target->limit;
}

const struct report_slope *report_list_slope(const struct report_series *series)
{
    static const char *const names[] = { "dom_elements_list", "dom_elements_visible",
                                         "dom_elements" };
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        for (size_t i = 0; i < series->slope_count; i++) {
            const struct report_slope *slope = &series->slope[i];
            if (slope->slope.has_data && strcmp(slope->metric->name, names[n]) == 0) {
                return slope;
            }
        }
    }
    return NULL;
}

/* What the slope counts, as the sentence goes on. */
static const char *counted_words(const struct metric_def *metric)
{
    if (strcmp(metric->name, "dom_elements_list") == 0) {
        return "elements to the visible list";
    }
    return strcmp(metric->name, "dom_elements") == 0 ? "elements to the document"
                                                     : "elements to the visible trees";
}

static void describe_slope(struct report *report, struct report_series *series,
                           const struct report_slope *found)
{
    const struct slope *slope = &found->slope;
    double limit = report->targets.slope_limit;
    char text[3][REPORT_SIGNED_BYTES];
    report_signed(slope->per_message, false, text[0]);
    report_signed(slope->low, false, text[1]);
    report_signed(slope->high, false, text[2]);
    const char *range =
        slope->has_interval
            ? report_keep_format(report, "95 %% interval %s to %s, n %zu", text[1], text[2],
                                 slope->n)
            : report_keep_format(report, "n %zu, too few for an interval", slope->n);
    series->list = slope->per_message < limit ? LIST_VIRTUAL : LIST_PLAIN;
    if (slope->has_interval && slope->low < limit && slope->high >= limit) {
        series->list = LIST_UNDECIDED;
    }
    static const char *const words[] = {
        [LIST_PLAIN] = "Renders every message",
        [LIST_VIRTUAL] = "Virtualized",
        [LIST_UNDECIDED] = "Undecided, the interval holds the limit",
    };
    series->list_words =
        report_keep_format(report, "%s: each further message adds %s %s (%s).", words[series->list],
                           text[0], counted_words(found->metric), range);
}

void build_list_words(struct report *report, struct report_series *series)
{
    const struct report_slope *slope = report_list_slope(series);
    if (slope != NULL) {
        describe_slope(report, series, slope);
        return;
    }
    const struct metric_def *share = metric_find("rendered_share");
    for (size_t i = 0; i < series->stage_count; i++) {
        const struct metric_value *value = report_value(series, &series->stage[i], share);
        if (value != NULL && value->has_data) {
            bool plain = value->median >= report->targets.rendered_share_limit;
            series->list = plain ? LIST_PLAIN : LIST_VIRTUAL;
            series->list_words = report_keep_format(
                report,
                "%s: %.0f %% of the %.0f loaded messages are rendered (one measured "
                "count, so there is no slope).",
                plain ? "Renders every message" : "Virtualized", value->median * 100.0,
                series->stage[i].messages);
            return;
        }
    }
    series->list = LIST_UNKNOWN;
    series->list_words =
        "NO DATA: neither a slope nor the share of rendered messages was measured.";
}

static void add_count(struct report *report, double messages)
{
    size_t at = 0;
    while (at < report->count_count && report->counts[at] < messages - 0.5) {
        at++;
    }
    if (at < report->count_count && same_count(report->counts[at], messages)) {
        return;
    }
    memmove(report->counts + at + 1, report->counts + at,
            (report->count_count - at) * sizeof *report->counts);
    report->counts[at] = messages;
    report->count_count++;
}

static void gather_counts(struct report *report)
{
    size_t most = 0;
    for (size_t i = 0; i < report->series_count; i++) {
        most += report->series[i].stage_count;
    }
    report->counts = report_keep_array(report, most + 1, sizeof *report->counts);
    for (size_t i = 0; i < report->series_count; i++) {
        for (size_t k = 0; k < report->series[i].stage_count; k++) {
            add_count(report, report->series[i].stage[k].messages);
        }
    }
}

static enum err build_run_series(struct report *report, const struct report_run *run,
                                 const cJSON *variants, struct err_msg *msg)
{
    const cJSON *variant;
    size_t index = 0;
    cJSON_ArrayForEach (variant, variants) {
        char where[64];
        (void)snprintf(where, sizeof where, "measure.variants[%zu]", index++);
        struct report_series *series = &report->series[report->series_count];
        enum err code = build_series(report, run, variant, where, series, msg);
        if (code != ERR_OK) {
            return err_prefix(msg, code, "%s", run->dir);
        }
        report->series_count++;
    }
    return ERR_OK;
}

static enum err build_run_workloads(struct report *report, const struct report_run *run,
                                    const cJSON *workloads, struct err_msg *msg)
{
    const cJSON *node;
    size_t index = 0;
    cJSON_ArrayForEach (node, workloads) {
        char where[64];
        (void)snprintf(where, sizeof where, "stress.workloads[%zu]", index++);
        struct report_workload *workload = &report->workload[report->workload_count];
        enum err code = build_workload(report, run, node, where, workload, msg);
        if (code != ERR_OK) {
            return err_prefix(msg, code, "%s", run->dir);
        }
        report->workload_count++;
    }
    return ERR_OK;
}

static enum err build_parts(struct report *report, cJSON *const *roots, struct err_msg *msg)
{
    enum err code = ERR_OK;
    for (size_t i = 0; i < report->run_count && code == ERR_OK; i++) {
        const struct report_run *run = &report->run[i];
        code = build_run_series(report, run, json_at(roots[i], "measure.variants"), msg);
        if (code == ERR_OK) {
            code = build_run_workloads(report, run, json_at(roots[i], "stress.workloads"), msg);
        }
        build_diagnosis(report, run, json_at(roots[i], "diagnosis"));
    }
    return code;
}

static const char *numbered(struct report *report, const char *label, const struct report_run *run)
{
    return report_keep_format(report, "%s (run %zu)", label, (size_t)(run - report->run) + 1);
}

/* A label and its run, of a variant or of a workload. */
struct named {
    const char **label;
    const char *plain;
    const struct report_run *run;
};

/* Where several runs have the same name the run's number tells them apart. */
static void number_labels(struct report *report, struct named *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count; k++) {
            if (names[i].run != names[k].run && strcmp(names[i].plain, names[k].plain) == 0) {
                *names[i].label = numbered(report, names[i].plain, names[i].run);
                break;
            }
        }
    }
}

static void number_all(struct report *report)
{
    size_t most = report->series_count > report->workload_count ? report->series_count
                                                                : report->workload_count;
    struct named *names = mem_new_array(most, sizeof *names);
    for (size_t i = 0; i < report->series_count; i++) {
        struct report_series *series = &report->series[i];
        names[i] = (struct named){ &series->label, series->label, series->run };
    }
    number_labels(report, names, report->series_count);
    for (size_t i = 0; i < report->workload_count; i++) {
        struct report_workload *workload = &report->workload[i];
        names[i] = (struct named){ &workload->label, workload->label, workload->run };
    }
    number_labels(report, names, report->workload_count);
    free(names);
}

/* The worst of what was judged; NO DATA where nothing was. */
static void judge_whole(struct report *report)
{
    bool any = false;
    report->verdict = VERDICT_FINE;
    for (size_t i = 0; i < report->series_count; i++) {
        report->verdict = verdict_worse(report->verdict, report->series[i].verdict);
        any = true;
    }
    for (size_t i = 0; i < report->workload_count; i++) {
        const struct report_judgement *judgement = &report->workload[i].judgement;
        report->not_judged += !judgement->judged;
        if (judgement->judged) {
            report->verdict = verdict_worse(report->verdict, judgement->verdict);
            any = true;
        }
    }
    report->verdict = any ? report->verdict : VERDICT_NO_DATA;
}

/* The length of a list that may be missing. */
static enum err size_of(const cJSON *root, const char *name, size_t most, const char *path,
                        size_t *sum, struct err_msg *msg)
{
    size_t count = (size_t)cJSON_GetArraySize(json_at(root, name));
    *sum += count;
    if (count > most) {
        return err_set(msg, ERR_FORMAT, "%s: %s has more than %zu entries", path, name, most);
    }
    return ERR_OK;
}

static enum err build(struct report *report, const char *const *paths, cJSON *const *roots,
                      struct err_msg *msg)
{
    size_t variants = 0;
    size_t workloads = 0;
    size_t rules = 0;
    for (size_t i = 0; i < report->run_count; i++) {
        enum err code =
            size_of(roots[i], "measure.variants", REPORT_VARIANTS_MAX, paths[i], &variants, msg);
        if (code == ERR_OK) {
            code =
                size_of(roots[i], "stress.workloads", REPORT_LOADS_MAX, paths[i], &workloads, msg);
        }
        if (code == ERR_OK) {
            code = size_of(roots[i], "diagnosis.rules", LOAD_LIST_MAX, paths[i], &rules, msg);
        }
        if (code != ERR_OK) {
            return code;
        }
    }
    report->run = report_keep_array(report, report->run_count, sizeof *report->run);
    report->series = report_keep_array(report, variants, sizeof *report->series);
    report->workload = report_keep_array(report, workloads, sizeof *report->workload);
    report->rule = report_keep_array(report, rules, sizeof *report->rule);
    report->rule_cap = rules;
    for (size_t i = 0; i < report->run_count; i++) {
        build_run(report, paths[i], roots[i], &report->run[i]);
    }
    enum err code = build_parts(report, roots, msg);
    number_all(report);
    judge_whole(report);
    gather_counts(report);
    return code;
}

/* The file holds a measurement or a load, unless the run did not come that far. */
static enum err check_sections(const cJSON *root, const char *path, struct err_msg *msg)
{
    static const char *const lists[][2] = { { "measure", "measure.variants" },
                                            { "stress", "stress.workloads" } };
    const char *command = json_text(root, "command");
    const char *state = json_text(root, "state");
    bool complete = state != NULL && strcmp(state, "complete") == 0;
    bool any = false;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const cJSON *list = json_at(root, lists[i][1]);
        bool wanted = complete && strcmp(command, lists[i][0]) == 0;
        if (list == NULL ? wanted : !cJSON_IsArray(list)) {
            return err_set(msg, ERR_FORMAT, "%s: \"%s\" must be a list", path, lists[i][1]);
        }
        any = any || list != NULL || strcmp(command, lists[i][0]) == 0;
    }
    if (!any) {
        char *clean = clean_text(command, 40);
        enum err code = err_set(msg, ERR_FORMAT,
                                "%s is of the command \"%s\" and holds neither \"measure\" nor "
                                "\"stress\": a report shows runs of these two",
                                path, clean);
        free(clean);
        return code;
    }
    return ERR_OK;
}

enum err report_build(const char *const *paths, cJSON *const *roots, size_t count,
                      struct report *out, struct err_msg *msg)
{
    *out = (struct report){ .run_count = count };
    enum err code = targets_builtin(&out->targets, msg);
    if (code == ERR_OK) {
        code = build_expected(out, msg);
    }
    for (size_t i = 0; i < count && code == ERR_OK; i++) {
        code = check_sections(roots[i], paths[i], msg);
    }
    if (code == ERR_OK) {
        code = build(out, paths, roots, msg);
    }
    if (code != ERR_OK) {
        report_release(out);
    }
    return code;
}

enum err report_read(const char *const *paths, size_t count, struct report *out,
                     struct err_msg *msg)
{
    assert(count >= 1);
    cJSON *roots[REPORT_RUNS_MAX] = { NULL };
    enum err code = ERR_OK;
    *out = (struct report){ 0 };
    if (count > REPORT_RUNS_MAX) {
        return err_set(msg, ERR_USAGE, "a report holds %zu runs at most, %zu were given",
                       REPORT_RUNS_MAX, count);
    }
    for (size_t i = 0; i < count && code == ERR_OK; i++) {
        code = result_read(paths[i], &roots[i], msg);
    }
    if (code == ERR_OK) {
        code = report_build(paths, roots, count, out, msg);
    }
    for (size_t i = 0; i < count; i++) {
        cJSON_Delete(roots[i]);
    }
    return code;
}
