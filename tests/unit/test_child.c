/* This program as its own child. The child here is the test itself, called again with a word. */
#include "tests/unit/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "cli/child.h"
#include "cli/command.h"

#define DEADLINE_S 20

static struct loop *loop;
static char *log_path;

static void start(struct process *process, const char *word, const char *more)
{
    struct child_words words = { NULL, 0, 0 };
    struct err_msg msg = { "" };
    child_words_add(&words, word);
    child_words_addf(&words, "--%s=%d", more, 7);
    memset(process, 0, sizeof *process);
    assert_int_equal(child_start(process, &words, log_path, &msg), ERR_OK);
    child_words_release(&words);
}

static enum err wait_for(struct process *process, const struct child_watch *watch,
                         uint64_t deadline_s)
{
    struct err_msg msg = { "" };
    return child_wait(loop, process, watch, clock_now_ns() + deadline_s * NS_PER_S, &msg);
}

static void a_childs_exit_code_comes_back(void **state)
{
    (void)state;
    struct process process;
    start(&process, "child-exit", "code");
    assert_int_equal(wait_for(&process, NULL, DEADLINE_S), ERR_OK);
    process_stop(&process, 0);
    assert_int_equal(child_exit_code(&process), 42);
}

static void its_words_and_its_output_are_whole(void **state)
{
    (void)state;
    struct process process;
    struct strbuf log = STRBUF_INIT;
    struct err_msg msg = { "" };
    (void)unlink(log_path);
    start(&process, "child-echo", "number");
    assert_int_equal(wait_for(&process, NULL, DEADLINE_S), ERR_OK);
    process_stop(&process, 0);
    assert_int_equal(file_read(log_path, 1000, &log, &msg), ERR_OK);
    assert_string_equal(strbuf_text(&log), "--number=7\n");
    strbuf_release(&log);
}

static void one_that_a_signal_ended_could_not_be_driven(void **state)
{
    (void)state;
    struct process process;
    start(&process, "child-abort", "x");
    assert_int_equal(wait_for(&process, NULL, DEADLINE_S), ERR_OK);
    process_stop(&process, 0);
    assert_int_equal(child_exit_code(&process), EXIT_DRIVE);
}

struct counter {
    unsigned ticks;
    unsigned asked;
};

static void count_tick(void *arg)
{
    ((struct counter *)arg)->ticks++;
}

static bool has_ticked(void *arg)
{
    struct counter *counter = arg;
    counter->asked++;
    return counter->ticks >= 3;
}

static void waiting_ends_when_the_watch_has_enough(void **state)
{
    (void)state;
    struct process process;
    struct counter counter = { 0, 0 };
    const struct child_watch watch = { count_tick, has_ticked, &counter };
    start(&process, "child-sleep", "x");
    assert_int_equal(wait_for(&process, &watch, DEADLINE_S), ERR_OK);
    assert_false(process_ended(&process));
    assert_true(counter.ticks >= 3 && counter.asked >= 3);
    process_stop(&process, 0);
    assert_true(process.ended);
}

static void a_deadline_leaves_the_child_running(void **state)
{
    (void)state;
    struct process process;
    start(&process, "child-sleep", "x");
    assert_int_equal(wait_for(&process, NULL, 0), ERR_TIMEOUT);
    assert_false(process_ended(&process));
    process_stop(&process, 0);
    assert_int_equal(child_exit_code(&process), EXIT_DRIVE);
}

/* What the child does, by its word. */
static int be_child(int argc, char **argv)
{
    if (strcmp(argv[1], "child-exit") == 0) {
        return 42;
    }
    if (strcmp(argv[1], "child-abort") == 0) {
        (void)raise(SIGKILL);
    }
    if (strcmp(argv[1], "child-sleep") == 0) {
        (void)pause();
    }
    (void)printf("%s\n", argc > 2 ? argv[2] : "");
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_childs_exit_code_comes_back),
        cmocka_unit_test(its_words_and_its_output_are_whole),
        cmocka_unit_test(one_that_a_signal_ended_could_not_be_driven),
        cmocka_unit_test(waiting_ends_when_the_watch_has_enough),
        cmocka_unit_test(a_deadline_leaves_the_child_running),
    };
    struct err_msg msg = { "" };
    char *dir = NULL;
    if (argc > 1 && strncmp(argv[1], "child-", 6) == 0) {
        return be_child(argc, argv);
    }
    if (loop_new(&loop, &msg) != ERR_OK ||
        file_make_temp_dir(NULL, "tmscdp-child-", &dir, &msg) != ERR_OK) {
        (void)fprintf(stderr, "%s\n", msg.text);
        return 1;
    }
    log_path = file_join(dir, "log");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    loop_free(loop);
    failed += file_remove_tree(dir, &msg) == ERR_OK ? 0 : 1;
    free(log_path);
    free(dir);
    return failed;
}
