/* A full run stands for its parts; everything else for itself. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/run_dirs.h"

static char *make_run(const char *state)
{
    struct err_msg msg = { "" };
    char *dir = NULL;
    assert_int_equal(file_make_temp_dir(NULL, "tmscdp-dirs-", &dir, &msg), ERR_OK);
    char *path = file_join(dir, "state.json");
    assert_int_equal(file_write(path, state, strlen(state), 0600, &msg), ERR_OK);
    free(path);
    return dir;
}

static void drop_run(char *dir)
{
    struct err_msg msg = { "" };
    assert_int_equal(file_remove_tree(dir, &msg), ERR_OK);
    free(dir);
}

static void a_full_run_is_replaced_by_the_parts_that_measured(void **state)
{
    (void)state;
    char *run = make_run("{\"parts\":[{\"name\":\"health\",\"state\":\"done\",\"exit_code\":0,"
                         "\"seconds\":1},{\"name\":\"media\",\"state\":\"done\",\"exit_code\":0,"
                         "\"seconds\":1,\"dir\":\"media\"},{\"name\":\"browser\",\"state\":"
                         "\"interrupted\",\"exit_code\":105,\"seconds\":1,\"dir\":\"browser\"}]}");
    const char *const paths[] = { "data/runs/a-measure", run, "b/result.json" };
    char *media = file_join(run, "media");
    char *browser = file_join(run, "browser");
    struct run_dirs dirs;
    struct err_msg msg = { "" };
    assert_int_equal(run_dirs_find(paths, 3, &dirs, &msg), ERR_OK);
    assert_int_equal(dirs.count, 4);
    assert_string_equal(dirs.path[0], "data/runs/a-measure");
    assert_string_equal(dirs.path[1], media);
    assert_string_equal(dirs.path[2], browser);
    assert_string_equal(dirs.path[3], "b/result.json");
    run_dirs_release(&dirs);
    free(media);
    free(browser);
    drop_run(run);
}

static void a_full_run_without_a_part_to_show_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err code;
        const char *want;
    } cases[] = {
        { "{\"parts\":[]}", ERR_USAGE, "no part of that run has measured anything" },
        { "{}", ERR_FORMAT, "\"parts\" must be a list" },
        { "[", ERR_FORMAT, "state.json" },
        { "{\"parts\":[{\"name\":\"../etc\",\"state\":\"done\",\"exit_code\":0,\"seconds\":1,"
          "\"dir\":\"/etc\"}]}",
          ERR_FORMAT, "is no part that this program knows" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *run = make_run(cases[i].text);
        const char *const paths[] = { run };
        struct run_dirs dirs;
        struct err_msg msg = { "" };
        assert_int_equal(run_dirs_find(paths, 1, &dirs, &msg), cases[i].code);
        assert_non_null(strstr(msg.text, cases[i].want));
        run_dirs_release(&dirs);
        drop_run(run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_run_is_replaced_by_the_parts_that_measured),
        cmocka_unit_test(a_full_run_without_a_part_to_show_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
