/* When which virtual user (VU) may start an iteration: k6's executors as pure functions of the time
 * since the run began. No clock, no sleeping, no state: the engine asks "how does it stand at this
 * moment, and when does that change next".
 *
 * Closed executors (constant-vus, ramping-vus, per-vu-iterations, shared-iterations) say how many
 * VUs are active; VUs 0 … active−1 iterate one after another. Open ones (constant-arrival-rate,
 * ramping-arrival-rate) say how many iterations are due; a free VU takes each, and where none is
 * free it is dropped.
 *
 * Every time is in nanoseconds since the run's beginning, with startTime inside: before it nothing
 * is active or due. At the regular end nothing new starts; gracefulStop later whatever still runs
 * is interrupted.
 *
 * Source of the definitions: Grafana k6's documentation of its executors and lib/executor in its
 * source. Where k6 rounds a period or uses floating point, these are exact integers; a total can
 * differ from k6's by one iteration for that reason. */
#ifndef BACKEND_SCHEDULE_H
#define BACKEND_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SCHEDULE_NEVER            UINT64_MAX
#define SCHEDULE_STAGES_MAX       ((size_t)64)
#define SCHEDULE_VUS_MAX          UINT32_C(100000)
#define SCHEDULE_RATE_MAX         UINT32_C(1000000)         /* per time unit */
#define SCHEDULE_DURATION_MAX_NS  UINT64_C(604800000000000) /* a week: any time, all stages */
#define SCHEDULE_ITERATIONS_MAX   UINT64_C(1000000000)
#define SCHEDULE_TIME_UNIT_MIN_NS UINT64_C(1000000)

struct schedule_stage {
    uint64_t duration_ns; /* 0: jumps to the target at once */
    uint32_t target;      /* VUs, or iterations per time unit */
};

/* The options, one bit each, for executors to say what they take. */
enum schedule_field {
    SCHEDULE_FIELD_VUS = 1U << 0,                /* "vus" */
    SCHEDULE_FIELD_DURATION = 1U << 1,           /* "duration" */
    SCHEDULE_FIELD_ITERATIONS = 1U << 2,         /* "iterations" */
    SCHEDULE_FIELD_MAX_DURATION = 1U << 3,       /* "maxDuration" */
    SCHEDULE_FIELD_START_VUS = 1U << 4,          /* "startVUs" */
    SCHEDULE_FIELD_STAGES = 1U << 5,             /* "stages" */
    SCHEDULE_FIELD_GRACEFUL_RAMP_DOWN = 1U << 6, /* "gracefulRampDown" */
    SCHEDULE_FIELD_RATE = 1U << 7,               /* "rate" */
    SCHEDULE_FIELD_START_RATE = 1U << 8,         /* "startRate" */
    SCHEDULE_FIELD_TIME_UNIT = 1U << 9,          /* "timeUnit" */
    SCHEDULE_FIELD_PRE_ALLOCATED_VUS = 1U << 10, /* "preAllocatedVUs" */
    SCHEDULE_FIELD_MAX_VUS = 1U << 11,           /* "maxVUs" */
    SCHEDULE_FIELD_START_TIME = 1U << 12,        /* "startTime": every executor */
    SCHEDULE_FIELD_GRACEFUL_STOP = 1U << 13,     /* "gracefulStop": every executor */
    SCHEDULE_FIELD_JITTER = 1U << 14,            /* "jitter", ours: every closed executor */
};

/* "startVUs" for its bit. */
const char *schedule_field_name(enum schedule_field field);
/* The bit of that name; false when there is none. */
bool schedule_field_from_name(const char *name, enum schedule_field *out);

struct executor;

/* One scenario's shape. Plain data; schedule_defaults fills in k6's defaults, the caller the rest.
 * Fields that the executor does not take are not read. */
struct schedule {
    const struct executor *executor;
    uint64_t start_ns;              /* startTime; 0 */
    uint64_t graceful_stop_ns;      /* 30 s */
    uint64_t duration_ns;           /* required where taken */
    uint64_t max_duration_ns;       /* 10 min */
    uint64_t graceful_ramp_down_ns; /* 30 s */
    uint64_t time_unit_ns;          /* 1 s */
    uint64_t iterations;            /* 1: per VU, or in all for shared-iterations */
    uint32_t vus;                   /* 1 */
    uint32_t start_vus;             /* 1, as in k6 */
    uint32_t rate;                  /* required where taken */
    uint32_t start_rate;            /* 0 */
    uint32_t pre_allocated_vus;     /* required where taken */
    uint32_t max_vus;               /* 0: the same as pre_allocated_vus */
    struct schedule_stage stages[SCHEDULE_STAGES_MAX];
    size_t stage_count;
    uint64_t jitter_ns;   /* spread of the first starts of VUs; 0, as in k6: in lockstep */
    uint64_t jitter_seed; /* the same seed, the same delays */
};

/* How it stands at one moment. Open executors: what is due is to be started, or dropped, even when
 * the engine comes to it only behind the regular end. */
