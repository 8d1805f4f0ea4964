/* A misbehaving HTTP server (tests/fake/http_server.py) for the tests of the load side. */
#ifndef TESTS_UNIT_FAKE_SERVER_H
#define TESTS_UNIT_FAKE_SERVER_H

#include "tests/unit/test.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/process.h"
#include "base/strbuf.h"

#define SERVER_WAIT_NS (20 * NS_PER_S)

struct fake_server {
    struct loop *loop;
    struct process process;
    char *dir; /* the guardian removes it */
    char *port_file;
    unsigned port;
    struct loop_timer *timer;
};

static inline void server_look_again(void *arg)
{
    struct fake_server *server = arg;
    loop_timer_start(server->timer, 5 * NS_PER_MS);
}

static inline bool server_is_up(void *arg)
{
    struct fake_server *server = arg;
    struct strbuf text = STRBUF_INIT;
    struct err_msg msg;
    uint64_t port = 0;
    if (process_ended(&server->process)) {
        return true;
    }
    bool up = file_exists(server->port_file) &&
              file_read(server->port_file, 16, &text, &msg) == ERR_OK &&
              num_parse_u64(strbuf_text(&text), &port);
    server->port = (unsigned)port;
    strbuf_release(&text);
    return up;
}

/* Of tests/fake; `behaviours` end with NULL. */
#define SERVER_BEHAVIOURS_MAX 8
static inline void server_start_as(struct fake_server *server, const char *script,
                                   const char *const *behaviours)
{
    struct err_msg msg = { "" };
    *server = (struct fake_server){ .port = 0 };
    assert_int_equal(loop_new(&server->loop, &msg), ERR_OK);
    assert_int_equal(file_make_temp_dir(NULL, "tmscdp-fake-", &server->dir, &msg), ERR_OK);
    server->port_file = file_join(server->dir, "port");
    char *log = file_join(server->dir, "log");
    const char *argv[3 + SERVER_BEHAVIOURS_MAX + 1] = { "/usr/bin/python3", script,
                                                        server->port_file };
    for (size_t i = 0; i < SERVER_BEHAVIOURS_MAX && behaviours[i] != NULL; i++) {
        argv[3 + i] = behaviours[i];
    }
    struct process_spec spec = { .argv = argv, .log_path = log, .private_dir = server->dir };
    assert_int_equal(process_start(&server->process, &spec, &msg), ERR_OK);
    server->timer = loop_timer_new(server->loop, server_look_again, server);
    server_look_again(server);
    assert_int_equal(
        loop_wait(server->loop, server_is_up, server, clock_now_ns() + SERVER_WAIT_NS, &msg),
        ERR_OK);
    loop_timer_stop(server->timer);
    if (server->port == 0) {
        struct strbuf text = STRBUF_INIT;
        (void)!file_read(log, 65536, &text, &msg);
        fail_msg("the fake server did not start: %s", strbuf_text(&text));
    }
    free(log);
}

static inline void server_start(struct fake_server *server)
{
    static const char *const none[] = { NULL };
    server_start_as(server, "tests/fake/http_server.py", none);
}

static inline void server_stop(struct fake_server *server)
{
    process_stop(&server->process, 100);
    loop_timer_free(server->timer);
    loop_free(server->loop);
    free(server->port_file);
    free(server->dir);
}

/* "http://127.0.0.1:<port><path>" in new memory. */
static inline char *server_url(const struct fake_server *server, const char *path)
{
    return mem_format("http://127.0.0.1:%u%s", server->port, path);
}

#endif
