/* From what a phase of a paired measurement has read (cdp/pair_visit.h) to its figures. */
#ifndef CDP_PAIR_SCORE_H
#define CDP_PAIR_SCORE_H

#include "base/json.h"

/* The figures of the phase as an object {"lcp_ms","older_ms","raf_fps","scroll_fps",
 * "longest_gap_ms","scroll_ms","window_main_share"}, a missing one left out. Pure. */
cJSON *pair_score(const cJSON *raw);

#endif
