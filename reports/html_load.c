/* The loads: an article a workload, from the picture over time down to the generator's health. */
#include "reports/html_load.h"

#include <math.h>

static const struct metric_def size = { .unit = "bytes" };

void html_judgement(struct strbuf *out, const struct report_judgement *judgement)
{
    if (judgement->judged) {
        html_verdict(out, judgement->verdict);
    } else {
        html_raw(out, "<span class=\"verdict no_data\"><span aria-hidden=\"true\">–</span> Not "
                      "judged</span>");
    }
}

void html_ms(struct strbuf *out, const struct report_figures *figures, enum figure figure)
{
    char text[REPORT_MS_BYTES];
    report_ms(figures->value[figure], figures->at_least[figure], text);
    html_wrap(out, "<td class=\"num\">", text, "</td>");
}

void html_number(struct strbuf *out, double number)
{
    char text[REPORT_MS_BYTES];
    report_number(number, text);
    html_wrap(out, "<td class=\"num\">", text, "</td>");
}

void html_bytes(struct strbuf *out, double bytes)
{
    char text[METRIC_TEXT_BYTES] = "–";
    if (isfinite(bytes)) {
        metric_format(&size, bytes, text, sizeof text);
    }
    html_wrap(out, "<td class=\"num\">", text, "</td>");
}

void html_fact(struct strbuf *out, const char *name, const char *value)
{
    if (value[0] != '\0' && strcmp(value, "–") != 0) {
        html_wrap(out, "<div><dt>", name, "</dt>");
        html_wrap(out, "<dd>", value, "</dd></div>\n");
    }
}

void html_fact_number(struct strbuf *out, const char *name, double number)
{
    char text[REPORT_MS_BYTES];
    report_number(number, text);
    html_fact(out, name, text);
}

void html_fact_ms(struct strbuf *out, const char *name, double ms)
{
    char text[REPORT_MS_BYTES];
    report_ms(ms, false, text);
    html_fact(out, name, text);
}

void html_fact_share(struct strbuf *out, const char *name, double share)
{
    char text[REPORT_MS_BYTES];
    report_share(share, text);
    html_fact(out, name, text);
}

void html_fact_bytes(struct strbuf *out, const char *name, double bytes)
{
    char text[METRIC_TEXT_BYTES] = "–";
    if (isfinite(bytes)) {
        metric_format(&size, bytes, text, sizeof text);
    }
    html_fact(out, name, text);
}

static void add_state(const struct report_workload *workload, struct strbuf *out)
{
    if (strcmp(workload->state, "complete") != 0) {
        html_wrap(out, "<p class=\"warning\" role=\"note\">This load is ", workload->state, ". ");
        html_wrap(out, "", workload->reason, " The figures are those up to then.</p>\n");
    }
    if (workload->server_went_away) {
        html_raw(out,
                 "<p class=\"warning\" role=\"note\">The server went away during this load.</p>"
                 "\n");
    }
    for (size_t i = 0; i < workload->generator.doubt_count; i++) {
        html_wrap(out, "<p class=\"warning\" role=\"note\"><b>Inconclusive.</b> ",
                  workload->generator.doubt[i], "</p>\n");
    }
}

static void add_scenario_line(const struct report_scenario *scenario, struct strbuf *out)
{
    char text[REPORT_MS_BYTES];
    html_wrap(out, "<li><b>", scenario->name, "</b> ");
    html_judgement(out, &scenario->judgement);
    html_wrap(out, " <span class=\"aside\">", scenario->executor, ", ");
    report_number(scenario->tally.requests, text);
    html_wrap(out, "", text, " requests by at most ");
    report_number(scenario->vus_max, text);
    html_wrap(out, "", text, " VUs</span>");
    if (scenario->judgement.reason_count > 0) {
        html_raw(out, "<ul class=\"reasons\">");
        for (size_t i = 0; i < scenario->judgement.reason_count; i++) {
            const struct report_reason *reason = &scenario->judgement.reason[i];
            strbuf_addf(out, "<li class=\"%s\">", verdict_name(reason->verdict));
            html_wrap(out, "", reason->text, "</li>");
        }
        html_raw(out, "</ul>");
    }
    html_raw(out, "</li>\n");
}

static void add_workload(const struct report_workload *workload, size_t index, struct strbuf *out)
{
    char text[REPORT_MS_BYTES];
    strbuf_addf(out, "<article class=\"load\" aria-labelledby=\"load%zu\">\n<h3 id=\"load%zu\">",
                index, index);
    html_wrap(out, "", workload->label, "</h3> ");
    html_judgement(out, &workload->judgement);
    html_wrap(out, "\n<p class=\"lead\">", workload->summary, "");
    report_number(workload->seconds, text);
    html_wrap(out, ". <span class=\"aside\">", text, " s, begun ");
    html_wrap(out, "", workload->started_at, "</span></p>\n");
    add_state(workload, out);
    html_raw(out, "<ul class=\"plainlist scenarios\">\n");
    for (size_t i = 0; i < workload->scenario_count; i++) {
        add_scenario_line(&workload->scenario[i], out);
    }
    html_raw(out, "</ul>\n");
    html_load_over_time(workload, index, out);
    html_load_over_vus(workload, index, out);
    html_load_figures(workload, index, out);
    html_load_answers(workload, index, out);
    html_load_thresholds(workload, index, out);
    html_load_checks(workload, index, out);
    html_load_sockets(workload, index, out);
    html_load_database(workload, index, out);
    html_load_health(workload, out);
    html_raw(out, "</article>\n");
}

void html_add_loads(const struct report *report, struct strbuf *out)
{
    html_section(out, "loads", "Server under load");
    html_raw(out, "<p>Times are those of the answers' last byte, from the actual start of the "
                  "request (service) and from the moment it should have started (response). A "
                  "time-out is an error and a time of which only the lower bound is known: ≥. A "
                  "percentile with too few samples is left out: –.</p>\n");
    for (size_t i = 0; i < report->workload_count; i++) {
        add_workload(&report->workload[i], i + 1, out);
    }
    html_raw(out, "</section>\n");
}
