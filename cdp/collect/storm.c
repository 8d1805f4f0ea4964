/* Frames in an update storm: the app's state changes once a frame, and a frame rate tells whether
 * the page keeps up. The changes come as the app's own: as messages that its WebSocket brings
 * (profile: storm), handed to the socket's listeners in the page, with no server involved. An app
 * that does not react to them (its document changes far less often than they come) gets input
 * events in its composer instead, which may touch less of it; `how` says so. */
#include <math.h>

#include "base/mem.h"
#include "cdp/collect/browser_metrics.h"
#include "cdp/collect/collect.h"
#include "cdp/collect/sockets.h"

#define STORM_MS    600
#define REACT_SHARE 0.1   /* changes of the document for an update, at least */
#define TIMEOUT_MS  30000 /* a page that takes seconds a frame still ends its turn */

static const char *const metrics[] = { "storm_fps", "update_ms", NULL };

static cJSON *storm_args(const struct journey *journey)
{
    const struct profile *profile = journey->profile;
    cJSON *args = json_new_object();
    json_add_text(args, "socket", profile->storm_socket);
    json_add_text(args, "composer", profile->composer);
    json_add_number(args, "duration_ms", STORM_MS);
    json_add_number(args, "react_share", REACT_SHARE);
    json_add_number(args, "timeout_ms", TIMEOUT_MS);
    cJSON *frames = json_add_array(args, "frames");
    const cJSON *frame = NULL;
    cJSON_ArrayForEach (frame, profile->storm_frames) {
        char *text = profile_fill(frame->valuestring, "conversation", journey->conversation);
        json_push_text(frames, text);
        free(text);
    }
    return args;
}

/* Why there was no storm; NULL when there was one. */
static const char *complaint(const cJSON *storm)
{
    if (json_text(storm, "by") != NULL) {
        const char *left = json_text(storm, "left");
        return left == NULL || left[0] == '\0' ? NULL : "the composer could not be emptied again";
    }
    if (json_bool(storm, "filled", false)) {
        return "the app did not react to the socket's messages, and the composer holds a draft";
    }
    return json_number(storm, "sockets", 0.0) > 0.0
               ? "the app did not react to the socket's messages, and it has no composer in sight"
               : "the app has neither an open socket of the profile's nor a composer in sight";
}

static enum err gather(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    struct journey *journey = context->journey;
    struct page *page = journey->page;
    enum err err = ERR_OK;
    if (cJSON_GetArraySize(journey->profile->storm_frames) > 0) {
        err = sockets_find(page, journey->profile->storm_socket, msg);
    }
    if (err == ERR_OK) {
        err = browser_metrics_read(page, raw, "before", msg);
    }
    cJSON *storm = NULL;
    if (err == ERR_OK) {
        err = page_run(page, "cdp/js/storm.js", storm_args(journey), &storm, msg);
    }
    if (err == ERR_OK) {
        json_add_node(raw, "storm", storm);
        err = browser_metrics_read(page, raw, "after", msg);
    }
    if (err == ERR_OK && complaint(storm) != NULL) {
        return err_set(msg, ERR_NO_DATA, "%s", complaint(storm));
    }
    const char *by = json_text(storm, "by");
    if (err == ERR_OK && strcmp(by, "composer") == 0) {
        journey_note(journey, "made the update storm of the composer's input events");
    }
    return err;
}

/* Readings that do not say how often the document changed are believed. */
static bool has_reacted(const cJSON *storm)
{
    const char *by = json_text(storm, "by");
    double updates = (double)cJSON_GetArraySize(json_at(storm, "times"));
    double least = fmax(json_number(storm, "turn", 1.0), updates * REACT_SHARE);
    return by == NULL || strcmp(by, "socket") != 0 ||
           json_number(storm, "mutations", (double)INFINITY) >= least;
}

static void score(const cJSON *raw, const struct collect_stage *stage, struct samples *out)
{
    (void)stage;
    const cJSON *times = json_at(raw, "storm.times");
    int count = cJSON_GetArraySize(times);
    double first_ms = count > 0 ? cJSON_GetArrayItem(times, 0)->valuedouble : 0.0;
    double last_ms = count > 0 ? cJSON_GetArrayItem(times, count - 1)->valuedouble : 0.0;
    if (last_ms <= first_ms) {
        samples_none(out, "storm_fps", "the page ran no animation frames in the storm");
        samples_none(out, "update_ms", "the page ran no animation frames in the storm");
        return;
    }
    if (!has_reacted(json_at(raw, "storm"))) {
        samples_none(out, "storm_fps", "the app did not react to the socket's messages");
        samples_none(out, "update_ms", "the app did not react to the socket's messages");
        return;
    }
    samples_add(out, "storm_fps", (double)(count - 1) * 1000.0 / (last_ms - first_ms));
    browser_metrics_score(raw, "ThreadTime", 1000.0 / (double)(count - 1), "update_ms", out);
}

const struct collector collector_storm = {
    .name = "storm",
    .when = COLLECT_STAGE,
    .quick = true,
    .in_window = true,
    .metrics = metrics,
    .gather = gather,
    .score = score,
};
