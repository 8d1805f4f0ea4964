#include "backend/database.h"

#include <assert.h>
#include <ctype.h>
#include <ev.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <time.h>

#include "backend/sql.h"
#include "base/clock.h"
#include "base/mem.h"

#define CONNECT_NS    (10 * NS_PER_S)
#define HANGING_NS    (DATABASE_STATEMENT_MS * NS_PER_MS * 2) /* the server's own time-out failed */
#define FIRST_WAIT_NS (200 * NS_PER_MS)
#define LAST_WAIT_NS  (2 * NS_PER_S)
#define PID_BYTES     16

static void add_settings(struct strbuf *sql)
{
    strbuf_addf(sql,
                "SET default_transaction_read_only = on; SET statement_timeout = %d; "
                "SET lock_timeout = %d; SET jit = off; SET client_min_messages = error; ",
                DATABASE_STATEMENT_MS, DATABASE_LOCK_MS);
}

enum phase {
    PHASE_DOWN,
    PHASE_CONNECTING,
    PHASE_RECOGNIZING, /* is it PostgreSQL itself? */
    PHASE_SETTING_UP,
    PHASE_IDLE,
    PHASE_ASKED
};

struct database {
    struct database_plan plan;
    char *conninfo;
    PGconn *conn;
    enum phase phase;
    struct ev_io watcher;
    struct loop_timer *timer; /* the next try, or the deadline of what is under way */
    struct database_question question;
    uint64_t asked_ns;
    PGresult *held; /* the last answer */
    struct grid grid;
    const char **cell; /* the names of the columns stand behind them */
    size_t cell_cap;
    struct strbuf trouble;
    struct strbuf notice; /* what the server said last without being asked */
    uint64_t wait_ns;     /* before the next try */
    uint64_t cpu_ns;
    unsigned cost_depth;
    int version;
};

static void connect_now(struct database *database);

