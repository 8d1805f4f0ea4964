#include "reports/k6_summary.h"

#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/num.h"

#define NAME_WIDTH     34
#define FIGURE_BYTES   ((size_t)48)
#define KNEE_EXPLAINED 0.8
#define CELL_WIDTH     11
#define NO_FIGURE      "-"
#define MS_IN_S        1000.0
#define MS_IN_MIN      60000.0
#define BYTES_IN_KB    1000.0

const char *const k6_summary_stats[] = { "avg", "min", "med", "max", "p(90)", "p(95)", NULL };

bool k6_summary_stat(const char *name, double *percent)
{
    static const char *const plain[] = { "avg", "min", "med", "max", "count" };
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        if (strcmp(name, plain[i]) == 0) {
            *percent = -1;
            return true;
        }
    }
    if (strncmp(name, "p(", 2) != 0 || length < 4 || name[length - 1] != ')') {
        return false;
    }
    char *number = mem_dup_bytes(name + 2, length - 3);
    bool valid = num_parse_double(number, percent) && *percent >= 0 && *percent <= 100;
    free(number);
    return valid;
}

const cJSON *k6_summary_figure(const cJSON *values, const char *stat)
{
    static const struct {
        const char *stat;
        const char *key;
    } names[] = { { "p(50)", "med" },
                  { "p(90)", "p90" },
                  { "p(95)", "p95" },
                  { "p(99)", "p99" },
                  { "count", "n" } };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(stat, names[i].stat) == 0) {
            stat = names[i].key;
        }
    }
    return cJSON_GetObjectItemCaseSensitive(values, stat);
}

static bool is_bound(const cJSON *values, const cJSON *figure)
{
    const cJSON *name = NULL;
    cJSON_ArrayForEach (name, json_at(values, "at_least")) {
        if (strcmp(name->valuestring, figure->string) == 0) {
            return true;
        }
    }
    return false;
}

static void write_time(double ms, char out[FIGURE_BYTES])
{
    if (ms >= MS_IN_MIN) {
        (void)snprintf(out, FIGURE_BYTES, "%.0fm%04.1fs", floor(ms / MS_IN_MIN),
                       fmod(ms, MS_IN_MIN) / MS_IN_S);
    } else if (ms >= MS_IN_S) {
        (void)snprintf(out, FIGURE_BYTES, "%.2fs", ms / MS_IN_S);
    } else if (ms >= 1 || ms <= 0) {
        (void)snprintf(out, FIGURE_BYTES, "%.2fms", ms);
    } else {
        (void)snprintf(out, FIGURE_BYTES, "%.2fµs", ms * MS_IN_S);
    }
}

