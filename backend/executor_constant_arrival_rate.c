/* Start i (from 0) is due at i · timeUnit / rate, so the first at once; none from `duration` on. */
#include "backend/schedule.h"
#include "backend/wide.h"

static uint64_t length_ns(const struct schedule *schedule)
{
    return schedule->duration_ns;
}

static uint32_t most_vus(const struct schedule *schedule)
{
    return schedule->max_vus > 0 ? schedule->max_vus : schedule->pre_allocated_vus;
}

static uint64_t total(const struct schedule *schedule)
{
    return wide_ceil(schedule->duration_ns, schedule->rate, schedule->time_unit_ns);
}

static uint64_t start_ns(const struct schedule *schedule, uint64_t number)
{
    return number < total(schedule) ? wide_ceil(number, schedule->time_unit_ns, schedule->rate)
                                    : SCHEDULE_NEVER;
}

static void at(const struct schedule *schedule, uint64_t at_ns, struct schedule_point *out)
{
    uint64_t end_ns = schedule->duration_ns;
    out->allowed_vus = most_vus(schedule);
    if (at_ns >= end_ns) {
        out->due = total(schedule);
        out->next_ns = end_ns + schedule->graceful_stop_ns;
        return;
    }
    out->due = wide_floor(at_ns, schedule->rate, schedule->time_unit_ns) + 1;
    uint64_t next_ns = start_ns(schedule, out->due);
    out->next_ns = next_ns < end_ns ? next_ns : end_ns;
}

const struct executor executor_constant_arrival_rate = {
    .name = "constant-arrival-rate",
    .is_open = true,
    .required = SCHEDULE_FIELD_RATE | SCHEDULE_FIELD_DURATION | SCHEDULE_FIELD_PRE_ALLOCATED_VUS,
    .optional = SCHEDULE_FIELD_TIME_UNIT | SCHEDULE_FIELD_MAX_VUS | SCHEDULE_FIELD_START_TIME |
                SCHEDULE_FIELD_GRACEFUL_STOP,
    .length_ns = length_ns,
    .at = at,
    .most_vus = most_vus,
    .start_ns = start_ns,
    .total = total,
};
