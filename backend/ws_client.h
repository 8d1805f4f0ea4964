/* Many WebSocket connections to one server, over libwebsockets on the loop; the only file of the
 * load side that knows it. What libwebsockets 4.1 makes dear is left out: one context on libev
 * (its own poll loop costs O(connections) a turn), no timer of its own per connection, small
 * receive buffers (longer frames are put together here), no extensions, and at most
 * WS_HANDSHAKES_MAX handshakes at once: the others wait in line.
 *
 * No Origin header is sent. Callbacks run inside the loop; they may send, open and end any
 * connection. Nothing is called for a connection after its end, whoever ended it. */
#ifndef BACKEND_WS_CLIENT_H
#define BACKEND_WS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/loop.h"
#include "base/strbuf.h"

#define WS_HANDSHAKES_MAX 64
/* A message over this ends its connection. */
#define WS_MESSAGE_BYTES_MAX ((size_t)4 * 1024 * 1024)

enum ws_failure {
    WS_CLOSED,    /* the server closed it, with the code below (1005: it gave none; 1002 also stands
                     for those that libwebsockets does not know, as 1012 to 1014) */
    WS_REFUSED,   /* no TCP connection */
    WS_STATUS,    /* the upgrade was answered with another HTTP status than 101 */
    WS_HANDSHAKE, /* what came in answer to the upgrade is not one */
    WS_RESET,     /* the TCP connection ended without a close frame */
    WS_TOO_LARGE, /* a message over WS_MESSAGE_BYTES_MAX */
    WS_LOCAL,     /* our own side: no port or descriptor left */
    WS_FAILURE_COUNT
};

struct ws_end {
    enum ws_failure failure;
    unsigned code;   /* of the close frame */
    unsigned status; /* of the HTTP answer; 0 without one */
};

struct ws;

struct ws_handlers {
    void (*tcp)(struct ws *ws);    /* the handshake goes out on a TCP connection */
    void (*opened)(struct ws *ws); /* the upgrade was answered with 101 */
    /* A whole message, borrowed; `read_ns` is the clock when its last piece was taken from the
     * socket. */
    void (*text)(struct ws *ws, const char *text, size_t bytes, uint64_t read_ns);
    /* A piece of a binary message, which is not kept; `whole`: its last one. */
    void (*binary)(struct ws *ws, bool whole);
    /* Appends the next message to `out`, which is empty; false when there is none. Called after
     * ws_wants_to_send. */
    bool (*next)(struct ws *ws, struct strbuf *out);
    void (*ended)(struct ws *ws, const struct ws_end *end);
};

struct ws_plan {
    const char *host; /* name or address */
    unsigned port;
    const char *path; /* with the query */
    uint32_t most;    /* connections at once */
    bool spread; /* over the source addresses 127.0.0.1, 127.0.0.2 …: the server is on loopback
                    and one address has too few ports */
    struct ws_handlers handlers; /* copied */
};

struct ws_client;

/* One connection, embedded in its owner; all zero is one that was never open. */
struct ws {
    void *wire; /* libwebsockets' side; NULL when there is none */
    struct ws_client *client;
    struct ws *next_in_line;
    struct strbuf *partial; /* a message of which the rest is to come; NULL */
    uint64_t begun_ns;      /* when its turn to connect had come; 0 in line */
    uint16_t close_code;    /* of the server's close frame; 0: none came */
    uint8_t state;
    uint8_t failure; /* enum ws_failure, of an end that is still to be told */
};

MUST_CHECK enum err ws_client_new(struct loop *loop, const struct ws_plan *plan,
                                  struct ws_client **out, struct err_msg *msg);
/* Ends all connections without a word. NULL is allowed. */
void ws_client_free(struct ws_client *client);

/* Begins to connect, or stands in line for it. The connection is not open (asserted). */
void ws_open(struct ws_client *client, struct ws *ws);
/* Whether it stands in line or is connected or connecting. */
bool ws_is_open(const struct ws *ws);

/* `next` is called as soon as the socket takes more. */
void ws_wants_to_send(struct ws *ws);

/* Ends it from our side, without calling `ended`: `ws` is free at once. ws_leave sends `farewell`
 * (constant text, NULL for none) and a close frame and lets the server close; ws_cut resets the TCP
 * connection. What `next` has not given yet is not sent. */
void ws_leave(struct ws *ws, const char *farewell);
void ws_cut(struct ws *ws);

/* Connections that are still there on the wire, those left among them. */
uint64_t ws_client_wires(const struct ws_client *client);

/* When this turn of the loop began to handle what had come: what is read later in it has waited
 * since then at most. */
uint64_t ws_client_turn_ns(const struct ws_client *client);

uint32_t ws_client_sources(const struct ws_client *client); /* addresses that it connects from */
uint64_t ws_client_received_bytes(const struct ws_client *client); /* of payload */
uint64_t ws_client_sent_bytes(const struct ws_client *client);

#endif
