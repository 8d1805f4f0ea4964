/* What a load does to a browser that is measured meanwhile, out of phases in the order idle,
 * loaded, loaded, idle, repeated. Pure.
 *
 * Each block gives two pairs: its first two phases and its last two. The mean of the differences
 * loaded − idle over all pairs is the change, with Student's interval for a mean of paired
 * differences (95 %). In the order ABBA a drift that is linear in time (a conversation that grows,
 * a machine that warms up) adds to one pair of a block what it takes from the other.
 *
 * A message's way to its bubble is split at the moments that are known of it:
 *   server  from the POST until the server has let the message go: when the reference socket (a
 * plain one of ours) had it, or without one when the POST was answered or the browser's socket had
 * the frame, whichever came first socket  until the browser's page had the frame: the network, and
 * waiting for its main thread script  until the document was changed paint   until the frame that
 * shows it was presented */
#ifndef METRICS_PAIR_H
#define METRICS_PAIR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"

/* The Socket.IO event that brings a message. */
#define PAIR_MESSAGE_EVENT "new_message"

/* The number of a marked message, "<mark>-<number>-", in a text that need not be NUL-ended; the
 * first one in it. */
bool pair_find_mark(const char *text, size_t bytes, const char *mark, size_t *out);

struct pair_change {
    size_t pairs;
    double idle; /* medians over the phases that are in a pair */
    double loaded;
    double change;     /* NaN without a pair */
    bool has_interval; /* from two pairs on */
    double low;
    double high;
};

/* idle[i] and loaded[i] are a pair; one that is not finite on either side is left out. */
void pair_change(const double *idle, const double *loaded, size_t n, struct pair_change *out);

/* The way of each message of a phase: `sends` [{"mark","sent_s","answered_s","status",
 * "broadcast_s"?}…], `seen` the browser's readings with "frames" and "bubbles". Gives
 *   {"posted","answered","refused","seen","painted","messages":[{"mark","server_ms","socket_ms",
 *    "script_ms","paint_ms","total_ms","painted"}…],
 *    "medians":{"bubble_ms","bubble_server_ms",…},"total":{"n","med","p95","max"}}
 * A message of which a moment is missing is not among "messages". When they are fewer than nine in
 * ten of the posted ones, "medians" is empty, "total" absent, and "reason" says so: those that are
 * missing were not the quick ones. */
cJSON *pair_bubbles(const cJSON *sends, const cJSON *seen);

/* From the phases [{"block","loaded","values":{name: number…}}…] to
 * [{"name","title","unit","better","pairs","idle","loaded","change","low","high"}…], every metric
 * of the table that occurs; "reason" instead of figures when it has no pair. */
cJSON *pair_metrics(const cJSON *phases);

#endif
