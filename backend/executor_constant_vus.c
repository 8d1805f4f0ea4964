#include "backend/schedule.h"

static uint64_t length_ns(const struct schedule *schedule)
{
    return schedule->duration_ns;
}

static uint32_t most_vus(const struct schedule *schedule)
{
    return schedule->vus;
}

const struct executor executor_constant_vus = {
    .name = "constant-vus",
    .required = SCHEDULE_FIELD_DURATION,
    .optional = SCHEDULE_FIELD_VUS | SCHEDULE_FIELD_START_TIME | SCHEDULE_FIELD_GRACEFUL_STOP |
                SCHEDULE_FIELD_JITTER,
    .length_ns = length_ns,
    .at = schedule_hold,
    .most_vus = most_vus,
};
