/* What `compare` prints: the headline first, foreign text harmless in every format. */
#include "tests/unit/test.h"

#include "reports/compare_view.h"
#include "tests/unit/compare_fixture.h"

#define HOSTILE "</td>|`x`*_[a](b)<script>\n::error::%0A \"'&\x1b[31m\xe2\x80\xae\xff]]>"

struct scene {
    struct compare_side base;
    struct compare_side head;
    struct comparison comparison;
    struct budget item;
    struct budgets budgets;
    struct budget_result result;
    struct virtualization list;
    struct compare_view view;
};

/* One figure that is worse, one that has no data, one that is the same; `text` is in all texts. */
static void set_up(struct scene *scene, const char *text)
{
    static const double few[] = { 461, 461 };
    static const double many[] = { 6668, 6668 };
    memset(scene, 0, sizeof *scene);
    fixture_side(&scene->base, "a");
    fixture_side(&scene->head, "a");
    fixture_add(&scene->base, "dom_elements", "200", few, 2);
    fixture_add(&scene->head, "dom_elements", "200", many, 2);
    fixture_add(&scene->base, "dom_nodes", "200", few, 2);
    fixture_add(&scene->head, "dom_nodes", "200", few, 2);
    fixture_add(&scene->base, "error_share", text, few, 1);
    fixture_add(&scene->base, "listeners", "200", few, 2);
    compare_series_miss(fixture_series(&scene->head, "listeners", "200"), text);
    fixture_compare(&scene->base, &scene->head, &scene->comparison);
    scene->item = (struct budget){ .def = compare_figure_find("dom_elements"),
                                   .has_error = true,
                                   .error = 1000 };
    (void)snprintf(scene->item.place, sizeof scene->item.place, "200");
    scene->budgets = (struct budgets){ .item = &scene->item, .count = 1 };
    scene->list = scene->comparison.head_list;
    budgets_judge(&scene->budgets, &scene->head, &scene->list, &scene->result);
    scene->view = (struct compare_view){ .comparison = &scene->comparison,
                                         .budgets = &scene->result,
                                         .list = &scene->list,
                                         .base = "runs/a",
                                         .head = "runs/b" };
    compare_view_conclude(&scene->view);
}

static void tear_down(struct scene *scene)
{
    budget_result_release(&scene->result);
    comparison_release(&scene->comparison);
    compare_side_release(&scene->base);
    compare_side_release(&scene->head);
}

static void the_headline_is_the_verdict_with_its_reason(void **state)
{
    (void)state;
    struct scene scene;
    struct strbuf out = STRBUF_INIT;
    set_up(&scene, "it broke");
    compare_text_write(&scene.view, &out);
    assert_memory_equal(strbuf_text(&out), "FAIL: ", 6);
    assert_non_null(strstr(scene.view.headline, "DOM elements at 200 messages: 461 → 6,668"));
    assert_non_null(strstr(scene.view.headline, "1 of 1 budgets are exceeded"));
    /* Worst first, the same left out and counted. */
    const char *worse = strstr(strbuf_text(&out), "\nmore ");
    const char *none = strstr(strbuf_text(&out), "\nNO DATA ");
    assert_true(worse != NULL && none != NULL && worse < none);
    assert_null(strstr(strbuf_text(&out), "DOM nodes"));
    assert_non_null(strstr(strbuf_text(&out), "1 figures are the same"));
    strbuf_clear(&out);
    scene.view.all = true;
    compare_text_write(&scene.view, &out);
    assert_non_null(strstr(strbuf_text(&out), "DOM nodes"));
    strbuf_release(&out);
    tear_down(&scene);
}

