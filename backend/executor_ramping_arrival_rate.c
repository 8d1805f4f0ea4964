/* The rate is a line within each stage; start i (from 0) is due when the area under it has grown to
 * i + 1 (k6's RampingArrivalRateConfig.cal). In a stage from rate a to b per time unit u over d, at
 * x into it, with S = Σ (from + to) · duration of the stages before, the area is
 *
 *     ( S · d + 2·a·x·d + (b−a)·x² ) / ( 2 · u · d )
 *
 * in whole numbers, so that a count is exact however long the run: with the ceilings of schedule.h
 * no term passes 2^120. */
#include <math.h>

#include "backend/schedule.h"
#include "backend/wide.h"

#define GUESS_ERROR_NS UINT64_C(64)

struct piece {
    uint64_t begin_ns;
    uint64_t duration_ns;
    wide twice_before; /* S */
    uint32_t from;
    uint32_t to;
};

static uint64_t length_ns(const struct schedule *schedule)
{
    return schedule_stages_ns(schedule);
}

static uint32_t most_vus(const struct schedule *schedule)
{
    return schedule->max_vus > 0 ? schedule->max_vus : schedule->pre_allocated_vus;
}

static wide twice_area(const struct piece *piece)
{
    return ((wide)piece->from + piece->to) * piece->duration_ns;
}

static void next_piece(const struct schedule *schedule, size_t stage, struct piece *piece)
{
    piece->twice_before += twice_area(piece);
    piece->begin_ns += piece->duration_ns;
    piece->from = stage == 0 ? schedule->start_rate : piece->to;
    piece->to = schedule->stages[stage].target;
    piece->duration_ns = schedule->stages[stage].duration_ns;
}

/* Starts due at `into_ns` ≤ duration of a piece, with all before it. The end of a stage without
 * duration adds nothing. */
static uint64_t due_in(const struct schedule *schedule, const struct piece *piece, uint64_t into_ns)
{
    wide d = piece->duration_ns == 0 ? 1 : piece->duration_ns;
    wide sum = piece->twice_before * d + (wide)2 * piece->from * into_ns * d;
    wide square = (wide)into_ns * into_ns;
    if (piece->to >= piece->from) {
        sum += square * (piece->to - piece->from);
    } else {
        sum -= square * (piece->from - piece->to);
    }
    return (uint64_t)(sum / (2 * d * schedule->time_unit_ns));
}

static uint64_t due_at(const struct schedule *schedule, uint64_t at_ns)
{
    struct piece piece = { 0 };
    for (size_t i = 0; i < schedule->stage_count; i++) {
        next_piece(schedule, i, &piece);
        if (at_ns - piece.begin_ns < piece.duration_ns) {
            return due_in(schedule, &piece, at_ns - piece.begin_ns);
        }
    }
    return due_in(schedule, &piece, piece.duration_ns);
}

static uint64_t total(const struct schedule *schedule)
{
    return due_at(schedule, length_ns(schedule));
}

/* About when, within the piece, the area grows to `count`: the smaller root of the quadratic, in
 * the form that does not cancel. */
static double guess_ns(const struct schedule *schedule, const struct piece *piece, uint64_t count)
{
    double d = (double)piece->duration_ns;
    double from = (double)piece->from;
    double slope = ((double)piece->to - from) / d;
    double rest = (double)count * (double)schedule->time_unit_ns - (double)piece->twice_before / 2;
    double root = sqrt(fmax(from * from + 2 * slope * rest, 0));
    return 2 * rest / fmax(from + root, 1e-300);
}

/* The first moment in the piece at which `count` starts are due; there is one. */
static uint64_t moment_in(const struct schedule *schedule, const struct piece *piece,
                          uint64_t count)
{
    uint64_t low = 0; /* the answer is in low … high */
    uint64_t high = piece->duration_ns;
    double guess = guess_ns(schedule, piece, count);
    if (guess >= 0 && guess <= (double)high) {
        uint64_t middle = (uint64_t)guess;
        uint64_t below = middle > GUESS_ERROR_NS ? middle - GUESS_ERROR_NS : 0;
        uint64_t above = high - middle > GUESS_ERROR_NS ? middle + GUESS_ERROR_NS : high;
        low = below > 0 && due_in(schedule, piece, below) < count ? below + 1 : 0;
        high = due_in(schedule, piece, above) >= count ? above : high;
    }
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (due_in(schedule, piece, middle) >= count) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static uint64_t start_ns(const struct schedule *schedule, uint64_t number)
{
    struct piece piece = { 0 };
    for (size_t i = 0; i < schedule->stage_count; i++) {
        next_piece(schedule, i, &piece);
        if (due_in(schedule, &piece, piece.duration_ns) > number) {
            return piece.begin_ns + moment_in(schedule, &piece, number + 1);
        }
    }
    return SCHEDULE_NEVER;
}

static void at(const struct schedule *schedule, uint64_t at_ns, struct schedule_point *out)
{
    uint64_t end_ns = length_ns(schedule);
    out->allowed_vus = most_vus(schedule);
    out->due = due_at(schedule, at_ns);
    if (at_ns >= end_ns) {
        out->next_ns = end_ns + schedule->graceful_stop_ns;
        return;
    }
    uint64_t next_ns = start_ns(schedule, out->due);
    out->next_ns = next_ns < end_ns ? next_ns : end_ns;
}

static size_t check(const struct schedule *schedule,
                    void (*complain)(void *arg, const char *field, const char *sentence), void *arg)
{
    uint32_t most = schedule->start_rate;
    for (size_t i = 0; i < schedule->stage_count; i++) {
        most = schedule->stages[i].target > most ? schedule->stages[i].target : most;
    }
    if (schedule->stage_count == 0 || most > 0) {
        return 0;
    }
    complain(arg, schedule_field_name(SCHEDULE_FIELD_STAGES),
             "need one target above 0, or startRate above 0");
    return 1;
}

const struct executor executor_ramping_arrival_rate = {
    .name = "ramping-arrival-rate",
    .is_open = true,
    .required = SCHEDULE_FIELD_STAGES | SCHEDULE_FIELD_PRE_ALLOCATED_VUS,
    .optional = SCHEDULE_FIELD_START_RATE | SCHEDULE_FIELD_TIME_UNIT | SCHEDULE_FIELD_MAX_VUS |
                SCHEDULE_FIELD_START_TIME | SCHEDULE_FIELD_GRACEFUL_STOP,
    .check = check,
    .length_ns = length_ns,
    .at = at,
    .most_vus = most_vus,
    .start_ns = start_ns,
    .total = total,
};
