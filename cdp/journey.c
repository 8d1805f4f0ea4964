#include "cdp/journey.h"

#include <stdarg.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "base/url.h"

#define TO_END_MS  5000
#define REMOUNT_MS 10000 /* for each of the two ways */
#define ESCAPE_MS  2000
#define LOOK_MS    2000 /* after that, a page without messages is asked what it shows */

void journey_note(struct journey *journey, const char *format, ...)
{
    struct strbuf text = STRBUF_INIT;
    va_list args;
    va_start(args, format);
    strbuf_addv(&text, format, args);
    va_end(args);
    json_push_text(journey->how, strbuf_text(&text));
    log_verbose("%s", strbuf_text(&text));
    strbuf_release(&text);
}

cJSON *journey_args(const struct journey *journey)
{
    const struct profile *profile = journey->profile;
    cJSON *args = json_new_object();
    json_add_text(args, "bubble", profile->bubble);
    json_add_text(args, "dialog", profile->dialog);
    json_add_text(args, "older_text", profile->older_text);
    json_add_text(args, "sidebar_item", profile->sidebar_item);
    json_add_text(args, "conversation", journey->conversation);
    json_add_node(args, "missing_texts", cJSON_Duplicate(profile->missing_texts, true));
    return args;
}

static uint64_t ms_until(uint64_t deadline_ns)
{
    uint64_t now_ns = clock_now_ns();
    return now_ns < deadline_ns ? (deadline_ns - now_ns) / NS_PER_MS : 0;
}

static enum err add_login(struct journey *journey, struct err_msg *msg)
{
    struct url url;
    enum err err = url_parse(journey->url, "the conversation's address", &url, msg);
    if (err != ERR_OK) {
        return err;
    }
    cJSON *args = json_new_object();
    json_push_text(json_add_array(args, "hosts"), url.host);
    cJSON *items = json_add_object(args, "items");
    const cJSON *item = NULL;
    cJSON_ArrayForEach (item, journey->profile->storage) {
        char *value = profile_fill(item->valuestring, "token", journey->token);
        json_add_text(items, item->string, value);
        free(value);
    }
    return page_add_script(journey->page, "cdp/js/login.js", args, msg);
}

static enum err block_requests(struct journey *journey, struct err_msg *msg)
{
    if (cJSON_GetArraySize(journey->profile->block) == 0) {
        return ERR_OK;
    }
    cJSON *params = json_new_object();
    json_add_node(params, "urls", cJSON_Duplicate(journey->profile->block, true));
    return page_call(journey->page, "Network.setBlockedURLs", params, NULL, msg);
}

enum err journey_prepare(struct journey *journey, struct err_msg *msg)
{
    enum err err = add_login(journey, msg);
    if (err == ERR_OK) {
        err = page_add_script(journey->page, "cdp/js/vitals_watch.js", NULL, msg);
    }
    if (err == ERR_OK) {
        err = block_requests(journey, msg);
    }
    if (err == ERR_OK) {
        const struct messages_spec spec = { .profile = journey->profile,
                                            .conversation = journey->conversation,
                                            .api_origin = journey->api_origin };
        err = messages_new(journey->page, &spec, &journey->messages, msg);
    }
    return err;
}

/* The path of an absolute URL, "" for about:blank and the like. */
static const char *path_of(const char *url)
{
    const char *host = strstr(url, "://");
    const char *path = host != NULL ? strchr(host + 3, '/') : NULL;
    return path != NULL ? path : "";
}

static bool is_in_app(const struct journey *journey)
{
    const char *prefix = journey->profile->path_prefix;
    return strncmp(path_of(page_url(journey->page)), prefix, strlen(prefix)) == 0;
}

/* The first page is there, or it will never be. */
static bool first_page_decided(void *arg)
{
    const struct journey *journey = arg;
    return messages_state(journey->messages)->loaded > 0 || page_gone(journey->page) != NULL ||
           !is_in_app(journey);
}

static enum err read_state(struct journey *journey, cJSON **state, struct err_msg *msg)
{
    return page_run(journey->page, "cdp/js/state.js", journey_args(journey), state, msg);
}

