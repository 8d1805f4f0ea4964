/* The three primitives that seeding needs, over libcrypto: HMAC-SHA-256 (RFC 2104, FIPS 180-4),
 * AES-256-GCM (NIST SP 800-38D) and base64 (RFC 4648). This is the only file that includes
 * OpenSSL. */
#ifndef SEED_CRYPTO_H
#define SEED_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

#define CRYPTO_HMAC_BYTES ((size_t)32)
#define CRYPTO_KEY_BYTES  ((size_t)32)
#define CRYPTO_IV_BYTES   ((size_t)12)
#define CRYPTO_TAG_BYTES  ((size_t)16)

/* Cannot fail for want of anything but memory, which ends the program as everywhere. */
void crypto_hmac_sha256(const void *key, size_t key_bytes, const void *text, size_t text_bytes,
                        uint8_t out[CRYPTO_HMAC_BYTES]);

/* Appends the ciphertext and, behind it, the tag: the form that WebCrypto gives and takes. An IV
 * must not be used twice with one key for different texts; that is the caller's duty. */
void crypto_aes256_gcm(const uint8_t key[CRYPTO_KEY_BYTES], const uint8_t iv[CRYPTO_IV_BYTES],
                       const void *text, size_t text_bytes, struct strbuf *out);

/* Appends in the standard alphabet with padding, or in the URL's alphabet without. */
void crypto_base64(const void *bytes, size_t count, struct strbuf *out);
void crypto_base64url(const void *bytes, size_t count, struct strbuf *out);

#endif
