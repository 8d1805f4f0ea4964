/* The JSON scanner against two readings of its own. The same text, whole and in random pieces, must
 * give the same verdict, place and answers. And a plain recursive check of RFC 8259's grammar,
 * written without looking at the scanner, must agree on what is JSON; where it is, cJSON's tree
 * must give the same answers. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "backend/json_scan.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/rng.h"

#define TEXT_MAX ((size_t)65536)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size); /* NOLINT: libFuzzer's name */

enum {
    ASK_ROOT,
    ASK_DATA,
    ASK_TYPE,
    ASK_CURSOR,
    ASK_REACTIONS,
    ASK_NUMBER,
    ASKS
};

static const struct json_question questions[ASKS] = {
    [ASK_ROOT] = { JSON_ASK_VALUE, "", { NULL }, 0 },
    [ASK_DATA] = { JSON_ASK_VALUE, "data", { NULL }, 0 },
    [ASK_TYPE] = { JSON_ASK_EQUALS, "data[*].type", { "IMAGE", "FILE" }, 0 },
    [ASK_CURSOR] = { JSON_ASK_TEXT, "pagination.next_cursor", { NULL }, 24 },
    [ASK_REACTIONS] = { JSON_ASK_VALUE, "data[*].reactions[*]", { NULL }, 0 },
    [ASK_NUMBER] = { JSON_ASK_VALUE, "data[*].n", { NULL }, 0 },
};

static void require(bool holds)
{
    if (!holds) {
        __builtin_trap();
    }
}

/* ---- RFC 8259, read plainly; every function returns what follows, or NULL ---- */

static bool among(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

static const char *blanks(const char *at, const char *end)
{
    while (at < end && among(*at, " \t\r\n")) {
        at++;
    }
    return at;
}

static const char *character(const char *at, const char *end)
{
    /* Table 3-7 of the Unicode standard, row by row. */
    static const uint8_t rows[][9] = {
        { 1, 0x20, 0x7f },
        { 2, 0xc2, 0xdf, 0x80, 0xbf },
        { 3, 0xe0, 0xe0, 0xa0, 0xbf, 0x80, 0xbf },
        { 3, 0xe1, 0xec, 0x80, 0xbf, 0x80, 0xbf },
        { 3, 0xed, 0xed, 0x80, 0x9f, 0x80, 0xbf },
        { 3, 0xee, 0xef, 0x80, 0xbf, 0x80, 0xbf },
        { 4, 0xf0, 0xf0, 0x90, 0xbf, 0x80, 0xbf, 0x80, 0xbf },
        { 4, 0xf1, 0xf3, 0x80, 0xbf, 0x80, 0xbf, 0x80, 0xbf },
        { 4, 0xf4, 0xf4, 0x80, 0x8f, 0x80, 0xbf, 0x80, 0xbf },
    };
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        size_t length = rows[row][0];
        bool fits = (size_t)(end - at) >= length;
        for (size_t i = 0; fits && i < length; i++) {
            uint8_t byte = (uint8_t)at[i];
            fits = byte >= rows[row][1 + 2 * i] && byte <= rows[row][2 + 2 * i];
        }
        if (fits) {
            return at + length;
        }
    }
    return NULL;
}

static const char *escape(const char *at, const char *end)
{
    if (at == end || !among(*at, "\"\\/bfnrtu")) {
        return NULL;
    }
    if (*at != 'u') {
        return at + 1;
    }
    for (int i = 1; i <= 4; i++) {
        if (end - at <= i || !among(at[i], "0123456789abcdefABCDEF")) {
            return NULL;
        }
    }
    return at + 5;
}

static const char *string(const char *at, const char *end)
{
    if (at == end || *at != '"') {
        return NULL;
    }
    at++;
    while (at != NULL && at < end && *at != '"') {
        at = *at == '\\' ? escape(at + 1, end) : character(at, end);
    }
    return at == NULL || at == end ? NULL : at + 1;
}

