/* What the watcher found, as result.json tells it. Pure. */
#ifndef BACKEND_WATCHER_JSON_H
#define BACKEND_WATCHER_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/watcher_delta.h"
#include "backend/watcher_tally.h"
#include "base/json.h"

#define WATCHER_STATEMENTS_MAX ((size_t)40)
#define WATCHER_TARGETS_MAX    ((size_t)40)

struct watched_statement {
    struct statement_delta delta;
    char *text; /* without values; owned */
};

struct watched {
    const char *state; /* "watched", "partly", "not watched" */
    cJSON *notes;      /* an array of sentences; copied */
    uint64_t interval_ms;
    double cpu_share;
    char *version; /* NULL: not known. Owned, like the texts below */
    struct watcher_tally tally;
    bool has_statements;
    bool was_reset; /* the statistics, during the load */
    struct watched_statement statement[WATCHER_STATEMENTS_MAX];
    size_t statement_count;
    bool has_tables; /* and the database's counts */
    struct table_counts tables;
    struct database_counts counts;
};

/* New objects, the caller's. */
cJSON *watcher_json_section(const struct watched *watched);
cJSON *watcher_json_raw(const struct watched *watched);
void watched_release(struct watched *watched);

#endif
