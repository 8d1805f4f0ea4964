/* What PostgreSQL counted between two readings. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "backend/watcher_delta.h"

typedef const char *statement_row[6];
typedef const char *table_row[8];

static void read_statements(const statement_row *rows, size_t count, struct statement_counts *out)
{
    const struct grid grid = { rows[0], NULL, count, 6 };
    statement_counts_read(&grid, out);
}

static void statements_are_told_by_what_they_grew(void **state)
{
    static const statement_row before[] = {
        { "30", "10", "10", "100", "50", "1" },
        { "-20", "5", "500", "40", "9", "1" },
        { "40", "1", "1", "1", "1", "1" },
        { NULL, "1", "1", "1", "1", "1" },
    };
    static const statement_row after[] = {
        { "-20", "15", "2510", "540", "120", "1" }, { "30", "11", "11", "104", "50", "2" },
        { "40", "1", "1", "1", "1", "1" },          { "50", "2", "0", "8", "6", "1" },
        { NULL, "9", "9", "9", "9", "7" }, /* all that are hidden are one row */
    };
    struct statement_counts then;
    struct statement_counts now;
    struct statement_delta *deltas = NULL;
    bool reset = true;
    (void)state;
    read_statements(before, COUNT_OF(before), &then);
    read_statements(after, COUNT_OF(after), &now);
    assert_int_equal(now.hidden, 7);
    assert_int_equal(statement_deltas(&then, &now, &deltas, &reset), 3);
    assert_false(reset);
    assert_string_equal(deltas[0].id, "-20");
    assert_true(deltas[0].calls == 10 && deltas[0].rows == 2010 && deltas[0].total_ms == 500);
    assert_true(deltas[0].max_is_here && deltas[0].max_ms == 120);
    assert_string_equal(deltas[1].id, "50");
    assert_true(deltas[1].max_is_here && deltas[1].max_ms == 6);
    assert_string_equal(deltas[2].id, "30");
    /* The longest was before; now none can have taken longer than all together. */
    assert_true(!deltas[2].max_is_here && deltas[2].max_ms == 4);
    free(deltas);
    statement_counts_release(&then);
    statement_counts_release(&now);
}

static void counts_that_fell_were_reset(void **state)
{
    static const statement_row before[] = { { "1", "100", "100", "1000", "50", "1" } };
    static const statement_row after[] = { { "1", "4", "8", "20", "7", "1" } };
    struct statement_counts then;
    struct statement_counts now;
    struct statement_delta *deltas = NULL;
    bool reset = false;
    (void)state;
    read_statements(before, 1, &then);
    read_statements(after, 1, &now);
    assert_int_equal(statement_deltas(&then, &now, &deltas, &reset), 1);
    assert_true(reset);
    assert_true(deltas[0].calls == 4 && deltas[0].rows == 8 && deltas[0].total_ms == 20);
    free(deltas);
    assert_int_equal(statement_deltas(&now, &now, &deltas, &reset), 0);
    assert_false(reset);
    free(deltas);
    statement_counts_release(&then);
    statement_counts_release(&now);
}

static void tables_grow_by_name_and_have_sizes(void **state)
{
    static const table_row before[] = { { "polls", "10", "10", "3", "0", "0", "0", "1" },
                                        { "gone", "1", "1", "1", "1", "1", "1", "1" } };
    static const table_row after[] = { { "fresh", "1", "2", "0", "5", "0", "0", "5" },
                                       { "chat.\"polls\"", "15", "25", "3", "1", "2", "3", "2" },
                                       { NULL, "1", "1", "1", "1", "1", "1", "1" } };
    static const char *const sizes[] = { "chat.\"polls\"", "8192", "unknown", "1", NULL, "2" };
    const struct grid first = { before[0], NULL, 2, 8 };
    const struct grid second = { after[0], NULL, 3, 8 };
    const struct grid size_grid = { sizes, NULL, 3, 2 };
    struct table_counts then;
    struct table_counts now;
    (void)state;
    table_counts_read(&first, &then);
    table_counts_read(&second, &now);
    table_counts_read_sizes(&size_grid, &now);
    table_counts_subtract(&now, &then);
    assert_int_equal(now.count, 2);
    const struct table_count *polls = &now.item[1];
    assert_string_equal(polls->name, "polls");
    assert_true(polls->figure[TABLE_SEQ_SCANS] == 5 && polls->figure[TABLE_SEQ_TUPLES] == 15);
    assert_true(polls->figure[TABLE_INDEX_SCANS] == 0 && polls->figure[TABLE_DELETES] == 3);
    assert_true(polls->figure[TABLE_ROWS_ESTIMATE] == 2 && polls->bytes == 8192);
    assert_true(now.item[0].figure[TABLE_INSERTS] == 5 && now.item[0].bytes < 0);
    table_counts_release(&then);
    table_counts_release(&now);
}

static void the_databases_counts_grow(void **state)
{
    static const char *const before[] = { "10", "2", "0", "9", "900" };
    static const char *const after[] = { "15", "2", "1", "1", "100" };
    const struct grid first = { before, NULL, 1, 5 };
    const struct grid second = { after, NULL, 1, 5 };
    const struct grid none = { NULL, NULL, 0, 0 };
    struct database_counts then;
    struct database_counts now;
    (void)state;
    database_counts_read(&first, &then);
    database_counts_read(&second, &now);
    database_counts_subtract(&now, &then);
    assert_true(now.commits == 5 && now.rollbacks == 0 && now.deadlocks == 1);
    assert_true(now.temp_files == 1 && now.temp_bytes == 100); /* reset in between */
    database_counts_read(&none, &now);
    assert_true(now.commits == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statements_are_told_by_what_they_grew),
        cmocka_unit_test(counts_that_fell_were_reset),
        cmocka_unit_test(tables_grow_by_name_and_have_sizes),
        cmocka_unit_test(the_databases_counts_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
