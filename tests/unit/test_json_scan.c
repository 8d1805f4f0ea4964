#include "tests/unit/json_pieces.h"

#include "base/limits.h"
#include "base/strbuf.h"

static void check_good(struct json_scan *scan, const struct text *text)
{
    for (size_t p = 0; p < COUNT_OF(pieces); p++) {
        if (!feed_pieces(scan, text->bytes, text->count, pieces[p])) {
            fail_msg("%s: %s", text->bytes, json_scan_mistake(scan));
        }
        assert_string_equal(json_scan_mistake(scan), "");
        assert_int_equal(json_scan_bytes(scan), text->count);
    }
}

static void all_of_rfc_8259_is_taken(void **state)
{
    (void)state;
    static const struct text texts[] = {
        T("null"),
        T("true"),
        T("false"),
        T("0"),
        T("-0"),
        T("-1.5e+300"),
        T("1E5"),
        T("0.0001"),
        T("10e-7"),
        T("\"\""),
        T("[]"),
        T("{}"),
        T(" \t\r\n[ \n] \r\n"),
        T("[1,2 , 3]"),
        T("{\"a\":1,\"b\":{\"c\":[{}]},\"a\":2}"),
        T("{ \"a\" : [ ] , \"\" : { } }"),
        T("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\uD83D\\uDE00\""),
        T("\"\\ud800\""),
        T("\"\\udc00\\ud800x\""),
        T("\"\x7f\""),
        T("\"\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xef\xbf\xbf\""),
        T("\"\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf\""),
        T("\"sixteen bytes and some more of plain text to skip\""),
        T("[\"fifteen bytes..\",\"sixteen bytes...\",\"seventeen bytes..\"]"),
        T("[-0.0,0e0,0E+1,123456789012345678901234567890]"),
    };
    struct json_asks *asks = compile(NULL, 0);
    struct json_scan *scan = json_scan_new(asks);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        check_good(scan, &texts[i]);
    }
    json_scan_free(scan);
    json_asks_free(asks);
}

struct bad_case {
    struct text text;
    const char *want; /* part of the sentence */
    uint64_t at;
};

static void check_bad(struct json_scan *scan, const struct bad_case *bad)
{
    for (size_t p = 0; p < COUNT_OF(pieces); p++) {
        if (feed_pieces(scan, bad->text.bytes, bad->text.count, pieces[p])) {
            fail_msg("accepted: %s", bad->text.bytes);
        }
        if (strstr(json_scan_mistake(scan), bad->want) == NULL ||
            json_scan_mistake_at(scan) != bad->at) {
            fail_msg("%s: %s at %llu", bad->text.bytes, json_scan_mistake(scan),
                     (unsigned long long)json_scan_mistake_at(scan));
        }
    }
}

static void check_all_bad(const struct bad_case *cases, size_t count)
{
    struct json_asks *asks = compile(NULL, 0);
    struct json_scan *scan = json_scan_new(asks);
    for (size_t i = 0; i < count; i++) {
        check_bad(scan, &cases[i]);
    }
    json_scan_free(scan);
    json_asks_free(asks);
}

static void a_text_that_ends_too_early_is_refused(void **state)
{
    (void)state;
    static const struct bad_case cases[] = {
        { T(""), "ends before", 0 },           { T("  "), "ends before", 2 },
        { T("["), "ends before", 1 },          { T("{\"a\":1"), "ends before", 6 },
        { T("\"abc"), "ends before", 4 },      { T("\"abc\\"), "ends before", 5 },
        { T("\"\xe2\x82"), "ends before", 3 }, { T("tru"), "ends before", 3 },
        { T("-"), "ends before", 1 },          { T("1."), "ends before", 2 },
        { T("1e"), "ends before", 2 },         { T("1e+"), "ends before", 3 },
        { T("[1"), "ends before", 2 },
    };
    check_all_bad(cases, COUNT_OF(cases));
}

static void broken_structure_is_refused_at_its_byte(void **state)
{
    (void)state;
    static const struct bad_case cases[] = {
        { T("[,1]"), "a value", 1 },
        { T("[1,]"), "a value", 3 },
        { T("[1 2]"), "comma or ]", 3 },
        { T("[1}"), "comma or ]", 2 },
        { T("{\"a\":1]"), "comma or }", 6 },
        { T("{\"a\":1,}"), "name in quotes", 7 },
        { T("{,}"), "name in quotes", 1 },
        { T("{a:1}"), "name in quotes", 1 },
        { T("{1:1}"), "name in quotes", 1 },
        { T("{\"a\" 1}"), "a colon", 5 },
        { T("{\"a\",1}"), "a colon", 4 },
        { T("{\"a\":}"), "a value", 5 },
        { T("{\"a\":]"), "a value", 5 },
        { T("]"), "a value", 0 },
        { T("}"), "a value", 0 },
        { T("1 2"), "behind the value", 2 },
        { T("{}{}"), "behind the value", 2 },
        { T("null,"), "behind the value", 4 },
    };
    check_all_bad(cases, COUNT_OF(cases));
}

