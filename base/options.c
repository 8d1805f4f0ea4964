#include "base/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"

#define HELP_COLUMNS   100
#define LEFT_COLUMNS   34 /* a longer left column puts its text on the next line */
#define NEAREST_AT_ALL 3

struct parse {
    const struct option_spec *specs;
    size_t count;
    bool *seen; /* one a spec: given on the command line */
    int argc;
    char **argv;
    int at; /* the word being read */
    struct err_msg *msg;
};

static bool takes_value(const struct option_spec *spec)
{
    return spec->kind != OPTION_FLAG && spec->kind != OPTION_HEADING;
}

static enum err bad_value(const char *where, const char *value, const char *right,
                          struct err_msg *msg)
{
    return err_set(msg, ERR_USAGE, "%s: \"%s\" is not %s", where, value, right);
}

static enum err append(struct option_list *list, const char *value, const char *where,
                       struct err_msg *msg)
{
    if (list->count == OPTION_LIST_MAX) {
        return err_set(msg, ERR_USAGE, "%s may be given %zu times at most", where, OPTION_LIST_MAX);
    }
    list->item[list->count++] = value;
    return ERR_OK;
}

/* `where` is the option or the variable, for the sentence. */
static enum err store(const struct option_spec *spec, const char *value, const char *where,
                      struct err_msg *msg)
{
    switch (spec->kind) {
    case OPTION_TEXT:
        *(const char **)spec->into = value;
        return ERR_OK;
    case OPTION_COUNT:
        return num_parse_u64(value, spec->into)
                   ? ERR_OK
                   : bad_value(where, value, "a whole number such as 50", msg);
    case OPTION_NUMBER:
        return num_parse_double(value, spec->into)
                   ? ERR_OK
                   : bad_value(where, value, "a number such as 0.5", msg);
    case OPTION_DURATION:
        return num_parse_duration_ms(value, spec->into)
                   ? ERR_OK
                   : bad_value(where, value, "a duration such as 1m30s, 1.5s or 500ms", msg);
    case OPTION_LIST:
        return append(spec->into, value, where, msg);
    case OPTION_FLAG:
    case OPTION_HEADING:
        break;
    }
    return ERR_OK;
}

static enum err store_env_flag(const struct option_spec *spec, const char *value,
                               struct err_msg *msg)
{
    bool yes = strcmp(value, "1") == 0 || strcmp(value, "true") == 0;
    if (!yes && strcmp(value, "0") != 0 && strcmp(value, "false") != 0) {
        return bad_value(spec->env, value, "1, true, 0 or false", msg);
    }
    *(bool *)spec->into = yes;
    return ERR_OK;
}

static enum err read_environment(const struct parse *parse)
{
    for (size_t i = 0; i < parse->count; i++) {
        const struct option_spec *spec = &parse->specs[i];
        const char *value = spec->env == NULL || parse->seen[i] ? NULL : getenv(spec->env);
        if (value == NULL || value[0] == '\0') {
            continue;
        }
        enum err err = spec->kind == OPTION_FLAG ? store_env_flag(spec, value, parse->msg)
                                                 : store(spec, value, spec->env, parse->msg);
        if (err != ERR_OK) {
            return err;
        }
    }
    return ERR_OK;
}

static enum err unknown(const struct parse *parse, const char *word)
{
    const char **names = mem_new_array(parse->count + 1, sizeof names[0]);
    size_t count = 0;
    for (size_t i = 0; i < parse->count; i++) {
        if (parse->specs[i].kind != OPTION_HEADING) {
            names[count++] = parse->specs[i].name;
        }
    }
    const char *start = word + strspn(word, "-");
    char *name = mem_dup_bytes(start, strcspn(start, "="));
    const char *nearest = options_nearest(name, names, count);
    const char *dashes = word[1] == '-' ? "--" : "-";
    enum err err = nearest == NULL
                       ? err_set(parse->msg, ERR_USAGE, "unknown option %s%s", dashes, name)
                       : err_set(parse->msg, ERR_USAGE, "unknown option %s%s: did you mean --%s?",
                                 dashes, name, nearest);
    free(name);
    free(names);
    return err;
}

