/* Whether a message list is virtualized, from what one more loaded message costs: the slope over
 * the numbers of messages that were loaded, with its 95 % interval. Independent of the machine's
 * speed.
 *
 *   not virtualized     the visible list keeps VIRTUALIZATION_ELEMENTS elements or more of each
 *                       loaded message
 *   windowed but leaking the visible list stays small, but something else grows: elements of other
 *                       trees, nodes, listeners or memory that are never let go
 *   virtualized         neither
 *   undecided           the interval holds the limit, or nothing can be fitted
 *
 * With one number of messages there is no slope; the share of rendered messages takes its place. */
#ifndef METRICS_VIRTUALIZATION_H
#define METRICS_VIRTUALIZATION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "metrics/compare_side.h"
#include "metrics/slope.h"

/* The limits, a loaded message. Measured on the reference chat: a plain list keeps 32 visible
 * elements, 91 nodes, 18.6 listeners, 39 kB and 112 kB; a virtual one 0, 0, 0.1, 4.7 kB (the
 * message itself) and 4 kB. */
#define VIRTUALIZATION_ELEMENTS  1.0
#define VIRTUALIZATION_NODES     4.0
#define VIRTUALIZATION_LISTENERS 1.0
#define VIRTUALIZATION_JS_HEAP   16000.0
#define VIRTUALIZATION_DOM_HEAP  30000.0

enum virtualization_kind {
    LIST_IS_VIRTUALIZED,
    LIST_IS_LEAKING,
    LIST_IS_NOT_VIRTUALIZED,
    LIST_IS_UNDECIDED
};

/* "virtualized", "windowed but leaking", "not virtualized", "undecided" */
const char *virtualization_title(enum virtualization_kind kind);

#define VIRTUALIZATION_SLOPES ((size_t)5)
struct virtualization {
    enum virtualization_kind kind;
    char text[400]; /* one sentence with slope, interval and n */
    struct {
        const struct metric_def *def; /* of the "per message" figure */
        struct slope slope;           /* over all repetitions */
        double limit;
    } trait[VIRTUALIZATION_SLOPES]; /* the visible list's elements first */
};

void virtualization_judge(const struct compare_side *side, struct virtualization *out);

/* {"kind","text","slopes":{"<figure>":{"per_message","low","high","n","limit"}}} */
void virtualization_to_json(const struct virtualization *virtualization, cJSON *parent,
                            const char *key);

#endif
