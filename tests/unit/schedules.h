/* For tests of schedules: making one, and asking how it stands. */
#ifndef TESTS_UNIT_SCHEDULES_H
#define TESTS_UNIT_SCHEDULES_H

#include "tests/unit/test.h"

#include "backend/schedule.h"

#define MS UINT64_C(1000000)
#define S  (1000 * MS)

static inline void make(struct schedule *schedule, const char *executor)
{
    const struct executor *found = executor_find(executor);
    assert_non_null(found);
    schedule_defaults(schedule, found);
}

static inline void add_stage(struct schedule *schedule, uint64_t duration_ns, uint32_t target)
{
    schedule->stages[schedule->stage_count++] = (struct schedule_stage){ duration_ns, target };
}

static inline struct schedule_point point_at(const struct schedule *schedule, uint64_t at_ns)
{
    struct schedule_point point;
    schedule_at(schedule, at_ns, &point);
    return point;
}

#endif
