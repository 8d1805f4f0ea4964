#include "tests/unit/test.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/strbuf.h"
#include "metrics/histogram.h"

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static uint64_t exact(const uint64_t *sorted, size_t n, double percent)
{
    /* In thousandths of a percent, so that the rank has no rounding of its own. */
    uint64_t thousandths = (uint64_t)llround(percent * 1000);
    uint64_t rank = (n * thousandths + 99999) / 100000;
    return sorted[rank == 0 ? 0 : rank - 1];
}

static uint64_t draw(struct rng *rng, unsigned shape, size_t i)
{
    switch (shape) {
    case 0: /* every magnitude up to 2^53 equally likely */
        return rng_u64(rng) >> (11 + rng_below(rng, 53));
    case 1: /* two far humps with nothing between */
        return rng_below(rng, 2) == 0 ? 190000 + rng_below(rng, 7) : UINT64_C(3600000000000);
    case 2: /* right at the edges of cells */
        return (UINT64_C(1) << rng_below(rng, 53)) - rng_below(rng, 2);
    case 3: /* a heavy tail: Pareto with exponent 1 */
        return (uint64_t)(1000 / (1 - rng_unit(rng) * 0.999999999));
    case 4: /* steadily rising */
        return (uint64_t)i * 1234567;
    case 5: /* one value */
        return 999999937;
    case 6: /* odd multiples of a cell's width, the farthest from the middle */
        return (UINT64_C(1) << 40) + rng_below(rng, 512) * (UINT64_C(1) << 31);
    default: /* small numbers, each with a cell of its own */
        return rng_below(rng, 1025);
    }
}

static void assert_near(double got, double want, const char *what)
{
    if (fabs(got - want) > want * 0.001) {
        fail_msg("%s: %.17g instead of %.17g", what, got, want);
    }
}

static void quantiles_are_within_a_thousandth_of_a_sorted_list(void **state)
{
    (void)state;
    static const double percents[] = { 0, 0.1, 1, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 100 };
    static const size_t sizes[] = { 1, 2, 3, 60, 1000, 20001 };
    struct rng rng;
    rng_init(&rng, 7);
    for (unsigned shape = 0; shape < 8; shape++) {
        for (size_t s = 0; s < COUNT_OF(sizes); s++) {
            size_t n = sizes[s];
            uint64_t *values = mem_new_array(n, sizeof *values);
            struct histogram histogram = { 0 };
            double sum = 0;
            for (size_t i = 0; i < n; i++) {
                values[i] = draw(&rng, shape, i);
                sum += (double)values[i];
                histogram_add(&histogram, values[i]);
            }
            qsort(values, n, sizeof *values, by_value);
            for (size_t p = 0; p < COUNT_OF(percents); p++) {
                struct histogram_figure got = histogram_percentile(&histogram, percents[p]);
                assert_false(got.at_least);
                assert_near(got.value, (double)exact(values, n, percents[p]), "percentile");
            }
            assert_true(histogram_min(&histogram).value == (double)values[0]);
            assert_true(histogram_max(&histogram).value == (double)values[n - 1]);
            assert_near(histogram_mean(&histogram).value, sum / (double)n, "mean");
            histogram_release(&histogram);
            free(values);
        }
    }
}

static void every_value_lies_in_the_cell_that_counts_it(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit <= 53; bit++) {
        for (int near = -2; near <= 2; near++) {
            uint64_t value = (UINT64_C(1) << bit) + (uint64_t)(int64_t)near;
            if (value > HISTOGRAM_VALUE_MAX) {
                continue;
            }
            struct histogram histogram = { 0 };
            struct histogram_cell cell;
            size_t cursor = 0;
            histogram_add(&histogram, value);
            assert_true(histogram_next_cell(&histogram, &cursor, &cell));
            assert_true(cell.low <= value && value <= cell.high);
            assert_int_equal(cell.count, 1);
            assert_true((double)(cell.high - cell.low) <= (double)cell.low / 512);
            assert_false(histogram_next_cell(&histogram, &cursor, &cell));
            histogram_release(&histogram);
        }
    }
}

static char *json_of(const struct histogram *histogram)
{
    struct strbuf text = STRBUF_INIT;
    cJSON *root = json_new_object();
    histogram_to_json(histogram, root, "h");
    json_write(root, false, &text);
    cJSON_Delete(root);
    return strbuf_detach(&text);
}

