/* Any bytes as a screenshot: refused with a sentence, or decoded to what encodes and decodes to the
 * same pixels. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/png.h"
#include "base/strbuf.h"

#define MOST_PIXELS ((uint64_t)1 << 20) /* larger ones only cost time here */

/* NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t number_at(const uint8_t *at)
{
    return (uint64_t)at[0] << 24 | (uint64_t)at[1] << 16 | (uint64_t)at[2] << 8 | at[3];
}

static void go_round(const struct png *picture)
{
    struct strbuf bytes = STRBUF_INIT;
    struct png back = { 0, 0, NULL };
    struct err_msg msg;
    if (png_encode(picture, &bytes, &msg) != ERR_OK ||
        png_decode(bytes.data, bytes.len, "again", &back, &msg) != ERR_OK ||
        back.width != picture->width || back.height != picture->height ||
        memcmp(back.pixels, picture->pixels, (size_t)4 * back.width * back.height) != 0) {
        abort();
    }
    png_release(&back);
    strbuf_release(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct png picture = { 0, 0, NULL };
    struct png other = { 0, 0, NULL };
    struct png_facts facts = { 0, 0, -1.0 };
    struct err_msg msg = { "" };
    /* The header comes first: signature, length, type, width, height. */
    if (size >= 24 && number_at(data + 16) * number_at(data + 20) > MOST_PIXELS) {
        return 0;
    }
    enum err inspected = png_inspect(data, size, "input", &facts, &msg);
    if (inspected == ERR_OK && !(facts.ink >= 0.0 && facts.ink <= 1.0)) {
        abort();
    }
    if (png_decode(data, size, "input", &picture, &msg) != ERR_OK) {
        if (msg.text[0] == '\0' || picture.pixels != NULL) {
            abort();
        }
        return 0;
    }
    double ink = png_ink(&picture);
    if (!(ink >= 0.0 && ink <= 1.0) || (inspected == ERR_OK && facts.width != picture.width)) {
        abort();
    }
    go_round(&picture);
    png_scale(&picture, picture.width / 2 + 1, &other);
    png_release(&other);
    if (png_diff(&picture, &picture, &other) > 0.0) {
        abort();
    }
    png_release(&other);
    png_release(&picture);
    return 0;
}
