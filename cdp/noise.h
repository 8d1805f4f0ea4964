/* Whether the machine was quiet enough for what a window measured. The raw files hold, for each
 * measured window, how busy the machine was and how much of that was the browser's and our own; the
 * rest is somebody else's work, and a frame rate or a time that misses its target beside it proves
 * nothing about the page. Pure. */
#ifndef CDP_NOISE_H
#define CDP_NOISE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "metrics/verdict.h"

/* Too noisy: the hypervisor took this share of the time, … */
#define NOISE_STEAL_SHARE 0.05
/* … or others computed for this many cores while less than this share of all cores was idle. */
#define NOISE_OTHERS_CORES 0.5
#define NOISE_IDLE_SHARE   0.25

struct noise_window {
    double others_cores; /* busy cores less the browser's and our own, ≥ 0 */
    double cores;
    double idle_share;
    double steal_share;
};

/* False for a window that lacks the browser's part, as old raw files do. */
bool noise_read(const cJSON *window, struct noise_window *out);
bool noise_is_high(const struct noise_window *window);

/* Doubts about a metric, when half or more of the windows that it was measured in were too noisy.
 * `files` are the raw files of one stage or load, one a repetition (NULL where there is none). Adds
 * to `doubts`, which has room for `room`; returns the new count. */
size_t noise_doubts(const cJSON *const *files, size_t file_count, struct verdict_doubt *doubts,
                    size_t count, size_t room);

/* {"windows","noisy","others_cores_max","steal_share_max","cores"} over all raw files, under `key`.
 */
void noise_to_json(const cJSON *raw, cJSON *parent, const char *key);

#endif