static void merging_in_any_order_and_grouping_gives_the_same_bytes(void **state)
{
    (void)state;
    enum {
        PARTS = 9
    };
    struct rng rng;
    rng_init(&rng, 11);
    struct histogram all = { 0 };
    struct histogram part[PARTS] = { { 0 } };
    for (size_t i = 0; i < 5000; i++) {
        uint64_t value = draw(&rng, 0, i) / 4096;
        struct histogram *one = &part[rng_below(&rng, PARTS)];
        histogram_add(&all, value);
        histogram_add(one, value);
        if (i % 10 == 0) {
            uint64_t bound = (1 + rng_below(&rng, 4)) * UINT64_C(10000000000);
            histogram_add_censored(&all, bound);
            histogram_add_censored(one, bound);
        }
    }
    char *want = json_of(&all);
    for (unsigned round = 0; round < 50; round++) {
        /* Merge random pairs until one is left. */
        struct histogram copy[PARTS] = { { 0 } };
        size_t left = PARTS;
        for (size_t i = 0; i < PARTS; i++) {
            histogram_merge(&copy[i], &part[i]);
        }
        while (left > 1) {
            size_t a = (size_t)rng_below(&rng, left);
            size_t b = (a + 1 + (size_t)rng_below(&rng, left - 1)) % left;
            histogram_merge(&copy[a], &copy[b]);
            histogram_release(&copy[b]);
            size_t last = left - 1;
            if (b != last) {
                copy[b] = copy[last];
                memset(&copy[last], 0, sizeof copy[last]);
            }
            left--;
        }
        char *got = json_of(&copy[0]);
        assert_string_equal(got, want);
        free(got);
        histogram_release(&copy[0]);
    }
    free(want);
    histogram_release(&all);
    for (size_t i = 0; i < PARTS; i++) {
        histogram_release(&part[i]);
    }
}

static void a_percentile_among_timeouts_is_a_lower_bound(void **state)
{
    (void)state;
    const uint64_t ten_s = UINT64_C(10000000000);
    struct histogram histogram = { 0 };
    for (uint64_t i = 1; i <= 90; i++) {
        histogram_add(&histogram, i * 1000000);
    }
    for (unsigned i = 0; i < 10; i++) {
        histogram_add_censored(&histogram, ten_s);
    }
    assert_int_equal(histogram_samples(&histogram), 100);
    assert_int_equal(histogram_censored(&histogram), 10);
    struct histogram_figure p90 = histogram_percentile(&histogram, 90);
    assert_false(p90.at_least);
    assert_near(p90.value, 90e6, "p90");
    struct histogram_figure p95 = histogram_percentile(&histogram, 95);
    assert_true(p95.at_least);
    assert_true(p95.value == (double)ten_s);
    assert_true(histogram_max(&histogram).at_least);
    assert_false(histogram_min(&histogram).at_least);
    struct histogram_figure mean = histogram_mean(&histogram);
    assert_true(mean.at_least);
    assert_near(mean.value, (90 * 45.5e6 + 10 * 1e10) / 100, "mean");
    histogram_release(&histogram);
}

static void a_short_bound_below_the_rank_makes_the_figure_a_lower_bound(void **state)
{
    (void)state;
    /* 1…10 s known, one given up after 2.5 s: the median's rank 6 of 11 is 5 s if that one was
     * short, 6 s if it was long. */
    struct histogram histogram = { 0 };
    for (uint64_t i = 1; i <= 10; i++) {
        histogram_add(&histogram, i * UINT64_C(1000000000));
    }
    histogram_add_censored(&histogram, UINT64_C(2500000000));
    struct histogram_figure median = histogram_percentile(&histogram, 50);
    assert_true(median.at_least);
    assert_near(median.value, 5e9, "median");
    struct histogram_figure low = histogram_percentile(&histogram, 18); /* rank 2 */
    assert_false(low.at_least);
    assert_near(low.value, 2e9, "rank 2");
    histogram_release(&histogram);
}

/* The truth is known here: whatever the given-up samples would have become, the figure must be at
 * or below it, and equal where it does not say "at least". */
static void figures_hold_against_the_truth_behind_censored_samples(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 13);
    for (unsigned round = 0; round < 300; round++) {
        size_t n = 1 + (size_t)rng_below(&rng, 300);
        uint64_t *truth = mem_new_array(n, sizeof *truth);
        struct histogram histogram = { 0 };
        for (size_t i = 0; i < n; i++) {
            truth[i] = 1 + draw(&rng, 3, i);
            uint64_t bound = 1000 * (1 + rng_below(&rng, 3)) * (1 + rng_below(&rng, 3));
            if (truth[i] > bound) {
                histogram_add_censored(&histogram, bound);
            } else {
                histogram_add(&histogram, truth[i]);
            }
        }
        qsort(truth, n, sizeof *truth, by_value);
        for (unsigned percent = 0; percent <= 100; percent += 5) {
            struct histogram_figure got = histogram_percentile(&histogram, percent);
            double want = (double)exact(truth, n, percent);
            if (got.at_least) {
                assert_true(got.value <= want * 1.001);
            } else {
                assert_near(got.value, want, "certain percentile");
            }
        }
        histogram_release(&histogram);
        free(truth);
    }
}

