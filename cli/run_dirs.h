/* The run directories behind a word on the command line: a full run stands for its parts'. */
#ifndef CLI_RUN_DIRS_H
#define CLI_RUN_DIRS_H

#include <stddef.h>

#include "base/err.h"

struct run_dirs {
    char **path; /* owned */
    size_t count;
    size_t cap;
};

/* Each path in its order; the directory of a `tmscdp run` is replaced by those of its parts that
 * have one. What is no such directory stays as it is, for whoever reads it to judge. ERR_USAGE when
 * a full run has no part to show, ERR_FORMAT for a state.json that is none. run_dirs_release frees,
 * after a failure too. */
MUST_CHECK enum err run_dirs_find(const char *const *paths, size_t count, struct run_dirs *out,
                                  struct err_msg *msg);
void run_dirs_release(struct run_dirs *dirs);

#endif
