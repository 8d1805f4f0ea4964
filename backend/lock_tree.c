#include "backend/lock_tree.h"

#include <string.h>

#include "base/mem.h"

static const char *const type_names[LOCK_TYPE_COUNT] = {
    [LOCK_RELATION] = "relation",
    [LOCK_EXTEND] = "extend",
    [LOCK_PAGE] = "page",
    [LOCK_TUPLE] = "tuple",
    [LOCK_TRANSACTION] = "transactionid",
    [LOCK_VIRTUAL] = "virtualxid",
    [LOCK_SPECULATIVE] = "spectoken",
    [LOCK_OBJECT] = "object",
    [LOCK_USER] = "userlock",
    [LOCK_ADVISORY] = "advisory",
    [LOCK_OTHER] = "other",
};

enum lock_type lock_type_of(const char *name)
{
    for (size_t i = 0; name != NULL && i < LOCK_OTHER; i++) {
        if (strcmp(type_names[i], name) == 0) {
            return (enum lock_type)i;
        }
    }
    return LOCK_OTHER;
}

const char *lock_type_name(enum lock_type type)
{
    return type_names[type];
}

unsigned lock_mode_of(const char *name)
{
    static const char *const names[] = {
        "AccessShareLock", "RowShareLock",          "RowExclusiveLock", "ShareUpdateExclusiveLock",
        "ShareLock",       "ShareRowExclusiveLock", "ExclusiveLock",    "AccessExclusiveLock",
    };
    for (unsigned i = 0; name != NULL && i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) == 0) {
            return i + 1;
        }
    }
    return 0;
}

bool lock_modes_conflict(unsigned held, unsigned wanted)
{
    /* Bit n: conflicts with mode n. */
    static const unsigned conflicts[] = {
        0, 0x100, 0x180, 0x1E0, 0x1F0, 0x1D8, 0x1F8, 0x1FC, 0x1FE
    };
    return held < sizeof conflicts / sizeof conflicts[0] && wanted > 0 &&
           (conflicts[held] >> wanted & 1U) != 0;
}

static int compare(uint32_t a, uint32_t b)
{
    return a < b ? -1 : a > b ? 1 : 0;
}

int lock_tag_compare(const struct lock_tag *a, const struct lock_tag *b)
{
    const uint32_t pairs[][2] = {
        { (uint32_t)a->type, (uint32_t)b->type },
        { a->relation, b->relation },
        { a->page, b->page },
        { a->tuple, b->tuple },
        { a->transaction, b->transaction },
        { a->class_id, b->class_id },
        { a->object_id, b->object_id },
        { a->subobject, b->subobject },
    };
    int order = 0;
    for (size_t i = 0; order == 0 && i < sizeof pairs / sizeof pairs[0]; i++) {
        order = compare(pairs[i][0], pairs[i][1]);
    }
    return order;
}

/* By tag; who holds it first, then who waits for it, the longest first. */
static int compare_rows(const void *left, const void *right)
{
    const struct lock_row *a = left;
    const struct lock_row *b = right;
    int order = lock_tag_compare(&a->tag, &b->tag);
    if (order != 0) {
        return order;
    }
    if (a->granted != b->granted) {
        return a->granted ? -1 : 1;
    }
    if (a->waited_ms < b->waited_ms || a->waited_ms > b->waited_ms) {
        return a->waited_ms > b->waited_ms ? -1 : 1;
    }
    return compare((uint32_t)a->pid, (uint32_t)b->pid);
}

static size_t find_node(const struct lock_tree *tree, size_t from, size_t to, int pid)
{
    for (size_t i = from; i < to; i++) {
        if (tree->node[i].pid == pid) {
            return i;
        }
    }
    return LOCK_TREE_NOBODY;
}

static size_t add_node(struct lock_tree *tree, int pid, const struct lock_row *awaited)
{
    void *nodes = tree->node;
    mem_reserve(&nodes, &tree->cap, tree->count + 1, sizeof tree->node[0]);
    tree->node = nodes;
    tree->node[tree->count] = (struct lock_node){
        .pid = pid, .blocker = LOCK_TREE_NOBODY, .awaited = awaited, .target = awaited
    };
    return tree->count++;
}

/* The first conflicting row before `at` with the same tag: holders stand before earlier waiters. */
static const struct lock_row *find_blocker(const struct lock_row *rows, size_t at)
{
    size_t first = at;
    while (first > 0 && lock_tag_compare(&rows[first - 1].tag, &rows[at].tag) == 0) {
        first--;
    }
    for (size_t i = first; i < at; i++) {
        if (rows[i].pid != rows[at].pid && lock_modes_conflict(rows[i].mode, rows[at].mode)) {
            return &rows[i];
        }
    }
    return NULL;
}

static const struct lock_row *held_tuple(const struct lock_row *rows, size_t count, int pid)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].tag.type == LOCK_TUPLE && rows[i].granted && rows[i].pid == pid) {
            return &rows[i];
        }
    }
    return NULL;
}

/* Waiting for a transaction says nothing of the row; the tuple lock held meanwhile does. */
static void find_target(struct lock_node *node, const struct lock_row *rows, size_t count)
{
    if (node->awaited->tag.type == LOCK_TRANSACTION) {
        const struct lock_row *tuple = held_tuple(rows, count, node->pid);
        node->target = tuple != NULL ? tuple : node->awaited;
    }
}

static void find_roots(struct lock_tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        size_t at = i;
        for (size_t steps = 0; steps < tree->count && tree->node[at].blocker != LOCK_TREE_NOBODY;
             steps++) {
            at = tree->node[at].blocker;
        }
        tree->node[i].root = at;
    }
}

void lock_tree_build(struct lock_row *rows, size_t count, struct lock_tree *out)
{
    out->count = 0;
    if (count > 1) {
        qsort(rows, count, sizeof rows[0], compare_rows);
    }
    for (size_t i = 0; i < count; i++) {
        if (!rows[i].granted) {
            (void)add_node(out, rows[i].pid, &rows[i]);
        }
    }
    out->waiters = out->count;
    for (size_t i = 0; i < out->waiters; i++) {
        const struct lock_row *awaited = out->node[i].awaited;
        const struct lock_row *blocker = find_blocker(rows, (size_t)(awaited - rows));
        find_target(&out->node[i], rows, count);
        if (blocker != NULL) {
            size_t node = find_node(out, 0, out->count, blocker->pid);
            node = node != LOCK_TREE_NOBODY ? node : add_node(out, blocker->pid, NULL);
            out->node[i].blocker = node;
        }
    }
    find_roots(out);
}

void lock_tree_release(struct lock_tree *tree)
{
    free(tree->node);
    *tree = (struct lock_tree){ .node = NULL };
}
