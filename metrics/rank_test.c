#include "metrics/rank_test.h"

#include <assert.h>
#include <math.h>

#include "base/mem.h"

struct ranked {
    double value;
    bool is_head;
    size_t rank2; /* twice its rank, so that the mean of two neighbours is whole */
};

static int by_value(const void *a, const void *b)
{
    double left = ((const struct ranked *)a)->value;
    double right = ((const struct ranked *)b)->value;
    return (left > right) - (left < right);
}

/* All values in rising order with their ranks; *ties gets Σ(t³ − t) over groups of t equal ones. */
static struct ranked *rank_all(const double *base, size_t base_n, const double *head, size_t head_n,
                               double *ties)
{
    size_t n = base_n + head_n;
    struct ranked *all = mem_new_array(n, sizeof *all);
    for (size_t i = 0; i < n; i++) {
        all[i].is_head = i >= base_n;
        all[i].value = all[i].is_head ? head[i - base_n] : base[i];
    }
    qsort(all, n, sizeof *all, by_value);
    *ties = 0.0;
    for (size_t from = 0; from < n;) {
        size_t to = from + 1;
        while (to < n && !(all[to].value > all[from].value)) {
            to++;
        }
        for (size_t i = from; i < to; i++) {
            all[i].rank2 = from + 1 + to; /* the mean of from+1 … to, doubled */
        }
        double t = (double)(to - from);
        *ties += t * t * t - t;
        from = to;
    }
    return all;
}

static double distance(size_t a, size_t b)
{
    return a > b ? (double)(a - b) : (double)(b - a);
}

/* ways[k·width + s]: in how many ways k of the ranks sum to s (both doubled). */
static double exact_p(const struct ranked *all, size_t n, size_t head_n, size_t observed)
{
    size_t width = n * (n + 1) + 1;
    double *ways = mem_new_array((head_n + 1) * width, sizeof *ways);
    ways[0] = 1.0;
    for (size_t i = 0; i < n; i++) {
        size_t rank = all[i].rank2;
        for (size_t k = i + 1 < head_n ? i + 1 : head_n; k >= 1; k--) {
            double *to = ways + k * width;
            const double *from = ways + (k - 1) * width;
            for (size_t s = rank; s < width; s++) {
                to[s] += from[s - rank];
            }
        }
    }
    size_t mean = head_n * (n + 1);
    double far = distance(observed, mean);
    double beyond = 0.0;
    double total = 0.0;
    for (size_t s = 0; s < width; s++) {
        double count = ways[head_n * width + s];
        total += count;
        beyond += distance(s, mean) >= far ? count : 0.0;
    }
    free(ways);
    return beyond / total;
}

static double normal_p(size_t base_n, size_t head_n, double ties, double u)
{
    double a = (double)base_n;
    double b = (double)head_n;
    double n = a + b;
    double variance = a * b / 12.0 * (n + 1.0 - ties / (n * (n - 1.0)));
    double off = fmax(fabs(u - a * b / 2.0) - 0.5, 0.0);
    return variance > 0.0 ? erfc(off / sqrt(2.0 * variance)) : 1.0;
}

void rank_test(const double *base, size_t base_n, const double *head, size_t head_n,
               struct rank_test *out)
{
    assert(base_n >= 1 && head_n >= 1);
    size_t n = base_n + head_n;
    double ties = 0.0;
    struct ranked *all = rank_all(base, base_n, head, head_n, &ties);
    size_t sum2 = 0;
    for (size_t i = 0; i < n; i++) {
        sum2 += all[i].is_head ? all[i].rank2 : 0;
    }
    double h = (double)head_n;
    double u = (double)sum2 / 2.0 - h * (h + 1.0) / 2.0;
    *out = (struct rank_test){
        .u = u,
        .effect = u / (h * (double)base_n),
        .exact = n <= RANK_TEST_EXACT_MAX,
    };
    out->p = out->exact ? exact_p(all, n, head_n, sum2) : normal_p(base_n, head_n, ties, u);
    free(all);
}

void rank_test_holm(const double *p, size_t n, double *out)
{
    struct ranked *order = mem_new_array(n, sizeof *order);
    for (size_t i = 0; i < n; i++) {
        order[i] = (struct ranked){ .value = p[i], .rank2 = i };
    }
    qsort(order, n, sizeof *order, by_value);
    double most = 0.0;
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, order[i].value * (double)(n - i));
        out[order[i].rank2] = fmin(most, 1.0);
    }
    free(order);
}
