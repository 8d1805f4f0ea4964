/* The small process between us and a program that we start (base/process.h): its own side. */
#ifndef BASE_GUARDIAN_H
#define BASE_GUARDIAN_H

#include "base/process.h"

/* The descriptors that it keeps; all above 2 and closed by exec. */
struct guardian_fds {
    int lifeline; /* a uint32_t from us: SIGTERM now, SIGKILL after so many ms; its end: SIGKILL */
    int status;   /* struct guardian_report to us */
    int log;      /* the program's stdout and stderr */
};

enum guardian_news {
    GUARDIAN_STARTED,  /* number: the program's pid */
    GUARDIAN_FAILED,   /* number: errno of what kept the program from running */
    GUARDIAN_ENDED,    /* number: the program's wait status */
    GUARDIAN_LEFTOVER, /* text: why the private directory could not be removed */
};

/* Shorter than PIPE_BUF, so it is written and read in one piece (pipe(7)). */
struct guardian_report {
    enum guardian_news news;
    int number;
    char text[256];
};

/* Runs in the forked child: starts the program, waits for its end or ours, kills all that is left
 * of it, removes the private directory, exits. */
_Noreturn void guardian_run(const struct process_spec *spec, const struct guardian_fds *fds);

#endif
