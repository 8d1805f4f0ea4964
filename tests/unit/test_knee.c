#include "tests/unit/test.h"

#include <math.h>
#include <stdbool.h>

#include "base/rng.h"
#include "metrics/knee.h"

static void a_bent_line_gives_its_knee_and_the_time_held(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 3);
    double vus[100];
    double response[100];
    for (size_t i = 0; i < 100; i++) {
        vus[i] = (double)(i + 1);
        response[i] = 40 + (i + 1 > 15 ? 25 * ((double)i + 1 - 15) : 0) + 6 * rng_unit(&rng) - 3;
    }
    struct knee knee;
    knee_fit(vus, response, 100, &knee);
    assert_true(knee.has_data);
    assert_true(fabs(knee.vus - 15) < 0.5);
    assert_true(fabs(knee.per_vu - 25) < 0.2);
    assert_true(fabs(knee.flat - 40) < 2);
    assert_true(knee.explained > 0.999);
}

static void a_line_that_rises_from_the_start_bends_at_its_start(void **state)
{
    (void)state;
    static const double vus[] = { 10, 20, 30, 40, 50 };
    static const double response[] = { 7, 9, 11, 13, 15 };
    struct knee knee;
    knee_fit(vus, response, COUNT_OF(vus), &knee);
    assert_true(knee.has_data);
    assert_true(fabs(knee.vus - 10) < 1e-9);
    assert_true(fabs(knee.per_vu - 0.2) < 1e-9);
}

static void what_does_not_rise_has_no_knee(void **state)
{
    (void)state;
    static const double vus[] = { 1, 2, 3, 4, 5 };
    static const double flat[] = { 7, 7, 7, 7, 7 };
    static const double falling[] = { 9, 8, 7, 6, 5 };
    static const double two[] = { 1, 1, 2, 2, 2 };
    struct knee knee;
    knee_fit(vus, flat, 5, &knee);
    assert_false(knee.has_data);
    knee_fit(vus, falling, 5, &knee);
    assert_false(knee.has_data);
    knee_fit(two, vus, 5, &knee);
    assert_false(knee.has_data);
    knee_fit(vus, vus, 3, &knee);
    assert_false(knee.has_data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bent_line_gives_its_knee_and_the_time_held),
        cmocka_unit_test(a_line_that_rises_from_the_start_bends_at_its_start),
        cmocka_unit_test(what_does_not_rise_has_no_knee),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
