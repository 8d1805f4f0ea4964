/* Where a variant is found: the address the browser opens, and the rules that lead it there.
 *
 * The app decides by its host name where the API is, and the API only trusts pages of one port. So
 * a chat on other loopback ports is opened under the origin that the profile names, and the
 * browser's resolver is told where that origin really is; every other host does not exist for it
 * then. A host that --allow-host names is opened straight, without rules. */
#ifndef CDP_DESTINATION_H
#define CDP_DESTINATION_H

#include "base/err.h"
#include "base/options.h"
#include "cdp/profile.h"

struct destination {
    char *url;        /* of the conversation, with the query of the client's URL */
    char *api_origin; /* where the page asks for its API */
    char *host_rules; /* for --host-resolver-rules; NULL for none */
};

struct destination_wish {
    const char *client_url; /* "http://127.0.0.1:41000/?list=plain": origin and query */
    const char *api_url;    /* origin, with or without a path such as /api/v1 */
    const char *conversation;
    const struct option_list *allowed_hosts;
};

/* ERR_USAGE for a URL that cannot be one, ERR_REFUSED by the safety guard. destination_release
 * frees. */
MUST_CHECK enum err destination_find(const struct profile *profile,
                                     const struct destination_wish *wish, struct destination *out,
                                     struct err_msg *msg);

void destination_release(struct destination *destination);

#endif