/* The value of an option that stood alone: the next word. */
static enum err next_word(struct parse *parse, const struct option_spec *spec, const char **value)
{
    const char *next = parse->at + 1 < parse->argc ? parse->argv[parse->at + 1] : NULL;
    if (next == NULL) {
        return err_set(parse->msg, ERR_USAGE, "--%s needs a value: --%s %s", spec->name, spec->name,
                       spec->value);
    }
    /* More likely a forgotten value than one with two dashes in front. */
    if (next[0] == '-' && next[1] == '-') {
        return err_set(parse->msg, ERR_USAGE,
                       "--%s needs a value before %s (one that starts with dashes: --%s=…)",
                       spec->name, next, spec->name);
    }
    parse->at++;
    *value = next;
    return ERR_OK;
}

static enum err take(struct parse *parse, size_t index, const char *value)
{
    const struct option_spec *spec = &parse->specs[index];
    char where[96];
    parse->seen[index] = true;
    if (!takes_value(spec)) {
        if (value != NULL) {
            return err_set(parse->msg, ERR_USAGE, "--%s takes no value", spec->name);
        }
        *(bool *)spec->into = true;
        return ERR_OK;
    }
    if (value == NULL) {
        enum err err = next_word(parse, spec, &value);
        if (err != ERR_OK) {
            return err;
        }
    }
    (void)snprintf(where, sizeof where, "--%s", spec->name);
    return store(spec, value, where, parse->msg);
}

static enum err take_long(struct parse *parse, const char *word)
{
    const char *name = word + 2;
    size_t len = strcspn(name, "=");
    for (size_t i = 0; i < parse->count; i++) {
        const struct option_spec *spec = &parse->specs[i];
        if (spec->kind != OPTION_HEADING && strlen(spec->name) == len &&
            strncmp(spec->name, name, len) == 0) {
            return take(parse, i, name[len] == '=' ? name + len + 1 : NULL);
        }
    }
    return unknown(parse, word);
}

static enum err take_short(struct parse *parse, const char *word)
{
    for (size_t i = 0; i < parse->count; i++) {
        if (parse->specs[i].letter == '\0' || parse->specs[i].letter != word[1]) {
            continue;
        }
        if (word[2] != '\0') {
            return err_set(parse->msg, ERR_USAGE, "%s: write the value of -%c as a word of its own",
                           word, word[1]);
        }
        return take(parse, i, NULL);
    }
    return unknown(parse, word);
}

enum err options_parse(const struct option_spec *specs, size_t count, int argc, char **argv,
                       struct option_operands *operands, struct err_msg *msg)
{
    struct parse parse = { specs, count, NULL, argc, argv, 1, msg };
    enum err err = ERR_OK;
    bool only_operands = false;
    parse.seen = mem_new_array(count, sizeof parse.seen[0]);
    operands->count = 0;
    for (; parse.at < argc && err == ERR_OK; parse.at++) {
        const char *word = argv[parse.at];
        if (only_operands || word[0] != '-' || word[1] == '\0') {
            operands->word[operands->count++] = word;
        } else if (strcmp(word, "--") == 0) {
            only_operands = true;
        } else if (word[1] == '-') {
            err = take_long(&parse, word);
        } else {
            err = take_short(&parse, word);
        }
    }
    if (err == ERR_OK) {
        err = read_environment(&parse);
    }
    free(parse.seen);
    return err;
}

/* Characters, not bytes, of UTF-8. */
static size_t columns_of(const char *text, size_t bytes)
{
    size_t columns = 0;
    for (size_t i = 0; i < bytes; i++) {
        columns += ((unsigned char)text[i] & 0xc0U) != 0x80U;
    }
    return columns;
}

static void left_part(const struct option_spec *spec, struct strbuf *out)
{
    if (spec->letter != '\0') {
        strbuf_addf(out, "  -%c, --%s", spec->letter, spec->name);
    } else {
        strbuf_addf(out, "      --%s", spec->name);
    }
    if (takes_value(spec)) {
        strbuf_addf(out, " %s", spec->value);
    }
}

