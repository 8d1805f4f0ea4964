/* The page under live traffic: messages are posted through the real API into the conversation that
 * it has open, while its animation frames, its main thread and the requests that it sends to the
 * API are counted. The frames count while messages are posted; thread and requests until the page
 * has taken in the last of them. */
#include <math.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/url.h"
#include "cdp/collect/browser_metrics.h"
#include "cdp/collect/collect.h"

#define DRAIN_MS       4000 /* for the last messages to come and their requests to end */
#define QUIET_MS       400
#define ACCEPTED_LEAST 0.75 /* of the messages that were due: with fewer it was another traffic */

static const char *const metrics[] = { "live_fps", "live_ms", "live_requests", "live_per_s", NULL };

/* What the page sends and receives meanwhile. */
struct traffic {
    const struct profile *profile;
    const char *api_origin;
    const char *conversation;
    struct live_plan plan;
    const struct page *page;
    size_t requests; /* GETs of the API, preflights left out */
    size_t arrived;  /* texts of the socket that tell of a new message */
    struct session_listener *request_listener;
    struct session_listener *frame_listener;
};

static void on_request(void *arg, const cJSON *params)
{
    struct traffic *traffic = arg;
    const char *method = json_text(params, "request.method");
    const char *url = json_text(params, "request.url");
    if (method != NULL && url != NULL && strcmp(method, "OPTIONS") != 0 &&
        url_has_origin(url, traffic->api_origin)) {
        traffic->requests++;
    }
}

static void on_frame(void *arg, const cJSON *params)
{
    struct traffic *traffic = arg;
    const char *text = json_text(params, "response.payloadData");
    if (text != NULL && strstr(text, traffic->profile->live_event) != NULL &&
        strstr(text, traffic->conversation) != NULL) {
        traffic->arrived++;
    }
}

static void listen_to(struct traffic *traffic)
{
    struct session *session = page_session(traffic->page);
    const char *target = page_target(traffic->page);
    traffic->request_listener =
        session_listen(session, target, "Network.requestWillBeSent", on_request, traffic);
    traffic->frame_listener =
        session_listen(session, target, "Network.webSocketFrameReceived", on_frame, traffic);
}

static void stop_listening(struct traffic *traffic)
{
    struct session *session = page_session(traffic->page);
    session_unlisten(session, traffic->request_listener);
    session_unlisten(session, traffic->frame_listener);
}

static bool is_gone(void *arg)
{
    const struct traffic *traffic = arg;
    return page_gone(traffic->page) != NULL;
}

/* Every message has its answer, and the page was told of those that were accepted. */
static bool is_drained(void *arg)
{
    const struct traffic *traffic = arg;
    const struct live_tally *tally = traffic->plan.poster->tally(traffic->plan.poster->arg);
    size_t ended = tally->accepted + tally->limited + tally->failed;
    return is_gone(arg) || (ended == tally->posted && traffic->arrived >= tally->accepted);
}

static void add_tally(const struct live_tally *tally, const struct traffic *traffic, cJSON *raw)
{
    cJSON *node = json_add_object(raw, "traffic");
    json_add_number(node, "due", (double)tally->due);
    json_add_number(node, "posted", (double)tally->posted);
    json_add_number(node, "accepted", (double)tally->accepted);
    json_add_number(node, "limited", (double)tally->limited);
    json_add_number(node, "failed", (double)tally->failed);
    json_add_text(node, "last_failure",
                  tally->last_failure[0] != '\0' ? tally->last_failure : NULL);
    json_add_number(node, "arrived", (double)traffic->arrived);
    json_add_number(node, "requests", (double)traffic->requests);
}

/* The time with traffic; the poster is stopped whatever happened. */
static enum err run_traffic(struct journey *journey, struct traffic *traffic, cJSON *raw,
                            struct err_msg *msg)
{
    const struct live_poster *poster = traffic->plan.poster;
    struct loop *loop = session_loop(page_session(journey->page));
    uint64_t start_ns = clock_now_ns();
    enum err err = poster->start(poster->arg, loop, msg);
    if (err != ERR_OK) {
        return err;
    }
    err = loop_wait(loop, is_gone, traffic, start_ns + LIVE_WINDOW_MS * NS_PER_MS, msg);
    poster->stop(poster->arg);
    json_add_number(raw, "seconds", (double)(clock_now_ns() - start_ns) / (double)NS_PER_S);
    cJSON *end = NULL;
    if (err == ERR_TIMEOUT) {
        err = page_run(journey->page, "cdp/js/live_end.js", NULL, &end, msg);
        json_add_node(raw, "end", end != NULL ? end : cJSON_CreateNull());
    } else if (err == ERR_OK) {
        err = err_set(msg, ERR_CLOSED, "%s", page_gone(journey->page));
    }
    return err;
}

