/* Requests of one kind counted together: those of a band of VUs, of a stage, of a level of load.
 * What the verdict needs (metrics/stress_verdict.h) and what a table shows. */
#ifndef BACKEND_TALLY_H
#define BACKEND_TALLY_H

#include <stdint.h>

#include "backend/outcome.h"
#include "base/json.h"
#include "metrics/histogram.h"
#include "metrics/stress_verdict.h"

/* All zero is an empty tally. */
struct tally {
    uint64_t requests;
    uint64_t outcomes[OUTCOME_COUNT];
    uint64_t server_errors;       /* statuses 500–599, used-up pools among them */
    struct histogram service_ns;  /* of what was answered but 429; time-outs censored */
    struct histogram response_ns; /* the same from when the request was due */
};

struct tally_sample {
    enum outcome outcome;
    int status; /* 0 without an answer */
    uint64_t service_ns;
    uint64_t response_ns;
    uint64_t timeout_ns; /* for OUTCOME_TIMEOUT: at least so long */
};

void tally_add(struct tally *tally, const struct tally_sample *sample);
void tally_merge(struct tally *into, const struct tally *from);
void tally_release(struct tally *tally);

uint64_t tally_errors(const struct tally *tally);

/* For judging; the histogram is borrowed from the tally. */
struct stress_counts tally_counts(const struct tally *tally);

/* {"requests","errors","outcomes":{…},"service_ms":{…},"response_ms":{…}} (backend/figures.h) added
 * to `node`. */
void tally_to_json(const struct tally *tally, cJSON *node);

#endif
