#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/guardian.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/proc.h"

/* Both ends of the two channels, and the log; -1 when not open. */
struct channels {
    int lifeline[2]; /* a socket pair, because a write to a pipe without reader would kill us */
    int status[2];   /* [0] is read by us */
    int log;
};

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
    *fd = -1;
}

/* Above the standard three, which the guardian takes for itself, and closed by exec. */
static bool lift(int *fd)
{
    int high = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
    close_fd(fd);
    *fd = high;
    return high >= 0;
}

static void close_channels(struct channels *channels)
{
    close_fd(&channels->lifeline[0]);
    close_fd(&channels->lifeline[1]);
    close_fd(&channels->status[0]);
    close_fd(&channels->status[1]);
    close_fd(&channels->log);
}

static enum err open_channels(const struct process_spec *spec, struct channels *out,
                              struct err_msg *msg)
{
    const char *log_path = spec->log_path == NULL ? "/dev/null" : spec->log_path;
    *out = (struct channels){ { -1, -1 }, { -1, -1 }, -1 };
    out->log = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (out->log < 0 || !lift(&out->log)) {
        return err_set(msg, ERR_IO, "cannot write %s, the log of %s: %s", log_path, spec->argv[0],
                       strerror(errno));
    }
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, out->lifeline) != 0 || pipe(out->status) != 0 ||
        !lift(&out->lifeline[0]) || !lift(&out->lifeline[1]) || !lift(&out->status[0]) ||
        !lift(&out->status[1])) {
        enum err err = err_set(msg, ERR_IO, "cannot start %s: no channel to it: %s", spec->argv[0],
                               strerror(errno));
        close_channels(out);
        return err;
    }
    return ERR_OK;
}

static void collect_guardian(const struct process *process)
{
    int unused = 0;
    while (waitpid(process->guardian, &unused, 0) < 0 && errno == EINTR) {
    }
}

/* False when there is nothing to read: not yet, or (`*closed`) never again. */
static bool read_report(int fd, struct guardian_report *out, bool *closed)
{
    ssize_t got = 0;
    do {
        got = read(fd, out, sizeof *out);
    } while (got < 0 && errno == EINTR);
    *closed = got == 0 || (got < 0 && errno != EAGAIN);
    return got == (ssize_t)sizeof *out;
}

enum err process_start(struct process *process, const struct process_spec *spec,
                       struct err_msg *msg)
{
    struct channels channels;
    struct guardian_report first = { .news = GUARDIAN_FAILED };
    bool closed = false;
    *process = (struct process){ .lifeline = -1, .status_fd = -1 };
    enum err err = open_channels(spec, &channels, msg);
    if (err != ERR_OK) {
        return err;
    }
    process->guardian = fork();
    if (process->guardian == 0) {
        struct guardian_fds fds = { channels.lifeline[1], channels.status[1], channels.log };
        guardian_run(spec, &fds);
    }
    if (process->guardian < 0) {
        err = err_set(msg, ERR_IO, "cannot start %s: %s", spec->argv[0], strerror(errno));
        process->guardian = 0;
        close_channels(&channels);
        return err;
    }
    close_fd(&channels.lifeline[1]);
    close_fd(&channels.status[1]);
    close_fd(&channels.log);
    if (!read_report(channels.status[0], &first, &closed) || first.news != GUARDIAN_STARTED) {
        const char *why = closed ? "its guardian died" : strerror(first.number);
        err = err_set(msg, ERR_IO, "cannot run %s: %s", spec->argv[0], why);
        close_channels(&channels);
        collect_guardian(process);
        process->guardian = 0;
        return err;
    }
    process->pid = (pid_t)first.number;
    process->lifeline = channels.lifeline[0];
    process->status_fd = channels.status[0];
    (void)fcntl(process->status_fd, F_SETFL, O_NONBLOCK);
    return ERR_OK;
}

/* Takes in what the guardian has said. False when it is gone. */
static bool hear(struct process *process)
{
    struct guardian_report report;
    bool closed = false;
    while (read_report(process->status_fd, &report, &closed)) {
        if (report.news == GUARDIAN_ENDED) {
            process->status = report.number;
            process->ended = true;
            process->pid = 0;
        } else if (report.news == GUARDIAN_LEFTOVER) {
            log_warn("%s", report.text);
        }
    }
    if (closed && !process->ended) {
        /* A guardian killed by force takes the program along (PR_SET_PDEATHSIG). */
        process->status = SIGKILL;
        process->ended = true;
        process->pid = 0;
    }
    return !closed;
}

