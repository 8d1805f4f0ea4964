/* The rank test against counting by hand, R's figures and the dealing-out of all ranks. */
#include "tests/unit/test.h"

#include <math.h>

#include "base/rng.h"
#include "metrics/rank_test.h"

static void assert_near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within)) {
        fail_msg("got %.17g, want %.17g", got, want);
    }
}

static void known_values_come_out(void **state)
{
    (void)state;
    static const double low[] = { 1, 2, 3, 4, 5 };
    static const double high[] = { 6, 7, 8, 9, 10 };
    /* R's example of wilcox.test (permeability of the placenta): W = 35, p = 0.1272 one-sided. */
    static const double at_term[] = { 0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46 };
    static const double early[] = { 1.15, 0.88, 0.90, 0.74, 1.21 };
    struct rank_test test;
    rank_test(low, 3, high, 3, &test);
    assert_near(test.p, 2.0 / 20.0, 1e-15);
    assert_near(test.u, 9, 0);
    assert_near(test.effect, 1, 0);
    assert_true(test.exact);
    rank_test(high, 5, low, 5, &test);
    assert_near(test.p, 2.0 / 252.0, 1e-15);
    assert_near(test.effect, 0, 0);
    rank_test(early, 5, at_term, 10, &test);
    assert_near(test.u, 35, 0);
    assert_near(test.p, 0.2544, 5e-5);
    rank_test(low, 1, high, 1, &test);
    assert_near(test.p, 1, 0);
}

static void equal_values_prove_nothing(void **state)
{
    (void)state;
    static const double same[] = { 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
                                   4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4 };
    struct rank_test test;
    rank_test(same, 8, same, 8, &test);
    assert_near(test.p, 1, 0);
    assert_near(test.effect, 0.5, 0);
    rank_test(same, 30, same, 30, &test);
    assert_false(test.exact);
    assert_near(test.p, 1, 0);
}

/* Midranks and rank sums as in a textbook, once for each way to deal the values out. */
static double by_enumeration(const double *all, unsigned n, unsigned head_n, unsigned observed)
{
    double rank[16];
    for (unsigned i = 0; i < n; i++) {
        unsigned below = 0;
        unsigned equal = 0;
        for (unsigned k = 0; k < n; k++) {
            below += all[k] < all[i] ? 1 : 0;
            equal += !(all[k] < all[i]) && !(all[k] > all[i]) ? 1 : 0;
        }
        rank[i] = below + (equal + 1) / 2.0;
    }
    double mean = head_n * (n + 1) / 2.0;
    double far = 0;
    for (unsigned i = 0; i < n; i++) {
        far += (observed >> i & 1U) != 0 ? rank[i] : 0;
    }
    far = fabs(far - mean);
    unsigned ways = 0;
    unsigned beyond = 0;
    for (unsigned mask = 0; mask < 1U << n; mask++) {
        double sum = 0;
        unsigned picked = 0;
        for (unsigned i = 0; i < n; i++) {
            picked += mask >> i & 1U;
            sum += (mask >> i & 1U) != 0 ? rank[i] : 0;
        }
        ways += picked == head_n ? 1 : 0;
        beyond += picked == head_n && fabs(sum - mean) >= far - 1e-9 ? 1 : 0;
    }
    return (double)beyond / ways;
}

static void exact_p_is_the_share_of_all_ways_to_deal_ties_included(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 7);
    for (int turn = 0; turn < 200; turn++) {
        double all[12];
        unsigned base_n = 1 + (unsigned)rng_below(&rng, 6);
        unsigned head_n = 1 + (unsigned)rng_below(&rng, 6);
        unsigned n = base_n + head_n;
        uint64_t different = 1 + rng_below(&rng, 12); /* few different values: many ties */
        for (unsigned i = 0; i < n; i++) {
            all[i] = (double)rng_below(&rng, different);
        }
        struct rank_test test;
        rank_test(all, base_n, all + base_n, head_n, &test);
        unsigned observed = ((1U << n) - 1U) ^ ((1U << base_n) - 1U);
        assert_near(test.p, by_enumeration(all, n, head_n, observed), 1e-12);
    }
}

