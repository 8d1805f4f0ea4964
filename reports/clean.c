#include "reports/clean.h"

#include <stdbool.h>
#include <stdint.h>

#define REPLACEMENT UINT32_C(0xFFFD)

/* One character from at most `left` bytes: its length in bytes goes to *used. Overlong forms,
 * surrogates and numbers over U+10FFFF are invalid: one byte is used, U+FFFD returned. */
static uint32_t next_char(const unsigned char *s, size_t left, size_t *used)
{
    static const struct {
        unsigned char mask;
        unsigned char lead;
        unsigned more;
        uint32_t least;
    } forms[] = {
        { 0x80, 0x00, 0, 0 },
        { 0xE0, 0xC0, 1, 0x80 },
        { 0xF0, 0xE0, 2, 0x800 },
        { 0xF8, 0xF0, 3, 0x10000 },
    };
    *used = 1;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if ((s[0] & forms[i].mask) != forms[i].lead) {
            continue;
        }
        if (forms[i].more >= left) {
            return REPLACEMENT;
        }
        uint32_t c = s[0] & (unsigned char)~forms[i].mask;
        for (unsigned k = 1; k <= forms[i].more; k++) {
            if ((s[k] & 0xC0) != 0x80) {
                return REPLACEMENT;
            }
            c = c << 6 | (s[k] & 0x3FU);
        }
        if (c < forms[i].least || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
            return REPLACEMENT;
        }
        *used = forms[i].more + 1;
        return c;
    }
    return REPLACEMENT;
}

static bool is_blank(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

/* Nothing is drawn for it, or it turns its neighbours round (Unicode categories Cc and Cf, less
 * the joiners; blanks that fonts leave out; noncharacters). */
static bool is_hidden(uint32_t c)
{
    static const struct {
        uint32_t from;
        uint32_t to;
    } ranges[] = {
        { 0x00, 0x1F },       { 0x7F, 0x9F },     { 0xAD, 0xAD },       { 0x034F, 0x034F },
        { 0x061C, 0x061C },   { 0x115F, 0x1160 }, { 0x17B4, 0x17B5 },   { 0x180E, 0x180E },
        { 0x200B, 0x200B },   { 0x200E, 0x200F }, { 0x202A, 0x202E },   { 0x2060, 0x206F },
        { 0x3164, 0x3164 },   { 0xFDD0, 0xFDEF }, { 0xFEFF, 0xFEFF },   { 0xFFA0, 0xFFA0 },
        { 0xFFF0, 0xFFFB },   { 0xFFFE, 0xFFFF }, { 0x1D173, 0x1D17A }, { 0xE0000, 0xE00FF },
        { 0xE01F0, 0xE0FFF },
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (c >= ranges[i].from && c <= ranges[i].to) {
            return true;
        }
    }
    return (c & 0xFFFE) == 0xFFFE;
}

char *clean_text(const char *text, size_t max_chars)
{
    struct strbuf out = STRBUF_INIT;
    strbuf_add_str(&out, "");
    size_t left = text == NULL ? 0 : strlen(text);
    const unsigned char *at = (const unsigned char *)text;
    size_t chars = 0;
    bool gap = false;
    while (left > 0) {
        size_t used = 1;
        uint32_t c = next_char(at, left, &used);
        if (is_blank(c)) {
            gap = out.len > 0;
        } else {
            size_t width = is_hidden(c) ? 8 : 1;
            if (chars + gap + width > max_chars) {
                strbuf_add_str(&out, "…");
                break;
            }
            if (gap) {
                strbuf_add_char(&out, ' ');
            }
            chars += gap + width;
            gap = false;
            if (is_hidden(c)) {
                strbuf_addf(&out, "[U+%04X]", (unsigned)c);
            } else if (c == REPLACEMENT) {
                strbuf_add_str(&out, "\xEF\xBF\xBD");
            } else {
                strbuf_add(&out, at, used);
            }
        }
        at += used;
        left -= used;
    }
    return strbuf_detach(&out);
}

void clean_add_html(struct strbuf *out, const char *text)
{
    for (;;) {
        size_t plain = strcspn(text, "&<>\"'");
        strbuf_add(out, text, plain);
        text += plain;
        switch (*text) {
        case '&':
            strbuf_add_str(out, "&amp;");
            break;
        case '<':
            strbuf_add_str(out, "&lt;");
            break;
        case '>':
            strbuf_add_str(out, "&gt;");
            break;
        case '"':
            strbuf_add_str(out, "&quot;");
            break;
        case '\'':
            strbuf_add_str(out, "&#39;");
            break;
        default:
            return;
        }
        text++;
    }
}

static bool is_plain(char c, const char *also)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           strchr(also, c) != NULL;
}

void clean_add_url_path(struct strbuf *out, const char *path)
{
    for (; *path != '\0'; path++) {
        if (is_plain(*path, "/-._~")) {
            strbuf_add_char(out, *path);
        } else {
            strbuf_addf(out, "%%%02X", (unsigned)(unsigned char)*path);
        }
    }
}

void clean_add_shell_word(struct strbuf *out, const char *text)
{
    bool plain = *text != '\0';
    for (const char *c = text; *c != '\0' && plain; c++) {
        plain = is_plain(*c, "/-._:,=+@%");
    }
    if (plain) {
        strbuf_add_str(out, text);
        return;
    }
    strbuf_add_char(out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            strbuf_add_str(out, "'\\''");
        } else {
            strbuf_add_char(out, *text);
        }
    }
    strbuf_add_char(out, '\'');
}
