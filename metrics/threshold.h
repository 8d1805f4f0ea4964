/* k6's thresholds: "p(95)<500" on a metric, or on the part of its samples that carry certain tags,
 * "vote_latency_ms{band:31+}". Pure: texts in, pass, fail or NO DATA out.
 *
 *   threshold   = aggregation operator number            blanks are allowed between the three
 *   aggregation = count rate value avg min med max p(N)  0 ≤ N ≤ 100
 *   operator    = < <= > >= == !=
 *   selector    = name [ "{" tag ":" value { "," tag ":" value } "}" ]
 *
 * Which aggregation a metric has depends on its kind, as in k6: counter count rate; gauge value;
 * rate rate; trend avg min med max p(N). */
#ifndef METRICS_THRESHOLD_H
#define METRICS_THRESHOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "metrics/histogram.h"

enum series_kind {
    SERIES_COUNTER, /* a sum of increments */
    SERIES_GAUGE,   /* a level: the last one seen */
    SERIES_RATE,    /* a share of samples that were true */
    SERIES_TREND    /* a distribution */
};

const char *series_kind_name(enum series_kind kind); /* "counter", "gauge", "rate", "trend" */

/* Which samples: the metric's name and the tags that they must carry. */
#define SELECTOR_TAGS_MAX   ((size_t)8)
#define SELECTOR_NAME_BYTES ((size_t)128)
#define SELECTOR_TEXT_BYTES ((size_t)64)
struct selector_tag {
    char name[SELECTOR_TEXT_BYTES];
    char value[SELECTOR_TEXT_BYTES];
};
struct selector {
    char metric[SELECTOR_NAME_BYTES];
    struct selector_tag tag[SELECTOR_TAGS_MAX]; /* in the order written, no name twice */
    size_t tag_count;                           /* 0: all samples of the metric */
};

/* Blanks around names and values are dropped, as are quotes around a value. ERR_USAGE: the sentence
 * quotes the text, names the character's position and says what belongs there. */
MUST_CHECK enum err selector_parse(const char *text, struct selector *out, struct err_msg *msg);

/* Whether samples with these tags are meant: `value_of(arg, name)` gives a tag's value, or NULL. */
bool selector_matches(const struct selector *selector,
                      const char *(*value_of)(void *arg, const char *name), void *arg);

enum threshold_aggregation {
    THRESHOLD_COUNT,
    THRESHOLD_RATE,
    THRESHOLD_VALUE,
    THRESHOLD_AVG,
    THRESHOLD_MIN,
    THRESHOLD_MED,
    THRESHOLD_MAX,
    THRESHOLD_PERCENTILE
};

enum threshold_op {
    THRESHOLD_LESS,
    THRESHOLD_LESS_EQUAL,
    THRESHOLD_GREATER,
    THRESHOLD_GREATER_EQUAL,
    THRESHOLD_EQUAL,
    THRESHOLD_NOT_EQUAL
};

#define THRESHOLD_SOURCE_BYTES ((size_t)64)
struct threshold {
    char source[THRESHOLD_SOURCE_BYTES]; /* as written, without blanks around it */
    enum threshold_aggregation aggregation;
    double percent; /* of THRESHOLD_PERCENTILE */
    enum threshold_op op;
    double limit; /* in the metric's own unit: ms, bytes, a share, a count */
    bool abort_on_fail;
    uint64_t delay_abort_ms; /* no abort before this much of the run has passed */
};

/* "p(95)<500"; abort_on_fail is false. ERR_USAGE, with the position and what belongs there. */
MUST_CHECK enum err threshold_parse(const char *text, struct threshold *out, struct err_msg *msg);

/* A text, or {"threshold","abortOnFail","delayAbortEval"}; an unknown field is an error. ERR_USAGE.
 */
MUST_CHECK enum err threshold_from_json(const cJSON *node, struct threshold *out,
                                        struct err_msg *msg);

/* ERR_USAGE when metrics of that kind have no such aggregation; says which they have. */
MUST_CHECK enum err threshold_check_kind(const struct threshold *threshold, enum series_kind kind,
                                         struct err_msg *msg);

/* What is known of the samples that the selector picks. */
struct threshold_values {
    enum series_kind kind;
    uint64_t samples;              /* counter, gauge, rate: how many were recorded (adding 0 to a
                                                   counter is one); not read for a trend */
    double total;                  /* counter: the sum; gauge: the last value; not read otherwise */
    uint64_t truths;               /* rate: samples that were true, ≤ samples */
    double seconds;                /* counter: over which "rate" is taken, > 0 */
    const struct histogram *trend; /* trend: the samples; borrowed */
    double trend_unit; /* trend: histogram units in one unit of the limit: 1e6 for ns and ms */
};

enum threshold_outcome {
    THRESHOLD_PASSES,
    THRESHOLD_FAILS,
    THRESHOLD_NO_DATA
};

#define THRESHOLD_REASON_BYTES ((size_t)192)
struct threshold_result {
    enum threshold_outcome outcome;
    bool has_value;
    double value;                        /* in the limit's unit; 0 when !has_value */
    bool at_least;                       /* censored samples: the true value is this or more */
    uint64_t n;                          /* samples behind it */
    char reason[THRESHOLD_REASON_BYTES]; /* why NO DATA; otherwise empty */
};

/* NO DATA when there is no sample; when a percentile has fewer samples than it needs
 * (histogram_samples_needed); or when the value is a lower bound that leaves the answer open
 * ("≥ 10 s" against "< 20 s"). A lower bound at or over the limit of "<" fails. The threshold fits
 * the kind (asserted). */
void threshold_evaluate(const struct threshold *threshold, const struct threshold_values *values,
                        struct threshold_result *out);

/* Whether the run is to be ended now: it failed, abortOnFail is set and delayAbortEval is over. */
bool threshold_aborts(const struct threshold *threshold, const struct threshold_result *result,
                      uint64_t elapsed_ms);

const char *threshold_outcome_name(enum threshold_outcome outcome); /* "pass" "fail" "no_data" */

#endif
