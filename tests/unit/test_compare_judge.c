/* What is said of one figure from its values on both sides. */
#include "tests/unit/test.h"

#include "tests/unit/compare_fixture.h"

struct pair {
    struct compare_side base;
    struct compare_side head;
    struct comparison comparison;
};

static void begin(struct pair *pair, const char *base_run, const char *head_run)
{
    fixture_side(&pair->base, base_run);
    fixture_side(&pair->head, head_run);
}

static void finish(struct pair *pair)
{
    comparison_release(&pair->comparison);
    compare_side_release(&pair->base);
    compare_side_release(&pair->head);
}

/* One metric, the values of both sides, and what is said. */
struct one {
    const char *metric;
    double base[10];
    size_t base_n;
    double head[10];
    size_t head_n;
    enum compare_state state;
    const char *word;
};

static void check_one(const struct one *one)
{
    struct pair pair;
    begin(&pair, "a", "a");
    fixture_add(&pair.base, one->metric, "150", one->base, one->base_n);
    fixture_add(&pair.head, one->metric, "150", one->head, one->head_n);
    fixture_compare(&pair.base, &pair.head, &pair.comparison);
    const struct compare_line *line = fixture_line(&pair.comparison, one->metric, "150");
    if (line->state != one->state || strstr(line->word, one->word) == NULL) {
        fail_msg("%s: \"%s\" (%s), wanted \"%s\"; %s", one->metric, line->word,
                 compare_state_name(line->state), one->word, line->reason);
    }
    finish(&pair);
}

