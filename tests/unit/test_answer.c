#include "tests/unit/workloads.h"

#include "backend/answer.h"

static const char json[] =
    "{\"name\":\"w\",\"summary\":\"s\",\"flows\":{\"f\":["
    "{\"request\":{\"name\":\"plain\",\"path\":\"/\",\"expect\":[200,201]}},"
    "{\"request\":{\"name\":\"react\",\"path\":\"/\",\"method\":\"POST\",\"expect\":[201,409]}},"
    "{\"request\":{\"name\":\"page\",\"path\":\"/\",\"checks\":{"
    "\"status\":{\"status\":[200]},"
    "\"array\":{\"json\":\"data\",\"is\":\"array\"},"
    "\"media\":{\"json\":\"data[*].type\",\"some\":[\"IMAGE\",\"FILE\"]},"
    "\"two\":{\"json\":\"data[*]\",\"min\":2,\"max\":3},"
    "\"total\":{\"json\":\"total\",\"number\":{\"min\":1,\"max\":9}}},"
    "\"capture\":{\"next\":\"next\"}}}]},"
    "\"scenarios\":{\"s\":{\"executor\":\"constant-vus\",\"flow\":\"f\",\"duration\":\"1s\"}}}";

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

static struct judgement judge(size_t step, enum http_failure failure, int status, const char *body)
{
    const struct request *request = workload->flow[0].step[step].request;
    const struct http_answer answer = { .failure = failure, .status = status };
    struct json_scan *scan = json_scan_new(request->asks);
    struct judgement out;
    (void)json_scan_feed(scan, body, strlen(body));
    bool is_json = json_scan_finish(scan);
    answer_judge(&workload->api, request, &answer, scan, is_json, &out);
    json_scan_free(scan);
    return out;
}

static void every_ending_has_its_outcome(void **state)
{
    static const char detail[] = "{\"detail\":\"Internal authentication error\"}";
    static const char good[] =
        "{\"data\":[{\"type\":\"FILE\"},{\"type\":\"TEXT\"}],\"total\":3,\"next\":null}";
    static const struct {
        size_t step;
        enum http_failure failure;
        int status;
        const char *body;
        enum outcome want;
    } cases[] = {
        { 0, HTTP_ANSWERED, 200, "", OUTCOME_OK },
        { 0, HTTP_ANSWERED, 201, "no JSON, but nobody asked", OUTCOME_OK },
        { 0, HTTP_ANSWERED, 204, "", OUTCOME_BAD_STATUS },
        { 0, HTTP_ANSWERED, 307, "", OUTCOME_BAD_STATUS },
        { 0, HTTP_ANSWERED, 409, "", OUTCOME_BAD_STATUS },
        { 0, HTTP_ANSWERED, 429, "", OUTCOME_RATE_LIMITED },
        { 0, HTTP_ANSWERED, 500, "", OUTCOME_SERVER_ERROR },
        { 0, HTTP_ANSWERED, 500, detail, OUTCOME_POOL_EXHAUSTED },
        { 0, HTTP_ANSWERED, 502, detail, OUTCOME_SERVER_ERROR },
        { 0, HTTP_ANSWERED, 503, "<html>", OUTCOME_POOL_EXHAUSTED },
        { 0, HTTP_TIMEOUT, 0, "", OUTCOME_TIMEOUT },
        { 0, HTTP_TIMEOUT, 200, "{", OUTCOME_TIMEOUT },
        { 0, HTTP_RESET, 200, "", OUTCOME_RESET },
        { 0, HTTP_LOCAL, 0, "", OUTCOME_LOCAL },
        { 1, HTTP_ANSWERED, 409, "{}", OUTCOME_CONFLICT },
        { 2, HTTP_ANSWERED, 200, good, OUTCOME_OK },
        { 2, HTTP_ANSWERED, 200, "{\"data\":[]}", OUTCOME_BAD_BODY },
        { 2, HTTP_ANSWERED, 200, "{\"data\":[", OUTCOME_BAD_BODY },
        { 2, HTTP_ANSWERED, 404, good, OUTCOME_BAD_STATUS },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        enum outcome got =
            judge(cases[i].step, cases[i].failure, cases[i].status, cases[i].body).outcome;
        if (got != cases[i].want) {
            fail_msg("case %zu: %s, want %s", i, outcome_names[got], outcome_names[cases[i].want]);
        }
    }
}

static void each_check_is_judged_by_itself(void **state)
{
    static const struct {
        int status;
        const char *body;
        uint64_t passed;
    } cases[] = {
        { 200, "{\"data\":[{\"type\":\"IMAGE\"},{\"type\":\"FILE\"}],\"total\":1}", 0x1f },
        { 201, "{\"data\":[{\"type\":\"IMAGE\"},{\"type\":\"FILE\"}],\"total\":1}", 0x1e },
        { 200, "{\"data\":[{\"type\":\"TEXT\"},{}],\"total\":9.5}", 0x0b },
        { 200, "{\"data\":[1],\"total\":\"5\"}", 0x03 },
        { 200, "{\"data\":{\"type\":\"FILE\"},\"total\":9}", 0x11 },
        { 200, "{\"data\":[{\"type\":\"FILE\"},1,2,3],\"total\":2", 0x01 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t passed = judge(2, HTTP_ANSWERED, cases[i].status, cases[i].body).checks_passed;
        if (passed != cases[i].passed) {
            fail_msg("case %zu: %#x, want %#x", i, (unsigned)passed, (unsigned)cases[i].passed);
        }
    }
    assert_true(judge(2, HTTP_TRUNCATED, 200, "{\"data\":[]}").checks_passed == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_ending_has_its_outcome),
        cmocka_unit_test(each_check_is_judged_by_itself),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
