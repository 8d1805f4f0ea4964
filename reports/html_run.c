/* How it came about: the way to each count, the environment, how to repeat it, the terms. */
#include <math.h>

#include "reports/clean.h"
#include "reports/html_load.h"

static void add_steps(const struct report_stage *stage, struct strbuf *out)
{
    if (stage->how_count == 0) {
        if (stage->reached) {
            html_raw(out, "<td class=\"words\">none: they came with what was loaded before</td>");
        } else {
            html_no_data(out, "no steps were recorded", 1);
        }
        return;
    }
    html_raw(out, "<td class=\"words\"><ol>");
    for (size_t i = 0; i < stage->how_count; i++) {
        html_wrap(out, "<li>", stage->how[i], "</li>");
    }
    html_raw(out, "</ol></td>");
}

void html_add_journeys(const struct report *report, struct strbuf *out)
{
    html_section(out, "journeys", "The way to each count");
    html_raw(out, "<p>Messages are counted by their unique ids in the API's answers, never by rows "
                  "on the page.</p>\n");
    html_table(out, "journeys-table", "words", "How each number of messages was reached");
    html_raw(out, "<thead><tr><th scope=\"col\">Variant</th><th scope=\"col\" class=\"num\">Wanted"
                  "</th><th scope=\"col\" class=\"num\">Loaded</th><th scope=\"col\">Reached</th>"
                  "<th scope=\"col\">Steps</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < report->series_count; i++) {
        const struct report_series *series = &report->series[i];
        for (size_t k = 0; k < series->stage_count; k++) {
            const struct report_stage *stage = &series->stage[k];
            strbuf_addf(out, "<tr><th scope=\"row\" class=\"s%zu\">", i % 6);
            html_wrap(out, "", series->label, "</th>");
            strbuf_addf(out, "<td class=\"num\">%.0f</td>", stage->messages);
            if (isfinite(stage->loaded)) {
                strbuf_addf(out, "<td class=\"num\">%.0f</td>", stage->loaded);
            } else {
                html_no_data(out, "not told", 1);
            }
            html_raw(out, stage->reached ? "<td>yes" : "<td class=\"missed\">no");
            html_wrap(out, "<small>", stage->reason, "</small></td>");
            add_steps(stage, out);
            html_raw(out, "</tr>\n");
        }
    }
    html_raw(out, "</tbody>\n");
    html_table_end(out);
    html_raw(out, "</section>\n");
}

static void add_fact_list(const char *heading, const struct report_facts *facts, struct strbuf *out)
{
    html_wrap(out, "<div><h4>", heading, "</h4>\n");
    if (facts->count == 0) {
        html_raw(out, "<p class=\"none\">NO DATA: not recorded.</p></div>\n");
        return;
    }
    html_raw(out, "<dl class=\"facts\">\n");
    for (size_t i = 0; i < facts->count; i++) {
        html_wrap(out, "<div><dt>", facts->item[i].name, "</dt>");
        html_wrap(out, "<dd>", facts->item[i].value, "</dd></div>\n");
    }
    html_raw(out, "</dl></div>\n");
}

static void add_run_facts(const struct report *report, const struct report_run *run,
                          struct strbuf *out)
{
    bool browser = strcmp(run->command, "stress") != 0;
    html_wrap(out, "<h3>", run->id, "</h3>\n<div class=\"facts-row\">\n");
    if (browser) {
        add_fact_list("Browser and viewport", &run->browser_facts, out);
    }
    add_fact_list("Machine", &run->host, out);
    if (browser || run->noise.count > 0) {
        add_fact_list("Noise, and the tool's own cost", &run->noise, out);
    }
    html_raw(out, "<div><h4>Tool and target</h4>\n<dl class=\"facts\">\n");
    html_wrap(out, "<div><dt>Tool</dt><dd>", run->tool, "</dd></div>\n");
    html_fact(out, "Target", run->target);
    html_fact(out, "Profile", run->profile);
    html_fact(out, "Conversation", run->conversation);
    for (size_t i = 0; i < report->series_count; i++) {
        if (report->series[i].run == run) {
            html_wrap(out, "<div><dt>", report->series[i].label, "</dt>");
            html_wrap(out, "<dd>", report->series[i].url, "</dd></div>\n");
        }
    }
    for (size_t i = 0; i < report->workload_count; i++) {
        if (report->workload[i].run == run) {
            html_fact(out, report->workload[i].label, report->workload[i].file);
        }
    }
    html_raw(out, "</dl></div>\n</div>\n");
    if (!browser) {
        return;
    }
    html_raw(out, "<h4>Browser flags</h4>\n");
    if (run->flag_count == 0) {
        html_raw(out, "<p class=\"none\">NO DATA: not recorded.</p>\n");
        return;
    }
    html_raw(out, "<p class=\"flags\">");
    for (size_t i = 0; i < run->flag_count; i++) {
        html_wrap(out, "<code>", run->flags[i], "</code> ");
    }
    html_raw(out, "</p>\n");
}

