/* From a phase's readings to its figures; what was not read is left out and never 0. */
#include "tests/unit/test.h"

#include <math.h>
#include <string.h>

#include "cdp/pair_clock.h"
#include "cdp/pair_score.h"

static cJSON *score(const char *text)
{
    struct err_msg msg = { "" };
    cJSON *raw = NULL;
    if (json_parse(text, strlen(text), "test", &raw, &msg) != ERR_OK) {
        fail_msg("%s", msg.text);
    }
    cJSON *values = pair_score(raw);
    cJSON_Delete(raw);
    return values;
}

static void assert_value(const cJSON *values, const char *name, double want)
{
    double got = json_number(values, name, (double)NAN);
    if (!(fabs(got - want) < 1e-6)) {
        fail_msg("%s is %.9g, want %.9g", name, got, want);
    }
}

static void older_pages_are_timed_from_request_to_paint(void **state)
{
    (void)state;
    cJSON *values = score("{\"lcp_ms\":120,\"older\":["
                          "{\"requested_s\":10,\"answered_s\":10.1,\"painted_s\":10.2},"
                          "{\"requested_s\":20,\"answered_s\":20.3,\"painted_s\":20.4},"
                          "{\"requested_s\":30,\"answered_s\":30.3,\"painted_s\":null},"
                          "{\"requested_s\":40,\"answered_s\":40.1,\"painted_s\":40.6}]}");
    assert_value(values, "lcp_ms", 120);
    assert_value(values, "older_ms", 400);
    cJSON_Delete(values);
}

static void the_main_thread_is_told_as_a_share_of_the_window(void **state)
{
    (void)state;
    cJSON *values = score("{\"before\":{\"ThreadTime\":1.5},\"after\":{\"ThreadTime\":2.0},"
                          "\"window_s\":10}");
    assert_value(values, "window_main_share", 0.05);
    cJSON_Delete(values);
}

static void what_was_not_read_is_left_out(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{}",
        "null",
        "{\"lcp_ms\":null,\"older\":[],\"scroll\":{\"error\":\"the list did not stay\"}}",
        "{\"older\":[{\"requested_s\":1}],\"before\":{\"ThreadTime\":1},\"window_s\":5}",
        "{\"before\":{\"ThreadTime\":1},\"after\":{\"ThreadTime\":2},\"window_s\":0}",
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        cJSON *values = score(cases[i]);
        assert_int_equal(cJSON_GetArraySize(values), 0);
        cJSON_Delete(values);
    }
}

static void the_two_clocks_lead_to_each_other(void **state)
{
    (void)state;
    const struct pair_clock clock = { .offset_s = 1234.5, .error_s = 0.0002 };
    assert_true(fabs(pair_clock_to_ours_s(&clock, 1500) - 1236.0) < 1e-9);
    assert_true(fabs(pair_clock_to_page_ms(&clock, 1236.0) - 1500) < 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(older_pages_are_timed_from_request_to_paint),
        cmocka_unit_test(the_main_thread_is_told_as_a_share_of_the_window),
        cmocka_unit_test(what_was_not_read_is_left_out),
        cmocka_unit_test(the_two_clocks_lead_to_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
