#include "tests/unit/test.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "metrics/frames.h"

#define VSYNC_US 16667.0

static void near(double got, double want)
{
    if (fabs(got - want) > 1e-6) {
        fail_msg("%.9g, not %.9g", got, want);
    }
}

/* `count` blanks from `first`, each presented whole 20 ms after it began. */
static size_t steady(struct frame_report *out, double first, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double begin_us = (first + (double)i) * VSYNC_US;
        out[i] = (struct frame_report){ first + (double)i, begin_us, begin_us + 20000.0,
                                        FRAME_WHOLE, true };
    }
    return count;
}

static void a_steady_scroll_has_the_rate_of_the_screen(void **state)
{
    (void)state;
    struct frame_report reports[90];
    struct frames frames;
    assert_true(frames_compute(reports, steady(reports, 10, 90), &frames));
    near(frames.fps, 1e6 / VSYNC_US);
    near(frames.longest_gap_ms, VSYNC_US / 1000.0);
    near(frames.worst_second_fps, 60.0);
    assert_int_equal(frames.whole, 90);
    assert_int_equal(frames.partial + frames.dropped, 0);
    assert_int_equal(frames.pictures, 90);
}

static void two_reports_of_a_blank_count_once(void **state)
{
    (void)state;
    /* The compositor's part of blank 2 came in time together with the main thread's of blank 1. */
    static const struct frame_report reports[] = {
        { 1, 0, 20000, FRAME_WHOLE, true },       { 1, 0, 5000, FRAME_PARTIAL, true },
        { 2, 16667, 20000, FRAME_PARTIAL, true }, { 2, 16667, 36667, FRAME_WHOLE, true },
        { 3, 33334, 40000, FRAME_DROPPED, true }, { 3, 33334, 53334, FRAME_WHOLE, true },
        { 4, 50001, 60000, FRAME_IDLE, true },    { 5, 66668, 90000, FRAME_DROPPED, true },
        { 6, 83335, 103334, FRAME_WHOLE, true },
    };
    struct frames frames;
    assert_true(frames_compute(reports, COUNT_OF(reports), &frames));
    assert_int_equal(frames.partial, 2);
    assert_int_equal(frames.dropped, 2);
    assert_int_equal(frames.whole, 1);
    assert_int_equal(frames.pictures, 5); /* at 5, 20, 36.667, 53.334 and 103.334 ms */
    near(frames.fps, 4.0 * 1e6 / (103334.0 - 5000.0));
    near(frames.longest_gap_ms, 50.0);
    near(frames.worst_second_fps, frames.fps);
}

static void the_pause_between_two_scrolls_is_no_gap(void **state)
{
    (void)state;
    struct frame_report reports[41];
    struct frames frames;
    (void)steady(reports, 0, 20);
    reports[20] = (struct frame_report){ 25, 25 * VSYNC_US, 26 * VSYNC_US, FRAME_IDLE, false };
    (void)steady(reports + 21, 60, 20);
    assert_true(frames_compute(reports, 41, &frames));
    near(frames.fps, 1e6 / VSYNC_US);
    near(frames.longest_gap_ms, VSYNC_US / 1000.0);
    /* Without the blank at which nothing scrolled it is one scroll with a hole. */
    reports[20] = reports[40];
    assert_true(frames_compute(reports, 40, &frames));
    near(frames.longest_gap_ms, 41.0 * VSYNC_US / 1000.0);
}

static void the_worst_second_is_found_inside_a_scroll(void **state)
{
    (void)state;
    struct frame_report reports[200];
    struct frames frames;
    size_t count = steady(reports, 0, 60);
    /* A stall of half a second, then as before. */
    count += steady(reports + count, 90, 110);
    assert_true(frames_compute(reports, count, &frames));
    assert_true(frames.worst_second_fps >= 29.0 && frames.worst_second_fps <= 32.0);
    near(frames.longest_gap_ms, 31.0 * VSYNC_US / 1000.0);
}

