#include "tests/unit/test.h"

#include <stdio.h>

#include "cdp/id_set.h"

static void a_text_is_new_once(void **state)
{
    (void)state;
    struct id_set set = { NULL, 0, 0 };
    assert_false(id_set_has(&set, "a"));
    assert_true(id_set_add(&set, "a"));
    assert_false(id_set_add(&set, "a"));
    assert_true(id_set_add(&set, ""));
    assert_false(id_set_add(&set, ""));
    assert_true(id_set_has(&set, ""));
    assert_int_equal(set.count, 2);
    id_set_release(&set);
    assert_int_equal(set.count, 0);
}

static void many_texts_are_kept_through_growing(void **state)
{
    (void)state;
    struct id_set set = { NULL, 0, 0 };
    char text[32];
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 20000; i++) {
            (void)snprintf(text, sizeof text, "message-%d", i);
            assert_int_equal(id_set_add(&set, text), round == 0);
        }
    }
    assert_int_equal(set.count, 20000);
    assert_true(set.cap >= 40000);
    assert_false(id_set_has(&set, "message-20000"));
    id_set_release(&set);
}

static void the_callers_text_is_copied(void **state)
{
    (void)state;
    struct id_set set = { NULL, 0, 0 };
    char text[] = "one";
    assert_true(id_set_add(&set, text));
    text[0] = 'O';
    assert_true(id_set_has(&set, "one"));
    assert_false(id_set_has(&set, "One"));
    id_set_release(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_new_once),
        cmocka_unit_test(many_texts_are_kept_through_growing),
        cmocka_unit_test(the_callers_text_is_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
