/* Memory after one forced garbage collection: without it the counters hold dead documents and a
 * virtual list looks bigger than a plain one. performance.memory is a constant in headless-shell
 * and is not asked. */
#include "cdp/collect/collect.h"

#define GC_MS 60000 /* our own wish, not the page's fault: a big page is given its time */

static const char *const metrics[] = { "dom_nodes", "detached_nodes", "documents", "listeners",
                                       "js_heap",   "embedder_heap",  NULL };

static enum err read_into(struct page *page, const char *method, cJSON *raw, const char *key,
                          struct err_msg *msg)
{
    cJSON *result = NULL;
    enum err err = page_call(page, method, NULL, &result, msg);
    if (err == ERR_OK) {
        json_add_node(raw, key, result);
    }
    return err;
}

static enum err gather(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    struct page *page = context->journey->page;
    struct session_command collect = { .method = "HeapProfiler.collectGarbage",
                                       .timeout_ms = GC_MS };
    enum err err = page_call_long(page, &collect, NULL, msg);
    if (err == ERR_OK) {
        err = read_into(page, "Memory.getDOMCounters", raw, "counters", msg);
    }
    if (err == ERR_OK) {
        err = read_into(page, "Runtime.getHeapUsage", raw, "heap", msg);
    }
    cJSON *attached = NULL;
    if (err == ERR_OK) {
        err = page_run(page, "cdp/js/attached.js", NULL, &attached, msg);
    }
    if (err == ERR_OK) {
        json_add_node(raw, "attached", attached);
    }
    return err;
}

static void score(const cJSON *raw, const struct collect_stage *stage, struct samples *out)
{
    (void)stage;
    samples_add_from(out, "dom_nodes", raw, "counters.nodes");
    const cJSON *nodes = json_at(raw, "counters.nodes");
    const cJSON *attached = json_at(raw, "attached");
    if (cJSON_IsNumber(nodes) && cJSON_IsNumber(attached)) {
        samples_add(out, "detached_nodes", nodes->valuedouble - attached->valuedouble);
    } else {
        samples_none(out, "detached_nodes", "the nodes in the document were not counted");
    }
    samples_add_from(out, "documents", raw, "counters.documents");
    samples_add_from(out, "listeners", raw, "counters.jsEventListeners");
    samples_add_from(out, "js_heap", raw, "heap.usedSize");
    samples_add_from(out, "embedder_heap", raw, "heap.embedderHeapUsedSize");
}

const struct collector collector_memory = {
    .name = "memory",
    .when = COLLECT_STAGE,
    .quick = true,
    .metrics = metrics,
    .gather = gather,
    .score = score,
};
