/* The load user whose messages are followed to their bubbles: posts marked messages into the open
 * conversation at an even pace, in idle and in loaded phases alike, and notes on our clock when
 * each was sent and answered. */
#ifndef CLI_PAIR_POSTER_H
#define CLI_PAIR_POSTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/loop.h"

struct poster_plan {
    const char *api_url;   /* with or without a path; without: /api/v1 */
    const char *token;     /* of a member of the conversation who is not the browser's user */
    const char *ear_token; /* of the member whose socket tells when the server let a message go */
    const char *conversation;
    const char *mark;
    uint64_t window_ms; /* how long it posts */
    uint64_t every_ms;
};

struct poster {
    struct loop *loop;
    struct poster_plan plan;
    size_t next_mark; /* of the next message, over all windows */
    cJSON *sends;     /* of the last window: [{"mark","sent_s","answered_s","broadcast_s","status",
                         "failure"}…]; owned */
    char deaf[200];   /* why there is no "broadcast_s"; empty when there is */
};

/* A `post` of cdp/pair_visit.h; `arg` is a struct poster. Requests that fail are data: they have no
 * "answered_s", and "failure" says how. */
MUST_CHECK enum err poster_post(void *arg, size_t *posted, struct err_msg *msg);
void poster_release(struct poster *poster);

#endif
