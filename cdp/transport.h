/* Bytes to and from a DevTools peer: one WebSocket over TCP to a loopback port. The only file of
 * this room that knows libwebsockets.
 *
 * Whole text messages come out, however many fragments they travelled in; one unfragmented frame
 * goes in a message, because Chromium refuses anything else. No Origin header is sent (Chromium
 * answers 403 to an origin it was not told of) and the Host header is an address.
 *
 * Callbacks run inside the event loop. They may send; they may not wait in the loop, close or free
 * the transport. After `closed` nothing more is called. */
#ifndef CDP_TRANSPORT_H
#define CDP_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/loop.h"

struct transport;

struct transport_events {
    void *arg;
    /* `text` is NUL-ended behind `bytes` and borrowed for the call. */
    void (*message)(void *arg, const char *text, size_t bytes);
    /* The connection is gone: ERR_CLOSED, ERR_LIMIT (a message over LIMIT_DEVTOOLS_MESSAGE_BYTES)
     * or ERR_PROTOCOL (a binary message). `why` is a sentence, borrowed for the call. */
    void (*closed)(void *arg, enum err code, const char *why);
};

/* ws://127.0.0.1:<port><path> */
struct transport_address {
    unsigned port;
    const char *path;
};

/* Connects and waits for the handshake until `deadline_ns` (clock_now_ns). `events` is copied.
 * ERR_UNREACHABLE when refused or no DevTools peer, ERR_TIMEOUT, ERR_INTERRUPTED. `*out` is the
 * caller's. */
MUST_CHECK enum err transport_open(struct loop *loop, const struct transport_address *address,
                                   const struct transport_events *events, uint64_t deadline_ns,
                                   struct transport **out, struct err_msg *msg);

/* Queues a copy of one message. ERR_LIMIT over LIMIT_DEVTOOLS_COMMAND_BYTES, ERR_CLOSED when the
 * connection is gone. */
MUST_CHECK enum err transport_send(struct transport *transport, const char *text, size_t bytes,
                                   struct err_msg *msg);

/* Closes without calling anyone back and frees. NULL is allowed. */
void transport_free(struct transport *transport);

#endif
