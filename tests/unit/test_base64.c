#include "tests/unit/test.h"

#include "cdp/base64.h"

static void the_vectors_of_rfc_4648_are_decoded(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        { "", "" },
        { "Zg==", "f" },
        { "Zm8=", "fo" },
        { "Zm9v", "foo" },
        { "Zm9vYg==", "foob" },
        { "Zm9vYmE=", "fooba" },
        { "Zm9vYmFy", "foobar" },
        { "+/+/", "\xfb\xff\xbf" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct strbuf out = STRBUF_INIT;
        assert_true(base64_decode(cases[i].text, &out));
        assert_string_equal(strbuf_text(&out), cases[i].want);
        strbuf_release(&out);
    }
}

static void what_is_no_base64_is_refused_and_leaves_the_buffer_as_it_was(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "Z",    "Zg",   "Zg=",  "Zg==Zg==", "====",     "Z===",     "Zm9v\n",          "Zm 9",
        "Zm9-", "Zm9_", "=g==", "Zm=v",     "Zm9vZ=Z=", "Zm9v====", "\xff\xff\xff\xff"
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct strbuf out = STRBUF_INIT;
        strbuf_add_str(&out, "before");
        if (base64_decode(texts[i], &out)) {
            fail_msg("\"%s\" was taken for base64", texts[i]);
        }
        assert_string_equal(out.data, "before");
        assert_int_equal(out.len, 6);
        strbuf_release(&out);
    }
}

static void bytes_of_value_0_are_bytes(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT;
    assert_true(base64_decode("AABhAA==", &out));
    assert_int_equal(out.len, 4);
    assert_memory_equal(out.data, "\0\0a\0", 4);
    strbuf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_rfc_4648_are_decoded),
        cmocka_unit_test(what_is_no_base64_is_refused_and_leaves_the_buffer_as_it_was),
        cmocka_unit_test(bytes_of_value_0_are_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
