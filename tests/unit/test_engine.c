#include "tests/unit/fake_server.h"
#include "tests/unit/workloads.h"

#include <signal.h>

#include "backend/crew.h"

static struct fake_server server;

static int start_server(void **state)
{
    (void)state;
    server_start(&server);
    return 0;
}

static int stop_server(void **state)
{
    (void)state;
    server_stop(&server);
    return 0;
}

struct run {
    struct workload *workload;
    struct record *record;
    struct engine_end end;
    double seconds;
};

/* `flows` and `scenarios` are the insides of those objects. */
static void load(struct run *run, const char *flows, const char *scenarios)
{
    char *json = mem_format("{\"name\":\"w\",\"summary\":\"s\",\"prefix\":\"\",\"flows\":{%s},"
                            "\"scenarios\":{%s}}",
                            flows, scenarios);
    *run = (struct run){ .workload = workload_of(json) };
    run->record = record_new(run->workload, NULL, 0);
    free(json);
}

static void go(struct run *run, uint32_t threads,
               bool (*each_second)(void *arg, const struct engine_status *status))
{
    struct driver_plan drivers[4];
    struct err_msg msg = { "" };
    char *base = server_url(&server, "");
    for (size_t i = 0; i < run->workload->scenario_count; i++) {
        drivers[i] = (struct driver_plan){ .scenario = i,
                                           .schedule = &run->workload->scenario[i].schedule,
                                           .flow = run->workload->scenario[i].flow,
                                           .after = run->workload->scenario[i].after };
    }
    const struct engine_plan plan = {
        .drivers = drivers,
        .driver_count = run->workload->scenario_count,
        .workload = run->workload,
        .base = base,
        .run = "12345678",
        .seed = 1,
        .parts = 1,
        .each_second = each_second,
    };
    if (crew_run(server.loop, &plan, threads, run->record, &run->end, &msg) != ERR_OK) {
        fail_msg("%s", msg.text);
    }
    run->seconds = run->end.seconds;
    free(base);
}

static void done(struct run *run)
{
    record_free(run->record);
    workload_free(run->workload);
}

static const char get_ok[] = "\"f\":[{\"request\":{\"name\":\"ok\",\"path\":\"/ok\"}}]";

/* On a ramp from 0 the 50th start comes due at the very end, when nothing starts any more. */
static void iterations_are_what_the_shape_says(void **state)
{
    static const struct {
        const char *scenario;
        uint64_t iterations;
        uint64_t most_vus;
    } cases[] = {
        { "{\"executor\":\"constant-arrival-rate\",\"rate\":100,\"duration\":\"500ms\","
          "\"preAllocatedVUs\":60,\"flow\":\"f\"}",
          50, 60 },
        { "{\"executor\":\"ramping-arrival-rate\",\"startRate\":0,\"stages\":[{\"duration\":\"500ms\","
          "\"target\":200}],\"preAllocatedVUs\":60,\"flow\":\"f\"}",
          49, 60 },
        { "{\"executor\":\"per-vu-iterations\",\"vus\":4,\"iterations\":5,\"flow\":\"f\"}", 20, 4 },
        { "{\"executor\":\"shared-iterations\",\"vus\":7,\"iterations\":23,\"flow\":\"f\"}", 23,
          7 },
        { "{\"executor\":\"shared-iterations\",\"vus\":2,\"iterations\":2,\"flow\":\"f\"}", 2, 2 },
    };
    (void)state;
    for (size_t i = 0; i < 2 * COUNT_OF(cases); i++) {
        const char *scenario = cases[i / 2].scenario;
        struct run run;
        char *scenarios = mem_format("\"s\":%s", scenario);
        load(&run, get_ok, scenarios);
        go(&run, i % 2 == 0 ? 1 : 3, NULL);
        const struct record_scenario *got = &run.record->scenario[0];
        if (got->iterations != cases[i / 2].iterations || got->dropped != 0 ||
            got->vus_max > cases[i / 2].most_vus || got->all.requests != got->iterations ||
            got->all.outcomes[OUTCOME_OK] != got->iterations) {
            fail_msg("%s: %d iterations, %d dropped, %d VUs", scenario, (int)got->iterations,
                     (int)got->dropped, (int)got->vus_max);
        }
        assert_true(run.seconds < 5);
        free(scenarios);
        done(&run);
    }
}

