#include "metrics/bootstrap.h"

#include <assert.h>
#include <math.h>

#include "base/mem.h"
#include "base/rng.h"
#include "metrics/stats.h"

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

static double *sorted_copy(const double *x, size_t n)
{
    double *copy = mem_new_array(n, sizeof *copy);
    memcpy(copy, x, n * sizeof *copy);
    qsort(copy, n, sizeof *copy, by_value);
    return copy;
}

/* The value at `place` of a sample that holds sorted[i] drawn[i] times. */
static double value_at(const double *sorted, const size_t *drawn, size_t n, size_t place)
{
    size_t passed = 0;
    for (size_t i = 0; i < n; i++) {
        passed += drawn[i];
        if (passed > place) {
            return sorted[i];
        }
    }
    return sorted[n - 1];
}

/* The median of n values drawn with replacement; `drawn` has room for n counts. */
static double drawn_median(const double *sorted, size_t n, struct rng *rng, size_t *drawn)
{
    memset(drawn, 0, n * sizeof *drawn);
    for (size_t i = 0; i < n; i++) {
        drawn[rng_below(rng, n)]++;
    }
    double low = value_at(sorted, drawn, n, (n - 1) / 2);
    double high = n % 2 == 1 ? low : value_at(sorted, drawn, n, n / 2);
    return low + (high - low) / 2.0;
}

static void draw_medians(const double *x, size_t n, struct rng *rng, double *out)
{
    double *sorted = sorted_copy(x, n);
    size_t *drawn = mem_new_array(n, sizeof *drawn);
    for (size_t i = 0; i < BOOTSTRAP_RESAMPLES; i++) {
        out[i] = drawn_median(sorted, n, rng, drawn);
    }
    free(sorted);
    free(drawn);
}

static struct interval middle(const double *figures, double level)
{
    double tail = (1.0 - level) / 2.0;
    return (struct interval){ stats_quantile(figures, BOOTSTRAP_RESAMPLES, tail),
                              stats_quantile(figures, BOOTSTRAP_RESAMPLES, 1.0 - tail) };
}

struct interval bootstrap_median(const double *x, size_t n, double level, uint64_t seed)
{
    assert(n >= 1 && level > 0.0 && level < 1.0);
    struct rng rng;
    rng_init(&rng, seed);
    double *medians = mem_new_array(BOOTSTRAP_RESAMPLES, sizeof *medians);
    draw_medians(x, n, &rng, medians);
    struct interval out = middle(medians, level);
    free(medians);
    return out;
}

/* All of one sign, none 0. */
static bool are_one_signed(const double *x)
{
    bool above = true;
    bool below = true;
    for (size_t i = 0; i < BOOTSTRAP_RESAMPLES; i++) {
        above = above && x[i] > 0.0;
        below = below && x[i] < 0.0;
    }
    return above || below;
}

struct bootstrap_change bootstrap_change(const double *base, size_t base_n, const double *head,
                                         size_t head_n, double level, uint64_t seed)
{
    assert(base_n >= 1 && head_n >= 1 && level > 0.0 && level < 1.0);
    struct rng rng;
    rng_init(&rng, seed);
    double *from = mem_new_array(BOOTSTRAP_RESAMPLES, sizeof *from);
    double *to = mem_new_array(BOOTSTRAP_RESAMPLES, sizeof *to);
    double *figures = mem_new_array(BOOTSTRAP_RESAMPLES, sizeof *figures);
    draw_medians(base, base_n, &rng, from);
    draw_medians(head, head_n, &rng, to);
    for (size_t i = 0; i < BOOTSTRAP_RESAMPLES; i++) {
        figures[i] = to[i] - from[i];
    }
    struct bootstrap_change out = { .difference = middle(figures, level) };
    out.has_ratio = are_one_signed(from);
    if (out.has_ratio) {
        for (size_t i = 0; i < BOOTSTRAP_RESAMPLES; i++) {
            figures[i] = to[i] / from[i];
        }
        out.ratio = middle(figures, level);
    }
    free(from);
    free(to);
    free(figures);
    return out;
}
