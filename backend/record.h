/* What one phase of a run measured: the built-in metrics and the workload's own, by the tags that
 * thresholds ask for; tallies by band, stage and level; a line a second. Sizes are fixed but for
 * that line (64 bytes a second). Records of equal plans merge exactly.
 *
 * Tags of a request's sample: scenario, name, method, status ("0" without an answer), outcome,
 * expected_response, stage (from 1, where the executor has stages), band, those of the request in
 * the workload and those of the command line. */
#ifndef BACKEND_RECORD_H
#define BACKEND_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/http.h"
#include "backend/tally.h"
#include "backend/workload.h"
#include "base/json.h"

#define RECORD_LEVELS   ((size_t)64)
#define RECORD_NO_STAGE 0

struct k6_json;
struct socket_record;

/* One metric's samples, all of them or those that a selector picks. */
struct series {
    size_t metric;
    const struct metric_spec *spec;
    const struct selector *selector; /* NULL: all samples. Borrowed from the workload */
    const char *selector_text;
    uint64_t samples;
    uint64_t truths; /* rate */
    double total;    /* counter: the sum; gauge: the last value */
    double min;      /* gauge */
    double max;
    struct histogram trend;
};

/* Requests at one number of VUs, and how long it lasted. */
struct level {
    struct tally tally;
    uint64_t vus_sum; /* over the requests: ÷ requests is the mean */
    double seconds;
};

struct record_scenario {
    struct tally all;
    struct tally band[VU_BAND_COUNT];
    struct tally stage[SCHEDULE_STAGES_MAX + 1]; /* from 1; 0: without stages */
    struct level level[RECORD_LEVELS];
    uint64_t iterations;
    uint64_t interrupted; /* iterations that were cut off */
    uint64_t cut_off;     /* requests among them that were in flight */
    uint64_t dropped;
    uint64_t started;
    uint64_t vus_max;
    struct histogram iteration_ns;
};

/* Answers to one request with one status and outcome. */
struct record_status {
    const struct request *request;
    int status; /* 0 without an answer */
    enum outcome outcome;
    struct tally tally;
};

/* One second of the run. */
struct record_second {
    float at_s;
    uint32_t vus;
    uint32_t requests;
    uint32_t errors;
    uint32_t rate_limited;
    uint32_t iterations;
    uint32_t dropped;
    float p50_ms; /* negative: no sample */
    float p95_ms;
    float max_ms;
};

struct record_tags;

struct record {
    const struct workload *workload;
    const struct tag *extra; /* of the command line; borrowed */
    size_t extra_count;
    struct k6_json *out; /* NULL: no stream of samples; borrowed */
    size_t metric_count;
    struct series *series; /* the first metric_count are whole metrics */
    size_t series_count;
    struct record_scenario *scenario;
    struct record_tags **tags; /* interned, open addressing */
    size_t tags_cap;
    size_t tags_count;
    struct record_status **status; /* in the order in which they first occurred */
    size_t status_count;
    size_t status_cap;
    uint64_t (*check)[2]; /* fails and passes, by request × WORKLOAD_LIST_MAX + check */
    struct record_second *second;
    size_t second_count;
    size_t second_cap;
    struct record_second now; /* being filled */
    struct histogram now_ns;
    struct socket_record *sockets; /* owned; NULL: the workload has none. Not merged: sockets are
                                      one thread's */
};

struct record *record_new(const struct workload *workload, const struct tag *extra,
                          size_t extra_count);
void record_free(struct record *record);

struct record_request {
    size_t scenario;
    const struct request *request;
    unsigned stage; /* RECORD_NO_STAGE for none */
    uint64_t vus;   /* at work when it started */
    enum outcome outcome;
    uint64_t checks_passed; /* bits by number */
    const struct http_answer *answer;
    uint64_t response_ns; /* from when it was due to its end */
};

void record_request(struct record *record, const struct record_request *sample);

/* A whole iteration; the others are counted by the two below. */
void record_iteration(struct record *record, size_t scenario, uint64_t duration_ns);
void record_interrupted(struct record *record, size_t scenario, bool request_in_flight);
void record_dropped(struct record *record, size_t scenario, uint64_t count);

/* One sample of a built-in trend of times, counter or rate (0 or 1), with the scenario's tags
 * alone; RECORD_WHOLE_RUN: of no scenario. `censored`: a time is at least so long. */
#define RECORD_WHOLE_RUN SIZE_MAX
void record_builtin(struct record *record, size_t scenario, enum builtin metric, uint64_t value);
void record_builtin_censored(struct record *record, size_t scenario, enum builtin metric,
                             uint64_t at_least);

/* A start or the end of a think that was due `lateness_ns` ago. */
void record_lateness(struct record *record, uint64_t lateness_ns);

/* Closes a second of the run. */
struct record_tick {
    double at_s;
    double seconds; /* since the last tick */
    uint64_t vus;   /* at work now, in all */
    uint64_t vus_made;
    const uint64_t *scenario_vus; /* at work, by scenario */
    uint64_t parts;               /* threads that share the load; the VUs above are one's own */
};
void record_tick(struct record *record, const struct record_tick *tick);

/* The level of so many VUs, and its bounds: steps of 5 to 100, of 25 to 1,000, then one. */
size_t record_level(uint64_t vus);
void record_level_bounds(size_t level, uint64_t *from, uint64_t *to);

/* Adds all of `from`, which another thread measured at the same time with the same workload.
 * Counts, sums and distributions are exact; a second's quantiles are gone, its maximum is the
 * larger one. */
void record_merge(struct record *into, const struct record *from);

const struct series *record_series(const struct record *record,
                                   const struct threshold_spec *threshold);

/* What the threshold is about, for threshold_evaluate. `seconds` > 0. */
struct threshold_values record_values(const struct series *series, double seconds);

#endif
