/* Whether a full run has to seed the chat first, and whether it may. A database that is somebody
 * else's is never filled without being asked for: one that is not on this machine, or that holds
 * users and none of ours, needs --seed. */
#ifndef CLI_RUN_SEED_H
#define CLI_RUN_SEED_H

#include <stdbool.h>

#include "base/err.h"
#include "base/loop.h"
#include "cli/stress_database.h"

struct run_seed_question {
    const struct stress_database *database;
    const char *login_trouble; /* what the server said of the seeded token; NULL: nothing wrong */
    bool always;               /* --seed */
};

struct run_seed_answer {
    bool needed;
    char why[400]; /* why it is needed; empty when it is not */
};

/* Asks the data files, the server's word on the token and the database. ERR_USAGE when seeding is
 * needed and no database is named, ERR_REFUSED when it may not be seeded unasked: the sentence says
 * why it is needed and what to do. */
MUST_CHECK enum err run_seed_ask(struct loop *loop, const struct run_seed_question *question,
                                 struct run_seed_answer *out, struct err_msg *msg);

#endif
