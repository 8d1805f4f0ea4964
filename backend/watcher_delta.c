#include "backend/watcher_delta.h"

#include <stdio.h>
#include <string.h>

#include "backend/sql_text.h"
#include "base/mem.h"

enum statement_column {
    STATEMENT_ID,
    STATEMENT_CALLS,
    STATEMENT_ROWS,
    STATEMENT_TOTAL_MS,
    STATEMENT_MAX_MS,
    STATEMENT_ENTRIES
};

static int compare_ids(const void *left, const void *right)
{
    const struct statement_count *a = left;
    const struct statement_count *b = right;
    return strcmp(a->id, b->id);
}

void statement_counts_read(const struct grid *rows, struct statement_counts *out)
{
    out->item = mem_new_array(rows->rows, sizeof out->item[0]);
    out->count = out->hidden = 0;
    for (size_t row = 0; row < rows->rows; row++) {
        const char *id = grid_text(rows, row, STATEMENT_ID);
        struct statement_count *item = &out->item[out->count];
        if (id == NULL) {
            out->hidden += (size_t)grid_number(rows, row, STATEMENT_ENTRIES, 1);
            continue;
        }
        (void)snprintf(item->id, sizeof item->id, "%s", id);
        item->calls = grid_number(rows, row, STATEMENT_CALLS, 0);
        item->rows = grid_number(rows, row, STATEMENT_ROWS, 0);
        item->total_ms = grid_number(rows, row, STATEMENT_TOTAL_MS, 0);
        item->max_ms = grid_number(rows, row, STATEMENT_MAX_MS, 0);
        out->count++;
    }
    if (out->count > 1) {
        qsort(out->item, out->count, sizeof out->item[0], compare_ids);
    }
}

void statement_counts_release(struct statement_counts *counts)
{
    free(counts->item);
    *counts = (struct statement_counts){ .item = NULL };
}

static const struct statement_count *find_statement(const struct statement_counts *counts,
                                                    const struct statement_count *like)
{
    if (counts->count == 0) {
        return NULL;
    }
    return bsearch(like, counts->item, counts->count, sizeof counts->item[0], compare_ids);
}

static int compare_total(const void *left, const void *right)
{
    const struct statement_delta *a = left;
    const struct statement_delta *b = right;
    return a->total_ms > b->total_ms ? -1 : a->total_ms < b->total_ms ? 1 : strcmp(a->id, b->id);
}

size_t statement_deltas(const struct statement_counts *before, const struct statement_counts *after,
                        struct statement_delta **out, bool *reset)
{
    static const struct statement_count none = { .calls = 0 };
    struct statement_delta *deltas = mem_new_array(after->count, sizeof deltas[0]);
    size_t count = 0;
    *reset = false;
    for (size_t i = 0; i < after->count; i++) {
        const struct statement_count *now = &after->item[i];
        const struct statement_count *then = find_statement(before, now);
        if (then != NULL && then->calls > now->calls) {
            *reset = true;
            then = NULL;
        }
        then = then != NULL ? then : &none;
        if (now->calls <= then->calls) {
            continue;
        }
        struct statement_delta *delta = &deltas[count++];
        memcpy(delta->id, now->id, sizeof delta->id);
        delta->calls = now->calls - then->calls;
        delta->rows = now->rows - then->rows;
        delta->total_ms = now->total_ms > then->total_ms ? now->total_ms - then->total_ms : 0;
        delta->max_is_here = now->max_ms > then->max_ms;
        delta->max_ms =
            now->max_ms < delta->total_ms || delta->max_is_here ? now->max_ms : delta->total_ms;
    }
    if (count > 1) {
        qsort(deltas, count, sizeof deltas[0], compare_total);
    }
    *out = deltas;
    return count;
}

void table_counts_read(const struct grid *rows, struct table_counts *out)
{
    out->item = mem_new_array(rows->rows, sizeof out->item[0]);
    out->count = 0;
    for (size_t row = 0; row < rows->rows; row++) {
        const char *name = grid_text(rows, row, 0);
        if (name == NULL) {
            continue;
        }
        struct table_count *item = &out->item[out->count++];
        item->name = sql_text_bare_name(name);
        item->bytes = -1;
        for (size_t i = 0; i < TABLE_FIGURE_COUNT; i++) {
            item->figure[i] = grid_number(rows, row, i + 1, 0);
        }
    }
}

static struct table_count *find_table(const struct table_counts *counts, const char *name)
{
    for (size_t i = 0; i < counts->count; i++) {
        if (strcmp(counts->item[i].name, name) == 0) {
            return &counts->item[i];
        }
    }
    return NULL;
}

void table_counts_read_sizes(const struct grid *rows, struct table_counts *into)
{
    for (size_t row = 0; row < rows->rows; row++) {
        const char *whole = grid_text(rows, row, 0);
        char *name = whole != NULL ? sql_text_bare_name(whole) : NULL;
        struct table_count *item = name != NULL ? find_table(into, name) : NULL;
        if (item != NULL) {
            item->bytes = grid_number(rows, row, 1, -1);
        }
        free(name);
    }
}

void table_counts_release(struct table_counts *counts)
{
    for (size_t i = 0; i < counts->count; i++) {
        free(counts->item[i].name);
    }
    free(counts->item);
    *counts = (struct table_counts){ .item = NULL };
}

/* Statistics that were reset in between begin at 0 again. */
static double grown(double before, double after)
{
    return after >= before ? after - before : after;
}

void table_counts_subtract(struct table_counts *after, const struct table_counts *before)
{
    for (size_t i = 0; i < after->count; i++) {
        struct table_count *now = &after->item[i];
        const struct table_count *then = find_table(before, now->name);
        for (size_t k = 0; then != NULL && k < TABLE_ROWS_ESTIMATE; k++) {
            now->figure[k] = grown(then->figure[k], now->figure[k]);
        }
    }
}

void database_counts_read(const struct grid *rows, struct database_counts *out)
{
    out->commits = grid_number(rows, 0, 0, 0);
    out->rollbacks = grid_number(rows, 0, 1, 0);
    out->deadlocks = grid_number(rows, 0, 2, 0);
    out->temp_files = grid_number(rows, 0, 3, 0);
    out->temp_bytes = grid_number(rows, 0, 4, 0);
}

void database_counts_subtract(struct database_counts *after, const struct database_counts *before)
{
    after->commits = grown(before->commits, after->commits);
    after->rollbacks = grown(before->rollbacks, after->rollbacks);
    after->deadlocks = grown(before->deadlocks, after->deadlocks);
    after->temp_files = grown(before->temp_files, after->temp_files);
    after->temp_bytes = grown(before->temp_bytes, after->temp_bytes);
}
