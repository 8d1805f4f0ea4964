/* The "variants" of a result file, read into the model. What does not fit is refused with its
 * place; only names of metrics that a newer program may have added are noted and left out. */
#include <math.h>

#include "base/mem.h"
#include "reports/clean.h"
#include "reports/model_build.h"

#define NAME_CHARS   ((size_t)40)
#define REASON_CHARS ((size_t)300)
#define STEP_CHARS   ((size_t)160)
#define LCP_CHARS    ((size_t)120)
#define URL_CHARS    ((size_t)200)
#define LIST_MAX     ((size_t)200) /* steps, reasons, metrics */
#define SCRIPTS_MAX  ((size_t)10)

/* The number of entries of a list that may be missing. */
static enum err list_size(const cJSON *node, const char *name, const char *where, size_t most,
                          size_t *out, struct err_msg *msg)
{
    const cJSON *list = json_at(node, name);
    *out = 0;
    if (list == NULL || cJSON_IsNull(list)) {
        return ERR_OK;
    }
    size_t count = (size_t)cJSON_GetArraySize(list);
    if (!(cJSON_IsArray(list) || cJSON_IsObject(list)) || count > most) {
        return err_set(msg, ERR_FORMAT, "%s.%s must hold at most %zu entries", where, name, most);
    }
    *out = count;
    return ERR_OK;
}

static enum err read_values(struct report *report, const cJSON *node, const char *where,
                            struct metric_value **values, size_t *value_count, struct err_msg *msg)
{
    size_t count = 0;
    const cJSON *entry;
    enum err code = list_size(node, "metrics", where, LIST_MAX, &count, msg);
    if (code != ERR_OK) {
        return code;
    }
    *values = report_keep_array(report, count, sizeof **values);
    *value_count = 0;
    cJSON_ArrayForEach (entry, json_at(node, "metrics")) {
        const char *name = entry->string != NULL ? entry->string : "";
        if (metric_find(name) == NULL) {
            char *clean = clean_text(name, NAME_CHARS);
            report_add_note(report, "The metric \"%s\" is unknown to this version and left out.",
                            clean);
            free(clean);
            continue;
        }
        struct metric_value *value = &(*values)[*value_count];
        code = metric_from_json(entry, name, value, msg);
        if (code != ERR_OK) {
            return err_prefix(msg, code, "%s", where);
        }
        if (!value->has_data) {
            char *reason = clean_text(value->reason, REASON_CHARS);
            metric_no_data(value->def, reason[0] != '\0' ? reason : "no reason given", value);
            free(reason);
        }
        (*value_count)++;
    }
    return ERR_OK;
}

static enum err read_verdict(const cJSON *node, const char *where, enum verdict *out,
                             struct err_msg *msg)
{
    const char *name = json_text(node, "verdict");
    if (name == NULL || !verdict_from_name(name, out)) {
        return err_set(msg, ERR_FORMAT,
                       "%s: \"verdict\" must be fine, slows_down, crashes or no_data", where);
    }
    return ERR_OK;
}

static enum err read_judgement(struct report *report, const cJSON *node, const char *where,
                               struct report_stage *out, struct err_msg *msg)
{
    size_t count = 0;
    const cJSON *entry;
    enum err code = read_verdict(node, where, &out->verdict, msg);
    if (code == ERR_OK) {
        code = list_size(node, "reasons", where, LIST_MAX, &count, msg);
    }
    if (code != ERR_OK) {
        return code;
    }
    out->reasons = report_keep_array(report, count, sizeof *out->reasons);
    cJSON_ArrayForEach (entry, json_at(node, "reasons")) {
        struct report_reason *reason = &out->reasons[out->reason_count++];
        code = read_verdict(entry, where, &reason->verdict, msg);
        if (code != ERR_OK) {
            return code;
        }
        reason->text = report_keep_text(report, json_text(entry, "text"), REASON_CHARS);
    }
    return ERR_OK;
}