/* What a person would see, for the sentence of a journey that failed. */
static enum err explain(struct journey *journey, enum err code, const char *what,
                        struct err_msg *msg)
{
    if (page_gone(journey->page) != NULL) {
        return err_set(msg, ERR_CLOSED, "%s", page_gone(journey->page));
    }
    cJSON *state = NULL;
    struct err_msg unread = { "" };
    const struct messages_state *messages = messages_state(journey->messages);
    if (read_state(journey, &state, &unread) != ERR_OK) {
        return err_set(msg, code, "%s; the page's state cannot be read: %s", what, unread.text);
    }
    const char *missing = json_text(state, "missing");
    const char *words = json_text(state, "words");
    char api[260] = "";
    if (messages->last_error[0] != '\0') {
        (void)snprintf(api, sizeof api, "; the message request ended with: %s",
                       messages->last_error);
    }
    enum err err = err_set(msg, code, "%s: the page is at %s and %s \"%.120s\"%s", what,
                           json_text(state, "path"), missing != NULL ? "says" : "shows",
                           missing != NULL ? missing : (words != NULL ? words : ""), api);
    cJSON_Delete(state);
    return err;
}

/* Whether the app has given up: it says so, or its last request failed and it starts no other. */
static enum err look_for_failure(struct journey *journey, size_t started_before,
                                 struct err_msg *msg)
{
    const struct messages_state *messages = messages_state(journey->messages);
    cJSON *state = NULL;
    enum err err = read_state(journey, &state, msg);
    bool missing = json_text(state, "missing") != NULL;
    cJSON_Delete(state);
    if (err == ERR_PROTOCOL) {
        return ERR_OK; /* it is on its way to another document */
    }
    if (err == ERR_OK && missing) {
        return explain(journey, ERR_UNREACHABLE, "the conversation is missing", msg);
    }
    if (err == ERR_OK && messages->failed > 0 && messages->in_flight == 0 &&
        messages->started == started_before) {
        return explain(journey, ERR_UNREACHABLE, "the conversation did not open", msg);
    }
    return err;
}

/* Waits on the network alone, so that nothing of ours runs in a page that loads; only one that
 * takes long is asked what it shows. */
static enum err wait_first_page(struct journey *journey, uint64_t deadline_ns, struct err_msg *msg)
{
    struct loop *loop = session_loop(page_session(journey->page));
    for (;;) {
        size_t started = messages_state(journey->messages)->started;
        uint64_t now_ns = clock_now_ns();
        uint64_t look_ns = now_ns + LOOK_MS * NS_PER_MS;
        enum err err = loop_wait(loop, first_page_decided, journey,
                                 look_ns < deadline_ns ? look_ns : deadline_ns, msg);
        if (err != ERR_TIMEOUT) {
            return err;
        }
        if (clock_now_ns() >= deadline_ns) {
            return explain(journey, ERR_UNREACHABLE, "no messages came in time", msg);
        }
        err = look_for_failure(journey, started, msg);
        if (err != ERR_OK) {
            return err;
        }
    }
}

enum err journey_open(struct journey *journey, uint64_t timeout_ms, struct err_msg *msg)
{
    uint64_t deadline_ns = clock_now_ns() + timeout_ms * NS_PER_MS;
    enum err err = page_navigate(journey->page, journey->url, timeout_ms, msg);
    if (err == ERR_OK) {
        err = wait_first_page(journey, deadline_ns, msg);
    }
    if (err == ERR_OK && page_gone(journey->page) != NULL) {
        err = err_set(msg, ERR_CLOSED, "%s", page_gone(journey->page));
    } else if (err == ERR_OK && !is_in_app(journey)) {
        err = explain(journey, ERR_UNREACHABLE, "the login did not hold", msg);
    }
    if (err == ERR_OK) {
        err = journey_settle(journey, journey->hasty ? JOURNEY_HASTY_QUIET_MS : JOURNEY_QUIET_MS,
                             deadline_ns, msg);
    }
    if (err == ERR_OK) {
        err = journey_check(journey, msg);
    }
    return err == ERR_TIMEOUT || err == ERR_NO_DATA ? ERR_UNREACHABLE : err;
}

