/* What is called worse, better, the same, and what cannot be told. */
#include "tests/unit/test.h"

#include "cli/compare_live.h"
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

static void looking_at_many_times_raises_the_bar(void **state)
{
    (void)state;
    static const char *const others[] = { "thread_ms", "script_ms", "layout_ms", "style_ms",
                                          "page_ms" };
    static const double base[] = { 100, 101, 102, 103, 104 };
    static const double head[] = { 150, 151, 152, 153, 154 };
    struct pair pair;
    begin(&pair, "a", "a");
    fixture_add(&pair.base, "scroll_ms", "150", base, 5);
    fixture_add(&pair.head, "scroll_ms", "150", head, 5);
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        fixture_add(&pair.base, others[i], "150", base, 5);
        fixture_add(&pair.head, others[i], "150", base, 5);
    }
    fixture_compare(&pair.base, &pair.head, &pair.comparison);
    const struct compare_line *line = fixture_line(&pair.comparison, "scroll_ms", "150");
    assert_int_equal(line->state, COMPARE_CANNOT_TELL);
    assert_true(fabs(line->p - 6 * 2.0 / 252.0) < 1e-12);
    assert_non_null(strstr(line->reason, "not sure yet"));
    assert_int_equal(pair.comparison.verdict, COMPARE_UNDECIDED);
    assert_true(comparison_wants_more(&pair.comparison));
    finish(&pair);
}

static void whoever_looks_often_may_ask_for_more_certainty(void **state)
{
    (void)state;
    static const double base[] = { 100, 101, 102, 103, 104 };
    static const double head[] = { 150, 151, 152, 153, 154 };
    struct err_msg msg = { "" };
    struct pair pair;
    const struct compare_rules rules = { .seed = 1, .alpha = 0.002 };
    begin(&pair, "a", "a");
    fixture_add(&pair.base, "scroll_ms", "150", base, 5);
    fixture_add(&pair.head, "scroll_ms", "150", head, 5);
    assert_int_equal(compare_sides(&pair.base, &pair.head, &rules, &pair.comparison, &msg), ERR_OK);
    const struct compare_line *line = fixture_line(&pair.comparison, "scroll_ms", "150");
    assert_int_equal(line->state, COMPARE_CANNOT_TELL);
    assert_non_null(strstr(line->reason, "below 0.002"));
    finish(&pair);
    assert_true(fabs(compare_live_alpha(8, 4, 24) - 0.01 / 5) < 1e-12);
    assert_true(fabs(compare_live_alpha(8, 4, 8) - 0.01) < 1e-12);
    assert_true(fabs(compare_live_alpha(8, 4, 9) - 0.005) < 1e-12);
}

static void a_figure_that_a_side_lacks_never_passes(void **state)
{
    (void)state;
    static const double some[] = { 7, 7, 7 };
    static const struct {
        const char *metric;
        bool in_base; /* with values; otherwise missing with a reason, or altogether */
        bool in_head;
        bool named;
    } cases[] = {
        { "dom_elements", true, false, true },  { "dom_elements", true, false, false },
        { "dom_elements", false, true, true },  { "dom_elements", false, true, false },
        { "dom_elements", false, false, true }, { "scroll_ms", true, false, true },
        { "scroll_ms", false, true, false },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct pair pair;
        struct compare_side *sides[] = { &pair.base, &pair.head };
        begin(&pair, "a", "a");
        fixture_add(&pair.base, "js_heap", "150", some, 3);
        fixture_add(&pair.head, "js_heap", "150", some, 3);
        for (size_t k = 0; k < 2; k++) {
            if (k == 0 ? cases[i].in_base : cases[i].in_head) {
                fixture_add(sides[k], cases[i].metric, "150", some, 3);
            } else if (cases[i].named) {
                compare_series_miss(fixture_series(sides[k], cases[i].metric, "150"), "it broke");
            }
        }
        fixture_compare(&pair.base, &pair.head, &pair.comparison);
        assert_int_equal(pair.comparison.verdict, COMPARE_UNDECIDED);
        const struct compare_line *line = fixture_line(&pair.comparison, cases[i].metric, "150");
        assert_int_equal(line->state, COMPARE_NO_DATA);
        assert_non_null(strstr(line->reason, cases[i].named ? "it broke" : "not measured"));
        finish(&pair);
    }
}

