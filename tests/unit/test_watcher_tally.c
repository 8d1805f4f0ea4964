/* What samples add up to: time waited, targets that are one row, longest statements, lines. */
#include "tests/unit/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "backend/watcher_tally.h"
#include "base/mem.h"

static const char vote[] = "SELECT id FROM polls WHERE id = 'p1' FOR UPDATE";

/* A sample of `voters` sessions (pids from 11) that wait for the row at `tuple`, held by 10. */
struct scene {
    struct watch_sample sample;
    struct watch_session session[8];
    struct lock_row lock[16];
};

static void add_session(struct scene *scene, int pid, enum session_state state, const char *text)
{
    struct watch_sample *sample = &scene->sample;
    sample->session = scene->session;
    scene->session[sample->session_count++] = (struct watch_session){
        .pid = pid,
        .state = state,
        .client = true,
        .waiting = pid > 10,
        .statement_ms = pid,
        .state_ms = 3 * pid,
        .statement = text,
    };
    sample->state[state]++;
    sample->connections++;
}

static void add_lock(struct scene *scene, struct lock_row lock)
{
    scene->sample.lock = scene->lock;
    scene->lock[scene->sample.lock_count++] = lock;
}

static void set_scene(struct scene *scene, double at_s, double dt_s, int voters, uint32_t tuple)
{
    *scene = (struct scene){ .sample = { .at_s = at_s, .dt_s = dt_s, .query_ms = 2, .idle = 3 } };
    scene->sample.connections = 3;
    add_session(scene, 10, SESSION_IDLE_IN_TRANSACTION, "SELECT 'held'");
    add_lock(scene, (struct lock_row){ .pid = 10,
                                       .tag = { .type = LOCK_TRANSACTION, .transaction = 5 },
                                       .mode = 7,
                                       .granted = true });
    for (int i = 0; i < voters; i++) {
        const struct lock_tag row = { .type = LOCK_TUPLE, .relation = 77, .tuple = tuple };
        const struct lock_tag holder = { .type = LOCK_TRANSACTION, .transaction = 5 };
        add_session(scene, 11 + i, SESSION_ACTIVE, vote);
        add_lock(scene, (struct lock_row){ .pid = 11 + i,
                                           .tag = row,
                                           .mode = 7,
                                           .granted = i == 0,
                                           .waited_ms = i == 0 ? 0 : 100,
                                           .relation = "public.polls" });
        if (i == 0) {
            add_lock(scene,
                     (struct lock_row){ .pid = 11, .tag = holder, .mode = 5, .waited_ms = 150 });
        }
    }
}

static void assert_near(double got, double want)
{
    if (!(fabs(got - want) < 1e-6)) {
        fail_msg("got %.9g, want %.9g", got, want);
    }
}

static void time_waited_is_sessions_times_the_time_between_samples(void **state)
{
    struct watcher_tally tally = { .pool_limit = 6 };
    struct scene scene;
    (void)state;
    set_scene(&scene, 0.1, 0.1, 3, 4);
    watcher_tally_add(&tally, &scene.sample);
    set_scene(&scene, 0.4, 0.3, 1, 4);
    watcher_tally_add(&tally, &scene.sample);
    set_scene(&scene, 0.5, 0.1, 0, 4);
    watcher_tally_add(&tally, &scene.sample);
    assert_int_equal(tally.samples, 3);
    assert_near(tally.seconds, 0.5);
    assert_int_equal(tally.waiters_max, 3);
    assert_int_equal(tally.samples_with_waiters, 2);
    assert_near(tally.waited_s, 0.6);
    assert_near(tally.type[LOCK_TUPLE].waited_s, 0.2);
    assert_near(tally.type[LOCK_TRANSACTION].waited_s, 0.4);
    assert_int_equal(tally.type[LOCK_TUPLE].waiters_max, 2);
    assert_int_equal(tally.target_count, 1);
    assert_near(tally.target[0].waited_s, 0.6);
    assert_int_equal(tally.target[0].waiters_max, 3);
    assert_string_equal(tally.target[0].relation, "polls");
    assert_string_equal(tally.target[0].statement, "SELECT id FROM polls WHERE id = ? FOR UPDATE");
    assert_string_equal(tally.target[0].blocker, "SELECT ?");
    assert_int_equal(tally.connections_max, 7);
    assert_int_equal(tally.active_max, 3);
    assert_near(tally.at_limit_s, 0.1); /* seven of six in the first sample alone */
    assert_near(tally.waiting.ms, 150);
    assert_near(tally.idle_in_transaction.ms, 30);
    assert_near(tally.running.ms, 0); /* who waits does not run */
    assert_int_equal(tally.line_count, 3);
    assert_int_equal(tally.line[0].waiters, 3);
    assert_int_equal(tally.line[2].waiters, 0);
    assert_near(watcher_tally_query_ms_med(&tally), 2);
    assert_int_equal(tally.trees, 2);
    watcher_tally_release(&tally);
}

static void a_tree_is_kept_once_while_it_stays_the_same(void **state)
{
    struct watcher_tally tally = { .samples = 0 };
    struct scene scene;
    (void)state;
    for (int i = 0; i < 4; i++) {
        set_scene(&scene, 0.1 * i, 0.1, i < 3 ? 2 : 3, 4);
        watcher_tally_add(&tally, &scene.sample);
    }
    assert_int_equal(tally.trees, 2);
    assert_int_equal(tally.wait_count, 5);
    assert_true(tally.wait[1].last_of_tree && !tally.wait[0].last_of_tree);
    for (size_t i = 0; i < tally.wait_count; i++) {
        assert_int_equal(tally.wait[i].blocker, tally.wait[i].pid == 11 ? 10 : 11);
        assert_int_equal(tally.wait[i].target, 0);
    }
    watcher_tally_release(&tally);
}

