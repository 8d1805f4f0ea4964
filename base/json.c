#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/redact.h"

#define WHOLE_MAX 9007199254740992.0 /* 2^53: up to here every whole number is a double */

static size_t line_of(const char *text, const char *at)
{
    size_t line = 1;
    for (const char *c = text; c < at; c++) {
        line += *c == '\n';
    }
    return line;
}

static bool ends_in_gz(const char *path)
{
    size_t len = strlen(path);
    return len > 3 && strcmp(path + len - 3, ".gz") == 0;
}

/* Where the nesting first goes over the ceiling, or NULL. cJSON recurses, so this comes first. */
static const char *too_deep_at(const char *text, size_t count)
{
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < count; i++) {
        char c = text[i];
        if (in_string) {
            i += c == '\\';
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > LIMIT_JSON_DEPTH) {
                return text + i;
            }
        } else if ((c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    return NULL;
}

/* The UTF-16 unit of a \uXXXX escape, or 0 when there is none. */
static unsigned escaped_unit(const char *at, const char *end)
{
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u') {
        return 0;
    }
    unsigned unit = 0;
    for (int i = 2; i < 6; i++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF";
        const char *found = at[i] == '\0' ? NULL : strchr(digits, at[i]);
        if (found == NULL) {
            return 0;
        }
        unit = unit * 16 + (unsigned)(found - digits) % 16;
    }
    return unit;
}

