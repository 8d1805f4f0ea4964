#include "base/guardian.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/proc.h"

#define EXEC_FAILED_EXIT 127
#define SWEEP_PAUSE_MS   10 /* between two looks at descendants that are still dying */

/* Signals that would end it before its work is done; the program gets them back. */
static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2 };

struct guardian {
    const struct process_spec *spec;
    struct guardian_fds fds;
    int children; /* signalfd: readable when one has ended */
    pid_t program;
    bool ended;
};

static void report(const struct guardian *guardian, enum guardian_news news, int number,
                   const char *text)
{
    struct guardian_report out;
    memset(&out, 0, sizeof out);
    out.news = news;
    out.number = number;
    (void)snprintf(out.text, sizeof out.text, "%s", text);
    ssize_t written = write(guardian->fds.status, &out, sizeof out);
    (void)written; /* nobody may be listening any more; the work goes on */
}

static void set_signals(void (*handler)(int))
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = handler;
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++) {
        sigaction(ignored[i], &action, NULL);
    }
}

/* Descriptors 0, 1, 2: who reads our output must not wait for the guardian's end. */
static bool leave_terminal(int output)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int out = output < 0 ? null : output;
    return null >= 0 && dup2(null, 0) >= 0 && dup2(out, 1) >= 0 && dup2(out, 2) >= 0;
}

static bool settle_in(struct guardian *guardian)
{
    const int keep[] = { guardian->fds.lifeline, guardian->fds.status, guardian->fds.log };
    struct err_msg unused;
    struct sigaction standard;
    sigset_t child;
    memset(&standard, 0, sizeof standard);
    sigemptyset(&standard.sa_mask);
    standard.sa_handler = SIG_DFL;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    (void)setsid();
    set_signals(SIG_IGN);
    if (sigaction(SIGCHLD, &standard, NULL) != 0 || sigprocmask(SIG_SETMASK, &child, NULL) != 0 ||
        prctl(PR_SET_CHILD_SUBREAPER, 1) != 0 ||
        proc_close_others(keep, sizeof keep / sizeof keep[0], &unused) != ERR_OK ||
        !leave_terminal(-1)) {
        return false;
    }
    (void)prctl(PR_SET_NAME, "tmscdp-guardian");
    guardian->children = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    return guardian->children >= 0;
}

/* In the program's process, up to exec. */
static _Noreturn void become_program(const struct guardian *guardian, pid_t parent, int failure)
{
    sigset_t none;
    sigemptyset(&none);
    (void)setpgid(0, 0);
    /* The guardian's own death by SIGKILL must not let the program loose. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(EXEC_FAILED_EXIT);
    }
    set_signals(SIG_DFL);
    if (leave_terminal(guardian->fds.log) && sigprocmask(SIG_SETMASK, &none, NULL) == 0) {
        /* execvp's prototype predates const: it does not change the words. */
        char *const *argv = NULL;
        memcpy(&argv, &guardian->spec->argv, sizeof argv);
        (void)execvp(argv[0], argv);
    }
    int why = errno;
    ssize_t written = write(failure, &why, sizeof why);
    (void)written;
    _exit(EXEC_FAILED_EXIT);
}

/* 0, or the errno of what went wrong. */
static int start_program(struct guardian *guardian)
{
    int failure[2];
    int why = 0;
    if (pipe(failure) != 0 || fcntl(failure[1], F_SETFD, FD_CLOEXEC) != 0) {
        return errno;
    }
    pid_t self = getpid();
    guardian->program = fork();
    if (guardian->program == 0) {
        close(failure[0]);
        become_program(guardian, self, failure[1]);
    }
    why = guardian->program < 0 ? errno : 0;
    close(failure[1]);
    /* Ends without a byte when exec closed the other end. */
    while (why == 0 && read(failure[0], &why, sizeof why) < 0 && errno == EINTR) {
    }
    close(failure[0]);
    close(guardian->fds.log);
    return why;
}

/* Collects all that have ended. False when there is no child any more. */
static bool reap(struct guardian *guardian)
{
    for (;;) {
        int status = 0;
        pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid == guardian->program) {
            guardian->ended = true;
            report(guardian, GUARDIAN_ENDED, status, "");
        } else if (pid <= 0) {
            return pid == 0;
        }
    }
}

static void drain(int fd)
{
    struct signalfd_siginfo info;
    while (read(fd, &info, sizeof info) > 0) {
    }
}

/* -1 (for ever) without a deadline. */
static int ms_until(uint64_t deadline_ns)
{
    if (deadline_ns == 0) {
        return -1;
    }
    uint64_t now_ns = clock_now_ns();
    return now_ns >= deadline_ns ? 0 : (int)((deadline_ns - now_ns) / NS_PER_MS) + 1;
}

/* Until the program has ended, we have, or the grace that we gave is over. */
static void wait_for_an_end(struct guardian *guardian)
{
    uint64_t kill_ns = 0;
    struct pollfd fds[] = { { .fd = guardian->fds.lifeline, .events = POLLIN },
                            { .fd = guardian->children, .events = POLLIN } };
    while (!guardian->ended) {
        int ready = poll(fds, 2, ms_until(kill_ns));
        drain(guardian->children);
        (void)reap(guardian);
        if (guardian->ended || (ready == 0 && ms_until(kill_ns) == 0)) {
            return;
        }
        if (ready <= 0 || fds[0].revents == 0) {
            continue;
        }
        uint32_t grace_ms = 0;
        if (read(guardian->fds.lifeline, &grace_ms, sizeof grace_ms) != (ssize_t)sizeof grace_ms) {
            return;
        }
        /* Not reaped yet, so the number is still the program's. */
        (void)kill(-guardian->program, SIGTERM);
        kill_ns = clock_now_ns() + grace_ms * NS_PER_MS;
    }
}

/* Only children are killed: they stay ours until we reap them, so no number can have gone to a
 * stranger. Their own children then become ours, for the next round. */
static void kill_children(void)
{
    struct proc_entry *entries = NULL;
    struct err_msg unused;
    size_t count = 0;
    pid_t self = getpid();
    if (proc_list(&entries, &count, &unused) != ERR_OK) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (entries[i].parent == self) {
            (void)kill(entries[i].pid, SIGKILL);
        }
    }
    free(entries);
}

static void sweep(struct guardian *guardian)
{
    struct pollfd child = { .fd = guardian->children, .events = POLLIN };
    while (reap(guardian)) {
        kill_children();
        (void)poll(&child, 1, SWEEP_PAUSE_MS);
        drain(guardian->children);
    }
}

_Noreturn void guardian_run(const struct process_spec *spec, const struct guardian_fds *fds)
{
    struct guardian guardian = { .spec = spec, .fds = *fds, .children = -1, .program = -1 };
    int why = settle_in(&guardian) ? start_program(&guardian) : errno;
    if (why != 0) {
        report(&guardian, GUARDIAN_FAILED, why, "");
        _exit(EXEC_FAILED_EXIT);
    }
    report(&guardian, GUARDIAN_STARTED, (int)guardian.program, "");
    wait_for_an_end(&guardian);
    sweep(&guardian);
    if (spec->private_dir != NULL) {
        struct err_msg msg;
        if (file_remove_tree(spec->private_dir, &msg) != ERR_OK) {
            report(&guardian, GUARDIAN_LEFTOVER, 0, msg.text);
        }
    }
    _exit(0);
}
