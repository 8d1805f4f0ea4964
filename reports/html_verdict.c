/* The first screen: the verdict of the whole, and a card for each part with what speaks against
 * it. */
#include "reports/html_load.h"

/* So many reasons a card that all cards fit on one screen. */
static size_t reasons_shown(const struct report *report)
{
    size_t cards = report->series_count + report->workload_count;
    return cards <= 2 ? 6 : (cards <= 4 ? 4 : (cards <= 6 ? 3 : 2));
}

struct line {
    enum verdict verdict;
    const char *text;
    struct strbuf counts; /* "50, 150" */
};

/* The same reason at several counts is one line. */
static void merge_reason(struct line *lines, size_t *count, size_t cap,
                         const struct report_reason *reason, double messages)
{
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(lines[i].text, reason->text) == 0) {
            strbuf_addf(&lines[i].counts, ", %.0f", messages);
            return;
        }
    }
    if (*count < cap) {
        lines[*count].verdict = reason->verdict;
        lines[*count].text = reason->text;
        lines[*count].counts = (struct strbuf)STRBUF_INIT;
        strbuf_addf(&lines[*count].counts, "%.0f", messages);
        (*count)++;
    }
}

#define LINES_MAX ((size_t)40)

static size_t gather_lines(const struct report_series *series, enum verdict verdict,
                           struct line *lines, size_t count)
{
    for (size_t i = 0; i < series->stage_count; i++) {
        const struct report_stage *stage = &series->stage[i];
        for (size_t k = 0; k < stage->reason_count; k++) {
            if (stage->reasons[k].verdict == verdict) {
                merge_reason(lines, &count, LINES_MAX, &stage->reasons[k], stage->messages);
            }
        }
    }
    return count;
}

static size_t count_held(const struct report_series *series)
{
    size_t held = 0;
    for (size_t i = 0; i < series->stage_count; i++) {
        for (size_t k = 0; k < series->stage[i].reason_count; k++) {
            held += series->stage[i].reasons[k].verdict == VERDICT_FINE;
        }
    }
    return held;
}

/* What speaks against the series, worst first. */
static void add_reasons(const struct report_series *series, size_t shown, struct strbuf *out)
{
    struct line lines[LINES_MAX];
    size_t count = gather_lines(series, VERDICT_CRASHES, lines, 0);
    count = gather_lines(series, VERDICT_SLOWS_DOWN, lines, count);
    count = gather_lines(series, VERDICT_NO_DATA, lines, count);
    size_t held = count_held(series);
    html_raw(out, count > 0 ? "<ul class=\"reasons\">\n" : "");
    for (size_t i = 0; i < count; i++) {
        if (i < shown) {
            strbuf_addf(out, "<li class=\"%s\"><b>%s:</b> ", verdict_name(lines[i].verdict),
                        strbuf_text(&lines[i].counts));
            html_wrap(out, "", lines[i].text, "</li>\n");
        }
        strbuf_release(&lines[i].counts);
    }
    html_raw(out, count > 0 ? "</ul>\n" : "");
    if (count > shown || held > 0) {
        html_raw(out, "<p class=\"more\">");
        if (count > shown) {
            strbuf_addf(out, "%zu more below. ", count - shown);
        }
        if (held > 0) {
            strbuf_addf(out, "%zu %s, all counts taken together.", held,
                        held == 1 ? "check holds" : "checks hold");
        }
        html_raw(out, "</p>\n");
    }
}

static void add_card(const struct report_series *series, size_t index, size_t shown,
                     struct strbuf *out)
{
    strbuf_addf(out, "<article class=\"card\"><h3 class=\"s%zu\">", index % 6);
    html_wrap(out, "", series->label, "</h3> ");
    html_verdict(out, series->verdict);
    static const char *const kinds[] = {
        [LIST_PLAIN] = "plain",
        [LIST_VIRTUAL] = "virtual",
        [LIST_UNDECIDED] = "undecided",
        [LIST_UNKNOWN] = "unknown",
    };
    strbuf_addf(out, "\n<p class=\"list %s\">", kinds[series->list]);
    html_wrap(out, "", series->list_words, "</p>\n");
    html_raw(out, "<ul class=\"counts\" aria-label=\"Verdict per number of messages\">");
    for (size_t i = 0; i < series->stage_count; i++) {
        strbuf_addf(out, "<li><b>%.0f</b> ", series->stage[i].messages);
        html_verdict(out, series->stage[i].verdict);
        html_raw(out, "</li>");
    }
    html_raw(out, "</ul>\n");
    add_reasons(series, shown, out);
    html_raw(out, "</article>\n");
}

/* What speaks against the workload, worst first; what is said of its bands stands in the tables. */
static size_t add_load_reasons(const struct report_workload *workload, enum verdict verdict,
                               size_t shown, struct strbuf *out)
{
    size_t count = 0;
    for (size_t i = 0; i < workload->scenario_count; i++) {
        const struct report_scenario *scenario = &workload->scenario[i];
        for (size_t k = 0; k < scenario->judgement.reason_count; k++) {
            const struct report_reason *reason = &scenario->judgement.reason[k];
            if (reason->verdict != verdict || strstr(reason->text, " VUs: ") != NULL) {
                continue;
            }
            if (count < shown) {
                strbuf_addf(out, "<li class=\"%s\">", verdict_name(verdict));
                html_wrap(out, workload->scenario_count > 1 ? "<b>" : "",
                          workload->scenario_count > 1 ? scenario->name : "",
                          workload->scenario_count > 1 ? ":</b> " : "");
                html_wrap(out, "", reason->text, "</li>\n");
            }
            count++;
        }
    }
    return count;
}

