/* What loading the conversation cost the page's main thread, from the blank page to calm. */
#include "cdp/collect/browser_metrics.h"
#include "cdp/collect/collect.h"

static const char *const metrics[] = { "thread_ms", "script_ms", "layout_ms", "style_ms", NULL };

static enum err prepare(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    return browser_metrics_read(context->journey->page, raw, "before", msg);
}

static enum err gather(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    return browser_metrics_read(context->journey->page, raw, "after", msg);
}

static void score(const cJSON *raw, const struct collect_stage *stage, struct samples *out)
{
    (void)stage;
    browser_metrics_score(raw, "ThreadTime", 1000.0, "thread_ms", out);
    browser_metrics_score(raw, "ScriptDuration", 1000.0, "script_ms", out);
    browser_metrics_score(raw, "LayoutDuration", 1000.0, "layout_ms", out);
    browser_metrics_score(raw, "RecalcStyleDuration", 1000.0, "style_ms", out);
}

const struct collector collector_load_cpu = {
    .name = "load_cpu",
    .when = COLLECT_LOAD,
    .quick = true,
    .metrics = metrics,
    .prepare = prepare,
    .gather = gather,
    .score = score,
};
