/* The inside of one JSON string, arriving in pieces: checked (RFC 8259 escapes, UTF-8 by table 3-7
 * of the Unicode standard, no control characters), and decoded where the text is wanted. */
#ifndef BACKEND_JSON_STRING_H
#define BACKEND_JSON_STRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum json_string_step {
    JSON_STRING_MORE,    /* all bytes taken, the string goes on */
    JSON_STRING_END,     /* the closing quote was taken */
    JSON_STRING_CONTROL, /* `*at` is a control character */
    JSON_STRING_ESCAPE,  /* `*at` does not belong into an escape */
    JSON_STRING_UTF8,    /* `*at` does not belong into UTF-8 */
};

struct json_string {
    char *text; /* decoded, the first `cap` bytes of it; cut behind a whole character */
    size_t cap;
    size_t len;
    bool keep; /* the text is wanted */
    bool over; /* it was longer than cap */
    uint8_t inside;
    uint8_t need; /* continuation bytes, or digits of \uXXXX, still to come */
    uint8_t low;  /* least and most that the next continuation byte may be */
    uint8_t high;
    uint32_t unit;      /* of the \uXXXX being read, or the character being decoded */
    uint32_t surrogate; /* a high one waiting for its low one; 0 for none */
};

/* Begins behind the opening quote. */
void json_string_begin(struct json_string *string, bool keep);

/* Takes bytes from `*at` on, and moves it behind what was taken. */
enum json_string_step json_string_run(struct json_string *string, const char **at, const char *end);

/* Behind the bytes that are a string's plain inside: printable ASCII but quote and backslash. */
static inline const char *json_plain_end(const char *at, const char *end)
{
#if defined(__SSE2__)
    /* Compared as signed numbers, bytes from 0x80 on are below 0x20 as well. */
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i blank = _mm_set1_epi8(0x20);
    for (; end - at >= 16; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i stops = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
            _mm_cmplt_epi8(bytes, blank));
        unsigned mask = (unsigned)_mm_movemask_epi8(stops);
        if (mask != 0) {
            return at + __builtin_ctz(mask);
        }
    }
#endif
    while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20 &&
           (unsigned char)*at < 0x80) {
        at++;
    }
    return at;
}

#endif
