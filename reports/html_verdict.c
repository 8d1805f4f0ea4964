/* The first screen: verdicts with their reasons, and what the test plan expected. */
#include "reports/html_build.h"

#define REASONS_SHOWN ((size_t)6)

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
static void add_reasons(const struct report_series *series, struct strbuf *out)
{
    struct line lines[LINES_MAX];
    size_t count = gather_lines(series, VERDICT_CRASHES, lines, 0);
    count = gather_lines(series, VERDICT_SLOWS_DOWN, lines, count);
    count = gather_lines(series, VERDICT_NO_DATA, lines, count);
    size_t held = count_held(series);
    html_raw(out, count > 0 ? "<ul class=\"reasons\">\n" : "");
    for (size_t i = 0; i < count; i++) {
        if (i < REASONS_SHOWN) {
            strbuf_addf(out, "<li class=\"%s\"><b>%s:</b> ", verdict_name(lines[i].verdict),
                        strbuf_text(&lines[i].counts));
            html_wrap(out, "", lines[i].text, "</li>\n");
        }
        strbuf_release(&lines[i].counts);
    }
    html_raw(out, count > 0 ? "</ul>\n" : "");
    if (count > REASONS_SHOWN || held > 0) {
        html_raw(out, "<p class=\"more\">");
        if (count > REASONS_SHOWN) {
            strbuf_addf(out, "%zu more below. ", count - REASONS_SHOWN);
        }
        if (held > 0) {
            strbuf_addf(out, "%zu %s, all counts taken together.", held,
                        held == 1 ? "check holds" : "checks hold");
        }
        html_raw(out, "</p>\n");
    }
}

static void add_card(const struct report_series *series, size_t index, struct strbuf *out)
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
    add_reasons(series, out);
    html_raw(out, "</article>\n");
}

void html_add_verdicts(const struct report *report, struct strbuf *out)
{
    html_section(out, "verdict", "Verdict");
    html_raw(out, "<p class=\"overall\">");
    html_verdict(out, report->verdict);
    if (report->series_count == 0) {
        html_raw(out, " Nothing was measured.</p>\n</section>\n");
        return;
    }
    if (report->series_count == 1) {
        html_wrap(out, " is the verdict on <b>", report->series[0].label, "</b>");
    } else {
        strbuf_addf(out, " is the worst of %zu variants", report->series_count);
    }
    for (size_t i = 0; i < report->count_count; i++) {
        strbuf_addf(out, "%s%.0f", i == 0 ? " at " : (i + 1 < report->count_count ? ", " : " and "),
                    report->counts[i]);
    }
    html_raw(out, report->count_count > 0 ? " messages.</p>\n" : ".</p>\n");
    html_raw(out, "<div class=\"cards\">\n");
    for (size_t i = 0; i < report->series_count; i++) {
        add_card(&report->series[i], i, out);
    }
    html_raw(out, "</div>\n</section>\n");
}

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

static void add_expectations(const struct report *report, struct strbuf *out)
{
    html_table(out, "expected-table", "words",
               "The test plan's expected findings beside what was measured");
    html_raw(out, "<thead><tr><th scope=\"col\">Test</th><th scope=\"col\">Expected</th>");
    html_series_heads(out, report);
    html_raw(out, "<th scope=\"col\">Cause that the plan named</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < report->expectation_count; i++) {
        const struct report_expectation *row = &report->expectation[i];
        html_wrap(out, "<tr><th scope=\"row\">", row->test, "</th><td>");
        html_verdict(out, row->verdict);
        html_raw(out, "</td>");
        for (size_t k = 0; k < report->series_count; k++) {
            const struct report_stage *stage = report_stage_at(&report->series[k], row->messages);
            if (stage == NULL) {
                html_no_data(out, "this count was not part of the run", 1);
            } else {
                html_raw(out, "<td>");
                html_verdict(out, stage->verdict);
                html_wrap(out, "<small>", compared(row->verdict, stage->verdict), "</small></td>");
            }
        }
        html_wrap(out, "<td class=\"words\">", row->cause, "</td></tr>\n");
    }
    html_raw(out, "</tbody>\n");
    html_table_end(out);
}

static void add_seen_by_slope(const struct report_series *series, struct strbuf *out)
{
    static const char *const words[] = {
        [LIST_PLAIN] = "<td><b>Confirmed</b>",
        [LIST_VIRTUAL] = "<td><b>Not seen</b>",
        [LIST_UNDECIDED] = "<td><b>Undecided</b>",
    };
    const struct report_slope *slope = report_list_slope(series);
    if (series->list == LIST_UNKNOWN) {
        html_no_data(out, "no slope and no share of rendered messages", 1);
        return;
    }
    html_raw(out, words[series->list]);
    if (slope != NULL) {
        char text[REPORT_SIGNED_BYTES];
        report_signed(slope->slope.per_message, true, text);
        strbuf_addf(out, "<small>%s elements a message</small></td>", text);
    } else {
        html_raw(out, "<small>by the share of rendered messages</small></td>");
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
        html_no_data(out, value != NULL && !value->has_data ? value->reason : "not collected", 1);
        return;
    }
    metric_format(metric, value->median, text, sizeof text);
    html_raw(out, report_target_holds(target, value->median) ? "<td><b>Not seen</b>"
                                                             : "<td><b>Confirmed</b>");
    strbuf_addf(out, "<small>%s, n %zu</small></td>", text, value->n);
}

static void add_bottlenecks(const struct report *report, struct strbuf *out)
{
    html_table(out, "bottleneck-table", "words",
               "The plan's suspected bottlenecks in the client, and whether they were seen");
    html_raw(out, "<thead><tr><th scope=\"col\">Bottleneck</th><th scope=\"col\">Severity</th>");
    html_series_heads(out, report);
    html_raw(out, "<th scope=\"col\">What would mend it</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < report->bottleneck_count; i++) {
        const struct report_bottleneck *row = &report->bottleneck[i];
        strbuf_addf(out, "<tr><th scope=\"row\" class=\"words\">%u. ", row->number);
        html_text(out, row->what);
        html_wrap(out, "<small>", row->where, "</small></th>");
        html_wrap(out, "<td>", row->severity, "</td>");
        for (size_t k = 0; k < report->series_count; k++) {
            if (row->metric == NULL) {
                add_seen_by_slope(&report->series[k], out);
            } else {
                add_seen_by_metric(report, &report->series[k], row->metric, out);
            }
        }
        html_wrap(out, "<td class=\"words\">", row->fix, "</td></tr>\n");
    }
    html_raw(out, "</tbody>\n");
    html_table_end(out);
}

void html_add_expected(const struct report *report, struct strbuf *out)
{
    if (report->series_count == 0) {
        return;
    }
    html_section(out, "expected", "Expected and measured");
    add_expectations(report, out);
    add_bottlenecks(report, out);
    html_raw(out, "</section>\n");
}
