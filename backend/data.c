#include "backend/data.h"

#include <assert.h>

#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/redact.h"

static struct data_set *add_set(struct data *data, struct config *config, const cJSON *node)
{
    if (data->count == DATA_SETS_MAX) {
        config_complain(config, node, "at most %zu sets of data", DATA_SETS_MAX);
        return NULL;
    }
    return &data->set[data->count++];
}

void data_describe(struct data *data, struct config *config, const cJSON *sets)
{
    static const char *const fields[] = { "file", "at", "env", "secret", NULL };
    const cJSON *node = NULL;
    cJSON_ArrayForEach (node, sets) {
        struct data_set *set = add_set(data, config, node);
        if (set == NULL) {
            return;
        }
        config_known(config, node, fields);
        *set = (struct data_set){
            .name = node->string,
            .file = config_text(config, node, "file", CONFIG_REQUIRED),
            .at = config_text(config, node, "at", CONFIG_OPTIONAL),
            .env = config_text(config, node, "env", CONFIG_OPTIONAL),
            .secret = config_bool(config, node, "secret", false),
        };
    }
}

static void add_item(struct data_set *set, const char *text)
{
    set->item = mem_resize(set->item, set->count + 1, sizeof set->item[0]);
    set->bytes = mem_resize(set->bytes, set->count + 1, sizeof set->bytes[0]);
    set->item[set->count] = mem_dup_str(text);
    set->bytes[set->count] = strlen(text);
    set->count++;
}

int data_add_list(struct data *data, struct config *config, const cJSON *list)
{
    struct data_set *set = add_set(data, config, list);
    const cJSON *item = NULL;
    if (set == NULL) {
        return -1;
    }
    *set = (struct data_set){ .name = "", .wanted = true };
    cJSON_ArrayForEach (item, list) {
        if (!cJSON_IsString(item) || strlen(item->valuestring) > DATA_ITEM_BYTES) {
            config_complain(config, item, "must be a text of at most %zu bytes", DATA_ITEM_BYTES);
        } else {
            add_item(set, item->valuestring);
        }
    }
    if (cJSON_GetArraySize(list) == 0) {
        config_complain(config, list, "must hold a text at least");
    }
    return (int)(set - data->set);
}

int data_find(const struct data *data, const char *name)
{
    for (size_t i = 0; i < data->count; i++) {
        if (strcmp(data->set[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static enum err check_item(const char *text, const char *path, struct err_msg *msg)
{
    size_t bytes = strlen(text);
    if (bytes == 0 || bytes > DATA_ITEM_BYTES || strpbrk(text, "\r\n") != NULL) {
        return err_set(msg, ERR_USAGE,
                       "%s: holds a value that is empty, longer than %zu bytes or has a line break",
                       path, DATA_ITEM_BYTES);
    }
    return ERR_OK;
}

static enum err take_text_file(struct data_set *set, const char *path, struct err_msg *msg)
{
    struct strbuf text = STRBUF_INIT;
    enum err err = file_read(path, LIMIT_CONFIG_FILE_BYTES, &text, msg);
    if (err == ERR_OK) {
        size_t bytes = strcspn(strbuf_text(&text), "\r\n");
        char *line = mem_dup_bytes(strbuf_text(&text), bytes);
        err = check_item(line, path, msg);
        if (err == ERR_OK) {
            add_item(set, line);
        }
        free(line);
    }
    strbuf_release(&text);
    return err;
}

static enum err take_array(struct data_set *set, const cJSON *array, const char *path,
                           struct err_msg *msg)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach (item, array) {
        enum err err = cJSON_IsString(item)
                           ? check_item(item->valuestring, path, msg)
                           : err_set(msg, ERR_USAGE, "%s: holds an item that is no text", path);
        if (err != ERR_OK) {
            return err;
        }
        add_item(set, item->valuestring);
    }
    return ERR_OK;
}

static enum err take_json(struct data_set *set, const cJSON *root, const char *path,
                          struct err_msg *msg)
{
    const cJSON *node = set->at == NULL ? root : json_at(root, set->at);
    if (cJSON_IsString(node)) {
        enum err err = check_item(node->valuestring, path, msg);
        if (err == ERR_OK) {
            add_item(set, node->valuestring);
        }
        return err;
    }
    if (!cJSON_IsArray(node) || cJSON_GetArraySize(node) == 0) {
        return err_set(msg, ERR_USAGE, "%s: %s must be a text, or an array of texts, one at least",
                       path, set->at != NULL ? set->at : "the file");
    }
    return take_array(set, node, path, msg);
}

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text);
    return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

static enum err load_set(struct data_set *set, const char *dir, struct err_msg *msg)
{
    const char *given = set->env != NULL ? getenv(set->env) : NULL;
    if (given != NULL && given[0] != '\0') {
        enum err err = check_item(given, set->env, msg);
        if (err == ERR_OK) {
            add_item(set, given);
        }
        return err;
    }
    char *path = file_join(dir, set->file);
    cJSON *root = NULL;
    enum err err = ERR_OK;
    if (!file_exists(path)) {
        err = err_set(msg, ERR_USAGE, "there is no %s: run `tmscdp seed`, or name its --data-dir",
                      path);
    } else if (ends_in(path, ".txt")) {
        err = take_text_file(set, path, msg);
    } else {
        err = json_read_file(path, LIMIT_DATA_FILE_BYTES, &root, msg);
        if (err == ERR_OK) {
            err = take_json(set, root, path, msg);
        }
    }
    cJSON_Delete(root);
    free(path);
    return err;
}

/* Tokens are recognised by their shape, so that only other kinds take room in the register. */
static void add_auth_lines(struct data_set *set)
{
    assert(set->item != NULL);
    set->auth_line = mem_new_array(set->count, sizeof set->auth_line[0]);
    for (size_t i = 0; i < set->count; i++) {
        set->auth_line[i] = mem_format("Authorization: Bearer %s", set->item[i]);
        if (!redact_finds(set->item[i], set->bytes[i])) {
            redact_register(set->item[i]);
        }
    }
}

enum err data_load(struct data *data, const char *dir, struct err_msg *msg)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < data->count && err == ERR_OK; i++) {
        struct data_set *set = &data->set[i];
        if (set->wanted && set->item == NULL) {
            err = load_set(set, dir, msg);
            if (err == ERR_OK && set->secret) {
                add_auth_lines(set);
            }
        }
    }
    return err;
}

void data_release(struct data *data)
{
    for (size_t i = 0; i < data->count; i++) {
        struct data_set *set = &data->set[i];
        for (size_t k = 0; k < set->count; k++) {
            free(set->item[k]);
            if (set->auth_line != NULL) {
                free(set->auth_line[k]);
            }
        }
        free(set->item);
        free(set->bytes);
        free(set->auth_line);
    }
    *data = (struct data){ .count = 0 };
}
