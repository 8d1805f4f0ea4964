/* What commands read of the seeder's files and of the environment before they start. */
#ifndef CLI_INPUTS_H
#define CLI_INPUTS_H

#include <stdbool.h>

#include "base/err.h"

/* A login token: the first of `token_file` when one is named, else AUTH_TOKEN, else the first of
 * "<data_dir>/tokens_array.json". It is registered with base/redact.h; the caller frees it.
 * ERR_USAGE names the file and what would be right. */
MUST_CHECK enum err inputs_token(const char *token_file, const char *data_dir, char **out,
                                 struct err_msg *msg);

/* A conversation's id: `given` (--conversation) or the seeded group of
 * "<data_dir>/conversation_ids.json". The caller frees it. ERR_USAGE. */
MUST_CHECK enum err inputs_conversation(const char *given, const char *data_dir, char **out,
                                        struct err_msg *msg);

/* A conversation of few members: `given` or the first of "extra_conversation_ids" of the same file.
 * The caller frees it. ERR_USAGE. */
MUST_CHECK enum err inputs_small_conversation(const char *given, const char *data_dir, char **out,
                                              struct err_msg *msg);

/* Letters, digits, "-" and "_", 1 to 128 of them: safe in URLs and file names. */
bool inputs_is_id(const char *text);

#endif
