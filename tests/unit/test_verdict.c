/* Targets as data, and the verdict matrix from figures. */
#include "tests/unit/test.h"

#include <math.h>

#include "metrics/verdict.h"

static struct targets builtin(void)
{
    struct targets targets;
    struct err_msg msg = { "" };
    if (targets_builtin(&targets, &msg) != ERR_OK) {
        fail_msg("%s", msg.text);
    }
    return targets;
}

/* Figures of a page that meets every target, to be spoilt by each case. */
struct figures {
    struct metric_value value[8];
    size_t count;
};

static void put(struct figures *figures, const char *name, double number)
{
    for (size_t i = 0; i < figures->count; i++) {
        if (figures->value[i].def == metric_find(name)) {
            metric_summarise(metric_find(name), &number, 1, &figures->value[i]);
            return;
        }
    }
    assert_true(figures->count < COUNT_OF(figures->value));
    metric_summarise(metric_find(name), &number, 1, &figures->value[figures->count++]);
}

static struct figures good_figures(void)
{
    struct figures figures = { .count = 0 };
    put(&figures, "lcp", 318);
    put(&figures, "dom_elements", 2310);
    put(&figures, "js_heap", 3270000);
    put(&figures, "storm_fps", 59.8);
    put(&figures, "rendered_share", 0.08);
    return figures;
}

static const struct slope flat = { .has_data = true, .n = 3, .per_message = 0.02 };
static const struct slope steep = { .has_data = true, .n = 3, .per_message = 31.4 };
static const struct slope at_limit = { .has_data = true, .n = 3, .per_message = 1.0 };
static const struct slope missing = { .has_data = false };

static enum verdict judge(const struct figures *figures, double messages, const struct slope *slope,
                          struct verdict_result *result)
{
    struct targets targets = builtin();
    const struct verdict_input input = {
        .messages = messages,
        .first_load = messages < 100,
        .reached = true,
        .values = figures->value,
        .value_count = figures->count,
        .list_slope = slope,
    };
    verdict_judge(&targets, &input, result);
    return result->verdict;
}

static const char *reason_of(const struct verdict_result *result, enum verdict verdict)
{
    for (size_t i = 0; i < result->count; i++) {
        if (result->reason[i].verdict == verdict) {
            return result->reason[i].text;
        }
    }
    return "";
}

static void a_good_page_is_fine_and_says_what_held(void **state)
{
    (void)state;
    struct verdict_result result;
    struct figures figures = good_figures();
    assert_int_equal(judge(&figures, 50, &flat, &result), VERDICT_FINE);
    assert_int_equal(result.count, 5); /* LCP, elements, heap, frames, slope */
    assert_string_equal(result.reason[1].text, "DOM elements 2,310 < 8,000");
}

static void a_missed_target_slows_down(void **state)
{
    (void)state;
    static const struct {
        const char *metric;
        double number;
        double messages;
        enum verdict want;
    } cases[] = {
        { "dom_elements", 7999, 50, VERDICT_FINE },
        { "dom_elements", 8000, 50, VERDICT_SLOWS_DOWN },
        { "dom_elements", 8000, 149, VERDICT_SLOWS_DOWN },
        { "dom_elements", 8000, 150, VERDICT_FINE },
        { "dom_elements", 20000, 200, VERDICT_SLOWS_DOWN },
        { "dom_elements", 20000, 49, VERDICT_FINE }, /* no limit below 50 messages */
        { "js_heap", 60e6, 50, VERDICT_SLOWS_DOWN },
        { "js_heap", 60e6, 150, VERDICT_FINE },
        { "storm_fps", 50, 50, VERDICT_SLOWS_DOWN },
        { "storm_fps", 24.9, 50, VERDICT_CRASHES },
        { "storm_fps", 20.1, 150, VERDICT_FINE },
        { "storm_fps", 9.9, 200, VERDICT_CRASHES },
        { "lcp", 2500, 50, VERDICT_SLOWS_DOWN },
        { "lcp", 2500, 150, VERDICT_FINE }, /* belongs to the first load */
        { "decrypt_ms_50", 400, 50, VERDICT_SLOWS_DOWN },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct verdict_result result;
        struct figures figures = good_figures();
        put(&figures, cases[i].metric, cases[i].number);
        if (judge(&figures, cases[i].messages, &flat, &result) != cases[i].want) {
            fail_msg("%s %g at %g: %s", cases[i].metric, cases[i].number, cases[i].messages,
                     verdict_title(result.verdict));
        }
    }
}

