/* What the samples of one load add up to: maxima, time spent waiting by type and by what is waited
 * for, the longest statements, and a line a sample. Pure; time comes in with the samples.
 *
 * Time spent waiting is the sum, over the samples, of the sessions that wait × the time since the
 * sample before: right to one interval a wait, and blind to waits shorter than that. */
#ifndef BACKEND_WATCHER_TALLY_H
#define BACKEND_WATCHER_TALLY_H

#include <stdint.h>

#include "backend/watcher_sample.h"

/* Beyond these a long run is told with a part of its lines; the sums are of all. */
#define TALLY_LINES_MAX   ((size_t)400000)
#define TALLY_WAITS_MAX   ((size_t)400000)
#define TALLY_TARGETS_MAX ((size_t)1000)

enum target_kind {
    TARGET_ROW,
    TARGET_ADVISORY,
    TARGET_RELATION,
    TARGET_OTHER, /* a virtual transaction, an object of the catalogue … */
    TARGET_KIND_COUNT
};

const char *target_kind_name(enum target_kind kind);

/* Something that sessions wait for. A row is known by its place; its id is looked up once. */
struct watch_target {
    enum target_kind kind;
    struct lock_tag tag;
    char *relation;     /* bare name; NULL */
    char *whole_name;   /* as the server writes it; NULL */
    char *row;          /* id; NULL: not known */
    char *key;          /* advisory; NULL */
    char *conversation; /* id; NULL */
    char *statement;    /* of those who wait, when they were most; without values; NULL */
    char *blocker;      /* statement of who held it then; NULL */
    double waited_s;
    double seen_s;
    unsigned waiters;
    unsigned waiters_max;
    bool looked_up; /* row or conversation: asked for, found or not */
};

struct tally_type {
    unsigned waiters;
    unsigned waiters_max;
    double waited_s;
};

/* One sample. */
struct tally_line {
    float at_s;
    float query_ms;
    float running_ms; /* the longest */
    float waiting_ms;
    float idle_in_transaction_ms;
    uint32_t idle;
    uint32_t state[SESSION_STATE_COUNT];
    uint32_t server;
    uint32_t waiters;
    uint32_t type[LOCK_TYPE_COUNT];
};

/* One who waits, in one of the trees that are kept: those that differ from the one before. */
struct tally_wait {
    float at_s;
    float waited_ms;
    int pid;
    int blocker; /* pid; 0: nobody was seen */
    uint32_t target;
    uint8_t type;
    bool last_of_tree;
};

struct tally_longest {
    double ms;
    char *statement; /* without values; NULL */
};

struct watcher_tally {
    unsigned pool_limit; /* 0: not known. Set by the caller, like the next */
    unsigned server_limit;
    uint64_t samples;
    double seconds; /* covered by samples */
    double query_ms_max;
    unsigned connections_max;
    unsigned active_max;
    unsigned idle_in_transaction_max;
    unsigned hidden_max;
    unsigned server_max;
    double at_limit_s; /* time at the pool's limit, or at the server's when that is not known */
    double waited_s;
    unsigned waiters_max;
    uint64_t samples_with_waiters;
    struct tally_type type[LOCK_TYPE_COUNT];
    struct tally_longest running;
    struct tally_longest waiting;
    struct tally_longest idle_in_transaction;
    struct watch_target *target;
    size_t target_count;
    size_t target_cap;
    uint64_t targets_beyond; /* waits for more than TALLY_TARGETS_MAX things */
    struct tally_line *line;
    size_t line_count;
    size_t line_cap;
    struct tally_wait *wait;
    size_t wait_count;
    size_t wait_cap;
    uint64_t trees;
    struct lock_tree tree; /* of the last sample; its rows are the sample's */
};

/* Takes a sample in; builds its tree. */
void watcher_tally_add(struct watcher_tally *tally, struct watch_sample *sample);
void watcher_tally_release(struct watcher_tally *tally);

/* The next target whose row or conversation should be looked up, or NULL; waiting ones only. */
struct watch_target *watcher_tally_unresolved(struct watcher_tally *tally);
/* Joins targets that turned out to be the same row, and puts those waited for most first. To be
 * called once, at the end: `wait[].target` follows. */
void watcher_tally_settle(struct watcher_tally *tally);

/* Median of the samples' query_ms; 0 without samples. */
double watcher_tally_query_ms_med(const struct watcher_tally *tally);

#endif
