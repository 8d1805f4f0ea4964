/* What the page has loaded of one conversation, as the API's answers say: the number of different
 * message ids. Rows on the screen prove nothing (a virtual list shows few, a hidden twin doubles
 * them), and neither does the number of answers (the client fetches pages again).
 *
 * Pages are let through up to a goal: once as many messages are loaded, a request for a page that
 * was never answered is held back in the browser (Fetch domain), so that the page stays at its
 * count while it is measured. Pages already known pass at any time. */
#ifndef CDP_MESSAGES_H
#define CDP_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "cdp/page.h"
#include "cdp/profile.h"

struct messages;

struct messages_state {
    size_t loaded;             /* different ids */
    size_t in_flight;          /* requests without their answer read, held ones left out */
    size_t held;               /* requests that wait for a higher goal */
    size_t others;             /* the app's other requests to its API that are not answered yet */
    size_t started;            /* requests so far */
    size_t newest;             /* of them those for the newest page, taken back or not */
    size_t failed;             /* refused, or with an answer that is none; not those taken back */
    bool no_more;              /* an answer said that there is no older page */
    uint64_t last_activity_ns; /* clock_now_ns of the last change */
    int last_status;           /* HTTP status of the last answer; 0 before */
    char last_error[200];      /* what failed last; empty before */
};

struct messages_spec {
    const struct profile *profile;
    const char *conversation;
    const char *api_origin; /* of the API that the page asks: its other requests are told by it */
};

/* Starts to watch, with a goal of 0: every older page is held. The page, the profile and the origin
 * are borrowed as long as the watch lives. */
MUST_CHECK enum err messages_new(struct page *page, const struct messages_spec *spec,
                                 struct messages **out, struct err_msg *msg);

/* Stops watching; NULL is allowed. */
void messages_free(struct messages *messages);

const struct messages_state *messages_state(const struct messages *messages);

/* Pages pass while fewer than `goal` messages are loaded. Returns how many held requests it let
 * go. */
size_t messages_set_goal(struct messages *messages, size_t goal);

#endif
