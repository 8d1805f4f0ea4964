#include <stdio.h>

#include "backend/schedule.h"

static size_t check(const struct schedule *schedule,
                    void (*complain)(void *arg, const char *field, const char *sentence), void *arg)
{
    char sentence[96];
    if (schedule->iterations >= schedule->vus) {
        return 0;
    }
    (void)snprintf(sentence, sizeof sentence, "must be at least one for each of the %u VUs",
                   schedule->vus);
    complain(arg, schedule_field_name(SCHEDULE_FIELD_ITERATIONS), sentence);
    return 1;
}

static uint64_t length_ns(const struct schedule *schedule)
{
    return schedule->max_duration_ns;
}

static uint32_t most_vus(const struct schedule *schedule)
{
    return schedule->vus;
}

static uint64_t total(const struct schedule *schedule)
{
    return schedule->iterations;
}

static bool may_start(const struct schedule *schedule, uint64_t started_by_vu,
                      uint64_t started_in_all)
{
    (void)started_by_vu;
    return started_in_all < schedule->iterations;
}

const struct executor executor_shared_iterations = {
    .name = "shared-iterations",
    .optional = SCHEDULE_FIELD_VUS | SCHEDULE_FIELD_ITERATIONS | SCHEDULE_FIELD_MAX_DURATION |
                SCHEDULE_FIELD_START_TIME | SCHEDULE_FIELD_GRACEFUL_STOP | SCHEDULE_FIELD_JITTER,
    .check = check,
    .length_ns = length_ns,
    .at = schedule_hold,
    .most_vus = most_vus,
    .total = total,
    .may_start = may_start,
};
