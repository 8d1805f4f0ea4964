/* JSON through cJSON, with what cJSON leaves open: parse errors with file and line, a depth
 * ceiling, typed getters, building that cannot fail. Trees are freed with cJSON_Delete. Not for
 * bodies of a load run: those go through the streaming scanner. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strbuf.h"

/* Parses exactly one value with nothing but blanks behind it. `name` is the file or source for the
 * sentence ("profile.json line 12: …"). ERR_FORMAT. `*out` is the caller's. */
MUST_CHECK enum err json_parse(const char *text, size_t count, const char *name, cJSON **out,
                               struct err_msg *msg);

/* Reads and parses a file (gzip when the name ends in .gz). */
MUST_CHECK enum err json_read_file(const char *path, size_t max_bytes, cJSON **out,
                                   struct err_msg *msg);

/* Getters: the member's value, or the given default (NULL for texts) when it is missing or of
 * another type. `path` may descend with dots: "result.product". Borrowed. */
const cJSON *json_at(const cJSON *node, const char *path);
const char *json_text(const cJSON *node, const char *path);
double json_number(const cJSON *node, const char *path, double otherwise);
bool json_bool(const cJSON *node, const char *path, bool otherwise);

/* Builders: they copy, never return NULL, and end the program when out of memory. A number that is
 * NaN or infinite is added as null. The returned node is borrowed from `parent`. */
cJSON *json_new_object(void);
cJSON *json_new_array(void);
cJSON *json_add_object(cJSON *parent, const char *key);
cJSON *json_add_array(cJSON *parent, const char *key);
void json_add_text(cJSON *parent, const char *key, const char *text); /* NULL adds null */
void json_add_number(cJSON *parent, const char *key, double number);
void json_add_bool(cJSON *parent, const char *key, bool value);
void json_add_node(cJSON *parent, const char *key, cJSON *child); /* takes the child */
void json_push_text(cJSON *array, const char *text);
void json_push_number(cJSON *array, double number);
cJSON *json_push_object(cJSON *array);
void json_push_node(cJSON *array, cJSON *child); /* takes the child */

/* Appends the tree's text. Numbers are written so that they read back to the same double. */
void json_write(const cJSON *node, bool indented, struct strbuf *out);

/* Writes the tree to a file, atomically, mode 0644; gzip when the name ends in .gz. Refuses
 * (ERR_FORMAT) to write a text in which redact_finds() finds a secret. */
MUST_CHECK enum err json_write_file(const char *path, const cJSON *node, struct err_msg *msg);

/* Appends `text` as a JSON string with its quotes, for callers that build commands as text. Invalid
 * UTF-8 becomes U+FFFD. */
void json_quote(const char *text, struct strbuf *out);

#endif
