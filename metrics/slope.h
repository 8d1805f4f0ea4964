/* Ordinary least squares of a count on the number of messages: what one more loaded message costs.
 * slope = Σ(x−x̄)(y−ȳ) / Σ(x−x̄)²; its interval is slope ± t(0.95, n−2)·s/√Σ(x−x̄)² with
 * s² = Σ residual² / (n−2) (Draper and Smith, Applied Regression Analysis, 1.4). With two points
 * there is a slope and no interval. */
#ifndef METRICS_SLOPE_H
#define METRICS_SLOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/json.h"

struct slope {
    bool has_data;     /* two different x at least */
    bool has_interval; /* three points at least, at two different x */
    size_t n;
    double per_message; /* 0 without data */
    double low;         /* 95 % interval, when has_interval; 0 otherwise */
    double high;
};

/* The inputs are finite; n may be 0. */
void slope_fit(const double *messages, const double *y, size_t n, struct slope *out);

/* {"per_message","low","high","n"}; low and high only with an interval; {"no_data":…} without. */
void slope_to_json(const struct slope *slope, cJSON *parent, const char *key);

/* From the node that slope_to_json added; `name` (the key) is for the sentence. ERR_FORMAT. */
MUST_CHECK enum err slope_from_json(const cJSON *node, const char *name, struct slope *out,
                                    struct err_msg *msg);

#endif
