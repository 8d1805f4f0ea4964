#include "cli/inputs.h"

#include <ctype.h>

#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/redact.h"

#define ID_LENGTH_MAX ((size_t)128)

/* A missing file is a mistake that the person can mend. */
static enum err read_data(const char *path, cJSON **out, struct err_msg *msg)
{
    if (!file_exists(path)) {
        return err_set(msg, ERR_USAGE, "there is no %s: run `tmscdp seed`, or see --help", path);
    }
    return json_read_file(path, LIMIT_DATA_FILE_BYTES, out, msg);
}

static enum err first_token(const char *path, char **out, struct err_msg *msg)
{
    cJSON *tokens = NULL;
    enum err err = read_data(path, &tokens, msg);
    if (err == ERR_OK) {
        const cJSON *first = cJSON_GetArrayItem(tokens, 0);
        if (cJSON_IsString(first) && first->valuestring[0] != '\0') {
            *out = mem_dup_str(first->valuestring);
            redact_register(*out);
        } else {
            err = err_set(msg, ERR_USAGE, "%s: must be a JSON array of tokens", path);
        }
    }
    cJSON_Delete(tokens);
    return err;
}

enum err inputs_token(const char *token_file, const char *data_dir, char **out, struct err_msg *msg)
{
    if (token_file != NULL) {
        return first_token(token_file, out, msg);
    }
    const char *from_env = getenv("AUTH_TOKEN");
    if (from_env != NULL && from_env[0] != '\0') {
        *out = mem_dup_str(from_env);
        redact_register(*out);
        return ERR_OK;
    }
    char *path = file_join(data_dir, "tokens_array.json");
    enum err err = first_token(path, out, msg);
    free(path);
    return err;
}

bool inputs_is_id(const char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)text[i]) && strchr("-_", text[i]) == NULL) {
            return false;
        }
    }
    return length > 0 && length <= ID_LENGTH_MAX;
}

static enum err given_id(const char *option, const char *given, char **out, struct err_msg *msg)
{
    if (!inputs_is_id(given)) {
        return err_set(msg, ERR_USAGE, "%s %s: an id has letters, digits, \"-\" and \"_\" only",
                       option, given);
    }
    *out = mem_dup_str(given);
    return ERR_OK;
}

enum err inputs_small_conversation(const char *given, const char *data_dir, char **out,
                                   struct err_msg *msg)
{
    if (given != NULL) {
        return given_id("--live-conversation", given, out, msg);
    }
    char *path = file_join(data_dir, "conversation_ids.json");
    cJSON *ids = NULL;
    enum err err = read_data(path, &ids, msg);
    if (err == ERR_OK) {
        const cJSON *first = cJSON_GetArrayItem(json_at(ids, "extra_conversation_ids"), 0);
        if (cJSON_IsString(first) && inputs_is_id(first->valuestring)) {
            *out = mem_dup_str(first->valuestring);
        } else {
            err = err_set(msg, ERR_USAGE, "%s: \"extra_conversation_ids\" must hold an id", path);
        }
    }
    cJSON_Delete(ids);
    free(path);
    return err;
}

enum err inputs_conversation(const char *given, const char *data_dir, char **out,
                             struct err_msg *msg)
{
    if (given != NULL) {
        return given_id("--conversation", given, out, msg);
    }
    char *path = file_join(data_dir, "conversation_ids.json");
    cJSON *ids = NULL;
    enum err err = read_data(path, &ids, msg);
    if (err == ERR_OK) {
        const char *group = json_text(ids, "group_conversation_id");
        if (group != NULL && inputs_is_id(group)) {
            *out = mem_dup_str(group);
        } else {
            err = err_set(msg, ERR_USAGE, "%s: \"group_conversation_id\" must be an id", path);
        }
    }
    cJSON_Delete(ids);
    free(path);
    return err;
}
