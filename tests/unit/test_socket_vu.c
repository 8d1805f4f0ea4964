/* Virtual users of sockets, and what is told of them, against tests/fake/socketio_server.py. */
#include "tests/unit/fake_server.h"
#include "tests/unit/workloads.h"

#include <signal.h>
#include <sys/resource.h>

#include "backend/crew.h"
#include "backend/socket_record.h"

#define MEMBER                                                                                     \
    "\"member\":[{\"pick\":{\"token\":{\"from\":\"tokens\",\"by\":\"vu\"}}},"                      \
    "{\"connect\":{\"name\":\"c\",\"auth\":\"token\"}},{\"hold\":\"end\"}]"
#define MEMBERS(count, time)                                                                       \
    "\"members\":{\"executor\":\"constant-vus\",\"vus\":" count ",\"duration\":\"" time            \
    "\",\"flow\":\"member\"}"
#define POST(name, word)                                                                           \
    "\"" name "\":[{\"pick\":{\"token\":{\"from\":\"tokens\",\"by\":\"vu\",\"first\":1}}},"        \
    "{\"think\":\"150ms\"},{\"request\":{\"name\":\"" name "\",\"method\":\"POST\","               \
    "\"path\":\"/messages/\",\"auth\":\"token\",\"expect\":[201],\"fanout\":\"room-1\","           \
    "\"json\":{\"conversation_id\":\"room-1\",\"content\":\"" word "${run} ${serial}\"}}}]"
#define WINDOW "\"fanout\":{\"late\":\"200ms\",\"window\":\"300ms\"},"

static struct fake_server server;

typedef bool looker(void *arg, const struct engine_status *status);

struct run {
    struct workload *workload;
    struct record *record;
    struct engine_end end;
    uint64_t seen; /* whatever a looker counts */
};

static void serve(const char *behaviour)
{
    static const char tokens[] = "[\"token-of-user-1\",\"token-of-user-2\",\"token-of-user-3\"]";
    const char *const behaviours[] = { behaviour, NULL };
    struct err_msg msg = { "" };
    server_start_as(&server, "tests/fake/socketio_server.py", behaviours);
    char *path = file_join(server.dir, "tokens_array.json");
    assert_int_equal(file_write(path, tokens, sizeof tokens - 1, 0600, &msg), ERR_OK);
    free(path);
}

/* `more`: members of the workload, each with a comma behind it. */
static enum err go(struct run *run, const char *host, const char *more, const char *flows,
                   const char *scenarios, looker *each_second)
{
    struct driver_plan drivers[4];
    struct err_msg msg = { "" };
    char *base = mem_format("http://%s:%u/api/v1", host, server.port);
    char *json = mem_format("{\"name\":\"w\",\"summary\":\"s\",%s\"flows\":{%s},"
                            "\"scenarios\":{%s}}",
                            more, flows, scenarios);
    *run = (struct run){ .workload = workload_of(json) };
    assert_int_equal(data_load(&run->workload->data, server.dir, &msg), ERR_OK);
    run->record = record_new(run->workload, NULL, 0);
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
        .run = "1234abcd",
        .seed = 1,
        .parts = 1,
        .each_second = each_second,
        .arg = run,
    };
    enum err err = crew_run(server.loop, &plan, 1, run->record, &run->end, &msg);
    free(base);
    free(json);
    return err;
}

static void done(struct run *run)
{
    record_free(run->record);
    workload_free(run->workload);
    server_stop(&server);
}

/* The connection is lost behind the loop that made it. */
static void a_connect_in_a_loop_begins_the_loop_anew(void **state)
{
    struct run run;
    (void)state;
    serve("later-close");
    assert_int_equal(go(&run, "127.0.0.1", "",
                        "\"f\":[{\"loop\":{\"times\":2,\"steps\":[{\"connect\":{\"name\":\"c\","
                        "\"again\":\"50ms\"}},{\"think\":\"10ms\"}]}},{\"hold\":\"end\"}]",
                        "\"s\":{\"executor\":\"constant-vus\",\"vus\":1,\"duration\":\"900ms\","
                        "\"flow\":\"f\"}",
                        NULL),
                     ERR_OK);
    const struct socket_record *sockets = run.record->sockets;
    assert_true(sockets->dropped >= 1 && sockets->dropped <= 3);
    assert_true(sockets->wanted >= 2 * sockets->dropped &&
                sockets->wanted <= 2 * sockets->dropped + 2);
    done(&run);
}

static void picks_in_a_loop_differ_from_turn_to_turn(void **state)
{
    struct run run;
    (void)state;
    serve("good");
    assert_int_equal(
        go(&run, "127.0.0.1", "",
           "\"f\":[{\"connect\":{\"name\":\"c\"}},{\"loop\":{\"times\":24,\"steps\":["
           "{\"pick\":{\"word\":{\"of\":[\"heads\",\"tails\"],\"by\":\"random\"}}},"
           "{\"emit\":{\"name\":\"e\",\"event\":\"say\",\"json\":{\"event\":\"${word}\"}}},"
           "{\"wait\":{\"name\":\"w\",\"event\":\"heads\",\"timeout\":\"50ms\"}}]}}]",
           "\"s\":{\"executor\":\"per-vu-iterations\",\"vus\":1,\"iterations\":1,\"flow\":\"f\"}",
           NULL),
        ERR_OK);
    const struct tally *all = &run.record->scenario[0].all;
    assert_true(all->outcomes[OUTCOME_OK] > 2 && all->outcomes[OUTCOME_TIMEOUT] > 2);
    done(&run);
}

