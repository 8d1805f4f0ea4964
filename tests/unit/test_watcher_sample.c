/* Rows of a sample read into sessions and locks, also of other versions, rights and nonsense. */
#include "tests/unit/test.h"

#include <string.h>

#include "backend/watcher_sample.h"

#define COLUMNS 17

typedef const char *row[COLUMNS];

static const struct watch_session *session_of(const struct watch_sample *sample, int pid)
{
    const struct watch_session *session = watcher_sample_session(sample, pid);
    assert_non_null(session);
    return session;
}

static void read_rows(const row *rows, size_t count, struct watch_sample *out)
{
    const struct grid grid = { rows[0], NULL, count, COLUMNS };
    watcher_sample_read(&grid, out);
}

static void sessions_states_and_texts_are_read(void **state)
{
    static const row rows[] = {
        { "c", NULL, "idle", NULL, NULL, NULL, NULL, NULL, "7" },
        { "c", NULL, "server", NULL, NULL, NULL, NULL, NULL, "12" },
        { "s", "11", "active", "client backend", "Lock", "250.5", "300", "250", "4000000000" },
        { "s", "12", "idle in transaction", "client backend", "Client", "9", "40", "8", "5" },
        { "s", "13", "idle in transaction (aborted)", "client backend", NULL, "9", "4", "8", "6" },
        { "s", "14", NULL, NULL, NULL, NULL, NULL, NULL, "6" },
        { "s", "15", "active", "autovacuum worker", NULL, "-3", "1", "1", "5" },
        { "q", NULL, "SELECT 1", NULL, NULL, NULL, NULL, NULL, "4000000000" },
        { "q", NULL, "SELECT 2", NULL, NULL, NULL, NULL, NULL, "5" },
        { "t", NULL, NULL, NULL, NULL, "0.25" },
        { "z", "1", "from the future" },
    };
    struct watch_sample sample = { .session = NULL };
    (void)state;
    read_rows(rows, COUNT_OF(rows), &sample);
    assert_int_equal(sample.idle, 7);
    assert_int_equal(sample.server, 12);
    assert_int_equal(sample.connections, 11); /* the server's own worker is none */
    assert_int_equal(sample.state[SESSION_ACTIVE], 1);
    assert_int_equal(sample.state[SESSION_IDLE_IN_TRANSACTION], 2);
    assert_int_equal(sample.state[SESSION_HIDDEN], 1);
    assert_true(sample.server_ms > 0.24 && sample.server_ms < 0.26);
    assert_string_equal(session_of(&sample, 11)->statement, "SELECT 1");
    assert_true(session_of(&sample, 11)->waiting);
    assert_false(session_of(&sample, 12)->waiting);
    assert_string_equal(session_of(&sample, 12)->statement, "SELECT 2");
    assert_null(session_of(&sample, 13)->statement); /* its text did not come */
    assert_null(session_of(&sample, 14)->statement);
    assert_false(session_of(&sample, 15)->client);
    assert_true(session_of(&sample, 15)->statement_ms >= 0);
    assert_null(watcher_sample_session(&sample, 99));
    watcher_sample_release(&sample);
}

static void locks_are_read_and_waits_of_strangers_left_out(void **state)
{
    static const row rows[] = {
        { "s", "11", "active", "client backend", "Lock", "250", "300", "250", "1" },
        { "l", "10", "transactionid", "ExclusiveLock", NULL, NULL, NULL, NULL, NULL, NULL, NULL,
          NULL, "4294967295", NULL, NULL, NULL, "t" },
        { "l", "11", "transactionid", "ShareLock", NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
          "4294967295", NULL, NULL, NULL, "f" },
        { "l", "11", "tuple", "ExclusiveLock", "polls", NULL, NULL, NULL, NULL, "16500", "0", "3",
          NULL, NULL, NULL, NULL, "t" },
        { "l", "66", "relation", "AccessShareLock", "x", "5", NULL, NULL, NULL, "99", NULL, NULL,
          NULL, NULL, NULL, NULL, "f" },
        { "l", "11", "virtualxid", "ShareLock", "3/1234", "7.5", NULL, NULL, NULL, NULL, NULL, NULL,
          NULL, NULL, NULL, NULL, "f" },
        { "l", "11", "advisory", "ExclusiveLock", NULL, "1", NULL, NULL, NULL, NULL, NULL, NULL,
          NULL, "4037128131", "3571777376", "1", "f" },
    };
    struct watch_sample sample = { .session = NULL };
    (void)state;
    read_rows(rows, COUNT_OF(rows), &sample);
    assert_int_equal(sample.lock_count, 5);
    const struct lock_row *lock = sample.lock;
    assert_int_equal(lock[0].tag.transaction, UINT32_MAX);
    assert_true(lock[0].granted);
    assert_true(lock[1].waited_ms > 249); /* before PostgreSQL 14: since the statement began */
    assert_string_equal(lock[2].relation, "polls");
    assert_int_equal(lock[2].tag.tuple, 3);
    assert_int_equal(lock[3].tag.class_id, 3);
    assert_int_equal(lock[3].tag.transaction, 1234);
    assert_null(lock[3].relation);
    assert_true(lock[3].waited_ms > 7 && lock[3].waited_ms < 8);
    assert_int_equal(lock[4].tag.class_id, 4037128131U);
    assert_int_equal(lock[4].tag.subobject, 1);
    watcher_sample_release(&sample);
}

static void a_second_reading_begins_anew_and_nonsense_is_nothing(void **state)
{
    static const row nonsense[] = {
        { NULL },
        { "s", "minus", "?", "?", "?", "x", "y", "z", "w" },
        { "l", "1e99", "tuple", "?", NULL, "nan", NULL, NULL, NULL, "-1", "5000000000" },
        { "l", "7", "virtualxid", "ShareLock", "no slash", NULL, NULL, NULL, NULL, NULL, NULL, NULL,
          NULL, NULL, NULL, NULL, "t" },
        { "c", NULL, "idle", NULL, NULL, NULL, NULL, NULL, "many" },
    };
    struct watch_sample sample = { .session = NULL };
    (void)state;
    read_rows(nonsense, COUNT_OF(nonsense), &sample);
    read_rows(nonsense, COUNT_OF(nonsense), &sample);
    assert_int_equal(sample.session_count, 1);
    assert_int_equal(sample.session[0].pid, 0);
    assert_int_equal(sample.session[0].state, SESSION_OTHER);
    assert_int_equal(sample.idle, 0);
    assert_int_equal(sample.connections, 0);
    read_rows(nonsense, 0, &sample);
    assert_int_equal(sample.session_count, 0);
    watcher_sample_release(&sample);
}

static void the_servers_version_decides_where_waits_are_known_from(void **state)
{
    struct strbuf old = STRBUF_INIT;
    struct strbuf new = STRBUF_INIT;
    (void)state;
    watcher_sample_prepare(130012, &old);
    watcher_sample_prepare(150004, &new);
    assert_null(strstr(strbuf_text(&old), "waitstart"));
    assert_non_null(strstr(strbuf_text(&new), "*, waitstart AS since"));
    assert_int_equal(strncmp(strbuf_text(&new), "PREPARE tmscdp_sample AS ", 25), 0);
    strbuf_release(&old);
    strbuf_release(&new);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions_states_and_texts_are_read),
        cmocka_unit_test(locks_are_read_and_waits_of_strangers_left_out),
        cmocka_unit_test(a_second_reading_begins_anew_and_nonsense_is_nothing),
        cmocka_unit_test(the_servers_version_decides_where_waits_are_known_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
