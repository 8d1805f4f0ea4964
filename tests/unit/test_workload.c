#include "tests/unit/workloads.h"

#include "base/embedded.h"

static void every_workload_in_the_program_is_right(void **state)
{
    static const char *const wanted[] = {
        "conversations",    "files",          "media",
        "message-send",     "page-cost",      "poll-spike",
        "poll-vote",        "reactions",      "response-time",
        "throughput",       "upload",         "websocket-10k",
        "websocket-fanout", "websocket-ramp", "websocket-reconnect",
        "websocket"
    };
    const char *const *names = workload_names();
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        struct workload *workload = NULL;
        struct strbuf mistakes = STRBUF_INIT;
        struct err_msg msg = { "" };
        assert_string_equal(names[i], wanted[i]);
        if (workload_load(names[i], &workload, &mistakes, &msg) != ERR_OK) {
            fail_msg("%s: %s", msg.text, strbuf_text(&mistakes));
        }
        assert_string_equal(workload->name, wanted[i]);
        workload_free(workload);
        strbuf_release(&mistakes);
    }
    assert_null(names[COUNT_OF(wanted)]);
}

static void an_unknown_name_gets_a_suggestion(void **state)
{
    struct workload *workload = NULL;
    struct strbuf mistakes = STRBUF_INIT;
    struct err_msg msg = { "" };
    (void)state;
    assert_int_equal(workload_load("pol-vote", &workload, &mistakes, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "\"poll-vote\"?"));
    assert_int_equal(workload_load("./nothing.json", &workload, &mistakes, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "nothing.json"));
    strbuf_release(&mistakes);
}

static void a_workload_becomes_what_it_says(void **state)
{
    static const char json[] =
        "{\"name\":\"w\",\"summary\":\"s\",\"metrics\":{\"ms\":{\"type\":\"trend\","
        "\"contains\":\"time\"}},"
        "\"flows\":{\"f\":[{\"pick\":{\"token\":{\"from\":\"tokens\",\"by\":\"vu\"}}},"
        "{\"loop\":{\"times\":3,\"while\":\"next\",\"steps\":["
        "{\"request\":{\"name\":\"r\",\"path\":\"/p/${group}\",\"auth\":\"token\","
        "\"query\":{\"cursor\":\"${next}\"},\"capture\":{\"next\":\"n\"},"
        "\"record\":[{\"metric\":\"ms\",\"value\":\"duration\",\"when\":[\"ok\"]}],"
        "\"checks\":{\"c\":{\"status\":[200],\"json\":\"a[*].b\",\"some\":[\"x\",\"y\"],"
        "\"min\":2}}}}]}},"
        "{\"think\":{\"min\":\"1s\",\"max\":\"2s\",\"after\":{\"outcomes\":[\"rate_limited\"],"
        "\"min\":\"3s\",\"max\":\"4s\"}}}]},"
        "\"scenarios\":{\"a\":{\"executor\":\"constant-vus\",\"flow\":\"f\",\"vus\":2,"
        "\"duration\":\"5s\"},\"b\":{\"executor\":\"shared-iterations\",\"flow\":\"f\","
        "\"startAfter\":\"a\",\"maxDuration\":\"7s\",\"baseline\":false}},"
        "\"thresholds\":{\"ms{scenario:a}\":[\"p(95)<5\"],\"checks\":[{\"threshold\":"
        "\"rate>0.9\",\"abortOnFail\":true}]},"
        "\"baseline\":{\"vus\":2,\"think\":\"50ms\"}}";
    struct workload *workload = workload_of(json);
    const struct flow *flow = &workload->flow[0];
    const struct request *request = flow->step[2].request;
    (void)state;
    assert_int_equal(flow->step_count, 5);
    assert_int_equal(flow->step[1].kind, STEP_LOOP);
    assert_int_equal(flow->step[3].kind, STEP_LOOP_END);
    assert_int_equal(flow->step[3].other_end, 1);
    assert_int_equal(flow->step[1].loop.times, 3);
    assert_true(flow->step[4].think.after_outcomes == 1U << OUTCOME_RATE_LIMITED);
    assert_true(flow->step[4].think.after.max_ns == UINT64_C(4000000000));
    assert_string_equal(request->method, "GET");
    assert_int_equal(request->expect[0], 200);
    assert_true(request->timeout_ns == UINT64_C(10000000000));
    assert_int_equal(request->check[0].count_min, 2);
    assert_int_equal(request->body_questions, 2);
    assert_true(request->record[0].outcomes == 1U << OUTCOME_OK);
    assert_int_equal(request->record[0].metric, BUILTIN_COUNT);
    assert_int_equal(workload->scenario[1].after, 0);
    assert_true(workload->scenario[0].baseline);
    assert_false(workload->scenario[1].baseline);
    assert_true(workload_end_ns(workload, 1) == UINT64_C(12000000000));
    assert_true(workload->baseline.has_pause);
    assert_int_equal(workload->threshold_count, 2);
    assert_true(workload->threshold[1].threshold.abort_on_fail);
    assert_int_equal(workload->threshold[1].metric, BUILTIN_CHECKS);
    assert_true(workload->data.set[data_find(&workload->data, "group")].wanted);
    assert_false(workload->data.set[data_find(&workload->data, "poll")].wanted);
    workload_free(workload);
}

