/* Blank space while the list scrolls fast: what a virtualized list shows when its rows come too
 * late. From the main thread's own layout in each of its frames: what the compositor scrolls beyond
 * the last of them is not seen. */
#include "base/mem.h"
#include "cdp/collect/collect.h"
#include "cdp/collect/gesture.h"

#define DISTANCE_PX     3000.0
#define SPEED_PX_S      6000.0
#define MIN_DISTANCE_PX 600.0
#define MOVED_SHARE     0.5
#define GAP_PX          120.0 /* a day's separator or a line of the system between two messages */

static const char *const metrics[] = { "blank_share", NULL };

static enum err end(struct page *page, cJSON *raw, struct err_msg *msg)
{
    cJSON *value = NULL;
    enum err err = page_run(page, "cdp/js/blank_end.js", NULL, &value, msg);
    json_add_node(raw, "end", value != NULL ? value : cJSON_CreateNull());
    return err;
}

static enum err scroll(struct page *page, const cJSON *begin, cJSON *raw, struct err_msg *msg)
{
    double room_px = json_number(begin, "top", 0.0) - GESTURE_TOP_MARGIN_PX;
    struct gesture gesture = { .x = json_number(begin, "x", 0.0),
                               .y = json_number(begin, "y", 0.0),
                               .up_px = room_px < DISTANCE_PX ? room_px : DISTANCE_PX,
                               .px_s = SPEED_PX_S };
    json_add_number(raw, "distance", gesture.up_px);
    if (gesture.up_px < MIN_DISTANCE_PX) {
        return err_set(msg, ERR_NO_DATA, "the list has only %.0f px to scroll", room_px);
    }
    return gesture_run(page, &gesture, msg);
}

static enum err gather(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    struct journey *journey = context->journey;
    cJSON *begin = NULL;
    enum err err = journey_scroll_to_end(journey, NULL, msg);
    if (err == ERR_OK) {
        cJSON *args = journey_args(journey);
        json_add_number(args, "gap_px", GAP_PX);
        err = page_run(journey->page, "cdp/js/blank_begin.js", args, &begin, msg);
    }
    if (err != ERR_OK) {
        return err;
    }
    json_add_node(raw, "begin", begin);
    if (!json_bool(begin, "found", false)) {
        return err_set(msg, ERR_NO_DATA, "there is no scrollable list with messages in sight");
    }
    err = scroll(journey->page, begin, raw, msg);
    struct err_msg unstopped = { "" };
    enum err stopped =
        page_gone(journey->page) == NULL ? end(journey->page, raw, &unstopped) : ERR_OK;
    if (err == ERR_OK && stopped != ERR_OK) {
        *msg = unstopped;
        return stopped;
    }
    return err;
}

static void score(const cJSON *raw, const struct collect_stage *stage, struct samples *out)
{
    (void)stage;
    double from = json_number(raw, "begin.top", 0.0);
    double to = json_number(raw, "end.top", from);
    double wanted = json_number(raw, "distance", 0.0);
    const cJSON *shares = json_at(raw, "end.shares");
    if (!(wanted > 0.0) || from - to < wanted * MOVED_SHARE) {
        char *reason = mem_format("the list did not really scroll: from %.0f px to %.0f, %.0f px "
                                  "were asked for",
                                  from, to, wanted);
        samples_none(out, "blank_share", reason);
        free(reason);
        return;
    }
    double sum = 0.0;
    const cJSON *share = NULL;
    cJSON_ArrayForEach (share, shares) {
        sum += share->valuedouble;
    }
    int count = cJSON_GetArraySize(shares);
    if (count > 0) {
        samples_add(out, "blank_share", 100.0 * sum / (double)count);
    } else {
        samples_none(out, "blank_share", "the page ran no animation frames while it scrolled");
    }
}

const struct collector collector_blank = {
    .name = "blank",
    .when = COLLECT_STAGE,
    .in_window = true,
    .metrics = metrics,
    .gather = gather,
    .score = score,
};
