/* A virtual user: walks through its flow's steps, one iteration at a time, and records what
 * happens; over HTTP, or as one Socket.IO connection when its flow is one of sockets. Who starts
 * iterations, and when, is the driver's business (backend/driver.h). */
#ifndef BACKEND_VU_H
#define BACKEND_VU_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/http.h"
#include "backend/ledger.h"
#include "backend/record.h"
#include "backend/socket_crowd.h"
#include "backend/upload_files.h"
#include "backend/workload.h"
#include "base/loop.h"

/* What all VUs of an engine share. */
struct vu_world {
    struct loop *loop;
    struct http_client *http;
    const struct workload *workload;
    const char *base; /* origin and prefix: "http://127.0.0.1:8000/api/v1" */
    const struct upload_files *files;
    struct record *record;
    struct socket_crowd *crowd; /* NULL: no sockets in this phase */
    struct ledger *ledger;      /* NULL: messages are not kept track of */
    const char *run;            /* the variable of that name */
    const struct pause *pause;  /* replaces every think; NULL: as the flow says */
    uint64_t seed;
    uint64_t next_serial;
    uint64_t parts;    /* threads that share the load */
    uint64_t vus;      /* at work now, in this thread */
    bool brief;        /* a baseline: connections are not held */
    bool has_answered; /* the server has, once */
    bool was_refused;  /* a connection was refused after that: the server went away */
};

struct vu;

struct vu_role {
    size_t scenario;
    const struct flow *flow;
    uint32_t number; /* from 0, within the scenario, over all threads */
    const unsigned *stage;
    const uint64_t *start_ns;               /* of the scenario's time */
    void (*done)(void *arg, struct vu *vu); /* a whole iteration is over; may start the next */
    void *arg;
};

/* Cheap until its first iteration. */
struct vu *vu_new(struct vu_world *world, const struct vu_role *role);
void vu_free(struct vu *vu);

/* Begins an iteration, now, or at `due_ns` when that is still to come. The VU is idle (asserted).
 */
void vu_start(struct vu *vu, uint64_t due_ns, uint64_t now_ns);

/* Whether it is in an iteration, or waits for the beginning of one. */
bool vu_is_busy(const struct vu *vu);
uint64_t vu_started(const struct vu *vu); /* iterations begun, or waited for */
uint32_t vu_number(const struct vu *vu);

/* Ends the iteration in the middle, without `done`. */
void vu_interrupt(struct vu *vu);

#endif
