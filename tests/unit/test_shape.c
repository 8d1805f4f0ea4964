#include "tests/unit/test.h"

#include <string.h>

#include "seed/shape.h"

static struct shape shape_of(uint32_t messages)
{
    return (struct shape){ .users = 100, .group_members = 100, .messages = messages };
}

static void the_group_is_divided_as_documented(void **state)
{
    (void)state;
    static const struct {
        uint32_t messages;
        struct shape_part texts;
        struct shape_part images;
        struct shape_part files;
    } cases[] = {
        { 1, { 2, 0 }, { 2, 0 }, { 2, 0 } },
        { 2, { 2, 0 }, { 2, 0 }, { 2, 1 } },
        { 3, { 2, 0 }, { 2, 1 }, { 3, 1 } },
        { 100, { 2, 0 }, { 2, 49 }, { 51, 50 } },
        { 200, { 2, 0 }, { 2, 99 }, { 101, 100 } },
        { 201, { 2, 0 }, { 2, 100 }, { 102, 100 } },
        { 202, { 2, 1 }, { 3, 100 }, { 103, 100 } },
        { 1000000, { 2, 999799 }, { 999801, 100 }, { 999901, 100 } },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct shape shape = shape_of(cases[i].messages);
        struct shape_part texts = shape_texts(&shape);
        struct shape_part images = shape_images(&shape);
        struct shape_part files = shape_files(&shape);
        if (memcmp(&texts, &cases[i].texts, sizeof texts) != 0 ||
            memcmp(&images, &cases[i].images, sizeof images) != 0 ||
            memcmp(&files, &cases[i].files, sizeof files) != 0) {
            fail_msg("%u messages: texts %u+%u, images %u+%u, files %u+%u", cases[i].messages,
                     texts.first, texts.count, images.first, images.count, files.first,
                     files.count);
        }
        /* Poll, texts, images and files follow each other and are all. */
        assert_int_equal(texts.first + texts.count, images.first);
        assert_int_equal(images.first + images.count, files.first);
        assert_int_equal(files.first + files.count, cases[i].messages + 1);
    }
}

static void encrypted_texts_are_the_newest(void **state)
{
    (void)state;
    struct shape shape = shape_of(201);
    shape.encrypted = 30;
    assert_int_equal(shape_encrypted(&shape).first, 202);
    assert_int_equal(shape_encrypted(&shape).count, 30);
    assert_int_equal(shape_group_messages(&shape), 231);
    assert_int_equal(shape_files(&shape).first, 102);
}

static void small_groups_have_ten_members_or_all(void **state)
{
    (void)state;
    struct shape shape = shape_of(201);
    assert_int_equal(shape_extra_members(&shape), 10);
    shape.users = 3;
    assert_int_equal(shape_extra_members(&shape), 3);
}

static void numbers_out_of_range_are_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        struct shape shape;
        const char *want; /* NULL: accepted */
    } cases[] = {
        { { 1, 100, 100, 201, 0, 0 }, NULL },
        { { 1, 1, 1, 1, 0, 1 }, NULL },
        { { 1, 10000, 10000, 1000000, 1000000, 10000 }, NULL },
        { { 1, 0, 1, 201, 0, 0 }, "--users 0 is out of range: 1 to 10000" },
        { { 1, 10001, 1, 201, 0, 0 }, "--users 10001 is out of range: 1 to 10000" },
        { { 1, 5, 6, 201, 0, 0 }, "--group-members 6 is out of range: 1 to 5" },
        { { 1, 5, 0, 201, 0, 0 }, "--group-members 0 is out of range: 1 to 5" },
        { { 1, 5, 5, 0, 0, 0 }, "--messages 0 is out of range: 1 to 1000000" },
        { { 1, 5, 5, 1000001, 0, 0 }, "--messages 1000001 is out of range: 1 to 1000000" },
        { { 1, 5, 5, 201, 1000001, 0 }, "--encrypted 1000001 is out of range: 0 to 1000000" },
        { { 1, 5, 4, 201, 0, 5 }, "--reactions 5 is out of range: 0 to 4" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err_msg msg = { "" };
        enum err code = shape_check(&cases[i].shape, &msg);
        assert_int_equal(code, cases[i].want == NULL ? ERR_OK : ERR_USAGE);
        assert_string_equal(msg.text, cases[i].want == NULL ? "" : cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_group_is_divided_as_documented),
        cmocka_unit_test(encrypted_texts_are_the_newest),
        cmocka_unit_test(small_groups_have_ten_members_or_all),
        cmocka_unit_test(numbers_out_of_range_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
