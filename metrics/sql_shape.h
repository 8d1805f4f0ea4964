/* What a statement does, read off its text: which verb, on which table, by which columns, with or
 * without a limit. For the normalised texts of pg_stat_statements ("… WHERE id = $1 LIMIT $2"); it
 * is no parser of SQL, and knows only what the diagnosis asks.
 *
 * Strings, dollar quotes, comments, casts and sub-selects are understood as PostgreSQL does. Any
 * bytes give a shape; a text that is no statement gives SQL_OTHER. */
#ifndef METRICS_SQL_SHAPE_H
#define METRICS_SQL_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

enum sql_verb {
    SQL_OTHER,
    SQL_SELECT,
    SQL_INSERT,
    SQL_UPDATE,
    SQL_DELETE
};

#define SQL_NAME_BYTES  ((size_t)64) /* PostgreSQL's own limit, with the NUL */
#define SQL_COLUMNS_MAX ((size_t)16)

/* Names are in lower case unless the text quotes them, without schema and without their table. */
struct sql_shape {
    enum sql_verb verb;
    char table[SQL_NAME_BYTES]; /* the first of FROM, or that of INTO or UPDATE; "" when none */
    size_t tables;              /* how many FROM and its JOINs name; a sub-select counts as one */
    /* The columns that WHERE compares, each once, sub-selects left out. */
    char where[SQL_COLUMNS_MAX][SQL_NAME_BYTES];
    size_t where_count;
    bool limited;    /* LIMIT or FETCH, also in a sub-select */
    bool aggregated; /* GROUP BY, DISTINCT, or a count, max, min, sum or the like of all rows */
    bool locks_rows; /* FOR UPDATE or FOR NO KEY UPDATE */
    bool cut;        /* the text ends in "…" or "...": what stood behind it is not known */
};

void sql_shape_read(const char *text, struct sql_shape *out);

/* Whether WHERE compares the column. */
bool sql_shape_has(const struct sql_shape *shape, const char *column);

/* Whether the statement is a SELECT from this table, whatever it joins, and WHERE compares the
 * column and no other beside `deleted_at`, which only hides what was deleted. Never of a text that
 * was cut. */
bool sql_shape_reads_by(const struct sql_shape *shape, const char *table, const char *column);

#endif
