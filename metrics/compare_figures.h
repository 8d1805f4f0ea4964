/* What a comparison looks at beside the metrics of the table in metrics/metric.h: what one more
 * loaded message costs, and the figures of a load run; and how large a difference must be before it
 * counts. */
#ifndef METRICS_COMPARE_FIGURES_H
#define METRICS_COMPARE_FIGURES_H

#include "metrics/metric.h"

/* Of all metrics: the table's, "<metric>_per_message", and those of a load run. NULL when there is
 * none of that name. */
const struct metric_def *compare_figure_find(const char *name);

/* The name nearest to a mistaken one, or NULL. */
const char *compare_figure_nearest(const char *name);

/* The figure "per message" of a metric, or NULL when it has none; and the metric that it is of. */
const struct metric_def *compare_figure_slope_of(const char *metric);
const char *compare_figure_slope_source(const struct metric_def *slope);

/* A difference of medians under either of them is none, however sure. */
struct compare_floor {
    double relative; /* of the base's median */
    double absolute; /* in the metric's unit */
};

struct compare_floor compare_floor_of(const struct metric_def *def);

#endif
