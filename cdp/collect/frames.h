/* The compositor's frames of a scroll: recorded while another collector scrolls, taken out of the
 * trace when its window is over. The whole trace stays beside the readings, for other viewers. */
#ifndef CDP_COLLECT_FRAMES_H
#define CDP_COLLECT_FRAMES_H

#include "base/err.h"
#include "base/json.h"
#include "cdp/collect/collect.h"
#include "cdp/collect/samples.h"

/* Starts to record, into context->tracing. A browser that cannot is noted in raw.frames.error and
 * is no error. ERR_CLOSED, ERR_INTERRUPTED. */
MUST_CHECK enum err frames_begin(struct collect_context *context, cJSON *raw, struct err_msg *msg);

/* Stops, saves the trace to context->trace_path, adds raw.frames (metrics/frames.h). `scrolled`
 * false: nothing worth keeping happened. Nothing to do when no recording runs. */
MUST_CHECK enum err frames_finish(struct collect_context *context, bool scrolled, cJSON *raw,
                                  struct err_msg *msg);

/* The metrics out of raw.frames, or why there are none. */
void frames_score(const cJSON *raw, struct samples *out);

#endif
