/* Keeps secrets out of everything we write. A secret is registered once when it is read;
 * redact_text then replaces each registered secret, and anything shaped like a JSON Web Token (RFC
 * 7519: three base64url parts, the first starting with eyJ), by "[redacted]". */
#ifndef BASE_REDACT_H
#define BASE_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

/* Secrets under 8 bytes are ignored: they would redact ordinary words. Copies the text. At most
 * LIMIT_SECRETS are kept; JWTs need not be registered. */
void redact_register(const char *secret);

/* Replaces in place. Returns how many places were replaced. */
size_t redact_text(struct strbuf *text);

/* True when `bytes` contain a registered secret or a token: an output that does must not be
 * written. */
bool redact_finds(const char *bytes, size_t count);

/* Forgets all secrets and frees them (for tests and a clean exit). */
void redact_reset(void);

#endif
