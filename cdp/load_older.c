#include "cdp/load_older.h"

#include "base/clock.h"

#define START_MS      1500 /* for a press or a scroll to become a request */
#define SCROLL_MS     4000
#define FRUITLESS_MAX 3 /* remounts in a row that bring nothing */

enum way {
    WAY_BUTTON,
    WAY_SCROLL,
    WAY_REMOUNT
};

struct start {
    const struct journey *journey;
    size_t started_before;
};

static bool has_started(void *arg)
{
    const struct start *start = arg;
    return messages_state(start->journey->messages)->started > start->started_before ||
           page_gone(start->journey->page) != NULL;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Waits for a new message request, and then for the end of all of them. No request is no error. */
static enum err wait_for_page(struct journey *journey, size_t started_before, uint64_t deadline_ns,
                              struct err_msg *msg)
{
    struct start start = { .journey = journey, .started_before = started_before };
    uint64_t until_ns = earlier(clock_now_ns() + START_MS * NS_PER_MS, deadline_ns);
    enum err err =
        loop_wait(session_loop(page_session(journey->page)), has_started, &start, until_ns, msg);
    if (err == ERR_TIMEOUT) {
        return ERR_OK;
    }
    return err == ERR_OK ? journey_wait_idle(journey, deadline_ns, msg) : err;
}

enum button {
    BUTTON_ABSENT,
    BUTTON_DISABLED,
    BUTTON_PRESSED
};

static enum err press_button(struct journey *journey, enum button *button, struct err_msg *msg)
{
    cJSON *value = NULL;
    enum err err = page_run(journey->page, "cdp/js/older.js", journey_args(journey), &value, msg);
    *button = json_bool(value, "enabled", false) ? BUTTON_PRESSED
              : json_bool(value, "found", false) ? BUTTON_DISABLED
                                                 : BUTTON_ABSENT;
    cJSON_Delete(value);
    if (err == ERR_OK && *button == BUTTON_PRESSED) {
        journey_note(journey, "pressed \"%s\"", journey->profile->older_text);
    }
    return err;
}

static enum err scroll_up(struct journey *journey, struct err_msg *msg)
{
    cJSON *args = journey_args(journey);
    json_add_number(args, "timeout_ms", SCROLL_MS);
    cJSON *value = NULL;
    enum err err = page_run(journey->page, "cdp/js/scroll_top.js", args, &value, msg);
    if (err == ERR_OK && json_bool(value, "found", false)) {
        journey_note(journey, "scrolled up from %.0f to %.0f px", json_number(value, "from", 0.0),
                     json_number(value, "to", 0.0));
    }
    cJSON_Delete(value);
    return err;
}

/* Tries one way and waits for what comes of it. *next is the way to try when nothing did. */
static enum err try_way(struct journey *journey, enum way way, enum way *next, uint64_t deadline_ns,
                        struct err_msg *msg)
{
    size_t started_before = messages_state(journey->messages)->started;
    enum button button = BUTTON_PRESSED;
    enum err err = ERR_OK;
    switch (way) {
    case WAY_BUTTON:
        err = press_button(journey, &button, msg);
        /* A disabled button is the latch of a list that has loaded its page: scrolling shares it.
         */
        *next = button == BUTTON_DISABLED ? WAY_REMOUNT : WAY_SCROLL;
        break;
    case WAY_SCROLL:
        err = scroll_up(journey, msg);
        *next = WAY_REMOUNT;
        break;
    case WAY_REMOUNT:
        err = journey_remount(journey, deadline_ns, msg);
        *next = WAY_BUTTON;
        break;
    }
    if (err != ERR_OK || button != BUTTON_PRESSED) {
        return err;
    }
    return wait_for_page(journey, started_before, deadline_ns, msg);
}

static enum err out_of_time(const struct journey *journey, size_t goal, struct err_msg *msg)
{
    const struct messages_state *state = messages_state(journey->messages);
    return err_set(msg, ERR_NO_DATA, "the time was over with %zu of %zu messages loaded%s%s",
                   state->loaded, goal, state->last_error[0] != '\0' ? "; last failure: " : "",
                   state->last_error);
}

/* What can be said before trying: reached, or impossible. */
static enum err give_up(const struct journey *journey, size_t goal, unsigned fruitless,
                        uint64_t deadline_ns, struct err_msg *msg)
{
    const struct messages_state *state = messages_state(journey->messages);
    if (state->no_more) {
        return err_set(msg, ERR_NO_DATA, "the API has no more than %zu messages (%zu wanted)",
                       state->loaded, goal);
    }
    if (clock_now_ns() >= deadline_ns) {
        return out_of_time(journey, goal, msg);
    }
    if (fruitless >= FRUITLESS_MAX) {
        return err_set(msg, ERR_NO_DATA,
                       "the list stays at %zu of %zu messages: button, scrolling and %u remounts "
                       "brought no older page%s%s",
                       state->loaded, goal, fruitless,
                       state->last_error[0] != '\0' ? "; last failure: " : "", state->last_error);
    }
    return ERR_OK;
}

static enum err load_pages(struct journey *journey, size_t goal, uint64_t deadline_ns,
                           struct err_msg *msg)
{
    const struct messages_state *state = messages_state(journey->messages);
    enum way way = WAY_BUTTON;
    unsigned fruitless = 0;
    while (state->loaded < goal) {
        enum err err = give_up(journey, goal, fruitless, deadline_ns, msg);
        if (err != ERR_OK) {
            return err;
        }
        size_t before = state->loaded;
        enum way next = WAY_BUTTON;
        err = try_way(journey, way, &next, deadline_ns, msg);
        if (err != ERR_OK) {
            return err;
        }
        if (state->loaded > before) {
            way = WAY_BUTTON;
            fruitless = 0;
            continue;
        }
        fruitless += way == WAY_REMOUNT ? 1 : 0;
        way = next;
    }
    return ERR_OK;
}

enum err load_older(struct journey *journey, size_t goal, uint64_t deadline_ns, struct err_msg *msg)
{
    size_t let_go = messages_set_goal(journey->messages, goal);
    if (let_go > 0) {
        journey_note(journey, "let %zu held request%s go", let_go, let_go == 1 ? "" : "s");
    }
    enum err err = journey_wait_idle(journey, deadline_ns, msg);
    if (err == ERR_OK) {
        err = load_pages(journey, goal, deadline_ns, msg);
    }
    if (err == ERR_OK) {
        err = journey_settle(journey, deadline_ns, msg);
    }
    if (err == ERR_TIMEOUT) {
        size_t loaded = messages_state(journey->messages)->loaded;
        return loaded < goal ? out_of_time(journey, goal, msg)
                             : err_prefix(msg, ERR_NO_DATA, "%zu messages are loaded, but", loaded);
    }
    return err == ERR_PROTOCOL ? ERR_NO_DATA : err;
}
