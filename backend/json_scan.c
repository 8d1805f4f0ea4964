#include "backend/json_scan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "backend/json_asks.h"
#include "backend/json_number.h"
#include "backend/json_string.h"
#include "base/limits.h"
#include "base/mem.h"

#define NUMBER_BYTES ((size_t)64) /* with its NUL */

enum state {
    WANT_VALUE,
    WANT_VALUE_OR_END, /* behind [ */
    WANT_KEY,
    WANT_KEY_OR_END, /* behind { */
    WANT_COLON,
    WANT_MORE, /* a comma or the container's end */
    IN_KEY,
    IN_STRING,
    IN_NUMBER,
    IN_LITERAL,
    IS_DONE,
    IS_BAD
};

struct frame {
    uint8_t node;
    bool is_object;
};

struct json_scan {
    const struct json_asks *asks; /* borrowed */
    const char *chunk;            /* being fed, for offsets */
    uint64_t bytes;               /* before the chunk */
    const char *mistake;          /* NULL: none */
    uint64_t mistake_at;
    const char *literal; /* what of it is still to come */
    char **capture;      /* one a question: its text; NULL where nothing is captured */
    enum state state;
    enum json_number_part number_part;
    uint32_t depth;
    uint8_t value_node;        /* of the value that comes, or is being read */
    uint32_t number_questions; /* those whose first value is the number being read */
    size_t number_bytes;       /* with those that no longer fit */
    char number[NUMBER_BYTES];
    struct json_string string;
    struct json_answer *answer; /* one a question */
    struct frame frame[LIMIT_JSON_DEPTH + 1];
};

struct json_scan *json_scan_new(const struct json_asks *asks)
{
    struct json_scan *scan = mem_new(sizeof *scan);
    scan->asks = asks;
    scan->string.cap = asks->gather_bytes;
    scan->string.text = mem_new(asks->gather_bytes);
    scan->answer = mem_new_array(asks->count, sizeof *scan->answer);
    scan->capture = mem_new_array(asks->count, sizeof *scan->capture);
    for (size_t i = 0; i < asks->count; i++) {
        if (asks->question[i].ask == JSON_ASK_TEXT) {
            scan->capture[i] = mem_new(asks->question[i].capture_bytes + 1);
        }
    }
    json_scan_restart(scan);
    return scan;
}

void json_scan_free(struct json_scan *scan)
{
    if (scan == NULL) {
        return;
    }
    for (size_t i = 0; i < scan->asks->count; i++) {
        free(scan->capture[i]);
    }
    free(scan->capture);
    free(scan->answer);
    free(scan->string.text);
    free(scan);
}

void json_scan_restart(struct json_scan *scan)
{
    scan->bytes = 0;
    scan->mistake = NULL;
    scan->mistake_at = 0;
    scan->state = WANT_VALUE;
    scan->depth = 0;
    scan->value_node = JSON_NODE_ROOT;
    memset(scan->answer, 0, scan->asks->count * sizeof scan->answer[0]);
    for (size_t i = 0; i < scan->asks->count; i++) {
        scan->answer[i].text = "";
    }
}

/* Ends the scan; the place is counted as not taken. */
static const char *bad(struct json_scan *scan, const char *at, const char *mistake)
{
    scan->state = IS_BAD;
    scan->mistake = mistake;
    scan->mistake_at = scan->bytes + (uint64_t)(at - scan->chunk);
    return at;
}

/* ---- answers ---- */

static void answer_kind(struct json_scan *scan, enum json_kind kind)
{
    uint32_t left = scan->asks->node[scan->value_node].questions;
    for (; left != 0; left &= left - 1) {
        unsigned index = (unsigned)__builtin_ctz(left);
        struct json_answer *answer = &scan->answer[index];
        if (answer->kind == JSON_ABSENT) {
            answer->kind = kind;
            /* Only read when the value turns out to be a number. */
            scan->number_questions |= UINT32_C(1) << index;
        }
        answer->count += scan->asks->question[index].ask != JSON_ASK_EQUALS;
    }
}

