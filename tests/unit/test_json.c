#include "tests/unit/test.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/redact.h"

static cJSON *parsed(const char *text)
{
    cJSON *root = NULL;
    struct err_msg msg;
    if (json_parse(text, strlen(text), "t.json", &root, &msg) != ERR_OK) {
        fail_msg("%s: %s", text, msg.text);
    }
    return root;
}

static void written(const cJSON *root, bool indented, const char *want)
{
    struct strbuf text = STRBUF_INIT;
    json_write(root, indented, &text);
    assert_string_equal(text.data, want);
    strbuf_release(&text);
}

static void what_is_no_json_names_file_and_line(void **state)
{
    (void)state;
    static const struct {
        const char *input;
        const char *named;
    } cases[] = {
        { "", "t.json line 1" },
        { "  ", "t.json line 1" },
        { "{", "t.json line 1" },
        { "{\"a\":1,\n\n\"b\":}", "t.json line 3" },
        { "[1,\n2,\n]", "t.json line 3" },
        { "{\"a\" 1}", "t.json line 1" },
        { "{a:1}", "t.json line 1" },
        { "\"open", "t.json line 1" },
        { "[1] [2]", "t.json line 1: something" },
        { "{}\n\nx", "t.json line 3: something" },
        { "\"\\u12\"", "t.json line 1" },
        { "\"\\ud8\"", "t.json line 1" },
        { "\"\\", "t.json line 1" },
        { "tru", "t.json line 1" },
        { "1-2", "t.json line 1: something" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        cJSON *root = NULL;
        struct err_msg msg = { "" };
        enum err err = json_parse(cases[i].input, strlen(cases[i].input), "t.json", &root, &msg);
        if (err != ERR_FORMAT || root != NULL || strstr(msg.text, cases[i].named) == NULL) {
            fail_msg("\"%s\": %s \"%s\"", cases[i].input, err_name(err), msg.text);
        }
    }
}

static void only_the_given_bytes_are_read(void **state)
{
    (void)state;
    cJSON *root = NULL;
    struct err_msg msg;
    assert_int_equal(json_parse("[1]xyz", 3, "t", &root, &msg), ERR_OK);
    cJSON_Delete(root);
    assert_int_equal(json_parse("[1]\0", 4, "t", &root, &msg), ERR_FORMAT);
    assert_int_equal(json_parse("[12", 2, "t", &root, &msg), ERR_FORMAT);
}

/* Under sanitizers this proves that no byte behind the end is read. */
static void every_start_of_a_text_is_refused_without_reading_on(void **state)
{
    (void)state;
    static const char text[] = "{\"k\":[1,-2.5e3,true,null,\"\\ud83d\\ude00 \\ud83d \\\\\"]}";
    for (size_t len = 0; len < sizeof text - 1; len++) {
        cJSON *root = NULL;
        struct err_msg msg;
        char *part = mem_new(len);
        memcpy(part, text, len);
        assert_int_equal(json_parse(part, len, "t", &root, &msg), ERR_FORMAT);
        free(part);
    }
}

static void nesting_has_a_ceiling(void **state)
{
    (void)state;
    static const struct {
        size_t depth;
        enum err want;
    } cases[] = { { LIMIT_JSON_DEPTH, ERR_OK },
                  { LIMIT_JSON_DEPTH + 1, ERR_FORMAT },
                  { 1000000, ERR_FORMAT } };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        cJSON *root = NULL;
        struct err_msg msg;
        char *text = mem_new(2 * cases[i].depth + 1);
        memset(text, '[', cases[i].depth);
        memset(text + cases[i].depth, ']', cases[i].depth);
        assert_int_equal(json_parse(text, 2 * cases[i].depth, "t", &root, &msg), cases[i].want);
        cJSON_Delete(root);
        free(text);
    }
    struct strbuf brackets = STRBUF_INIT;
    strbuf_add_str(&brackets, "\"\\\"");
    for (int i = 0; i < 1000; i++) {
        strbuf_add_char(&brackets, '[');
    }
    strbuf_add_char(&brackets, '"');
    cJSON_Delete(parsed(brackets.data));
    strbuf_release(&brackets);
}