static void a_missed_target_in_doubt_is_no_data_and_a_held_one_stands(void **state)
{
    (void)state;
    struct targets targets = builtin();
    struct figures figures = good_figures();
    const struct verdict_doubt doubt = { .metric = metric_find("storm_fps"),
                                         .why = "others used up to 1.0 of 2 cores" };
    struct verdict_input input = {
        .messages = 200,
        .reached = true,
        .values = figures.value,
        .value_count = figures.count,
        .list_slope = &flat,
        .doubts = &doubt,
        .doubt_count = 1,
    };
    struct verdict_result result;
    verdict_judge(&targets, &input, &result);
    assert_int_equal(result.verdict, VERDICT_FINE);
    put(&figures, "storm_fps", 4.0);
    input.value_count = figures.count;
    verdict_judge(&targets, &input, &result);
    assert_int_equal(result.verdict, VERDICT_NO_DATA);
    assert_string_equal(reason_of(&result, VERDICT_NO_DATA),
                        "Frames per second in a storm 4.0 ≤ 20.0: cannot tell (others used up to "
                        "1.0 of 2 cores)");
    put(&figures, "dom_elements", 30000); /* a count is in no doubt */
    verdict_judge(&targets, &input, &result);
    assert_int_equal(result.verdict, VERDICT_SLOWS_DOWN);
}

static void live_traffic_is_judged_by_its_own_targets_alone(void **state)
{
    (void)state;
    static const struct {
        double messages;
        double fps;
        enum verdict want;
    } cases[] = {
        { 60, 51, VERDICT_FINE },  { 60, 49, VERDICT_SLOWS_DOWN },  { 60, 24, VERDICT_CRASHES },
        { 200, 21, VERDICT_FINE }, { 200, 19, VERDICT_SLOWS_DOWN }, { 200, 9, VERDICT_CRASHES },
    };
    struct targets targets = builtin();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct figures figures = { .count = 0 };
        struct verdict_result result;
        put(&figures, "live_fps", cases[i].fps);
        struct verdict_input input = { .messages = cases[i].messages,
                                       .live = true,
                                       .reached = true,
                                       .values = figures.value,
                                       .value_count = figures.count };
        verdict_judge(&targets, &input, &result);
        assert_int_equal(result.verdict, cases[i].want);
        assert_int_equal(result.count, 1);
    }
    struct verdict_input nothing = { .messages = 10, .live = true, .reached = true };
    struct verdict_result result;
    verdict_judge(&targets, &nothing, &result);
    assert_int_equal(result.verdict, VERDICT_NO_DATA);
}

static void a_missed_report_only_figure_is_marked(void **state)
{
    (void)state;
    struct verdict_result result;
    struct figures figures = good_figures();
    put(&figures, "lcp", 2600);
    (void)judge(&figures, 50, &flat, &result);
    assert_string_equal(reason_of(&result, VERDICT_SLOWS_DOWN),
                        "Largest contentful paint 2,600 ms ≥ 2,500 ms (a report-only figure)");
    put(&figures, "lcp", 300);
    put(&figures, "dom_elements", 9000);
    (void)judge(&figures, 50, &flat, &result);
    assert_string_equal(reason_of(&result, VERDICT_SLOWS_DOWN), "DOM elements 9,000 ≥ 8,000");
}

static void a_missing_figure_is_never_fine(void **state)
{
    (void)state;
    struct verdict_result result;
    struct figures figures = good_figures();
    metric_no_data(metric_find("storm_fps"), "no composer is in sight", &figures.value[3]);
    assert_int_equal(judge(&figures, 50, &flat, &result), VERDICT_NO_DATA);
    assert_string_equal(reason_of(&result, VERDICT_NO_DATA),
                        "Frames per second in a storm: NO DATA (no composer is in sight)");
    figures.count = 3; /* not even a reason */
    assert_int_equal(judge(&figures, 50, &flat, &result), VERDICT_NO_DATA);
    put(&figures, "dom_elements", 9000);
    assert_int_equal(judge(&figures, 50, &flat, &result), VERDICT_SLOWS_DOWN);
}

static void the_slope_decides_where_all_targets_hold(void **state)
{
    (void)state;
    struct verdict_result result;
    struct figures figures = good_figures();
    assert_int_equal(judge(&figures, 50, &steep, &result), VERDICT_SLOWS_DOWN);
    assert_string_equal(reason_of(&result, VERDICT_SLOWS_DOWN),
                        "Visible list: 31.40 elements per message ≥ 1");
    assert_int_equal(judge(&figures, 50, &at_limit, &result), VERDICT_SLOWS_DOWN);
    assert_int_equal(judge(&figures, 50, &missing, &result), VERDICT_NO_DATA);
}

