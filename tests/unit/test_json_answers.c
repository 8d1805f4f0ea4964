#include "tests/unit/json_pieces.h"

#include <math.h>

static const char page[] =
    "{\"data\":[{\"id\":\"m1\",\"type\":\"FILE\",\"n\":1,\"reactions\":[{},{\"type\":\"IMAGE\"}]},\n"
    " {\"id\":\"m2\",\"type\":\"\\u0049MAGE\",\"n\":2.5,\"reactions\":[]},"
    "{\"type\":\"IMAGES\",\"reactions\":null,\"n\":\"3\"},"
    "{\"type\":null,\"reactions\":[1,2,3],\"n\":4}, 7, \"IMAGE\", [\"IMAGE\"]],"
    "\"type\":\"IMAGE\","
    "\"pagination\":{\"next_cursor\":\"seq:152\",\"has_more\":true,\"limit\":50}}";

struct page_case {
    struct json_question question;
    uint64_t count;
    enum json_kind kind;
    double number;    /* NaN: none */
    const char *text; /* NULL: none */
};

static void check_answer(const struct page_case *want, const struct json_answer *answer)
{
    if (answer->count != want->count || answer->kind != want->kind) {
        fail_msg("%s: %llu, %s", want->question.path, (unsigned long long)answer->count,
                 json_kind_name(answer->kind));
    }
    assert_int_equal(answer->has_number, !isnan(want->number));
    assert_true(!answer->has_number || answer->number == want->number);
    assert_int_equal(answer->has_text, want->text != NULL);
    assert_false(answer->text_cut);
    assert_string_equal(answer->text, want->text == NULL ? "" : want->text);
    assert_int_equal(answer->text_bytes, strlen(answer->text));
}

static void a_page_of_messages_answers_what_checks_ask(void **state)
{
    (void)state;
    static const struct page_case cases[] = {
        { { JSON_ASK_VALUE, "", { NULL }, 0 }, 1, JSON_OBJECT, (double)NAN, NULL },
        { { JSON_ASK_VALUE, "data", { NULL }, 0 }, 1, JSON_ARRAY, (double)NAN, NULL },
        { { JSON_ASK_VALUE, "data[*]", { NULL }, 0 }, 7, JSON_OBJECT, (double)NAN, NULL },
        { { JSON_ASK_VALUE, "data[*].reactions", { NULL }, 0 }, 4, JSON_ARRAY, (double)NAN, NULL },
        { { JSON_ASK_VALUE, "data[*].reactions[*]", { NULL }, 0 },
          5,
          JSON_OBJECT,
          (double)NAN,
          NULL },
        { { JSON_ASK_VALUE, "data[*].n", { NULL }, 0 }, 4, JSON_NUMBER, 1, NULL },
        { { JSON_ASK_VALUE, "data[*][*]", { NULL }, 0 }, 1, JSON_STRING, (double)NAN, NULL },
        { { JSON_ASK_VALUE, "[*]", { NULL }, 0 }, 0, JSON_ABSENT, (double)NAN, NULL },
        { { JSON_ASK_VALUE, "dat", { NULL }, 0 }, 0, JSON_ABSENT, (double)NAN, NULL },
        { { JSON_ASK_VALUE, "data.type", { NULL }, 0 }, 0, JSON_ABSENT, (double)NAN, NULL },
        { { JSON_ASK_VALUE, "pagination.limit", { NULL }, 0 }, 1, JSON_NUMBER, 50, NULL },
        { { JSON_ASK_VALUE, "pagination.has_more", { NULL }, 0 }, 1, JSON_TRUE, (double)NAN, NULL },
        { { JSON_ASK_TEXT, "pagination.next_cursor", { NULL }, 64 },
          1,
          JSON_STRING,
          (double)NAN,
          "seq:152" },
        { { JSON_ASK_TEXT, "data[*].id", { NULL }, 64 }, 2, JSON_STRING, (double)NAN, "m1" },
        { { JSON_ASK_TEXT, "data[*].n", { NULL }, 64 }, 4, JSON_NUMBER, 1, "3" },
        { { JSON_ASK_TEXT, "data[*].reactions[*].type", { NULL }, 64 },
          1,
          JSON_STRING,
          (double)NAN,
          "IMAGE" },
        { { JSON_ASK_EQUALS, "data[*].type", { "IMAGE", NULL }, 0 },
          1,
          JSON_STRING,
          (double)NAN,
          NULL },
        { { JSON_ASK_EQUALS, "data[*].type", { "FILE", "IMAGE" }, 0 },
          2,
          JSON_STRING,
          (double)NAN,
          NULL },
        { { JSON_ASK_EQUALS, "data[*].type", { "IMAG", "" }, 0 },
          0,
          JSON_STRING,
          (double)NAN,
          NULL },
        { { JSON_ASK_EQUALS, "data[*]", { "IMAGE" }, 0 }, 1, JSON_OBJECT, (double)NAN, NULL },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct json_asks *asks = compile(&cases[i].question, 1);
        struct json_scan *scan = json_scan_new(asks);
        for (size_t p = 0; p < COUNT_OF(pieces); p++) {
            assert_true(feed_pieces(scan, page, sizeof page - 1, pieces[p]));
            check_answer(&cases[i], json_scan_answer(scan, 0));
        }
        json_scan_free(scan);
        json_asks_free(asks);
    }
}

