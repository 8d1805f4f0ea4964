/* From result trees to what a report says. */
#include "tests/unit/test.h"

#include <math.h>

#include "reports/model.h"
#include "tests/unit/report_fixture.h"

static void a_result_becomes_runs_series_and_counts(void **state)
{
    (void)state;
    cJSON *root = fixture_result("text");
    struct report report = fixture_report(root);
    assert_int_equal(report.run_count, 1);
    assert_int_equal(report.series_count, 2);
    assert_int_equal(report.count_count, 3);
    assert_true(fabs(report.counts[1] - 150.0) < 1e-9);
    assert_int_equal(report.verdict, VERDICT_SLOWS_DOWN);
    const struct report_series *plain = &report.series[0];
    assert_string_equal(plain->label, "plain");
    assert_int_equal(plain->list, LIST_PLAIN);
    assert_int_equal(report.series[1].list, LIST_VIRTUAL);
    const struct report_stage *stage = report_stage_at(plain, 150);
    assert_non_null(stage);
    assert_null(report_stage_at(plain, 100));
    const struct metric_value *value = report_value(plain, stage, metric_find("dom_elements_list"));
    assert_true(fabs(value->median - 4770.0) < 1e-6);
    report_release(&report);
    cJSON_Delete(root);
}

static void load_figures_belong_to_the_first_stage_only(void **state)
{
    (void)state;
    cJSON *root = fixture_result("text");
    struct report report = fixture_report(root);
    const struct report_series *plain = &report.series[0];
    const struct metric_def *lcp = metric_find("lcp");
    assert_non_null(report_value(plain, &plain->stage[0], lcp));
    assert_null(report_value(plain, &plain->stage[1], lcp));
    assert_non_null(report_target(&report, lcp, 50, true));
    assert_null(report_target(&report, lcp, 150, false));
    report_release(&report);
    cJSON_Delete(root);
}

static void the_slope_is_said_in_words(void **state)
{
    (void)state;
    cJSON *root = fixture_result("text");
    struct report report = fixture_report(root);
    assert_string_equal(report.series[0].list_words,
                        "Renders every message: each further message adds 31.40 elements to the "
                        "visible list (95 % interval 31.40 to 31.40, n 3).");
    assert_non_null(strstr(report.series[1].list_words, "Virtualized: each further message adds "
                                                        "0.00 elements"));
    report_release(&report);
    cJSON_Delete(root);
}

/* The tree's first slope, written anew. */
static void set_slope(cJSON *root, struct slope slope)
{
    cJSON *variant = cJSON_GetArrayItem(
        cJSON_GetObjectItem(cJSON_GetObjectItem(root, "measure"), "variants"), 0);
    cJSON_DeleteItemFromObject(variant, "slopes");
    slope_to_json(&slope, json_add_object(variant, "slopes"), "dom_elements_list");
}

static void an_interval_that_holds_the_limit_is_undecided(void **state)
{
    (void)state;
    static const struct {
        struct slope slope;
        enum list_kind want;
    } cases[] = {
        { { true, true, 9, 1.2, 0.8, 1.6 }, LIST_UNDECIDED },
        { { true, true, 9, 0.9, 0.5, 1.3 }, LIST_UNDECIDED },
        { { true, true, 9, 0.9, 0.85, 0.95 }, LIST_VIRTUAL },
        { { true, true, 9, 1.0, 1.0, 1.0 }, LIST_PLAIN },
        { { true, false, 2, 31.4, 0, 0 }, LIST_PLAIN },
        { { true, true, 9, -0.4, -0.7, -0.1 }, LIST_VIRTUAL },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        cJSON *root = fixture_result("text");
        set_slope(root, cases[i].slope);
        struct report report = fixture_report(root);
        assert_int_equal(report.series[0].list, cases[i].want);
        report_release(&report);
        cJSON_Delete(root);
    }
}

static void one_count_is_judged_by_the_rendered_share(void **state)
{
    (void)state;
    static const struct {
        double share;
        enum list_kind want;
    } cases[] = { { 1.0, LIST_PLAIN }, { 0.32, LIST_VIRTUAL } };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        cJSON *root = fixture_head("text");
        cJSON *variant = json_new_object();
        json_add_text(variant, "name", "default");
        json_add_text(variant, "verdict", "fine");
        cJSON *stage = fixture_stage(50, 1630, "text");
        fixture_value(cJSON_GetObjectItem(stage, "metrics"), "rendered_share", cases[i].share);
        json_push_node(json_add_array(variant, "stages"), stage);
        json_push_node(json_add_array(json_add_object(root, "measure"), "variants"), variant);
        struct report report = fixture_report(root);
        assert_int_equal(report.series[0].list, cases[i].want);
        assert_non_null(strstr(report.series[0].list_words, "one measured count"));
        report_release(&report);
        cJSON_Delete(root);
    }
}

