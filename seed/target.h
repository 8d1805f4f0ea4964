/* Which database is meant, and whether it may be touched. Seeding writes and cleaning deletes, so
 * the database must have been named, and must be on this machine unless its host is allowed. */
#ifndef SEED_TARGET_H
#define SEED_TARGET_H

#include <stdbool.h>

#include "base/err.h"
#include "base/options.h"
#include "base/strbuf.h"

struct target {
    const char *url; /* a URL or key=value text; NULL: libpq's environment alone. Borrowed */
    bool from_argv;  /* the URL stands on the command line: a password in it is refused */
    const struct option_list *allowed_hosts; /* beside this machine; borrowed, NULL for none */
};

/* Appends to `conninfo` what libpq is to be given, "" for the environment alone. A driver in the
 * URL's scheme (postgresql+asyncpg://, as the chat's server has it) is dropped. What the URL leaves
 * open comes from PGHOST, PGHOSTADDR, PGDATABASE, PGSERVICE …, as libpq itself has it, and is
 * checked as well. A password is registered with base/redact.h.
 *
 * ERR_USAGE: malformed; a password in argv; a service in the URL (its host would escape the check);
 * nothing names a database, and libpq would quietly take the user's own. ERR_REFUSED: not this
 * machine and not allowed. A unix socket is this machine. */
MUST_CHECK enum err target_check(const struct target *target, struct strbuf *conninfo,
                                 struct err_msg *msg);

#endif