static enum err read_steps(struct report *report, const cJSON *node, const char *where,
                           struct report_stage *out, struct err_msg *msg)
{
    size_t count = 0;
    const cJSON *entry;
    enum err code = list_size(node, "how", where, LIST_MAX, &count, msg);
    if (code != ERR_OK) {
        return code;
    }
    out->how = report_keep_array(report, count, sizeof *out->how);
    cJSON_ArrayForEach (entry, json_at(node, "how")) {
        if (!cJSON_IsString(entry)) {
            return err_set(msg, ERR_FORMAT, "%s.how must be a list of texts", where);
        }
        out->how[out->how_count++] = report_keep_text(report, entry->valuestring, STEP_CHARS);
    }
    return ERR_OK;
}

/* A path that stays inside of the run directory: relative, without "..". */
static bool is_inside(const char *path)
{
    if (path[0] == '/' || path[0] == '\0' || strlen(path) > 1024) {
        return false;
    }
    for (const char *part = path; part != NULL;) {
        size_t bytes = strcspn(part, "/");
        if (bytes == 0 || (bytes == 1 && part[0] == '.') ||
            (bytes == 2 && memcmp(part, "..", 2) == 0)) {
            return false;
        }
        part = part[bytes] == '/' ? part + bytes + 1 : NULL;
    }
    return true;
}

static void read_picture(struct report *report, const cJSON *node, struct report_stage *out)
{
    const char *path = json_text(node, "screenshot");
    if (path == NULL) {
        const char *reason = json_text(node, "screenshot_reason");
        if (reason != NULL) {
            out->picture_reason = report_keep_text(report, reason, REASON_CHARS);
        } else {
            out->picture_reason =
                out->reached ? "no screenshot was taken" : "the count was not reached";
        }
        return;
    }
    if (!is_inside(path)) {
        out->picture_reason = "the screenshot's path leaves the run directory";
        return;
    }
    out->picture = PICTURE_NAMED;
    out->screenshot = report_keep(report, mem_dup_str(path));
}

static enum err read_stage(struct report *report, const cJSON *node, const char *where,
                           struct report_stage *out, struct err_msg *msg)
{
    *out = (struct report_stage){ .messages = json_number(node, "messages", -1.0) };
    if (!(out->messages >= 1.0 && out->messages <= 1e9)) {
        return err_set(msg, ERR_FORMAT, "%s: \"messages\" must be a number from 1", where);
    }
    out->loaded = json_number(node, "loaded", (double)NAN);
    out->reached = json_bool(node, "reached", false);
    const char *reason = json_text(node, "reason");
    out->reason =
        report_keep_text(report, reason != NULL ? reason : json_text(node, "crash"), REASON_CHARS);
    enum err code = read_values(report, node, where, &out->value, &out->value_count, msg);
    if (code == ERR_OK) {
        code = read_steps(report, node, where, out, msg);
    }
    if (code == ERR_OK) {
        code = read_judgement(report, json_at(node, "verdict"), where, out, msg);
    }
    read_picture(report, node, out);
    return code;
}

static enum err read_stages(struct report *report, const cJSON *variant, const char *where,
                            struct report_series *out, struct err_msg *msg)
{
    size_t count = 0;
    const cJSON *entry;
    enum err code = list_size(variant, "stages", where, REPORT_STAGES_MAX, &count, msg);
    if (code != ERR_OK) {
        return code;
    }
    out->stage = report_keep_array(report, count, sizeof *out->stage);
    cJSON_ArrayForEach (entry, json_at(variant, "stages")) {
        char place[128];
        (void)snprintf(place, sizeof place, "%s.stages[%zu]", where, out->stage_count);
        code = read_stage(report, entry, place, &out->stage[out->stage_count], msg);
        if (code != ERR_OK) {
            return code;
        }
        if (report_stage_at(out, out->stage[out->stage_count].messages) != NULL) {
            return err_set(msg, ERR_FORMAT, "%s: a second stage of %.0f messages", place,
                           out->stage[out->stage_count].messages);
        }
        out->stage_count++;
    }
    return ERR_OK;
}

