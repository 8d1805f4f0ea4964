/* One page from its opening to its last count of messages: what happens between a fresh browser
 * context and its end. */
#ifndef CDP_STAGE_H
#define CDP_STAGE_H

#include "base/err.h"
#include "cdp/browser.h"
#include "cdp/measure.h"
#include "metrics/result.h"

struct stage_visit {
    const struct measure_plan *plan;
    const struct result_run *run;
    const struct measure_variant *variant;
    struct browser *browser;
    unsigned repetition; /* from 1 */
};

/* Opens the variant, measures the load and every count, writes the raw files. ERR_UNREACHABLE when
 * the chat does not open, ERR_IO, ERR_LIMIT, ERR_INTERRUPTED; a page or browser that goes away is
 * written down and no error. */
MUST_CHECK enum err stage_visit(const struct stage_visit *visit, struct err_msg *msg);

/* Opens the variant, leaves the conversation and comes back, and throws all of it away. Opening a
 * conversation changes the chat (what was unread is read), and the first page of a browser pays for
 * what happens once: without this the first figures differ from all that follow. Errors as
 * stage_visit, but a page or browser that goes away is left to the visit that follows. */
MUST_CHECK enum err stage_warm_up(const struct stage_visit *visit, struct err_msg *msg);

#endif