static void one_crash_in_a_later_block_fails_and_comes_first(void **state)
{
    (void)state;
    static const double none[] = { 0, 0, 0 };
    static const double once[] = { 0, 0, 1 };
    static const double few[] = { 500 };
    static const double many[] = { 900 };
    struct pair pair;
    begin(&pair, "a", "a");
    fixture_add(&pair.base, "page_crashes", "150", none, 3);
    fixture_add(&pair.head, "page_crashes", "150", once, 3);
    fixture_add(&pair.base, "listeners", "150", few, 1);
    fixture_add(&pair.head, "listeners", "150", many, 1);
    fixture_compare(&pair.base, &pair.head, &pair.comparison);
    assert_int_equal(pair.comparison.verdict, COMPARE_FAILS);
    if (strstr(pair.comparison.reason, "first: Page crashed at 150 messages: in 1 of 3 runs of "
                                       "head, in none of 3 of base") == NULL) {
        fail_msg("%s", pair.comparison.reason);
    }
    finish(&pair);
}

static void only_what_can_still_be_decided_is_measured_again(void **state)
{
    (void)state;
    static const double some[] = { 100, 101, 102, 103, 104, 105, 106, 107 };
    struct pair pair;
    begin(&pair, "a", "a");
    fixture_add(&pair.base, "scroll_ms", "50", some, 8);
    fixture_add(&pair.head, "scroll_ms", "50", some, 8);
    compare_series_miss(fixture_series(&pair.base, "page_ms", "50"), "the first load had them");
    compare_series_miss(fixture_series(&pair.head, "page_ms", "50"), "the first load had them");
    fixture_compare(&pair.base, &pair.head, &pair.comparison);
    assert_int_equal(pair.comparison.verdict, COMPARE_PASSES);
    assert_false(comparison_wants_more(&pair.comparison));
    finish(&pair);
    /* Too few of a time: the next block brings more. */
    begin(&pair, "a", "a");
    fixture_add(&pair.base, "scroll_ms", "50", some, 3);
    fixture_add(&pair.head, "scroll_ms", "50", some, 3);
    fixture_compare(&pair.base, &pair.head, &pair.comparison);
    assert_true(comparison_wants_more(&pair.comparison));
    finish(&pair);
}

static void a_time_that_exists_on_neither_side_is_not_compared(void **state)
{
    (void)state;
    static const double some[] = { 7, 7, 7 };
    struct pair pair;
    begin(&pair, "a", "a");
    fixture_add(&pair.base, "js_heap", "50", some, 3);
    fixture_add(&pair.head, "js_heap", "50", some, 3);
    compare_series_miss(fixture_series(&pair.base, "page_ms", "50"), "the first load had them");
    compare_series_miss(fixture_series(&pair.head, "page_ms", "50"), "the first load had them");
    fixture_compare(&pair.base, &pair.head, &pair.comparison);
    assert_int_equal(fixture_line(&pair.comparison, "page_ms", "50")->state, COMPARE_NOT_JUDGED);
    assert_int_equal(pair.comparison.verdict, COMPARE_PASSES);
    finish(&pair);
    begin(&pair, "a", "a");
    compare_series_miss(fixture_series(&pair.base, "page_ms", "50"), "the first load had them");
    compare_series_miss(fixture_series(&pair.head, "page_ms", "50"), "it broke");
    fixture_compare(&pair.base, &pair.head, &pair.comparison);
    assert_int_equal(pair.comparison.verdict, COMPARE_UNDECIDED);
    finish(&pair);
}

static void nothing_to_judge_is_no_pass(void **state)
{
    (void)state;
    struct pair pair;
    begin(&pair, "a", "a");
    fixture_compare(&pair.base, &pair.head, &pair.comparison);
    assert_int_equal(pair.comparison.verdict, COMPARE_UNDECIDED);
    finish(&pair);
}

