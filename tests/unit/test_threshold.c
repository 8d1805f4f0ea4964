#include "tests/unit/test.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/threshold.h"

static void expressions_of_k6_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double percent;
        double limit;
        enum threshold_aggregation aggregation;
        enum threshold_op op;
    } cases[] = {
        { "p(95)<500", 95, 500, THRESHOLD_PERCENTILE, THRESHOLD_LESS },
        { "p(99.9) <= 1e3", 99.9, 1000, THRESHOLD_PERCENTILE, THRESHOLD_LESS_EQUAL },
        { "p( 0 )>=0", 0, 0, THRESHOLD_PERCENTILE, THRESHOLD_GREATER_EQUAL },
        { "p(100)==7", 100, 7, THRESHOLD_PERCENTILE, THRESHOLD_EQUAL },
        { "rate<0.05", 0, 0.05, THRESHOLD_RATE, THRESHOLD_LESS },
        { "count>=10", 0, 10, THRESHOLD_COUNT, THRESHOLD_GREATER_EQUAL },
        { "value!=0", 0, 0, THRESHOLD_VALUE, THRESHOLD_NOT_EQUAL },
        { "avg>-1.5", 0, -1.5, THRESHOLD_AVG, THRESHOLD_GREATER },
        { "\tmin > .5 ", 0, 0.5, THRESHOLD_MIN, THRESHOLD_GREATER },
        { "med<2000", 0, 2000, THRESHOLD_MED, THRESHOLD_LESS },
        { "max   <   10000", 0, 10000, THRESHOLD_MAX, THRESHOLD_LESS },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct threshold got;
        struct err_msg msg = { "" };
        if (threshold_parse(cases[i].text, &got, &msg) != ERR_OK) {
            fail_msg("%s: %s", cases[i].text, msg.text);
        }
        assert_int_equal(got.aggregation, cases[i].aggregation);
        assert_int_equal(got.op, cases[i].op);
        assert_true(got.percent == cases[i].percent);
        assert_true(got.limit == cases[i].limit);
        assert_false(got.abort_on_fail);
    }
}

static void the_source_is_kept_without_blanks_around_it(void **state)
{
    (void)state;
    struct threshold got;
    struct err_msg msg = { "" };
    assert_int_equal(threshold_parse("  p(95) < 500 ", &got, &msg), ERR_OK);
    assert_string_equal(got.source, "p(95) < 500");
}

static void a_wrong_expression_is_refused_with_its_position(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *at;
        const char *want;
    } cases[] = {
        { "", "character 1 ", "one of count" },
        { "  ", "character 3 ", "one of count" },
        { "p95<500", "character 1 ", "p(N)" },
        { "percentile<5", "character 1 ", "one of count" },
        { "rates<5", "character 1 ", "one of count" },
        { "P(95)<500", "character 1 ", "one of count" },
        { "p(95<500", "character 3 ", "0 to 100" },
        { "p()<500", "character 3 ", "0 to 100" },
        { "p(101)<500", "character 3 ", "0 to 100" },
        { "p(-1)<500", "character 3 ", "0 to 100" },
        { "p(9x)<500", "character 3 ", "0 to 100" },
        { "p(95)500", "character 6 ", "one of <" },
        { "p(95)=500", "character 6 ", "one of <" },
        { "p(95)", "character 6 ", "one of <" },
        { "rate<", "character 6 ", "a number" },
        { "rate<five", "character 6 ", "a number" },
        { "rate<5%", "character 6 ", "a number" },
        { "rate<0x5", "character 6 ", "a number" },
        { "rate<inf", "character 6 ", "a number" },
        { "rate<5 && rate>1", "character 6 ", "a number" },
        { "rate===5", "character 7 ", "a number" },
        { "rate<00000000000000000000000000000000000000001", "character 6 ", "a number" },
        { "rate<0.00000000000000000000000000000000000000000000000000000000001", "", "63 bytes" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct threshold got;
        struct err_msg msg = { "" };
        assert_int_equal(threshold_parse(cases[i].text, &got, &msg), ERR_USAGE);
        if (strstr(msg.text, cases[i].at) == NULL || strstr(msg.text, cases[i].want) == NULL) {
            fail_msg("%s: %s", cases[i].text, msg.text);
        }
    }
}

static enum err from_json(const char *text, struct threshold *out, struct err_msg *msg)
{
    cJSON *node = NULL;
    assert_int_equal(json_parse(text, strlen(text), "test", &node, msg), ERR_OK);
    enum err err = threshold_from_json(node, out, msg);
    cJSON_Delete(node);
    return err;
}

