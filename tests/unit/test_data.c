#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "backend/data.h"
#include "base/file.h"
#include "base/redact.h"

static const char description[] =
    "{\"tokens\":{\"file\":\"tokens.json\",\"secret\":true,\"env\":\"TEST_DATA_TOKEN\"},"
    "\"group\":{\"file\":\"ids.json\",\"at\":\"group.id\"},"
    "\"groups\":{\"file\":\"ids.json\",\"at\":\"others\"},"
    "\"poll\":{\"file\":\"poll.txt\"},"
    "\"unwanted\":{\"file\":\"not-there.json\"}}";

static char *dir;
static struct config config;
static struct data data;

static void put(const char *name, const char *text)
{
    struct err_msg msg = { "" };
    char *path = file_join(dir, name);
    assert_int_equal(file_write(path, text, strlen(text), 0600, &msg), ERR_OK);
    free(path);
}

static int set_up(void **state)
{
    struct err_msg msg = { "" };
    (void)state;
    assert_int_equal(file_make_temp_dir(NULL, "tmscdp-test-", &dir, &msg), ERR_OK);
    put("tokens.json", "[\"secret-token-one\",\"secret-token-two\"]");
    put("ids.json", "{\"group\":{\"id\":\"g-1\"},\"others\":[\"a\",\"b\",\"c\"]}");
    put("poll.txt", "p-1\n");
    assert_int_equal(
        config_open_text("api.json", description, sizeof description - 1, &config, &msg), ERR_OK);
    data = (struct data){ .count = 0 };
    data_describe(&data, &config, config.root);
    assert_int_equal(config.mistake_count, 0);
    for (size_t i = 0; i < 4; i++) {
        data.set[i].wanted = true;
    }
    return 0;
}

static int tear_down(void **state)
{
    struct err_msg msg = { "" };
    (void)state;
    data_release(&data);
    config_release(&config);
    redact_reset();
    assert_int_equal(file_remove_tree(dir, &msg), ERR_OK);
    free(dir);
    return 0;
}

static void wanted_sets_are_loaded(void **state)
{
    struct err_msg msg = { "" };
    (void)state;
    if (data_load(&data, dir, &msg) != ERR_OK) {
        fail_msg("%s", msg.text);
    }
    const struct data_set *tokens = &data.set[data_find(&data, "tokens")];
    assert_int_equal(tokens->count, 2);
    assert_string_equal(tokens->auth_line[1], "Authorization: Bearer secret-token-two");
    assert_true(redact_finds("x secret-token-one y", 20));
    assert_string_equal(data.set[data_find(&data, "group")].item[0], "g-1");
    assert_int_equal(data.set[data_find(&data, "groups")].count, 3);
    assert_string_equal(data.set[data_find(&data, "poll")].item[0], "p-1");
    assert_int_equal(data.set[data_find(&data, "poll")].bytes[0], 3);
    assert_int_equal(data_find(&data, "nothing"), -1);
}

static void the_environment_stands_in_for_a_file(void **state)
{
    struct err_msg msg = { "" };
    (void)state;
    assert_int_equal(setenv("TEST_DATA_TOKEN", "token-of-environment", 1), 0);
    assert_int_equal(data_load(&data, dir, &msg), ERR_OK);
    assert_int_equal(unsetenv("TEST_DATA_TOKEN"), 0);
    assert_int_equal(data.set[0].count, 1);
    assert_string_equal(data.set[0].item[0], "token-of-environment");
}

static void broken_files_are_named(void **state)
{
    static const struct {
        const char *name;
        const char *text;
        const char *named;
    } cases[] = {
        { "tokens.json", "{}", "tokens.json" }, { "tokens.json", "[]", "tokens.json" },
        { "tokens.json", "[1]", "no text" },    { "tokens.json", "[\"a\\nb\"]", "line break" },
        { "tokens.json", "[\"\"]", "empty" },   { "ids.json", "{\"group\":{}}", "group.id" },
        { "poll.txt", "\n", "poll.txt" },       { "tokens.json", "[", "tokens.json" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err_msg msg = { "" };
        put(cases[i].name, cases[i].text);
        assert_int_not_equal(data_load(&data, dir, &msg), ERR_OK);
        if (strstr(msg.text, cases[i].named) == NULL) {
            fail_msg("\"%s\" does not name %s", msg.text, cases[i].named);
        }
        (void)tear_down(NULL);
        (void)set_up(NULL);
    }
    struct err_msg msg = { "" };
    data.set[4].wanted = true;
    assert_int_equal(data_load(&data, dir, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "tmscdp seed"));
}

static void a_list_is_a_set_without_a_name(void **state)
{
    static const char text[] = "{\"of\":[\"x\",\"y\"],\"bad\":[],\"worse\":[1]}";
    struct config lists;
    struct err_msg msg = { "" };
    (void)state;
    assert_int_equal(config_open_text("l", text, sizeof text - 1, &lists, &msg), ERR_OK);
    int set = data_add_list(&data, &lists, json_at(lists.root, "of"));
    assert_int_equal(data.set[set].count, 2);
    (void)data_add_list(&data, &lists, json_at(lists.root, "bad"));
    (void)data_add_list(&data, &lists, json_at(lists.root, "worse"));
    assert_int_equal(lists.mistake_count, 2);
    config_release(&lists);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(wanted_sets_are_loaded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_environment_stands_in_for_a_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(broken_files_are_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_list_is_a_set_without_a_name, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
