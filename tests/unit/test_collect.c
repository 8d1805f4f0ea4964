#include "tests/unit/scoring.h"

static void every_metric_of_every_collector_is_known(void **state)
{
    (void)state;
    for (size_t i = 0; collectors[i] != NULL; i++) {
        assert_true(strlen(collectors[i]->name) > 0);
        assert_non_null(collectors[i]->gather);
        for (size_t k = 0; collectors[i]->metrics[k] != NULL; k++) {
            assert_non_null(metric_find(collectors[i]->metrics[k]));
        }
        assert_true(collectors[i]->score != NULL || collectors[i]->metrics[0] == NULL);
    }
}

static void expect_nothing(const struct collector *collector)
{
    struct samples samples = score(collector, "{}", 50.0);
    for (size_t k = 0; collector->metrics[k] != NULL; k++) {
        const struct sample_list *list = list_of(&samples, collector->metrics[k]);
        if (list->count != 0 || list->reason[0] == '\0') {
            fail_msg("%s of %s has a value from nothing", list->def->name, collector->name);
        }
    }
    samples_release(&samples);
}

static void empty_readings_are_no_data_for_every_metric(void **state)
{
    (void)state;
    for (size_t i = 0; collectors[i] != NULL; i++) {
        if (collectors[i]->score != NULL) {
            expect_nothing(collectors[i]);
        }
    }
}

static void the_last_largest_paint_counts_and_none_is_no_data(void **state)
{
    (void)state;
    struct samples samples = score(
        &collector_vitals,
        "{'vitals':{'lcp':[{'ms':80},{'ms':212.5}],'shifts':[],'fcp_ms':80,'ttfb_ms':9}}", 0.0);
    expect(&samples, "lcp", 212.5);
    expect(&samples, "fcp", 80.0);
    expect(&samples, "ttfb", 9.0);
    expect(&samples, "cls", 0.0);
    samples_release(&samples);
    samples = score(&collector_vitals,
                    "{'vitals':{'lcp':[],'shifts':[],'fcp_ms':null,'ttfb_ms':9}}", 0.0);
    expect_none(&samples, "lcp", "no largest paint");
    expect_none(&samples, "fcp", "fcp_ms");
    samples_release(&samples);
}

static void layout_shift_is_the_worst_session_window(void **state)
{
    (void)state;
    static const struct {
        const char *shifts;
        double want;
    } cases[] = {
        { "{'ms':100,'value':0.1},{'ms':1099,'value':0.2}", 0.3 }, /* gap under 1 s: one window */
        { "{'ms':100,'value':0.1},{'ms':1100,'value':0.2}", 0.2 }, /* gap of 1 s: two */
        { "{'ms':0,'value':0.1},{'ms':900,'value':0.1},{'ms':1800,'value':0.1},"
          "{'ms':2700,'value':0.1},{'ms':3600,'value':0.1},{'ms':4500,'value':0.1},"
          "{'ms':5400,'value':0.5}",
          0.6 }, /* a window ends after 5 s */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct strbuf text = STRBUF_INIT;
        strbuf_addf(&text, "{'vitals':{'lcp':[{'ms':1}],'fcp_ms':1,'ttfb_ms':1,'shifts':[%s]}}",
                    cases[i].shifts);
        struct samples samples = score(&collector_vitals, text.data, 0.0);
        expect(&samples, "cls", cases[i].want);
        samples_release(&samples);
        strbuf_release(&text);
    }
}

static void rendered_messages_are_set_against_loaded_ones(void **state)
{
    (void)state;
    struct samples samples = score(
        &collector_elements,
        "{'elements':{'all':9000,'visible':4500,'list':4000,'bubbles':12,'bubbles_all':20}}", 48.0);
    expect(&samples, "dom_elements", 9000.0);
    expect(&samples, "dom_elements_visible", 4500.0);
    expect(&samples, "dom_elements_list", 4000.0);
    expect(&samples, "rendered_bubbles", 12.0);
    expect(&samples, "rendered_share", 0.25);
    samples_release(&samples);
    samples = score(&collector_elements,
                    "{'elements':{'all':90,'visible':45,'list':null,'bubbles':null}}", 48.0);
    expect(&samples, "dom_elements", 90.0);
    expect_none(&samples, "dom_elements_list", "list");
    expect_none(&samples, "rendered_share", "no list is visible");
    samples_release(&samples);
    samples = score(&collector_elements, "{'elements':{'all':90,'bubbles':4}}", 0.0);
    expect_none(&samples, "rendered_share", "no message is loaded");
    samples_release(&samples);
}

static void cpu_times_are_differences_in_milliseconds(void **state)
{
    (void)state;
    struct samples samples =
        score(&collector_load_cpu,
              "{'before':{'ThreadTime':0.010,'ScriptDuration':0,'LayoutDuration':0.5},"
              "'after':{'ThreadTime':0.260,'ScriptDuration':0.125,'LayoutDuration':0.5}}",
              0.0);
    expect(&samples, "thread_ms", 250.0);
    expect(&samples, "script_ms", 125.0);
    expect(&samples, "layout_ms", 0.0);
    expect_none(&samples, "style_ms", "RecalcStyleDuration");
    samples_release(&samples);
}

