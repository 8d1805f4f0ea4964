#include "backend/builtin.h"

const char *const metric_contains_names[3] = { "default", "time", "data" };

const struct metric_spec builtin_metrics[BUILTIN_COUNT] = {
    [BUILTIN_VUS] = { "vus", SERIES_GAUGE, CONTAINS_DEFAULT },
    [BUILTIN_VUS_MAX] = { "vus_max", SERIES_GAUGE, CONTAINS_DEFAULT },
    [BUILTIN_ITERATIONS] = { "iterations", SERIES_COUNTER, CONTAINS_DEFAULT },
    [BUILTIN_ITERATION_DURATION] = { "iteration_duration", SERIES_TREND, CONTAINS_TIME },
    [BUILTIN_DROPPED_ITERATIONS] = { "dropped_iterations", SERIES_COUNTER, CONTAINS_DEFAULT },
    [BUILTIN_CHECKS] = { "checks", SERIES_RATE, CONTAINS_DEFAULT },
    [BUILTIN_HTTP_REQS] = { "http_reqs", SERIES_COUNTER, CONTAINS_DEFAULT },
    [BUILTIN_HTTP_REQ_FAILED] = { "http_req_failed", SERIES_RATE, CONTAINS_DEFAULT },
    [BUILTIN_HTTP_REQ_RATE_LIMITED] = { "http_req_rate_limited", SERIES_COUNTER, CONTAINS_DEFAULT },
    [BUILTIN_HTTP_REQ_DURATION] = { "http_req_duration", SERIES_TREND, CONTAINS_TIME },
    [BUILTIN_HTTP_REQ_RESPONSE] = { "http_req_response", SERIES_TREND, CONTAINS_TIME },
    [BUILTIN_HTTP_REQ_BLOCKED] = { "http_req_blocked", SERIES_TREND, CONTAINS_TIME },
    [BUILTIN_HTTP_REQ_CONNECTING] = { "http_req_connecting", SERIES_TREND, CONTAINS_TIME },
    [BUILTIN_HTTP_REQ_TLS_HANDSHAKING] = { "http_req_tls_handshaking", SERIES_TREND,
                                           CONTAINS_TIME },
    [BUILTIN_HTTP_REQ_SENDING] = { "http_req_sending", SERIES_TREND, CONTAINS_TIME },
    [BUILTIN_HTTP_REQ_WAITING] = { "http_req_waiting", SERIES_TREND, CONTAINS_TIME },
    [BUILTIN_HTTP_REQ_RECEIVING] = { "http_req_receiving", SERIES_TREND, CONTAINS_TIME },
    [BUILTIN_DATA_SENT] = { "data_sent", SERIES_COUNTER, CONTAINS_DATA },
    [BUILTIN_DATA_RECEIVED] = { "data_received", SERIES_COUNTER, CONTAINS_DATA },
    [BUILTIN_START_LATENESS] = { "start_lateness", SERIES_TREND, CONTAINS_TIME },
};