static void the_order_of_the_reports_does_not_matter(void **state)
{
    (void)state;
    struct frame_report reports[90];
    struct frame_report mixed[90];
    struct frames a;
    struct frames b;
    (void)steady(reports, 0, 90);
    reports[40].state = FRAME_DROPPED;
    for (size_t i = 0; i < 90; i++) {
        mixed[(i * 37) % 90] = reports[i];
    }
    assert_true(frames_compute(reports, 90, &a));
    assert_true(frames_compute(mixed, 90, &b));
    assert_memory_equal(&a, &b, sizeof a);
    assert_int_equal(a.dropped, 1);
}

static void without_two_pictures_there_is_no_rate(void **state)
{
    (void)state;
    struct frame_report reports[3];
    struct frames frames;
    (void)steady(reports, 0, 3);
    assert_false(frames_compute(reports, 0, &frames));
    assert_false(frames_compute(reports, 1, &frames));
    reports[0].state = FRAME_DROPPED;
    reports[1].state = FRAME_DROPPED;
    assert_false(frames_compute(reports, 3, &frames));
    assert_int_equal(frames.dropped, 2);
    (void)steady(reports, 0, 3);
    for (size_t i = 0; i < 3; i++) {
        reports[i].scrolling = false;
    }
    assert_false(frames_compute(reports, 3, &frames));
}

#define BEGIN(pid, id, blank, state, scroll, ts)                                                   \
    "{\"name\":\"PipelineReporter\",\"ph\":\"b\",\"pid\":" pid ",\"id2\":{\"local\":\"" id         \
    "\"},\"ts\":" ts ",\"args\":{\"frame_reporter\":{\"frame_sequence\":" blank                    \
    ",\"layer_tree_host_id\":1,\"state\":\"" state "\",\"scroll_state\":\"" scroll "\"}}}"
#define END(pid, id, ts)                                                                           \
    "{\"name\":\"PipelineReporter\",\"ph\":\"e\",\"pid\":" pid ",\"id2\":{\"local\":\"" id         \
    "\"},\"ts\":" ts ",\"args\":{}}"
#define JANK(is)                                                                                   \
    "{\"name\":\"ScrollJankV4\",\"ph\":\"b\",\"pid\":1,\"ts\":1,\"args\":{\"scroll_jank_v4\":{"    \
    "\"is_janky\":" is "}}}"

static cJSON *log_of(const char *const *events, size_t count)
{
    struct frame_log log = { .count = 0 };
    for (size_t i = 0; i < count; i++) {
        cJSON *event = cJSON_Parse(events[i]);
        assert_non_null(event);
        frame_log_add(&log, event);
        cJSON_Delete(event);
    }
    cJSON *node = frame_log_to_json(&log);
    frame_log_release(&log);
    return node;
}

static void reports_are_found_in_the_events_of_the_page_that_scrolls(void **state)
{
    (void)state;
    static const char *const events[] = {
        BEGIN("7", "0x1", "100", "STATE_NO_UPDATE_DESIRED", "SCROLL_NONE", "500"),
        BEGIN("9", "0x1", "40", "STATE_PRESENTED_ALL", "SCROLL_NONE", "600"), /* another page */
        BEGIN("7", "0x2", "101", "STATE_PRESENTED_PARTIAL", "SCROLL_MAIN_THREAD", "1000"),
        END("9", "0x1", "900"),
        END("7", "0x1", "1100"),
        BEGIN("7", "0x1", "102", "STATE_PRESENTED_ALL", "SCROLL_COMPOSITOR_THREAD", "1200"),
        END("7", "0x2", "1300"),
        END("7", "0x1", "1400"),
        BEGIN("7", "0x3", "103", "STATE_DROPPED", "SCROLL_MAIN_THREAD", "1500"), /* never ended */
        JANK("true"),
        JANK("false"),
        JANK("false"),
    };
    cJSON *node = log_of(events, COUNT_OF(events));
    struct frame_report *reports = NULL;
    size_t count = 0;
    struct err_msg msg = { "" };
    near(json_number(node, "updates", 0.0), 3.0);
    near(json_number(node, "janky", 0.0), 1.0);
    assert_int_equal(frame_reports_read(node, &reports, &count, &msg), ERR_OK);
    assert_int_equal(count, 3);
    near(reports[0].begin_us, 0.0);
    near(reports[0].end_us, 600.0);
    assert_false(reports[0].scrolling);
    assert_int_equal(reports[0].state, FRAME_IDLE);
    near(reports[1].blank, 101.0);
    near(reports[1].end_us, 800.0);
    assert_int_equal(reports[1].state, FRAME_PARTIAL);
    near(reports[2].end_us, 900.0);
    assert_int_equal(reports[2].state, FRAME_WHOLE);
    assert_true(reports[2].scrolling);
    free(reports);
    cJSON_Delete(node);
}

