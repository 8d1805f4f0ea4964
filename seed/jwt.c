#include "seed/jwt.h"

#include <inttypes.h>

#include "base/json.h"
#include "seed/crypto.h"

static void add_payload(const struct jwt_claims *claims, struct strbuf *out)
{
    strbuf_add_str(out, "{\"id\":");
    json_quote(claims->id, out);
    strbuf_add_str(out, ",\"email\":");
    json_quote(claims->email, out);
    strbuf_add_str(out, ",\"name\":");
    json_quote(claims->name, out);
    strbuf_addf(out,
                ",\"role\":\"MEMBER\",\"hierarchyLevel\":\"staff\",\"image\":null,"
                "\"iat\":%" PRId64 ",\"exp\":%" PRId64 "}",
                claims->issued_s, claims->issued_s + JWT_VALID_S);
}

void jwt_sign(const struct jwt_claims *claims, const char *secret, struct strbuf *out)
{
    static const char header[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
    struct strbuf payload = STRBUF_INIT;
    uint8_t signature[CRYPTO_HMAC_BYTES];
    size_t start = out->len;

    add_payload(claims, &payload);
    crypto_base64url(header, sizeof header - 1, out);
    strbuf_add_char(out, '.');
    crypto_base64url(payload.data, payload.len, out);
    crypto_hmac_sha256(secret, strlen(secret), out->data + start, out->len - start, signature);
    strbuf_add_char(out, '.');
    crypto_base64url(signature, sizeof signature, out);
    strbuf_release(&payload);
}
