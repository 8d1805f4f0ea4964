/* `tmscdp seed`: the four things that can be done to the chat's database, each in one transaction:
 * all or nothing. */
#ifndef SEED_SEED_H
#define SEED_SEED_H

#include <stdint.h>

#include "base/err.h"
#include "seed/cleanup.h"
#include "seed/shape.h"
#include "seed/tables.h"
#include "seed/target.h"

enum seed_action {
    SEED_FILL,        /* replace what was seeded before by the shape, and write the data files */
    SEED_CLEAN,       /* remove what was seeded, and the data files */
    SEED_RESET,       /* remove what runs added; shape.seed and shape.reactions as when seeding */
    SEED_RESET_VOTES, /* remove the votes of the seeded poll */
};

struct seed_options {
    enum seed_action action;
    struct shape shape;
    struct target target;
    const char *data_dir;    /* borrowed, like the next */
    const char *secret_file; /* NULL: the environment (seed/secret.h) */
    int64_t now_s;           /* when tokens are issued, seconds since 1970 */
};

struct seed_copied {
    const char *table;
    uint64_t rows;
    double seconds; /* of that table's COPY alone */
};

struct seed_report {
    struct shape shape;                     /* as seeded; for SEED_RESET as found */
    struct seed_copied copied[TABLE_COUNT]; /* SEED_FILL */
    struct cleanup_report cleanup;          /* removed rows; for SEED_FILL those replaced */
    uint64_t repaired_messages;             /* SEED_RESET */
    uint64_t reactions;                     /* SEED_RESET: seeded anew */
    uint64_t removed_files;                 /* SEED_CLEAN */
    double seconds;                         /* the whole, connection included */
    struct id group_id;                     /* SEED_FILL, SEED_RESET: the big group */
};

/* Does it. Takes SIGINT and SIGTERM over for its time (base/loop.h): until the transaction is about
 * to commit they undo everything, ERR_INTERRUPTED.
 *
 * ERR_USAGE, ERR_REFUSED: before anything was touched. Otherwise filling fails with ERR_SEED and
 * the others with ERR_CLEANUP, and the database is as it was, except when the sentence says that
 * the database is done and only data files failed. */
MUST_CHECK enum err seed_run(const struct seed_options *options, struct seed_report *report,
                             struct err_msg *msg);

#endif
