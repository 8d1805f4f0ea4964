#include "tests/unit/test.h"

#include <string.h>

#include "base/err.h"

static void setting_writes_the_sentence_and_returns_the_code(void **state)
{
    (void)state;
    struct err_msg msg;
    assert_int_equal(err_set(&msg, ERR_IO, "cannot open %s: %d", "a.json", 7), ERR_IO);
    assert_string_equal(msg.text, "cannot open a.json: 7");
}

static void a_sentence_may_be_made_of_the_one_in_place(void **state)
{
    (void)state;
    struct err_msg msg;
    (void)err_set(&msg, ERR_IO, "inner");
    (void)err_set(&msg, ERR_IO, "outer (%s)", msg.text);
    assert_string_equal(msg.text, "outer (inner)");
    assert_int_equal(err_prefix(&msg, ERR_LIMIT, "stage %d", 150), ERR_LIMIT);
    assert_string_equal(msg.text, "stage 150: outer (inner)");
}

static void long_sentences_are_cut_with_an_ellipsis_between_characters(void **state)
{
    (void)state;
    char text[2000];
    struct err_msg msg;
    for (size_t shift = 0; shift < 4; shift++) {
        memset(text, 'a', sizeof text);
        for (size_t i = shift; i + 2 < sizeof text; i += 2) {
            memcpy(text + i, "\xc3\xa9", 2);
        }
        text[sizeof text - 1] = '\0';
        (void)err_set(&msg, ERR_IO, "%s", text);
        size_t len = strlen(msg.text);
        assert_in_range(len, sizeof msg.text - 5, sizeof msg.text - 1);
        assert_string_equal(msg.text + len - 3, "\xe2\x80\xa6");
        unsigned char last = (unsigned char)msg.text[len - 4];
        if (last != 0xa9 && last != 'a') {
            fail_msg("shift %zu leaves half a character, byte %02x", shift, last);
        }
    }
}

static void a_prefix_that_does_not_fit_cuts_the_end(void **state)
{
    (void)state;
    char text[760];
    struct err_msg msg;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    (void)err_set(&msg, ERR_IO, "%s", text);
    (void)err_prefix(&msg, ERR_IO, "a prefix of some length");
    assert_memory_equal(msg.text, "a prefix of some length: xxx", 28);
    assert_string_equal(msg.text + strlen(msg.text) - 3, "\xe2\x80\xa6");
}

static void every_code_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int a = ERR_OK; a <= ERR_INTERRUPTED; a++) {
        assert_string_not_equal(err_name((enum err)a), "unknown");
        for (int b = ERR_OK; b < a; b++) {
            assert_string_not_equal(err_name((enum err)a), err_name((enum err)b));
        }
    }
    assert_string_equal(err_name(ERR_TIMEOUT), "timeout");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setting_writes_the_sentence_and_returns_the_code),
        cmocka_unit_test(a_sentence_may_be_made_of_the_one_in_place),
        cmocka_unit_test(long_sentences_are_cut_with_an_ellipsis_between_characters),
        cmocka_unit_test(a_prefix_that_does_not_fit_cuts_the_end),
        cmocka_unit_test(every_code_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
