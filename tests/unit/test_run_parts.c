/* The parts of a full run: which are chosen, what the plan says, and that its times can be true. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "backend/overrides.h"
#include "backend/workload.h"
#include "base/num.h"
#include "cli/run_parts.h"

static size_t index_of(const char *name)
{
    for (size_t i = 0; i < run_part_count; i++) {
        if (strcmp(run_parts[i].name, name) == 0) {
            return i;
        }
    }
    fail_msg("there is no part %s", name);
    return 0;
}

static void choose(const char *only, const char *skip, bool wanted[RUN_PARTS_MAX])
{
    struct option_list only_list = { .count = 0 };
    struct option_list skip_list = { .count = 0 };
    struct err_msg msg = { "" };
    if (only != NULL) {
        only_list.item[only_list.count++] = only;
    }
    if (skip != NULL) {
        skip_list.item[skip_list.count++] = skip;
    }
    assert_int_equal(run_parts_choose(&only_list, &skip_list, wanted, &msg), ERR_OK);
}

static void the_order_is_the_suites(void **state)
{
    (void)state;
    static const char *const order[] = { "health",    "seed",        "websocket", "message-send",
                                         "poll-vote", "reset-votes", "reactions", "media",
                                         "files",     "browser",     "report" };
    for (size_t i = 1; i < COUNT_OF(order); i++) {
        assert_true(index_of(order[i - 1]) < index_of(order[i]));
    }
}

static void all_parts_are_wanted_unless_said_otherwise(void **state)
{
    (void)state;
    bool wanted[RUN_PARTS_MAX];
    choose(NULL, NULL, wanted);
    for (size_t i = 0; i < run_part_count; i++) {
        assert_true(wanted[i]);
    }
}

static void only_takes_the_frame_along(void **state)
{
    (void)state;
    bool wanted[RUN_PARTS_MAX];
    choose("poll-vote,browser", NULL, wanted);
    assert_true(wanted[index_of("poll-vote")]);
    assert_true(wanted[index_of("browser")]);
    assert_true(wanted[index_of("health")]);
    assert_true(wanted[index_of("seed")]);
    assert_true(wanted[index_of("report")]);
    assert_false(wanted[index_of("media")]);
    assert_false(wanted[index_of("reset")]);
}

static void skip_wins_over_only(void **state)
{
    (void)state;
    bool wanted[RUN_PARTS_MAX];
    choose("poll-vote,media", "media,seed", wanted);
    assert_true(wanted[index_of("poll-vote")]);
    assert_false(wanted[index_of("media")]);
    assert_false(wanted[index_of("seed")]);
}

static void a_word_that_is_no_part_is_refused_with_the_nearest(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        const char *want;
    } cases[] = {
        { "poll-votes", "--only poll-votes: there is no such part; did you mean \"poll-vote\"?" },
        { "media,", "--only : there is no such part" },
        { "", "--only : there is no such part" },
        { "Media", "did you mean \"media\"?" },
        { "everything at once", "--only everything at once: there is no such part; --plan" },
    };
    const struct option_list none = { .count = 0 };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool wanted[RUN_PARTS_MAX];
        struct err_msg msg = { "" };
        const struct option_list list = { { cases[i].word }, 1 };
        assert_int_equal(run_parts_choose(&list, &none, wanted, &msg), ERR_USAGE);
        assert_non_null(strstr(msg.text, cases[i].want));
    }
}

static void times_are_told_in_minutes_from_a_minute_on(void **state)
{
    (void)state;
    static const struct {
        unsigned seconds;
        const char *want;
    } cases[] = { { 0, "0 s" }, { 59, "59 s" }, { 60, "1 min 0 s" }, { 725, "12 min 5 s" } };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct strbuf text = STRBUF_INIT;
        run_parts_add_time(&text, cases[i].seconds);
        assert_string_equal(strbuf_text(&text), cases[i].want);
        strbuf_release(&text);
    }
}

static void a_quick_run_is_planned_under_five_minutes(void **state)
{
    (void)state;
    unsigned total = 0;
    unsigned quick = 0;
    for (size_t i = 0; i < run_part_count; i++) {
        total += run_parts[i].seconds;
        quick += run_parts[i].quick_seconds;
        assert_true(run_parts[i].quick_seconds <= run_parts[i].seconds);
    }
    assert_true(quick < 300);
    assert_true(total < 1800);
}

static void the_plan_tells_every_wanted_part_and_how_it_is_shortened(void **state)
{
    (void)state;
    bool wanted[RUN_PARTS_MAX];
    struct strbuf text = STRBUF_INIT;
    choose("poll-vote", "report", wanted);
    run_parts_plan(wanted, true, &text);
    assert_non_null(strstr(strbuf_text(&text), "\npoll-vote "));
    assert_non_null(strstr(strbuf_text(&text), "shortened to --stage 4s:15"));
    assert_null(strstr(strbuf_text(&text), "\nreport "));
    assert_null(strstr(strbuf_text(&text), "\nmedia "));
    assert_non_null(strstr(strbuf_text(&text), "\nin all "));
    strbuf_clear(&text);
    run_parts_plan(wanted, false, &text);
    assert_null(strstr(strbuf_text(&text), "shortened"));
    strbuf_release(&text);
}

/* The longest that the workload's shape takes, in seconds. */
static double shape_s(const struct run_part *part, bool quick)
{
    struct workload *workload = NULL;
    struct strbuf mistakes = STRBUF_INIT;
    struct err_msg msg = { "" };
    struct option_list stages = { .count = 0 };
    struct overrides overrides = { .stages = &stages };
    double longest = 0;
    assert_int_equal(workload_load(part->words[1], &workload, &mistakes, &msg), ERR_OK);
    for (size_t i = 0; quick && part->quick_words[i] != NULL; i++) {
        const char *word = part->quick_words[i];
        const char *value = part->quick_words[i + 1];
        if (strcmp(word, "--vus") == 0) {
            assert_true(num_parse_u64(value, &overrides.vus));
        } else if (strcmp(word, "--duration") == 0) {
            assert_true(num_parse_duration_ms(value, &overrides.duration_ms));
            overrides.has_duration = true;
        } else if (strcmp(word, "--stage") == 0) {
            stages.item[stages.count++] = value;
        }
    }
    assert_int_equal(overrides_apply(&overrides, workload, &msg), ERR_OK);
    for (size_t i = 0; i < workload->scenario_count; i++) {
        double end_s = (double)workload_end_ns(workload, i) / 1e9;
        longest = end_s > longest ? end_s : longest;
    }
    workload_free(workload);
    strbuf_release(&mistakes);
    return longest;
}

