/* The scripts behind the long animation frames of the first load. */
#ifndef CDP_COLLECT_LONG_FRAMES_H
#define CDP_COLLECT_LONG_FRAMES_H

#include "base/json.h"

/* Adds to `out` under `key` the scripts that took longest over all frames of the readings, at most
 * five: [{"file","function","invoker","ms","forced_ms","count"}], longest first; an empty array
 * when there are none. `readings` is the collector's raw object (NULL: none). */
void long_frames_add_scripts(const cJSON *readings, cJSON *out, const char *key);

#endif
