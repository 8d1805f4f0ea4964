/* The app's own WebSockets, found in the page that is already running: by asking the engine for all
 * objects of the kind, so that nothing of ours stands in the page while it loads. */
#ifndef CDP_COLLECT_SOCKETS_H
#define CDP_COLLECT_SOCKETS_H

#include "base/err.h"
#include "cdp/page.h"

/* Puts the page's WebSockets into window.__tmscdpSockets, where cdp/js/lib.js takes them from.
 * Errors as page_call. */
MUST_CHECK enum err sockets_find(struct page *page, struct err_msg *msg);

#endif
