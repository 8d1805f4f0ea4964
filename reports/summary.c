/* The report's figures as a table for a terminal. */
#include "reports/report.h"

#define LABEL_COLUMNS 15
#define COLUMNS       9

static const struct {
    const char *head;
    const char *metric;
} columns[] = {
    { "elements", "dom_elements" },  { "visible", "dom_elements_visible" },
    { "list", "dom_elements_list" }, { "nodes", "dom_nodes" },
    { "JS heap", "js_heap" },        { "LCP", "lcp" },
    { "FPS", "storm_fps" },
};

#define COLUMN_COUNT (sizeof columns / sizeof columns[0])

/* Characters, as far as a table cares: bytes that do not continue one. */
static int width_of(const char *text)
{
    int width = 0;
    for (; *text != '\0'; text++) {
        width += ((unsigned char)*text & 0xC0) != 0x80;
    }
    return width;
}

static void add_right(struct strbuf *out, const char *text)
{
    strbuf_addf(out, "%*s%s", COLUMNS - width_of(text), "", text);
}

static void add_left(struct strbuf *out, const char *text, int columns_wide)
{
    int gap = columns_wide - width_of(text);
    strbuf_addf(out, "%s%*s", text, gap > 1 ? gap : 1, "");
}

static void add_row(const struct report_series *series, const struct report_stage *stage,
                    struct strbuf *out)
{
    char text[METRIC_TEXT_BYTES];
    add_left(out, series->label, LABEL_COLUMNS);
    (void)snprintf(text, sizeof text, "%.0f", stage->messages);
    strbuf_addf(out, "%8s", text);
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        const struct metric_value *value =
            report_value(series, stage, metric_find(columns[i].metric));
        if (value != NULL && value->has_data && stage->reached) {
            metric_format(value->def, value->median, text, sizeof text);
            add_right(out, text);
        } else {
            add_right(out, value == NULL && stage->reached ? "-" : "NO DATA");
        }
    }
    strbuf_addf(out, "  %s\n", verdict_title(stage->verdict));
}

void report_summary(const struct report *report, struct strbuf *out)
{
    add_left(out, "variant", LABEL_COLUMNS);
    strbuf_add_str(out, "messages");
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        add_right(out, columns[i].head);
    }
    strbuf_add_str(out, "  verdict\n");
    for (size_t i = 0; i < report->series_count; i++) {
        for (size_t k = 0; k < report->series[i].stage_count; k++) {
            add_row(&report->series[i], &report->series[i].stage[k], out);
        }
    }
    if (report->series_count == 0) {
        strbuf_add_str(out, "NO DATA: nothing was measured.\n");
    }
    for (size_t i = 0; i < report->series_count; i++) {
        strbuf_addf(out, "%s: %s\n", report->series[i].label, report->series[i].list_words);
        for (size_t k = 0; k < report->series[i].stage_count; k++) {
            const struct report_stage *stage = &report->series[i].stage[k];
            if (!stage->reached) {
                strbuf_addf(out, "%s: %.0f messages: NO DATA: %s\n", report->series[i].label,
                            stage->messages, stage->reason);
            }
        }
    }
}
