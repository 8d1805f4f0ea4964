/* Screenshots in a report: scaled, linked, left out with a reason. */
#include "tests/unit/test.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/png.h"
#include "base/rng.h"
#include "reports/pictures.h"
#include "tests/unit/report_fixture.h"

struct folders {
    char *base;
    char *run;
    char *shots;
};

static int make_folders(void **state)
{
    struct err_msg msg = { "" };
    struct folders *folders = mem_new(sizeof *folders);
    *state = folders;
    if (file_make_temp_dir(NULL, "tmscdp-test-pictures-", &folders->base, &msg) != ERR_OK) {
        return -1;
    }
    folders->run = file_join(folders->base, "run 1");
    folders->shots = file_join(folders->run, "screenshots");
    return file_make_dirs(folders->shots, &msg) == ERR_OK ? 0 : -1;
}

static int remove_folders(void **state)
{
    struct err_msg msg = { "" };
    struct folders *folders = *state;
    enum err code = file_remove_tree(folders->base, &msg);
    free(folders->shots);
    free(folders->run);
    free(folders->base);
    free(folders);
    return code == ERR_OK ? 0 : -1;
}

/* A picture of noise, which does not compress. */
static void write_picture(const struct folders *folders, uint32_t width, uint32_t height)
{
    struct err_msg msg = { "" };
    struct strbuf bytes = STRBUF_INIT;
    struct rng rng;
    size_t count = (size_t)width * height;
    struct png picture = { width, height, mem_new_array(count, 4) };
    rng_init(&rng, 7);
    for (size_t i = 0; i < count * 4; i++) {
        picture.pixels[i] = i % 4 == 3 ? 255 : (uint8_t)rng_below(&rng, 256);
    }
    assert_int_equal(png_encode(&picture, &bytes, &msg), ERR_OK);
    char *path = file_join(folders->shots, "a.png");
    assert_int_equal(file_write(path, bytes.data, bytes.len, 0644, &msg), ERR_OK);
    free(path);
    strbuf_release(&bytes);
    png_release(&picture);
}

static struct report load(const struct folders *folders, const char *output, size_t total_bytes)
{
    struct err_msg msg = { "" };
    struct report report;
    const char *path = folders->run;
    cJSON *root = fixture_result("text"); /* six stages, all with screenshots/a.png */
    if (report_build(&path, &root, 1, &report, &msg) != ERR_OK) {
        fail_msg("%s", msg.text);
    }
    cJSON_Delete(root);
    pictures_load(&report, output, total_bytes);
    return report;
}

static void a_big_screenshot_is_scaled_to_640(void **state)
{
    const struct folders *folders = *state;
    char *output = file_join(folders->run, "report.html");
    write_picture(folders, 960, 600);
    struct report report = load(folders, output, 100000000);
    const struct report_stage *stage = &report.series[1].stage[2];
    assert_int_equal(stage->picture, PICTURE_LOADED);
    assert_int_equal(stage->png_width, 640);
    assert_int_equal(stage->png_height, 400);
    assert_memory_equal(stage->png, "iVBORw0KGgo", 11); /* a PNG's signature */
    assert_string_equal(stage->picture_href, "screenshots/a.png");
    report_release(&report);
    free(output);
}

static void a_small_screenshot_keeps_its_size(void **state)
{
    const struct folders *folders = *state;
    char *output = file_join(folders->run, "report.html");
    write_picture(folders, 64, 40);
    struct report report = load(folders, output, 100000000);
    assert_int_equal(report.series[0].stage[0].png_width, 64);
    report_release(&report);
    free(output);
}

static void too_many_bytes_make_all_pictures_smaller(void **state)
{
    const struct folders *folders = *state;
    char *output = file_join(folders->run, "report.html");
    write_picture(folders, 640, 400); /* noise: about 640·400·3·4/3 = 1 MB of base64 each */
    struct report report = load(folders, output, 3000000);
    for (size_t i = 0; i < 6; i++) {
        const struct report_stage *stage = &report.series[i / 3].stage[i % 3];
        assert_int_equal(stage->picture, PICTURE_LOADED);
        assert_int_equal(stage->png_width, 360);
    }
    report_release(&report);
    free(output);
}

static void what_never_fits_is_left_out_with_its_reason(void **state)
{
    const struct folders *folders = *state;
    char *output = file_join(folders->run, "report.html");
    write_picture(folders, 640, 400);
    struct report report = load(folders, output, 250000); /* two of 200 pixels */
    assert_int_equal(report.series[0].stage[1].picture, PICTURE_LOADED);
    assert_int_equal(report.series[0].stage[2].picture, PICTURE_NONE);
    assert_non_null(strstr(report.series[0].stage[2].picture_reason, "left out"));
    assert_string_equal(report.series[0].stage[2].picture_href, "screenshots/a.png");
    report_release(&report);
    free(output);
}

static void links_reach_the_same_or_a_neighbouring_folder_only(void **state)
{
    const struct folders *folders = *state;
    struct err_msg msg = { "" };
    write_picture(folders, 64, 40);
    char *neighbour = file_join(folders->base, "run-2");
    assert_int_equal(file_make_dirs(neighbour, &msg), ERR_OK);
    const struct {
        char *output;
        const char *want;
    } cases[] = {
        { file_join(folders->run, "x.html"), "screenshots/a.png" },
        { file_join(neighbour, "x.html"), "../run%201/screenshots/a.png" },
        { file_join(folders->base, "x.html"), NULL },
        { mem_dup_str("/x.html"), NULL },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct report report = load(folders, cases[i].output, 100000000);
        const char *got = report.series[0].stage[0].picture_href;
        if (cases[i].want == NULL) {
            assert_null(got);
        } else {
            assert_string_equal(got, cases[i].want);
        }
        report_release(&report);
        free(cases[i].output);
    }
    free(neighbour);
}

static void missing_and_foreign_files_are_no_data(void **state)
{
    const struct folders *folders = *state;
    struct err_msg msg = { "" };
    char *output = file_join(folders->run, "report.html");
    struct report report = load(folders, output, 100000000);
    assert_int_equal(report.series[0].stage[0].picture, PICTURE_NONE);
    assert_string_equal(report.series[0].stage[0].picture_reason, "screenshots/a.png is missing");
    assert_null(report.series[0].stage[0].picture_href);
    report_release(&report);

    char *path = file_join(folders->shots, "a.png");
    assert_int_equal(file_write(path, "GIF89a", 6, 0644, &msg), ERR_OK);
    report = load(folders, output, 100000000);
    assert_int_equal(report.series[0].stage[0].picture, PICTURE_NONE);
    assert_non_null(strstr(report.series[0].stage[0].picture_reason, "a.png"));
    report_release(&report);
    free(path);
    free(output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_big_screenshot_is_scaled_to_640, make_folders,
                                        remove_folders),
        cmocka_unit_test_setup_teardown(a_small_screenshot_keeps_its_size, make_folders,
                                        remove_folders),
        cmocka_unit_test_setup_teardown(too_many_bytes_make_all_pictures_smaller, make_folders,
                                        remove_folders),
        cmocka_unit_test_setup_teardown(what_never_fits_is_left_out_with_its_reason, make_folders,
                                        remove_folders),
        cmocka_unit_test_setup_teardown(links_reach_the_same_or_a_neighbouring_folder_only,
                                        make_folders, remove_folders),
        cmocka_unit_test_setup_teardown(missing_and_foreign_files_are_no_data, make_folders,
                                        remove_folders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
