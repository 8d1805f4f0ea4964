/* The metrics that every workload has, under k6's names and with its meaning where it has one.
 * Times are kept in nanoseconds and told in milliseconds. */
#ifndef BACKEND_BUILTIN_H
#define BACKEND_BUILTIN_H

#include <stdbool.h>
#include <stddef.h>

#include "metrics/threshold.h"

enum metric_contains {
    CONTAINS_DEFAULT,
    CONTAINS_TIME,
    CONTAINS_DATA /* bytes */
};

extern const char *const metric_contains_names[3]; /* k6's words: "default", "time", "data" */

struct metric_spec {
    const char *name;
    enum series_kind kind;
    enum metric_contains contains;
};

enum builtin {
    BUILTIN_VUS,     /* gauge: virtual users at work */
    BUILTIN_VUS_MAX, /* gauge: virtual users made */
    BUILTIN_ITERATIONS,
    BUILTIN_ITERATION_DURATION, /* of whole iterations only */
    BUILTIN_DROPPED_ITERATIONS, /* due, but no VU was free */
    BUILTIN_CHECKS,
    BUILTIN_HTTP_REQS,
    BUILTIN_HTTP_REQ_FAILED,       /* errors by backend/outcome.h; 429 and expected 409 are apart */
    BUILTIN_HTTP_REQ_RATE_LIMITED, /* ours, counter: answers 429 */
    BUILTIN_HTTP_REQ_DURATION,     /* sending + waiting + receiving of what was answered; a time-out
                                      counts as "at least the time-out", a broken one not at all */
    BUILTIN_HTTP_REQ_RESPONSE, /* ours: from when the request was due to its last byte, connecting
                                  and our own delay included */
    BUILTIN_HTTP_REQ_BLOCKED,
    BUILTIN_HTTP_REQ_CONNECTING,
    BUILTIN_HTTP_REQ_TLS_HANDSHAKING,
    BUILTIN_HTTP_REQ_SENDING,
    BUILTIN_HTTP_REQ_WAITING,
    BUILTIN_HTTP_REQ_RECEIVING,
    BUILTIN_DATA_SENT,
    BUILTIN_DATA_RECEIVED,
    BUILTIN_START_LATENESS, /* ours: how long after its moment a start or the end of a think came */
    BUILTIN_COUNT
};

extern const struct metric_spec builtin_metrics[BUILTIN_COUNT];

#endif