static void many_questions_are_answered_at_once(void **state)
{
    (void)state;
    static const struct json_question questions[] = {
        { JSON_ASK_EQUALS, "data[*].type", { "IMAGE", "FILE" }, 0 },
        { JSON_ASK_TEXT, "data[*].type", { NULL }, 2 },
        { JSON_ASK_VALUE, "data[*].type", { NULL }, 0 },
        { JSON_ASK_TEXT, "pagination.next_cursor", { NULL }, 100 },
        { JSON_ASK_VALUE, "pagination.limit", { NULL }, 0 },
        { JSON_ASK_VALUE, "pagination", { NULL }, 0 },
    };
    struct json_asks *asks = compile(questions, COUNT_OF(questions));
    struct json_scan *scan = json_scan_new(asks);
    for (size_t p = 0; p < COUNT_OF(pieces); p++) {
        assert_true(feed_pieces(scan, page, sizeof page - 1, pieces[p]));
        assert_int_equal(json_scan_answer(scan, 0)->count, 2);
        assert_string_equal(json_scan_answer(scan, 1)->text, "FI");
        assert_true(json_scan_answer(scan, 1)->text_cut);
        assert_int_equal(json_scan_answer(scan, 2)->count, 4);
        assert_string_equal(json_scan_answer(scan, 3)->text, "seq:152");
        assert_true(json_scan_answer(scan, 4)->number == 50);
        assert_int_equal(json_scan_answer(scan, 5)->kind, JSON_OBJECT);
    }
    assert_true(feed_pieces(scan, "{}", 2, 2));
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        assert_int_equal(json_scan_answer(scan, i)->count, 0);
        assert_int_equal(json_scan_answer(scan, i)->kind, JSON_ABSENT);
        assert_false(json_scan_answer(scan, i)->has_text);
        assert_string_equal(json_scan_answer(scan, i)->text, "");
    }
    json_scan_free(scan);
    json_asks_free(asks);
}

struct capture_case {
    const char *json;
    struct text want;
    size_t capture;
    bool cut;
};

static void check_capture(const struct capture_case *want, struct json_asks *asks)
{
    struct json_scan *scan = json_scan_new(asks);
    for (size_t p = 0; p < COUNT_OF(pieces); p++) {
        assert_true(feed_pieces(scan, want->json, strlen(want->json), pieces[p]));
        const struct json_answer *answer = json_scan_answer(scan, 0);
        assert_true(answer->has_text);
        assert_int_equal(answer->text_bytes, want->want.count);
        assert_memory_equal(answer->text, want->want.bytes, want->want.count + 1);
        assert_int_equal(answer->text_cut, want->cut);
    }
    json_scan_free(scan);
}

