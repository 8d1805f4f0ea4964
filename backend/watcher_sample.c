#include "backend/watcher_sample.h"

#include "backend/sql.h"
#include "base/mem.h"

#define WAITSTART_VERSION 140000

/* The columns of backend/sql/sample.sql. */
enum column {
    COLUMN_KIND,
    COLUMN_PID,
    COLUMN_NAME,   /* session, connections: the state; text: itself; lock: its type */
    COLUMN_DETAIL, /* session: type of process; lock: mode */
    COLUMN_WHAT,   /* session: what it waits for; lock: relation or virtual transaction */
    COLUMN_MS,     /* session: its statement's age; lock: waited; time: of the whole */
    COLUMN_TRANSACTION_MS,
    COLUMN_STATE_MS,
    COLUMN_NUMBER, /* session, text: the text's number; connections: how many */
    COLUMN_RELATION,
    COLUMN_PAGE,
    COLUMN_TUPLE,
    COLUMN_TRANSACTION,
    COLUMN_CLASS,
    COLUMN_OBJECT,
    COLUMN_SUBOBJECT,
    COLUMN_GRANTED
};

void watcher_sample_prepare(int version, struct strbuf *out)
{
    const struct sql_value values[] = {
        { "waitstart", version >= WAITSTART_VERSION ? "waitstart" : "NULL::timestamptz" },
        { NULL, NULL },
    };
    strbuf_add_str(out, "PREPARE tmscdp_sample AS ");
    sql_add("sample", values, out);
}

const char *session_state_name(enum session_state state)
{
    static const char *const names[SESSION_STATE_COUNT] = {
        [SESSION_ACTIVE] = "active",
        [SESSION_IDLE_IN_TRANSACTION] = "idle in transaction",
        [SESSION_HIDDEN] = "hidden",
        [SESSION_OTHER] = "other",
    };
    return names[state];
}

static bool is(const char *text, const char *word)
{
    return text != NULL && strcmp(text, word) == 0;
}

static enum session_state state_of(const char *name, bool hidden)
{
    if (hidden) {
        return SESSION_HIDDEN;
    }
    if (is(name, "active") || is(name, "fastpath function call")) {
        return SESSION_ACTIVE;
    }
    if (name != NULL && strncmp(name, "idle in transaction", strlen("idle in transaction")) == 0) {
        return SESSION_IDLE_IN_TRANSACTION;
    }
    return SESSION_OTHER;
}

static double not_negative(double number)
{
    return number > 0 ? number : 0;
}

static uint32_t whole(const struct grid *rows, size_t row, enum column column)
{
    double number = grid_number(rows, row, (size_t)column, 0);
    return number >= 0 && number <= UINT32_MAX ? (uint32_t)number : 0;
}

static const char *find_text(const struct grid *rows, double number)
{
    for (size_t row = 0; row < rows->rows; row++) {
        if (is(grid_text(rows, row, COLUMN_KIND), "q") &&
            grid_number(rows, row, COLUMN_NUMBER, -1) == number) {
            return grid_text(rows, row, COLUMN_NAME);
        }
    }
    return NULL;
}

static void read_session(const struct grid *rows, size_t row, struct watch_sample *out)
{
    const char *process = grid_text(rows, row, COLUMN_DETAIL);
    double number = grid_number(rows, row, COLUMN_NUMBER, -1);
    void *sessions = out->session;
    mem_reserve(&sessions, &out->session_cap, out->session_count + 1, sizeof out->session[0]);
    out->session = sessions;
    const struct watch_session session = {
        .pid = (int)whole(rows, row, COLUMN_PID),
        .state = state_of(grid_text(rows, row, COLUMN_NAME), process == NULL),
        .client = process == NULL || strcmp(process, "client backend") == 0,
        .waiting = is(grid_text(rows, row, COLUMN_WHAT), "Lock"),
        .statement_ms = not_negative(grid_number(rows, row, COLUMN_MS, 0)),
        .transaction_ms = not_negative(grid_number(rows, row, COLUMN_TRANSACTION_MS, 0)),
        .state_ms = not_negative(grid_number(rows, row, COLUMN_STATE_MS, 0)),
        .statement = process != NULL && number >= 0 ? find_text(rows, number) : NULL,
    };
    out->session[out->session_count++] = session;
    if (session.client) {
        out->state[session.state]++;
        out->connections++;
    }
}