static void the_name_of_older_builds_is_known(void **state)
{
    (void)state;
    static const char *const events[] = {
        "{\"name\":\"PipelineReporter\",\"ph\":\"b\",\"pid\":1,\"id\":\"0x5\",\"ts\":10,\"args\":{"
        "\"chrome_frame_reporter\":{\"frame_sequence\":3,\"state\":\"STATE_DROPPED\","
        "\"scroll_state\":\"SCROLL_MAIN_THREAD\"}}}",
        "{\"name\":\"PipelineReporter\",\"ph\":\"e\",\"pid\":1,\"id\":\"0x5\",\"ts\":20,"
        "\"args\":{}}",
    };
    cJSON *node = log_of(events, COUNT_OF(events));
    assert_int_equal(cJSON_GetArraySize(json_at(node, "reports")), 1);
    cJSON_Delete(node);
}

static void a_trace_without_a_scroll_has_no_reports(void **state)
{
    (void)state;
    static const char *const events[] = {
        BEGIN("7", "0x1", "100", "STATE_PRESENTED_ALL", "SCROLL_NONE", "500"),
        END("7", "0x1", "600"),
        END("7", "0x9", "600"),
        "{\"name\":\"PipelineReporter\",\"ph\":\"b\",\"args\":{}}",
        "{\"name\":\"PipelineReporter\"}",
        "{\"ph\":\"b\"}",
    };
    cJSON *node = log_of(events, COUNT_OF(events));
    assert_int_equal(cJSON_GetArraySize(json_at(node, "reports")), 0);
    cJSON_Delete(node);
}

static void reports_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{}",
        "{\"reports\":{}}",
        "{\"reports\":[[1,2,3,1]]}",
        "{\"reports\":[[1,2,3,1,1],[1,2,3,1,\"1\"]]}",
        "{\"reports\":[[1,2,3,4,1]]}",
        "{\"reports\":[[1,2,3,-1,1]]}",
        "{\"reports\":[7]}",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        cJSON *node = cJSON_Parse(texts[i]);
        struct frame_report *reports = NULL;
        size_t count = 0;
        struct err_msg msg = { "" };
        assert_int_equal(frame_reports_read(node, &reports, &count, &msg), ERR_FORMAT);
        assert_true(msg.text[0] != '\0');
        cJSON_Delete(node);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_steady_scroll_has_the_rate_of_the_screen),
        cmocka_unit_test(two_reports_of_a_blank_count_once),
        cmocka_unit_test(the_pause_between_two_scrolls_is_no_gap),
        cmocka_unit_test(the_worst_second_is_found_inside_a_scroll),
        cmocka_unit_test(the_order_of_the_reports_does_not_matter),
        cmocka_unit_test(without_two_pictures_there_is_no_rate),
        cmocka_unit_test(reports_are_found_in_the_events_of_the_page_that_scrolls),
        cmocka_unit_test(the_name_of_older_builds_is_known),
        cmocka_unit_test(a_trace_without_a_scroll_has_no_reports),
        cmocka_unit_test(reports_that_are_none_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