static enum err press_escape(struct journey *journey, struct err_msg *msg)
{
    static const char *const types[] = { "keyDown", "keyUp" };
    enum err err = ERR_OK;
    for (size_t i = 0; i < sizeof types / sizeof types[0] && err == ERR_OK; i++) {
        cJSON *key = json_new_object();
        json_add_text(key, "type", types[i]);
        json_add_text(key, "key", "Escape");
        json_add_text(key, "code", "Escape");
        json_add_number(key, "windowsVirtualKeyCode", 27);
        err = page_call(journey->page, "Input.dispatchKeyEvent", key, NULL, msg);
    }
    if (err == ERR_OK) {
        cJSON *args = journey_args(journey);
        json_add_number(args, "timeout_ms", ESCAPE_MS);
        cJSON *gone = NULL;
        err = page_run(journey->page, "cdp/js/dialog_gone.js", args, &gone, msg);
        if (err == ERR_OK && !cJSON_IsTrue(gone)) {
            err = err_set(msg, ERR_NO_DATA, "a dialog is in the way and Escape does not close it");
        }
        cJSON_Delete(gone);
    }
    return err;
}

enum err journey_check(struct journey *journey, struct err_msg *msg)
{
    cJSON *state = NULL;
    enum err err = read_state(journey, &state, msg);
    if (err == ERR_PROTOCOL) {
        /* The document went away while it was asked: the usual end of a login. */
        return explain(journey, ERR_NO_DATA, "the page was left", msg);
    }
    if (err != ERR_OK) {
        return err;
    }
    const char *path = json_text(state, "path");
    const char *address = json_text(state, "address");
    const char *prefix = journey->profile->path_prefix;
    if (path == NULL || strncmp(path, prefix, strlen(prefix)) != 0) {
        err = explain(journey, ERR_NO_DATA, "the user was logged out", msg);
    } else if (json_text(state, "missing") != NULL) {
        err = explain(journey, ERR_NO_DATA, "the conversation is missing", msg);
    } else if (address == NULL || strstr(address, journey->conversation) == NULL) {
        err = explain(journey, ERR_NO_DATA, "another conversation is open", msg);
    } else if (json_number(state, "bubbles", 0.0) < 1.0) {
        err = explain(journey, ERR_NO_DATA, "no message is visible", msg);
    } else if (json_bool(state, "dialog", false)) {
        err = press_escape(journey, msg);
        if (err == ERR_OK) {
            journey_note(journey, "closed a dialog with Escape");
        }
    }
    cJSON_Delete(state);
    return err;
}

static bool is_idle(void *arg)
{
    const struct journey *journey = arg;
    return messages_state(journey->messages)->in_flight == 0 || page_gone(journey->page) != NULL;
}

enum err journey_wait_idle(struct journey *journey, uint64_t deadline_ns, struct err_msg *msg)
{
    enum err err =
        loop_wait(session_loop(page_session(journey->page)), is_idle, journey, deadline_ns, msg);
    if (err == ERR_TIMEOUT) {
        return err_set(msg, ERR_TIMEOUT, "%zu message requests were still in flight",
                       messages_state(journey->messages)->in_flight);
    }
    if (err == ERR_OK && page_gone(journey->page) != NULL) {
        return err_set(msg, ERR_CLOSED, "%s", page_gone(journey->page));
    }
    return err;
}

static bool is_calm(const struct journey *journey, uint64_t quiet_ms)
{
    const struct messages_state *state = messages_state(journey->messages);
    return state->in_flight == 0 &&
           clock_now_ns() - state->last_activity_ns >= quiet_ms * NS_PER_MS;
}

static bool others_are_answered(void *arg)
{
    const struct journey *journey = arg;
    return messages_state(journey->messages)->others == 0 || page_gone(journey->page) != NULL;
}

/* Both kinds of requests; for the others there is an end of patience that is no error. */
static enum err wait_answered(struct journey *journey, uint64_t patience_ns, uint64_t deadline_ns,
                              struct err_msg *msg)
{
    struct loop *loop = session_loop(page_session(journey->page));
    enum err err = loop_wait(loop, others_are_answered, journey, patience_ns, msg);
    return err == ERR_OK || err == ERR_TIMEOUT ? journey_wait_idle(journey, deadline_ns, msg) : err;
}

