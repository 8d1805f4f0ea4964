/* `tmscdp stress`: applies workloads, one after the other, and writes one run directory.
 *
 * For each workload: state reset (by a function that the command line gives), the target asked
 * whether it is there, the baseline of each flow, the load, the integrity of the database. What was
 * measured is kept whatever fails after it. */
#ifndef BACKEND_STRESS_H
#define BACKEND_STRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/overrides.h"
#include "backend/workload.h"
#include "base/err.h"
#include "base/json.h"
#include "base/options.h"

#define STRESS_WORKLOADS_MAX ((size_t)32)
#define STRESS_TAGS_MAX      ((size_t)8)
#define STRESS_THREADS_MAX   UINT32_C(64)
#define STRESS_STATS_MAX     ((size_t)16)

struct stress_plan {
    struct workload *workload[STRESS_WORKLOADS_MAX]; /* borrowed; data not loaded yet */
    size_t workload_count;
    const char *target; /* as given: URL with or without the API's prefix */
    const struct option_list *allowed_hosts;
    const char *data_dir;
    const char *runs_dir;
    const char *out_path; /* --out json=…; NULL for none */
    const char *conninfo; /* of the chat's database, to be watched and checked; NULL: neither */
    uint64_t watch_ms;    /* how often the database is looked at during a load; 0: not at all */
    unsigned pool_limit;  /* connections that the chat may open to it; 0: not known */
    struct tag tag[STRESS_TAGS_MAX];
    size_t tag_count;
    double stat[STRESS_STATS_MAX]; /* more percentiles of every trend */
    size_t stat_count;
    uint64_t seed;
    uint64_t tolerated_5xx;
    uint32_t threads;
    bool baseline;
    bool thresholds;
    bool progress; /* a live line on stderr */
    /* Puts the chat's state back before each workload; NULL: not wanted. Called without a loop. */
    enum err (*reset)(void *arg, struct err_msg *msg);
    void *reset_arg;
    const cJSON *options; /* what run.json keeps of the command line */
};

struct stress_outcome {
    cJSON *result; /* result.json's content; NULL when nothing was begun */
    char *dir;
};

/* ERR_REFUSED, ERR_USAGE, ERR_UNREACHABLE before any load. ERR_INTERRUPTED after a signal, with the
 * partial result written. A failed threshold or verdict is no error: it is in the result. */
MUST_CHECK enum err stress_run(const struct stress_plan *plan, struct stress_outcome *out,
                               struct err_msg *msg);
void stress_outcome_release(struct stress_outcome *outcome);

#endif
