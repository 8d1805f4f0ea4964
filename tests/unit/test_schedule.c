#include "tests/unit/schedules.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void constant_arrivals_are_evenly_spaced_from_the_first_moment(void **state)
{
    (void)state;
    struct schedule schedule;
    make(&schedule, "constant-arrival-rate");
    schedule.rate = 100;
    schedule.duration_ns = 5 * S;
    schedule.pre_allocated_vus = 50;
    schedule.max_vus = 500;
    assert_int_equal(schedule_total(&schedule), 500);
    assert_int_equal(schedule_start_ns(&schedule, 0), 0);
    assert_int_equal(schedule_start_ns(&schedule, 1), 10 * MS);
    assert_int_equal(schedule_start_ns(&schedule, 499), 4990 * MS);
    assert_int_equal(point_at(&schedule, 0).due, 1);
    assert_int_equal(point_at(&schedule, 10 * MS - 1).due, 1);
    assert_int_equal(point_at(&schedule, 10 * MS).due, 2);
    assert_int_equal(point_at(&schedule, 60 * S).due, 500);
    assert_int_equal(schedule_first_vus(&schedule), 50);
    assert_int_equal(schedule_most_vus(&schedule), 500);
    assert_int_equal(schedule_hard_end_ns(&schedule), 35 * S);
    /* 7 a minute: 60/7 s apart, rounded up to the nanosecond. */
    schedule.rate = 7;
    schedule.time_unit_ns = 60 * S;
    schedule.duration_ns = 30 * S;
    assert_int_equal(schedule_total(&schedule), 4);
    assert_int_equal(schedule_start_ns(&schedule, 1), UINT64_C(8571428572));
    assert_int_equal(schedule_start_ns(&schedule, 3), UINT64_C(25714285715));
}

static void the_response_time_shape_starts_7965_iterations(void **state)
{
    (void)state;
    struct schedule schedule;
    make(&schedule, "ramping-arrival-rate");
    schedule.start_rate = 1;
    schedule.start_ns = 15 * S;
    schedule.pre_allocated_vus = 10;
    add_stage(&schedule, 30 * S, 10);  /* 165 */
    add_stage(&schedule, 60 * S, 50);  /* 1,800 */
    add_stage(&schedule, 60 * S, 100); /* 4,500 */
    add_stage(&schedule, 30 * S, 0);   /* 1,500 */
    assert_int_equal(schedule_total(&schedule), 7965);
    assert_int_equal(point_at(&schedule, 14 * S).due, 0);
    assert_int_equal(point_at(&schedule, 45 * S).due, 165);
    assert_int_equal(point_at(&schedule, 105 * S).due, 1965);
    assert_int_equal(point_at(&schedule, 165 * S).due, 6465);
    assert_int_equal(point_at(&schedule, 195 * S).due, 7965);
    /* x + 0.15·x² = 1 at x = 0.8830…: nothing starts at once. */
    assert_true(fabs((double)schedule_start_ns(&schedule, 0) - 15.8830368802e9) < 1e4);
}

/* ---- hand-computed closed shapes ---- */

static void the_poll_vote_shape_has_these_vus(void **state)
{
    (void)state;
    static const struct {
        uint64_t at_ms;
        uint32_t active;
    } cases[] = {
        { 0, 0 },      { 999, 0 },     { 1000, 1 },    { 5000, 5 },   { 9999, 9 },    { 10000, 10 },
        { 20000, 20 }, { 29999, 29 },  { 30000, 30 },  { 45000, 40 }, { 60000, 50 },  { 75000, 75 },
        { 89999, 99 }, { 90000, 100 }, { 90199, 100 }, { 90200, 99 }, { 100000, 50 }, { 109799, 2 },
        { 109800, 1 }, { 109999, 1 },  { 110000, 0 },  { 139999, 0 },
    };
    struct schedule schedule;
    make(&schedule, "ramping-vus");
    schedule.start_vus = 0;
    add_stage(&schedule, 10 * S, 10);
    add_stage(&schedule, 20 * S, 30);
    add_stage(&schedule, 30 * S, 50);
    add_stage(&schedule, 30 * S, 100);
    add_stage(&schedule, 20 * S, 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(point_at(&schedule, cases[i].at_ms * MS).active_vus, cases[i].active);
    }
    assert_int_equal(schedule_most_vus(&schedule), 100);
    assert_int_equal(schedule_first_vus(&schedule), 100);
    assert_true(schedule_total(&schedule) == SCHEDULE_NEVER);
    /* The VU that left at 90.2 s may run until 120.2 s; those of the end until 140 s, by which time
     * only the last one's 30 s are not over. */
    assert_int_equal(point_at(&schedule, 120199 * MS).allowed_vus, 100);
    assert_int_equal(point_at(&schedule, 120200 * MS).allowed_vus, 99);
    assert_int_equal(point_at(&schedule, 139999 * MS).allowed_vus, 1);
    assert_true(point_at(&schedule, 140000 * MS).over);
}

