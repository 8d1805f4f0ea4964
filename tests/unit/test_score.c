#include "tests/unit/test.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "cdp/score.h"
#include "cdp/summary.h"

static const char options_text[] =
    "{\"messages\":[50,150],\"runs\":1,\"profile\":\"tms\",\"conversation\":\"c1\","
    "\"viewport\":{\"width\":1440,\"height\":900,\"scale\":1},"
    "\"variants\":[{\"name\":\"plain\",\"url\":\"http://127.0.0.1:1/\"}]}";

/* One run of one variant, as measure leaves it. */
struct fixture {
    cJSON *options;
    cJSON *raw;
    struct targets targets;
};

static cJSON *parse(const char *text)
{
    cJSON *node = cJSON_Parse(text);
    assert_non_null(node);
    return node;
}

static void add_load(struct fixture *fixture, const char *name)
{
    json_add_node(fixture->raw, name,
                  parse("{\"how\":[],\"readings\":{\"vitals\":{\"vitals\":{\"lcp\":[{\"ms\":100,"
                        "\"tag\":\"h1\",\"text\":\"TMS\",\"size\":7}],\"shifts\":[],\"fcp_ms\":90,"
                        "\"ttfb_ms\":5}}},\"windows\":[]}"));
}

static void add_stage(struct fixture *fixture, const char *name, double loaded, double list)
{
    char *text = mem_format(
        "{\"loaded\":%g,\"reached\":true,\"how\":[\"pressed\"],"
        "\"screenshot\":\"screenshots/plain-%g.png\",\"readings\":{"
        "\"elements\":{\"elements\":{\"all\":%g,\"visible\":%g,\"list\":%g,\"bubbles\":%g}},"
        "\"memory\":{\"counters\":{\"nodes\":9,\"documents\":1,\"jsEventListeners\":4},"
        "\"heap\":{\"usedSize\":3000000,\"embedderHeapUsedSize\":900000}},"
        "\"screenshot\":{\"ink\":0.4},"
        "\"storm\":{\"storm\":{\"by\":\"socket\",\"times\":[0,16,32]},"
        "\"before\":{\"ThreadTime\":1},\"after\":{\"ThreadTime\":1.01}},"
        "\"scroll\":{\"begin\":{\"top\":5000},\"distance\":2000,\"turn\":{\"top\":3000},"
        "\"end\":{\"top\":5000,\"times\":[0,16,32]},\"before\":{\"LayoutCount\":1,\"RecalcStyleCount\":1},"
        "\"after\":{\"LayoutCount\":1,\"RecalcStyleCount\":1}}},"
        "\"windows\":[{\"collector\":\"scroll\",\"noise\":{\"self_share\":0.004}}]}",
        loaded, loaded, list + 200.0, list + 100.0, list, loaded);
    json_add_node(fixture->raw, name, parse(text));
    free(text);
}

static void set_up(struct fixture *fixture)
{
    struct err_msg msg = { "" };
    *fixture = (struct fixture){ .options = parse(options_text), .raw = json_new_object() };
    assert_int_equal(targets_builtin(&fixture->targets, &msg), ERR_OK);
}

static void tear_down(struct fixture *fixture)
{
    cJSON_Delete(fixture->options);
    cJSON_Delete(fixture->raw);
}

static cJSON *section_of(const struct fixture *fixture)
{
    return score_section(fixture->options, fixture->raw, &fixture->targets);
}

static const cJSON *stage_of(const cJSON *section, int index)
{
    const cJSON *variant = cJSON_GetArrayItem(json_at(section, "variants"), 0);
    return cJSON_GetArrayItem(json_at(variant, "stages"), index);
}

static void a_list_that_grows_is_told_by_its_slope(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    add_load(&fixture, "plain-r1-load");
    add_stage(&fixture, "plain-r1-50", 50, 1500);
    add_stage(&fixture, "plain-r1-150", 150, 4000);
    cJSON *section = section_of(&fixture);
    const cJSON *variant = cJSON_GetArrayItem(json_at(section, "variants"), 0);
    assert_true(fabs(json_number(variant, "slopes.dom_elements_list.per_message", 0.0) - 25.0) <
                1e-9);
    assert_string_equal(json_text(section, "verdict"), "slows_down");
    assert_string_equal(json_text(variant, "load.lcp_element.tag"), "h1");
    assert_true(json_number(variant, "load.metrics.lcp.median", 0.0) == 100.0);
    assert_true(json_number(stage_of(section, 1), "metrics.dom_elements.median", 0.0) == 4200.0);
    assert_string_equal(json_text(stage_of(section, 0), "screenshot"), "screenshots/plain-50.png");
    assert_string_equal(json_text(section, "conversation"), "c1");
    cJSON_Delete(section);
    tear_down(&fixture);
}

