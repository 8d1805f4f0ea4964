/* A raw file of rows over time, read for drawing: {"columns":["at_s",…],"seconds":[[1.0,…],…]}.
 *
 * The file is read in pieces and may hold any number of rows: neighbouring rows are merged into at
 * most TIMELINE_CELLS cells, each of which keeps the least, the greatest and the mean of every
 * column. So neither memory nor the size of a chart grows with the length of a run. The first
 * column is the time in seconds. */
#ifndef REPORTS_TIMELINE_H
#define REPORTS_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define TIMELINE_CELLS       ((size_t)480)
#define TIMELINE_COLUMNS_MAX ((size_t)32)

/* One column over the rows of one cell; n counts those that have a number there. */
struct timeline_value {
    double min;
    double max;
    double sum;
    size_t n;
};

struct timeline {
    char *column[TIMELINE_COLUMNS_MAX];
    size_t column_count;
    struct timeline_value *value; /* cell_count rows of column_count values */
    size_t cell_count;
    size_t rows;          /* of the file */
    size_t rows_per_cell; /* 1: every row of the file is its own cell */
};

/* Reads `path` (gzip); `key` names the member that holds the rows, others are skipped. ERR_FORMAT
 * names the row that is none. On failure there is nothing to release. */
MUST_CHECK enum err timeline_read(const char *path, const char *key, struct timeline *out,
                                  struct err_msg *msg);

/* The same from bytes in memory; `name` is for the sentence. */
MUST_CHECK enum err timeline_parse(const char *bytes, size_t count, const char *key,
                                   const char *name, struct timeline *out, struct err_msg *msg);

void timeline_release(struct timeline *timeline);

/* The column of that name; TIMELINE_COLUMNS_MAX when there is none. */
size_t timeline_column(const struct timeline *timeline, const char *name);

enum timeline_form {
    TIMELINE_MEAN,
    TIMELINE_MIN,
    TIMELINE_MAX,
    TIMELINE_SUM
};

/* A cell's number; NaN when no row of it had one or the column is none. */
double timeline_at(const struct timeline *timeline, size_t cell, size_t column,
                   enum timeline_form form);

/* The greatest number of the column in the whole file; NaN when it has none. */
double timeline_greatest(const struct timeline *timeline, size_t column);

#endif
