#include "tests/unit/test.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/png.h"

#define WHITE 0xffffffffU
#define BLACK 0x000000ffU
#define RED   0xdc1e1effU

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

static struct png filled(uint32_t width, uint32_t height, uint32_t rgba)
{
    struct png picture = { width, height, mem_new_array((size_t)width * height, 4) };
    for (size_t i = 0; i < (size_t)width * height; i++) {
        for (size_t c = 0; c < 4; c++) {
            picture.pixels[4 * i + c] = (uint8_t)(rgba >> (24 - 8 * c));
        }
    }
    return picture;
}

static void put(struct png *picture, uint32_t x, uint32_t y, uint32_t rgba)
{
    for (size_t c = 0; c < 4; c++) {
        picture->pixels[4 * ((size_t)y * picture->width + x) + c] = (uint8_t)(rgba >> (24 - 8 * c));
    }
}

static uint32_t get(const struct png *picture, uint32_t x, uint32_t y)
{
    const uint8_t *at = picture->pixels + 4 * ((size_t)y * picture->width + x);
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void pictures_go_round(void **state)
{
    (void)state;
    static const struct {
        uint32_t colour;
        uint8_t kind; /* PNG specification 11.2.2: 2 truecolour, 6 with alpha */
    } cases[] = { { 0x12345678U, 6 }, { 0x123456ffU, 2 } };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err_msg msg;
        struct strbuf bytes = STRBUF_INIT;
        struct png back = { 0, 0, NULL };
        struct png picture = filled(7, 5, 0xfedcbaffU);
        put(&picture, 3, 2, cases[i].colour);
        assert_int_equal(png_encode(&picture, &bytes, &msg), ERR_OK);
        assert_int_equal(bytes.data[25], cases[i].kind);
        assert_int_equal(png_decode(bytes.data, bytes.len, "t.png", &back, &msg), ERR_OK);
        assert_int_equal(back.width, 7);
        assert_int_equal(back.height, 5);
        assert_memory_equal(back.pixels, picture.pixels, (size_t)7 * 5 * 4);
        png_release(&picture);
        png_release(&back);
        assert_null(back.pixels);
        strbuf_release(&bytes);
    }
}

static void a_picture_cut_short_anywhere_is_refused(void **state)
{
    (void)state;
    struct err_msg msg;
    struct strbuf bytes = STRBUF_INIT;
    struct png picture = filled(9, 9, 0x336699ffU);
    assert_int_equal(png_encode(&picture, &bytes, &msg), ERR_OK);
    for (size_t len = 0; len < bytes.len; len++) {
        struct png back = { 0, 0, NULL };
        char *part = mem_new(len);
        memcpy(part, bytes.data, len);
        enum err err = png_decode(part, len, "t.png", &back, &msg);
        if (err != ERR_FORMAT || strstr(msg.text, "t.png") == NULL || back.pixels != NULL) {
            fail_msg("%zu bytes: %s \"%s\"", len, err_name(err), msg.text);
        }
        struct png_facts facts;
        assert_int_equal(png_inspect(part, len, "t.png", &facts, &msg), ERR_FORMAT);
        assert_non_null(strstr(msg.text, "t.png"));
        free(part);
    }
    png_release(&picture);
    strbuf_release(&bytes);
}

static void other_bytes_are_no_picture(void **state)
{
    (void)state;
    static const char *const texts[] = { "GIF89a............................", "<html></html>",
                                         "\x89PNG\r\n\x1a\n",
                                         "\x89PNG\r\n\x1a\n............IEND............" };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct png back = { 0, 0, NULL };
        struct err_msg msg;
        assert_int_equal(png_decode(texts[i], strlen(texts[i]), "t.png", &back, &msg), ERR_FORMAT);
        assert_null(back.pixels);
        struct png_facts facts;
        assert_int_equal(png_inspect(texts[i], strlen(texts[i]), "t.png", &facts, &msg),
                         ERR_FORMAT);
    }
}