/* Eight sure values a side on a machine that `spoil` has changed. */
static void check_host(void (*spoil)(struct pair *pair), const char *head_run, const char *words)
{
    static const double base[] = { 100, 101, 102, 103, 104, 105, 106, 107 };
    static const double head[] = { 150, 151, 152, 153, 154, 155, 156, 157 };
    static const double count[] = { 4145 };
    struct pair pair;
    begin(&pair, "a", head_run);
    fixture_add(&pair.base, "scroll_ms", "150", base, 8);
    fixture_add(&pair.head, "scroll_ms", "150", head, 8);
    fixture_add(&pair.base, "dom_elements", "150", count, 1);
    fixture_add(&pair.head, "dom_elements", "150", count, 1);
    spoil(&pair);
    fixture_compare(&pair.base, &pair.head, &pair.comparison);
    const struct compare_line *line = fixture_line(&pair.comparison, "scroll_ms", "150");
    if (line->state != COMPARE_CANNOT_TELL || strstr(line->reason, words) == NULL) {
        fail_msg("\"%s\" %s, wanted %s", line->word, line->reason, words);
    }
    /* Counts do not care. */
    assert_int_equal(fixture_line(&pair.comparison, "dom_elements", "150")->state, COMPARE_SAME);
    assert_false(comparison_wants_more(&pair.comparison));
    finish(&pair);
}

static void spoil_steal(struct pair *pair)
{
    pair->head.steal_high = 0.2;
}

static void spoil_busy(struct pair *pair)
{
    pair->base.busy_high = 1.0;
}

static void spoil_load(struct pair *pair)
{
    pair->base.load_high = 4.0;
}

static void spoil_generator(struct pair *pair)
{
    (void)snprintf(pair->head.doubt, sizeof pair->head.doubt, "the generator was the bottleneck");
}

static void spoil_machine(struct pair *pair)
{
    cJSON_DeleteItemFromObjectCaseSensitive(pair->head.host, "cpu");
    json_add_text(pair->head.host, "cpu", "another cpu");
}

static void spoil_evenness(struct pair *pair)
{
    pair->head.busy_low = 0.9;
    pair->head.busy_high = 0.9;
}

static void a_noisy_machine_says_nothing_about_times_and_everything_about_counts(void **state)
{
    (void)state;
    check_host(spoil_steal, "a", "hypervisor");
    check_host(spoil_busy, "b", "no core was free");
    check_host(spoil_load, "a", "waited for each core");
    check_host(spoil_generator, "b", "the generator was the bottleneck");
    check_host(spoil_machine, "b", "different machines");
    check_host(spoil_evenness, "b", "measured apart");
}

static void sides_that_were_measured_apart_need_a_larger_difference(void **state)
{
    (void)state;
    static const double base[] = { 100, 101, 102, 103, 104, 105, 106, 107 };
    static const double head[] = { 115, 116, 117, 118, 119, 120, 121, 122 };
    for (int apart = 0; apart < 2; apart++) {
        struct pair pair;
        begin(&pair, "a", apart ? "b" : "a");
        fixture_add(&pair.base, "scroll_ms", "150", base, 8);
        fixture_add(&pair.head, "scroll_ms", "150", head, 8);
        fixture_compare(&pair.base, &pair.head, &pair.comparison);
        assert_int_equal(pair.comparison.together, !apart);
        assert_int_equal(fixture_line(&pair.comparison, "scroll_ms", "150")->state,
                         apart ? COMPARE_SAME : COMPARE_WORSE);
        finish(&pair);
    }
}

static void add_list(struct compare_side *side, double at_50, double at_200)
{
    for (int i = 0; i < 3; i++) {
        compare_series_add(fixture_series(side, "dom_elements_list", "50"), at_50);
        compare_series_add(fixture_series(side, "dom_elements_list", "200"), at_200);
    }
}

static void a_list_that_lost_its_virtualization_fails_first(void **state)
{
    (void)state;
    struct pair pair;
    begin(&pair, "a", "a");
    add_list(&pair.base, 461, 461);
    add_list(&pair.head, 1818, 6668);
    fixture_compare(&pair.base, &pair.head, &pair.comparison);
    assert_int_equal(pair.comparison.verdict, COMPARE_FAILS);
    assert_non_null(strstr(pair.comparison.reason, "was virtualized and is not any more"));
    assert_int_equal(pair.comparison.line[0].state, COMPARE_WORSE);
    finish(&pair);
    /* The other way is a gain. */
    begin(&pair, "a", "a");
    add_list(&pair.base, 1818, 6668);
    add_list(&pair.head, 461, 461);
    fixture_compare(&pair.base, &pair.head, &pair.comparison);
    assert_int_equal(pair.comparison.verdict, COMPARE_PASSES);
    assert_non_null(strstr(pair.comparison.reason, "virtualized now"));
    finish(&pair);
    /* Not to know is no pass. */
    begin(&pair, "a", "a");
    add_list(&pair.base, 461, 461);
    fixture_compare(&pair.base, &pair.head, &pair.comparison);
    assert_int_equal(pair.comparison.verdict, COMPARE_UNDECIDED);
    finish(&pair);
}

