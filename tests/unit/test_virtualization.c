/* The verdict on a list, from what one more loaded message costs. */
#include "tests/unit/test.h"

#include "tests/unit/compare_fixture.h"

/* A figure at 50, 150 and 200 messages, twice each. */
struct figure {
    const char *metric;
    double at[3];
    double again[3];
};

static void add_figure(struct compare_side *side, const struct figure *figure)
{
    static const char *const places[] = { "50", "150", "200" };
    for (size_t i = 0; i < 3 && figure->metric != NULL; i++) {
        compare_series_add(fixture_series(side, figure->metric, places[i]), figure->at[i]);
        compare_series_add(fixture_series(side, figure->metric, places[i]), figure->again[i]);
    }
}

static void the_kind_follows_from_the_slopes(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct figure list;
        struct figure other;
        enum virtualization_kind kind;
        const char *words;
    } cases[] = {
        { "renders all",
          { "dom_elements_list", { 1818, 5152, 6668 }, { 1818, 5152, 6668 } },
          { NULL, { 0 }, { 0 } },
          LIST_IS_NOT_VIRTUALIZED,
          "32.48 elements per loaded message" },
        { "renders a window",
          { "dom_elements_list", { 461, 461, 461 }, { 461, 461, 461 } },
          { "dom_nodes", { 1786, 1743, 1745 }, { 1786, 1744, 1745 } },
          LIST_IS_VIRTUALIZED,
          "0.00 elements" },
        { "a window whose rows wander",
          { "dom_elements_list", { 461, 498, 424 }, { 424, 461, 461 } },
          { NULL, { 0 }, { 0 } },
          LIST_IS_VIRTUALIZED,
          "elements per loaded message" },
        { "keeps nodes",
          { "dom_elements_list", { 461, 461, 461 }, { 461, 461, 461 } },
          { "dom_nodes", { 1786, 3800, 4790 }, { 1786, 3790, 4795 } },
          LIST_IS_LEAKING,
          "but the page keeps" },
        { "keeps listeners",
          { "dom_elements_list", { 461, 461, 461 }, { 461, 461, 461 } },
          { "listeners", { 484, 784, 934 }, { 484, 784, 934 } },
          LIST_IS_LEAKING,
          "3.00 listeners" },
        { "keeps memory",
          { "dom_elements_list", { 461, 461, 461 }, { 461, 461, 461 } },
          { "js_heap", { 4.2e6, 8.2e6, 10.2e6 }, { 4.2e6, 8.2e6, 10.2e6 } },
          LIST_IS_LEAKING,
          "40.00 kB of JS heap" },
        { "keeps the message itself",
          { "dom_elements_list", { 461, 461, 461 }, { 461, 461, 461 } },
          { "js_heap", { 4.2e6, 4.75e6, 4.95e6 }, { 4.2e6, 4.75e6, 4.95e6 } },
          LIST_IS_VIRTUALIZED,
          "0.00 elements" },
        { "spreads too much",
          { "dom_elements_list", { 400, 900, 500 }, { 800, 500, 1200 } },
          { NULL, { 0 }, { 0 } },
          LIST_IS_UNDECIDED,
          "95 %" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct compare_side side;
        struct virtualization judged;
        fixture_side(&side, "a");
        add_figure(&side, &cases[i].list);
        add_figure(&side, &cases[i].other);
        virtualization_judge(&side, &judged);
        if (judged.kind != cases[i].kind || strstr(judged.text, cases[i].words) == NULL) {
            fail_msg("%s: %s: %s", cases[i].what, virtualization_title(judged.kind), judged.text);
        }
        compare_side_release(&side);
    }
}

static void two_numbers_of_messages_have_no_interval_and_a_verdict(void **state)
{
    (void)state;
    struct compare_side side;
    struct virtualization judged;
    fixture_side(&side, "a");
    compare_series_add(fixture_series(&side, "dom_elements_list", "50"), 1818);
    compare_series_add(fixture_series(&side, "dom_elements_list", "200"), 6668);
    virtualization_judge(&side, &judged);
    assert_int_equal(judged.kind, LIST_IS_NOT_VIRTUALIZED);
    assert_non_null(strstr(judged.text, "(n = 2)"));
    compare_side_release(&side);
}

static void one_number_of_messages_is_judged_by_what_is_rendered(void **state)
{
    (void)state;
    static const struct {
        double share;
        enum virtualization_kind kind;
    } cases[] = { { 1.0, LIST_IS_NOT_VIRTUALIZED },
                  { 0.2, LIST_IS_VIRTUALIZED },
                  { 0.7, LIST_IS_UNDECIDED } };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct compare_side side;
        struct virtualization judged;
        fixture_side(&side, "a");
        compare_series_add(fixture_series(&side, "dom_elements_list", "50"), 500);
        compare_series_add(fixture_series(&side, "rendered_share", "50"), cases[i].share);
        virtualization_judge(&side, &judged);
        assert_int_equal(judged.kind, cases[i].kind);
        assert_non_null(strstr(judged.text, "no slope"));
        compare_side_release(&side);
    }
}

static void nothing_measured_is_undecided(void **state)
{
    (void)state;
    struct compare_side side;
    struct virtualization judged;
    fixture_side(&side, "a");
    virtualization_judge(&side, &judged);
    assert_int_equal(judged.kind, LIST_IS_UNDECIDED);
    cJSON *root = json_new_object();
    virtualization_to_json(&judged, root, "list");
    assert_string_equal(json_text(root, "list.kind"), "undecided");
    assert_non_null(json_text(root, "list.slopes.dom_nodes_per_message.no_data"));
    cJSON_Delete(root);
    compare_side_release(&side);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kind_follows_from_the_slopes),
        cmocka_unit_test(two_numbers_of_messages_have_no_interval_and_a_verdict),
        cmocka_unit_test(one_number_of_messages_is_judged_by_what_is_rendered),
        cmocka_unit_test(nothing_measured_is_undecided),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
