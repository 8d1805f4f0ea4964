/* The command line, the environment and their order: flag > environment > default. A command lists
 * its options in one table; the table parses, checks and prints help, so these cannot disagree. */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strbuf.h"

enum option_kind {
    OPTION_FLAG,     /* bool *; no value */
    OPTION_TEXT,     /* const char **; borrowed from argv or the environment */
    OPTION_COUNT,    /* uint64_t *; a whole number */
    OPTION_NUMBER,   /* double * */
    OPTION_DURATION, /* uint64_t * in milliseconds */
    OPTION_LIST,     /* struct option_list *; the option may be repeated */
    OPTION_HEADING,  /* no option: a line of its own in the help */
};

#define OPTION_LIST_MAX ((size_t)64)
struct option_list {
    const char *item[OPTION_LIST_MAX]; /* borrowed */
    size_t count;
};

struct option_spec {
    enum option_kind kind;
    const char *name;  /* without the dashes; for a heading its text */
    char letter;       /* 0 for none */
    const char *value; /* the value's name in the help: "URL" */
    const char *env;   /* environment variable read when the flag is absent; NULL for none */
    const char *help;  /* one sentence, default included */
    void *into;        /* as the kind says; holds the default before parsing */
};

/* The words that are no options. */
struct option_operands {
    const char **word; /* the caller's, with room for argc; filled with borrowed words */
    size_t count;
};

/* Parses argv[1…]; `--name=value`, `--name value`, `-n value`, `--` ends options. A value that
 * starts with two dashes needs the form with "=". Given twice, the last one holds (a list keeps
 * both). An empty variable counts as unset; a list takes one item from its variable, a flag 1,
 * true, 0 or false. An unknown option's sentence names the nearest known one. ERR_USAGE. */
MUST_CHECK enum err options_parse(const struct option_spec *specs, size_t count, int argc,
                                  char **argv, struct option_operands *operands,
                                  struct err_msg *msg);

/* Appends the option part of a help page: two columns, at most 100 wide. */
void options_help(const struct option_spec *specs, size_t count, struct strbuf *out);

/* The candidate nearest to `word` by edit distance (Damerau–Levenshtein, at most 3 and
 * less than the longer one's length), or NULL. */
const char *options_nearest(const char *word, const char *const *candidates, size_t count);

#endif
