#include "backend/config.h"

#include <math.h>
#include <stdarg.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/options.h"

#define SUGGESTIONS_MAX  ((size_t)64)
#define DURATION_MAX_MS  UINT64_C(604800000)
#define SHOWN_CHARS      60
#define MEMBERS_COMPARED 1000
#define MISTAKES_TOLD    100

/* cJSON keeps both of two members with one name and finds the first: a value would be lost. */
static void check_twins(struct config *config, const cJSON *node)
{
    size_t count = 0;
    const cJSON *child = NULL;
    cJSON_ArrayForEach (child, node) {
        if (cJSON_IsObject(node) && count++ < MEMBERS_COMPARED &&
            cJSON_GetObjectItemCaseSensitive(node, child->string) != child) {
            config_complain(config, child, "the field is given twice");
        }
        check_twins(config, child);
    }
}

static enum err parse(struct config *config, struct err_msg *msg)
{
    enum err err =
        json_parse(strbuf_text(&config->text), config->text.len, config->name, &config->root, msg);
    if (err == ERR_OK && !cJSON_IsObject(config->root)) {
        return err_set(msg, ERR_FORMAT, "%s: the file must be a JSON object", config->name);
    }
    if (err == ERR_OK) {
        check_twins(config, config->root);
    }
    return err;
}

enum err config_open(const char *path, struct config *out, struct err_msg *msg)
{
    memset(out, 0, sizeof *out);
    out->name = mem_dup_str(path);
    if (!file_exists(path)) {
        return err_set(msg, ERR_USAGE, "there is no file %s", path);
    }
    enum err err = file_read(path, LIMIT_CONFIG_FILE_BYTES, &out->text, msg);
    return err == ERR_OK ? parse(out, msg) : err;
}

enum err config_open_text(const char *name, const char *text, size_t bytes, struct config *out,
                          struct err_msg *msg)
{
    memset(out, 0, sizeof *out);
    out->name = mem_dup_str(name);
    strbuf_add(&out->text, text, bytes);
    return parse(out, msg);
}

void config_release(struct config *config)
{
    cJSON_Delete(config->root);
    strbuf_release(&config->text);
    strbuf_release(&config->mistakes);
    free(config->name);
    memset(config, 0, sizeof *config);
}

/* The tree's values in the order of the text: `*number` counts them down to the wanted one. */
static bool number_of(const cJSON *node, const cJSON *wanted, size_t *number)
{
    if (node == wanted) {
        return true;
    }
    const cJSON *child = NULL;
    cJSON_ArrayForEach (child, node) {
        ++*number;
        if (number_of(child, wanted, number)) {
            return true;
        }
    }
    return false;
}

static const char *skip_string(const char *at)
{
    for (at++; *at != '\0' && *at != '"'; at++) {
        if (*at == '\\' && at[1] != '\0') {
            at++;
        }
    }
    return *at == '"' ? at + 1 : at;
}

/* The start of the value with that number in text that is known to be JSON: a string is a member's
 * name where a colon follows it. */
static size_t offset_of(const char *text, size_t number)
{
    const char *at = text;
    while (*at != '\0') {
        const char *start = at;
        if (strchr(" \t\r\n,:]}", *at) != NULL) {
            at++;
            continue;
        }
        if (*at == '"') {
            at = skip_string(at);
            if (at[strspn(at, " \t\r\n")] == ':') {
                continue;
            }
        } else if (*at == '{' || *at == '[') {
            at++;
        } else {
            at += strcspn(at, " \t\r\n,]}");
        }
        if (number-- == 0) {
            return (size_t)(start - text);
        }
    }
    return (size_t)(at - text);
}

size_t config_line(const struct config *config, const cJSON *node)
{
    size_t number = 0;
    if (!number_of(config->root, node, &number)) {
        return 0;
    }
    const char *text = strbuf_text(&config->text);
    size_t offset = offset_of(text, number);
    size_t line = 1;
    for (size_t i = 0; i < offset; i++) {
        line += text[i] == '\n' ? 1 : 0;
    }
    return line;
}

/* Writes the path behind `out`'s length and leaves it there when `wanted` lies below `node`. */
static bool path_of(const cJSON *node, const cJSON *wanted, struct strbuf *out)
{
    if (node == wanted) {
        return true;
    }
    size_t len = out->len;
    size_t index = 0;
    const cJSON *child = NULL;
    cJSON_ArrayForEach (child, node) {
        if (child->string != NULL) {
            strbuf_addf(out, "%s%s", len > 0 ? "." : "", child->string);
        } else {
            strbuf_addf(out, "[%zu]", index);
        }
        if (path_of(child, wanted, out)) {
            return true;
        }
        out->len = len;
        out->data[len] = '\0';
        index++;
    }
    return false;
}

void config_complain(struct config *config, const cJSON *node, const char *format, ...)
{
    struct strbuf path = STRBUF_INIT;
    va_list args;
    if (config->mistake_count++ >= MISTAKES_TOLD) {
        return; /* finding a line takes a walk through the whole file */
    }
    strbuf_addf(&config->mistakes, "%s:%zu: ", config->name, config_line(config, node));
    if (path_of(config->root, node, &path) && path.len > 0) {
        strbuf_addf(&config->mistakes, "%s: ", strbuf_text(&path));
    }
    va_start(args, format);
    strbuf_addv(&config->mistakes, format, args);
    va_end(args);
    strbuf_add_char(&config->mistakes, '\n');
    strbuf_release(&path);
}

