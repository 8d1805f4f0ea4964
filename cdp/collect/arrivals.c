/* Ten new messages of the open conversation, a twentieth of a second apart, and what they cost the
 * main thread. They come as the app's own: as texts that its WebSocket brings (profile: storm), so
 * that no server's speed is in the figure. What the app then asks the server for is. */
#include "base/clock.h"
#include "base/mem.h"
#include "cdp/collect/browser_metrics.h"
#include "cdp/collect/collect.h"
#include "cdp/collect/sockets.h"

#define MESSAGES   10
#define EVERY_MS   50
#define TIMEOUT_MS 30000
#define QUIET_MS   300

static const char *const metrics[] = { "arriving_ms", NULL };

static enum err arrive(struct journey *journey, cJSON *raw, struct err_msg *msg)
{
    const struct profile *profile = journey->profile;
    cJSON *args = json_new_object();
    char *frame = profile_fill(profile->arrival, "conversation", journey->conversation);
    json_add_text(args, "socket", profile->storm_socket);
    json_add_text(args, "frame", frame);
    json_add_number(args, "count", MESSAGES);
    json_add_number(args, "every_ms", EVERY_MS);
    json_add_number(args, "timeout_ms", TIMEOUT_MS);
    free(frame);
    cJSON *value = NULL;
    enum err err = page_run(journey->page, "cdp/js/arrivals.js", args, &value, msg);
    if (err == ERR_OK) {
        json_add_node(raw, "arrivals", value);
        err = journey_settle(journey, QUIET_MS, clock_now_ns() + TIMEOUT_MS * NS_PER_MS, msg);
    }
    return err;
}

static enum err gather(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    struct journey *journey = context->journey;
    if (journey->profile->arrival[0] == '\0') {
        return err_set(msg, ERR_NO_DATA, "the profile knows no text of a new message");
    }
    enum err err = journey_scroll_to_end(journey, NULL, msg);
    if (err == ERR_OK) {
        err = sockets_find(journey->page, journey->profile->storm_socket, msg);
    }
    if (err == ERR_OK) {
        err = browser_metrics_read(journey->page, raw, "before", msg);
    }
    if (err == ERR_OK) {
        err = arrive(journey, raw, msg);
    }
    return err == ERR_OK ? browser_metrics_read(journey->page, raw, "after", msg) : err;
}

static void score(const cJSON *raw, const struct collect_stage *stage, struct samples *out)
{
    (void)stage;
    double sent = json_number(raw, "arrivals.sent", 0.0);
    if (sent < 1.0) {
        samples_none(out, "arriving_ms", "the app has no open socket of the profile's");
    } else if (json_number(raw, "arrivals.mutations", 0.0) < sent) {
        /* A bubble each, at least; a page changes now and then by itself. */
        samples_none(out, "arriving_ms", "the app did not react to the messages");
    } else {
        browser_metrics_score(raw, "ThreadTime", 1000.0, "arriving_ms", out);
    }
}

const struct collector collector_arrivals = {
    .name = "arrivals",
    .when = COLLECT_LAST,
    .in_window = true,
    .metrics = metrics,
    .gather = gather,
    .score = score,
};
