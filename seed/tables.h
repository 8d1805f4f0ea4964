/* The seeded tables, and their rows as lines of PostgreSQL's COPY text format (PostgreSQL 15, COPY,
 * "Text Format"): columns between tabs, \N for NULL. Row `index` is made on its own, so a million
 * of them need the memory of one. */
#ifndef SEED_TABLES_H
#define SEED_TABLES_H

#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "seed/rows.h"
#include "seed/seal.h"
#include "seed/shape.h"

/* What the lines are made from; zero-initialise, set shape and group_key, release. */
struct table_maker {
    const struct shape *shape;           /* borrowed */
    uint8_t group_key[CRYPTO_KEY_BYTES]; /* seal_key() of the big group */
    struct row_message message;          /* scratch */
};

void table_maker_release(struct table_maker *maker);

struct table {
    const char *name;
    const char *columns; /* in the order of a line, with commas */
    uint64_t (*count)(const struct shape *shape);
    /* Appends row `index` (< count) as one line with its newline. */
    void (*line)(struct table_maker *maker, uint64_t index, struct strbuf *out);
};

#define TABLE_COUNT ((size_t)7)

/* In an order in which no row refers to a later table. */
extern const struct table tables[TABLE_COUNT];
extern const struct table *const table_of_members;
extern const struct table *const table_of_reactions;

/* Rows of all tables. */
uint64_t tables_total(const struct shape *shape);

/* Appends `text` as one column: backslashes and control characters that separate are escaped. */
void table_escape(const char *text, struct strbuf *out);

#define TABLE_TIME_BYTES ((size_t)40)
/* "2026-02-20 17:00:00.000000+00" of microseconds since 1970 (years 1970 to 9999), which a column
 * with or without time zone reads as that UTC time. */
void table_time(int64_t us, char out[TABLE_TIME_BYTES]);

#endif
