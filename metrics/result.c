#include "metrics/result.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/embedded.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "metrics/diagnosis.h"
#include "metrics/host.h"

#define SAME_SECOND_MAX 100

/* Makes "<runs>/<stamp>-<command>" as a directory that was not there before. */
static enum err make_run_dir(const char *runs_dir, const char *command, struct result_run *run,
                             struct err_msg *msg)
{
    char stamp[CLOCK_ISO_BYTES];
    enum err code = file_make_dirs(runs_dir, msg);
    if (code != ERR_OK) {
        return code;
    }
    clock_stamp(stamp);
    for (int i = 1; i <= SAME_SECOND_MAX; i++) {
        char *id = i == 1 ? mem_format("%s-%s", stamp, command)
                          : mem_format("%s-%s-%d", stamp, command, i);
        char *dir = file_join(runs_dir, id);
        if (mkdir(dir, 0777) == 0) {
            run->id = id;
            run->dir = dir;
            return ERR_OK;
        }
        int error = errno;
        if (error != EEXIST) {
            code = err_set(msg, ERR_IO, "cannot make the directory %s: %s", dir, strerror(error));
        }
        free(id);
        free(dir);
        if (error != EEXIST) {
            return code;
        }
    }
    return err_set(msg, ERR_IO, "%s already has %d runs of %s-%s: remove some", runs_dir,
                   SAME_SECOND_MAX, stamp, command);
}

static cJSON *make_head(const struct result_run *run, const char *command, const cJSON *options)
{
    char now[CLOCK_ISO_BYTES];
    cJSON *head = json_new_object();
    json_add_text(head, "schema", RESULT_SCHEMA);
    json_add_number(head, "schema_version", RESULT_SCHEMA_VERSION);
    cJSON *tool = json_add_object(head, "tool");
    json_add_text(tool, "name", "tmscdp");
    json_add_text(tool, "version", version_text);
    json_add_text(tool, "commit", version_commit);
    json_add_text(head, "id", run->id);
    json_add_text(head, "command", command);
    json_add_text(head, "state", "running");
    clock_iso(now);
    json_add_text(head, "started_at", now);
    cJSON *copy = options != NULL ? cJSON_Duplicate(options, true) : NULL;
    json_add_node(head, "options", copy != NULL ? copy : json_new_object());
    cJSON *host = json_add_object(head, "host");
    host_facts_to_json(host);
    json_add_number(host, "speed_index", host_speed_index());
    return head;
}

static enum err make_parts(const struct result_run *run, struct err_msg *msg)
{
    static const char *const parts[] = { "raw", "screenshots" };
    enum err code = ERR_OK;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && code == ERR_OK; i++) {
        char *path = result_path(run, parts[i]);
        code = file_make_dirs(path, msg);
        free(path);
    }
    return code;
}

enum err result_begin(const char *runs_dir, const char *command, const cJSON *options,
                      struct result_run *run, struct err_msg *msg)
{
    *run = (struct result_run){ 0 };
    enum err code = make_run_dir(runs_dir, command, run, msg);
    if (code != ERR_OK) {
        return code;
    }
    run->start_ns = clock_now_ns();
    run->head = make_head(run, command, options);
    code = make_parts(run, msg);
    if (code == ERR_OK) {
        char *path = result_path(run, "run.json");
        code = json_write_file(path, run->head, msg);
        free(path);
    }
    if (code != ERR_OK) {
        result_release(run);
    }
    return code;
}

char *result_path(const struct result_run *run, const char *name)
{
    return file_join(run->dir, name);
}

static void set_text(cJSON *object, const char *key, const char *text)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, key);
    json_add_text(object, key, text);
}

enum err result_end(struct result_run *run, cJSON *section, const char *state, const char *reason,
                    struct err_msg *msg)
{
    cJSON *result = cJSON_Duplicate(run->head, true);
    if (result == NULL) {
        cJSON_Delete(section);
        return err_set(msg, ERR_LIMIT, "the result of %s cannot be copied: out of memory",
                       run->dir);
    }
    set_text(result, "state", state);
    set_text(result, "reason", reason);
    if (json_at(result, "duration_s") == NULL) { /* a rescored run keeps its own */
        json_add_number(result, "duration_s",
                        (double)(clock_now_ns() - run->start_ns) / (double)NS_PER_S);
    }
    if (section != NULL) {
        json_add_node(result, json_text(run->head, "command"), section);
    }
    enum err code = diagnosis_add(result, msg);
    if (code == ERR_OK) {
        char *path = result_path(run, "result.json");
        code = json_write_file(path, result, msg);
        free(path);
    }
    cJSON_Delete(result);
    return code;
}

void result_release(struct result_run *run)
{
    free(run->dir);
    free(run->id);
    cJSON_Delete(run->head);
    *run = (struct result_run){ 0 };
}

