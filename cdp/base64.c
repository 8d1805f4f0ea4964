#include "cdp/base64.h"

#include <stdint.h>

static int value_of(char c)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c != '\0' ? strchr(alphabet, c) : NULL;
    return at != NULL ? (int)(at - alphabet) : -1;
}

/* Four characters into up to three bytes; 0 when they are none. `last`: padding is allowed. */
static size_t decode_group(const char *in, bool last, unsigned char out[3])
{
    size_t padding = 0;
    if (last && in[3] == '=') {
        padding = in[2] == '=' ? 2 : 1;
    }
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; i++) {
        int value = i < 4 - padding ? value_of(in[i]) : 0;
        if (value < 0) {
            return 0;
        }
        bits = bits << 6 | (uint32_t)value;
    }
    out[0] = (unsigned char)(bits >> 16);
    out[1] = (unsigned char)(bits >> 8);
    out[2] = (unsigned char)bits;
    return 3 - padding;
}

bool base64_decode(const char *text, struct strbuf *out)
{
    size_t before = out->len;
    size_t length = strlen(text);
    bool valid = length % 4 == 0;
    for (size_t at = 0; valid && at < length; at += 4) {
        unsigned char bytes[3];
        size_t count = decode_group(text + at, at + 4 == length, bytes);
        strbuf_add(out, bytes, count);
        valid = count > 0;
    }
    if (!valid && out->data != NULL) {
        out->len = before;
        out->data[before] = '\0';
    }
    return valid;
}
