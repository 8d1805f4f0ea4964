/* What opening and closing the conversation leaves behind: the conversation is left for another one
 * and come back to by the app's own routes, seven times, and after each the memory is read behind a
 * garbage collection. A page that keeps nothing does not grow; the slope over the cycles says how
 * much it does. One cycle before fills the app's caches. */
#include "cdp/collect/leak.h"

#include <math.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cdp/collect/collect.h"
#include "metrics/slope.h"

#define CYCLES     7
#define QUIET_MS   150 /* nothing is loaded: everything comes from the app's caches */
#define TIMEOUT_MS 10000
#define GC_MS      60000

static const char *const metrics[] = { "nodes_per_cycle", "listeners_per_cycle", "heap_per_cycle",
                                       "dom_heap_per_cycle", NULL };

static enum err settle(struct journey *journey, struct err_msg *msg)
{
    uint64_t deadline_ns = clock_now_ns() + TIMEOUT_MS * NS_PER_MS;
    enum err err = journey_wait_idle(journey, deadline_ns, msg);
    if (err != ERR_OK) {
        return err;
    }
    cJSON *args = json_new_object();
    json_add_number(args, "quiet_ms", QUIET_MS);
    json_add_number(args, "timeout_ms", TIMEOUT_MS);
    return page_run(journey->page, "cdp/js/quiet.js", args, NULL, msg);
}

static enum err call_into(struct page *page, const char *method, cJSON *reading, const char *key,
                          struct err_msg *msg)
{
    cJSON *result = NULL;
    enum err err = page_call(page, method, NULL, &result, msg);
    if (err == ERR_OK) {
        json_add_node(reading, key, result);
    }
    return err;
}

static enum err read_memory(struct page *page, cJSON *readings, struct err_msg *msg)
{
    struct session_command collect = { .method = "HeapProfiler.collectGarbage",
                                       .timeout_ms = GC_MS };
    cJSON *reading = json_push_object(readings);
    enum err err = page_call_long(page, &collect, NULL, msg);
    if (err == ERR_OK) {
        err = call_into(page, "Memory.getDOMCounters", reading, "counters", msg);
    }
    if (err == ERR_OK) {
        err = call_into(page, "Runtime.getHeapUsage", reading, "heap", msg);
    }
    return err;
}

static enum err cycle(struct journey *journey, struct err_msg *msg)
{
    enum err err = journey_remount(journey, clock_now_ns() + TIMEOUT_MS * NS_PER_MS, msg);
    return err == ERR_OK ? settle(journey, msg) : err;
}

static enum err cycles(struct journey *journey, cJSON *readings, struct err_msg *msg)
{
    enum err err = ERR_OK;
    for (int i = 0; i <= CYCLES && err == ERR_OK; i++) {
        err = cycle(journey, msg);
        if (err == ERR_OK) {
            err = read_memory(journey->page, readings, msg);
        }
    }
    return err;
}

static enum err gather(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    struct journey *journey = context->journey;
    /* Its steps are no part of the way to the count. */
    cJSON *how = journey->how;
    journey->how = json_new_array();
    enum err err = cycles(journey, json_add_array(raw, "readings"), msg);
    cJSON_Delete(journey->how);
    journey->how = how;
    return err;
}

struct growth {
    const char *metric;
    const char *path; /* in a reading */
};

static const struct growth growths[] = {
    { "nodes_per_cycle", "counters.nodes" },
    { "listeners_per_cycle", "counters.jsEventListeners" },
    { "heap_per_cycle", "heap.usedSize" },
    { "dom_heap_per_cycle", "heap.embedderHeapUsedSize" },
};

#define GROWTH_COUNT (sizeof growths / sizeof growths[0])

/* Over the openings that gave the figure; their number is the slope's n. */
static void fit(const cJSON *raw, const char *path, struct slope *out)
{
    double x[CYCLES + 1] = { 0.0 };
    double y[CYCLES + 1] = { 0.0 };
    size_t n = 0;
    const cJSON *reading = NULL;
    cJSON_ArrayForEach (reading, json_at(raw, "readings")) {
        const cJSON *value = json_at(reading, path);
        if (cJSON_IsNumber(value) && n <= CYCLES) {
            x[n] = (double)n;
            y[n++] = value->valuedouble;
        }
    }
    slope_fit(x, y, n, out);
    out->n = n;
}

static void score(const cJSON *raw, const struct collect_stage *stage, struct samples *out)
{
    (void)stage;
    for (size_t i = 0; i < GROWTH_COUNT; i++) {
        struct slope slope;
        fit(raw, growths[i].path, &slope);
        if (slope.n == CYCLES + 1) {
            samples_add(out, growths[i].metric, slope.per_message);
        } else {
            char *reason =
                mem_format("%zu of %d openings gave %s", slope.n, CYCLES + 1, growths[i].path);
            samples_none(out, growths[i].metric, reason);
            free(reason);
        }
    }
}

void leak_add_slopes(const cJSON *raw, cJSON *out, const char *key)
{
    cJSON *slopes = json_add_object(out, key);
    for (size_t i = 0; i < GROWTH_COUNT; i++) {
        struct slope slope;
        fit(raw, growths[i].path, &slope);
        if (slope.has_data) {
            cJSON *node = json_add_object(slopes, growths[i].metric);
            json_add_number(node, "per_cycle", slope.per_message);
            json_add_number(node, "low", slope.has_interval ? slope.low : (double)NAN);
            json_add_number(node, "high", slope.has_interval ? slope.high : (double)NAN);
            json_add_number(node, "n", (double)slope.n);
        }
    }
}

const struct collector collector_leak = {
    .name = "leak",
    .when = COLLECT_CLOSE,
    .metrics = metrics,
    .gather = gather,
    .score = score,
};
