/* Properties of the executors over random shapes, against k6's definitions written another way. */
#include "tests/unit/schedules.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/rng.h"

static void ignore(void *arg, const char *field, const char *sentence)
{
    (void)arg;
    (void)field;
    (void)sentence;
}

/* ---- ramping-vus against k6's list of steps ---- */

#define STEPS_MAX ((size_t)4096)
struct steps {
    uint64_t at_ns[STEPS_MAX];
    uint32_t vus[STEPS_MAX];
    size_t count;
};

static void push_step(struct steps *steps, uint64_t at_ns, uint32_t vus)
{
    assert_true(steps->count < STEPS_MAX);
    steps->at_ns[steps->count] = at_ns;
    steps->vus[steps->count] = vus;
    steps->count++;
}

/* One VU more or less at a time, each at the moment that k6 gives it: the stage's end minus the
 * share of the stage that the VUs still to come or to go take. Small numbers only. */
static void list_steps(const struct schedule *schedule, struct steps *steps)
{
    uint64_t end_ns = 0;
    uint32_t vus = schedule->start_vus;
    steps->count = 0;
    push_step(steps, 0, vus);
    for (size_t i = 0; i < schedule->stage_count; i++) {
        uint64_t d = schedule->stages[i].duration_ns;
        uint32_t target = schedule->stages[i].target;
        uint64_t span = target > vus ? target - vus : vus - target;
        end_ns += d;
        if (d == 0) {
            push_step(steps, end_ns, target);
        } else {
            while (vus < target) {
                vus++;
                push_step(steps, end_ns - d * (target - vus) / span, vus);
            }
            while (vus > target) {
                vus--;
                push_step(steps, end_ns - d * (vus - target) / span, vus);
            }
        }
        vus = target;
    }
}

static uint32_t stepped_vus(const struct steps *steps, uint64_t at_ns)
{
    uint32_t vus = 0;
    for (size_t i = 0; i < steps->count && steps->at_ns[i] <= at_ns; i++) {
        vus = steps->vus[i];
    }
    return vus;
}

static void random_stages(struct rng *rng, struct schedule *schedule, uint64_t longest_ns,
                          uint32_t most)
{
    size_t count = 1 + (size_t)rng_below(rng, 6);
    for (size_t i = 0; i < count; i++) {
        uint64_t duration = rng_below(rng, 5) == 0 ? 0 : 1 + rng_below(rng, longest_ns);
        uint32_t target = rng_below(rng, 4) == 0 ? 0 : (uint32_t)rng_below(rng, most + 1);
        add_stage(schedule, duration, target);
    }
}

static void ramping_vus_follows_k6s_steps_at_every_nanosecond(void **state)
{
    (void)state;
    struct rng rng;
    struct steps *steps = mem_new(sizeof *steps);
    unsigned checked = 0;
    rng_init(&rng, 23);
    for (unsigned round = 0; round < 400; round++) {
        struct schedule schedule;
        make(&schedule, "ramping-vus");
        schedule.start_vus = (uint32_t)rng_below(&rng, 12);
        schedule.graceful_ramp_down_ns = rng_below(&rng, 60);
        schedule.graceful_stop_ns = rng_below(&rng, 60);
        schedule.start_ns = rng_below(&rng, 40);
        random_stages(&rng, &schedule, 60, 40);
        if (schedule_check(&schedule, ignore, NULL) > 0) {
            continue;
        }
        checked++;
        list_steps(&schedule, steps);
        uint64_t begin = schedule.start_ns;
        uint64_t end = schedule_end_ns(&schedule);
        for (uint64_t t = begin; t < schedule_hard_end_ns(&schedule); t++) {
            struct schedule_point point = point_at(&schedule, t);
            uint32_t want = t < end ? stepped_vus(steps, t - begin) : 0;
            uint32_t allowed = t < end ? want : stepped_vus(steps, end - begin - 1);
            uint64_t oldest = t - begin > schedule.graceful_ramp_down_ns
                                  ? t - schedule.graceful_ramp_down_ns
                                  : begin;
            for (uint64_t s = oldest; s <= t && s < end; s++) {
                uint32_t then = stepped_vus(steps, s - begin);
                allowed = then > allowed ? then : allowed;
            }
            assert_int_equal(point.active_vus, want);
            assert_int_equal(point.allowed_vus, allowed);
            assert_int_equal(point.starting, t < end);
            assert_false(point.over);
        }
        assert_true(point_at(&schedule, schedule_hard_end_ns(&schedule)).over);
    }
    assert_true(checked > 300);
    free(steps);
}

