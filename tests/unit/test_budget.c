/* Budgets: what a limit says of a figure, and which mistakes of a file are told. */
#include "tests/unit/test.h"

#include <unistd.h>

#include "base/file.h"
#include "cli/budgets.h"
#include "tests/unit/compare_fixture.h"

static const struct budget_line *only_line(const struct budget_result *result)
{
    assert_int_equal(result->count, 1);
    return &result->line[0];
}

static void a_limit_holds_warns_or_is_exceeded(void **state)
{
    (void)state;
    static const struct {
        const char *metric;
        double values[8];
        size_t n;
        double warn;
        double error;
        enum budget_state state;
    } cases[] = {
        { "dom_elements", { 5999 }, 1, 6000, 8000, BUDGET_HELD },
        { "dom_elements", { 6000 }, 1, 6000, 8000, BUDGET_HELD }, /* the most it may be */
        { "dom_elements", { 6001 }, 1, 6000, 8000, BUDGET_WARNED },
        { "dom_elements", { 8000 }, 1, 6000, 8000, BUDGET_WARNED },
        { "dom_elements", { 8001 }, 1, 6000, 8000, BUDGET_EXCEEDED },
        { "dom_elements", { 5000, 9000, 9000 }, 3, 6000, 8000, BUDGET_EXCEEDED }, /* the median */
        /* More is better: the least it may be. */
        { "storm_fps", { 60, 60, 60 }, 3, 50, 20, BUDGET_HELD },
        { "storm_fps", { 40, 40, 40 }, 3, 50, 20, BUDGET_WARNED },
        { "storm_fps", { 19, 19, 19 }, 3, 50, 20, BUDGET_EXCEEDED },
        /* A time whose spread holds the limit. */
        { "scroll_ms", { 90, 95, 100, 105, 110, 92, 108, 101 }, 8, 90, 100, BUDGET_OPEN },
        { "scroll_ms", { 50, 51, 52, 53, 54, 55, 56, 57 }, 8, 90, 100, BUDGET_HELD },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct compare_side side;
        struct budget budget = { .def = compare_figure_find(cases[i].metric),
                                 .place = "150",
                                 .has_warn = true,
                                 .has_error = true,
                                 .warn = cases[i].warn,
                                 .error = cases[i].error };
        const struct budgets budgets = { .item = &budget, .count = 1 };
        struct budget_result result;
        fixture_side(&side, "a");
        fixture_add(&side, cases[i].metric, "150", cases[i].values, cases[i].n);
        budgets_judge(&budgets, &side, NULL, &result);
        if (only_line(&result)->state != cases[i].state) {
            fail_msg("case %zu: %s: %s", i, budget_state_name(result.line[0].state),
                     result.line[0].text);
        }
        budget_result_release(&result);
        compare_side_release(&side);
    }
}

static void a_figure_that_was_not_measured_is_open(void **state)
{
    (void)state;
    struct compare_side side;
    struct budget items[] = {
        { .def = compare_figure_find("dom_elements"), .place = "150", .has_error = true },
        { .def = compare_figure_find("js_heap"), .has_error = true, .error = 1 },
    };
    const struct budgets budgets = { .item = items, .count = 2 };
    struct budget_result result;
    fixture_side(&side, "a");
    compare_series_miss(fixture_series(&side, "js_heap", "50"), "it broke");
    budgets_judge(&budgets, &side, NULL, &result);
    assert_int_equal(result.open, 2);
    assert_int_equal(result.exceeded, 0);
    assert_string_equal(result.line[0].title, "DOM elements at 150 messages");
    assert_string_equal(result.line[0].text, "NO DATA: not measured");
    assert_string_equal(result.line[1].text, "NO DATA: it broke");
    budget_result_release(&result);
    compare_side_release(&side);
}

static void a_limit_cannot_be_held_by_a_part_of_the_runs(void **state)
{
    (void)state;
    static const struct {
        double value;
        enum budget_state state;
    } cases[] = { { 5000, BUDGET_OPEN }, { 7000, BUDGET_OPEN }, { 9000, BUDGET_EXCEEDED } };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct compare_side side;
        struct budget item = { .def = compare_figure_find("dom_elements"),
                               .has_warn = true,
                               .has_error = true,
                               .warn = 6000,
                               .error = 8000 };
        const struct budgets budgets = { .item = &item, .count = 1 };
        struct budget_result result;
        fixture_side(&side, "a");
        fixture_add(&side, "dom_elements", "50", &cases[i].value, 1);
        compare_series_miss(fixture_series(&side, "dom_elements", "50"), "it broke once");
        budgets_judge(&budgets, &side, NULL, &result);
        assert_int_equal(only_line(&result)->state, cases[i].state);
        assert_int_equal(result.open + result.exceeded, 1);
        if (cases[i].state == BUDGET_OPEN) {
            assert_string_equal(result.line[0].text, "NO DATA in part: it broke once");
        }
        budget_result_release(&result);
        compare_side_release(&side);
    }
}

