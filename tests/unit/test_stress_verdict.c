#include "tests/unit/test.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "metrics/stress_verdict.h"

#define MS UINT64_C(1000000)

/* `n` samples of which the 95th percentile is `ms`: the rest is far below. */
static void fill(struct histogram *histogram, size_t n, uint64_t ms)
{
    for (size_t i = 0; i < n; i++) {
        histogram_add(histogram, i < n / 2 ? ms * MS / 4 : ms * MS);
    }
}

struct world {
    struct histogram baseline;
    struct histogram latency;
    struct stress_judging judging;
    struct stress_counts counts;
};

static void set_up(struct world *world, size_t n, uint64_t p95_ms)
{
    memset(world, 0, sizeof *world);
    fill(&world->baseline, 100, 100);
    fill(&world->latency, n, p95_ms);
    world->judging.baseline_ns = &world->baseline;
    world->counts.requests = n;
    world->counts.latency_ns = &world->latency;
}

static void tear_down(struct world *world)
{
    histogram_release(&world->baseline);
    histogram_release(&world->latency);
}

static bool says(const struct stress_verdict *verdict, const char *part)
{
    for (size_t i = 0; i < verdict->reason_count; i++) {
        if (strstr(verdict->reason[i].text, part) != NULL) {
            return true;
        }
    }
    return false;
}

static void vus_fall_into_three_bands(void **state)
{
    (void)state;
    static const struct {
        uint64_t vus;
        const char *name;
    } cases[] = { { 0, "1-15" },   { 1, "1-15" }, { 15, "1-15" },  { 16, "16-30" },
                  { 30, "16-30" }, { 31, "31+" }, { 20000, "31+" } };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_string_equal(vu_band_name(vu_band_of(cases[i].vus)), cases[i].name);
    }
}

static void the_matrix_is_followed(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t p95_ms;
        uint64_t errors;
        uint64_t server_errors;
        uint64_t pool;
        uint64_t conflicts;
        uint64_t rate_limited;
        uint64_t tolerated;
        enum verdict want;
        bool over_ten;
    } cases[] = {
        { "same as the baseline", 100, 0, 0, 0, 0, 0, 0, VERDICT_FINE, false },
        { "just below twice", 199, 9, 0, 0, 0, 0, 0, VERDICT_FINE, false },
        { "over twice", 201, 0, 0, 0, 0, 0, 0, VERDICT_SLOWS_DOWN, false },
        { "nine times", 900, 0, 0, 0, 0, 0, 0, VERDICT_SLOWS_DOWN, false },
        { "fifty times without errors", 5000, 0, 0, 0, 0, 0, 0, VERDICT_SLOWS_DOWN, true },
        { "one per cent", 100, 10, 0, 0, 0, 0, 0, VERDICT_SLOWS_DOWN, false },
        { "ten per cent", 100, 100, 0, 0, 0, 0, 0, VERDICT_SLOWS_DOWN, false },
        { "over ten per cent", 100, 101, 0, 0, 0, 0, 0, VERDICT_CRASHES, false },
        { "one 5xx", 100, 1, 1, 0, 0, 0, 0, VERDICT_CRASHES, false },
        { "one 5xx tolerated", 100, 1, 1, 0, 0, 0, 1, VERDICT_FINE, false },
        { "two 5xx, one tolerated", 100, 2, 2, 0, 0, 0, 1, VERDICT_CRASHES, false },
        { "used-up pool though 5xx are tolerated", 100, 1, 1, 1, 0, 0, 9, VERDICT_CRASHES, false },
        { "conflicts are no errors", 100, 0, 0, 0, 900, 0, 0, VERDICT_FINE, false },
        { "half rate-limited is judged", 100, 0, 0, 0, 0, 500, 0, VERDICT_FINE, false },
        { "errors count among the rest", 100, 51, 0, 0, 0, 500, 0, VERDICT_CRASHES, false },
        { "mostly rate-limited", 100, 0, 0, 0, 0, 501, 0, VERDICT_NO_DATA, false },
        { "mostly rate-limited and slow", 900, 99, 0, 0, 0, 900, 0, VERDICT_NO_DATA, false },
        { "mostly rate-limited with a 5xx", 100, 1, 1, 0, 0, 900, 0, VERDICT_CRASHES, false },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct world world;
        struct stress_verdict got;
        set_up(&world, 1000, cases[i].p95_ms);
        world.counts.errors = cases[i].errors;
        world.counts.server_errors = cases[i].server_errors;
        world.counts.pool_exhausted = cases[i].pool;
        world.counts.conflicts = cases[i].conflicts;
        world.counts.rate_limited = cases[i].rate_limited;
        world.judging.tolerated_5xx = cases[i].tolerated;
        stress_judge(&world.judging, &world.counts, &got);
        if (got.verdict != cases[i].want) {
            fail_msg("%s: %s", cases[i].name, verdict_title(got.verdict));
        }
        assert_int_equal(got.over_ten, cases[i].over_ten);
        assert_int_equal(got.limiter_on, cases[i].rate_limited > 500);
        assert_int_equal(got.n, 1000);
        assert_true(got.reason_count > 0);
        tear_down(&world);
    }
}