static enum err read_slopes(struct report *report, const cJSON *variant, const char *where,
                            struct report_series *out, struct err_msg *msg)
{
    size_t count = 0;
    const cJSON *entry;
    enum err code = list_size(variant, "slopes", where, LIST_MAX, &count, msg);
    if (code != ERR_OK) {
        return code;
    }
    out->slope = report_keep_array(report, count, sizeof *out->slope);
    cJSON_ArrayForEach (entry, json_at(variant, "slopes")) {
        const char *name = entry->string != NULL ? entry->string : "";
        struct report_slope *slope = &out->slope[out->slope_count];
        slope->metric = metric_find(name);
        if (slope->metric == NULL) {
            char *clean = clean_text(name, NAME_CHARS);
            report_add_note(report, "The slope of \"%s\" is unknown to this version and left out.",
                            clean);
            free(clean);
            continue;
        }
        code = slope_from_json(entry, name, &slope->slope, msg);
        if (code != ERR_OK) {
            return err_prefix(msg, code, "%s", where);
        }
        out->slope_count++;
    }
    return ERR_OK;
}

/* The element as a selector would name it, and its text or, of a picture, its address. */
static void read_lcp(struct report *report, const cJSON *element, struct report_series *out)
{
    const char *tag = json_text(element, "tag");
    const char *id = json_text(element, "id");
    const char *text = json_text(element, "text");
    bool named = tag != NULL && id != NULL && id[0] != '\0';
    char *both = named ? mem_format("%.60s#%.60s", tag, id) : NULL;
    out->lcp_tag = report_keep_text(report, named ? both : tag, NAME_CHARS);
    free(both);
    if (text == NULL || text[0] == '\0') {
        text = json_text(element, "url");
    }
    out->lcp_text = report_keep_text(report, text, LCP_CHARS);
    out->lcp_size = json_number(element, "size", (double)NAN);
}

static void read_scripts(struct report *report, const cJSON *list, struct report_series *out)
{
    const cJSON *node;
    out->script = report_keep_array(report, SCRIPTS_MAX, sizeof *out->script);
    cJSON_ArrayForEach (node, list) {
        if (out->script_count < SCRIPTS_MAX) {
            out->script[out->script_count++] = (struct report_script){
                .file = report_keep_text(report, json_text(node, "file"), LCP_CHARS),
                .function = report_keep_text(report, json_text(node, "function"), LCP_CHARS),
                .invoker = report_keep_text(report, json_text(node, "invoker"), LCP_CHARS),
                .ms = json_number(node, "ms", (double)NAN),
                .forced_ms = json_number(node, "forced_ms", (double)NAN),
                .count = json_number(node, "count", (double)NAN),
            };
        }
    }
}

enum err build_series(struct report *report, const struct report_run *run, const cJSON *variant,
                      const char *where, struct report_series *out, struct err_msg *msg)
{
    const char *name = json_text(variant, "name");
    if (name == NULL) {
        return err_set(msg, ERR_FORMAT, "%s: \"name\" must be a text", where);
    }
    *out = (struct report_series){
        .run = run,
        .raw_name = report_keep(report, mem_dup_str(name)),
        .label = report_keep_text(report, name, NAME_CHARS),
        .url = report_keep_text(report, json_text(variant, "url"), URL_CHARS),
    };
    read_lcp(report, json_at(variant, "load.lcp_element"), out);
    read_scripts(report, json_at(variant, "load.scripts"), out);
    enum err code = read_verdict(variant, where, &out->verdict, msg);
    const cJSON *load = json_at(variant, "load");
    if (code == ERR_OK && load != NULL) {
        code = read_values(report, load, where, &out->load, &out->load_count, msg);
    }
    if (code == ERR_OK) {
        code = read_stages(report, variant, where, out, msg);
    }
    if (code == ERR_OK) {
        code = read_slopes(report, variant, where, out, msg);
    }
    if (code == ERR_OK) {
        build_list_words(report, out);
    }
    return code;
}
