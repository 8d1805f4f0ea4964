/* One Socket.IO connection's life on a WebSocket: TCP, upgrade, Engine.IO's open packet, the
 * CONNECT and its acknowledgement, the rooms that the chat has put it into; then pings, events and
 * acks until somebody ends it. Each end has a kind, each part of the beginning its moment. */
#ifndef BACKEND_SOCKET_LINK_H
#define BACKEND_SOCKET_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/socketio.h"
#include "backend/ws_client.h"

/* The parts of connecting, in the order in which they usually end: the rooms may come before the
 * acknowledgement. */
enum socket_part {
    SOCKET_PART_LINE, /* waiting in line for a handshake (WS_HANDSHAKES_MAX) */
    SOCKET_PART_TCP,
    SOCKET_PART_UPGRADE,
    SOCKET_PART_OPEN,  /* from the upgrade to Engine.IO's open packet */
    SOCKET_PART_ACK,   /* from the CONNECT to its acknowledgement */
    SOCKET_PART_ROOMS, /* from the CONNECT to the rooms */
    SOCKET_PART_COUNT
};

/* "line", "tcp", "upgrade", "open", "ack", "rooms_joined" */
extern const char *const socket_part_names[SOCKET_PART_COUNT];

enum socket_kind {
    SOCKET_REFUSED,      /* no TCP connection */
    SOCKET_TIMEOUT,      /* not connected within the step's time-out */
    SOCKET_STATUS,       /* the upgrade was answered with another status */
    SOCKET_HANDSHAKE,    /* … or with nonsense */
    SOCKET_RESET,        /* TCP ended without a close frame */
    SOCKET_CLOSED,       /* a close frame, with its code */
    SOCKET_REJECTED,     /* the CONNECT was answered with an error */
    SOCKET_DISCONNECTED, /* the server left the namespace, or sent Engine.IO's close */
    SOCKET_PING_TIMEOUT, /* no ping within the interval and time-out that the server promised */
    SOCKET_MALFORMED,    /* a packet that is none, or one that does not belong there */
    SOCKET_TOO_LARGE,    /* a message over WS_MESSAGE_BYTES_MAX */
    SOCKET_LOCAL,        /* our own side: no port or descriptor left */
    SOCKET_KIND_COUNT
};

/* "refused", "timeout", "status", … */
extern const char *const socket_kind_names[SOCKET_KIND_COUNT];

struct socket_end {
    enum socket_kind kind;
    enum socket_part part; /* what was waited for; SOCKET_PART_COUNT: it was connected */
    unsigned code;         /* of the close frame, or the HTTP status; 0 without one */
};

struct socket_link;

struct socket_events {
    void (*ready)(struct socket_link *link, uint64_t now_ns);
    /* An event in "/" with its whole packet; before the link is ready too. */
    void (*event)(struct socket_link *link, const struct socketio_text *name,
                  const struct socketio_packet *packet, uint64_t read_ns);
    void (*ack)(struct socket_link *link, uint64_t id, uint64_t read_ns);
    void (*ended)(struct socket_link *link, const struct socket_end *end);
};

/* What all links of a phase share. */
struct socket_world {
    struct ws_client *client;
    struct socket_events events;
    const char *auth_key;     /* of the CONNECT's payload: {"<key>": "<token>"} */
    const char *joined_event; /* tells the rooms; NULL: there is no such event */
    uint64_t sent;            /* Socket.IO messages, pongs among them */
    uint64_t received;
};

/* Embedded in its owner; all zero but for `world` is one that was never connected. */
struct socket_link {
    struct ws ws; /* the first member */
    struct socket_world *world;
    const char *token; /* borrowed; NULL: the CONNECT has no payload */
    struct socket_frame *first;
    struct socket_frame **last;
    uint64_t begun_ns;
    uint64_t timeout_ns;
    uint64_t heard_ns;                   /* the last message, or the upgrade */
    uint64_t done_ns[SOCKET_PART_COUNT]; /* when the part ended; 0: not yet */
    uint32_t silence_ms;                 /* the server's interval and time-out of pings */
    uint32_t attachments;                /* binary messages that still belong to the last packet */
    uint8_t part;                        /* enum socket_part that is waited for */
    bool wants_rooms;
    bool owes_connect;
    bool owes_pong;
};

/* Begins; `timeout_ns` holds until it is ready. `wants_rooms`: ready with the rooms only. The link
 * is not connected (asserted). */
void socket_link_connect(struct socket_link *link, const char *token, uint64_t timeout_ns,
                         bool wants_rooms, uint64_t now_ns);
bool socket_link_is_up(const struct socket_link *link); /* connecting or connected */
bool socket_link_is_ready(const struct socket_link *link);

/* Sends an event; `frame` is a whole Engine.IO frame and copied. The link is ready. */
void socket_link_send(struct socket_link *link, const char *frame, size_t bytes);

/* Ends it from our side, `ended` is not called. */
void socket_link_leave(struct socket_link *link);
void socket_link_cut(struct socket_link *link);

/* Once in a while: whether a time-out has passed; `ended` is called for it. */
void socket_link_look(struct socket_link *link, uint64_t now_ns);

/* Nanoseconds that the part took; false when it did not end. */
bool socket_link_part_ns(const struct socket_link *link, enum socket_part part, uint64_t *out);

/* For ws_plan. */
extern const struct ws_handlers socket_link_handlers;

#endif
