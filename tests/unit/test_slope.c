/* The slope per message: hand-computed fits and the cases that have none. */
#include "tests/unit/test.h"

#include <math.h>

#include "metrics/slope.h"

static void assert_near(double got, double want, double relative)
{
    double scale = fabs(want) > 1e-300 ? fabs(want) : 1.0;
    if (!(fabs(got - want) <= relative * scale)) {
        fail_msg("got %.17g, want %.17g", got, want);
    }
}

static void an_exact_line_has_its_slope_and_a_point_interval(void **state)
{
    (void)state;
    static const double x[] = { 50, 150, 200 };
    static const double y[] = { 3400, 9800, 13000 }; /* 200 + 64 x */
    struct slope slope;
    slope_fit(x, y, 3, &slope);
    assert_true(slope.has_data);
    assert_true(slope.has_interval);
    assert_int_equal(slope.n, 3);
    assert_near(slope.per_message, 64.0, 1e-13);
    assert_near(slope.low, 64.0, 1e-9);
    assert_near(slope.high, 64.0, 1e-9);
}

static void a_noisy_line_matches_the_fit_by_hand(void **state)
{
    (void)state;
    /* x̄ 3, ȳ 4; Σdx² 10, Σdxdy 6: slope 0.6. Residuals −0.8 0.6 1 −0.6 −0.2 square to 2.4, so
     * s² = 0.8, standard error √0.08, t(0.95, 3) 3.18244630528. */
    static const double x[] = { 1, 2, 3, 4, 5 };
    static const double y[] = { 2, 4, 5, 4, 5 };
    struct slope slope;
    slope_fit(x, y, 5, &slope);
    double half = 3.1824463052837091 * sqrt(0.08);
    assert_near(slope.per_message, 0.6, 1e-14);
    assert_near(slope.low, 0.6 - half, 1e-9);
    assert_near(slope.high, 0.6 + half, 1e-9);
}

static void repeated_counts_make_one_interval(void **state)
{
    (void)state;
    /* Means 100 and 106 at x 0 and 2: slope 3; residuals ±1: s² = 4/2 = 2; Σdx² = 4. */
    static const double x[] = { 0, 0, 2, 2 };
    static const double y[] = { 99, 101, 105, 107 };
    struct slope slope;
    slope_fit(x, y, 4, &slope);
    double half = 4.302652729749462 * sqrt(2.0 / 4.0);
    assert_near(slope.per_message, 3.0, 1e-14);
    assert_near(slope.high, 3.0 + half, 1e-9);
}

static void two_points_have_a_slope_and_no_interval(void **state)
{
    (void)state;
    static const double x[] = { 50, 200 };
    static const double y[] = { 600, 590 };
    struct slope slope;
    slope_fit(x, y, 2, &slope);
    assert_true(slope.has_data);
    assert_false(slope.has_interval);
    assert_near(slope.per_message, -10.0 / 150.0, 1e-14);
}

static void equal_counts_have_no_slope(void **state)
{
    (void)state;
    static const double same[] = { 0.1, 0.1, 0.1 }; /* whose mean rounds to another number */
    static const double y[] = { 1, 2, 3 };
    struct slope slope;
    slope_fit(same, y, 3, &slope);
    assert_false(slope.has_data);
    slope_fit(same, y, 1, &slope);
    assert_false(slope.has_data);
    slope_fit(same, y, 0, &slope);
    assert_false(slope.has_data);
    assert_false(slope.has_interval);
}

static void huge_offsets_do_no_harm(void **state)
{
    (void)state;
    static const double x[] = { 1e12 + 50, 1e12 + 150, 1e12 + 200 };
    static const double y[] = { 1e12 + 3400, 1e12 + 9800, 1e12 + 13000 };
    struct slope slope;
    slope_fit(x, y, 3, &slope);
    assert_near(slope.per_message, 64.0, 1e-9);
}

static void json_brings_it_back(void **state)
{
    (void)state;
    const struct slope cases[] = {
        { .has_data = true,
          .has_interval = true,
          .n = 9,
          .per_message = 31.4,
          .low = 30.9,
          .high = 31.9 },
        { .has_data = true, .n = 2, .per_message = -0.25 },
        { .has_data = false },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err_msg msg = { "" };
        struct slope back;
        cJSON *root = json_new_object();
        slope_to_json(&cases[i], root, "dom_elements");
        assert_int_equal(
            slope_from_json(json_at(root, "dom_elements"), "dom_elements", &back, &msg), ERR_OK);
        assert_int_equal(back.has_data, cases[i].has_data);
        assert_int_equal(back.has_interval, cases[i].has_interval);
        assert_int_equal(back.n, cases[i].n);
        assert_near(back.per_message, cases[i].per_message, 0.0);
        assert_near(back.low, cases[i].low, 0.0);
        assert_near(back.high, cases[i].high, 0.0);
        cJSON_Delete(root);
    }
}

static void json_that_is_no_slope_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{}",
        "{\"per_message\":\"64\",\"n\":3}",
        "{\"per_message\":64}",
        "{\"per_message\":64,\"n\":1}",
        "{\"per_message\":null,\"n\":3}",
        "[]",
        "7",
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err_msg msg = { "" };
        struct slope out;
        cJSON *node = NULL;
        assert_int_equal(json_parse(cases[i], strlen(cases[i]), "case", &node, &msg), ERR_OK);
        assert_int_equal(slope_from_json(node, "js_heap", &out, &msg), ERR_FORMAT);
        assert_non_null(strstr(msg.text, "js_heap"));
        cJSON_Delete(node);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_exact_line_has_its_slope_and_a_point_interval),
        cmocka_unit_test(a_noisy_line_matches_the_fit_by_hand),
        cmocka_unit_test(repeated_counts_make_one_interval),
        cmocka_unit_test(two_points_have_a_slope_and_no_interval),
        cmocka_unit_test(equal_counts_have_no_slope),
        cmocka_unit_test(huge_offsets_do_no_harm),
        cmocka_unit_test(json_brings_it_back),
        cmocka_unit_test(json_that_is_no_slope_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