static void add_band_list(const struct report_workload *workload, struct strbuf *out)
{
    if (workload->scenario_count != 1 || workload->scenario[0].bands.count == 0) {
        return;
    }
    html_raw(out, "<ul class=\"counts\" aria-label=\"Verdict per band of virtual users\">");
    for (size_t i = 0; i < workload->scenario[0].bands.count; i++) {
        const struct report_part *band = &workload->scenario[0].bands.item[i];
        html_wrap(out, "<li><b>", band->name, "</b> ");
        html_judgement(out, &band->judgement);
        html_raw(out, "</li>");
    }
    html_raw(out, "</ul>\n");
}

static void add_load_extras(const struct report_workload *workload, struct strbuf *out)
{
    if (workload->thresholds_failed > 0.0) {
        strbuf_addf(out, "<li class=\"crashes\">%.0f of %zu thresholds failed</li>\n",
                    workload->thresholds_failed, workload->threshold_count);
    }
    if (workload->violations > 0.0) {
        strbuf_addf(out, "<li class=\"crashes\">integrity of the data: %.0f violations</li>\n",
                    workload->violations);
    }
    if (workload->sockets.fanout.lost > 0.0) {
        strbuf_addf(out, "<li class=\"crashes\">%.0f deliveries were lost</li>\n",
                    workload->sockets.fanout.lost);
    }
    if (workload->generator.doubt_count > 0) {
        html_wrap(out, "<li class=\"no_data\">inconclusive: ", workload->generator.doubt[0],
                  "</li>\n");
    }
}

static void add_load_card(const struct report_workload *workload, size_t shown, struct strbuf *out)
{
    static const enum verdict order[] = { VERDICT_CRASHES, VERDICT_SLOWS_DOWN, VERDICT_NO_DATA };
    size_t count = 0;
    html_wrap(out, "<article class=\"card\"><h3>", workload->label, "</h3> ");
    html_judgement(out, &workload->judgement);
    html_wrap(out, "\n<p class=\"list\">", workload->summary, ".</p>\n");
    add_band_list(workload, out);
    html_raw(out, "<ul class=\"reasons\">\n");
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        count += add_load_reasons(workload, order[i], count < shown ? shown - count : 0, out);
    }
    add_load_extras(workload, out);
    html_raw(out, "</ul>\n");
    if (count > shown) {
        strbuf_addf(out, "<p class=\"more\">%zu more below.</p>\n", count - shown);
    }
    html_raw(out, "</article>\n");
}

/* "is the worst of 2 variants at 50 and 150 messages and of 3 loads" */
static void add_scope(const struct report *report, struct strbuf *out)
{
    if (report->series_count == 1 && report->workload_count == 0) {
        html_wrap(out, " is the verdict on <b>", report->series[0].label, "</b>");
    } else if (report->workload_count == 1 && report->series_count == 0) {
        html_wrap(out, " is the verdict on the load <b>", report->workload[0].label, "</b>");
    } else if (report->series_count > 0) {
        strbuf_addf(out, " is the worst of %zu %s", report->series_count,
                    report->series_count == 1 ? "variant" : "variants");
    } else {
        strbuf_addf(out, " is the worst of %zu loads", report->workload_count);
    }
    for (size_t i = 0; i < report->count_count; i++) {
        strbuf_addf(out, "%s%.0f", i == 0 ? " at " : (i + 1 < report->count_count ? ", " : " and "),
                    report->counts[i]);
    }
    html_raw(out, report->count_count > 0 ? " messages" : "");
    if (report->series_count > 0 && report->workload_count > 0) {
        strbuf_addf(out, " and of %zu %s", report->workload_count,
                    report->workload_count == 1 ? "load" : "loads");
    }
    html_raw(out, ".");
    if (report->not_judged > 0) {
        strbuf_addf(out, " %zu %s not judged: no baseline was measured.", report->not_judged,
                    report->not_judged == 1 ? "load is" : "loads are");
    }
    html_raw(out, "</p>\n");
}

void html_add_verdicts(const struct report *report, struct strbuf *out)
{
    size_t shown = reasons_shown(report);
    html_section(out, "verdict", "Verdict");
    html_raw(out, "<p class=\"overall\">");
    html_verdict(out, report->verdict);
    if (report->series_count + report->workload_count == 0 && report->pair_count > 0) {
        html_raw(out, " A pair of phases is compared and not judged: see the page under load.</p>\n"
                      "</section>\n");
        return;
    }
    if (report->series_count + report->workload_count == 0) {
        html_raw(out, " Nothing was measured.</p>\n</section>\n");
        return;
    }
    add_scope(report, out);
    html_raw(out, "<div class=\"cards\">\n");
    for (size_t i = 0; i < report->series_count; i++) {
        add_card(&report->series[i], i, shown, out);
    }
    for (size_t i = 0; i < report->workload_count; i++) {
        add_load_card(&report->workload[i], shown, out);
    }
    html_raw(out, "</div>\n</section>\n");
}
