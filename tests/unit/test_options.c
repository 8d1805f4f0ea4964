#include "tests/unit/test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/options.h"

#define MAX_WORDS 80

struct values {
    bool headed;
    const char *url;
    uint64_t runs;
    double factor;
    uint64_t timeout_ms;
    struct option_list hosts;
};

/* Parses words that are separated by blanks, after a program name. */
static enum err parse(const char *line, struct values *values, struct option_operands *operands,
                      struct err_msg *msg)
{
    static char copy[2048];
    const struct option_spec specs[] = {
        { OPTION_HEADING, "Target", 0, NULL, NULL, NULL, NULL },
        { OPTION_TEXT, "client-url", 'c', "URL", "TEST_CLIENT_URL", "Where.", &values->url },
        { OPTION_FLAG, "headed", 0, NULL, "TEST_HEADED", "Show.", &values->headed },
        { OPTION_COUNT, "runs", 'n', "N", "TEST_RUNS", "How often.", &values->runs },
        { OPTION_NUMBER, "factor", 0, "F", NULL, "Times.", &values->factor },
        { OPTION_DURATION, "timeout", 't', "TIME", "TEST_TIMEOUT", "Wait.", &values->timeout_ms },
        { OPTION_LIST, "allow-host", 0, "HOST", "TEST_HOST", "Allow.", &values->hosts },
    };
    char *argv[MAX_WORDS];
    int argc = 1;
    (void)snprintf(copy, sizeof copy, "%s", line);
    argv[0] = copy + sizeof copy - 1;
    for (char *at = copy; *at != '\0' && argc < MAX_WORDS;) {
        argv[argc++] = at;
        at += strcspn(at, " ");
        if (*at != '\0') {
            *at++ = '\0';
        }
    }
    return options_parse(specs, COUNT_OF(specs), argc, argv, operands, msg);
}

static struct values defaults(void)
{
    return (struct values){ .url = "http://localhost:3000", .runs = 3, .timeout_ms = 1000 };
}

static void values_are_read_in_every_form(void **state)
{
    (void)state;
    const char *words[MAX_WORDS];
    struct option_operands operands = { words, 99 };
    struct values values = defaults();
    struct err_msg msg;
    enum err err = parse("run1 --client-url=http://a -n 5 --factor -0.5 --timeout 1m30s --headed "
                         "--allow-host x --allow-host=y run2 - -- --runs",
                         &values, &operands, &msg);
    assert_int_equal(err, ERR_OK);
    assert_string_equal(values.url, "http://a");
    assert_int_equal(values.runs, 5);
    assert_true(values.factor == -0.5);
    assert_int_equal(values.timeout_ms, 90000);
    assert_true(values.headed);
    assert_int_equal(values.hosts.count, 2);
    assert_string_equal(values.hosts.item[0], "x");
    assert_string_equal(values.hosts.item[1], "y");
    assert_int_equal(operands.count, 4);
    assert_string_equal(words[0], "run1");
    assert_string_equal(words[1], "run2");
    assert_string_equal(words[2], "-");
    assert_string_equal(words[3], "--runs");
}

static void nothing_given_leaves_the_defaults(void **state)
{
    (void)state;
    const char *words[MAX_WORDS];
    struct option_operands operands = { words, 99 };
    struct values values = defaults();
    struct err_msg msg;
    assert_int_equal(parse("", &values, &operands, &msg), ERR_OK);
    assert_string_equal(values.url, "http://localhost:3000");
    assert_int_equal(values.runs, 3);
    assert_int_equal(operands.count, 0);
    assert_int_equal(parse("--client-url= --runs=1 --runs=2", &values, &operands, &msg), ERR_OK);
    assert_string_equal(values.url, "");
    assert_int_equal(values.runs, 2);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *named;
    } cases[] = {
        { "--rnus 3", "unknown option --rnus: did you mean --runs?" },
        { "--client_url=x", "did you mean --client-url?" },
        { "--zzzzzzzz", "unknown option --zzzzzzzz" },
        { "---", "unknown option --" },
        { "----", "unknown option --" },
        { "--=x", "unknown option --" },
        { "-z", "unknown option -z" },
        { "-n5", "-n5: write the value of -n as a word of its own" },
        { "--runs", "--runs needs a value: --runs N" },
        { "-n", "--runs needs a value" },
        { "--runs --headed", "--runs needs a value before --headed" },
        { "--client-url --", "--client-url needs a value before --" },
        { "--runs abc", "--runs: \"abc\" is not a whole number" },
        { "--runs=-1", "--runs: \"-1\"" },
        { "--runs=", "--runs: \"\"" },
        { "--runs 1.5", "--runs: \"1.5\"" },
        { "--factor x", "--factor: \"x\" is not a number" },
        { "--timeout 5d", "--timeout: \"5d\" is not a duration" },
        { "--headed=yes", "--headed takes no value" },
        { "--Target", "unknown option --Target" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *words[MAX_WORDS];
        struct option_operands operands = { words, 0 };
        struct values values = defaults();
        struct err_msg msg = { "" };
        enum err err = parse(cases[i].line, &values, &operands, &msg);
        if (err != ERR_USAGE || strstr(msg.text, cases[i].named) == NULL) {
            fail_msg("%s: %s \"%s\"", cases[i].line, err_name(err), msg.text);
        }
    }
}

