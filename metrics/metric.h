/* The metrics by name: what each means, its unit, which way is better, and whether a gate may use
 * it. One table for collectors, verdicts, comparisons and reports, so that they agree.
 *
 * A value always carries how it came about: n samples, their median and spread. A value that could
 * not be had is NO DATA with a reason, never 0. */
#ifndef METRICS_METRIC_H
#define METRICS_METRIC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/json.h"

enum metric_better {
    METRIC_LOWER,
    METRIC_HIGHER,
    METRIC_NEITHER
};

/* What may fail a build. Counts and sizes after a collection hardly depend on the machine: one
 * value decides. CPU times decide only in paired, repeated runs. The rest is read by people: on a
 * busy machine it moves by a third, or it does not tell a good page from a bad one. */
enum metric_use {
    METRIC_GATE,
    METRIC_PAIRED,
    METRIC_REPORT
};

struct metric_def {
    const char *name;  /* "dom_elements": as in the JSON */
    const char *title; /* "DOM elements": as in a table */
    const char *unit;  /* "elements", "bytes", "ms", "fps", "px", "" */
    enum metric_better better;
    enum metric_use use;
    unsigned decimals;   /* for a person; not used with "bytes" */
    const char *meaning; /* one sentence, shown in the report */
};

/* NULL when there is no such metric. */
const struct metric_def *metric_find(const char *name);
const struct metric_def *metric_table(size_t *count);

/* "gate", "paired" or "report". */
const char *metric_use_name(enum metric_use use);

/* One metric's samples at one count and variant. */
struct metric_value {
    const struct metric_def *def;
    bool has_data;
    size_t n;
    double median;
    double min;
    double max;
    double cv;        /* standard deviation ÷ mean; NaN below two samples or mean 0 */
    char reason[256]; /* why there is no data; empty otherwise */
};

/* From `n` raw samples (n ≥ 1, finite). */
void metric_summarise(const struct metric_def *def, const double *samples, size_t n,
                      struct metric_value *out);
/* The reason is cut, at a whole character, when it is longer than its field. */
void metric_no_data(const struct metric_def *def, const char *reason, struct metric_value *out);

/* {"n","median","min","max","cv","unit","use"} or {"no_data":"reason"}, added under the name. */
void metric_to_json(const struct metric_value *value, cJSON *parent);

/* From the node that metric_to_json added under `name`. ERR_FORMAT when the name is unknown to this
 * program, a figure is missing or not finite, or min ≤ median ≤ max does not hold. */
MUST_CHECK enum err metric_from_json(const cJSON *node, const char *name, struct metric_value *out,
                                     struct err_msg *msg);

#define METRIC_TEXT_BYTES ((size_t)48)
/* "12,819", "3.3 MB", "318 ms", "59.8": for a person, in the metric's decimals and a fitting unit
 * (1 kB is 1,000 bytes). Cut when out_bytes are too few; METRIC_TEXT_BYTES always suffice. A number
 * over 1e15 or not finite is written as C does. */
void metric_format(const struct metric_def *def, double number, char *out, size_t out_bytes);

#endif
