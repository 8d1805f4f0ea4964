#include "reports/pictures.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/png.h"
#include "reports/clean.h"
#include "reports/digest.h"
#include "reports/raw.h"

static const uint32_t widths[] = { PICTURE_WIDTH, 480, 360, 280, 200 };
#define WIDTH_COUNT (sizeof widths / sizeof widths[0])

/* "screenshots/a.png" or "../<run>/screenshots/a.png" in URL form; NULL when the run's folder is
 * neither the report's nor beside it: a longer way would tell of the machine and break when copied.
 */
static const char *link_to(struct report *report, const char *run_folder, const char *out_folder,
                           const char *name)
{
    if (run_folder == NULL || out_folder == NULL) {
        return NULL;
    }
    struct strbuf href = STRBUF_INIT;
    if (strcmp(run_folder, out_folder) != 0) {
        const char *run_name = strrchr(run_folder, '/');
        const char *out_name = strrchr(out_folder, '/');
        size_t parent = (size_t)(run_name - run_folder);
        if (parent != (size_t)(out_name - out_folder) ||
            strncmp(run_folder, out_folder, parent) != 0) {
            return NULL;
        }
        strbuf_add_str(&href, "../");
        clean_add_url_path(&href, run_name + 1);
        strbuf_add_char(&href, '/');
    }
    clean_add_url_path(&href, name);
    return report_keep(report, strbuf_detach(&href));
}

static void refuse(struct report *report, struct report_stage *stage, const struct err_msg *msg)
{
    stage->picture = PICTURE_NONE;
    stage->screenshot = NULL;
    stage->picture_reason = report_keep_text(report, msg->text, 200);
}

/* Replaces the stage's picture by one of that width. The file is read again for each width: rare,
 * and it keeps only one decoded picture in memory. */
static void load_one(struct report *report, struct report_stage *stage, const char *run_folder,
                     uint32_t width)
{
    struct strbuf bytes = STRBUF_INIT;
    struct err_msg msg = { "" };
    struct png full = { 0 };
    struct png small = { 0 };
    char *path = file_join(run_folder, stage->screenshot);
    enum err code = file_exists(path) ? file_read(path, LIMIT_PNG_FILE_BYTES, &bytes, &msg)
                                      : err_set(&msg, ERR_IO, "%s is missing", stage->screenshot);
    if (code == ERR_OK) {
        code = png_decode(bytes.data, bytes.len, stage->screenshot, &full, &msg);
    }
    if (code == ERR_OK) {
        png_scale(&full, width, &small);
        stage->png_width = small.width;
        stage->png_height = small.height;
        strbuf_clear(&bytes);
        code = png_encode(&small, &bytes, &msg);
    }
    if (code == ERR_OK) {
        struct strbuf text = STRBUF_INIT;
        digest_add_base64(&text, bytes.data, bytes.len);
        stage->png = report_keep(report, strbuf_detach(&text));
        stage->picture = PICTURE_LOADED;
    } else {
        refuse(report, stage, &msg);
    }
    png_release(&small);
    png_release(&full);
    strbuf_release(&bytes);
    free(path);
}

static void load_all(struct report *report, char *const *folders, uint32_t width)
{
    for (size_t i = 0; i < report->series_count; i++) {
        struct report_series *series = &report->series[i];
        const char *folder = folders[series->run - report->run];
        for (size_t k = 0; k < series->stage_count; k++) {
            if (series->stage[k].picture != PICTURE_NONE && folder != NULL) {
                load_one(report, &series->stage[k], folder, width);
            }
        }
    }
}

static size_t total_bytes_of(const struct report *report)
{
    size_t total = 0;
    for (size_t i = 0; i < report->series_count; i++) {
        for (size_t k = 0; k < report->series[i].stage_count; k++) {
            const struct report_stage *stage = &report->series[i].stage[k];
            total += stage->picture == PICTURE_LOADED ? strlen(stage->png) : 0;
        }
    }
    return total;
}

static void leave_out_what_is_too_much(struct report *report, size_t total_bytes)
{
    size_t used = 0;
    for (size_t i = 0; i < report->series_count; i++) {
        for (size_t k = 0; k < report->series[i].stage_count; k++) {
            struct report_stage *stage = &report->series[i].stage[k];
            if (stage->picture != PICTURE_LOADED) {
                continue;
            }
            size_t bytes = strlen(stage->png);
            if (used + bytes > total_bytes) {
                stage->picture = PICTURE_NONE;
                stage->picture_reason = "left out: all pictures together would make the page too "
                                        "big; the file lies in the run directory";
            } else {
                used += bytes;
            }
        }
    }
}

void pictures_load(struct report *report, const char *output_path, size_t total_bytes)
{
    char *out_folder = raw_folder(output_path, false);
    char **folders = mem_new_array(report->run_count, sizeof *folders);
    for (size_t i = 0; i < report->run_count; i++) {
        folders[i] = raw_folder(report->run[i].dir, file_is_dir(report->run[i].dir));
    }
    for (size_t i = 0; i < WIDTH_COUNT; i++) {
        load_all(report, folders, widths[i]);
        if (total_bytes_of(report) <= total_bytes) {
            break;
        }
    }
    leave_out_what_is_too_much(report, total_bytes);
    for (size_t i = 0; i < report->series_count; i++) {
        struct report_series *series = &report->series[i];
        const char *folder = folders[series->run - report->run];
        for (size_t k = 0; k < series->stage_count; k++) {
            if (series->stage[k].screenshot != NULL) {
                series->stage[k].picture_href =
                    link_to(report, folder, out_folder, series->stage[k].screenshot);
            }
        }
    }
    for (size_t i = 0; i < report->run_count; i++) {
        free(folders[i]);
    }
    free(folders);
    free(out_folder);
}