static void a_start_without_a_free_vu_is_dropped(void **state)
{
    struct run run;
    (void)state;
    load(&run, "\"f\":[{\"request\":{\"name\":\"slow\",\"path\":\"/slow/5000\"}}]",
         "\"s\":{\"executor\":\"constant-arrival-rate\",\"rate\":50,\"duration\":\"400ms\","
         "\"preAllocatedVUs\":2,\"maxVUs\":5,\"gracefulStop\":\"0s\",\"flow\":\"f\"}");
    go(&run, 1, NULL);
    /* 20 are due: 2 run at once; each dropped one makes a VU for the next until there are 5. */
    assert_true(run.record->scenario[0].dropped == 15);
    assert_true(run.record->scenario[0].interrupted == 5);
    assert_true(run.record->scenario[0].cut_off == 5);
    done(&run);
}

static void grace_is_given_and_ends(void **state)
{
    struct run run;
    (void)state;
    load(&run, "\"f\":[{\"request\":{\"name\":\"mute\",\"path\":\"/mute\"}}]",
         "\"s\":{\"executor\":\"constant-vus\",\"vus\":3,\"duration\":\"200ms\","
         "\"gracefulStop\":\"300ms\",\"flow\":\"f\"}");
    go(&run, 1, NULL);
    assert_true(run.seconds > 0.48 && run.seconds < 1.5);
    assert_true(run.record->scenario[0].interrupted == 3);
    assert_true(run.record->scenario[0].all.requests == 0);
    done(&run);

    load(&run, "\"f\":[{\"request\":{\"name\":\"slow\",\"path\":\"/slow/300\"}}]",
         "\"s\":{\"executor\":\"constant-vus\",\"vus\":3,\"duration\":\"100ms\","
         "\"gracefulStop\":\"5s\",\"flow\":\"f\"}");
    go(&run, 1, NULL);
    assert_true(run.record->scenario[0].iterations == 3);
    assert_true(run.record->scenario[0].interrupted == 0);
    assert_true(run.seconds > 0.29 && run.seconds < 2);
    done(&run);
}

static void ramping_down_cuts_off_after_its_grace(void **state)
{
    struct run run;
    (void)state;
    load(&run, "\"f\":[{\"request\":{\"name\":\"mute\",\"path\":\"/mute\"}}]",
         "\"s\":{\"executor\":\"ramping-vus\",\"startVUs\":4,\"stages\":[{\"duration\":\"0s\","
         "\"target\":4},{\"duration\":\"200ms\",\"target\":4},{\"duration\":\"0s\",\"target\":0},"
         "{\"duration\":\"2s\",\"target\":0}],\"gracefulRampDown\":\"100ms\",\"flow\":\"f\"}");
    go(&run, 1, NULL);
    assert_true(run.record->scenario[0].interrupted == 4);
    assert_true(run.seconds > 2.1 && run.seconds < 3.5);
    done(&run);
}

static void a_loop_goes_on_while_there_is_a_value(void **state)
{
    struct run run;
    (void)state;
    load(&run,
         "\"f\":[{\"loop\":{\"times\":4,\"while\":\"next\",\"steps\":[{\"request\":{\"name\":\"a\","
         "\"path\":\"/ok\",\"query\":{\"after\":\"${next}\"},\"capture\":{\"next\":\"next\"}}}]}},"
         "{\"loop\":{\"times\":4,\"while\":\"none\",\"steps\":[{\"request\":{\"name\":\"b\","
         "\"path\":\"/ok\",\"capture\":{\"none\":\"not.there\"}}}]}}]",
         "\"s\":{\"executor\":\"per-vu-iterations\",\"vus\":2,\"iterations\":3,\"flow\":\"f\"}");
    go(&run, 1, NULL);
    uint64_t first = 0;
    uint64_t second = 0;
    for (size_t i = 0; i < run.record->status_count; i++) {
        const struct record_status *status = run.record->status[i];
        *(status->request->name[0] == 'a' ? &first : &second) += status->tally.requests;
    }
    assert_true(first == 24 && second == 6);
    done(&run);
}

/* A path that cannot be written is counted, and its VU does not spin. */
static void a_request_without_its_variable_is_our_own_failure(void **state)
{
    struct run run;
    (void)state;
    load(&run,
         "\"f\":[{\"request\":{\"name\":\"a\",\"path\":\"/ok/${later}\"}},"
         "{\"request\":{\"name\":\"b\",\"path\":\"/ok\",\"capture\":{\"later\":\"next\"}}}]",
         "\"s\":{\"executor\":\"constant-vus\",\"vus\":1,\"duration\":\"250ms\",\"flow\":\"f\"}");
    go(&run, 1, NULL);
    uint64_t local = run.record->scenario[0].all.outcomes[OUTCOME_LOCAL];
    assert_true(local >= 1 && local <= 3);
    done(&run);
}