static const char *digits(const char *at, const char *end)
{
    const char *start = at;
    while (at < end && *at >= '0' && *at <= '9') {
        at++;
    }
    return at == start ? NULL : at;
}

static const char *number(const char *at, const char *end)
{
    at += at < end && *at == '-';
    at = at < end && *at == '0' ? at + 1 : digits(at, end);
    if (at != NULL && at < end && *at == '.') {
        at = digits(at + 1, end);
    }
    if (at != NULL && at < end && (*at == 'e' || *at == 'E')) {
        at++;
        at += at < end && (*at == '+' || *at == '-');
        at = digits(at, end);
    }
    return at;
}

static const char *word(const char *at, const char *end)
{
    static const char *const words[] = { "true", "false", "null" };
    for (size_t i = 0; i < 3; i++) {
        size_t length = strlen(words[i]);
        if ((size_t)(end - at) >= length && memcmp(at, words[i], length) == 0) {
            return at + length;
        }
    }
    return NULL;
}

static const char *value(const char *at, const char *end, unsigned depth);

/* Behind the opening bracket or brace. */
static const char *parts(const char *at, const char *end, unsigned depth, char close)
{
    at = blanks(at, end);
    if (at < end && *at == close) {
        return at + 1;
    }
    for (;;) {
        at = blanks(at, end);
        if (close == '}') {
            at = string(at, end);
            at = at == NULL ? NULL : blanks(at, end);
            if (at == NULL || at == end || *at != ':') {
                return NULL;
            }
            at++;
        }
        at = value(at, end, depth);
        at = at == NULL ? NULL : blanks(at, end);
        if (at == NULL || at == end || (*at != ',' && *at != close)) {
            return NULL;
        }
        if (*at++ == close) {
            return at;
        }
    }
}

static const char *value(const char *at, const char *end, unsigned depth)
{
    at = blanks(at, end);
    if (at == end) {
        return NULL;
    }
    switch (*at) {
    case '"':
        return string(at, end);
    case '[':
        return depth == LIMIT_JSON_DEPTH ? NULL : parts(at + 1, end, depth + 1, ']');
    case '{':
        return depth == LIMIT_JSON_DEPTH ? NULL : parts(at + 1, end, depth + 1, '}');
    case 't':
    case 'f':
    case 'n':
        return word(at, end);
    default:
        return number(at, end);
    }
}

static bool is_json(const char *text, size_t count)
{
    const char *at = value(text, text + count, 0);
    return at != NULL && blanks(at, text + count) == text + count;
}

/* ---- the answers, from a tree ---- */

struct tree_answers {
    uint64_t types;
    uint64_t reactions;
    uint64_t data;
};

static bool is_member(const cJSON *node, const char *name)
{
    return node->string != NULL && strcmp(node->string, name) == 0;
}

static void walk_message(const cJSON *message, struct tree_answers *out)
{
    const cJSON *field = NULL;
    const cJSON *reaction = NULL;
    if (!cJSON_IsObject(message)) {
        return;
    }
    cJSON_ArrayForEach (field, message) {
        if (is_member(field, "type") && cJSON_IsString(field)) {
            out->types += strcmp(field->valuestring, "IMAGE") == 0;
            out->types += strcmp(field->valuestring, "FILE") == 0;
        }
        if (is_member(field, "reactions") && cJSON_IsArray(field)) {
            cJSON_ArrayForEach (reaction, field) {
                out->reactions++;
            }
        }
    }
}

static void walk_data(const cJSON *data, struct tree_answers *out)
{
    const cJSON *message = NULL;
    if (cJSON_IsArray(data)) {
        cJSON_ArrayForEach (message, data) {
            walk_message(message, out);
        }
    }
}

