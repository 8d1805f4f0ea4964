/* Child programs that never outlive us. Each is started by a guardian: a small process between us
 * and the program that holds one end of a channel. When we end for whatever reason, SIGKILL
 * included, the channel closes and the guardian kills the program with all its descendants (it is
 * their subreaper) and removes the program's private directory. It does so too when the program
 * ends by itself. Linux only. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct process_spec {
    const char *const *argv; /* argv[0] is an absolute path or looked up in PATH; NULL-ended */
    const char *log_path;    /* stdout and stderr of the program, appended; NULL: /dev/null */
    const char *private_dir; /* removed after the program's end; NULL for none */
};

struct process {
    pid_t guardian;
    pid_t pid;     /* the program; 0 when not running */
    int lifeline;  /* closing it makes the guardian end everything */
    int status_fd; /* the guardian's reports (base/guardian.h) */
    int status;    /* as waitpid(2), valid once ended */
    bool ended;
};

/* Returns once the program runs. ERR_IO when it cannot be executed (the sentence names it); the
 * private directory is then still the caller's to remove. */
MUST_CHECK enum err process_start(struct process *process, const struct process_spec *spec,
                                  struct err_msg *msg);

/* Whether the program has ended; collects its status. Never blocks. */
bool process_ended(struct process *process);

/* Ends the program and everything it started: SIGTERM to its process group, SIGKILL to all that is
 * left when the program has ended or `grace_ms` are over (0: at once); removes the private
 * directory; returns when the guardian is gone. Needed after process_ended() too. A no-op when not
 * started. `ended` and `status` stay. */
void process_stop(struct process *process, unsigned grace_ms);

/* One sentence on how it ended: "exited with 1", "was killed by signal 9 (Killed)". */
void process_describe_end(const struct process *process, char *out, size_t out_bytes);

struct process_usage {
    uint64_t cpu_ns;    /* user + system of all living and reaped descendants, from /proc */
    uint64_t pss_bytes; /* proportional set size of the living (smaps_rollup) */
    unsigned processes; /* the living */
    unsigned unread;    /* of these, whose memory we may not read: not in pss_bytes */
};

/* The CPU time alone of such a tree, as cpu_ns above: cheap enough for both ends of a measured
 * window. ERR_IO when `root` is gone. */
MUST_CHECK enum err process_tree_cpu(pid_t root, uint64_t *cpu_ns, struct err_msg *msg);

/* Sums a process tree; processes that vanish while it reads are left out. ERR_IO when `root` itself
 * is gone. Costs about 1 ms a process (PSS): not for a measured window. */
MUST_CHECK enum err process_tree_usage(pid_t root, struct process_usage *out, struct err_msg *msg);

#endif
