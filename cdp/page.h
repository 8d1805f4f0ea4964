/* One page in a browser context of its own: scripts run in it, it is taken to URLs, and how it
 * ended is known. Our scripts live in cdp/js; each is one function `(lib, args) => value`, called
 * with what cdp/js/lib.js returns.
 *
 * A page that crashes, vanishes or leaves a script without an answer for PAGE_ANSWER_MS is "gone":
 * from then on every call fails with ERR_CLOSED, and page_gone() has the sentence, which is a
 * result and not an error of ours. */
#ifndef CDP_PAGE_H
#define CDP_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "cdp/network.h"
#include "cdp/session.h"

#define PAGE_ANSWER_MS 5000 /* "does not answer for 5 s" is a crash in the verdict matrix */

struct page_spec {
    unsigned width;
    unsigned height;
    unsigned cpu_throttle;                 /* times slower than it is; 0 and 1: as it is */
    const struct network_profile *network; /* NULL: as it is */
};

struct page;

/* A new context and a blank page in it, its size and slowness set, its domains enabled. The page
 * borrows the session. */
MUST_CHECK enum err page_open(struct session *session, const struct page_spec *spec,
                              struct page **out, struct err_msg *msg);

/* Closes the context with everything in it, when the browser still lives. NULL is allowed. */
void page_close(struct page *page);

struct session *page_session(const struct page *page);

/* The session id that commands and listeners of this page use. */
const char *page_target(const struct page *page);

/* How the page ended, NULL while it lives. */
const char *page_gone(const struct page *page);

/* The address as of the last navigation, also one inside the document; "about:blank" at first. */
const char *page_url(const struct page *page);

/* A command to the page with PAGE_ANSWER_MS to answer; `params` is taken, `*result` (NULL allowed)
 * is the caller's. */
MUST_CHECK enum err page_call(struct page *page, const char *method, cJSON *params, cJSON **result,
                              struct err_msg *msg);

/* The same for a command that may take `work_ms` by itself. */
MUST_CHECK enum err page_call_long(struct page *page, const struct session_command *command,
                                   cJSON **result, struct err_msg *msg);

/* A script of cdp/js that runs at the start of every document of this page, before the page's own.
 * `args` is taken. */
MUST_CHECK enum err page_add_script(struct page *page, const char *script, cJSON *args,
                                    struct err_msg *msg);

/* Goes there and waits for the document to be committed. ERR_UNREACHABLE names the URL and the
 * browser's words. */
MUST_CHECK enum err page_navigate(struct page *page, const char *url, uint64_t timeout_ms,
                                  struct err_msg *msg);

/* Runs a script of cdp/js and gives its value (the caller's), promises awaited. `args` is taken,
 * NULL for none. A script that waits must give up by itself within args.timeout_ms; it may take
 * PAGE_ANSWER_MS longer to say so. ERR_PROTOCOL when it throws or its document goes away. */
MUST_CHECK enum err page_run(struct page *page, const char *script, cJSON *args, cJSON **value,
                             struct err_msg *msg);

#endif
