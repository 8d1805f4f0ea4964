#include "tests/unit/test.h"

#include <string.h>

#include "seed/crypto.h"

static void to_hex(const uint8_t *bytes, size_t count, char *out)
{
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    }
}

static void hmac_agrees_with_rfc_4231(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        const char *text;
        const char *want;
    } cases[] = {
        { "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b",
          "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
        { "Jefe", "what do ya want for nothing?",
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t got[CRYPTO_HMAC_BYTES];
        char hex[2 * CRYPTO_HMAC_BYTES + 1];
        crypto_hmac_sha256(cases[i].key, strlen(cases[i].key), cases[i].text, strlen(cases[i].text),
                           got);
        to_hex(got, sizeof got, hex);
        assert_string_equal(hex, cases[i].want);
    }
}

/* McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 13 and 14: key and IV zero.
 */
static void gcm_agrees_with_its_authors(void **state)
{
    (void)state;
    static const uint8_t zeros[32] = { 0 };
    static const struct {
        size_t bytes;
        const char *want;
    } cases[] = {
        { 0, "530f8afbc74536b9a963b4f1c4cb738b" },
        { 16, "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct strbuf out = STRBUF_INIT;
        char hex[2 * 32 + 1];
        crypto_aes256_gcm(zeros, zeros, zeros, cases[i].bytes, &out);
        assert_int_equal(out.len, cases[i].bytes + CRYPTO_TAG_BYTES);
        to_hex((const uint8_t *)out.data, out.len, hex);
        assert_string_equal(hex, cases[i].want);
        strbuf_release(&out);
    }
}

static void base64_agrees_with_rfc_4648(void **state)
{
    (void)state;
    static const struct {
        const char *input;
        const char *standard;
        const char *url;
    } cases[] = {
        { "", "", "" },
        { "f", "Zg==", "Zg" },
        { "fo", "Zm8=", "Zm8" },
        { "foo", "Zm9v", "Zm9v" },
        { "foob", "Zm9vYg==", "Zm9vYg" },
        { "fooba", "Zm9vYmE=", "Zm9vYmE" },
        { "foobar", "Zm9vYmFy", "Zm9vYmFy" },
        { "\xfb\xff\xfe", "+//+", "-__-" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct strbuf standard = STRBUF_INIT;
        struct strbuf url = STRBUF_INIT;
        crypto_base64(cases[i].input, strlen(cases[i].input), &standard);
        crypto_base64url(cases[i].input, strlen(cases[i].input), &url);
        assert_string_equal(strbuf_text(&standard), cases[i].standard);
        assert_string_equal(strbuf_text(&url), cases[i].url);
        strbuf_release(&standard);
        strbuf_release(&url);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hmac_agrees_with_rfc_4231),
        cmocka_unit_test(gcm_agrees_with_its_authors),
        cmocka_unit_test(base64_agrees_with_rfc_4648),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
