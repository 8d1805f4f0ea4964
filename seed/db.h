/* The connection to the chat's database, over libpq. Every wait runs in the program's loop
 * (base/loop.h), so a signal ends it: the server is told to cancel, and the open transaction is
 * gone with the connection. */
#ifndef SEED_DB_H
#define SEED_DB_H

#include <libpq-fe.h>
#include <stdint.h>

#include "base/err.h"
#include "base/loop.h"
#include "base/strbuf.h"

struct db {
    PGconn *conn;
    struct loop *loop; /* borrowed */
    enum err failure;  /* the code of whatever fails here: ERR_SEED or ERR_CLEANUP */
};

/* Connects within ten seconds; `conninfo` comes from target_check(). Whatever fails, now and later,
 * fails with `failure`. `*db` is released by db_close even after a failure. */
MUST_CHECK enum err db_connect(struct db *db, const char *conninfo, struct loop *loop,
                               enum err failure, struct err_msg *msg);
void db_close(struct db *db);

/* Runs one or more statements without parameters. `what` says for the sentence what was being done
 * ("removing old messages"). `*rows`, unless NULL: how many the last statement affected. */
MUST_CHECK enum err db_run(struct db *db, const char *what, const char *sql, uint64_t *rows,
                           struct err_msg *msg);

/* Runs one statement with text parameters ($1 …; the array ends with NULL). `*out` is the caller's
 * to PQclear. */
MUST_CHECK enum err db_query(struct db *db, const char *what, const char *sql,
                             const char *const *params, PGresult **out, struct err_msg *msg);

/* COPY … FROM STDIN: begin, then put any number of times, then end, which says how many rows were
 * taken. put returns when the bytes are with the kernel, so memory stays bounded. After a failure
 * the connection is good for nothing but db_close. */
MUST_CHECK enum err db_copy_begin(struct db *db, const char *what, const char *sql,
                                  struct err_msg *msg);
MUST_CHECK enum err db_copy_put(struct db *db, const struct strbuf *lines, struct err_msg *msg);
MUST_CHECK enum err db_copy_end(struct db *db, const char *what, uint64_t *rows,
                                struct err_msg *msg);

#endif