static void the_factor_is_p95_over_the_baselines(void **state)
{
    (void)state;
    struct world world;
    struct stress_verdict got;
    set_up(&world, 400, 350);
    stress_judge(&world.judging, &world.counts, &got);
    assert_true(got.has_factor);
    assert_true(fabs(got.factor - 3.5) < 0.01);
    assert_true(says(&got, "p95 350 ms is 3.50 × the baseline's 100 ms (n = 400)"));
    tear_down(&world);
}

static void too_few_samples_are_no_data_unless_something_broke(void **state)
{
    (void)state;
    struct world world;
    struct stress_verdict got;
    set_up(&world, 59, 100);
    world.counts.errors = 2;
    stress_judge(&world.judging, &world.counts, &got);
    assert_int_equal(got.verdict, VERDICT_NO_DATA);
    assert_false(got.has_factor);
    assert_true(says(&got, "the p95 needs 60 samples and has 59"));
    world.counts.errors = 7;
    stress_judge(&world.judging, &world.counts, &got);
    assert_int_equal(got.verdict, VERDICT_CRASHES);
    world.counts.errors = 1;
    world.counts.server_errors = 1;
    stress_judge(&world.judging, &world.counts, &got);
    assert_int_equal(got.verdict, VERDICT_CRASHES);
    tear_down(&world);
}

static void a_baseline_that_is_no_figure_is_no_data(void **state)
{
    (void)state;
    struct world world;
    struct stress_verdict got;
    set_up(&world, 100, 100);
    world.judging.baseline_ns = NULL;
    stress_judge(&world.judging, &world.counts, &got);
    assert_int_equal(got.verdict, VERDICT_NO_DATA);
    assert_true(says(&got, "the baseline's p95 needs 60 samples and has 0"));
    world.judging.baseline_ns = &world.baseline;
    for (unsigned i = 0; i < 20; i++) {
        histogram_add_censored(&world.baseline, 10000 * MS);
    }
    stress_judge(&world.judging, &world.counts, &got);
    assert_int_equal(got.verdict, VERDICT_NO_DATA);
    assert_true(says(&got, "can't be compared with"));
    tear_down(&world);
}

static void no_request_is_no_data(void **state)
{
    (void)state;
    struct world world;
    struct stress_verdict got;
    set_up(&world, 0, 1);
    world.counts.latency_ns = NULL;
    stress_judge(&world.judging, &world.counts, &got);
    assert_int_equal(got.verdict, VERDICT_NO_DATA);
    assert_true(says(&got, "no request"));
    world.judging.restarted = true;
    stress_judge(&world.judging, &world.counts, &got);
    assert_int_equal(got.verdict, VERDICT_CRASHES);
    tear_down(&world);
}

static void a_p95_among_timeouts_is_slow_only_when_its_bound_is(void **state)
{
    (void)state;
    struct world world;
    struct stress_verdict got;
    set_up(&world, 930, 100);
    world.counts.requests = 1000;
    world.counts.errors = 70;
    world.counts.timeouts = 70;
    for (unsigned i = 0; i < 70; i++) {
        histogram_add_censored(&world.latency, 150 * MS);
    }
    stress_judge(&world.judging, &world.counts, &got);
    assert_true(says(&got, "stays open"));
    assert_int_equal(got.verdict, VERDICT_SLOWS_DOWN); /* by its 7 % of errors */
    world.counts.errors = 0;
    stress_judge(&world.judging, &world.counts, &got);
    assert_int_equal(got.verdict, VERDICT_NO_DATA);
    assert_true(got.at_least);
    tear_down(&world);

    set_up(&world, 930, 100);
    world.counts.requests = 1000;
    for (unsigned i = 0; i < 70; i++) {
        histogram_add_censored(&world.latency, 10000 * MS);
    }
    stress_judge(&world.judging, &world.counts, &got);
    assert_int_equal(got.verdict, VERDICT_SLOWS_DOWN);
    assert_true(got.at_least && got.over_ten);
    assert_true(says(&got, "p95 ≥ 10.0 s is at least 100"));
    tear_down(&world);
}

