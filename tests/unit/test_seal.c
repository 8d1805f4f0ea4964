#include "tests/unit/test.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/json.h"
#include "seed/seal.h"

#define SECRET "0123456789abcdef0123456789abcdef"

static const struct shape shape = {
    .seed = 1, .users = 10, .group_members = 10, .messages = 201, .encrypted = 40
};

/* Computed by Python's hmac. */
static void the_key_is_the_one_that_the_server_derives(void **state)
{
    (void)state;
    static const uint8_t want[] = { 0xca, 0x06, 0xfc, 0x05, 0xd3, 0xbc, 0xfa, 0x48,
                                    0x2b, 0x21, 0x3b, 0xa3, 0x72, 0xf2, 0x4e, 0x76,
                                    0x74, 0x72, 0x10, 0x14, 0x86, 0xe5, 0x85, 0x75,
                                    0xcc, 0x58, 0x75, 0xa5, 0x85, 0x73, 0x44, 0x7f };
    uint8_t key[CRYPTO_KEY_BYTES];
    seal_key(SECRET, "2e486eba-036a-42f6-b000-5eed00000000", key);
    assert_memory_equal(key, want, sizeof want);
}

static size_t decode(const char *base64, uint8_t *out)
{
    size_t len = strlen(base64);
    int bytes = EVP_DecodeBlock(out, (const unsigned char *)base64, (int)len);
    assert_true(bytes >= 0);
    while (len > 0 && base64[len - 1] == '=') {
        len--;
        bytes--;
    }
    return (size_t)bytes;
}

/* Opens the content with OpenSSL's own decryption; the tag must hold. */
static void open_sealed(const uint8_t *key, const char *content, uint8_t *iv, char *out,
                        size_t out_bytes)
{
    static uint8_t sealed[8192];
    struct err_msg msg = { "" };
    cJSON *tree = NULL;
    int len = 0;
    int rest = 0;
    assert_int_equal(json_parse(content, strlen(content), "content", &tree, &msg), ERR_OK);
    assert_true(json_number(tree, "v", 0) == 1);
    assert_int_equal(decode(json_text(tree, "iv"), iv), CRYPTO_IV_BYTES);
    size_t bytes = decode(json_text(tree, "ct"), sealed);
    assert_in_range(bytes, CRYPTO_TAG_BYTES + 1, out_bytes);
    size_t body = bytes - CRYPTO_TAG_BYTES;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    assert_int_equal(EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, iv), 1);
    assert_int_equal(EVP_DecryptUpdate(context, (unsigned char *)out, &len, sealed, (int)body), 1);
    assert_int_equal(
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, (int)CRYPTO_TAG_BYTES, sealed + body),
        1);
    assert_int_equal(EVP_DecryptFinal_ex(context, (unsigned char *)out + len, &rest), 1);
    out[len] = '\0';
    EVP_CIPHER_CTX_free(context);
    cJSON_Delete(tree);
}

static void a_sealed_message_opens_to_its_text(void **state)
{
    (void)state;
    struct row_message row = { .sequence = 0 };
    uint8_t key[CRYPTO_KEY_BYTES];
    uint8_t ivs[40][16];
    seal_key(SECRET, ids_conversation(1, 0).text, key);
    for (uint32_t i = 0; i < 40; i++) {
        char opened[8192];
        char text[8192];
        rows_message(&shape, 0, 202 + i, &row);
        assert_true(row.encrypted);
        (void)snprintf(text, sizeof text, "%s", strbuf_text(&row.content));
        seal_message(key, &row);
        open_sealed(key, strbuf_text(&row.content), ivs[i], opened, sizeof opened);
        assert_string_equal(opened, text);
        for (uint32_t k = 0; k < i; k++) {
            assert_memory_not_equal(ivs[i], ivs[k], CRYPTO_IV_BYTES);
        }
    }
    rows_message_release(&row);
}

static void sealing_again_gives_the_same_bytes(void **state)
{
    (void)state;
    struct row_message a = { .sequence = 0 };
    struct row_message b = { .sequence = 0 };
    uint8_t key[CRYPTO_KEY_BYTES];
    seal_key(SECRET, ids_conversation(1, 0).text, key);
    rows_message(&shape, 0, 240, &a);
    rows_message(&shape, 0, 240, &b);
    seal_message(key, &a);
    seal_message(key, &b);
    assert_string_equal(strbuf_text(&a.content), strbuf_text(&b.content));
    rows_message_release(&a);
    rows_message_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_key_is_the_one_that_the_server_derives),
        cmocka_unit_test(a_sealed_message_opens_to_its_text),
        cmocka_unit_test(sealing_again_gives_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
