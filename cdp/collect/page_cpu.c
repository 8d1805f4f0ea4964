/* What it cost the main thread to load older messages, from asking for them to calm; with the way
 * that the app needs for it (leaving and coming back, where it allows one page at a time). */
#include "cdp/collect/browser_metrics.h"
#include "cdp/collect/collect.h"

#define PAGE_MESSAGES 50.0

static const char *const metrics[] = { "page_ms", NULL };

static enum err read_state(struct collect_context *context, cJSON *raw, const char *count,
                           const char *key, struct err_msg *msg)
{
    struct journey *journey = context->journey;
    json_add_number(raw, count, (double)messages_state(journey->messages)->loaded);
    return browser_metrics_read(journey->page, raw, key, msg);
}

static enum err prepare(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    return read_state(context, raw, "loaded_before", "before", msg);
}

static enum err gather(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    return read_state(context, raw, "loaded", "after", msg);
}

static void score(const cJSON *raw, const struct collect_stage *stage, struct samples *out)
{
    (void)stage;
    double added = json_number(raw, "loaded", 0.0) - json_number(raw, "loaded_before", 0.0);
    if (added > 0.0) {
        browser_metrics_score(raw, "ThreadTime", 1000.0 * PAGE_MESSAGES / added, "page_ms", out);
    } else {
        samples_none(out, "page_ms", "the first load had all these messages");
    }
}

const struct collector collector_page_cpu = {
    .name = "page_cpu",
    .when = COLLECT_STAGE,
    .quick = true,
    .metrics = metrics,
    .prepare = prepare,
    .gather = gather,
    .score = score,
};
