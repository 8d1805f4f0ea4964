#include "cdp/profile.h"

#include <stdbool.h>

#include "base/embedded.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "base/url.h"

enum kind {
    KIND_TEXT,
    KIND_MAYBE,  /* a text that may be empty */
    KIND_ORIGIN, /* http://host:port and nothing behind it */
    KIND_PATH,   /* starts with "/" */
    KIND_ROUTE,  /* a path with {conversation} in it */
    KIND_TEXTS,  /* array of texts */
    KIND_STORAGE /* object of texts */
};

struct field {
    const char *path;
    enum kind kind;
    size_t offset; /* of the member of struct profile: const char * or const cJSON * */
};

#define FIELD(path, kind, member)                                                                  \
    {                                                                                              \
        path, kind, offsetof(struct profile, member)                                               \
    }

static const struct field fields[] = {
    FIELD("name", KIND_TEXT, name),
    FIELD("title", KIND_TEXT, title),
    FIELD("client_origin", KIND_ORIGIN, client_origin),
    FIELD("api_origin", KIND_ORIGIN, api_origin),
    FIELD("route", KIND_ROUTE, route),
    FIELD("path_prefix", KIND_PATH, path_prefix),
    FIELD("login.local_storage", KIND_STORAGE, storage),
    FIELD("block", KIND_TEXTS, block),
    FIELD("messages.path", KIND_ROUTE, messages_path),
    FIELD("messages.cursor", KIND_TEXT, cursor),
    FIELD("messages.items", KIND_TEXT, items),
    FIELD("messages.id", KIND_TEXT, id),
    FIELD("messages.next_cursor", KIND_TEXT, next_cursor),
    FIELD("page.bubble", KIND_TEXT, bubble),
    FIELD("page.dialog", KIND_TEXT, dialog),
    FIELD("page.older_text", KIND_TEXT, older_text),
    FIELD("page.sidebar_item", KIND_TEXT, sidebar_item),
    FIELD("page.composer", KIND_MAYBE, composer),
    FIELD("page.missing_texts", KIND_TEXTS, missing_texts),
    FIELD("storm.socket", KIND_MAYBE, storm_socket),
    FIELD("storm.frames", KIND_TEXTS, storm_frames),
    FIELD("storm.arrival", KIND_MAYBE, arrival),
    FIELD("live.path", KIND_MAYBE, live_path),
    FIELD("live.body", KIND_MAYBE, live_body),
    FIELD("live.event", KIND_MAYBE, live_event),
    FIELD("decryption.measures", KIND_MAYBE, decryption_measures),
    FIELD("decryption.metrics", KIND_MAYBE, decryption_metrics),
};

#define FIELD_COUNT (sizeof fields / sizeof fields[0])

static bool all_texts(const cJSON *list)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach (item, list) {
        if (!cJSON_IsString(item)) {
            return false;
        }
    }
    return true;
}

static bool is_origin(const char *text)
{
    struct url url;
    struct err_msg why = { "" };
    if (url_parse(text, "origin", &url, &why) != ERR_OK) {
        return false;
    }
    char *origin = url_origin(&url);
    bool same = strcmp(origin, text) == 0;
    free(origin);
    return same;
}

/* NULL when the node is of the kind; else what it must be. */
static const char *complaint(const cJSON *node, enum kind kind)
{
    const char *text = cJSON_IsString(node) ? node->valuestring : NULL;
    switch (kind) {
    case KIND_TEXT:
        return text != NULL && text[0] != '\0' ? NULL : "a text";
    case KIND_MAYBE:
        return text != NULL ? NULL : "a text, which may be empty";
    case KIND_ORIGIN:
        return text != NULL && is_origin(text) ? NULL : "an origin like http://localhost:3000";
    case KIND_PATH:
        return text != NULL && text[0] == '/' ? NULL : "a path that starts with /";
    case KIND_ROUTE:
        return text != NULL && text[0] == '/' && strstr(text, "{conversation}") != NULL
                   ? NULL
                   : "a path that starts with / and contains {conversation}";
    case KIND_TEXTS:
        return cJSON_IsArray(node) && all_texts(node) ? NULL : "an array of texts";
    case KIND_STORAGE:
        return cJSON_IsObject(node) && all_texts(node) ? NULL : "an object of texts";
    }
    return "known to this program";
}

static bool is_known(const char *path, bool *is_group)
{
    size_t length = strlen(path);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (strcmp(fields[i].path, path) == 0) {
            *is_group = false;
            return true;
        }
        if (strncmp(fields[i].path, path, length) == 0 && fields[i].path[length] == '.') {
            *is_group = true;
            return true;
        }
    }
    return false;
}

