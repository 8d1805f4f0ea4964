/* Summary statistics against hand-computed cases, R's type 7 and printed t tables. */
#include "tests/unit/test.h"

#include <math.h>

#include "metrics/stats.h"

static void assert_near(double got, double want, double relative)
{
    double scale = fabs(want) > 1e-300 ? fabs(want) : 1.0;
    if (!(fabs(got - want) <= relative * scale)) {
        fail_msg("got %.17g, want %.17g", got, want);
    }
}

static void mean_and_deviation_match_hand_computed_cases(void **state)
{
    (void)state;
    static const double x[] = { 2, 4, 4, 4, 5, 5, 7, 9 }; /* squares about 5 sum to 32 */
    assert_near(stats_mean(x, 8), 5.0, 0.0);
    assert_near(stats_sd(x, 8), sqrt(32.0 / 7.0), 1e-15);
    assert_near(stats_cv(x, 8), sqrt(32.0 / 7.0) / 5.0, 1e-15);
}

static void a_large_offset_does_not_spoil_the_deviation(void **state)
{
    (void)state;
    static const double x[] = { 1e15 + 4, 1e15 + 7, 1e15 + 13, 1e15 + 16 };
    assert_near(stats_sd(x, 4), sqrt(30.0), 1e-12);
}

static void undefined_spreads_are_nan(void **state)
{
    (void)state;
    static const double one[] = { 3 };
    static const double around_zero[] = { -1, 1 };
    assert_true(isnan(stats_sd(one, 1)));
    assert_true(isnan(stats_sd(one, 0)));
    assert_true(isnan(stats_cv(one, 1)));
    assert_true(isnan(stats_cv(around_zero, 2)));
    assert_near(stats_sd(around_zero, 2), sqrt(2.0), 1e-15);
}

static void equal_samples_have_no_spread(void **state)
{
    (void)state;
    static const double x[] = { 0.1, 0.1, 0.1 }; /* whose mean rounds */
    assert_near(stats_sd(x, 3), 0.0, 1e-16);
    static const double negative[] = { -12819, -12819 };
    assert_near(stats_cv(negative, 2), 0.0, 0.0);
}

static void quantiles_are_r_type_7(void **state)
{
    (void)state;
    /* quantile(x, p, type = 7) in R */
    static const double four[] = { 4, 1, 3, 2 };
    static const double five[] = { 50, 15, 40, 20, 35 };
    static const struct {
        const double *x;
        size_t n;
        double p;
        double want;
    } cases[] = {
        { four, 4, 0.0, 1 },     { four, 4, 0.25, 1.75 }, { four, 4, 0.5, 2.5 },
        { four, 4, 0.75, 3.25 }, { four, 4, 1.0, 4 },     { four, 4, 0.95, 3.85 },
        { five, 5, 0.05, 16 },   { five, 5, 0.3, 23 },    { five, 5, 0.4, 29 },
        { five, 5, 0.5, 35 },    { five, 5, 0.95, 48 },   { five, 5, 0.99, 49.6 },
        { five, 1, 0.95, 50 },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_near(stats_quantile(cases[i].x, cases[i].n, cases[i].p), cases[i].want, 1e-14);
    }
    assert_near(stats_median(five, 5), 35, 0.0);
    assert_near(five[0], 50, 0.0); /* not sorted in place */
}

static void t_quantiles_match_the_tables(void **state)
{
    (void)state;
    static const struct {
        double level;
        double df;
        double want;
    } cases[] = {
        { 0.95, 1, 12.706204736174698 },   { 0.95, 2, 4.302652729749462 },
        { 0.95, 3, 3.1824463052837091 },   { 0.95, 4, 2.7764451051977943 },
        { 0.95, 5, 2.5705818356363155 },   { 0.95, 10, 2.2281388519862748 },
        { 0.95, 30, 2.0422724563012382 },  { 0.95, 120, 1.9799304050824413 },
        { 0.90, 5, 2.0150483733330238 },   { 0.99, 1, 63.656741162871526 },
        { 0.99, 10, 3.169272672616845 },   { 0.50, 1, 1.0 },
        { 0.95, 1e6, 1.9599663568141466 },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_near(stats_t_two_sided(cases[i].level, cases[i].df), cases[i].want, 1e-8);
    }
}

static void t_quantiles_match_closed_forms(void **state)
{
    (void)state;
    static const double levels[] = { 0.001, 0.1, 0.5, 0.9, 0.999, 0.999999 };
    const double pi = acos(-1.0);
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        double level = levels[i];
        assert_near(stats_t_two_sided(level, 1), tan(pi * level / 2.0), 1e-9);
        assert_near(stats_t_two_sided(level, 2), level * sqrt(2.0 / (1.0 - level * level)), 1e-9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mean_and_deviation_match_hand_computed_cases),
        cmocka_unit_test(a_large_offset_does_not_spoil_the_deviation),
        cmocka_unit_test(undefined_spreads_are_nan),
        cmocka_unit_test(equal_samples_have_no_spread),
        cmocka_unit_test(quantiles_are_r_type_7),
        cmocka_unit_test(t_quantiles_match_the_tables),
        cmocka_unit_test(t_quantiles_match_closed_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
