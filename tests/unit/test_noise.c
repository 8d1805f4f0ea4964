/* When somebody else's work makes a figure doubtful. */
#include "tests/unit/test.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "cdp/noise.h"

/* A raw file with one window. */
static cJSON *file_with(const char *collector, double busy, double steal, double browser_cores)
{
    char *text =
        mem_format("{\"windows\":[{\"collector\":\"%s\",\"cores\":2,\"browser_cores\":%g,"
                   "\"noise\":{\"busy_share\":%g,\"steal_share\":%g,\"self_share\":0.02}}]}",
                   collector, browser_cores, busy, steal);
    cJSON *file = cJSON_Parse(text);
    assert_non_null(file);
    free(text);
    return file;
}

static void only_the_work_of_others_on_a_full_machine_is_noise(void **state)
{
    (void)state;
    static const struct {
        double busy;
        double steal;
        double browser_cores;
        bool want;
    } cases[] = {
        { 0.10, 0.00, 0.15, false }, /* quiet */
        { 0.98, 0.00, 1.90, false }, /* the browser alone fills it */
        { 0.95, 0.00, 0.85, true },  /* one core of two is somebody else's */
        { 0.60, 0.00, 0.30, false }, /* others compute, but there is room */
        { 0.80, 0.00, 1.20, false }, /* others take less than half a core */
        { 0.10, 0.06, 0.10, true },  /* the hypervisor takes */
        { 0.20, 0.00, 0.90, false }, /* ticks are coarse: more than all is none of others */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        cJSON *file = file_with("storm", cases[i].busy, cases[i].steal, cases[i].browser_cores);
        struct noise_window window;
        assert_true(noise_read(cJSON_GetArrayItem(json_at(file, "windows"), 0), &window));
        assert_true(window.others_cores >= 0.0);
        if (noise_is_high(&window) != cases[i].want) {
            fail_msg("case %zu: others %.2f, idle %.2f", i, window.others_cores, window.idle_share);
        }
        cJSON_Delete(file);
    }
}

static void a_window_of_an_old_raw_file_says_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"collector\":\"storm\",\"noise\":{\"busy_share\":1}}",
        "{\"collector\":\"storm\",\"cores\":2,\"noise\":{\"busy_share\":1}}",
        "{\"collector\":\"storm\",\"cores\":\"2\",\"browser_cores\":1}",
        "{}",
        "[]",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        cJSON *node = cJSON_Parse(texts[i]);
        struct noise_window window;
        assert_false(noise_read(node, &window));
        cJSON_Delete(node);
    }
}

static size_t doubts_of(cJSON *const *files, size_t count, struct verdict_doubt doubts[16])
{
    const cJSON *borrowed[8];
    for (size_t i = 0; i < count; i++) {
        borrowed[i] = files[i];
    }
    return noise_doubts(borrowed, count, doubts, 0, 16);
}

static void half_of_the_windows_make_a_doubt_about_what_they_measured(void **state)
{
    (void)state;
    struct verdict_doubt doubts[16];
    cJSON *files[4] = { file_with("storm", 0.95, 0.0, 0.85), file_with("storm", 0.3, 0.0, 0.5),
                        file_with("storm", 0.3, 0.0, 0.5), NULL };
    assert_int_equal(doubts_of(files, 3, doubts), 0);
    assert_int_equal(doubts_of(files, 2, doubts), 2);
    assert_ptr_equal(doubts[0].metric, metric_find("storm_fps"));
    assert_ptr_equal(doubts[1].metric, metric_find("update_ms"));
    assert_string_equal(doubts[0].why,
                        "others used up to 1.0 of 2 cores; 1 of 2 windows were too noisy");
    for (size_t i = 0; i < 3; i++) {
        cJSON_Delete(files[i]);
    }
}

static void the_opening_is_the_window_of_all_that_the_load_is_judged_by(void **state)
{
    (void)state;
    struct verdict_doubt doubts[16];
    cJSON *files[1] = { file_with("load", 0.2, 0.3, 0.1) };
    size_t count = doubts_of(files, 1, doubts);
    bool has_lcp = false;
    for (size_t i = 0; i < count; i++) {
        has_lcp = has_lcp || doubts[i].metric == metric_find("lcp");
        assert_non_null(strstr(doubts[i].why, "hypervisor took up to 30 %"));
    }
    assert_true(has_lcp);
    cJSON_Delete(files[0]);
}

static void doubts_never_outgrow_their_room(void **state)
{
    (void)state;
    struct verdict_doubt doubts[16];
    cJSON *file = file_with("load", 0.2, 0.3, 0.1);
    const cJSON *borrowed[1] = { file };
    doubts[2].why[0] = 'x';
    assert_int_equal(noise_doubts(borrowed, 1, doubts, 0, 2), 2);
    assert_int_equal(doubts[2].why[0], 'x');
    cJSON_Delete(file);
}

static void the_whole_run_is_summed_up(void **state)
{
    (void)state;
    cJSON *raw = json_new_object();
    json_add_node(raw, "a-r1-50", file_with("storm", 0.95, 0.0, 0.85));
    json_add_node(raw, "a-r1-150", file_with("typing", 0.30, 0.01, 0.5));
    cJSON *out = json_new_object();
    noise_to_json(raw, out, "noise");
    assert_true(fabs(json_number(out, "noise.windows", 0.0) - 2.0) < 1e-9);
    assert_true(fabs(json_number(out, "noise.noisy", 0.0) - 1.0) < 1e-9);
    assert_true(fabs(json_number(out, "noise.others_cores_max", 0.0) - 1.03) < 1e-9);
    cJSON_Delete(raw);
    cJSON_Delete(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_work_of_others_on_a_full_machine_is_noise),
        cmocka_unit_test(a_window_of_an_old_raw_file_says_nothing),
        cmocka_unit_test(half_of_the_windows_make_a_doubt_about_what_they_measured),
        cmocka_unit_test(the_opening_is_the_window_of_all_that_the_load_is_judged_by),
        cmocka_unit_test(doubts_never_outgrow_their_room),
        cmocka_unit_test(the_whole_run_is_summed_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
