#include "seed/db.h"

#include <ctype.h>
#include <errno.h>
#include <ev.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/num.h"

#define CONNECT_NS (10 * NS_PER_S)
#define NEVER_NS   (UINT64_C(365) * 86400 * NS_PER_S)

/* One turn of waiting for the socket. */
struct readiness {
    struct ev_io watcher;
    bool ready;
};

static void on_ready(struct ev_loop *native, struct ev_io *watcher, int events)
{
    (void)native;
    (void)events;
    *(bool *)watcher->data = true;
}

static bool is_ready(void *arg)
{
    return *(const bool *)arg;
}

static enum err wait_socket(const struct db *db, int events, uint64_t deadline_ns,
                            struct err_msg *msg)
{
    struct readiness turn = { .ready = false };
    struct ev_loop *native = loop_native(db->loop);
    enum err code;

    ev_io_init(&turn.watcher, on_ready, PQsocket(db->conn), events);
    turn.watcher.data = &turn.ready;
    ev_io_start(native, &turn.watcher);
    code = loop_wait(db->loop, is_ready, &turn.ready, deadline_ns, msg);
    ev_io_stop(native, &turn.watcher);
    return code;
}

static uint64_t never(void)
{
    return clock_now_ns() + NEVER_NS;
}

/* A server that is busy with a long statement would only notice our leaving at its end. */
static void cancel(const struct db *db)
{
    char ignored[256];
    PGcancel *handle = PQgetCancel(db->conn);
    if (handle != NULL) {
        (void)PQcancel(handle, ignored, (int)sizeof ignored);
        PQfreeCancel(handle);
    }
}

static enum err wait_server(const struct db *db, int events, struct err_msg *msg)
{
    enum err code = wait_socket(db, events, never(), msg);
    if (code == ERR_INTERRUPTED) {
        cancel(db);
        return err_set(msg, code, "interrupted; the database is as it was before");
    }
    return code;
}

/* libpq ends its sentences with a newline, and some have several lines. */
static void add_one_line(const char *text, struct strbuf *out)
{
    size_t len = strlen(text);
    while (len > 0 && isspace((unsigned char)text[len - 1])) {
        len--;
    }
    for (size_t i = 0; i < len; i++) {
        strbuf_add(out, text[i] == '\n' ? " " : &text[i], 1);
    }
}

static enum err fail_connection(const struct db *db, const char *what, struct err_msg *msg)
{
    struct strbuf text = STRBUF_INIT;
    add_one_line(PQerrorMessage(db->conn), &text);
    enum err code = err_set(msg, db->failure, "%s: %s", what, strbuf_text(&text));
    strbuf_release(&text);
    return code;
}

static const char *advice(const char *state)
{
    static const struct {
        const char *state; /* PostgreSQL 15, Appendix A */
        const char *text;
    } advices[] = {
        { "42P01", "; this does not look like the chat's database" },
        { "42703", "; this does not look like the chat's database" },
        { "42501", "; the database role needs SELECT, INSERT, UPDATE and DELETE on it" },
        { "55P03", "; another session holds it: stop what runs against this chat and try again" },
        { "40P01", "; stop what runs against this chat and try again" },
        { "23503", "; rows that were not seeded refer to it: remove them first" },
        { "23505", "; a row that was not seeded stands in the way" },
    };
    for (size_t i = 0; i < sizeof advices / sizeof advices[0]; i++) {
        if (strcmp(state, advices[i].state) == 0) {
            return advices[i].text;
        }
    }
    return "";
}

static enum err fail_result(const struct db *db, const char *what, const PGresult *result,
                            struct err_msg *msg)
{
    const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (primary == NULL) {
        return fail_connection(db, what, msg);
    }
    return err_set(msg, db->failure, "%s: %s%s%s%s", what, primary, detail != NULL ? ": " : "",
                   detail != NULL ? detail : "", state != NULL ? advice(state) : "");
}

/* Notices go to those who want to see everything. */
static void on_notice(void *arg, const PGresult *result)
{
    const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    (void)arg;
    log_verbose("database: %s", text != NULL ? text : "a notice without words");
}

static enum err poll_connection(const struct db *db, struct err_msg *msg)
{
    uint64_t deadline_ns = clock_now_ns() + CONNECT_NS;
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    while (status != PGRES_POLLING_OK && status != PGRES_POLLING_FAILED) {
        int events = status == PGRES_POLLING_READING ? EV_READ : EV_WRITE;
        enum err code = wait_socket(db, events, deadline_ns, msg);
        if (code == ERR_TIMEOUT) {
            return err_set(msg, db->failure, "the database %s:%s did not answer within %llu s",
                           PQhost(db->conn), PQport(db->conn),
                           (unsigned long long)(CONNECT_NS / NS_PER_S));
        }
        if (code != ERR_OK) {
            return err_set(msg, code, "interrupted while connecting to the database");
        }
        status = PQconnectPoll(db->conn);
    }
    return status == PGRES_POLLING_OK ? ERR_OK : fail_connection(db, "the database", msg);
}

