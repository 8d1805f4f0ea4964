/* In a stage from a to b VUs over d, x into it, the line is a + (b−a)·x/d. A VU is added when the
 * line reaches its number, and taken away when the line has reached the number below: ⌊line⌋ on the
 * way up, ⌈line⌉ on the way down (k6's getRawExecutionSteps).
 *
 * A VU that is taken away at s may finish its iteration until s + gracefulRampDown; so at t those
 * below the most that were active in [t − gracefulRampDown, t] are allowed. At the regular end all
 * are taken away, and gracefulStop holds for everybody. */
#include "backend/schedule.h"
#include "backend/wide.h"

/* The stage that a moment belongs to: begun and not over; without a duration it never does. */
struct piece {
    uint64_t begin_ns;
    uint64_t duration_ns;
    uint32_t from;
    uint32_t to;
};

static uint64_t length_ns(const struct schedule *schedule)
{
    return schedule_stages_ns(schedule);
}

/* `at_ns` is before the regular end. */
static struct piece piece_at(const struct schedule *schedule, uint64_t at_ns)
{
    struct piece piece = { 0, 0, schedule->start_vus, schedule->start_vus };
    for (size_t i = 0; i < schedule->stage_count; i++) {
        piece.begin_ns += piece.duration_ns;
        piece.from = piece.to;
        piece.duration_ns = schedule->stages[i].duration_ns;
        piece.to = schedule->stages[i].target;
        if (at_ns - piece.begin_ns < piece.duration_ns) {
            break;
        }
    }
    return piece;
}

static uint32_t planned(const struct schedule *schedule, uint64_t at_ns)
{
    struct piece piece = piece_at(schedule, at_ns);
    uint64_t into_ns = at_ns - piece.begin_ns;
    if (piece.to >= piece.from) {
        return piece.from + (uint32_t)wide_floor(into_ns, piece.to - piece.from, piece.duration_ns);
    }
    return piece.to + (uint32_t)wide_ceil(piece.duration_ns - into_ns, piece.from - piece.to,
                                          piece.duration_ns);
}

/* The next moment, at most the stage's end, at which the plan can change. */
static uint64_t change_after(const struct schedule *schedule, uint64_t at_ns)
{
    struct piece piece = piece_at(schedule, at_ns);
    uint32_t now = planned(schedule, at_ns);
    uint64_t into_ns = piece.duration_ns;
    if (piece.to > piece.from) {
        into_ns = wide_ceil(now + 1 - piece.from, piece.duration_ns, piece.to - piece.from);
    } else if (piece.to < piece.from && now > piece.to) {
        into_ns -= wide_floor(now - 1 - piece.to, piece.duration_ns, piece.from - piece.to);
    }
    return piece.begin_ns + (into_ns < piece.duration_ns ? into_ns : piece.duration_ns);
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* The most VUs planned from `from_ns` to `to_ns`, both inside and before the regular end. Within a
 * stage the plan is monotone, so its ends are all there is to look at. */
static uint32_t most_between(const struct schedule *schedule, uint64_t from_ns, uint64_t to_ns)
{
    uint32_t most = larger(planned(schedule, from_ns), planned(schedule, to_ns));
    uint64_t edge_ns = 0;
    for (size_t i = 0; i < schedule->stage_count; i++) {
        edge_ns += schedule->stages[i].duration_ns;
        if (edge_ns > from_ns && edge_ns <= to_ns) {
            most = larger(most, planned(schedule, edge_ns));
            most = larger(most, planned(schedule, edge_ns - 1));
        }
    }
    return most;
}

static void at(const struct schedule *schedule, uint64_t at_ns, struct schedule_point *out)
{
    uint64_t end_ns = length_ns(schedule);
    uint64_t grace_ns = schedule->graceful_ramp_down_ns;
    uint64_t last_ns = at_ns < end_ns ? at_ns : end_ns - 1;
    uint64_t from_ns = at_ns > grace_ns ? at_ns - grace_ns : 0;
    out->active_vus = at_ns < end_ns ? planned(schedule, at_ns) : 0;
    out->next_ns =
        at_ns < end_ns ? change_after(schedule, at_ns) : end_ns + schedule->graceful_stop_ns;
    out->allowed_vus = most_between(schedule, from_ns < last_ns ? from_ns : last_ns, last_ns);
    if (from_ns < end_ns) {
        uint64_t leaves_ns = change_after(schedule, from_ns) + grace_ns;
        if (leaves_ns > at_ns && leaves_ns < out->next_ns) {
            out->next_ns = leaves_ns;
        }
    }
}

static uint32_t most_vus(const struct schedule *schedule)
{
    uint32_t most = schedule->start_vus;
    for (size_t i = 0; i < schedule->stage_count; i++) {
        most = larger(most, schedule->stages[i].target);
    }
    return most;
}

static size_t check(const struct schedule *schedule,
                    void (*complain)(void *arg, const char *field, const char *sentence), void *arg)
{
    if (schedule->stage_count == 0 || most_vus(schedule) > 0) {
        return 0;
    }
    complain(arg, schedule_field_name(SCHEDULE_FIELD_STAGES),
             "need one target above 0, or startVUs above 0");
    return 1;
}

const struct executor executor_ramping_vus = {
    .name = "ramping-vus",
    .required = SCHEDULE_FIELD_STAGES,
    .optional = SCHEDULE_FIELD_START_VUS | SCHEDULE_FIELD_GRACEFUL_RAMP_DOWN |
                SCHEDULE_FIELD_START_TIME | SCHEDULE_FIELD_GRACEFUL_STOP | SCHEDULE_FIELD_JITTER,
    .check = check,
    .length_ns = length_ns,
    .at = at,
    .most_vus = most_vus,
};