static void the_linear_ramp_holds_at_the_scale_of_minutes(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 29);
    for (unsigned round = 0; round < 3000; round++) {
        struct schedule schedule;
        make(&schedule, "ramping-vus");
        uint32_t from = (uint32_t)rng_below(&rng, 20001);
        uint32_t to = (uint32_t)rng_below(&rng, 20001);
        uint64_t d = 1 + rng_below(&rng, 3600 * S);
        uint64_t t = rng_below(&rng, d);
        schedule.start_vus = from;
        add_stage(&schedule, d, to);
        long double line = from + ((long double)to - from) * (long double)t / (long double)d;
        long double want = to >= from ? floorl(line) : ceill(line);
        if (fabsl(line - roundl(line)) > 1e-9L) {
            assert_true((long double)point_at(&schedule, t).active_vus == want);
        }
    }
}

/* Between a point and its next_ns nothing may change, and next_ns must lie ahead. */
static void check_next(const struct schedule *schedule)
{
    uint64_t hard_end = schedule_hard_end_ns(schedule);
    struct schedule_point held = point_at(schedule, 0);
    assert_true(hard_end == 0 || held.next_ns > 0);
    for (uint64_t t = 1; t <= hard_end; t++) {
        struct schedule_point point = point_at(schedule, t);
        if (t < held.next_ns) {
            assert_int_equal(point.active_vus, held.active_vus);
            assert_int_equal(point.allowed_vus, held.allowed_vus);
            assert_int_equal(point.due, held.due);
            assert_int_equal(point.starting, held.starting);
            assert_false(point.over);
        }
        assert_true(point.next_ns > t);
        if (t >= held.next_ns) {
            held = point;
        }
    }
    assert_true(held.over);
    assert_true(held.next_ns == SCHEDULE_NEVER);
}

static void nothing_changes_before_the_next_moment(void **state)
{
    (void)state;
    struct rng rng;
    size_t count = 0;
    const struct executor *const *table = executor_table(&count);
    assert_int_equal(count, 6);
    rng_init(&rng, 31);
    unsigned checked = 0;
    for (unsigned round = 0; round < 600; round++) {
        struct schedule schedule;
        schedule_defaults(&schedule, table[round % count]);
        schedule.start_vus = (uint32_t)rng_below(&rng, 9);
        schedule.vus = 1 + (uint32_t)rng_below(&rng, 9);
        schedule.iterations = 20;
        schedule.duration_ns = 1 + rng_below(&rng, 200);
        schedule.max_duration_ns = 1 + rng_below(&rng, 200);
        schedule.graceful_ramp_down_ns = rng_below(&rng, 80);
        schedule.graceful_stop_ns = rng_below(&rng, 80);
        schedule.start_ns = rng_below(&rng, 40);
        schedule.rate = 1 + (uint32_t)rng_below(&rng, 900000);
        schedule.start_rate = (uint32_t)rng_below(&rng, 900000);
        schedule.time_unit_ns = MS;
        schedule.pre_allocated_vus = 3;
        random_stages(&rng, &schedule, 100, schedule.executor->is_open ? 900000 : 30);
        if (schedule_check(&schedule, ignore, NULL) == 0) {
            checked++;
            check_next(&schedule);
        }
    }
    assert_true(checked > 500);
}

/* ---- arrival rates ---- */

static long double area(const struct schedule *schedule, uint64_t at_ns)
{
    long double sum = 0;
    long double from = schedule->start_rate;
    uint64_t begin = 0;
    for (size_t i = 0; i < schedule->stage_count && begin <= at_ns; i++) {
        long double d = (long double)schedule->stages[i].duration_ns;
        long double to = schedule->stages[i].target;
        long double x = (long double)(at_ns - begin);
        x = x > d ? d : x;
        if (d > 0) {
            /* A trapezium from the rate at the stage's begin to the rate at x. */
            sum += x * (from + (from + (to - from) * x / d)) / 2;
        }
        begin += schedule->stages[i].duration_ns;
        from = to;
    }
    return sum / (long double)schedule->time_unit_ns;
}

