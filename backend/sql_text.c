#include "backend/sql_text.h"

#include <ctype.h>
#include <stdbool.h>
#include <strings.h>

#include "base/mem.h"

#define HEAD_BYTES ((size_t)2500) /* of SQL_TEXT_BYTES */
#define CUT        " … "

static bool is_word(char c)
{
    return isalnum((unsigned char)c) != 0 || c == '_' || (unsigned char)c >= 0x80;
}

/* Past the closing quote; a doubled one is inside. */
static const char *skip_quoted(const char *at, char quote, bool backslashes)
{
    for (at++; *at != '\0'; at++) {
        if ((*at == '\\' && backslashes && at[1] != '\0') || (*at == quote && at[1] == quote)) {
            at++;
        } else if (*at == quote) {
            return at + 1;
        }
    }
    return at;
}

/* Past "$tag$ … $tag$"; NULL when none begins here. */
static const char *skip_dollars(const char *at)
{
    size_t tag = 1;
    while (is_word(at[tag]) && (tag > 1 || isdigit((unsigned char)at[tag]) == 0)) {
        tag++;
    }
    if (at[tag] != '$') {
        return NULL;
    }
    tag++;
    for (const char *end = at + tag; *end != '\0'; end++) {
        if (strncmp(end, at, tag) == 0) {
            return end + tag;
        }
    }
    return at + strlen(at);
}

static const char *skip_comment(const char *at)
{
    if (at[0] == '-' && at[1] == '-') {
        return at + strcspn(at, "\n");
    }
    if (at[0] == '/' && at[1] == '*') {
        const char *end = strstr(at + 2, "*/");
        return end != NULL ? end + 2 : at + strlen(at);
    }
    return NULL;
}

static const char *skip_number(const char *at)
{
    while (isalnum((unsigned char)*at) != 0 || *at == '.' || *at == '_') {
        bool exponent = (*at == 'e' || *at == 'E') && (at[1] == '+' || at[1] == '-');
        at += exponent ? 2 : 1;
    }
    return at;
}

/* Copies a word, a quoted name or one character. */
static const char *copy_piece(const char *at, struct strbuf *out)
{
    const char *end = at + 1;
    if (*at == '"') {
        end = skip_quoted(at, '"', false);
    } else if (*at == '$' || is_word(*at)) {
        while (is_word(*end)) {
            end++;
        }
    }
    strbuf_add(out, at, (size_t)(end - at));
    return end;
}

static const char *skip_value(const char *at)
{
    if (*at == '\'') {
        return skip_quoted(at, '\'', false);
    }
    /* E'…' and the like: the letter is part of the value. */
    if (strchr("eEbBxXnN", *at) != NULL && *at != '\0' && at[1] == '\'') {
        return skip_quoted(at + 1, '\'', *at == 'e' || *at == 'E');
    }
    if (isdigit((unsigned char)*at) != 0 || (*at == '.' && isdigit((unsigned char)at[1]) != 0)) {
        return skip_number(at);
    }
    return *at == '$' ? skip_dollars(at) : NULL;
}

static size_t back_to_character(const char *text, size_t at)
{
    while (at > 0 && ((unsigned char)text[at] & 0xC0U) == 0x80U) {
        at--;
    }
    return at;
}

static void add_shortened(const struct strbuf *text, struct strbuf *out)
{
    const char *data = strbuf_text(text);
    if (text->len <= SQL_TEXT_BYTES) {
        strbuf_add(out, data, text->len);
        return;
    }
    size_t head = back_to_character(data, HEAD_BYTES);
    size_t tail = back_to_character(data, text->len - (SQL_TEXT_BYTES - HEAD_BYTES));
    strbuf_add(out, data, head);
    strbuf_add_str(out, CUT);
    strbuf_add(out, data + tail, text->len - tail);
}

void sql_text_add(const char *statement, struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;
    bool blank = false;
    for (const char *at = statement; *at != '\0';) {
        const char *comment = skip_comment(at);
        if (comment != NULL || isspace((unsigned char)*at) != 0) {
            at = comment != NULL ? comment : at + 1;
            blank = text.len > 0;
            continue;
        }
        if (blank) {
            strbuf_add_char(&text, ' ');
            blank = false;
        }
        const char *value = skip_value(at);
        if (value != NULL) {
            strbuf_add_char(&text, '?');
            at = value;
        } else {
            at = copy_piece(at, &text);
        }
    }
    add_shortened(&text, out);
    strbuf_release(&text);
}

/* Whether the word stands at `at`, whole. */
static bool starts_word(const char *at, const char *word)
{
    size_t length = strlen(word);
    return strncasecmp(at, word, length) == 0 && !is_word(at[length]);
}

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " ");
}

/* The name at `at`, schema included; NULL when none stands there. */
static char *name_at(const char *at)
{
    const char *end = at;
    for (;;) {
        const char *from = end;
        if (*end == '"') {
            end = skip_quoted(end, '"', false);
        }
        while (is_word(*end)) {
            end++;
        }
        if (end == from || *end != '.') {
            break;
        }
        end++;
    }
    return end > at ? mem_dup_bytes(at, (size_t)(end - at)) : NULL;
}

/* The name behind the word at `at`, when that is one that a table follows. */
static char *relation_at(const char *at)
{
    static const char *const before[] = { "FROM", "INTO", "UPDATE", "TABLE" };
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        if (starts_word(at, before[i])) {
            const char *name = skip_blanks(at + strlen(before[i]));
            return name_at(starts_word(name, "ONLY") ? skip_blanks(name + strlen("ONLY")) : name);
        }
    }
    return NULL;
}

static char *find_relation(const char *text)
{
    char last = ' ';
    for (const char *at = text; *at != '\0';) {
        char *found = is_word(last) ? NULL : relation_at(at);
        if (found != NULL) {
            return found;
        }
        last = *at;
        at = *at == '"' ? skip_quoted(at, '"', false) : at + 1;
    }
    return NULL;
}

char *sql_text_relation(const char *statement)
{
    struct strbuf text = STRBUF_INIT;
    sql_text_add(statement, &text);
    char *whole = find_relation(strbuf_text(&text));
    char *bare = whole != NULL ? sql_text_bare_name(whole) : NULL;
    free(whole);
    strbuf_release(&text);
    return bare;
}

char *sql_text_bare_name(const char *name)
{
    const char *last = name;
    for (const char *at = name; *at != '\0';) {
        if (*at == '"') {
            at = skip_quoted(at, '"', false);
        } else {
            last = *at == '.' && at[1] != '\0' ? at + 1 : last;
            at++;
        }
    }
    struct strbuf bare = STRBUF_INIT;
    bool quoted = *last == '"';
    for (const char *at = last + (quoted ? 1 : 0); *at != '\0'; at++) {
        if (quoted && *at == '"') {
            if (at[1] != '"') {
                break;
            }
            at++;
        }
        strbuf_add_char(&bare, *at);
    }
    strbuf_add_str(&bare, "");
    return strbuf_detach(&bare);
}
