#include "backend/schedule.h"

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
    return schedule->vus * schedule->iterations;
}

static bool may_start(const struct schedule *schedule, uint64_t started_by_vu,
                      uint64_t started_in_all)
{
    (void)started_in_all;
    return started_by_vu < schedule->iterations;
}

const struct executor executor_per_vu_iterations = {
    .name = "per-vu-iterations",
    .optional = SCHEDULE_FIELD_VUS | SCHEDULE_FIELD_ITERATIONS | SCHEDULE_FIELD_MAX_DURATION |
                SCHEDULE_FIELD_START_TIME | SCHEDULE_FIELD_GRACEFUL_STOP | SCHEDULE_FIELD_JITTER,
    .length_ns = length_ns,
    .at = schedule_hold,
    .most_vus = most_vus,
    .total = total,
    .may_start = may_start,
};
