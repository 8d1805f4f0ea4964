/* Live traffic while the browser measures: the page has a conversation open, and somebody posts
 * into it through the real API. This room knows no HTTP client: who posts is a function that is
 * handed in (cli joins the two sides); it works on the same event loop, between the page's events.
 */
#ifndef CDP_LIVE_H
#define CDP_LIVE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/loop.h"

#define LIVE_WINDOW_MS 5000 /* how long is posted in one pass */

/* What became of one pass's messages. */
struct live_tally {
    size_t due;      /* messages that the rate asked for */
    size_t posted;   /* of them those that were sent: not more than one at a time a user */
    size_t accepted; /* answered with 2xx */
    size_t limited;  /* answered with 429 */
    size_t failed;   /* any other answer, or none */
    char last_failure[160];
};

struct live_poster {
    void *arg;
    /* Begins to post into the conversation, `per_s` messages a second, until `stop`. */
    enum err (*start)(void *arg, struct loop *loop, struct err_msg *msg);
    /* No more messages from here on. */
    void (*stop)(void *arg);
    /* The tally so far; in flight are `posted` less the three outcomes. */
    const struct live_tally *(*tally)(void *arg);
};

/* The live pass of a measurement. */
struct live_plan {
    double per_s;             /* messages a second; 0: no live pass */
    const char *conversation; /* that the page has open meanwhile */
    const struct live_poster *poster;
};

#endif
