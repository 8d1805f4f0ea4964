/* A bend in measured response times: flat up to the knee, then rising by `per_vu` for each VU more.
 *
 * In a closed system whose users think for z and share one lock that is held for h, the lock is
 * busy all the time from V* = (h + z) / h users on, and then R = V·h − z: the knee estimates V*,
 * its slope h. Source: asymptotic bounds of closed queues (Lazowska, Zahorjan, Graham, Sevcik:
 * Quantitative System Performance, 1984, section 5.3). */
#ifndef METRICS_KNEE_H
#define METRICS_KNEE_H

#include <stdbool.h>
#include <stddef.h>

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

#endif