static void ramping_arrivals_are_the_integral_of_the_rate(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 37);
    unsigned checked = 0;
    for (unsigned round = 0; round < 2000; round++) {
        static const uint64_t units[] = { S, 60 * S, 3600 * S, MS, 7 * MS };
        struct schedule schedule;
        make(&schedule, "ramping-arrival-rate");
        schedule.pre_allocated_vus = 1;
        schedule.start_rate = (uint32_t)rng_below(&rng, 300);
        schedule.time_unit_ns = units[rng_below(&rng, COUNT_OF(units))];
        random_stages(&rng, &schedule, 600 * S, 2000);
        if (schedule_check(&schedule, ignore, NULL) > 0) {
            continue;
        }
        uint64_t length = schedule_end_ns(&schedule);
        for (unsigned i = 0; i < 20; i++) {
            uint64_t t = i == 0 ? length : rng_below(&rng, length + 1);
            long double want = area(&schedule, t);
            if (fabsl(want - roundl(want)) > 1e-6L) {
                assert_true((long double)point_at(&schedule, t).due == floorl(want));
                checked++;
            }
        }
        assert_int_equal(schedule_total(&schedule), point_at(&schedule, length).due);
    }
    assert_true(checked > 20000);
}

static void each_start_is_the_first_moment_at_which_it_is_due(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 41);
    for (unsigned round = 0; round < 1500; round++) {
        struct schedule schedule;
        bool ramping = round % 2 == 0;
        make(&schedule, ramping ? "ramping-arrival-rate" : "constant-arrival-rate");
        schedule.pre_allocated_vus = 1;
        schedule.start_ns = rng_below(&rng, 100 * S);
        schedule.start_rate = (uint32_t)rng_below(&rng, 300);
        schedule.rate = 1 + (uint32_t)rng_below(&rng, 3000);
        schedule.duration_ns = 1 + rng_below(&rng, 600 * S);
        random_stages(&rng, &schedule, 600 * S, 2000);
        if (schedule_check(&schedule, ignore, NULL) > 0) {
            continue;
        }
        uint64_t total = schedule_total(&schedule);
        assert_true(schedule_start_ns(&schedule, total) == SCHEDULE_NEVER);
        for (unsigned i = 0; i < 20 && total > 0; i++) {
            uint64_t number = i == 0 ? total - 1 : rng_below(&rng, total);
            uint64_t t = schedule_start_ns(&schedule, number);
            assert_true(t >= schedule.start_ns && t <= schedule_end_ns(&schedule));
            assert_true(point_at(&schedule, t).due >= number + 1);
            if (t > schedule.start_ns) {
                assert_true(point_at(&schedule, t - 1).due <= number);
            }
        }
    }
}

/* k6's own formula, in floating point as k6 has it, for one ramp. */
static double k6_start_ns(double from, double to, double d, double unit, double number)
{
    double a = from / unit;
    double b = to / unit;
    if (from == to) {
        return number / b;
    }
    double inside = d * (a * a * d + 2 * number * (b - a));
    return (a * d - sqrt(inside < 0 ? 0 : inside)) / (a - b);
}

static void ramping_starts_agree_with_k6s_formula(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 43);
    for (unsigned round = 0; round < 500; round++) {
        struct schedule schedule;
        make(&schedule, "ramping-arrival-rate");
        schedule.start_rate = (uint32_t)rng_below(&rng, 200);
        uint32_t to = round % 5 == 0 ? schedule.start_rate : (uint32_t)rng_below(&rng, 200);
        uint64_t d = S + rng_below(&rng, 120 * S);
        add_stage(&schedule, d, to);
        uint64_t total = schedule_total(&schedule);
        for (uint64_t number = 0; number < total; number += 1 + total / 17) {
            double want = k6_start_ns(schedule.start_rate, to, (double)d, 1e9, (double)number + 1);
            double got = (double)schedule_start_ns(&schedule, number);
            /* 20 µs: k6's root cancels at a ramp's foot. */
            assert_true(fabs(got - want) <= 20000);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ramping_vus_follows_k6s_steps_at_every_nanosecond),
        cmocka_unit_test(the_linear_ramp_holds_at_the_scale_of_minutes),
        cmocka_unit_test(nothing_changes_before_the_next_moment),
        cmocka_unit_test(ramping_arrivals_are_the_integral_of_the_rate),
        cmocka_unit_test(each_start_is_the_first_moment_at_which_it_is_due),
        cmocka_unit_test(ramping_starts_agree_with_k6s_formula),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
