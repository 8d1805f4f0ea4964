#include "backend/schedule.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"

#define NS_IN_S           UINT64_C(1000000000)
#define GRACE_NS          (30 * NS_IN_S)
#define MAX_DURATION_NS   (600 * NS_IN_S)
#define GOLDEN            UINT64_C(0x9e3779b97f4a7c15) /* 2^64 ÷ the golden ratio: spreads seeds */
#define COUNT_OF_TABLE(t) (sizeof(t) / sizeof(t)[0])

static const struct executor *const executors[] = {
    &executor_constant_vus,      &executor_ramping_vus,           &executor_per_vu_iterations,
    &executor_shared_iterations, &executor_constant_arrival_rate, &executor_ramping_arrival_rate,
};

static const struct {
    enum schedule_field field;
    const char *name;
} fields[] = {
    { SCHEDULE_FIELD_VUS, "vus" },
    { SCHEDULE_FIELD_DURATION, "duration" },
    { SCHEDULE_FIELD_ITERATIONS, "iterations" },
    { SCHEDULE_FIELD_MAX_DURATION, "maxDuration" },
    { SCHEDULE_FIELD_START_VUS, "startVUs" },
    { SCHEDULE_FIELD_STAGES, "stages" },
    { SCHEDULE_FIELD_GRACEFUL_RAMP_DOWN, "gracefulRampDown" },
    { SCHEDULE_FIELD_RATE, "rate" },
    { SCHEDULE_FIELD_START_RATE, "startRate" },
    { SCHEDULE_FIELD_TIME_UNIT, "timeUnit" },
    { SCHEDULE_FIELD_PRE_ALLOCATED_VUS, "preAllocatedVUs" },
    { SCHEDULE_FIELD_MAX_VUS, "maxVUs" },
    { SCHEDULE_FIELD_START_TIME, "startTime" },
    { SCHEDULE_FIELD_GRACEFUL_STOP, "gracefulStop" },
    { SCHEDULE_FIELD_JITTER, "jitter" },
};

const char *schedule_field_name(enum schedule_field field)
{
    for (size_t i = 0; i < COUNT_OF_TABLE(fields); i++) {
        if (fields[i].field == field) {
            return fields[i].name;
        }
    }
    return "";
}

bool schedule_field_from_name(const char *name, enum schedule_field *out)
{
    for (size_t i = 0; i < COUNT_OF_TABLE(fields); i++) {
        if (strcmp(fields[i].name, name) == 0) {
            *out = fields[i].field;
            return true;
        }
    }
    return false;
}

const struct executor *executor_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF_TABLE(executors); i++) {
        if (strcmp(executors[i]->name, name) == 0) {
            return executors[i];
        }
    }
    return NULL;
}

const struct executor *const *executor_table(size_t *count)
{
    *count = COUNT_OF_TABLE(executors);
    return executors;
}

void schedule_defaults(struct schedule *schedule, const struct executor *executor)
{
    memset(schedule, 0, sizeof *schedule);
    schedule->executor = executor;
    schedule->graceful_stop_ns = GRACE_NS;
    schedule->graceful_ramp_down_ns = GRACE_NS;
    schedule->max_duration_ns = MAX_DURATION_NS;
    schedule->time_unit_ns = NS_IN_S;
    schedule->iterations = 1;
    schedule->vus = 1;
    schedule->start_vus = 1;
}

/* Where a check's complaints go, and how many there were. */
struct checking {
    const struct schedule *schedule;
    void (*complain)(void *arg, const char *field, const char *sentence);
    void *arg;
    size_t mistakes;
};

static void note(struct checking *checking, enum schedule_field field, const char *format, ...)
    PRINTF_LIKE(3, 4);

static void note(struct checking *checking, enum schedule_field field, const char *format, ...)
{
    char sentence[160];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    checking->complain(checking->arg, schedule_field_name(field), sentence);
    checking->mistakes++;
}

static bool takes(const struct schedule *schedule, enum schedule_field field)
{
    return ((schedule->executor->required | schedule->executor->optional) & field) != 0;
}

static void check_count(struct checking *checking, enum schedule_field field, uint64_t value,
                        uint64_t least, uint64_t most)
{
    if (takes(checking->schedule, field) && (value < least || value > most)) {
        note(checking, field, "must be %llu to %llu, not %llu", (unsigned long long)least,
             (unsigned long long)most, (unsigned long long)value);
    }
}