/* A value begins. Most are asked nothing about. */
static inline void note_kind(struct json_scan *scan, enum json_kind kind)
{
    if (scan->value_node != JSON_NODE_NOTHING) {
        answer_kind(scan, kind);
    }
}

static void capture(struct json_scan *scan, unsigned index, const char *text, size_t bytes,
                    bool over)
{
    struct json_answer *answer = &scan->answer[index];
    size_t most = scan->asks->question[index].capture_bytes;
    if (answer->has_text) {
        return;
    }
    answer->has_text = true;
    answer->text_cut = over || bytes > most;
    if (bytes > most) {
        bytes = most;
        while (bytes > 0 && ((unsigned char)text[bytes] & 0xc0U) == 0x80U) {
            bytes--;
        }
    }
    memcpy(scan->capture[index], text, bytes);
    scan->capture[index][bytes] = '\0';
    answer->text = scan->capture[index];
    answer->text_bytes = bytes;
}

static void note_text(struct json_scan *scan, const char *text, size_t bytes, bool over)
{
    uint32_t left = scan->asks->node[scan->value_node].questions;
    for (; left != 0; left &= left - 1) {
        unsigned index = (unsigned)__builtin_ctz(left);
        switch (scan->asks->question[index].ask) {
        case JSON_ASK_TEXT:
            capture(scan, index, text, bytes, over);
            break;
        case JSON_ASK_EQUALS:
            scan->answer[index].count += !over && json_asks_equal(scan->asks, index, text, bytes);
            break;
        default:
            break;
        }
    }
}

/* The number is complete. */
static void note_number(struct json_scan *scan)
{
    uint32_t left = scan->number_questions;
    if (left == 0 || scan->number_bytes >= NUMBER_BYTES) {
        return;
    }
    scan->number[scan->number_bytes] = '\0';
    double number = strtod(scan->number, NULL);
    for (; left != 0; left &= left - 1) {
        struct json_answer *answer = &scan->answer[__builtin_ctz(left)];
        answer->has_number = true;
        answer->number = number;
    }
}

/* ---- the text's structure ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static const struct json_node *node_of(const struct json_scan *scan, uint8_t node)
{
    return &scan->asks->node[node];
}

static void end_value(struct json_scan *scan)
{
    scan->state = scan->depth == 0 ? IS_DONE : WANT_MORE;
}

/* The member of the object at hand that has this name. */
static void find_member(struct json_scan *scan, const char *name, size_t bytes)
{
    uint8_t node = node_of(scan, scan->frame[scan->depth].node)->member;
    while (node != JSON_NODE_NOTHING) {
        const struct json_node *member = node_of(scan, node);
        if (member->key_bytes == bytes && memcmp(member->key, name, bytes) == 0) {
            break;
        }
        node = member->sibling;
    }
    scan->value_node = node;
}

static bool wants_string(const struct json_scan *scan)
{
    return scan->state == IN_KEY ? node_of(scan, scan->frame[scan->depth].node)->member != 0
                                 : node_of(scan, scan->value_node)->wants_text;
}

/* A string is complete. */
static inline void end_string(struct json_scan *scan, const char *text, size_t bytes, bool over)
{
    if (scan->state == IN_KEY) {
        if (over) {
            scan->value_node = JSON_NODE_NOTHING;
        } else {
            find_member(scan, text, bytes);
        }
        scan->state = WANT_COLON;
        return;
    }
    if (node_of(scan, scan->value_node)->wants_text) {
        note_text(scan, text, bytes, over);
    }
    end_value(scan);
}

