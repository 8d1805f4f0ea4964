/* The file that `k6 run --summary-export` writes (reports/k6_summary.h). */
#include <math.h>

#include "base/mem.h"
#include "reports/k6_summary.h"

static void export_trend(const cJSON *values, cJSON *out)
{
    for (size_t i = 0; k6_summary_stats[i] != NULL; i++) {
        const cJSON *figure = k6_summary_figure(values, k6_summary_stats[i]);
        json_add_number(out, k6_summary_stats[i],
                        cJSON_IsNumber(figure) ? figure->valuedouble : (double)NAN);
    }
}

static void export_metric(const cJSON *metric, cJSON *out)
{
    const char *type = json_text(metric, "type");
    const cJSON *values = json_at(metric, "values");
    const cJSON *threshold = NULL;
    if (strcmp(type, "trend") == 0) {
        export_trend(values, out);
    } else if (strcmp(type, "counter") == 0) {
        json_add_number(out, "count", json_number(values, "count", 0));
        json_add_number(out, "rate", json_number(values, "rate", 0));
    } else if (strcmp(type, "rate") == 0) {
        json_add_number(out, "value", json_number(values, "rate", 0));
        json_add_number(out, "passes", json_number(values, "passes", 0));
        json_add_number(out, "fails", json_number(values, "fails", 0));
    } else {
        json_add_number(out, "value", json_number(values, "value", 0));
        json_add_number(out, "min", json_number(values, "min", 0));
        json_add_number(out, "max", json_number(values, "max", 0));
    }
    if (json_at(metric, "thresholds") != NULL) {
        cJSON *thresholds = json_add_object(out, "thresholds");
        cJSON_ArrayForEach (threshold, json_at(metric, "thresholds")) {
            /* k6 has no third state: without data it did not hold either. */
            json_add_bool(thresholds, threshold->string,
                          strcmp(json_text(threshold, "outcome"), "pass") != 0);
        }
    }
}

/* k6 makes the id from the path by MD5; readers only need it to be there and unique. */
static void export_checks(const cJSON *workload, cJSON *group)
{
    const cJSON *check = NULL;
    cJSON *checks = json_add_object(group, "checks");
    cJSON_ArrayForEach (check, json_at(workload, "checks")) {
        const char *name = json_text(check, "name");
        if (cJSON_HasObjectItem(checks, name)) {
            continue;
        }
        char *path = mem_format("::%s", name);
        cJSON *node = json_add_object(checks, name);
        json_add_text(node, "name", name);
        json_add_text(node, "path", path);
        json_add_text(node, "id", path);
        json_add_number(node, "passes", json_number(check, "passes", 0));
        json_add_number(node, "fails", json_number(check, "fails", 0));
        free(path);
    }
}

cJSON *k6_summary_export(const cJSON *workload)
{
    cJSON *root = json_new_object();
    cJSON *group = json_add_object(root, "root_group");
    const cJSON *metric = NULL;
    json_add_text(group, "name", "");
    json_add_text(group, "path", "");
    json_add_text(group, "id", "d41d8cd98f00b204e9800998ecf8427e"); /* MD5 of the empty path */
    (void)json_add_object(group, "groups");
    export_checks(workload, group);
    cJSON *metrics = json_add_object(root, "metrics");
    cJSON_ArrayForEach (metric, json_at(workload, "metrics")) {
        export_metric(metric, json_add_object(metrics, metric->string));
    }
    return root;
}