static void constant_vus_hold_to_the_end_and_then_have_their_grace(void **state)
{
    (void)state;
    struct schedule schedule;
    make(&schedule, "constant-vus");
    schedule.vus = 20;
    schedule.start_ns = 70 * S;
    schedule.duration_ns = 90 * S;
    static const struct {
        uint64_t at_s;
        uint64_t next_s;
        uint32_t active;
        uint32_t allowed;
    } cases[] = { { 0, 70, 0, 0 },      { 69, 70, 0, 0 },    { 70, 160, 20, 20 },
                  { 159, 160, 20, 20 }, { 160, 190, 0, 20 }, { 189, 190, 0, 20 } };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct schedule_point point = point_at(&schedule, cases[i].at_s * S);
        assert_int_equal(point.active_vus, cases[i].active);
        assert_int_equal(point.allowed_vus, cases[i].allowed);
        assert_int_equal(point.next_ns, cases[i].next_s * S);
        assert_int_equal(point.due, 0);
        assert_false(point.over);
    }
    struct schedule_point point = point_at(&schedule, 190 * S);
    assert_true(point.over);
    assert_int_equal(point.allowed_vus, 0);
    point = point_at(&schedule, 100 * S);
    assert_true(schedule_may_start(&schedule, &point, 19, 1000000, 1000000));
    assert_false(schedule_may_start(&schedule, &point, 20, 0, 0));
}

static void iterations_end_per_vu_or_in_all(void **state)
{
    (void)state;
    struct schedule schedule;
    make(&schedule, "per-vu-iterations");
    schedule.vus = 5;
    schedule.iterations = 4;
    struct schedule_point point = point_at(&schedule, 0);
    assert_int_equal(schedule_total(&schedule), 20);
    assert_int_equal(schedule_end_ns(&schedule), 600 * S);
    assert_true(schedule_may_start(&schedule, &point, 4, 3, 19));
    assert_false(schedule_may_start(&schedule, &point, 4, 4, 10));
    assert_false(schedule_may_start(&schedule, &point, 5, 0, 0));
    make(&schedule, "shared-iterations");
    schedule.vus = 5;
    schedule.iterations = 23;
    point = point_at(&schedule, 0);
    assert_int_equal(schedule_total(&schedule), 23);
    assert_true(schedule_may_start(&schedule, &point, 0, 20, 22));
    assert_false(schedule_may_start(&schedule, &point, 0, 20, 23));
    point = point_at(&schedule, 600 * S);
    assert_false(schedule_may_start(&schedule, &point, 0, 0, 0));
}

static void an_arrival_without_a_free_vu_is_dropped_and_makes_one_more(void **state)
{
    (void)state;
    struct schedule schedule;
    make(&schedule, "constant-arrival-rate");
    schedule.pre_allocated_vus = 2;
    schedule.max_vus = 3;
    struct schedule_arrival arrival = schedule_arrival(&schedule, 1, 2);
    assert_true(arrival.run && !arrival.drop && !arrival.add_vu);
    arrival = schedule_arrival(&schedule, 0, 2);
    assert_true(!arrival.run && arrival.drop && arrival.add_vu);
    arrival = schedule_arrival(&schedule, 0, 3);
    assert_true(!arrival.run && arrival.drop && !arrival.add_vu);
    schedule.max_vus = 0;
    arrival = schedule_arrival(&schedule, 0, 2);
    assert_true(arrival.drop && !arrival.add_vu);
}

static void jitter_is_even_and_the_same_for_the_same_seed(void **state)
{
    (void)state;
    struct schedule schedule;
    double sum = 0;
    make(&schedule, "constant-vus");
    assert_int_equal(schedule_jitter_ns(&schedule, 3), 0);
    schedule.jitter_ns = S;
    schedule.jitter_seed = 5;
    for (uint32_t vu = 0; vu < 1000; vu++) {
        uint64_t one = schedule_jitter_ns(&schedule, vu);
        assert_true(one < S);
        assert_int_equal(one, schedule_jitter_ns(&schedule, vu));
        sum += (double)one;
    }
    assert_true(fabs(sum / 1000 - 0.5e9) < 0.03e9); /* 3.3 standard errors of 9.1e6 */
    uint64_t first = schedule_jitter_ns(&schedule, 0);
    schedule.jitter_seed = 6;
    assert_true(first != schedule_jitter_ns(&schedule, 0));
}

static uint64_t count_share(uint64_t count, uint32_t part, uint32_t parts)
{
    uint64_t own = 0;
    for (uint64_t i = 0; i < count; i++) {
        own += i % parts == part;
    }
    return own;
}

static void a_share_is_what_counting_gives(void **state)
{
    (void)state;
    for (uint64_t count = 0; count < 50; count++) {
        for (uint32_t parts = 1; parts < 9; parts++) {
            for (uint32_t part = 0; part < parts; part++) {
                uint64_t want = count_share(count, part, parts);
                assert_int_equal(schedule_share(count, part, parts), want);
            }
        }
    }
}

/* ---- mistakes ---- */

struct heard {
    char text[1024];
};

static void hear(void *arg, const char *field, const char *sentence)
{
    struct heard *heard = arg;
    size_t used = strlen(heard->text);
    (void)snprintf(heard->text + used, sizeof heard->text - used, "%s %s; ", field, sentence);
}