static void all_samples_timed_out_gives_their_bound(void **state)
{
    (void)state;
    struct histogram histogram = { 0 };
    histogram_add_censored(&histogram, 5000);
    histogram_add_censored(&histogram, 10000);
    assert_true(histogram_min(&histogram).at_least);
    assert_true(histogram_min(&histogram).value == 5000);
    assert_true(histogram_max(&histogram).value == 10000);
    assert_true(histogram_mean(&histogram).value == 7500);
    histogram_release(&histogram);
}

static void three_samples_must_lie_beyond_a_percentile(void **state)
{
    (void)state;
    static const struct {
        double percent;
        uint64_t need;
    } cases[] = { { 0, 1 },   { 25, 1 },  { 50, 1 },   { 75, 12 },     { 80, 15 },
                  { 90, 30 }, { 95, 60 }, { 99, 300 }, { 99.9, 3000 }, { 100, 1 } };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(histogram_samples_needed(cases[i].percent), cases[i].need);
    }
}

static void the_json_of_a_small_histogram_is_short(void **state)
{
    (void)state;
    struct histogram histogram = { 0 };
    char *empty = json_of(&histogram);
    assert_string_equal(empty, "{\"h\":{\"count\":0,\"sum\":\"0\",\"cells\":[]}}");
    free(empty);
    histogram_add(&histogram, 0);
    histogram_add(&histogram, 3);
    histogram_add(&histogram, 3);
    histogram_add(&histogram, 1030); /* 1024…1025 is cell 1024, 1030…1031 cell 1027 */
    histogram_add_censored(&histogram, 2000);
    char *text = json_of(&histogram);
    assert_string_equal(text, "{\"h\":{\"count\":4,\"sum\":\"1036\",\"min\":0,\"max\":1030,"
                              "\"cells\":[1,1,3,2,1024,1],\"at_least\":[2000,1]}}");
    free(text);
    histogram_clear(&histogram);
    assert_int_equal(histogram_samples(&histogram), 0);
    text = json_of(&histogram);
    assert_string_equal(text, "{\"h\":{\"count\":0,\"sum\":\"0\",\"cells\":[]}}");
    free(text);
    histogram_release(&histogram);
}

static enum err parse(const char *text, struct histogram *out, struct err_msg *msg)
{
    cJSON *root = NULL;
    assert_int_equal(json_parse(text, strlen(text), "test", &root, msg), ERR_OK);
    enum err err = histogram_from_json(json_at(root, "h"), "run.json", out, msg);
    cJSON_Delete(root);
    return err;
}

static void what_was_written_reads_back_to_the_same_bytes(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 17);
    for (unsigned round = 0; round < 40; round++) {
        struct histogram histogram = { 0 };
        struct histogram back;
        struct err_msg msg;
        size_t n = (size_t)rng_below(&rng, 400);
        for (size_t i = 0; i < n; i++) {
            histogram_add(&histogram, draw(&rng, round % 8, i));
        }
        if (round % 3 == 0) {
            histogram_add_censored(&histogram, HISTOGRAM_VALUE_MAX);
            histogram_add_censored(&histogram, 0);
        }
        char *text = json_of(&histogram);
        assert_int_equal(parse(text, &back, &msg), ERR_OK);
        char *again = json_of(&back);
        assert_string_equal(again, text);
        free(text);
        free(again);
        histogram_release(&histogram);
        histogram_release(&back);
    }
}

static void a_sum_over_its_ceiling_stays_there_and_reads_back(void **state)
{
    (void)state;
    struct histogram one = { 0 };
    struct histogram many = { 0 };
    struct histogram back;
    struct err_msg msg;
    histogram_add(&one, HISTOGRAM_VALUE_MAX);
    for (unsigned i = 0; i < 12; i++) { /* doubles: 4096 times 2^53 passes 2^64 */
        struct histogram copy = { 0 };
        histogram_merge(&copy, &one);
        histogram_merge(&one, &copy);
        histogram_release(&copy);
    }
    histogram_merge(&many, &one);
    assert_int_equal(many.count, 4096);
    assert_true(many.sum == UINT64_MAX);
    char *text = json_of(&many);
    assert_int_equal(parse(text, &back, &msg), ERR_OK);
    assert_true(back.sum == UINT64_MAX);
    free(text);
    histogram_release(&one);
    histogram_release(&many);
    histogram_release(&back);
}