enum err config_check(const struct config *config, struct err_msg *msg)
{
    if (config->mistake_count == 0) {
        return ERR_OK;
    }
    return err_set(msg, ERR_USAGE, "%s has %zu mistake%s", config->name, config->mistake_count,
                   config->mistake_count == 1 ? "" : "s");
}

void config_known(struct config *config, const cJSON *object, const char *const *known)
{
    size_t count = 0;
    while (known[count] != NULL) {
        count++;
    }
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, object) {
        bool found = false;
        for (size_t i = 0; i < count && !found; i++) {
            found = strcmp(member->string, known[i]) == 0;
        }
        if (!found) {
            const char *nearest = options_nearest(member->string, known, count);
            config_complain(config, member, "unknown field%s%s%s",
                            nearest ? "; did you mean \"" : "", nearest ? nearest : "",
                            nearest ? "\"?" : "");
        }
    }
}

static const cJSON *member_of(struct config *config, const cJSON *object, const char *key,
                              enum config_need need)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(object, key);
    if (node == NULL && need == CONFIG_REQUIRED) {
        config_complain(config, object, "\"%s\" is missing", key);
    }
    return node;
}

const char *config_text(struct config *config, const cJSON *object, const char *key,
                        enum config_need need)
{
    const cJSON *node = member_of(config, object, key, need);
    if (node == NULL) {
        return NULL;
    }
    if (!cJSON_IsString(node) || node->valuestring[0] == '\0') {
        config_complain(config, node, "must be a text that is not empty");
        return NULL;
    }
    return node->valuestring;
}

bool config_bool(struct config *config, const cJSON *object, const char *key, bool otherwise)
{
    const cJSON *node = member_of(config, object, key, CONFIG_OPTIONAL);
    if (node == NULL) {
        return otherwise;
    }
    if (!cJSON_IsBool(node)) {
        config_complain(config, node, "must be true or false");
        return otherwise;
    }
    return cJSON_IsTrue(node);
}

uint64_t config_count(struct config *config, const cJSON *object, const char *key, uint64_t min,
                      uint64_t max, uint64_t otherwise)
{
    const cJSON *node = member_of(config, object, key, CONFIG_OPTIONAL);
    if (node == NULL) {
        return otherwise;
    }
    double number = cJSON_IsNumber(node) ? node->valuedouble : -1;
    if (number < (double)min || number > (double)max || floor(number) < number) {
        config_complain(config, node, "must be a whole number from %llu to %llu",
                        (unsigned long long)min, (unsigned long long)max);
        return otherwise;
    }
    return (uint64_t)number;
}

bool config_duration_of(struct config *config, const cJSON *node, uint64_t *ns)
{
    uint64_t ms = 0;
    if (!cJSON_IsString(node) || !num_parse_duration_ms(node->valuestring, &ms) ||
        ms > DURATION_MAX_MS) {
        config_complain(config, node,
                        "must be a duration like \"1m30s\" or \"500ms\", at most a week");
        return false;
    }
    *ns = ms * NS_PER_MS;
    return true;
}

bool config_duration_ns(struct config *config, const cJSON *object, const char *key, uint64_t *ns)
{
    const cJSON *node = member_of(config, object, key, CONFIG_OPTIONAL);
    return node != NULL && config_duration_of(config, node, ns);
}

const cJSON *config_object(struct config *config, const cJSON *parent, const char *key,
                           enum config_need need)
{
    const cJSON *node = member_of(config, parent, key, need);
    if (node != NULL && !cJSON_IsObject(node)) {
        config_complain(config, node, "must be an object {…}");
        return NULL;
    }
    return node;
}

const cJSON *config_array(struct config *config, const cJSON *parent, const char *key,
                          enum config_need need)
{
    const cJSON *node = member_of(config, parent, key, need);
    if (node != NULL && !cJSON_IsArray(node)) {
        config_complain(config, node, "must be an array […]");
        return NULL;
    }
    return node;
}

size_t config_choice(struct config *config, const cJSON *node, const char *const *names,
                     size_t count)
{
    const char *word = cJSON_IsString(node) ? node->valuestring : "";
    for (size_t i = 0; i < count; i++) {
        if (strcmp(word, names[i]) == 0) {
            return i;
        }
    }
    struct strbuf list = STRBUF_INIT;
    for (size_t i = 0; i < count && i < SUGGESTIONS_MAX; i++) {
        strbuf_addf(&list, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    const char *nearest = options_nearest(word, names, count);
    config_complain(config, node, "\"%.*s\" is none of %s%s%s%s", SHOWN_CHARS, word,
                    strbuf_text(&list), nearest != NULL ? "; did you mean \"" : "",
                    nearest != NULL ? nearest : "", nearest != NULL ? "\"?" : "");
    strbuf_release(&list);
    return count;
}