static void the_whole_is_no_better_than_its_worst_band(void **state)
{
    (void)state;
    struct world low;
    struct world high;
    struct stress_verdict band[VU_BAND_COUNT];
    struct stress_verdict whole;
    set_up(&low, 100000, 100);
    set_up(&high, 100, 900);
    struct stress_counts bands[VU_BAND_COUNT] = { low.counts, { 0 }, high.counts };
    stress_judge_all(&low.judging, bands, band, &whole);
    assert_int_equal(band[VU_BAND_LOW].verdict, VERDICT_FINE);
    assert_int_equal(band[VU_BAND_MID].verdict,
                     VERDICT_NO_DATA); /* not visited: not held against */
    assert_int_equal(band[VU_BAND_HIGH].verdict, VERDICT_SLOWS_DOWN);
    assert_int_equal(whole.verdict, VERDICT_SLOWS_DOWN);
    assert_true(whole.factor < 2);
    assert_true(says(&whole, "31+ VUs: Slows Down"));
    assert_int_equal(whole.n, 100100);

    bands[VU_BAND_HIGH].pool_exhausted = 1;
    stress_judge_all(&low.judging, bands, band, &whole);
    assert_int_equal(whole.verdict, VERDICT_CRASHES);

    bands[VU_BAND_HIGH].pool_exhausted = 0;
    low.judging.restarted = true;
    stress_judge_all(&low.judging, bands, band, &whole);
    assert_int_equal(band[VU_BAND_LOW].verdict, VERDICT_FINE);
    assert_int_equal(whole.verdict, VERDICT_CRASHES);
    tear_down(&low);
    tear_down(&high);
}

static void the_whole_of_a_rate_limited_run_is_inconclusive(void **state)
{
    (void)state;
    struct world low;
    struct world high;
    struct stress_verdict band[VU_BAND_COUNT];
    struct stress_verdict whole;
    set_up(&low, 100, 900);
    set_up(&high, 100, 100);
    struct stress_counts bands[VU_BAND_COUNT] = { low.counts, { 0 }, high.counts };
    bands[VU_BAND_HIGH].requests = 5000;
    bands[VU_BAND_HIGH].rate_limited = 4900;
    stress_judge_all(&low.judging, bands, band, &whole);
    assert_int_equal(band[VU_BAND_LOW].verdict, VERDICT_SLOWS_DOWN);
    assert_int_equal(whole.verdict, VERDICT_NO_DATA);
    assert_true(whole.limiter_on);
    assert_true(says(&whole, "4900 of 5100 answers were 429"));
    tear_down(&low);
    tear_down(&high);
}

static void the_json_holds_verdict_and_reasons(void **state)
{
    (void)state;
    struct world world;
    struct stress_verdict got;
    struct strbuf text = STRBUF_INIT;
    set_up(&world, 0, 1);
    world.judging.restarted = true;
    stress_judge(&world.judging, &world.counts, &got);
    cJSON *root = json_new_object();
    stress_verdict_to_json(&got, root, "v");
    json_write(root, false, &text);
    assert_string_equal(strbuf_text(&text),
                        "{\"v\":{\"verdict\":\"crashes\",\"n\":0,\"over_ten\":false,"
                        "\"limiter_on\":false,\"reasons\":[{\"verdict\":\"crashes\",\"text\":"
                        "\"the server went away during the run\"},{\"verdict\":\"no_data\","
                        "\"text\":\"no request was made\"}]}}");
    cJSON_Delete(root);
    strbuf_release(&text);
    tear_down(&world);

    set_up(&world, 100, 100);
    stress_judge(&world.judging, &world.counts, &got);
    root = json_new_object();
    stress_verdict_to_json(&got, root, "v");
    assert_true(json_number(root, "v.factor", 0) == 1);
    assert_false(json_bool(root, "v.at_least", true));
    cJSON_Delete(root);
    tear_down(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vus_fall_into_three_bands),
        cmocka_unit_test(the_matrix_is_followed),
        cmocka_unit_test(the_factor_is_p95_over_the_baselines),
        cmocka_unit_test(too_few_samples_are_no_data_unless_something_broke),
        cmocka_unit_test(a_baseline_that_is_no_figure_is_no_data),
        cmocka_unit_test(no_request_is_no_data),
        cmocka_unit_test(a_p95_among_timeouts_is_slow_only_when_its_bound_is),
        cmocka_unit_test(the_whole_is_no_better_than_its_worst_band),
        cmocka_unit_test(the_whole_of_a_rate_limited_run_is_inconclusive),
        cmocka_unit_test(the_json_holds_verdict_and_reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
