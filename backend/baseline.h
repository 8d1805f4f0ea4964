/* How fast the server is when it has next to nothing to do: each flow whose scenarios are judged
 * runs with 1 to 5 VUs until the samples suffice for a 95th percentile. */
#ifndef BACKEND_BASELINE_H
#define BACKEND_BASELINE_H

#include <stdbool.h>

#include "backend/engine.h"
#include "backend/workload.h"

/* The scenario's baseline is measured in its place (and not in an earlier one's of the same flow).
 */
bool baseline_wants(const struct workload *workload, size_t scenario);

/* Its shape: shared-iterations. */
void baseline_schedule(const struct workload *workload, size_t scenario, struct schedule *out);

/* The fewest requests of one iteration. */
uint64_t baseline_requests_of(const struct flow *flow);

#endif
