/* Trees of waiting sessions from rows of pg_locks, by hand. */
#include "tests/unit/test.h"

#include <string.h>

#include "backend/lock_tree.h"

enum {
    SHARE = 5,
    EXCLUSIVE = 7,
    ACCESS_SHARE = 1,
    ACCESS_EXCLUSIVE = 8
};

static struct lock_row row_lock(int pid, uint32_t tuple, bool granted, double waited_ms)
{
    return (struct lock_row){ .pid = pid,
                              .tag = { .type = LOCK_TUPLE, .relation = 77, .tuple = tuple },
                              .mode = EXCLUSIVE,
                              .granted = granted,
                              .waited_ms = waited_ms,
                              .relation = "polls" };
}

static struct lock_row transaction(int pid, uint32_t number, bool granted)
{
    return (struct lock_row){ .pid = pid,
                              .tag = { .type = LOCK_TRANSACTION, .transaction = number },
                              .mode = granted ? EXCLUSIVE : SHARE,
                              .granted = granted,
                              .waited_ms = granted ? 0 : 900 };
}

static struct lock_row table(int pid, unsigned mode, bool granted, double waited_ms)
{
    return (struct lock_row){ .pid = pid,
                              .tag = { .type = LOCK_RELATION, .relation = 5 },
                              .mode = mode,
                              .granted = granted,
                              .waited_ms = waited_ms };
}

static const struct lock_node *node_of(const struct lock_tree *tree, int pid)
{
    size_t i = 0;
    while (i < tree->count && tree->node[i].pid != pid) {
        i++;
    }
    if (i == tree->count) {
        fail_msg("%d is not in the tree", pid);
    }
    return &tree->node[i];
}

static int blocker_of(const struct lock_tree *tree, int pid)
{
    size_t blocker = node_of(tree, pid)->blocker;
    return blocker == LOCK_TREE_NOBODY ? 0 : tree->node[blocker].pid;
}

static int root_of(const struct lock_tree *tree, int pid)
{
    return tree->node[node_of(tree, pid)->root].pid;
}

static void modes_conflict_as_in_the_manual(void **state)
{
    /* The manual's table, a row a held mode, X: conflicts. */
    static const char *const manual[] = { ".......X", "......XX", "....XXXX", "...XXXXX",
                                          "..XX.XXX", "..XXXXXX", ".XXXXXXX", "XXXXXXXX" };
    (void)state;
    for (unsigned held = 1; held <= 8; held++) {
        for (unsigned wanted = 1; wanted <= 8; wanted++) {
            assert_int_equal(lock_modes_conflict(held, wanted),
                             manual[held - 1][wanted - 1] == 'X');
        }
    }
    assert_false(lock_modes_conflict(0, 8));
    assert_false(lock_modes_conflict(8, 0));
    assert_false(lock_modes_conflict(9, 8));
    assert_int_equal(lock_mode_of("ExclusiveLock"), 7);
    assert_int_equal(lock_mode_of("SIReadLock"), 0);
    assert_int_equal(lock_mode_of(NULL), 0);
}

static void types_have_the_servers_names(void **state)
{
    (void)state;
    for (int i = 0; i < LOCK_TYPE_COUNT; i++) {
        assert_int_equal(lock_type_of(lock_type_name((enum lock_type)i)), i);
    }
    assert_int_equal(lock_type_of("frozenid"), LOCK_OTHER);
    assert_int_equal(lock_type_of(NULL), LOCK_OTHER);
}

/* 10 holds the row; 11 waits for 10's transaction and holds the tuple lock; 12 and 13 queue. */
static void voters_of_a_poll_hang_on_the_first_of_them(void **state)
{
    struct lock_row rows[] = { row_lock(13, 4, false, 200), transaction(11, 900, false),
                               row_lock(12, 4, false, 500), transaction(10, 900, true),
                               row_lock(11, 4, true, 0) };
    struct lock_tree tree = { .node = NULL };
    (void)state;
    lock_tree_build(rows, COUNT_OF(rows), &tree);
    assert_int_equal(tree.waiters, 3);
    assert_int_equal(tree.count, 4);
    assert_int_equal(blocker_of(&tree, 11), 10);
    assert_int_equal(blocker_of(&tree, 12), 11);
    assert_int_equal(blocker_of(&tree, 13), 11);
    for (int pid = 10; pid <= 13; pid++) {
        assert_int_equal(root_of(&tree, pid), 10);
    }
    for (int pid = 11; pid <= 13; pid++) {
        assert_int_equal(node_of(&tree, pid)->target->tag.type, LOCK_TUPLE);
        assert_int_equal(node_of(&tree, pid)->target->tag.tuple, 4);
    }
    assert_int_equal(node_of(&tree, 11)->awaited->tag.type, LOCK_TRANSACTION);
    assert_null(node_of(&tree, 10)->awaited);
    lock_tree_release(&tree);
}

