/* The figures of a load run that a comparison looks at. */
#include <math.h>

#include "base/mem.h"
#include "metrics/compare_figures.h"
#include "metrics/compare_side.h"

static void add(struct compare_side *side, const char *figure, const char *place, double value)
{
    compare_series_add(compare_side_series(side, compare_figure_find(figure), place), value);
}

/* A part of the result that only some runs have: a missing number is no figure, not 0. */
static void add_if_there(struct compare_side *side, const char *figure, const char *place,
                         const cJSON *node, const char *path)
{
    const cJSON *number = json_at(node, path);
    if (cJSON_IsNumber(number)) {
        add(side, figure, place, number->valuedouble);
    }
}

static double share_of(double part, double whole)
{
    return whole > 0.0 ? 100.0 * part / whole : (double)NAN;
}

static bool is_listed(const cJSON *texts, const char *word)
{
    const cJSON *text = NULL;
    cJSON_ArrayForEach (text, texts) {
        if (cJSON_IsString(text) && strcmp(text->valuestring, word) == 0) {
            return true;
        }
    }
    return false;
}

/* A percentile that time-outs have turned into a lower bound is no figure to compare. */
static void add_quantile(struct compare_side *side, const char *figure, const char *place,
                         const cJSON *trend, const char *quantile)
{
    struct compare_series *series = compare_side_series(side, compare_figure_find(figure), place);
    const cJSON *number = json_at(trend, quantile);
    if (is_listed(json_at(trend, "at_least"), quantile)) {
        compare_series_miss(series, "time-outs make it a lower bound");
    } else if (!cJSON_IsNumber(number)) {
        compare_series_miss(series, "too few samples for it");
    } else {
        compare_series_add(series, number->valuedouble);
    }
}

static void add_scenario(struct compare_side *side, const cJSON *scenario, const char *place)
{
    double requests = json_number(scenario, "requests", 0.0);
    double failed = 0.0;
    const cJSON *outcomes = json_at(scenario, "outcomes");
    const cJSON *outcome = cJSON_IsObject(outcomes) ? outcomes->child : NULL;
    for (; outcome != NULL; outcome = outcome->next) {
        bool is_of_server = strcmp(outcome->string, "server_error") == 0 ||
                            strcmp(outcome->string, "pool_exhausted") == 0;
        failed += is_of_server && cJSON_IsNumber(outcome) ? outcome->valuedouble : 0.0;
    }
    if (requests > 0.0) {
        add(side, "error_share", place, share_of(json_number(scenario, "errors", 0.0), requests));
        add(side, "server_error_share", place, share_of(failed, requests));
        add_quantile(side, "service_med_ms", place, json_at(scenario, "service_ms"), "med");
        add_quantile(side, "service_p95_ms", place, json_at(scenario, "service_ms"), "p95");
    }
}

/* The load as it was asked for, as far as the result tells it. */
static void write_shape(const cJSON *scenario, struct strbuf *out)
{
    const char *executor = json_text(scenario, "executor");
    const cJSON *stage = NULL;
    strbuf_addf(out, "%.40s from %g s to %g s", executor != NULL ? executor : "?",
                json_number(scenario, "start_s", 0.0), json_number(scenario, "end_s", 0.0));
    if (executor != NULL && strcmp(executor, "constant-vus") == 0) {
        strbuf_addf(out, ", %g VUs", json_number(scenario, "vus_max", 0.0));
    }
    cJSON_ArrayForEach (stage, json_at(scenario, "stages")) {
        strbuf_addf(out, ", to %g in %g s", json_number(stage, "target", 0.0),
                    json_number(stage, "duration_s", 0.0));
    }
}

void compare_side_stress_conditions(struct compare_side *side, const cJSON *root)
{
    const cJSON *workload = NULL;
    cJSON_ArrayForEach (workload, json_at(root, "stress.workloads")) {
        const cJSON *scenario = NULL;
        cJSON_ArrayForEach (scenario, json_at(workload, "scenarios")) {
            struct strbuf shape = STRBUF_INIT;
            const char *name = json_text(workload, "name");
            const char *its = json_text(scenario, "name");
            char *title = mem_format("load of %.60s: %.60s", name != NULL ? name : "?",
                                     its != NULL ? its : "?");
            write_shape(scenario, &shape);
            compare_side_condition(side, title, strbuf_text(&shape));
            free(title);
            strbuf_release(&shape);
        }
    }
}

