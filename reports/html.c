#include "reports/html.h"

#include <math.h>

#include "base/embedded.h"
#include "reports/clean.h"
#include "reports/digest.h"
#include "reports/html_build.h"

#define STYLE_PATH "reports/assets/report.css"

void html_raw(struct strbuf *out, const char *markup)
{
    strbuf_add_str(out, markup);
}

void html_text(struct strbuf *out, const char *text)
{
    clean_add_html(out, text);
}

void html_wrap(struct strbuf *out, const char *open, const char *text, const char *close)
{
    strbuf_add_str(out, open);
    clean_add_html(out, text);
    strbuf_add_str(out, close);
}

void html_section(struct strbuf *out, const char *id, const char *heading)
{
    strbuf_addf(out, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">", id, id);
    html_wrap(out, "", heading, "</h2>\n");
}

void html_table(struct strbuf *out, const char *id, const char *kind, const char *caption)
{
    strbuf_addf(out,
                "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"%s\">\n"
                "<table class=\"%s\">\n<caption id=\"%s\">",
                id, kind, id);
    html_wrap(out, "", caption, "</caption>\n");
}

void html_table_end(struct strbuf *out)
{
    html_raw(out, "</table>\n</div>\n");
}

void html_series_heads(struct strbuf *out, const struct report *report)
{
    for (size_t i = 0; i < report->series_count; i++) {
        strbuf_addf(out, "<th scope=\"col\" class=\"series s%zu\">", i % 6);
        html_wrap(out, "", report->series[i].label, "</th>");
    }
}

void html_verdict(struct strbuf *out, enum verdict verdict)
{
    static const char *const signs[] = {
        [VERDICT_FINE] = "✓",
        [VERDICT_SLOWS_DOWN] = "▲",
        [VERDICT_CRASHES] = "✕",
        [VERDICT_NO_DATA] = "–",
    };
    strbuf_addf(out, "<span class=\"verdict %s\"><span aria-hidden=\"true\">%s</span> %s</span>",
                verdict_name(verdict), signs[verdict], verdict_title(verdict));
}

void html_no_data(struct strbuf *out, const char *reason, size_t rows)
{
    if (rows > 1) {
        strbuf_addf(out, "<td class=\"none\" rowspan=\"%zu\">", rows);
    } else {
        html_raw(out, "<td class=\"none\">");
    }
    html_wrap(out, "NO DATA<small>", reason, "</small></td>");
}

static void add_cv(struct strbuf *out, double cv)
{
    if (cv < 0.0005) {
        html_raw(out, ", CV under 0.1 %");
    } else {
        strbuf_addf(out, ", CV %.1f %%", cv * 100.0);
    }
}

static void add_spread(struct strbuf *out, const struct metric_value *value)
{
    char low[METRIC_TEXT_BYTES];
    char high[METRIC_TEXT_BYTES];
    strbuf_addf(out, "<small>n %zu", value->n);
    if (value->n > 1) {
        metric_format(value->def, value->min, low, sizeof low);
        metric_format(value->def, value->max, high, sizeof high);
        if (value->max <= value->min) {
            html_raw(out, ", no spread");
        } else if (strcmp(low, high) != 0) {
            strbuf_addf(out, ", %s to %s", low, high);
        }
        if (isfinite(value->cv) && value->max > value->min) {
            add_cv(out, value->cv);
        }
    }
    html_raw(out, "</small>");
}

void html_mark(struct strbuf *out, bool holds)
{
    if (holds) {
        html_raw(out, " <span class=\"held\" role=\"img\" aria-label=\"target held\">✓</span>");
    } else {
        html_raw(out, " <span class=\"miss\" role=\"img\" aria-label=\"target missed\">✕</span>");
    }
}

void html_figure(struct strbuf *out, const struct metric_value *value, const struct target *target)
{
    char text[METRIC_TEXT_BYTES];
    if (value == NULL || !value->has_data) {
        html_no_data(out, value == NULL ? "not collected" : value->reason, 1);
        return;
    }
    bool holds = target == NULL || report_target_holds(target, value->median);
    metric_format(value->def, value->median, text, sizeof text);
    strbuf_addf(out, "<td class=\"num%s\">%s", holds ? "" : " missed", text);
    if (target != NULL) {
        html_mark(out, holds);
    } else {
        html_raw(out, "<span class=\"unmarked\"></span>");
    }
    add_spread(out, value);
    html_raw(out, "</td>");
}

void html_target(struct strbuf *out, const struct target *target)
{
    char text[METRIC_TEXT_BYTES];
    if (target == NULL) {
        html_raw(out, "–");
        return;
    }
    metric_format(target->metric, target->limit, text, sizeof text);
    strbuf_addf(out, "%s %s", target->op == TARGET_BELOW ? "&lt;" : "&gt;", text);
}

void html_use(struct strbuf *out, enum metric_use use)
{
    static const char *const words[] = {
        [METRIC_GATE] = "gate",
        [METRIC_PAIRED] = "paired gate",
        [METRIC_REPORT] = "report only",
    };
    strbuf_addf(out, "<span class=\"use %s\">%s</span>", metric_use_name(use), words[use]);
}

static const char *title_of(const struct report *report)
{
    bool browser = report->series_count > 0;
    bool load = report->workload_count > 0;
    return browser == load ? "TMS performance"
                           : (browser ? "TMS browser performance" : "TMS server performance");
}

