/* Fine, Slows Down or Crashes for an API load: per band of virtual users and for the whole, against
 * the baseline that the same run measured first.
 *
 *   Fine        p95 < 2 × baseline and errors < 1 %
 *   Slows Down  p95 ≥ 2 × baseline, or errors 1–10 %; over 10 × is still this, and says so
 *   Crashes     errors > 10 %, answers 5xx over the tolerated number (0), a used-up connection
 *               pool, or the server was restarted
 *   NO DATA     the p95 of the band or of the baseline has too few samples (60), or is a lower
 * bound that leaves the answer open, and nothing worse is known; or most answers were 429
 *
 * Expected conflicts (409) and rate limiting (429) are no errors. A time-out is an error and a
 * censored sample. Errors are counted over the requests that were not rate-limited: what the
 * limiter turned away says nothing about the rest. */
#ifndef METRICS_STRESS_VERDICT_H
#define METRICS_STRESS_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "metrics/histogram.h"
#include "metrics/verdict.h"

/* The bands: where the suite expects the poll's lock queue to be empty, to build up, and to use up
 * the pool. */
enum vu_band {
    VU_BAND_LOW,  /* up to 15 */
    VU_BAND_MID,  /* 16 to 30 */
    VU_BAND_HIGH, /* 31 and more */
    VU_BAND_COUNT
};

enum vu_band vu_band_of(uint64_t vus);       /* of the VUs active when the request started */
const char *vu_band_name(enum vu_band band); /* "1-15", "16-30", "31+": tags, so no "≤" */

/* The requests of one band, or all of them. Every count is part of `requests`. */
struct stress_counts {
    uint64_t requests;
    uint64_t errors;         /* time-outs, broken connections, unexpected statuses, failed bodies;
                                the 5xx and used-up pools below are among them */
    uint64_t timeouts;       /* among the errors */
    uint64_t server_errors;  /* answers 500–599 */
    uint64_t pool_exhausted; /* those that say that the database pool was used up */
    uint64_t conflicts;      /* expected 409 */
    uint64_t rate_limited;   /* 429 */
    const struct histogram *latency_ns; /* service time, time-outs censored; borrowed */
};

struct stress_judging {
    const struct histogram *baseline_ns; /* service time at 1–5 VUs; borrowed */
    uint64_t tolerated_5xx;              /* per band; --tolerate-5xx */
    bool restarted;                      /* the server went away and came back, or stayed away */
};

#define STRESS_REASONS_MAX  ((size_t)10)
#define STRESS_REASON_BYTES ((size_t)240)
struct stress_reason {
    enum verdict verdict; /* what this reason alone would give */
    char text[STRESS_REASON_BYTES];
};

/* Reasons are in the order of the matrix; there is one at least. */
struct stress_verdict {
    enum verdict verdict;
    uint64_t n;      /* requests judged */
    bool has_factor; /* whether p95 ÷ baseline could be had */
    double factor;   /* p95 ÷ the baseline's p95 */
    bool at_least;   /* … is a lower bound */
    bool over_ten;   /* factor > 10 without enough errors for Crashes */
    bool limiter_on; /* most answers were 429: the hint says how to switch the limiter off */
    struct stress_reason reason[STRESS_REASONS_MAX];
    size_t reason_count;
};

/* Judges one band or one whole by its counts alone. No request at all is NO DATA. */
void stress_judge(const struct stress_judging *judging, const struct stress_counts *counts,
                  struct stress_verdict *out);

/* Judges each band, and the whole: the worst of the merged counts' own verdict and of the bands
 * that have one, so that a crash in one band is not averaged away. `bands` has VU_BAND_COUNT
 * entries; a NULL latency_ns is an empty histogram. */
void stress_judge_all(const struct stress_judging *judging, const struct stress_counts *bands,
                      struct stress_verdict *band_out, struct stress_verdict *whole_out);

/* {"verdict","n","factor","at_least","over_ten","limiter_on","reasons":[{"verdict","text"}]};
 * factor only when there is one. */
void stress_verdict_to_json(const struct stress_verdict *verdict, cJSON *parent, const char *key);

#endif
