/* Summary statistics over plain arrays. Pure; inputs are finite and not changed. */
#ifndef METRICS_STATS_H
#define METRICS_STATS_H

#include <stddef.h>

double stats_mean(const double *x, size_t n); /* n ≥ 1 */
/* Sample standard deviation, divisor n−1; NaN for n < 2. Two passes, so large offsets do no harm.
 */
double stats_sd(const double *x, size_t n);
/* sd ÷ |mean|; NaN when either is undefined or the mean is 0. */
double stats_cv(const double *x, size_t n);
/* The p-quantile, 0 ≤ p ≤ 1, by linear interpolation at p·(n−1) of the sorted values: k6's
 * percentile, R's type 7 (Hyndman and Fan 1996). n ≥ 1. */
double stats_quantile(const double *x, size_t n, double p);
double stats_median(const double *x, size_t n);

/* Quantile of Student's t with `df` degrees of freedom (df ≥ 1) for a two-sided interval of the
 * given level (0.95): Hill 1970, algorithm 396, better than 1e-6 relative. */
double stats_t_two_sided(double level, double df);

#endif