static void budgets_of_a_run_that_did_not_end_well_never_pass(void **state)
{
    (void)state;
    static const struct {
        bool has_figures;
        size_t exceeded;
        size_t open;
        enum compare_verdict want;
        const char *headline;
    } cases[] = {
        { false, 0, 0, COMPARE_UNDECIDED, "CANNOT TELL: run b is failed: no disk" },
        { false, 0, 1, COMPARE_UNDECIDED, "CANNOT TELL: run b is failed: no disk" },
        { false, 1, 0, COMPARE_FAILS, "FAIL: 1 of 1 budgets are exceeded, first: t: x" },
        { true, 0, 0, COMPARE_UNDECIDED, "CANNOT TELL: by figures" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct budget_line lines[1] = { { .title = "t", .text = "x" } };
        const struct budget_result result = { .line = lines,
                                              .count = 1,
                                              .exceeded = cases[i].exceeded,
                                              .open = cases[i].open,
                                              .incomplete = "run b is failed: no disk" };
        const struct comparison comparison = { .verdict = COMPARE_UNDECIDED,
                                               .reason = "by figures" };
        struct compare_view view = { .comparison = cases[i].has_figures ? &comparison : NULL,
                                     .budgets = &result,
                                     .head = "h" };
        compare_view_conclude(&view);
        assert_int_equal(view.verdict, cases[i].want);
        assert_string_equal(view.headline, cases[i].headline);
    }
}

static void verdicts_of_figures_and_budgets_are_joined_by_the_worse_one(void **state)
{
    (void)state;
    static const struct {
        enum compare_verdict figures;
        size_t exceeded;
        size_t open;
        enum compare_verdict want;
        const char *words;
    } cases[] = {
        { COMPARE_PASSES, 0, 0, COMPARE_PASSES, "PASS: " },
        { COMPARE_PASSES, 1, 0, COMPARE_FAILS, "FAIL: 1 of 2 budgets" },
        { COMPARE_PASSES, 0, 1, COMPARE_UNDECIDED, "CANNOT TELL: 1 of 2 budgets" },
        { COMPARE_UNDECIDED, 0, 0, COMPARE_UNDECIDED, "CANNOT TELL: by figures" },
        { COMPARE_UNDECIDED, 1, 0, COMPARE_FAILS, "FAIL: 1 of 2 budgets" },
        { COMPARE_FAILS, 0, 1, COMPARE_FAILS, "FAIL: by figures" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct budget_line lines[2] = { { .title = "t", .text = "x" }, { .title = "u" } };
        const struct budget_result result = {
            .line = lines, .count = 2, .exceeded = cases[i].exceeded, .open = cases[i].open
        };
        const struct comparison comparison = { .verdict = cases[i].figures,
                                               .reason = "by figures" };
        struct compare_view view = { .comparison = &comparison, .budgets = &result, .head = "h" };
        compare_view_conclude(&view);
        assert_int_equal(view.verdict, cases[i].want);
        if (strncmp(view.headline, cases[i].words, strlen(cases[i].words)) != 0) {
            fail_msg("case %zu: %s", i, view.headline);
        }
    }
}

/* No control character but the line end, and valid as far as we can see without a parser. */
static void check_clean(const struct strbuf *out)
{
    for (size_t i = 0; i < out->len; i++) {
        unsigned char c = (unsigned char)out->data[i];
        assert_true((c >= ' ' && c != 0x7f) || c == '\n');
    }
    assert_null(strstr(out->data, "\xe2\x80\xae")); /* right-to-left override */
    assert_null(strstr(out->data, "\xff"));
}

static void hostile_text_stays_text_everywhere(void **state)
{
    (void)state;
    struct scene scene;
    struct strbuf out = STRBUF_INIT;
    set_up(&scene, HOSTILE);
    scene.view.all = true;
    scene.view.base = HOSTILE;
    compare_markdown_write(&scene.view, &out);
    assert_null(strstr(strbuf_text(&out), "<script"));
    assert_null(strstr(strbuf_text(&out), "</td>|"));
    assert_null(strstr(strbuf_text(&out), "[a](b)"));
    check_clean(&out);
    strbuf_clear(&out);
    compare_junit_write(&scene.view, &out);
    assert_null(strstr(strbuf_text(&out), "<script"));
    check_clean(&out);
    strbuf_clear(&out);
    compare_annotations_write(&scene.view, &out);
    /* A command begins a line only where we began one. */
    for (const char *at = strstr(strbuf_text(&out), "::error::"); at != NULL;
         at = strstr(at + 1, "::error::")) {
        assert_true(at > strbuf_text(&out) && at[-1] != '\n');
    }
    check_clean(&out);
    strbuf_release(&out);
    tear_down(&scene);
}

static void junit_counts_what_it_lists(void **state)
{
    (void)state;
    struct scene scene;
    struct strbuf out = STRBUF_INIT;
    set_up(&scene, "it broke");
    compare_junit_write(&scene.view, &out);
    size_t cases = 0;
    size_t failures = 0;
    size_t skipped = 0;
    for (const char *at = strbuf_text(&out); *at != '\0'; at++) {
        cases += strncmp(at, "<testcase", 9) == 0 ? 1 : 0;
        failures += strncmp(at, "<failure", 8) == 0 ? 1 : 0;
        skipped += strncmp(at, "<skipped", 8) == 0 ? 1 : 0;
    }
    char want[128];
    (void)snprintf(want, sizeof want,
                   "<testsuites name=\"tmscdp compare\" tests=\"%zu\" "
                   "failures=\"%zu\" errors=\"0\">",
                   cases, failures);
    assert_non_null(strstr(strbuf_text(&out), want));
    assert_int_equal(failures, 2); /* the figure and its budget */
    assert_true(skipped >= 3);     /* no data twice, and a list of one number of messages */
    assert_non_null(strstr(strbuf_text(&out), "base 461, head 6,668"));
    strbuf_release(&out);
    tear_down(&scene);
}

static void annotations_are_one_a_line_and_at_most_ten_of_a_kind(void **state)
{
    (void)state;
    static const double few[] = { 100 };
    static const double many[] = { 900 };
    struct compare_side base;
    struct compare_side head;
    struct comparison comparison;
    struct strbuf out = STRBUF_INIT;
    fixture_side(&base, "a");
    fixture_side(&head, "a");
    for (int i = 1; i <= 30; i++) {
        char place[16];
        (void)snprintf(place, sizeof place, "%d", i);
        fixture_add(&base, "dom_elements", place, few, 1);
        fixture_add(&head, "dom_elements", place, many, 1);
    }
    fixture_compare(&base, &head, &comparison);
    struct compare_view view = { .comparison = &comparison, .head = "h" };
    compare_view_conclude(&view);
    compare_annotations_write(&view, &out);
    size_t lines = 0;
    for (const char *at = strbuf_text(&out); *at != '\0'; at += strcspn(at, "\n") + 1) {
        assert_memory_equal(at, "::error title=", 14);
        lines++;
    }
    assert_int_equal(lines, 10);
    strbuf_release(&out);
    comparison_release(&comparison);
    compare_side_release(&base);
    compare_side_release(&head);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_headline_is_the_verdict_with_its_reason),
        cmocka_unit_test(budgets_of_a_run_that_did_not_end_well_never_pass),
        cmocka_unit_test(verdicts_of_figures_and_budgets_are_joined_by_the_worse_one),
        cmocka_unit_test(hostile_text_stays_text_everywhere),
        cmocka_unit_test(junit_counts_what_it_lists),
        cmocka_unit_test(annotations_are_one_a_line_and_at_most_ten_of_a_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
