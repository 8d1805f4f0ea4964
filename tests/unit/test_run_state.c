/* How far a run has come: to a file and back, hostile files, and which exit code counts. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/command.h"
#include "cli/run_overview.h"
#include "cli/run_state.h"

static void of_several_exit_codes_the_gravest_counts(void **state)
{
    (void)state;
    static const int order[] = { EXIT_REFUSED, EXIT_USAGE,   EXIT_CLEANUP,
                                 EXIT_SEED,    EXIT_DRIVE,   EXIT_INTERRUPTED,
                                 EXIT_VERDICT, EXIT_NO_DATA, EXIT_PASS };
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        for (size_t k = i; k < COUNT_OF(order); k++) {
            assert_int_equal(run_state_worse(order[i], order[k]), order[i]);
            assert_int_equal(run_state_worse(order[k], order[i]), order[i]);
        }
    }
}

static void a_code_of_nobodys_counts_as_not_driven(void **state)
{
    (void)state;
    assert_int_equal(run_state_worse(EXIT_VERDICT, 1), 1);
    assert_int_equal(run_state_worse(EXIT_SEED, 1), EXIT_SEED);
}

static void what_was_left_out_does_not_count(void **state)
{
    (void)state;
    struct run_state run;
    memset(&run, 0, sizeof run);
    run.part[2] = (struct run_part_record){ .state = RUN_LEFT_OUT, .exit_code = EXIT_DRIVE };
    run.part[3] = (struct run_part_record){ .state = RUN_DONE, .exit_code = EXIT_NO_DATA };
    assert_int_equal(run_state_exit_code(&run), EXIT_NO_DATA);
    run.part[4] = (struct run_part_record){ .state = RUN_DONE, .exit_code = EXIT_VERDICT };
    assert_int_equal(run_state_exit_code(&run), EXIT_VERDICT);
}

static void a_part_with_a_result_is_settled(void **state)
{
    (void)state;
    static const struct {
        enum run_part_state state;
        int exit_code;
        bool want;
    } cases[] = {
        { RUN_DONE, EXIT_PASS, true },        { RUN_DONE, EXIT_VERDICT, true },
        { RUN_DONE, EXIT_NO_DATA, true },     { RUN_DONE, EXIT_DRIVE, false },
        { RUN_DONE, EXIT_USAGE, false },      { RUN_INTERRUPTED, EXIT_INTERRUPTED, false },
        { RUN_NOT_RUN, EXIT_NO_DATA, false }, { RUN_RUNNING, EXIT_PASS, false },
        { RUN_WAITING, EXIT_PASS, false },    { RUN_LEFT_OUT, EXIT_PASS, false },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct run_part_record record = { .state = cases[i].state,
                                                .exit_code = cases[i].exit_code };
        assert_int_equal(run_part_is_settled(&record), cases[i].want);
    }
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    struct run_state run;
    struct run_state back;
    struct err_msg msg = { "" };
    memset(&run, 0, sizeof run);
    run.part[0] = (struct run_part_record){ .state = RUN_DONE, .seconds = 1.5 };
    run.part[3] = (struct run_part_record){ .state = RUN_DONE,
                                            .exit_code = EXIT_VERDICT,
                                            .seconds = 40,
                                            .has_verdict = true,
                                            .verdict = VERDICT_CRASHES,
                                            .has_dir = true };
    run.part[4] = (struct run_part_record){ .state = RUN_NOT_RUN, .exit_code = EXIT_NO_DATA };
    run_part_record_explain(&run.part[4], "the chat is not seeded");
    cJSON *json = run_state_to_json(&run);
    assert_int_equal(run_state_from_json(json, "state.json", &back, &msg), ERR_OK);
    for (size_t i = 0; i < run_part_count; i++) {
        assert_int_equal(back.part[i].state, run.part[i].state);
        assert_int_equal(back.part[i].exit_code, run.part[i].exit_code);
        assert_int_equal(back.part[i].has_dir, run.part[i].has_dir);
        assert_int_equal(back.part[i].has_verdict, run.part[i].has_verdict);
    }
    assert_int_equal(back.part[3].verdict, VERDICT_CRASHES);
    assert_string_equal(back.part[4].why, "the chat is not seeded");
    cJSON_Delete(json);
    run_state_release(&run);
    run_state_release(&back);
}

static void a_file_that_is_none_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        { "{}", "\"parts\" must be a list" },
        { "null", "\"parts\" must be a list" },
        { "[{}]", "parts[0]: \"name\" is no part" },
        { "[7]", "parts[0]: \"name\" is no part" },
        { "[{\"name\":\"media\"}]", "parts[0]: \"state\" must be" },
        { "[{\"name\":\"media\",\"state\":\"doing\"}]", "parts[0]: \"state\" must be" },
        { "[{\"name\":\"media\",\"state\":\"done\",\"seconds\":1}]", "\"exit_code\" must be" },
        { "[{\"name\":\"media\",\"state\":\"done\",\"exit_code\":256,\"seconds\":1}]",
          "\"exit_code\" must be" },
        { "[{\"name\":\"media\",\"state\":\"done\",\"exit_code\":0.5,\"seconds\":1}]",
          "\"exit_code\" must be" },
        { "[{\"name\":\"media\",\"state\":\"done\",\"exit_code\":0,\"seconds\":-1}]",
          "\"seconds\" not negative" },
        { "[{\"name\":\"media\",\"state\":\"done\",\"exit_code\":0,\"seconds\":1,\"why\":\"x\"},"
          "{\"name\":\"files\",\"state\":\"done\",\"exit_code\":0,\"seconds\":1,\"verdict\":\"x\"}]",
          "parts[1]: \"verdict\" must be" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct run_state run;
        struct err_msg msg = { "" };
        cJSON *json = NULL;
        assert_int_equal(json_parse(cases[i].text, strlen(cases[i].text), "x", &json, &msg),
                         ERR_OK);
        assert_int_equal(run_state_from_json(json, "there/state.json", &run, &msg), ERR_FORMAT);
        assert_non_null(strstr(msg.text, "there/state.json"));
        assert_non_null(strstr(msg.text, cases[i].want));
        cJSON_Delete(json);
    }
}

static void an_outcome_is_told_in_words(void **state)
{
    (void)state;
    char why[] = "no database is named";
    const struct {
        struct run_part_record record;
        const char *want;
    } cases[] = {
        { { .state = RUN_DONE }, "passed" },
        { { .state = RUN_DONE,
            .exit_code = 99,
            .has_verdict = true,
            .verdict = VERDICT_SLOWS_DOWN },
          "Slows Down" },
        { { .state = RUN_DONE, .exit_code = 99, .has_verdict = true, .verdict = VERDICT_FINE },
          "Fine, a threshold failed" },
        { { .state = RUN_DONE, .exit_code = 107 }, "could not be driven" },
        { { .state = RUN_NOT_RUN, .why = why }, "not run: no database is named" },
        { { .state = RUN_INTERRUPTED, .exit_code = 105 }, "interrupted" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct strbuf text = STRBUF_INIT;
        run_overview_outcome(&cases[i].record, &text);
        assert_string_equal(strbuf_text(&text), cases[i].want);
        strbuf_release(&text);
    }
}

static void the_overview_counts_what_is_done_and_what_is_left(void **state)
{
    (void)state;
    struct run_state run;
    struct strbuf text = STRBUF_INIT;
    memset(&run, 0, sizeof run);
    for (size_t i = 0; i < run_part_count; i++) {
        run.part[i].state = RUN_LEFT_OUT;
    }
    run.part[0] = (struct run_part_record){ .state = RUN_DONE, .seconds = 3 };
    run.part[3] = (struct run_part_record){ .state = RUN_RUNNING };
    run.part[4] = (struct run_part_record){ .state = RUN_WAITING };
    unsigned left = run_parts[3].quick_seconds - 10 + run_parts[4].quick_seconds;
    assert_int_equal(run_overview_left_s(&run, true, 10), left);
    /* One that takes longer than planned does not lend time to the others. */
    assert_int_equal(run_overview_left_s(&run, true, 1e6), run_parts[4].quick_seconds);
    assert_int_equal(run_overview_lines(&run, true, 10, 200, &text), 4);
    assert_non_null(strstr(strbuf_text(&text), "1 of 3 parts done, about "));
    assert_non_null(strstr(strbuf_text(&text), "[####"));
    assert_non_null(strstr(strbuf_text(&text), "waiting, about "));
    strbuf_release(&text);
}

