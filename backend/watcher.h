/* Watches the chat's database while a load runs: over one connection of its own, in the load's loop
 * (with several threads: that of the first). It looks at sessions and locks every interval, and at
 * PostgreSQL's statistics before and after.
 *
 * Nothing here fails, ends or holds up a load: what could not be seen is a note in what is told. A
 * connection that is lost comes back by itself; one that cannot be had is tried for again. A sample
 * that costs much is taken more rarely: what the watcher costs, here and in the server, is kept
 * under 1 % of a core while nobody waits for a lock, and under 4 % while somebody does. */
#ifndef BACKEND_WATCHER_H
#define BACKEND_WATCHER_H

#include <stdint.h>

#include "backend/watcher_tally.h"
#include "base/json.h"
#include "base/loop.h"

#define WATCHER_INTERVAL_MS     100
#define WATCHER_INTERVAL_MIN_MS 20
#define WATCHER_INTERVAL_MAX_MS 10000

struct watcher;

struct watcher_plan {
    struct loop *loop;
    const char *conninfo; /* for libpq; NULL: there is no database to watch. Borrowed */
    const char *why_not;  /* what is told then */
    uint64_t interval_ms;
    unsigned pool_limit; /* connections that the chat may open, overflow included; 0: not known */
    /* Called after every sample; NULL for none. */
    void (*sampled)(void *arg, const struct watcher_tally *tally,
                    const struct watch_sample *sample);
    void *arg;
};

/* Connects and reads the statistics; waits for the database for a few seconds at most. Never NULL.
 */
struct watcher *watcher_new(const struct watcher_plan *plan);
/* Samples from now on: the load begins. */
void watcher_start(struct watcher *watcher);
/* Ends the sampling and reads the statistics again; the connection is closed. */
void watcher_stop(struct watcher *watcher);
/* Before the loop is freed. NULL is fine. */
void watcher_free(struct watcher *watcher);

/* Why it sees nothing just now; "" when it does. */
const char *watcher_trouble(const struct watcher *watcher);

/* After watcher_stop: result.json's section "database", and the samples and trees for raw/. New
 * objects, the caller's; the second is NULL when nothing was watched. */
cJSON *watcher_json(const struct watcher *watcher);
cJSON *watcher_raw_json(const struct watcher *watcher);

#endif
