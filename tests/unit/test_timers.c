#include "tests/unit/test.h"

#include "base/rng.h"
#include "base/timers.h"

#define MANY 500

static void first_of_none_is_null(void **state)
{
    struct timers timers = { .count = 0 };
    (void)state;
    assert_null(timers_first(&timers));
    timers_release(&timers);
}

static void they_come_out_in_order(void **state)
{
    struct timers timers = { .count = 0 };
    struct timers_entry entry[MANY] = { { 0, 0 } };
    struct rng rng;
    uint64_t last = 0;
    (void)state;
    rng_init(&rng, 7);
    for (size_t i = 0; i < MANY; i++) {
        timers_set(&timers, &entry[i], rng_below(&rng, 100));
    }
    for (size_t i = 0; i < MANY; i++) {
        struct timers_entry *first = timers_first(&timers);
        assert_true(first->at_ns >= last);
        last = first->at_ns;
        timers_remove(&timers, first);
        assert_int_equal(first->place, 0);
    }
    assert_null(timers_first(&timers));
    timers_release(&timers);
}

/* Against the smallest of a plain list, after every change. */
static void setting_moving_and_removing_keep_the_first_first(void **state)
{
    struct timers timers = { .count = 0 };
    struct timers_entry entry[MANY] = { { 0, 0 } };
    struct rng rng;
    (void)state;
    rng_init(&rng, 11);
    for (int turn = 0; turn < 20000; turn++) {
        struct timers_entry *one = &entry[rng_below(&rng, MANY)];
        uint64_t least = TIMERS_NEVER;
        if (rng_below(&rng, 3) == 0) {
            timers_remove(&timers, one);
        } else {
            timers_set(&timers, one, rng_below(&rng, 1000000));
        }
        if (turn % 50 != 0) {
            continue;
        }
        for (size_t i = 0; i < MANY; i++) {
            if (entry[i].place != 0 && entry[i].at_ns < least) {
                least = entry[i].at_ns;
            }
        }
        const struct timers_entry *first = timers_first(&timers);
        assert_true(first == NULL ? least == TIMERS_NEVER : first->at_ns == least);
    }
    timers_release(&timers);
}

static void removing_twice_is_harmless(void **state)
{
    struct timers timers = { .count = 0 };
    struct timers_entry entry = { 0, 0 };
    (void)state;
    timers_set(&timers, &entry, 5);
    timers_remove(&timers, &entry);
    timers_remove(&timers, &entry);
    assert_null(timers_first(&timers));
    timers_release(&timers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_of_none_is_null),
        cmocka_unit_test(they_come_out_in_order),
        cmocka_unit_test(setting_moving_and_removing_keep_the_first_first),
        cmocka_unit_test(removing_twice_is_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
