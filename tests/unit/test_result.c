/* Run directories: begun, ended, read back, and files that are no result. */
#include "tests/unit/test.h"

#include "base/file.h"
#include "base/mem.h"
#include "metrics/result.h"

static int make_folder(void **state)
{
    struct err_msg msg = { "" };
    char *dir = NULL;
    if (file_make_temp_dir(NULL, "tmscdp-test-result-", &dir, &msg) != ERR_OK) {
        return -1;
    }
    *state = dir;
    return 0;
}

static int remove_folder(void **state)
{
    struct err_msg msg = { "" };
    enum err code = file_remove_tree(*state, &msg);
    free(*state);
    return code == ERR_OK ? 0 : -1;
}

static void write_text(const char *path, const char *text)
{
    struct err_msg msg = { "" };
    assert_int_equal(file_write(path, text, strlen(text), 0644, &msg), ERR_OK);
}

static void begin(const char *dir, struct result_run *run)
{
    struct err_msg msg = { "" };
    cJSON *options = json_new_object();
    json_add_text(options, "messages", "50,150");
    assert_int_equal(result_begin(dir, "measure", options, run, &msg), ERR_OK);
    cJSON_Delete(options);
}

static void a_run_is_begun_ended_and_read(void **state)
{
    struct err_msg msg = { "" };
    struct result_run run;
    begin(*state, &run);
    char *raw = result_path(&run, "raw");
    assert_true(file_is_dir(raw));
    free(raw);
    json_add_text(json_add_object(run.head, "browser"), "product", "Chrome/156");
    cJSON *section = json_new_object();
    json_add_text(section, "profile", "tms");
    assert_int_equal(result_end(&run, section, "complete", NULL, &msg), ERR_OK);

    cJSON *root = NULL;
    assert_int_equal(result_read(run.dir, &root, &msg), ERR_OK);
    assert_string_equal(json_text(root, "schema"), "tmscdp.run");
    assert_string_equal(json_text(root, "id"), run.id);
    assert_string_equal(json_text(root, "state"), "complete");
    assert_true(cJSON_IsNull(json_at(root, "reason")));
    assert_string_equal(json_text(root, "options.messages"), "50,150");
    assert_string_equal(json_text(root, "browser.product"), "Chrome/156");
    assert_string_equal(json_text(root, "measure.profile"), "tms");
    assert_true(json_number(root, "duration_s", -1) >= 0);
    assert_true(json_number(root, "host.speed_index", 0) > 0);
    cJSON_Delete(root);

    char *file = result_path(&run, "result.json");
    assert_int_equal(result_read(file, &root, &msg), ERR_OK);
    free(file);
    cJSON_Delete(root);
    result_release(&run);
}

static void runs_of_the_same_second_get_different_names(void **state)
{
    struct result_run a;
    struct result_run b;
    struct result_run c;
    begin(*state, &a);
    begin(*state, &b);
    begin(*state, &c);
    assert_string_not_equal(a.id, b.id);
    assert_string_not_equal(b.id, c.id);
    assert_string_not_equal(a.dir, c.dir);
    result_release(&a);
    result_release(&b);
    result_release(&c);
}

static void a_killed_run_reads_as_unfinished(void **state)
{
    struct err_msg msg = { "" };
    struct result_run run;
    cJSON *root = NULL;
    begin(*state, &run);
    assert_int_equal(result_read(run.dir, &root, &msg), ERR_OK);
    assert_string_equal(json_text(root, "state"), "unfinished");
    assert_non_null(json_text(root, "reason"));
    cJSON_Delete(root);
    result_release(&run);
}

static void an_interrupted_run_keeps_its_reason(void **state)
{
    struct err_msg msg = { "" };
    struct result_run run;
    cJSON *root = NULL;
    begin(*state, &run);
    assert_int_equal(result_end(&run, NULL, "interrupted", "stopped by a signal", &msg), ERR_OK);
    assert_int_equal(result_read(run.dir, &root, &msg), ERR_OK);
    assert_string_equal(json_text(root, "state"), "interrupted");
    assert_string_equal(json_text(root, "reason"), "stopped by a signal");
    assert_null(json_at(root, "measure"));
    cJSON_Delete(root);
    result_release(&run);
}

