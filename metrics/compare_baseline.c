/* The baseline file: what a team commits beside its code. */
#include <math.h>

#include "base/clock.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "metrics/compare_figures.h"
#include "metrics/compare_side.h"

#define BASELINE_SCHEMA   "tmscdp.baseline"
#define BASELINE_VERSION  1
#define BASELINE_RUNS_MAX 64

static cJSON *copy_of(const cJSON *node)
{
    cJSON *copy = cJSON_Duplicate(node, true);
    if (copy == NULL) {
        mem_exhausted();
    }
    return copy;
}

static void add_series(const struct compare_series *series, cJSON *list)
{
    cJSON *node = json_push_object(list);
    json_add_text(node, "metric", series->def->name);
    json_add_text(node, "at", series->place);
    if (isfinite(series->messages)) {
        json_add_number(node, "messages", series->messages);
        json_add_number(node, "loaded", series->loaded);
    }
    cJSON *values = json_add_array(node, "values");
    for (size_t i = 0; i < series->count; i++) {
        json_push_number(values, series->values[i]);
    }
    if (series->missing) {
        json_add_text(node, "missing", series->reason);
    }
}

cJSON *compare_side_to_baseline(const struct compare_side *side)
{
    char now[CLOCK_ISO_BYTES];
    cJSON *root = json_new_object();
    json_add_text(root, "schema", BASELINE_SCHEMA);
    json_add_number(root, "schema_version", BASELINE_VERSION);
    json_add_text(root, "tool", version_text);
    clock_iso(now);
    json_add_text(root, "saved_at", now);
    json_add_node(root, "runs", copy_of(side->runs));
    json_add_node(root, "conditions", copy_of(side->conditions));
    json_add_node(root, "host", copy_of(side->host));
    cJSON *noise = json_add_object(root, "noise");
    json_add_number(noise, "busy_low", side->busy_low);
    json_add_number(noise, "busy_high", side->busy_high);
    json_add_number(noise, "steal_high", side->steal_high);
    json_add_number(noise, "load_high", side->load_high);
    if (side->hosts_differ) {
        json_add_bool(root, "hosts_differ", true);
    }
    if (side->incomplete[0] != '\0') {
        json_add_text(root, "incomplete", side->incomplete);
    }
    if (side->doubt[0] != '\0') {
        json_add_text(root, "doubt", side->doubt);
    }
    cJSON *list = json_add_array(root, "figures");
    for (size_t i = 0; i < side->count; i++) {
        const struct compare_series *series = &side->series[i];
        bool is_made = compare_figure_slope_source(series->def) != NULL; /* from the others */
        if (series->def->use != METRIC_REPORT && !is_made) {
            add_series(series, list);
        }
    }
    return root;
}

static enum err read_series(struct compare_side *side, const cJSON *node, const char *where,
                            struct err_msg *msg)
{
    const char *metric = json_text(node, "metric");
    const char *place = json_text(node, "at");
    const struct metric_def *def = metric != NULL ? compare_figure_find(metric) : NULL;
    const cJSON *values = json_at(node, "values");
    if (def == NULL) {
        return err_set(msg, ERR_FORMAT, "%s: \"metric\" must name a metric, not \"%.60s\"", where,
                       metric != NULL ? metric : "");
    }
    if (place == NULL || strlen(place) >= COMPARE_PLACE_BYTES || !cJSON_IsArray(values)) {
        return err_set(msg, ERR_FORMAT, "%s: \"at\" must be a text and \"values\" a list", where);
    }
    if (compare_side_find(side, def, place) != NULL) {
        return err_set(msg, ERR_FORMAT, "%s: %s at \"%s\" is given twice", where, metric, place);
    }
    if (cJSON_GetArraySize(values) > COMPARE_VALUES_MAX * BASELINE_RUNS_MAX) {
        return err_set(msg, ERR_FORMAT, "%s: \"values\" has more than %d numbers", where,
                       COMPARE_VALUES_MAX * BASELINE_RUNS_MAX);
    }
    struct compare_series *series = compare_side_series(side, def, place);
    series->messages = json_number(node, "messages", (double)NAN);
    series->loaded = json_number(node, "loaded", (double)NAN);
    const cJSON *value = NULL;
    cJSON_ArrayForEach (value, values) {
        if (!cJSON_IsNumber(value) || !isfinite(value->valuedouble)) {
            return err_set(msg, ERR_FORMAT, "%s: \"values\" must be numbers", where);
        }
        compare_series_add(series, value->valuedouble);
    }
    const char *missing = json_text(node, "missing");
    if (missing != NULL || series->count == 0) {
        compare_series_miss(series, missing != NULL ? missing : "the baseline has no value");
    }
    return ERR_OK;
}