static void captured_texts_are_decoded_and_cut_at_characters(void **state)
{
    (void)state;
    static const struct capture_case cases[] = {
        { "\"plain\"", T("plain"), 5, false },
        { "\"plain\"", T("plai"), 4, true },
        { "\"\"", T(""), 1, false },
        { "\"a\\nb\\\"\\/\"", T("a\nb\"/"), 64, false },
        { "\"\\u0041\\u00e4\\u20ac\"", T("A\xc3\xa4\xe2\x82\xac"), 64, false },
        { "\"\\ud83d\\uDE00\"", T("\xf0\x9f\x98\x80"), 64, false },
        { "\"\\ud83dx\"", T("\xef\xbf\xbdx"), 64, false },
        { "\"\\ud83d\\n\"", T("\xef\xbf\xbd\n"), 64, false },
        { "\"\\ud83d\\ud83d\\ude00\"", T("\xef\xbf\xbd\xf0\x9f\x98\x80"), 64, false },
        { "\"\\ud83d\"", T("\xef\xbf\xbd"), 64, false },
        { "\"\\ude00\"", T("\xef\xbf\xbd"), 64, false },
        { "\"\\ud83d\xc3\xa4\"", T("\xef\xbf\xbd\xc3\xa4"), 64, false },
        { "\"a\\u0000b\"", T("a\0b"), 64, false },
        { "\"\xc3\xa4\xe2\x82\xac\"", T("\xc3\xa4"), 4, true },
        { "\"\xc3\xa4\xe2\x82\xac\"", T("\xc3\xa4\xe2\x82\xac"), 5, false },
        { "\"abc\xf0\x9f\x98\x80\"", T("abc"), 6, true },
        { "\"abc\\ud83d\\ude00d\"", T("abc"), 6, true },
        { "\"0123456789abcdef0123\\n456\"", T("0123456789abcdef0123\n"), 21, true },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct json_question questions[] = {
            { JSON_ASK_TEXT, "", { NULL }, cases[i].capture },
            { JSON_ASK_EQUALS, "[*]", { "a longer text, so that more is gathered" }, 0 },
        };
        for (size_t count = 1; count <= 2; count++) {
            struct json_asks *asks = compile(questions, count);
            check_capture(&cases[i], asks);
            json_asks_free(asks);
        }
    }
}

static void numbers_are_the_nearest_double(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        double want;
        bool has;
    } cases[] = {
        { "0", 0, true },
        { "-12.5e-1", -1.25, true },
        { "[0.1,5]", 0.1, true },
        { "[123456789012345678901234567890]", 123456789012345678901234567890.0, true },
        { "[1e999]", (double)INFINITY, true },
        { "[0.0000000000000000000000000000000000000000000000000000000000005]", 5e-61,
          true }, /* 63 characters */
        { "[0.00000000000000000000000000000000000000000000000000000000000005]", 0, false }, /* 64 */
        { "[true,5]", 0, false },
        { "[\"5\"]", 0, false },
        { "[{\"a\":5}]", 0, false },
        { "[[5],6]", 0, false },
    };
    static const struct json_question any[] = { { JSON_ASK_VALUE, "", { NULL }, 0 },
                                                { JSON_ASK_VALUE, "[*]", { NULL }, 0 } };
    struct json_asks *asks = compile(any, COUNT_OF(any));
    struct json_scan *scan = json_scan_new(asks);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (size_t p = 0; p < COUNT_OF(pieces); p++) {
            assert_true(feed_pieces(scan, cases[i].json, strlen(cases[i].json), pieces[p]));
            size_t which = cases[i].json[0] == '[' ? 1 : 0;
            const struct json_answer *answer = json_scan_answer(scan, which);
            assert_int_equal(answer->has_number, cases[i].has);
            assert_true(answer->number == cases[i].want);
            assert_false(json_scan_answer(scan, 1 - which)->has_number);
        }
    }
    json_scan_free(scan);
    json_asks_free(asks);
}

static void names_are_compared_decoded_and_whole(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        uint64_t count;
    } cases[] = {
        { "{\"data\":1}", 1 },
        { "{\"d\\u0061ta\":1}", 1 },
        { "{\"\\u0064\\u0061\\u0074\\u0061\":1}", 1 },
        { "{\"dat\\u0061 \":1}", 0 },
        { "{\"Data\":1}", 0 },
        { "{\"dat\":1,\"data2\":2,\"\":3}", 0 },
        { "{\"data\":1,\"x\":{\"data\":2},\"data\":3}", 2 },
        { "{\"data\\u0000\":1}", 0 },
        { "[{\"data\":1}]", 0 },
        { "{\"a very long name that is longer than all that is asked about\":1}", 0 },
    };
    static const struct json_question data = { JSON_ASK_VALUE, "data", { NULL }, 0 };
    struct json_asks *asks = compile(&data, 1);
    struct json_scan *scan = json_scan_new(asks);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (size_t p = 0; p < COUNT_OF(pieces); p++) {
            assert_true(feed_pieces(scan, cases[i].json, strlen(cases[i].json), pieces[p]));
            assert_int_equal(json_scan_answer(scan, 0)->count, cases[i].count);
        }
    }
    json_scan_free(scan);
    json_asks_free(asks);
}

