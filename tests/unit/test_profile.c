#include "tests/unit/test.h"

#include "base/embedded.h"
#include "base/mem.h"
#include "cdp/profile.h"

static void the_profile_of_the_chat_is_carried_inside(void **state)
{
    (void)state;
    struct profile profile;
    struct err_msg msg = { "" };
    assert_int_equal(profile_load("tms", &profile, &msg), ERR_OK);
    assert_string_equal(profile.client_origin, "http://localhost:3000");
    assert_string_equal(profile.next_cursor, "pagination.next_cursor");
    assert_int_equal(cJSON_GetArraySize(profile.block), 1);
    assert_string_equal(json_text(profile.storage, "auth_token"), "{token}");
    profile_release(&profile);
    assert_null(profile.root);
}

/* The carried profile with one member replaced (NULL: taken away), read again. */
static enum err read_with(const char *group, const char *field, const char *value,
                          struct err_msg *msg)
{
    const struct embedded *file = embedded_find("cdp/profiles/tms.json");
    cJSON *root = NULL;
    struct profile profile;
    assert_int_equal(json_parse(file->text, file->bytes, "tms.json", &root, msg), ERR_OK);
    cJSON *parent = group != NULL ? cJSON_GetObjectItemCaseSensitive(root, group) : root;
    cJSON_DeleteItemFromObjectCaseSensitive(parent, field);
    if (value != NULL) {
        cJSON *node = cJSON_Parse(value);
        assert_non_null(node);
        json_add_node(parent, field, node);
    }
    struct strbuf text = STRBUF_INIT;
    json_write(root, true, &text);
    enum err err = profile_read(text.data, text.len, "my.json", &profile, msg);
    if (err == ERR_OK) {
        profile_release(&profile);
    }
    strbuf_release(&text);
    cJSON_Delete(root);
    return err;
}

static void a_wrong_field_is_named_with_its_file_and_what_it_must_be(void **state)
{
    (void)state;
    static const struct {
        const char *group;
        const char *field;
        const char *value;
        const char *words;
    } cases[] = {
        { NULL, "name", NULL, "my.json: \"name\" must be a text" },
        { NULL, "name", "\"\"", "\"name\" must be a text" },
        { NULL, "client_origin", "\"localhost:3000\"", "\"client_origin\" must be an origin" },
        { NULL, "client_origin", "\"http://localhost:3000/\"", "must be an origin" },
        { NULL, "api_origin", "\"http://a b\"", "\"api_origin\" must be an origin" },
        { NULL, "route", "\"/chats/1\"", "contains {conversation}" },
        { NULL, "path_prefix", "\"chats\"", "\"path_prefix\" must be a path" },
        { NULL, "block", "\"*\"", "\"block\" must be an array of texts" },
        { NULL, "block", "[1]", "\"block\" must be an array of texts" },
        { NULL, "login", "5", "\"login.local_storage\" must be an object of texts" },
        { "login", "local_storage", "{\"a\":true}", "\"login.local_storage\" must be an object" },
        { "messages", "path", "\"/messages\"", "\"messages.path\" must be a path" },
        { "messages", "cursor", "7", "\"messages.cursor\" must be a text" },
        { "page", "missing_texts", "null", "\"page.missing_texts\" must be an array" },
        { "page", "composer", "3", "\"page.composer\" must be a text, which may be empty" },
        { "storm", "socket", NULL, "\"storm.socket\" must be a text, which may be empty" },
        { "storm", "frames", "\"x\"", "\"storm.frames\" must be an array of texts" },
        { "storm", "arrival", "[]", "\"storm.arrival\" must be a text, which may be empty" },
        { "live", "path", "5", "\"live.path\" must be a text, which may be empty" },
        { "live", "event", NULL, "\"live.event\" must be a text, which may be empty" },
        { "decryption", "measures", "false", "\"decryption.measures\" must be a text" },
        { NULL, "colour", "\"red\"", "my.json: \"colour\" is no field of a profile" },
        { "page", "bubbel", "\".b\"", "\"page.bubbel\" is no field of a profile" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err_msg msg = { "" };
        enum err err = read_with(cases[i].group, cases[i].field, cases[i].value, &msg);
        if (err != ERR_USAGE || strstr(msg.text, cases[i].words) == NULL) {
            fail_msg("%s: %s \"%s\"", cases[i].field, err_name(err), msg.text);
        }
    }
}

static void an_empty_list_of_blocked_requests_is_fine(void **state)
{
    (void)state;
    struct err_msg msg = { "" };
    assert_int_equal(read_with(NULL, "block", "[]", &msg), ERR_OK);
}

static void an_app_without_composer_storm_and_decryption_is_fine(void **state)
{
    (void)state;
    struct err_msg msg = { "" };
    assert_int_equal(read_with("page", "composer", "\"\"", &msg), ERR_OK);
    assert_int_equal(read_with("storm", "socket", "\"\"", &msg), ERR_OK);
    assert_int_equal(read_with("storm", "frames", "[]", &msg), ERR_OK);
    assert_int_equal(read_with("storm", "arrival", "\"\"", &msg), ERR_OK);
    assert_int_equal(read_with("live", "path", "\"\"", &msg), ERR_OK);
    assert_int_equal(read_with("decryption", "measures", "\"\"", &msg), ERR_OK);
    assert_int_equal(read_with("decryption", "metrics", "\"\"", &msg), ERR_OK);
}

static void what_is_no_object_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err want;
    } cases[] = {
        { "[]", ERR_USAGE },
        { "7", ERR_USAGE },
        { "{", ERR_FORMAT },
        { "", ERR_FORMAT },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct profile profile;
        struct err_msg msg = { "" };
        assert_int_equal(
            profile_read(cases[i].text, strlen(cases[i].text), "my.json", &profile, &msg),
            cases[i].want);
        assert_non_null(strstr(msg.text, "my.json"));
        assert_null(profile.root);
    }
}

static void a_profile_that_is_not_there_is_said_with_those_that_are(void **state)
{
    (void)state;
    struct profile profile;
    struct err_msg msg = { "" };
    assert_int_equal(profile_load("tsm", &profile, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "--profile tsm: no such profile; there is generic-list tms"));
    assert_int_equal(profile_load("./nowhere.json", &profile, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "./nowhere.json"));
}

static void marks_in_a_text_are_filled(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        { "/chats/{id}", "/chats/7" }, { "{id}{id}", "77" }, { "", "" },
        { "{other}", "{other}" },      { "{id", "{id" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *filled = profile_fill(cases[i].text, "id", "7");
        assert_string_equal(filled, cases[i].want);
        free(filled);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_profile_of_the_chat_is_carried_inside),
        cmocka_unit_test(a_wrong_field_is_named_with_its_file_and_what_it_must_be),
        cmocka_unit_test(an_empty_list_of_blocked_requests_is_fine),
        cmocka_unit_test(an_app_without_composer_storm_and_decryption_is_fine),
        cmocka_unit_test(what_is_no_object_is_refused),
        cmocka_unit_test(a_profile_that_is_not_there_is_said_with_those_that_are),
        cmocka_unit_test(marks_in_a_text_are_filled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
