#include "tests/unit/test.h"

#include <string.h>

#include "seed/shape.h"
#include "seed/words.h"

static void check_plain(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if (*c < ' ' || *c == '"' || *c == '\\' || *c == 0x7f) {
            fail_msg("\"%s\" would have to be escaped in JSON", text);
        }
    }
}

static void nothing_needs_escaping_in_json(void **state)
{
    (void)state;
    struct rng rng;
    struct strbuf text = STRBUF_INIT;
    struct words_file file;
    rng_init(&rng, 3);
    for (int i = 0; i < 5000; i++) {
        strbuf_clear(&text);
        words_text(&rng, &text);
        assert_true(text.len > 0);
        words_caption(&rng, &text);
        check_plain(text.data);
        words_picture(&rng, &file);
        check_plain(file.name);
        words_document(&rng, &file);
        check_plain(file.name);
        struct words_person person = words_person(&rng);
        check_plain(person.first_name);
        check_plain(person.last_name);
        assert_int_equal(strspn(person.login, "abcdefghijklmnopqrstuvwxyz"), strlen(person.login));
    }
    strbuf_release(&text);
}

static void files_have_a_name_that_fits_their_kind(void **state)
{
    (void)state;
    struct rng rng;
    struct words_file file;
    rng_init(&rng, 4);
    for (int i = 0; i < 500; i++) {
        words_picture(&rng, &file);
        bool jpeg = strcmp(file.mime, "image/jpeg") == 0;
        assert_non_null(strstr(file.name, jpeg ? ".jpg" : ".png"));
        assert_true(file.width >= 100 && file.height >= 100);
        words_document(&rng, &file);
        assert_true(strlen(file.name) < sizeof file.name - 1);
        assert_int_equal(file.width, 0);
        assert_in_range(file.bytes, 1024, 1024 << 13);
        assert_int_equal(strstr(file.name, ".pdf") != NULL,
                         strcmp(file.mime, "application/pdf") == 0);
    }
}

static void groups_and_options_have_names_of_their_own(void **state)
{
    (void)state;
    for (uint32_t i = 0; i <= SHAPE_EXTRA_GROUPS; i++) {
        for (uint32_t k = 0; k < i; k++) {
            assert_string_not_equal(words_group_name(i), words_group_name(k));
        }
    }
    for (uint32_t i = 0; i < SHAPE_POLL_OPTIONS; i++) {
        for (uint32_t k = 0; k < i; k++) {
            assert_string_not_equal(words_poll_option(i), words_poll_option(k));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_needs_escaping_in_json),
        cmocka_unit_test(files_have_a_name_that_fits_their_kind),
        cmocka_unit_test(groups_and_options_have_names_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
