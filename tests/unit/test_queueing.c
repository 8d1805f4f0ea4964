#include "tests/unit/test.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/rng.h"
#include "metrics/queueing.h"

#define MS UINT64_C(1000000)
#define S  (1000 * MS)

static void the_bounds_are_those_of_the_team(void **state)
{
    (void)state;
    /* h = 25 ms, z = 0.35 s: a knee at 15 VUs, 2.15 s at 100. */
    assert_true(fabs(queueing_knee(0.025, 0.35) - 15) < 1e-9);
    assert_true(fabs(queueing_response(100, 0.025, 0.35) - 2.15) < 1e-9);
    assert_true(queueing_response(5, 0.025, 0.35) == 0.025);
    assert_true(fabs(queueing_response(15, 0.025, 0.35) - 0.025) < 1e-9);
}

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

static uint32_t always(void *arg, uint64_t at_ns)
{
    (void)at_ns;
    return *(const uint32_t *)arg;
}

static void constant_times_give_exactly_the_bound(void **state)
{
    (void)state;
    static const uint32_t cases[] = { 1, 5, 14, 15, 16, 30, 100 };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint32_t vus = cases[i];
        struct queue_model model = { 25 * MS, 0, 350 * MS, 350 * MS, 0, 1 };
        struct queue_shape shape = { 600 * S, vus, always, &vus };
        struct histogram bands[VU_BAND_COUNT] = { { 0 } };
        queueing_simulate(&model, &shape, bands);
        enum vu_band band = vu_band_of(vus);
        double want = queueing_response(vus, 25e6, 350e6);
        double median = histogram_percentile(&bands[band], 50).value;
        assert_true(fabs(median - want) <= want * 0.001);
        /* The lock is never let go early: at most one request in 25 ms. */
        assert_true(bands[band].count <= 600 * 40 + vus);
        for (size_t b = 0; b < VU_BAND_COUNT; b++) {
            histogram_release(&bands[b]);
        }
    }
}

/* 0→10 (10 s), →30 (20 s), →50 (30 s), →100 (30 s), →0 (20 s) */
static uint32_t poll_vote(void *arg, uint64_t at_ns)
{
    (void)arg;
    static const double at_s[] = { 0, 10, 30, 60, 90, 110 };
    static const double vus[] = { 0, 10, 30, 50, 100, 0 };
    double t = (double)at_ns / 1e9;
    size_t i = 0;
    while (i < 4 && t >= at_s[i + 1]) {
        i++;
    }
    return (uint32_t)(vus[i] + (vus[i + 1] - vus[i]) * (t - at_s[i]) / (at_s[i + 1] - at_s[i]));
}

static void a_short_lock_is_slow_and_a_long_one_times_out(void **state)
{
    (void)state;
    struct queue_shape shape = { 110 * S, 100, poll_vote, NULL };
    struct histogram fast[VU_BAND_COUNT] = { { 0 } };
    struct histogram slow[VU_BAND_COUNT] = { { 0 } };
    struct queue_model model = { 25 * MS, 5 * MS, 100 * MS, 600 * MS, 10 * S, 1 };
    queueing_simulate(&model, &shape, fast);
    model.hold_ns = 300 * MS;
    queueing_simulate(&model, &shape, slow);
    /* The team saw some 2.2 s and no error at 100 VUs with 25 ms. */
    double p95 = histogram_percentile(&fast[VU_BAND_HIGH], 95).value;
    assert_true(p95 > 1.8e9 && p95 < 2.4e9);
    assert_int_equal(histogram_censored(&fast[VU_BAND_HIGH]), 0);
    assert_true(histogram_percentile(&fast[VU_BAND_LOW], 95).value < 100e6);
    assert_true(histogram_percentile(&slow[VU_BAND_HIGH], 95).at_least);
    assert_true(histogram_censored(&slow[VU_BAND_HIGH]) > slow[VU_BAND_HIGH].count);
    for (size_t b = 0; b < VU_BAND_COUNT; b++) {
        histogram_release(&fast[b]);
        histogram_release(&slow[b]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bounds_are_those_of_the_team),
        cmocka_unit_test(a_bent_line_gives_its_knee_and_the_time_held),
        cmocka_unit_test(a_line_that_rises_from_the_start_bends_at_its_start),
        cmocka_unit_test(what_does_not_rise_has_no_knee),
        cmocka_unit_test(constant_times_give_exactly_the_bound),
        cmocka_unit_test(a_short_lock_is_slow_and_a_long_one_times_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