static void halves_of_surrogate_pairs_become_replacements(void **state)
{
    (void)state;
    static const struct {
        const char *input;
        const char *want;
    } cases[] = {
        { "\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80" },
        { "\"a\\ud83d\"", "a\xef\xbf\xbd" },
        { "\"\\ude00b\"", "\xef\xbf\xbd"
                          "b" },
        { "\"\\ud83d\\ud83d\\ude00\"", "\xef\xbf\xbd\xf0\x9f\x98\x80" },
        { "\"\\\\ud83d \\uD83D\"", "\\ud83d \xef\xbf\xbd" },
        { "\"\\ud83d\\n\\u0041\"", "\xef\xbf\xbd\nA" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        cJSON *root = parsed(cases[i].input);
        assert_string_equal(root->valuestring, cases[i].want);
        cJSON_Delete(root);
    }
}

static void getters_descend_and_check_types(void **state)
{
    (void)state;
    cJSON *root = parsed("{\"a\":{\"b\":{\"text\":\"x\",\"n\":2.5,\"yes\":true}},\"ab\":1,"
                         "\"list\":[1],\"none\":null,\"twice\":1,\"twice\":2}");
    assert_string_equal(json_text(root, "a.b.text"), "x");
    assert_true(json_number(root, "a.b.n", 0.0) == 2.5);
    assert_true(json_bool(root, "a.b.yes", false));
    assert_true(json_number(root, "ab", 0.0) == 1.0);
    assert_true(json_number(root, "twice", 0.0) == 1.0);
    assert_null(json_text(root, "a.b.n"));
    assert_null(json_text(root, "none"));
    assert_null(json_text(root, "A.b.text"));
    assert_true(json_number(root, "a.b.text", 7.0) == 7.0);
    assert_true(json_number(root, "a.b", 7.0) == 7.0);
    assert_true(json_bool(root, "ab", true));
    assert_null(json_at(root, "a.b.text.more"));
    assert_null(json_at(root, "list.0"));
    assert_null(json_at(root, ""));
    assert_null(json_at(root, "a."));
    assert_null(json_at(root, "."));
    assert_null(json_at(NULL, "a"));
    assert_null(json_text(NULL, "a"));
    assert_ptr_equal(json_at(root, "list"), cJSON_GetObjectItem(root, "list"));
    cJSON_Delete(root);
}

static void trees_are_built_and_written(void **state)
{
    (void)state;
    cJSON *root = json_new_object();
    json_add_text(root, "name", "chat");
    json_add_text(root, "none", NULL);
    json_add_number(root, "nan", (double)NAN);
    json_add_number(root, "inf", -(double)INFINITY);
    json_add_bool(root, "ok", true);
    cJSON *inner = json_add_object(root, "inner");
    json_add_number(inner, "n", 1);
    cJSON *list = json_add_array(root, "list");
    json_push_text(list, "t");
    json_push_number(list, 0.5);
    json_add_bool(json_push_object(list), "x", false);
    json_push_node(list, json_new_array());
    json_add_node(root, "taken", json_new_object());
    written(root, false,
            "{\"name\":\"chat\",\"none\":null,\"nan\":null,\"inf\":null,\"ok\":true,"
            "\"inner\":{\"n\":1},\"list\":[\"t\",0.5,{\"x\":false},[]],\"taken\":{}}");
    cJSON_Delete(root);
}

static void indented_texts_keep_rows_of_numbers_together(void **state)
{
    (void)state;
    cJSON *root = parsed("{\"a\":[1,2,null],\"b\":[\"x\",{\"c\":[]}],\"d\":{}}");
    written(root, true,
            "{\n  \"a\": [1, 2, null],\n  \"b\": [\n    \"x\",\n    {\n      \"c\": []\n    }\n  "
            "],\n  \"d\": {}\n}");
    cJSON_Delete(root);
}

static void numbers_read_back_the_same(void **state)
{
    (void)state;
    static const struct {
        double number;
        const char *want;
    } cases[] = {
        { 0.0, "0" },
        { -0.0, "-0" },
        { 201.0, "201" },
        { -3.0, "-3" },
        { 0.1, "0.1" },
        { 1.0 / 3.0, "0.3333333333333333" },
        { 1771939030123.0, "1771939030123" },
        { 9007199254740992.0, "9007199254740992" },
        { 1e300, "1e+300" },
        { 5e-324, "4.94065645841247e-324" },
        { DBL_MAX, "1.7976931348623157e+308" },
        { 0.1 + 0.2, "0.30000000000000004" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct strbuf text = STRBUF_INIT;
        cJSON *node = cJSON_CreateNumber(cases[i].number);
        json_write(node, false, &text);
        double back = strtod(text.data, NULL);
        if (back != cases[i].number || strcmp(text.data, cases[i].want) != 0) {
            fail_msg("%a became %s, want %s", cases[i].number, text.data, cases[i].want);
        }
        strbuf_release(&text);
        cJSON_Delete(node);
    }
}

static void strings_are_quoted_and_made_valid(void **state)
{
    (void)state;
    static const struct {
        const char *input;
        const char *want;
    } cases[] = {
        { "", "\"\"" },
        { "a\"b\\c/", "\"a\\\"b\\\\c/\"" },
        { "\n\t\r\b\f\x01\x1f\x7f", "\"\\n\\t\\r\\b\\f\\u0001\\u001f\x7f\"" },
        { "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"" },
        { "\xff", "\"\xef\xbf\xbd\"" },
        { "a\x80z", "\"a\xef\xbf\xbdz\"" },
        { "\xc3", "\"\xef\xbf\xbd\"" },
        { "\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
        { "\xe0\x9f\xbf", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
        { "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
        { "\xf4\x90\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
        { "\xf0\x9f\x98", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct strbuf text = STRBUF_INIT;
        json_quote(cases[i].input, &text);
        assert_string_equal(text.data, cases[i].want);
        strbuf_release(&text);
    }
}

static void files_go_round_and_secrets_stay_out(void **state)
{
    (void)state;
    static const char *const names[] = { "a.json", "a.json.gz" };
    struct err_msg msg;
    char *folder = NULL;
    assert_int_equal(file_make_temp_dir(NULL, "tmscdp-test-", &folder, &msg), ERR_OK);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        cJSON *back = NULL;
        cJSON *root = json_new_object();
        char *path = file_join(folder, names[i]);
        json_add_text(root, "k", "v");
        assert_int_equal(json_write_file(path, root, &msg), ERR_OK);
        assert_int_equal(json_read_file(path, 100, &back, &msg), ERR_OK);
        written(back, false, "{\"k\":\"v\"}");
        cJSON_Delete(back);
        json_add_text(root, "token", "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6InUxIn0.c2lnbmF0dXJl");
        assert_int_equal(json_write_file(path, root, &msg), ERR_FORMAT);
        assert_non_null(strstr(msg.text, path));
        assert_int_equal(json_read_file(path, 100, &back, &msg), ERR_OK);
        written(back, false, "{\"k\":\"v\"}");
        cJSON_Delete(back);
        assert_int_equal(json_read_file(path, 3, &back, &msg), ERR_LIMIT);
        cJSON_Delete(root);
        free(path);
    }
    cJSON *none = NULL;
    assert_int_equal(json_read_file("/nonexistent.json", 3, &none, &msg), ERR_IO);
    assert_int_equal(file_remove_tree(folder, &msg), ERR_OK);
    free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_json_names_file_and_line),
        cmocka_unit_test(only_the_given_bytes_are_read),
        cmocka_unit_test(every_start_of_a_text_is_refused_without_reading_on),
        cmocka_unit_test(nesting_has_a_ceiling),
        cmocka_unit_test(halves_of_surrogate_pairs_become_replacements),
        cmocka_unit_test(getters_descend_and_check_types),
        cmocka_unit_test(trees_are_built_and_written),
        cmocka_unit_test(indented_texts_keep_rows_of_numbers_together),
        cmocka_unit_test(numbers_read_back_the_same),
        cmocka_unit_test(strings_are_quoted_and_made_valid),
        cmocka_unit_test(files_go_round_and_secrets_stay_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
