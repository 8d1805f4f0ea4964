/* The connection to the chat's database against peers that are no database. The real one is in
 * tests/e2e/test_watcher.py. */
#include "tests/unit/test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/database.h"
#include "base/clock.h"
#include "base/mem.h"

static struct loop *loop;

static int make_loop(void **state)
{
    struct err_msg msg = { "" };
    (void)state;
    return loop_new(&loop, &msg) == ERR_OK ? 0 : -1;
}

static int free_loop(void **state)
{
    (void)state;
    loop_free(loop);
    return 0;
}

/* Listens on a port of the kernel's choice. */
static int listen_somewhere(unsigned *port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    *port = ntohs(address.sin_port);
    return listener;
}

static struct database *connect_to(unsigned port)
{
    char *conninfo = mem_format("host=127.0.0.1 port=%u dbname=x user=x sslmode=disable "
                                "gssencmode=disable",
                                port);
    const struct database_plan plan = { .loop = loop,
                                        .conninfo = conninfo,
                                        .application = "tmscdp test" };
    struct database *database = database_new(&plan);
    free(conninfo);
    return database;
}

static void nobody_there_is_told_and_tried_again(void **state)
{
    struct err_msg msg = { "" };
    const struct grid *rows = NULL;
    unsigned port;
    int listener = listen_somewhere(&port);
    (void)state;
    close(listener);
    struct database *database = connect_to(port);
    assert_int_equal(database_wait(database, clock_now_ns() + NS_PER_S, &msg), ERR_UNREACHABLE);
    assert_non_null(strstr(msg.text, "refused"));
    assert_null(strchr(msg.text, '\n'));
    assert_int_equal(database_state(database), DATABASE_DOWN);
    assert_string_equal(database_trouble(database), msg.text);
    assert_int_equal(database_query(database, "SELECT 1", NULL, 0, &rows, &msg), ERR_CLOSED);
    assert_null(rows);
    assert_int_equal(database_version(database), 0);
    database_free(database);
    database_free(NULL);
}

static bool was_tried_again(void *arg)
{
    int peer = accept(*(const int *)arg, NULL, NULL);
    if (peer >= 0) {
        close(peer);
    }
    return peer >= 0;
}

static void it_comes_back_by_itself(void **state)
{
    struct err_msg msg = { "" };
    unsigned port;
    int listener = listen_somewhere(&port);
    (void)state;
    assert_int_equal(fcntl(listener, F_SETFL, O_NONBLOCK), 0);
    struct database *database = connect_to(port);
    /* The first connection and the one after its loss; the peer hangs up on both. */
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            loop_wait(loop, was_tried_again, &listener, clock_now_ns() + 5 * NS_PER_S, &msg),
            ERR_OK);
    }
    close(listener);
    database_free(database);
}

static void a_silent_peer_is_not_waited_for_beyond_the_deadline(void **state)
{
    struct err_msg msg = { "" };
    unsigned port;
    int listener = listen_somewhere(&port);
    (void)state;
    struct database *database = connect_to(port);
    uint64_t since_ns = clock_now_ns();
    assert_int_equal(database_wait(database, since_ns + NS_PER_S / 5, &msg), ERR_UNREACHABLE);
    assert_true(clock_now_ns() - since_ns < 2 * NS_PER_S);
    assert_int_equal(database_state(database), DATABASE_CONNECTING);
    assert_string_equal(msg.text, "the database does not answer");
    close(listener);
    database_free(database);
}

static void a_peer_that_talks_nonsense_is_left(void **state)
{
    static const char nonsense[] = "HTTP/1.1 400 What?\r\n\r\n";
    struct err_msg msg = { "" };
    unsigned port;
    int listener = listen_somewhere(&port);
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int peer = accept(listener, NULL, NULL);
        ssize_t written = write(peer, nonsense, sizeof nonsense - 1);
        _exit(written > 0 ? 0 : 1);
    }
    struct database *database = connect_to(port);
    assert_int_equal(database_wait(database, clock_now_ns() + 5 * NS_PER_S, &msg), ERR_UNREACHABLE);
    assert_true(strlen(msg.text) > 10);
    database_free(database);
    close(listener);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* A peer that greets like PostgreSQL's process 4711 and answers the first question with `pid`;
 * writes what it is asked then to `out`. */
