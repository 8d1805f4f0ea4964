/* What the parts of a crowd share (backend/socket_crowd.h); for them alone. */
#ifndef BACKEND_SOCKET_CROWD_PARTS_H
#define BACKEND_SOCKET_CROWD_PARTS_H

#include "backend/json_scan.h"
#include "backend/socket_count.h"
#include "backend/socket_crowd.h"
#include "backend/socket_record.h"
#include "backend/socket_rooms.h"
#include "metrics/host.h"

struct member {
    struct socket_link *link; /* NULL: freed */
    struct socket_rooms *rooms;
};

struct plateau {
    uint64_t from_ns; /* since the phase's start */
    uint64_t until_ns;
    uint32_t target;
};

enum cleanup {
    CLEANUP_NOT_YET,
    CLEANUP_RUNS,
    CLEANUP_OVER
};

struct socket_crowd {
    struct loop *loop;
    struct socket_crowd_plan plan;
    struct socket_record *record;
    struct socket_world world;
    struct member *member;
    uint32_t count;
    uint32_t ready;
    struct socket_count *server; /* NULL: it cannot be asked */
    int64_t count_before;        /* −1: not known */
    struct loop_timer *tick;
    uint64_t tick_due_ns;
    unsigned ticks;
    uint64_t start_ns;
    struct json_asks *asks; /* what a message's event is asked; NULL: none are followed */
    struct json_scan *scan;
    struct plateau plateau[SOCKET_PLATEAUS_MAX];
    size_t plateau_count;
    size_t plateau_at; /* the next one, or the one that runs */
    bool in_plateau;
    uint64_t dropped_before;
    struct host_reading host_before; /* at the plateau's beginning */
    uint64_t cpu_before_ns;          /* of this program, at the end of the plateau before */
    struct histogram recent_ns;      /* connects since the last plateau */
    struct loop_timer *step;         /* a plateau's beginning or snapshot; then of the clean-up */
    enum cleanup cleanup;
    bool ever_ready;
    bool told;
    uint64_t left_ns; /* when the first left since the last one came */
    uint64_t give_up_ns;
};

const struct socket_api *socket_crowd_api(const struct socket_crowd *crowd);
/* What `step` is for comes next at that time of the phase. */
void socket_crowd_step_at(struct socket_crowd *crowd, uint64_t at_ns);

/* Messages (socket_crowd_messages.c): begins to follow them; judges what is left of them, and tells
 * the counters. */
MUST_CHECK enum err socket_crowd_follow(struct socket_crowd *crowd, struct err_msg *msg);
void socket_crowd_judge(struct socket_crowd *crowd);

/* Plateaus (socket_crowd_plateaus.c): those of all schedules, in the order of their beginnings; the
 * next step of one. */
void socket_crowd_find_plateaus(struct socket_crowd *crowd);
void socket_crowd_step_plateau(struct socket_crowd *crowd);

/* Clean-up (socket_crowd_cleanup.c). */
void socket_crowd_step_cleanup(struct socket_crowd *crowd);

#endif