static bool is_high(unsigned unit)
{
    return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low(unsigned unit)
{
    return unit >= 0xdc00 && unit <= 0xdfff;
}

/* JavaScript cuts strings between the halves of a pair and Chromium writes the half that is left
 * as an escape, which cJSON refuses. Puts \ufffd in place of such halves; how many there were. */
static size_t mend_halves(char *text, size_t count)
{
    const char *end = text + count;
    size_t mended = 0;
    for (char *at = text; at < end; at++) {
        if (*at != '\\') {
            continue;
        }
        unsigned unit = escaped_unit(at, end);
        if (is_high(unit) && is_low(escaped_unit(at + 6, end))) {
            at += 11;
        } else if (is_high(unit) || is_low(unit)) {
            for (int i = 0; i < 4; i++) {
                at[2 + i] = "fffd"[i];
            }
            mended++;
            at += 5;
        } else {
            at++;
        }
    }
    return mended;
}

static cJSON *parse_mended(const char *text, size_t count, const char **end, char **copy)
{
    *copy = mem_dup_bytes(text, count);
    return mend_halves(*copy, count) == 0 ? NULL : cJSON_ParseWithLengthOpts(*copy, count, end, 0);
}

enum err json_parse(const char *text, size_t count, const char *name, cJSON **out,
                    struct err_msg *msg)
{
    const char *start = text;
    const char *end = NULL;
    char *copy = NULL;
    enum err err = ERR_OK;
    const char *deep = too_deep_at(text, count);
    if (deep != NULL) {
        return err_set(msg, ERR_FORMAT, "%s line %zu: JSON is nested deeper than %d levels", name,
                       line_of(text, deep), LIMIT_JSON_DEPTH);
    }
    cJSON *root = cJSON_ParseWithLengthOpts(text, count, &end, 0);
    if (root == NULL && count > 0) {
        const char *mended_end = NULL;
        root = parse_mended(text, count, &mended_end, &copy);
        if (root != NULL) {
            start = copy;
            end = mended_end;
        }
    }
    if (root == NULL) {
        size_t line = end == NULL ? 1 : line_of(text, end);
        err = err_set(msg, ERR_FORMAT, "%s line %zu: this is not JSON%s", name, line,
                      count == 0 ? " (empty)" : "");
        goto out;
    }
    while (end < start + count && *end != '\0' && strchr(" \t\r\n", *end) != NULL) {
        end++;
    }
    if (end < start + count) {
        err = err_set(msg, ERR_FORMAT, "%s line %zu: something stands behind the JSON value", name,
                      line_of(start, end));
        cJSON_Delete(root);
        goto out;
    }
    *out = root;
out:
    free(copy);
    return err;
}

enum err json_read_file(const char *path, size_t max_bytes, cJSON **out, struct err_msg *msg)
{
    struct strbuf text = STRBUF_INIT;
    enum err err = ends_in_gz(path) ? file_read_gz(path, max_bytes, &text, msg)
                                    : file_read(path, max_bytes, &text, msg);
    if (err == ERR_OK) {
        err = json_parse(strbuf_text(&text), text.len, path, out, msg);
    }
    strbuf_release(&text);
    return err;
}

const cJSON *json_at(const cJSON *node, const char *path)
{
    while (node != NULL) {
        size_t len = strcspn(path, ".");
        const cJSON *child = cJSON_IsObject(node) ? node->child : NULL;
        while (child != NULL &&
               (strncmp(child->string, path, len) != 0 || child->string[len] != '\0')) {
            child = child->next;
        }
        node = child;
        if (path[len] == '\0') {
            break;
        }
        path += len + 1;
    }
    return node;
}

const char *json_text(const cJSON *node, const char *path)
{
    const cJSON *found = json_at(node, path);
    return cJSON_IsString(found) ? found->valuestring : NULL;
}

double json_number(const cJSON *node, const char *path, double otherwise)
{
    const cJSON *found = json_at(node, path);
    return cJSON_IsNumber(found) ? found->valuedouble : otherwise;
}

bool json_bool(const cJSON *node, const char *path, bool otherwise)
{
    const cJSON *found = json_at(node, path);
    return cJSON_IsBool(found) ? cJSON_IsTrue(found) : otherwise;
}

static cJSON *checked(cJSON *node)
{
    if (node == NULL) {
        mem_exhausted();
    }
    return node;
}

static cJSON *number_node(double number)
{
    return checked(isfinite(number) ? cJSON_CreateNumber(number) : cJSON_CreateNull());
}

static cJSON *text_node(const char *text)
{
    return checked(text == NULL ? cJSON_CreateNull() : cJSON_CreateString(text));
}

cJSON *json_new_object(void)
{
    return checked(cJSON_CreateObject());
}

cJSON *json_new_array(void)
{
    return checked(cJSON_CreateArray());
}

void json_add_node(cJSON *parent, const char *key, cJSON *child)
{
    if (!cJSON_AddItemToObject(parent, key, child)) {
        mem_exhausted();
    }
}

void json_push_node(cJSON *array, cJSON *child)
{
    if (!cJSON_AddItemToArray(array, child)) {
        mem_exhausted();
    }
}

cJSON *json_add_object(cJSON *parent, const char *key)
{
    cJSON *child = json_new_object();
    json_add_node(parent, key, child);
    return child;
}

cJSON *json_add_array(cJSON *parent, const char *key)
{
    cJSON *child = json_new_array();
    json_add_node(parent, key, child);
    return child;
}

void json_add_text(cJSON *parent, const char *key, const char *text)
{
    json_add_node(parent, key, text_node(text));
}

void json_add_number(cJSON *parent, const char *key, double number)
{
    json_add_node(parent, key, number_node(number));
}

void json_add_bool(cJSON *parent, const char *key, bool value)
{
    json_add_node(parent, key, checked(cJSON_CreateBool(value)));
}

void json_push_text(cJSON *array, const char *text)
{
    json_push_node(array, text_node(text));
}

void json_push_number(cJSON *array, double number)
{
    json_push_node(array, number_node(number));
}

cJSON *json_push_object(cJSON *array)
{
    cJSON *child = json_new_object();
    json_push_node(array, child);
    return child;
}

static void write_number(double number, struct strbuf *out)
{
    char text[32];
    if (!isfinite(number)) {
        strbuf_add_str(out, "null");
        return;
    }
    if (number == trunc(number) && fabs(number) <= WHOLE_MAX) {
        strbuf_addf(out, "%.0f", number);
        return;
    }
    int digits = 15;
    do {
        (void)snprintf(text, sizeof text, "%.*g", digits, number);
        digits++;
    } while (digits <= 17 && strtod(text, NULL) != number);
    strbuf_add_str(out, text);
}

/* Bytes of the UTF-8 sequence at `at` by table 3-7 of the Unicode standard: 0 when it is none
 * (overlong, a surrogate, above U+10FFFF, cut short). The NUL behind a text ends any sequence. */
static size_t utf8_length(const unsigned char *at)
{
    unsigned char c = at[0];
    if (c < 0x80) {
        return 1;
    }
    if (c < 0xc2 || c > 0xf4) {
        return 0;
    }
    unsigned char low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    unsigned char high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    size_t length = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    if (at[1] < low || at[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if ((at[i] & 0xc0U) != 0x80U) {
            return 0;
        }
    }
    return length;
}

static void quote_ascii(char c, struct strbuf *out)
{
    static const char named[] = "\"\"\\\\\nn\tt\rr\bb\ff";
    for (size_t i = 0; named[i] != '\0'; i += 2) {
        if (named[i] == c) {
            strbuf_add_char(out, '\\');
            strbuf_add_char(out, named[i + 1]);
            return;
        }
    }
    if (c < 0x20) {
        strbuf_addf(out, "\\u%04x", (unsigned)c);
    } else {
        strbuf_add_char(out, c);
    }
}

void json_quote(const char *text, struct strbuf *out)
{
    const unsigned char *at = (const unsigned char *)text;
    strbuf_add_char(out, '"');
    while (*at != '\0') {
        size_t length = utf8_length(at);
        if (length == 1) {
            quote_ascii((char)*at, out);
        } else if (length > 1) {
            strbuf_add(out, at, length);
        } else {
            strbuf_add_str(out, "\xef\xbf\xbd");
        }
        at += length == 0 ? 1 : length;
    }
    strbuf_add_char(out, '"');
}

static void new_line(int level, bool wanted, struct strbuf *out)
{
    if (wanted) {
        strbuf_addf(out, "\n%*s", 2 * level, "");
    }
}

static bool only_numbers(const cJSON *array)
{
    const cJSON *child = NULL;
    cJSON_ArrayForEach (child, array) {
        if (!cJSON_IsNumber(child) && !cJSON_IsNull(child)) {
            return false;
        }
    }
    return true;
}

static void write_node(const cJSON *node, bool indented, int level, struct strbuf *out);

/* Rows of numbers stay on one line: samples would fill the file with line feeds. */
static void write_container(const cJSON *node, bool indented, int level, struct strbuf *out)
{
    bool is_object = cJSON_IsObject(node);
    bool one_line = !indented || (!is_object && only_numbers(node));
    const cJSON *child = NULL;
    strbuf_add_char(out, is_object ? '{' : '[');
    cJSON_ArrayForEach (child, node) {
        if (child != node->child) {
            strbuf_add_str(out, one_line && indented ? ", " : ",");
        }
        new_line(level + 1, !one_line, out);
        if (is_object) {
            json_quote(child->string, out);
            strbuf_add_str(out, indented ? ": " : ":");
        }
        write_node(child, indented, level + 1, out);
    }
    new_line(level, !one_line && node->child != NULL, out);
    strbuf_add_char(out, is_object ? '}' : ']');
}

static void write_node(const cJSON *node, bool indented, int level, struct strbuf *out)
{
    if (cJSON_IsObject(node) || cJSON_IsArray(node)) {
        write_container(node, indented, level, out);
    } else if (cJSON_IsString(node)) {
        json_quote(node->valuestring, out);
    } else if (cJSON_IsNumber(node)) {
        write_number(node->valuedouble, out);
    } else if (cJSON_IsBool(node)) {
        strbuf_add_str(out, cJSON_IsTrue(node) ? "true" : "false");
    } else {
        strbuf_add_str(out, "null");
    }
}

void json_write(const cJSON *node, bool indented, struct strbuf *out)
{
    write_node(node, indented, 0, out);
}

enum err json_write_file(const char *path, const cJSON *node, struct err_msg *msg)
{
    struct strbuf text = STRBUF_INIT;
    enum err err = ERR_OK;
    json_write(node, true, &text);
    strbuf_add_char(&text, '\n');
    if (redact_finds(text.data, text.len)) {
        err = err_set(msg, ERR_FORMAT, "%s would contain a secret: not written", path);
    } else if (ends_in_gz(path)) {
        err = file_write_gz(path, text.data, text.len, 0644, msg);
    } else {
        err = file_write(path, text.data, text.len, 0644, msg);
    }
    strbuf_release(&text);
    return err;
}
