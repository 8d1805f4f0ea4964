#include "seed/crypto.h"

#include <assert.h>
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdbool.h>

#include "base/mem.h"

/* libcrypto's calls below fail only when memory is out or the library is broken. */
static void require(bool succeeded)
{
    if (!succeeded) {
        (void)fputs("tmscdp: libcrypto failed at HMAC-SHA-256 or AES-256-GCM\n", stderr);
        abort();
    }
}

void crypto_hmac_sha256(const void *key, size_t key_bytes, const void *text, size_t text_bytes,
                        uint8_t out[CRYPTO_HMAC_BYTES])
{
    unsigned written = 0;
    assert(key_bytes <= INT_MAX);
    require(HMAC(EVP_sha256(), key, (int)key_bytes, text, text_bytes, out, &written) != NULL &&
            written == CRYPTO_HMAC_BYTES);
}

void crypto_aes256_gcm(const uint8_t key[CRYPTO_KEY_BYTES], const uint8_t iv[CRYPTO_IV_BYTES],
                       const void *text, size_t text_bytes, struct strbuf *out)
{
    assert(text_bytes <= INT_MAX - CRYPTO_TAG_BYTES);
    uint8_t *sealed = mem_new(text_bytes + CRYPTO_TAG_BYTES);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int body = 0;
    int rest = 0;

    require(context != NULL);
    require(EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, iv) == 1);
    require(EVP_EncryptUpdate(context, sealed, &body, text, (int)text_bytes) == 1);
    require(EVP_EncryptFinal_ex(context, sealed + body, &rest) == 1);
    require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, (int)CRYPTO_TAG_BYTES,
                                sealed + text_bytes) == 1);
    assert((size_t)body + (size_t)rest == text_bytes);
    strbuf_add(out, sealed, text_bytes + CRYPTO_TAG_BYTES);
    EVP_CIPHER_CTX_free(context);
    free(sealed);
}

static void add_base64(const uint8_t *bytes, size_t count, const char *alphabet, bool padded,
                       struct strbuf *out)
{
    for (size_t i = 0; i < count; i += 3) {
        size_t left = count - i < 3 ? count - i : 3;
        uint32_t word = (uint32_t)bytes[i] << 16;
        word |= left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        word |= left > 2 ? (uint32_t)bytes[i + 2] : 0;
        char quad[4] = { alphabet[word >> 18], alphabet[(word >> 12) & 63],
                         alphabet[(word >> 6) & 63], alphabet[word & 63] };
        strbuf_add(out, quad, left + 1);
        for (size_t pad = left; padded && pad < 3; pad++) {
            strbuf_add_char(out, '=');
        }
    }
}

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

void crypto_base64(const void *bytes, size_t count, struct strbuf *out)
{
    add_base64(bytes, count, LETTERS "+/", true, out);
}

void crypto_base64url(const void *bytes, size_t count, struct strbuf *out)
{
    add_base64(bytes, count, LETTERS "-_", false, out);
}
