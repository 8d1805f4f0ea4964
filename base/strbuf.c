#include "base/strbuf.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"

#define OVERGROWN_EXIT 107 /* "our own failure" among the program's exit codes */

/* Room for `count` more bytes and the NUL. */
static void make_room(struct strbuf *buf, size_t count)
{
    if (count >= LIMIT_STRBUF_BYTES || buf->len >= LIMIT_STRBUF_BYTES - count) {
        fprintf(stderr, "tmscdp: a text grew over the ceiling of %zu bytes (LIMIT_STRBUF_BYTES)\n",
                LIMIT_STRBUF_BYTES);
        _Exit(OVERGROWN_EXIT);
    }
    void *data = buf->data;
    mem_reserve(&data, &buf->cap, buf->len + count + 1, 1);
    buf->data = data;
}

void strbuf_release(struct strbuf *buf)
{
    free(buf->data);
    *buf = (struct strbuf)STRBUF_INIT;
}

void strbuf_clear(struct strbuf *buf)
{
    buf->len = 0;
    if (buf->data != NULL) {
        buf->data[0] = '\0';
    }
}

void strbuf_add(struct strbuf *buf, const void *bytes, size_t count)
{
    make_room(buf, count);
    if (count > 0) {
        memcpy(buf->data + buf->len, bytes, count);
    }
    buf->len += count;
    buf->data[buf->len] = '\0';
}

void strbuf_add_str(struct strbuf *buf, const char *text)
{
    strbuf_add(buf, text, strlen(text));
}

void strbuf_add_char(struct strbuf *buf, char c)
{
    strbuf_add(buf, &c, 1);
}

void strbuf_addf(struct strbuf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    strbuf_addv(buf, format, args);
    va_end(args);
}

void strbuf_addv(struct strbuf *buf, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    make_room(buf, 0);
    size_t room = buf->cap - buf->len;
    int wanted = vsnprintf(buf->data + buf->len, room, format, args);
    assert(wanted >= 0);
    if ((size_t)wanted >= room) {
        make_room(buf, (size_t)wanted);
        (void)vsnprintf(buf->data + buf->len, (size_t)wanted + 1, format, again);
    }
    va_end(again);
    buf->len += (size_t)wanted;
}

const char *strbuf_text(const struct strbuf *buf)
{
    return buf->data == NULL ? "" : buf->data;
}

char *strbuf_detach(struct strbuf *buf)
{
    char *text = buf->data == NULL ? mem_dup_str("") : buf->data;
    *buf = (struct strbuf)STRBUF_INIT;
    return text;
}
