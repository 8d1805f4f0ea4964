/* What the test plan expected beside what was measured, and where the two differ. */
#include "reports/html_load.h"

static const char *compared(enum verdict expected, enum verdict measured)
{
    if (measured == VERDICT_NO_DATA) {
        return "not decided";
    }
    if (measured == expected) {
        return "as expected";
    }
    return verdict_worse(expected, measured) == measured ? "worse than expected"
                                                         : "better than expected";
}

/* One line of the cell "Measured": of which part, its verdict, how it compares. */
static void add_measured(const char *label, const char *kind, enum verdict expected,
                         enum verdict measured, struct strbuf *out)
{
    html_wrap(out, "<li><span class=\"who", kind, "\">");
    html_wrap(out, "", label, "</span> ");
    html_verdict(out, measured);
    strbuf_addf(out, " <span class=\"%s\">%s</span></li>\n",
                measured == expected || measured == VERDICT_NO_DATA ? "aside" : "differs",
                compared(expected, measured));
}

static void add_none(const char *label, const char *reason, struct strbuf *out)
{
    html_wrap(out, "<li><span class=\"who\">", label, "</span> NO DATA: ");
    html_wrap(out, "", reason, "</li>\n");
}

static size_t add_browser(const struct report *report, const struct report_expectation *row,
                          struct strbuf *out)
{
    for (size_t k = 0; k < report->series_count; k++) {
        const struct report_series *series = &report->series[k];
        const struct report_stage *stage = report_stage_at(series, row->messages);
        char kind[8];
        (void)snprintf(kind, sizeof kind, " s%zu", k % 6);
        if (stage == NULL) {
            add_none(series->label, "this count was not part of the run", out);
        } else {
            add_measured(series->label, kind, row->verdict, stage->verdict, out);
        }
    }
    return report->series_count;
}

static size_t add_backend(const struct report *report, const struct report_expectation *row,
                          struct strbuf *out)
{
    size_t count = 0;
    for (size_t k = 0; k < report->workload_count; k++) {
        const struct report_workload *workload = &report->workload[k];
        const char *reason = "";
        if (!report_is_about(row, workload)) {
            continue;
        }
        const struct report_judgement *judgement = report_measured(workload, row, &reason);
        if (judgement == NULL) {
            add_none(workload->label, reason, out);
        } else {
            add_measured(workload->label, "", row->verdict, judgement->verdict, out);
        }
        count++;
    }
    return count;
}

static void add_expectations(const struct report *report, struct strbuf *out)
{
    html_table(out, "expected-table", "words",
               "The test plan's expected findings beside what was measured");
    html_raw(out, "<thead><tr><th scope=\"col\">Test</th><th scope=\"col\">Expected</th>"
                  "<th scope=\"col\">Measured, and where it differs</th>"
                  "<th scope=\"col\">Cause that the plan named</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < report->expectation_count; i++) {
        const struct report_expectation *row = &report->expectation[i];
        html_wrap(out, "<tr><th scope=\"row\">", row->test, "</th><td>");
        html_verdict(out, row->verdict);
        html_raw(out, "</td><td><ul class=\"plainlist\">\n");
        size_t count =
            row->messages > 0.0 ? add_browser(report, row, out) : add_backend(report, row, out);
        html_raw(out, count == 0 ? "<li class=\"aside\">not part of these runs</li>\n" : "");
        html_wrap(out, "</ul></td><td class=\"words\">", row->cause, "</td></tr>\n");
    }
    html_raw(out, "</tbody>\n");
    html_table_end(out);
}

static void add_seen_by_slope(const struct report_series *series, struct strbuf *out)
{
    static const char *const words[] = {
        [LIST_PLAIN] = "<b>Confirmed</b>",
        [LIST_VIRTUAL] = "<b>Not seen</b>",
        [LIST_UNDECIDED] = "<b>Undecided</b>",
    };
    const struct report_slope *slope = report_list_slope(series);
    if (series->list == LIST_UNKNOWN) {
        html_raw(out, "NO DATA: no slope and no share of rendered messages");
        return;
    }
    html_raw(out, words[series->list]);
    if (slope != NULL) {
        char text[REPORT_SIGNED_BYTES];
        report_signed(slope->slope.per_message, true, text);
        strbuf_addf(out, ", %s elements a message", text);
    } else {
        html_raw(out, ", by the share of rendered messages");
    }
}

