/* Performance.getMetrics as an object of numbers, and what passed between two of them. */
#ifndef CDP_COLLECT_BROWSER_METRICS_H
#define CDP_COLLECT_BROWSER_METRICS_H

#include "base/err.h"
#include "base/json.h"
#include "cdp/collect/samples.h"
#include "cdp/page.h"

/* Adds {"LayoutCount": 12, "ThreadTime": 0.05, …} (times in seconds) to `raw` under `key`. */
MUST_CHECK enum err browser_metrics_read(struct page *page, cJSON *raw, const char *key,
                                         struct err_msg *msg);

/* Adds after.name − before.name times `scale` to the metric. */
void browser_metrics_score(const cJSON *raw, const char *name, double scale, const char *metric,
                           struct samples *out);

#endif