static void a_list_that_does_not_grow_is_fine(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    add_load(&fixture, "plain-r1-load");
    add_stage(&fixture, "plain-r1-50", 50, 400);
    add_stage(&fixture, "plain-r1-150", 150, 400);
    cJSON *section = section_of(&fixture);
    assert_string_equal(json_text(section, "verdict"), "fine");
    assert_string_equal(json_text(stage_of(section, 0), "verdict.verdict"), "fine");
    cJSON_Delete(section);
    tear_down(&fixture);
}

static void one_count_alone_is_judged_by_what_is_rendered(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    cJSON_ReplaceItemInObjectCaseSensitive(fixture.options, "messages", parse("[50]"));
    add_load(&fixture, "plain-r1-load");
    add_stage(&fixture, "plain-r1-50", 50, 400);
    cJSON *section = section_of(&fixture);
    assert_string_equal(json_text(section, "verdict"), "slows_down");
    cJSON_Delete(section);
    tear_down(&fixture);
}

static void a_count_that_was_not_reached_has_a_reason_and_no_figure(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    add_load(&fixture, "plain-r1-load");
    add_stage(&fixture, "plain-r1-50", 50, 400);
    add_stage(&fixture, "plain-r1-150", 150, 400);
    cJSON *stage = cJSON_GetObjectItem(fixture.raw, "plain-r1-150");
    cJSON_ReplaceItemInObjectCaseSensitive(stage, "reached", cJSON_CreateFalse());
    json_add_text(stage, "reason", "the API has no more than 101 messages");
    cJSON *section = section_of(&fixture);
    const cJSON *scored = stage_of(section, 1);
    assert_false(json_bool(scored, "reached", true));
    assert_string_equal(json_text(scored, "reason"), "the API has no more than 101 messages");
    assert_string_equal(json_text(scored, "metrics.dom_elements.no_data"),
                        "the API has no more than 101 messages");
    assert_string_equal(json_text(scored, "verdict.verdict"), "no_data");
    cJSON_Delete(section);
    tear_down(&fixture);
}

static void a_crash_is_a_verdict_and_ends_what_comes_after(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    add_load(&fixture, "plain-r1-load");
    json_add_node(fixture.raw, "plain-r1-50",
                  parse("{\"loaded\":50,\"reached\":false,\"how\":[],\"readings\":{},"
                        "\"crash\":\"the page ran out of memory\"}"));
    cJSON *section = section_of(&fixture);
    assert_string_equal(json_text(section, "verdict"), "crashes");
    assert_string_equal(json_text(stage_of(section, 0), "crash"), "the page ran out of memory");
    assert_string_equal(json_text(stage_of(section, 1), "verdict.verdict"), "no_data");
    assert_string_equal(json_text(stage_of(section, 1), "reason"), "the page ran out of memory");
    cJSON_Delete(section);
    tear_down(&fixture);
}

static void a_crash_while_loading_is_one_at_every_count(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    json_add_node(fixture.raw, "plain-r1-load",
                  parse("{\"how\":[],\"readings\":{},\"crash\":\"the page crashed\"}"));
    cJSON *section = section_of(&fixture);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(json_text(stage_of(section, i), "verdict.verdict"), "crashes");
    }
    cJSON_Delete(section);
    tear_down(&fixture);
}

static void nothing_measured_is_no_data_everywhere(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    cJSON *section = section_of(&fixture);
    assert_string_equal(json_text(section, "verdict"), "no_data");
    assert_string_equal(json_text(stage_of(section, 0), "reason"), "it was not measured");
    cJSON_Delete(section);
    tear_down(&fixture);
}

