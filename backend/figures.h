/* A distribution as the few figures that a person reads, in JSON. */
#ifndef BACKEND_FIGURES_H
#define BACKEND_FIGURES_H

#include "base/json.h"
#include "metrics/histogram.h"

#define FIGURES_NS_IN_MS 1e6
#define FIGURES_AS_IS    1.0

/* {"n","avg","min","med","p90","p95","p99","max"} under `key`, each divided by `unit`; a percentile
 * is left out where the samples are too few for it (histogram_samples_needed). "at_least" lists
 * those that time-outs have turned into lower bounds, "timed_out" how many samples those are. Only
 * "n" when there is no sample. */
void figures_to_json(const struct histogram *histogram, double unit, cJSON *parent,
                     const char *key);

#endif
