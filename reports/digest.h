/* Base64 and SHA-256 (libcrypto), for data URIs and the policy that names the style sheet. */
#ifndef REPORTS_DIGEST_H
#define REPORTS_DIGEST_H

#include <stddef.h>

#include "base/strbuf.h"

/* Appends RFC 4648 base64 with padding, without line ends. */
void digest_add_base64(struct strbuf *out, const void *bytes, size_t count);

/* Appends base64 of the bytes' SHA-256, as Content-Security-Policy wants it behind "sha256-". */
void digest_add_sha256(struct strbuf *out, const void *bytes, size_t count);

#endif
