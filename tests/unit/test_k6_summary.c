#include "tests/unit/test.h"

#include <string.h>

#include "reports/k6_summary.h"

static const char json[] =
    "{\"name\":\"poll-vote\",\"state\":\"complete\",\"reason\":null,\"seconds\":5.5,"
    "\"verdict\":\"slows_down\",\"generator\":{\"cpu_share\":0.1,\"peak_rss_bytes\":13000000,"
    "\"lateness_ms\":{\"n\":100,\"p95\":0.2},\"inconclusive\":[\"for a test\"]},"
    "\"metrics\":{"
    "\"http_req_duration\":{\"type\":\"trend\",\"contains\":\"time\",\"values\":{\"n\":70,"
    "\"avg\":12.5,\"min\":0.25,\"med\":10,\"p90\":1500,\"p95\":10000,\"max\":61000,\"at_least\":"
    "[\"p95\",\"max\"],\"p(99.9)\":5},\"thresholds\":{\"p(95)<500\":{\"outcome\":\"fail\",\"n\":70,"
    "\"value\":10000,\"at_least\":true},\"p(99)<9\":{\"outcome\":\"no_data\",\"n\":70,\"reason\":"
    "\"too few\"}}},"
    "\"checks\":{\"type\":\"rate\",\"contains\":\"default\",\"values\":{\"n\":4,\"passes\":3,"
    "\"fails\":1,\"rate\":0.75},\"thresholds\":{\"rate>0\":{\"outcome\":\"pass\",\"n\":4,"
    "\"value\":0.75,\"at_least\":false}}},"
    "\"data_received\":{\"type\":\"counter\",\"contains\":\"data\",\"values\":{\"n\":2,\"count\":"
    "12345678,\"rate\":999}},"
    "\"http_req_duration{band:31+}\":{\"type\":\"trend\",\"contains\":\"time\",\"values\":{"
    "\"n\":0}},"
    "\"vus\":{\"type\":\"gauge\",\"contains\":\"default\",\"values\":{\"n\":5,\"value\":1,\"min\":0,"
    "\"max\":7}}},"
    "\"checks\":[{\"name\":\"voted\",\"request\":\"vote\",\"passes\":3,\"fails\":1}],"
    "\"scenarios\":[{\"name\":\"vote\",\"executor\":\"constant-vus\",\"iterations\":9,"
    "\"dropped_iterations\":2,\"interrupted_iterations\":0,\"vus_max\":5,\"requests\":9,"
    "\"errors\":3,\"service_ms\":{\"n\":9,\"med\":10},\"response_ms\":{\"n\":9},\"bands\":[],"
    "\"verdict\":{\"verdict\":\"slows_down\",\"reasons\":[{\"verdict\":\"slows_down\",\"text\":"
    "\"because\"}]}}],"
    "\"statuses\":[{\"name\":\"vote\",\"method\":\"POST\",\"status\":0,\"outcome\":\"timeout\","
    "\"count\":3}],"
    "\"integrity\":{\"checks\":[{\"name\":\"votes\",\"violations\":2,\"text\":\"2 double votes\"}]}}";

static cJSON *workload;

static int load(void **state)
{
    struct err_msg msg = { "" };
    (void)state;
    return json_parse(json, sizeof json - 1, "test", &workload, &msg) == ERR_OK ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    cJSON_Delete(workload);
    return 0;
}

static void the_summary_says_everything(void **state)
{
    static const char *const wanted[] = {
        "poll-vote: complete, 5.5 s\n",
        "✗ voted  3 passed, 1 failed",
        "✗ http_req_duration 'p(95)<500'  ≥10.00s  n=70",
        "? http_req_duration 'p(99)<9'  NO DATA: too few",
        "✓ checks 'rate>0'  75.00%  n=4",
        "http_req_duration...............: avg=12.50ms min=250.00µs med=10.00ms max=≥1m01.0s p(90)",
        "p(90)=1.50s p(95)=≥10.00s n=70\n",
        "data_received...................: 12.3 MB  999 B/s\n",
        "vus.............................: 1  min=0 max=7\n",
        "n=70\n    {band:31+}....................: avg=- min=- med=- max=- p(90)=- p(95)=- n=0\n",
        "scenario vote (constant-vus): 9 iterations, 2 dropped, up to 5 VUs\n",
        "33.33%  slows_down\n      because\n",
        "POST   vote                   - timeout                  3          -          -\n",
        "✗ 2 double votes",
        "generator: 10.0 % of a core, 13.0 MB, starts late by 200.00µs (p95)",
        "INCONCLUSIVE: for a test",
        "verdict: slows_down",
    };
    struct strbuf out = STRBUF_INIT;
    (void)state;
    k6_summary_write(workload, k6_summary_stats, &out);
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        if (strstr(strbuf_text(&out), wanted[i]) == NULL) {
            fail_msg("not said: %s\nbut:\n%s", wanted[i], strbuf_text(&out));
        }
    }
    strbuf_release(&out);
}

static void other_columns_can_be_asked_for(void **state)
{
    static const char *const stats[] = { "count", "p(99.9)", "p(50)", NULL };
    struct strbuf out = STRBUF_INIT;
    (void)state;
    k6_summary_write(workload, stats, &out);
    assert_non_null(strstr(strbuf_text(&out), ": count=70 p(99.9)=5.00ms p(50)=10.00ms n=70"));
    strbuf_release(&out);
}

static void names_of_columns_are_checked(void **state)
{
    static const struct {
        const char *name;
        bool valid;
        int percent;
    } cases[] = { { "avg", true, -1 },   { "count", true, -1 },  { "p(95)", true, 95 },
                  { "p(0)", true, 0 },   { "p(101)", false, 0 }, { "p()", false, 0 },
                  { "p(9", false, 0 },   { "mean", false, 0 },   { "", false, 0 },
                  { "p(-1)", false, 0 }, { "p(x)", false, 0 } };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        double percent = 0;
        assert_true(k6_summary_stat(cases[i].name, &percent) == cases[i].valid);
        if (cases[i].valid) {
            assert_int_equal((int)percent, cases[i].percent);
        }
    }
}

/* The shape that k6's own --summary-export has. */
static void the_export_has_k6s_shape(void **state)
{
    cJSON *root = k6_summary_export(workload);
    (void)state;
    assert_string_equal(json_text(root, "root_group.path"), "");
    assert_string_equal(json_text(root, "root_group.checks.voted.path"), "::voted");
    assert_int_equal((int)json_number(root, "root_group.checks.voted.fails", 0), 1);
    const cJSON *duration = json_at(root, "metrics.http_req_duration");
    assert_true(json_number(duration, "p(90)", 0) > 1499);
    assert_true(json_bool(duration, "thresholds.p(95)<500", false));
    assert_true(json_bool(duration, "thresholds.p(99)<9", false));
    assert_false(json_bool(json_at(root, "metrics.checks"), "thresholds.rate>0", true));
    assert_true(json_number(root, "metrics.checks.value", 0) > 0.74);
    assert_int_equal((int)json_number(root, "metrics.data_received.count", 0), 12345678);
    assert_int_equal((int)json_number(root, "metrics.vus.max", 0), 7);
    const cJSON *few = json_at(root, "metrics.http_req_duration{band:31+}");
    assert_true(cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(few, "p(95)")));
    cJSON_Delete(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_summary_says_everything),
        cmocka_unit_test(other_columns_can_be_asked_for),
        cmocka_unit_test(names_of_columns_are_checked),
        cmocka_unit_test(the_export_has_k6s_shape),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
