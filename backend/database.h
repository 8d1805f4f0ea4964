/* One connection to the chat's database for looking at it, asynchronous in the loop (libpq). It
 * comes back by itself after a loss: the first try follows after a fifth of a second, the later
 * ones ever more rarely, up to every two seconds. One question at a time. Only looking up a host's
 * name, at each try to connect, holds the loop up: libpq has no other way.
 *
 * Nothing asked here may hold up the chat: transactions are read-only, every statement has a
 * time-out, and one that would wait for a lock longer than DATABASE_LOCK_MS gives up instead. */
#ifndef BACKEND_DATABASE_H
#define BACKEND_DATABASE_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/grid.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/strbuf.h"

#define DATABASE_STATEMENT_MS 3000
#define DATABASE_LOCK_MS      100

struct database;

enum database_state {
    DATABASE_CONNECTING,
    DATABASE_IDLE,
    DATABASE_BUSY,
    DATABASE_DOWN, /* the next try to connect is due later */
};

struct database_plan {
    struct loop *loop;       /* borrowed, like all below; alive as long as the database */
    const char *conninfo;    /* for libpq; "": its environment alone */
    const char *application; /* how the session is named: begins with "tmscdp" */
    /* Appends SQL that every new connection begins with, such as PREPARE; NULL for none. `version`
     * is the server's, as 150004. */
    void (*prepare)(void *arg, int version, struct strbuf *sql);
    /* Called when the connection is ready, the first time and after a loss; NULL for none. */
    void (*ready)(void *arg);
    void *arg;
};

struct database_answer {
    const struct grid *rows; /* NULL after a failure; valid until the next question */
    const char *failure;     /* one line; NULL when it was answered */
    const char *state;       /* SQLSTATE of the failure; "" when the connection was lost */
    double ms;               /* from sending to the last row */
};

struct database_question {
    const char *sql;           /* borrowed for the call */
    const char *const *params; /* texts for $1 …; NULL for none */
    size_t param_count;
    void (*answered)(void *arg, const struct database_answer *answer);
    void *arg;
};

/* Begins to connect. */
struct database *database_new(const struct database_plan *plan);
void database_free(struct database *database);

enum database_state database_state(const struct database *database);
/* Why it is not connected, or was not the last time; "" when it always was. */
const char *database_trouble(const struct database *database);
int database_version(const struct database *database); /* 0 before the first connection */
/* Processor time that this connection has cost our own process, its callbacks included. */
uint64_t database_cpu_ns(const struct database *database);

/* Only while it is DATABASE_IDLE. `answered` is called once, from the loop. */
void database_ask(struct database *database, const struct database_question *question);

/* Waits until it is idle. ERR_UNREACHABLE with the first failure, or at the deadline;
 * ERR_INTERRUPTED. */
MUST_CHECK enum err database_wait(struct database *database, uint64_t deadline_ns,
                                  struct err_msg *msg);

/* Asks and waits. `*rows` is valid until the next question. ERR_CLOSED when the connection is not
 * there or was lost, ERR_PROTOCOL when the server refused, ERR_TIMEOUT, ERR_INTERRUPTED: after the
 * last two the connection is made anew. */
MUST_CHECK enum err database_query(struct database *database, const char *sql,
                                   const char *const *params, size_t param_count,
                                   const struct grid **rows, struct err_msg *msg);

#endif
