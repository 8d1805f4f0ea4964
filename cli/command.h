/* What a command of tmscdp is, and what all of them share: exit codes and the way an error is said.
 * Only this room exits or chooses exit codes. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/options.h"

/* k6's codes where the meaning is k6's; 111 and 112 are ours. Where several apply the first of
 * 112, 104, 101, 100, 107, 105, 99, 111 wins. */
enum exit_code {
    EXIT_PASS = 0,
    EXIT_VERDICT = 99,      /* a threshold, verdict or regression check failed */
    EXIT_SEED = 100,        /* seeding failed or timed out */
    EXIT_CLEANUP = 101,     /* cleaning up failed */
    EXIT_USAGE = 104,       /* bad usage or configuration */
    EXIT_INTERRUPTED = 105, /* SIGINT or SIGTERM; what was measured is written */
    EXIT_DRIVE = 107,       /* target or browser could not be driven, or our own failure */
    EXIT_NO_DATA = 111,     /* inconclusive, or figures missing */
    EXIT_REFUSED = 112,     /* the safety guard */
};

struct command {
    const char *name;
    const char *summary;               /* one line for `tmscdp --help` */
    int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns an exit code */
};

extern const struct command cmd_seed;
extern const struct command cmd_measure;
extern const struct command cmd_stress;
extern const struct command cmd_monitor;
extern const struct command cmd_rescore;
extern const struct command cmd_report;
extern const struct command cmd_compare;
extern const struct command cmd_doctor;
extern const struct command cmd_run;
extern const struct command cmd_pair;

/* The exit code that belongs to an error. */
int command_exit_code(enum err code);

/* Says the error on stderr ("tmscdp measure: …", secrets redacted) and returns its exit code. */
int command_fail(const char *command, enum err code, const struct err_msg *msg);

/* How a command describes itself; help is printed from the same table that parses. */
struct command_line {
    const char *usage; /* "tmscdp seed [options]" */
    const char *about; /* one paragraph, wrapped by the author at 100 columns */
    const char *notes; /* put below the options (environment, examples); NULL for none */
    const struct option_spec *specs;
    size_t spec_count;
};

/* Parses. `--help` and `-h` print help on stdout. Returns true when the command should go on;
 * otherwise *exit_code says how to end: 0 after help, 104 after a mistake, which has been said.
 * `operands` has room for argc words. */
bool command_parse(const struct command_line *line, int argc, char **argv, const char **operands,
                   size_t *operand_count, int *exit_code);

#endif
