#include "tests/unit/test.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/process.h"

#define LONG_ENOUGH (20 * NS_PER_S)

static char *folder;

static int make_folder(void **state)
{
    struct err_msg msg;
    (void)state;
    return file_make_temp_dir(NULL, "tmscdp-test-", &folder, &msg) == ERR_OK ? 0 : -1;
}

static int remove_folder(void **state)
{
    struct err_msg msg;
    (void)state;
    enum err err = file_remove_tree(folder, &msg);
    free(folder);
    return err == ERR_OK ? 0 : -1;
}

/* Looks every few milliseconds, with a deadline. */
static bool until(bool (*holds)(void *arg), void *arg)
{
    uint64_t end_ns = clock_now_ns() + LONG_ENOUGH;
    while (!holds(arg)) {
        if (clock_now_ns() > end_ns) {
            return false;
        }
        (void)poll(NULL, 0, 5);
    }
    return true;
}

static bool has_ended(void *arg)
{
    return process_ended(arg);
}

static bool is_there(void *arg)
{
    return file_exists(arg);
}

static bool is_gone(void *arg)
{
    return !file_exists(arg);
}

/* Gone, or dead and waiting for a parent that does not look. */
static bool pid_is_gone(void *arg)
{
    const pid_t *pid = arg;
    char text[4096];
    char *path = mem_format("/proc/%ld/status", (long)*pid);
    int fd = open(path, O_RDONLY);
    free(path);
    if (fd < 0) {
        return true;
    }
    ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    text[got > 0 ? got : 0] = '\0';
    return got <= 0 || strstr(text, "\nState:\tZ") != NULL;
}

static void start(struct process *process, const char *script, const char *log_path,
                  const char *private_dir)
{
    const char *argv[] = { "sh", "-c", script, NULL };
    struct process_spec spec = { argv, log_path, private_dir };
    struct err_msg msg;
    if (process_start(process, &spec, &msg) != ERR_OK) {
        fail_msg("%s", msg.text);
    }
}

/* The number that a script wrote into a file, in one piece (mv). */
static pid_t pid_in(char *path)
{
    struct strbuf text = STRBUF_INIT;
    struct err_msg msg;
    assert_true(until(is_there, path));
    assert_int_equal(file_read(path, 100, &text, &msg), ERR_OK);
    pid_t pid = (pid_t)strtol(text.data, NULL, 10);
    assert_true(pid > 1);
    strbuf_release(&text);
    return pid;
}

static void the_end_of_a_program_is_collected_and_described(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        const char *want;
    } cases[] = {
        { "exit 0", "exited with 0" },
        { "exit 7", "exited with 7" },
        { "kill -9 $$", "was killed by signal 9 (Killed)" },
        { "kill -SEGV $$", "was killed by signal 11 (Segmentation fault)" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char end[96];
        struct process process;
        start(&process, cases[i].script, NULL, NULL);
        assert_true(until(has_ended, &process));
        assert_int_equal(process.pid, 0);
        process_stop(&process, 1000);
        process_describe_end(&process, end, sizeof end);
        assert_string_equal(end, cases[i].want);
    }
}

static void what_cannot_run_is_an_error_that_names_it(void **state)
{
    (void)state;
    static const char *const programs[] = { "/nonexistent/chrome", "no-such-program-in-path",
                                            "/proc/version", "/tmp" };
    for (size_t i = 0; i < COUNT_OF(programs); i++) {
        const char *argv[] = { programs[i], NULL };
        struct process_spec spec = { argv, NULL, folder };
        struct process process;
        struct err_msg msg = { "" };
        assert_int_equal(process_start(&process, &spec, &msg), ERR_IO);
        assert_non_null(strstr(msg.text, programs[i]));
        assert_int_equal(process.guardian, 0);
        process_stop(&process, 1000);
    }
    assert_true(file_is_dir(folder));
    const char *argv[] = { "true", NULL };
    struct process_spec spec = { argv, "/nonexistent/log", NULL };
    struct process process;
    struct err_msg msg = { "" };
    assert_int_equal(process_start(&process, &spec, &msg), ERR_IO);
    assert_non_null(strstr(msg.text, "/nonexistent/log"));
}

static void output_goes_to_the_log(void **state)
{
    (void)state;
    struct process process;
    struct strbuf text = STRBUF_INIT;
    struct err_msg msg;
    char *log = file_join(folder, "log");
    for (int i = 0; i < 2; i++) {
        start(&process, "echo out; echo err >&2; cat", log, NULL);
        assert_true(until(has_ended, &process));
        process_stop(&process, 0);
    }
    assert_int_equal(file_read(log, 1000, &text, &msg), ERR_OK);
    assert_string_equal(text.data, "out\nerr\nout\nerr\n");
    strbuf_release(&text);
    free(log);
}

