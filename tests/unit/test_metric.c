/* The table of metrics, values to JSON and back, figures for a person. */
#include "tests/unit/test.h"

#include <math.h>

#include "metrics/metric.h"

static void every_metric_is_whole_and_named_once(void **state)
{
    (void)state;
    size_t count = 0;
    const struct metric_def *table = metric_table(&count);
    assert_true(count >= 20);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(metric_find(table[i].name), &table[i]);
        assert_true(strlen(table[i].title) > 0);
        assert_true(table[i].meaning[strlen(table[i].meaning) - 1] == '.');
        assert_non_null(table[i].unit);
    }
    assert_null(metric_find("fps"));
    assert_null(metric_find(""));
}

static void counters_gate_and_frame_rates_do_not(void **state)
{
    (void)state;
    assert_int_equal(metric_find("dom_elements")->use, METRIC_GATE);
    assert_int_equal(metric_find("js_heap")->use, METRIC_GATE);
    assert_int_equal(metric_find("thread_ms")->use, METRIC_PAIRED);
    assert_int_equal(metric_find("raf_fps")->use, METRIC_REPORT);
    assert_int_equal(metric_find("lcp")->use, METRIC_REPORT);
    assert_int_equal(metric_find("raf_fps")->better, METRIC_HIGHER);
}

static void a_summary_holds_median_range_and_spread(void **state)
{
    (void)state;
    static const double samples[] = { 320, 300, 340 };
    struct metric_value value;
    metric_summarise(metric_find("lcp"), samples, 3, &value);
    assert_true(value.has_data);
    assert_int_equal(value.n, 3);
    assert_true(fabs(value.median - 320.0) < 1e-12);
    assert_true(fabs(value.min - 300.0) < 1e-12);
    assert_true(fabs(value.max - 340.0) < 1e-12);
    assert_true(fabs(value.cv - 20.0 / 320.0) < 1e-12);
    metric_summarise(metric_find("lcp"), samples, 1, &value);
    assert_true(isnan(value.cv));
}

static void json_brings_a_value_back(void **state)
{
    (void)state;
    static const double samples[] = { 3270000, 3271000.5 };
    struct err_msg msg = { "" };
    struct metric_value value;
    struct metric_value back;
    cJSON *root = json_new_object();
    metric_summarise(metric_find("js_heap"), samples, 2, &value);
    metric_to_json(&value, root);
    metric_no_data(metric_find("lcp"), "no LCP entry within 5 s", &value);
    metric_to_json(&value, root);
    assert_string_equal(json_text(root, "js_heap.unit"), "bytes");
    assert_string_equal(json_text(root, "js_heap.use"), "gate");
    assert_int_equal(metric_from_json(json_at(root, "js_heap"), "js_heap", &back, &msg), ERR_OK);
    assert_true(back.has_data && back.n == 2 && fabs(back.median - 3270500.25) < 1e-9);
    assert_int_equal(metric_from_json(json_at(root, "lcp"), "lcp", &back, &msg), ERR_OK);
    assert_false(back.has_data);
    assert_string_equal(back.reason, "no LCP entry within 5 s");
    cJSON_Delete(root);
}

static void a_single_sample_keeps_its_undefined_spread(void **state)
{
    (void)state;
    static const double sample = 12819;
    struct err_msg msg = { "" };
    struct metric_value value;
    cJSON *root = json_new_object();
    metric_summarise(metric_find("dom_nodes"), &sample, 1, &value);
    metric_to_json(&value, root);
    assert_true(cJSON_IsNull(json_at(root, "dom_nodes.cv")));
    assert_int_equal(metric_from_json(json_at(root, "dom_nodes"), "dom_nodes", &value, &msg),
                     ERR_OK);
    assert_true(isnan(value.cv));
    cJSON_Delete(root);
}

