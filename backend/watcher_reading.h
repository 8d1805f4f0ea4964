/* PostgreSQL's statistics as they stand at one moment, read over a connection and waited for. */
#ifndef BACKEND_WATCHER_READING_H
#define BACKEND_WATCHER_READING_H

#include <stdbool.h>

#include "backend/database.h"
#include "backend/watcher_delta.h"
#include "backend/watcher_json.h"

/* All zero before reading; the texts are owned. */
struct server_facts {
    char *version;    /* "15.4 (Debian …)"; NULL: not read */
    char *statements; /* pg_stat_statements' schema; NULL: the extension is not there */
    char *role;
    unsigned max_connections;
    bool sees_all; /* the sessions and statements of other roles too */
};

MUST_CHECK enum err server_facts_read(struct database *database, struct server_facts *facts,
                                      struct err_msg *msg);
void server_facts_release(struct server_facts *facts);

/* What could not be read is empty, and `why` says so: a sentence, "" when all is there. */
struct reading {
    struct statement_counts statements;
    struct table_counts tables;
    struct database_counts counts;
    bool has_statements;
    bool has_tables;
    bool has_sizes;
    struct err_msg why_no_statements;
    struct err_msg why_no_tables; /* nor the database's counts */
    struct err_msg why_no_sizes;
};

void reading_take(struct database *database, const struct server_facts *facts, struct reading *out);
void reading_release(struct reading *reading);

/* The statements that took most time in all between the readings, at most WATCHER_STATEMENTS_MAX,
 * tmscdp's own left out, into `out->statement`. When their texts cannot be had
 * `out->has_statements` stays false, and `msg` says why. */
void reading_statements(struct database *database, const struct server_facts *facts,
                        const struct reading *before, const struct reading *after,
                        struct watched *out, struct err_msg *msg);

#endif
