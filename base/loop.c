#include "base/loop.h"

#include <assert.h>
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/timers.h"

#define INTERRUPTED_EXIT 105
#define LONGEST_TURN_NS  (60 * NS_PER_S)

struct loop {
    struct ev_loop *ev;
    struct ev_io wake_watcher;
    struct ev_timer deadline;
    int wake[2]; /* the signal handler writes, the loop reads */
    struct sigaction old_int;
    struct sigaction old_term;
    struct sigaction old_pipe;
    struct timers timers;
    struct ev_io alarm; /* a timerfd(2): libev itself waits in whole milliseconds */
    uint64_t alarm_ns;  /* when it rings; TIMERS_NEVER */
    bool hears_signals;
    bool rearmed;
};

struct loop_timer {
    struct timers_entry entry;
    struct loop *loop;
    void (*fire)(void *arg);
    void *arg;
};

/* What the handler may touch. It ends the program by itself, so that a second Ctrl-C works in the
 * middle of a long computation too. */
static volatile sig_atomic_t signals_seen;
static volatile sig_atomic_t wake_fd = -1;

static void on_signal(int number)
{
    (void)number;
    int saved = errno;
    if (signals_seen > 0) {
        _exit(INTERRUPTED_EXIT);
    }
    signals_seen = 1;
    ssize_t written = write(wake_fd, "", 1); /* a full pipe wakes the loop all the same */
    (void)written;
    errno = saved;
}

static void on_wake(struct ev_loop *ev, struct ev_io *watcher, int events)
{
    char bytes[16];
    (void)ev;
    (void)events;
    while (read(watcher->fd, bytes, sizeof bytes) > 0) {
    }
}

/* Its only work is to end a turn of the loop. */
static void on_deadline(struct ev_loop *ev, struct ev_timer *watcher, int events)
{
    (void)ev;
    (void)watcher;
    (void)events;
}

static bool open_wake_pipe(int wake[2])
{
    if (pipe(wake) != 0) {
        return false;
    }
    for (int i = 0; i < 2; i++) {
        if (fcntl(wake[i], F_SETFD, FD_CLOEXEC) != 0 || fcntl(wake[i], F_SETFL, O_NONBLOCK) != 0) {
            close(wake[0]);
            close(wake[1]);
            return false;
        }
    }
    return true;
}

static void take_signals(struct loop *loop)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    action.sa_handler = on_signal;
    sigaction(SIGINT, &action, &loop->old_int);
    sigaction(SIGTERM, &action, &loop->old_term);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, &loop->old_pipe);
}

static void on_alarm(struct ev_loop *ev, struct ev_io *watcher, int events);

/* NULL when the kernel gives no timer or no loop; the sentence is written. */
static struct loop *make(struct err_msg *msg)
{
    int alarm_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct ev_loop *ev = alarm_fd >= 0 ? ev_loop_new(EVFLAG_AUTO) : NULL;
    if (ev == NULL) {
        (void)err_set(msg, ERR_IO, "cannot start the event loop: %s", strerror(errno));
        if (alarm_fd >= 0) {
            close(alarm_fd);
        }
        return NULL;
    }
    struct loop *loop = mem_new(sizeof *loop);
    loop->ev = ev;
    loop->alarm_ns = TIMERS_NEVER;
    ev_io_init(&loop->alarm, on_alarm, alarm_fd, EV_READ);
    loop->alarm.data = loop;
    ev_io_start(loop->ev, &loop->alarm);
    ev_timer_init(&loop->deadline, on_deadline, 0.0, 0.0);
    return loop;
}

enum err loop_new_quiet(struct loop **out, struct err_msg *msg)
{
    *out = make(msg);
    return *out != NULL ? ERR_OK : ERR_IO;
}

enum err loop_new(struct loop **out, struct err_msg *msg)
{
    assert(wake_fd < 0);
    struct loop *loop = make(msg);
    if (loop == NULL) {
        return ERR_IO;
    }
    if (!open_wake_pipe(loop->wake)) {
        enum err code = err_set(msg, ERR_IO, "cannot open a pipe: %s", strerror(errno));
        loop_free(loop);
        return code;
    }
    ev_io_init(&loop->wake_watcher, on_wake, loop->wake[0], EV_READ);
    ev_io_start(loop->ev, &loop->wake_watcher);
    loop->hears_signals = true;
    signals_seen = 0;
    wake_fd = loop->wake[1];
    take_signals(loop);
    *out = loop;
    return ERR_OK;
}

