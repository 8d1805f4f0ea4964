#include "base/num.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MS_PER_S  UINT64_C(1000)
#define MS_PER_M  (60 * MS_PER_S)
#define MS_PER_H  (60 * MS_PER_M)
#define MAX_TENTH UINT64_C(1000000000) /* nine digits behind the point: no product overflows */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Moves `*cursor` behind the digits there. False when there are none or they do not fit. */
static bool take_u64(const char **cursor, uint64_t *out)
{
    const char *at = *cursor;
    uint64_t value = 0;
    if (!is_digit(*at)) {
        return false;
    }
    for (; is_digit(*at); at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (value > (UINT64_MAX - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    *cursor = at;
    *out = value;
    return true;
}

bool num_parse_u64(const char *text, uint64_t *out)
{
    uint64_t value = 0;
    if (!take_u64(&text, &value) || *text != '\0') {
        return false;
    }
    *out = value;
    return true;
}

bool num_parse_double(const char *text, double *out)
{
    /* strtod also takes blanks, hexadecimals, "inf" and "nan". */
    if (*text == '+' || strspn(text, "0123456789+-.eE") != strlen(text)) {
        return false;
    }
    char *end = NULL;
    errno = 0;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || errno == ERANGE || !isfinite(value)) {
        return false;
    }
    *out = value;
    return true;
}

/* The unit at `*cursor`, moved over; 0 when there is none. */
static uint64_t take_unit_ms(const char **cursor)
{
    static const struct {
        const char *name;
        uint64_t ms;
    } units[] = { { "ms", 1 }, { "h", MS_PER_H }, { "m", MS_PER_M }, { "s", MS_PER_S } };
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t length = strlen(units[i].name);
        if (strncmp(*cursor, units[i].name, length) == 0) {
            *cursor += length;
            return units[i].ms;
        }
    }
    return 0;
}

/* Digits behind a point as numerator over a power of ten; 0/1 when there is no point. */
static bool take_fraction(const char **cursor, uint64_t *numerator, uint64_t *denominator)
{
    *numerator = 0;
    *denominator = 1;
    if (**cursor != '.') {
        return true;
    }
    (*cursor)++;
    if (!is_digit(**cursor)) {
        return false;
    }
    for (; is_digit(**cursor); (*cursor)++) {
        if (*denominator == MAX_TENTH) {
            return false;
        }
        *numerator = *numerator * 10 + (uint64_t)(**cursor - '0');
        *denominator *= 10;
    }
    return true;
}

bool num_parse_duration_ms(const char *text, uint64_t *out_ms)
{
    uint64_t total = 0;
    const char *at = text;
    do {
        uint64_t whole = 0;
        uint64_t numerator = 0;
        uint64_t denominator = 1;
        bool first = at == text;
        if (!take_u64(&at, &whole) || !take_fraction(&at, &numerator, &denominator)) {
            return false;
        }
        uint64_t unit = take_unit_ms(&at);
        if (unit == 0 && first && *at == '\0') {
            unit = 1;
        }
        if (unit == 0 || whole > (UINT64_MAX - total) / unit) {
            return false;
        }
        total += whole * unit;
        uint64_t part = numerator * unit;
        if (part % denominator != 0 || part / denominator > UINT64_MAX - total) {
            return false;
        }
        total += part / denominator;
    } while (*at != '\0');
    *out_ms = total;
    return true;
}

bool num_parse_rising_list(const char *text, uint64_t *out, size_t max_count, size_t *count)
{
    uint64_t last = 0;
    size_t n = 0;
    for (const char *at = text;; at++) {
        uint64_t value = 0;
        if (n == max_count || !take_u64(&at, &value) || value <= last) {
            return false;
        }
        last = value;
        n++;
        if (*at == '\0') {
            break;
        }
        if (*at != ',') {
            return false;
        }
    }
    /* The whole list was good: only now may the caller's array be touched. */
    const char *at = text;
    for (size_t i = 0; i < n && take_u64(&at, &out[i]); i++) {
        at++;
    }
    *count = n;
    return true;
}