static void the_overview_keeps_to_the_terminals_width(void **state)
{
    (void)state;
    struct run_state run;
    struct strbuf text = STRBUF_INIT;
    memset(&run, 0, sizeof run);
    run.part[0] = (struct run_part_record){ .state = RUN_NOT_RUN };
    run_part_record_explain(&run.part[0],
                            "ä sentence thät is much längër thän the terminäl is wide");
    for (unsigned columns = 20; columns < 60; columns++) {
        strbuf_clear(&text);
        (void)run_overview_lines(&run, false, 0, columns, &text);
        for (const char *line = strbuf_text(&text); *line != '\0';) {
            size_t length = strcspn(line, "\n");
            assert_true(length <= columns);
            /* No character is cut in two. */
            assert_int_not_equal((unsigned char)line[length > 0 ? length - 1 : 0] & 0xc0, 0xc0);
            line += length + 1;
        }
    }
    strbuf_release(&text);
    run_state_release(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_several_exit_codes_the_gravest_counts),
        cmocka_unit_test(a_code_of_nobodys_counts_as_not_driven),
        cmocka_unit_test(what_was_left_out_does_not_count),
        cmocka_unit_test(a_part_with_a_result_is_settled),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(a_file_that_is_none_is_refused_with_its_place),
        cmocka_unit_test(an_outcome_is_told_in_words),
        cmocka_unit_test(the_overview_counts_what_is_done_and_what_is_left),
        cmocka_unit_test(the_overview_keeps_to_the_terminals_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
