/* A browser that is ready to be measured in: launched, connected, one warm-up page opened and
 * thrown away, so that the first real page does not pay for what happens once. */
#ifndef CDP_BROWSER_H
#define CDP_BROWSER_H

#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/loop.h"
#include "cdp/chrome.h"
#include "cdp/session.h"

struct browser {
    struct loop *loop;
    struct chrome chrome;
    struct session *session; /* NULL when not started */
    cJSON *facts;            /* {"product","protocol","engine","sandbox","flags"}: for the result */
};

/* Errors as chrome_start; ERR_PROTOCOL when it does not talk DevTools. */
MUST_CHECK enum err browser_start(struct loop *loop, const struct chrome_options *options,
                                  uint64_t timeout_ms, struct browser *browser,
                                  struct err_msg *msg);

/* One sentence on how it went, when the connection is lost: waits a moment for the process to end,
 * so that a killed browser is told from a closed connection. */
void browser_describe_end(struct browser *browser, char *out, size_t out_bytes);

/* Ends it with everything it started. A no-op when not started. */
void browser_stop(struct browser *browser);

#endif
