/* A growing byte buffer that is always NUL-ended behind `len`, so `data` is also a C string as long
 * as no NUL was put in. Zero-initialise or use STRBUF_INIT; release frees. Growth over
 * LIMIT_STRBUF_BYTES or out of memory ends the program: callers that read from outside check their
 * own, smaller ceiling first. */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct strbuf {
    char *data; /* never NULL after the first add; use strbuf_text() before that */
    size_t len;
    size_t cap;
};

#define STRBUF_INIT                                                                                \
    {                                                                                              \
        NULL, 0, 0                                                                                 \
    }

void strbuf_release(struct strbuf *buf);
void strbuf_clear(struct strbuf *buf); /* keeps the memory */
void strbuf_add(struct strbuf *buf, const void *bytes, size_t count);
void strbuf_add_str(struct strbuf *buf, const char *text);
void strbuf_add_char(struct strbuf *buf, char c);
void strbuf_addf(struct strbuf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
void strbuf_addv(struct strbuf *buf, const char *format, va_list args) PRINTF_LIKE(2, 0);

/* The text, "" when nothing was ever added. Borrowed until the next change. */
const char *strbuf_text(const struct strbuf *buf);

/* Gives the text away: the caller frees it; the buffer is empty again. */
char *strbuf_detach(struct strbuf *buf);

#endif
