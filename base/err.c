#include "base/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char ellipsis[] = "\xe2\x80\xa6";

/* Puts "…" at the end of a text that vsnprintf cut, without leaving half a character before it. */
static void mark_cut(char *text, size_t size)
{
    size_t at = size - sizeof ellipsis;
    while (at > 0 && ((unsigned char)text[at] & 0xc0U) == 0x80U) {
        at--;
    }
    memcpy(text + at, ellipsis, sizeof ellipsis);
}

/* Formats beside the sentence in place, so that an argument may be that sentence. */
PRINTF_LIKE(2, 0)
static void format_into(struct err_msg *out, const char *format, va_list args)
{
    int wanted = vsnprintf(out->text, sizeof out->text, format, args);
    assert(wanted >= 0);
    if ((size_t)wanted >= sizeof out->text) {
        mark_cut(out->text, sizeof out->text);
    }
}

enum err err_set(struct err_msg *msg, enum err code, const char *format, ...)
{
    struct err_msg fresh;
    va_list args;
    va_start(args, format);
    format_into(&fresh, format, args);
    va_end(args);
    *msg = fresh;
    return code;
}

enum err err_prefix(struct err_msg *msg, enum err code, const char *format, ...)
{
    struct err_msg prefix;
    struct err_msg whole;
    va_list args;
    va_start(args, format);
    format_into(&prefix, format, args);
    va_end(args);
    int wanted = snprintf(whole.text, sizeof whole.text, "%s: %s", prefix.text, msg->text);
    if (wanted < 0 || (size_t)wanted >= sizeof whole.text) {
        mark_cut(whole.text, sizeof whole.text);
    }
    *msg = whole;
    return code;
}

const char *err_name(enum err code)
{
    switch (code) {
    case ERR_OK:
        return "ok";
    case ERR_USAGE:
        return "usage";
    case ERR_REFUSED:
        return "refused";
    case ERR_IO:
        return "io";
    case ERR_FORMAT:
        return "format";
    case ERR_LIMIT:
        return "limit";
    case ERR_TIMEOUT:
        return "timeout";
    case ERR_CLOSED:
        return "closed";
    case ERR_PROTOCOL:
        return "protocol";
    case ERR_UNREACHABLE:
        return "unreachable";
    case ERR_NO_DATA:
        return "no_data";
    case ERR_SEED:
        return "seed";
    case ERR_CLEANUP:
        return "cleanup";
    case ERR_INTERRUPTED:
        return "interrupted";
    }
    return "unknown";
}
