/* The kind of virtual user that is one Socket.IO connection: connects, emits, waits, holds and
 * disconnects as its flow says. Each connect, each acknowledgement and each event that is waited
 * for is a sample (backend/record.h) with an outcome.
 *
 * After a failure or a drop it goes on from the connect that made the connection, when that step
 * has an "again" and its pause is over; otherwise it does nothing more until its iteration is ended
 * by the schedule. */
#ifndef BACKEND_SOCKET_VU_H
#define BACKEND_SOCKET_VU_H

#include "backend/vu_kind.h"

/* World and role are set by the caller. */
struct vu *socket_vu_new(struct vu_world *world, const struct vu_role *role);

/* For the crowd that its links are in. */
extern const struct socket_events socket_vu_events;

#endif
