#include "backend/socketio.h"

#include <inttypes.h>

#include "base/json.h"

struct cursor {
    const char *text;
    size_t bytes;
    size_t at;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* At least one digit, the value at most `most`. */
static bool take_number(struct cursor *cursor, uint64_t most, uint64_t *out)
{
    size_t first = cursor->at;
    uint64_t value = 0;
    while (cursor->at < cursor->bytes && is_digit(cursor->text[cursor->at])) {
        uint64_t digit = (uint64_t)(cursor->text[cursor->at] - '0');
        if (value > (most - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
        cursor->at++;
    }
    *out = value;
    return cursor->at > first;
}

static bool take_attachments(struct cursor *cursor, struct socketio_packet *out)
{
    uint64_t count = 0;
    if (out->type != SOCKETIO_BINARY_EVENT && out->type != SOCKETIO_BINARY_ACK) {
        return true;
    }
    if (!take_number(cursor, SOCKETIO_ATTACHMENTS_MAX, &count) || cursor->at == cursor->bytes ||
        cursor->text[cursor->at] != '-') {
        return false;
    }
    cursor->at++;
    out->attachments = (uint32_t)count;
    return true;
}

static bool take_namespace(struct cursor *cursor, struct socketio_packet *out)
{
    const char *begin = cursor->text + cursor->at;
    size_t left = cursor->bytes - cursor->at;
    out->namespace = (struct socketio_text){ "/", 1 };
    if (left == 0 || begin[0] != '/') {
        return true;
    }
    const char *comma = memchr(begin, ',', left);
    if (comma == NULL && out->type == SOCKETIO_DISCONNECT) {
        comma = begin + left; /* nothing follows, so some senders leave it out */
    }
    if (comma == NULL) {
        return false;
    }
    out->namespace.bytes = (size_t)(comma - begin);
    out->namespace.text = begin;
    cursor->at += out->namespace.bytes + (comma < begin + left ? 1 : 0);
    return true;
}

static bool has_arguments(enum socketio_type type)
{
    return type == SOCKETIO_EVENT || type == SOCKETIO_ACK || type == SOCKETIO_BINARY_EVENT ||
           type == SOCKETIO_BINARY_ACK;
}

static bool needs_id(enum socketio_type type)
{
    return type == SOCKETIO_ACK || type == SOCKETIO_BINARY_ACK;
}

static bool take_id(struct cursor *cursor, struct socketio_packet *out)
{
    out->has_id = cursor->at < cursor->bytes && is_digit(cursor->text[cursor->at]);
    if (!out->has_id) {
        return !needs_id(out->type);
    }
    return has_arguments(out->type) && take_number(cursor, UINT64_MAX, &out->id);
}

static bool is_within(const struct socketio_text *data, char open, char close)
{
    return data->bytes >= 2 && data->text[0] == open && data->text[data->bytes - 1] == close;
}

bool socketio_parse(const char *text, size_t bytes, struct socketio_packet *out)
{
    struct cursor cursor = { text, bytes, 1 };
    if (bytes == 0 || text[0] < '0' || text[0] >= '0' + SOCKETIO_TYPE_COUNT) {
        return false;
    }
    *out = (struct socketio_packet){ .type = (enum socketio_type)(text[0] - '0') };
    if (!take_attachments(&cursor, out) || !take_namespace(&cursor, out) ||
        !take_id(&cursor, out)) {
        return false;
    }
    out->data = (struct socketio_text){ text + cursor.at, bytes - cursor.at };
    if (has_arguments(out->type)) {
        return is_within(&out->data, '[', ']');
    }
    return out->data.bytes == 0 ||
           (out->type != SOCKETIO_DISCONNECT && is_within(&out->data, '{', '}'));
}

/* The string whose opening quote stands at `*at`; moves behind its closing one. */
static bool take_string(const struct socketio_text *json, size_t *at, struct socketio_text *out)
{
    size_t begin = *at + 1;
    for (size_t i = begin; i < json->bytes; i++) {
        if (json->text[i] == '\\') {
            i++;
        } else if (json->text[i] == '"') {
            *out = (struct socketio_text){ json->text + begin, i - begin };
            *at = i + 1;
            return true;
        }
    }
    return false;
}

bool socketio_next_string(const struct socketio_text *json, size_t *at, struct socketio_text *out)
{
    if (*at >= json->bytes) {
        return false;
    }
    const char *quote = memchr(json->text + *at, '"', json->bytes - *at);
    if (quote == NULL) {
        return false;
    }
    *at = (size_t)(quote - json->text);
    return take_string(json, at, out);
}

bool socketio_event_name(const struct socketio_packet *packet, struct socketio_text *out)
{
    size_t at = 1;
    if (packet->data.bytes < 3 || packet->data.text[at] != '"' ||
        !take_string(&packet->data, &at, out) || at >= packet->data.bytes) {
        return false;
    }
    return packet->data.text[at] == ',' || packet->data.text[at] == ']';
}

bool socketio_equals(const struct socketio_text *text, const char *other)
{
    size_t bytes = strlen(other);
    return text->bytes == bytes && memcmp(text->text, other, bytes) == 0;
}

void socketio_write_connect(const char *auth, struct strbuf *out)
{
    strbuf_add_str(out, "40");
    strbuf_add_str(out, auth != NULL ? auth : "");
}

static void write_arguments(const char *name, const char *argument, struct strbuf *out)
{
    strbuf_add_char(out, '[');
    json_quote(name, out);
    if (argument != NULL) {
        strbuf_add_char(out, ',');
        strbuf_add_str(out, argument);
    }
    strbuf_add_char(out, ']');
}

void socketio_write_event(const char *name, const char *argument, struct strbuf *out)
{
    strbuf_add_str(out, "42");
    write_arguments(name, argument, out);
}

void socketio_write_event_with_id(const char *name, const char *argument, uint64_t id,
                                  struct strbuf *out)
{
    strbuf_addf(out, "42%" PRIu64, id);
    write_arguments(name, argument, out);
}
