/* A full run: the health check and the question whether to seed are ours, every other part is this
 * program as a child, with a run directory of its own under the run's:
 *
 *   <runs>/<id>/run.json, state.json, result.json, report.html
 *   <runs>/<id>/<part>/   an ordinary run directory of `stress` or `measure`
 *   <runs>/<id>/logs/<part>.log   what the part said */
#ifndef CLI_RUN_SUITE_H
#define CLI_RUN_SUITE_H

#include "base/err.h"
#include "base/loop.h"
#include "cli/run_overview.h"
#include "cli/run_state.h"
#include "cli/stress_database.h"
#include "metrics/result.h"

struct suite_plan {
    const char *client_url;
    const char *api_url;
    const char *data_dir;
    const char *secret_file; /* NULL: the environment */
    const char *messages;    /* "50,150,200" */
    const char *chrome;      /* NULL: the usual one */
    const struct option_list *allowed_hosts;
    struct stress_database database; /* its URL reaches the children by the environment */
    bool wanted[RUN_PARTS_MAX];
    bool quick;
    bool fail_fast;
    bool always_seed;
    bool quiet;
};

/* Does what `state` says is not settled yet, keeping state.json. A part's failure is no error: it
 * stands in `state`. `health` (an array, the caller's) gets the findings of the health check.
 * ERR_INTERRUPTED after a signal: the running part was ended politely and its partial result kept,
 * and the report on what there is was written all the same. ERR_IO. */
MUST_CHECK enum err suite_run(struct loop *loop, const struct suite_plan *plan,
                              const struct result_run *run, struct run_state *state, cJSON *health,
                              struct err_msg *msg);

#endif