static void one_scenario_waits_for_another(void **state)
{
    struct run run;
    (void)state;
    load(&run,
         "\"slow\":[{\"request\":{\"name\":\"slow\",\"path\":\"/slow/300\"}}],"
         "\"fast\":[{\"request\":{\"name\":\"fast\",\"path\":\"/ok\"}}]",
         "\"first\":{\"executor\":\"per-vu-iterations\",\"vus\":1,\"flow\":\"slow\"},"
         "\"then\":{\"executor\":\"per-vu-iterations\",\"vus\":1,\"flow\":\"fast\","
         "\"startAfter\":\"first\",\"startTime\":\"200ms\"}");
    go(&run, 1, NULL);
    assert_true(run.record->scenario[1].iterations == 1);
    assert_true(run.seconds > 0.49 && run.seconds < 3);
    done(&run);
}

static bool end_it(void *arg, const struct engine_status *status)
{
    (void)arg;
    return status->elapsed_s > 0.5;
}

static void whoever_looks_each_second_may_end_it(void **state)
{
    (void)state;
    for (uint32_t threads = 1; threads <= 2; threads++) {
        struct run run;
        load(&run, "\"f\":[{\"request\":{\"name\":\"mute\",\"path\":\"/mute\"}}]",
             "\"s\":{\"executor\":\"constant-vus\",\"vus\":4,\"duration\":\"60s\",\"flow\":\"f\"}");
        go(&run, threads, end_it);
        assert_true(run.end.aborted);
        assert_true(run.record->scenario[0].interrupted == 4);
        assert_true(run.seconds < 5);
        done(&run);
    }
}

static void a_server_that_goes_away_is_noticed_and_the_run_ends_in_time(void **state)
{
    struct fake_server kept = server;
    struct run run;
    (void)state;
    loop_timer_free(server.timer);
    loop_free(server.loop); /* one loop in a process hears signals */
    server_start(&server);
    load(&run,
         "\"f\":[{\"request\":{\"name\":\"ok\",\"path\":\"/ok\"}},"
         "{\"request\":{\"name\":\"restart\",\"path\":\"/restart\"}},{\"think\":\"20ms\"}]",
         "\"s\":{\"executor\":\"constant-vus\",\"vus\":2,\"duration\":\"600ms\",\"flow\":\"f\"}");
    go(&run, 1, NULL);
    assert_true(run.end.server_went_away);
    assert_true(run.record->scenario[0].all.outcomes[OUTCOME_CONNECT] > 10);
    assert_true(run.seconds < 3);
    done(&run);
    server_stop(&server);
    server = kept;
    struct err_msg msg = { "" };
    assert_int_equal(loop_new(&server.loop, &msg), ERR_OK);
    server.timer = NULL;
}

static bool interrupt(void *arg, const struct engine_status *status)
{
    (void)arg;
    (void)status;
    static bool sent;
    if (!sent) {
        sent = true;
        (void)raise(SIGINT);
    }
    return false;
}

/* Last: the loop stays interrupted. */
static void a_signal_lets_iterations_end_and_starts_no_more(void **state)
{
    struct run run;
    (void)state;
    load(&run, "\"f\":[{\"request\":{\"name\":\"slow\",\"path\":\"/slow/700\"}}]",
         "\"s\":{\"executor\":\"constant-vus\",\"vus\":2,\"duration\":\"60s\",\"flow\":\"f\"}");
    go(&run, 2, interrupt);
    assert_true(run.end.interrupted);
    assert_true(run.record->scenario[0].interrupted == 0);
    assert_true(run.record->scenario[0].iterations >= 2);
    assert_true(run.seconds < 4);
    done(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iterations_are_what_the_shape_says),
        cmocka_unit_test(a_start_without_a_free_vu_is_dropped),
        cmocka_unit_test(grace_is_given_and_ends),
        cmocka_unit_test(ramping_down_cuts_off_after_its_grace),
        cmocka_unit_test(a_loop_goes_on_while_there_is_a_value),
        cmocka_unit_test(a_request_without_its_variable_is_our_own_failure),
        cmocka_unit_test(one_scenario_waits_for_another),
        cmocka_unit_test(whoever_looks_each_second_may_end_it),
        cmocka_unit_test(a_server_that_goes_away_is_noticed_and_the_run_ends_in_time),
        cmocka_unit_test(a_signal_lets_iterations_end_and_starts_no_more),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