static void a_list_has_an_end(void **state)
{
    (void)state;
    char line[2048] = "";
    const char *words[MAX_WORDS];
    struct option_operands operands = { words, 0 };
    struct values values = defaults();
    struct err_msg msg;
    size_t len = 0;
    for (size_t i = 0; i < OPTION_LIST_MAX; i++) {
        len += (size_t)snprintf(line + len, sizeof line - len, "--allow-host=%zu ", i);
    }
    assert_int_equal(parse(line, &values, &operands, &msg), ERR_OK);
    assert_int_equal(values.hosts.count, OPTION_LIST_MAX);
    values = defaults();
    (void)snprintf(line + len, sizeof line - len, "--allow-host=more");
    assert_int_equal(parse(line, &values, &operands, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "--allow-host"));
}

static int clear_environment(void **state)
{
    (void)state;
    return unsetenv("TEST_RUNS") | unsetenv("TEST_HEADED") | unsetenv("TEST_HOST") |
           unsetenv("TEST_TIMEOUT") | unsetenv("TEST_CLIENT_URL");
}

static void the_environment_stands_between_flag_and_default(void **state)
{
    (void)state;
    static const struct {
        const char *variable;
        const char *value;
        const char *line;
        enum err want;
        uint64_t runs;
        bool headed;
    } cases[] = {
        { "TEST_RUNS", "9", "", ERR_OK, 9, false },
        { "TEST_RUNS", "9", "--runs 4", ERR_OK, 4, false },
        { "TEST_RUNS", "", "", ERR_OK, 3, false },
        { "TEST_RUNS", "x", "", ERR_USAGE, 3, false },
        { "TEST_RUNS", "x", "--runs 4", ERR_OK, 4, false },
        { "TEST_HEADED", "1", "", ERR_OK, 3, true },
        { "TEST_HEADED", "true", "", ERR_OK, 3, true },
        { "TEST_HEADED", "0", "", ERR_OK, 3, false },
        { "TEST_HEADED", "false", "", ERR_OK, 3, false },
        { "TEST_HEADED", "0", "--headed", ERR_OK, 3, true },
        { "TEST_HEADED", "yes", "", ERR_USAGE, 3, false },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *words[MAX_WORDS];
        struct option_operands operands = { words, 0 };
        struct values values = defaults();
        struct err_msg msg = { "" };
        assert_int_equal(clear_environment(NULL), 0);
        assert_int_equal(setenv(cases[i].variable, cases[i].value, 1), 0);
        enum err err = parse(cases[i].line, &values, &operands, &msg);
        if (err != cases[i].want || values.runs != cases[i].runs ||
            values.headed != cases[i].headed) {
            fail_msg("case %zu: %s %s", i, err_name(err), msg.text);
        }
        if (err != ERR_OK) {
            assert_non_null(strstr(msg.text, cases[i].variable));
        }
    }
}

static void help_is_in_two_columns_of_a_hundred(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT;
    const struct option_spec specs[] = {
        { OPTION_HEADING, "Target", 0, NULL, NULL, NULL, NULL },
        { OPTION_TEXT, "client-url", 'c', "URL", "CLIENT_URL",
          "Where the web client is served; every page of it must be reachable from the machine "
          "that runs the browser \xe2\x80\x93 th\xc3\xa9 chat (http://localhost:3000).",
          NULL },
        { OPTION_HEADING, "Browser", 0, NULL, NULL, NULL, NULL },
        { OPTION_FLAG, "headed", 0, NULL, NULL, "Show the window.", NULL },
        { OPTION_TEXT, "a-name-that-is-far-too-long-for-its-column", 0, "VALUE", NULL, "Text.",
          NULL },
    };
    options_help(specs, COUNT_OF(specs), &out);
    assert_string_equal(
        out.data,
        "Target\n"
        "  -c, --client-url URL  Where the web client is served; every page of it must be "
        "reachable from the\n"
        "                        machine that runs the browser \xe2\x80\x93 th\xc3\xa9 chat "
        "(http://localhost:3000).\n"
        "                        [$CLIENT_URL]\n"
        "\n"
        "Browser\n"
        "      --headed          Show the window.\n"
        "      --a-name-that-is-far-too-long-for-its-column VALUE\n"
        "                        Text.\n");
    strbuf_release(&out);
}

static void the_nearest_word_is_near(void **state)
{
    (void)state;
    static const char *const words[] = { "measure", "report", "seed", "doctor", "rescore", "n" };
    static const struct {
        const char *word;
        const char *want;
    } cases[] = {
        { "measure", "measure" },
        { "mesaure", "measure" },
        { "measur", "measure" },
        { "reprot", "report" },
        { "sed", "seed" },
        { "doktor", "doctor" },
        { "see", "seed" },
        { "stress", NULL },
        { "xyz", NULL },
        { "x", NULL },
        { "", NULL },
        { "measurement-of-everything", NULL },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *got = options_nearest(cases[i].word, words, COUNT_OF(words));
        bool same = got == NULL || cases[i].want == NULL ? got == cases[i].want
                                                         : strcmp(got, cases[i].want) == 0;
        if (!same) {
            fail_msg("%s: %s", cases[i].word, got == NULL ? "none" : got);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read_in_every_form),
        cmocka_unit_test(nothing_given_leaves_the_defaults),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(a_list_has_an_end),
        cmocka_unit_test_teardown(the_environment_stands_between_flag_and_default,
                                  clear_environment),
        cmocka_unit_test(help_is_in_two_columns_of_a_hundred),
        cmocka_unit_test(the_nearest_word_is_near),
    };
    return cmocka_run_group_tests(tests, clear_environment, NULL);
}