enum err journey_settle(struct journey *journey, uint64_t quiet_ms, uint64_t deadline_ns,
                        struct err_msg *msg)
{
    uint64_t patience_ns = clock_now_ns() + JOURNEY_OTHERS_MS * NS_PER_MS;
    patience_ns = patience_ns < deadline_ns ? patience_ns : deadline_ns;
    for (;;) {
        enum err err = wait_answered(journey, patience_ns, deadline_ns, msg);
        if (err != ERR_OK) {
            return err;
        }
        cJSON *args = json_new_object();
        json_add_number(args, "quiet_ms", (double)quiet_ms);
        json_add_number(args, "timeout_ms", (double)ms_until(deadline_ns));
        cJSON *value = NULL;
        err = page_run(journey->page, "cdp/js/quiet.js", args, &value, msg);
        bool quiet = json_bool(value, "quiet", false);
        double changes = json_number(value, "changes", 0.0);
        cJSON_Delete(value);
        if (err != ERR_OK) {
            return err;
        }
        bool answered = others_are_answered(journey) || clock_now_ns() >= patience_ns;
        if (quiet && answered && is_calm(journey, quiet_ms)) {
            journey->calm = true;
            return ERR_OK;
        }
        if (ms_until(deadline_ns) == 0) {
            return err_set(msg, ERR_TIMEOUT,
                           "the page does not get calm: %.0f changes of the document while waiting",
                           changes);
        }
    }
}

enum err journey_scroll_to_end(struct journey *journey, bool *moved, struct err_msg *msg)
{
    cJSON *args = journey_args(journey);
    json_add_number(args, "timeout_ms", TO_END_MS);
    cJSON *value = NULL;
    enum err err = page_run(journey->page, "cdp/js/to_end.js", args, &value, msg);
    if (err == ERR_OK && !json_bool(value, "found", false)) {
        err = err_set(msg, ERR_NO_DATA, "there is no scrollable list with messages in sight");
    } else if (err == ERR_OK && !json_bool(value, "at_end", false)) {
        err = err_set(msg, ERR_NO_DATA, "the list does not stay at its end");
    }
    if (moved != NULL) {
        *moved = json_bool(value, "moved", true);
    }
    cJSON_Delete(value);
    return err;
}

/* What arrives or mends its height while it gets calm may move the end away again. */
enum err journey_settle_at_end(struct journey *journey, uint64_t deadline_ns, struct err_msg *msg)
{
    for (;;) {
        bool moved = true;
        enum err err = journey_scroll_to_end(journey, &moved, msg);
        if (err != ERR_OK || (!moved && journey->calm)) {
            return err;
        }
        err = journey_settle(journey, JOURNEY_STAGE_QUIET_MS, deadline_ns, msg);
        if (err != ERR_OK) {
            return err;
        }
    }
}

/* Runs one of the two ways; the flag tells whether it arrived. */
static enum err take_way(struct journey *journey, const char *script, const char *flag,
                         uint64_t deadline_ns, struct err_msg *msg)
{
    uint64_t left_ms = ms_until(deadline_ns);
    cJSON *args = journey_args(journey);
    json_add_number(args, "timeout_ms", (double)(left_ms < REMOUNT_MS ? left_ms : REMOUNT_MS));
    cJSON *value = NULL;
    enum err err = page_run(journey->page, script, args, &value, msg);
    if (err == ERR_OK && !json_bool(value, flag, false)) {
        err = err_set(msg, ERR_NO_DATA, "%s: not %s (%.0f entries to try)", script, flag,
                      json_number(value, "candidates", 0.0));
    }
    cJSON_Delete(value);
    return err;
}

enum err journey_remount(struct journey *journey, uint64_t deadline_ns, struct err_msg *msg)
{
    journey->calm = false;
    enum err err = take_way(journey, "cdp/js/away.js", "left", deadline_ns, msg);
    if (err == ERR_OK) {
        err = take_way(journey, "cdp/js/back.js", "returned", deadline_ns, msg);
    }
    if (err == ERR_OK) {
        journey_note(journey, "opened another conversation and came back");
    }
    return err;
}
