/* A synthetic scroll gesture, which takes the compositor's real path. The browser reports success
 * even where nothing scrolls: the caller looks at the list's own scrollTop. */
#ifndef CDP_COLLECT_GESTURE_H
#define CDP_COLLECT_GESTURE_H

#include "base/err.h"
#include "cdp/page.h"

#define GESTURE_TOP_MARGIN_PX 150.0 /* the app loads older messages within 100 px of the top */

struct gesture {
    double x; /* where the pointer is, in CSS px of the viewport */
    double y;
    double up_px; /* towards older messages; negative: back */
    double px_s;
};

/* Returns when the gesture is over. Errors as page_call_long. */
MUST_CHECK enum err gesture_run(struct page *page, const struct gesture *gesture,
                                struct err_msg *msg);

#endif