static void check_time(struct checking *checking, enum schedule_field field, uint64_t value_ns,
                       uint64_t least_ns)
{
    if (!takes(checking->schedule, field)) {
        return;
    }
    if (value_ns < least_ns) {
        note(checking, field, least_ns == 1 ? "must be longer than 0" : "must be 1ms or more");
    } else if (value_ns > SCHEDULE_DURATION_MAX_NS) {
        note(checking, field, "must be 168h or less");
    }
}

static void check_stages(struct checking *checking)
{
    const struct schedule *schedule = checking->schedule;
    uint32_t most = schedule->executor->is_open ? SCHEDULE_RATE_MAX : SCHEDULE_VUS_MAX;
    uint64_t left_ns = SCHEDULE_DURATION_MAX_NS;
    bool too_long = false;
    if (!takes(schedule, SCHEDULE_FIELD_STAGES)) {
        return;
    }
    if (schedule->stage_count == 0 || schedule->stage_count > SCHEDULE_STAGES_MAX) {
        note(checking, SCHEDULE_FIELD_STAGES, "must be 1 to %zu, not %zu", SCHEDULE_STAGES_MAX,
             schedule->stage_count);
        return;
    }
    for (size_t i = 0; i < schedule->stage_count; i++) {
        const struct schedule_stage *stage = &schedule->stages[i];
        if (stage->target > most) {
            note(checking, SCHEDULE_FIELD_STAGES, "stage %zu: target must be 0 to %u, not %u",
                 i + 1, most, stage->target);
        }
        too_long = too_long || stage->duration_ns > left_ns;
        left_ns -= too_long ? 0 : stage->duration_ns;
    }
    if (too_long) {
        note(checking, SCHEDULE_FIELD_STAGES, "must last 168h or less together");
    } else if (left_ns == SCHEDULE_DURATION_MAX_NS) {
        note(checking, SCHEDULE_FIELD_STAGES, "must last longer than 0 together");
    }
}

static void check_arrival_vus(struct checking *checking)
{
    const struct schedule *schedule = checking->schedule;
    check_count(checking, SCHEDULE_FIELD_PRE_ALLOCATED_VUS, schedule->pre_allocated_vus, 0,
                SCHEDULE_VUS_MAX);
    check_count(checking, SCHEDULE_FIELD_MAX_VUS, schedule->max_vus, 0, SCHEDULE_VUS_MAX);
    if (!schedule->executor->is_open) {
        return;
    }
    if (schedule->pre_allocated_vus == 0 && schedule->max_vus == 0) {
        note(checking, SCHEDULE_FIELD_PRE_ALLOCATED_VUS,
             "must be 1 or more where there is no maxVUs");
    } else if (schedule->max_vus > 0 && schedule->max_vus < schedule->pre_allocated_vus) {
        note(checking, SCHEDULE_FIELD_MAX_VUS, "must be at least preAllocatedVUs (%u), not %u",
             schedule->pre_allocated_vus, schedule->max_vus);
    }
}

size_t schedule_check(const struct schedule *schedule,
                      void (*complain)(void *arg, const char *field, const char *sentence),
                      void *arg)
{
    struct checking checking = { schedule, complain, arg, 0 };
    check_count(&checking, SCHEDULE_FIELD_VUS, schedule->vus, 1, SCHEDULE_VUS_MAX);
    check_count(&checking, SCHEDULE_FIELD_START_VUS, schedule->start_vus, 0, SCHEDULE_VUS_MAX);
    check_count(&checking, SCHEDULE_FIELD_ITERATIONS, schedule->iterations, 1,
                SCHEDULE_ITERATIONS_MAX);
    check_count(&checking, SCHEDULE_FIELD_RATE, schedule->rate, 1, SCHEDULE_RATE_MAX);
    check_count(&checking, SCHEDULE_FIELD_START_RATE, schedule->start_rate, 0, SCHEDULE_RATE_MAX);
    check_time(&checking, SCHEDULE_FIELD_DURATION, schedule->duration_ns, 1);
    check_time(&checking, SCHEDULE_FIELD_MAX_DURATION, schedule->max_duration_ns, 1);
    check_time(&checking, SCHEDULE_FIELD_GRACEFUL_RAMP_DOWN, schedule->graceful_ramp_down_ns, 0);
    check_time(&checking, SCHEDULE_FIELD_TIME_UNIT, schedule->time_unit_ns,
               SCHEDULE_TIME_UNIT_MIN_NS);
    check_time(&checking, SCHEDULE_FIELD_START_TIME, schedule->start_ns, 0);
    check_time(&checking, SCHEDULE_FIELD_GRACEFUL_STOP, schedule->graceful_stop_ns, 0);
    check_time(&checking, SCHEDULE_FIELD_JITTER, schedule->jitter_ns, 0);
    check_stages(&checking);
    check_arrival_vus(&checking);
    if (schedule->executor->check != NULL) {
        checking.mistakes += schedule->executor->check(schedule, complain, arg);
    }
    return checking.mistakes;
}