enum err db_connect(struct db *db, const char *conninfo, struct loop *loop, enum err failure,
                    struct err_msg *msg)
{
    const char *const keys[] = { "fallback_application_name", "client_encoding", "dbname", NULL };
    const char *const values[] = { "tmscdp seed", "UTF8", conninfo[0] != '\0' ? conninfo : NULL,
                                   NULL };
    db->loop = loop;
    db->failure = failure;
    db->conn = PQconnectStartParams(keys, values, 1);
    if (db->conn == NULL || PQstatus(db->conn) == CONNECTION_BAD) {
        return fail_connection(db, "the database", msg);
    }
    enum err code = poll_connection(db, msg);
    if (code != ERR_OK) {
        return code;
    }
    (void)PQsetNoticeReceiver(db->conn, on_notice, NULL);
    if (PQsetnonblocking(db->conn, 1) != 0) {
        return fail_connection(db, "the database", msg);
    }
    return ERR_OK;
}

void db_close(struct db *db)
{
    PQfinish(db->conn);
    db->conn = NULL;
}

static enum err flush(const struct db *db, const char *what, struct err_msg *msg)
{
    int left;
    while ((left = PQflush(db->conn)) == 1) {
        enum err code = wait_server(db, EV_READ | EV_WRITE, msg);
        if (code != ERR_OK) {
            return code;
        }
        if (PQconsumeInput(db->conn) != 1) {
            return fail_connection(db, what, msg);
        }
    }
    return left == 0 ? ERR_OK : fail_connection(db, what, msg);
}

/* The next result, or NULL at the statement's end. */
static enum err next_result(const struct db *db, const char *what, PGresult **out,
                            struct err_msg *msg)
{
    while (PQisBusy(db->conn) == 1) {
        enum err code = wait_server(db, EV_READ, msg);
        if (code != ERR_OK) {
            return code;
        }
        if (PQconsumeInput(db->conn) != 1) {
            return fail_connection(db, what, msg);
        }
    }
    *out = PQgetResult(db->conn);
    return ERR_OK;
}

static uint64_t affected_rows(PGresult *result)
{
    uint64_t rows = 0;
    return num_parse_u64(PQcmdTuples(result), &rows) ? rows : 0;
}

/* Reads results to the end; keeps the last. The first failure wins. */
static enum err drain(const struct db *db, const char *what, PGresult **last, struct err_msg *msg)
{
    PGresult *result = NULL;
    enum err failed = ERR_OK;
    *last = NULL;
    for (;;) {
        enum err code = next_result(db, what, &result, msg);
        if (code != ERR_OK) {
            return code;
        }
        if (result == NULL) {
            return failed;
        }
        ExecStatusType status = PQresultStatus(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && failed == ERR_OK) {
            failed = fail_result(db, what, result, msg);
        }
        PQclear(*last);
        *last = result;
        if (PQstatus(db->conn) == CONNECTION_BAD) {
            return failed != ERR_OK ? failed : fail_connection(db, what, msg);
        }
    }
}

enum err db_run(struct db *db, const char *what, const char *sql, uint64_t *rows,
                struct err_msg *msg)
{
    PGresult *last = NULL;
    if (PQsendQuery(db->conn, sql) != 1) {
        return fail_connection(db, what, msg);
    }
    enum err code = flush(db, what, msg);
    if (code == ERR_OK) {
        code = drain(db, what, &last, msg);
    }
    if (code == ERR_OK && rows != NULL) {
        *rows = affected_rows(last);
    }
    PQclear(last);
    return code;
}

enum err db_query(struct db *db, const char *what, const char *sql, const char *const *params,
                  PGresult **out, struct err_msg *msg)
{
    int count = 0;
    *out = NULL;
    while (params[count] != NULL) {
        count++;
    }
    if (PQsendQueryParams(db->conn, sql, count, NULL, params, NULL, NULL, 0) != 1) {
        return fail_connection(db, what, msg);
    }
    enum err code = flush(db, what, msg);
    if (code == ERR_OK) {
        code = drain(db, what, out, msg);
    }
    if (code != ERR_OK) {
        PQclear(*out);
        *out = NULL;
    }
    return code;
}

enum err db_copy_begin(struct db *db, const char *what, const char *sql, struct err_msg *msg)
{
    PGresult *result = NULL;
    if (PQsendQuery(db->conn, sql) != 1) {
        return fail_connection(db, what, msg);
    }
    enum err code = flush(db, what, msg);
    if (code == ERR_OK) {
        code = next_result(db, what, &result, msg);
    }
    if (code == ERR_OK && PQresultStatus(result) != PGRES_COPY_IN) {
        code = fail_result(db, what, result, msg);
    }
    PQclear(result);
    return code;
}

enum err db_copy_put(struct db *db, const struct strbuf *lines, struct err_msg *msg)
{
    if (PQputCopyData(db->conn, strbuf_text(lines), (int)lines->len) != 1) {
        return fail_connection(db, "sending rows", msg);
    }
    return flush(db, "sending rows", msg);
}

enum err db_copy_end(struct db *db, const char *what, uint64_t *rows, struct err_msg *msg)
{
    PGresult *last = NULL;
    if (PQputCopyEnd(db->conn, NULL) != 1) {
        return fail_connection(db, what, msg);
    }
    enum err code = flush(db, what, msg);
    if (code == ERR_OK) {
        code = drain(db, what, &last, msg);
    }
    if (code == ERR_OK) {
        *rows = affected_rows(last);
    }
    PQclear(last);
    return code;
}
