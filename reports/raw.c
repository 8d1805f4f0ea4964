#include "reports/raw.h"

#include <math.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "reports/timeline.h"

#define REASON_CHARS    ((size_t)200)
#define REPETITIONS_MAX 20u

char *raw_folder(const char *path, bool path_is_folder)
{
    if (path_is_folder) {
        return realpath(path, NULL);
    }
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? mem_dup_str(".")
                                 : mem_dup_bytes(path, slash == path ? 1 : (size_t)(slash - path));
    char *real = realpath(folder, NULL);
    free(folder);
    return real;
}

/* A name that stays in its folder. */
static bool is_plain_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL && strlen(name) <= 200;
}

/* The file's path in new memory; NULL, with the reason, when it is not there. */
static char *find_file(struct report *report, const char *folder, const char *relative,
                       const char **reason)
{
    char *path = folder != NULL ? file_join(folder, relative) : NULL;
    if (path == NULL || !file_exists(path)) {
        char *words = mem_format("%s is missing", relative);
        *reason = report_keep_text(report, words, REASON_CHARS); /* the name is a result's text */
        free(words);
        free(path);
        return NULL;
    }
    return path;
}

static struct timeline *load_timeline(struct report *report, const char *folder,
                                      const char *relative, const char *key, const char **reason)
{
    struct err_msg msg = { "" };
    struct timeline *timeline = NULL;
    char *path = find_file(report, folder, relative, reason);
    if (path == NULL) {
        return NULL;
    }
    struct timeline read;
    if (timeline_read(path, key, &read, &msg) == ERR_OK) {
        timeline = report_keep(report, mem_dup_bytes(&read, sizeof read));
        report_keep(report, timeline->value);
        for (size_t i = 0; i < timeline->column_count; i++) {
            report_keep(report, timeline->column[i]);
        }
    } else {
        /* Without the folder: the page tells nothing of the machine that it need not. */
        const char *behind = strstr(msg.text, relative);
        *reason = report_keep_text(report, behind != NULL ? behind : msg.text, REASON_CHARS);
    }
    free(path);
    return timeline;
}

static void load_workload(struct report *report, struct report_workload *workload,
                          const char *folder)
{
    if (!is_plain_name(workload->raw_name)) {
        workload->timeline_reason = "the workload's name is no file name";
        return;
    }
    char *relative = mem_format("raw/%s-timeline.json.gz", workload->raw_name);
    workload->timeline =
        load_timeline(report, folder, relative, "seconds", &workload->timeline_reason);
    free(relative);
    if (workload->database.present) {
        relative = mem_format("raw/%s-database.json.gz", workload->raw_name);
        workload->database.timeline =
            load_timeline(report, folder, relative, "samples", &workload->database.timeline_reason);
        free(relative);
    }
}

static int by_begin(const void *left, const void *right)
{
    const struct frame_report *a = left;
    const struct frame_report *b = right;
    return (a->begin_us > b->begin_us) - (a->begin_us < b->begin_us);
}

static void take_frames(struct report *report, const cJSON *root, struct report_strip *strip)
{
    struct err_msg msg = { "" };
    struct frame_report *frames = NULL;
    size_t count = 0;
    const cJSON *node = json_at(root, "readings.scroll.frames");
    const char *error = json_text(node, "error");
    if (node == NULL || error != NULL) {
        strip->reason = error != NULL ? report_keep_text(report, error, REASON_CHARS)
                                      : "no frames were recorded";
        return;
    }
    if (frame_reports_read(node, &frames, &count, &msg) != ERR_OK) {
        strip->reason = report_keep_text(report, msg.text, REASON_CHARS);
        return;
    }
    strip->frame = report_keep(report, frames);
    strip->computed = frames_compute(frames, count, &strip->frames);
    for (size_t i = 0; i < count; i++) {
        if (frames[i].scrolling && isfinite(frames[i].begin_us) && isfinite(frames[i].end_us)) {
            frames[strip->frame_count++] = frames[i];
        }
    }
    if (strip->frame_count == 0) {
        strip->reason = "no frame belonged to a scroll";
        return;
    }
    qsort(frames, strip->frame_count, sizeof *frames, by_begin);
}