static _Noreturn void play_postgres(int listener, const char *pid, int out)
{
    static const unsigned char welcome[] = {
        'R', 0, 0, 0, 8,  0,  0, 0,    0,                /* AuthenticationOk */
        'K', 0, 0, 0, 12, 0,  0, 0x12, 0x67, 0, 0, 0, 1, /* BackendKeyData */
        'Z', 0, 0, 0, 5,  'I'                            /* ReadyForQuery */
    };
    static const unsigned char columns[] = {
        'T', 0, 0, 0, 26, 0, 1, 'p', 0, /* RowDescription: one, its name */
        0,   0, 0, 0, 0,  0, 0, 0,   0, 23, 0, 4, 0xff, 0xff, 0xff, 0xff, 0, 0
    };
    static const unsigned char end[] = { 'C', 0,   0,   0, 13,  'S', 'E', 'L', 'E', 'C',
                                         'T', ' ', '1', 0, 'Z', 0,   0,   0,   5,   'I' };
    unsigned char row[32] = { 'D', 0, 0, 0, 0, 0, 1, 0, 0, 0, 0 };
    char asked[4096];
    int peer = accept(listener, NULL, NULL);
    size_t length = strlen(pid);
    row[4] = (unsigned char)(10 + length);
    row[10] = (unsigned char)length;
    for (size_t i = 0; i < length; i++) {
        row[11 + i] = (unsigned char)pid[i];
    }
    bool good = read(peer, asked, sizeof asked) > 0 &&
                write(peer, welcome, sizeof welcome) == (ssize_t)sizeof welcome &&
                read(peer, asked, sizeof asked) > 0 &&
                write(peer, columns, sizeof columns) == (ssize_t)sizeof columns &&
                write(peer, row, 11 + length) == (ssize_t)(11 + length) &&
                write(peer, end, sizeof end) == (ssize_t)sizeof end;
    ssize_t got = good ? read(peer, asked, sizeof asked) : -1;
    _exit(got >= 0 && write(out, asked, (size_t)got) == got ? 0 : 1);
}

/* What a pooler is told would stay on a connection of the chat. */
static void a_pooler_is_left_before_anything_is_set(void **state)
{
    static const struct {
        const char *pid;
        bool is_postgres;
    } cases[] = { { "4711", true }, { "4712", false }, { "", false } };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err_msg msg = { "" };
        char asked[4096];
        int pipes[2];
        int status = 0;
        unsigned port;
        int listener = listen_somewhere(&port);
        assert_int_equal(pipe(pipes), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            play_postgres(listener, cases[i].pid, pipes[1]);
        }
        close(pipes[1]);
        struct database *database = connect_to(port);
        assert_int_equal(database_wait(database, clock_now_ns() + 5 * NS_PER_S, &msg),
                         ERR_UNREACHABLE);
        database_free(database);
        close(listener);
        ssize_t got = read(pipes[0], asked, sizeof asked - 1);
        close(pipes[0]);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
        bool was_set = false;
        for (ssize_t k = 0; k + 4 < got; k++) {
            was_set = was_set || memcmp(asked + k, "SET ", 4) == 0;
        }
        assert_int_equal(was_set, cases[i].is_postgres);
        assert_int_equal(strstr(msg.text, "pooler") == NULL, cases[i].is_postgres);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nobody_there_is_told_and_tried_again, make_loop, free_loop),
        cmocka_unit_test_setup_teardown(it_comes_back_by_itself, make_loop, free_loop),
        cmocka_unit_test_setup_teardown(a_silent_peer_is_not_waited_for_beyond_the_deadline,
                                        make_loop, free_loop),
        cmocka_unit_test_setup_teardown(a_pooler_is_left_before_anything_is_set, make_loop,
                                        free_loop),
        cmocka_unit_test_setup_teardown(a_peer_that_talks_nonsense_is_left, make_loop, free_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
