#include "metrics/sql_shape.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DEPTH_MAX ((size_t)64)

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,   /* a name or key word, in lower case */
    TOKEN_QUOTED, /* "a name" */
    TOKEN_VALUE,  /* a number, a string, $1 */
    TOKEN_SIGN    /* one character, or an operator of several */
};

struct token {
    enum token_kind kind;
    char text[SQL_NAME_BYTES]; /* cut; of a value: empty */
};

enum clause {
    CLAUSE_NONE, /* before the verb */
    CLAUSE_SELECT,
    CLAUSE_FROM,
    CLAUSE_WHERE,
    CLAUSE_REST
};

struct reader {
    const char *at;
    struct sql_shape *shape;
    enum clause clause;
    size_t depth;              /* of parentheses */
    bool is_select[DEPTH_MAX]; /* whether the parenthesis at that depth holds a sub-select */
    size_t selects;            /* how many of the open ones do */
    bool in_with;              /* behind WITH, before the statement's own verb */
    bool wants_table;          /* the next name in FROM, INTO or UPDATE is one */
    bool has_column;           /* `column` was just read, an operator may follow */
    bool has_operator;         /* an operator was just read, a column may follow */
    char column[SQL_NAME_BYTES];
    struct token last;
};

static bool is_name_start(char c)
{
    return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_name_part(char c)
{
    return is_name_start(c) || isdigit((unsigned char)c) || c == '$';
}

static const char *skip_block_comment(const char *at)
{
    size_t depth = 0;
    do {
        if (at[0] == '/' && at[1] == '*') {
            depth++;
            at += 2;
        } else if (at[0] == '*' && at[1] == '/') {
            depth--;
            at += 2;
        } else {
            at++;
        }
    } while (depth > 0 && *at != '\0');
    return at;
}

static const char *skip_blanks(const char *at)
{
    for (;;) {
        if (isspace((unsigned char)*at)) {
            at++;
        } else if (at[0] == '-' && at[1] == '-') {
            at += strcspn(at, "\n");
        } else if (at[0] == '/' && at[1] == '*') {
            at = skip_block_comment(at);
        } else {
            return at;
        }
    }
}

/* From the opening quote to behind the closing one, which is doubled inside. */
static const char *skip_quoted(const char *at, bool backslashes)
{
    char quote = *at++;
    while (*at != '\0') {
        bool escaped = backslashes && at[0] == '\\' && at[1] != '\0';
        if (escaped || (at[0] == quote && at[1] == quote)) {
            at += 2;
        } else if (*at++ == quote) {
            break;
        }
    }
    return at;
}

/* $tag$ … $tag$, or NULL when no such quote begins here. */
static const char *skip_dollar_quoted(const char *at)
{
    size_t tag = 1;
    while (is_name_part(at[tag]) && at[tag] != '$') {
        tag++;
    }
    if (at[tag] != '$' || isdigit((unsigned char)at[1])) {
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

static void keep_text(const char *from, const char *to, bool lower, struct token *out)
{
    size_t used = 0;
    for (; from < to && used + 1 < sizeof out->text; from++) {
        out->text[used] = *from;
        if (lower) {
            out->text[used] = (char)tolower((unsigned char)*from);
        }
        used++;
    }
    out->text[used] = '\0';
}

static const char *read_word(const char *at, struct token *out)
{
    const char *end = at;
    while (is_name_part(*end)) {
        end++;
    }
    keep_text(at, end, true, out);
    out->kind = TOKEN_WORD;
    if (*end == '\'' && (strcmp(out->text, "e") == 0 || strcmp(out->text, "b") == 0 ||
                         strcmp(out->text, "x") == 0 || strcmp(out->text, "n") == 0)) {
        bool backslashes = out->text[0] == 'e';
        *out = (struct token){ .kind = TOKEN_VALUE };
        return skip_quoted(end, backslashes);
    }
    return end;
}

static const char *read_number(const char *at)
{
    at += *at == '$' ? 1 : 0;
    while (isalnum((unsigned char)*at) || *at == '.') {
        at++;
    }
    return at;
}

static const char *read_sign(const char *at, struct token *out)
{
    static const char operators[] = "<>=!~@#%^&|?*+-/:";
    const char *end = at + 1;
    if (strchr(operators, *at) != NULL) {
        while (*end != '\0' && strchr("<>=!~@:", *end) != NULL) {
            end++;
        }
    }
    keep_text(at, end, false, out);
    out->kind = TOKEN_SIGN;
    return end;
}

static void next_token(struct reader *reader, struct token *out)
{
    const char *at = skip_blanks(reader->at);
    const char *dollar = *at == '$' ? skip_dollar_quoted(at) : NULL;
    *out = (struct token){ .kind = TOKEN_END };
    if (*at == '\0') {
        reader->at = at;
    } else if (dollar != NULL || *at == '\'') {
        out->kind = TOKEN_VALUE;
        reader->at = dollar != NULL ? dollar : skip_quoted(at, false);
    } else if (*at == '"') {
        reader->at = skip_quoted(at, false);
        keep_text(at + 1, reader->at - (reader->at > at + 1 && reader->at[-1] == '"' ? 1 : 0),
                  false, out);
        out->kind = TOKEN_QUOTED;
    } else if (is_name_start(*at)) {
        reader->at = read_word(at, out);
    } else if (isdigit((unsigned char)*at) || (*at == '$' && isdigit((unsigned char)at[1]))) {
        out->kind = TOKEN_VALUE;
        reader->at = read_number(at);
    } else {
        reader->at = read_sign(at, out);
    }
}

static bool is_word(const struct token *token, const char *word)
{
    return token->kind == TOKEN_WORD && strcmp(token->text, word) == 0;
}

static bool is_one_of(const struct token *token, const char *const *words)
{
    for (; token->kind == TOKEN_WORD && *words != NULL; words++) {
        if (strcmp(token->text, *words) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_sign(const struct token *token, const char *sign)
{
    return token->kind == TOKEN_SIGN && strcmp(token->text, sign) == 0;
}

/* What compares, as a sign or as a word. */
static bool is_operator(const struct token *token)
{
    static const char *const words[] = { "in",  "is",      "like",     "ilike", "between",
                                         "not", "similar", "overlaps", NULL };
    static const char *const signs[] = { "=", "<",  ">",  "<=", ">=", "<>", "!=",
                                         "~", "~*", "!~", "@>", "<@", "@@", NULL };
    for (size_t i = 0; token->kind == TOKEN_SIGN && signs[i] != NULL; i++) {
        if (strcmp(token->text, signs[i]) == 0) {
            return true;
        }
    }
    return is_one_of(token, words);
}

static void add_column(struct sql_shape *shape, const char *name)
{
    if (!sql_shape_has(shape, name) && shape->where_count < SQL_COLUMNS_MAX) {
        (void)snprintf(shape->where[shape->where_count++], SQL_NAME_BYTES, "%s", name);
    }
}

/* WHERE at the statement's own level: a column beside an operator is one that is compared. */
static void read_where(struct reader *reader, const struct token *token)
{
    static const char *const no_columns[] = { "and",    "or",       "any",   "all",  "some",
                                              "null",   "true",     "false", "case", "when",
                                              "then",   "else",     "end",   "cast", "array",
                                              "exists", "distinct", "from",  "as",   "row",
                                              "on",     NULL };
    if (is_operator(token)) {
        if (reader->has_column) {
            add_column(reader->shape, reader->column);
        }
        reader->has_operator = !is_word(token, "not") || reader->has_column;
        reader->has_column = false;
        return;
    }
    bool name =
        token->kind == TOKEN_QUOTED || (token->kind == TOKEN_WORD && !is_one_of(token, no_columns));
    if (is_sign(token, "(") && reader->has_column && !is_sign(&reader->last, "(")) {
        reader->has_column = false; /* it was a function's name */
        return;
    }
    if (name && !is_sign(&reader->last, "::") && !is_word(&reader->last, "as")) {
        (void)snprintf(reader->column, sizeof reader->column, "%s", token->text);
        reader->has_column = true;
        return;
    }
    /* a.b: the name behind the dot replaces the table's, the operator before it still counts. */
    if (is_sign(token, ".") || is_sign(token, "::") || is_sign(&reader->last, "::")) {
        return;
    }
    if (reader->has_column && reader->has_operator) {
        add_column(reader->shape, reader->column);
    }
    reader->has_column = reader->has_column && is_sign(token, ")");
    reader->has_operator = reader->has_operator && is_sign(token, "(");
}

static void end_where(struct reader *reader)
{
    if (reader->clause == CLAUSE_WHERE && reader->has_column && reader->has_operator) {
        add_column(reader->shape, reader->column);
    }
    reader->has_column = false;
    reader->has_operator = false;
}

static void take_table(struct reader *reader, const struct token *token)
{
    struct sql_shape *shape = reader->shape;
    static const char *const no_tables[] = { "only", "lateral", "into", NULL };
    if (is_one_of(token, no_tables)) {
        return;
    }
    if (token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED) {
        const char *at = skip_blanks(reader->at);
        if (*at == '.') { /* the schema */
            reader->at = at + 1;
            return;
        }
        if (shape->table[0] == '\0' && shape->tables == 0) {
            (void)snprintf(shape->table, sizeof shape->table, "%s", token->text);
        }
    }
    shape->tables++;
    reader->wants_table = false;
}

static void read_from(struct reader *reader, const struct token *token)
{
    if (reader->wants_table) {
        take_table(reader, token);
    } else if (is_word(token, "join") || is_sign(token, ",")) {
        reader->wants_table = true;
    }
}

/* The select list: an aggregate of all rows stands at its start. */
static void read_select_list(struct reader *reader, const struct token *token)
{
    static const char *const aggregates[] = { "count",    "max",       "min",        "sum",
                                              "avg",      "bool_or",   "bool_and",   "array_agg",
                                              "json_agg", "jsonb_agg", "string_agg", NULL };
    if (is_word(token, "distinct")) {
        reader->shape->aggregated = true;
    }
    if (is_sign(token, "(") && is_one_of(&reader->last, aggregates)) {
        reader->shape->aggregated = true;
    }
}

static enum sql_verb verb_of(const struct token *token)
{
    return is_word(token, "select")   ? SQL_SELECT
           : is_word(token, "insert") ? SQL_INSERT
           : is_word(token, "update") ? SQL_UPDATE
           : is_word(token, "delete") ? SQL_DELETE
                                      : SQL_OTHER;
}

static void begin(struct reader *reader, const struct token *token)
{
    enum sql_verb verb = verb_of(token);
    if (is_word(token, "with")) {
        reader->in_with = true;
        return;
    }
    if (verb == SQL_OTHER) {
        reader->clause = reader->in_with ? CLAUSE_NONE : CLAUSE_REST;
        return;
    }
    reader->shape->verb = verb;
    reader->clause = verb == SQL_SELECT ? CLAUSE_SELECT : CLAUSE_FROM;
    reader->wants_table = verb == SQL_INSERT || verb == SQL_UPDATE;
}

/* Key words that begin a clause, at the statement's own level. True when the token was one. */
static bool begin_clause(struct reader *reader, const struct token *token)
{
    static const char *const rest[] = { "order",     "having", "window", "limit",     "offset",
                                        "fetch",     "union",  "except", "intersect", "for",
                                        "returning", "values", "set",    "on",        NULL };
    if (reader->clause == CLAUSE_NONE) {
        begin(reader, token);
        return true;
    }
    if (is_word(token, "from") && reader->clause != CLAUSE_WHERE &&
        !is_word(&reader->last, "distinct")) {
        reader->clause = CLAUSE_FROM;
        reader->wants_table = reader->shape->table[0] == '\0';
        return true;
    }
    if (is_word(token, "where")) {
        end_where(reader);
        reader->clause = CLAUSE_WHERE;
        return true;
    }
    bool grouped = is_word(token, "group");
    bool joins_on =
        is_word(token, "on") && reader->clause == CLAUSE_FROM && reader->shape->verb != SQL_INSERT;
    if (!grouped && (!is_one_of(token, rest) || joins_on)) {
        return false;
    }
    end_where(reader);
    reader->shape->aggregated = reader->shape->aggregated || grouped;
    reader->clause = CLAUSE_REST;
    return true;
}

static void read_token(struct reader *reader, const struct token *token)
{
    if (is_word(token, "limit") || is_word(token, "fetch")) {
        reader->shape->limited = true;
    }
    /* FOR UPDATE, FOR NO KEY UPDATE; an UPDATE inside ON CONFLICT stands behind DO. */
    if (is_word(token, "update") &&
        (is_word(&reader->last, "for") || is_word(&reader->last, "key"))) {
        reader->shape->locks_rows = true;
    }
    if (reader->selects > 0 || (reader->clause == CLAUSE_NONE && reader->depth > 0)) {
        return;
    }
    if (reader->depth == 0 && begin_clause(reader, token)) {
        return;
    }
    if (reader->clause == CLAUSE_SELECT) {
        read_select_list(reader, token);
    } else if (reader->clause == CLAUSE_FROM && reader->depth == 0) {
        read_from(reader, token);
    } else if (reader->clause == CLAUSE_WHERE) {
        read_where(reader, token);
    }
}

static void open_parenthesis(struct reader *reader)
{
    struct reader ahead = { .at = reader->at };
    struct token next;
    next_token(&ahead, &next);
    bool select = is_word(&next, "select") || is_word(&next, "with") || is_word(&next, "values");
    if (reader->depth < DEPTH_MAX) {
        reader->is_select[reader->depth] = select;
        reader->selects += select ? 1 : 0;
    }
    reader->depth++;
}

static void close_parenthesis(struct reader *reader)
{
    if (reader->depth == 0) {
        return;
    }
    reader->depth--;
    if (reader->depth < DEPTH_MAX && reader->is_select[reader->depth]) {
        reader->selects--;
    }
}

static bool ends_with(const char *text, size_t length, const char *end)
{
    size_t end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

void sql_shape_read(const char *text, struct sql_shape *out)
{
    *out = (struct sql_shape){ .verb = SQL_OTHER };
    struct reader reader = { .at = text, .shape = out };
    struct token token;
    size_t length = strlen(text);
    out->cut = ends_with(text, length, "…") || ends_with(text, length, "...");
    for (next_token(&reader, &token); token.kind != TOKEN_END; next_token(&reader, &token)) {
        if (is_sign(&token, ";") && reader.depth == 0) {
            break; /* one statement */
        }
        read_token(&reader, &token);
        if (is_sign(&token, "(")) {
            open_parenthesis(&reader);
        } else if (is_sign(&token, ")")) {
            close_parenthesis(&reader);
        }
        reader.last = token;
    }
    end_where(&reader);
}

bool sql_shape_has(const struct sql_shape *shape, const char *column)
{
    for (size_t i = 0; i < shape->where_count; i++) {
        if (strcmp(shape->where[i], column) == 0) {
            return true;
        }
    }
    return false;
}

bool sql_shape_reads_by(const struct sql_shape *shape, const char *table, const char *column)
{
    size_t others = sql_shape_has(shape, "deleted_at") ? 1 : 0;
    return shape->verb == SQL_SELECT && !shape->cut && strcmp(shape->table, table) == 0 &&
           sql_shape_has(shape, column) && shape->where_count == others + 1;
}
