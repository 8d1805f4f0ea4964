/* The report's figures as a table for a terminal. */
#include "reports/report.h"

#define LABEL_COLUMNS 15
#define COLUMNS       9
#define OF_COLUMNS    15

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

static void add_browser(const struct report *report, struct strbuf *out)
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

static const char *judged_words(const struct report_judgement *judgement)
{
    return judgement->judged ? verdict_title(judgement->verdict) : "not judged";
}

static void add_load_row(const char *label, const char *of, const struct report_tally *tally,
                         const struct report_judgement *judgement, struct strbuf *out)
{
    static const enum figure figures[] = { FIGURE_MED, FIGURE_P95, FIGURE_P99, FIGURE_MAX };
    char text[REPORT_MS_BYTES];
    add_left(out, label, LABEL_COLUMNS);
    add_left(out, of, OF_COLUMNS);
    report_number(tally->requests, text);
    add_right(out, text);
    report_number(tally->errors, text);
    add_right(out, text);
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        report_ms(tally->service.value[figures[i]], tally->service.at_least[figures[i]], text);
        add_right(out, text);
    }
    strbuf_addf(out, "  %s\n", judged_words(judgement));
}

static void add_loads(const struct report *report, struct strbuf *out)
{
    static const char *const heads[] = { "requests", "errors", "median", "p95", "p99", "most" };
    add_left(out, "load", LABEL_COLUMNS);
    add_left(out, "of", OF_COLUMNS);
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        add_right(out, heads[i]);
    }
    strbuf_add_str(out, "  verdict\n");
    for (size_t i = 0; i < report->workload_count; i++) {
        const struct report_workload *workload = &report->workload[i];
        for (size_t k = 0; k < workload->scenario_count; k++) {
            const struct report_scenario *scenario = &workload->scenario[k];
            add_load_row(workload->label, scenario->name, &scenario->tally, &scenario->judgement,
                         out);
            for (size_t b = 0; b < scenario->bands.count; b++) {
                const struct report_part *band = &scenario->bands.item[b];
                char of[64];
                (void)snprintf(of, sizeof of, "  %.40s VUs", band->name);
                add_load_row("", of, &band->tally, &band->judgement, out);
            }
        }
        if (workload->thresholds_failed > 0.0) {
            strbuf_addf(out, "%s: %.0f of %zu thresholds failed\n", workload->label,
                        workload->thresholds_failed, workload->threshold_count);
        }
    }
}

void report_summary(const struct report *report, struct strbuf *out)
{
    if (report->series_count > 0) {
        add_browser(report, out);
    }
    if (report->workload_count > 0) {
        add_loads(report, out);
    }
    for (size_t i = 0; i < report->pair_count; i++) {
        strbuf_addf(out, "pair: %zu figures of the page without and with %s\n",
                    report->pair[i].line_count, report->pair[i].with);
    }
    if (report->series_count + report->workload_count + report->pair_count == 0) {
        strbuf_add_str(out, "NO DATA: nothing was measured.\n");
    }
}
