#include "tests/unit/test.h"

#include <float.h>
#include <stdbool.h>

#include "base/num.h"

#define UNTOUCHED UINT64_C(77)

struct u64_case {
    const char *input;
    bool good;
    uint64_t want;
};

static void check_u64(bool (*parse)(const char *, uint64_t *), const struct u64_case *cases,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t got = UNTOUCHED;
        bool good = parse(cases[i].input, &got);
        uint64_t want = cases[i].good ? cases[i].want : UNTOUCHED;
        if (good != cases[i].good || got != want) {
            fail_msg("\"%s\": %s %llu, want %s %llu", cases[i].input, good ? "good" : "bad",
                     (unsigned long long)got, cases[i].good ? "good" : "bad",
                     (unsigned long long)want);
        }
    }
}

static void whole_numbers_are_read_strictly(void **state)
{
    (void)state;
    static const struct u64_case cases[] = {
        { "0", true, 0 },
        { "50", true, 50 },
        { "007", true, 7 },
        { "18446744073709551615", true, UINT64_MAX },
        { "18446744073709551616", false, 0 },
        { "99999999999999999999999", false, 0 },
        { "", false, 0 },
        { " 1", false, 0 },
        { "1 ", false, 0 },
        { "+1", false, 0 },
        { "-1", false, 0 },
        { "1.0", false, 0 },
        { "1e3", false, 0 },
        { "0x10", false, 0 },
        { "\xd9\xa1", false, 0 },
    };
    check_u64(num_parse_u64, cases, COUNT_OF(cases));
}

static void durations_are_read_like_k6(void **state)
{
    (void)state;
    static const struct u64_case cases[] = {
        { "1m30s", true, 90000 },
        { "500ms", true, 500 },
        { "2h", true, 7200000 },
        { "1.5s", true, 1500 },
        { "1.1s", true, 1100 },
        { "0.001s", true, 1 },
        { "0.000000001h", false, 0 },
        { "0s", true, 0 },
        { "250", true, 250 },
        { "1h2m3s4ms", true, 3723004 },
        { "1.5h30m", true, 7200000 },
        { "1m1m", true, 120000 },
        { "", false, 0 },
        { "s", false, 0 },
        { "1m30", false, 0 },
        { "30 s", false, 0 },
        { "-1s", false, 0 },
        { "1.s", false, 0 },
        { ".5s", false, 0 },
        { "1.2.3s", false, 0 },
        { "1d", false, 0 },
        { "1S", false, 0 },
        { "0.5ms", false, 0 },
        { "1.0000000000s", false, 0 },
        { "18446744073709551615ms", true, UINT64_MAX },
        { "18446744073709551615s", false, 0 },
        { "18446744073709551615ms1ms", false, 0 },
        { "18446744073709551615ms0.001s", false, 0 },
    };
    check_u64(num_parse_duration_ms, cases, COUNT_OF(cases));
}

static void doubles_are_finite_and_strict(void **state)
{
    (void)state;
    static const struct {
        const char *input;
        bool good;
        double want;
    } cases[] = {
        { "0.5", true, 0.5 },     { "-2", true, -2.0 },
        { "1e3", true, 1000.0 },  { ".5", true, 0.5 },
        { "5.", true, 5.0 },      { "1E-2", true, 0.01 },
        { "1e308", true, 1e308 }, { "1e309", false, 0.0 },
        { "1e-400", false, 0.0 }, { "nan", false, 0.0 },
        { "inf", false, 0.0 },    { "-infinity", false, 0.0 },
        { "0x1p3", false, 0.0 },  { "", false, 0.0 },
        { ".", false, 0.0 },      { " 1", false, 0.0 },
        { "1 ", false, 0.0 },     { "+1", false, 0.0 },
        { "1,5", false, 0.0 },    { "1e", false, 0.0 },
        { "--1", false, 0.0 },    { "1.7976931348623157e308", true, DBL_MAX },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        double got = 77.0;
        bool good = num_parse_double(cases[i].input, &got);
        double want = cases[i].good ? cases[i].want : 77.0;
        if (good != cases[i].good || got < want || got > want) {
            fail_msg("\"%s\": %d %g, want %d %g", cases[i].input, good, got, cases[i].good, want);
        }
    }
}

static void lists_must_rise(void **state)
{
    (void)state;
    static const struct {
        const char *input;
        bool good;
        size_t count;
        uint64_t want[3];
    } cases[] = {
        { "50,150,200", true, 3, { 50, 150, 200 } },
        { "50", true, 1, { 50, 0, 0 } },
        { "1,2", true, 2, { 1, 2, 0 } },
        { "50,150,200,250", false, 0, { 0 } },
        { "0", false, 0, { 0 } },
        { "50,50", false, 0, { 0 } },
        { "150,50", false, 0, { 0 } },
        { "", false, 0, { 0 } },
        { ",", false, 0, { 0 } },
        { "50,", false, 0, { 0 } },
        { ",50", false, 0, { 0 } },
        { "50,,60", false, 0, { 0 } },
        { "50, 60", false, 0, { 0 } },
        { "50;60", false, 0, { 0 } },
        { "50,x", false, 0, { 0 } },
        { "50,99999999999999999999", false, 0, { 0 } },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t got[3] = { UNTOUCHED, UNTOUCHED, UNTOUCHED };
        size_t count = 99;
        bool good = num_parse_rising_list(cases[i].input, got, 3, &count);
        if (good != cases[i].good || count != (good ? cases[i].count : 99)) {
            fail_msg("\"%s\": %d, %zu numbers", cases[i].input, good, count);
        }
        for (size_t k = 0; k < 3; k++) {
            assert_int_equal(got[k], good && k < count ? cases[i].want[k] : UNTOUCHED);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_are_read_strictly),
        cmocka_unit_test(durations_are_read_like_k6),
        cmocka_unit_test(doubles_are_finite_and_strict),
        cmocka_unit_test(lists_must_rise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
