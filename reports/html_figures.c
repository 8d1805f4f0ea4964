/* The tables of figures: against the targets, what a message costs, and all of them. */
#include "reports/html_build.h"

/* Whether any series has something to say about the metric at that count. */
static bool anyone_has(const struct report *report, const struct metric_def *metric,
                       double messages)
{
    for (size_t i = 0; i < report->series_count; i++) {
        const struct report_stage *stage = report_stage_at(&report->series[i], messages);
        if (stage != NULL && report_value(&report->series[i], stage, metric) != NULL) {
            return true;
        }
    }
    return false;
}

/* Whether that count is the first of some series: targets of the first load are judged there. */
static bool is_first(const struct report *report, double messages)
{
    for (size_t i = 0; i < report->series_count; i++) {
        const struct report_series *series = &report->series[i];
        if (series->stage_count > 0 && report_stage_at(series, messages) == series->stage) {
            return true;
        }
    }
    return false;
}

static bool is_row(const struct report *report, const struct metric_def *metric, double messages,
                   bool with_target_only)
{
    if (report_target(report, metric, messages, is_first(report, messages)) != NULL) {
        return true;
    }
    return !with_target_only && anyone_has(report, metric, messages);
}

static size_t count_rows(const struct report *report, double messages, bool with_target_only)
{
    size_t count = 0;
    size_t rows = 0;
    const struct metric_def *table = metric_table(&count);
    for (size_t i = 0; i < count; i++) {
        rows += is_row(report, &table[i], messages, with_target_only);
    }
    return rows;
}

/* A column whose count was not reached has one cell over all rows of the group. */
static void add_cell(const struct report *report, const struct report_series *series,
                     const struct metric_def *metric, double messages, size_t rows_from_here,
                     struct strbuf *out)
{
    const struct report_stage *stage = report_stage_at(series, messages);
    bool first_row = rows_from_here > 0;
    if (stage == NULL || !stage->reached) {
        if (first_row) {
            html_no_data(out,
                         stage == NULL              ? "this count was not part of the run"
                         : stage->reason[0] != '\0' ? stage->reason
                                                    : "the count was not reached",
                         rows_from_here);
        }
        return;
    }
    const struct target *target = report_target(report, metric, messages, stage == series->stage);
    if (target == NULL && report_target(report, metric, messages, true) != NULL &&
        report_value(series, stage, metric) == NULL) {
        html_no_data(out, "belongs to the first load", 1);
        return;
    }
    html_figure(out, report_value(series, stage, metric), target);
}

static void add_group(const struct report *report, double messages, bool with_target_only,
                      struct strbuf *out)
{
    size_t count = 0;
    const struct metric_def *table = metric_table(&count);
    size_t rows = count_rows(report, messages, with_target_only);
    strbuf_addf(out,
                "<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"%zu\">%.0f "
                "messages</th></tr>\n",
                3 + report->series_count, messages);
    bool first_row = true;
    for (size_t i = 0; i < count; i++) {
        const struct metric_def *metric = &table[i];
        if (!is_row(report, metric, messages, with_target_only)) {
            continue;
        }
        html_wrap(out, "<tr><th scope=\"row\">", metric->title, "</th><td>");
        html_use(out, metric->use);
        html_raw(out, "</td><td class=\"num\">");
        html_target(out, report_target(report, metric, messages, is_first(report, messages)));
        html_raw(out, "</td>");
        for (size_t k = 0; k < report->series_count; k++) {
            add_cell(report, &report->series[k], metric, messages, first_row ? rows : 0, out);
        }
        html_raw(out, "</tr>\n");
        first_row = false;
    }
}

static void add_verdict_row(const struct report *report, double messages, struct strbuf *out)
{
    html_raw(out, "<tr class=\"sum\"><th scope=\"row\">Verdict</th><td></td><td></td>");
    for (size_t i = 0; i < report->series_count; i++) {
        const struct report_stage *stage = report_stage_at(&report->series[i], messages);
        html_raw(out, "<td class=\"num\">");
        html_verdict(out, stage == NULL ? VERDICT_NO_DATA : stage->verdict);
        html_raw(out, "</td>");
    }
    html_raw(out, "</tr>\n");
}

static const struct slope *find_slope(const struct report_series *series,
                                      const struct metric_def *metric)
{
    for (size_t i = 0; i < series->slope_count; i++) {
        if (series->slope[i].metric == metric) {
            return &series->slope[i].slope;
        }
    }
    return NULL;
}

/* A slope in the metric's unit; heap slopes would vanish in megabytes. `limit` is NULL for none. */
static void add_slope(const struct report_series *series, const struct metric_def *metric,
                      const double *limit, struct strbuf *out)
{
    const struct slope *slope = find_slope(series, metric);
    if (slope == NULL || !slope->has_data) {
        html_no_data(
            out, slope == NULL ? "not fitted" : "a slope needs two different message counts", 1);
        return;
    }
    bool bytes = strcmp(metric->unit, "bytes") == 0;
    double by = bytes ? 1000.0 : 1.0;
    const char *unit = bytes ? " kB" : "";
    char text[3][REPORT_SIGNED_BYTES];
    report_signed(slope->per_message / by, true, text[0]);
    report_signed(slope->low / by, false, text[1]);
    report_signed(slope->high / by, false, text[2]);
    bool holds = limit == NULL || slope->per_message < *limit;
    strbuf_addf(out, "<td class=\"num%s\">%s%s", holds ? "" : " missed", text[0], unit);
    if (limit != NULL) {
        html_mark(out, holds);
    }
    html_raw(out, "<small>");
    if (slope->has_interval) {
        strbuf_addf(out, "%s to %s%s, n %zu", text[1], text[2], unit, slope->n);
    } else {
        strbuf_addf(out, "no interval, n %zu", slope->n);
    }
    html_raw(out, "</small></td>");
}

