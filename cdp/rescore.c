#include "cdp/rescore.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "cdp/score.h"

#define SESSION "session"

static char *raw_path(const struct result_run *run, const char *name)
{
    char *relative = mem_format("raw/%s.json.gz", name);
    char *path = result_path(run, relative);
    free(relative);
    return path;
}

enum err rescore_save_raw(const struct result_run *run, const char *name, const cJSON *readings,
                          struct err_msg *msg)
{
    char *path = raw_path(run, name);
    enum err err = json_write_file(path, readings, msg);
    free(path);
    return err;
}

/* Adds the raw file under its name; one that was never written is left out. */
static enum err read_raw(const struct result_run *run, const char *name, cJSON *raw,
                         struct err_msg *msg)
{
    char *path = raw_path(run, name);
    cJSON *file = NULL;
    enum err err = ERR_OK;
    if (file_exists(path)) {
        err = json_read_file(path, LIMIT_RESULT_FILE_BYTES, &file, msg);
    }
    if (file != NULL) {
        json_add_node(raw, name, file);
    }
    free(path);
    return err;
}

static enum err read_variant(const struct result_run *run, const cJSON *options,
                             const char *variant, cJSON *raw, struct err_msg *msg)
{
    enum err err = ERR_OK;
    unsigned runs = (unsigned)json_number(options, "runs", 1.0);
    for (unsigned i = 1; i <= runs && err == ERR_OK; i++) {
        char *name = score_raw_name(variant, i, 0);
        err = read_raw(run, name, raw, msg);
        free(name);
        if (err == ERR_OK) {
            name = score_live_name(variant, i);
            err = read_raw(run, name, raw, msg);
            free(name);
        }
        const cJSON *count = NULL;
        cJSON_ArrayForEach (count, json_at(options, "messages")) {
            if (err == ERR_OK) {
                name = score_raw_name(variant, i, (unsigned)count->valuedouble);
                err = read_raw(run, name, raw, msg);
                free(name);
            }
        }
    }
    return err;
}

static enum err read_all(const struct result_run *run, cJSON *raw, struct err_msg *msg)
{
    const cJSON *options = json_at(run->head, "options");
    enum err err = read_raw(run, SESSION, raw, msg);
    const cJSON *variant = NULL;
    cJSON_ArrayForEach (variant, json_at(options, "variants")) {
        const char *name = json_text(variant, "name");
        if (err == ERR_OK && name != NULL) {
            err = read_variant(run, options, name, raw, msg);
        }
    }
    return err;
}

static const cJSON *browser_facts(const cJSON *raw)
{
    const cJSON *file = NULL;
    cJSON_ArrayForEach (file, raw) {
        const cJSON *facts = json_at(file, "browser");
        if (facts != NULL) {
            return facts;
        }
    }
    return NULL;
}

static void replace(cJSON *object, const char *key, const cJSON *node)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, key);
    json_add_node(object, key, node != NULL ? cJSON_Duplicate(node, true) : cJSON_CreateNull());
}

/* What the head of a result says beside run.json. */
static void complete_head(struct result_run *run, const cJSON *raw)
{
    const cJSON *session = json_at(raw, SESSION);
    replace(run->head, "browser", browser_facts(raw));
    replace(run->head, "noise", json_at(session, "noise"));
    cJSON *self = json_new_object();
    json_add_number(self, "cpu_share", score_self_share(raw));
    json_add_node(self, "peak_rss_bytes", cJSON_CreateNumber(json_number(session, "peak_rss", 0)));
    cJSON_DeleteItemFromObjectCaseSensitive(run->head, "self");
    json_add_node(run->head, "self", self);
    if (json_at(session, "duration_s") != NULL) {
        replace(run->head, "duration_s", json_at(session, "duration_s"));
    }
}

enum err rescore_write(struct result_run *run, cJSON **result, struct err_msg *msg)
{
    struct targets targets;
    enum err err = targets_builtin(&targets, msg);
    if (err != ERR_OK) {
        return err;
    }
    cJSON *raw = json_new_object();
    err = read_all(run, raw, msg);
    if (err == ERR_OK) {
        const cJSON *session = json_at(raw, SESSION);
        const char *state = json_text(session, "state");
        const char *reason = json_text(session, "reason");
        complete_head(run, raw);
        cJSON *section = score_section(json_at(run->head, "options"), raw, &targets);
        err = result_end(run, section, state != NULL ? state : "interrupted",
                         session != NULL ? reason : "the program ended before its measurement did",
                         msg);
    }
    cJSON_Delete(raw);
    if (err == ERR_OK && result != NULL) {
        err = result_read(run->dir, result, msg);
    }
    return err;
}

static enum err check_options(const struct result_run *run, struct err_msg *msg)
{
    const cJSON *options = json_at(run->head, "options");
    const char *command = json_text(run->head, "command");
    if (command == NULL || strcmp(command, "measure") != 0) {
        return err_set(msg, ERR_FORMAT, "%s is a run of `%s`: only runs of `measure` are scored",
                       run->dir, command != NULL ? command : "?");
    }
    const cJSON *count = NULL;
    cJSON_ArrayForEach (count, json_at(options, "messages")) {
        if (!cJSON_IsNumber(count) || count->valuedouble < 1.0 || count->valuedouble > 1e9) {
            return err_set(msg, ERR_FORMAT, "%s/run.json: options.messages must be whole numbers",
                           run->dir);
        }
    }
    double runs = json_number(options, "runs", 0.0);
    bool complete = runs >= 1.0 && runs <= 10000.0 &&
                    cJSON_GetArraySize(json_at(options, "messages")) > 0 &&
                    cJSON_GetArraySize(json_at(options, "variants")) > 0;
    const cJSON *variant = NULL;
    cJSON_ArrayForEach (variant, json_at(options, "variants")) {
        complete = complete && json_text(variant, "name") != NULL;
    }
    if (!complete) {
        return err_set(msg, ERR_FORMAT,
                       "%s/run.json: options.messages, .runs and .variants are not what measure "
                       "wrote",
                       run->dir);
    }
    return ERR_OK;
}

enum err rescore_open(const char *dir, struct result_run *run, struct err_msg *msg)
{
    *run = (struct result_run){ .dir = mem_dup_str(dir), .start_ns = clock_now_ns() };
    char *path = result_path(run, "run.json");
    enum err err = result_read(path, &run->head, msg);
    free(path);
    if (err == ERR_OK) {
        run->id = mem_dup_str(json_text(run->head, "id"));
        err = check_options(run, msg);
    }
    if (err != ERR_OK) {
        result_release(run);
    }
    return err;
}