/* Two levels at most: the table has no deeper path. */
static enum err refuse_unknown(const cJSON *node, const char *group, const char *source,
                               struct err_msg *msg)
{
    enum err err = ERR_OK;
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, node) {
        bool is_group = false;
        char *path = group == NULL ? mem_dup_str(member->string)
                                   : mem_format("%s.%s", group, member->string);
        if (!is_known(path, &is_group)) {
            err = err_set(msg, ERR_USAGE, "%s: \"%s\" is no field of a profile", source, path);
        } else if (is_group && group == NULL) {
            err = refuse_unknown(member, path, source, msg);
        }
        free(path);
        if (err != ERR_OK) {
            return err;
        }
    }
    return ERR_OK;
}

static enum err read_fields(const char *source, struct profile *out, struct err_msg *msg)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const struct field *field = &fields[i];
        const cJSON *node = json_at(out->root, field->path);
        const char *wanted = complaint(node, field->kind);
        if (wanted != NULL) {
            return err_set(msg, ERR_USAGE, "%s: \"%s\" must be %s", source, field->path, wanted);
        }
        void *member = (char *)out + field->offset;
        if (field->kind == KIND_TEXTS || field->kind == KIND_STORAGE) {
            memcpy(member, &node, sizeof(const cJSON *));
        } else {
            memcpy(member, &node->valuestring, sizeof(char *));
        }
    }
    return ERR_OK;
}

enum err profile_read(const char *text, size_t bytes, const char *source, struct profile *out,
                      struct err_msg *msg)
{
    *out = (struct profile){ .root = NULL };
    enum err err = json_parse(text, bytes, source, &out->root, msg);
    if (err != ERR_OK) {
        return err;
    }
    if (!cJSON_IsObject(out->root)) {
        err = err_set(msg, ERR_USAGE, "%s: a profile must be a JSON object", source);
    }
    if (err == ERR_OK) {
        err = refuse_unknown(out->root, NULL, source, msg);
    }
    if (err == ERR_OK) {
        err = read_fields(source, out, msg);
    }
    if (err != ERR_OK) {
        profile_release(out);
    }
    return err;
}

static enum err load_embedded(const char *name, struct profile *out, struct err_msg *msg)
{
    char *path = mem_format("cdp/profiles/%s.json", name);
    const struct embedded *file = embedded_find(path);
    enum err err = ERR_OK;
    if (file != NULL) {
        err = profile_read(file->text, file->bytes, path, out, msg);
    } else {
        struct strbuf known = STRBUF_INIT;
        static const char folder[] = "cdp/profiles/";
        for (const struct embedded *at = embedded_files; at->path != NULL; at++) {
            if (strncmp(at->path, folder, sizeof folder - 1) == 0) {
                const char *base = at->path + sizeof folder - 1;
                strbuf_addf(&known, " %.*s", (int)strcspn(base, "."), base);
            }
        }
        err = err_set(msg, ERR_USAGE,
                      "--profile %s: no such profile; there is%s, or give a file's path", name,
                      strbuf_text(&known));
        strbuf_release(&known);
    }
    free(path);
    return err;
}

enum err profile_load(const char *name, struct profile *out, struct err_msg *msg)
{
    size_t length = strlen(name);
    bool is_file =
        strchr(name, '/') != NULL || (length > 5 && strcmp(name + length - 5, ".json") == 0);
    if (!is_file) {
        return load_embedded(name, out, msg);
    }
    struct strbuf text = STRBUF_INIT;
    enum err err = file_read(name, LIMIT_CONFIG_FILE_BYTES, &text, msg);
    if (err == ERR_OK) {
        err = profile_read(strbuf_text(&text), text.len, name, out, msg);
    } else {
        err = err_prefix(msg, ERR_USAGE, "--profile");
    }
    strbuf_release(&text);
    return err;
}

void profile_release(struct profile *profile)
{
    cJSON_Delete(profile->root);
    *profile = (struct profile){ .root = NULL };
}

char *profile_fill(const char *text, const char *key, const char *value)
{
    struct strbuf out = STRBUF_INIT;
    char *mark = mem_format("{%s}", key);
    const char *at = text;
    for (const char *hit = strstr(at, mark); hit != NULL; hit = strstr(at, mark)) {
        strbuf_add(&out, at, (size_t)(hit - at));
        strbuf_add_str(&out, value);
        at = hit + strlen(mark);
    }
    strbuf_add_str(&out, at);
    free(mark);
    return strbuf_detach(&out);
}
