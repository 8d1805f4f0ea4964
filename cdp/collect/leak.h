/* How the growth over the openings was fitted: the metrics say the slope alone. */
#ifndef CDP_COLLECT_LEAK_H
#define CDP_COLLECT_LEAK_H

#include "base/json.h"

/* Adds to `out` under `key` what each metric of the leak was fitted to: {"nodes_per_cycle":
 * {"per_cycle","low","high","n"}}, the interval of 95 % as in metrics/slope.h. `raw` is the
 * collector's readings (NULL: an empty object). */
void leak_add_slopes(const cJSON *raw, cJSON *out, const char *key);

#endif