/* Inside a string that is not plain ASCII within one piece. */
static const char *take_string(struct json_scan *scan, const char *at, const char *end)
{
    switch (json_string_run(&scan->string, &at, end)) {
    case JSON_STRING_END:
        end_string(scan, scan->string.text, scan->string.len, scan->string.over);
        return at;
    case JSON_STRING_CONTROL:
        return bad(scan, at, "a control character must be escaped in a string");
    case JSON_STRING_ESCAPE:
        return bad(scan, at, "this is no escape of JSON");
    case JSON_STRING_UTF8:
        return bad(scan, at, "this is not UTF-8");
    default:
        return at;
    }
}

/* Behind the opening quote of a key or value. */
static const char *begin_string(struct json_scan *scan, enum state state, const char *at,
                                const char *end)
{
    scan->state = state;
    const char *stop = json_plain_end(at, end);
    if (stop < end && *stop == '"') {
        end_string(scan, at, (size_t)(stop - at), false);
        return stop + 1;
    }
    json_string_begin(&scan->string, wants_string(scan));
    return take_string(scan, at, end);
}

static const char *open_container(struct json_scan *scan, const char *at, bool is_object)
{
    if (scan->depth == LIMIT_JSON_DEPTH) {
        return bad(scan, at, "this is nested too deeply");
    }
    note_kind(scan, is_object ? JSON_OBJECT : JSON_ARRAY);
    scan->depth++;
    scan->frame[scan->depth] = (struct frame){ scan->value_node, is_object };
    scan->state = is_object ? WANT_KEY_OR_END : WANT_VALUE_OR_END;
    scan->value_node = node_of(scan, scan->value_node)->element;
    return at + 1;
}

static const char *close_container(struct json_scan *scan, const char *at)
{
    scan->depth--;
    end_value(scan);
    return at + 1;
}

/* ---- numbers ---- */

static void keep_digit(struct json_scan *scan, char c)
{
    if (scan->number_bytes < NUMBER_BYTES - 1) {
        scan->number[scan->number_bytes] = c;
    }
    scan->number_bytes += scan->number_bytes < NUMBER_BYTES;
}

static const char *take_number(struct json_scan *scan, const char *at, const char *end)
{
    while (at < end && json_number_goes_on(&scan->number_part, *at)) {
        keep_digit(scan, *at);
        at++;
    }
    if (at == end) {
        return at;
    }
    if (!json_number_may_end(scan->number_part)) {
        return bad(scan, at, "a digit must stand in a number");
    }
    note_number(scan);
    end_value(scan);
    return at;
}

static const char *begin_number(struct json_scan *scan, const char *at, const char *end)
{
    scan->number_questions = 0;
    scan->number_bytes = 0;
    scan->number_part = JSON_NUMBER_BEGIN;
    note_kind(scan, JSON_NUMBER);
    scan->state = IN_NUMBER;
    return take_number(scan, at, end);
}

/* ---- true, false, null ---- */

static const char *take_literal(struct json_scan *scan, const char *at, const char *end)
{
    while (at < end && *scan->literal != '\0') {
        if (*at != *scan->literal) {
            return bad(scan, at, "only true, false and null are words of JSON");
        }
        at++;
        scan->literal++;
    }
    if (*scan->literal == '\0') {
        end_value(scan);
    }
    return at;
}

static const char *begin_literal(struct json_scan *scan, const char *at, const char *end)
{
    bool is_true = *at == 't';
    bool is_false = *at == 'f';
    note_kind(scan, is_true ? JSON_TRUE : is_false ? JSON_FALSE : JSON_NULL);
    scan->literal = is_true ? "true" : is_false ? "false" : "null";
    scan->state = IN_LITERAL;
    return take_literal(scan, at, end);
}

/* ---- one token ---- */

static const char *take_value(struct json_scan *scan, const char *at, const char *end)
{
    switch (*at) {
    case '"':
        note_kind(scan, JSON_STRING);
        return begin_string(scan, IN_STRING, at + 1, end);
    case '{':
        return open_container(scan, at, true);
    case '[':
        return open_container(scan, at, false);
    case 't':
    case 'f':
    case 'n':
        return begin_literal(scan, at, end);
    case ']':
        return scan->state == WANT_VALUE_OR_END ? close_container(scan, at)
                                                : bad(scan, at, "a value must stand");
    default:
        return *at == '-' || (*at >= '0' && *at <= '9') ? begin_number(scan, at, end)
                                                        : bad(scan, at, "a value must stand");
    }
}