void html_add_environment(const struct report *report, struct strbuf *out)
{
    html_section(out, "environment", "Environment");
    for (size_t i = 0; i < report->run_count; i++) {
        add_run_facts(report, &report->run[i], out);
    }
    html_raw(out, "</section>\n");
}

void html_add_repeat(const struct report *report, struct strbuf *out)
{
    html_section(out, "repeat", "How to repeat it");
    html_raw(out, "<p>The same chat, seeded alike, with the token in its file or in AUTH_TOKEN:</p>"
                  "\n<pre tabindex=\"0\"><code>");
    for (size_t i = 0; i < report->run_count; i++) {
        html_wrap(out, "", report->run[i].command_line, "\n");
    }
    html_raw(out, "</code></pre>\n<p>Compare only runs of the same browser, flags and machine; "
                  "counters and heaps also across machines.</p>\n</section>\n");
}

/* Whether the metric occurs anywhere in the report. */
static bool occurs(const struct report *report, const struct metric_def *metric)
{
    for (size_t i = 0; i < report->series_count; i++) {
        const struct report_series *series = &report->series[i];
        for (size_t k = 0; k < series->stage_count; k++) {
            if (report_value(series, &series->stage[k], metric) != NULL) {
                return true;
            }
        }
    }
    return false;
}

void html_add_glossary(const struct report *report, struct strbuf *out)
{
    size_t count = 0;
    const struct metric_def *table = metric_table(&count);
    html_section(out, "glossary", "Terms");
    html_raw(out, "<dl class=\"terms\">\n");
    if (report->series_count > 0 || report->workload_count == 0) {
        html_raw(out,
                 "<div><dt>Fine</dt><dd>Every target holds, and the visible list grows by less "
                 "than one element a message.</dd></div>\n"
                 "<div><dt>Slows Down</dt><dd>A target is missed, or the list grows with the "
                 "messages.</dd></div>\n"
                 "<div><dt>Crashes</dt><dd>The page died, ran out of memory or did not answer "
                 "for 5 s, or its frame rate under load fell below half of the target.</dd>"
                 "</div>\n");
    }
    if (report->workload_count > 0) {
        html_raw(out,
                 "<div><dt>Fine, of a load</dt><dd>p95 is under 2 × the baseline's, and under "
                 "1 % of the requests fail.</dd></div>\n"
                 "<div><dt>Slows Down, of a load</dt><dd>p95 is 2 × the baseline's or more, or "
                 "1 to 10 % of the requests fail.</dd></div>\n"
                 "<div><dt>Crashes, of a load</dt><dd>Over 10 % of the requests fail, the "
                 "server answered 5xx, ran out of database connections or went away.</dd>"
                 "</div>\n"
                 "<div><dt>Baseline</dt><dd>The same requests by a few virtual users, measured "
                 "first in the same run.</dd></div>\n");
    }
    html_raw(out, "<div><dt>NO DATA</dt><dd>A figure that was needed could not be had. It never "
                  "counts as a pass.</dd></div>\n"
                  "<div><dt>n, CV</dt><dd>Number of repetitions; their standard deviation divided "
                  "by their mean. The figure is the median.</dd></div>\n");
    for (size_t i = 0; i < count; i++) {
        if (occurs(report, &table[i])) {
            html_wrap(out, "<div><dt>", table[i].title, "</dt>");
            html_wrap(out, "<dd>", table[i].meaning, "</dd></div>\n");
        }
    }
    html_raw(out, "</dl>\n</section>\n");
}