static void add_head(const struct report *report, const struct embedded *style, struct strbuf *out)
{
    html_raw(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                  "style-src 'sha256-");
    digest_add_sha256(out, style->text, style->bytes);
    html_raw(out, "'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
                  "<meta name=\"referrer\" content=\"no-referrer\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<meta name=\"color-scheme\" content=\"light dark\">\n");
    strbuf_addf(out, "<meta name=\"generator\" content=\"tmscdp %s (%s)\">\n", version_text,
                version_commit);
    strbuf_addf(out, "<title>%s: %s, ", verdict_title(report->verdict), title_of(report));
    html_wrap(out, "", report->run[report->run_count - 1].id, "</title>\n<style>");
    strbuf_add(out, style->text, style->bytes);
    html_raw(out, "</style>\n</head>\n");
}

static void add_state(const struct report_run *run, struct strbuf *out)
{
    if (strcmp(run->state, "complete") == 0) {
        return;
    }
    const char *words = strcmp(run->state, "interrupted") == 0 ? "was interrupted"
                        : strcmp(run->state, "failed") == 0    ? "failed"
                                                               : "did not end";
    strbuf_addf(out, "<p class=\"warning\" role=\"note\"><b>Run <code>");
    html_wrap(out, "", run->id, "</code> ");
    strbuf_addf(out, "%s.</b> ", words);
    html_wrap(out, "", run->reason, run->reason[0] != '\0' ? ". " : "");
    html_raw(out, "What follows is what it had measured by then.</p>\n");
}

/* `number` is 0 when there is one run only. */
static void add_run_line(const struct report_run *run, size_t number, struct strbuf *out)
{
    html_raw(out, "<p class=\"run\"><span>Run ");
    if (number > 0) {
        strbuf_addf(out, "%zu: ", number);
    }
    html_wrap(out, "<b>", run->id, "</b></span> ");
    html_wrap(out, "<span>", run->started_at, "</span> ");
    if (isfinite(run->duration_s)) {
        strbuf_addf(out, "<span>took %.1f s</span> ", run->duration_s);
    }
    if (strcmp(run->command, "stress") != 0) {
        html_wrap(out, "<span>", run->browser, "</span> ");
    }
    html_wrap(out, "<span>", run->tool, "</span></p>\n");
    add_state(run, out);
}

static bool always(const struct report *report)
{
    (void)report;
    return true;
}

static bool has_anything(const struct report *report)
{
    return report->series_count + report->workload_count > 0;
}

static bool has_browser(const struct report *report)
{
    return report->series_count > 0 || report->workload_count + report->pair_count == 0;
}

static bool has_load(const struct report *report)
{
    return report->workload_count > 0;
}

static bool has_diff(const struct report *report)
{
    return report->diff != NULL;
}

static bool has_pair(const struct report *report)
{
    return report->pair_count > 0;
}

static bool has_diagnosis(const struct report *report)
{
    return report->has_diagnosis;
}

/* In the order of reading. */
static const struct {
    const char *id;
    const char *words;
    bool (*applies)(const struct report *);
    void (*add)(const struct report *, struct strbuf *);
} sections[] = {
    { "verdict", "Verdict", always, html_add_verdicts },
    { "diff", "Base and head", has_diff, html_add_diff },
    { "expected", "Expected", has_anything, html_add_expected },
    { "diagnosis", "Diagnosis", has_diagnosis, html_add_diagnosis },
    { "targets", "Browser targets", has_browser, html_add_targets },
    { "slope", "Cost of a message", has_browser, html_add_slopes },
    { "charts", "Growth", has_browser, html_add_charts },
    { "frames", "Frames", html_has_frames, html_add_frames },
    { "load", "First load", has_browser, html_add_first_load },
    { "pictures", "Screenshots", has_browser, html_add_pictures },
    { "figures", "All browser figures", has_browser, html_add_figures },
    { "loads", "Server under load", has_load, html_add_loads },
    { "pair", "Page under load", has_pair, html_add_pairs },
    { "journeys", "Way to each count", has_browser, html_add_journeys },
    { "environment", "Environment", always, html_add_environment },
    { "repeat", "Repeat", always, html_add_repeat },
    { "glossary", "Terms", always, html_add_glossary },
};

#define SECTION_COUNT (sizeof sections / sizeof sections[0])

static void add_header(const struct report *report, struct strbuf *out)
{
    html_wrap(out, "<header>\n<h1>", title_of(report), "</h1>\n");
    for (size_t i = 0; i < report->run_count; i++) {
        add_run_line(&report->run[i], report->run_count > 1 ? i + 1 : 0, out);
    }
    for (size_t i = 0; i < report->note_count; i++) {
        html_wrap(out, "<p class=\"warning\" role=\"note\">", report->notes[i], "</p>\n");
    }
    html_raw(out, "<nav aria-label=\"Sections\"><ul>");
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        if (sections[i].applies(report)) {
            strbuf_addf(out, "<li><a href=\"#%s\">%s</a></li>", sections[i].id, sections[i].words);
        }
    }
    html_raw(out, "</ul></nav>\n</header>\n");
}

enum err html_write(const struct report *report, struct strbuf *out, struct err_msg *msg)
{
    const struct embedded *style = embedded_find(STYLE_PATH);
    if (style == NULL) {
        return err_set(msg, ERR_USAGE, "this build carries no " STYLE_PATH);
    }
    add_head(report, style, out);
    html_raw(out, "<body>\n<a class=\"skip\" href=\"#verdict\">Skip to the verdict</a>\n");
    add_header(report, out);
    html_raw(out, "<main>\n");
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        if (sections[i].applies(report)) {
            sections[i].add(report, out);
        }
    }
    html_raw(out, "</main>\n<footer><p>One file, without scripts: nothing is loaded from anywhere. "
                  "Every figure can be computed again from the run's raw readings.</p></footer>\n"
                  "</body>\n</html>\n");
    return ERR_OK;
}