/* Every mistake at once, each with its line. */
static void all_mistakes_are_told_at_once(void **state)
{
    static const char json[] =
        "{\"name\": \"w\", \"summary\": 5,\n"
        " \"metrics\": {\"m\": {\"type\": \"trendy\"}, \"http_reqs\": {\"type\": \"counter\"}},\n"
        " \"flows\": {\"f\": [\n"
        "  {\"request\": {\"name\": \"r\", \"path\": \"no-slash\", \"auth\": \"nobody\"}},\n"
        "  {\"request\": {\"name\": \"r\", \"path\": \"/${what}\", \"expect\": [99]}},\n"
        "  {\"think\": {\"min\": \"2s\", \"max\": \"1s\"}},\n"
        "  {\"pick\": {\"p\": {\"from\": \"tokenz\"}}},\n"
        "  {\"loop\": {\"steps\": []}},\n"
        "  {\"dance\": \"1s\"},\n"
        "  {\"request\": {\"name\": \"r\", \"path\": \"/\", \"checks\": {\"c\": {\"json\": \"a[\"}},\n"
        "    \"record\": [{\"metric\": \"m\", \"value\": \"bytes\"}, {\"metric\": \"q\"}]}}\n"
        " ], \"g\": [{\"think\": \"1s\"}]},\n"
        " \"scenarios\": {\n"
        "  \"a\": {\"executor\": \"constant-vu\", \"flow\": \"f\"},\n"
        "  \"b\": {\"executor\": \"constant-vus\", \"flow\": \"ff\", \"vus\": 1},\n"
        "  \"c\": {\"executor\": \"constant-vus\", \"flow\": \"f\", \"vus\": 0, \"duration\": \"1s\"},\n"
        "  \"d\": {\"executor\": \"constant-vus\", \"flow\": \"f\", \"duration\": \"1s\", \"rate\": 5,\n"
        "    \"startAfter\": \"z\"}},\n"
        " \"thresholds\": {\"m\": [\"p(95)<\"], \"n\": [\"rate<1\"], \"http_reqs\": [\"p(95)<1\"]},\n"
        " \"integrity\": [\"vote\"], \"color\": 1}\n";
    static const char *const wanted[] = {
        "w.json:1: summary: must be a text",
        "w.json:2: metrics.m.type: \"trendy\" is none of counter, rate, trend; did you",
        "w.json:2: metrics.http_reqs: the name belongs to a built-in metric",
        "w.json:4: flows.f[0].request.path: must start with /",
        "w.json:4: flows.f[0].request.auth: must be the name of a pick from tokens",
        "w.json:5: flows.f[1].request.path: there is no variable \"what\"",
        "w.json:5: flows.f[1].request.expect[0]: must be a status",
        "w.json:6: flows.f[2].think: \"min\" is more than \"max\"",
        "w.json:7: flows.f[3].pick.p.from: \"tokenz\" is none of ",
        "w.json:8: flows.f[4].loop: \"times\" is missing",
        "w.json:9: flows.f[5].dance: unknown field",
        "w.json:10: flows.f[6].request.checks.c.json: ",
        "w.json:11: flows.f[6].request.record[0]: \"bytes\" does not fit the metric",
        "w.json:11: flows.f[6].request.record[1]: \"metrics\" has no \"q\"",
        "w.json:12: flows.g: a flow needs a request",
        "w.json:14: scenarios.a.executor: \"constant-vu\" is none of ",
        "w.json:15: scenarios.b.flow: \"flows\" has no \"ff\"",
        "w.json:15: scenarios.b: \"duration\" is missing: constant-vus needs it",
        "w.json:16: scenarios.c.vus: ",
        "w.json:17: scenarios.d.rate: unknown field",
        "w.json:18: scenarios.d.startAfter: no scenario before this one is called \"z\"",
        "w.json:19: thresholds.m[0]: ",
        "w.json:19: thresholds.n: there is no metric \"n\"",
        "w.json:19: thresholds.http_reqs[0]: ",
        "w.json:20: integrity[0]: \"vote\" is none of votes, messages, reactions; did you",
        "w.json:20: color: unknown field",
    };
    struct strbuf mistakes = STRBUF_INIT;
    struct err_msg msg = { "" };
    size_t lines = 0;
    (void)state;
    struct workload *workload = NULL;
    assert_int_equal(
        workload_from_text("w.json", json, sizeof json - 1, &workload, &mistakes, &msg), ERR_USAGE);
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        if (strstr(strbuf_text(&mistakes), wanted[i]) == NULL) {
            fail_msg("not told: %s\nbut:\n%s", wanted[i], strbuf_text(&mistakes));
        }
    }
    for (const char *c = strbuf_text(&mistakes); *c != '\0'; c++) {
        lines += *c == '\n' ? 1 : 0;
    }
    if (lines != COUNT_OF(wanted)) {
        fail_msg("%zu lines, want %zu:\n%s", lines, COUNT_OF(wanted), strbuf_text(&mistakes));
    }
    assert_non_null(strstr(msg.text, "26 mistakes"));
    strbuf_release(&mistakes);
}