static void other_conditions_are_refused(void **state)
{
    (void)state;
    struct pair pair;
    struct err_msg msg = { "" };
    const struct compare_rules rules = { .seed = 1 };
    begin(&pair, "a", "b");
    compare_side_condition(&pair.base, "browser product", "Chrome/1");
    compare_side_condition(&pair.head, "browser product", "Chrome/2");
    assert_int_equal(compare_sides(&pair.base, &pair.head, &rules, &pair.comparison, &msg),
                     ERR_NO_DATA);
    assert_non_null(strstr(msg.text, "Chrome/1"));
    assert_non_null(strstr(msg.text, "Chrome/2"));
    finish(&pair);
    begin(&pair, "a", "b");
    compare_side_condition(&pair.head, "option quick", "true");
    assert_int_equal(compare_sides(&pair.base, &pair.head, &rules, &pair.comparison, &msg),
                     ERR_NO_DATA);
    assert_non_null(strstr(msg.text, "not set"));
    finish(&pair);
}

static void only_what_was_asked_for_is_judged(void **state)
{
    (void)state;
    static const double some[] = { 7, 7, 7 };
    struct pair pair;
    struct err_msg msg = { "" };
    static const struct {
        const char *only;
        enum err err;
        const char *words;
    } cases[] = {
        { "dom_node", ERR_USAGE, "--only dom_node: there is no metric of this name; did you mean" },
        { "dom_nodes,dom_node", ERR_USAGE, "--only dom_node:" },
        { "dom_nodes,page_crash", ERR_USAGE, "\"page_crashes\"" },
        { "dom_nodes,something_else_altogether", ERR_USAGE, "--only something_else_altogether:" },
        { "listeners,dom_nodes", ERR_NO_DATA, "--only listeners: neither side has it" },
        { "dom_nodes,page_crashes", ERR_NO_DATA, "--only page_crashes: neither side has it" },
        { "", ERR_USAGE, "names no metric" },
        { ",", ERR_USAGE, "names no metric" },
    };
    struct compare_rules rules = { .seed = 1, .only = "dom_elements,dom_nodes," };
    begin(&pair, "a", "a");
    fixture_add(&pair.base, "dom_nodes", "50", some, 3);
    fixture_add(&pair.head, "dom_nodes", "50", some, 3);
    fixture_add(&pair.base, "dom_elements", "50", some, 3);
    assert_int_equal(compare_sides(&pair.base, &pair.head, &rules, &pair.comparison, &msg), ERR_OK);
    assert_int_equal(pair.comparison.count, 2);
    comparison_release(&pair.comparison);
    rules.only = "dom_nodes";
    assert_int_equal(compare_sides(&pair.base, &pair.head, &rules, &pair.comparison, &msg), ERR_OK);
    assert_int_equal(pair.comparison.count, 1);
    comparison_release(&pair.comparison);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        rules.only = cases[i].only;
        assert_int_equal(compare_sides(&pair.base, &pair.head, &rules, &pair.comparison, &msg),
                         cases[i].err);
        if (strstr(msg.text, cases[i].words) == NULL) {
            fail_msg("%s: %s", cases[i].only, msg.text);
        }
    }
    assert_int_equal(compare_only_check("listeners,lcp", &msg), ERR_OK);
    assert_int_equal(compare_only_check(NULL, &msg), ERR_OK);
    finish(&pair);
}