static void a_transaction_without_a_row_is_its_own_target(void **state)
{
    struct lock_row rows[] = { transaction(2, 5, false), transaction(1, 5, true) };
    struct lock_tree tree = { .node = NULL };
    (void)state;
    lock_tree_build(rows, COUNT_OF(rows), &tree);
    assert_int_equal(node_of(&tree, 2)->target->tag.type, LOCK_TRANSACTION);
    assert_int_equal(blocker_of(&tree, 2), 1);
    lock_tree_release(&tree);
}

/* A reader does not conflict with the reader who holds the table, but with the one who wants it
 * for itself and came first. */
static void who_waits_behind_another_is_blocked_by_that_one(void **state)
{
    struct lock_row rows[] = { table(3, ACCESS_SHARE, false, 10),
                               table(2, ACCESS_EXCLUSIVE, false, 50),
                               table(1, ACCESS_SHARE, true, 0) };
    struct lock_tree tree = { .node = NULL };
    (void)state;
    lock_tree_build(rows, COUNT_OF(rows), &tree);
    assert_int_equal(blocker_of(&tree, 2), 1);
    assert_int_equal(blocker_of(&tree, 3), 2);
    assert_int_equal(root_of(&tree, 3), 1);
    lock_tree_release(&tree);
}

static void a_circle_ends_somewhere(void **state)
{
    struct lock_row rows[] = { transaction(1, 100, true), transaction(2, 200, true),
                               transaction(1, 200, false), transaction(2, 100, false) };
    struct lock_tree tree = { .node = NULL };
    (void)state;
    lock_tree_build(rows, COUNT_OF(rows), &tree);
    assert_int_equal(tree.count, 2);
    assert_int_equal(blocker_of(&tree, 1), 2);
    assert_int_equal(blocker_of(&tree, 2), 1);
    assert_true(node_of(&tree, 1)->root < tree.count);
    lock_tree_release(&tree);
}

static void nobody_to_be_seen_is_nobody(void **state)
{
    struct lock_row rows[] = { transaction(2, 5, false), transaction(0, 6, true),
                               transaction(3, 6, false) };
    struct lock_tree tree = { .node = NULL };
    (void)state;
    lock_tree_build(rows, COUNT_OF(rows), &tree);
    assert_int_equal(node_of(&tree, 2)->blocker == LOCK_TREE_NOBODY, 1);
    assert_int_equal(root_of(&tree, 2), 2);
    assert_int_equal(blocker_of(&tree, 3), 0); /* a prepared transaction, which has no session */
    assert_int_equal(tree.count, 3);
    lock_tree_build(rows, 0, &tree);
    assert_int_equal(tree.count, 0);
    assert_int_equal(tree.waiters, 0);
    lock_tree_release(&tree);
}

static void tags_differ_in_every_part(void **state)
{
    const struct lock_tag base = { LOCK_TUPLE, 1, 2, 3, 4, 5, 6, 7 };
    struct lock_tag others[] = { base, base, base, base, base, base, base, base };
    (void)state;
    others[0].type = LOCK_PAGE;
    others[1].relation++;
    others[2].page++;
    others[3].tuple++;
    others[4].transaction++;
    others[5].class_id++;
    others[6].object_id++;
    others[7].subobject++;
    assert_int_equal(lock_tag_compare(&base, &base), 0);
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        int order = lock_tag_compare(&base, &others[i]);
        assert_int_equal(order, -lock_tag_compare(&others[i], &base));
        assert_int_not_equal(order, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modes_conflict_as_in_the_manual),
        cmocka_unit_test(types_have_the_servers_names),
        cmocka_unit_test(voters_of_a_poll_hang_on_the_first_of_them),
        cmocka_unit_test(a_transaction_without_a_row_is_its_own_target),
        cmocka_unit_test(who_waits_behind_another_is_blocked_by_that_one),
        cmocka_unit_test(a_circle_ends_somewhere),
        cmocka_unit_test(nobody_to_be_seen_is_nobody),
        cmocka_unit_test(tags_differ_in_every_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