static void put_be(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        at[i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

static void a_header_that_promises_too_many_pixels_is_refused_at_once(void **state)
{
    (void)state;
    static const struct {
        uint32_t width;
        uint32_t height;
        enum err want;
    } cases[] = { { 100000, 100000, ERR_LIMIT },
                  { 8001, 8000, ERR_LIMIT },
                  { 64000000, 2, ERR_FORMAT }, /* over libpng's own width of a million */
                  { 0, 5, ERR_FORMAT } };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err_msg msg;
        struct strbuf bytes = STRBUF_INIT;
        struct png back = { 0, 0, NULL };
        struct png picture = filled(1, 1, WHITE);
        assert_int_equal(png_encode(&picture, &bytes, &msg), ERR_OK);
        uint8_t *header = (uint8_t *)bytes.data + 12;
        put_be(header + 4, cases[i].width);
        put_be(header + 8, cases[i].height);
        put_be(header + 17, (uint32_t)crc32(0, header, 17));
        assert_int_equal(png_decode(bytes.data, bytes.len, "t.png", &back, &msg), cases[i].want);
        assert_null(back.pixels);
        png_release(&picture);
        strbuf_release(&bytes);
    }
}

/* Found by fuzzing: libpng cleared 2 GiB for a text chunk of claimed length. */
static void a_chunk_that_claims_more_than_there_is_costs_nothing(void **state)
{
    (void)state;
    struct err_msg msg;
    struct strbuf bytes = STRBUF_INIT;
    struct png back = { 0, 0, NULL };
    struct png picture = filled(1, 1, WHITE);
    assert_int_equal(png_encode(&picture, &bytes, &msg), ERR_OK);
    struct strbuf hostile = STRBUF_INIT;
    strbuf_add(&hostile, bytes.data, 33); /* signature and header */
    strbuf_add(&hostile, "\x7b\0\0\x07tEXt", 8);
    strbuf_add(&hostile, bytes.data + 33, bytes.len - 33);
    uint64_t start_ns = clock_now_ns();
    assert_int_equal(png_decode(hostile.data, hostile.len, "t.png", &back, &msg), ERR_FORMAT);
    struct png_facts facts;
    assert_int_equal(png_inspect(hostile.data, hostile.len, "t.png", &facts, &msg), ERR_FORMAT);
    assert_true(clock_now_ns() - start_ns < 100 * NS_PER_MS);
    png_release(&picture);
    strbuf_release(&bytes);
    strbuf_release(&hostile);
}

static void ink_is_what_differs_from_the_commonest_colour(void **state)
{
    (void)state;
    struct png picture = filled(100, 100, WHITE);
    assert_true(near(png_ink(&picture), 0.0));
    for (uint32_t x = 0; x < 100; x++) {
        put(&picture, x, 50, BLACK + (x << 8));
    }
    assert_true(near(png_ink(&picture), 0.01));
    for (uint32_t y = 0; y < 100; y++) {
        for (uint32_t x = 0; x < 100; x++) {
            put(&picture, x, y, (y * 100 + x) << 8 | 0xffU);
        }
    }
    assert_true(near(png_ink(&picture), 0.9999));
    png_release(&picture);
    struct png none = { 0, 0, NULL };
    assert_true(near(png_ink(&none), 0.0));
}

static void inspecting_row_by_row_says_the_same_as_decoding(void **state)
{
    (void)state;
    static const uint32_t colours[] = { 0x102030ffU, 0x10203040U };
    for (size_t i = 0; i < COUNT_OF(colours); i++) {
        struct err_msg msg;
        struct strbuf bytes = STRBUF_INIT;
        struct png_facts facts = { 0, 0, -1.0 };
        struct png picture = filled(40, 25, WHITE);
        for (uint32_t x = 0; x < 40; x += 3) {
            put(&picture, x, x % 25, colours[i]);
        }
        assert_int_equal(png_encode(&picture, &bytes, &msg), ERR_OK);
        assert_int_equal(png_inspect(bytes.data, bytes.len, "t.png", &facts, &msg), ERR_OK);
        assert_int_equal(facts.width, 40);
        assert_int_equal(facts.height, 25);
        assert_true(near(facts.ink, 14.0 / 1000.0));
        assert_true(near(facts.ink, png_ink(&picture)));
        png_release(&picture);
        strbuf_release(&bytes);
    }
}

static void shrinking_averages_areas(void **state)
{
    (void)state;
    struct png small = { 0, 0, NULL };
    struct png picture = filled(4, 4, BLACK);
    for (uint32_t y = 0; y < 4; y++) {
        put(&picture, 0, y, WHITE);
        put(&picture, 3, y, WHITE);
    }
    png_scale(&picture, 2, &small);
    assert_int_equal(small.width, 2);
    assert_int_equal(small.height, 2);
    assert_int_equal(get(&small, 0, 0), 0x808080ffU);
    assert_int_equal(get(&small, 1, 1), 0x808080ffU);
    png_release(&small);
    png_scale(&picture, 3, &small);
    assert_int_equal(small.height, 3);
    assert_int_equal(get(&small, 0, 0), 0xbfbfbfffU); /* 1 of 4/3 columns is white */
    assert_int_equal(get(&small, 1, 1), BLACK);
    png_release(&small);
    png_release(&picture);
}

static void what_is_transparent_does_not_tint(void **state)
{
    (void)state;
    struct png small = { 0, 0, NULL };
    struct png picture = filled(2, 1, 0x40800040U);
    put(&picture, 0, 0, 0xffff0000U);
    png_scale(&picture, 1, &small);
    assert_int_equal(get(&small, 0, 0), 0x40800020U);
    png_release(&small);
    put(&picture, 1, 0, 0xffff0000U);
    png_scale(&picture, 1, &small);
    assert_int_equal(get(&small, 0, 0), 0);
    png_release(&small);
    png_release(&picture);
}

static void sizes_stay_in_proportion_and_never_grow(void **state)
{
    (void)state;
    static const struct {
        uint32_t width;
        uint32_t height;
        uint32_t to;
        uint32_t want_width;
        uint32_t want_height;
    } cases[] = {
        { 1440, 900, 360, 360, 225 }, { 10, 10, 10, 10, 10 }, { 10, 10, 99, 10, 10 },
        { 100, 1, 3, 3, 1 },          { 7, 100, 2, 2, 29 },   { 3, 2, 1, 1, 1 },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct png small = { 0, 0, NULL };
        struct png picture = filled(cases[i].width, cases[i].height, 0x0a141effU);
        png_scale(&picture, cases[i].to, &small);
        assert_int_equal(small.width, cases[i].want_width);
        assert_int_equal(small.height, cases[i].want_height);
        for (uint32_t y = 0; y < small.height; y++) {
            for (uint32_t x = 0; x < small.width; x++) {
                assert_int_equal(get(&small, x, y), 0x0a141effU);
            }
        }
        png_release(&small);
        png_release(&picture);
    }
}

static void differences_are_marked_and_counted(void **state)
{
    (void)state;
    struct png marked = { 0, 0, NULL };
    struct png base = filled(10, 10, BLACK);
    struct png head = filled(10, 10, BLACK);
    assert_true(near(png_diff(&base, &head, &marked), 0.0));
    assert_int_equal(get(&marked, 4, 4), 0xaaaaaaffU);
    png_release(&marked);
    put(&head, 0, 0, 0x100000ffU); /* 16: as good as equal */
    put(&head, 1, 0, 0x110000ffU);
    put(&head, 2, 0, 0x000011ffU);
    put(&head, 3, 0, 0x000000eeU);
    assert_true(near(png_diff(&base, &head, &marked), 0.03));
    assert_true(get(&marked, 0, 0) != RED);
    for (uint32_t x = 1; x < 4; x++) {
        assert_int_equal(get(&marked, x, 0), RED);
    }
    png_release(&marked);
    png_release(&base);
    png_release(&head);
}

static void what_only_one_picture_has_counts_as_changed(void **state)
{
    (void)state;
    static const struct {
        uint32_t base_width;
        uint32_t base_height;
        uint32_t head_width;
        uint32_t head_height;
        double want;
    } cases[] = {
        { 10, 10, 10, 20, 0.5 },
        { 10, 20, 10, 10, 0.5 },
        { 20, 10, 10, 20, 2.0 / 3.0 },
        { 10, 10, 10, 10, 0.0 },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct png marked = { 0, 0, NULL };
        struct png base = filled(cases[i].base_width, cases[i].base_height, WHITE);
        struct png head = filled(cases[i].head_width, cases[i].head_height, WHITE);
        assert_true(near(png_diff(&base, &head, &marked), cases[i].want));
        assert_int_equal(marked.width, head.width);
        assert_int_equal(marked.height, head.height);
        assert_int_equal(get(&marked, 0, 0), WHITE);
        assert_int_equal(get(&marked, 9, head.height - 1), head.height > base.height ? RED : WHITE);
        png_release(&marked);
        png_release(&base);
        png_release(&head);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_go_round),
        cmocka_unit_test(a_picture_cut_short_anywhere_is_refused),
        cmocka_unit_test(other_bytes_are_no_picture),
        cmocka_unit_test(a_header_that_promises_too_many_pixels_is_refused_at_once),
        cmocka_unit_test(a_chunk_that_claims_more_than_there_is_costs_nothing),
        cmocka_unit_test(ink_is_what_differs_from_the_commonest_colour),
        cmocka_unit_test(inspecting_row_by_row_says_the_same_as_decoding),
        cmocka_unit_test(shrinking_averages_areas),
        cmocka_unit_test(what_is_transparent_does_not_tint),
        cmocka_unit_test(sizes_stay_in_proportion_and_never_grow),
        cmocka_unit_test(differences_are_marked_and_counted),
        cmocka_unit_test(what_only_one_picture_has_counts_as_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