/* Clean-up is what the server needs after the sockets left, not what others do meanwhile. */
static void clean_up_is_not_the_time_of_other_scenarios(void **state)
{
    struct run run;
    (void)state;
    serve("good");
    assert_int_equal(go(&run, "127.0.0.1", "",
                        MEMBER ",\"h\":[{\"request\":{\"name\":\"h\",\"path\":\"/health\"}},"
                               "{\"think\":\"50ms\"}]",
                        MEMBERS("3", "500ms") ",\"http\":{\"executor\":\"constant-vus\",\"vus\":1,"
                                              "\"duration\":\"2500ms\",\"flow\":\"h\"}",
                        NULL),
                     ERR_OK);
    assert_int_equal(run.record->sockets->connected, 3);
    assert_true(run.record->sockets->cleanup_by_server);
    assert_true(run.record->sockets->cleanup_ms >= 0 && run.record->sockets->cleanup_ms < 1500);
    assert_true(run.end.seconds > 2);
    done(&run);
}

/* The server listens on 127.0.0.1 alone. */
static void an_address_is_taken_as_it_is(void **state)
{
    static const struct {
        const char *host;
        uint64_t connected;
    } cases[] = { { "127.0.0.2", 0 }, { "127.0.0.1", 1 }, { "localhost", 1 } };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct run run;
        serve("good");
        assert_int_equal(go(&run, cases[i].host, "", MEMBER, MEMBERS("1", "300ms"), NULL), ERR_OK);
        assert_int_equal(run.record->sockets->connected, cases[i].connected);
        assert_int_equal(run.record->sockets->failed, 1 - cases[i].connected);
        done(&run);
    }
}

static bool see_judged(void *arg, const struct engine_status *status)
{
    struct run *run = arg;
    (void)status;
    run->seen = fanout_totals(run->record->sockets->fanout)->messages;
    return false;
}

/* Nobody will tell any more whether the server took it: what was sent after it need not wait. */
static void a_post_that_is_cut_off_is_withdrawn(void **state)
{
    struct run run;
    (void)state;
    serve("good");
    assert_int_equal(
        go(&run, "127.0.0.1", WINDOW, MEMBER "," POST("mute", "mute ") "," POST("post", ""),
           MEMBERS(
               "2",
               "1900ms") ","
                         "\"mute\":{\"executor\":\"constant-vus\",\"vus\":1,"
                         "\"duration\":\"200ms\",\"gracefulStop\":\"100ms\",\"flow\":\"mute\"},"
                         "\"post\":{\"executor\":\"constant-vus\",\"vus\":1,\"duration\":\"1500ms\","
                         "\"startTime\":\"100ms\",\"flow\":\"post\"}",
           see_judged),
        ERR_OK);
    assert_true(run.seen > 0);
    assert_int_equal(fanout_totals(run.record->sockets->fanout)->withdrawn, 1);
    done(&run);
}

static void interrupt(void *arg)
{
    (void)arg;
    (void)raise(SIGINT);
}

/* Between two looks of each second, which cut off as well. The loop stays interrupted. */
static void a_signal_does_not_lose_what_the_sockets_counted(void **state)
{
    struct run run;
    (void)state;
    serve("good");
    struct loop_timer *timer = loop_timer_new(server.loop, interrupt, NULL);
    loop_timer_start(timer, 1500 * NS_PER_MS);
    assert_int_equal(go(&run, "127.0.0.1", WINDOW, MEMBER "," POST("post", ""),
                        MEMBERS("2", "60s") ",\"post\":{\"executor\":\"constant-vus\",\"vus\":1,"
                                            "\"duration\":\"60s\",\"flow\":\"post\"}",
                        NULL),
                     ERR_OK);
    loop_timer_free(timer);
    assert_true(run.end.interrupted);
    assert_true(fanout_totals(run.record->sockets->fanout)->messages > 0);
    assert_true(run.record->series[BUILTIN_WS_MSGS_RECEIVED].total > 0);
    done(&run);
}

/* Last: the limit cannot be raised again. */
static void descriptors_of_http_connections_count_too(void **state)
{
    static const struct rlimit limit = { 400, 400 };
    struct run run;
    (void)state;
    serve("good");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(
        go(&run, "127.0.0.1", "",
           MEMBER ",\"h\":[{\"request\":{\"name\":\"h\",\"path\":\"/health\"}}]",
           MEMBERS("100", "100ms") ",\"http\":{\"executor\":\"constant-vus\","
                                   "\"vus\":300,\"duration\":\"100ms\",\"flow\":\"h\"}",
           NULL),
        ERR_USAGE);
    done(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connect_in_a_loop_begins_the_loop_anew),
        cmocka_unit_test(picks_in_a_loop_differ_from_turn_to_turn),
        cmocka_unit_test(clean_up_is_not_the_time_of_other_scenarios),
        cmocka_unit_test(an_address_is_taken_as_it_is),
        cmocka_unit_test(a_post_that_is_cut_off_is_withdrawn),
        cmocka_unit_test(a_signal_does_not_lose_what_the_sockets_counted),
        cmocka_unit_test(descriptors_of_http_connections_count_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
