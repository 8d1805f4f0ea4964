/* How a paired measurement ends. The child that puts the chat back is the test itself. */
#include "tests/unit/test.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/pair_run.h"

static cJSON *parse(const char *quoted)
{
    char *text = mem_dup_str(quoted);
    for (char *at = strchr(text, '\''); at != NULL; at = strchr(at, '\'')) {
        *at = '"';
    }
    cJSON *json = cJSON_Parse(text);
    assert_non_null(json);
    free(text);
    return json;
}

#define PAIRS(n) "'metrics':[{'name':'bubble_ms','pairs':" n "}]"

static void the_exit_code_tells_a_crash_from_a_lack_of_figures(void **state)
{
    (void)state;
    static const struct {
        const char *section;
        int want;
    } cases[] = {
        { "{" PAIRS("2") ",'inconclusive':[]}", EXIT_PASS },
        { "{" PAIRS("0") ",'inconclusive':[]}", EXIT_NO_DATA },
        { "{" PAIRS("2") ",'inconclusive':['busy']}", EXIT_NO_DATA },
        { "{}", EXIT_NO_DATA },
        { "{" PAIRS("2") ",'loads':[{'verdicts':[{'verdict':'crashes'}]}]}", EXIT_VERDICT },
        { "{" PAIRS("2") ",'loads':[{'verdicts':[{'verdict':'fine'}]}]}", EXIT_PASS },
        { "{" PAIRS("0") ",'crash':'the page did not answer'}", EXIT_VERDICT },
        { "{" PAIRS("2") ",'inconclusive':['busy'],'crash':'x'}", EXIT_VERDICT },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        cJSON *section = parse(cases[i].section);
        assert_int_equal(pair_exit_code(section), cases[i].want);
        cJSON_Delete(section);
    }
}

static void a_page_that_went_away_is_a_result(void **state)
{
    (void)state;
    const struct err_msg msg = { "the page did not answer for 30 s (Runtime.evaluate)" };
    cJSON *section = parse("{'phases':[{'loaded':false},{'loaded':true}]}");
    assert_int_equal(pair_take_crash(ERR_CLOSED, section, &msg), ERR_OK);
    assert_string_equal(json_text(section, "crash"),
                        "in phase 2, loaded: the page did not answer for 30 s (Runtime.evaluate)");
    assert_int_equal(pair_exit_code(section), EXIT_VERDICT);
    struct strbuf text = STRBUF_INIT;
    pair_summary(section, &text);
    assert_non_null(strstr(strbuf_text(&text), "in phase 2, loaded: the page did not"));
    strbuf_release(&text);
    cJSON_Delete(section);
}

static void other_ends_are_no_crash(void **state)
{
    (void)state;
    static const enum err others[] = { ERR_OK, ERR_UNREACHABLE, ERR_INTERRUPTED, ERR_CLEANUP };
    const struct err_msg msg = { "x" };
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        cJSON *section = json_new_object();
        assert_int_equal(pair_take_crash(others[i], section, &msg), others[i]);
        assert_null(json_at(section, "crash"));
        cJSON_Delete(section);
    }
}

/* A run whose browser is none, with what the child of the reset said. */
static enum err run_without_a_browser(int signal_number, const char *word, struct strbuf *log)
{
    struct err_msg msg = { "" };
    struct loop *loop = NULL;
    struct result_run run;
    struct option_list none = { .count = 0 };
    char *dir = NULL;
    assert_int_equal(file_make_temp_dir(NULL, "tmscdp-pair-", &dir, &msg), ERR_OK);
    const struct pair_plan plan = { .chrome_path = "/nonexistent/chrome",
                                    .blocks = 1,
                                    .reset = true,
                                    .load = { .data_dir = word, .allowed_hosts = &none } };
    cJSON *options = json_new_object();
    cJSON *section = json_new_object();
    assert_int_equal(result_begin(dir, "pair", options, &run, &msg), ERR_OK);
    assert_int_equal(loop_new(&loop, &msg), ERR_OK);
    if (signal_number != 0) {
        assert_int_equal(raise(signal_number), 0);
    }
    enum err err = pair_run(loop, &plan, &run, section, &msg);
    loop_free(loop);
    char *path = result_path(&run, "reset.log");
    assert_int_equal(file_read(path, 1000, log, &msg), ERR_OK);
    free(path);
    result_release(&run);
    cJSON_Delete(section);
    cJSON_Delete(options);
    assert_int_equal(file_remove_tree(dir, &msg), ERR_OK);
    free(dir);
    return err;
}

static void the_chat_is_put_back_however_the_run_ended(void **state)
{
    (void)state;
    static const int signals[] = { 0, SIGINT };
    for (size_t i = 0; i < COUNT_OF(signals); i++) {
        struct strbuf log = STRBUF_INIT;
        enum err err = run_without_a_browser(signals[i], "good", &log);
        assert_true(err != ERR_OK && err != ERR_CLEANUP);
        assert_string_equal(strbuf_text(&log), "put back\n");
        strbuf_release(&log);
    }
}

static void a_reset_that_fails_is_the_graver_end(void **state)
{
    (void)state;
    struct strbuf log = STRBUF_INIT;
    assert_int_equal(run_without_a_browser(0, "bad", &log), ERR_CLEANUP);
    assert_string_equal(strbuf_text(&log), "cannot\n");
    strbuf_release(&log);
}

static int be_reset(int argc, char **argv)
{
    bool good = false;
    for (int i = 0; i < argc; i++) {
        good = good || strcmp(argv[i], "--data-dir=good") == 0;
    }
    (void)puts(good ? "put back" : "cannot");
    return good ? 0 : EXIT_CLEANUP;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_exit_code_tells_a_crash_from_a_lack_of_figures),
        cmocka_unit_test(a_page_that_went_away_is_a_result),
        cmocka_unit_test(other_ends_are_no_crash),
        cmocka_unit_test(the_chat_is_put_back_however_the_run_ended),
        cmocka_unit_test(a_reset_that_fails_is_the_graver_end),
    };
    if (argc > 1 && strcmp(argv[1], "seed") == 0) {
        return be_reset(argc, argv);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
