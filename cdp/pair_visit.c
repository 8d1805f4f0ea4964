#include "cdp/pair_visit.h"

#include <math.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cdp/collect/browser_metrics.h"
#include "cdp/collect/collect.h"
#include "cdp/journey.h"
#include "cdp/messages.h"
#include "cdp/pair_clock.h"
#include "metrics/pair.h"

#define NOTES_MAX     5000
#define STILL_MS      600 /* no larger paint for so long: the first load has been painted */
#define READY_MS      8000
#define START_MS      1500 /* for a press or a scroll to become a request */
#define SCROLL_MS     4000
#define SHOW_MS       3000 /* for an answered page to be seen in the document */
#define ARRIVE_MS     8000 /* for the last posted message to be seen */
#define FRUITLESS_MAX 4U
#define OLDER_MAX     ((size_t)64)
#define FRAMES_MAX    ((size_t)5000)

/* A request for an older page. */
struct older {
    char *id;
    char *url;
    double requested_s;
    double answered_s; /* 0: not yet */
    double painted_s;  /* 0: unknown */
    bool asked;        /* whether its paint was looked for */
};

struct frame {
    size_t mark;
    double received_s;
};

struct watch {
    const struct pair_visit *visit;
    struct journey journey;
    char *messages_path;
    struct pair_clock clock;
    bool counting; /* pages are let through: a request is a wait from now on */
    struct older older[OLDER_MAX];
    size_t older_count;
    struct frame frame[FRAMES_MAX];
    size_t frame_count;
};

/* Asked of the browser's events. */

static bool is_older_page(const struct watch *watch, const cJSON *params)
{
    const char *url = json_text(params, "request.url");
    const char *method = json_text(params, "request.method");
    char needle[64];
    (void)snprintf(needle, sizeof needle, "%s=", watch->visit->profile->cursor);
    return url != NULL && method != NULL && strcmp(method, "GET") == 0 &&
           strstr(url, watch->messages_path) != NULL && strstr(url, needle) != NULL;
}

static struct older *find_older(struct watch *watch, const char *id)
{
    for (size_t i = 0; i < watch->older_count; i++) {
        if (id != NULL && strcmp(watch->older[i].id, id) == 0) {
            return &watch->older[i];
        }
    }
    return NULL;
}

static bool was_asked_before(const struct watch *watch, const char *url)
{
    for (size_t i = 0; i < watch->older_count; i++) {
        if (strcmp(watch->older[i].url, url) == 0) {
            return true;
        }
    }
    return false;
}

static void on_request(void *arg, const cJSON *params)
{
    struct watch *watch = arg;
    const char *id = json_text(params, "requestId");
    if (!watch->counting || id == NULL || !is_older_page(watch, params) ||
        watch->older_count == OLDER_MAX ||
        was_asked_before(watch, json_text(params, "request.url"))) {
        return;
    }
    watch->older[watch->older_count++] =
        (struct older){ .id = mem_dup_str(id),
                        .url = mem_dup_str(json_text(params, "request.url")),
                        .requested_s = json_number(params, "timestamp", 0.0) };
}

static void on_finished(void *arg, const cJSON *params)
{
    struct watch *watch = arg;
    struct older *older = find_older(watch, json_text(params, "requestId"));
    if (older != NULL) {
        older->answered_s = json_number(params, "timestamp", 0.0);
    }
}

static void on_frame(void *arg, const cJSON *params)
{
    struct watch *watch = arg;
    const char *text = json_text(params, "response.payloadData");
    size_t mark = 0;
    if (text == NULL || watch->frame_count == FRAMES_MAX ||
        strstr(text, "\"" PAIR_MESSAGE_EVENT "\"") == NULL ||
        !pair_find_mark(text, strlen(text), watch->visit->mark, &mark)) {
        return;
    }
    for (size_t i = 0; i < watch->frame_count; i++) {
        if (watch->frame[i].mark == mark) {
            return;
        }
    }
    watch->frame[watch->frame_count++] =
        (struct frame){ mark, json_number(params, "timestamp", 0.0) };
}

#define LISTENERS ((size_t)3)

static void listen(struct watch *watch, struct session_listener *listeners[LISTENERS])
{
    static const struct {
        const char *event;
        void (*on_event)(void *arg, const cJSON *params);
    } table[LISTENERS] = {
        { "Network.requestWillBeSent", on_request },
        { "Network.loadingFinished", on_finished },
        { "Network.webSocketFrameReceived", on_frame },
    };
    const struct page *page = watch->journey.page;
    for (size_t i = 0; i < LISTENERS; i++) {
        listeners[i] = session_listen(page_session(page), page_target(page), table[i].event,
                                      table[i].on_event, watch);
    }
}

