#include "backend/outcome.h"

#include <assert.h>

const char *const outcome_names[OUTCOME_COUNT] = {
    [OUTCOME_OK] = "ok",
    [OUTCOME_CONFLICT] = "conflict",
    [OUTCOME_RATE_LIMITED] = "rate_limited",
    [OUTCOME_POOL_EXHAUSTED] = "pool_exhausted",
    [OUTCOME_SERVER_ERROR] = "server_error",
    [OUTCOME_BAD_STATUS] = "bad_status",
    [OUTCOME_BAD_BODY] = "bad_body",
    [OUTCOME_TIMEOUT] = "timeout",
    [OUTCOME_DNS] = "dns",
    [OUTCOME_CONNECT] = "connect",
    [OUTCOME_TLS] = "tls",
    [OUTCOME_RESET] = "reset",
    [OUTCOME_TRUNCATED] = "truncated",
    [OUTCOME_PROTOCOL] = "protocol",
    [OUTCOME_LOCAL] = "local",
};

enum outcome outcome_of_failure(enum http_failure failure)
{
    static const enum outcome outcomes[HTTP_FAILURE_COUNT] = {
        [HTTP_TIMEOUT] = OUTCOME_TIMEOUT,   [HTTP_DNS] = OUTCOME_DNS,
        [HTTP_CONNECT] = OUTCOME_CONNECT,   [HTTP_TLS] = OUTCOME_TLS,
        [HTTP_RESET] = OUTCOME_RESET,       [HTTP_TRUNCATED] = OUTCOME_TRUNCATED,
        [HTTP_PROTOCOL] = OUTCOME_PROTOCOL, [HTTP_LOCAL] = OUTCOME_LOCAL,
    };
    assert(failure != HTTP_ANSWERED);
    return outcomes[failure];
}

bool outcome_is_error(enum outcome outcome)
{
    return outcome != OUTCOME_OK && outcome != OUTCOME_CONFLICT && outcome != OUTCOME_RATE_LIMITED;
}
