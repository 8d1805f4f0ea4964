#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "seed/ids.h"

static void ids_are_version_4_uuids_that_carry_kind_group_and_ordinal(void **state)
{
    (void)state;
    static const struct {
        enum id_kind kind;
        uint32_t group;
        uint32_t ordinal;
        const char *third; /* begins with */
        const char *tail;
    } cases[] = {
        { ID_USER, 0, 0, "41", "-b000-5eed00000000" },
        { ID_USER, 0, 9999, "41", "-b000-5eed0000270f" },
        { ID_CONVERSATION, 10, 10, "42", "-b00a-5eed0000000a" },
        { ID_MESSAGE, 0, 2000000, "43", "-b000-5eed001e8480" },
        { ID_REACTION, 0, UINT32_MAX, "46", "-b000-5eedffffffff" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct id id = ids_make(7, cases[i].kind, cases[i].group, cases[i].ordinal);
        assert_int_equal(strlen(id.text), 36);
        assert_int_equal(strspn(id.text, "0123456789abcdef-"), 36);
        assert_true(id.text[8] == '-' && id.text[13] == '-');
        assert_memory_equal(id.text + 14, cases[i].third, 2);
        assert_string_equal(id.text + 18, cases[i].tail);
    }
}

static void an_id_depends_on_the_seed_number_and_nothing_else(void **state)
{
    (void)state;
    struct id first = ids_message(1, 0, 5);
    struct id again = ids_message(1, 0, 5);
    struct id other = ids_message(2, 0, 5);
    assert_string_equal(first.text, again.text);
    assert_string_not_equal(first.text, other.text);
    /* A change here changes every seeded database: files that name ids would be stale. */
    assert_string_equal(ids_conversation(1, 0).text, "2e486eba-036a-42f6-b000-5eed00000000");
}

static int compare_u64(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

/* The server's send lock is the first 8 bytes: two conversations must not share one. */
static void lock_keys_of_conversations_differ_at_many_seeds(void **state)
{
    (void)state;
    enum {
        SEEDS = 200,
        GROUPS = 11
    };
    static uint64_t keys[SEEDS * GROUPS];
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        for (uint32_t group = 0; group < GROUPS; group++) {
            struct id id = ids_conversation(seed, group);
            char hex[17];
            (void)snprintf(hex, sizeof hex, "%.8s%.4s%.4s", id.text, id.text + 9, id.text + 14);
            keys[seed * GROUPS + group] = strtoull(hex, NULL, 16);
        }
    }
    qsort(keys, COUNT_OF(keys), sizeof keys[0], compare_u64);
    for (size_t i = 1; i < COUNT_OF(keys); i++) {
        assert_true(keys[i - 1] != keys[i]);
    }
}

static void hashes_of_neighbours_are_unlike(void **state)
{
    (void)state;
    unsigned flipped = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        uint64_t difference = ids_hash(1, ID_MESSAGE, 0, i) ^ ids_hash(1, ID_MESSAGE, 0, i + 1);
        for (; difference != 0; difference &= difference - 1) {
            flipped++;
        }
    }
    /* 32 of 64 bits on average; its standard deviation over 1,000 pairs is 0.13. */
    assert_in_range(flipped, 31000, 33000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_version_4_uuids_that_carry_kind_group_and_ordinal),
        cmocka_unit_test(an_id_depends_on_the_seed_number_and_nothing_else),
        cmocka_unit_test(lock_keys_of_conversations_differ_at_many_seeds),
        cmocka_unit_test(hashes_of_neighbours_are_unlike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