/* The steps of a phase. */

static enum err prepare(struct watch *watch, struct err_msg *msg)
{
    enum err err = journey_prepare(&watch->journey, msg);
    if (err == ERR_OK) {
        cJSON *args = json_new_object();
        json_add_text(args, "mark", watch->visit->mark);
        json_add_text(args, "bubble", watch->visit->profile->bubble);
        json_add_number(args, "most", NOTES_MAX);
        err = page_add_script(watch->journey.page, "cdp/js/pair_watch.js", args, msg);
    }
    return err;
}

static bool has_first_page(void *arg)
{
    const struct watch *watch = arg;
    return messages_state(watch->journey.messages)->loaded > 0 ||
           page_gone(watch->journey.page) != NULL;
}

static enum err open_chat(struct watch *watch, cJSON *raw, struct err_msg *msg)
{
    struct journey *journey = &watch->journey;
    uint64_t deadline_ns = clock_now_ns() + watch->visit->timeout_ms * NS_PER_MS;
    cJSON *value = NULL;
    enum err err = page_navigate(journey->page, journey->url, watch->visit->timeout_ms, msg);
    if (err == ERR_OK) {
        err = loop_wait(session_loop(page_session(journey->page)), has_first_page, watch,
                        deadline_ns, msg);
    }
    if (err == ERR_TIMEOUT) {
        return err_set(msg, ERR_UNREACHABLE, "%s: no messages came within %.0f s", journey->url,
                       (double)watch->visit->timeout_ms / 1000.0);
    }
    if (err == ERR_OK && page_gone(journey->page) != NULL) {
        return err_set(msg, ERR_CLOSED, "%s", page_gone(journey->page));
    }
    if (err == ERR_OK) {
        cJSON *args = journey_args(journey);
        json_add_number(args, "still_ms", STILL_MS);
        json_add_number(args, "timeout_ms", READY_MS);
        err = page_run(journey->page, "cdp/js/pair_ready.js", args, &value, msg);
    }
    if (err == ERR_OK && isfinite(json_number(value, "lcp_ms", (double)NAN))) {
        json_add_number(raw, "lcp_ms", json_number(value, "lcp_ms", 0.0));
    } else if (err == ERR_OK) {
        json_add_text(raw, "lcp_reason", "the browser reported no largest paint");
    }
    cJSON_Delete(value);
    if (err == ERR_OK) {
        err = journey_check(journey, msg);
        err = err == ERR_NO_DATA ? ERR_UNREACHABLE : err;
    }
    return err;
}

static bool has_started(void *arg)
{
    const struct watch *watch = arg;
    return messages_state(watch->journey.messages)->in_flight > 0 ||
           page_gone(watch->journey.page) != NULL;
}

static enum err wait_for_page(struct watch *watch, uint64_t deadline_ns, struct err_msg *msg)
{
    struct journey *journey = &watch->journey;
    enum err err = loop_wait(session_loop(page_session(journey->page)), has_started, watch,
                             clock_now_ns() + START_MS * NS_PER_MS, msg);
    return err == ERR_OK || err == ERR_TIMEOUT ? journey_wait_idle(journey, deadline_ns, msg) : err;
}

/* When the frame came that shows what was answered last. */
static enum err find_paint(struct watch *watch, struct err_msg *msg)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < watch->older_count && err == ERR_OK; i++) {
        struct older *older = &watch->older[i];
        if (older->answered_s <= 0.0 || older->asked) {
            continue;
        }
        older->asked = true;
        cJSON *args = json_new_object();
        cJSON *value = NULL;
        json_add_number(args, "since_ms", pair_clock_to_page_ms(&watch->clock, older->answered_s));
        json_add_number(args, "timeout_ms", SHOW_MS);
        err = page_run(watch->journey.page, "cdp/js/pair_change.js", args, &value, msg);
        if (err == ERR_OK && cJSON_IsNumber(value)) {
            older->painted_s = pair_clock_to_ours_s(&watch->clock, value->valuedouble);
        }
        cJSON_Delete(value);
    }
    return err;
}