void loop_free(struct loop *loop)
{
    if (loop == NULL) {
        return;
    }
    if (loop->hears_signals) {
        sigaction(SIGINT, &loop->old_int, NULL);
        sigaction(SIGTERM, &loop->old_term, NULL);
        sigaction(SIGPIPE, &loop->old_pipe, NULL);
        wake_fd = -1;
        ev_io_stop(loop->ev, &loop->wake_watcher);
        close(loop->wake[0]);
        close(loop->wake[1]);
    }
    ev_io_stop(loop->ev, &loop->alarm);
    close(loop->alarm.fd);
    ev_loop_destroy(loop->ev);
    timers_release(&loop->timers);
    free(loop);
}

void *loop_native(struct loop *loop)
{
    return loop->ev;
}

static double seconds_of(uint64_t ns)
{
    return (double)ns / (double)NS_PER_S;
}

/* Handles what has happened; waits for it at most until the deadline. */
static void turn(struct loop *loop, uint64_t now_ns, uint64_t deadline_ns)
{
    uint64_t wait_ns =
        deadline_ns - now_ns < LONGEST_TURN_NS ? deadline_ns - now_ns : LONGEST_TURN_NS;
    ev_now_update(loop->ev);
    ev_timer_set(&loop->deadline, seconds_of(wait_ns), 0.0);
    ev_timer_start(loop->ev, &loop->deadline);
    ev_run(loop->ev, EVRUN_ONCE);
    ev_timer_stop(loop->ev, &loop->deadline);
}

enum err loop_wait(struct loop *loop, bool (*done)(void *arg), void *arg, uint64_t deadline_ns,
                   struct err_msg *msg)
{
    for (;;) {
        if (loop->hears_signals && signals_seen > 0 && !loop->rearmed) {
            return err_set(msg, ERR_INTERRUPTED, "interrupted by a signal");
        }
        if (done(arg)) {
            return ERR_OK;
        }
        uint64_t now_ns = clock_now_ns();
        if (now_ns >= deadline_ns) {
            /* What came in time may lie unread behind a long computation. */
            ev_run(loop->ev, EVRUN_NOWAIT);
            if (done(arg)) {
                return ERR_OK;
            }
            return err_set(msg, ERR_TIMEOUT, "the deadline passed");
        }
        turn(loop, now_ns, deadline_ns);
    }
}

bool loop_interrupted(const struct loop *loop)
{
    return loop->hears_signals && signals_seen > 0;
}

void loop_rearm(struct loop *loop)
{
    loop->rearmed = true;
}

/* Sets the alarm when the first timer comes before it; one that rings too early is set again. */
static void set_alarm(struct loop *loop)
{
    const struct timers_entry *first = timers_first(&loop->timers);
    if (first == NULL || first->at_ns >= loop->alarm_ns) {
        return;
    }
    const struct itimerspec at = { .it_value = { .tv_sec = (time_t)(first->at_ns / NS_PER_S),
                                                 .tv_nsec = (long)(first->at_ns % NS_PER_S) } };
    loop->alarm_ns = first->at_ns;
    int failure = timerfd_settime(loop->alarm.fd, TFD_TIMER_ABSTIME, &at, NULL);
    assert(failure == 0);
    (void)failure;
}

/* Timers that are set by the ones that fire here wait for the next turn. */
static void on_alarm(struct ev_loop *ev, struct ev_io *watcher, int events)
{
    struct loop *loop = watcher->data;
    uint64_t now_ns = clock_now_ns();
    struct timers_entry *first;
    (void)ev;
    (void)events;
    loop->alarm_ns = TIMERS_NEVER;
    while ((first = timers_first(&loop->timers)) != NULL && first->at_ns <= now_ns) {
        struct loop_timer *timer = (struct loop_timer *)first; /* its first member */
        timers_remove(&loop->timers, first);
        timer->fire(timer->arg);
    }
    set_alarm(loop);
    if (loop->alarm_ns == TIMERS_NEVER) {
        /* Setting it again would have made it silent; nothing else does. */
        uint64_t rings;
        ssize_t got = read(watcher->fd, &rings, sizeof rings);
        (void)got;
    }
}

struct loop_timer *loop_timer_new(struct loop *loop, void (*fire)(void *arg), void *arg)
{
    struct loop_timer *timer = mem_new(sizeof *timer);
    timer->loop = loop;
    timer->fire = fire;
    timer->arg = arg;
    return timer;
}

void loop_timer_start(struct loop_timer *timer, uint64_t delay_ns)
{
    uint64_t now_ns = clock_now_ns();
    uint64_t at_ns = delay_ns < TIMERS_NEVER - now_ns ? now_ns + delay_ns : TIMERS_NEVER - 1;
    timers_set(&timer->loop->timers, &timer->entry, at_ns);
    set_alarm(timer->loop);
}

void loop_timer_stop(struct loop_timer *timer)
{
    timers_remove(&timer->loop->timers, &timer->entry);
}

void loop_timer_free(struct loop_timer *timer)
{
    if (timer == NULL) {
        return;
    }
    loop_timer_stop(timer);
    free(timer);
}
