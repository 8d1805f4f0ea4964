/* HTTP/1.1 for virtual users, over libcurl on the loop. Thousands of calls share one client; a call
 * belongs to one VU, has one request in flight at most, is used again for the next, and keeps a
 * connection of its own, as every user's browser does. Nothing is kept of a body: its bytes go to a
 * function as they come. Redirects are not followed, nor is a proxy used, so no other host is
 * talked to than the one in the URL.
 *
 * A failure is data: it comes back in the answer, by its kind. A connection that the server closed
 * while it was idle is opened anew without a word, and the time counts as connecting. */
#ifndef BACKEND_HTTP_H
#define BACKEND_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/loop.h"

/* A connection that was idle for longer is not used again: the chat's server closes at 5 s, and a
 * request must not meet the closing. */
#define HTTP_IDLE_MAX_S 4

enum http_failure {
    HTTP_ANSWERED,  /* the whole answer came; its status says the rest */
    HTTP_TIMEOUT,   /* the time-out passed, in whatever phase */
    HTTP_DNS,       /* the host's name could not be resolved */
    HTTP_CONNECT,   /* no connection: refused, no route */
    HTTP_TLS,       /* the handshake or a certificate failed */
    HTTP_RESET,     /* the connection broke before or within the answer */
    HTTP_TRUNCATED, /* the answer ended before its announced end */
    HTTP_PROTOCOL,  /* what came is not HTTP: header lines, chunks */
    HTTP_LOCAL,     /* our own side: a file to send could not be read */
    HTTP_FAILURE_COUNT
};

/* "answered", "timeout", "dns", "connect", … */
const char *http_failure_name(enum http_failure failure);

struct http_field {
    const char *name;
    const char *value;
};

/* Everything is borrowed until the call is done or cancelled. */
struct http_request {
    const char *method;
    const char *url;
    const char *auth_line; /* "Authorization: Bearer …"; NULL for none */
    const char *json_body; /* sent as application/json; NULL for none */
    size_t json_bytes;
    const struct http_field *form; /* multipart fields; with form_file only */
    size_t form_count;
    const struct http_field *form_file; /* the field's name and the file's path, streamed from disk;
                                           NULL: no multipart */
    uint64_t timeout_ms;                /* over all: from start to the answer's last byte */
};

/* Times as k6 has them: duration = sending + waiting + receiving. A phase that was not reached is
 * 0. */
struct http_answer {
    enum http_failure failure;
    int status;         /* 0 when none came */
    const char *detail; /* libcurl's words on a failure, else ""; borrowed for the callback */
    uint64_t blocked_ns;
    uint64_t connecting_ns;
    uint64_t tls_ns;
    uint64_t sending_ns; /* of an uploaded file; 0 for small requests, which count as waiting */
    uint64_t waiting_ns;
    uint64_t receiving_ns;
    uint64_t duration_ns;
    uint64_t sent_bytes;     /* header and body */
    uint64_t received_bytes; /* header and body */
    uint64_t body_bytes;     /* of the answer */
};

struct http_client;
struct http_call;

struct http_handlers {
    void *arg;
    /* Once a request, from the loop, never from within http_call_start; starting the next one from
     * here is fine. */
    void (*done)(void *arg, const struct http_answer *answer);
    /* The next bytes of the body of an answer with that status. */
    void (*body)(void *arg, int status, const char *bytes, size_t count);
};

/* `most_calls`: how many calls will be in flight at once; as many connections are kept. */
MUST_CHECK enum err http_client_new(struct loop *loop, uint32_t most_calls,
                                    struct http_client **out, struct err_msg *msg);
/* After all of its calls. */
void http_client_free(struct http_client *client);

/* `handlers` is copied. */
struct http_call *http_call_new(struct http_client *client, const struct http_handlers *handlers);
/* Cancels what is in flight. */
void http_call_free(struct http_call *call);

/* The call is idle (asserted). */
void http_call_start(struct http_call *call, const struct http_request *request);

/* Drops the request in flight, if any, and its connection; `done` is not called for it. */
void http_call_cancel(struct http_call *call);

#endif
