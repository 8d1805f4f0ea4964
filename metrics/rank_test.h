/* Whether two sets of values come from the same distribution, by ranks: the Wilcoxon–Mann–Whitney
 * test, two-sided, and Holm's correction for looking at many metrics at once. Pure; inputs are
 * finite and not changed. */
#ifndef METRICS_RANK_TEST_H
#define METRICS_RANK_TEST_H

#include <stdbool.h>
#include <stddef.h>

/* Up to so many values together the permutation distribution is counted out. */
#define RANK_TEST_EXACT_MAX ((size_t)50)

struct rank_test {
    double u; /* pairs in which head is greater, a tie counting half */
    double
        effect; /* u ÷ all pairs: 0.5 is no difference, 1 says that every head value is greater */
    double p;   /* two-sided */
    bool exact;
};

/* n ≥ 1 on both sides. Ties get the mean of their ranks. Up to RANK_TEST_EXACT_MAX values p is
 * exact, ties included: the share of all ways to deal the ranks to the two sides whose rank sum is
 * at least as far from its mean (Lehmann, Nonparametrics, 1.2 and 1.4). Beyond, the normal
 * approximation with the variance corrected for ties and half a step of continuity. */
void rank_test(const double *base, size_t base_n, const double *head, size_t head_n,
               struct rank_test *out);

/* Holm's step-down (Holm 1979): out[i] is p[i] adjusted so that comparing it with α keeps the
 * chance of any false alarm among all n at α. `out` may be `p`. */
void rank_test_holm(const double *p, size_t n, double *out);

#endif
