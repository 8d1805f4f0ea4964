/* Elements: all, those in visible trees, those of the visible list; and rendered messages. */
#include "cdp/collect/collect.h"

static const char *const metrics[] = { "dom_elements",      "dom_elements_visible",
                                       "dom_elements_list", "rendered_bubbles",
                                       "rendered_share",    NULL };

static enum err gather(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    cJSON *value = NULL;
    enum err err = page_run(context->journey->page, "cdp/js/elements.js",
                            journey_args(context->journey), &value, msg);
    if (err == ERR_OK) {
        json_add_node(raw, "elements", value);
    }
    return err;
}

static void score(const cJSON *raw, const struct collect_stage *stage, struct samples *out)
{
    const cJSON *elements = json_at(raw, "elements");
    samples_add_from(out, "dom_elements", elements, "all");
    samples_add_from(out, "dom_elements_visible", elements, "visible");
    samples_add_from(out, "dom_elements_list", elements, "list");
    samples_add_from(out, "rendered_bubbles", elements, "bubbles");
    double bubbles = json_number(elements, "bubbles", -1.0);
    if (bubbles >= 0.0 && stage->loaded > 0.0) {
        samples_add(out, "rendered_share", bubbles / stage->loaded);
    } else {
        samples_none(out, "rendered_share", "no message is loaded or no list is visible");
    }
}

const struct collector collector_elements = {
    .name = "elements",
    .when = COLLECT_STAGE,
    .quick = true,
    .metrics = metrics,
    .gather = gather,
    .score = score,
};
