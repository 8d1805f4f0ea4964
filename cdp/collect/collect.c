#include "cdp/collect/collect.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/process.h"

/* The load first: any input ends the largest paint. Counting before scrolling, since a virtual list
 * mounts rows on the way. The picture last: taking it costs the page most. Behind it what takes the
 * page elsewhere. */
const struct collector *const collectors[] = {
    &collector_load_cpu,    &collector_vitals,       &collector_lcp_timeline,
    &collector_long_frames, &collector_decryption,   &collector_requests,
    &collector_page_cpu,    &collector_older_frames, &collector_elements,
    &collector_memory,      &collector_layout,       &collector_storm,
    &collector_typing,      &collector_scroll,       &collector_blank,
    &collector_screenshot,  &collector_arrivals,     &collector_leak,
    &collector_anchor,      &collector_live,         NULL,
};

static cJSON *readings_of(cJSON *readings, const struct collector *collector)
{
    cJSON *node = cJSON_GetObjectItemCaseSensitive(readings, collector->name);
    return node != NULL ? node : json_add_object(readings, collector->name);
}

static bool takes_part(const struct collector *collector, enum collect_when when, bool quick)
{
    return collector->when == when && (collector->quick || !quick);
}

/* Only the end of the page or of the whole program stops the others. */
static enum err settle_error(enum err err, const struct err_msg *why, cJSON *raw,
                             struct err_msg *msg)
{
    if (err == ERR_OK) {
        return ERR_OK;
    }
    if (cJSON_GetObjectItemCaseSensitive(raw, "error") == NULL) {
        json_add_text(raw, "error", why->text);
    }
    if (err == ERR_CLOSED || err == ERR_INTERRUPTED) {
        *msg = *why;
        return err;
    }
    return ERR_OK;
}

enum err collect_prepare(enum collect_when when, struct collect_context *context, cJSON *readings,
                         struct err_msg *msg)
{
    enum err err = ERR_OK;
    for (size_t i = 0; collectors[i] != NULL && err == ERR_OK; i++) {
        const struct collector *collector = collectors[i];
        if (takes_part(collector, when, context->quick) && collector->prepare != NULL) {
            struct err_msg why = { "" };
            cJSON *raw = readings_of(readings, collector);
            err = collector->prepare(context, raw, &why);
            err = settle_error(err, &why, raw, msg);
        }
    }
    return err;
}

/* False when the browser is gone or unknown. */
static bool browser_cpu(const struct collect_context *context, uint64_t *cpu_ns)
{
    struct err_msg gone = { "" };
    return context->browser_pid > 0 &&
           process_tree_cpu(context->browser_pid, cpu_ns, &gone) == ERR_OK;
}

void collect_window_begin(const struct collect_context *context, struct collect_window *window)
{
    window->browser_ns = 0;
    window->has_browser = browser_cpu(context, &window->browser_ns);
    host_read(&window->from);
}

void collect_window_end(const struct collect_context *context, const struct collect_window *window,
                        const char *name, cJSON *windows)
{
    struct host_reading to;
    struct host_noise noise;
    uint64_t browser_ns = 0;
    host_read(&to);
    host_noise_between(&window->from, &to, &noise);
    cJSON *node = json_push_object(windows);
    json_add_text(node, "collector", name);
    json_add_number(node, "cores", (double)sysconf(_SC_NPROCESSORS_ONLN));
    if (window->has_browser && browser_cpu(context, &browser_ns) && noise.seconds > 0.0 &&
        browser_ns >= window->browser_ns) {
        json_add_number(node, "browser_cores",
                        (double)(browser_ns - window->browser_ns) / 1e9 / noise.seconds);
    }
    host_noise_to_json(&noise, node, "noise");
}

static enum err gather_one(const struct collector *collector, struct collect_context *context,
                           cJSON *readings, cJSON *windows, struct err_msg *msg)
{
    cJSON *raw = readings_of(readings, collector);
    struct collect_window window;
    struct err_msg why = { "" };
    uint64_t start_ns = clock_now_ns();
    if (collector->in_window) {
        collect_window_begin(context, &window);
    }
    enum err err = collector->gather(context, raw, &why);
    if (collector->in_window) {
        collect_window_end(context, &window, collector->name, windows);
    }
    log_verbose("%s: %.0f ms", collector->name,
                (double)(clock_now_ns() - start_ns) / (double)NS_PER_MS);
    err = settle_error(err, &why, raw, msg);
    if (collector->finish != NULL) {
        struct err_msg late = { "" };
        enum err finished = collector->finish(context, raw, &late);
        return err != ERR_OK ? err : settle_error(finished, &late, raw, msg);
    }
    return err;
}

enum err collect_gather(enum collect_when when, struct collect_context *context, cJSON *readings,
                        cJSON *windows, struct err_msg *msg)
{
    enum err err = ERR_OK;
    for (size_t i = 0; collectors[i] != NULL && err == ERR_OK; i++) {
        if (takes_part(collectors[i], when, context->quick)) {
            err = gather_one(collectors[i], context, readings, windows, msg);
        }
    }
    return err;
}

static void score_one(const struct collector *collector, const cJSON *readings, const char *reason,
                      const struct collect_stage *stage, struct samples *out)
{
    const cJSON *raw = cJSON_GetObjectItemCaseSensitive(readings, collector->name);
    const char *error = json_text(raw, "error");
    if (raw != NULL && error == NULL) {
        collector->score(raw, stage, out);
        return;
    }
    const char *why = error != NULL ? error : reason;
    for (size_t i = 0; collector->metrics[i] != NULL; i++) {
        samples_none(out, collector->metrics[i], why != NULL ? why : "it was not read");
    }
}

void collect_score(enum collect_when when, const cJSON *readings, const char *reason,
                   const struct collect_stage *stage, struct samples *out)
{
    for (size_t i = 0; collectors[i] != NULL; i++) {
        if (takes_part(collectors[i], when, stage->quick) && collectors[i]->score != NULL) {
            score_one(collectors[i], readings, reason, stage, out);
        }
    }
}
