#include "backend/stress_json.h"

#include <math.h>
#include <stdio.h>

#include "backend/figures.h"
#include "backend/socket_record.h"
#include "base/mem.h"
#include "metrics/knee.h"

#define KNEE_SAMPLES 20 /* of a level, for its mean to count */
#define STAT_BYTES   ((size_t)32)

static double unit_of(const struct series *series)
{
    return series->spec->contains == CONTAINS_TIME ? FIGURES_NS_IN_MS : FIGURES_AS_IS;
}

static void add_stats(const struct stress_measured *measured, const struct series *series,
                      cJSON *values)
{
    uint64_t n = histogram_samples(&series->trend);
    for (size_t i = 0; i < measured->stat_count; i++) {
        char name[STAT_BYTES];
        double percent = measured->stat[i];
        (void)snprintf(name, sizeof name, "p(%g)", percent);
        if (n > 0 && n >= histogram_samples_needed(percent)) {
            json_add_number(values, name,
                            histogram_percentile(&series->trend, percent).value / unit_of(series));
        }
    }
}

static void add_values(const struct stress_measured *measured, const struct series *series,
                       cJSON *node)
{
    if (series->spec->kind == SERIES_TREND) {
        figures_to_json(&series->trend, unit_of(series), node, "values");
        add_stats(measured, series, cJSON_GetObjectItemCaseSensitive(node, "values"));
        return;
    }
    cJSON *values = json_add_object(node, "values");
    json_add_number(values, "n", (double)series->samples);
    switch (series->spec->kind) {
    case SERIES_COUNTER:
        json_add_number(values, "count", series->total);
        json_add_number(values, "rate", series->total / measured->end->seconds);
        break;
    case SERIES_GAUGE:
        json_add_number(values, "value", series->total);
        json_add_number(values, "min", series->min);
        json_add_number(values, "max", series->max);
        break;
    case SERIES_RATE:
        json_add_number(values, "passes", (double)series->truths);
        json_add_number(values, "fails", (double)(series->samples - series->truths));
        if (series->samples > 0) {
            json_add_number(values, "rate", (double)series->truths / (double)series->samples);
        }
        break;
    case SERIES_TREND:
        break;
    }
}

static bool is_about(const struct threshold_spec *spec, const struct series *series)
{
    bool whole = spec->selector.tag_count == 0;
    return spec->metric == series->metric && whole == (series->selector == NULL) &&
           (whole || strcmp(spec->selector_text, series->selector_text) == 0);
}

static void add_thresholds(const struct stress_measured *measured, const struct series *series,
                           cJSON *node)
{
    cJSON *thresholds = NULL;
    for (size_t i = 0; i < measured->workload->threshold_count; i++) {
        const struct threshold_spec *spec = &measured->workload->threshold[i];
        const struct threshold_result *result = &measured->verdicts->threshold[i];
        if (!measured->verdicts->has_thresholds || !is_about(spec, series)) {
            continue;
        }
        if (thresholds == NULL) {
            thresholds = json_add_object(node, "thresholds");
        }
        cJSON *out = json_add_object(thresholds, spec->threshold.source);
        json_add_text(out, "outcome", threshold_outcome_name(result->outcome));
        json_add_number(out, "n", (double)result->n);
        if (result->has_value) {
            json_add_number(out, "value", result->value);
            json_add_bool(out, "at_least", result->at_least);
        }
        if (result->reason[0] != '\0') {
            json_add_text(out, "reason", result->reason);
        }
    }
}

static void add_metrics(const struct stress_measured *measured, cJSON *parent)
{
    cJSON *metrics = json_add_object(parent, "metrics");
    for (size_t i = 0; i < measured->load->series_count; i++) {
        const struct series *series = &measured->load->series[i];
        bool own = series->metric >= BUILTIN_COUNT;
        if (series->samples == 0 && !own && series->selector == NULL) {
            continue; /* what this workload cannot have: TLS times, dropped iterations … */
        }
        const char *key = series->selector != NULL ? series->selector_text : series->spec->name;
        cJSON *node = json_add_object(metrics, key);
        json_add_text(node, "type", series_kind_name(series->spec->kind));
        json_add_text(node, "contains", metric_contains_names[series->spec->contains]);
        add_values(measured, series, node);
        add_thresholds(measured, series, node);
    }
}

