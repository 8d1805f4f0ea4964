/* What can be looked at: charts, the first load's largest paint, screenshots. */
#include <math.h>

#include "base/mem.h"
#include "reports/chart.h"
#include "reports/html_build.h"

/* A figure that a chart can hold. */
static bool can_be_drawn(const struct metric_value *value)
{
    return value != NULL && value->has_data && value->min >= 0.0 && value->max <= 1e15;
}

static int by_messages(const void *left, const void *right)
{
    const struct chart_point *a = left;
    const struct chart_point *b = right;
    return (a->x > b->x) - (a->x < b->x);
}

static void fill_line(const struct report_series *series, const struct metric_def *metric,
                      struct chart_point *points, struct chart_line *line)
{
    for (size_t i = 0; i < series->stage_count; i++) {
        const struct report_stage *stage = &series->stage[i];
        const struct metric_value *value = report_value(series, stage, metric);
        if (stage->reached && can_be_drawn(value)) {
            points[line->count++] = (struct chart_point){ stage->messages, value->median,
                                                          value->min, value->max, false };
        }
    }
    qsort(points, line->count, sizeof *points, by_messages);
    line->point = points;
    line->label = series->label;
}

static size_t fill_limits(const struct report *report, const struct metric_def *metric,
                          struct chart_limit *limits)
{
    size_t count = 0;
    for (size_t i = 0; i < report->targets.count; i++) {
        const struct target *target = &report->targets.item[i];
        if (target->metric == metric) {
            limits[count++] = (struct chart_limit){ target->from_messages, target->below_messages,
                                                    target->limit, NULL };
        }
    }
    return count;
}

/* The chart's content in words. */
static void describe(const struct chart *chart, struct strbuf *out)
{
    char text[METRIC_TEXT_BYTES];
    for (size_t i = 0; i < chart->line_count; i++) {
        const struct chart_line *line = &chart->line[i];
        strbuf_addf(out, "%s%s: ", i == 0 ? "" : "; ", line->label);
        for (size_t k = 0; k < line->count; k++) {
            metric_format(chart->metric, line->point[k].y, text, sizeof text);
            strbuf_addf(out, "%s%s at %.0f messages", k == 0 ? "" : ", ", text, line->point[k].x);
        }
        strbuf_add_str(out, line->count == 0 ? "NO DATA" : "");
    }
    strbuf_add_char(out, '.');
}

static void add_limits_note(const struct report *report, const struct metric_def *metric,
                            struct strbuf *out)
{
    struct chart_limit limits[TARGETS_MAX];
    char text[METRIC_TEXT_BYTES];
    size_t count = fill_limits(report, metric, limits);
    html_raw(out, " Far above what is drawn: the ");
    html_raw(out, count == 1 ? "limit" : "limits");
    for (size_t i = 0; i < count; i++) {
        metric_format(metric, limits[i].y, text, sizeof text);
        strbuf_addf(out, "%s %s", i == 0 ? "" : " and", text);
    }
    html_raw(out, ".");
}

static void add_chart(const struct report *report, const char *id, const char *metric_name,
                      const char *title, struct strbuf *out)
{
    const struct metric_def *metric = metric_find(metric_name);
    struct chart_limit limits[TARGETS_MAX];
    struct strbuf description = STRBUF_INIT;
    struct chart_line *lines = mem_new_array(report->series_count, sizeof *lines);
    struct chart_point *points =
        mem_new_array(report->series_count, REPORT_STAGES_MAX * sizeof *points);
    for (size_t i = 0; i < report->series_count; i++) {
        lines[i].style = i;
        fill_line(&report->series[i], metric, points + i * REPORT_STAGES_MAX, &lines[i]);
    }
    struct chart chart = {
        .id = id,
        .title = title,
        .x_title = "messages loaded",
        .x_unit = "messages",
        .metric = metric,
        .line = lines,
        .line_count = report->series_count,
        .limit = limits,
        .limit_count = fill_limits(report, metric, limits),
    };
    describe(&chart, &description);
    chart.description = strbuf_text(&description);
    html_raw(out, "<figure class=\"chart\">\n");
    html_wrap(out, "<figcaption><b>", title, "</b>.");
    struct strbuf picture = STRBUF_INIT;
    if (!chart_add_svg(&picture, &chart)) {
        add_limits_note(report, metric, out);
    }
    html_raw(out, "</figcaption>\n");
    strbuf_add(out, picture.data, picture.len);
    html_raw(out, "</figure>\n");
    strbuf_release(&picture);
    strbuf_release(&description);
    free(points);
    free(lines);
}

void html_add_charts(const struct report *report, struct strbuf *out)
{
    html_section(out, "charts", "Growth with the messages");
    html_raw(out, "<div class=\"charts\">\n");
    add_chart(report, "chart1", "dom_elements", "DOM elements, all trees", out);
    add_chart(report, "chart2", "dom_elements_list", "Elements in the visible list", out);
    add_chart(report, "chart3", "js_heap", "JS heap after a collection", out);
    add_chart(report, "chart4", "embedder_heap", "DOM heap after a collection", out);
    html_raw(out, "</div>\n</section>\n");
}