static const char *take_key(struct json_scan *scan, const char *at, const char *end)
{
    if (*at == '"') {
        at = begin_string(scan, IN_KEY, at + 1, end);
        /* What nearly always follows is taken without going back to the loop. */
        if (scan->state == WANT_COLON && end - at >= 2 && at[0] == ':' && at[1] == '"') {
            note_kind(scan, JSON_STRING);
            at = begin_string(scan, IN_STRING, at + 2, end);
        }
        return at;
    }
    if (*at == '}' && scan->state == WANT_KEY_OR_END) {
        return close_container(scan, at);
    }
    return bad(scan, at, "a member's name in quotes must stand");
}

static const char *take_more(struct json_scan *scan, const char *at, const char *end)
{
    struct frame frame = scan->frame[scan->depth];
    if (*at == ',') {
        scan->state = frame.is_object ? WANT_KEY : WANT_VALUE;
        scan->value_node = node_of(scan, frame.node)->element;
        at++;
        return frame.is_object && at < end && *at == '"' ? take_key(scan, at, end) : at;
    }
    if (*at == (frame.is_object ? '}' : ']')) {
        return close_container(scan, at);
    }
    return bad(scan, at,
               frame.is_object ? "a comma or } must follow a value"
                               : "a comma or ] must follow a value");
}

static const char *take_token(struct json_scan *scan, const char *at, const char *end)
{
    switch (scan->state) {
    case WANT_VALUE:
    case WANT_VALUE_OR_END:
        return take_value(scan, at, end);
    case WANT_KEY:
    case WANT_KEY_OR_END:
        return take_key(scan, at, end);
    case WANT_COLON:
        if (*at != ':') {
            return bad(scan, at, "a colon must follow a member's name");
        }
        scan->state = WANT_VALUE;
        return at + 1;
    case WANT_MORE:
        return take_more(scan, at, end);
    default:
        return bad(scan, at, "nothing may stand behind the value");
    }
}

bool json_scan_feed(struct json_scan *scan, const char *bytes, size_t count)
{
    if (count == 0) {
        return scan->state != IS_BAD;
    }
    const char *at = bytes;
    const char *end = bytes + count;
    scan->chunk = bytes;
    while (at < end && scan->state != IS_BAD) {
        switch (scan->state) {
        case IN_KEY:
        case IN_STRING:
            at = take_string(scan, at, end);
            break;
        case IN_NUMBER:
            at = take_number(scan, at, end);
            break;
        case IN_LITERAL:
            at = take_literal(scan, at, end);
            break;
        default:
            at = is_blank(*at) ? at + 1 : take_token(scan, at, end);
            break;
        }
    }
    scan->bytes += (uint64_t)(at - bytes);
    return scan->state != IS_BAD;
}

bool json_scan_finish(struct json_scan *scan)
{
    if (scan->state == IN_NUMBER && scan->depth == 0 && json_number_may_end(scan->number_part)) {
        note_number(scan);
        end_value(scan);
    }
    if (scan->state != IS_DONE && scan->state != IS_BAD) {
        scan->chunk = "";
        (void)bad(scan, scan->chunk, "the text ends before its value does");
    }
    return scan->state == IS_DONE;
}

const char *json_scan_mistake(const struct json_scan *scan)
{
    return scan->mistake == NULL ? "" : scan->mistake;
}

uint64_t json_scan_mistake_at(const struct json_scan *scan)
{
    return scan->mistake_at;
}

uint64_t json_scan_bytes(const struct json_scan *scan)
{
    return scan->bytes;
}

const struct json_answer *json_scan_answer(const struct json_scan *scan, size_t index)
{
    assert(index < scan->asks->count);
    return &scan->answer[index];
}