struct schedule_point {
    uint32_t active_vus;  /* closed: VUs 0 … active−1 may start iterations; open: 0 */
    uint32_t allowed_vus; /* VUs from here up have used their grace: interrupt their iterations.
                             Open: all that may exist */
    uint64_t due;         /* open: starts whose time has come, in all; closed: 0 */
    uint64_t next_ns;     /* ask again then: earlier nothing changes; SCHEDULE_NEVER when over */
    bool starting;        /* between startTime and the regular end */
    bool over;            /* from gracefulStop's end on: nothing may run any more */
};

/* One kind of shape. The functions' times count from startTime; they get checked schedules only. */
struct executor {
    const char *name;  /* "ramping-vus" */
    bool is_open;      /* arrival rates */
    unsigned required; /* bits of enum schedule_field */
    unsigned optional;
    /* Complains about what only this executor knows; how often. NULL: nothing. */
    size_t (*check)(const struct schedule *schedule,
                    void (*complain)(void *arg, const char *field, const char *sentence),
                    void *arg);
    uint64_t (*length_ns)(const struct schedule *schedule); /* to the regular end */
    /* Fills active_vus, allowed_vus, due and next_ns; only asked before gracefulStop's end. */
    void (*at)(const struct schedule *schedule, uint64_t at_ns, struct schedule_point *out);
    uint32_t (*most_vus)(const struct schedule *schedule); /* that ever run at once */
    /* Open: when the start of this number (from 0) is due; SCHEDULE_NEVER behind the last. */
    uint64_t (*start_ns)(const struct schedule *schedule, uint64_t number);
    /* Iterations in all, where the shape fixes them; NULL where time does. */
    uint64_t (*total)(const struct schedule *schedule);
    /* Closed, by iterations: whether a VU may start one more. NULL: as long as it is active. */
    bool (*may_start)(const struct schedule *schedule, uint64_t started_by_vu,
                      uint64_t started_in_all);
};

extern const struct executor executor_constant_vus;
extern const struct executor executor_ramping_vus;
extern const struct executor executor_per_vu_iterations;
extern const struct executor executor_shared_iterations;
extern const struct executor executor_constant_arrival_rate;
extern const struct executor executor_ramping_arrival_rate;

/* The executor of k6's name, or NULL; the table for lists and suggestions. */
const struct executor *executor_find(const char *name);
const struct executor *const *executor_table(size_t *count);

/* Empties the schedule and gives it the executor and the defaults noted at the fields. */
void schedule_defaults(struct schedule *schedule, const struct executor *executor);

/* Calls `complain` once for each mistake in the values: ("vus", "must be 1 to 100000, not 0").
 * Returns how many there were; a schedule with mistakes must not be given to the functions below.
 */
size_t schedule_check(const struct schedule *schedule,
                      void (*complain)(void *arg, const char *field, const char *sentence),
                      void *arg);

/* How it stands `elapsed_ns` after the run's beginning. */
void schedule_at(const struct schedule *schedule, uint64_t elapsed_ns, struct schedule_point *out);

/* Whether a closed executor's VU number `vu` (from 0) may start an iteration now, by the point and
 * by the iterations started so far (in all: by all VUs of the scenario). */
bool schedule_may_start(const struct schedule *schedule, const struct schedule_point *point,
                        uint32_t vu, uint64_t started_by_vu, uint64_t started_in_all);

/* How long VU `vu` is to wait, when it becomes active for the first time, before its first
 * iteration: even in [0, jitter_ns), by seed and number. 0 without jitter. */
uint64_t schedule_jitter_ns(const struct schedule *schedule, uint32_t vu);

/* Open: the moment at which start `number` (from 0) is due; SCHEDULE_NEVER when there is none. */
uint64_t schedule_start_ns(const struct schedule *schedule, uint64_t number);

/* What k6 does with a start that is due: a free VU runs it; without one it is dropped, and one more
 * VU is made ready for later ones while there are fewer than maxVUs. */
struct schedule_arrival {
    bool run;
    bool drop;
    bool add_vu;
};
struct schedule_arrival schedule_arrival(const struct schedule *schedule, uint32_t free_vus,
                                         uint32_t made_vus);

uint64_t schedule_end_ns(const struct schedule *schedule);      /* regular end, startTime inside */
uint64_t schedule_hard_end_ns(const struct schedule *schedule); /* with gracefulStop */
uint32_t schedule_most_vus(const struct schedule *schedule);
/* VUs to make before the start: preAllocatedVUs, or all of a closed executor. */
uint32_t schedule_first_vus(const struct schedule *schedule);
/* Iterations in all, if time cuts none off and none is dropped; SCHEDULE_NEVER where only the
 * server's speed decides. */
uint64_t schedule_total(const struct schedule *schedule);

/* Of the numbers 0 … count−1 those that belong to `part` of `parts` (number mod parts = part): how
 * share-nothing threads divide VUs and starts. */
uint64_t schedule_share(uint64_t count, uint32_t part, uint32_t parts);

/* For executors: `vus` VUs from startTime to the regular end, then their grace. */
void schedule_hold(const struct schedule *schedule, uint64_t at_ns, struct schedule_point *out);
/* For executors: the stages' durations in all. */
uint64_t schedule_stages_ns(const struct schedule *schedule);

#endif