/* The sharpest target, which belongs to no single count. */
static void add_slope_group(const struct report *report, struct strbuf *out)
{
    strbuf_addf(out,
                "<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"%zu\">Over all "
                "counts</th></tr>\n<tr><th scope=\"row\">Elements a message, visible list</th><td>",
                3 + report->series_count);
    html_use(out, METRIC_GATE);
    strbuf_addf(out, "</td><td class=\"num\">&lt; %g</td>", report->targets.slope_limit);
    for (size_t i = 0; i < report->series_count; i++) {
        const struct report_slope *slope = report_list_slope(&report->series[i]);
        add_slope(&report->series[i],
                  slope != NULL ? slope->metric : metric_find("dom_elements_list"),
                  &report->targets.slope_limit, out);
    }
    html_raw(out, "</tr>\n</tbody>\n");
}

static void add_table(const struct report *report, const char *id, const char *caption,
                      bool with_target_only, struct strbuf *out)
{
    html_table(out, id, with_target_only ? "figures" : "figures dense", caption);
    html_raw(out, "<thead><tr><th scope=\"col\">Figure</th><th scope=\"col\">Use</th>"
                  "<th scope=\"col\" class=\"num\">Target</th>");
    html_series_heads(out, report);
    html_raw(out, "</tr></thead>\n");
    for (size_t i = 0; i < report->count_count; i++) {
        add_group(report, report->counts[i], with_target_only, out);
        if (with_target_only) {
            add_verdict_row(report, report->counts[i], out);
        }
        html_raw(out, "</tbody>\n");
    }
    if (with_target_only) {
        add_slope_group(report, out);
    }
    html_table_end(out);
}

void html_add_targets(const struct report *report, struct strbuf *out)
{
    html_section(out, "targets", "Against the targets");
    if (report->count_count == 0) {
        html_raw(out, "<p class=\"none\">NO DATA: no number of messages was measured.</p>"
                      "</section>\n");
        return;
    }
    html_raw(out,
             "<p>Medians of n repetitions. <b>Gate</b> figures are exact enough to fail a build by "
             "themselves; <b>paired gate</b> figures only in repeated, paired runs; <b>report "
             "only</b> figures are for reading.</p>\n");
    add_table(report, "targets-table", "Measured figures and their targets, per number of messages",
              true, out);
    html_raw(out, "</section>\n");
}

void html_add_figures(const struct report *report, struct strbuf *out)
{
    html_section(out, "figures", "All figures");
    if (report->count_count == 0) {
        html_raw(out, "<p class=\"none\">NO DATA: no number of messages was measured.</p>"
                      "</section>\n");
        return;
    }
    add_table(report, "figures-table", "Every figure per number of messages and variant", false,
              out);
    html_raw(out, "</section>\n");
}

static void add_slope_table(const struct report *report, struct strbuf *out)
{
    size_t count = 0;
    const struct metric_def *table = metric_table(&count);
    html_table(out, "slope-table", "figures",
               "What one more loaded message adds, with its 95 % interval");
    html_raw(out, "<thead><tr><th scope=\"col\">Figure</th>");
    html_series_heads(out, report);
    html_raw(out, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < count; i++) {
        bool any = false;
        for (size_t k = 0; k < report->series_count; k++) {
            any = any || find_slope(&report->series[k], &table[i]) != NULL;
        }
        if (!any) {
            continue;
        }
        html_wrap(out, "<tr><th scope=\"row\">", table[i].title, "</th>");
        for (size_t k = 0; k < report->series_count; k++) {
            add_slope(&report->series[k], &table[i], NULL, out);
        }
        html_raw(out, "</tr>\n");
    }
    html_raw(out, "</tbody>\n");
    html_table_end(out);
}

void html_add_slopes(const struct report *report, struct strbuf *out)
{
    html_section(out, "slope", "What one more message costs");
    strbuf_addf(out,
                "<p>A list that renders every message grows with each one; a virtualized list does "
                "not. The limit is %g element a message in the visible list: the sharpest test "
                "there is, exact and without a baseline.</p>\n<ul class=\"plainlist\">",
                report->targets.slope_limit);
    bool any = false;
    for (size_t i = 0; i < report->series_count; i++) {
        strbuf_addf(out, "<li><b class=\"s%zu\">", i % 6);
        html_wrap(out, "", report->series[i].label, "</b>: ");
        html_wrap(out, "", report->series[i].list_words, "</li>\n");
        any = any || report->series[i].slope_count > 0;
    }
    html_raw(out, "</ul>\n");
    if (any) {
        add_slope_table(report, out);
    } else {
        html_raw(out, "<p class=\"none\">NO DATA: no slope was fitted; it needs two different "
                      "message counts.</p>\n");
    }
    html_raw(out, "</section>\n");
}
