#include "cdp/collect/samples.h"

#include <assert.h>
#include <math.h>

#include "base/mem.h"

static struct sample_list *list_of(struct samples *samples, const char *metric)
{
    const struct metric_def *def = metric_find(metric);
    assert(def != NULL);
    for (size_t i = 0; i < samples->count; i++) {
        if (samples->lists[i].def == def) {
            return &samples->lists[i];
        }
    }
    void *lists = samples->lists;
    mem_reserve(&lists, &samples->cap, samples->count + 1, sizeof *samples->lists);
    samples->lists = lists;
    struct sample_list *list = &samples->lists[samples->count++];
    *list = (struct sample_list){ .def = def };
    return list;
}

void samples_add(struct samples *samples, const char *metric, double value)
{
    if (!isfinite(value)) {
        samples_none(samples, metric, "the reading is no finite number");
        return;
    }
    struct sample_list *list = list_of(samples, metric);
    void *values = list->values;
    mem_reserve(&values, &list->cap, list->count + 1, sizeof *list->values);
    list->values = values;
    list->values[list->count++] = value;
}

void samples_none(struct samples *samples, const char *metric, const char *reason)
{
    struct sample_list *list = list_of(samples, metric);
    (void)snprintf(list->reason, sizeof list->reason, "%s", reason);
}

void samples_add_from(struct samples *samples, const char *metric, const cJSON *raw,
                      const char *path)
{
    const cJSON *node = json_at(raw, path);
    if (cJSON_IsNumber(node)) {
        samples_add(samples, metric, node->valuedouble);
        return;
    }
    char *reason = mem_format("the browser gave no %s", path);
    samples_none(samples, metric, reason);
    free(reason);
}

void samples_summarise(const struct samples *samples, struct metric_value *out)
{
    for (size_t i = 0; i < samples->count; i++) {
        const struct sample_list *list = &samples->lists[i];
        if (list->count > 0) {
            metric_summarise(list->def, list->values, list->count, &out[i]);
        } else {
            metric_no_data(list->def, list->reason, &out[i]);
        }
    }
}

void samples_add_values(const struct samples *samples, cJSON *metrics)
{
    for (size_t i = 0; i < samples->count; i++) {
        const struct sample_list *list = &samples->lists[i];
        cJSON *node = cJSON_GetObjectItemCaseSensitive(metrics, list->def->name);
        if (list->count > 0 && cJSON_IsObject(node)) {
            cJSON *values = json_add_array(node, "values");
            for (size_t k = 0; k < list->count; k++) {
                json_push_number(values, list->values[k]);
            }
        }
    }
}

void samples_release(struct samples *samples)
{
    for (size_t i = 0; i < samples->count; i++) {
        free(samples->lists[i].values);
    }
    free(samples->lists);
    *samples = (struct samples){ NULL, 0, 0 };
}
