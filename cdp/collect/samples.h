/* Readings turned into metrics: for each metric the values of all repetitions, or why there are
 * none. Filled by the collectors' score functions. */
#ifndef CDP_COLLECT_SAMPLES_H
#define CDP_COLLECT_SAMPLES_H

#include <stddef.h>

#include "base/json.h"
#include "metrics/metric.h"

struct sample_list {
    const struct metric_def *def;
    double *values;
    size_t count;
    size_t cap;
    char reason[256]; /* the last reason for a missing value; empty when none is missing */
};

/* In the order in which the metrics were first named. Zero-initialise; release frees. */
struct samples {
    struct sample_list *lists;
    size_t count;
    size_t cap;
};

/* The name must be one of metrics/metric.h. A value that is not finite is a missing one. */
void samples_add(struct samples *samples, const char *metric, double value);
void samples_none(struct samples *samples, const char *metric, const char *reason);

/* Adds json_number(raw, path), or the reason that the reading lacks it. */
void samples_add_from(struct samples *samples, const char *metric, const cJSON *raw,
                      const char *path);

/* One summary a metric into `out`, which has room for samples->count. */
void samples_summarise(const struct samples *samples, struct metric_value *out);

/* Adds {"values":[…]}, one a repetition that has one, to each metric's node of `metrics`. */
void samples_add_values(const struct samples *samples, cJSON *metrics);

void samples_release(struct samples *samples);

#endif