static void programs_get_a_clean_start(void **state)
{
    (void)state;
    struct process process;
    struct strbuf text = STRBUF_INIT;
    struct err_msg msg;
    char *log = file_join(folder, "log");
    int open_here = open("/dev/null", O_RDONLY);
    assert_true(open_here >= 3);
    /* No descriptor of ours (3 is the shell's or ls's own directory), no signal ignored or blocked
     * but what the shell itself does. */
    start(&process, "ls /proc/self/fd | tr '\\n' ' '; grep -E 'Sig(Blk|Ign)' /proc/self/status",
          log, NULL);
    assert_true(until(has_ended, &process));
    process_stop(&process, 0);
    assert_int_equal(file_read(log, 1000, &text, &msg), ERR_OK);
    static const char before[] = "0 1 2 3 SigBlk:\t0000000000000000\nSigIgn:\t";
    assert_true(text.len > sizeof before);
    assert_memory_equal(text.data, before, sizeof before - 1);
    /* Signals 32 and 33 are the C library's own: whoever started us may have left them ignored. */
    unsigned long long ignored = strtoull(text.data + sizeof before - 1, NULL, 16);
    assert_int_equal(ignored & 0x7fffffffULL, 0);
    close(open_here);
    strbuf_release(&text);
    free(log);
}

/* A child, its child, and one that left for a session of its own and ignores SIGTERM. */
static char *family_script(const char *stray)
{
    return mem_format("sleep 1000 & setsid sh -c 'trap \"\" TERM; echo $$ > %s.new; "
                      "mv %s.new %s; sleep 1000; sleep 1000' & wait",
                      stray, stray, stray);
}

static void stopping_ends_the_whole_family(void **state)
{
    (void)state;
    static const unsigned graces_ms[] = { 0, 200 };
    for (size_t i = 0; i < COUNT_OF(graces_ms); i++) {
        struct process process;
        struct err_msg msg;
        char end[96];
        char *private_dir = file_join(folder, "private");
        char *stray_path = file_join(folder, "stray");
        char *script = family_script(stray_path);
        assert_int_equal(file_make_dirs(private_dir, &msg), ERR_OK);
        start(&process, script, NULL, private_dir);
        pid_t stray = pid_in(stray_path);
        pid_t guardian = process.guardian;
        process_stop(&process, graces_ms[i]);
        assert_true(pid_is_gone(&stray));
        assert_true(pid_is_gone(&guardian));
        assert_false(file_exists(private_dir));
        process_describe_end(&process, end, sizeof end);
        assert_string_equal(end, graces_ms[i] == 0 ? "was killed by signal 9 (Killed)"
                                                   : "was killed by signal 15 (Terminated)");
        process_stop(&process, 0);
        assert_int_equal(unlink(stray_path), 0);
        free(private_dir);
        free(stray_path);
        free(script);
    }
}

static void who_ignores_the_request_is_killed_after_the_grace(void **state)
{
    (void)state;
    struct process process;
    char end[96];
    char *ready = file_join(folder, "ready");
    char *script = mem_format("trap '' TERM; touch %s; while :; do sleep 1000; done", ready);
    start(&process, script, NULL, NULL);
    assert_true(until(is_there, ready));
    uint64_t start_ns = clock_now_ns();
    process_stop(&process, 150);
    uint64_t took_ns = clock_now_ns() - start_ns;
    assert_true(took_ns >= 150 * NS_PER_MS && took_ns < 10 * NS_PER_S);
    process_describe_end(&process, end, sizeof end);
    assert_string_equal(end, "was killed by signal 9 (Killed)");
    free(ready);
    free(script);
}

static void a_program_that_ends_by_itself_takes_its_family_along(void **state)
{
    (void)state;
    struct process process;
    struct err_msg msg;
    char *private_dir = file_join(folder, "private");
    char *stray_path = file_join(folder, "stray");
    char *script = mem_format("setsid sh -c 'echo $$ > %s.new; mv %s.new %s; sleep 1000; sleep "
                              "1000' & while ! test -e %s; do sleep 0.01; done; exit 3",
                              stray_path, stray_path, stray_path, stray_path);
    assert_int_equal(file_make_dirs(private_dir, &msg), ERR_OK);
    start(&process, script, NULL, private_dir);
    pid_t stray = pid_in(stray_path);
    assert_true(until(pid_is_gone, &stray));
    assert_true(until(is_gone, private_dir));
    assert_true(process_ended(&process));
    assert_int_equal(WEXITSTATUS(process.status), 3);
    process_stop(&process, 0);
    free(private_dir);
    free(stray_path);
    free(script);
}

/* In a forked process: starts the family, tells who the program is, waits to be killed. */
static void run_until_killed(const char *script, const char *private_dir, int tell)
{
    struct process process;
    const char *argv[] = { "sh", "-c", script, NULL };
    struct process_spec spec = { argv, NULL, private_dir };
    struct err_msg msg;
    if (process_start(&process, &spec, &msg) != ERR_OK ||
        write(tell, &process.guardian, sizeof process.guardian) < 0) {
        _exit(1);
    }
    for (;;) {
        (void)pause();
    }
}

