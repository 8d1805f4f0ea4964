/* A load in figures: percentiles with n, answers by kind, thresholds, checks, the generator. */
#include <math.h>

#include "reports/html_load.h"

static void begin_table(struct strbuf *out, const char *kind, size_t index, const char *caption)
{
    char id[48];
    (void)snprintf(id, sizeof id, "%s%zu", kind, index);
    html_table(out, id, "figures", caption);
}

static void add_figure_heads(struct strbuf *out)
{
    for (size_t i = 0; i < FIGURE_COUNT; i++) {
        html_wrap(out, "<th scope=\"col\" class=\"num\">", figure_heads[i], "</th>");
    }
}

static void add_figures(const struct report_figures *figures, struct strbuf *out)
{
    for (size_t i = 0; i < FIGURE_COUNT; i++) {
        html_ms(out, figures, (enum figure)i);
    }
}

/* What of the tally was an error, by its kind: "450 timeout". */
static void add_errors(const struct report_tally *tally, struct strbuf *out)
{
    char text[REPORT_MS_BYTES];
    if (!(tally->errors > 0.0)) {
        html_number(out, tally->errors);
        return;
    }
    report_number(tally->errors, text);
    html_wrap(out, "<td class=\"num missed\">", text, "");
    report_share(tally->errors / tally->requests, text);
    html_wrap(out, "<small>", text, "</small></td>");
}

static void add_row(const char *name, const struct report_tally *tally,
                    const struct report_judgement *judgement, struct strbuf *out)
{
    html_wrap(out, "<tr><th scope=\"row\">", name, "</th>");
    html_number(out, tally->requests);
    add_errors(tally, out);
    add_figures(&tally->service, out);
    html_raw(out, "<td>");
    if (judgement != NULL && judgement->judged) {
        html_verdict(out, judgement->verdict);
    }
    html_raw(out, "</td></tr>\n");
}

static void add_parts(const char *heading, const char *unit, const struct report_parts *parts,
                      struct strbuf *out)
{
    if (parts->count == 0) {
        return;
    }
    html_wrap(out, "<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"11\">", heading,
              "</th></tr>\n");
    for (size_t i = 0; i < parts->count; i++) {
        char name[128];
        (void)snprintf(name, sizeof name, "%.100s%s", parts->item[i].name, unit);
        add_row(name, &parts->item[i].tally, &parts->item[i].judgement, out);
    }
}

static void add_scenario(const struct report_scenario *scenario, struct strbuf *out)
{
    html_wrap(out, "<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"11\">",
              scenario->name, "</th></tr>\n");
    if (scenario->has_baseline) {
        char name[64];
        (void)snprintf(name, sizeof name, "Baseline at %.0f VUs", scenario->baseline_vus);
        add_row(isfinite(scenario->baseline_vus) ? name : "Baseline", &scenario->baseline, NULL,
                out);
    }
    add_row("Whole", &scenario->tally, &scenario->judgement, out);
    add_parts("By band of virtual users", " VUs", &scenario->bands, out);
    add_parts("By stage", "", &scenario->stages, out);
    add_parts("By level of virtual users", " VUs", &scenario->levels, out);
    html_raw(out, "</tbody>\n");
}

void html_load_figures(const struct report_workload *workload, size_t index, struct strbuf *out)
{
    html_raw(out, "<h4>Times, with the number of requests behind them</h4>\n");
    begin_table(out, "figures", index, "Service times of each scenario and its parts");
    html_raw(out, "<thead><tr><th scope=\"col\">Requests of</th><th scope=\"col\" class=\"num\">n"
                  "</th><th scope=\"col\" class=\"num\">Errors</th>");
    add_figure_heads(out);
    html_raw(out, "<th scope=\"col\">Verdict</th></tr></thead>\n");
    for (size_t i = 0; i < workload->scenario_count; i++) {
        add_scenario(&workload->scenario[i], out);
    }
    html_table_end(out);
    begin_table(out, "trends", index, "Every time that was measured, in k6's names");
    html_raw(out, "<thead><tr><th scope=\"col\">Time</th><th scope=\"col\" class=\"num\">n</th>");
    add_figure_heads(out);
    html_raw(out, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < workload->trend_count; i++) {
        html_wrap(out, "<tr><th scope=\"row\"><code>", workload->trend[i].metric, "</code></th>");
        html_number(out, workload->trend[i].figures.n);
        add_figures(&workload->trend[i].figures, out);
        html_raw(out, "</tr>\n");
    }
    html_raw(out, "</tbody>\n");
    html_table_end(out);
}

void html_load_answers(const struct report_workload *workload, size_t index, struct strbuf *out)
{
    if (workload->status_count == 0) {
        return;
    }
    html_raw(out, "<h4>Answers, and errors by kind</h4>\n");
    begin_table(out, "answers", index, "How each request ended");
    html_raw(out, "<thead><tr><th scope=\"col\">Request</th><th scope=\"col\">Status</th>"
                  "<th scope=\"col\">Outcome</th><th scope=\"col\" class=\"num\">Count</th>");
    add_figure_heads(out);
    html_raw(out, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < workload->status_count; i++) {
        const struct report_status *status = &workload->status[i];
        html_wrap(out, "<tr><th scope=\"row\">", status->method, " ");
        html_wrap(out, "", status->name, "</th>");
        if (status->status > 0.0) {
            strbuf_addf(out, "<td>%.0f</td>", status->status);
        } else {
            html_raw(out, "<td>none</td>");
        }
        html_wrap(out, "<td>", status->outcome, "</td>");
        html_number(out, status->count);
        add_figures(&status->service, out);
        html_raw(out, "</tr>\n");
    }
    html_raw(out, "</tbody>\n");
    html_table_end(out);
}

