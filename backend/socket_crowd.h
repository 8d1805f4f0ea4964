/* All Socket.IO connections of one phase of a run: the client that they share, the looks at their
 * time-outs, the plateaus in which their number stays the same, the server's own count of them, the
 * messages that are followed to them, and the clean-up when all have left. */
#ifndef BACKEND_SOCKET_CROWD_H
#define BACKEND_SOCKET_CROWD_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/http.h"
#include "backend/record.h"
#include "backend/socket_link.h"
#include "backend/workload.h"
#include "base/err.h"
#include "base/loop.h"

/* How long the server may take until it has noticed that all are gone. */
#define SOCKET_CLEANUP_MAX_S 30

struct socket_crowd;

struct socket_crowd_plan {
    const struct workload *workload; /* borrowed, like all below */
    const char *base;                /* origin and prefix */
    const char *run;
    struct http_client *http;
    struct record *record;
    const struct schedule *const *schedule; /* of the scenarios whose VUs are sockets; those that
                                               begin with the phase */
    size_t schedule_count;
    uint32_t most;               /* connections at once, of all scenarios */
    uint32_t others;             /* HTTP connections at once beside them */
    bool brief;                  /* a baseline: no plateaus, no messages are followed */
    struct socket_events events; /* of the links' owner */
};

/* Asks the server how many connections it has, and waits for the answer. ERR_USAGE: the target is
 * not plain http, or this machine's limits do not allow so many; says what to raise. */
MUST_CHECK enum err socket_crowd_new(struct loop *loop, const struct socket_crowd_plan *plan,
                                     struct socket_crowd **out, struct err_msg *msg);
void socket_crowd_free(struct socket_crowd *crowd);

/* For the links, each of which enters once, and leaves before it is freed. Gives its number. */
uint32_t socket_crowd_enter(struct socket_crowd *crowd, struct socket_link *link);
void socket_crowd_exit(struct socket_crowd *crowd, uint32_t number);

/* What the owner of the links tells. */
void socket_crowd_tried(struct socket_crowd *crowd);
void socket_crowd_ready(struct socket_crowd *crowd, uint32_t number, uint64_t now_ns);
void socket_crowd_event(struct socket_crowd *crowd, uint32_t number,
                        const struct socketio_text *name, const struct socketio_packet *packet,
                        uint64_t read_ns);
/* An event of ours goes out: it may leave a room. */
void socket_crowd_emitted(struct socket_crowd *crowd, uint32_t number, const char *event,
                          const char *json);
void socket_crowd_ended(struct socket_crowd *crowd, uint32_t number, const struct socket_end *end);
/* We are about to end a connection, or an attempt, ourselves. */
void socket_crowd_leaves(struct socket_crowd *crowd, uint32_t number, uint64_t now_ns);

/* A message is on its way into a room. `sender`: the token it is sent with, the very pointer that
 * links have; NULL for none. */
void socket_crowd_announce(struct socket_crowd *crowd, uint64_t serial, const char *room,
                           const char *sender, uint64_t now_ns);
/* Whether the server took it, as far as is known. */
void socket_crowd_answered(struct socket_crowd *crowd, uint64_t serial, bool taken);

/* The phase's time begins. */
void socket_crowd_begin(struct socket_crowd *crowd, uint64_t start_ns);
/* Nothing will connect any more: waits for the clean-up. May be called again. */
void socket_crowd_clean_up(struct socket_crowd *crowd);
/* Nothing will be posted any more either: judges the messages that are followed, and tells all
 * counts. May be called again. */
void socket_crowd_finish(struct socket_crowd *crowd);
bool socket_crowd_is_over(const struct socket_crowd *crowd);

#endif
