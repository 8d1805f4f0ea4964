/* The reference socket: a plain Socket.IO connection of a member of the conversation who has no
 * browser. When it has a message the server has let it go, so what a browser takes longer is the
 * browser's. */
#ifndef CLI_PAIR_EAR_H
#define CLI_PAIR_EAR_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/loop.h"

struct ear_plan {
    const char *api_url;
    const char *token;
    const char *mark;  /* marked messages hold "<mark>-<number>-" */
    size_t first_mark; /* the numbers that are listened for: from here … */
    size_t count;      /* … so many */
};

struct ear;

/* Connects and waits until the chat has put it into its rooms, for 10 s at most. ERR_NO_DATA with
 * the reason when it cannot be had (the server does not take it; https): the messages' ways are
 * then split without it. ERR_INTERRUPTED. */
MUST_CHECK enum err ear_open(struct loop *loop, const struct ear_plan *plan, struct ear **out,
                             struct err_msg *msg);
void ear_close(struct ear *ear); /* NULL is allowed */

/* When it had the message of that number, in seconds of CLOCK_MONOTONIC; NaN when it has not. */
double ear_heard_s(const struct ear *ear, size_t mark);

#endif