static void repetitions_count_together_and_one_that_failed_is_named(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    cJSON_ReplaceItemInObjectCaseSensitive(fixture.options, "runs", cJSON_CreateNumber(2));
    add_load(&fixture, "plain-r1-load");
    add_load(&fixture, "plain-r2-load");
    add_stage(&fixture, "plain-r1-50", 50, 400);
    add_stage(&fixture, "plain-r2-50", 50, 500);
    add_stage(&fixture, "plain-r1-150", 150, 400);
    json_add_node(fixture.raw, "plain-r2-150",
                  parse("{\"loaded\":100,\"reached\":false,\"reason\":\"no time\"}"));
    cJSON *section = section_of(&fixture);
    const cJSON *first = json_at(stage_of(section, 0), "metrics.dom_elements_list");
    assert_true(json_number(first, "n", 0.0) == 2.0);
    assert_true(json_number(first, "median", 0.0) == 450.0);
    assert_false(json_bool(stage_of(section, 1), "reached", true));
    assert_string_equal(json_text(stage_of(section, 1), "reason"), "run 2 of 2: no time");
    assert_true(json_number(stage_of(section, 1), "metrics.dom_elements_list.n", 0.0) == 1.0);
    cJSON_Delete(section);
    tear_down(&fixture);
}

static void the_last_count_of_the_first_run_has_what_is_measured_once(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    cJSON_ReplaceItemInObjectCaseSensitive(fixture.options, "runs", cJSON_CreateNumber(2));
    add_stage(&fixture, "plain-r1-50", 50, 400);
    add_stage(&fixture, "plain-r1-150", 150, 400);
    add_stage(&fixture, "plain-r2-50", 50, 400);
    add_stage(&fixture, "plain-r2-150", 150, 400);
    cJSON *readings =
        cJSON_GetObjectItem(cJSON_GetObjectItem(fixture.raw, "plain-r1-150"), "readings");
    cJSON *leak = json_add_array(json_add_object(readings, "leak"), "readings");
    for (int i = 0; i < 8; i++) {
        json_add_number(json_add_object(json_push_object(leak), "counters"), "nodes", 100.0 * i);
    }
    cJSON *section = section_of(&fixture);
    assert_null(json_at(stage_of(section, 0), "metrics.nodes_per_cycle"));
    const cJSON *metric = json_at(stage_of(section, 1), "metrics.nodes_per_cycle");
    assert_true(json_number(metric, "n", 0.0) == 1.0);
    assert_true(fabs(json_number(metric, "median", 0.0) - 100.0) < 1e-9);
    assert_non_null(json_text(stage_of(section, 1), "metrics.heap_per_cycle.no_data"));
    const cJSON *variant = cJSON_GetArrayItem(json_at(section, "variants"), 0);
    assert_true(fabs(json_number(variant, "leak.nodes_per_cycle.per_cycle", 0.0) - 100.0) < 1e-9);
    cJSON_Delete(section);
    tear_down(&fixture);
}

static void a_blank_screenshot_is_none_with_its_reason(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    add_stage(&fixture, "plain-r1-50", 50, 400);
    cJSON *shot = cJSON_GetObjectItem(
        cJSON_GetObjectItem(cJSON_GetObjectItem(fixture.raw, "plain-r1-50"), "readings"),
        "screenshot");
    json_add_text(shot, "error", "the screenshot is blank");
    cJSON *section = section_of(&fixture);
    assert_null(json_text(stage_of(section, 0), "screenshot"));
    assert_string_equal(json_text(stage_of(section, 0), "screenshot_reason"),
                        "the screenshot is blank");
    cJSON_Delete(section);
    tear_down(&fixture);
}

static void our_own_share_is_the_worst_of_the_windows(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    assert_true(score_self_share(fixture.raw) == 0.0);
    add_stage(&fixture, "plain-r1-50", 50, 400);
    json_add_node(fixture.raw, "plain-r1-150",
                  parse("{\"windows\":[{\"noise\":{\"self_share\":0.001}},"
                        "{\"noise\":{\"self_share\":0.25}}]}"));
    assert_true(fabs(score_self_share(fixture.raw) - 0.25) < 1e-12);
    tear_down(&fixture);
}

static void names_of_raw_files_say_what_they_hold(void **state)
{
    (void)state;
    char *load = score_raw_name("plain", 2, 0);
    char *stage = score_raw_name("plain", 2, 150);
    assert_string_equal(load, "plain-r2-load");
    assert_string_equal(stage, "plain-r2-150");
    free(load);
    free(stage);
}

