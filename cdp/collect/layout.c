/* The layout engine's own counts at rest. Read after the garbage collection of the memory
 * collector. */
#include "cdp/collect/browser_metrics.h"
#include "cdp/collect/collect.h"

static const char *const metrics[] = { "layout_objects", NULL };

static enum err gather(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    return browser_metrics_read(context->journey->page, raw, "metrics", msg);
}

static void score(const cJSON *raw, const struct collect_stage *stage, struct samples *out)
{
    (void)stage;
    samples_add_from(out, "layout_objects", raw, "metrics.LayoutObjects");
}

const struct collector collector_layout = {
    .name = "layout",
    .when = COLLECT_STAGE,
    .quick = true,
    .metrics = metrics,
    .gather = gather,
    .score = score,
};
