/* Runs scenarios side by side on the loop until all are over: one phase of a run (the baseline of a
 * flow, or the load itself). */
#ifndef BACKEND_ENGINE_H
#define BACKEND_ENGINE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "backend/driver.h"
#include "backend/vu.h"
#include "base/err.h"
#include "base/loop.h"

/* How long running iterations may take to end after a signal. */
#define ENGINE_GOODBYE_NS (5 * UINT64_C(1000000000))

/* What one thread tells the others; they look once a second. */
enum engine_stop {
    ENGINE_GO_ON,
    ENGINE_GOODBYE, /* start nothing more, let iterations end */
    ENGINE_CUT_OFF  /* end at once */
};

struct engine_status {
    double elapsed_s;
    uint64_t vus;
    uint64_t made;
};

struct engine_plan {
    const struct driver_plan *drivers; /* borrowed, like all below */
    size_t driver_count;
    const struct workload *workload;
    const char *base;
    const struct upload_files *files;
    struct ledger *ledger;
    const char *run;
    const struct pause *pause;
    bool brief; /* a baseline: sockets are not held */
    uint64_t seed;
    uint64_t first_serial;
    uint32_t part;
    uint32_t parts;
    atomic_int *stop; /* enum engine_stop, shared by the threads of a run; NULL: alone */
    /* Called each second; true ends the phase at once. NULL for none. */
    bool (*each_second)(void *arg, const struct engine_status *status);
    void *arg;
};

struct engine_end {
    double seconds;
    uint64_t next_serial; /* for the next phase */
    bool interrupted;     /* by a signal: the record is of a part */
    bool aborted;         /* by each_second */
    bool server_went_away;
};

/* Fills `record`. A signal is no error: it lets iterations end for ENGINE_GOODBYE_NS and says so in
 * `out`. */
MUST_CHECK enum err engine_run(struct loop *loop, const struct engine_plan *plan,
                               struct record *record, struct engine_end *out, struct err_msg *msg);

#endif
