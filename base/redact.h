/* Keeps secrets out of everything we write. A secret is registered once when it is read;
 * redact_text then replaces each registered secret, and anything shaped like a JSON Web Token (RFC
 * 7519: three base64url parts, the first starting with eyJ; also two that both do, a token whose
 * end was cut off), by "[redacted]". */
#ifndef BASE_REDACT_H
#define BASE_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

/* Secrets under 8 bytes are ignored: they would redact ordinary words. Copies the text, and its
 * spelling inside a JSON string when that differs. JWTs need not be registered: their shape gives
 * them away. More than LIMIT_SECRETS end the program: one that is not kept would leak. */
void redact_register(const char *secret);

/* Replaces in place. Returns how many places were replaced. */
size_t redact_text(struct strbuf *text);

/* True when `bytes` contain a registered secret or a token: an output that does must not be
 * written. */
bool redact_finds(const char *bytes, size_t count);

/* Forgets all secrets and frees them (for tests and a clean exit). */
void redact_reset(void);

#endif
