/* The two sides of a comparison, from what the command line names. */
#ifndef CLI_COMPARE_INPUTS_H
#define CLI_COMPARE_INPUTS_H

#include "base/err.h"
#include "base/options.h"
#include "metrics/compare_side.h"

struct compare_named {
    const char *path[OPTION_LIST_MAX]; /* run directories or result files */
    size_t count;
    const char *variant;  /* NULL: the only one */
    const char *baseline; /* a baseline file in place of runs; NULL for runs */
};

/* Reads everything into `side` (initialised) and adds the slopes. ERR_USAGE, ERR_FORMAT,
 * ERR_NO_DATA (runs of one side that do not belong together), each naming the file. */
MUST_CHECK enum err compare_inputs_read(const struct compare_named *named,
                                        struct compare_side *side, struct err_msg *msg);

/* Whether the run at `path` has a variant of that name; false when it cannot be read. */
bool compare_inputs_has_variant(const char *path, const char *variant);

/* "20260224-133710-measure (plain) and 2 more", or the baseline's file, in new memory. */
char *compare_inputs_title(const struct compare_named *named);

/* Writes the side as a baseline file. */
MUST_CHECK enum err compare_inputs_save(const struct compare_side *side, const char *path,
                                        struct err_msg *msg);

#endif
