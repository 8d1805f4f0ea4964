/* The command line's changes to a workload's shape: k6's --vus, --duration, --stage, --iterations.
 * As in k6 they replace the executor of every scenario:
 *
 *   --stage …                      ramping-vus from 0 VUs (from --vus when given)
 *   --iterations (--vus)           shared-iterations, within --duration when given
 *   --vus and/or --duration        constant-vus (default 1 VU; without --duration the length stays)
 *
 * What followed one another still does: a scenario that began at or after another's end begins when
 * that one is over. */
#ifndef BACKEND_OVERRIDES_H
#define BACKEND_OVERRIDES_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/workload.h"
#include "base/err.h"
#include "base/options.h"

struct overrides {
    uint64_t vus; /* 0: not given, as all below */
    uint64_t duration_ms;
    uint64_t iterations;
    const struct option_list *stages; /* "30s:50" */
    bool has_duration;
    const char *timeout_text; /* NULL, or a duration for every request */
};

/* ERR_USAGE names the option. */
MUST_CHECK enum err overrides_apply(const struct overrides *overrides, struct workload *workload,
                                    struct err_msg *msg);

#endif
