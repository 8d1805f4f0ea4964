/* Who posts while the browser measures: users of the chat, each with at most one message on its
 * way, take turns at a fixed rate. The one place where the browser's side meets the load's. */
#ifndef CLI_LIVE_POST_H
#define CLI_LIVE_POST_H

#include "base/err.h"
#include "cdp/live.h"
#include "cdp/profile.h"

struct live_post;

struct live_post_spec {
    const struct profile *profile; /* says what a message looks like; borrowed */
    const char *api_url;           /* its origin is used; allowed already */
    const char *conversation;
    const char *token_file; /* JSON array of tokens: the first is the viewer's, the others post */
    size_t users;           /* how many of them may post: members of the conversation */
    double per_s;
};

/* ERR_USAGE when there are no tokens to post with, or the profile knows no messages to post. The
 * poster that `live_post_poster` gives lives as long as this. */
MUST_CHECK enum err live_post_new(const struct live_post_spec *spec, struct live_post **out,
                                  struct err_msg *msg);
const struct live_poster *live_post_poster(const struct live_post *post);
void live_post_free(struct live_post *post); /* NULL: a no-op */

#endif
