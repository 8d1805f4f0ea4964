#include "base/png.h"

#include <assert.h>
#include <math.h>
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"

#define CHANNELS        4
#define OPAQUE          255
#define SIGNATURE_BYTES 8
#define CHUNK_OVERHEAD  ((size_t)12) /* length, type, checksum: PNG specification, section 5.3 */
#define DIFFERS_ABOVE   16

static size_t pixel_count(const struct png *picture)
{
    return (size_t)picture->width * picture->height;
}

static uint32_t big_endian(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool is_wanted(const uint8_t *type)
{
    static const char *const small[] = { "tRNS", "gAMA", "sRGB", "cHRM" };
    if (type[0] >= 'A' && type[0] <= 'Z') {
        return true; /* critical: section 5.4 */
    }
    for (size_t i = 0; i < sizeof small / sizeof small[0]; i++) {
        if (memcmp(type, small[i], strlen(small[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* Hands on what the pixels need. libpng would reserve whatever length a chunk claims (2 GiB), blow
 * up compressed texts without a ceiling, and not look for the end mark. */
static enum err take_chunks(const uint8_t *bytes, size_t count, const char *name,
                            struct strbuf *out, struct err_msg *msg)
{
    static const uint8_t signature[SIGNATURE_BYTES] = {
        0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'
    };
    size_t at = SIGNATURE_BYTES;
    if (count > LIMIT_PNG_FILE_BYTES) {
        return err_set(msg, ERR_LIMIT, "%s: a PNG of more than %zu bytes", name,
                       LIMIT_PNG_FILE_BYTES);
    }
    if (count < SIGNATURE_BYTES || memcmp(bytes, signature, SIGNATURE_BYTES) != 0) {
        return err_set(msg, ERR_FORMAT, "%s: this is no PNG%s", name,
                       count == 0 ? ", but empty" : "");
    }
    strbuf_add(out, bytes, SIGNATURE_BYTES);
    while (count - at >= CHUNK_OVERHEAD) {
        size_t length = big_endian(bytes + at);
        const uint8_t *type = bytes + at + 4;
        if (length > count - at - CHUNK_OVERHEAD) {
            break;
        }
        if (is_wanted(type)) {
            strbuf_add(out, bytes + at, length + CHUNK_OVERHEAD);
        }
        if (memcmp(type, "IEND", 4) == 0) {
            return ERR_OK;
        }
        at += length + CHUNK_OVERHEAD;
    }
    return err_set(msg, ERR_FORMAT, "%s: the PNG is cut short", name);
}

static enum err decode_chunks(const struct strbuf *chunks, const char *name, struct png *out,
                              struct err_msg *msg)
{
    png_image image;
    struct png picture = { 0, 0, NULL };
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_memory(&image, chunks->data, chunks->len)) {
        return err_set(msg, ERR_FORMAT, "%s: no readable PNG: %s", name, image.message);
    }
    if (image.width == 0 || image.height == 0 || image.height > LIMIT_PNG_PIXELS / image.width) {
        enum err err = err_set(msg, ERR_LIMIT, "%s: a picture of %u × %u, more than %zu pixels",
                               name, image.width, image.height, LIMIT_PNG_PIXELS);
        png_image_free(&image);
        return err;
    }
    image.format = PNG_FORMAT_RGBA;
    picture.width = image.width;
    picture.height = image.height;
    picture.pixels = mem_new_array(pixel_count(&picture), CHANNELS);
    if (!png_image_finish_read(&image, NULL, picture.pixels, 0, NULL)) {
        png_release(&picture);
        return err_set(msg, ERR_FORMAT, "%s: the PNG is damaged: %s", name, image.message);
    }
    *out = picture;
    return ERR_OK;
}

enum err png_decode(const void *bytes, size_t count, const char *name, struct png *out,
                    struct err_msg *msg)
{
    struct strbuf chunks = STRBUF_INIT;
    enum err err = take_chunks(bytes, count, name, &chunks, msg);
    if (err == ERR_OK) {
        err = decode_chunks(&chunks, name, out, msg);
    }
    strbuf_release(&chunks);
    return err;
}

void png_release(struct png *picture)
{
    free(picture->pixels);
    *picture = (struct png){ 0, 0, NULL };
}

static bool is_opaque(const struct png *picture)
{
    size_t count = pixel_count(picture);
    for (size_t i = 0; i < count; i++) {
        if (picture->pixels[i * CHANNELS + 3] != OPAQUE) {
            return false;
        }
    }
    return true;
}

static uint8_t *without_alpha(const struct png *picture)
{
    size_t count = pixel_count(picture);
    uint8_t *rgb = mem_new_array(count, 3);
    for (size_t i = 0; i < count; i++) {
        memcpy(rgb + i * 3, picture->pixels + i * CHANNELS, 3);
    }
    return rgb;
}

enum err png_encode(const struct png *picture, struct strbuf *out, struct err_msg *msg)
{
    enum err err = ERR_OK;
    png_image image;
    bool opaque = is_opaque(picture);
    uint8_t *rgb = opaque ? without_alpha(picture) : NULL;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = picture->width;
    image.height = picture->height;
    image.format = opaque ? PNG_FORMAT_RGB : PNG_FORMAT_RGBA;
    png_alloc_size_t room = PNG_IMAGE_PNG_SIZE_MAX(image);
    char *bytes = mem_new(room);
    if (png_image_write_to_memory(&image, bytes, &room, 0, opaque ? rgb : picture->pixels, 0,
                                  NULL)) {
        strbuf_add(out, bytes, room);
    } else {
        err = err_set(msg, ERR_FORMAT, "cannot encode a picture of %u × %u: %s", picture->width,
                      picture->height, image.message);
    }
    free(bytes);
    free(rgb);
    return err;
}

/* How often each colour occurs: open addressing, a count of 0 is a free place. */
struct palette {
    struct shade {
        uint32_t colour;
        uint32_t count;
    } * shades;
    size_t cap; /* a power of two */
    size_t used;
};

static struct shade *palette_find(const struct palette *palette, uint32_t colour)
{
    size_t mask = palette->cap - 1;
    size_t at = (size_t)(((uint64_t)colour * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & mask;
    while (palette->shades[at].count != 0 && palette->shades[at].colour != colour) {
        at = (at + 1) & mask;
    }
    return &palette->shades[at];
}

static void palette_grow(struct palette *palette)
{
    struct palette bigger = { NULL, palette->cap * 2, palette->used };
    bigger.shades = mem_new_array(bigger.cap, sizeof bigger.shades[0]);
    for (size_t i = 0; i < palette->cap; i++) {
        if (palette->shades[i].count != 0) {
            *palette_find(&bigger, palette->shades[i].colour) = palette->shades[i];
        }
    }
    free(palette->shades);
    *palette = bigger;
}

static void palette_count(struct palette *palette, uint32_t colour, uint32_t times)
{
    struct shade *shade = palette_find(palette, colour);
    if (shade->count == 0) {
        shade->colour = colour;
        palette->used++;
    }
    shade->count += times;
    if (palette->used * 2 > palette->cap) {
        palette_grow(palette);
    }
}

static uint32_t colour_at(const uint8_t *pixels, size_t index)
{
    uint32_t colour = 0;
    memcpy(&colour, pixels + index * CHANNELS, sizeof colour);
    return colour;
}

/* Runs of one colour make up most of a screenshot: one look-up a run. */
static void palette_add_row(struct palette *palette, const uint8_t *pixels, size_t count)
{
    for (size_t start = 0, end = 0; start < count; start = end) {
        uint32_t colour = colour_at(pixels, start);
        while (end < count && colour_at(pixels, end) == colour) {
            end++;
        }
        palette_count(palette, colour, (uint32_t)(end - start));
    }
}

static struct palette new_palette(void)
{
    struct palette palette = { NULL, 1024, 0 };
    palette.shades = mem_new_array(palette.cap, sizeof palette.shades[0]);
    return palette;
}

/* Frees the palette of a picture of `count` pixels. */
static double palette_ink(struct palette *palette, size_t count)
{
    uint32_t most = 0;
    for (size_t i = 0; i < palette->cap; i++) {
        most = palette->shades[i].count > most ? palette->shades[i].count : most;
    }
    free(palette->shades);
    return count > 0 ? 1.0 - (double)most / (double)count : 0.0;
}

double png_ink(const struct png *picture)
{
    struct palette palette = new_palette();
    palette_add_row(&palette, picture->pixels, pixel_count(picture));
    return palette_ink(&palette, pixel_count(picture));
}

/* One reading row by row. Lives on the heap: libpng leaves by longjmp. */
struct reading {
    png_structp png;
    png_infop info;
    struct strbuf chunks;
    size_t at; /* in chunks */
    uint8_t *row;
    struct palette palette;
    struct png_facts facts;
    bool interlaced; /* has no rows of its own: read whole instead */
    char error[160];
};

static void read_next(png_structp png, png_bytep out, size_t bytes)
{
    struct reading *reading = png_get_io_ptr(png);
    if (bytes > reading->chunks.len - reading->at) {
        png_error(png, "cut short");
    }
    memcpy(out, reading->chunks.data + reading->at, bytes);
    reading->at += bytes;
}

static void on_png_error(png_structp png, png_const_charp text)
{
    struct reading *reading = png_get_error_ptr(png);
    (void)snprintf(reading->error, sizeof reading->error, "%s", text);
    png_longjmp(png, 1);
}

static void on_png_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

/* False when libpng gave up: the reason stands in reading->error. */
static bool read_rows(struct reading *reading)
{
    if (setjmp(png_jmpbuf(reading->png)) != 0) { /* NOLINT(cert-err52-cpp): libpng's only way */
        return false;
    }
    png_structp png = reading->png;
    png_set_read_fn(png, reading, read_next);
    png_read_info(png, reading->info);
    reading->facts.width = png_get_image_width(png, reading->info);
    reading->facts.height = png_get_image_height(png, reading->info);
    reading->interlaced = png_get_interlace_type(png, reading->info) != PNG_INTERLACE_NONE;
    if (reading->interlaced || reading->facts.height > LIMIT_PNG_PIXELS / reading->facts.width) {
        return true;
    }
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_gray_to_rgb(png);
    png_set_add_alpha(png, OPAQUE, PNG_FILLER_AFTER);
    png_read_update_info(png, reading->info);
    reading->row = mem_new(png_get_rowbytes(png, reading->info));
    for (uint32_t y = 0; y < reading->facts.height; y++) {
        png_read_row(png, reading->row, NULL);
        palette_add_row(&reading->palette, reading->row, reading->facts.width);
    }
    png_read_end(png, NULL);
    return true;
}

static enum err inspect_whole(const struct reading *reading, const char *name,
                              struct png_facts *out, struct err_msg *msg)
{
    struct png picture = { 0, 0, NULL };
    enum err err = decode_chunks(&reading->chunks, name, &picture, msg);
    if (err == ERR_OK) {
        *out = (struct png_facts){ picture.width, picture.height, png_ink(&picture) };
        png_release(&picture);
    }
    return err;
}

static enum err inspect_chunks(struct reading *reading, const char *name, struct png_facts *out,
                               struct err_msg *msg)
{
    reading->palette = new_palette();
    reading->png =
        png_create_read_struct(PNG_LIBPNG_VER_STRING, reading, on_png_error, on_png_warning);
    reading->info = reading->png != NULL ? png_create_info_struct(reading->png) : NULL;
    bool read = reading->info != NULL && read_rows(reading);
    size_t pixels = (size_t)reading->facts.width * reading->facts.height;
    enum err err = ERR_OK;
    reading->facts.ink = palette_ink(&reading->palette, pixels);
    if (!read && reading->error[0] != '\0') {
        err = err_set(msg, ERR_FORMAT, "%s: no readable PNG: %s", name, reading->error);
    } else if (!read || reading->interlaced || pixels > LIMIT_PNG_PIXELS) {
        err = inspect_whole(reading, name, out, msg); /* also finds the words for what is refused */
    } else {
        *out = reading->facts;
    }
    png_destroy_read_struct(&reading->png, &reading->info, NULL);
    return err;
}

enum err png_inspect(const void *bytes, size_t count, const char *name, struct png_facts *out,
                     struct err_msg *msg)
{
    struct reading *reading = mem_new(sizeof *reading);
    enum err err = take_chunks(bytes, count, name, &reading->chunks, msg);
    if (err == ERR_OK) {
        err = inspect_chunks(reading, name, out, msg);
    }
    strbuf_release(&reading->chunks);
    free(reading->row);
    free(reading);
    return err;
}

/* How much of pixel `at` lies between `from` and `to`. */
static double overlap(uint32_t at, double from, double to)
{
    double low = fmax(from, (double)at);
    double high = fmin(to, (double)at + 1.0);
    return fmax(high - low, 0.0);
}

struct area {
    double left;
    double right;
    double top;
    double bottom;
};

static uint8_t rounded(double value)
{
    return (uint8_t)fmin(fmax(value + 0.5, 0.0), (double)OPAQUE);
}

/* The mean colour, each pixel by its share of the area and its opacity: what cannot be seen must
 * not tint the edges. */
static void average(const struct png *picture, const struct area *area, uint8_t *out)
{
    double sum[CHANNELS] = { 0.0 };
    double weight = 0.0;
    for (uint32_t y = (uint32_t)area->top; y < picture->height && (double)y < area->bottom; y++) {
        double tall = overlap(y, area->top, area->bottom);
        const uint8_t *row = picture->pixels + (size_t)y * picture->width * CHANNELS;
        for (uint32_t x = (uint32_t)area->left; x < picture->width && (double)x < area->right;
             x++) {
            const uint8_t *pixel = row + (size_t)x * CHANNELS;
            double share = tall * overlap(x, area->left, area->right);
            double opacity = share * (double)pixel[3];
            for (int c = 0; c < 3; c++) {
                sum[c] += opacity * (double)pixel[c];
            }
            sum[3] += opacity;
            weight += share;
        }
    }
    for (int c = 0; c < 3; c++) {
        out[c] = sum[3] > 0.0 ? rounded(sum[c] / sum[3]) : 0;
    }
    out[3] = weight > 0.0 ? rounded(sum[3] / weight) : 0;
}

void png_scale(const struct png *picture, uint32_t width, struct png *out)
{
    assert(width >= 1);
    struct png small = *picture;
    if (width >= picture->width) {
        size_t bytes = pixel_count(picture) * CHANNELS;
        small.pixels = mem_new(bytes);
        if (bytes > 0) {
            memcpy(small.pixels, picture->pixels, bytes);
        }
        *out = small;
        return;
    }
    double step = (double)picture->width / (double)width;
    small.width = width;
    small.height = (uint32_t)fmax(round((double)picture->height / step), 1.0);
    small.pixels = mem_new_array(pixel_count(&small), CHANNELS);
    double step_down = (double)picture->height / (double)small.height;
    for (uint32_t y = 0; y < small.height; y++) {
        for (uint32_t x = 0; x < small.width; x++) {
            struct area area = { x * step, (x + 1) * step, y * step_down, (y + 1) * step_down };
            average(picture, &area, small.pixels + ((size_t)y * small.width + x) * CHANNELS);
        }
    }
    *out = small;
}

static const uint8_t *pixel_at(const struct png *picture, uint32_t x, uint32_t y)
{
    return picture->pixels + ((size_t)y * picture->width + x) * CHANNELS;
}

static bool differs(const uint8_t *a, const uint8_t *b)
{
    for (int c = 0; c < CHANNELS; c++) {
        if (abs(a[c] - b[c]) > DIFFERS_ABOVE) {
            return true;
        }
    }
    return false;
}

static void paint(uint8_t *out, const uint8_t *pixel, bool changed)
{
    static const uint8_t red[CHANNELS] = { 220, 30, 30, OPAQUE };
    if (changed) {
        memcpy(out, red, sizeof red);
        return;
    }
    /* Luma by ITU-R BT.601, then two thirds of the way to white. */
    double luma = 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];
    uint8_t grey = rounded((double)OPAQUE - ((double)OPAQUE - luma) / 3.0);
    memset(out, grey, 3);
    out[3] = OPAQUE;
}

double png_diff(const struct png *base, const struct png *head, struct png *out)
{
    size_t changed_in_common = 0;
    size_t common = (size_t)(base->width < head->width ? base->width : head->width) *
                    (base->height < head->height ? base->height : head->height);
    size_t all = pixel_count(base) + pixel_count(head) - common;
    struct png marked = { head->width, head->height, NULL };
    marked.pixels = mem_new_array(pixel_count(head), CHANNELS);
    for (uint32_t y = 0; y < head->height; y++) {
        for (uint32_t x = 0; x < head->width; x++) {
            bool both = x < base->width && y < base->height;
            const uint8_t *pixel = pixel_at(head, x, y);
            bool changed = !both || differs(pixel_at(base, x, y), pixel);
            changed_in_common += both && changed;
            paint(marked.pixels + ((size_t)y * head->width + x) * CHANNELS, pixel, changed);
        }
    }
    *out = marked;
    return all == 0 ? 0.0 : (double)(changed_in_common + all - common) / (double)all;
}
