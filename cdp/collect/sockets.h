/* The app's own WebSockets, found in the page that is already running: by asking the engine for all
 * objects of the kind, so that nothing of ours stands in the page while it loads. */
#ifndef CDP_COLLECT_SOCKETS_H
#define CDP_COLLECT_SOCKETS_H

#include "base/err.h"
#include "cdp/page.h"

/* Lets the page scripts know its open WebSockets whose address contains `part` (lib.openSockets).
 * Looking for them costs a walk over the heap, so it is done again only when none of those known is
 * open any more. Errors as page_call. */
MUST_CHECK enum err sockets_find(struct page *page, const char *part, struct err_msg *msg);

#endif