static void write_bytes(double bytes, char out[FIGURE_BYTES])
{
    static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
    size_t unit = 0;
    while (bytes >= BYTES_IN_KB && unit < 4) {
        bytes /= BYTES_IN_KB;
        unit++;
    }
    (void)snprintf(out, FIGURE_BYTES, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
}

static void write_figure(double value, const char *contains, char out[FIGURE_BYTES])
{
    if (strcmp(contains, "time") == 0) {
        write_time(value, out);
    } else if (strcmp(contains, "data") == 0) {
        write_bytes(value, out);
    } else {
        (void)snprintf(out, FIGURE_BYTES, "%.6g", value);
    }
}

static void add_name(struct strbuf *out, const char *name, const char *indent)
{
    strbuf_addf(out, "%s%s", indent, name);
    for (size_t i = strlen(name) + strlen(indent); i < NAME_WIDTH; i++) {
        strbuf_add_char(out, '.');
    }
    strbuf_add_str(out, ": ");
}

static void add_trend(const cJSON *values, const char *contains, const char *const *stats,
                      struct strbuf *out)
{
    for (size_t i = 0; stats[i] != NULL; i++) {
        char text[FIGURE_BYTES] = NO_FIGURE;
        const cJSON *figure = k6_summary_figure(values, stats[i]);
        bool bound = false;
        if (cJSON_IsNumber(figure)) {
            bool counts = strcmp(stats[i], "count") == 0;
            write_figure(figure->valuedouble, counts ? "default" : contains, text);
            bound = is_bound(values, figure);
        }
        strbuf_addf(out, "%s=%s%s ", stats[i], bound ? "≥" : "", text);
    }
    strbuf_addf(out, "n=%.0f", json_number(values, "n", 0));
}

static void add_metric(const cJSON *metric, const char *const *stats, struct strbuf *out)
{
    const char *type = json_text(metric, "type");
    const char *contains = json_text(metric, "contains");
    const cJSON *values = json_at(metric, "values");
    char a[FIGURE_BYTES];
    char b[FIGURE_BYTES];
    bool is_part = strchr(metric->string, '{') != NULL;
    add_name(out, is_part ? strchr(metric->string, '{') : metric->string, is_part ? "    " : "  ");
    if (strcmp(type, "trend") == 0) {
        add_trend(values, contains, stats, out);
    } else if (strcmp(type, "counter") == 0) {
        write_figure(json_number(values, "count", 0), contains, a);
        write_figure(json_number(values, "rate", 0), contains, b);
        strbuf_addf(out, "%s  %s/s", a, b);
    } else if (strcmp(type, "rate") == 0) {
        double passes = json_number(values, "passes", 0);
        double n = json_number(values, "n", 0);
        if (n > 0) {
            strbuf_addf(out, "%.2f%%  %.0f out of %.0f", 100 * passes / n, passes, n);
        } else {
            strbuf_add_str(out, NO_FIGURE);
        }
    } else {
        strbuf_addf(out, "%.0f  min=%.0f max=%.0f", json_number(values, "value", 0),
                    json_number(values, "min", 0), json_number(values, "max", 0));
    }
    strbuf_add_char(out, '\n');
}

/* Each metric, and behind it those that are parts of it. */
static void add_metrics(const cJSON *metrics, const char *const *stats, struct strbuf *out)
{
    const cJSON *metric = NULL;
    const cJSON *part = NULL;
    cJSON_ArrayForEach (metric, metrics) {
        size_t length = strlen(metric->string);
        if (strchr(metric->string, '{') != NULL) {
            continue;
        }
        add_metric(metric, stats, out);
        cJSON_ArrayForEach (part, metrics) {
            if (strncmp(part->string, metric->string, length) == 0 && part->string[length] == '{') {
                add_metric(part, stats, out);
            }
        }
    }
}

static const char *mark_of(const char *outcome)
{
    if (strcmp(outcome, "pass") == 0) {
        return "✓";
    }
    return strcmp(outcome, "fail") == 0 ? "✗" : "?";
}

static void add_threshold(const cJSON *metric, const cJSON *threshold, struct strbuf *out)
{
    char text[FIGURE_BYTES];
    const char *type = json_text(metric, "type");
    const char *contains = json_text(metric, "contains");
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(threshold, "value");
    bool is_trend = strcmp(type, "trend") == 0;
    strbuf_addf(out, "    %s %s '%s'", mark_of(json_text(threshold, "outcome")), metric->string,
                threshold->string);
    if (cJSON_IsNumber(value)) {
        if (strcmp(type, "rate") == 0) {
            (void)snprintf(text, sizeof text, "%.2f%%", 100 * value->valuedouble);
        } else {
            write_figure(value->valuedouble, is_trend ? contains : "default", text);
        }
        strbuf_addf(out, "  %s%s  n=%.0f", json_bool(threshold, "at_least", false) ? "≥" : "", text,
                    json_number(threshold, "n", 0));
    }
    const char *reason = json_text(threshold, "reason");
    if (reason != NULL) {
        strbuf_addf(out, "  NO DATA: %s", reason);
    }
    strbuf_add_char(out, '\n');
}

static void add_thresholds(const cJSON *workload, struct strbuf *out)
{
    const cJSON *metric = NULL;
    const cJSON *threshold = NULL;
    bool any = false;
    cJSON_ArrayForEach (metric, json_at(workload, "metrics")) {
        cJSON_ArrayForEach (threshold, json_at(metric, "thresholds")) {
            if (!any) {
                strbuf_add_str(out, "\n  thresholds\n");
            }
            any = true;
            add_threshold(metric, threshold, out);
        }
    }
}

static void add_checks(const cJSON *workload, struct strbuf *out)
{
    const cJSON *check = NULL;
    const cJSON *checks = json_at(workload, "checks");
    if (cJSON_GetArraySize(checks) > 0) {
        strbuf_add_str(out, "\n  checks\n");
    }
    cJSON_ArrayForEach (check, checks) {
        double passes = json_number(check, "passes", 0);
        double fails = json_number(check, "fails", 0);
        strbuf_addf(out, "    %s %s  %.0f passed, %.0f failed\n", fails > 0 ? "✗" : "✓",
                    json_text(check, "name"), passes, fails);
    }
}

static void write_cell(const cJSON *figures, const char *key, char out[FIGURE_BYTES])
{
    const cJSON *figure = cJSON_GetObjectItemCaseSensitive(figures, key);
    (void)snprintf(out, FIGURE_BYTES, "%s", NO_FIGURE);
    if (cJSON_IsNumber(figure)) {
        char text[FIGURE_BYTES - 4];
        char time[FIGURE_BYTES];
        write_time(figure->valuedouble, time);
        (void)snprintf(text, sizeof text, "%.40s", time);
        (void)snprintf(out, FIGURE_BYTES, "%s%s", is_bound(figures, figure) ? "≥" : "", text);
    }
}

/* Columns are counted in characters: "≥" and "µ" have more bytes than one. */
static void add_cell(struct strbuf *out, const char *text, int width)
{
    int characters = 0;
    for (const char *c = text; *c != '\0'; c++) {
        characters += ((unsigned char)*c & 0xC0U) != 0x80U ? 1 : 0;
    }
    for (; characters < width; characters++) {
        strbuf_add_char(out, ' ');
    }
    strbuf_add_str(out, text);
}

static void add_row(const char *name, const cJSON *tally, struct strbuf *out)
{
    static const char *const keys[] = { "med", "p95", "p99" };
    const cJSON *service = json_at(tally, "service_ms");
    const cJSON *response = json_at(tally, "response_ms");
    const char *verdict = json_text(tally, "verdict.verdict");
    char text[FIGURE_BYTES];
    double requests = json_number(tally, "requests", 0);
    double errors = json_number(tally, "errors", 0);
    strbuf_addf(out, "    %-12s %9.0f", name, requests);
    for (size_t i = 0; i < 3; i++) {
        write_cell(service, keys[i], text);
        add_cell(out, text, CELL_WIDTH);
    }
    write_cell(response, "p95", text);
    add_cell(out, text, 13);
    (void)snprintf(text, sizeof text, "%.2f%%", requests > 0 ? 100 * errors / requests : 0.0);
    add_cell(out, text, 9);
    strbuf_addf(out, "  %s\n", verdict != NULL ? verdict : "");
}

static void add_reasons(const cJSON *scenario, struct strbuf *out)
{
    const cJSON *reason = NULL;
    cJSON_ArrayForEach (reason, json_at(scenario, "verdict.reasons")) {
        strbuf_addf(out, "      %s\n", json_text(reason, "text"));
    }
}

/* A line that explains little of what was measured is none. */
static void add_knee(const cJSON *knee, struct strbuf *out)
{
    char flat[FIGURE_BYTES];
    char more[FIGURE_BYTES];
    if (knee == NULL || json_number(knee, "explained", 0) < KNEE_EXPLAINED) {
        return;
    }
    write_time(json_number(knee, "flat_ms", 0), flat);
    write_time(json_number(knee, "per_vu_ms", 0), more);
    strbuf_addf(out, "    knee: %s on average up to %.1f VUs, then %s more for each VU\n", flat,
                json_number(knee, "vus", 0), more);
}

static void add_scenario(const cJSON *scenario, struct strbuf *out)
{
    const cJSON *band = NULL;
    strbuf_addf(out, "\n  scenario %s (%s): %.0f iterations", json_text(scenario, "name"),
                json_text(scenario, "executor"), json_number(scenario, "iterations", 0));
    if (json_number(scenario, "dropped_iterations", 0) > 0) {
        strbuf_addf(out, ", %.0f dropped", json_number(scenario, "dropped_iterations", 0));
    }
    if (json_number(scenario, "interrupted_iterations", 0) > 0) {
        strbuf_addf(out, ", %.0f interrupted", json_number(scenario, "interrupted_iterations", 0));
    }
    strbuf_addf(out, ", up to %.0f VUs\n", json_number(scenario, "vus_max", 0));
    strbuf_add_str(out, "    VUs           requests        p50        p95        p99 response p95"
                        "   errors  verdict\n");
    const cJSON *baseline = json_at(scenario, "baseline");
    if (baseline != NULL) {
        add_row("baseline", baseline, out);
    }
    cJSON_ArrayForEach (band, json_at(scenario, "bands")) {
        add_row(json_text(band, "band"), band, out);
    }
    add_row("all", scenario, out);
    add_knee(json_at(scenario, "knee"), out);
    add_reasons(scenario, out);
}

/* What did not end well, by kind. */
static void add_statuses(const cJSON *workload, struct strbuf *out)
{
    const cJSON *status = NULL;
    char text[FIGURE_BYTES];
    strbuf_add_str(out, "\n  answers                    status                      n        p50"
                        "        p95\n");
    cJSON_ArrayForEach (status, json_at(workload, "statuses")) {
        double code = json_number(status, "status", 0);
        strbuf_addf(out, "    %-6s %-20s ", json_text(status, "method"), json_text(status, "name"));
        if (code > 0) {
            strbuf_addf(out, "%3.0f", code);
        } else {
            strbuf_add_str(out, "  -");
        }
        strbuf_addf(out, " %-16s %9.0f", json_text(status, "outcome"),
                    json_number(status, "count", 0));
        for (size_t i = 0; i < 2; i++) {
            write_cell(json_at(status, "service_ms"), i == 0 ? "med" : "p95", text);
            add_cell(out, text, CELL_WIDTH);
        }
        strbuf_add_char(out, '\n');
    }
}

static void add_integrity(const cJSON *workload, struct strbuf *out)
{
    const cJSON *finding = NULL;
    const cJSON *list = json_at(workload, "integrity.checks");
    const char *reason = json_text(workload, "integrity.not_checked");
    if (reason != NULL) {
        strbuf_addf(out, "\n  integrity: not checked, %s\n", reason);
    } else if (cJSON_GetArraySize(list) > 0) {
        strbuf_add_str(out, "\n  integrity\n");
    }
    cJSON_ArrayForEach (finding, list) {
        bool violated = json_number(finding, "violations", 0) > 0;
        strbuf_addf(out, "    %s %s\n", violated ? "✗" : "✓", json_text(finding, "text"));
    }
}

static void add_generator(const cJSON *workload, struct strbuf *out)
{
    const cJSON *generator = json_at(workload, "generator");
    const cJSON *doubt = NULL;
    char late[FIGURE_BYTES];
    char memory[FIGURE_BYTES];
    write_cell(json_at(generator, "lateness_ms"), "p95", late);
    write_bytes(json_number(generator, "peak_rss_bytes", 0), memory);
    strbuf_addf(out, "\n  generator: %.1f %% of a core, %s, starts late by %s (p95)\n",
                100 * json_number(generator, "cpu_share", 0), memory, late);
    cJSON_ArrayForEach (doubt, json_at(generator, "inconclusive")) {
        strbuf_addf(out, "  INCONCLUSIVE: %s\n", doubt->valuestring);
    }
}

void k6_summary_write(const cJSON *workload, const char *const *stats, struct strbuf *out)
{
    const cJSON *node = NULL;
    const char *state = json_text(workload, "state");
    const char *reason = json_text(workload, "reason");
    const char *verdict = json_text(workload, "verdict");
    strbuf_addf(out, "%s: %s, %.1f s", json_text(workload, "name"), state,
                json_number(workload, "seconds", 0));
    strbuf_addf(out, "%s%s\n", reason != NULL ? ", " : "", reason != NULL ? reason : "");
    add_checks(workload, out);
    add_thresholds(workload, out);
    strbuf_add_char(out, '\n');
    add_metrics(json_at(workload, "metrics"), stats, out);
    cJSON_ArrayForEach (node, json_at(workload, "scenarios")) {
        add_scenario(node, out);
    }
    add_statuses(workload, out);
    add_integrity(workload, out);
    add_generator(workload, out);
    if (verdict != NULL) {
        strbuf_addf(out, "  verdict: %s\n", verdict);
    }
}