void html_load_thresholds(const struct report_workload *workload, size_t index, struct strbuf *out)
{
    static const char *const states[] = {
        [THRESHOLD_PASSED] = "<td><span class=\"held\" aria-hidden=\"true\">✓</span> pass",
        [THRESHOLD_FAILED] = "<td class=\"missed\"><span aria-hidden=\"true\">✕</span> fail",
        [THRESHOLD_NO_DATA] = "<td class=\"none\">NO DATA",
    };
    html_raw(out, "<h4>Thresholds</h4>\n");
    if (workload->threshold_count == 0) {
        html_raw(out, "<p class=\"none\">NO DATA: no threshold was evaluated.</p>\n");
        return;
    }
    begin_table(out, "thresholds", index, "Each threshold with the value that was measured");
    html_raw(out, "<thead><tr><th scope=\"col\">Metric</th><th scope=\"col\">Limit</th>"
                  "<th scope=\"col\" class=\"num\">Measured</th><th scope=\"col\" class=\"num\">n"
                  "</th><th scope=\"col\">Result</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < workload->threshold_count; i++) {
        const struct report_threshold *threshold = &workload->threshold[i];
        html_wrap(out, "<tr><th scope=\"row\"><code>", threshold->metric, "</code></th>");
        html_wrap(out, "<td><code>", threshold->source, "</code></td>");
        html_wrap(out, "<td class=\"num\">", threshold->value[0] != '\0' ? threshold->value : "–",
                  "</td>");
        html_number(out, threshold->n);
        html_raw(out, states[threshold->state]);
        html_wrap(out, threshold->reason[0] != '\0' ? "<small>" : "", threshold->reason,
                  threshold->reason[0] != '\0' ? "</small></td></tr>\n" : "</td></tr>\n");
    }
    html_raw(out, "</tbody>\n");
    html_table_end(out);
}

static void add_checks(const struct report_workload *workload, size_t index, struct strbuf *out)
{
    begin_table(out, "checks", index, "Checks of the answers");
    html_raw(out,
             "<thead><tr><th scope=\"col\">Check</th><th scope=\"col\">Request</th>"
             "<th scope=\"col\" class=\"num\">Passed</th><th scope=\"col\" class=\"num\">Failed"
             "</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < workload->check_count; i++) {
        const struct report_check *check = &workload->check[i];
        char text[REPORT_MS_BYTES];
        html_wrap(out, "<tr><th scope=\"row\">", check->name, "</th>");
        html_wrap(out, "<td>", check->request, "</td>");
        html_number(out, check->passes);
        report_number(check->fails, text);
        html_wrap(out, check->fails > 0.0 ? "<td class=\"num missed\">" : "<td class=\"num\">",
                  text, "</td></tr>\n");
    }
    html_raw(out, "</tbody>\n");
    html_table_end(out);
}

void html_load_checks(const struct report_workload *workload, size_t index, struct strbuf *out)
{
    if (workload->check_count == 0 && workload->integrity_count == 0) {
        return;
    }
    html_raw(out, "<h4>Checks and integrity</h4>\n");
    if (workload->check_count > 0) {
        add_checks(workload, index, out);
    }
    if (workload->integrity_count > 0) {
        html_raw(out, "<ul class=\"plainlist\">\n");
    }
    for (size_t i = 0; i < workload->integrity_count; i++) {
        const struct report_integrity *integrity = &workload->integrity[i];
        bool kept = integrity->violations <= 0.0;
        html_raw(out, "<li>");
        html_mark(out, kept);
        html_wrap(out, " <b>", integrity->name, "</b>: ");
        html_wrap(out, kept ? "" : "<span class=\"missed\">", integrity->text,
                  kept ? "</li>\n" : "</span></li>\n");
    }
    html_raw(out, workload->integrity_count > 0 ? "</ul>\n" : "");
}

void html_load_health(const struct report_workload *workload, struct strbuf *out)
{
    const struct report_generator *generator = &workload->generator;
    html_raw(out, "<h4>Was it the generator?</h4>\n<dl class=\"facts narrow\">\n");
    html_fact(out, "Verdict on itself",
              generator->doubt_count > 0 ? "inconclusive, see above" : "not the bottleneck");
    html_fact_share(out, "Its share of a core", generator->cpu_share);
    html_fact_share(out, "Machine busy, all together", generator->host_busy_share);
    html_fact_bytes(out, "Its memory, at most", generator->peak_rss_bytes);
    html_fact_ms(out, "Requests started late, p95", generator->lateness.value[FIGURE_P95]);
    html_fact_ms(out, "Requests started late, most", generator->lateness.value[FIGURE_MAX]);
    html_raw(out, "</dl>\n");
}
