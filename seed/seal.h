/* Encrypted messages in the form that the reference chat fixes: the content of a message is the
 * text {"v":1,"iv":"<base64>","ct":"<base64>"}, AES-256-GCM under one key a conversation. */
#ifndef SEED_SEAL_H
#define SEED_SEAL_H

#include <stdint.h>

#include "base/strbuf.h"
#include "seed/crypto.h"
#include "seed/rows.h"

#define SEAL_VERSION 1 /* the "v" above, and messages.encryption_version */

/* HMAC-SHA-256(secret, "tms.encryption:" + conversation id): the server derives the same key and
 * hands it to members. */
void seal_key(const char *secret, const char *conversation_id, uint8_t key[CRYPTO_KEY_BYTES]);

/* Replaces the row's content by its sealed form. The IV is 4 hashed bytes and the 8 bytes of the
 * sequence number, so it never repeats in a conversation; a text is a function of the same inputs,
 * so seeding again never puts another text under a used IV. */
void seal_message(const uint8_t key[CRYPTO_KEY_BYTES], struct row_message *row);

#endif