static void objects_carry_abort_and_its_delay(void **state)
{
    (void)state;
    struct threshold got;
    struct err_msg msg = { "" };
    assert_int_equal(from_json("\"avg<5\"", &got, &msg), ERR_OK);
    assert_false(got.abort_on_fail);
    assert_int_equal(from_json("{\"threshold\":\"rate<0.05\",\"abortOnFail\":true,"
                               "\"delayAbortEval\":\"1m10s\"}",
                               &got, &msg),
                     ERR_OK);
    assert_true(got.abort_on_fail);
    assert_int_equal(got.delay_abort_ms, 70000);
    assert_int_equal(from_json("{\"threshold\":\"rate<0.05\"}", &got, &msg), ERR_OK);
    assert_false(got.abort_on_fail);
    assert_int_equal(got.delay_abort_ms, 0);
}

static void a_wrong_object_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        { "5", "must be a text" },
        { "{}", "must be a text" },
        { "{\"threshold\":5}", "must be a text" },
        { "{\"threshold\":\"rate<\"}", "a number" },
        { "{\"threshold\":\"rate<1\",\"abortOnFail\":1}", "true or false" },
        { "{\"threshold\":\"rate<1\",\"delayAbortEval\":10}", "a duration" },
        { "{\"threshold\":\"rate<1\",\"delayAbortEval\":\"soon\"}", "a duration" },
        { "{\"threshold\":\"rate<1\",\"abortonfail\":true}", "abortonfail" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct threshold got;
        struct err_msg msg = { "" };
        assert_int_equal(from_json(cases[i].text, &got, &msg), ERR_USAGE);
        if (strstr(msg.text, cases[i].want) == NULL) {
            fail_msg("%s: %s", cases[i].text, msg.text);
        }
    }
}

static void selectors_are_read(void **state)
{
    (void)state;
    struct selector got;
    struct err_msg msg = { "" };
    assert_int_equal(selector_parse("http_req_duration", &got, &msg), ERR_OK);
    assert_string_equal(got.metric, "http_req_duration");
    assert_int_equal(got.tag_count, 0);
    assert_int_equal(selector_parse(" m1 { band : 31+ ,name:\"GET a, b:c}\" , x:'' } ", &got, &msg),
                     ERR_OK);
    assert_string_equal(got.metric, "m1");
    assert_int_equal(got.tag_count, 3);
    assert_string_equal(got.tag[0].name, "band");
    assert_string_equal(got.tag[0].value, "31+");
    assert_string_equal(got.tag[1].name, "name");
    assert_string_equal(got.tag[1].value, "GET a, b:c}");
    assert_string_equal(got.tag[2].value, "");
    assert_int_equal(selector_parse("m{url:http://a/b}", &got, &msg), ERR_OK);
    assert_string_equal(got.tag[0].value, "http://a/b");
}

static void a_wrong_selector_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        { "", "character 1 a name" },
        { "9m", "character 1 a name" },
        { "a b", "character 3 the end" },
        { "a-b", "character 2 the end" },
        { "a{", "a tag and its value" },
        { "a{}", "a tag and its value" },
        { "a{b}", "a tag and its value" },
        { "a{:c}", "a tag and its value" },
        { "a{b:c", "a comma or }" },
        { "a{b:c,}", "a tag and its value" },
        { "a{b:\"c}", "not closed" },
        { "a{b:\"c\"d}", "a comma or }" },
        { "a{b:c} d", "the end" },
        { "a{b:c,b:d}", "second time" },
        { "a{a:1,b:1,c:1,d:1,e:1,f:1,g:1,h:1,i:1}", "more than 8" },
        { "a{b:0123456789012345678901234567890123456789012345678901234567890123}", "63 bytes" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct selector got;
        struct err_msg msg = { "" };
        assert_int_equal(selector_parse(cases[i].text, &got, &msg), ERR_USAGE);
        if (strstr(msg.text, cases[i].want) == NULL) {
            fail_msg("%s: %s", cases[i].text, msg.text);
        }
    }
}

static const char *tag_value(void *arg, const char *name)
{
    (void)arg;
    if (strcmp(name, "scenario") == 0) {
        return "poll";
    }
    return strcmp(name, "status") == 0 ? "200" : NULL;
}

static void a_selector_wants_all_its_tags(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool want;
    } cases[] = {
        { "m", true },
        { "m{status:200}", true },
        { "m{status:200,scenario:poll}", true },
        { "m{status:20}", false },
        { "m{status:200,scenario:media}", false },
        { "m{name:x}", false },
        { "m{name:''}", false },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct selector selector;
        struct err_msg msg = { "" };
        assert_int_equal(selector_parse(cases[i].text, &selector, &msg), ERR_OK);
        assert_int_equal(selector_matches(&selector, tag_value, NULL), cases[i].want);
    }
}

