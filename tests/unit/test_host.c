/* Host facts and noise: what /proc says, and what two readings make of it. */
#include "tests/unit/test.h"

#include <math.h>

#include "base/clock.h"
#include "metrics/host.h"

static void facts_name_this_machine(void **state)
{
    (void)state;
    cJSON *host = json_new_object();
    host_facts_to_json(host);
    assert_true(strlen(json_text(host, "kernel")) > 0);
    assert_true(strlen(json_text(host, "os")) > 0);
    assert_null(strchr(json_text(host, "os"), '"'));
    assert_true(json_number(host, "cores", 0) >= 1);
    assert_true(json_number(host, "memory_bytes", 0) > 64e6);
    assert_true(cJSON_IsBool(json_at(host, "container")));
    cJSON_Delete(host);
}

static void noise_is_the_difference_of_two_readings(void **state)
{
    (void)state;
    const struct host_reading from = { .at_ns = 1000,
                                       .busy_ticks = 100,
                                       .steal_ticks = 10,
                                       .total_ticks = 1000,
                                       .load_1m = 0.1,
                                       .self_cpu_ns = 5 };
    const struct host_reading to = { .at_ns = 1000 + 2 * NS_PER_S,
                                     .busy_ticks = 200,
                                     .steal_ticks = 30,
                                     .total_ticks = 1400,
                                     .load_1m = 1.5,
                                     .self_cpu_ns = 5 + 20 * NS_PER_MS };
    struct host_noise noise;
    host_noise_between(&from, &to, &noise);
    assert_true(fabs(noise.seconds - 2.0) < 1e-12);
    assert_true(fabs(noise.busy_share - 0.25) < 1e-12);
    assert_true(fabs(noise.steal_share - 0.05) < 1e-12);
    assert_true(fabs(noise.load_1m - 1.5) < 1e-12);
    assert_true(fabs(noise.self_share - 0.01) < 1e-12);
}

static void readings_that_do_not_move_give_no_noise(void **state)
{
    (void)state;
    const struct host_reading same = { .at_ns = 7, .busy_ticks = 9, .total_ticks = 20 };
    const struct host_reading back = { .at_ns = 6, .busy_ticks = 8, .total_ticks = 19 };
    struct host_noise noise;
    host_noise_between(&same, &same, &noise);
    assert_true(fabs(noise.busy_share) < 1e-12 && fabs(noise.self_share) < 1e-12);
    host_noise_between(&same, &back, &noise);
    assert_true(fabs(noise.seconds) < 1e-12 && fabs(noise.busy_share) < 1e-12);
}

static void readings_of_this_machine_move_forward(void **state)
{
    (void)state;
    struct host_reading from;
    struct host_reading to;
    host_read(&from);
    double speed = host_speed_index(); /* burns some CPU between the two */
    host_read(&to);
    assert_true(from.total_ticks > 0 && from.busy_ticks <= from.total_ticks);
    assert_true(to.at_ns > from.at_ns);
    assert_true(to.self_cpu_ns > from.self_cpu_ns);
    assert_true(to.total_ticks >= from.total_ticks);
    assert_true(speed > 1.0 && speed < 1e5);
}

static void the_peak_resident_set_is_that_of_a_small_program(void **state)
{
    (void)state;
    assert_true(host_self_peak_rss() > 500000);
    assert_int_equal(host_self_peak_rss() % 1024, 0);
}

static void noise_is_written_under_its_key(void **state)
{
    (void)state;
    const struct host_noise noise = { .seconds = 12.5, .busy_share = 0.5, .self_share = 0.004 };
    cJSON *root = json_new_object();
    host_noise_to_json(&noise, root, "noise");
    assert_true(fabs(json_number(root, "noise.busy_share", 0) - 0.5) < 1e-12);
    assert_true(fabs(json_number(root, "noise.self_share", 0) - 0.004) < 1e-12);
    cJSON_Delete(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_name_this_machine),
        cmocka_unit_test(noise_is_the_difference_of_two_readings),
        cmocka_unit_test(readings_that_do_not_move_give_no_noise),
        cmocka_unit_test(readings_of_this_machine_move_forward),
        cmocka_unit_test(the_peak_resident_set_is_that_of_a_small_program),
        cmocka_unit_test(noise_is_written_under_its_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