/* False when there is no such repetition. */
static bool load_strip(struct report *report, const struct report_series *series,
                       const char *folder, struct report_strip *strip)
{
    struct err_msg msg = { "" };
    cJSON *root = NULL;
    const char *reason = "";
    char *relative =
        mem_format("raw/%s-r%u-%.0f.json.gz", series->raw_name, strip->repetition, strip->messages);
    char *path = find_file(report, folder, relative, &reason);
    bool there = path != NULL;
    strip->reason = "";
    if (there && json_read_file(path, LIMIT_RESULT_FILE_BYTES, &root, &msg) == ERR_OK) {
        strip->at_s = json_number(root, "readings.scroll.before.Timestamp", (double)NAN);
        take_frames(report, root, strip);
        cJSON_Delete(root);
    } else if (there) {
        strip->reason = "its raw file cannot be read";
    }
    free(path);
    free(relative);
    return there;
}

static void load_strips(struct report *report, struct report_series *series, const char *folder)
{
    if (!is_plain_name(series->raw_name)) {
        return;
    }
    series->strip = report_keep_array(report, STRIPS_MAX, sizeof *series->strip);
    for (size_t i = 0; i < series->stage_count; i++) {
        for (unsigned k = 1; k <= REPETITIONS_MAX && series->strip_count < STRIPS_MAX; k++) {
            struct report_strip *strip = &series->strip[series->strip_count];
            *strip =
                (struct report_strip){ .messages = series->stage[i].messages, .repetition = k };
            if (!load_strip(report, series, folder, strip)) {
                break;
            }
            series->strip_count++;
        }
    }
}

/* The browser's clock when the variant's first page load began; NaN when it is not recorded. */
static double first_load_s(const struct report_series *series, const char *folder)
{
    struct err_msg msg = { "" };
    cJSON *root = NULL;
    double at_s = (double)NAN;
    char *relative = mem_format("raw/%s-r1-load.json.gz", series->raw_name);
    char *path = folder != NULL ? file_join(folder, relative) : NULL;
    if (path != NULL && file_exists(path) &&
        json_read_file(path, LIMIT_RESULT_FILE_BYTES, &root, &msg) == ERR_OK) {
        at_s = json_number(root, "readings.load_cpu.before.Timestamp", (double)NAN);
        cJSON_Delete(root);
    }
    free(path);
    free(relative);
    return at_s;
}

/* Scrolls on the run's clock: the browser's own begins somewhere else. */
static void place_strips(struct report *report, const struct report_run *run, const char *folder)
{
    double zero_s = (double)NAN;
    for (size_t i = 0; i < report->series_count; i++) {
        if (report->series[i].run == run && is_plain_name(report->series[i].raw_name)) {
            zero_s = fmin(zero_s, first_load_s(&report->series[i], folder));
        }
    }
    for (size_t i = 0; i < report->series_count; i++) {
        for (size_t k = 0; k < report->series[i].strip_count && report->series[i].run == run; k++) {
            report->series[i].strip[k].at_s -= zero_s;
        }
    }
}

void raw_load(struct report *report)
{
    for (size_t i = 0; i < report->run_count; i++) {
        const struct report_run *run = &report->run[i];
        char *folder = raw_folder(run->dir, file_is_dir(run->dir));
        for (size_t k = 0; k < report->workload_count; k++) {
            if (report->workload[k].run == run) {
                load_workload(report, &report->workload[k], folder);
            }
        }
        for (size_t k = 0; k < report->series_count; k++) {
            if (report->series[k].run == run) {
                load_strips(report, &report->series[k], folder);
            }
        }
        place_strips(report, run, folder);
        free(folder);
    }
}
