/* The rooms that a connection is in, by the hashes of their names: 8 bytes each. Which strings of
 * an event are rooms need not be known: those that are none are asked for by nobody. */
#ifndef BACKEND_SOCKET_ROOMS_H
#define BACKEND_SOCKET_ROOMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/socketio.h"

struct socket_rooms;

uint64_t socket_rooms_hash(const char *name, size_t bytes);

/* Every string in the JSON is a room from now on; `*rooms` may be NULL before. */
void socket_rooms_join(struct socket_rooms **rooms, const struct socketio_text *json);
void socket_rooms_leave(struct socket_rooms *rooms, const struct socketio_text *json);

bool socket_rooms_has(const struct socket_rooms *rooms, uint64_t hash); /* NULL: in none */
void socket_rooms_free(struct socket_rooms *rooms);

#endif
