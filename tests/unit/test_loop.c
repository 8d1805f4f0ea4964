#include "tests/unit/test.h"

#include <ev.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/loop.h"

#define LONG_ENOUGH (20 * NS_PER_S)

static struct loop *loop;

static int open_loop(void **state)
{
    struct err_msg msg;
    (void)state;
    return loop_new(&loop, &msg) == ERR_OK ? 0 : -1;
}

static int close_loop(void **state)
{
    (void)state;
    loop_free(loop);
    return 0;
}

static bool is_set(void *arg)
{
    return *(const bool *)arg;
}

static bool never(void *arg)
{
    (void)arg;
    return false;
}

static void set(void *arg)
{
    *(bool *)arg = true;
}

static enum err wait_for(bool *flag, uint64_t at_most_ns)
{
    struct err_msg msg;
    return loop_wait(loop, is_set, flag, clock_now_ns() + at_most_ns, &msg);
}

static void a_condition_that_holds_needs_no_turn(void **state)
{
    (void)state;
    bool flag = true;
    assert_int_equal(wait_for(&flag, 0), ERR_OK);
    assert_int_equal(wait_for(&flag, LONG_ENOUGH), ERR_OK);
}

static void a_deadline_ends_the_wait(void **state)
{
    (void)state;
    struct err_msg msg;
    uint64_t start_ns = clock_now_ns();
    assert_int_equal(loop_wait(loop, never, NULL, start_ns + 30 * NS_PER_MS, &msg), ERR_TIMEOUT);
    assert_true(clock_now_ns() - start_ns >= 30 * NS_PER_MS);
    assert_int_equal(loop_wait(loop, never, NULL, 0, &msg), ERR_TIMEOUT);
}

static void timers_fire_once_in_order_and_not_early(void **state)
{
    (void)state;
    bool first = false;
    bool second = false;
    struct loop_timer *late = loop_timer_new(loop, set, &second);
    struct loop_timer *early = loop_timer_new(loop, set, &first);
    uint64_t start_ns = clock_now_ns();
    loop_timer_start(late, 40 * NS_PER_MS);
    loop_timer_start(early, 10 * NS_PER_MS);
    assert_int_equal(wait_for(&first, LONG_ENOUGH), ERR_OK);
    assert_true(clock_now_ns() - start_ns >= 9 * NS_PER_MS);
    first = false;
    assert_int_equal(wait_for(&second, LONG_ENOUGH), ERR_OK);
    assert_true(clock_now_ns() - start_ns >= 39 * NS_PER_MS);
    assert_false(first);
    loop_timer_free(early);
    loop_timer_free(late);
    loop_timer_free(NULL);
}

static void a_timer_can_be_moved_and_stopped(void **state)
{
    (void)state;
    bool moved = false;
    bool stopped = false;
    struct loop_timer *mover = loop_timer_new(loop, set, &moved);
    struct loop_timer *stopper = loop_timer_new(loop, set, &stopped);
    loop_timer_start(mover, LONG_ENOUGH);
    loop_timer_start(stopper, 5 * NS_PER_MS);
    loop_timer_start(mover, 20 * NS_PER_MS);
    loop_timer_stop(stopper);
    assert_int_equal(wait_for(&moved, LONG_ENOUGH), ERR_OK);
    assert_false(stopped);
    loop_timer_free(mover);
    loop_timer_free(stopper);
}

static void a_timer_counts_from_its_start_after_a_long_computation(void **state)
{
    (void)state;
    bool fired = false;
    struct err_msg msg;
    struct loop_timer *timer = loop_timer_new(loop, set, &fired);
    assert_int_equal(loop_wait(loop, never, NULL, 0, &msg), ERR_TIMEOUT);
    uint64_t start_ns = clock_now_ns();
    while (clock_now_ns() - start_ns < 30 * NS_PER_MS) {
    }
    start_ns = clock_now_ns();
    loop_timer_start(timer, 20 * NS_PER_MS);
    assert_int_equal(wait_for(&fired, LONG_ENOUGH), ERR_OK);
    assert_true(clock_now_ns() - start_ns >= 19 * NS_PER_MS);
    loop_timer_free(timer);
}

static void on_readable(struct ev_loop *ev, struct ev_io *watcher, int events)
{
    (void)ev;
    (void)events;
    set(watcher->data);
}

static void what_came_in_time_counts_after_a_late_look(void **state)
{
    (void)state;
    struct err_msg msg;
    bool seen = false;
    int ends[2];
    struct ev_io watcher;
    assert_int_equal(pipe(ends), 0);
    ev_io_init(&watcher, on_readable, ends[0], EV_READ);
    watcher.data = &seen;
    ev_io_start(loop_native(loop), &watcher);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(loop_wait(loop, is_set, &seen, 0, &msg), ERR_OK);
    ev_io_stop(loop_native(loop), &watcher);
    close(ends[0]);
    close(ends[1]);
}

static void raise_in_loop(void *arg)
{
    assert_int_equal(raise(*(const int *)arg), 0);
}