static void broken_words_and_numbers_are_refused_at_their_byte(void **state)
{
    (void)state;
    static const struct bad_case cases[] = {
        { T("nul1"), "true, false and null", 3 },
        { T("True"), "a value", 0 },
        { T("NaN"), "a value", 0 },
        { T("Infinity"), "a value", 0 },
        { T("nan"), "true, false and null", 1 },
        { T("truefalse"), "behind the value", 4 },
        { T("+1"), "a value", 0 },
        { T(".5"), "a value", 0 },
        { T("01"), "behind the value", 1 },
        { T("[01]"), "comma or ]", 2 },
        { T("-a"), "a digit", 1 },
        { T("[-]"), "a digit", 2 },
        { T("[1.]"), "a digit", 3 },
        { T("[1.e5]"), "a digit", 3 },
        { T("[1e]"), "a digit", 3 },
        { T("[1e+-1]"), "a digit", 4 },
        { T("[1.5.2]"), "comma or ]", 4 },
        { T("[1e5e5]"), "comma or ]", 4 },
        { T("[1-2]"), "comma or ]", 2 },
        { T("[0x10]"), "comma or ]", 2 },
        { T("'a'"), "a value", 0 },
        { T("[1]//x"), "behind the value", 3 },
        { T("/**/1"), "a value", 0 },
        { T("\xef\xbb\xbf{}"), "a value", 0 },
    };
    check_all_bad(cases, COUNT_OF(cases));
}

static void broken_strings_are_refused_at_their_byte(void **state)
{
    (void)state;
    static const struct bad_case cases[] = {
        { T("\"a\nb\""), "control", 2 },
        { T("\"a\0b\""), "control", 2 },
        { T("\"\x1f\""), "control", 1 },
        { T("\"sixteen bytes...\t\""), "control", 17 },
        { T("\"\\x41\""), "no escape", 2 },
        { T("\"\\u12g4\""), "no escape", 5 },
        { T("\"\\u12\""), "no escape", 5 },
        { T("\"\\U0041\""), "no escape", 2 },
        { T("\"\\\0\""), "no escape", 2 },
        { T("\"\x80\""), "UTF-8", 1 },
        { T("\"\xc0\x80\""), "UTF-8", 1 },
        { T("\"\xc1\xbf\""), "UTF-8", 1 },
        { T("\"\xe0\x9f\xbf\""), "UTF-8", 2 },
        { T("\"\xed\xa0\x80\""), "UTF-8", 2 },
        { T("\"\xf0\x8f\xbf\xbf\""), "UTF-8", 2 },
        { T("\"\xf4\x90\x80\x80\""), "UTF-8", 2 },
        { T("\"\xf5\x80\x80\x80\""), "UTF-8", 1 },
        { T("\"\xff\""), "UTF-8", 1 },
        { T("\"\xe2\x82\""), "UTF-8", 3 },
        { T("\"\xe2\x28\xa1\""), "UTF-8", 2 },
        { T("{\"\xff\":1}"), "UTF-8", 2 },
        { T("[\xa0]"), "a value", 1 },
        { T("[1,\f2]"), "a value", 3 },
        { T("[1]\0"), "behind the value", 3 },
    };
    check_all_bad(cases, COUNT_OF(cases));
}

static void nesting_ends_at_the_ceiling(void **state)
{
    (void)state;
    struct json_asks *asks = compile(NULL, 0);
    struct json_scan *scan = json_scan_new(asks);
    for (size_t depth = LIMIT_JSON_DEPTH - 1; depth <= LIMIT_JSON_DEPTH + 1; depth++) {
        struct strbuf text = STRBUF_INIT;
        for (size_t i = 0; i < depth; i++) {
            strbuf_add_str(&text, i % 2 == 0 ? "[" : "{\"a\":");
        }
        strbuf_add_str(&text, "1");
        for (size_t i = depth; i-- > 0;) {
            strbuf_add_str(&text, i % 2 == 0 ? "]" : "}");
        }
        bool good = feed_pieces(scan, text.data, text.len, 1000000);
        assert_int_equal(good, depth <= LIMIT_JSON_DEPTH);
        if (!good) {
            assert_non_null(strstr(json_scan_mistake(scan), "too deep"));
        }
        strbuf_release(&text);
    }
    json_scan_free(scan);
    json_asks_free(asks);
}

static void a_mistake_stays_until_restarted(void **state)
{
    (void)state;
    struct json_asks *asks = compile(NULL, 0);
    struct json_scan *scan = json_scan_new(asks);
    assert_false(json_scan_feed(scan, "[1 2", 4));
    assert_false(json_scan_feed(scan, "]", 1));
    assert_false(json_scan_feed(scan, "", 0));
    assert_false(json_scan_finish(scan));
    assert_int_equal(json_scan_mistake_at(scan), 3);
    assert_int_equal(json_scan_bytes(scan), 3);
    json_scan_restart(scan);
    assert_true(json_scan_feed(scan, NULL, 0));
    assert_true(json_scan_feed(scan, "[1]", 3));
    assert_true(json_scan_finish(scan));
    assert_string_equal(json_scan_mistake(scan), "");
    json_scan_free(scan);
    json_asks_free(asks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_rfc_8259_is_taken),
        cmocka_unit_test(a_text_that_ends_too_early_is_refused),
        cmocka_unit_test(broken_structure_is_refused_at_its_byte),
        cmocka_unit_test(broken_words_and_numbers_are_refused_at_their_byte),
        cmocka_unit_test(broken_strings_are_refused_at_their_byte),
        cmocka_unit_test(nesting_ends_at_the_ceiling),
        cmocka_unit_test(a_mistake_stays_until_restarted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
