#include "metrics/stats.h"

#include <assert.h>
#include <float.h>
#include <math.h>

#include "base/mem.h"

double stats_mean(const double *x, size_t n)
{
    assert(n >= 1);
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += x[i];
    }
    return sum / (double)n;
}

double stats_sd(const double *x, size_t n)
{
    if (n < 2) {
        return (double)NAN;
    }
    double mean = stats_mean(x, n);
    double squares = 0.0;
    double rest = 0.0; /* would be 0 were the mean exact */
    for (size_t i = 0; i < n; i++) {
        double d = x[i] - mean;
        squares += d * d;
        rest += d;
    }
    double variance = (squares - rest * rest / (double)n) / (double)(n - 1);
    return sqrt(fmax(variance, 0.0));
}

double stats_cv(const double *x, size_t n)
{
    if (n < 2) {
        return (double)NAN;
    }
    double mean = stats_mean(x, n);
    if (fpclassify(mean) == FP_ZERO) {
        return (double)NAN;
    }
    return stats_sd(x, n) / fabs(mean);
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

double stats_quantile(const double *x, size_t n, double p)
{
    assert(n >= 1 && p >= 0.0 && p <= 1.0);
    double *sorted = mem_new_array(n, sizeof *sorted);
    memcpy(sorted, x, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, compare_doubles);
    double at = p * (double)(n - 1);
    size_t below = (size_t)at;
    size_t above = below + 1 < n ? below + 1 : below;
    double part = at - (double)below;
    double value = sorted[below] + part * (sorted[above] - sorted[below]);
    free(sorted);
    return value;
}

double stats_median(const double *x, size_t n)
{
    return stats_quantile(x, n, 0.5);
}

/* A denominator of the continued fraction, kept off zero. */
static double off_zero(double value)
{
    return fabs(value) < DBL_MIN * 1e3 ? DBL_MIN * 1e3 : value;
}

/* The continued fraction of the incomplete beta function, by Lentz's method; converges within a few
 * times sqrt(max(a, b)) turns for x < (a+1)/(a+b+2). */
static double beta_fraction(double a, double b, double x)
{
    double c = 1.0;
    double d = 1.0 / off_zero(1.0 - (a + b) * x / (a + 1.0));
    double h = d;
    for (int turn = 1; turn < 100000; turn++) {
        double m = turn;
        double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / off_zero(1.0 + even * d);
        c = off_zero(1.0 + even / c);
        h *= d * c;
        double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / off_zero(1.0 + odd * d);
        c = off_zero(1.0 + odd / c);
        h *= d * c;
        if (fabs(d * c - 1.0) < 4.0 * DBL_EPSILON) {
            break;
        }
    }
    return h;
}

/* Both tails of Student's t beyond ±t: the incomplete beta function I_x(df/2, 1/2) at
 * x = df/(df+t²). The complement y is computed apart: for a small t, 1−x would lose it. */
static double t_tails(double t, double df)
{
    double a = df / 2.0;
    double b = 0.5;
    double x = df / (df + t * t);
    double y = t * t / (df + t * t);
    double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(y));
    if (x < (a + 1.0) / (a + b + 2.0)) {
        return front * beta_fraction(a, b, x) / a;
    }
    return 1.0 - front * beta_fraction(b, a, y) / b;
}

double stats_t_two_sided(double level, double df)
{
    assert(level > 0.0 && level < 1.0 && df >= 1.0 && df <= 1e6);
    double tails = 1.0 - level;
    double low = 0.0;
    double high = 1.0;
    while (t_tails(high, df) > tails) {
        low = high;
        high *= 2.0;
    }
    for (int i = 0; i < 200 && high - low > 1e-13 * high; i++) {
        double middle = low + (high - low) / 2.0;
        if (t_tails(middle, df) > tails) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low + (high - low) / 2.0;
}
