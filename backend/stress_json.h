/* A workload's measurements in the form of result.json's section "stress": what every output
 * prints. The histograms themselves go into raw/, so that figures can be computed anew. */
#ifndef BACKEND_STRESS_JSON_H
#define BACKEND_STRESS_JSON_H

#include <stddef.h>

#include "backend/engine.h"
#include "backend/record.h"
#include "backend/verdicts.h"
#include "backend/workload.h"
#include "base/json.h"
#include "metrics/host.h"

struct stress_measured {
    const struct workload *workload;
    const struct record *load;
    const struct record *baseline; /* NULL: none */
    const struct engine_end *end;
    const struct verdicts *verdicts;
    const struct host_noise *noise; /* of the load alone */
    const char *started_at;
    const char *state;  /* "complete", "interrupted", "aborted" */
    const char *reason; /* NULL when complete */
    cJSON *integrity;   /* taken; NULL: none was asked for */
    cJSON *database;    /* taken: what the watcher saw; NULL: nothing */
    const double *stat; /* more percentiles of every trend */
    size_t stat_count;
};

/* A new object, the caller's. */
cJSON *stress_json_workload(const struct stress_measured *measured);

/* {"seconds":[…],"columns":[…]}: a row a second; and every series with its histogram. New objects.
 */
cJSON *stress_json_timeline(const struct record *record);
cJSON *stress_json_series(const struct record *record);

#endif