/* A version's text as far as it can be one: the file may be anybody's. */
static void plain_version(const char *text, char *out, size_t out_bytes)
{
    size_t used = 0;
    for (; text != NULL && *text != '\0' && used + 1 < out_bytes; text++) {
        if (strchr("0123456789.-+abcdefghijklmnopqrstuvwxyz", *text) != NULL) {
            out[used++] = *text;
        }
    }
    out[used] = '\0';
}

static enum err check_schema(const cJSON *root, const char *path, struct err_msg *msg)
{
    const char *schema = json_text(root, "schema");
    if (schema == NULL || strcmp(schema, RESULT_SCHEMA) != 0) {
        return err_set(msg, ERR_FORMAT,
                       "%s is no result of this program: \"schema\" must be \"" RESULT_SCHEMA "\"",
                       path);
    }
    double version = json_number(root, "schema_version", -1.0);
    if (version > RESULT_SCHEMA_VERSION) {
        char tool[32];
        plain_version(json_text(root, "tool.version"), tool, sizeof tool);
        return err_set(msg, ERR_FORMAT,
                       "%s has result format %g and this program reads up to %d: use tmscdp %s or "
                       "newer",
                       path, version, RESULT_SCHEMA_VERSION, tool[0] != '\0' ? tool : "of then");
    }
    if (!(version >= 1.0)) {
        return err_set(msg, ERR_FORMAT, "%s: \"schema_version\" must be a number from 1 to %d",
                       path, RESULT_SCHEMA_VERSION);
    }
    if (json_text(root, "id") == NULL || json_text(root, "command") == NULL) {
        return err_set(msg, ERR_FORMAT, "%s: \"id\" and \"command\" must be texts", path);
    }
    return ERR_OK;
}

/* The file to read for `path`; run.json only where no result.json was written. */
static enum err choose_file(const char *path, char **file, bool *unfinished, struct err_msg *msg)
{
    *unfinished = false;
    if (!file_is_dir(path)) {
        if (!file_exists(path)) {
            return err_set(msg, ERR_USAGE,
                           "there is no %s: give a run directory or its result.json", path);
        }
        *file = mem_dup_str(path);
        return ERR_OK;
    }
    *file = file_join(path, "result.json");
    if (file_exists(*file)) {
        return ERR_OK;
    }
    free(*file);
    *file = file_join(path, "run.json");
    *unfinished = file_exists(*file);
    if (!*unfinished) {
        free(*file);
        *file = NULL;
        return err_set(msg, ERR_USAGE,
                       "%s has neither result.json nor run.json: it is no run directory", path);
    }
    return ERR_OK;
}

enum err result_read(const char *path, cJSON **out, struct err_msg *msg)
{
    char *file = NULL;
    bool unfinished = false;
    *out = NULL;
    enum err code = choose_file(path, &file, &unfinished, msg);
    if (code != ERR_OK) {
        return code;
    }
    cJSON *root = NULL;
    code = json_read_file(file, LIMIT_RESULT_FILE_BYTES, &root, msg);
    if (code == ERR_OK) {
        code = check_schema(root, file, msg);
    }
    if (code == ERR_OK) {
        if (unfinished || strcmp(json_text(root, "state") != NULL ? json_text(root, "state") : "",
                                 "running") == 0) {
            set_text(root, "state", "unfinished");
            set_text(root, "reason", "the program ended before it could write result.json");
        }
        *out = root;
        root = NULL;
    }
    cJSON_Delete(root);
    free(file);
    return code;
}

/* Names of one second end in "", "-2", … "-10": the longer one is the later. */
static bool is_newer(const char *name, const char *than)
{
    size_t stamp = strlen("20260224-133710");
    int order = strncmp(name, than, stamp);
    if (order != 0) {
        return order > 0;
    }
    size_t length = strlen(name);
    size_t than_length = strlen(than);
    return length != than_length ? length > than_length : strcmp(name, than) > 0;
}

static bool is_run_dir(const char *path)
{
    char *result = file_join(path, "result.json");
    char *run = file_join(path, "run.json");
    bool found = file_exists(result) || file_exists(run);
    free(result);
    free(run);
    return found;
}

enum err result_newest(const char *runs_dir, char **out, struct err_msg *msg)
{
    char *best = NULL;
    const struct dirent *entry;
    *out = NULL;
    DIR *dir = opendir(runs_dir);
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.' || (best != NULL && !is_newer(entry->d_name, best))) {
            continue;
        }
        char *path = file_join(runs_dir, entry->d_name);
        if (is_run_dir(path)) {
            free(best);
            best = mem_dup_str(entry->d_name);
        }
        free(path);
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
    if (best == NULL) {
        return err_set(msg, ERR_USAGE, "there is no run in %s: `tmscdp measure` makes one",
                       runs_dir);
    }
    *out = file_join(runs_dir, best);
    free(best);
    return ERR_OK;
}