static void each_kind_has_the_aggregations_of_k6(void **state)
{
    (void)state;
    static const char *const texts[] = { "count<1", "rate<1", "value<1", "avg<1",
                                         "min<1",   "med<1",  "max<1",   "p(9)<1" };
    static const char *const fits[] = {
        [SERIES_COUNTER] = "11000000",
        [SERIES_GAUGE] = "00100000",
        [SERIES_RATE] = "01000000",
        [SERIES_TREND] = "00011111",
    };
    for (unsigned kind = SERIES_COUNTER; kind <= SERIES_TREND; kind++) {
        for (size_t i = 0; i < COUNT_OF(texts); i++) {
            struct threshold got;
            struct err_msg msg = { "" };
            assert_int_equal(threshold_parse(texts[i], &got, &msg), ERR_OK);
            enum err err = threshold_check_kind(&got, (enum series_kind)kind, &msg);
            assert_int_equal(err == ERR_OK, fits[kind][i] == '1');
            if (err != ERR_OK) {
                assert_non_null(strstr(msg.text, series_kind_name((enum series_kind)kind)));
            }
        }
    }
}

static struct threshold_result judge(const char *text, const struct threshold_values *values)
{
    struct threshold threshold;
    struct threshold_result result;
    struct err_msg msg = { "" };
    assert_int_equal(threshold_parse(text, &threshold, &msg), ERR_OK);
    threshold_evaluate(&threshold, values, &result);
    return result;
}

static void plain_series_are_compared(void **state)
{
    (void)state;
    static const struct {
        struct threshold_values values;
        const char *text;
        double value;
        enum threshold_outcome want;
    } cases[] = {
        { { SERIES_COUNTER, 12, 40, 0, 8, NULL, 1 }, "count==40", 40, THRESHOLD_PASSES },
        { { SERIES_COUNTER, 12, 40, 0, 8, NULL, 1 }, "count>40", 40, THRESHOLD_FAILS },
        { { SERIES_COUNTER, 12, 40, 0, 8, NULL, 1 }, "rate>=5", 5, THRESHOLD_PASSES },
        { { SERIES_COUNTER, 1, 0, 0, 8, NULL, 1 }, "count<1", 0, THRESHOLD_PASSES },
        { { SERIES_GAUGE, 3, 7, 0, 8, NULL, 1 }, "value!=7", 7, THRESHOLD_FAILS },
        { { SERIES_GAUGE, 3, 7, 0, 8, NULL, 1 }, "value<=7", 7, THRESHOLD_PASSES },
        { { SERIES_RATE, 200, 0, 10, 8, NULL, 1 }, "rate<0.05", 0.05, THRESHOLD_FAILS },
        { { SERIES_RATE, 200, 0, 9, 8, NULL, 1 }, "rate<0.05", 0.045, THRESHOLD_PASSES },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct threshold_result got = judge(cases[i].text, &cases[i].values);
        assert_int_equal(got.outcome, cases[i].want);
        assert_true(got.has_value);
        assert_true(got.value == cases[i].value);
        assert_int_equal(got.n, cases[i].values.samples);
        assert_string_equal(got.reason, "");
    }
}

static void no_sample_is_no_data(void **state)
{
    (void)state;
    struct histogram empty = { 0 };
    static const char *const texts[] = { "count>=0", "value>=0", "rate<1", "max<1" };
    for (unsigned kind = SERIES_COUNTER; kind <= SERIES_TREND; kind++) {
        struct threshold_values values = { (enum series_kind)kind, 0, 0, 0, 1, &empty, 1 };
        struct threshold_result got = judge(texts[kind], &values);
        assert_int_equal(got.outcome, THRESHOLD_NO_DATA);
        assert_false(got.has_value);
        assert_string_equal(got.reason, "no sample");
        values.trend = NULL;
        assert_int_equal(judge(texts[kind], &values).outcome, THRESHOLD_NO_DATA);
    }
}