static void a_run_that_did_not_end_well_is_noted(void **state)
{
    (void)state;
    struct compare_side side;
    const struct budgets budgets = { .count = 0 };
    struct budget_result result;
    fixture_side(&side, "a");
    budgets_judge(&budgets, &side, NULL, &result);
    assert_string_equal(result.incomplete, "");
    budget_result_release(&result);
    (void)snprintf(side.incomplete, sizeof side.incomplete, "run a is failed: no disk");
    budgets_judge(&budgets, &side, NULL, &result);
    assert_string_equal(result.incomplete, "run a is failed: no disk");
    budget_result_release(&result);
    compare_side_release(&side);
}

static void without_a_place_a_budget_holds_everywhere(void **state)
{
    (void)state;
    static const double few[] = { 100 };
    static const double many[] = { 9000 };
    struct compare_side side;
    struct budget item = { .def = compare_figure_find("dom_elements"),
                           .has_error = true,
                           .error = 8000 };
    const struct budgets budgets = { .item = &item, .count = 1 };
    struct budget_result result;
    fixture_side(&side, "a");
    fixture_add(&side, "dom_elements", "50", few, 1);
    fixture_add(&side, "dom_elements", "200", many, 1);
    budgets_judge(&budgets, &side, NULL, &result);
    assert_int_equal(result.count, 2);
    assert_int_equal(result.exceeded, 1);
    assert_int_equal(result.line[0].state, BUDGET_EXCEEDED); /* worst first */
    cJSON *root = json_new_object();
    budget_result_to_json(&result, root, "budgets");
    const cJSON *first = cJSON_GetArrayItem(json_at(root, "budgets"), 0);
    assert_string_equal(json_text(first, "state"), "exceeded");
    assert_true(json_number(first, "value", 0) > 8999);
    cJSON_Delete(root);
    budget_result_release(&result);
    compare_side_release(&side);
}

static void a_list_may_be_asked_to_be_virtualized(void **state)
{
    (void)state;
    static const struct {
        enum budget_level level;
        enum virtualization_kind kind;
        enum budget_state state;
    } cases[] = {
        { BUDGET_FAILS, LIST_IS_VIRTUALIZED, BUDGET_HELD },
        { BUDGET_FAILS, LIST_IS_LEAKING, BUDGET_EXCEEDED },
        { BUDGET_FAILS, LIST_IS_NOT_VIRTUALIZED, BUDGET_EXCEEDED },
        { BUDGET_WARNS, LIST_IS_NOT_VIRTUALIZED, BUDGET_WARNED },
        { BUDGET_FAILS, LIST_IS_UNDECIDED, BUDGET_OPEN },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct compare_side side;
        struct virtualization list = { .kind = cases[i].kind, .text = "so it is" };
        const struct budgets budgets = { .virtualized = cases[i].level };
        struct budget_result result;
        fixture_side(&side, "a");
        budgets_judge(&budgets, &side, &list, &result);
        assert_int_equal(only_line(&result)->state, cases[i].state);
        budget_result_release(&result);
        budgets_judge(&budgets, &side, NULL, &result);
        assert_int_equal(only_line(&result)->state, BUDGET_OPEN);
        budget_result_release(&result);
        compare_side_release(&side);
    }
}

/* Reads a budget file of that content; `told` gets what was said of its mistakes. */
static enum err read_text(const char *quoted, struct budgets *out, struct err_msg *msg,
                          struct strbuf *told)
{
    char *dir = NULL;
    struct err_msg unused = { "" };
    struct strbuf text = STRBUF_INIT;
    assert_int_equal(file_make_temp_dir(NULL, "budgets-", &dir, &unused), ERR_OK);
    char *path = file_join(dir, "budgets.json");
    char *log = file_join(dir, "stderr");
    strbuf_add_str(&text, quoted);
    for (char *at = strchr(text.data, '\''); at != NULL; at = strchr(at, '\'')) {
        *at = '"';
    }
    assert_int_equal(file_write(path, text.data, text.len, 0600, &unused), ERR_OK);
    int kept = dup(STDERR_FILENO);
    assert_non_null(freopen(log, "w", stderr));
    enum err err = budgets_read(path, out, msg);
    (void)fflush(stderr);
    (void)dup2(kept, STDERR_FILENO);
    (void)close(kept);
    assert_int_equal(file_read(log, 100000, told, &unused), ERR_OK);
    assert_int_equal(file_remove_tree(dir, &unused), ERR_OK);
    strbuf_release(&text);
    free(dir);
    free(path);
    free(log);
    return err;
}

