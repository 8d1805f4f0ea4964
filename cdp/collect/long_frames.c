/* What kept the main thread busy while the page loaded: long tasks (50 ms and more) and long
 * animation frames, with the scripts that they ran. Read after the load out of the browser's
 * buffers.
 *
 * Total blocking time is Lighthouse's: of each long task the time over 50 ms, as far as it lies
 * behind the first contentful paint; to the page's calm instead of an estimate of interactivity. */
#include "cdp/collect/long_frames.h"

#include <math.h>

#include "base/mem.h"
#include "cdp/collect/collect.h"

#define LONG_MS     50.0
#define SCRIPTS_MAX 5

static const char *const metrics[] = { "tbt", "long_frames", "longest_frame_ms", NULL };

static enum err gather(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    cJSON *value = NULL;
    enum err err = page_run(context->journey->page, "cdp/js/long_frames.js", NULL, &value, msg);
    if (err == ERR_OK) {
        json_add_node(raw, "long", value);
    }
    return err;
}

static double blocking_time(const cJSON *tasks, double fcp_ms)
{
    double sum_ms = 0.0;
    const cJSON *task = NULL;
    cJSON_ArrayForEach (task, tasks) {
        const cJSON *start = cJSON_GetArrayItem(task, 0);
        const cJSON *duration = cJSON_GetArrayItem(task, 1);
        if (cJSON_IsNumber(start) && cJSON_IsNumber(duration)) {
            double from_ms = fmax(start->valuedouble, fcp_ms);
            double end_ms = start->valuedouble + duration->valuedouble;
            sum_ms += fmax(0.0, end_ms - from_ms - LONG_MS);
        }
    }
    return sum_ms;
}

static void score(const cJSON *raw, const struct collect_stage *stage, struct samples *out)
{
    (void)stage;
    const cJSON *tasks = json_at(raw, "long.tasks");
    const cJSON *frames = json_at(raw, "long.frames");
    const cJSON *fcp = json_at(raw, "long.fcp_ms");
    if (cJSON_IsArray(tasks) && cJSON_IsNumber(fcp)) {
        samples_add(out, "tbt", blocking_time(tasks, fcp->valuedouble));
    } else {
        samples_none(out, "tbt", "the browser told of no first paint or of no long tasks");
    }
    if (!cJSON_IsArray(frames)) {
        samples_none(out, "long_frames", "this browser tells of no long animation frames");
        samples_none(out, "longest_frame_ms", "this browser tells of no long animation frames");
        return;
    }
    double longest_ms = 0.0;
    const cJSON *frame = NULL;
    cJSON_ArrayForEach (frame, frames) {
        longest_ms = fmax(longest_ms, json_number(frame, "duration", 0.0));
    }
    samples_add(out, "long_frames", (double)cJSON_GetArraySize(frames));
    samples_add(out, "longest_frame_ms", longest_ms);
}

/* A script over all frames. The texts are the readings'. */
struct script {
    const char *file;
    const char *function;
    const char *invoker;
    double ms;
    double forced_ms;
    double count;
};

struct script_list {
    struct script *item;
    size_t count;
    size_t cap;
};

static const char *text_of(const cJSON *node, const char *path)
{
    const char *text = json_text(node, path);
    return text != NULL ? text : "";
}

static struct script *find_script(struct script_list *list, const struct script *like)
{
    for (size_t i = 0; i < list->count; i++) {
        struct script *script = &list->item[i];
        if (strcmp(script->file, like->file) == 0 &&
            strcmp(script->function, like->function) == 0 &&
            strcmp(script->invoker, like->invoker) == 0) {
            return script;
        }
    }
    void *item = list->item;
    mem_reserve(&item, &list->cap, list->count + 1, sizeof *list->item);
    list->item = item;
    list->item[list->count] = *like;
    return &list->item[list->count++];
}

static void add_frame(struct script_list *list, const cJSON *frame)
{
    const cJSON *node = NULL;
    cJSON_ArrayForEach (node, json_at(frame, "scripts")) {
        struct script like = { .file = text_of(node, "file"),
                               .function = text_of(node, "function"),
                               .invoker = text_of(node, "invoker") };
        struct script *script = find_script(list, &like);
        script->ms += json_number(node, "ms", 0.0);
        script->forced_ms += json_number(node, "forced_ms", 0.0);
        script->count += 1.0;
    }
}

static int compare_scripts(const void *a, const void *b)
{
    const struct script *x = a;
    const struct script *y = b;
    if (x->ms != y->ms) {
        return x->ms > y->ms ? -1 : 1;
    }
    int by_file = strcmp(x->file, y->file);
    return by_file != 0 ? by_file : strcmp(x->invoker, y->invoker);
}

void long_frames_add_scripts(const cJSON *readings, cJSON *out, const char *key)
{
    struct script_list list = { NULL, 0, 0 };
    const cJSON *frame = NULL;
    cJSON_ArrayForEach (frame, json_at(readings, "long.frames")) {
        add_frame(&list, frame);
    }
    if (list.count > 0) {
        qsort(list.item, list.count, sizeof *list.item, compare_scripts);
    }
    cJSON *scripts = json_add_array(out, key);
    for (size_t i = 0; i < list.count && i < SCRIPTS_MAX; i++) {
        const struct script *script = &list.item[i];
        cJSON *node = json_push_object(scripts);
        json_add_text(node, "file", script->file);
        json_add_text(node, "function", script->function);
        json_add_text(node, "invoker", script->invoker);
        json_add_number(node, "ms", script->ms);
        json_add_number(node, "forced_ms", script->forced_ms);
        json_add_number(node, "count", script->count);
    }
    free(list.item);
}

const struct collector collector_long_frames = {
    .name = "long_frames",
    .when = COLLECT_LOAD,
    .quick = true,
    .metrics = metrics,
    .gather = gather,
    .score = score,
};