/* The row moved to another place of the table: two targets until their ids show that it is one. */
static void targets_that_are_the_same_row_are_joined(void **state)
{
    struct watcher_tally tally = { .samples = 0 };
    struct scene scene;
    (void)state;
    set_scene(&scene, 0.1, 0.1, 1, 4);
    watcher_tally_add(&tally, &scene.sample);
    set_scene(&scene, 0.2, 0.1, 3, 9);
    watcher_tally_add(&tally, &scene.sample);
    set_scene(&scene, 0.3, 0.1, 2, 8);
    watcher_tally_add(&tally, &scene.sample);
    assert_int_equal(tally.target_count, 3);
    static const char *const ids[] = { "p1", "p1", "p2" };
    for (size_t i = 0; i < 3; i++) {
        struct watch_target *target = watcher_tally_unresolved(&tally);
        assert_non_null(target);
        target->looked_up = true;
        target->row = mem_dup_str(ids[target->tag.tuple == 8 ? 2 : 0]);
    }
    assert_null(watcher_tally_unresolved(&tally));
    watcher_tally_settle(&tally);
    assert_int_equal(tally.target_count, 2);
    assert_string_equal(tally.target[0].row, "p1");
    assert_near(tally.target[0].waited_s, 0.4);
    assert_int_equal(tally.target[0].waiters_max, 3);
    assert_string_equal(tally.target[1].row, "p2");
    static const uint32_t targets[] = { 0, 0, 0, 0, 1, 1 };
    assert_int_equal(tally.wait_count, COUNT_OF(targets));
    for (size_t i = 0; i < COUNT_OF(targets); i++) {
        assert_int_equal(tally.wait[i].target, targets[i]);
    }
    watcher_tally_release(&tally);
}

static void a_place_is_asked_for_anew_after_a_while(void **state)
{
    struct watcher_tally tally = { .samples = 0 };
    struct scene scene;
    (void)state;
    set_scene(&scene, 0.1, 0.1, 1, 4);
    watcher_tally_add(&tally, &scene.sample);
    set_scene(&scene, 1.9, 0.1, 1, 4);
    watcher_tally_add(&tally, &scene.sample);
    assert_int_equal(tally.target_count, 1);
    set_scene(&scene, 4.0, 0.1, 1, 4);
    watcher_tally_add(&tally, &scene.sample);
    assert_int_equal(tally.target_count, 2);
    watcher_tally_release(&tally);
}

static void other_locks_have_their_names(void **state)
{
    static const struct {
        struct lock_tag tag;
        const char *relation;
        enum target_kind kind;
        const char *name;
        const char *key;
    } cases[] = {
        { { .type = LOCK_ADVISORY,
            .class_id = 0xf0a1b2c3,
            .object_id = 0xd4e54f60,
            .subobject = 1 },
          NULL,
          TARGET_ADVISORY,
          NULL,
          "-1107407479196266656" },
        { { .type = LOCK_ADVISORY, .class_id = 7, .object_id = 0xffffffff, .subobject = 2 },
          NULL,
          TARGET_ADVISORY,
          NULL,
          "7,-1" },
        { { .type = LOCK_RELATION, .relation = 5 }, "\"Users\"", TARGET_RELATION, "Users", NULL },
        { { .type = LOCK_TRANSACTION, .transaction = 9 }, NULL, TARGET_ROW, "polls", NULL },
        { { .type = LOCK_VIRTUAL, .transaction = 9 }, NULL, TARGET_OTHER, NULL, NULL },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct watcher_tally tally = { .samples = 0 };
        struct scene scene = { .sample = { .at_s = 1, .dt_s = 0.1 } };
        add_session(&scene, 11, SESSION_ACTIVE, vote);
        add_lock(&scene,
                 (struct lock_row){
                     .pid = 11, .tag = cases[i].tag, .mode = 7, .relation = cases[i].relation });
        watcher_tally_add(&tally, &scene.sample);
        assert_int_equal(tally.target_count, 1);
        const struct watch_target *target = &tally.target[0];
        assert_int_equal(target->kind, cases[i].kind);
        if (cases[i].name != NULL) {
            assert_string_equal(target->relation, cases[i].name);
        } else {
            assert_null(target->relation);
        }
        if (cases[i].key != NULL) {
            assert_string_equal(target->key, cases[i].key);
        } else {
            assert_null(target->key);
        }
        watcher_tally_release(&tally);
    }
}

static void an_empty_tally_settles_too(void **state)
{
    struct watcher_tally tally = { .samples = 0 };
    (void)state;
    assert_null(watcher_tally_unresolved(&tally));
    watcher_tally_settle(&tally);
    assert_near(watcher_tally_query_ms_med(&tally), 0);
    watcher_tally_release(&tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_waited_is_sessions_times_the_time_between_samples),
        cmocka_unit_test(a_tree_is_kept_once_while_it_stays_the_same),
        cmocka_unit_test(targets_that_are_the_same_row_are_joined),
        cmocka_unit_test(a_place_is_asked_for_anew_after_a_while),
        cmocka_unit_test(other_locks_have_their_names),
        cmocka_unit_test(an_empty_tally_settles_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
