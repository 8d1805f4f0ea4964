/* A scripted DevTools peer (tests/fake/devtools.py) for the tests of the browser side. */
#ifndef TESTS_UNIT_FAKE_PEER_H
#define TESTS_UNIT_FAKE_PEER_H

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

#define FAKE_WAIT_MS UINT64_C(20000)

struct fake_peer {
    struct loop *loop;
    struct process process;
    char *dir; /* the guardian removes it */
    char *port_file;
    unsigned port;
    struct loop_timer *timer;
};

static inline uint64_t fake_deadline(void)
{
    return clock_now_ns() + FAKE_WAIT_MS * NS_PER_MS;
}

static inline void fake_look_again(void *arg)
{
    struct fake_peer *peer = arg;
    loop_timer_start(peer->timer, 5 * NS_PER_MS);
}

static inline bool fake_is_up(void *arg)
{
    struct fake_peer *peer = arg;
    struct strbuf text = STRBUF_INIT;
    struct err_msg msg;
    uint64_t port = 0;
    if (process_ended(&peer->process)) {
        return true;
    }
    bool up = file_exists(peer->port_file) &&
              file_read(peer->port_file, 16, &text, &msg) == ERR_OK &&
              num_parse_u64(strbuf_text(&text), &port);
    peer->port = (unsigned)port;
    strbuf_release(&text);
    return up;
}

/* `script` as devtools.py describes it. */
static inline void fake_start(struct fake_peer *peer, const char *script)
{
    struct err_msg msg = { "" };
    *peer = (struct fake_peer){ .port = 0 };
    assert_int_equal(loop_new(&peer->loop, &msg), ERR_OK);
    assert_int_equal(file_make_temp_dir(NULL, "tmscdp-fake-", &peer->dir, &msg), ERR_OK);
    peer->port_file = file_join(peer->dir, "port");
    char *rules = file_join(peer->dir, "rules");
    char *log = file_join(peer->dir, "log");
    assert_int_equal(file_write(rules, script, strlen(script), 0600, &msg), ERR_OK);
    const char *argv[] = { "/usr/bin/python3", "tests/fake/devtools.py", rules, peer->port_file,
                           NULL };
    struct process_spec spec = { .argv = argv, .log_path = log, .private_dir = peer->dir };
    assert_int_equal(process_start(&peer->process, &spec, &msg), ERR_OK);
    peer->timer = loop_timer_new(peer->loop, fake_look_again, peer);
    fake_look_again(peer);
    assert_int_equal(loop_wait(peer->loop, fake_is_up, peer, fake_deadline(), &msg), ERR_OK);
    loop_timer_stop(peer->timer);
    if (peer->port == 0) {
        struct strbuf text = STRBUF_INIT;
        (void)!file_read(log, 65536, &text, &msg);
        fail_msg("the fake peer did not start: %s", strbuf_text(&text));
    }
    free(rules);
    free(log);
}

static inline void fake_stop(struct fake_peer *peer)
{
    process_stop(&peer->process, 100);
    loop_timer_free(peer->timer);
    loop_free(peer->loop);
    free(peer->port_file);
    free(peer->dir);
}

#endif
