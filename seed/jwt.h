/* The chat's login tokens: JSON Web Tokens (RFC 7519) signed with HS256 (RFC 7515, RFC 7518). */
#ifndef SEED_JWT_H
#define SEED_JWT_H

#include <stdint.h>

#include "base/strbuf.h"

/* The server refuses shorter secrets. */
#define JWT_SECRET_BYTES_MIN ((size_t)32)

#define JWT_VALID_S INT64_C(2592000) /* 720 hours */

struct jwt_claims {
    const char *id;    /* users.tms_user_id, not users.id */
    const char *email; /* all three borrowed, UTF-8 */
    const char *name;
    int64_t issued_s; /* seconds since 1970; the server refuses tokens from the future */
};

/* Appends the signed token. Claims beside those of the struct: role "MEMBER", hierarchyLevel
 * "staff", image null, exp = issued_s + JWT_VALID_S. */
void jwt_sign(const struct jwt_claims *claims, const char *secret, struct strbuf *out);

#endif