static void the_first_signal_interrupts_every_wait_until_rearmed(void **state)
{
    (void)state;
    static const int signals[] = { SIGINT, SIGTERM };
    for (size_t i = 0; i < COUNT_OF(signals); i++) {
        struct err_msg msg;
        bool flag = true;
        int number = signals[i];
        struct loop_timer *timer = loop_timer_new(loop, raise_in_loop, &number);
        assert_false(loop_interrupted(loop));
        loop_timer_start(timer, NS_PER_MS);
        assert_int_equal(loop_wait(loop, never, NULL, clock_now_ns() + LONG_ENOUGH, &msg),
                         ERR_INTERRUPTED);
        assert_int_equal(wait_for(&flag, LONG_ENOUGH), ERR_INTERRUPTED);
        assert_true(loop_interrupted(loop));
        loop_rearm(loop);
        assert_int_equal(wait_for(&flag, LONG_ENOUGH), ERR_OK);
        assert_int_equal(loop_wait(loop, never, NULL, 0, &msg), ERR_TIMEOUT);
        assert_true(loop_interrupted(loop));
        loop_timer_free(timer);
        loop_free(loop);
        assert_int_equal(loop_new(&loop, &msg), ERR_OK);
    }
}

/* Says that it waits, then waits or computes until signals end it. */
static void be_signalled(int ready, bool compute)
{
    struct err_msg msg;
    struct loop *own = NULL;
    if (loop_new(&own, &msg) != ERR_OK || write(ready, "x", 1) != 1) {
        _exit(1);
    }
    if (loop_wait(own, never, NULL, clock_now_ns() + LONG_ENOUGH, &msg) != ERR_INTERRUPTED ||
        write(ready, "y", 1) != 1) {
        _exit(2);
    }
    loop_rearm(own);
    uint64_t end_ns = clock_now_ns() + LONG_ENOUGH;
    while (compute && clock_now_ns() < end_ns) {
    }
    _exit(loop_wait(own, never, NULL, end_ns, &msg) == ERR_TIMEOUT ? 3 : 4);
}

static void the_second_signal_ends_the_program_at_once(void **state)
{
    (void)state;
    loop_free(loop);
    for (int compute = 0; compute < 2; compute++) {
        int ends[2];
        int status = 0;
        char byte = 0;
        assert_int_equal(pipe(ends), 0);
        pid_t pid = fork();
        if (pid == 0) {
            be_signalled(ends[1], compute != 0);
        }
        assert_int_equal(read(ends[0], &byte, 1), 1);
        assert_int_equal(kill(pid, SIGINT), 0);
        assert_int_equal(read(ends[0], &byte, 1), 1);
        assert_int_equal(kill(pid, SIGTERM), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 105);
        close(ends[0]);
        close(ends[1]);
    }
    struct err_msg msg;
    assert_int_equal(loop_new(&loop, &msg), ERR_OK);
}

static void a_peer_that_hangs_up_does_not_end_the_program(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(write(ends[1], "x", 1), -1);
    close(ends[1]);
}

static void freeing_gives_the_signals_back(void **state)
{
    (void)state;
    static const int numbers[] = { SIGINT, SIGTERM, SIGPIPE };
    struct sigaction before[COUNT_OF(numbers)];
    struct sigaction after;
    struct err_msg msg;
    /* A background job starts with some of them ignored, so "as before" is not always SIG_DFL. */
    loop_free(loop);
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        assert_int_equal(sigaction(numbers[i], NULL, &before[i]), 0);
    }
    assert_int_equal(loop_new(&loop, &msg), ERR_OK);
    assert_int_equal(sigaction(SIGINT, NULL, &after), 0);
    assert_true(after.sa_handler != before[0].sa_handler);
    loop_free(loop);
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        assert_int_equal(sigaction(numbers[i], NULL, &after), 0);
        assert_true(after.sa_handler == before[i].sa_handler);
    }
    assert_int_equal(loop_new(&loop, &msg), ERR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_condition_that_holds_needs_no_turn, open_loop,
                                        close_loop),
        cmocka_unit_test_setup_teardown(a_deadline_ends_the_wait, open_loop, close_loop),
        cmocka_unit_test_setup_teardown(timers_fire_once_in_order_and_not_early, open_loop,
                                        close_loop),
        cmocka_unit_test_setup_teardown(a_timer_can_be_moved_and_stopped, open_loop, close_loop),
        cmocka_unit_test_setup_teardown(a_timer_counts_from_its_start_after_a_long_computation,
                                        open_loop, close_loop),
        cmocka_unit_test_setup_teardown(what_came_in_time_counts_after_a_late_look, open_loop,
                                        close_loop),
        cmocka_unit_test_setup_teardown(the_first_signal_interrupts_every_wait_until_rearmed,
                                        open_loop, close_loop),
        cmocka_unit_test_setup_teardown(the_second_signal_ends_the_program_at_once, open_loop,
                                        close_loop),
        cmocka_unit_test_setup_teardown(a_peer_that_hangs_up_does_not_end_the_program, open_loop,
                                        close_loop),
        cmocka_unit_test_setup_teardown(freeing_gives_the_signals_back, open_loop, close_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
