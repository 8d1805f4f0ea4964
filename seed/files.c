#include "seed/files.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "seed/jwt.h"
#include "seed/rows.h"

#define STAGING ".seeding"

/* What the contents are made from. */
struct source {
    const struct shape *shape;
    const char *secret;
    int64_t now_s;
};

static void add_token(const struct source *source, const struct row_user *user, struct strbuf *out)
{
    char *name = mem_format("%s %s", user->first_name, user->last_name);
    struct jwt_claims claims = {
        .id = user->tms_user_id,
        .email = user->email,
        .name = name,
        .issued_s = source->now_s,
    };
    strbuf_add_char(out, '"');
    jwt_sign(&claims, source->secret, out);
    strbuf_add_char(out, '"');
    free(name);
}

static void separate(uint32_t index, struct strbuf *out)
{
    strbuf_add_str(out, index == 0 ? "\n" : ",\n");
}

static void make_tokens_array(const struct source *source, struct strbuf *out)
{
    struct row_user user;
    strbuf_add_char(out, '[');
    for (uint32_t i = 0; i < source->shape->users; i++) {
        rows_user(source->shape, i, &user);
        separate(i, out);
        add_token(source, &user, out);
    }
    strbuf_add_str(out, "\n]\n");
}

static void make_tokens(const struct source *source, struct strbuf *out)
{
    struct row_user user;
    strbuf_add_char(out, '[');
    for (uint32_t i = 0; i < source->shape->users; i++) {
        rows_user(source->shape, i, &user);
        separate(i, out);
        strbuf_addf(out,
                    "{\"index\":%u,\"tms_user_id\":\"%s\",\"db_user_id\":\"%s\",\"email\":\"%s\","
                    "\"token\":",
                    (unsigned)i, user.tms_user_id, user.id.text, user.email);
        add_token(source, &user, out);
        strbuf_add_char(out, '}');
    }
    strbuf_add_str(out, "\n]\n");
}

static void add_ids(cJSON *parent, const char *key, struct id (*id)(uint64_t, uint32_t),
                    uint64_t seed, struct shape_part part)
{
    cJSON *array = json_add_array(parent, key);
    for (uint32_t i = 0; i < part.count; i++) {
        json_push_text(array, id(seed, part.first + i).text);
    }
}

static struct id group_message_id(uint64_t seed, uint32_t sequence)
{
    return ids_message(seed, 0, sequence);
}

static void take_json(cJSON *tree, struct strbuf *out)
{
    json_write(tree, true, out);
    strbuf_add_char(out, '\n');
    cJSON_Delete(tree);
}

static void make_conversation_ids(const struct source *source, struct strbuf *out)
{
    uint64_t seed = source->shape->seed;
    cJSON *tree = json_new_object();
    json_add_text(tree, "group_conversation_id", ids_conversation(seed, 0).text);
    add_ids(tree, "extra_conversation_ids", ids_conversation, seed,
            (struct shape_part){ .first = 1, .count = SHAPE_EXTRA_GROUPS });
    add_ids(tree, "all_conversation_ids", ids_conversation, seed,
            (struct shape_part){ .first = 0, .count = 1 + SHAPE_EXTRA_GROUPS });
    take_json(tree, out);
}

static void make_message_ids(const struct source *source, struct strbuf *out)
{
    const struct shape *shape = source->shape;
    cJSON *tree = json_new_object();
    add_ids(tree, "image_message_ids", group_message_id, shape->seed, shape_images(shape));
    add_ids(tree, "file_message_ids", group_message_id, shape->seed, shape_files(shape));
    take_json(tree, out);
}

/* Without a newline: scripts read the whole file as the id. */
static void make_poll_id(const struct source *source, struct strbuf *out)
{
    strbuf_add_str(out, rows_poll_id(source->shape).text);
}