static void a_run_without_its_section_is_no_data(void **state)
{
    (void)state;
    cJSON *root = fixture_head("text");
    cJSON_ReplaceItemInObject(root, "state", cJSON_CreateString("unfinished"));
    struct report report = fixture_report(root);
    assert_int_equal(report.series_count, 0);
    assert_int_equal(report.verdict, VERDICT_NO_DATA);
    report_release(&report);
    cJSON_Delete(root);
}

static void several_runs_are_numbered(void **state)
{
    (void)state;
    static const char *const paths[] = { "runs/a", "runs/b" };
    cJSON *roots[] = { fixture_result("one"), fixture_result("two") };
    struct report report;
    struct err_msg msg = { "" };
    assert_int_equal(report_build(paths, roots, 2, &report, &msg), ERR_OK);
    assert_int_equal(report.series_count, 4);
    assert_string_equal(report.series[0].label, "plain (run 1)");
    assert_string_equal(report.series[3].label, "virtual (run 2)");
    assert_ptr_equal(report.series[3].run, &report.run[1]);
    report_release(&report);
    cJSON_Delete(roots[0]);
    cJSON_Delete(roots[1]);
}

/* A place in the tree, by names and indices: "measure.variants.0.stages". */
static cJSON *descend(cJSON *node, const char *path)
{
    char name[40];
    while (*path != '\0' && node != NULL) {
        size_t length = strcspn(path, ".");
        assert_true(length < sizeof name);
        memcpy(name, path, length);
        name[length] = '\0';
        node = cJSON_IsArray(node) ? cJSON_GetArrayItem(node, name[0] - '0')
                                   : cJSON_GetObjectItemCaseSensitive(node, name);
        path += length + (path[length] == '.');
    }
    return node;
}

static void what_does_not_fit_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *parent;
        const char *name;
        const char *json;
        const char *says;
    } cases[] = {
        { "", "command", "\"stress\"", "stress" },
        { "measure", "variants", "{}", "measure.variants" },
        { "measure", "variants", "null", "measure.variants" },
        { "measure", "variants", "[7]", "variants[0]" },
        { "measure.variants.1", "name", "7", "variants[1]" },
        { "measure.variants.1", "verdict", "\"great\"", "variants[1]" },
        { "measure.variants.0", "stages", "\"none\"", "variants[0].stages" },
        { "measure.variants.0.stages.1", "messages", "\"150\"", "stages[1]" },
        { "measure.variants.0.stages.1", "messages", "50", "second stage of 50" },
        { "measure.variants.0.stages.1", "messages", "1e300", "stages[1]" },
        { "measure.variants.0.stages.1", "verdict", "\"fine\"", "stages[1]" },
        { "measure.variants.0.stages.1", "how", "[1]", "stages[1].how" },
        { "measure.variants.0.stages.1", "how", "3", "stages[1].how" },
        { "measure.variants.0.stages.1.metrics", "js_heap", "{\"n\":1}", "js_heap" },
        { "measure.variants.0.slopes", "dom_elements_list", "{\"n\":3}", "dom_elements_list" },
        { "measure.variants.0.load.metrics", "lcp", "[]", "lcp" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        static const char *const path = "runs/a";
        struct report report;
        struct err_msg msg = { "" };
        cJSON *root = fixture_result("text");
        cJSON *parent = descend(root, cases[i].parent);
        assert_non_null(parent);
        assert_true(cJSON_ReplaceItemInObject(parent, cases[i].name, cJSON_Parse(cases[i].json)));
        enum err code = report_build(&path, &root, 1, &report, &msg);
        if (code != ERR_FORMAT || strstr(msg.text, cases[i].says) == NULL ||
            strstr(msg.text, "runs/a") == NULL) {
            fail_msg("case %zu: code %d, \"%s\"", i, (int)code, msg.text);
        }
        cJSON_Delete(root);
    }
}

static void unknown_metrics_are_noted_and_left_out(void **state)
{
    (void)state;
    cJSON *root = fixture_result("text");
    cJSON *metrics = descend(root, "measure.variants.0.stages.0.metrics");
    json_add_text(json_add_object(metrics, "future_metric"), "no_data", "?");
    json_add_object(descend(root, "measure.variants.1.slopes"), "other\x1b");
    struct report report = fixture_report(root);
    assert_int_equal(report.note_count, 2);
    assert_non_null(strstr(report.notes[0], "future_metric"));
    assert_null(strchr(report.notes[1], '\x1b'));
    report_release(&report);
    cJSON_Delete(root);
}

static void screenshots_stay_inside_of_the_run(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        enum picture_state want;
    } cases[] = {
        { "screenshots/plain-50.png", PICTURE_NAMED },
        { "a.png", PICTURE_NAMED },
        { "..png", PICTURE_NAMED },
        { "/etc/passwd", PICTURE_NONE },
        { "../a.png", PICTURE_NONE },
        { "a/../../b.png", PICTURE_NONE },
        { "a/..", PICTURE_NONE },
        { "./a.png", PICTURE_NONE },
        { "a//b.png", PICTURE_NONE },
        { "", PICTURE_NONE },
        { "a/", PICTURE_NONE },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        cJSON *root = fixture_result("text");
        cJSON_ReplaceItemInObject(descend(root, "measure.variants.0.stages.0"), "screenshot",
                                  cJSON_CreateString(cases[i].path));
        struct report report = fixture_report(root);
        const struct report_stage *stage = &report.series[0].stage[0];
        assert_int_equal(stage->picture, cases[i].want);
        assert_true(cases[i].want == PICTURE_NAMED || strlen(stage->picture_reason) > 0);
        report_release(&report);
        cJSON_Delete(root);
    }
}