static void walk_root(const cJSON *root, struct tree_answers *out)
{
    const cJSON *member = NULL;
    if (!cJSON_IsObject(root)) {
        return;
    }
    cJSON_ArrayForEach (member, root) {
        if (is_member(member, "data")) {
            out->data++;
            walk_data(member, out);
        }
    }
}

static bool contains(const char *text, size_t count, const char *part)
{
    size_t length = strlen(part);
    for (size_t i = 0; i + length <= count; i++) {
        if (memcmp(text + i, part, length) == 0) {
            return true;
        }
    }
    return false;
}

/* cJSON ends a string at \u0000 and refuses half a surrogate pair: such texts are left out. */
static void check_answers(const struct json_scan *scan, const char *text, size_t count)
{
    if (contains(text, count, "\\u0000") || contains(text, count, "\\ud") ||
        contains(text, count, "\\uD")) {
        return;
    }
    cJSON *root = cJSON_ParseWithLength(text, count);
    struct tree_answers want = { 0 };
    require(root != NULL);
    walk_root(root, &want);
    require(json_scan_answer(scan, ASK_ROOT)->count == 1);
    require(json_scan_answer(scan, ASK_DATA)->count == want.data);
    require(json_scan_answer(scan, ASK_TYPE)->count == want.types);
    require(json_scan_answer(scan, ASK_REACTIONS)->count == want.reactions);
    cJSON_Delete(root);
}

static bool feed_whole(struct json_scan *scan, const char *text, size_t count)
{
    bool good = json_scan_feed(scan, text, count);
    return json_scan_finish(scan) && good;
}

static bool feed_random(struct json_scan *scan, const char *text, size_t count)
{
    struct rng rng;
    uint64_t seed = count;
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        seed = seed * 31 + (uint8_t)text[i];
    }
    rng_init(&rng, seed);
    uint64_t longest = 1 + rng_below(&rng, 40);
    for (size_t at = 0; at < count;) {
        size_t bytes = 1 + (size_t)rng_below(&rng, longest);
        bytes = bytes > count - at ? count - at : bytes;
        char *copy = mem_dup_bytes(text + at, bytes);
        good = json_scan_feed(scan, copy, bytes);
        free(copy);
        at += bytes;
    }
    return json_scan_finish(scan) && good;
}

static void check_same(const struct json_scan *a, const struct json_scan *b)
{
    require(json_scan_mistake_at(a) == json_scan_mistake_at(b));
    require(strcmp(json_scan_mistake(a), json_scan_mistake(b)) == 0);
    require(json_scan_bytes(a) == json_scan_bytes(b));
    for (size_t i = 0; i < ASKS; i++) {
        const struct json_answer *x = json_scan_answer(a, i);
        const struct json_answer *y = json_scan_answer(b, i);
        require(x->count == y->count && x->kind == y->kind);
        require(x->has_number == y->has_number && x->has_text == y->has_text);
        require(x->text_cut == y->text_cut && x->text_bytes == y->text_bytes);
        require(memcmp(x->text, y->text, x->text_bytes + 1) == 0);
        require(!x->has_number || x->number == y->number);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) /* NOLINT: libFuzzer's name */
{
    static struct json_asks *asks;
    struct err_msg msg = { "" };
    if (size > TEXT_MAX) {
        return 0;
    }
    if (asks == NULL) {
        require(json_asks_new(questions, ASKS, &asks, &msg) == ERR_OK);
    }
    char *text = mem_dup_bytes(data, size);
    struct json_scan *whole = json_scan_new(asks);
    struct json_scan *pieces = json_scan_new(asks);
    bool good = feed_whole(whole, text, size);
    require(good == feed_random(pieces, text, size));
    require(good == is_json(text, size));
    require(good == (json_scan_mistake(whole)[0] == '\0'));
    check_same(whole, pieces);
    if (good) {
        check_answers(whole, text, size);
    }
    json_scan_free(whole);
    json_scan_free(pieces);
    free(text);
    return 0;
}
