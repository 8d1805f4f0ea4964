/* What kept the page from drawing while it loaded older messages: the long animation frames (50 ms
 * and more) between asking for them and calm, with the way that the app needs for it. Read out of
 * the browser's buffers afterwards, so that nothing of ours watched meanwhile. */
#include "cdp/collect/collect.h"

/* How many the browser keeps of a document (Long Animation Frames API). */
#define BUFFERED_MAX 200

static const char *const metrics[] = { "older_long_frames", "older_longest_frame_ms", NULL };

static enum err prepare(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    struct journey *journey = context->journey;
    cJSON *now = NULL;
    enum err err = page_run(journey->page, "cdp/js/clock.js", NULL, &now, msg);
    if (err == ERR_OK) {
        json_add_node(raw, "since_ms", now);
        json_add_number(raw, "loaded_before", (double)messages_state(journey->messages)->loaded);
    }
    return err;
}

static enum err gather(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    struct journey *journey = context->journey;
    cJSON *value = NULL;
    enum err err = page_run(journey->page, "cdp/js/long_frames.js", NULL, &value, msg);
    if (err == ERR_OK) {
        json_add_node(raw, "long", value);
        json_add_number(raw, "loaded", (double)messages_state(journey->messages)->loaded);
    }
    return err;
}

static void none(const char *reason, struct samples *out)
{
    samples_none(out, "older_long_frames", reason);
    samples_none(out, "older_longest_frame_ms", reason);
}

static void score(const cJSON *raw, const struct collect_stage *stage, struct samples *out)
{
    (void)stage;
    const cJSON *frames = json_at(raw, "long.frames");
    const cJSON *since = json_at(raw, "since_ms");
    double added = json_number(raw, "loaded", 0.0) - json_number(raw, "loaded_before", 0.0);
    if (!cJSON_IsArray(frames) || !cJSON_IsNumber(since)) {
        none("this browser tells of no long animation frames", out);
        return;
    }
    if (!(added > 0.0)) {
        none("the first load had all these messages", out);
        return;
    }
    if (cJSON_GetArraySize(frames) >= BUFFERED_MAX) {
        none("the browser's buffer of long animation frames was full before", out);
        return;
    }
    double count = 0.0;
    double longest_ms = 0.0;
    const cJSON *frame = NULL;
    cJSON_ArrayForEach (frame, frames) {
        double duration_ms = json_number(frame, "duration", 0.0);
        if (json_number(frame, "start", 0.0) >= since->valuedouble) {
            count += 1.0;
            longest_ms = duration_ms > longest_ms ? duration_ms : longest_ms;
        }
    }
    samples_add(out, "older_long_frames", count);
    samples_add(out, "older_longest_frame_ms", longest_ms);
}

const struct collector collector_older_frames = {
    .name = "older_frames",
    .when = COLLECT_STAGE,
    .quick = true,
    .metrics = metrics,
    .prepare = prepare,
    .gather = gather,
    .score = score,
};