static void add_bands(const struct stress_measured *measured, size_t index, cJSON *parent)
{
    const struct record_scenario *scenario = &measured->load->scenario[index];
    const struct scenario_verdict *verdict = &measured->verdicts->scenario[index];
    cJSON *bands = json_add_array(parent, "bands");
    for (size_t i = 0; i < VU_BAND_COUNT; i++) {
        if (scenario->band[i].requests == 0) {
            continue;
        }
        cJSON *node = json_push_object(bands);
        json_add_text(node, "band", vu_band_name((enum vu_band)i));
        tally_to_json(&scenario->band[i], node);
        if (verdict->judged) {
            stress_verdict_to_json(&verdict->band[i], node, "verdict");
        }
    }
}

static void add_stages(const struct stress_measured *measured, size_t index, cJSON *parent)
{
    const struct record_scenario *scenario = &measured->load->scenario[index];
    const struct schedule *schedule = &measured->workload->scenario[index].schedule;
    if (schedule->stage_count == 0) {
        return;
    }
    cJSON *stages = json_add_array(parent, "stages");
    for (size_t i = 0; i < schedule->stage_count; i++) {
        cJSON *node = json_push_object(stages);
        json_add_number(node, "stage", (double)(i + 1));
        json_add_number(node, "duration_s", (double)schedule->stages[i].duration_ns / 1e9);
        json_add_number(node, "target", schedule->stages[i].target);
        tally_to_json(&scenario->stage[i + 1], node);
    }
}

static void add_levels(const struct record_scenario *scenario, cJSON *parent)
{
    cJSON *levels = json_add_array(parent, "levels");
    for (size_t i = 0; i < RECORD_LEVELS; i++) {
        const struct level *level = &scenario->level[i];
        uint64_t from;
        uint64_t to;
        if (level->tally.requests == 0) {
            continue;
        }
        cJSON *node = json_push_object(levels);
        record_level_bounds(i, &from, &to);
        json_add_number(node, "vus_from", (double)from);
        json_add_number(node, "vus_to", (double)to);
        json_add_number(node, "vus", (double)level->vus_sum / (double)level->tally.requests);
        json_add_number(node, "seconds", level->seconds);
        if (level->seconds > 0) {
            json_add_number(node, "rate", (double)level->tally.requests / level->seconds);
        }
        tally_to_json(&level->tally, node);
    }
}

/* Where the response time begins to rise with the number of VUs, and how steeply. */
static void add_knee(const struct record_scenario *scenario, cJSON *parent)
{
    double vus[RECORD_LEVELS];
    double service_ms[RECORD_LEVELS];
    size_t points = 0;
    struct knee knee;
    for (size_t i = 0; i < RECORD_LEVELS; i++) {
        const struct level *level = &scenario->level[i];
        /* Where somebody gave up the mean is only a lower bound. */
        if (histogram_samples(&level->tally.service_ns) >= KNEE_SAMPLES &&
            histogram_censored(&level->tally.service_ns) == 0) {
            vus[points] = (double)level->vus_sum / (double)level->tally.requests;
            service_ms[points++] =
                histogram_mean(&level->tally.service_ns).value / FIGURES_NS_IN_MS;
        }
    }
    knee_fit(vus, service_ms, points, &knee);
    if (!knee.has_data) {
        return;
    }
    cJSON *node = json_add_object(parent, "knee");
    json_add_number(node, "vus", knee.vus);
    json_add_number(node, "flat_ms", knee.flat);
    json_add_number(node, "per_vu_ms", knee.per_vu);
    json_add_number(node, "explained", knee.explained);
}

static void add_baseline(const struct stress_measured *measured, size_t index, cJSON *parent)
{
    size_t of = verdicts_baseline_of(measured->workload, index);
    if (measured->baseline == NULL || !measured->workload->scenario[index].baseline) {
        return;
    }
    const struct record_scenario *baseline = &measured->baseline->scenario[of];
    cJSON *node = json_add_object(parent, "baseline");
    json_add_number(node, "vus", measured->workload->baseline.vus);
    tally_to_json(&baseline->all, node);
    figures_to_json(&baseline->iteration_ns, FIGURES_NS_IN_MS, node, "iteration_ms");
}

