/* Scrolling the visible list up and back by a synthetic gesture, which takes the compositor's real
 * path. On the way up the page's animation frames are counted, on the way back the compositor's:
 * each would change the other. The gesture reports success even where nothing can scroll (behind a
 * dialog, on the wrong element), so the list's own scrollTop is the proof, and without it there is
 * no frame rate. */
#include "base/mem.h"
#include "cdp/collect/browser_metrics.h"
#include "cdp/collect/collect.h"
#include "cdp/collect/frames.h"
#include "cdp/collect/gesture.h"

#define DISTANCE_PX     1400.0
#define SPEED_PX_S      2000.0
#define MIN_DISTANCE_PX 300.0
#define MOVED_SHARE     0.5 /* of the distance, at least: heights mend while a virtual list moves */

static const char *const metrics[] = { "raf_fps",          "scroll_fps",       "longest_gap_ms",
                                       "worst_second_fps", "partial_share",    "dropped_share",
                                       "janky_share",      "scroll_px",        "scroll_ms",
                                       "scroll_script_ms", "scroll_layout_ms", "scroll_style_ms",
                                       "layout_count",     "style_count",      NULL };

static enum err scroll_by(struct page *page, const cJSON *begin, double up_px, struct err_msg *msg)
{
    struct gesture gesture = { .x = json_number(begin, "x", 0.0),
                               .y = json_number(begin, "y", 0.0),
                               .up_px = up_px,
                               .px_s = SPEED_PX_S };
    return gesture_run(page, &gesture, msg);
}

/* Where the list turned, and the compositor's recording from there on. */
static enum err turn(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    cJSON *place = NULL;
    enum err err = page_run(context->journey->page, "cdp/js/scroll_turn.js", NULL, &place, msg);
    json_add_node(raw, "turn", place != NULL ? place : cJSON_CreateNull());
    return err == ERR_OK ? frames_begin(context, raw, msg) : err;
}

/* Up and back. */
static enum err scroll(struct collect_context *context, const cJSON *begin, double distance_px,
                       cJSON *raw, struct err_msg *msg)
{
    struct page *page = context->journey->page;
    enum err err = browser_metrics_read(page, raw, "before", msg);
    if (err == ERR_OK) {
        err = scroll_by(page, begin, distance_px, msg);
    }
    if (err == ERR_OK) {
        err = turn(context, raw, msg);
    }
    if (err == ERR_OK) {
        err = scroll_by(page, begin, -distance_px, msg);
    }
    if (err == ERR_OK) {
        err = browser_metrics_read(page, raw, "after", msg);
    }
    /* The counting stops whatever happened: an animation loop left behind disturbs all that
     * follows. */
    cJSON *end = NULL;
    struct err_msg unstopped = { "" };
    enum err stop = page_run(page, "cdp/js/scroll_end.js", NULL, &end, &unstopped);
    json_add_node(raw, "end", end != NULL ? end : cJSON_CreateNull());
    if (err == ERR_OK && stop != ERR_OK) {
        *msg = unstopped;
        return stop;
    }
    return err;
}

/* One pass, its readings in `raw`. */
static enum err pass(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    struct journey *journey = context->journey;
    struct page *page = journey->page;
    cJSON *begin = NULL;
    enum err err = page_run(page, "cdp/js/scroll_begin.js", journey_args(journey), &begin, msg);
    if (err != ERR_OK) {
        return err;
    }
    json_add_node(raw, "begin", begin);
    if (!json_bool(begin, "found", false)) {
        return err_set(msg, ERR_NO_DATA, "there is no scrollable list with messages in sight");
    }
    double room_px = json_number(begin, "top", 0.0) - GESTURE_TOP_MARGIN_PX;
    double distance_px = room_px < DISTANCE_PX ? room_px : DISTANCE_PX;
    if (distance_px < MIN_DISTANCE_PX) {
        err = page_run(page, "cdp/js/scroll_end.js", NULL, NULL, msg);
        return err != ERR_OK
                   ? err
                   : err_set(msg, ERR_NO_DATA, "the list has only %.0f px to scroll", room_px);
    }
    json_add_number(raw, "distance", distance_px);
    return scroll(context, begin, distance_px, raw, msg);
}