static cJSON *schema(void)
{
    const struct embedded *file = embedded_find("backend/scenarios/schema.json");
    cJSON *root = NULL;
    struct err_msg msg = { "" };
    assert_non_null(file);
    if (json_parse(file->text, file->bytes, "schema.json", &root, &msg) != ERR_OK) {
        fail_msg("%s", msg.text);
    }
    return root;
}

static bool lists(const cJSON *list, const char *name)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach (item, list) {
        if (strcmp(item->valuestring, name) == 0) {
            return true;
        }
    }
    return false;
}

/* What editors are told and what the program takes are the same. */
static void the_schema_knows_what_the_reader_knows(void **state)
{
    cJSON *root = schema();
    const cJSON *scenario = json_at(root, "definitions.scenario.properties");
    const cJSON *outcomes = json_at(root, "definitions.outcome.enum");
    size_t count = 0;
    const struct executor *const *table = executor_table(&count);
    (void)state;
    assert_int_equal(cJSON_GetArraySize(json_at(scenario, "executor.enum")), count);
    for (size_t i = 0; i < count; i++) {
        assert_true(lists(json_at(scenario, "executor.enum"), table[i]->name));
    }
    size_t fields = 0;
    for (unsigned bit = 1; schedule_field_name((enum schedule_field)bit)[0] != '\0'; bit <<= 1U) {
        assert_non_null(json_at(scenario, schedule_field_name((enum schedule_field)bit)));
        fields++;
    }
    assert_int_equal(cJSON_GetArraySize(scenario), fields + 4);
    assert_int_equal(cJSON_GetArraySize(outcomes), OUTCOME_COUNT);
    for (size_t i = 0; i < OUTCOME_COUNT; i++) {
        assert_true(lists(outcomes, outcome_names[i]));
    }
    for (int kind = 0; kind <= JSON_OBJECT; kind++) {
        assert_true(lists(json_at(root, "definitions.request.properties.checks."
                                        "additionalProperties.properties.is.enum"),
                          json_kind_name((enum json_kind)kind)));
    }
    struct workload *any = NULL;
    struct strbuf mistakes = STRBUF_INIT;
    struct err_msg msg = { "" };
    assert_int_equal(workload_load("poll-vote", &any, &mistakes, &msg), ERR_OK);
    const cJSON *sets = json_at(root, "definitions.pick.properties.from.enum");
    assert_int_equal(cJSON_GetArraySize(sets), any->data.count);
    for (size_t i = 0; i < any->data.count; i++) {
        assert_true(lists(sets, any->data.set[i].name));
    }
    workload_free(any);
    strbuf_release(&mistakes);
    cJSON_Delete(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_workload_in_the_program_is_right),
        cmocka_unit_test(an_unknown_name_gets_a_suggestion),
        cmocka_unit_test(a_workload_becomes_what_it_says),
        cmocka_unit_test(all_mistakes_are_told_at_once),
        cmocka_unit_test(the_schema_knows_what_the_reader_knows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
