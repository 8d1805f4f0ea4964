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
    BUILTIN_WS_SESSIONS,    /* WebSocket connections tried */
    BUILTIN_WS_CONNECTING,  /* TCP and the upgrade, of those that were upgraded */
    BUILTIN_WS_SESSION_DURATION, /* from ready to its end, whoever ended it */
    BUILTIN_WS_MSGS_SENT,        /* Socket.IO's and Engine.IO's packets */
    BUILTIN_WS_MSGS_RECEIVED,
    BUILTIN_SOCKET_CONNECT,        /* ours: from the attempt's moment until it is ready: Engine.IO
                                      open, Socket.IO acknowledged, rooms joined; a time-out counts
                                      as "at least the time-out" */
    BUILTIN_SOCKET_CONNECT_FAILED, /* ours, rate */
    BUILTIN_SOCKET_DROPS,          /* ours, counter: ready connections that we did not end; each
                                      end of a ready one is a sample */
    BUILTIN_SOCKET_ACK,            /* ours: from an event that asks for it to its acknowledgement */
    BUILTIN_SOCKET_WAIT,           /* ours: until an awaited event came */
    BUILTIN_SOCKET_STEP_FAILED,    /* ours, rate: of the acks and events waited for */
    BUILTIN_SOCKET_CLEANUP,        /* ours: from the first that left until the server's count was
                                      back */
    BUILTIN_FANOUT_DELIVERY,       /* ours: from a message's POST to each of its recipients; a lost
                                      one counts as "at least the window" */
    BUILTIN_FANOUT_LOST,           /* ours, rate: of the deliveries that were expected */
    BUILTIN_FANOUT_DUPLICATES,     /* ours, counter */
    BUILTIN_FANOUT_ORDER_VIOLATIONS, /* ours, counter */
    BUILTIN_COUNT
};

extern const struct metric_spec builtin_metrics[BUILTIN_COUNT];

#endif
