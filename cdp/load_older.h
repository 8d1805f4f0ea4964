/* Reaching a number of loaded messages, by unique ids in the API's answers.
 *
 * The app has several ways to an older page and each may be stuck: a request that was held back,
 * the button, scrolling to the top. Its list may also allow one older page a mount, so the last way
 * is to take the list down and put it up again. */
#ifndef CDP_LOAD_OLDER_H
#define CDP_LOAD_OLDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "cdp/journey.h"

/* Returns with at least `goal` messages loaded and no request in flight; the page may still be at
 * work with them (journey_settle_at_end). ERR_NO_DATA with the reason when that cannot be: there
 * are no more, nothing helps, the deadline passed. The steps taken stand in journey->how. */
MUST_CHECK enum err load_older(struct journey *journey, size_t goal, uint64_t deadline_ns,
                               struct err_msg *msg);

#endif
