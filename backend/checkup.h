/* The twelve diagnostics of the original suite: questions about the chat's database that a person
 * asks by name, outside of a load as well. Each is a file, backend/sql/monitor-<name>.sql; its
 * columns are named there, and one named "statement" is told without the values in it. */
#ifndef BACKEND_CHECKUP_H
#define BACKEND_CHECKUP_H

#include <stddef.h>

#include "backend/database.h"
#include "base/json.h"

struct checkup {
    const char *name;  /* "poll-lock-contention" */
    const char *title; /* what it shows */
    const char *empty; /* what it means that there are no rows */
};

#define CHECKUP_COUNT ((size_t)12)
extern const struct checkup checkups[CHECKUP_COUNT];

/* NULL when there is none of that name. */
const struct checkup *checkup_find(const char *name);

/* Asks, and adds {"name","title","columns":[…],"rows":[[text or number or null…]…]} to `list`, or
 * {"name","title","failure"} when the server refuses. `seeded_poll` is the SQL condition behind a
 * poll's id that seeded ones meet ("LIKE …"). ERR_CLOSED, ERR_TIMEOUT, ERR_INTERRUPTED: the
 * connection is gone, and so are the answers of the rest. */
MUST_CHECK enum err checkup_ask(struct database *database, const struct checkup *checkup,
                                const char *seeded_poll, cJSON *list, struct err_msg *msg);

#endif