static void a_run_that_did_not_end_well_never_passes(void **state)
{
    (void)state;
    static const double some[] = { 7, 7, 7 };
    struct pair pair;
    begin(&pair, "a", "a");
    fixture_add(&pair.base, "dom_nodes", "50", some, 3);
    fixture_add(&pair.head, "dom_nodes", "50", some, 3);
    (void)snprintf(pair.head.incomplete, sizeof pair.head.incomplete, "run b is interrupted");
    fixture_compare(&pair.base, &pair.head, &pair.comparison);
    assert_int_equal(pair.comparison.verdict, COMPARE_UNDECIDED);
    assert_non_null(strstr(pair.comparison.reason, "interrupted"));
    finish(&pair);
}

/* Thirteen times and ten counts of two sides from one source, spread as real ones are. */
static void fill_noisy(struct pair *pair, struct rng *rng)
{
    static const char *const times[] = { "storm_fps", "update_ms",        "typing_ms",
                                         "scroll_ms", "scroll_script_ms", "scroll_layout_ms",
                                         "thread_ms", "script_ms",        "layout_ms",
                                         "style_ms" };
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        fixture_spread(&pair->base, times[i], "150", 100, 0.3, rng);
        fixture_spread(&pair->head, times[i], "150", 100, 0.3, rng);
    }
    fixture_spread(&pair->base, "js_heap", "150", 1e7, 0.005, rng);
    fixture_spread(&pair->head, "js_heap", "150", 1e7, 0.005, rng);
    fixture_spread(&pair->base, "dom_elements_list", "150", 460, 0.02, rng);
    fixture_spread(&pair->head, "dom_elements_list", "150", 460, 0.02, rng);
}

static void the_same_against_itself_is_hardly_ever_called_different(void **state)
{
    (void)state;
    struct rng rng;
    int alarms = 0;
    rng_init(&rng, 5);
    for (int turn = 0; turn < 200; turn++) {
        struct pair pair;
        begin(&pair, "a", "a");
        fill_noisy(&pair, &rng);
        fixture_compare(&pair.base, &pair.head, &pair.comparison);
        alarms += pair.comparison.states[COMPARE_WORSE] + pair.comparison.states[COMPARE_BETTER] > 0
                      ? 1
                      : 0;
        finish(&pair);
    }
    assert_true(alarms <= 4); /* 2 % */
}

static void everything_is_said_in_json(void **state)
{
    (void)state;
    struct pair pair;
    begin(&pair, "a", "a");
    add_list(&pair.base, 461, 461);
    add_list(&pair.head, 1818, 6668);
    fixture_compare(&pair.base, &pair.head, &pair.comparison);
    cJSON *root = comparison_to_json(&pair.comparison);
    assert_string_equal(json_text(root, "verdict"), "fail");
    assert_string_equal(json_text(root, "virtualization.base.kind"), "virtualized");
    assert_string_equal(json_text(root, "virtualization.head.kind"), "not virtualized");
    assert_int_equal(cJSON_GetArraySize(json_at(root, "figures")), pair.comparison.count);
    const cJSON *first = cJSON_GetArrayItem(json_at(root, "figures"), 0);
    assert_string_equal(json_text(first, "state"), "worse");
    assert_true(json_number(first, "head", 0) > json_number(first, "base", 1e9));
    cJSON_Delete(root);
    finish(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looking_at_many_times_raises_the_bar),
        cmocka_unit_test(whoever_looks_often_may_ask_for_more_certainty),
        cmocka_unit_test(a_figure_that_a_side_lacks_never_passes),
        cmocka_unit_test(one_crash_in_a_later_block_fails_and_comes_first),
        cmocka_unit_test(only_what_can_still_be_decided_is_measured_again),
        cmocka_unit_test(a_time_that_exists_on_neither_side_is_not_compared),
        cmocka_unit_test(nothing_to_judge_is_no_pass),
        cmocka_unit_test(a_noisy_machine_says_nothing_about_times_and_everything_about_counts),
        cmocka_unit_test(sides_that_were_measured_apart_need_a_larger_difference),
        cmocka_unit_test(a_list_that_lost_its_virtualization_fails_first),
        cmocka_unit_test(other_conditions_are_refused),
        cmocka_unit_test(only_what_was_asked_for_is_judged),
        cmocka_unit_test(a_run_that_did_not_end_well_never_passes),
        cmocka_unit_test(the_same_against_itself_is_hardly_ever_called_different),
        cmocka_unit_test(everything_is_said_in_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
