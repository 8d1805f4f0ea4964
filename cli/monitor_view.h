/* What `tmscdp monitor` shows of the database each second: one line, or a whole screen. */
#ifndef CLI_MONITOR_VIEW_H
#define CLI_MONITOR_VIEW_H

#include "backend/watcher_tally.h"
#include "base/json.h"
#include "base/strbuf.h"

#define VIEW_STATEMENTS ((size_t)12)

/* A statement that runs, and how many sessions are at it. */
struct view_statement {
    char *text; /* without values; owned */
    unsigned sessions;
    double longest_ms;
};

/* What was seen since the last second began; all zero at first. */
struct monitor_view {
    unsigned samples;
    unsigned waiters_max;
    unsigned type_max[LOCK_TYPE_COUNT];
    double waiting_ms;
    double running_ms;
    double idle_in_transaction_ms;
    /* Of the last sample: */
    unsigned idle;
    unsigned state[SESSION_STATE_COUNT];
    unsigned connections;
    unsigned server;
    struct strbuf tree;   /* who waits for whom, a line each */
    struct strbuf target; /* what is waited for most: "polls 1ea6…" */
    unsigned target_waiters;
    struct view_statement statement[VIEW_STATEMENTS];
    size_t statement_count;
};

/* Takes a sample in. */
void monitor_view_add(struct monitor_view *view, const struct watcher_tally *tally,
                      const struct watch_sample *sample);
/* Begins the next second. */
void monitor_view_next(struct monitor_view *view);
void monitor_view_release(struct monitor_view *view);

/* One line without its end. `limit` as watcher_tally.pool_limit, else the server's. */
void monitor_view_line(const struct monitor_view *view, unsigned limit, struct strbuf *out);
/* A whole screen, lines cut to `columns`. */
void monitor_view_screen(const struct monitor_view *view, unsigned limit, unsigned columns,
                         struct strbuf *out);
/* {"connections","idle","active","idle_in_transaction","hidden","server","waiters_max",
 * "waiting":{type:n},"waiting_ms","running_ms","idle_in_transaction_ms"}, a new object. */
cJSON *monitor_view_json(const struct monitor_view *view);

#endif
