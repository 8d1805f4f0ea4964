/* This program as a child of itself: each part of a longer walk runs in a process of its own, so
 * that a crash, a leak or a signal handler of one cannot touch the others, and its end is an exit
 * code that means the same as for a person at the terminal. */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/loop.h"
#include "base/process.h"

/* The words behind the program's name. Zero-initialise; secrets do not belong here (`ps` shows
 * them): they travel in the environment. */
struct child_words {
    char **word; /* owned, NULL-ended once there is one */
    size_t count;
    size_t cap;
};

void child_words_add(struct child_words *words, const char *text);
void child_words_addf(struct child_words *words, const char *format, ...) PRINTF_LIKE(2, 3);
void child_words_release(struct child_words *words);

/* Starts it with its output appended to `log_path`. process_stop ends it, and is needed after its
 * own end too. ERR_IO. */
MUST_CHECK enum err child_start(struct process *process, const struct child_words *words,
                                const char *log_path, struct err_msg *msg);

struct child_watch {
    void (*tick)(void *arg);   /* four times a second while waiting; NULL for none */
    bool (*enough)(void *arg); /* asked as often; true ends the wait; NULL for none */
    void *arg;
};

/* Waits until it has ended or `watch` has enough (ERR_OK), the deadline on clock_now_ns() has
 * passed (ERR_TIMEOUT) or a signal came (ERR_INTERRUPTED). It is not stopped. */
MUST_CHECK enum err child_wait(struct loop *loop, struct process *process,
                               const struct child_watch *watch, uint64_t deadline_ns,
                               struct err_msg *msg);

/* Of an ended child: its own exit code, or EXIT_DRIVE when a signal ended it. */
int child_exit_code(const struct process *process);

#endif