/* A virtual transaction is "3/1234": whose, and its number. */
static void read_virtual(const char *text, struct lock_tag *tag)
{
    char *end = NULL;
    if (text != NULL) {
        tag->class_id = (uint32_t)strtoul(text, &end, 10);
        tag->transaction = *end == '/' ? (uint32_t)strtoul(end + 1, NULL, 10) : 0;
    }
}

static void read_lock(const struct grid *rows, size_t row, struct watch_sample *out)
{
    void *locks = out->lock;
    mem_reserve(&locks, &out->lock_cap, out->lock_count + 1, sizeof out->lock[0]);
    out->lock = locks;
    struct lock_row *lock = &out->lock[out->lock_count++];
    *lock = (struct lock_row){
        .pid = (int)whole(rows, row, COLUMN_PID),
        .tag = { .type = lock_type_of(grid_text(rows, row, COLUMN_NAME)),
                 .relation = whole(rows, row, COLUMN_RELATION),
                 .page = whole(rows, row, COLUMN_PAGE),
                 .tuple = whole(rows, row, COLUMN_TUPLE),
                 .transaction = whole(rows, row, COLUMN_TRANSACTION),
                 .class_id = whole(rows, row, COLUMN_CLASS),
                 .object_id = whole(rows, row, COLUMN_OBJECT),
                 .subobject = whole(rows, row, COLUMN_SUBOBJECT) },
        .mode = lock_mode_of(grid_text(rows, row, COLUMN_DETAIL)),
        .granted = is(grid_text(rows, row, COLUMN_GRANTED), "t"),
        .waited_ms = not_negative(grid_number(rows, row, COLUMN_MS, 0)),
    };
    if (lock->tag.type == LOCK_VIRTUAL) {
        read_virtual(grid_text(rows, row, COLUMN_WHAT), &lock->tag);
    } else if (lock->tag.relation != 0) {
        lock->relation = grid_text(rows, row, COLUMN_WHAT);
    }
}

static void read_row(const struct grid *rows, size_t row, struct watch_sample *out)
{
    const char *kind = grid_text(rows, row, COLUMN_KIND);
    if (is(kind, "s")) {
        read_session(rows, row, out);
    } else if (is(kind, "l")) {
        read_lock(rows, row, out);
    } else if (is(kind, "t")) {
        out->server_ms = not_negative(grid_number(rows, row, COLUMN_MS, 0));
    } else if (is(kind, "c") && is(grid_text(rows, row, COLUMN_NAME), "idle")) {
        out->idle = whole(rows, row, COLUMN_NUMBER);
        out->connections += out->idle;
    } else if (is(kind, "c")) {
        out->server = whole(rows, row, COLUMN_NUMBER);
    }
}

/* Before PostgreSQL 14 a lock does not say since when it is waited for: its statement does. */
static void fill_in_waits(struct watch_sample *sample)
{
    for (size_t i = 0; i < sample->lock_count; i++) {
        struct lock_row *lock = &sample->lock[i];
        const struct watch_session *session = !lock->granted && lock->waited_ms <= 0
                                                  ? watcher_sample_session(sample, lock->pid)
                                                  : NULL;
        if (session != NULL) {
            lock->waited_ms = session->statement_ms;
        }
    }
}

/* Locks of another database's sessions, or of tmscdp's own, are not the chat's. */
static void drop_foreign_waits(struct watch_sample *sample)
{
    size_t kept = 0;
    for (size_t i = 0; i < sample->lock_count; i++) {
        const struct lock_row *lock = &sample->lock[i];
        if (lock->granted || watcher_sample_session(sample, lock->pid) != NULL) {
            sample->lock[kept++] = *lock;
        }
    }
    sample->lock_count = kept;
}

void watcher_sample_read(const struct grid *rows, struct watch_sample *out)
{
    out->server_ms = 0;
    out->idle = out->connections = out->server = 0;
    memset(out->state, 0, sizeof out->state);
    out->session_count = out->lock_count = 0;
    for (size_t row = 0; row < rows->rows; row++) {
        read_row(rows, row, out);
    }
    drop_foreign_waits(out);
    fill_in_waits(out);
}

void watcher_sample_release(struct watch_sample *sample)
{
    free(sample->session);
    free(sample->lock);
    *sample = (struct watch_sample){ .session = NULL };
}

const struct watch_session *watcher_sample_session(const struct watch_sample *sample, int pid)
{
    for (size_t i = 0; i < sample->session_count; i++) {
        if (sample->session[i].pid == pid) {
            return &sample->session[i];
        }
    }
    return NULL;
}
