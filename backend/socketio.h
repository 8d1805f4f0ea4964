/* Socket.IO 5 packets, as they travel inside Engine.IO messages. Pure; everything that comes out
 * points into the text that was parsed.
 *
 *   packet = type [ attachments "-" ] [ "/" namespace "," ] [ id ] [ JSON ]
 *
 * Source: socket.io-protocol, revision 5. */
#ifndef BACKEND_SOCKETIO_H
#define BACKEND_SOCKETIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

enum socketio_type {
    SOCKETIO_CONNECT,       /* '0': a namespace was entered; {"sid"} of the server */
    SOCKETIO_DISCONNECT,    /* '1' */
    SOCKETIO_EVENT,         /* '2': ["name", …], acknowledged when it has an id */
    SOCKETIO_ACK,           /* '3': […] in answer to the event of that id */
    SOCKETIO_CONNECT_ERROR, /* '4': {"message"} */
    SOCKETIO_BINARY_EVENT,  /* '5': as EVENT; so many binary frames follow as it says */
    SOCKETIO_BINARY_ACK,    /* '6' */
    SOCKETIO_TYPE_COUNT
};

/* More announced binary frames than this are taken for nonsense. */
#define SOCKETIO_ATTACHMENTS_MAX UINT32_C(1000)

struct socketio_text {
    const char *text; /* not NUL-ended */
    size_t bytes;
};

struct socketio_packet {
    enum socketio_type type;
    uint32_t attachments;           /* binary frames that follow; 0 for the other types */
    struct socketio_text namespace; /* "/" when the packet names none */
    bool has_id;
    uint64_t id;
    struct socketio_text data; /* the JSON; 0 bytes for none */
};

/* `text` is an Engine.IO message's data. False when it is no packet: an unknown type, attachments
 * without "-" or too many, a namespace or id without end, an id on a packet that has none, data of
 * another shape than the type asks for (events and acks an array, the rest nothing or an object).
 * Whether the data is JSON throughout is not looked at. */
bool socketio_parse(const char *text, size_t bytes, struct socketio_packet *out);

/* The name of an event or binary event, as it is written in the packet, without quotes: a name with
 * an escape in it is not decoded. False when the array does not begin with a text. */
bool socketio_event_name(const struct socketio_packet *packet, struct socketio_text *out);

bool socketio_equals(const struct socketio_text *text, const char *other);

/* Walks over the strings of a JSON text, keys and values alike, without decoding them: `*at` starts
 * at 0; false when there are no more. */
bool socketio_next_string(const struct socketio_text *json, size_t *at, struct socketio_text *out);

/* The whole frame that leaves the namespace "/". */
#define SOCKETIO_FAREWELL "41"

/* Append whole Engine.IO frames. `auth` and `arguments` are JSON; NULL for none. `arguments` is one
 * argument. */
void socketio_write_connect(const char *auth, struct strbuf *out);
void socketio_write_event(const char *name, const char *argument, struct strbuf *out);
/* The same, asking for an acknowledgement. */
void socketio_write_event_with_id(const char *name, const char *argument, uint64_t id,
                                  struct strbuf *out);

#endif
