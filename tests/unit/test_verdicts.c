#include "tests/unit/workloads.h"

#include "backend/baseline.h"
#include "backend/verdicts.h"

#define MS UINT64_C(1000000)

static const char json[] =
    "{\"name\":\"w\",\"summary\":\"s\",\"flows\":{"
    "\"f\":[{\"loop\":{\"times\":5,\"steps\":[{\"request\":{\"name\":\"r\",\"path\":\"/\"}}]}}],"
    "\"g\":[{\"request\":{\"name\":\"q\",\"path\":\"/\"}}]},"
    "\"scenarios\":{\"a\":{\"executor\":\"constant-vus\",\"flow\":\"f\",\"duration\":\"1s\"},"
    "\"b\":{\"executor\":\"constant-vus\",\"flow\":\"f\",\"duration\":\"1s\"},"
    "\"c\":{\"executor\":\"constant-vus\",\"flow\":\"g\",\"duration\":\"1s\",\"baseline\":false}},"
    "\"thresholds\":{\"http_req_duration\":[\"p(95)<100\"],\"http_req_failed\":["
    "{\"threshold\":\"rate<0.5\",\"abortOnFail\":true,\"delayAbortEval\":\"5s\"}]}}";

static struct workload *workload;

static int load(void **state)
{
    (void)state;
    workload = workload_of(json);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    workload_free(workload);
    return 0;
}

static void shoot(struct record *record, size_t scenario, uint64_t vus, enum outcome outcome,
                  uint64_t ms)
{
    const struct http_answer answer = { .status = outcome == OUTCOME_OK ? 200 : 500,
                                        .duration_ns = ms * MS };
    const struct record_request sample = {
        .scenario = scenario,
        .request = workload->flow[0].step[1].request,
        .vus = vus,
        .outcome = outcome,
        .answer = &answer,
        .response_ns = ms * MS,
    };
    record_request(record, &sample);
}

static void many(struct record *record, size_t scenario, uint64_t vus, uint64_t ms)
{
    for (int i = 0; i < 100; i++) {
        shoot(record, scenario, vus, OUTCOME_OK, ms);
    }
}

struct sides {
    struct record *load;
    struct record *baseline;
    struct verdicts verdicts;
};

static void begin(struct sides *sides)
{
    sides->load = record_new(workload, NULL, 0);
    sides->baseline = record_new(workload, NULL, 0);
    many(sides->baseline, 0, 3, 10);
}

static void judge(struct sides *sides, double cpu_share)
{
    const struct verdicts_input input = {
        .workload = workload,
        .load = sides->load,
        .baseline = sides->baseline,
        .seconds = 10,
        .cpu_share = cpu_share,
        .thresholds = true,
    };
    verdicts_find(&input, &sides->verdicts);
}

static void end(struct sides *sides)
{
    record_free(sides->load);
    record_free(sides->baseline);
}

static void scenarios_of_one_flow_share_its_baseline(void **state)
{
    struct schedule schedule;
    (void)state;
    assert_int_equal(verdicts_baseline_of(workload, 1), 0);
    assert_true(baseline_wants(workload, 0));
    assert_false(baseline_wants(workload, 1));
    assert_false(baseline_wants(workload, 2));
    assert_true(baseline_requests_of(workload->scenario[0].flow) == 5);
    baseline_schedule(workload, 0, &schedule);
    assert_true(schedule.iterations == 12 && schedule.vus == 3);
}

static void bands_and_scenarios_are_judged_against_it(void **state)
{
    struct sides sides;
    (void)state;
    begin(&sides);
    many(sides.load, 0, 10, 12);
    many(sides.load, 0, 20, 45);
    many(sides.load, 1, 10, 11);
    judge(&sides, 0.2);
    const struct scenario_verdict *a = &sides.verdicts.scenario[0];
    assert_int_equal(a->band[VU_BAND_LOW].verdict, VERDICT_FINE);
    assert_int_equal(a->band[VU_BAND_MID].verdict, VERDICT_SLOWS_DOWN);
    assert_int_equal(a->whole.verdict, VERDICT_SLOWS_DOWN);
    assert_int_equal(sides.verdicts.scenario[1].whole.verdict, VERDICT_FINE);
    assert_false(sides.verdicts.scenario[2].judged);
    assert_int_equal(sides.verdicts.verdict, VERDICT_SLOWS_DOWN);
    assert_int_equal(sides.verdicts.thresholds_failed, 0);
    assert_int_equal(sides.verdicts.doubt_count, 0);
    end(&sides);
}

static void one_5xx_is_a_crash(void **state)
{
    struct sides sides;
    (void)state;
    begin(&sides);
    many(sides.load, 0, 10, 12);
    many(sides.load, 1, 40, 12);
    shoot(sides.load, 1, 40, OUTCOME_SERVER_ERROR, 3);
    judge(&sides, 0.2);
    assert_int_equal(sides.verdicts.scenario[0].whole.verdict, VERDICT_FINE);
    assert_int_equal(sides.verdicts.verdict, VERDICT_CRASHES);
    end(&sides);
}

static void a_busy_generator_casts_doubt(void **state)
{
    struct sides sides;
    (void)state;
    begin(&sides);
    many(sides.load, 0, 10, 12);
    judge(&sides, 0.97);
    assert_int_equal(sides.verdicts.doubt_count, 1);
    assert_non_null(strstr(sides.verdicts.doubt[0], "97 %"));
    for (int i = 0; i < 100; i++) {
        record_lateness(sides.load, i < 90 ? 0 : 60 * MS);
    }
    judge(&sides, 0.2);
    assert_int_equal(sides.verdicts.doubt_count, 1);
    assert_non_null(strstr(sides.verdicts.doubt[0], "60 ms late"));
    end(&sides);
}

static void dropped_starts_keep_a_run_from_being_fine(void **state)
{
    struct sides sides;
    (void)state;
    begin(&sides);
    many(sides.load, 0, 10, 12);
    many(sides.load, 1, 10, 12);
    for (int i = 0; i < 90; i++) {
        record_iteration(sides.load, 0, 12 * MS);
    }
    record_dropped(sides.load, 0, 10);
    judge(&sides, 0.2);
    assert_int_equal(sides.verdicts.doubt_count, 1);
    assert_non_null(strstr(sides.verdicts.doubt[0], "10 of 100 starts"));
    end(&sides);
}

static void a_failed_threshold_aborts_after_its_delay(void **state)
{
    struct sides sides;
    (void)state;
    begin(&sides);
    for (int i = 0; i < 100; i++) {
        shoot(sides.load, 0, 10, i < 60 ? OUTCOME_SERVER_ERROR : OUTCOME_OK, 200);
    }
    assert_false(verdicts_abort(sides.load, 4.9));
    assert_true(verdicts_abort(sides.load, 5.1));
    judge(&sides, 0.2);
    assert_int_equal(sides.verdicts.thresholds_failed, 2);
    end(&sides);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scenarios_of_one_flow_share_its_baseline),
        cmocka_unit_test(bands_and_scenarios_are_judged_against_it),
        cmocka_unit_test(one_5xx_is_a_crash),
        cmocka_unit_test(a_busy_generator_casts_doubt),
        cmocka_unit_test(dropped_starts_keep_a_run_from_being_fine),
        cmocka_unit_test(a_failed_threshold_aborts_after_its_delay),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