static void all_mistakes_are_named_at_once(void **state)
{
    (void)state;
    struct schedule schedule;
    struct heard heard = { "" };
    make(&schedule, "constant-arrival-rate");
    schedule.time_unit_ns = 0;
    schedule.start_ns = SCHEDULE_DURATION_MAX_NS + 1;
    assert_int_equal(schedule_check(&schedule, hear, &heard), 5);
    assert_string_equal(heard.text, "rate must be 1 to 1000000, not 0; "
                                    "duration must be longer than 0; "
                                    "timeUnit must be 1ms or more; "
                                    "startTime must be 168h or less; "
                                    "preAllocatedVUs must be 1 or more where there is no maxVUs; ");
}

static void each_mistake_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *executor;
        const char *want;
        struct schedule_stage stage[2];
        size_t stages;
        uint64_t iterations;
        uint32_t vus;
        uint32_t start_vus;
        uint32_t pre_allocated_vus;
        uint32_t max_vus;
    } cases[] = {
        { "constant-vus", "vus must be 1 to 100000, not 0", { { 0 } }, 0, 1, 0, 1, 0, 0 },
        { "per-vu-iterations", "iterations must be 1", { { 0 } }, 0, 0, 1, 1, 0, 0 },
        { "shared-iterations", "at least one for each of the 9", { { 0 } }, 0, 8, 9, 1, 0, 0 },
        { "ramping-vus", "stages must be 1 to 64, not 0", { { 0 } }, 0, 1, 1, 1, 0, 0 },
        { "ramping-vus", "stages must last longer than 0", { { 0, 5 } }, 1, 1, 1, 1, 0, 0 },
        { "ramping-vus", "stages need one target", { { S, 0 } }, 1, 1, 1, 0, 0, 0 },
        { "ramping-vus", "stage 2: target must", { { S, 0 }, { S, 100001 } }, 2, 1, 1, 0, 0, 0 },
        { "ramping-vus",
          "must last 168h or less",
          { { 600000 * S, 1 }, { 4801 * S, 1 } },
          2,
          1,
          1,
          0,
          0,
          0 },
        { "ramping-vus",
          "must last 168h or less",
          { { UINT64_MAX, 1 }, { 2, 1 } },
          2,
          1,
          1,
          0,
          0,
          0 },
        { "ramping-arrival-rate", "stages need one target", { { S, 0 } }, 1, 1, 1, 1, 1, 0 },
        { "ramping-arrival-rate", "at least preAllocatedVUs (5)", { { S, 1 } }, 1, 1, 1, 1, 5, 4 },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct schedule schedule;
        struct heard heard = { "" };
        make(&schedule, cases[i].executor);
        schedule.duration_ns = S;
        schedule.rate = 1;
        schedule.vus = cases[i].vus;
        schedule.iterations = cases[i].iterations;
        schedule.start_vus = cases[i].start_vus;
        schedule.pre_allocated_vus = cases[i].pre_allocated_vus;
        schedule.max_vus = cases[i].max_vus;
        schedule.stage_count = cases[i].stages;
        memcpy(schedule.stages, cases[i].stage, sizeof cases[i].stage);
        assert_int_equal(schedule_check(&schedule, hear, &heard), 1);
        if (strstr(heard.text, cases[i].want) == NULL) {
            fail_msg("%s, not %s", heard.text, cases[i].want);
        }
    }
}

static void executors_and_fields_are_found_by_k6s_names(void **state)
{
    (void)state;
    size_t count = 0;
    const struct executor *const *table = executor_table(&count);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(executor_find(table[i]->name), table[i]);
        assert_int_equal(table[i]->required & table[i]->optional, 0);
        assert_int_equal(table[i]->is_open, table[i]->start_ns != NULL);
    }
    assert_null(executor_find("constant"));
    assert_null(executor_find("externally-controlled"));
    for (unsigned bit = 0; bit < 15; bit++) {
        enum schedule_field field = (enum schedule_field)(1U << bit);
        enum schedule_field found = SCHEDULE_FIELD_VUS;
        assert_true(schedule_field_from_name(schedule_field_name(field), &found));
        assert_int_equal(found, field);
    }
    enum schedule_field found = SCHEDULE_FIELD_VUS;
    assert_false(schedule_field_from_name("VUs", &found));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constant_arrivals_are_evenly_spaced_from_the_first_moment),
        cmocka_unit_test(the_response_time_shape_starts_7965_iterations),
        cmocka_unit_test(the_poll_vote_shape_has_these_vus),
        cmocka_unit_test(constant_vus_hold_to_the_end_and_then_have_their_grace),
        cmocka_unit_test(iterations_end_per_vu_or_in_all),
        cmocka_unit_test(an_arrival_without_a_free_vu_is_dropped_and_makes_one_more),
        cmocka_unit_test(jitter_is_even_and_the_same_for_the_same_seed),
        cmocka_unit_test(a_share_is_what_counting_gives),
        cmocka_unit_test(all_mistakes_are_named_at_once),
        cmocka_unit_test(each_mistake_is_found),
        cmocka_unit_test(executors_and_fields_are_found_by_k6s_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
