/* How far the message in view jumps when older ones arrive above it. The list is put up anew, so
 * that it may load a page; its request for one is held back until the list stands near its top and
 * a message is remembered; then the page is let through, and the message is looked for. */
#include <math.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cdp/collect/collect.h"

#define FROM_TOP_PX  300.0
#define STEP_MS      10000
#define START_MS     2000 /* for a press to become a request */
#define QUIET_MS     150
#define STILL_FRAMES 20 /* a list may find its place again over several frames */

static const char *const metrics[] = { "anchor_jump", NULL };

static uint64_t in_ms(uint64_t ms)
{
    return clock_now_ns() + ms * NS_PER_MS;
}

static enum err wait_quiet(struct journey *journey, struct err_msg *msg)
{
    enum err err = journey_wait_idle(journey, in_ms(STEP_MS), msg);
    if (err != ERR_OK) {
        return err;
    }
    cJSON *args = json_new_object();
    json_add_number(args, "quiet_ms", QUIET_MS);
    json_add_number(args, "timeout_ms", STEP_MS);
    return page_run(journey->page, "cdp/js/quiet.js", args, NULL, msg);
}

static bool is_held(void *arg)
{
    const struct journey *journey = arg;
    return messages_state(journey->messages)->held > 0 || page_gone(journey->page) != NULL;
}

/* The request may be there already: some lists fire it when they are put up. */
static enum err ask_for_page(struct journey *journey, struct err_msg *msg)
{
    if (messages_state(journey->messages)->held > 0) {
        return ERR_OK;
    }
    enum err err = page_run(journey->page, "cdp/js/older.js", journey_args(journey), NULL, msg);
    if (err != ERR_OK) {
        return err;
    }
    struct loop *loop = session_loop(page_session(journey->page));
    err = loop_wait(loop, is_held, journey, in_ms(START_MS), msg);
    if (err != ERR_TIMEOUT) {
        return err;
    }
    cJSON *args = journey_args(journey);
    json_add_number(args, "timeout_ms", STEP_MS);
    err = page_run(journey->page, "cdp/js/scroll_top.js", args, NULL, msg);
    if (err == ERR_OK) {
        err = loop_wait(loop, is_held, journey, in_ms(START_MS), msg);
    }
    return err == ERR_TIMEOUT ? err_set(msg, ERR_NO_DATA, "the list asked for no older page") : err;
}

static enum err remember(struct journey *journey, cJSON *raw, struct err_msg *msg)
{
    cJSON *args = journey_args(journey);
    json_add_number(args, "from_top", FROM_TOP_PX);
    json_add_number(args, "timeout_ms", STEP_MS);
    cJSON *begin = NULL;
    enum err err = page_run(journey->page, "cdp/js/anchor_begin.js", args, &begin, msg);
    if (err != ERR_OK) {
        return err;
    }
    json_add_node(raw, "begin", begin);
    return json_bool(begin, "anchor", false)
               ? ERR_OK
               : err_set(msg, ERR_NO_DATA, "no message in view can be told from the others");
}

struct arrival {
    const struct journey *journey;
    size_t loaded_before;
};

static bool has_arrived(void *arg)
{
    const struct arrival *arrival = arg;
    return messages_state(arrival->journey->messages)->loaded > arrival->loaded_before ||
           page_gone(arrival->journey->page) != NULL;
}

static enum err let_through(struct journey *journey, cJSON *raw, struct err_msg *msg)
{
    struct arrival arrival = { journey, messages_state(journey->messages)->loaded };
    (void)messages_set_goal(journey->messages, arrival.loaded_before + 1);
    enum err err = loop_wait(session_loop(page_session(journey->page)), has_arrived, &arrival,
                             in_ms(STEP_MS), msg);
    if (err == ERR_TIMEOUT) {
        return err_set(msg, ERR_NO_DATA, "the older page did not come");
    }
    json_add_number(raw, "arrived",
                    (double)(messages_state(journey->messages)->loaded - arrival.loaded_before));
    return err == ERR_OK ? wait_quiet(journey, msg) : err;
}

static enum err find_again(struct journey *journey, cJSON *raw, struct err_msg *msg)
{
    cJSON *args = journey_args(journey);
    json_add_number(args, "still_frames", STILL_FRAMES);
    json_add_number(args, "timeout_ms", STEP_MS);
    cJSON *end = NULL;
    enum err err = page_run(journey->page, "cdp/js/anchor_end.js", args, &end, msg);
    if (err == ERR_OK) {
        json_add_node(raw, "end", end);
        if (!json_bool(end, "still", false)) {
            err = err_set(msg, ERR_NO_DATA, "the list does not come to rest after older messages");
        }
    }
    return err;
}

static enum err measure(struct journey *journey, cJSON *raw, struct err_msg *msg)
{
    enum err err = journey_remount(journey, in_ms(STEP_MS), msg);
    if (err == ERR_OK) {
        err = wait_quiet(journey, msg);
    }
    if (err == ERR_OK) {
        err = journey_scroll_to_end(journey, NULL, msg);
    }
    if (err == ERR_OK) {
        err = ask_for_page(journey, msg);
    }
    if (err == ERR_OK) {
        err = remember(journey, raw, msg);
    }
    if (err == ERR_OK) {
        err = let_through(journey, raw, msg);
    }
    return err == ERR_OK ? find_again(journey, raw, msg) : err;
}

static enum err gather(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    struct journey *journey = context->journey;
    if (messages_state(journey->messages)->no_more) {
        return err_set(msg, ERR_NO_DATA, "no older page is left behind the last count");
    }
    /* Its steps are no part of the way to the count. */
    cJSON *how = journey->how;
    journey->how = json_new_array();
    enum err err = measure(journey, raw, msg);
    cJSON_Delete(journey->how);
    journey->how = how;
    return err;
}

static void score(const cJSON *raw, const struct collect_stage *stage, struct samples *out)
{
    (void)stage;
    const cJSON *before = json_at(raw, "begin.y");
    const cJSON *after = json_at(raw, "end.y");
    double view_px = json_number(raw, "begin.view", 0.0);
    if (!cJSON_IsNumber(before) || !(view_px > 0.0) || after == NULL) {
        samples_none(out, "anchor_jump", "no message was followed");
        return;
    }
    samples_add(out, "anchor_jump",
                cJSON_IsNumber(after) ? fabs(after->valuedouble - before->valuedouble) : view_px);
}

const struct collector collector_anchor = {
    .name = "anchor",
    .when = COLLECT_CLOSE,
    .metrics = metrics,
    .gather = gather,
    .score = score,
};