/* How far the list went up and came back. */
struct way {
    double from;
    double turn;
    double back;
    double wanted;
};

static struct way read_way(const cJSON *raw)
{
    struct way way = { .from = json_number(raw, "begin.top", 0.0) };
    way.turn = json_number(raw, "turn.top", way.from);
    way.back = json_number(raw, "end.top", way.turn);
    way.wanted = json_number(raw, "distance", 0.0);
    return way;
}

static bool has_moved(const struct way *way)
{
    return way->wanted > 0.0 && way->from - way->turn >= way->wanted * MOVED_SHARE &&
           way->back - way->turn >= way->wanted * MOVED_SHARE;
}

static enum err gather(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    struct journey *journey = context->journey;
    enum err err = pass(context, raw, msg);
    struct way way = read_way(raw);
    if (err != ERR_OK || has_moved(&way)) {
        return err;
    }
    /* A dialog may have come up since the last look: without it the list gets a second chance. */
    int steps = cJSON_GetArraySize(journey->how);
    err = journey_check(journey, msg);
    if (err != ERR_OK || cJSON_GetArraySize(journey->how) == steps) {
        return err;
    }
    while (raw->child != NULL) {
        cJSON_Delete(cJSON_DetachItemViaPointer(raw, raw->child));
    }
    err = frames_finish(context, false, raw, msg);
    return err == ERR_OK ? pass(context, raw, msg) : err;
}

static enum err finish(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    struct way way = read_way(raw);
    return frames_finish(context, has_moved(&way), raw, msg);
}

static void score_animation(const cJSON *times, struct samples *out)
{
    int count = cJSON_GetArraySize(times);
    double first_ms = count > 0 ? cJSON_GetArrayItem(times, 0)->valuedouble : 0.0;
    double last_ms = count > 0 ? cJSON_GetArrayItem(times, count - 1)->valuedouble : 0.0;
    if (last_ms - first_ms <= 0.0) {
        samples_none(out, "raf_fps", "the page ran no animation frames while it scrolled");
        return;
    }
    samples_add(out, "raf_fps", (double)(count - 1) * 1000.0 / (last_ms - first_ms));
}

static void score(const cJSON *raw, const struct collect_stage *stage, struct samples *out)
{
    (void)stage;
    struct way way = read_way(raw);
    if (!has_moved(&way)) {
        char *reason = mem_format("the list did not really scroll: from %.0f px to %.0f and back "
                                  "to %.0f, %.0f px each way were asked for",
                                  way.from, way.turn, way.back, way.wanted);
        for (size_t i = 0; metrics[i] != NULL; i++) {
            samples_none(out, metrics[i], reason);
        }
        free(reason);
        return;
    }
    score_animation(json_at(raw, "end.times"), out);
    frames_score(raw, out);
    samples_add(out, "scroll_px", way.from - way.turn + (way.back - way.turn));
    browser_metrics_score(raw, "ThreadTime", 1000.0, "scroll_ms", out);
    browser_metrics_score(raw, "ScriptDuration", 1000.0, "scroll_script_ms", out);
    browser_metrics_score(raw, "LayoutDuration", 1000.0, "scroll_layout_ms", out);
    browser_metrics_score(raw, "RecalcStyleDuration", 1000.0, "scroll_style_ms", out);
    browser_metrics_score(raw, "LayoutCount", 1.0, "layout_count", out);
    browser_metrics_score(raw, "RecalcStyleCount", 1.0, "style_count", out);
}

const struct collector collector_scroll = {
    .name = "scroll",
    .when = COLLECT_STAGE,
    .in_window = true,
    .metrics = metrics,
    .gather = gather,
    .finish = finish,
    .score = score,
};