static void percentiles_need_samples(void **state)
{
    (void)state;
    struct histogram histogram = { 0 };
    struct threshold_values values = { SERIES_TREND, 0, 0, 0, 0, &histogram, 1e6 };
    for (unsigned i = 0; i < 59; i++) {
        histogram_add(&histogram, 3000000);
    }
    struct threshold_result got = judge("p(95)<500", &values);
    assert_int_equal(got.outcome, THRESHOLD_NO_DATA);
    assert_int_equal(got.n, 59);
    assert_string_equal(got.reason, "59 samples, and the 95th percentile needs 60");
    assert_int_equal(judge("avg<500", &values).outcome, THRESHOLD_PASSES);
    assert_int_equal(judge("med<500", &values).outcome, THRESHOLD_PASSES);
    assert_int_equal(judge("max==3", &values).outcome, THRESHOLD_PASSES);
    histogram_add(&histogram, 3000000);
    got = judge("p(95)<500", &values);
    assert_int_equal(got.outcome, THRESHOLD_PASSES);
    assert_true(fabs(got.value - 3) <= 0.003);
    assert_int_equal(judge("p(95)<3", &values).outcome, THRESHOLD_FAILS);
    assert_int_equal(judge("p(99)<500", &values).outcome, THRESHOLD_NO_DATA);
    for (unsigned i = 60; i < 300; i++) {
        histogram_add(&histogram, 3000000);
    }
    assert_int_equal(judge("p(99)<500", &values).outcome, THRESHOLD_PASSES);
    histogram_release(&histogram);
}

static void a_lower_bound_decides_only_what_it_settles(void **state)
{
    (void)state;
    struct histogram histogram = { 0 };
    struct threshold_values values = { SERIES_TREND, 0, 0, 0, 0, &histogram, 1e6 };
    for (unsigned i = 0; i < 90; i++) {
        histogram_add(&histogram, 3000000);
    }
    for (unsigned i = 0; i < 10; i++) {
        histogram_add_censored(&histogram, UINT64_C(10000000000));
    }
    static const struct {
        const char *text;
        enum threshold_outcome want;
    } cases[] = {
        { "p(95)<500", THRESHOLD_FAILS },      { "p(95)<10000", THRESHOLD_FAILS },
        { "p(95)<20000", THRESHOLD_NO_DATA },  { "p(95)<=9999", THRESHOLD_FAILS },
        { "p(95)<=10000", THRESHOLD_NO_DATA }, { "p(95)>9999", THRESHOLD_PASSES },
        { "p(95)>10000", THRESHOLD_NO_DATA },  { "p(95)>=10000", THRESHOLD_PASSES },
        { "p(95)>=10001", THRESHOLD_NO_DATA }, { "p(95)==10000", THRESHOLD_NO_DATA },
        { "p(95)==9999", THRESHOLD_FAILS },    { "p(95)!=9999", THRESHOLD_PASSES },
        { "p(95)!=10000", THRESHOLD_NO_DATA }, { "p(90)<500", THRESHOLD_PASSES },
        { "avg<500", THRESHOLD_FAILS },        { "avg<2000", THRESHOLD_NO_DATA },
        { "min<500", THRESHOLD_PASSES },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct threshold_result got = judge(cases[i].text, &values);
        if (got.outcome != cases[i].want) {
            fail_msg("%s: %s", cases[i].text, threshold_outcome_name(got.outcome));
        }
        assert_true(got.has_value);
        assert_int_equal(got.reason[0] != '\0', cases[i].want == THRESHOLD_NO_DATA);
    }
    histogram_release(&histogram);
}

static void only_a_failure_after_the_delay_aborts(void **state)
{
    (void)state;
    struct threshold threshold;
    struct threshold_result failed = { .outcome = THRESHOLD_FAILS };
    struct threshold_result open = { .outcome = THRESHOLD_NO_DATA };
    struct err_msg msg = { "" };
    assert_int_equal(from_json("{\"threshold\":\"rate<0.05\",\"abortOnFail\":true,"
                               "\"delayAbortEval\":\"10s\"}",
                               &threshold, &msg),
                     ERR_OK);
    assert_false(threshold_aborts(&threshold, &failed, 9999));
    assert_true(threshold_aborts(&threshold, &failed, 10000));
    assert_false(threshold_aborts(&threshold, &open, 10000));
    threshold.abort_on_fail = false;
    assert_false(threshold_aborts(&threshold, &failed, 10000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions_of_k6_are_read),
        cmocka_unit_test(the_source_is_kept_without_blanks_around_it),
        cmocka_unit_test(a_wrong_expression_is_refused_with_its_position),
        cmocka_unit_test(objects_carry_abort_and_its_delay),
        cmocka_unit_test(a_wrong_object_is_refused),
        cmocka_unit_test(selectors_are_read),
        cmocka_unit_test(a_wrong_selector_is_refused),
        cmocka_unit_test(a_selector_wants_all_its_tags),
        cmocka_unit_test(each_kind_has_the_aggregations_of_k6),
        cmocka_unit_test(plain_series_are_compared),
        cmocka_unit_test(no_sample_is_no_data),
        cmocka_unit_test(percentiles_need_samples),
        cmocka_unit_test(a_lower_bound_decides_only_what_it_settles),
        cmocka_unit_test(only_a_failure_after_the_delay_aborts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