static void json_that_is_no_value_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *text;
    } cases[] = {
        { "no_such", "{\"n\":1,\"median\":1,\"min\":1,\"max\":1,\"cv\":null}" },
        { "lcp", "{}" },
        { "lcp", "null" },
        { "lcp", "{\"n\":0,\"median\":1,\"min\":1,\"max\":1}" },
        { "lcp", "{\"n\":2,\"median\":5,\"min\":1,\"max\":4}" },
        { "lcp", "{\"n\":2,\"median\":\"5\",\"min\":1,\"max\":9}" },
        { "lcp", "{\"n\":2,\"median\":5,\"min\":1}" },
        { "lcp", "{\"n\":2,\"median\":null,\"min\":1,\"max\":9}" },
        { "lcp", "{\"n\":1,\"median\":1e999,\"min\":1e999,\"max\":1e999}" },
        { "lcp", "{\"no_data\":7}" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err_msg msg = { "" };
        struct metric_value out;
        cJSON *node = NULL;
        assert_int_equal(json_parse(cases[i].text, strlen(cases[i].text), "case", &node, &msg),
                         ERR_OK);
        assert_int_equal(metric_from_json(node, cases[i].name, &out, &msg), ERR_FORMAT);
        assert_non_null(strstr(msg.text, cases[i].name));
        cJSON_Delete(node);
    }
}

static void a_long_reason_is_cut_at_a_character(void **state)
{
    (void)state;
    char reason[1001] = "";
    for (size_t i = 0; i < 1000; i += 2) {
        reason[i] = (char)0xC3; /* é */
        reason[i + 1] = (char)0xA9;
    }
    struct metric_value value;
    metric_no_data(metric_find("lcp"), reason, &value);
    assert_int_equal(strlen(value.reason), 254);
    assert_int_equal((unsigned char)value.reason[253], 0xA9);
}

static void figures_are_written_for_a_person(void **state)
{
    (void)state;
    static const struct {
        const char *metric;
        double number;
        const char *want;
    } cases[] = {
        { "dom_elements", 0, "0" },
        { "dom_elements", 665, "665" },
        { "dom_elements", 12819, "12,819" },
        { "dom_elements", 1234567.5, "1,234,568" },
        { "dom_elements", -1234, "-1,234" },
        { "dom_elements", -0.2, "0" },
        { "js_heap", 0, "0 B" },
        { "js_heap", 999, "999 B" },
        { "js_heap", 3270000, "3.3 MB" },
        { "js_heap", 60000000, "60.0 MB" },
        { "js_heap", 999960, "1.0 MB" },
        { "js_heap", 1.5e15, "1,500.0 TB" },
        { "js_heap", -3270000, "-3.3 MB" },
        { "lcp", 318.4, "318 ms" },
        { "lcp", 2500, "2,500 ms" },
        { "raf_fps", 59.84, "59.8" },
        { "raf_fps", 999.96, "1,000.0" },
        { "cls", 0.0123, "0.012" },
        { "scroll_px", 24000, "24,000 px" },
        { "rendered_share", 0.984, "0.98" },
        { "dom_elements", 1e300, "1e+300" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[METRIC_TEXT_BYTES];
        metric_format(metric_find(cases[i].metric), cases[i].number, text, sizeof text);
        assert_string_equal(text, cases[i].want);
    }
}

static void a_small_field_cuts_the_figure(void **state)
{
    (void)state;
    char text[4] = "xyz";
    metric_format(metric_find("dom_elements"), 12819, text, sizeof text);
    assert_int_equal(strlen(text), 3);
    metric_format(metric_find("js_heap"), 3270000, text, sizeof text);
    assert_int_equal(strlen(text), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_metric_is_whole_and_named_once),
        cmocka_unit_test(counters_gate_and_frame_rates_do_not),
        cmocka_unit_test(a_summary_holds_median_range_and_spread),
        cmocka_unit_test(json_brings_a_value_back),
        cmocka_unit_test(a_single_sample_keeps_its_undefined_spread),
        cmocka_unit_test(json_that_is_no_value_is_refused),
        cmocka_unit_test(a_long_reason_is_cut_at_a_character),
        cmocka_unit_test(figures_are_written_for_a_person),
        cmocka_unit_test(a_small_field_cuts_the_figure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
