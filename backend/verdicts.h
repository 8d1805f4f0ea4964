/* What a workload's measurements amount to: thresholds, verdicts by scenario and band, and whether
 * the generator itself was the bottleneck. Pure. */
#ifndef BACKEND_VERDICTS_H
#define BACKEND_VERDICTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/record.h"
#include "backend/workload.h"
#include "metrics/host.h"
#include "metrics/stress_verdict.h"
#include "metrics/threshold.h"

/* Above these the generator is taken for the bottleneck. */
#define VERDICTS_CPU_SHARE      0.9                /* of a core, by each thread */
#define VERDICTS_LATENESS_NS    UINT64_C(50000000) /* 95th percentile of starts … */
#define VERDICTS_LATENESS_SHARE 0.1 /* … when it is also this part of the median service time */
#define VERDICTS_READING_NS                                                                        \
    UINT64_C(5000000)               /* 95th percentile of a message's wait until we read it */
#define VERDICTS_READING_SHARE 0.1  /* … when it is also this part of the median delivery */
#define VERDICTS_DROPPED_SHARE 0.01 /* of the starts that were due */

#define VERDICTS_DOUBTS_MAX ((size_t)4)

/* What is judged. */
struct verdicts_input {
    const struct workload *workload;
    const struct record *load;
    const struct record *baseline; /* NULL when none was measured */
    double seconds;                /* of the load, > 0 */
    double cpu_share;              /* of one core, by a thread on average */
    uint64_t tolerated_5xx;
    bool restarted;
    bool thresholds;
};

struct scenario_verdict {
    bool judged; /* false: the workload wants no baseline for it */
    struct stress_verdict whole;
    struct stress_verdict band[VU_BAND_COUNT];
};

struct verdicts {
    struct threshold_result threshold[WORKLOAD_THRESHOLDS_MAX]; /* as the workload's */
    bool has_thresholds;                                        /* false: they were not wanted */
    size_t thresholds_failed;
    size_t thresholds_without_data;
    struct scenario_verdict scenario[WORKLOAD_SCENARIOS_MAX];
    bool judged;                          /* one scenario at least was */
    enum verdict verdict;                 /* the worst of them; NO DATA when none was judged */
    char doubt[VERDICTS_DOUBTS_MAX][256]; /* why the run is inconclusive */
    size_t doubt_count;
};

void verdicts_find(const struct verdicts_input *input, struct verdicts *out);

/* The scenario in whose place the flow's baseline was measured: the first with the same flow. */
size_t verdicts_baseline_of(const struct workload *workload, size_t scenario);

/* Whether a threshold with abortOnFail ends the run now. */
bool verdicts_abort(const struct record *load, double elapsed_s);

#endif
