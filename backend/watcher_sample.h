/* One look at the database's sessions and locks: the rows of backend/sql/sample.sql read. Pure. */
#ifndef BACKEND_WATCHER_SAMPLE_H
#define BACKEND_WATCHER_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>

#include "backend/grid.h"
#include "backend/lock_tree.h"
#include "base/strbuf.h"

/* Appends the PREPARE of the statement below. `version` is the server's, as 150004. */
#define WATCHER_SAMPLE_SQL "EXECUTE tmscdp_sample"
void watcher_sample_prepare(int version, struct strbuf *out);

enum session_state {
    SESSION_ACTIVE,
    SESSION_IDLE_IN_TRANSACTION, /* also one that has failed */
    SESSION_HIDDEN,              /* another role's, and we may not see it */
    SESSION_OTHER,
    SESSION_STATE_COUNT
};

const char *session_state_name(enum session_state state);

/* A session that is not idle, of any program but tmscdp. */
struct watch_session {
    int pid;
    enum session_state state;
    bool client;  /* not one of the server's own workers */
    bool waiting; /* for a lock */
    double statement_ms;
    double transaction_ms;
    double state_ms;       /* since when it is in its state */
    const char *statement; /* the running one, or the last; NULL when hidden. Borrowed */
};

struct watch_sample {
    double at_s;     /* since the load began; the caller's, like the next two */
    double dt_s;     /* since the sample before */
    double query_ms; /* as seen from here */
    double server_ms;
    unsigned idle; /* connections of clients to the chat's database, by state */
    unsigned state[SESSION_STATE_COUNT];
    unsigned connections; /* all of these */
    unsigned server;      /* connections of clients to the whole server, tmscdp's among them */
    struct watch_session *session;
    size_t session_count;
    size_t session_cap;
    struct lock_row *lock;
    size_t lock_count;
    size_t lock_cap;
};

/* Reads the rows into `out`, which is reused; all zero at first. The texts stay the grid's. Rows of
 * unknown kinds are passed over. */
void watcher_sample_read(const struct grid *rows, struct watch_sample *out);
void watcher_sample_release(struct watch_sample *sample);

/* NULL when no such session is known: it is idle, another database's, or gone. */
const struct watch_session *watcher_sample_session(const struct watch_sample *sample, int pid);

#endif
