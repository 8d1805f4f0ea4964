#include "tests/unit/test.h"

#include <string.h>

#include "base/rng.h"

/* Steele, Lea and Flood's splitmix64 from seed 0 fills the state (its well-known first outputs);
 * then xoshiro256** by its definition. */
static void the_state_comes_from_splitmix64(void **state)
{
    (void)state;
    static const uint64_t want[] = { UINT64_C(0xe220a8397b1dcdaf), UINT64_C(0x6e789e6aa1b965f4),
                                     UINT64_C(0x06c45d188009454f), UINT64_C(0xf88bb8a8724c81ec) };
    struct rng rng;
    rng_init(&rng, 0);
    assert_memory_equal(rng.state, want, sizeof want);
}

static void the_sequence_is_xoshiro256_starstar(void **state)
{
    (void)state;
    /* The first outputs from the state 1, 2, 3, 4, as the authors' C program prints them. */
    static const uint64_t want[] = {
        UINT64_C(11520),
        UINT64_C(0),
        UINT64_C(1509978240),
        UINT64_C(1215971899390074240),
        UINT64_C(1216172134540287360),
        UINT64_C(607988272756665600),
    };
    struct rng rng = { { 1, 2, 3, 4 } };
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        assert_int_equal(rng_u64(&rng), want[i]);
    }
}

static void bounded_numbers_stay_below_and_reach_all(void **state)
{
    (void)state;
    struct rng rng;
    unsigned seen[7] = { 0 };
    rng_init(&rng, 42);
    for (int i = 0; i < 7000; i++) {
        uint64_t drawn = rng_below(&rng, 7);
        assert_in_range(drawn, 0, 6);
        seen[drawn]++;
    }
    for (size_t i = 0; i < 7; i++) {
        assert_in_range(seen[i], 850, 1150);
    }
    assert_int_equal(rng_below(&rng, 1), 0);
    for (int i = 0; i < 100; i++) {
        assert_true(rng_below(&rng, (UINT64_C(1) << 63) + 1) <= UINT64_C(1) << 63);
    }
}

/* 2^64 mod (2^63 + 1) is 2^63 - 1: what is drawn below that must be drawn again. */
static void surplus_draws_are_thrown_away(void **state)
{
    (void)state;
    struct rng raw = { { 1, 2, 3, 4 } };
    struct rng rng = raw;
    uint64_t bound = (UINT64_C(1) << 63) + 1;
    uint64_t drawn = rng_u64(&raw);
    assert_int_equal(drawn, 11520);
    while (drawn < bound - 2) {
        drawn = rng_u64(&raw);
    }
    assert_int_equal(rng_below(&rng, bound), drawn % bound);
    assert_memory_equal(rng.state, raw.state, sizeof raw.state);
}

static void units_lie_between_zero_and_one(void **state)
{
    (void)state;
    struct rng rng;
    double sum = 0.0;
    rng_init(&rng, 1);
    for (int i = 0; i < 10000; i++) {
        double unit = rng_unit(&rng);
        assert_true(unit >= 0.0 && unit < 1.0);
        sum += unit;
    }
    assert_true(sum > 4800.0 && sum < 5200.0);
    struct rng full = { { 0, 0, 0, 0 } };
    assert_true(rng_unit(&full) <= 0.0);
}

static void uuids_are_version_four_and_reproducible(void **state)
{
    (void)state;
    struct rng one;
    struct rng two;
    char a[RNG_UUID_BYTES];
    char b[RNG_UUID_BYTES];
    char last[RNG_UUID_BYTES] = "";
    rng_init(&one, 2026);
    rng_init(&two, 2026);
    for (int i = 0; i < 1000; i++) {
        rng_uuid(&one, a);
        rng_uuid(&two, b);
        assert_string_equal(a, b);
        assert_string_not_equal(a, last);
        assert_int_equal(strlen(a), 36);
        assert_int_equal(strspn(a, "0123456789abcdef-"), 36);
        assert_true(a[8] == '-' && a[13] == '-' && a[18] == '-' && a[23] == '-');
        assert_int_equal(a[14], '4');
        assert_non_null(strchr("89ab", a[19]));
        memcpy(last, a, sizeof last);
    }
}

static void entropy_differs(void **state)
{
    (void)state;
    assert_true(rng_entropy() != rng_entropy());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_state_comes_from_splitmix64),
        cmocka_unit_test(the_sequence_is_xoshiro256_starstar),
        cmocka_unit_test(bounded_numbers_stay_below_and_reach_all),
        cmocka_unit_test(surplus_draws_are_thrown_away),
        cmocka_unit_test(units_lie_between_zero_and_one),
        cmocka_unit_test(uuids_are_version_four_and_reproducible),
        cmocka_unit_test(entropy_differs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