static void add_load_row(const struct report *report, const struct report_series *series,
                         size_t index, struct strbuf *out)
{
    static const char *const names[] = { "lcp", "fcp", "ttfb", "cls", "tbt", "longest_frame_ms" };
    char text[METRIC_TEXT_BYTES];
    strbuf_addf(out, "<tr><th scope=\"row\" class=\"s%zu\">", index % 6);
    html_wrap(out, "", series->label, "</th>");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct metric_def *metric = metric_find(names[i]);
        const struct metric_value *value = NULL;
        for (size_t k = 0; k < series->load_count; k++) {
            if (series->load[k].def == metric) {
                value = &series->load[k];
            }
        }
        html_figure(out, value, report_target(report, metric, 50.0, true));
    }
    if (series->lcp_tag[0] == '\0') {
        html_no_data(out, "no largest element was named", 1);
    } else {
        html_wrap(out, "<td class=\"words\"><code>", series->lcp_tag, "</code> ");
        html_wrap(out, "<q>", series->lcp_text, "</q>");
        if (isfinite(series->lcp_size)) {
            metric_format(metric_find("dom_elements"), series->lcp_size, text, sizeof text);
            strbuf_addf(out, "<small>%s px²</small>", text);
        }
        html_raw(out, "</td>");
    }
    html_raw(out, "</tr>\n");
}

void html_add_first_load(const struct report *report, struct strbuf *out)
{
    html_section(out, "load", "First load");
    if (report->series_count == 0) {
        html_raw(out, "<p class=\"none\">NO DATA: nothing was loaded.</p></section>\n");
        return;
    }
    html_raw(out, "<p>Painting is timed up to the first input, so it belongs to the first load and "
                  "not to the later counts. Look at the element: in a chat it is often a heading, "
                  "not a message.</p>\n");
    html_table(out, "load-table", "figures",
               "Paint of the first load, and the element that was the largest");
    html_raw(out, "<thead><tr><th scope=\"col\">Variant</th>"
                  "<th scope=\"col\" class=\"num\">Largest paint");
    const struct target *target = report_target(report, metric_find("lcp"), 50.0, true);
    if (target != NULL) {
        html_raw(out, "<small>target ");
        html_target(out, target);
        html_raw(out, "</small>");
    }
    html_raw(out, "</th><th scope=\"col\" class=\"num\">First paint</th>"
                  "<th scope=\"col\" class=\"num\">First byte</th>"
                  "<th scope=\"col\" class=\"num\">Layout shift</th>"
                  "<th scope=\"col\" class=\"num\">Blocking time</th>"
                  "<th scope=\"col\" class=\"num\">Longest frame</th>"
                  "<th scope=\"col\">Largest element</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < report->series_count; i++) {
        add_load_row(report, &report->series[i], i, out);
    }
    html_raw(out, "</tbody>\n");
    html_table_end(out);
    html_add_scripts(report, out);
    html_raw(out, "</section>\n");
}

static void add_picture(const struct report_series *series, const struct report_stage *stage,
                        struct strbuf *out)
{
    html_raw(out, "<figure class=\"shot\">");
    if (stage->picture == PICTURE_LOADED) {
        if (stage->picture_href != NULL) {
            html_wrap(out, "<a href=\"", stage->picture_href, "\">");
        }
        strbuf_addf(out, "<img width=\"%u\" height=\"%u\" alt=\"Screenshot: ", stage->png_width,
                    stage->png_height);
        html_text(out, series->label);
        strbuf_addf(out, " with %.0f messages loaded%s\" src=\"data:image/png;base64,",
                    stage->messages, stage->picture_href != NULL ? ", opens the full size" : "");
        html_raw(out, stage->png);
        html_raw(out, "\">");
        html_raw(out, stage->picture_href != NULL ? "</a>" : "");
    } else {
        html_wrap(out, "<p class=\"none\">NO DATA: ",
                  stage->picture_reason != NULL ? stage->picture_reason : "not loaded", "</p>");
    }
    html_wrap(out, "<figcaption><b>", series->label, "</b>");
    strbuf_addf(out, ", %.0f messages ", stage->messages);
    html_verdict(out, stage->verdict);
    html_raw(out, "</figcaption></figure>\n");
}

void html_add_pictures(const struct report *report, struct strbuf *out)
{
    html_section(out, "pictures", "Screenshots");
    html_raw(out, report->count_count == 0
                      ? "<p class=\"none\">NO DATA: nothing was measured.</p>"
                      : "<p>Taken last at each count, after every figure.</p>");
    for (size_t i = 0; i < report->count_count; i++) {
        strbuf_addf(out, "<h3>%.0f messages</h3>\n<div class=\"shots\">\n", report->counts[i]);
        for (size_t k = 0; k < report->series_count; k++) {
            const struct report_stage *stage =
                report_stage_at(&report->series[k], report->counts[i]);
            if (stage != NULL) {
                add_picture(&report->series[k], stage, out);
            }
        }
        html_raw(out, "</div>\n");
    }
    html_raw(out, "</section>\n");
}
