/* The kernel's list of processes, as /proc shows it (proc(5)). */
#ifndef BASE_PROC_H
#define BASE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct proc_entry {
    pid_t pid;
    pid_t parent;
    uint64_t cpu_ticks; /* user + system, its reaped children's included */
};

/* All processes, in no order; those that vanish while it reads are left out. `*out` is the
 * caller's. ERR_IO when /proc is not there. */
MUST_CHECK enum err proc_list(struct proc_entry **out, size_t *count, struct err_msg *msg);

/* Proportional set size in bytes. False when there is none: the process is gone or a zombie, or
 * (`*refused`) it is somebody else's or protects itself. */
MUST_CHECK bool proc_pss(pid_t pid, uint64_t *bytes, bool *refused);

/* Closes every descriptor of this process that is not one of `keep`. */
MUST_CHECK enum err proc_close_others(const int *keep, size_t count, struct err_msg *msg);

#endif
