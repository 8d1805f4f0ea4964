/* Who waits for whom, from PostgreSQL's table of locks. Pure.
 *
 * A row of a table is locked in two parts (storage/lmgr/README.tuplock in PostgreSQL's sources):
 * the first who waits holds the heavyweight lock "tuple" on it and waits for the transaction of the
 * holder; all others wait for that tuple lock. So the row stands in a lock of type tuple, held or
 * awaited, and the first waiter is a rung between the holder and the rest. */
#ifndef BACKEND_LOCK_TREE_H
#define BACKEND_LOCK_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* pg_locks.locktype, PostgreSQL 15; what is newer is LOCK_OTHER. */
enum lock_type {
    LOCK_RELATION,
    LOCK_EXTEND,
    LOCK_PAGE,
    LOCK_TUPLE,
    LOCK_TRANSACTION,
    LOCK_VIRTUAL,
    LOCK_SPECULATIVE,
    LOCK_OBJECT,
    LOCK_USER,
    LOCK_ADVISORY,
    LOCK_OTHER,
    LOCK_TYPE_COUNT
};

enum lock_type lock_type_of(const char *name);
const char *lock_type_name(enum lock_type type); /* as in pg_locks; "other" */

/* 1 (AccessShareLock) to 8 (AccessExclusiveLock); 0 for one that never blocks. */
unsigned lock_mode_of(const char *name);
/* PostgreSQL 15, 13.3.1, table 13.2. */
bool lock_modes_conflict(unsigned held, unsigned wanted);

/* What is locked; what the type does not use is 0. */
struct lock_tag {
    enum lock_type type;
    uint32_t relation;
    uint32_t page;
    uint32_t tuple;
    uint32_t transaction; /* also a virtual one's number */
    uint32_t class_id;
    uint32_t object_id;
    uint32_t subobject;
};

int lock_tag_compare(const struct lock_tag *a, const struct lock_tag *b);

struct lock_row {
    int pid; /* 0: a prepared transaction */
    struct lock_tag tag;
    unsigned mode;
    bool granted;
    double waited_ms;     /* since when it waits; 0 when granted */
    const char *relation; /* its name as the server writes it; NULL for none. Borrowed */
};

#define LOCK_TREE_NOBODY SIZE_MAX

struct lock_node {
    int pid;
    size_t blocker;                 /* node; LOCK_TREE_NOBODY: does not wait, or nobody is seen */
    size_t root;                    /* node at the end of the chain, maybe itself */
    const struct lock_row *awaited; /* NULL: it only blocks others */
    const struct lock_row *target;  /* the row's tuple lock when it is known, else `awaited` */
};

/* All zero is an empty tree, which may be built again and again. */
struct lock_tree {
    struct lock_node *node; /* those who wait first */
    size_t count;
    size_t waiters;
    size_t cap;
};

/* Sorts `rows`, which must outlive the tree. A holder in the way is the blocker; without one it is
 * whoever came earlier and wants what conflicts. Circles (a deadlock not yet found) are no trouble:
 * one of their members is then everybody's root. */
void lock_tree_build(struct lock_row *rows, size_t count, struct lock_tree *out);
void lock_tree_release(struct lock_tree *tree);

#endif