static void memory_is_what_the_browser_says_after_the_collection(void **state)
{
    (void)state;
    struct samples samples =
        score(&collector_memory,
              "{'counters':{'documents':2,'nodes':12819,'jsEventListeners':700},"
              "'heap':{'usedSize':3270000,'totalSize':5,'embedderHeapUsedSize':9480000},"
              "'attached':12780}",
              0.0);
    expect(&samples, "dom_nodes", 12819.0);
    expect(&samples, "detached_nodes", 39.0);
    expect(&samples, "documents", 2.0);
    expect(&samples, "listeners", 700.0);
    expect(&samples, "js_heap", 3270000.0);
    expect(&samples, "embedder_heap", 9480000.0);
    samples_release(&samples);
}

#define SCROLLED(top, turn, back, times)                                                           \
    "{'begin':{'found':true,'top':" top "},'distance':2000,'turn':{'top':" turn                    \
    "},'end':{'top':" back ",'times':[" times "]},"                                                \
    "'before':{'LayoutCount':5,'RecalcStyleCount':7,'ThreadTime':1,'ScriptDuration':2,"            \
    "'LayoutDuration':3,'RecalcStyleDuration':4},"                                                 \
    "'after':{'LayoutCount':53,'RecalcStyleCount':57,'ThreadTime':1.5,'ScriptDuration':2.25,"      \
    "'LayoutDuration':3.125,'RecalcStyleDuration':4}}"

static void frames_are_counted_over_the_time_between_the_first_and_the_last(void **state)
{
    (void)state;
    struct samples samples =
        score(&collector_scroll, SCROLLED("5000", "3000", "5000", "100,120,140,160,180"), 50.0);
    expect(&samples, "raf_fps", 50.0);
    expect(&samples, "scroll_px", 4000.0);
    expect(&samples, "scroll_ms", 500.0);
    expect(&samples, "scroll_script_ms", 250.0);
    expect(&samples, "scroll_layout_ms", 125.0);
    expect(&samples, "scroll_style_ms", 0.0);
    expect(&samples, "layout_count", 48.0);
    expect(&samples, "style_count", 50.0);
    samples_release(&samples);
}

#define FRAMES(frames)                                                                             \
    "{'begin':{'found':true,'top':5000},'distance':2000,'turn':{'top':3000},"                      \
    "'end':{'top':5000,'times':[0,20]},'before':{},'after':{},'frames':" frames "}"

static void the_compositors_frames_are_scored_from_its_reports(void **state)
{
    (void)state;
    struct samples samples = score(&collector_scroll,
                                   FRAMES("{'reports':[[1,0,20000,1,1],[2,20000,40000,2,1],"
                                          "[3,40000,50000,3,1],[4,60000,80000,1,1],"
                                          "[5,80000,90000,0,0]],'updates':4,'janky':1}"),
                                   50.0);
    expect(&samples, "scroll_fps", 2.0 / 0.06);
    expect(&samples, "longest_gap_ms", 40.0);
    expect(&samples, "worst_second_fps", 2.0 / 0.06);
    expect(&samples, "partial_share", 25.0);
    expect(&samples, "dropped_share", 25.0);
    expect(&samples, "janky_share", 25.0);
    samples_release(&samples);
}

