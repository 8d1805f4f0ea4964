/* Engine.IO 4 over a WebSocket: one packet a text frame, its type the first character. Pure.
 * Source: engine.io-protocol, revision 4. */
#ifndef BACKEND_ENGINEIO_H
#define BACKEND_ENGINEIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum engineio_type {
    ENGINEIO_OPEN,    /* '0', of the server: how the connection lives */
    ENGINEIO_CLOSE,   /* '1' */
    ENGINEIO_PING,    /* '2', of the server; answered by a pong with the same data */
    ENGINEIO_PONG,    /* '3' */
    ENGINEIO_MESSAGE, /* '4', a Socket.IO packet */
    ENGINEIO_UPGRADE, /* '5', never here: there is no polling to come from */
    ENGINEIO_NOOP,    /* '6' */
    ENGINEIO_TYPE_COUNT
};

struct engineio_packet {
    enum engineio_type type;
    const char *data; /* borrowed from the frame, not NUL-ended */
    size_t bytes;
};

/* False when the frame is empty or begins with no known type. */
bool engineio_parse(const char *frame, size_t bytes, struct engineio_packet *out);

/* What the open packet says; times in milliseconds, each at most ENGINEIO_MS_MAX. */
#define ENGINEIO_MS_MAX UINT32_C(3600000)
struct engineio_open {
    uint32_t ping_interval_ms;
    uint32_t ping_timeout_ms;
    uint64_t max_payload; /* bytes; 0: the server does not say (it came with a later server) */
};

/* False unless `data` is a JSON object with a text "sid" and the two times. */
bool engineio_parse_open(const char *data, size_t bytes, struct engineio_open *out);

#endif
