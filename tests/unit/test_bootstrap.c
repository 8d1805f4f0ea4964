/* Bootstrap intervals: what they must hold whatever is drawn, and how often they hold the truth. */
#include "tests/unit/test.h"

#include <math.h>

#include "base/rng.h"
#include "metrics/bootstrap.h"

static void assert_near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within)) {
        fail_msg("got %.17g, want %.17g", got, want);
    }
}

static void one_value_is_its_own_interval(void **state)
{
    (void)state;
    static const double x[] = { 7 };
    static const double y[] = { 14 };
    struct interval own = bootstrap_median(x, 1, 0.95, 1);
    struct bootstrap_change change;
    assert_near(own.low, 7, 0);
    assert_near(own.high, 7, 0);
    change = bootstrap_change(x, 1, y, 1, 0.95, 1);
    assert_near(change.difference.low, 7, 0);
    assert_true(change.has_ratio);
    assert_near(change.ratio.high, 2, 0);
}

static void five_values_span_their_range(void **state)
{
    (void)state;
    /* Three of five drawn or more are the smallest in 5.8 % of draws: it is the 2.5 % quantile. */
    static const double x[] = { 50, 15, 40, 20, 35 };
    struct interval range = bootstrap_median(x, 5, 0.95, 3);
    assert_near(range.low, 15, 0);
    assert_near(range.high, 50, 0);
}

static void an_even_number_of_values_has_the_mean_of_the_middle_two(void **state)
{
    (void)state;
    static const double x[] = { 1, 3 };
    struct interval range = bootstrap_median(x, 2, 0.5, 3);
    assert_near(range.low, 1, 1.01); /* 1, 2 or 3 are drawn in 1 : 2 : 1 */
    struct interval narrow = bootstrap_median(x, 2, 0.4, 3);
    assert_near(narrow.low, 2, 0);
    assert_near(narrow.high, 2, 0);
}

static void the_seed_decides_and_nothing_else(void **state)
{
    (void)state;
    static const double x[] = { 3, 1, 4, 1, 5, 9, 2, 6 };
    static const double y[] = { 2, 7, 1, 8, 2, 8, 1, 8 };
    struct bootstrap_change a;
    struct bootstrap_change b;
    a = bootstrap_change(x, 8, y, 8, 0.95, 42);
    b = bootstrap_change(x, 8, y, 8, 0.95, 42);
    assert_memory_equal(&a.difference, &b.difference, sizeof a.difference);
    assert_memory_equal(&a.ratio, &b.ratio, sizeof a.ratio);
}

static void a_base_around_zero_has_no_ratio(void **state)
{
    (void)state;
    static const double around[] = { -1, 0, 1, 2, -2 };
    static const double zero[] = { 0, 0, 0 };
    static const double below[] = { -2, -4, -3 };
    static const double y[] = { 5, 6, 7 };
    struct bootstrap_change change;
    change = bootstrap_change(around, 5, y, 3, 0.95, 1);
    assert_false(change.has_ratio);
    change = bootstrap_change(zero, 3, y, 3, 0.95, 1);
    assert_false(change.has_ratio);
    assert_near(change.difference.high, 7, 0);
    change = bootstrap_change(below, 3, y, 3, 0.95, 1);
    assert_true(change.has_ratio);
}

/* A skewed distribution, as times have: median 1. */
static double draw(struct rng *rng)
{
    double u = rng_unit(rng);
    return u * u * 4.0;
}

static void it_holds_the_truth_about_as_often_as_it_says(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 11);
    int held = 0;
    for (uint64_t turn = 0; turn < 400; turn++) {
        double x[12];
        double y[12];
        for (size_t i = 0; i < 12; i++) {
            x[i] = draw(&rng);
            y[i] = 1.5 * draw(&rng);
        }
        struct bootstrap_change change;
        change = bootstrap_change(x, 12, y, 12, 0.95, turn);
        held += change.difference.low <= 0.5 && change.difference.high >= 0.5 ? 1 : 0;
    }
    assert_true(held > 364 && held < 400); /* 91 … 100 % */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_value_is_its_own_interval),
        cmocka_unit_test(five_values_span_their_range),
        cmocka_unit_test(an_even_number_of_values_has_the_mean_of_the_middle_two),
        cmocka_unit_test(the_seed_decides_and_nothing_else),
        cmocka_unit_test(a_base_around_zero_has_no_ratio),
        cmocka_unit_test(it_holds_the_truth_about_as_often_as_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