static void the_summary_has_a_row_for_each_count_and_every_reason(void **state)
{
    (void)state;
    static const char want[] =
        "variant         messages  elements   visible      list     nodes      heap  storm FPS     "
        "  LCP  list/msg  verdict\n"
        "plain                 50     1,700     1,600     1,500         9    3.0 MB       62.5  "
        "  100 ms            Slows Down\n"
        "plain                150   NO DATA   NO DATA   NO DATA   NO DATA   NO DATA    NO DATA"
        "                   -  NO DATA\n"
        "\n"
        "  plain at 50: Visible list's slope\n"
        "  plain at 150: 150 messages were not reached: it was not measured\n";
    struct fixture fixture;
    struct strbuf out = STRBUF_INIT;
    set_up(&fixture);
    add_load(&fixture, "plain-r1-load");
    add_stage(&fixture, "plain-r1-50", 50, 1500);
    cJSON *section = section_of(&fixture);
    /* The words of this reason are another room's: only that it is told is ours. */
    cJSON *variant = cJSON_GetArrayItem(cJSON_GetObjectItem(section, "variants"), 0);
    cJSON *verdict = cJSON_GetObjectItem(
        cJSON_GetArrayItem(cJSON_GetObjectItem(variant, "stages"), 0), "verdict");
    cJSON_ReplaceItemInObject(verdict, "verdict", cJSON_CreateString("slows_down"));
    cJSON_ReplaceItemInObject(
        verdict, "reasons",
        parse("[{\"verdict\":\"slows_down\",\"text\":\"Visible list's slope\"},"
              "{\"verdict\":\"fine\",\"text\":\"not shown\"}]"));
    summary_write(section, &out);
    assert_string_equal(out.data, want);
    strbuf_release(&out);
    cJSON_Delete(section);
    tear_down(&fixture);
}

static void a_paint_without_an_element_is_told_by_another_repetition(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    cJSON_ReplaceItemInObjectCaseSensitive(fixture.options, "runs", parse("2"));
    add_load(&fixture, "plain-r1-load");
    add_load(&fixture, "plain-r2-load");
    cJSON *paints = cJSON_GetArrayItem(
        json_at(json_at(fixture.raw, "plain-r2-load"), "readings.vitals.vitals.lcp"), 0);
    cJSON_ReplaceItemInObjectCaseSensitive(paints, "tag", parse("\"\""));
    cJSON *section = section_of(&fixture);
    const cJSON *variant = cJSON_GetArrayItem(json_at(section, "variants"), 0);
    assert_string_equal(json_text(variant, "load.lcp_element.tag"), "h1");
    cJSON_Delete(section);
    tear_down(&fixture);
}

static void live_traffic_has_a_section_and_a_verdict_of_its_own(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    add_load(&fixture, "plain-r1-load");
    add_stage(&fixture, "plain-r1-50", 50, 400);
    add_stage(&fixture, "plain-r1-150", 150, 400);
    cJSON *section = section_of(&fixture);
    const cJSON *variant = cJSON_GetArrayItem(json_at(section, "variants"), 0);
    assert_null(json_at(variant, "live"));
    assert_string_equal(json_text(section, "verdict"), "fine");
    cJSON_Delete(section);

    json_add_node(fixture.options, "live", parse("{\"per_s\":10,\"conversation\":\"c9\"}"));
    json_add_node(fixture.raw, "plain-r1-live",
                  parse("{\"readings\":{\"live\":{\"loaded\":10,\"seconds\":5,\"traffic\":{"
                        "\"due\":50,\"accepted\":50,\"arrived\":50,\"requests\":350},"
                        "\"end\":{\"times\":[0,50,100]},\"before\":{\"ThreadTime\":0},"
                        "\"after\":{\"ThreadTime\":1}}}}"));
    section = section_of(&fixture);
    variant = cJSON_GetArrayItem(json_at(section, "variants"), 0);
    assert_string_equal(json_text(variant, "live.conversation"), "c9");
    assert_true(json_number(variant, "live.messages", 0.0) == 60.0);
    assert_true(json_number(variant, "live.metrics.live_fps.median", 0.0) == 20.0);
    assert_string_equal(json_text(variant, "live.verdict.verdict"), "crashes");
    assert_string_equal(json_text(section, "verdict"), "crashes");
    cJSON_Delete(section);
    tear_down(&fixture);
}

