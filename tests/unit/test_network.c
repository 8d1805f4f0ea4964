#include "tests/unit/test.h"

#include <math.h>
#include <string.h>

#include "cdp/network.h"

static void a_profile_is_found_by_its_name_only(void **state)
{
    (void)state;
    assert_string_equal(network_find("slow-4g")->name, "slow-4g");
    assert_null(network_find("slow"));
    assert_null(network_find("SLOW-4G"));
    assert_null(network_find(""));
}

static void every_profile_slows_in_each_direction_and_none_is_offline(void **state)
{
    (void)state;
    for (const struct network_profile *at = network_profiles; at->name != NULL; at++) {
        cJSON *params = network_conditions(at);
        assert_false(json_bool(params, "offline", true));
        assert_true(json_number(params, "latency", 0.0) > 0.0);
        assert_true(json_number(params, "downloadThroughput", 0.0) > 0.0);
        assert_true(json_number(params, "uploadThroughput", 0.0) > 0.0);
        cJSON_Delete(params);
    }
}

static void lighthouse_slow_4g_comes_out_as_lighthouse_applies_it(void **state)
{
    (void)state;
    /* mobileSlow4G: requestLatencyMs 150 * 3.75, downloadThroughputKbps 1.6 * 1024 * 0.9 */
    cJSON *params = network_conditions(network_find("slow-4g"));
    assert_true(fabs(json_number(params, "latency", 0.0) - 562.5) < 1e-9);
    assert_true(fabs(json_number(params, "downloadThroughput", 0.0) - 1474.56 * 125.0) < 1e-6);
    assert_true(fabs(json_number(params, "uploadThroughput", 0.0) - 675.0 * 125.0) < 1e-6);
    cJSON_Delete(params);
}

static void a_result_names_the_line_or_holds_null(void **state)
{
    (void)state;
    cJSON *options = json_new_object();
    network_to_json(network_find("cable"), options, "network");
    network_to_json(NULL, options, "none");
    assert_string_equal(json_text(options, "network.name"), "cable");
    assert_true(fabs(json_number(options, "network.round_trip_ms", 0.0) - 28.0) < 1e-9);
    assert_true(cJSON_IsNull(json_at(options, "none")));
    cJSON_Delete(options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_profile_is_found_by_its_name_only),
        cmocka_unit_test(every_profile_slows_in_each_direction_and_none_is_offline),
        cmocka_unit_test(lighthouse_slow_4g_comes_out_as_lighthouse_applies_it),
        cmocka_unit_test(a_result_names_the_line_or_holds_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
