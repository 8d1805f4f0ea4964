/* The way through the app: logging in, opening the conversation, making sure that it is really the
 * chat that stands there, getting calm, leaving and coming back.
 *
 * Nothing is measured behind a gate: a dialog is dismissed, and a page that was logged out, lost
 * its conversation or went elsewhere is recognised before and after every measurement. */
#ifndef CDP_JOURNEY_H
#define CDP_JOURNEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "cdp/messages.h"
#include "cdp/page.h"
#include "cdp/profile.h"

/* Calm: as long without a message request and without new elements. The first load is waited for
 * longest: only there does the app fetch everything again when its socket has connected, well after
 * its first rows. */
#define JOURNEY_QUIET_MS       700
#define JOURNEY_STAGE_QUIET_MS 350 /* at a count of messages */
#define JOURNEY_HASTY_QUIET_MS 150 /* where nothing is measured */
#define JOURNEY_OTHERS_MS      5000

struct journey {
    struct page *page;
    const struct profile *profile;
    struct messages *messages;
    const char *conversation;
    const char *url;        /* of the conversation, as the browser shall open it */
    const char *api_origin; /* where the page asks for its API */
    const char *token;      /* never logged, never stored */
    cJSON *how;             /* array of the steps taken, in words; borrowed */
    bool hasty; /* nothing will be measured: a short calm after the first load suffices */
    bool calm;  /* nothing was asked of the page since it was calm */
};

/* Prepares the page: login, observers, blocked requests, message watch. */
MUST_CHECK enum err journey_prepare(struct journey *journey, struct err_msg *msg);

/* Opens the conversation, waits for its first page and calm, checks it. ERR_UNREACHABLE with what
 * is there instead; ERR_CLOSED when the page or browser is gone. */
MUST_CHECK enum err journey_open(struct journey *journey, uint64_t timeout_ms, struct err_msg *msg);

/* Whether the chat and rows of it are there; passes a dialog that is in the way. ERR_NO_DATA with
 * what is there instead. */
MUST_CHECK enum err journey_check(struct journey *journey, struct err_msg *msg);

/* Waits until the page was calm for `quiet_ms` and its other requests to the API are answered (for
 * those at most JOURNEY_OTHERS_MS: one of them may never be). ERR_TIMEOUT when there is no calm
 * before the deadline. */
MUST_CHECK enum err journey_settle(struct journey *journey, uint64_t quiet_ms, uint64_t deadline_ns,
                                   struct err_msg *msg);

/* Scrolls the list to its newest message. *moved (NULL allowed): it was not there already. */
MUST_CHECK enum err journey_scroll_to_end(struct journey *journey, bool *moved,
                                          struct err_msg *msg);

/* The same until it is calm there (JOURNEY_STAGE_QUIET_MS). Costs nothing more when it already
 * was. */
MUST_CHECK enum err journey_settle_at_end(struct journey *journey, uint64_t deadline_ns,
                                          struct err_msg *msg);

/* Takes the list down and puts it up again by a client-side route to another conversation and
 * back. ERR_NO_DATA when the app does not let itself be led so. */
MUST_CHECK enum err journey_remount(struct journey *journey, uint64_t deadline_ns,
                                    struct err_msg *msg);

/* Waits until no message request is in flight. ERR_TIMEOUT. */
MUST_CHECK enum err journey_wait_idle(struct journey *journey, uint64_t deadline_ns,
                                      struct err_msg *msg);

/* Adds a step to `how`. */
void journey_note(struct journey *journey, const char *format, ...) PRINTF_LIKE(2, 3);

/* The arguments that nearly every page script takes, as new JSON. */
cJSON *journey_args(const struct journey *journey);

#endif