static void our_death_by_sigkill_leaves_nothing_behind(void **state)
{
    (void)state;
    struct err_msg msg;
    pid_t guardian = 0;
    int status = 0;
    int ends[2];
    char *private_dir = file_join(folder, "private");
    char *inner = file_join(private_dir, "profile/cache");
    char *stray_path = file_join(folder, "stray");
    char *script = family_script(stray_path);
    assert_int_equal(file_make_dirs(inner, &msg), ERR_OK);
    assert_int_equal(pipe(ends), 0);
    /* What the killed process leaves becomes our child, so that no zombie hides an end. */
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    pid_t victim = fork();
    if (victim == 0) {
        run_until_killed(script, private_dir, ends[1]);
    }
    assert_int_equal(read(ends[0], &guardian, sizeof guardian), sizeof guardian);
    pid_t stray = pid_in(stray_path);
    uint64_t start_ns = clock_now_ns();
    assert_int_equal(kill(victim, SIGKILL), 0);
    assert_int_equal(waitpid(victim, &status, 0), victim);
    assert_int_equal(waitpid(guardian, &status, 0), guardian);
    assert_true(clock_now_ns() - start_ns < 2 * NS_PER_S);
    assert_true(pid_is_gone(&stray));
    assert_false(file_exists(private_dir));
    assert_int_equal(waitpid(-1, &status, WNOHANG), -1);
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
    close(ends[0]);
    close(ends[1]);
    free(private_dir);
    free(inner);
    free(stray_path);
    free(script);
}

static void no_program_inherits_the_channels(void **state)
{
    (void)state;
    struct process process;
    start(&process, "exec sleep 1000", NULL, NULL);
    assert_int_equal(fcntl(process.lifeline, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    assert_int_equal(fcntl(process.status_fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    process_stop(&process, 0);
}

static void the_guardians_own_death_takes_the_program_along(void **state)
{
    (void)state;
    struct process process;
    char end[96];
    start(&process, "exec sleep 1000", NULL, NULL);
    pid_t program = process.pid;
    assert_int_equal(kill(process.guardian, SIGKILL), 0);
    assert_true(until(has_ended, &process));
    assert_true(until(pid_is_gone, &program));
    process_describe_end(&process, end, sizeof end);
    assert_string_equal(end, "was killed by signal 9 (Killed)");
    process_stop(&process, 100);
}

static bool has_three(void *arg)
{
    struct process_usage usage;
    struct err_msg msg;
    const pid_t *pid = arg;
    return process_tree_usage(*pid, &usage, &msg) == ERR_OK && usage.processes == 3;
}

static void usage_sums_a_tree(void **state)
{
    (void)state;
    struct process process;
    struct process_usage usage;
    struct err_msg msg;
    char *ready = file_join(folder, "ready");
    /* Some CPU time in a child that is reaped, then two that live. */
    char *script = mem_format("sh -c 'i=0; while test $i -lt 100000; do i=$((i+1)); done'; "
                              "touch %s; sleep 1000 & sleep 1000 & wait",
                              ready);
    start(&process, script, NULL, NULL);
    assert_true(until(is_there, ready));
    assert_true(until(has_three, &process.pid));
    assert_int_equal(process_tree_usage(process.pid, &usage, &msg), ERR_OK);
    assert_true(usage.cpu_ns >= 20 * NS_PER_MS && usage.cpu_ns < 60 * NS_PER_S);
    assert_true(usage.pss_bytes > 100000 && usage.pss_bytes < 100000000);
    assert_int_equal(usage.unread, 0);
    uint64_t cpu_ns = 0;
    assert_int_equal(process_tree_cpu(process.pid, &cpu_ns, &msg), ERR_OK);
    assert_true(cpu_ns >= usage.cpu_ns && cpu_ns < usage.cpu_ns + NS_PER_S);
    pid_t root = process.pid;
    process_stop(&process, 0);
    assert_int_equal(process_tree_usage(root, &usage, &msg), ERR_IO);
    assert_int_equal(process_tree_cpu(root, &cpu_ns, &msg), ERR_IO);
    free(ready);
    free(script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_of_a_program_is_collected_and_described),
        cmocka_unit_test_setup_teardown(what_cannot_run_is_an_error_that_names_it, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(output_goes_to_the_log, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(programs_get_a_clean_start, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(stopping_ends_the_whole_family, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(who_ignores_the_request_is_killed_after_the_grace,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_program_that_ends_by_itself_takes_its_family_along,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(our_death_by_sigkill_leaves_nothing_behind, make_folder,
                                        remove_folder),
        cmocka_unit_test(no_program_inherits_the_channels),
        cmocka_unit_test(the_guardians_own_death_takes_the_program_along),
        cmocka_unit_test_setup_teardown(usage_sums_a_tree, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
