/* Asks one question at a time and waits for the answer: for `doctor` and for checks before a run,
 * not for load. Redirects are not followed. */
#ifndef BACKEND_PROBE_H
#define BACKEND_PROBE_H

#include <stdint.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/strbuf.h"

#define PROBE_BODY_BYTES (256 * KIB) /* more of an answer is dropped */

struct probe;

struct probe_request {
    const char *method; /* NULL: GET */
    const char *url;
    const char *token;     /* Authorization: Bearer; NULL for none */
    const char *json_body; /* sent as application/json; NULL for none */
    unsigned timeout_ms;
};

struct probe_answer {
    long status;
    double took_ms;
    int64_t date_s; /* the Date header in seconds since 1970; −1 without one */
    struct strbuf body;
};

MUST_CHECK enum err probe_new(struct probe **out, struct err_msg *msg);
void probe_free(struct probe *probe);

/* ERR_UNREACHABLE with libcurl's reason when there is no HTTP answer at all. `answer` may be used
 * again: it is cleared first; release its body in the end. */
MUST_CHECK enum err probe_ask(struct probe *probe, const struct probe_request *request,
                              struct probe_answer *answer, struct err_msg *msg);

/* PING to the Redis of "redis://host:port/…". ERR_UNREACHABLE, or ERR_PROTOCOL when what answers
 * there is no Redis. */
MUST_CHECK enum err probe_redis(const char *url, unsigned timeout_ms, struct err_msg *msg);

#endif
