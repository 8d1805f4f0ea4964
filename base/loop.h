/* The one event loop: libev underneath, so that libwebsockets, libcurl and libpq can hook into it.
 * Single-threaded; waiting is always for a condition with a deadline, never for a time to pass.
 *
 * SIGINT and SIGTERM are taken over by loop_new: the first one makes every wait return
 * ERR_INTERRUPTED until the program ends, the second ends the program at once with 105 (guardians,
 * base/process.h, then remove what is left). */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct loop;

/* At most one at a time in a process. */
MUST_CHECK enum err loop_new(struct loop **out, struct err_msg *msg);
/* One more, for another thread, which knows nothing of signals: whoever runs it ends its waits by
 * their conditions. */
MUST_CHECK enum err loop_new_quiet(struct loop **out, struct err_msg *msg);
void loop_free(struct loop *loop);

/* The libev loop (struct ev_loop *), for libraries that take a foreign one. */
void *loop_native(struct loop *loop);

/* Runs events until `done(arg)` is true (checked before the first and after every turn), or
 * `deadline_ns` on clock_now_ns() has passed: ERR_TIMEOUT with no sentence of its own worth
 * keeping: the caller knows what it waited for. ERR_INTERRUPTED after a signal. */
MUST_CHECK enum err loop_wait(struct loop *loop, bool (*done)(void *arg), void *arg,
                              uint64_t deadline_ns, struct err_msg *msg);

/* Whether a signal has come. */
bool loop_interrupted(const struct loop *loop);

/* After an interruption the program still has to say goodbye to its peers: waits work again, with
 * their deadlines; another signal still ends the program. */
void loop_rearm(struct loop *loop);

/* A one-shot timer owned by the caller; calling start again moves it. `fire` runs in the loop, some
 * ten microseconds late at best (not in whole milliseconds, as libev waits). */
struct loop_timer;
struct loop_timer *loop_timer_new(struct loop *loop, void (*fire)(void *arg), void *arg);
void loop_timer_start(struct loop_timer *timer, uint64_t delay_ns);
void loop_timer_stop(struct loop_timer *timer);
void loop_timer_free(struct loop_timer *timer);

#endif