/* Words from column `indent` on, where the cursor already is. */
static void wrap(const char *text, size_t indent, struct strbuf *out)
{
    size_t column = indent;
    for (const char *word = text + strspn(text, " "); *word != '\0';) {
        size_t bytes = strcspn(word, " ");
        size_t columns = columns_of(word, bytes);
        if (column > indent && column + 1 + columns > HELP_COLUMNS) {
            strbuf_addf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            strbuf_add_char(out, ' ');
            column++;
        }
        strbuf_add(out, word, bytes);
        column += columns;
        word += bytes;
        word += strspn(word, " ");
    }
    strbuf_add_char(out, '\n');
}

static size_t left_width(const struct option_spec *specs, size_t count)
{
    size_t widest = 0;
    struct strbuf left = STRBUF_INIT;
    for (size_t i = 0; i < count; i++) {
        if (specs[i].kind == OPTION_HEADING) {
            continue;
        }
        strbuf_clear(&left);
        left_part(&specs[i], &left);
        size_t columns = columns_of(left.data, left.len);
        if (columns > widest && columns <= LEFT_COLUMNS) {
            widest = columns;
        }
    }
    strbuf_release(&left);
    return widest + 2;
}

static void help_line(const struct option_spec *spec, size_t width, struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;
    size_t start = out->len;
    left_part(spec, out);
    size_t columns = columns_of(out->data + start, out->len - start);
    if (columns + 2 > width) {
        strbuf_addf(out, "\n%*s", (int)width, "");
    } else {
        strbuf_addf(out, "%*s", (int)(width - columns), "");
    }
    strbuf_add_str(&text, spec->help);
    if (spec->env != NULL) {
        strbuf_addf(&text, " [$%s]", spec->env);
    }
    wrap(text.data, width, out);
    strbuf_release(&text);
}

void options_help(const struct option_spec *specs, size_t count, struct strbuf *out)
{
    size_t width = left_width(specs, count);
    for (size_t i = 0; i < count; i++) {
        if (specs[i].kind == OPTION_HEADING) {
            strbuf_addf(out, "%s%s\n", i == 0 ? "" : "\n", specs[i].name);
        } else {
            help_line(&specs[i], width, out);
        }
    }
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Damerau-Levenshtein in its restricted form (optimal string alignment): the number of letters to
 * insert, delete, replace or swap with their neighbour, no place touched twice. */
static size_t distance(const char *a, const char *b)
{
    size_t a_len = strlen(a);
    size_t b_len = strlen(b);
    size_t width = b_len + 1;
    size_t *d = mem_new_array((a_len + 1) * width, sizeof d[0]);
    for (size_t i = 0; i <= a_len; i++) {
        d[i * width] = i;
    }
    for (size_t j = 0; j <= b_len; j++) {
        d[j] = j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        for (size_t j = 1; j <= b_len; j++) {
            size_t *cell = &d[i * width + j];
            size_t replaced = cell[-(ptrdiff_t)width - 1] + (a[i - 1] != b[j - 1]);
            *cell = least(least(cell[-1] + 1, cell[-(ptrdiff_t)width] + 1), replaced);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                *cell = least(*cell, d[(i - 2) * width + j - 2] + 1);
            }
        }
    }
    size_t result = d[a_len * width + b_len];
    free(d);
    return result;
}

const char *options_nearest(const char *word, const char *const *candidates, size_t count)
{
    const char *nearest = NULL;
    size_t best = NEAREST_AT_ALL + 1;
    size_t word_len = strlen(word);
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(candidates[i]);
        size_t longer = len > word_len ? len : word_len;
        /* Also keeps long words out of the quadratic table. */
        if (longer - least(len, word_len) > NEAREST_AT_ALL) {
            continue;
        }
        size_t steps = distance(word, candidates[i]);
        /* As many steps as letters: they have nothing in common. */
        if (steps < best && steps < longer) {
            best = steps;
            nearest = candidates[i];
        }
    }
    return nearest;
}