static void add_integrity(struct compare_side *side, const cJSON *workload, const char *place)
{
    const cJSON *integrity = json_at(workload, "integrity");
    const char *unchecked = json_text(integrity, "not_checked");
    double violations = 0.0;
    const cJSON *check = NULL;
    if (integrity == NULL) {
        return;
    }
    if (unchecked != NULL) {
        compare_series_miss(compare_side_series(side, compare_figure_find("violations"), place),
                            unchecked);
        return;
    }
    cJSON_ArrayForEach (check, json_at(integrity, "checks")) {
        violations += json_number(check, "violations", 0.0);
    }
    add(side, "violations", place, violations);
}

static void add_database(struct compare_side *side, const cJSON *workload, const char *place,
                         double requests)
{
    const cJSON *database = json_at(workload, "database");
    const cJSON *statements = json_at(database, "statements");
    double calls = 0.0;
    const cJSON *statement = NULL;
    cJSON_ArrayForEach (statement, statements) {
        calls += json_number(statement, "calls", 0.0);
    }
    if (cJSON_IsArray(statements) && requests > 0.0) {
        add(side, "queries_per_request", place, calls / requests);
    }
    add_if_there(side, "deadlocks", place, database, "deadlocks");
}

static void add_sockets(struct compare_side *side, const cJSON *workload, const char *place)
{
    const cJSON *sockets = json_at(workload, "sockets");
    const cJSON *fanout = json_at(sockets, "fanout");
    add_if_there(side, "socket_failures", place, sockets, "connections.failed");
    add_if_there(side, "socket_drops", place, sockets, "connections.dropped");
    add_if_there(side, "fanout_lost", place, fanout, "lost");
    add_if_there(side, "fanout_duplicates", place, fanout, "duplicates");
    add_if_there(side, "fanout_disorder", place, fanout, "order_violations");
    if (sockets != NULL) {
        add_quantile(side, "connect_p95_ms", place, json_at(sockets, "connect_ms.total"), "p95");
    }
    if (cJSON_IsObject(fanout)) {
        add_quantile(side, "fanout_p99_ms", place, json_at(fanout, "p99_ms"), "med");
    }
}

static void add_workload(struct compare_side *side, const cJSON *workload, const char *name)
{
    const cJSON *scenario = NULL;
    cJSON_ArrayForEach (scenario, json_at(workload, "scenarios")) {
        const char *its = json_text(scenario, "name");
        char *place = mem_format("%.60s: %.60s", name, its != NULL ? its : "?");
        add_scenario(side, scenario, place);
        free(place);
    }
    char *whole = mem_format("%.60s", name);
    double requests = json_number(workload, "metrics.http_reqs.values.count", 0.0);
    double bytes = json_number(workload, "metrics.data_received.values.count", (double)NAN);
    if (requests > 0.0 && isfinite(bytes)) {
        add(side, "bytes_per_request", whole, bytes / requests);
    }
    add_integrity(side, workload, whole);
    add_database(side, workload, whole, requests);
    add_sockets(side, workload, whole);
    free(whole);
}

/* What the run itself doubts of its generator. */
static void add_doubt(struct compare_side *side, const cJSON *workload)
{
    const cJSON *doubt = cJSON_GetArrayItem(json_at(workload, "generator.inconclusive"), 0);
    if (cJSON_IsString(doubt)) {
        (void)snprintf(side->doubt, sizeof side->doubt, "%.300s", doubt->valuestring);
    }
}

enum err compare_side_add_stress(struct compare_side *side, const cJSON *root, const char *path,
                                 struct err_msg *msg)
{
    const cJSON *workloads = json_at(root, "stress.workloads");
    const cJSON *workload = NULL;
    if (cJSON_GetArraySize(workloads) < 1) {
        return err_set(msg, ERR_FORMAT, "%s: \"stress.workloads\" is missing or empty", path);
    }
    cJSON_ArrayForEach (workload, workloads) {
        const char *name = json_text(workload, "name");
        double busy = json_number(workload, "generator.host_busy_share", (double)NAN);
        if (name == NULL) {
            return err_set(msg, ERR_FORMAT, "%s: a workload of \"stress\" has no \"name\"", path);
        }
        add_workload(side, workload, name);
        add_doubt(side, workload);
        side->busy_high = fmax(side->busy_high, busy);
        side->busy_low = fmin(side->busy_low, busy);
    }
    return ERR_OK;
}
