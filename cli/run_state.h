/* How far a full run has come: what became of each part. Kept in memory, and in "state.json" of the
 * run's directory after each part, so that an interrupted run can be taken up again. */
#ifndef CLI_RUN_STATE_H
#define CLI_RUN_STATE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/json.h"
#include "cli/run_parts.h"
#include "metrics/verdict.h"

enum run_part_state {
    RUN_WAITING,
    RUN_RUNNING,
    RUN_DONE,        /* it ended by itself; its exit code says how */
    RUN_INTERRUPTED, /* a signal or the program's end came while it ran */
    RUN_NOT_RUN,     /* `why` says what was missing */
    RUN_LEFT_OUT     /* by --only or --skip */
};

/* "waiting", "running", "done", … */
const char *run_part_state_name(enum run_part_state state);

struct run_part_record {
    enum run_part_state state;
    int exit_code;
    double seconds;
    char *why; /* one sentence, owned; NULL for none */
    bool has_verdict;
    enum verdict verdict;
    bool has_dir; /* the run directory holds one of the part's name */
};

struct run_state {
    struct run_part_record part[RUN_PARTS_MAX]; /* as run_parts */
};

void run_state_release(struct run_state *state);

/* Sets `why` to a copy of the sentence. */
void run_part_record_explain(struct run_part_record *record, const char *why);

/* Whether the part has what can be had of it and need not be done again: it ended with a pass, with
 * a failed verdict or without data. */
bool run_part_is_settled(const struct run_part_record *record);

/* Of several exit codes the one that counts (cli/command.h). */
int run_state_worse(int a, int b);

/* The exit code of the whole. */
int run_state_exit_code(const struct run_state *state);

/* [{"name","state","exit_code","seconds","why","verdict","dir"}…], the last four only where there
 * is something to say. */
cJSON *run_state_to_json(const struct run_state *state);

/* Reads that array; a part of which it says nothing is waiting. ERR_FORMAT names the file and the
 * place. */
MUST_CHECK enum err run_state_from_json(const cJSON *parts, const char *name, struct run_state *out,
                                        struct err_msg *msg);

#endif
