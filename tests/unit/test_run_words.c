/* The words a part of a full run is called with. */
#include "tests/unit/test.h"

#include <string.h>

#include "cli/run_words.h"

static const struct option_list hosts = { { "chat.example" }, 1 };
static const struct suite_plan plan = {
    .client_url = "http://chat.example:3000",
    .api_url = "http://chat.example:8000",
    .data_dir = "data",
    .messages = "50,150",
    .allowed_hosts = &hosts,
    .database = { .url = "postgresql://tms:swordfish@127.0.0.1/tms", .seed = 4, .reactions = 9 },
    .quick = true,
};

static const struct run_part *part(const char *name)
{
    for (size_t i = 0; i < run_part_count; i++) {
        if (strcmp(run_parts[i].name, name) == 0) {
            return &run_parts[i];
        }
    }
    fail_msg("there is no part %s", name);
    return NULL;
}

static bool has(const struct child_words *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++) {
        if (strcmp(words->word[i], word) == 0) {
            return true;
        }
    }
    return false;
}

static void add(const struct suite_plan *with, const struct run_state *state, bool database,
                const char *name, struct child_words *words)
{
    char dir[] = "runs/x-run";
    const struct result_run run = { .dir = dir };
    const struct run_words_input input = { with, &run, state, database };
    run_words_add(&input, part(name), words);
}

static void a_load_puts_the_state_back_where_it_can(void **state)
{
    (void)state;
    static const struct {
        bool database;
    } cases[] = { { true }, { false } };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct child_words words = { NULL, 0, 0 };
        struct run_state none;
        memset(&none, 0, sizeof none);
        add(&plan, &none, cases[i].database, "media", &words);
        assert_string_equal(words.word[0], "stress");
        assert_string_equal(words.word[1], "media");
        assert_true(has(&words, "--api-url=http://chat.example:8000"));
        assert_true(has(&words, "--runs-dir=runs/x-run/media.making"));
        assert_true(has(&words, "--allow-host=chat.example"));
        assert_true(has(&words, "--no-thresholds"));
        assert_int_equal(has(&words, "--reset"), cases[i].database);
        assert_int_equal(has(&words, "--seeded-seed=4"), cases[i].database);
        assert_int_equal(has(&words, "--seeded-reactions=9"), cases[i].database);
        child_words_release(&words);
    }
}

static void a_full_run_keeps_the_workloads_own_shape(void **state)
{
    (void)state;
    struct suite_plan full = plan;
    struct child_words words = { NULL, 0, 0 };
    struct run_state none;
    memset(&none, 0, sizeof none);
    full.quick = false;
    add(&full, &none, false, "poll-vote", &words);
    assert_false(has(&words, "--stage"));
    assert_false(has(&words, "--no-thresholds"));
    child_words_release(&words);
}

static void nothing_secret_is_ever_a_word(void **state)
{
    (void)state;
    for (size_t i = 0; i < run_part_count; i++) {
        struct child_words words = { NULL, 0, 0 };
        struct run_state none;
        memset(&none, 0, sizeof none);
        add(&plan, &none, true, run_parts[i].name, &words);
        for (size_t k = 0; k < words.count; k++) {
            assert_null(strstr(words.word[k], "swordfish"));
            assert_null(strstr(words.word[k], "--database-url"));
        }
        child_words_release(&words);
    }
}

static void the_report_is_of_the_parts_that_have_a_directory(void **state)
{
    (void)state;
    struct child_words words = { NULL, 0, 0 };
    struct run_state some;
    memset(&some, 0, sizeof some);
    some.part[part("files") - run_parts].has_dir = true;
    add(&plan, &some, true, "report", &words);
    assert_string_equal(words.word[0], "report");
    assert_true(has(&words, "--output=runs/x-run/report.html"));
    assert_true(has(&words, "runs/x-run/files"));
    assert_false(has(&words, "runs/x-run/media"));
    child_words_release(&words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_load_puts_the_state_back_where_it_can),
        cmocka_unit_test(a_full_run_keeps_the_workloads_own_shape),
        cmocka_unit_test(nothing_secret_is_ever_a_word),
        cmocka_unit_test(the_report_is_of_the_parts_that_have_a_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
