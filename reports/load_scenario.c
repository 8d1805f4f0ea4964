/* The scenarios of a load, read into the model: counts, times and verdicts of their parts. */
#include <math.h>

#include "base/mem.h"
#include "reports/clean.h"
#include "reports/load_build.h"

#define NAME_CHARS   ((size_t)60)
#define REASON_CHARS ((size_t)300)

const char *const figure_keys[FIGURE_COUNT] = {
    [FIGURE_AVG] = "avg", [FIGURE_MIN] = "min", [FIGURE_MED] = "med", [FIGURE_P90] = "p90",
    [FIGURE_P95] = "p95", [FIGURE_P99] = "p99", [FIGURE_MAX] = "max",
};

const char *const figure_heads[FIGURE_COUNT] = {
    [FIGURE_AVG] = "mean", [FIGURE_MIN] = "least", [FIGURE_MED] = "median", [FIGURE_P90] = "p90",
    [FIGURE_P95] = "p95",  [FIGURE_P99] = "p99",   [FIGURE_MAX] = "most",
};

double load_number(const cJSON *node, const char *path)
{
    double number = json_number(node, path, (double)NAN);
    return isfinite(number) ? number : (double)NAN;
}

const char *load_text(struct report *report, const cJSON *node, const char *path, size_t chars)
{
    return report_keep_text(report, json_text(node, path), chars);
}

size_t load_count(struct report *report, const cJSON *list, const char *what)
{
    size_t count = cJSON_IsArray(list) ? (size_t)cJSON_GetArraySize(list) : 0;
    if (count > LOAD_LIST_MAX) {
        report_add_note(report, "Of %zu %s the first %zu are shown.", count, what, LOAD_LIST_MAX);
        return LOAD_LIST_MAX;
    }
    return count;
}

void load_figures(const cJSON *node, struct report_figures *out)
{
    const cJSON *name;
    *out = (struct report_figures){ .n = load_number(node, "n"),
                                    .timed_out = json_number(node, "timed_out", 0.0) };
    for (size_t i = 0; i < FIGURE_COUNT; i++) {
        out->value[i] = load_number(node, figure_keys[i]);
    }
    cJSON_ArrayForEach (name, json_at(node, "at_least")) {
        for (size_t i = 0; i < FIGURE_COUNT; i++) {
            if (cJSON_IsString(name) && strcmp(name->valuestring, figure_keys[i]) == 0) {
                out->at_least[i] = true;
            }
        }
    }
}

static void add_count(struct report *report, struct report_counts *out, const char *name,
                      double count)
{
    if (out->count < LOAD_LIST_MAX && isfinite(count)) {
        out->item[out->count++] =
            (struct report_count){ report_keep_text(report, name, NAME_CHARS), count };
    }
}

void load_counts(struct report *report, const cJSON *node, struct report_counts *out)
{
    const cJSON *entry;
    size_t most = node != NULL ? (size_t)cJSON_GetArraySize(node) : 0;
    *out = (struct report_counts){ .count = 0 };
    out->item =
        report_keep_array(report, most < LOAD_LIST_MAX ? most : LOAD_LIST_MAX, sizeof *out->item);
    cJSON_ArrayForEach (entry, node) {
        if (cJSON_IsNumber(entry)) {
            add_count(report, out, entry->string, entry->valuedouble);
        } else if (cJSON_IsObject(entry)) {
            const char *kind = json_text(entry, "kind");
            add_count(report, out, kind != NULL ? kind : json_text(entry, "name"),
                      load_number(entry, "count"));
        }
    }
}

void load_tally(struct report *report, const cJSON *node, struct report_tally *out)
{
    out->requests = load_number(node, "requests");
    out->errors = load_number(node, "errors");
    load_counts(report, json_at(node, "outcomes"), &out->outcomes);
    load_figures(json_at(node, "service_ms"), &out->service);
    load_figures(json_at(node, "response_ms"), &out->response);
}

static enum err read_verdict(const cJSON *node, const char *where, enum verdict *out,
                             struct err_msg *msg)
{
    const char *name = json_text(node, "verdict");
    if (name == NULL || !verdict_from_name(name, out)) {
        return err_set(msg, ERR_FORMAT,
                       "%s: \"verdict\" must be fine, slows_down, crashes or no_data", where);
    }
    return ERR_OK;
}

/* `node` is the object that holds verdict, factor and reasons; missing: not judged. */
static enum err read_judgement(struct report *report, const cJSON *node, const char *where,
                               struct report_judgement *out, struct err_msg *msg)
{
    const cJSON *entry;
    *out = (struct report_judgement){ .factor = load_number(node, "factor"),
                                      .factor_at_least = json_bool(node, "at_least", false) };
    if (!cJSON_IsObject(node)) {
        return ERR_OK;
    }
    enum err code = read_verdict(node, where, &out->verdict, msg);
    size_t count = load_count(report, json_at(node, "reasons"), "reasons");
    out->judged = code == ERR_OK;
    out->reason = report_keep_array(report, count, sizeof *out->reason);
    cJSON_ArrayForEach (entry, json_at(node, "reasons")) {
        if (code != ERR_OK || out->reason_count == count) {
            break;
        }
        struct report_reason *reason = &out->reason[out->reason_count++];
        code = read_verdict(entry, where, &reason->verdict, msg);
        reason->text = load_text(report, entry, "text", REASON_CHARS);
    }
    return code;
}

