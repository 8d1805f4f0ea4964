#include "seed/seal.h"

#include "base/mem.h"

void seal_key(const char *secret, const char *conversation_id, uint8_t key[CRYPTO_KEY_BYTES])
{
    char *text = mem_format("tms.encryption:%s", conversation_id);
    crypto_hmac_sha256(secret, strlen(secret), text, strlen(text), key);
    free(text);
}

static void make_iv(const struct row_message *row, uint8_t iv[CRYPTO_IV_BYTES])
{
    /* The id starts with eight hexadecimal digits of its hash. */
    unsigned long hash = strtoul(row->id.text, NULL, 16);
    uint64_t sequence = row->sequence;
    for (size_t i = 0; i < 4; i++) {
        iv[i] = (uint8_t)(hash >> (24 - 8 * i));
    }
    for (size_t i = 0; i < 8; i++) {
        iv[4 + i] = (uint8_t)(sequence >> (56 - 8 * i));
    }
}

void seal_message(const uint8_t key[CRYPTO_KEY_BYTES], struct row_message *row)
{
    uint8_t iv[CRYPTO_IV_BYTES];
    struct strbuf sealed = STRBUF_INIT;

    make_iv(row, iv);
    crypto_aes256_gcm(key, iv, row->content.data, row->content.len, &sealed);
    strbuf_clear(&row->content);
    strbuf_addf(&row->content, "{\"v\":%d,\"iv\":\"", SEAL_VERSION);
    crypto_base64(iv, sizeof iv, &row->content);
    strbuf_add_str(&row->content, "\",\"ct\":\"");
    crypto_base64(sealed.data, sealed.len, &row->content);
    strbuf_add_str(&row->content, "\"}");
    strbuf_release(&sealed);
}