static void json_whose_parts_contradict_each_other_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{}",
        "{\"h\":[]}",
        "{\"h\":{\"count\":-1,\"sum\":\"0\",\"cells\":[]}}",
        "{\"h\":{\"count\":0.5,\"sum\":\"0\",\"cells\":[]}}",
        "{\"h\":{\"count\":0,\"sum\":0,\"cells\":[]}}",
        "{\"h\":{\"count\":0,\"sum\":\"1\",\"cells\":[]}}",
        "{\"h\":{\"count\":0,\"sum\":\"x\",\"cells\":[]}}",
        "{\"h\":{\"count\":0,\"sum\":\"0\"}}",
        "{\"h\":{\"count\":1,\"sum\":\"5\",\"cells\":[6,1]}}",
        "{\"h\":{\"count\":1,\"sum\":\"5\",\"min\":5,\"max\":5,\"cells\":[6]}}",
        "{\"h\":{\"count\":2,\"sum\":\"5\",\"min\":5,\"max\":5,\"cells\":[6,1]}}",
        "{\"h\":{\"count\":1,\"sum\":\"5\",\"min\":4,\"max\":5,\"cells\":[6,1]}}",
        "{\"h\":{\"count\":1,\"sum\":\"5\",\"min\":5,\"max\":6,\"cells\":[6,1]}}",
        "{\"h\":{\"count\":1,\"sum\":\"6\",\"min\":5,\"max\":5,\"cells\":[6,1]}}",
        "{\"h\":{\"count\":1,\"sum\":\"4\",\"min\":5,\"max\":5,\"cells\":[6,1]}}",
        "{\"h\":{\"count\":1,\"sum\":\"5\",\"min\":5,\"max\":5,\"cells\":[0,1]}}",
        "{\"h\":{\"count\":1,\"sum\":\"5\",\"min\":5,\"max\":5,\"cells\":[6,\"1\"]}}",
        "{\"h\":{\"count\":1,\"sum\":\"5\",\"min\":5,\"max\":5,\"cells\":[23041,1]}}",
        "{\"h\":{\"count\":1,\"sum\":\"5\",\"min\":5,\"max\":5,\"cells\":[6,1,1e300,1]}}",
        "{\"h\":{\"count\":0,\"sum\":\"0\",\"cells\":[],\"at_least\":[]}}",
        "{\"h\":{\"count\":0,\"sum\":\"0\",\"cells\":[],\"at_least\":[5]}}",
        "{\"h\":{\"count\":0,\"sum\":\"0\",\"cells\":[],\"at_least\":[5,0]}}",
        "{\"h\":{\"count\":0,\"sum\":\"0\",\"cells\":[],\"at_least\":[5,1,5,1]}}",
        "{\"h\":{\"count\":0,\"sum\":\"0\",\"cells\":[],\"at_least\":{\"a\":1}}}",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct histogram histogram;
        struct err_msg msg = { "" };
        if (parse(bad[i], &histogram, &msg) != ERR_FORMAT) {
            fail_msg("accepted: %s", bad[i]);
        }
        assert_non_null(strstr(msg.text, "run.json"));
        histogram_release(&histogram);
    }
}

static void memory_stays_small(void **state)
{
    (void)state;
    struct histogram histogram = { 0 };
    struct rng rng;
    rng_init(&rng, 19);
    for (size_t i = 0; i < 200000; i++) {
        histogram_add(&histogram, 1000000 + rng_below(&rng, 999000000)); /* 1 ms … 1 s */
    }
    assert_true(sizeof histogram <= 1024);
    assert_true(histogram.block_count <= 80);
    assert_true(histogram.block_cap * sizeof(uint64_t) <= (size_t)64 * 1024);
    histogram_release(&histogram);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_within_a_thousandth_of_a_sorted_list),
        cmocka_unit_test(every_value_lies_in_the_cell_that_counts_it),
        cmocka_unit_test(merging_in_any_order_and_grouping_gives_the_same_bytes),
        cmocka_unit_test(a_percentile_among_timeouts_is_a_lower_bound),
        cmocka_unit_test(a_short_bound_below_the_rank_makes_the_figure_a_lower_bound),
        cmocka_unit_test(figures_hold_against_the_truth_behind_censored_samples),
        cmocka_unit_test(all_samples_timed_out_gives_their_bound),
        cmocka_unit_test(three_samples_must_lie_beyond_a_percentile),
        cmocka_unit_test(the_json_of_a_small_histogram_is_short),
        cmocka_unit_test(what_was_written_reads_back_to_the_same_bytes),
        cmocka_unit_test(a_sum_over_its_ceiling_stays_there_and_reads_back),
        cmocka_unit_test(json_whose_parts_contradict_each_other_is_refused),
        cmocka_unit_test(memory_stays_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