void schedule_at(const struct schedule *schedule, uint64_t elapsed_ns, struct schedule_point *out)
{
    memset(out, 0, sizeof *out);
    if (elapsed_ns < schedule->start_ns) {
        out->next_ns = schedule->start_ns;
        return;
    }
    bool over = elapsed_ns >= schedule_hard_end_ns(schedule);
    uint64_t at_ns =
        over ? schedule->executor->length_ns(schedule) : elapsed_ns - schedule->start_ns;
    schedule->executor->at(schedule, at_ns, out);
    if (over) {
        out->over = true;
        out->allowed_vus = 0;
        out->next_ns = SCHEDULE_NEVER;
        return;
    }
    out->starting = elapsed_ns < schedule_end_ns(schedule);
    out->next_ns += schedule->start_ns;
}

void schedule_hold(const struct schedule *schedule, uint64_t at_ns, struct schedule_point *out)
{
    uint64_t end_ns = schedule->executor->length_ns(schedule);
    out->active_vus = at_ns < end_ns ? schedule->vus : 0;
    out->allowed_vus = schedule->vus;
    out->next_ns = at_ns < end_ns ? end_ns : end_ns + schedule->graceful_stop_ns;
}

uint64_t schedule_stages_ns(const struct schedule *schedule)
{
    uint64_t sum_ns = 0;
    for (size_t i = 0; i < schedule->stage_count; i++) {
        sum_ns += schedule->stages[i].duration_ns;
    }
    return sum_ns;
}

bool schedule_may_start(const struct schedule *schedule, const struct schedule_point *point,
                        uint32_t vu, uint64_t started_by_vu, uint64_t started_in_all)
{
    assert(!schedule->executor->is_open);
    return vu < point->active_vus &&
           (schedule->executor->may_start == NULL ||
            schedule->executor->may_start(schedule, started_by_vu, started_in_all));
}

uint64_t schedule_jitter_ns(const struct schedule *schedule, uint32_t vu)
{
    struct rng rng;
    if (schedule->jitter_ns == 0) {
        return 0;
    }
    rng_init(&rng, schedule->jitter_seed ^ (GOLDEN * ((uint64_t)vu + 1)));
    return rng_below(&rng, schedule->jitter_ns);
}

uint64_t schedule_start_ns(const struct schedule *schedule, uint64_t number)
{
    assert(schedule->executor->is_open);
    uint64_t at_ns = schedule->executor->start_ns(schedule, number);
    return at_ns == SCHEDULE_NEVER ? SCHEDULE_NEVER : schedule->start_ns + at_ns;
}

struct schedule_arrival schedule_arrival(const struct schedule *schedule, uint32_t free_vus,
                                         uint32_t made_vus)
{
    bool run = free_vus > 0;
    return (struct schedule_arrival){
        .run = run,
        .drop = !run,
        .add_vu = !run && made_vus < schedule_most_vus(schedule),
    };
}

uint64_t schedule_end_ns(const struct schedule *schedule)
{
    return schedule->start_ns + schedule->executor->length_ns(schedule);
}

uint64_t schedule_hard_end_ns(const struct schedule *schedule)
{
    return schedule_end_ns(schedule) + schedule->graceful_stop_ns;
}

uint32_t schedule_most_vus(const struct schedule *schedule)
{
    return schedule->executor->most_vus(schedule);
}

uint32_t schedule_first_vus(const struct schedule *schedule)
{
    return schedule->executor->is_open ? schedule->pre_allocated_vus : schedule_most_vus(schedule);
}

uint64_t schedule_total(const struct schedule *schedule)
{
    return schedule->executor->total == NULL ? SCHEDULE_NEVER : schedule->executor->total(schedule);
}

uint64_t schedule_share(uint64_t count, uint32_t part, uint32_t parts)
{
    assert(part < parts);
    return count / parts + (count % parts > part ? 1 : 0);
}