static void add_scenario(const struct stress_measured *measured, size_t index, cJSON *parent)
{
    const struct scenario *scenario = &measured->workload->scenario[index];
    const struct record_scenario *measures = &measured->load->scenario[index];
    const struct scenario_verdict *verdict = &measured->verdicts->scenario[index];
    cJSON *node = json_push_object(parent);
    json_add_text(node, "name", scenario->name);
    json_add_text(node, "executor", scenario->schedule.executor->name);
    json_add_text(node, "flow", scenario->flow->name);
    json_add_number(node, "start_s", (double)scenario->schedule.start_ns / 1e9);
    json_add_number(node, "end_s", (double)schedule_end_ns(&scenario->schedule) / 1e9);
    json_add_number(node, "iterations", (double)measures->iterations);
    json_add_number(node, "interrupted_iterations", (double)measures->interrupted);
    json_add_number(node, "cut_off_requests", (double)measures->cut_off);
    json_add_number(node, "dropped_iterations", (double)measures->dropped);
    json_add_number(node, "vus_max", (double)measures->vus_max);
    figures_to_json(&measures->iteration_ns, FIGURES_NS_IN_MS, node, "iteration_ms");
    tally_to_json(&measures->all, node);
    add_baseline(measured, index, node);
    if (verdict->judged) {
        stress_verdict_to_json(&verdict->whole, node, "verdict");
    }
    add_bands(measured, index, node);
    add_stages(measured, index, node);
    add_levels(measures, node);
    if (!scenario->schedule.executor->is_open) {
        add_knee(measures, node);
    }
}

static int compare_statuses(const void *a, const void *b)
{
    const struct record_status *left = *(const struct record_status *const *)a;
    const struct record_status *right = *(const struct record_status *const *)b;
    if (left->request->number != right->request->number) {
        return left->request->number < right->request->number ? -1 : 1;
    }
    if (left->status != right->status) {
        return left->status < right->status ? -1 : 1;
    }
    return (int)left->outcome - (int)right->outcome;
}

static void add_statuses(const struct record *record, cJSON *parent)
{
    cJSON *list = json_add_array(parent, "statuses");
    const struct record_status **sorted =
        mem_new_array(record->status_count, sizeof(struct record_status *));
    for (size_t i = 0; i < record->status_count; i++) {
        sorted[i] = record->status[i];
    }
    qsort(sorted, record->status_count, sizeof(struct record_status *), compare_statuses);
    for (size_t i = 0; i < record->status_count; i++) {
        cJSON *row = json_push_object(list);
        json_add_text(row, "name", sorted[i]->request->name);
        json_add_text(row, "method", sorted[i]->request->method);
        json_add_text(row, "path", sorted[i]->request->path_text);
        json_add_number(row, "status", sorted[i]->status);
        json_add_text(row, "outcome", outcome_names[sorted[i]->outcome]);
        json_add_number(row, "count", (double)sorted[i]->tally.requests);
        figures_to_json(&sorted[i]->tally.service_ns, FIGURES_NS_IN_MS, row, "service_ms");
    }
    free(sorted);
}

static void add_checks(const struct record *record, cJSON *parent)
{
    cJSON *list = json_add_array(parent, "checks");
    const struct workload *workload = record->workload;
    for (size_t i = 0; i < workload->flow_count; i++) {
        for (size_t k = 0; k < workload->flow[i].step_count; k++) {
            const struct request *request = workload->flow[i].step[k].request;
            for (size_t c = 0; request != NULL && c < request->check_count; c++) {
                const uint64_t *counts = record->check[request->number * WORKLOAD_LIST_MAX + c];
                cJSON *node = json_push_object(list);
                json_add_text(node, "name", request->check[c].name);
                json_add_text(node, "request", request->name);
                json_add_number(node, "passes", (double)counts[1]);
                json_add_number(node, "fails", (double)counts[0]);
            }
        }
    }
}

static void add_generator(const struct stress_measured *measured, cJSON *parent)
{
    cJSON *node = json_add_object(parent, "generator");
    const struct histogram *late = &measured->load->series[BUILTIN_START_LATENESS].trend;
    json_add_number(node, "cpu_share", measured->noise->self_share);
    json_add_number(node, "host_busy_share", measured->noise->busy_share);
    json_add_number(node, "peak_rss_bytes", (double)host_self_peak_rss());
    figures_to_json(late, FIGURES_NS_IN_MS, node, "lateness_ms");
    cJSON *doubts = json_add_array(node, "inconclusive");
    for (size_t i = 0; i < measured->verdicts->doubt_count; i++) {
        json_push_text(doubts, measured->verdicts->doubt[i]);
    }
}