static const char *part_name(struct report *report, const cJSON *node)
{
    if (json_text(node, "band") != NULL) {
        return load_text(report, node, "band", NAME_CHARS);
    }
    double stage = load_number(node, "stage");
    if (isfinite(stage)) {
        return report_keep_format(report, "stage %.0f (%.0f s to %.6g)", stage,
                                  json_number(node, "duration_s", 0.0),
                                  json_number(node, "target", 0.0));
    }
    double from = json_number(node, "vus_from", 0.0);
    double to = json_number(node, "vus_to", 0.0);
    return fabs(from - to) < 0.5 ? report_keep_format(report, "%.0f", from)
                                 : report_keep_format(report, "%.0f–%.0f", from, to);
}

static enum err read_parts(struct report *report, const cJSON *list, const char *where,
                           struct report_parts *out, struct err_msg *msg)
{
    const cJSON *entry;
    enum err code = ERR_OK;
    size_t count = load_count(report, list, "parts of a scenario");
    out->item = report_keep_array(report, count, sizeof *out->item);
    cJSON_ArrayForEach (entry, list) {
        if (out->count == count || code != ERR_OK) {
            break;
        }
        struct report_part *part = &out->item[out->count++];
        part->name = part_name(report, entry);
        part->vus_from = load_number(entry, "vus_from");
        part->vus_to = load_number(entry, "vus_to");
        part->vus = load_number(entry, "vus");
        part->rate = load_number(entry, "rate");
        load_tally(report, entry, &part->tally);
        code = read_judgement(report, json_at(entry, "verdict"), where, &part->judgement, msg);
    }
    return code;
}

static void read_knee(const cJSON *node, struct report_knee *out)
{
    *out = (struct report_knee){
        .vus = load_number(node, "vus"),
        .flat_ms = load_number(node, "flat_ms"),
        .per_vu_ms = load_number(node, "per_vu_ms"),
        .explained = load_number(node, "explained"),
    };
    out->has_data = isfinite(out->vus) && isfinite(out->flat_ms) && isfinite(out->per_vu_ms);
}

enum err load_scenario(struct report *report, const cJSON *node, const char *where,
                       struct report_scenario *out, struct err_msg *msg)
{
    const cJSON *baseline = json_at(node, "baseline");
    *out = (struct report_scenario){
        .name = load_text(report, node, "name", NAME_CHARS),
        .executor = load_text(report, node, "executor", NAME_CHARS),
        .flow = load_text(report, node, "flow", NAME_CHARS),
        .start_s = load_number(node, "start_s"),
        .end_s = load_number(node, "end_s"),
        .iterations = load_number(node, "iterations"),
        .interrupted = load_number(node, "interrupted_iterations"),
        .cut_off = load_number(node, "cut_off_requests"),
        .dropped = load_number(node, "dropped_iterations"),
        .vus_max = load_number(node, "vus_max"),
        .has_baseline = cJSON_IsObject(baseline),
        .baseline_vus = load_number(baseline, "vus"),
    };
    load_tally(report, node, &out->tally);
    load_tally(report, baseline, &out->baseline);
    read_knee(json_at(node, "knee"), &out->knee);
    enum err code = read_judgement(report, json_at(node, "verdict"), where, &out->judgement, msg);
    if (code == ERR_OK) {
        code = read_parts(report, json_at(node, "bands"), where, &out->bands, msg);
    }
    if (code == ERR_OK) {
        code = read_parts(report, json_at(node, "stages"), where, &out->stages, msg);
    }
    if (code == ERR_OK) {
        code = read_parts(report, json_at(node, "levels"), where, &out->levels, msg);
    }
    return code;
}

#define SLOW_FACTOR   2.0 /* the verdict matrix */
#define BROKEN_SHARE  0.1
#define LEVEL_SAMPLES 10.0 /* fewer requests say nothing about a share of errors */

/* A lower bound of the part's p95: its highest known percentile up to there. */
static double p95_at_least(const struct report_figures *figures)
{
    static const enum figure order[] = { FIGURE_P95, FIGURE_P90, FIGURE_MED };
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        if (isfinite(figures->value[order[i]])) {
            return figures->value[order[i]];
        }
    }
    return (double)NAN;
}

struct report_breaking report_breaking_point(const struct report_scenario *scenario)
{
    struct report_breaking out = { NULL, NULL };
    double limit = SLOW_FACTOR * scenario->baseline.service.value[FIGURE_P95];
    for (size_t i = 0; i < scenario->levels.count; i++) {
        const struct report_part *level = &scenario->levels.item[i];
        if (out.slow == NULL && scenario->has_baseline &&
            p95_at_least(&level->tally.service) >= limit) {
            out.slow = level;
        }
        if (out.broken == NULL && level->tally.requests >= LEVEL_SAMPLES &&
            level->tally.errors > BROKEN_SHARE * level->tally.requests) {
            out.broken = level;
        }
    }
    return out;
}
