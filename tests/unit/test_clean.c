/* Texts of others made harmless: cut, visible, escaped. */
#include "tests/unit/test.h"

#include "reports/clean.h"

static void assert_clean(const char *text, size_t max_chars, const char *want)
{
    char *got = clean_text(text, max_chars);
    assert_string_equal(got, want);
    free(got);
}

static void plain_text_stays(void **state)
{
    (void)state;
    assert_clean("Engineering, everybody", 100, "Engineering, everybody");
    assert_clean("Grüße 你好 👍🏽 👨‍👩‍👧", 100,
                 "Grüße 你好 👍🏽 👨‍👩‍👧");
    assert_clean("", 100, "");
    assert_clean(NULL, 100, "");
}

static void blanks_and_line_ends_become_one_blank(void **state)
{
    (void)state;
    assert_clean("  a\r\n\t b\xC2\xA0\xE2\x80\xA8 c  ", 100, "a b c");
    assert_clean("\n\n", 100, "");
}

static void hidden_characters_are_named(void **state)
{
    (void)state;
    assert_clean("a\x01z", 100, "a[U+0001]z");
    assert_clean("\x1b[31m", 100, "[U+001B][31m");
    assert_clean("x\x7f", 100, "x[U+007F]");
    assert_clean("abc\xE2\x80\xAEgnp.exe", 100, "abc[U+202E]gnp.exe"); /* bidi override */
    assert_clean("\xE2\x81\xA6"
                 "a\xE2\x81\xA9",
                 100, "[U+2066]a[U+2069]");
    assert_clean("a\xE2\x80\x8B"
                 "b",
                 100, "a[U+200B]b");
    assert_clean("\xEF\xBB\xBF"
                 "a",
                 100, "[U+FEFF]a");
    assert_clean("\xC2\x9B", 100, "[U+009B]");          /* a C1 control: a terminal's CSI */
    assert_clean("\xF3\xA0\x81\xA1", 100, "[U+E0061]"); /* a tag character */
    assert_clean("\xEF\xBF\xBF", 100, "[U+FFFF]");
}

static void invalid_utf8_becomes_the_replacement_character(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "\xFF",
        "\x80",
        "\xC3",
        "\xC0\xAF" /* overlong "/" */,
        "\xE0\x80\xAF",
        "\xED\xA0\x80" /* surrogate */,
        "\xF4\x90\x80\x80" /* over U+10FFFF */,
        "\xF0\x9F\x91",
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *got = clean_text(cases[i], 100);
        assert_true(strlen(got) >= 3 && strlen(got) % 3 == 0);
        for (size_t k = 0; k < strlen(got); k += 3) {
            assert_memory_equal(got + k, "\xEF\xBF\xBD", 3);
        }
        free(got);
    }
}

static void long_text_is_cut_with_an_ellipsis(void **state)
{
    (void)state;
    assert_clean("abcdef", 6, "abcdef");
    assert_clean("abcdef", 5, "abcde…");
    assert_clean("ééééé", 3, "ééé…");
    assert_clean("ab cd", 2, "ab…");
    assert_clean("a\x01", 4, "a…"); /* no room for the name */
    char *line = malloc(1048577);
    assert_non_null(line);
    memset(line, 'x', 1048576);
    line[1048576] = '\0';
    char *got = clean_text(line, 300);
    assert_int_equal(strlen(got), 300 + strlen("…"));
    free(got);
    free(line);
}

static void markup_is_escaped(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT;
    clean_add_html(&out, "</script><a href=\"x\" title='y'>&amp;");
    assert_string_equal(strbuf_text(&out), "&lt;/script&gt;&lt;a href=&quot;x&quot; "
                                           "title=&#39;y&#39;&gt;&amp;amp;");
    strbuf_clear(&out);
    clean_add_html(&out, "");
    assert_string_equal(strbuf_text(&out), "");
    strbuf_release(&out);
}

static void url_paths_are_percent_encoded(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT;
    clean_add_url_path(&out, "a b/c\"d%?#ü.png");
    assert_string_equal(strbuf_text(&out), "a%20b/c%22d%25%3F%23%C3%BC.png");
    strbuf_clear(&out);
    clean_add_url_path(&out, "javascript:alert(1)");
    assert_string_equal(strbuf_text(&out), "javascript%3Aalert%281%29");
    strbuf_release(&out);
}

static void shell_words_are_quoted(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        { "1440x900", "1440x900" },
        { "http://127.0.0.1:3000/", "http://127.0.0.1:3000/" },
        { "", "''" },
        { "a b", "'a b'" },
        { "x?list=plain&y", "'x?list=plain&y'" },
        { "it's; rm -rf ~", "'it'\\''s; rm -rf ~'" },
        { "$(id)", "'$(id)'" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct strbuf out = STRBUF_INIT;
        clean_add_shell_word(&out, cases[i].text);
        assert_string_equal(strbuf_text(&out), cases[i].want);
        strbuf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stays),
        cmocka_unit_test(blanks_and_line_ends_become_one_blank),
        cmocka_unit_test(hidden_characters_are_named),
        cmocka_unit_test(invalid_utf8_becomes_the_replacement_character),
        cmocka_unit_test(long_text_is_cut_with_an_ellipsis),
        cmocka_unit_test(markup_is_escaped),
        cmocka_unit_test(url_paths_are_percent_encoded),
        cmocka_unit_test(shell_words_are_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
