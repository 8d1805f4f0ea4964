#include "tests/unit/test.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"

/* '9' stands for any digit. */
static void assert_shape(const char *text, const char *shape)
{
    assert_int_equal(strlen(text), strlen(shape));
    for (size_t i = 0; shape[i] != '\0'; i++) {
        if (shape[i] == '9') {
            assert_in_range(text[i], '0', '9');
        } else {
            assert_int_equal(text[i], shape[i]);
        }
    }
}

static void the_monotonic_clock_never_goes_back(void **state)
{
    (void)state;
    struct timespec now;
    uint64_t last = clock_now_ns();
    for (int i = 0; i < 10000; i++) {
        uint64_t next = clock_now_ns();
        assert_true(next >= last);
        last = next;
    }
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    assert_true((uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec - last < NS_PER_S);
}

static void the_wall_clock_is_the_kernels(void **state)
{
    (void)state;
    int64_t seconds = 0;
    int64_t nanoseconds = -1;
    clock_wall(&seconds, &nanoseconds);
    assert_in_range((uint64_t)(time(NULL) - seconds), 0, 1);
    assert_in_range((uint64_t)nanoseconds, 0, NS_PER_S - 1);
}

static void dates_have_their_shapes_and_are_utc(void **state)
{
    (void)state;
    char iso[CLOCK_ISO_BYTES];
    char stamp[CLOCK_ISO_BYTES];
    char want[CLOCK_ISO_BYTES];
    time_t before = time(NULL);
    clock_iso(iso);
    clock_stamp(stamp);
    assert_shape(iso, "9999-99-99T99:99:99.999Z");
    assert_shape(stamp, "99999999-999999");
    for (time_t second = before; second <= before + 2; second++) {
        struct tm parts;
        assert_non_null(gmtime_r(&second, &parts));
        assert_true(strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%S", &parts) > 0);
        if (memcmp(iso, want, strlen(want)) == 0) {
            return;
        }
    }
    fail_msg("%s is not now", iso);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_monotonic_clock_never_goes_back),
        cmocka_unit_test(the_wall_clock_is_the_kernels),
        cmocka_unit_test(dates_have_their_shapes_and_are_utc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
