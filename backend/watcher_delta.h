/* What PostgreSQL counted during a load: the difference of its statistics before and after. Pure.
 *
 * Statements are counted at once. Tables and the database are counted by each session for itself,
 * which hands its counts in once a second while it is busy: what the last second did may be missing
 * from them. */
#ifndef BACKEND_WATCHER_DELTA_H
#define BACKEND_WATCHER_DELTA_H

#include <stdbool.h>
#include <stddef.h>

#include "backend/grid.h"

#define DELTA_ID_BYTES ((size_t)24)

struct statement_count {
    char id[DELTA_ID_BYTES]; /* pg_stat_statements.queryid */
    double calls;
    double rows;
    double total_ms;
    double max_ms; /* since the statistics were reset, not since the load began */
};

/* A reading, by id. All zero is an empty one; it is released by the caller. */
struct statement_counts {
    struct statement_count *item;
    size_t count;
    size_t hidden; /* statements of other roles, which we may not see */
};

/* Rows of backend/sql/statements.sql. */
void statement_counts_read(const struct grid *rows, struct statement_counts *out);
void statement_counts_release(struct statement_counts *counts);

struct statement_delta {
    char id[DELTA_ID_BYTES];
    double calls;
    double rows;
    double total_ms;
    double max_ms;    /* at most so long */
    bool max_is_here; /* the longest call of all was in the load: max_ms is its very length */
};

/* The statements that were called in between, those that took most time in all first; `*out` is the
 * caller's to free. `*reset`: counts had fallen, so somebody reset them and what is told is from
 * then on. */
size_t statement_deltas(const struct statement_counts *before, const struct statement_counts *after,
                        struct statement_delta **out, bool *reset);

enum table_figure {
    TABLE_SEQ_SCANS,
    TABLE_SEQ_TUPLES,
    TABLE_INDEX_SCANS,
    TABLE_INSERTS,
    TABLE_UPDATES,
    TABLE_DELETES,
    TABLE_ROWS_ESTIMATE, /* this and the next as they are, not as they grew */
    TABLE_FIGURE_COUNT
};

struct table_count {
    char *name;
    double figure[TABLE_FIGURE_COUNT];
    double bytes; /* with its indexes; negative: not known */
};

struct table_counts {
    struct table_count *item;
    size_t count;
};

/* Rows of backend/sql/tables.sql, by name; names are bare. */
void table_counts_read(const struct grid *rows, struct table_counts *out);
/* Rows of backend/sql/sizes.sql, into the tables already read. */
void table_counts_read_sizes(const struct grid *rows, struct table_counts *into);
void table_counts_release(struct table_counts *counts);
/* Takes `before` off the counts of `after`, table by table. */
void table_counts_subtract(struct table_counts *after, const struct table_counts *before);

/* Rows of backend/sql/database.sql. */
struct database_counts {
    double commits;
    double rollbacks;
    double deadlocks;
    double temp_files;
    double temp_bytes;
};

void database_counts_read(const struct grid *rows, struct database_counts *out);
void database_counts_subtract(struct database_counts *after, const struct database_counts *before);

#endif