static void counts_are_judged_by_floors_and_by_their_spread(void **state)
{
    (void)state;
    static const struct one cases[] = {
        { "dom_elements", { 4145 }, 1, { 4145 }, 1, COMPARE_SAME, "same" },
        { "dom_elements", { 4145 }, 1, { 4444 }, 1, COMPARE_WORSE, "more" },
        { "dom_elements", { 4444 }, 1, { 4145 }, 1, COMPARE_BETTER, "fewer" },
        /* Under 2 %. */
        { "dom_elements", { 4145 }, 1, { 4225 }, 1, COMPARE_SAME, "same within 2.0 %" },
        /* Over 2 % but under 25 elements. */
        { "dom_elements", { 600 }, 1, { 620 }, 1, COMPARE_SAME, "same within 4 %" },
        { "js_heap", { 5e6, 5.1e6, 5e6 }, 3, { 5.6e6, 5.7e6, 5.6e6 }, 3, COMPARE_WORSE, "more" },
        /* The medians differ, the values overlap. */
        { "listeners",
          { 500, 700, 500 },
          3,
          { 500, 700, 700 },
          3,
          COMPARE_CANNOT_TELL,
          "cannot tell" },
        /* One stray value of five leaves it open, one of ten does not. */
        { "listeners",
          { 500, 500, 500, 500, 900 },
          5,
          { 800, 800, 800, 801, 802 },
          5,
          COMPARE_CANNOT_TELL,
          "cannot tell" },
        { "listeners",
          { 500, 500, 500, 500, 500, 500, 500, 500, 500, 900 },
          10,
          { 800, 800, 800, 801, 802, 800, 800, 800, 800, 800 },
          10,
          COMPARE_WORSE,
          "more" },
        { "anchor_jump", { 1 }, 1, { 1 }, 1, COMPARE_SAME, "same" },
        { "anchor_jump", { 1 }, 1, { 15 }, 1, COMPARE_SAME, "same" },
        { "anchor_jump", { 1 }, 1, { 201 }, 1, COMPARE_WORSE, "more" },
        { "page_fetches", { 1, 1, 1 }, 3, { 2, 2, 2 }, 3, COMPARE_WORSE, "more" },
        /* From nothing to something, where nothing is allowed. */
        { "page_crashes", { 0 }, 1, { 1 }, 1, COMPARE_WORSE, "more" },
        { "violations", { 0 }, 1, { 1 }, 1, COMPARE_WORSE, "more" },
        { "violations", { 3 }, 1, { 0 }, 1, COMPARE_BETTER, "fewer" },
        /* Once in many runs is more than never. */
        { "page_crashes",
          { 0, 0, 0, 0, 0 },
          5,
          { 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 },
          10,
          COMPARE_WORSE,
          "more" },
        { "fanout_lost", { 0, 0, 0 }, 3, { 0, 0, 40 }, 3, COMPARE_WORSE, "more" },
        { "deadlocks", { 0, 0, 0 }, 3, { 0, 0, 0 }, 3, COMPARE_SAME, "same" },
        /* Where base has some, a larger worst run may be chance; it passes all the same not. */
        { "socket_drops",
          { 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 },
          10,
          { 0, 0, 0, 0, 0, 0, 0, 0, 0, 9 },
          10,
          COMPARE_CANNOT_TELL,
          "cannot tell" },
        { "socket_drops",
          { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 },
          10,
          { 0, 0, 0, 0, 0, 0, 0, 0, 0, 9 },
          10,
          COMPARE_CANNOT_TELL,
          "cannot tell" },
        { "socket_drops", { 1, 2, 1 }, 3, { 8, 9, 8 }, 3, COMPARE_WORSE, "more" },
        { "error_share", { 0 }, 1, { 0.4 }, 1, COMPARE_SAME, "same" },
        { "error_share", { 0 }, 1, { 4 }, 1, COMPARE_WORSE, "more" },
        { "queries_per_request", { 12 }, 1, { 13 }, 1, COMPARE_WORSE, "more" },
        /* No better or worse: for reading only. */
        { "rendered_bubbles", { 10 }, 1, { 200 }, 1, COMPARE_NOT_JUDGED, "for reading" },
        { "lcp", { 100, 100, 100 }, 3, { 900, 900, 900 }, 3, COMPARE_NOT_JUDGED, "for reading" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        check_one(&cases[i]);
    }
}

static void times_need_repetitions_size_and_certainty(void **state)
{
    (void)state;
    static const struct one cases[] = {
        /* Sure and large. */
        { "scroll_ms",
          { 100, 101, 102, 103, 104, 105, 106, 107 },
          8,
          { 150, 151, 152, 153, 154, 155, 156, 157 },
          8,
          COMPARE_WORSE,
          "slower" },
        { "scroll_ms",
          { 150, 151, 152, 153, 154, 155, 156, 157 },
          8,
          { 100, 101, 102, 103, 104, 105, 106, 107 },
          8,
          COMPARE_BETTER,
          "faster" },
        /* More frames are better. */
        { "storm_fps",
          { 60, 59, 60, 58, 60, 59, 60, 60 },
          8,
          { 30, 31, 32, 30, 31, 32, 30, 33 },
          8,
          COMPARE_WORSE,
          "slower" },
        /* Sure, but under 10 %. */
        { "scroll_ms",
          { 100, 101, 102, 103, 104, 105, 106, 107 },
          8,
          { 108, 109, 110, 111, 112, 113, 114, 115 },
          8,
          COMPARE_SAME,
          "same within" },
        /* Sure and over 10 %, but a millisecond. */
        { "scroll_layout_ms",
          { 2, 2.1, 2.2, 2, 2.1, 2.2, 2, 2.1 },
          8,
          { 3, 3.1, 3.2, 3, 3.1, 3.2, 3, 3.1 },
          8,
          COMPARE_SAME,
          "same" },
        /* Five against five cannot reach p < 0.01 with nothing to spare for others: 0.008. */
        { "scroll_ms",
          { 100, 101, 102, 103, 104 },
          5,
          { 150, 151, 152, 153, 154 },
          5,
          COMPARE_WORSE,
          "slower" },
        { "scroll_ms",
          { 100, 101, 102, 103 },
          4,
          { 150, 151, 152, 153 },
          4,
          COMPARE_NOT_JUDGED,
          "not judged" },
        /* As large, but mixed. */
        { "scroll_ms",
          { 100, 200, 100, 200, 100, 210, 105, 190 },
          8,
          { 150, 240, 110, 250, 120, 260, 130, 230 },
          8,
          COMPARE_CANNOT_TELL,
          "cannot tell" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        check_one(&cases[i]);
    }
}

static void of_a_figure_that_a_run_lacks_only_worse_can_be_said(void **state)
{
    (void)state;
    static const double low[] = { 100, 101, 102, 103, 104, 105, 106, 107 };
    static const double high[] = { 150, 151, 152, 153, 154, 155, 156, 157 };
    static const struct {
        const char *metric;
        const double *base;
        const double *head;
        size_t n;
        bool in_base; /* the side that lacks a value */
        enum compare_state state;
    } cases[] = {
        { "scroll_ms", low, low, 8, false, COMPARE_NO_DATA },
        { "scroll_ms", low, low, 8, true, COMPARE_NO_DATA },
        { "scroll_ms", high, low, 8, false, COMPARE_NO_DATA },
        { "scroll_ms", low, high, 8, false, COMPARE_WORSE },
        { "scroll_ms", low, low, 4, false, COMPARE_NO_DATA }, /* too few, for that reason */
        { "dom_elements", low, low, 3, false, COMPARE_NO_DATA },
        { "dom_elements", low, low, 3, true, COMPARE_NO_DATA },
        { "dom_elements", high, low, 3, true, COMPARE_NO_DATA },
        { "dom_elements", low, high, 3, false, COMPARE_WORSE },
        { "lcp", low, low, 3, false, COMPARE_NOT_JUDGED },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct pair pair;
        begin(&pair, "a", "a");
        fixture_add(&pair.base, cases[i].metric, "150", cases[i].base, cases[i].n);
        fixture_add(&pair.head, cases[i].metric, "150", cases[i].head, cases[i].n);
        struct compare_side *side = cases[i].in_base ? &pair.base : &pair.head;
        compare_series_miss(fixture_series(side, cases[i].metric, "150"), "run 3 of 8: it broke");
        fixture_compare(&pair.base, &pair.head, &pair.comparison);
        const struct compare_line *line = fixture_line(&pair.comparison, cases[i].metric, "150");
        if (line->state != cases[i].state) {
            fail_msg("case %zu: \"%s\"; %s", i, line->word, line->reason);
        }
        if (line->state == COMPARE_NO_DATA) {
            assert_non_null(
                strstr(line->reason, cases[i].in_base ? "base: run 3 of 8" : "head: run 3 of 8"));
            assert_int_equal(pair.comparison.verdict, COMPARE_UNDECIDED);
        }
        finish(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_judged_by_floors_and_by_their_spread),
        cmocka_unit_test(times_need_repetitions_size_and_certainty),
        cmocka_unit_test(of_a_figure_that_a_run_lacks_only_worse_can_be_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