static void make_poll_option_ids(const struct source *source, struct strbuf *out)
{
    cJSON *array = json_new_array();
    for (uint32_t i = 0; i < SHAPE_POLL_OPTIONS; i++) {
        json_push_text(array, rows_option_id(source->shape, i).text);
    }
    take_json(array, out);
}

static void make_user_ids(const struct source *source, struct strbuf *out)
{
    const struct shape *shape = source->shape;
    cJSON *tree = json_new_object();
    add_ids(tree, "user_ids", ids_user, shape->seed,
            (struct shape_part){ .first = 0, .count = shape->users });
    cJSON *names = json_add_array(tree, "tms_user_ids");
    for (uint32_t i = 0; i < shape->users; i++) {
        struct row_user user;
        rows_user(shape, i, &user);
        json_push_text(names, user.tms_user_id);
    }
    take_json(tree, out);
}

static const struct {
    const char *name;
    mode_t mode;
    void (*make)(const struct source *source, struct strbuf *out);
} data_files[] = {
    { "tokens_array.json", 0600, make_tokens_array },
    { "tokens.json", 0600, make_tokens },
    { "conversation_ids.json", 0644, make_conversation_ids },
    { "message_ids.json", 0644, make_message_ids },
    { "poll_id.txt", 0644, make_poll_id },
    { "poll_option_ids.json", 0644, make_poll_option_ids },
    { "user_ids.json", 0644, make_user_ids },
};

#define FILE_COUNT (sizeof data_files / sizeof data_files[0])

enum err files_stage(struct files *files, const char *dir, const struct shape *shape,
                     const char *secret, int64_t now_s, struct err_msg *msg)
{
    struct source source = { .shape = shape, .secret = secret, .now_s = now_s };
    struct strbuf text = STRBUF_INIT;
    files->dir = dir;
    enum err code = file_make_dirs(dir, msg);
    if (code != ERR_OK) {
        return code;
    }
    files->staging = file_join(dir, STAGING);
    code = file_remove_tree(files->staging, msg);
    if (code == ERR_OK) {
        code = file_make_dirs(files->staging, msg);
    }
    for (size_t i = 0; code == ERR_OK && i < FILE_COUNT; i++) {
        char *path = file_join(files->staging, data_files[i].name);
        strbuf_clear(&text);
        data_files[i].make(&source, &text);
        code = file_write(path, text.data, text.len, data_files[i].mode, msg);
        free(path);
    }
    strbuf_release(&text);
    return code;
}

enum err files_publish(struct files *files, struct err_msg *msg)
{
    enum err code = ERR_OK;
    for (size_t i = 0; code == ERR_OK && i < FILE_COUNT; i++) {
        char *from = file_join(files->staging, data_files[i].name);
        char *to = file_join(files->dir, data_files[i].name);
        if (rename(from, to) != 0) {
            code = err_set(msg, ERR_IO, "cannot rename %s to %s: %s", from, to, strerror(errno));
        }
        free(from);
        free(to);
    }
    return code;
}

void files_discard(struct files *files)
{
    struct err_msg msg = { "" };
    if (files->staging == NULL) {
        return;
    }
    if (file_remove_tree(files->staging, &msg) != ERR_OK) {
        log_warn("%s", msg.text);
    }
    free(files->staging);
    files->staging = NULL;
}

enum err files_remove(const char *dir, uint64_t *count, struct err_msg *msg)
{
    *count = 0;
    for (size_t i = 0; i < FILE_COUNT; i++) {
        char *path = file_join(dir, data_files[i].name);
        enum err code = ERR_OK;
        if (unlink(path) == 0) {
            (*count)++;
        } else if (errno != ENOENT && errno != ENOTDIR) {
            code = err_set(msg, ERR_IO, "cannot remove %s: %s", path, strerror(errno));
        }
        free(path);
        if (code != ERR_OK) {
            return code;
        }
    }
    char *staging = file_join(dir, STAGING);
    enum err code = file_remove_tree(staging, msg);
    free(staging);
    return code;
}
