/* Records what the browser itself traces, and saves it as the browser packs it: a gzipped JSON file
 * that Perfetto and Chromium's own viewers open. While it records nothing comes to us: the file is
 * fetched afterwards. */
#ifndef CDP_COLLECT_TRACING_H
#define CDP_COLLECT_TRACING_H

#include "base/err.h"
#include "cdp/session.h"

struct tracing;

/* Starts to record these categories (NULL-ended). One recording at a time in a browser.
 * ERR_PROTOCOL when there is another, or the browser cannot. */
MUST_CHECK enum err tracing_start(struct session *session, const char *const *categories,
                                  struct tracing **out, struct err_msg *msg);

/* Stops and writes the file; frees. ERR_NO_DATA when the browser lost a part of it, ERR_LIMIT over
 * LIMIT_TRACE_FILE_BYTES. */
MUST_CHECK enum err tracing_save(struct tracing *tracing, const char *path, struct err_msg *msg);

/* Stops and throws away; frees. NULL is allowed. */
void tracing_drop(struct tracing *tracing);

#endif