static void names_beyond_ascii_and_with_blanks_can_be_asked_for(void **state)
{
    (void)state;
    static const struct json_question questions[] = {
        { JSON_ASK_VALUE, "größe in m", { NULL }, 0 },
        { JSON_ASK_VALUE, "x-y.größe in m", { NULL }, 0 },
    };
    static const char json[] = "{\"gr\\u00f6\\u00dfe in m\":1,\"x-y\":{\"größe in m\":2}}";
    struct json_asks *asks = compile(questions, COUNT_OF(questions));
    struct json_scan *scan = json_scan_new(asks);
    for (size_t p = 0; p < COUNT_OF(pieces); p++) {
        assert_true(feed_pieces(scan, json, sizeof json - 1, pieces[p]));
        assert_true(json_scan_answer(scan, 0)->number == 1);
        assert_true(json_scan_answer(scan, 1)->number == 2);
    }
    json_scan_free(scan);
    json_asks_free(asks);
}

static void a_wrong_path_is_refused_with_its_position(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *want;
    } cases[] = {
        { ".", "character 1 a member's name" },
        { ".a", "character 1 a member's name" },
        { "a.", "character 3 a member's name" },
        { "a..b", "character 3 a member's name" },
        { "a[", "character 2 [*]" },
        { "a[0]", "character 2 [*]" },
        { "a[*", "character 2 [*]" },
        { "a[*]b", "character 5 a point" },
        { "a[*].", "character 6 a member's name" },
        { "a]", "character 2 a point" },
        { "\"a\"", "character 1 a member's name" },
        { "a.[*]", "character 3 a member's name" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct json_question question = { JSON_ASK_VALUE, cases[i].path, { NULL }, 0 };
        struct json_asks *asks = NULL;
        struct err_msg msg = { "" };
        assert_int_equal(json_path_check(cases[i].path, &msg), ERR_USAGE);
        if (strstr(msg.text, cases[i].want) == NULL) {
            fail_msg("%s: %s", cases[i].path, msg.text);
        }
        assert_int_equal(json_asks_new(&question, 1, &asks, &msg), ERR_USAGE);
        assert_null(asks);
    }
    struct err_msg msg = { "" };
    assert_int_equal(json_path_check("[*][*].a.b[*]", &msg), ERR_OK);
    assert_int_equal(json_path_check("", &msg), ERR_OK);
}

static void questions_over_a_ceiling_are_refused(void **state)
{
    (void)state;
    char long_name[260];
    char long_text[66];
    char *paths[JSON_QUESTIONS_MAX];
    struct json_question many[JSON_QUESTIONS_MAX + 1];
    memset(long_name, 'n', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    memset(long_text, 't', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    for (size_t i = 0; i < COUNT_OF(many); i++) {
        many[i] = (struct json_question){ JSON_ASK_VALUE, "a", { NULL }, 0 };
    }
    const struct {
        struct json_question question;
        const char *want;
    } cases[] = {
        { { JSON_ASK_EQUALS, "a", { NULL }, 0 }, "no text to compare" },
        { { JSON_ASK_EQUALS, "a", { long_text }, 0 }, "more than 64 bytes" },
        { { JSON_ASK_TEXT, "a", { NULL }, 0 }, "1 to 4096 bytes, not 0" },
        { { JSON_ASK_TEXT, "a", { NULL }, 4097 }, "not 4097" },
        { { JSON_ASK_VALUE, long_name, { NULL }, 0 }, "more than 255 bytes" },
    };
    struct json_asks *asks = NULL;
    struct err_msg msg = { "" };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(json_asks_new(&cases[i].question, 1, &asks, &msg), ERR_USAGE);
        assert_non_null(strstr(msg.text, cases[i].want));
    }
    assert_int_equal(json_asks_new(many, COUNT_OF(many), &asks, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "17 questions"));
    for (size_t i = 0; i < JSON_QUESTIONS_MAX; i++) {
        /* 16 times 9 steps of their own: more than the tree takes. */
        paths[i] = mem_format("a%zu.b.c.d.e.f.g.h.i", i);
        many[i].path = paths[i];
    }
    assert_int_equal(json_asks_new(many, JSON_QUESTIONS_MAX, &asks, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "126 steps"));
    assert_null(asks);
    for (size_t i = 0; i < JSON_QUESTIONS_MAX; i++) {
        free(paths[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_of_messages_answers_what_checks_ask),
        cmocka_unit_test(many_questions_are_answered_at_once),
        cmocka_unit_test(captured_texts_are_decoded_and_cut_at_characters),
        cmocka_unit_test(numbers_are_the_nearest_double),
        cmocka_unit_test(names_are_compared_decoded_and_whole),
        cmocka_unit_test(names_beyond_ascii_and_with_blanks_can_be_asked_for),
        cmocka_unit_test(a_wrong_path_is_refused_with_its_position),
        cmocka_unit_test(questions_over_a_ceiling_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