static enum err check_head(const cJSON *root, const char *path, struct err_msg *msg)
{
    const char *schema = json_text(root, "schema");
    double version = json_number(root, "schema_version", 0.0);
    if (schema == NULL || strcmp(schema, BASELINE_SCHEMA) != 0) {
        return err_set(msg, ERR_FORMAT,
                       "%s is no baseline: \"schema\" must be \"" BASELINE_SCHEMA
                       "\", as `tmscdp compare --save` writes it",
                       path);
    }
    if (version > BASELINE_VERSION || version < 1.0) {
        return err_set(msg, ERR_FORMAT,
                       "%s has baseline format %g and this program reads %d: save it anew", path,
                       version, BASELINE_VERSION);
    }
    if (!cJSON_IsArray(json_at(root, "figures")) || !cJSON_IsObject(json_at(root, "conditions")) ||
        !cJSON_IsArray(json_at(root, "runs")) || !cJSON_IsObject(json_at(root, "host"))) {
        return err_set(msg, ERR_FORMAT,
                       "%s: \"figures\" and \"runs\" must be lists, \"conditions\" and \"host\" "
                       "objects",
                       path);
    }
    return ERR_OK;
}

static enum err read_conditions(struct compare_side *side, const cJSON *root, const char *path,
                                struct err_msg *msg)
{
    const cJSON *condition = NULL;
    cJSON_ArrayForEach (condition, json_at(root, "conditions")) {
        if (!cJSON_IsString(condition)) {
            return err_set(msg, ERR_FORMAT, "%s: conditions.%.60s must be a text", path,
                           condition->string);
        }
        json_add_text(side->conditions, condition->string, condition->valuestring);
    }
    return ERR_OK;
}

static void read_rest(struct compare_side *side, const cJSON *root)
{
    const cJSON *run = NULL;
    cJSON_ArrayForEach (run, json_at(root, "runs")) {
        json_push_node(side->runs, copy_of(run));
    }
    json_add_text(side->host, "cpu", json_text(root, "host.cpu"));
    json_add_number(side->host, "cores", json_number(root, "host.cores", 0.0));
    side->hosts_differ = json_bool(root, "hosts_differ", false);
    side->busy_low = json_number(root, "noise.busy_low", (double)NAN);
    side->busy_high = json_number(root, "noise.busy_high", (double)NAN);
    side->steal_high = json_number(root, "noise.steal_high", 0.0);
    side->load_high = json_number(root, "noise.load_high", 0.0);
    const char *incomplete = json_text(root, "incomplete");
    const char *doubt = json_text(root, "doubt");
    if (doubt != NULL) {
        (void)snprintf(side->doubt, sizeof side->doubt, "%s", doubt);
    }
    if (incomplete != NULL) {
        (void)snprintf(side->incomplete, sizeof side->incomplete, "%s", incomplete);
    }
}

enum err compare_side_from_baseline(struct compare_side *side, const cJSON *root, const char *path,
                                    struct err_msg *msg)
{
    enum err err = check_head(root, path, msg);
    if (err == ERR_OK) {
        err = read_conditions(side, root, path, msg);
    }
    size_t number = 0;
    const cJSON *node = NULL;
    cJSON_ArrayForEach (node, json_at(root, "figures")) {
        char *where = mem_format("%.200s: figure %zu", path, ++number);
        if (err == ERR_OK) {
            err = read_series(side, node, where, msg);
        }
        free(where);
    }
    if (err == ERR_OK) {
        read_rest(side, root);
    }
    return err;
}
