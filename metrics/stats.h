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

/* Quantile of Student's t with `df` degrees of freedom (1 ≤ df ≤ 1e6) for a two-sided interval of
 * the given level (0 < level < 1; 0.95): the t at which the distribution function, an incomplete
 * beta function (Abramowitz and Stegun 26.7.1 and 26.5.8), leaves 1−level in both tails. Relative
 * error below 1e-9. */
double stats_t_two_sided(double level, double df);

#endif