static void with_one_count_the_rendered_share_stands_in(void **state)
{
    (void)state;
    struct verdict_result result;
    struct figures figures = good_figures();
    assert_int_equal(judge(&figures, 150, NULL, &result), VERDICT_FINE);
    put(&figures, "rendered_share", 1.0);
    assert_int_equal(judge(&figures, 150, NULL, &result), VERDICT_SLOWS_DOWN);
    figures.count = 4;
    assert_int_equal(judge(&figures, 150, NULL, &result), VERDICT_NO_DATA);
}

static void a_crash_or_an_unreached_count_judges_no_figure(void **state)
{
    (void)state;
    struct targets targets = builtin();
    struct verdict_result result;
    struct figures figures = good_figures();
    struct verdict_input input = {
        .messages = 150,
        .not_reached = "the API has no more than 120 messages",
        .values = figures.value,
        .value_count = figures.count,
    };
    verdict_judge(&targets, &input, &result);
    assert_int_equal(result.verdict, VERDICT_NO_DATA);
    assert_int_equal(result.count, 1);
    assert_string_equal(result.reason[0].text,
                        "150 messages were not reached: the API has no more than 120 messages");
    input.crash = "the page crashed: out of memory";
    verdict_judge(&targets, &input, &result);
    assert_int_equal(result.verdict, VERDICT_CRASHES);
    assert_string_equal(result.reason[0].text, "the page crashed: out of memory");
}

static void below_half_of_a_frame_rate_is_a_crash(void **state)
{
    (void)state;
    static const char text[] = "{\"slope_limit\":1,\"rendered_share_limit\":0.9,\"targets\":["
                               "{\"metric\":\"storm_fps\",\"above\":20,\"crash_at_half\":true}]}";
    static const struct {
        double fps;
        enum verdict want;
    } cases[] = { { 9.9, VERDICT_CRASHES }, { 10, VERDICT_SLOWS_DOWN }, { 20.1, VERDICT_FINE } };
    struct targets targets;
    struct err_msg msg = { "" };
    assert_int_equal(targets_read(text, sizeof text - 1, "t.json", &targets, &msg), ERR_OK);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct metric_value value;
        struct verdict_result result;
        metric_summarise(metric_find("storm_fps"), &cases[i].fps, 1, &value);
        const struct verdict_input input = { .messages = 150,
                                             .reached = true,
                                             .values = &value,
                                             .value_count = 1,
                                             .list_slope = &flat };
        verdict_judge(&targets, &input, &result);
        assert_int_equal(result.verdict, cases[i].want);
    }
}

static void figures_that_round_to_the_limit_are_told_apart(void **state)
{
    (void)state;
    struct verdict_result result;
    struct figures figures = good_figures();
    put(&figures, "js_heap", 59999000);
    (void)judge(&figures, 50, &flat, &result);
    assert_string_equal(result.reason[2].text,
                        "JS heap 60.0 MB < 60.0 MB (59999000, limit 60000000)");
}

static void the_worst_of_two_is_ranked(void **state)
{
    (void)state;
    assert_int_equal(verdict_worse(VERDICT_FINE, VERDICT_NO_DATA), VERDICT_NO_DATA);
    assert_int_equal(verdict_worse(VERDICT_SLOWS_DOWN, VERDICT_NO_DATA), VERDICT_SLOWS_DOWN);
    assert_int_equal(verdict_worse(VERDICT_SLOWS_DOWN, VERDICT_CRASHES), VERDICT_CRASHES);
    assert_int_equal(verdict_worse(VERDICT_FINE, VERDICT_FINE), VERDICT_FINE);
}

static void names_and_titles_belong_together(void **state)
{
    (void)state;
    enum verdict back = VERDICT_FINE;
    assert_true(verdict_from_name("slows_down", &back));
    assert_int_equal(back, VERDICT_SLOWS_DOWN);
    assert_string_equal(verdict_title(back), "Slows Down");
    assert_string_equal(verdict_name(VERDICT_NO_DATA), "no_data");
    assert_false(verdict_from_name("Fine", &back));
}

static void json_holds_verdict_and_reasons(void **state)
{
    (void)state;
    struct verdict_result result;
    struct figures figures = good_figures();
    (void)judge(&figures, 50, &steep, &result);
    cJSON *root = json_new_object();
    verdict_to_json(&result, root, "verdict");
    assert_string_equal(json_text(root, "verdict.verdict"), "slows_down");
    const cJSON *reasons = json_at(root, "verdict.reasons");
    assert_int_equal(cJSON_GetArraySize(reasons), 5);
    assert_string_equal(json_text(cJSON_GetArrayItem(reasons, 4), "verdict"), "slows_down");
    cJSON_Delete(root);
}