cJSON *stress_json_workload(const struct stress_measured *measured)
{
    const struct verdicts *verdicts = measured->verdicts;
    cJSON *node = json_new_object();
    json_add_text(node, "name", measured->workload->name);
    json_add_text(node, "summary", measured->workload->summary);
    json_add_text(node, "file", measured->workload->config.name);
    json_add_text(node, "started_at", measured->started_at);
    json_add_text(node, "state", measured->state);
    json_add_text(node, "reason", measured->reason);
    json_add_number(node, "seconds", measured->end->seconds);
    json_add_bool(node, "server_went_away", measured->end->server_went_away);
    if (verdicts->judged) {
        json_add_text(node, "verdict", verdict_name(verdicts->verdict));
    }
    json_add_number(node, "thresholds_failed", (double)verdicts->thresholds_failed);
    json_add_number(node, "thresholds_without_data", (double)verdicts->thresholds_without_data);
    add_generator(measured, node);
    cJSON *scenarios = json_add_array(node, "scenarios");
    for (size_t i = 0; i < measured->workload->scenario_count; i++) {
        add_scenario(measured, i, scenarios);
    }
    add_metrics(measured, node);
    add_checks(measured->load, node);
    add_statuses(measured->load, node);
    if (measured->load->sockets != NULL) {
        json_add_node(node, "sockets", socket_record_to_json(measured->load->sockets));
    }
    if (measured->integrity != NULL) {
        json_add_node(node, "integrity", measured->integrity);
    }
    if (measured->database != NULL) {
        json_add_node(node, "database", measured->database);
    }
    return node;
}

cJSON *stress_json_timeline(const struct record *record)
{
    static const char *const columns[] = { "at_s",         "vus",        "requests", "errors",
                                           "rate_limited", "iterations", "dropped",  "p50_ms",
                                           "p95_ms",       "max_ms" };
    cJSON *root = json_new_object();
    cJSON *names = json_add_array(root, "columns");
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        json_push_text(names, columns[i]);
    }
    cJSON *rows = json_add_array(root, "seconds");
    for (size_t i = 0; i < record->second_count; i++) {
        const struct record_second *second = &record->second[i];
        const double values[] = { (double)second->at_s,   second->vus,
                                  second->requests,       second->errors,
                                  second->rate_limited,   second->iterations,
                                  second->dropped,        (double)second->p50_ms,
                                  (double)second->p95_ms, (double)second->max_ms };
        cJSON *row = json_new_array();
        for (size_t k = 0; k < sizeof values / sizeof values[0]; k++) {
            if (values[k] < 0) {
                json_push_number(row, (double)NAN);
            } else {
                json_push_number(row, values[k]);
            }
        }
        json_push_node(rows, row);
    }
    return root;
}

cJSON *stress_json_series(const struct record *record)
{
    cJSON *root = json_new_object();
    cJSON *list = json_add_array(root, "series");
    for (size_t i = 0; i < record->series_count; i++) {
        const struct series *series = &record->series[i];
        if (series->samples == 0) {
            continue;
        }
        cJSON *node = json_push_object(list);
        json_add_text(node, "metric", series->spec->name);
        json_add_text(node, "selector", series->selector_text);
        json_add_text(node, "type", series_kind_name(series->spec->kind));
        json_add_text(node, "contains", metric_contains_names[series->spec->contains]);
        json_add_number(node, "samples", (double)series->samples);
        if (series->spec->kind == SERIES_TREND) {
            histogram_to_json(&series->trend, node, "histogram");
        } else {
            json_add_number(node, "total", series->total);
            json_add_number(node, "truths", (double)series->truths);
        }
    }
    cJSON *scenarios = json_add_array(root, "scenarios");
    for (size_t i = 0; i < record->workload->scenario_count; i++) {
        const struct record_scenario *scenario = &record->scenario[i];
        cJSON *node = json_push_object(scenarios);
        json_add_text(node, "name", record->workload->scenario[i].name);
        histogram_to_json(&scenario->all.service_ns, node, "service_ns");
        histogram_to_json(&scenario->all.response_ns, node, "response_ns");
        for (size_t k = 0; k < VU_BAND_COUNT; k++) {
            char *key = mem_format("service_ns band %s", vu_band_name((enum vu_band)k));
            histogram_to_json(&scenario->band[k].service_ns, node, key);
            free(key);
        }
    }
    return root;
}
