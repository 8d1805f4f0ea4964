/* Commands and events over one DevTools connection. Targets (pages) share it as flat sessions: a
 * command names its target by session id, the browser itself has none.
 *
 * Every command ends exactly once: answered, refused, timed out, or completed with an error when
 * its target or the connection is lost. Bytes that are no DevTools message lose the connection.
 * Callbacks run inside the event loop: they may send, listen and unlisten, never wait. */
#ifndef CDP_SESSION_H
#define CDP_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/loop.h"
#include "cdp/transport.h"

struct session;

/* Connects to the browser's own endpoint; errors as transport_open. */
MUST_CHECK enum err session_new(struct loop *loop, const struct transport_address *address,
                                uint64_t deadline_ns, struct session **out, struct err_msg *msg);

/* Completes what is pending with ERR_CLOSED, then frees. NULL is allowed. */
void session_free(struct session *session);

struct loop *session_loop(const struct session *session);

/* Whether the connection is lost; the sentence why (borrowed), NULL while it lives. */
const char *session_lost(const struct session *session);

struct session_command {
    const char *target;  /* session id; NULL: the browser */
    const char *method;  /* "Page.navigate" */
    cJSON *params;       /* taken by the call, also when it fails; NULL for none */
    uint64_t timeout_ms; /* session_call only */
};

/* Sends and waits for the answer. `*result` (NULL allowed) is the caller's. ERR_PROTOCOL when the
 * peer refuses, with its words; ERR_TIMEOUT; ERR_CLOSED; ERR_INTERRUPTED. */
MUST_CHECK enum err session_call(struct session *session, const struct session_command *command,
                                 cJSON **result, struct err_msg *msg);

/* How a command ended: `result` (the callback's to delete) when ERR_OK, else NULL and a sentence in
 * `why` (borrowed). */
struct session_answer {
    enum err code;
    cJSON *result;
    const char *why;
};

/* Sends without waiting; `done` (NULL allowed) is called once, unless this fails. */
MUST_CHECK enum err session_send(struct session *session, const struct session_command *command,
                                 void (*done)(void *arg, const struct session_answer *answer),
                                 void *arg, struct err_msg *msg);

/* Calls `on_event` for each event of that name from that target (NULL: the browser's own). Listen
 * before the domain is enabled. The listener is the session's, until unlistened. */
struct session_listener;
struct session_listener *session_listen(struct session *session, const char *target,
                                        const char *method,
                                        void (*on_event)(void *arg, const cJSON *params),
                                        void *arg);
void session_unlisten(struct session *session, struct session_listener *listener); /* NULL: no-op */

/* Completes every pending command of a target that is gone. */
void session_fail_target(struct session *session, const char *target, enum err code,
                         const char *why);

#endif
