/* A load run's result in k6's manner: the end-of-test summary on the terminal, and the file that
 * `k6 run --summary-export` writes. Both only read the section "stress" of result.json. */
#ifndef REPORTS_K6_SUMMARY_H
#define REPORTS_K6_SUMMARY_H

#include <stddef.h>

#include "base/err.h"
#include "base/json.h"
#include "base/strbuf.h"

/* The columns of a trend, in order: "avg", "p(95)" …; NULL-ended. */
extern const char *const k6_summary_stats[];

/* True for avg, min, med, max, count and p(N) with 0 ≤ N ≤ 100, which goes to *percent (negative
 * for the others). */
bool k6_summary_stat(const char *name, double *percent);

/* The figure of that name in a trend's "values", where "p(95)" is called "p95"; NULL when it is not
 * there: too few samples. */
const cJSON *k6_summary_figure(const cJSON *values, const char *stat);

/* Appends the summary of one element of "workloads". A figure that has too few samples is "-", one
 * that time-outs made a lower bound has "≥" in front. */
void k6_summary_write(const cJSON *workload, const char *const *stats, struct strbuf *out);

/* k6's legacy shape of one workload: {"root_group", "metrics"}. In "thresholds" true means failed.
 * A percentile with too few samples is null. A new object, the caller's. */
cJSON *k6_summary_export(const cJSON *workload);

#endif
