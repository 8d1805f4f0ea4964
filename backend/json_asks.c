#include "backend/json_asks.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

const char *json_kind_name(enum json_kind kind)
{
    static const char *const names[] = {
        [JSON_ABSENT] = "absent", [JSON_NULL] = "null",     [JSON_FALSE] = "false",
        [JSON_TRUE] = "true",     [JSON_NUMBER] = "number", [JSON_STRING] = "string",
        [JSON_ARRAY] = "array",   [JSON_OBJECT] = "object",
    };
    return names[kind];
}

static enum err wrong(const char *path, const char *at, const char *what, struct err_msg *msg)
{
    return err_set(msg, ERR_USAGE, "JSON path \"%.100s\": at character %zu %s", path,
                   (size_t)(at - path) + 1, what);
}

/* One step of a path: a member's name, or all elements when `name_bytes` is 0. */
struct path_step {
    const char *name;
    size_t name_bytes;
};

/* Takes the step at `*cursor`, which is not at the path's end. */
static enum err take_step(const char *path, const char **cursor, struct path_step *out,
                          struct err_msg *msg)
{
    const char *at = *cursor;
    out->name_bytes = 0;
    if (*at == '[') {
        if (strncmp(at, "[*]", 3) != 0) {
            return wrong(path, at, "[*] must stand: a single element can't be asked for", msg);
        }
        *cursor = at + 3;
        return ERR_OK;
    }
    if (at != path) {
        if (*at != '.') {
            return wrong(path, at, "a point, [*] or the end must stand", msg);
        }
        at++;
    }
    out->name = at;
    out->name_bytes = strcspn(at, ".[]\"");
    if (out->name_bytes == 0) {
        return wrong(path, at, "a member's name must stand", msg);
    }
    if (out->name_bytes > JSON_KEY_MAX_BYTES) {
        return wrong(path, at, "a member's name has more than 255 bytes", msg);
    }
    *cursor = at + out->name_bytes;
    return ERR_OK;
}

enum err json_path_check(const char *path, struct err_msg *msg)
{
    enum err err = ERR_OK;
    for (const char *at = path; err == ERR_OK && *at != '\0';) {
        struct path_step step;
        err = take_step(path, &at, &step, msg);
    }
    return err;
}

/* The node that a step leads to, made when it is not there; 0 when there are too many. */
static uint8_t node_under(struct json_asks *asks, uint8_t parent, const struct path_step *step)
{
    uint8_t *link = &asks->node[parent].element;
    if (step->name_bytes > 0) {
        for (link = &asks->node[parent].member; *link != 0; link = &asks->node[*link].sibling) {
            const struct json_node *node = &asks->node[*link];
            if (node->key_bytes == step->name_bytes &&
                memcmp(node->key, step->name, step->name_bytes) == 0) {
                break;
            }
        }
    }
    if (*link == 0 && asks->node_count < JSON_NODES_MAX) {
        *link = (uint8_t)asks->node_count++;
        struct json_node *made = &asks->node[*link];
        made->key = step->name_bytes > 0 ? step->name : NULL;
        made->key_bytes = (uint8_t)step->name_bytes;
    }
    return *link;
}

static void gather_at_least(struct json_asks *asks, size_t bytes)
{
    asks->gather_bytes = bytes > asks->gather_bytes ? bytes : asks->gather_bytes;
}

static enum err place_question(struct json_asks *asks, size_t index, struct err_msg *msg)
{
    const struct json_question *question = &asks->question[index];
    uint8_t node = JSON_NODE_ROOT;
    for (const char *at = question->path; *at != '\0';) {
        struct path_step step;
        enum err err = take_step(question->path, &at, &step, msg);
        if (err != ERR_OK) {
            return err;
        }
        gather_at_least(asks, step.name_bytes);
        node = node_under(asks, node, &step);
        if (node == JSON_NODE_NOTHING) {
            return wrong(question->path, at, "the paths have more than 126 steps together", msg);
        }
    }
    asks->node[node].questions |= UINT32_C(1) << index;
    asks->node[node].wants_text = asks->node[node].wants_text || question->ask != JSON_ASK_VALUE;
    return ERR_OK;
}

