#include "cdp/load_older.h"

#include "base/clock.h"

#define START_MS      1500 /* for a press or a scroll to become a request */
#define BUTTON_MS     1000 /* for the button of a list that was just put up */
#define LOOK_MS       30   /* between two looks at it */
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

/* Presses it at once where it lets itself be pressed, else looks again for a while: a list that was
 * just put up enables it later, or asks for a page by itself. */
static enum err press_soon(struct journey *journey, uint64_t patience_ms, enum button *button,
                           struct err_msg *msg)
{
    struct start start = { journey, messages_state(journey->messages)->started };
    struct loop *loop = session_loop(page_session(journey->page));
    uint64_t until_ns = clock_now_ns() + patience_ms * NS_PER_MS;
    for (;;) {
        enum err err = press_button(journey, button, msg);
        uint64_t now_ns = clock_now_ns();
        if (err != ERR_OK || *button == BUTTON_PRESSED || now_ns >= until_ns) {
            return err;
        }
        err = loop_wait(loop, has_started, &start, now_ns + LOOK_MS * NS_PER_MS, msg);
        if (err != ERR_TIMEOUT) {
            return err;
        }
    }
}

/* A way to try, and what is known before. */
struct attempt {
    enum way way;
    bool fresh; /* the list was just put up */
};

/* Tries one way and waits for what comes of it. *next is the way to try when nothing did. */
static enum err try_way(struct journey *journey, const struct attempt *attempt, enum way *next,
                        uint64_t deadline_ns, struct err_msg *msg)
{
    size_t started_before = messages_state(journey->messages)->started;
    enum button button = BUTTON_PRESSED;
    enum err err = ERR_OK;
    switch (attempt->way) {
    case WAY_BUTTON:
        err = press_soon(journey, attempt->fresh ? BUTTON_MS : 0, &button, msg);
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
    bool asked = attempt->way != WAY_REMOUNT && button == BUTTON_PRESSED;
    if (err != ERR_OK || !asked) {
        /* The list may have asked for a page by itself. */
        return err == ERR_OK ? journey_wait_idle(journey, deadline_ns, msg) : err;
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
    struct attempt attempt = { WAY_BUTTON, false };
    unsigned fruitless = 0;
    while (state->loaded < goal) {
        enum err err = give_up(journey, goal, fruitless, deadline_ns, msg);
        if (err != ERR_OK) {
            return err;
        }
        size_t before = state->loaded;
        enum way next = WAY_BUTTON;
        journey->calm = false;
        err = try_way(journey, &attempt, &next, deadline_ns, msg);
        if (err != ERR_OK) {
            return err;
        }
        if (state->loaded > before) {
            attempt = (struct attempt){ WAY_BUTTON, false };
            fruitless = 0;
            continue;
        }
        attempt.fresh = attempt.way == WAY_REMOUNT;
        fruitless += attempt.fresh ? 1 : 0;
        attempt.way = next;
    }
    return ERR_OK;
}

enum err load_older(struct journey *journey, size_t goal, uint64_t deadline_ns, struct err_msg *msg)
{
    size_t let_go = messages_set_goal(journey->messages, goal);
    if (let_go > 0) {
        journey_note(journey, "let %zu held request%s go", let_go, let_go == 1 ? "" : "s");
        journey->calm = false;
    }
    enum err err = journey_wait_idle(journey, deadline_ns, msg);
    if (err == ERR_OK) {
        err = load_pages(journey, goal, deadline_ns, msg);
    }
    if (err == ERR_TIMEOUT) {
        size_t loaded = messages_state(journey->messages)->loaded;
        return loaded < goal ? out_of_time(journey, goal, msg)
                             : err_prefix(msg, ERR_NO_DATA, "%zu messages are loaded, but", loaded);
    }
    return err == ERR_PROTOCOL ? ERR_NO_DATA : err;
}
