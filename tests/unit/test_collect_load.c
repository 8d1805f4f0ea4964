/* The collectors of the first load that look back: long tasks and frames, the paint's second
 * reading. */
#include "tests/unit/fake_chat.h"
#include "tests/unit/scoring.h"

#include "cdp/collect/long_frames.h"

static void blocking_time_is_what_tasks_take_over_50_ms_behind_the_first_paint(void **state)
{
    (void)state;
    static const struct {
        const char *tasks;
        double want;
    } cases[] = {
        { "", 0.0 },
        { "[500,130],[900,60]", 90.0 },
        { "[100,400]", 250.0 },         /* 300 ms of it lie behind the paint at 200 ms */
        { "[100,120]", 0.0 },           /* 20 ms of it */
        { "[10,150],[300,51.5]", 1.5 }, /* before the paint nothing blocks */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct strbuf text = STRBUF_INIT;
        strbuf_addf(&text, "{'long':{'fcp_ms':200,'tasks':[%s],'frames':[]}}", cases[i].tasks);
        struct samples samples = score(&collector_long_frames, text.data, 0.0);
        expect(&samples, "tbt", cases[i].want);
        expect(&samples, "long_frames", 0.0);
        expect(&samples, "longest_frame_ms", 0.0);
        samples_release(&samples);
        strbuf_release(&text);
    }
}

static void a_browser_that_tells_less_gives_no_data(void **state)
{
    (void)state;
    struct samples samples =
        score(&collector_long_frames,
              "{'long':{'fcp_ms':null,'tasks':[[300,80]],'frames':[{'duration':80}]}}", 0.0);
    expect_none(&samples, "tbt", "no first paint");
    expect(&samples, "long_frames", 1.0);
    samples_release(&samples);
    samples = score(&collector_long_frames, "{'long':{'fcp_ms':9,'tasks':[],'frames':null}}", 0.0);
    expect(&samples, "tbt", 0.0);
    expect_none(&samples, "long_frames", "tells of no long animation frames");
    expect_none(&samples, "longest_frame_ms", "tells of no long animation frames");
    samples_release(&samples);
}

#define SCRIPT(file, invoker, ms)                                                                  \
    "{\"file\":\"" file "\",\"function\":\"f\",\"invoker\":\"" invoker "\",\"ms\":" ms             \
    ",\"forced_ms\":1}"

static void the_scripts_of_long_frames_are_added_up_and_the_longest_come_first(void **state)
{
    (void)state;
    cJSON *readings = cJSON_Parse(
        "{\"long\":{\"frames\":[{\"duration\":90,\"scripts\":[" SCRIPT("/a.js", "t", "10") "," SCRIPT("/b.js", "t", "25") "]},{\"duration\":133,\"scripts\":[" SCRIPT(
            "/a.js", "t",
            "20") "," SCRIPT("/a.js", "u",
                             "5") "," SCRIPT("/c.js", "t",
                                             "1") "," SCRIPT("/d.js", "t",
                                                             "2") "," SCRIPT("/e.js", "t",
                                                                             "3") "]},{\"duration\":60}]}}");
    assert_non_null(readings);
    cJSON *out = json_new_object();
    long_frames_add_scripts(readings, out, "scripts");
    const cJSON *scripts = json_at(out, "scripts");
    static const struct {
        const char *file;
        double ms;
        double count;
    } want[] = { { "/a.js", 30, 2 },
                 { "/b.js", 25, 1 },
                 { "/a.js", 5, 1 },
                 { "/e.js", 3, 1 },
                 { "/d.js", 2, 1 } };
    assert_int_equal(cJSON_GetArraySize(scripts), COUNT_OF(want));
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        const cJSON *script = cJSON_GetArrayItem(scripts, (int)i);
        assert_string_equal(json_text(script, "file"), want[i].file);
        assert_true(json_number(script, "ms", 0.0) == want[i].ms);
        assert_true(json_number(script, "count", 0.0) == want[i].count);
        assert_true(json_number(script, "forced_ms", 0.0) == want[i].count);
    }
    cJSON_Delete(out);
    cJSON_Delete(readings);
}