static void bad_targets_are_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *names; /* what the sentence must hold */
        enum err want;
    } cases[] = {
        { "{", "t.json", ERR_FORMAT },
        { "[]", "targets", ERR_USAGE },
        { "{\"slope_limit\":1,\"rendered_share_limit\":0.9,\"targets\":{}}", "targets", ERR_USAGE },
        { "{\"slope_limit\":0,\"rendered_share_limit\":0.9,\"targets\":[]}", "slope_limit",
          ERR_USAGE },
        { "{\"slop_limit\":1,\"rendered_share_limit\":0.9,\"targets\":[]}", "slop_limit",
          ERR_USAGE },
        { "{\"slope_limit\":1,\"rendered_share_limit\":0.9,\"targets\":[7]}", "target 1",
          ERR_USAGE },
        { "{\"slope_limit\":1,\"rendered_share_limit\":0.9,\"targets\":[{\"metric\":\"fps\","
          "\"below\":1}]}",
          "fps", ERR_USAGE },
        { "{\"slope_limit\":1,\"rendered_share_limit\":0.9,\"targets\":[{\"metric\":\"lcp\"}]}",
          "below", ERR_USAGE },
        { "{\"slope_limit\":1,\"rendered_share_limit\":0.9,\"targets\":[{\"metric\":\"lcp\","
          "\"below\":1,\"above\":2}]}",
          "above", ERR_USAGE },
        { "{\"slope_limit\":1,\"rendered_share_limit\":0.9,\"targets\":[{\"metric\":\"lcp\","
          "\"below\":\"1\"}]}",
          "number", ERR_USAGE },
        { "{\"slope_limit\":1,\"rendered_share_limit\":0.9,\"targets\":[{\"metric\":\"lcp\","
          "\"belov\":1}]}",
          "belov", ERR_USAGE },
        { "{\"slope_limit\":1,\"rendered_share_limit\":0.9,\"targets\":[{\"metric\":\"lcp\","
          "\"below\":1,\"optional\":1}]}",
          "optional", ERR_USAGE },
        { "{\"slope_limit\":1,\"rendered_share_limit\":0.9,\"targets\":[{\"metric\":\"lcp\","
          "\"below\":1,\"crash_at_half\":true}]}",
          "crash_at_half", ERR_USAGE },
        { "{\"slope_limit\":1,\"rendered_share_limit\":0.9,\"targets\":[{\"metric\":\"lcp\","
          "\"below\":1,\"from_messages\":50,\"below_messages\":50}]}",
          "from_messages", ERR_USAGE },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct targets out;
        struct err_msg msg = { "" };
        enum err code = targets_read(cases[i].text, strlen(cases[i].text), "t.json", &out, &msg);
        if (code != cases[i].want || strstr(msg.text, cases[i].names) == NULL) {
            fail_msg("case %zu: code %d, \"%s\"", i, (int)code, msg.text);
        }
    }
}

static void more_targets_than_room_are_refused(void **state)
{
    (void)state;
    struct strbuf text = STRBUF_INIT;
    struct targets out;
    struct err_msg msg = { "" };
    strbuf_add_str(&text, "{\"slope_limit\":1,\"rendered_share_limit\":1,\"targets\":[");
    for (size_t i = 0; i <= TARGETS_MAX; i++) {
        strbuf_addf(&text, "%s{\"metric\":\"lcp\",\"below\":1}", i == 0 ? "" : ",");
    }
    strbuf_add_str(&text, "]}");
    assert_int_equal(targets_read(text.data, text.len, "t.json", &out, &msg), ERR_USAGE);
    strbuf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_page_is_fine_and_says_what_held),
        cmocka_unit_test(a_missed_target_slows_down),
        cmocka_unit_test(a_missed_target_in_doubt_is_no_data_and_a_held_one_stands),
        cmocka_unit_test(live_traffic_is_judged_by_its_own_targets_alone),
        cmocka_unit_test(a_missed_report_only_figure_is_marked),
        cmocka_unit_test(a_missing_figure_is_never_fine),
        cmocka_unit_test(the_slope_decides_where_all_targets_hold),
        cmocka_unit_test(with_one_count_the_rendered_share_stands_in),
        cmocka_unit_test(a_crash_or_an_unreached_count_judges_no_figure),
        cmocka_unit_test(below_half_of_a_frame_rate_is_a_crash),
        cmocka_unit_test(figures_that_round_to_the_limit_are_told_apart),
        cmocka_unit_test(the_worst_of_two_is_ranked),
        cmocka_unit_test(names_and_titles_belong_together),
        cmocka_unit_test(json_holds_verdict_and_reasons),
        cmocka_unit_test(bad_targets_are_refused_by_name),
        cmocka_unit_test(more_targets_than_room_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