/* The button, or what helps when it cannot be pressed. */
static enum err ask_for_older(struct watch *watch, unsigned fruitless, uint64_t deadline_ns,
                              struct err_msg *msg)
{
    struct journey *journey = &watch->journey;
    cJSON *value = NULL;
    enum err err = page_run(journey->page, "cdp/js/older.js", journey_args(journey), &value, msg);
    bool pressed = json_bool(value, "enabled", false);
    bool found = json_bool(value, "found", false);
    cJSON_Delete(value);
    if (err == ERR_OK && !pressed && (found || fruitless > 1)) {
        err = journey_remount(journey, deadline_ns, msg);
    } else if (err == ERR_OK && !pressed) {
        cJSON *args = journey_args(journey);
        json_add_number(args, "timeout_ms", SCROLL_MS);
        err = page_run(journey->page, "cdp/js/scroll_top.js", args, NULL, msg);
    }
    return err == ERR_OK ? wait_for_page(watch, deadline_ns, msg) : err;
}

static enum err reach_messages(struct watch *watch, struct err_msg *msg)
{
    const struct messages_state *state = messages_state(watch->journey.messages);
    size_t goal = (size_t)watch->visit->messages;
    uint64_t deadline_ns = clock_now_ns() + watch->visit->timeout_ms * NS_PER_MS;
    unsigned fruitless = 0;
    watch->counting = true;
    (void)messages_set_goal(watch->journey.messages, goal);
    enum err err = journey_wait_idle(&watch->journey, deadline_ns, msg);
    while (err == ERR_OK && state->loaded < goal) {
        size_t before = state->loaded;
        if (state->no_more || fruitless > FRUITLESS_MAX || clock_now_ns() > deadline_ns) {
            return err_set(msg, ERR_NO_DATA, "only %zu of %zu messages could be loaded",
                           state->loaded, goal);
        }
        err = ask_for_older(watch, fruitless, deadline_ns, msg);
        if (err == ERR_OK) {
            err = find_paint(watch, msg);
        }
        fruitless = state->loaded > before ? 0 : fruitless + 1;
    }
    watch->counting = false;
    return err;
}

static enum err scroll(struct watch *watch, cJSON *raw, struct err_msg *msg)
{
    struct collect_context context = { .journey = &watch->journey,
                                       .trace_path = watch->visit->trace_path };
    cJSON *readings = json_add_object(raw, "scroll");
    struct err_msg late = { "" };
    enum err err = journey_scroll_to_end(&watch->journey, NULL, msg);
    if (err == ERR_OK) {
        err = collector_scroll.gather(&context, readings, msg);
        enum err finished = collector_scroll.finish(&context, readings, &late);
        if (err == ERR_OK && finished != ERR_OK) {
            *msg = late;
            err = finished;
        }
    }
    if (err != ERR_OK) {
        json_add_text(readings, "error", msg->text);
    }
    return err;
}

static enum err watch_messages(struct watch *watch, cJSON *raw, cJSON **bubbles,
                               struct err_msg *msg)
{
    struct page *page = watch->journey.page;
    size_t posted = 0;
    uint64_t since_ns = clock_now_ns();
    enum err err = journey_scroll_to_end(&watch->journey, NULL, msg);
    if (err == ERR_OK) {
        err = browser_metrics_read(page, raw, "before", msg);
        since_ns = clock_now_ns();
    }
    if (err == ERR_OK) {
        err = watch->visit->post(watch->visit->post_arg, &posted, msg);
    }
    if (err == ERR_OK) {
        cJSON *args = json_new_object();
        json_add_number(args, "expected", (double)posted);
        json_add_number(args, "timeout_ms", ARRIVE_MS);
        err = page_run(page, "cdp/js/pair_read.js", args, bubbles, msg);
    }
    if (err == ERR_OK) {
        json_add_number(raw, "window_s", (double)(clock_now_ns() - since_ns) / (double)NS_PER_S);
        err = browser_metrics_read(page, raw, "after", msg);
    }
    return err;
}

/* What is missing for a reason of the page stays missing; what ends the phase is passed on. */
static enum err excuse(enum err err, const struct err_msg *why, cJSON *raw, struct err_msg *msg)
{
    if (err == ERR_NO_DATA || err == ERR_TIMEOUT || err == ERR_PROTOCOL) {
        if (json_text(raw, "reason") == NULL) {
            json_add_text(raw, "reason", why->text);
        }
        return ERR_OK;
    }
    if (err != ERR_OK) {
        *msg = *why;
    }
    return err;
}

static void note_older(const struct watch *watch, cJSON *raw)
{
    cJSON *list = json_add_array(raw, "older");
    for (size_t i = 0; i < watch->older_count; i++) {
        const struct older *older = &watch->older[i];
        if (older->answered_s > 0.0) {
            cJSON *node = json_push_object(list);
            json_add_number(node, "requested_s", older->requested_s);
            json_add_number(node, "answered_s", older->answered_s);
            json_add_number(node, "painted_s",
                            older->painted_s > 0.0 ? older->painted_s : (double)NAN);
        }
    }
}