bool process_ended(struct process *process)
{
    if (process->guardian != 0 && !process->ended) {
        (void)hear(process);
    }
    return process->ended;
}

void process_stop(struct process *process, unsigned grace_ms)
{
    if (process->guardian == 0) {
        return;
    }
    uint32_t grace = grace_ms;
    if (grace == 0 ||
        send(process->lifeline, &grace, sizeof grace, MSG_NOSIGNAL) != (ssize_t)sizeof grace) {
        close_fd(&process->lifeline);
    }
    struct pollfd news = { .fd = process->status_fd, .events = POLLIN };
    while (hear(process)) {
        (void)poll(&news, 1, -1);
    }
    close_fd(&process->lifeline);
    close_fd(&process->status_fd);
    collect_guardian(process);
    process->guardian = 0;
}

void process_describe_end(const struct process *process, char *out, size_t out_bytes)
{
    if (!process->ended) {
        (void)snprintf(out, out_bytes, "is still running");
    } else if (WIFSIGNALED(process->status)) {
        int number = WTERMSIG(process->status);
        (void)snprintf(out, out_bytes, "was killed by signal %d (%s)", number, strsignal(number));
    } else {
        (void)snprintf(out, out_bytes, "exited with %d", WEXITSTATUS(process->status));
    }
}

/* Moves the members of `root`'s tree to the front; how many there are. 0 when `root` is gone. */
static size_t gather_tree(struct proc_entry *entries, size_t count, pid_t root)
{
    size_t members = 0;
    for (size_t i = 0; i < count && members == 0; i++) {
        if (entries[i].pid == root) {
            struct proc_entry found = entries[i];
            entries[i] = entries[0];
            entries[0] = found;
            members = 1;
        }
    }
    for (size_t done = 0; done < members; done++) {
        for (size_t i = members; i < count; i++) {
            if (entries[i].parent == entries[done].pid) {
                struct proc_entry found = entries[i];
                entries[i] = entries[members];
                entries[members++] = found;
            }
        }
    }
    return members;
}

/* The members of the tree stand first; the caller frees the entries. */
static enum err list_tree(pid_t root, struct proc_entry **entries, size_t *members,
                          struct err_msg *msg)
{
    size_t count = 0;
    enum err err = proc_list(entries, &count, msg);
    if (err != ERR_OK) {
        return err;
    }
    *members = gather_tree(*entries, count, root);
    if (*members == 0) {
        free(*entries);
        *entries = NULL;
        return err_set(msg, ERR_IO, "process %ld is gone", (long)root);
    }
    return ERR_OK;
}

static uint64_t ticks_to_ns(uint64_t ticks)
{
    return ticks * (NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK));
}

enum err process_tree_cpu(pid_t root, uint64_t *cpu_ns, struct err_msg *msg)
{
    struct proc_entry *entries = NULL;
    size_t members = 0;
    enum err err = list_tree(root, &entries, &members, msg);
    uint64_t ticks = 0;
    for (size_t i = 0; i < members; i++) {
        ticks += entries[i].cpu_ticks;
    }
    free(entries);
    if (err == ERR_OK) {
        *cpu_ns = ticks_to_ns(ticks);
    }
    return err;
}

enum err process_tree_usage(pid_t root, struct process_usage *out, struct err_msg *msg)
{
    struct proc_entry *entries = NULL;
    struct process_usage usage = { 0 };
    size_t members = 0;
    uint64_t ticks = 0;
    enum err err = list_tree(root, &entries, &members, msg);
    if (err != ERR_OK) {
        return err;
    }
    for (size_t i = 0; i < members; i++) {
        uint64_t pss = 0;
        bool refused = false;
        ticks += entries[i].cpu_ticks;
        if (proc_pss(entries[i].pid, &pss, &refused)) {
            usage.pss_bytes += pss;
            usage.processes++;
        } else if (refused) {
            usage.processes++;
            usage.unread++;
        }
    }
    free(entries);
    usage.cpu_ns = ticks_to_ns(ticks);
    *out = usage;
    return ERR_OK;
}