static void without_long_frames_there_are_no_scripts(void **state)
{
    (void)state;
    cJSON *out = json_new_object();
    long_frames_add_scripts(NULL, out, "scripts");
    assert_int_equal(cJSON_GetArraySize(json_at(out, "scripts")), 0);
    assert_true(cJSON_IsArray(json_at(out, "scripts")));
    cJSON_Delete(out);
}

static void two_readings_of_the_paint_are_set_against_each_other(void **state)
{
    (void)state;
    struct samples samples = score(&collector_lcp_timeline,
                                   "{'paints':[{'renderTime':1000.090,'loadTime':0},"
                                   "{'renderTime':1000.250,'loadTime':1000.2}],"
                                   "'page':{'origin_ms':1000000,'lcp_ms':262}}",
                                   0.0);
    const struct sample_list *list = list_of(&samples, "lcp_disagreement");
    assert_int_equal(list->count, 1);
    assert_true(fabs(list->values[0] - 12.0) < 1e-3);
    samples_release(&samples);
    samples = score(&collector_lcp_timeline,
                    "{'paints':[{'renderTime':0,'loadTime':1000.5}],"
                    "'page':{'origin_ms':1000000,'lcp_ms':500}}",
                    0.0);
    assert_true(fabs(list_of(&samples, "lcp_disagreement")->values[0]) < 1e-3);
    samples_release(&samples);
}

static void one_reading_alone_is_no_data(void **state)
{
    (void)state;
    struct samples samples =
        score(&collector_lcp_timeline, "{'paints':[],'page':{'origin_ms':1000,'lcp_ms':262}}", 0.0);
    expect_none(&samples, "lcp_disagreement", "timeline has no largest paint");
    samples_release(&samples);
    samples = score(&collector_lcp_timeline,
                    "{'paints':[{'renderTime':1.2}],'page':{'origin_ms':1000,'lcp_ms':null}}", 0.0);
    expect_none(&samples, "lcp_disagreement", "observer has no largest paint");
    samples_release(&samples);
}

#define PAINT                                                                                      \
    CHAT_EVENT("PerformanceTimeline.timelineEventAdded",                                           \
               "{'event':{'type':'largest-contentful-paint','lcpDetails':{'renderTime':1000.3,"    \
               "'loadTime':0,'size':9}}}")

static void a_disagreement_is_said_among_the_steps(void **state)
{
    (void)state;
    static const struct {
        const char *lcp;
        int steps;
    } cases[] = { { "300", 0 }, { "304", 0 }, { "308", 1 } };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fake_chat chat;
        struct err_msg msg = { "" };
        char *rules = mem_format(
            "{'when':'PerformanceTimeline.enable','times':1,'events':[" PAINT "]},"
            "{'when':'clock zero','result':{'result':{'value':{'origin_ms':1000000,'lcp_ms':%s}}}}",
            cases[i].lcp);
        chat_open(&chat, rules);
        struct collect_context context = { .journey = &chat.journey };
        cJSON *raw = json_new_object();
        assert_int_equal(collector_lcp_timeline.gather(&context, raw, &msg), ERR_OK);
        assert_int_equal(cJSON_GetArraySize(json_at(raw, "paints")), 1);
        assert_int_equal(cJSON_GetArraySize(chat.how), cases[i].steps);
        cJSON_Delete(raw);
        free(rules);
        chat_close(&chat);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocking_time_is_what_tasks_take_over_50_ms_behind_the_first_paint),
        cmocka_unit_test(a_browser_that_tells_less_gives_no_data),
        cmocka_unit_test(the_scripts_of_long_frames_are_added_up_and_the_longest_come_first),
        cmocka_unit_test(without_long_frames_there_are_no_scripts),
        cmocka_unit_test(two_readings_of_the_paint_are_set_against_each_other),
        cmocka_unit_test(one_reading_alone_is_no_data),
        cmocka_unit_test(a_disagreement_is_said_among_the_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
