/* The chat's database as `stress` uses it: to put the state back before a load, and to be asked
 * about its integrity afterwards. */
#ifndef CLI_STRESS_DATABASE_H
#define CLI_STRESS_DATABASE_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/stress.h"
#include "base/err.h"
#include "base/options.h"
#include "base/strbuf.h"

struct stress_database {
    const char *url; /* --database-url or DATABASE_URL; NULL: libpq's own variables, if any */
    const char *data_dir;
    const struct option_list *allowed_hosts;
    uint64_t seed; /* as given to `tmscdp seed`, like the next */
    uint64_t reactions;
    uint64_t watch_ms; /* --watch-interval; the next two as well */
    bool no_watch;
    uint64_t pool_size;
};

/* Whether an option or the environment names a database at all. */
bool stress_database_is_named(const struct stress_database *database);

/* Appends what libpq is to be given. ERR_USAGE, ERR_REFUSED (seed/target.h). */
MUST_CHECK enum err stress_database_conninfo(const struct stress_database *database,
                                             struct strbuf *out, struct err_msg *msg);

/* How it is to be watched, into the plan. ERR_USAGE. */
MUST_CHECK enum err stress_database_watch(const struct stress_database *database,
                                          struct stress_plan *plan, struct err_msg *msg);

/* Removes what earlier runs left; `arg` is a struct stress_database. ERR_CLEANUP. */
MUST_CHECK enum err stress_database_reset(void *arg, struct err_msg *msg);

/* Removes the votes of the seeded poll, and says how many. ERR_CLEANUP. */
MUST_CHECK enum err stress_database_reset_votes(const struct stress_database *database,
                                                uint64_t *removed, struct err_msg *msg);

#endif