static void a_right_file_is_read_whole(void **state)
{
    (void)state;
    struct budgets budgets;
    struct err_msg msg = { "" };
    struct strbuf told = STRBUF_INIT;
    assert_int_equal(
        read_text("{'budgets':[{'metric':'dom_elements','messages':150,'warn':6000,'error':8000},"
                  "{'metric':'js_heap_per_message','error':20000},"
                  "{'metric':'error_share','at':'poll-vote: vote','warn':1}],"
                  "'virtualized':'error'}",
                  &budgets, &msg, &told),
        ERR_OK);
    assert_int_equal(budgets.count, 3);
    assert_string_equal(budgets.item[0].place, "150");
    assert_true(budgets.item[0].has_warn && budgets.item[0].has_error);
    assert_string_equal(budgets.item[1].place, "");
    assert_string_equal(budgets.item[2].place, "poll-vote: vote");
    assert_false(budgets.item[2].has_error);
    assert_int_equal(budgets.virtualized, BUDGET_FAILS);
    assert_int_equal(told.len, 0);
    budgets_release(&budgets);
    strbuf_release(&told);
}

static void all_mistakes_are_told_at_once_with_their_lines(void **state)
{
    (void)state;
    struct budgets budgets;
    struct err_msg msg = { "" };
    struct strbuf told = STRBUF_INIT;
    assert_int_equal(read_text("{'budgets':[\n"
                               "{'metric':'dom_element','error':1},\n"
                               "{'metric':'dom_elements'},\n"
                               "{'metric':'dom_elements','error':'1'},\n"
                               "{'metric':'dom_elements','error':1,'warn':2},\n"
                               "{'metric':'storm_fps','error':50,'warn':20},\n"
                               "{'metric':'dom_elements','error':1,'messages':0},\n"
                               "{'metric':'dom_elements','error':1,'messages':5,'at':'x'},\n"
                               "{'metric':'rendered_bubbles','error':1},\n"
                               "{'error':1},\n"
                               "7,\n"
                               "{'metric':'js_heap','eror':1,'error':1}],\n"
                               "'virtualised':'error'}",
                               &budgets, &msg, &told),
                     ERR_USAGE);
    static const char *const wanted[] = {
        "budgets.json:2:",    "did you mean \"dom_elements\"",
        "budgets.json:3:",    "must give the limit",
        "budgets.json:4:",    "must be a number",
        "budgets.json:5:",    "must be lower than \"error\"",
        "budgets.json:6:",    "must be higher than \"error\"",
        "budgets.json:7:",    "budgets.json:8:",
        "not both",           "budgets.json:9:",
        "no better or worse", "budgets.json:10:",
        "budgets.json:11:",   "must be an object",
        "budgets.json:12:",   "eror",
        "budgets.json:13:",   "virtualised",
    };
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        if (strstr(strbuf_text(&told), wanted[i]) == NULL) {
            fail_msg("no \"%s\" in:\n%s", wanted[i], strbuf_text(&told));
        }
    }
    strbuf_release(&told);
}

static void a_file_that_limits_nothing_is_a_mistake(void **state)
{
    (void)state;
    static const char *const cases[] = { "{}", "{'budgets':[]}", "{'virtualized':'yes'}", "[]",
                                         "{" };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct budgets budgets;
        struct err_msg msg = { "" };
        struct strbuf told = STRBUF_INIT;
        enum err err = read_text(cases[i], &budgets, &msg, &told);
        assert_true(err == ERR_USAGE || err == ERR_FORMAT);
        assert_non_null(strstr(msg.text, "budgets.json"));
        assert_null(budgets.item);
        strbuf_release(&told);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_limit_holds_warns_or_is_exceeded),
        cmocka_unit_test(a_figure_that_was_not_measured_is_open),
        cmocka_unit_test(a_limit_cannot_be_held_by_a_part_of_the_runs),
        cmocka_unit_test(a_run_that_did_not_end_well_is_noted),
        cmocka_unit_test(without_a_place_a_budget_holds_everywhere),
        cmocka_unit_test(a_list_may_be_asked_to_be_virtualized),
        cmocka_unit_test(a_right_file_is_read_whole),
        cmocka_unit_test(all_mistakes_are_told_at_once_with_their_lines),
        cmocka_unit_test(a_file_that_limits_nothing_is_a_mistake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
