/* Base64 (RFC 4648, section 4), as DevTools wraps bytes in it. */
#ifndef CDP_BASE64_H
#define CDP_BASE64_H

#include <stdbool.h>

#include "base/strbuf.h"

/* Appends the bytes; false, with `out` as it was, for a text that is no padded base64. */
bool base64_decode(const char *text, struct strbuf *out);

#endif
