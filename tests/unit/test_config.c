#include "tests/unit/test.h"

#include <string.h>

#include "backend/config.h"

static const char text[] = "{\n"
                           "  \"name\": \"with \\\"quotes\\\" : and, braces }\",\n"
                           "  \"list\": [1, [2, 3],\n"
                           "    {\"deep\": null}],\n"
                           "  \"count\": 7, \"share\": 0.5,\n"
                           "  \"wait\": \"1m30s\",\n"
                           "  \"yes\": true\n"
                           "}\n";

static struct config open_good(const char *json)
{
    struct config config;
    struct err_msg msg = { "" };
    if (config_open_text("file.json", json, strlen(json), &config, &msg) != ERR_OK) {
        fail_msg("%s", msg.text);
    }
    return config;
}

static void values_know_their_line(void **state)
{
    struct config config = open_good(text);
    const cJSON *list = json_at(config.root, "list");
    (void)state;
    assert_int_equal(config_line(&config, config.root), 1);
    assert_int_equal(config_line(&config, json_at(config.root, "name")), 2);
    assert_int_equal(config_line(&config, list), 3);
    assert_int_equal(config_line(&config, cJSON_GetArrayItem(list, 1)), 3);
    assert_int_equal(config_line(&config, cJSON_GetArrayItem(list, 2)), 4);
    assert_int_equal(config_line(&config, json_at(cJSON_GetArrayItem(list, 2), "deep")), 4);
    assert_int_equal(config_line(&config, json_at(config.root, "share")), 5);
    assert_int_equal(config_line(&config, json_at(config.root, "yes")), 7);
    config_release(&config);
}

static void a_complaint_names_file_line_and_field(void **state)
{
    struct config config = open_good(text);
    struct err_msg msg = { "" };
    (void)state;
    assert_int_equal(config_check(&config, &msg), ERR_OK);
    const cJSON *list = json_at(config.root, "list");
    config_complain(&config, json_at(cJSON_GetArrayItem(list, 2), "deep"), "must be %d", 5);
    config_complain(&config, config.root, "is too small");
    assert_string_equal(strbuf_text(&config.mistakes), "file.json:4: list[2].deep: must be 5\n"
                                                       "file.json:1: is too small\n");
    assert_int_equal(config_check(&config, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "2 mistakes"));
    config_release(&config);
}

static void readers_take_what_fits(void **state)
{
    struct config config = open_good(text);
    uint64_t ns = 0;
    (void)state;
    assert_non_null(config_text(&config, config.root, "name", CONFIG_REQUIRED));
    assert_null(config_text(&config, config.root, "other", CONFIG_OPTIONAL));
    assert_int_equal(config_count(&config, config.root, "count", 1, 9, 0), 7);
    assert_int_equal(config_count(&config, config.root, "other", 1, 9, 3), 3);
    assert_true(config_duration_ns(&config, config.root, "wait", &ns));
    assert_true(ns == UINT64_C(90000000000));
    assert_true(config_bool(&config, config.root, "yes", false));
    assert_non_null(config_array(&config, config.root, "list", CONFIG_REQUIRED));
    assert_int_equal(config.mistake_count, 0);
    config_release(&config);
}

static void readers_complain_of_what_does_not(void **state)
{
    struct config config = open_good(text);
    uint64_t ns = 5;
    (void)state;
    (void)config_text(&config, config.root, "count", CONFIG_OPTIONAL);
    (void)config_text(&config, config.root, "missing", CONFIG_REQUIRED);
    (void)config_count(&config, config.root, "share", 0, 9, 0);
    (void)config_count(&config, config.root, "count", 8, 9, 0);
    assert_false(config_duration_ns(&config, config.root, "name", &ns));
    assert_true(ns == 5);
    (void)config_bool(&config, config.root, "name", false);
    (void)config_object(&config, config.root, "list", CONFIG_OPTIONAL);
    (void)config_array(&config, config.root, "name", CONFIG_OPTIONAL);
    assert_int_equal(config.mistake_count, 8);
    config_release(&config);
}

static void unknown_fields_and_choices_get_a_suggestion(void **state)
{
    static const char *const known[] = { "name", "list", "count", "share", "waits", NULL };
    static const char *const names[] = { "alpha", "beta" };
    struct config config = open_good("{\"wait\": \"aplha\", \"name\": \"gamma-ray\"}");
    (void)state;
    config_known(&config, config.root, known);
    assert_int_equal(config_choice(&config, json_at(config.root, "wait"), names, 2), 2);
    assert_int_equal(config_choice(&config, json_at(config.root, "name"), names, 2), 2);
    const char *mistakes = strbuf_text(&config.mistakes);
    assert_non_null(strstr(mistakes, "did you mean \"waits\"?"));
    assert_non_null(strstr(mistakes, "did you mean \"alpha\"?"));
    assert_non_null(strstr(mistakes, "\"gamma-ray\" is none of alpha, beta\n"));
    config_release(&config);
}

static void twins_are_mistakes(void **state)
{
    struct config config = open_good("{\"a\": {\"b\": 1,\n \"b\": 2}}");
    (void)state;
    assert_string_equal(strbuf_text(&config.mistakes),
                        "file.json:2: a.b: the field is given twice\n");
    config_release(&config);
}

static void what_is_no_object_is_refused(void **state)
{
    static const struct {
        const char *text;
        enum err want;
    } cases[] = { { "[]", ERR_FORMAT }, { "{", ERR_FORMAT }, { "", ERR_FORMAT } };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct config config;
        struct err_msg msg = { "" };
        assert_int_equal(
            config_open_text("f.json", cases[i].text, strlen(cases[i].text), &config, &msg),
            cases[i].want);
        assert_non_null(strstr(msg.text, "f.json"));
        config_release(&config);
    }
    struct config config;
    struct err_msg msg = { "" };
    assert_int_equal(config_open("/no/such/file.json", &config, &msg), ERR_USAGE);
    config_release(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_know_their_line),
        cmocka_unit_test(a_complaint_names_file_line_and_field),
        cmocka_unit_test(readers_take_what_fits),
        cmocka_unit_test(readers_complain_of_what_does_not),
        cmocka_unit_test(unknown_fields_and_choices_get_a_suggestion),
        cmocka_unit_test(twins_are_mistakes),
        cmocka_unit_test(what_is_no_object_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
