#include "cdp/collect/browser_metrics.h"

#include <math.h>

#include "base/mem.h"

enum err browser_metrics_read(struct page *page, cJSON *raw, const char *key, struct err_msg *msg)
{
    cJSON *result = NULL;
    enum err err = page_call(page, "Performance.getMetrics", NULL, &result, msg);
    if (err == ERR_OK) {
        cJSON *readings = json_add_object(raw, key);
        const cJSON *metric = NULL;
        cJSON_ArrayForEach (metric, json_at(result, "metrics")) {
            const char *name = json_text(metric, "name");
            if (name != NULL) {
                json_add_number(readings, name, json_number(metric, "value", (double)NAN));
            }
        }
    }
    cJSON_Delete(result);
    return err;
}

void browser_metrics_score(const cJSON *raw, const char *name, double scale, const char *metric,
                           struct samples *out)
{
    const cJSON *before = cJSON_GetObjectItemCaseSensitive(json_at(raw, "before"), name);
    const cJSON *after = cJSON_GetObjectItemCaseSensitive(json_at(raw, "after"), name);
    if (cJSON_IsNumber(before) && cJSON_IsNumber(after)) {
        samples_add(out, metric, (after->valuedouble - before->valuedouble) * scale);
        return;
    }
    char *reason = mem_format("Performance.getMetrics has no %s", name);
    samples_none(out, metric, reason);
    free(reason);
}
