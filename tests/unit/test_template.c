#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "backend/template.h"

static const struct {
    const char *name;
    const char *value;
} variables[] = { { "id", "a b/ü\"\\" }, { "line", "x\ny" }, { "none", NULL } };

static int find(void *arg, const char *name)
{
    (void)arg;
    for (size_t i = 0; i < COUNT_OF(variables); i++) {
        if (strcmp(variables[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static struct template_value value_of(void *arg, int variable)
{
    const char *text = variables[variable].value;
    (void)arg;
    return (struct template_value){ text, text != NULL ? strlen(text) : 0 };
}

static void texts_are_filled_in_and_escaped(void **state)
{
    static const struct {
        const char *text;
        enum template_escape escape;
        const char *want;
    } cases[] = {
        { "", TEMPLATE_PLAIN, "" },
        { "plain", TEMPLATE_URL, "plain" },
        { "/x/${id}/y", TEMPLATE_URL, "/x/a%20b%2F%C3%BC%22%5C/y" },
        { "{\"a\":\"${id}\"}", TEMPLATE_JSON, "{\"a\":\"a b/ü\\\"\\\\\"}" },
        { "${line}", TEMPLATE_JSON, "x\\u000ay" },
        { "${id}${id}", TEMPLATE_PLAIN, "a b/ü\"\\a b/ü\"\\" },
        { "costs $5 {x} $${id}", TEMPLATE_PLAIN, "costs $5 {x} ${id}" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct template template;
        struct err_msg msg = { "" };
        struct strbuf out = STRBUF_INIT;
        assert_int_equal(
            template_compile(cases[i].text, cases[i].escape, find, NULL, &template, &msg), ERR_OK);
        strbuf_add_str(&out, "|");
        assert_true(template_fill(&template, value_of, NULL, &out));
        assert_string_equal(strbuf_text(&out) + 1, cases[i].want);
        strbuf_release(&out);
        template_release(&template);
    }
}

static void a_variable_without_a_value_leaves_the_text_as_it_was(void **state)
{
    struct template template;
    struct err_msg msg = { "" };
    struct strbuf out = STRBUF_INIT;
    (void)state;
    assert_int_equal(template_compile("cursor=${none}", TEMPLATE_URL, find, NULL, &template, &msg),
                     ERR_OK);
    assert_false(template_fill(&template, value_of, NULL, &out));
    assert_string_equal(strbuf_text(&out), "");
    strbuf_add_str(&out, "kept");
    assert_false(template_fill(&template, value_of, NULL, &out));
    assert_string_equal(strbuf_text(&out), "kept");
    strbuf_release(&out);
    template_release(&template);
}

static void mistakes_are_quoted(void **state)
{
    static const struct {
        const char *text;
        const char *named;
    } cases[] = {
        { "a${idd}", "\"idd\"" },
        { "a${", "no closing }" },
        { "${}", "1 to 63 characters" },
        { "${id} and ${where", "${where" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct template template;
        struct err_msg msg = { "" };
        assert_int_equal(
            template_compile(cases[i].text, TEMPLATE_PLAIN, find, NULL, &template, &msg),
            ERR_USAGE);
        assert_non_null(strstr(msg.text, cases[i].named));
        template_release(&template);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_filled_in_and_escaped),
        cmocka_unit_test(a_variable_without_a_value_leaves_the_text_as_it_was),
        cmocka_unit_test(mistakes_are_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
