/* Whether this machine lets one process hold so many connections, before it is tried. */
#ifndef BACKEND_SOCKET_LIMITS_H
#define BACKEND_SOCKET_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Descriptors that are not connections: files, the loop's own, HTTP requests beside. */
#define SOCKET_LIMITS_OTHERS 64

struct socket_room {
    uint64_t descriptors; /* that this process may have at most */
    uint64_t ports;       /* for outgoing connections from one address to one server */
};

/* Raises the soft limit of descriptors to the hard one, and reads the kernel's range of ports. */
void socket_limits_read(struct socket_room *out);

/* ERR_USAGE with what to raise. `others`: HTTP connections at once beside. `*spread`: one source
 * address has too few ports; where the server is on loopback more addresses are there. */
MUST_CHECK enum err socket_limits_check(const struct socket_room *room, uint64_t connections,
                                        uint64_t others, bool on_loopback, bool *spread,
                                        struct err_msg *msg);

#endif
