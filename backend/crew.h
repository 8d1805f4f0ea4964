/* An engine in several threads that share nothing while they run: each has its own loop,
 * connections and record, and its part of the VUs and starts (schedule_share). At the end the
 * records are merged into one. */
#ifndef BACKEND_CREW_H
#define BACKEND_CREW_H

#include <stdint.h>

#include "backend/engine.h"

/* As engine_run, in `threads` threads, one at least, the caller's among them. plan->part and parts
 * are not read. The first error of any thread comes back. */
MUST_CHECK enum err crew_run(struct loop *loop, const struct engine_plan *plan, uint32_t threads,
                             struct record *record, struct engine_end *out, struct err_msg *msg);

#endif
