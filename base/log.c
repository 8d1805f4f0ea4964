#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/redact.h"
#include "base/strbuf.h"

static enum log_level shown = LOG_NORMAL;

void log_set_level(enum log_level level)
{
    shown = level;
}

/* A page, a server or a file name may bring control characters; a terminal would obey them. */
static void blunt_controls(struct strbuf *line)
{
    for (size_t i = 0; i < line->len; i++) {
        unsigned char c = (unsigned char)line->data[i];
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) {
            line->data[i] = '?';
        }
    }
}

/* One write a line, so that lines of several processes do not mix. */
PRINTF_LIKE(2, 0)
static void say(const char *prefix, const char *format, va_list args)
{
    struct strbuf line = STRBUF_INIT;
    strbuf_add_str(&line, prefix);
    strbuf_addv(&line, format, args);
    blunt_controls(&line);
    (void)redact_text(&line);
    strbuf_add_char(&line, '\n');
    (void)fwrite(line.data, 1, line.len, stderr);
    strbuf_release(&line);
}

void log_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say("tmscdp: ", format, args);
    va_end(args);
}

void log_warn(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say("tmscdp: warning: ", format, args);
    va_end(args);
}

void log_info(const char *format, ...)
{
    va_list args;
    if (shown < LOG_NORMAL) {
        return;
    }
    va_start(args, format);
    say("", format, args);
    va_end(args);
}

void log_verbose(const char *format, ...)
{
    va_list args;
    if (shown < LOG_VERBOSE) {
        return;
    }
    va_start(args, format);
    say("", format, args);
    va_end(args);
}
