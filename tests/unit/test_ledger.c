#include "tests/unit/test.h"

#include "backend/ledger.h"

static void numbers_are_remembered_apart(void **state)
{
    struct ledger ledger = { .words = 0 };
    (void)state;
    assert_false(ledger_was_sent(&ledger, 0));
    ledger_sent(&ledger, 0);
    ledger_sent(&ledger, 63);
    ledger_sent(&ledger, 64);
    ledger_sent(&ledger, 1000000);
    ledger_taken(&ledger, 64);
    assert_true(ledger_was_sent(&ledger, 0) && ledger_was_sent(&ledger, 1000000));
    assert_false(ledger_was_sent(&ledger, 1) || ledger_was_sent(&ledger, 999999));
    assert_true(ledger_was_taken(&ledger, 64));
    assert_false(ledger_was_taken(&ledger, 63) || ledger_was_taken(&ledger, UINT64_C(1) << 40U));
    assert_true(ledger.sent_count == 4 && ledger.taken_count == 1);
    ledger_release(&ledger);
}

static void merging_takes_all(void **state)
{
    struct ledger even = { .words = 0 };
    struct ledger odd = { .words = 0 };
    (void)state;
    for (uint64_t i = 0; i < 50000; i++) {
        struct ledger *ledger = i % 2 == 0 ? &even : &odd;
        ledger_sent(ledger, i);
        if (i % 5 == 0) {
            ledger_taken(ledger, i);
        }
    }
    ledger_merge(&even, &odd);
    for (uint64_t i = 0; i < 50000; i++) {
        assert_true(ledger_was_sent(&even, i));
        assert_true(ledger_was_taken(&even, i) == (i % 5 == 0));
    }
    assert_true(even.sent_count == 50000 && even.taken_count == 10000);
    ledger_release(&even);
    ledger_release(&odd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_remembered_apart),
        cmocka_unit_test(merging_takes_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
