/* One phase of a paired measurement: a page in a browser context of its own, opened, led to a
 * number of messages, scrolled, and then watched while messages arrive. The same is done under a
 * load and without one, so nothing here waits for a calm that a busy chat never has.
 *
 * Everything is told in seconds of CLOCK_MONOTONIC, the clock that DevTools events carry: the
 * page's own clock is laid beside it by exchanges, and half of the shortest one's round trip is the
 * error.
 *
 * A bubble's way is seen at three places: the frame that the browser's socket received
 * (Network.webSocketFrameReceived, noted on the page's main thread), the change of the document
 * that brought the bubble (a MutationObserver), and its paint (Element Timing's render time; where
 * the browser gives none, the end of the frame in which it was made, without the compositor's
 * part). */
#ifndef CDP_PAIR_VISIT_H
#define CDP_PAIR_VISIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "cdp/browser.h"
#include "cdp/profile.h"

struct pair_visit {
    const struct profile *profile;
    const char *conversation;
    const char *token;
    const char *url;        /* of the conversation */
    const char *api_origin; /* where the page asks for its API */
    uint64_t messages;      /* to be loaded before the page is scrolled */
    uint64_t timeout_ms;    /* for the opening, and for reaching the messages */
    unsigned width;
    unsigned height;
    const char *trace_path; /* where the trace of the scroll goes */
    const char *mark;       /* marked messages hold "<mark>-<number>-"; letters, digits and "-" */
    /* Posts marked messages for the length of the window and returns when all are answered; *posted
     * says how many were taken. Given by whoever knows the chat's API. ERR_INTERRUPTED and failures
     * of our own only. */
    enum err (*post)(void *arg, size_t *posted, struct err_msg *msg);
    void *post_arg;
};

/* Adds to `raw`:
 *   "lcp_ms"                     or "lcp_reason"
 *   "older"                      [{"requested_s","answered_s","painted_s"|null}…], a page each
 *   "scroll"                     the readings of the collector of that name
 *   "clock"                      {"error_ms"}
 *   "before", "after"            Performance.getMetrics around the window of messages
 *   "frames"                     [{"mark","received_s"}…]
 *   "bubbles"                    [{"mark","inserted_s","made_s","painted_s"|null}…]
 *   "how"                        the steps
 *   "reason"                     why something is missing; absent when nothing is
 * ERR_CLOSED when page or browser went away, ERR_UNREACHABLE when the chat did not open,
 * ERR_INTERRUPTED; what was read until then stands in `raw`. */
MUST_CHECK enum err pair_visit(struct browser *browser, const struct pair_visit *visit, cJSON *raw,
                               struct err_msg *msg);

/* Opens the chat and throws the page away: the first page of a browser pays for what happens once.
 * Errors as pair_visit. */
MUST_CHECK enum err pair_visit_warm_up(struct browser *browser, const struct pair_visit *visit,
                                       struct err_msg *msg);

#endif
