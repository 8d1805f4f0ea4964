/* Pictures: what a screenshot really shows, and smaller copies for a report (libpng). */
#ifndef BASE_PNG_H
#define BASE_PNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strbuf.h"

/* 8-bit RGBA, rows top down without padding. pixels is owned by the picture. */
struct png {
    uint32_t width;
    uint32_t height;
    uint8_t *pixels;
};

/* Decodes any PNG to RGBA. ERR_FORMAT for what is no PNG or is cut short, ERR_LIMIT over
 * LIMIT_PNG_PIXELS. `name` for the sentence. */
MUST_CHECK enum err png_decode(const void *bytes, size_t count, const char *name, struct png *out,
                               struct err_msg *msg);
void png_release(struct png *picture);

/* Appends an encoded PNG (RGB when every pixel is opaque). */
MUST_CHECK enum err png_encode(const struct png *picture, struct strbuf *out, struct err_msg *msg);

/* How much of the picture is something: the share of pixels that differ from the most frequent
 * colour, 0…1. A blank page has less than 0.005. 0 for a picture without pixels. */
double png_ink(const struct png *picture);

/* Size and ink of a PNG, read row by row: for programs that must not grow by the 4 bytes a pixel of
 * png_decode, and refused for the same reasons. */
struct png_facts {
    uint32_t width;
    uint32_t height;
    double ink;
};
MUST_CHECK enum err png_inspect(const void *bytes, size_t count, const char *name,
                                struct png_facts *out, struct err_msg *msg);

/* Shrinks by averaging areas to `width` ≥ 1 pixels wide, the height in proportion and at least 1;
 * never enlarges: a picture that is no wider is copied. `*out` is the caller's. */
void png_scale(const struct png *picture, uint32_t width, struct png *out);

/* Marks what changed from `base` to `head`: head in pale grey, differing pixels (any channel by
 * more than 16) in red. Of different sizes: compared over the common part at the top left, the rest
 * counts as changed. Returns the share of changed pixels among all that either has, 0…1. `*out`, of
 * head's size, is the caller's. */
double png_diff(const struct png *base, const struct png *head, struct png *out);

#endif
