#include "tests/unit/workloads.h"

#include "backend/overrides.h"

#define S UINT64_C(1000000000)

static const char json[] =
    "{\"name\":\"w\",\"summary\":\"s\",\"flows\":{\"f\":["
    "{\"request\":{\"name\":\"r\",\"path\":\"/\"}}]},"
    "\"scenarios\":{"
    "\"first\":{\"executor\":\"constant-vus\",\"flow\":\"f\",\"vus\":9,\"duration\":\"60s\","
    "\"gracefulStop\":\"7s\"},"
    "\"beside\":{\"executor\":\"constant-vus\",\"flow\":\"f\",\"duration\":\"60s\","
    "\"startTime\":\"15s\"},"
    "\"later\":{\"executor\":\"constant-arrival-rate\",\"flow\":\"f\",\"rate\":5,\"duration\":\"30s\","
    "\"preAllocatedVUs\":5,\"startTime\":\"70s\"}}}";

static const struct option_list no_stages = { .count = 0 };

static struct workload *changed(const struct overrides *overrides)
{
    struct workload *workload = workload_of(json);
    struct err_msg msg = { "" };
    if (overrides_apply(overrides, workload, &msg) != ERR_OK) {
        fail_msg("%s", msg.text);
    }
    return workload;
}

static const struct schedule *schedule_of(const struct workload *workload, size_t scenario)
{
    return &workload->scenario[scenario].schedule;
}

static void without_any_nothing_changes(void **state)
{
    const struct overrides overrides = { .stages = &no_stages };
    struct workload *workload = changed(&overrides);
    (void)state;
    assert_ptr_equal(schedule_of(workload, 2)->executor, &executor_constant_arrival_rate);
    assert_true(schedule_of(workload, 2)->start_ns == 70 * S);
    assert_int_equal(workload->scenario[2].after, -1);
    workload_free(workload);
}

static void vus_and_duration_make_constant_vus(void **state)
{
    const struct overrides overrides = {
        .vus = 3, .has_duration = true, .duration_ms = 5000, .stages = &no_stages
    };
    struct workload *workload = changed(&overrides);
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_ptr_equal(schedule_of(workload, i)->executor, &executor_constant_vus);
        assert_int_equal(schedule_of(workload, i)->vus, 3);
        assert_true(schedule_of(workload, i)->duration_ns == 5 * S);
    }
    assert_true(schedule_of(workload, 0)->graceful_stop_ns == 7 * S);
    /* Side by side, but without a hole of ten seconds. */
    assert_true(schedule_of(workload, 1)->start_ns == 5 * S);
    assert_int_equal(workload->scenario[1].after, -1);
    /* "later" began after "first" was over: it waits for it, or for the one that ended last. */
    assert_int_equal(workload->scenario[2].after, 0);
    assert_true(schedule_of(workload, 2)->start_ns == 0);
    workload_free(workload);
}

static void vus_alone_keep_the_length(void **state)
{
    const struct overrides overrides = { .vus = 2, .stages = &no_stages };
    struct workload *workload = changed(&overrides);
    (void)state;
    assert_true(schedule_of(workload, 0)->duration_ns == 60 * S);
    assert_true(schedule_of(workload, 1)->start_ns == 15 * S);
    assert_true(schedule_of(workload, 2)->duration_ns == 30 * S);
    workload_free(workload);
}

static void iterations_are_shared(void **state)
{
    const struct overrides overrides = { .vus = 4, .iterations = 20, .stages = &no_stages };
    struct workload *workload = changed(&overrides);
    (void)state;
    assert_ptr_equal(schedule_of(workload, 1)->executor, &executor_shared_iterations);
    assert_true(schedule_of(workload, 1)->iterations == 20);
    assert_int_equal(schedule_of(workload, 1)->vus, 4);
    workload_free(workload);
}

static void stages_ramp(void **state)
{
    const struct option_list stages = { .item = { "10s:5", "1m:0" }, .count = 2 };
    const struct overrides overrides = { .stages = &stages };
    struct workload *workload = changed(&overrides);
    const struct schedule *schedule = schedule_of(workload, 0);
    (void)state;
    assert_ptr_equal(schedule->executor, &executor_ramping_vus);
    assert_int_equal(schedule->start_vus, 0);
    assert_int_equal(schedule->stage_count, 2);
    assert_true(schedule->stages[0].duration_ns == 10 * S && schedule->stages[0].target == 5);
    assert_true(schedule->stages[1].duration_ns == 60 * S && schedule->stages[1].target == 0);
    workload_free(workload);
}

static void time_outs_are_of_every_request(void **state)
{
    const struct overrides overrides = { .stages = &no_stages, .timeout_text = "45s" };
    struct workload *workload = changed(&overrides);
    (void)state;
    assert_true(workload->flow[0].step[0].request->timeout_ns == 45 * S);
    assert_ptr_equal(schedule_of(workload, 2)->executor, &executor_constant_arrival_rate);
    workload_free(workload);
}

static void mistakes_name_their_option(void **state)
{
    static const struct option_list bad[] = {
        { .item = { "10s" }, .count = 1 },
        { .item = { "10s:x" }, .count = 1 },
        { .item = { "ten:5" }, .count = 1 },
        { .item = { "10s:5000000" }, .count = 1 },
    };
    struct workload *workload = workload_of(json);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        const struct overrides overrides = { .stages = &bad[i] };
        struct err_msg msg = { "" };
        assert_int_equal(overrides_apply(&overrides, workload, &msg), ERR_USAGE);
        assert_non_null(strstr(msg.text, "--stage"));
    }
    const struct overrides many = { .vus = 100000000, .stages = &no_stages };
    struct err_msg msg = { "" };
    assert_int_equal(overrides_apply(&many, workload, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "vus"));
    const struct overrides never = { .stages = &no_stages, .timeout_text = "0" };
    assert_int_equal(overrides_apply(&never, workload, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "--timeout"));
    workload_free(workload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_any_nothing_changes),
        cmocka_unit_test(vus_and_duration_make_constant_vus),
        cmocka_unit_test(vus_alone_keep_the_length),
        cmocka_unit_test(iterations_are_shared),
        cmocka_unit_test(stages_ramp),
        cmocka_unit_test(time_outs_are_of_every_request),
        cmocka_unit_test(mistakes_name_their_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