static void the_times_leave_room_for_shape_and_baseline(void **state)
{
    (void)state;
    for (size_t i = 0; i < run_part_count; i++) {
        const struct run_part *part = &run_parts[i];
        if (part->kind != RUN_STRESS || !run_part_is_there(part)) {
            continue;
        }
        double full = shape_s(part, false);
        double quick = shape_s(part, true);
        if (full > part->seconds || part->seconds > full + 90) {
            fail_msg("%s: the shape takes %.0f s, the table says %u", part->name, full,
                     part->seconds);
        }
        if (quick > part->quick_seconds || part->quick_seconds > quick + 60) {
            fail_msg("%s: the quick shape takes %.0f s, the table says %u", part->name, quick,
                     part->quick_seconds);
        }
    }
}

static void a_finding_counts_when_a_wanted_part_needs_it(void **state)
{
    (void)state;
    static const struct {
        const char *only;
        const char *skip;
        const char *check;
        bool want;
    } cases[] = {
        { NULL, NULL, "client", true },          { NULL, NULL, "browser", true },
        { "browser", NULL, "browser", true },    { "poll-vote", NULL, "client", false },
        { "poll-vote", NULL, "browser", false }, { NULL, "browser", "browser", false },
        { "poll-vote", NULL, "server", true },   { "poll-vote", NULL, "database", true },
        { "poll-vote", NULL, "login", false }, /* seeding, which --only keeps, mends it */
        { "poll-vote", "seed", "login", true },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool wanted[RUN_PARTS_MAX];
        choose(cases[i].only, cases[i].skip, wanted);
        if (run_parts_need(wanted, cases[i].check) != cases[i].want) {
            fail_msg("case %zu: %s", i, cases[i].check);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_is_the_suites),
        cmocka_unit_test(all_parts_are_wanted_unless_said_otherwise),
        cmocka_unit_test(only_takes_the_frame_along),
        cmocka_unit_test(skip_wins_over_only),
        cmocka_unit_test(a_word_that_is_no_part_is_refused_with_the_nearest),
        cmocka_unit_test(times_are_told_in_minutes_from_a_minute_on),
        cmocka_unit_test(a_quick_run_is_planned_under_five_minutes),
        cmocka_unit_test(the_plan_tells_every_wanted_part_and_how_it_is_shortened),
        cmocka_unit_test(a_finding_counts_when_a_wanted_part_needs_it),
        cmocka_unit_test(the_times_leave_room_for_shape_and_baseline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
