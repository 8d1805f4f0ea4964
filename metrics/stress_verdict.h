/* Fine, Slows Down or Crashes for an API load: per band of virtual users and for the whole, against
 * the baseline that the same run measured first.
 *
 *   Fine        p95 < 2 × baseline and errors < 1 %
 *   Slows Down  p95 ≥ 2 × baseline, or errors 1–10 %; over 10 × is still this, and says so
 *   Crashes     errors > 10 %, answers 5xx over the tolerated number (0), a used-up connection
 *               pool, or the server was restarted
 *   NO DATA     nothing worse is known, and a p95 (the band's, the baseline's) has fewer than 60
 *               samples or is a lower bound that leaves it open; or most answers were 429
 *
 * Expected conflicts (409) and rate limiting (429) are no errors. A time-out is an error and a
 * censored sample. The share of errors is taken of the requests that were not rate-limited, and
 * judged from 60 requests on, or from 3 errors on: one bad answer among ten says nothing. Where
 * more than half was rate-limited neither p95 nor that share is judged: the rest is no load. */
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
    const struct histogram *latency_ns; /* service time of all but the 429, time-outs censored;
                                           borrowed, NULL for none */
};

struct stress_judging {
    const struct histogram *baseline_ns; /* service time at 1–5 VUs; borrowed */
    uint64_t tolerated_5xx;              /* in each band, and in the whole */
    bool restarted;                      /* the server went away, for a while or for good */
};

#define STRESS_REASONS_MAX  ((size_t)12)
#define STRESS_REASON_BYTES ((size_t)240)
struct stress_reason {
    enum verdict verdict; /* what this reason alone would give */
    char text[STRESS_REASON_BYTES];
};

/* Reasons are in the order of the matrix; there is one at least. */
struct stress_verdict {
    uint64_t n;    /* requests judged */
    double factor; /* p95 ÷ the baseline's p95; 0 without has_factor */
    enum verdict verdict;
    bool has_factor;
    bool at_least;   /* the factor is a lower bound */
    bool over_ten;   /* factor > 10 */
    bool limiter_on; /* most answers were 429: a reason says how to switch the limiter off */
    size_t reason_count;
    struct stress_reason reason[STRESS_REASONS_MAX];
};

/* Judges one set of requests by its counts. No request at all is NO DATA. */
void stress_judge(const struct stress_judging *judging, const struct stress_counts *counts,
                  struct stress_verdict *out);

/* Judges each band, and the whole: the worst of the merged counts' own verdict and of the bands
 * that have one, so that a crash in one band is not averaged away; a restart counts for the whole
 * alone. `bands`, `band_out`: VU_BAND_COUNT entries. */
void stress_judge_all(const struct stress_judging *judging, const struct stress_counts *bands,
                      struct stress_verdict *band_out, struct stress_verdict *whole_out);

/* {"verdict","n","factor","at_least","over_ten","limiter_on","reasons":[{"verdict","text"}]};
 * factor only when there is one. */
void stress_verdict_to_json(const struct stress_verdict *verdict, cJSON *parent, const char *key);

#endif
