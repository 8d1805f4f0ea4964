/* How a request ended, for the metrics of a workload and for the verdict: one word each, so that a
 * conflict or a rate limit is neither a success nor an error, and a used-up pool not just a 500. */
#ifndef BACKEND_OUTCOME_H
#define BACKEND_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>

#include "backend/http.h"

enum outcome {
    OUTCOME_OK,             /* an expected status, and the body's checks hold */
    OUTCOME_CONFLICT,       /* 409 where the workload expects it */
    OUTCOME_RATE_LIMITED,   /* 429 */
    OUTCOME_POOL_EXHAUSTED, /* as the API's description recognises it */
    OUTCOME_SERVER_ERROR,   /* any other status 500–599 */
    OUTCOME_BAD_STATUS,     /* another status than the expected ones */
    OUTCOME_BAD_BODY,       /* an expected status, but no JSON or a failed check */
    OUTCOME_TIMEOUT,        /* from here on: no whole answer, by kind of enum http_failure */
    OUTCOME_DNS,
    OUTCOME_CONNECT,
    OUTCOME_TLS,
    OUTCOME_RESET,
    OUTCOME_TRUNCATED,
    OUTCOME_PROTOCOL,
    OUTCOME_LOCAL,
    OUTCOME_COUNT
};

/* "ok", "conflict", "rate_limited", "pool_exhausted", … */
extern const char *const outcome_names[OUTCOME_COUNT];

/* The outcome of a request without a whole answer. */
enum outcome outcome_of_failure(enum http_failure failure); /* not HTTP_ANSWERED */

/* Everything but OK, CONFLICT and RATE_LIMITED. */
bool outcome_is_error(enum outcome outcome);

#endif
