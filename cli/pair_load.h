/* The load of a pair: a mix of workloads, applied by this program as a child so that its CPU time
 * is not the browser's, begun before the loaded phases of a block and ended behind them. */
#ifndef CLI_PAIR_LOAD_H
#define CLI_PAIR_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/mix.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/options.h"
#include "base/process.h"
#include "metrics/result.h"

struct pair_load_plan {
    const char *const *names;
    size_t count;
    uint64_t vus;
    const char *api_url;
    const char *data_dir;
    const struct option_list *allowed_hosts;
    uint64_t most_ms; /* it ends by itself after so long, if nobody ends it */
};

struct pair_load {
    struct process process;
    char *making;   /* where the child makes its run directory */
    double start_s; /* when the load began, on CLOCK_MONOTONIC */
};

/* Writes the mix into the run directory, starts it and waits until its baseline (`baseline`) has
 * been measured and the load has begun. ERR_USAGE and ERR_FORMAT for a mix that cannot be,
 * ERR_UNREACHABLE when it ended before it began, with its own words; pair_load_end is needed all
 * the same. */
MUST_CHECK enum err pair_load_begin(struct loop *loop, const struct pair_load_plan *plan,
                                    const struct result_run *run, bool baseline,
                                    struct pair_load *load, struct err_msg *msg);

/* Whether it still runs. */
bool pair_load_runs(struct pair_load *load);

/* Ends it and moves its run directory to "<run>/<name>"; `node` gets {"dir","start_s","verdicts",
 * "generator","reason"?}. */
MUST_CHECK enum err pair_load_end(struct pair_load *load, const struct pair_load_plan *plan,
                                  const struct result_run *run, const char *name, cJSON *node,
                                  struct err_msg *msg);

#endif
