/* How often the first load asked for the newest page of messages. Once is enough: what is asked for
 * again (when a socket connects, when two parts of the app want it) is work for the server and for
 * the page, even where the app takes the first request back. */
#include "cdp/collect/collect.h"

static const char *const metrics[] = { "page_fetches", NULL };

static enum err gather(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    (void)msg;
    const struct messages_state *state = messages_state(context->journey->messages);
    json_add_number(raw, "newest", (double)state->newest);
    json_add_number(raw, "started", (double)state->started);
    json_add_number(raw, "held", (double)state->held);
    json_add_number(raw, "failed", (double)state->failed);
    return ERR_OK;
}

static void score(const cJSON *raw, const struct collect_stage *stage, struct samples *out)
{
    (void)stage;
    samples_add_from(out, "page_fetches", raw, "newest");
}

const struct collector collector_requests = {
    .name = "requests",
    .when = COLLECT_LOAD,
    .quick = true,
    .metrics = metrics,
    .gather = gather,
    .score = score,
};
