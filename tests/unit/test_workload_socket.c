#include "tests/unit/workloads.h"

#include "backend/outline.h"

#define HEAD "{\"name\":\"w\",\"summary\":\"s\",\"baseline\":false,"
#define TAIL                                                                                       \
    ",\"scenarios\":{\"a\":{\"executor\":\"constant-vus\",\"flow\":\"f\",\"vus\":2,\"duration\":"  \
    "\"5s\"}}}"
#define PICK    "{\"pick\":{\"token\":{\"from\":\"tokens\",\"by\":\"vu\"}}},"
#define CONNECT "{\"connect\":{\"name\":\"c\",\"auth\":\"token\"}}"

static enum err load(const char *json, struct workload **out, struct strbuf *mistakes)
{
    struct err_msg msg = { "" };
    return workload_from_text("w.json", json, strlen(json), out, mistakes, &msg);
}

static void a_sockets_flow_becomes_what_it_says(void **state)
{
    static const char json[] =
        HEAD "\"flows\":{\"f\":[" PICK
             "{\"connect\":{\"name\":\"c\",\"auth\":\"token\",\"rooms\":false,\"timeout\":\"7s\","
             "\"again\":{\"min\":\"1s\",\"max\":\"5s\"}}},"
             "{\"emit\":{\"name\":\"t\",\"event\":\"typing_start\",\"ack\":true,"
             "\"json\":{\"conversation_id\":\"${group}\"}}},"
             "{\"wait\":{\"name\":\"k\",\"event\":\"keepalive_ack\",\"timeout\":\"2s\"}},"
             "{\"hold\":{\"until\":\"9s\"}},{\"hold\":{\"min\":\"1s\",\"max\":\"2s\"}},"
             "{\"disconnect\":\"cut\"},{\"hold\":\"end\"}]}" TAIL;
    struct workload *workload = NULL;
    struct strbuf mistakes = STRBUF_INIT;
    struct strbuf outline = STRBUF_INIT;
    (void)state;
    if (load(json, &workload, &mistakes) != ERR_OK) {
        fail_msg("%s", strbuf_text(&mistakes));
    }
    const struct step *step = workload->flow[0].step;
    assert_true(workload->flow[0].is_socket && workload->has_sockets && !workload->has_fanout);
    assert_int_equal(step[1].kind, STEP_CONNECT);
    assert_false(step[1].socket.wants_rooms);
    assert_true(step[1].socket.connects_again);
    assert_int_equal(step[1].socket.again.max_ns, UINT64_C(5000000000));
    assert_int_equal(step[1].request->timeout_ns, UINT64_C(7000000000));
    assert_string_equal(step[2].socket.event, "typing_start");
    assert_true(step[2].socket.wants_ack);
    assert_int_equal(step[3].request->kind, REQUEST_WAIT);
    assert_int_equal(step[4].socket.hold, HOLD_UNTIL);
    assert_int_equal(step[4].socket.until_ns, UINT64_C(9000000000));
    assert_int_equal(step[5].socket.hold, HOLD_FOR);
    assert_true(step[6].socket.cut);
    assert_int_equal(step[7].socket.hold, HOLD_TO_END);
    assert_int_equal(workload->scenario[0].schedule.graceful_stop_ns, 0);
    outline_write(workload, &outline);
    assert_non_null(strstr(strbuf_text(&outline),
                           "c: connect /socket.io/ as token, time-out 7s, again after 1s to 5s"));
    assert_non_null(strstr(strbuf_text(&outline), "t: emit typing_start, acknowledged"));
    assert_non_null(strstr(strbuf_text(&outline), "hold until 9s"));
    workload_free(workload);
    strbuf_release(&outline);
    strbuf_release(&mistakes);
}

static void mistakes_are_told_with_their_place(void **state)
{
    static const struct {
        const char *json;
        const char *says;
    } cases[] = {
        { HEAD "\"flows\":{\"f\":[{\"hold\":\"end\"}]}" TAIL, "stand behind a connect" },
        { HEAD "\"flows\":{\"f\":[" PICK CONNECT
               ",{\"request\":{\"name\":\"r\",\"path\":\"/\"}}]}" TAIL,
          "a socket's flow has no requests" },
        { HEAD "\"flows\":{\"f\":[{\"connect\":{\"name\":\"c\",\"auth\":\"tokn\"}}]}" TAIL,
          "flows.f[0].connect.auth: must be the name of a pick from tokens" },
        { HEAD "\"flows\":{\"f\":[{\"connect\":{\"auth\":\"t\",\"rom\":1}}]}" TAIL,
          "flows.f[0].connect.rom: unknown field" },
        { HEAD "\"flows\":{\"f\":[{\"connect\":\"now\"}]}" TAIL, "flows.f[0].connect: must be" },
        { HEAD "\"flows\":{\"f\":[" PICK CONNECT ",{\"emit\":{\"name\":\"e\"}}]}" TAIL,
          "flows.f[2].emit: \"event\" is missing" },
        { HEAD "\"flows\":{\"f\":[" PICK CONNECT ",{\"wait\":{\"event\":\"e\"}}]}" TAIL,
          "flows.f[2].wait: \"name\" is missing" },
        { HEAD "\"flows\":{\"f\":[" PICK CONNECT ",{\"disconnect\":\"kut\"}]}" TAIL,
          "\"kut\" is none of leave, cut" },
        { HEAD "\"flows\":{\"f\":[" PICK CONNECT
               ",{\"hold\":{\"until\":\"1s\",\"max\":\"2s\"}}]}" TAIL,
          "\"until\" stands alone" },
        { HEAD "\"flows\":{\"f\":[" PICK CONNECT ",{\"hold\":7}]}" TAIL,
          "flows.f[2].hold: must be" },
        { HEAD "\"flows\":{\"f\":[" PICK CONNECT
               "]},\"fanout\":{\"late\":\"3s\",\"window\":\"2s\"}" TAIL,
          "\"late\" is more than \"window\"" },
        { HEAD "\"flows\":{\"f\":[{\"request\":{\"name\":\"r\",\"path\":\"/\",\"json\":\"x\","
               "\"fanout\":\"${group}\"}}]}" TAIL,
          "the body must hold \"${run} ${serial}\"" },
        { HEAD "\"flows\":{\"f\":[{\"request\":{\"name\":\"r\",\"path\":\"/\",\"json\":"
               "\"${run} ${serial}\",\"fanout\":\"${group}\"}}]}" TAIL,
          "no flow connects a socket" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct workload *workload = NULL;
        struct strbuf mistakes = STRBUF_INIT;
        assert_int_equal(load(cases[i].json, &workload, &mistakes), ERR_USAGE);
        if (strstr(strbuf_text(&mistakes), cases[i].says) == NULL) {
            fail_msg("not told: %s\nbut:\n%s", cases[i].says, strbuf_text(&mistakes));
        }
        strbuf_release(&mistakes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sockets_flow_becomes_what_it_says),
        cmocka_unit_test(mistakes_are_told_with_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