static void the_command_line_can_be_pasted(void **state)
{
    (void)state;
    static const char options[] =
        "{\"messages\":[50,150],\"runs\":3,\"profile\":\"tms\",\"conversation\":\"5c0e\","
        "\"api_url\":\"http://127.0.0.1:8000\",\"viewport\":{\"width\":1440,\"height\":900},"
        "\"variants\":[{\"name\":\"plain\",\"url\":\"http://127.0.0.1:3000/?list=plain&x=1\"},"
        "{\"name\":\"a'b\",\"url\":\"$(reboot)\"}],\"timeout_ms\":30000,\"headed\":false,"
        "\"; reboot #\":\"x\",\"chrome_flags\":null}";
    cJSON *root = fixture_result("text");
    cJSON_ReplaceItemInObject(root, "options", cJSON_Parse(options));
    struct report report = fixture_report(root);
    assert_string_equal(
        report.run[0].command_line,
        "tmscdp measure --messages 50,150 --runs 3 "
        "--variant 'plain=http://127.0.0.1:3000/?list=plain&x=1' --variant 'a'\\''b=$(reboot)' "
        "--api-url http://127.0.0.1:8000 --conversation 5c0e --profile tms --viewport 1440x900 "
        "--timeout 30000ms");
    report_release(&report);
    cJSON_Delete(root);
}

static void slopes_are_signed_as_in_print(void **state)
{
    (void)state;
    static const struct {
        double number;
        bool plus;
        const char *want;
    } cases[] = {
        { 31.404, false, "31.40" }, { 31.404, true, "+31.40" }, { -0.04, false, "−0.04" },
        { -0.001, true, "0.00" },   { 0.0, true, "0.00" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[REPORT_SIGNED_BYTES];
        report_signed(cases[i].number, cases[i].plus, text);
        assert_string_equal(text, cases[i].want);
    }
    char text[REPORT_SIGNED_BYTES];
    report_signed(-1e300, true, text);
    assert_true(strlen(text) < sizeof text);
}

static void the_plan_is_read_from_its_data(void **state)
{
    (void)state;
    cJSON *root = fixture_result("text");
    struct report report = fixture_report(root);
    assert_int_equal(report.expectation_count, 10);
    assert_int_equal(report.expectation[0].verdict, VERDICT_FINE);
    assert_int_equal(report.expectation[1].verdict, VERDICT_CRASHES);
    assert_true(fabs(report.expectation[1].messages - 150.0) < 1e-9);
    assert_string_equal(report.expectation[2].workload, "poll-vote");
    assert_string_equal(report.expectation[2].band, "1-15");
    assert_int_equal(report.expectation[4].verdict, VERDICT_CRASHES);
    assert_int_equal(report.bottleneck_count, 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(report.bottleneck[i].number, i + 1);
    }
    assert_true(report.bottleneck[0].by_diagnosis && report.bottleneck[1].by_diagnosis);
    assert_false(report.bottleneck[2].by_diagnosis);
    assert_null(report.bottleneck[2].metric);
    assert_ptr_equal(report.bottleneck[3].metric, metric_find("decrypt_ms_50"));
    report_release(&report);
    cJSON_Delete(root);
}

static void too_many_runs_are_refused(void **state)
{
    (void)state;
    const char *paths[REPORT_RUNS_MAX + 1];
    struct report report;
    struct err_msg msg = { "" };
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        paths[i] = "nowhere";
    }
    assert_int_equal(report_read(paths, COUNT_OF(paths), false, &report, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "32"));
    assert_int_equal(report_read(paths, 1, false, &report, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "nowhere"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_result_becomes_runs_series_and_counts),
        cmocka_unit_test(load_figures_belong_to_the_first_stage_only),
        cmocka_unit_test(the_slope_is_said_in_words),
        cmocka_unit_test(an_interval_that_holds_the_limit_is_undecided),
        cmocka_unit_test(one_count_is_judged_by_the_rendered_share),
        cmocka_unit_test(a_run_without_its_section_is_no_data),
        cmocka_unit_test(several_runs_are_numbered),
        cmocka_unit_test(what_does_not_fit_is_refused_with_its_place),
        cmocka_unit_test(unknown_metrics_are_noted_and_left_out),
        cmocka_unit_test(screenshots_stay_inside_of_the_run),
        cmocka_unit_test(the_command_line_can_be_pasted),
        cmocka_unit_test(slopes_are_signed_as_in_print),
        cmocka_unit_test(the_plan_is_read_from_its_data),
        cmocka_unit_test(too_many_runs_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