static void live_traffic_counts_its_messages_by_the_run_that_had_most(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"readings\":{\"live\":{\"loaded\":10,\"traffic\":{\"arrived\":50}}}}",
        "{\"readings\":{},\"crash\":\"the page crashed\"}",
    };
    for (size_t last = 0; last < COUNT_OF(texts); last++) {
        struct fixture fixture;
        set_up(&fixture);
        cJSON_ReplaceItemInObjectCaseSensitive(fixture.options, "runs", parse("3"));
        json_add_node(fixture.options, "live", parse("{\"per_s\":10,\"conversation\":\"c9\"}"));
        json_add_node(fixture.raw, "plain-r1-live", parse(texts[1 - last]));
        json_add_node(fixture.raw, "plain-r2-live",
                      parse(texts[last])); /* a third run is missing */
        cJSON *section = section_of(&fixture);
        const cJSON *variant = cJSON_GetArrayItem(json_at(section, "variants"), 0);
        assert_true(json_number(variant, "live.messages", 0.0) == 60.0);
        cJSON_Delete(section);
        tear_down(&fixture);
    }
}

static void a_target_missed_on_a_noisy_machine_is_no_data(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    add_load(&fixture, "plain-r1-load");
    add_stage(&fixture, "plain-r1-50", 50, 400);
    add_stage(&fixture, "plain-r1-150", 150, 400);
    cJSON *stage = cJSON_GetObjectItemCaseSensitive(fixture.raw, "plain-r1-150");
    cJSON *storm = cJSON_GetObjectItemCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(stage, "readings"),
                                         "storm"),
        "storm");
    cJSON_ReplaceItemInObjectCaseSensitive(storm, "times", parse("[0,100,200]"));
    cJSON *section = section_of(&fixture);
    assert_string_equal(json_text(stage_of(section, 1), "verdict.verdict"), "slows_down");
    cJSON_Delete(section);
    cJSON_ReplaceItemInObjectCaseSensitive(
        stage, "windows",
        parse("[{\"collector\":\"storm\",\"cores\":2,\"browser_cores\":0.9,\"noise\":{"
              "\"busy_share\":1,\"steal_share\":0,\"self_share\":0}}]"));
    section = section_of(&fixture);
    assert_string_equal(json_text(stage_of(section, 1), "verdict.verdict"), "no_data");
    assert_true(json_number(section, "noise.noisy", 0.0) == 1.0);
    struct strbuf out = STRBUF_INIT;
    summary_write(section, &out);
    assert_non_null(strstr(strbuf_text(&out), "too noisy in 1 of 1 measured windows"));
    strbuf_release(&out);
    cJSON_Delete(section);
    tear_down(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_that_grows_is_told_by_its_slope),
        cmocka_unit_test(a_list_that_does_not_grow_is_fine),
        cmocka_unit_test(one_count_alone_is_judged_by_what_is_rendered),
        cmocka_unit_test(a_count_that_was_not_reached_has_a_reason_and_no_figure),
        cmocka_unit_test(a_crash_is_a_verdict_and_ends_what_comes_after),
        cmocka_unit_test(a_crash_while_loading_is_one_at_every_count),
        cmocka_unit_test(nothing_measured_is_no_data_everywhere),
        cmocka_unit_test(repetitions_count_together_and_one_that_failed_is_named),
        cmocka_unit_test(the_last_count_of_the_first_run_has_what_is_measured_once),
        cmocka_unit_test(a_blank_screenshot_is_none_with_its_reason),
        cmocka_unit_test(a_paint_without_an_element_is_told_by_another_repetition),
        cmocka_unit_test(live_traffic_has_a_section_and_a_verdict_of_its_own),
        cmocka_unit_test(live_traffic_counts_its_messages_by_the_run_that_had_most),
        cmocka_unit_test(a_target_missed_on_a_noisy_machine_is_no_data),
        cmocka_unit_test(our_own_share_is_the_worst_of_the_windows),
        cmocka_unit_test(names_of_raw_files_say_what_they_hold),
        cmocka_unit_test(the_summary_has_a_row_for_each_count_and_every_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
