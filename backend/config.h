/* Reading a configuration file (JSON) so that a person sees all mistakes at once, each with file,
 * line and field: "poll-vote.json:12: scenarios.vote.executor: there is no …". The readers below
 * complain and go on with a harmless value; whoever reads asks config_check() at the end. */
#ifndef BACKEND_CONFIG_H
#define BACKEND_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/strbuf.h"

struct config {
    char *name;             /* of the file, for sentences */
    struct strbuf text;     /* as it was read */
    cJSON *root;            /* owned; what is read from it may be borrowed as long as it lives */
    struct strbuf mistakes; /* a line each, of the first hundred */
    size_t mistake_count;
};

/* Reads and parses the file, or the text that is carried in the program: `name` is then only a
 * name. ERR_USAGE when there is no such file, ERR_FORMAT when it is no JSON object. `*out` is to be
 * released also after a failure. */
MUST_CHECK enum err config_open(const char *path, struct config *out, struct err_msg *msg);
MUST_CHECK enum err config_open_text(const char *name, const char *text, size_t bytes,
                                     struct config *out, struct err_msg *msg);
void config_release(struct config *config);

/* Notes a mistake in the value `node` of the tree (or something missing in it). */
void config_complain(struct config *config, const cJSON *node, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* ERR_OK when nothing was wrong; otherwise ERR_USAGE and a sentence with the number of mistakes,
 * which are in `mistakes`. */
MUST_CHECK enum err config_check(const struct config *config, struct err_msg *msg);

/* Complains about members of `object` that are not among `known` (NULL-ended), with the nearest
 * known name. */
void config_known(struct config *config, const cJSON *object, const char *const *known);

/* Typed members. A missing one that is `required` is a mistake; otherwise the default comes back. A
 * wrong type or range is always one. */
enum config_need {
    CONFIG_OPTIONAL,
    CONFIG_REQUIRED
};
const char *config_text(struct config *config, const cJSON *object, const char *key,
                        enum config_need need); /* NULL when missing; never empty */
bool config_bool(struct config *config, const cJSON *object, const char *key, bool otherwise);
/* A whole number from `min` to `max`. */
uint64_t config_count(struct config *config, const cJSON *object, const char *key, uint64_t min,
                      uint64_t max, uint64_t otherwise);
/* "1m30s"; *ns is untouched when missing. Returns whether it was there and right. */
bool config_duration_ns(struct config *config, const cJSON *object, const char *key, uint64_t *ns);
/* The same for a value itself. */
bool config_duration_of(struct config *config, const cJSON *node, uint64_t *ns);
/* An object or an array; NULL when missing or wrong. */
const cJSON *config_object(struct config *config, const cJSON *parent, const char *key,
                           enum config_need need);
const cJSON *config_array(struct config *config, const cJSON *parent, const char *key,
                          enum config_need need);

/* Which of `names` the text `node` is; complains with the nearest one and returns `count` when it
 * is none of them (or no text). */
size_t config_choice(struct config *config, const cJSON *node, const char *const *names,
                     size_t count);

/* The line, from 1, on which the value `node` begins; 0 when it is not in the tree. */
size_t config_line(const struct config *config, const cJSON *node);

#endif
