#include "tests/unit/test.h"

#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "cdp/rescore.h"

/* A run in a folder of its own, with one stage measured. */
struct fixture {
    char *dir;
    struct result_run run;
};

static void set_up(struct fixture *fixture, const char *command)
{
    struct err_msg msg = { "" };
    cJSON *options = cJSON_Parse(
        "{\"messages\":[50],\"runs\":1,\"profile\":\"tms\",\"conversation\":\"c1\","
        "\"viewport\":{\"width\":1,\"height\":1},\"variants\":[{\"name\":\"v.1\",\"url\":\"u\"}]}");
    assert_int_equal(file_make_temp_dir(NULL, "tmscdp-test-", &fixture->dir, &msg), ERR_OK);
    assert_int_equal(result_begin(fixture->dir, command, options, &fixture->run, &msg), ERR_OK);
    cJSON_Delete(options);
}

static void save(struct fixture *fixture, const char *name, const char *text)
{
    struct err_msg msg = { "" };
    cJSON *node = cJSON_Parse(text);
    assert_non_null(node);
    assert_int_equal(rescore_save_raw(&fixture->run, name, node, &msg), ERR_OK);
    cJSON_Delete(node);
}

static void tear_down(struct fixture *fixture)
{
    struct err_msg msg = { "" };
    assert_int_equal(file_remove_tree(fixture->dir, &msg), ERR_OK);
    result_release(&fixture->run);
    free(fixture->dir);
}

static char *result_text(const struct fixture *fixture)
{
    struct err_msg msg = { "" };
    struct strbuf text = STRBUF_INIT;
    char *path = result_path(&fixture->run, "result.json");
    assert_int_equal(file_read(path, LIMIT_RESULT_FILE_BYTES, &text, &msg), ERR_OK);
    free(path);
    return strbuf_detach(&text);
}

static void rescoring_gives_the_same_bytes(void **state)
{
    (void)state;
    struct fixture fixture;
    struct err_msg msg = { "" };
    struct result_run again;
    cJSON *result = NULL;
    set_up(&fixture, "measure");
    save(&fixture, "v.1-r1-load",
         "{\"browser\":{\"product\":\"Chrome/1\",\"flags\":[]},\"how\":[],\"readings\":{}}");
    save(&fixture, "v.1-r1-50",
         "{\"loaded\":50,\"reached\":true,\"how\":[],\"readings\":{\"elements\":{\"elements\":"
         "{\"all\":900,\"visible\":450,\"list\":400,\"bubbles\":12}}},\"windows\":"
         "[{\"noise\":{\"self_share\":0.003}}]}");
    save(&fixture, "session",
         "{\"state\":\"complete\",\"reason\":null,\"duration_s\":12.5,\"noise\":{\"seconds\":12},"
         "\"peak_rss\":9000000}");
    assert_int_equal(rescore_write(&fixture.run, &result, &msg), ERR_OK);
    assert_string_equal(json_text(result, "state"), "complete");
    assert_string_equal(json_text(result, "browser.product"), "Chrome/1");
    assert_true(json_number(result, "duration_s", 0.0) == 12.5);
    assert_true(json_number(result, "self.cpu_share", 0.0) == 0.003);
    assert_true(json_number(result, "self.peak_rss_bytes", 0.0) == 9000000.0);
    cJSON_Delete(result);
    char *first = result_text(&fixture);
    assert_int_equal(rescore_open(fixture.run.dir, &again, &msg), ERR_OK);
    assert_int_equal(rescore_write(&again, NULL, &msg), ERR_OK);
    result_release(&again);
    char *second = result_text(&fixture);
    assert_string_equal(first, second);
    free(first);
    free(second);
    tear_down(&fixture);
}

static void a_run_that_was_killed_is_scored_as_interrupted(void **state)
{
    (void)state;
    struct fixture fixture;
    struct err_msg msg = { "" };
    struct result_run killed;
    cJSON *result = NULL;
    set_up(&fixture, "measure");
    assert_int_equal(rescore_open(fixture.run.dir, &killed, &msg), ERR_OK);
    assert_int_equal(rescore_write(&killed, &result, &msg), ERR_OK);
    assert_string_equal(json_text(result, "state"), "interrupted");
    assert_string_equal(json_text(result, "measure.verdict"), "no_data");
    cJSON_Delete(result);
    result_release(&killed);
    tear_down(&fixture);
}

static void a_damaged_raw_file_is_named(void **state)
{
    (void)state;
    struct fixture fixture;
    struct err_msg msg = { "" };
    set_up(&fixture, "measure");
    char *path = result_path(&fixture.run, "raw/v.1-r1-50.json.gz");
    assert_int_equal(file_write(path, "garbage", 7, 0644, &msg), ERR_OK);
    assert_int_not_equal(rescore_write(&fixture.run, NULL, &msg), ERR_OK);
    assert_non_null(strstr(msg.text, "v.1-r1-50.json.gz"));
    free(path);
    tear_down(&fixture);
}

static void only_runs_of_measure_are_opened(void **state)
{
    (void)state;
    struct fixture fixture;
    struct err_msg msg = { "" };
    struct result_run run;
    set_up(&fixture, "stress");
    assert_int_equal(rescore_open(fixture.run.dir, &run, &msg), ERR_FORMAT);
    assert_non_null(strstr(msg.text, "only runs of `measure` are scored"));
    assert_int_equal(rescore_open("/nowhere/at/all", &run, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "/nowhere/at/all"));
    tear_down(&fixture);
}

static void options_that_measure_never_wrote_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        const char *to;
    } cases[] = {
        { "50", "-1" },
        { "50", "1e99" },
        { "50", "\"x\"" },
        { "\"runs\"", "\"walks\"" },
        { "\"variants\"", "\"others\"" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fixture fixture;
        struct err_msg msg = { "" };
        struct result_run run;
        struct strbuf text = STRBUF_INIT;
        set_up(&fixture, "measure");
        char *path = result_path(&fixture.run, "run.json");
        assert_int_equal(file_read(path, MIB, &text, &msg), ERR_OK);
        char *options = strstr(text.data, "\"options\"");
        char *hit = options != NULL ? strstr(options, cases[i].from) : NULL;
        assert_non_null(hit);
        char *changed = mem_format("%.*s%s%s", (int)(hit - text.data), text.data, cases[i].to,
                                   hit + strlen(cases[i].from));
        assert_int_equal(file_write(path, changed, strlen(changed), 0644, &msg), ERR_OK);
        assert_int_equal(rescore_open(fixture.run.dir, &run, &msg), ERR_FORMAT);
        assert_non_null(strstr(msg.text, "run.json: options."));
        strbuf_release(&text);
        free(changed);
        free(path);
        tear_down(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rescoring_gives_the_same_bytes),
        cmocka_unit_test(a_run_that_was_killed_is_scored_as_interrupted),
        cmocka_unit_test(a_damaged_raw_file_is_named),
        cmocka_unit_test(only_runs_of_measure_are_opened),
        cmocka_unit_test(options_that_measure_never_wrote_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