static void what_is_no_result_is_refused_in_one_sentence(void **state)
{
    static const struct {
        const char *text;
        const char *says;
    } cases[] = {
        { "", "result.json" },
        { "{\"schema\":\"tmscdp.run\",\"schema_ver", "result.json" },
        { "\xFF\xFE\x00", "result.json" },
        { "[1,2,3]", "no result of this program" },
        { "{\"metrics\":{},\"root_group\":{}}", "no result of this program" },
        { "{\"schema\":7}", "no result of this program" },
        { "{\"schema\":\"tmscdp.run\"}", "schema_version" },
        { "{\"schema\":\"tmscdp.run\",\"schema_version\":0}", "schema_version" },
        { "{\"schema\":\"tmscdp.run\",\"schema_version\":\"1\"}", "schema_version" },
        { "{\"schema\":\"tmscdp.run\",\"schema_version\":1}", "\"id\"" },
        { "{\"schema\":\"tmscdp.run\",\"schema_version\":3,\"tool\":{\"version\":\"0.9.0\"}}",
          "use tmscdp 0.9.0 or newer" },
        { "{\"schema\":\"tmscdp.run\",\"schema_version\":3,\"tool\":{\"version\":\"\\u001b[31m\"}}",
          "use tmscdp 31m or newer" },
    };
    char *file = file_join(*state, "result.json");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err_msg msg = { "" };
        cJSON *root = NULL;
        write_text(file, cases[i].text);
        assert_int_equal(result_read(*state, &root, &msg), ERR_FORMAT);
        assert_null(root);
        if (strstr(msg.text, cases[i].says) == NULL || strchr(msg.text, '\n') != NULL) {
            fail_msg("case %zu: \"%s\"", i, msg.text);
        }
    }
    free(file);
}

static void what_is_not_there_is_named(void **state)
{
    struct err_msg msg = { "" };
    cJSON *root = NULL;
    char *empty = file_join(*state, "empty");
    assert_int_equal(file_make_dirs(empty, &msg), ERR_OK);
    assert_int_equal(result_read(empty, &root, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "no run directory"));
    free(empty);
    char *missing = file_join(*state, "missing");
    assert_int_equal(result_read(missing, &root, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, missing));
    free(missing);
}

static void the_newest_run_is_found_by_its_name(void **state)
{
    static const char *const names[] = {
        "20260224-133710-measure",
        "20260224-133710-measure-9",
        "20260224-133710-measure-10",
        "20260224-133709-stress",
        "20270101-000000-measure" /* nothing in it */,
        ".20280101-000000",
    };
    struct err_msg msg = { "" };
    char *newest = NULL;
    assert_int_equal(result_newest(*state, &newest, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, *state));
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char *dir = file_join(*state, names[i]);
        char *file = file_join(dir, i == 4 ? "other.json" : "run.json");
        assert_int_equal(file_make_dirs(dir, &msg), ERR_OK);
        write_text(file, "{}");
        free(file);
        free(dir);
    }
    assert_int_equal(result_newest(*state, &newest, &msg), ERR_OK);
    assert_string_equal(strrchr(newest, '/') + 1, "20260224-133710-measure-10");
    free(newest);
    char *missing = file_join(*state, "missing");
    assert_int_equal(result_newest(missing, &newest, &msg), ERR_USAGE);
    free(missing);
}

static void a_folder_that_cannot_be_made_is_named(void **state)
{
    struct err_msg msg = { "" };
    struct result_run run;
    char *file = file_join(*state, "file");
    write_text(file, "no folder");
    assert_int_equal(result_begin(file, "measure", NULL, &run, &msg), ERR_IO);
    assert_non_null(strstr(msg.text, file));
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_run_is_begun_ended_and_read, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(runs_of_the_same_second_get_different_names, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_killed_run_reads_as_unfinished, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(an_interrupted_run_keeps_its_reason, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(what_is_no_result_is_refused_in_one_sentence, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(what_is_not_there_is_named, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(the_newest_run_is_found_by_its_name, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_folder_that_cannot_be_made_is_named, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
