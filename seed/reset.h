/* Putting a used database back to what it was right after seeding, without seeding it again. */
#ifndef SEED_RESET_H
#define SEED_RESET_H

#include <stdint.h>

#include "base/err.h"
#include "seed/cleanup.h"
#include "seed/db.h"
#include "seed/shape.h"

struct reset_report {
    struct cleanup_report cleanup;
    uint64_t repaired_messages; /* seeded ones that were edited or deleted in the chat */
    uint64_t reactions;         /* seeded anew */
};

/* Reads the seeded shape off the database; shape->seed and shape->reactions are given, the rest is
 * found. ERR_USAGE when nothing is seeded or it was seeded with another seed number, when a
 * reaction shows that it was seeded with more of them, or when seeded messages are gone for good,
 * so that only seeding again helps. Needs cleanup_mark(). */
MUST_CHECK enum err reset_find_shape(struct db *db, struct shape *shape, struct err_msg *msg);

/* Resets: cleanup_reset(), then edited and deleted seeded messages, the seeded users' memberships,
 * the conversations' times, the users' last synchronization, and shape->reactions reactions on each
 * image. `secret` (NULL when
 * there is none) is needed only to repair an encrypted message: ERR_USAGE. */
MUST_CHECK enum err reset_run(struct db *db, const struct shape *shape, const char *secret,
                              struct reset_report *report, struct err_msg *msg);

#endif
