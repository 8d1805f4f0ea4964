/* The largest paint once more, from the browser's own timeline: two ways that must agree to the
 * 4 ms to which both are rounded. */
#include <math.h>

#include "cdp/collect/collect.h"

#define ROUNDING_MS 4.0

static const char *const metrics[] = { "lcp_disagreement", NULL };

static void on_event(void *arg, const cJSON *params)
{
    const cJSON *details = json_at(params, "event.lcpDetails");
    if (details != NULL) {
        json_push_node(arg, cJSON_Duplicate(details, true));
    }
}

static enum err enable(struct page *page, const char *type, struct err_msg *msg)
{
    cJSON *params = json_new_object();
    cJSON *types = json_add_array(params, "eventTypes");
    if (type != NULL) {
        json_push_text(types, type);
    }
    return page_call(page, "PerformanceTimeline.enable", params, NULL, msg);
}

/* Milliseconds from the page's clock zero to the last paint; NaN when there is none. */
static double paint_ms(const cJSON *raw)
{
    const cJSON *paints = json_at(raw, "paints");
    const cJSON *last = cJSON_GetArrayItem(paints, cJSON_GetArraySize(paints) - 1);
    double at_s = json_number(last, "renderTime", 0.0);
    at_s = at_s > 0.0 ? at_s : json_number(last, "loadTime", 0.0);
    double origin_ms = json_number(raw, "page.origin_ms", (double)NAN);
    return at_s > 0.0 ? at_s * 1000.0 - origin_ms : (double)NAN;
}

/* The browser hands out what it has noted before it answers the call that asks for it. */
static enum err gather(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    struct page *page = context->journey->page;
    struct session *session = page_session(page);
    struct session_listener *listener =
        session_listen(session, page_target(page), "PerformanceTimeline.timelineEventAdded",
                       on_event, json_add_array(raw, "paints"));
    enum err err = enable(page, "largest-contentful-paint", msg);
    session_unlisten(session, listener);
    if (err == ERR_OK) {
        err = enable(page, NULL, msg);
    }
    cJSON *origin = NULL;
    if (err == ERR_OK) {
        err = page_run(page, "cdp/js/lcp_origin.js", NULL, &origin, msg);
    }
    if (err == ERR_OK) {
        json_add_node(raw, "page", origin);
        double timeline_ms = paint_ms(raw);
        double observer_ms = json_number(origin, "lcp_ms", (double)NAN);
        if (fabs(timeline_ms - observer_ms) > ROUNDING_MS) {
            journey_note(context->journey,
                         "the browser's timeline has the largest paint at %.0f ms, the page's "
                         "observer at %.0f ms",
                         timeline_ms, observer_ms);
        }
    }
    return err;
}

static void score(const cJSON *raw, const struct collect_stage *stage, struct samples *out)
{
    (void)stage;
    double timeline_ms = paint_ms(raw);
    double observer_ms = json_number(raw, "page.lcp_ms", (double)NAN);
    if (isnan(timeline_ms)) {
        samples_none(out, "lcp_disagreement", "the browser's timeline has no largest paint");
    } else if (isnan(observer_ms)) {
        samples_none(out, "lcp_disagreement", "the page's observer has no largest paint");
    } else {
        samples_add(out, "lcp_disagreement", fabs(timeline_ms - observer_ms));
    }
}

const struct collector collector_lcp_timeline = {
    .name = "lcp_timeline",
    .when = COLLECT_LOAD,
    .quick = true,
    .metrics = metrics,
    .gather = gather,
    .score = score,
};