static enum err drain(struct journey *journey, struct traffic *traffic, struct err_msg *msg)
{
    struct loop *loop = session_loop(page_session(journey->page));
    uint64_t deadline_ns = clock_now_ns() + DRAIN_MS * NS_PER_MS;
    enum err err = loop_wait(loop, is_drained, traffic, deadline_ns, msg);
    if (err == ERR_OK) {
        err = journey_settle(journey, QUIET_MS, deadline_ns, msg);
    }
    return err == ERR_TIMEOUT ? ERR_OK : err; /* the tally says what is missing */
}

static enum err gather(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    struct journey *journey = context->journey;
    struct traffic traffic = { .profile = journey->profile,
                               .api_origin = journey->api_origin,
                               .conversation = journey->conversation,
                               .plan = *context->live,
                               .page = journey->page };
    json_add_number(raw, "per_s", traffic.plan.per_s);
    json_add_number(raw, "loaded", (double)messages_state(journey->messages)->loaded);
    enum err err = journey_scroll_to_end(journey, NULL, msg);
    if (err == ERR_NO_DATA) {
        err = ERR_OK; /* a conversation of a few messages has nothing to scroll */
    }
    if (err == ERR_OK) {
        err = browser_metrics_read(journey->page, raw, "before", msg);
    }
    if (err != ERR_OK) {
        return err;
    }
    listen_to(&traffic);
    err = page_run(journey->page, "cdp/js/live_begin.js", NULL, NULL, msg);
    if (err == ERR_OK) {
        err = run_traffic(journey, &traffic, raw, msg);
    }
    if (err == ERR_OK) {
        err = drain(journey, &traffic, msg);
    }
    stop_listening(&traffic);
    add_tally(traffic.plan.poster->tally(traffic.plan.poster->arg), &traffic, raw);
    return err == ERR_OK ? browser_metrics_read(journey->page, raw, "after", msg) : err;
}

/* Why the traffic was not what was asked for, in new memory; NULL when it was. */
static char *complaint(const cJSON *raw)
{
    double due = json_number(raw, "traffic.due", 0.0);
    double accepted = json_number(raw, "traffic.accepted", 0.0);
    double limited = json_number(raw, "traffic.limited", 0.0);
    const char *failure = json_text(raw, "traffic.last_failure");
    if (due > 0.0 && accepted >= due * ACCEPTED_LEAST) {
        return NULL;
    }
    return mem_format("the API accepted %.0f of %.0f messages%s%s%s", accepted, due,
                      limited > 0.0 ? " (its rate limiter is on: RATELIMIT_ENABLED=false)" : "",
                      failure != NULL ? "; last failure: " : "", failure != NULL ? failure : "");
}

static void score_frames(const cJSON *raw, struct samples *out)
{
    const cJSON *times = json_at(raw, "end.times");
    int count = cJSON_GetArraySize(times);
    double first_ms = count > 0 ? cJSON_GetArrayItem(times, 0)->valuedouble : 0.0;
    double last_ms = count > 0 ? cJSON_GetArrayItem(times, count - 1)->valuedouble : 0.0;
    if (last_ms > first_ms) {
        samples_add(out, "live_fps", (double)(count - 1) * 1000.0 / (last_ms - first_ms));
    } else {
        samples_none(out, "live_fps", "the page ran no animation frames under live traffic");
    }
}

static void score(const cJSON *raw, const struct collect_stage *stage, struct samples *out)
{
    (void)stage;
    char *why = complaint(raw);
    double arrived = json_number(raw, "traffic.arrived", 0.0);
    double seconds = json_number(raw, "seconds", 0.0);
    if (why == NULL && !(arrived > 0.0 && seconds > 0.0)) {
        why = mem_dup_str("the page's socket told of none of the messages");
    }
    if (why != NULL) {
        for (size_t i = 0; metrics[i] != NULL; i++) {
            samples_none(out, metrics[i], why);
        }
        free(why);
        return;
    }
    score_frames(raw, out);
    browser_metrics_score(raw, "ThreadTime", 1000.0 / arrived, "live_ms", out);
    samples_add(out, "live_requests", json_number(raw, "traffic.requests", (double)NAN) / arrived);
    samples_add(out, "live_per_s", json_number(raw, "traffic.accepted", 0.0) / seconds);
}

const struct collector collector_live = {
    .name = "live",
    .when = COLLECT_LIVE,
    .in_window = true,
    .metrics = metrics,
    .gather = gather,
    .score = score,
};