static void without_a_trace_only_the_compositors_frames_are_no_data(void **state)
{
    (void)state;
    static const struct {
        const char *readings;
        const char *words;
    } cases[] = {
        { FRAMES("{'error':'the browser lost a part of its trace'}"), "lost a part" },
        { FRAMES("{'reports':[[1,0]]}"), "report 1" },
        { FRAMES("{'reports':[],'updates':0,'janky':0}"), "no two frames" },
        { SCROLLED("5000", "3000", "5000", "0,20"), "no trace was recorded" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct samples samples = score(&collector_scroll, cases[i].readings, 50.0);
        expect(&samples, "raf_fps", 50.0);
        expect_none(&samples, "scroll_fps", cases[i].words);
        expect_none(&samples, "janky_share", cases[i].words);
        samples_release(&samples);
    }
}

static void a_browser_that_judges_no_scroll_updates_has_no_janky_share(void **state)
{
    (void)state;
    struct samples samples = score(
        &collector_scroll,
        FRAMES("{'reports':[[1,0,20000,1,1],[2,20000,40000,1,1]],'updates':0,'janky':0}"), 50.0);
    expect(&samples, "scroll_fps", 50.0);
    expect_none(&samples, "janky_share", "judges no scroll updates");
    samples_release(&samples);
}

static void a_list_that_did_not_move_has_no_frame_rate(void **state)
{
    (void)state;
    static const char *const readings[] = {
        SCROLLED("5000", "5000", "5000", "100,116,132"), /* behind a dialog */
        SCROLLED("5000", "4900", "5000", "100,116,132"), /* a twitch */
        SCROLLED("5000", "3000", "3000", "100,116,132"), /* up, and never back */
    };
    for (size_t i = 0; i < COUNT_OF(readings); i++) {
        struct samples samples = score(&collector_scroll, readings[i], 50.0);
        expect_none(&samples, "raf_fps", "did not really scroll");
        expect_none(&samples, "layout_count", "did not really scroll");
        samples_release(&samples);
    }
}

static void a_page_without_frames_has_no_frame_rate(void **state)
{
    (void)state;
    static const char *const readings[] = {
        SCROLLED("5000", "3000", "5000", ""),
        SCROLLED("5000", "3000", "5000", "100"),
        SCROLLED("5000", "3000", "5000", "100,100"),
    };
    for (size_t i = 0; i < COUNT_OF(readings); i++) {
        struct samples samples = score(&collector_scroll, readings[i], 50.0);
        expect_none(&samples, "raf_fps", "no animation frames");
        expect(&samples, "scroll_px", 4000.0);
        samples_release(&samples);
    }
}

static void missing_and_failed_readings_are_no_data_with_their_reason(void **state)
{
    (void)state;
    struct collect_stage stage = { .loaded = 50.0 };
    struct samples samples = { NULL, 0, 0 };
    collect_score(COLLECT_STAGE, NULL, "the API has no more", &stage, &samples);
    expect_none(&samples, "dom_elements", "the API has no more");
    expect_none(&samples, "raf_fps", "the API has no more");
    samples_release(&samples);
    cJSON *readings = cJSON_Parse("{\"scroll\":{\"error\":\"only 12 px to scroll\"}}");
    collect_score(COLLECT_STAGE, readings, NULL, &stage, &samples);
    expect_none(&samples, "raf_fps", "only 12 px");
    expect_none(&samples, "js_heap", "not read");
    samples_release(&samples);
    cJSON_Delete(readings);
}

static void a_quick_pass_misses_nothing_that_does_not_belong_to_it(void **state)
{
    (void)state;
    struct collect_stage quick = { .loaded = 50.0, .quick = true };
    struct samples samples = { NULL, 0, 0 };
    collect_score(COLLECT_STAGE, NULL, "the API has no more", &quick, &samples);
    collect_score(COLLECT_CLOSE, NULL, "the API has no more", &quick, &samples);
    expect_none(&samples, "dom_elements", "the API has no more");
    expect_none(&samples, "storm_fps", "the API has no more");
    for (size_t i = 0; i < samples.count; i++) {
        const char *name = samples.lists[i].def->name;
        assert_string_not_equal(name, "raf_fps");
        assert_string_not_equal(name, "nodes_per_cycle");
        assert_string_not_equal(name, "typing_ms");
    }
    samples_release(&samples);
}

static void samples_of_repetitions_are_summarised_and_gaps_do_not_count(void **state)
{
    (void)state;
    struct samples samples = { NULL, 0, 0 };
    struct metric_value value;
    samples_add(&samples, "js_heap", 10.0);
    samples_none(&samples, "js_heap", "lost");
    samples_add(&samples, "js_heap", 30.0);
    samples_add(&samples, "js_heap", (double)NAN);
    samples_add(&samples, "js_heap", 20.0);
    samples_summarise(&samples, &value);
    assert_true(value.has_data);
    assert_int_equal(value.n, 3);
    assert_true(fabs(value.median - 20.0) < 1e-9);
    samples_release(&samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_metric_of_every_collector_is_known),
        cmocka_unit_test(empty_readings_are_no_data_for_every_metric),
        cmocka_unit_test(the_last_largest_paint_counts_and_none_is_no_data),
        cmocka_unit_test(layout_shift_is_the_worst_session_window),
        cmocka_unit_test(rendered_messages_are_set_against_loaded_ones),
        cmocka_unit_test(cpu_times_are_differences_in_milliseconds),
        cmocka_unit_test(memory_is_what_the_browser_says_after_the_collection),
        cmocka_unit_test(frames_are_counted_over_the_time_between_the_first_and_the_last),
        cmocka_unit_test(the_compositors_frames_are_scored_from_its_reports),
        cmocka_unit_test(without_a_trace_only_the_compositors_frames_are_no_data),
        cmocka_unit_test(a_browser_that_judges_no_scroll_updates_has_no_janky_share),
        cmocka_unit_test(a_list_that_did_not_move_has_no_frame_rate),
        cmocka_unit_test(a_page_without_frames_has_no_frame_rate),
        cmocka_unit_test(missing_and_failed_readings_are_no_data_with_their_reason),
        cmocka_unit_test(a_quick_pass_misses_nothing_that_does_not_belong_to_it),
        cmocka_unit_test(samples_of_repetitions_are_summarised_and_gaps_do_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
