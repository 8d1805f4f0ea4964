#include "backend/json_string.h"

#include <string.h>

#define REPLACEMENT UINT32_C(0xfffd)

enum inside {
    INSIDE_PLAIN,
    INSIDE_ESCAPE, /* behind a backslash */
    INSIDE_HEX,    /* in \uXXXX */
    INSIDE_UTF8,   /* behind the first byte of a longer character */
};

void json_string_begin(struct json_string *string, bool keep)
{
    string->len = 0;
    string->keep = keep;
    string->over = false;
    string->inside = INSIDE_PLAIN;
    string->surrogate = 0;
}

static void put(struct json_string *string, const char *bytes, size_t count)
{
    size_t room = string->over ? 0 : string->cap - string->len;
    if (count > room) {
        string->over = true;
        count = room;
    }
    memcpy(string->text + string->len, bytes, count);
    string->len += count;
}

/* A character goes in whole or not at all. */
static void put_character(struct json_string *string, uint32_t code)
{
    char bytes[4];
    size_t count = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = count; i-- > 1;) {
        bytes[i] = (char)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    bytes[0] = (char)(lead[count] | code);
    if (string->over || count > string->cap - string->len) {
        string->over = true;
        return;
    }
    put(string, bytes, count);
}

/* What comes is no low surrogate: one that waits for it has no character of its own. */
static void drop_surrogate(struct json_string *string)
{
    if (string->surrogate != 0) {
        string->surrogate = 0;
        put_character(string, REPLACEMENT);
    }
}

static void put_decoded(struct json_string *string, uint32_t code)
{
    if (string->keep) {
        drop_surrogate(string);
        put_character(string, code);
    }
}

/* A \uXXXX is complete. */
static void put_unit(struct json_string *string)
{
    uint32_t unit = string->unit;
    if (!string->keep) {
        return;
    }
    if (unit >= 0xdc00 && unit <= 0xdfff && string->surrogate != 0) {
        uint32_t code = 0x10000 + ((string->surrogate - 0xd800) << 10) + (unit - 0xdc00);
        string->surrogate = 0;
        put_character(string, code);
        return;
    }
    drop_surrogate(string);
    if (unit >= 0xd800 && unit <= 0xdbff) {
        string->surrogate = unit;
    } else {
        put_character(string, unit >= 0xdc00 && unit <= 0xdfff ? REPLACEMENT : unit);
    }
}

/* The byte behind a backslash; false when it is none of RFC 8259's. */
static bool take_escape(struct json_string *string, char c)
{
    static const char named[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
    if (c == 'u') {
        string->inside = INSIDE_HEX;
        string->need = 4;
        string->unit = 0;
        return true;
    }
    for (size_t i = 0; named[i] != '\0'; i += 2) {
        if (named[i] == c) {
            put_decoded(string, (uint32_t)named[i + 1]);
            string->inside = INSIDE_PLAIN;
            return true;
        }
    }
    return false;
}

static bool take_hex(struct json_string *string, char c)
{
    uint32_t digit = 0;
    if (c >= '0' && c <= '9') {
        digit = (uint32_t)(c - '0');
    } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
        digit = (uint32_t)((c | 0x20) - 'a') + 10;
    } else {
        return false;
    }
    string->unit = string->unit << 4 | digit;
    if (--string->need == 0) {
        string->inside = INSIDE_PLAIN;
        put_unit(string);
    }
    return true;
}

/* The first byte of a character of two to four. */
static bool take_lead(struct json_string *string, unsigned char c)
{
    if (c < 0xc2 || c > 0xf4) {
        return false;
    }
    string->low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    string->high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    string->need = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    string->unit = c & (0x3fU >> string->need);
    string->inside = INSIDE_UTF8;
    return true;
}

static bool take_continuation(struct json_string *string, unsigned char c)
{
    if (c < string->low || c > string->high) {
        return false;
    }
    string->low = 0x80;
    string->high = 0xbf;
    string->unit = string->unit << 6 | (c & 0x3fU);
    if (--string->need == 0) {
        string->inside = INSIDE_PLAIN;
        put_decoded(string, string->unit);
    }
    return true;
}

static void put_plain(struct json_string *string, const char *start, const char *end)
{
    if (string->keep && end > start) {
        drop_surrogate(string);
        put(string, start, (size_t)(end - start));
    }
}

/* Plain bytes, and the one behind them that is not; `*step` when that ends the run. */
static const char *run_plain(struct json_string *string, const char *at, const char *end,
                             enum json_string_step *step)
{
    const char *stop = json_plain_end(at, end);
    put_plain(string, at, stop);
    if (stop == end) {
        return stop;
    }
    if (*stop == '"') {
        if (string->keep) {
            drop_surrogate(string);
        }
        *step = JSON_STRING_END;
        return stop + 1;
    }
    if (*stop == '\\') {
        string->inside = INSIDE_ESCAPE;
        return stop + 1;
    }
    if ((unsigned char)*stop < 0x20) {
        *step = JSON_STRING_CONTROL;
        return stop;
    }
    if (!take_lead(string, (unsigned char)*stop)) {
        *step = JSON_STRING_UTF8;
        return stop;
    }
    return stop + 1;
}

enum json_string_step json_string_run(struct json_string *string, const char **at, const char *end)
{
    enum json_string_step step = JSON_STRING_MORE;
    const char *byte = *at;
    while (byte < end && step == JSON_STRING_MORE) {
        bool taken = true;
        switch (string->inside) {
        case INSIDE_ESCAPE:
            taken = take_escape(string, *byte);
            step = taken ? step : JSON_STRING_ESCAPE;
            byte += taken;
            break;
        case INSIDE_HEX:
            taken = take_hex(string, *byte);
            step = taken ? step : JSON_STRING_ESCAPE;
            byte += taken;
            break;
        case INSIDE_UTF8:
            taken = take_continuation(string, (unsigned char)*byte);
            step = taken ? step : JSON_STRING_UTF8;
            byte += taken;
            break;
        default:
            byte = run_plain(string, byte, end, &step);
            break;
        }
    }
    *at = byte;
    return step;
}