static void sides_may_change_places(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 8);
    for (int turn = 0; turn < 60; turn++) {
        double x[70];
        size_t base_n = 1 + (size_t)rng_below(&rng, 35);
        size_t head_n = 1 + (size_t)rng_below(&rng, 35);
        for (size_t i = 0; i < base_n + head_n; i++) {
            x[i] = (double)rng_below(&rng, 20);
        }
        struct rank_test there;
        struct rank_test back;
        rank_test(x, base_n, x + base_n, head_n, &there);
        rank_test(x + base_n, head_n, x, base_n, &back);
        assert_near(there.p, back.p, 1e-12);
        assert_near(there.effect, 1 - back.effect, 1e-12);
        assert_true(there.p > 0 && there.p <= 1);
    }
}

/* How U is distributed without ties, by Mann and Whitney's recurrence over the greatest value:
 * ways[m][u] for m base and the n head values of the turn. */
#define SIDE   26U
#define MOST_U (SIDE * SIDE)
static double two_sided_by_recurrence(double u)
{
    static double ways[SIDE + 1][MOST_U + 1];
    memset(ways, 0, sizeof ways);
    for (unsigned m = 0; m <= SIDE; m++) {
        ways[m][0] = 1; /* no head values */
    }
    for (unsigned n = 1; n <= SIDE; n++) {
        /* The greatest is a base value: one less of them. It is a head value: it beats m. */
        for (unsigned m = 0; m <= SIDE; m++) {
            for (unsigned k = MOST_U + 1; k-- > 0;) {
                double before = k >= m ? ways[m][k - m] : 0;
                ways[m][k] = before + (m > 0 ? ways[m - 1][k] : 0);
            }
        }
    }
    double total = 0;
    double beyond = 0;
    for (unsigned k = 0; k <= MOST_U; k++) {
        total += ways[SIDE][k];
        beyond += fabs(k - MOST_U / 2.0) >= fabs(u - MOST_U / 2.0) - 1e-9 ? ways[SIDE][k] : 0;
    }
    return beyond / total;
}

static void beyond_the_exact_range_the_approximation_is_close(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 9);
    for (int turn = 0; turn < 30; turn++) {
        double x[2 * SIDE];
        for (size_t i = 0; i < (size_t)2 * SIDE; i++) {
            x[i] = rng_unit(&rng) + (i < SIDE ? 0.0 : 0.01 * turn);
        }
        struct rank_test test;
        rank_test(x, SIDE, x + SIDE, SIDE, &test);
        assert_false(test.exact);
        assert_near(test.p, two_sided_by_recurrence(test.u), 0.005);
    }
}

static void no_difference_is_called_one_as_often_as_promised(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 10);
    int alarms = 0;
    for (int turn = 0; turn < 2000; turn++) {
        double x[60];
        for (size_t i = 0; i < 60; i++) {
            x[i] = rng_unit(&rng);
        }
        struct rank_test test;
        rank_test(x, 30, x + 30, 30, &test);
        alarms += test.p < 0.05 ? 1 : 0;
    }
    assert_true(alarms > 60 && alarms < 140); /* 100 expected, deviation 10 */
}

static void holm_steps_down(void **state)
{
    (void)state;
    /* R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") */
    static const double p[] = { 0.01, 0.04, 0.03, 0.005 };
    static const double want[] = { 0.03, 0.06, 0.06, 0.02 };
    double out[4];
    rank_test_holm(p, 4, out);
    for (size_t i = 0; i < 4; i++) {
        assert_near(out[i], want[i], 1e-15);
    }
    double own[] = { 0.9, 0.8 };
    rank_test_holm(own, 2, own);
    assert_near(own[0], 1, 0);
    rank_test_holm(own, 0, own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_values_come_out),
        cmocka_unit_test(equal_values_prove_nothing),
        cmocka_unit_test(exact_p_is_the_share_of_all_ways_to_deal_ties_included),
        cmocka_unit_test(sides_may_change_places),
        cmocka_unit_test(beyond_the_exact_range_the_approximation_is_close),
        cmocka_unit_test(no_difference_is_called_one_as_often_as_promised),
        cmocka_unit_test(holm_steps_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
