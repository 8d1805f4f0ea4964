/* What a lock does to the users of a closed system: V of them, each thinking for z and then wanting
 * a lock that is held for h (a poll's row, a conversation's advisory lock). Predictions to hold a
 * measurement against, and the same figures estimated from one.
 *
 * Source of the bounds: asymptotic analysis of closed queues (Lazowska, Zahorjan, Graham, Sevcik:
 * Quantitative System Performance, 1984, section 5.3). The lock is busy all the time from
 * V* = (h + z) / h users on; then everybody waits for everybody, and R = V·h − z. */
#ifndef METRICS_QUEUEING_H
#define METRICS_QUEUEING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "metrics/histogram.h"
#include "metrics/stress_verdict.h"

/* V*; h > 0, any unit. */
double queueing_knee(double hold, double think);
/* max(h, V·h − z), in the unit given: exact when hold and think times do not vary. */
double queueing_response(double vus, double hold, double think);

/* A bend in measured response times: flat up to the knee, then rising by `per_vu` for each VU more,
 * which is the time that a lock is held. */
struct knee {
    bool has_data;
    double vus;       /* where the line begins to rise */
    double flat;      /* response below, in the unit given */
    double per_vu;    /* > 0 */
    double explained; /* share of the variance that the bent line explains, 0 … 1 */
};

/* Least squares of R = flat + per_vu · max(0, V − knee) over n points (V, R), the knee searched in
 * 1/256 steps of the range of V. No data below four points at three different V, or when nothing
 * rises. */
void knee_fit(const double *vus, const double *response, size_t n, struct knee *out);

/* One lock, first come first served, in nanoseconds. */
struct queue_model {
    uint64_t hold_ns;   /* each holder's time */
    uint64_t before_ns; /* of a request outside the lock, without waiting */
    uint64_t think_min_ns;
    uint64_t think_max_ns; /* even in between */
    uint64_t timeout_ns;   /* the client gives up, its place in the queue stays; 0: never */
    uint64_t seed;
};

/* VUs over time: numbers 0 … vus_at(t)−1 are active. */
struct queue_shape {
    uint64_t length_ns;
    uint32_t most_vus;
    uint32_t (*vus_at)(void *arg, uint64_t at_ns);
    void *arg;
};

/* Plays the shape through and adds each request's response time, time-outs censored, to its band's
 * histogram; bands has VU_BAND_COUNT entries. About 0.1 µs per request and VU. */
void queueing_simulate(const struct queue_model *model, const struct queue_shape *shape,
                       struct histogram *bands);

#endif