static uint64_t thread_cpu_ns(void)
{
    struct timespec now = { 0, 0 };
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* Callbacks ask the next question: only the outermost counts. */
static uint64_t begin_cost(struct database *database)
{
    return database->cost_depth++ == 0 ? thread_cpu_ns() : 0;
}

static void end_cost(struct database *database, uint64_t before_ns)
{
    if (--database->cost_depth == 0) {
        database->cpu_ns += thread_cpu_ns() - before_ns;
    }
}

/* libpq ends its sentences with a newline, and some have several lines. */
static void one_line(const char *text, struct strbuf *out)
{
    size_t len = strlen(text);
    strbuf_clear(out);
    while (len > 0 && isspace((unsigned char)text[len - 1])) {
        len--;
    }
    for (size_t i = 0; i < len; i++) {
        if (!isspace((unsigned char)text[i])) {
            strbuf_add_char(out, text[i]);
        } else if (!isspace((unsigned char)text[i + 1])) {
            strbuf_add_char(out, ' ');
        }
    }
}

static void on_notice(void *arg, const PGresult *result)
{
    struct database *database = arg;
    const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    one_line(text != NULL ? text : "", &database->notice);
}

static void watch(struct database *database, int events)
{
    struct ev_loop *native = loop_native(database->plan.loop);
    ev_io_stop(native, &database->watcher);
    ev_io_set(&database->watcher, PQsocket(database->conn), events);
    ev_io_start(native, &database->watcher);
}

static void drop_answer(struct database *database)
{
    PQclear(database->held);
    database->held = NULL;
}

static void drop_connection(struct database *database)
{
    if (database->conn != NULL) {
        ev_io_stop(loop_native(database->plan.loop), &database->watcher);
        PQfinish(database->conn);
        database->conn = NULL;
    }
    loop_timer_stop(database->timer);
    database->phase = PHASE_DOWN;
}

static void answer(struct database *database, const struct database_answer *told)
{
    struct database_question question = database->question;
    database->question = (struct database_question){ .sql = NULL };
    if (question.answered != NULL) {
        question.answered(question.arg, told);
    }
}

static void lose(struct database *database, const char *why)
{
    bool was_asked = database->phase == PHASE_ASKED;
    one_line(why, &database->trouble);
    if (database->trouble.len == 0) {
        strbuf_add_str(&database->trouble, "the connection was lost");
    }
    drop_connection(database);
    loop_timer_start(database->timer, database->wait_ns);
    database->wait_ns = 2 * database->wait_ns < LAST_WAIT_NS ? 2 * database->wait_ns : LAST_WAIT_NS;
    if (was_asked) {
        const struct database_answer told = { .failure = strbuf_text(&database->trouble),
                                              .state = "" };
        answer(database, &told);
    }
}

static void fill_grid(struct database *database)
{
    size_t rows = (size_t)PQntuples(database->held);
    size_t columns = (size_t)PQnfields(database->held);
    void *cells = database->cell;
    mem_reserve(&cells, &database->cell_cap, (rows + 1) * columns, sizeof database->cell[0]);
    database->cell = cells;
    for (size_t i = 0; i < rows * columns; i++) {
        int row = (int)(i / columns);
        int column = (int)(i % columns);
        database->cell[i] = PQgetisnull(database->held, row, column) == 1
                                ? NULL
                                : PQgetvalue(database->held, row, column);
    }
    const char **name = database->cell + rows * columns;
    for (size_t i = 0; i < columns; i++) {
        name[i] = PQfname(database->held, (int)i);
    }
    database->grid = (struct grid){ database->cell, name, rows, columns };
}

/* Of the set-up; what comes back of it is no one else's. */
static void send(struct database *database, enum phase phase, const char *sql)
{
    drop_answer(database); /* the last one of the connection before may have been a failure */
    if (PQsendQuery(database->conn, sql) != 1) {
        lose(database, PQerrorMessage(database->conn));
        return;
    }
    database->phase = phase;
    watch(database, EV_READ | EV_WRITE);
}

/* A pooler lends the chat's own connections: what is set and prepared would stay on them. It is
 * known by the process that answers being another than the one that let us in. */
static void begin_recognizing(struct database *database)
{
    database->version = PQserverVersion(database->conn);
    if (PQsetnonblocking(database->conn, 1) != 0) {
        lose(database, PQerrorMessage(database->conn));
        return;
    }
    send(database, PHASE_RECOGNIZING, "SELECT " SQL_MARK " pg_backend_pid()");
}

static bool is_postgres_itself(const struct database *database)
{
    char pid[PID_BYTES];
    (void)snprintf(pid, sizeof pid, "%d", PQbackendPID(database->conn));
    return PQntuples(database->held) == 1 && PQnfields(database->held) == 1 &&
           strcmp(PQgetvalue(database->held, 0, 0), pid) == 0;
}

static void begin_set_up(struct database *database)
{
    struct strbuf sql = STRBUF_INIT;
    add_settings(&sql);
    if (database->plan.prepare != NULL) {
        database->plan.prepare(database->plan.arg, database->version, &sql);
    }
    send(database, PHASE_SETTING_UP, strbuf_text(&sql));
    strbuf_release(&sql);
}

static void end_recognizing(struct database *database, bool failed)
{
    if (failed) {
        lose(database, PQresultErrorMessage(database->held));
    } else if (!is_postgres_itself(database)) {
        lose(database, "a connection pooler stands in between: name PostgreSQL itself");
    } else {
        begin_set_up(database);
    }
}

static void go_on_connecting(struct database *database)
{
    switch (PQconnectPoll(database->conn)) {
    case PGRES_POLLING_READING:
        watch(database, EV_READ);
        break;
    case PGRES_POLLING_OK:
        begin_recognizing(database);
        break;
    case PGRES_POLLING_FAILED:
        lose(database, PQerrorMessage(database->conn));
        break;
    case PGRES_POLLING_WRITING:
    case PGRES_POLLING_ACTIVE:
        watch(database, EV_WRITE);
        break;
    }
}

static void end_set_up(struct database *database, bool failed)
{
    if (failed) {
        lose(database, PQresultErrorMessage(database->held));
        return;
    }
    loop_timer_stop(database->timer);
    database->phase = PHASE_IDLE;
    database->wait_ns = FIRST_WAIT_NS;
    if (database->plan.ready != NULL) {
        database->plan.ready(database->plan.arg);
    }
}

static void end_question(struct database *database, bool failed)
{
    struct strbuf failure = STRBUF_INIT;
    const char *state = PQresultErrorField(database->held, PG_DIAG_SQLSTATE);
    struct database_answer told = { .ms = (double)(clock_now_ns() - database->asked_ns) /
                                          (double)NS_PER_MS };
    loop_timer_stop(database->timer);
    database->phase = PHASE_IDLE;
    if (failed) {
        const char *text = PQresultErrorField(database->held, PG_DIAG_MESSAGE_PRIMARY);
        one_line(text != NULL ? text : PQerrorMessage(database->conn), &failure);
        told.failure = strbuf_text(&failure);
        told.state = state != NULL ? state : "";
    } else {
        fill_grid(database);
        told.rows = &database->grid;
    }
    answer(database, &told);
    strbuf_release(&failure);
}

static bool is_failure(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK;
}

/* Keeps the last result, or the first that failed. True at the end of them. */
static bool take_results(struct database *database)
{
    while (PQisBusy(database->conn) == 0) {
        PGresult *result = PQgetResult(database->conn);
        if (result == NULL) {
            return true;
        }
        if (database->held != NULL && is_failure(database->held)) {
            PQclear(result);
            continue;
        }
        PQclear(database->held);
        database->held = result;
    }
    return false;
}

static void go_on_asking(struct database *database)
{
    int left = PQflush(database->conn);
    if (left < 0 || PQconsumeInput(database->conn) != 1) {
        lose(database, PQerrorMessage(database->conn));
        return;
    }
    watch(database, left == 1 ? EV_READ | EV_WRITE : EV_READ);
    if (!take_results(database)) {
        return;
    }
    if (PQstatus(database->conn) == CONNECTION_BAD) {
        lose(database, PQerrorMessage(database->conn));
        return;
    }
    bool failed = database->held == NULL || is_failure(database->held);
    if (database->phase == PHASE_RECOGNIZING) {
        end_recognizing(database, failed);
    } else if (database->phase == PHASE_SETTING_UP) {
        end_set_up(database, failed);
    } else {
        end_question(database, failed);
    }
}

/* Without a question the server speaks only to say that it goes, and why. */
static void hear(struct database *database)
{
    bool there = PQconsumeInput(database->conn) == 1;
    (void)PQisBusy(database->conn); /* hands the words to on_notice */
    if (!there) {
        lose(database, database->notice.len > 0 ? strbuf_text(&database->notice)
                                                : PQerrorMessage(database->conn));
    }
}

static void on_ready(struct ev_loop *native, struct ev_io *watcher, int events)
{
    struct database *database = watcher->data;
    uint64_t before_ns = begin_cost(database);
    (void)native;
    (void)events;
    switch (database->phase) {
    case PHASE_CONNECTING:
        go_on_connecting(database);
        break;
    case PHASE_IDLE:
        hear(database);
        break;
    case PHASE_RECOGNIZING:
    case PHASE_SETTING_UP:
    case PHASE_ASKED:
        go_on_asking(database);
        break;
    case PHASE_DOWN:
        break;
    }
    end_cost(database, before_ns);
}

static void on_timer(void *arg)
{
    struct database *database = arg;
    if (database->phase == PHASE_DOWN) {
        connect_now(database);
    } else {
        lose(database, database->phase == PHASE_ASKED ? "the database stopped answering"
                                                      : "the database did not answer in time");
    }
}

static void connect_now(struct database *database)
{
    /* What stands behind the connection text overrides it. */
    const char *const keys[] = { "client_encoding", "dbname", "application_name", NULL };
    const char *const values[] = { "UTF8",
                                   database->conninfo[0] != '\0' ? database->conninfo : NULL,
                                   database->plan.application, NULL };
    database->conn = PQconnectStartParams(keys, values, 1);
    if (database->conn == NULL || PQstatus(database->conn) == CONNECTION_BAD) {
        lose(database, database->conn != NULL ? PQerrorMessage(database->conn) : "out of memory");
        return;
    }
    (void)PQsetNoticeReceiver(database->conn, on_notice, database);
    strbuf_clear(&database->notice);
    database->phase = PHASE_CONNECTING;
    loop_timer_start(database->timer, CONNECT_NS);
    watch(database, EV_WRITE);
}

struct database *database_new(const struct database_plan *plan)
{
    struct database *database = mem_new(sizeof *database);
    database->plan = *plan;
    database->conninfo = mem_dup_str(plan->conninfo);
    database->timer = loop_timer_new(plan->loop, on_timer, database);
    database->wait_ns = FIRST_WAIT_NS;
    ev_io_init(&database->watcher, on_ready, -1, EV_READ);
    database->watcher.data = database;
    connect_now(database);
    return database;
}

void database_free(struct database *database)
{
    if (database == NULL) {
        return;
    }
    drop_connection(database);
    loop_timer_free(database->timer);
    PQclear(database->held);
    free(database->cell);
    free(database->conninfo);
    strbuf_release(&database->trouble);
    strbuf_release(&database->notice);
    free(database);
}

enum database_state database_state(const struct database *database)
{
    switch (database->phase) {
    case PHASE_CONNECTING:
    case PHASE_RECOGNIZING:
    case PHASE_SETTING_UP:
        return DATABASE_CONNECTING;
    case PHASE_IDLE:
        return DATABASE_IDLE;
    case PHASE_ASKED:
        return DATABASE_BUSY;
    case PHASE_DOWN:
        break;
    }
    return DATABASE_DOWN;
}

const char *database_trouble(const struct database *database)
{
    return strbuf_text(&database->trouble);
}

int database_version(const struct database *database)
{
    return database->version;
}

uint64_t database_cpu_ns(const struct database *database)
{
    return database->cpu_ns;
}

void database_ask(struct database *database, const struct database_question *question)
{
    assert(database->phase == PHASE_IDLE);
    uint64_t before_ns = begin_cost(database);
    database->question = *question;
    database->asked_ns = clock_now_ns();
    database->phase = PHASE_ASKED;
    drop_answer(database);
    int sent = question->params == NULL
                   ? PQsendQuery(database->conn, question->sql)
                   : PQsendQueryParams(database->conn, question->sql, (int)question->param_count,
                                       NULL, question->params, NULL, NULL, 0);
    if (sent == 1 && PQflush(database->conn) >= 0) {
        loop_timer_start(database->timer, HANGING_NS);
        watch(database, EV_READ | EV_WRITE);
    } else {
        lose(database, PQerrorMessage(database->conn));
    }
    end_cost(database, before_ns);
}

static bool has_settled(void *arg)
{
    enum database_state state = database_state(arg);
    return state == DATABASE_IDLE || state == DATABASE_DOWN;
}

enum err database_wait(struct database *database, uint64_t deadline_ns, struct err_msg *msg)
{
    enum err err = loop_wait(database->plan.loop, has_settled, database, deadline_ns, msg);
    if (err == ERR_TIMEOUT) {
        return err_set(msg, ERR_UNREACHABLE, "the database does not answer");
    }
    if (err == ERR_OK && database_state(database) == DATABASE_DOWN) {
        return err_set(msg, ERR_UNREACHABLE, "%s", database_trouble(database));
    }
    return err;
}

/* What database_query waits for. */
struct wait {
    bool answered;
    const struct grid *rows;
    bool lost;
    char failure[512];
};

static void keep_answer(void *arg, const struct database_answer *told)
{
    struct wait *wait = arg;
    wait->answered = true;
    wait->rows = told->rows;
    if (told->failure != NULL) {
        (void)snprintf(wait->failure, sizeof wait->failure, "%s", told->failure);
        wait->lost = told->state[0] == '\0';
    }
}

static bool is_answered(void *arg)
{
    return ((const struct wait *)arg)->answered;
}

enum err database_query(struct database *database, const char *sql, const char *const *params,
                        size_t param_count, const struct grid **rows, struct err_msg *msg)
{
    struct wait wait = { .answered = false };
    const struct database_question question = { sql, params, param_count, keep_answer, &wait };
    *rows = NULL;
    if (database_state(database) != DATABASE_IDLE) {
        return err_set(msg, ERR_CLOSED, "the database is not connected: %s",
                       database_trouble(database));
    }
    database_ask(database, &question);
    uint64_t deadline_ns = clock_now_ns() + 2 * HANGING_NS;
    enum err err = loop_wait(database->plan.loop, is_answered, &wait, deadline_ns, msg);
    if (err != ERR_OK) {
        database->question.answered = NULL;
        lose(database, "given up");
        return err;
    }
    if (wait.rows == NULL) {
        return err_set(msg, wait.lost ? ERR_CLOSED : ERR_PROTOCOL, "%s", wait.failure);
    }
    *rows = wait.rows;
    return ERR_OK;
}