static void add_seen_by_metric(const struct report *report, const struct report_series *series,
                               const struct metric_def *metric, struct strbuf *out)
{
    char text[METRIC_TEXT_BYTES];
    const struct metric_value *value = NULL;
    const struct target *target = NULL;
    if (series->stage_count > 0) {
        value = report_value(series, series->stage, metric);
        target = report_target(report, metric, series->stage->messages, true);
    }
    if (value == NULL || !value->has_data || target == NULL) {
        html_wrap(out,
                  "NO DATA: ", value != NULL && !value->has_data ? value->reason : "not collected",
                  "");
        return;
    }
    metric_format(metric, value->median, text, sizeof text);
    html_raw(out,
             report_target_holds(target, value->median) ? "<b>Not seen</b>" : "<b>Confirmed</b>");
    strbuf_addf(out, ", %s, n %zu", text, value->n);
}

static void add_seen_by_diagnosis(const struct report *report, unsigned number, struct strbuf *out)
{
    static const char *const words[] = {
        [RULE_FOUND] = "<b>Confirmed</b>",
        [RULE_NOT_FOUND] = "<b>Not seen</b>",
        [RULE_CANNOT_TELL] = "<b>Cannot tell</b>",
    };
    const struct report_rule *rule = report_rule_of(report, number);
    if (rule == NULL) {
        html_raw(out, "<li>NO DATA: no run here has a diagnosis of it</li>\n");
        return;
    }
    html_wrap(out, "<li>", "", words[rule->state]);
    if (rule->why[0] != '\0') {
        html_wrap(out, ": ", rule->why, "");
    } else if (rule->evidence_count > 0) {
        html_wrap(out, ": ", rule->evidence[0], "");
    }
    html_raw(out, "</li>\n");
}

static void add_seen(const struct report *report, const struct report_bottleneck *row,
                     struct strbuf *out)
{
    html_raw(out, "<td class=\"words\"><ul class=\"plainlist\">\n");
    if (row->by_diagnosis) {
        add_seen_by_diagnosis(report, row->number, out);
    }
    for (size_t k = 0; k < report->series_count && !row->by_diagnosis; k++) {
        strbuf_addf(out, "<li><span class=\"who s%zu\">", k % 6);
        html_wrap(out, "", report->series[k].label, "</span> ");
        if (row->metric == NULL) {
            add_seen_by_slope(&report->series[k], out);
        } else {
            add_seen_by_metric(report, &report->series[k], row->metric, out);
        }
        html_raw(out, "</li>\n");
    }
    if (report->series_count == 0 && !row->by_diagnosis) {
        html_raw(out, "<li class=\"aside\">not part of these runs</li>\n");
    }
    html_raw(out, "</ul></td>");
}

static void add_bottlenecks(const struct report *report, struct strbuf *out)
{
    html_table(out, "bottleneck-table", "words",
               "The plan's suspected bottlenecks, and whether they were seen");
    html_raw(out, "<thead><tr><th scope=\"col\">Bottleneck</th><th scope=\"col\">Severity</th>"
                  "<th scope=\"col\">Seen</th><th scope=\"col\">What would mend it</th></tr>"
                  "</thead>\n<tbody>\n");
    for (size_t i = 0; i < report->bottleneck_count; i++) {
        const struct report_bottleneck *row = &report->bottleneck[i];
        strbuf_addf(out, "<tr><th scope=\"row\" class=\"words\">%u. ", row->number);
        html_text(out, row->what);
        html_wrap(out, "<small>", row->where, "</small></th>");
        html_wrap(out, "<td>", row->severity, "</td>");
        add_seen(report, row, out);
        html_wrap(out, "<td class=\"words\">", row->fix, "</td></tr>\n");
    }
    html_raw(out, "</tbody>\n");
    html_table_end(out);
}

void html_add_expected(const struct report *report, struct strbuf *out)
{
    html_section(out, "expected", "Expected and measured");
    add_expectations(report, out);
    add_bottlenecks(report, out);
    html_raw(out, "</section>\n");
}
