/* The data files that load and browser runs read (data/README.md says what is in each). They are
 * made in a staging folder inside the data folder before the database commits, and renamed into
 * place after: a failure to write them rolls the seeding back, and nobody ever reads half a file.
 */
#ifndef SEED_FILES_H
#define SEED_FILES_H

#include <stdint.h>

#include "base/err.h"
#include "seed/shape.h"

struct files {
    const char *dir; /* borrowed: the data folder */
    char *staging;   /* "<dir>/.seeding" while staged, else NULL */
};

/* Makes the data folder if need be and all files in staging; what an earlier, killed seeding left
 * there is removed. Token files are readable by their owner alone. ERR_IO. */
MUST_CHECK enum err files_stage(struct files *files, const char *dir, const struct shape *shape,
                                const char *secret, int64_t now_s, struct err_msg *msg);

/* Renames the staged files into place. ERR_IO names the file; some may then be new and others old.
 */
MUST_CHECK enum err files_publish(struct files *files, struct err_msg *msg);

/* Removes the staging folder, published or not. A no-op when nothing is staged. */
void files_discard(struct files *files);

/* Removes the data files (and a staging folder left behind) and nothing else. `*count`: how many
 * there were. ERR_IO. */
MUST_CHECK enum err files_remove(const char *dir, uint64_t *count, struct err_msg *msg);

#endif