/* Copies the texts of an EQUALS question, whose fields are those of the caller so far. */
static enum err take_texts(struct json_asks *asks, size_t index, struct err_msg *msg)
{
    struct json_question *question = &asks->question[index];
    size_t count = 0;
    for (; count < JSON_EQUALS_MAX && question->texts[count] != NULL; count++) {
        size_t bytes = strlen(question->texts[count]);
        if (bytes > JSON_EQUALS_TEXT_BYTES) {
            return err_set(msg, ERR_USAGE,
                           "JSON path \"%.100s\": a text to compare with has more than %zu bytes",
                           question->path, JSON_EQUALS_TEXT_BYTES);
        }
        asks->text_bytes[index][count] = bytes;
        gather_at_least(asks, bytes);
    }
    if (count == 0) {
        return err_set(msg, ERR_USAGE, "JSON path \"%.100s\": there is no text to compare with",
                       question->path);
    }
    return ERR_OK;
}

static enum err take_question(struct json_asks *asks, const struct json_question *from,
                              struct err_msg *msg)
{
    size_t index = asks->count++;
    struct json_question *question = &asks->question[index];
    enum err err = ERR_OK;
    question->ask = from->ask;
    question->path = mem_dup_str(from->path);
    if (from->ask == JSON_ASK_EQUALS) {
        for (size_t i = 0; i < JSON_EQUALS_MAX && from->texts[i] != NULL; i++) {
            question->texts[i] = mem_dup_str(from->texts[i]);
        }
        err = take_texts(asks, index, msg);
    } else if (from->ask == JSON_ASK_TEXT) {
        if (from->capture_bytes == 0 || from->capture_bytes > JSON_CAPTURE_MAX_BYTES) {
            return err_set(msg, ERR_USAGE,
                           "JSON path \"%.100s\": a captured text may have 1 to %zu bytes, not %zu",
                           from->path, JSON_CAPTURE_MAX_BYTES, from->capture_bytes);
        }
        question->capture_bytes = from->capture_bytes;
        gather_at_least(asks, from->capture_bytes);
    }
    return err == ERR_OK ? place_question(asks, index, msg) : err;
}

enum err json_asks_new(const struct json_question *questions, size_t count, struct json_asks **out,
                       struct err_msg *msg)
{
    if (count > JSON_QUESTIONS_MAX) {
        return err_set(msg, ERR_USAGE, "%zu questions about one JSON text; %zu are possible", count,
                       JSON_QUESTIONS_MAX);
    }
    struct json_asks *asks = mem_new(sizeof *asks);
    asks->node_count = JSON_NODE_ROOT + 1;
    enum err err = ERR_OK;
    for (size_t i = 0; err == ERR_OK && i < count; i++) {
        err = take_question(asks, &questions[i], msg);
    }
    if (err != ERR_OK) {
        json_asks_free(asks);
        return err;
    }
    *out = asks;
    return ERR_OK;
}

bool json_asks_equal(const struct json_asks *asks, size_t index, const char *text, size_t bytes)
{
    const struct json_question *question = &asks->question[index];
    for (size_t i = 0; i < JSON_EQUALS_MAX && question->texts[i] != NULL; i++) {
        if (asks->text_bytes[index][i] == bytes && memcmp(question->texts[i], text, bytes) == 0) {
            return true;
        }
    }
    return false;
}

/* mem_dup_str gave these; the fields are const for everybody else. */
static void free_text(const char *text)
{
    union {
        const char *borrowed;
        char *owned;
    } both = { .borrowed = text };
    free(both.owned);
}

void json_asks_free(struct json_asks *asks)
{
    if (asks == NULL) {
        return;
    }
    for (size_t i = 0; i < asks->count; i++) {
        free_text(asks->question[i].path);
        for (size_t j = 0; j < JSON_EQUALS_MAX; j++) {
            free_text(asks->question[i].texts[j]);
        }
    }
    free(asks);
}
