/* Intervals for medians without assuming a distribution: the percentile bootstrap (Efron and
 * Tibshirani, An Introduction to the Bootstrap, 13.3). Each side is drawn anew from its own values,
 * with replacement, and the middle `level` of the figures so made is the interval. Seeded: the same
 * values give the same interval on every machine. Pure; inputs are finite and not changed.
 *
 * With few values it is too narrow rather than too wide (five values: a 95 % interval holds the
 * truth in 94 %), so nothing is decided by it alone. One value has itself as interval. */
#ifndef METRICS_BOOTSTRAP_H
#define METRICS_BOOTSTRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOOTSTRAP_RESAMPLES 2000

struct interval {
    double low;
    double high;
};

/* The median of one set; n ≥ 1, 0 < level < 1. */
struct interval bootstrap_median(const double *x, size_t n, double level, uint64_t seed);

/* Head against base, by their medians. */
struct bootstrap_change {
    struct interval difference; /* head − base */
    bool has_ratio;             /* all base medians drawn are of one sign and not 0 */
    struct interval ratio;      /* head ÷ base; 0 without */
};

/* n ≥ 1 on both sides. */
struct bootstrap_change bootstrap_change(const double *base, size_t base_n, const double *head,
                                         size_t head_n, double level, uint64_t seed);

#endif