static void note_bubbles(const struct watch *watch, const cJSON *seen, cJSON *raw)
{
    cJSON *frames = json_add_array(raw, "frames");
    cJSON *bubbles = json_add_array(raw, "bubbles");
    const cJSON *bubble = NULL;
    for (size_t i = 0; i < watch->frame_count; i++) {
        cJSON *node = json_push_object(frames);
        json_add_number(node, "mark", (double)watch->frame[i].mark);
        json_add_number(node, "received_s", watch->frame[i].received_s);
    }
    cJSON_ArrayForEach (bubble, json_at(seen, "bubbles")) {
        static const struct {
            const char *from;
            const char *to;
        } times[] = { { "insert_ms", "inserted_s" },
                      { "frame_ms", "made_s" },
                      { "paint_ms", "painted_s" } };
        cJSON *node = json_push_object(bubbles);
        json_add_number(node, "mark", json_number(bubble, "mark", -1.0));
        for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
            double ms = json_number(bubble, times[i].from, (double)NAN);
            json_add_number(node, times[i].to,
                            isfinite(ms) ? pair_clock_to_ours_s(&watch->clock, ms) : (double)NAN);
        }
    }
}

static enum err walk(struct watch *watch, cJSON *raw, struct err_msg *msg)
{
    struct err_msg why = { "" };
    cJSON *seen = NULL;
    enum err err = open_chat(watch, raw, msg);
    if (err == ERR_OK) {
        err = pair_clock_read(watch->journey.page, &watch->clock, msg);
    }
    if (err != ERR_OK) {
        return err;
    }
    cJSON *clock = json_add_object(raw, "clock");
    json_add_number(clock, "error_ms", watch->clock.error_s * 1000.0);
    err = excuse(reach_messages(watch, &why), &why, raw, msg);
    if (err == ERR_OK) {
        err = excuse(scroll(watch, raw, &why), &why, raw, msg);
    }
    if (err == ERR_OK) {
        err = excuse(watch_messages(watch, raw, &seen, &why), &why, raw, msg);
    }
    json_add_number(raw, "loaded", (double)messages_state(watch->journey.messages)->loaded);
    note_older(watch, raw);
    note_bubbles(watch, seen, raw);
    cJSON_Delete(seen);
    return err;
}

static void release(struct watch *watch)
{
    for (size_t i = 0; i < watch->older_count; i++) {
        free(watch->older[i].id);
        free(watch->older[i].url);
    }
    free(watch->messages_path);
    free(watch);
}

typedef enum err walk_fn(struct watch *watch, cJSON *raw, struct err_msg *msg);

static enum err in_a_page(struct browser *browser, const struct pair_visit *visit, walk_fn *walk_it,
                          cJSON *raw, struct err_msg *msg)
{
    struct session_listener *listeners[LISTENERS] = { NULL };
    struct watch *watch = mem_new(sizeof *watch);
    const struct page_spec spec = { .width = visit->width, .height = visit->height };
    watch->visit = visit;
    watch->messages_path =
        profile_fill(visit->profile->messages_path, "conversation", visit->conversation);
    watch->journey = (struct journey){ .profile = visit->profile,
                                       .conversation = visit->conversation,
                                       .url = visit->url,
                                       .api_origin = visit->api_origin,
                                       .token = visit->token,
                                       .how = json_add_array(raw, "how") };
    enum err err = page_open(browser->session, &spec, &watch->journey.page, msg);
    if (err == ERR_OK) {
        listen(watch, listeners);
        err = prepare(watch, msg);
    }
    if (err == ERR_OK) {
        err = walk_it(watch, raw, msg);
    }
    for (size_t i = 0; i < LISTENERS; i++) {
        session_unlisten(browser->session, listeners[i]);
    }
    messages_free(watch->journey.messages);
    page_close(watch->journey.page);
    release(watch);
    return err;
}

enum err pair_visit(struct browser *browser, const struct pair_visit *visit, cJSON *raw,
                    struct err_msg *msg)
{
    return in_a_page(browser, visit, walk, raw, msg);
}

enum err pair_visit_warm_up(struct browser *browser, const struct pair_visit *visit,
                            struct err_msg *msg)
{
    cJSON *thrown_away = json_new_object();
    enum err err = in_a_page(browser, visit, open_chat, thrown_away, msg);
    cJSON_Delete(thrown_away);
    return err;
}
