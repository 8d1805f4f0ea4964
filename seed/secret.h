/* The secret that signs tokens: NEXTAUTH_SECRET, or a file. Never from argv. */
#ifndef SEED_SECRET_H
#define SEED_SECRET_H

#include "base/err.h"
#include "base/strbuf.h"

/* Appends the secret from the file, whose last line may end in a newline, or, with path NULL, from
 * the environment. Registers it with base/redact.h. ERR_USAGE when there is none, when it is
 * shorter than JWT_SECRET_BYTES_MIN or holds a NUL. The caller releases `out`. */
MUST_CHECK enum err secret_read(const char *path, struct strbuf *out, struct err_msg *msg);

#endif
