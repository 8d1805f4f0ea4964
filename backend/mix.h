/* Several workloads as one, all at once: how real traffic is mixed. Each flow of each workload
 * becomes a scenario of the mix with a constant number of virtual users from its beginning to its
 * end; the baseline of each flow is measured alone before, so each workload keeps a verdict of its
 * own and the mix has one. */
#ifndef BACKEND_MIX_H
#define BACKEND_MIX_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"

#define MIX_WORKLOADS_MAX ((size_t)8)

struct mix_shape {
    uint64_t vus; /* of each flow */
    uint64_t duration_ms;
    bool baseline;
};

/* The mix as a workload file's tree, its flows and scenarios named "<workload>-<flow>", itself
 * "mix". `names` as `tmscdp stress` takes them. Thresholds are left out:
 * they speak of the workloads' own shapes. "api" and "prefix" must be the same in all, "fanout"
 * where it is there. ERR_USAGE for a workload that differs in these, is unknown, named twice or is
 * no list of flows, ERR_FORMAT; what the parts of a workload mean is checked by whoever reads the
 * tree (backend/workload.h). `*out` is the caller's. */
MUST_CHECK enum err mix_make(const char *const *names, size_t count, const struct mix_shape *shape,
                             cJSON **out, struct err_msg *msg);

/* The verdicts of a mix's result: `workload` is stress.workloads[0] of it. For each of `names`
 * [{"name","verdict","requests","errors","p95_ms"}…], the worst verdict of its scenarios, then one
 * named "mix". */
cJSON *mix_verdicts(const cJSON *workload, const char *const *names, size_t count);

#endif
