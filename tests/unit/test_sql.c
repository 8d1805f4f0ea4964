/* The questions to the database: found by name, filled, and marked as ours. */
#include "tests/unit/test.h"

#include <string.h>

#include "backend/checkup.h"
#include "backend/grid.h"
#include "backend/sql.h"
#include "base/embedded.h"
#include "base/mem.h"

static void places_are_filled(void **state)
{
    static const struct sql_value values[] = { { "relation", "public.\"P\"" }, { NULL, NULL } };
    struct strbuf sql = STRBUF_INIT;
    (void)state;
    strbuf_add_str(&sql, "x;");
    sql_add("row", values, &sql);
    assert_string_equal(strbuf_text(&sql),
                        "x;SELECT " SQL_MARK " id::text FROM public.\"P\" WHERE ctid = $1::tid\n");
    strbuf_release(&sql);
}

/* Or statement statistics would count them as the chat's. */
static void every_question_is_marked_and_only_reads(void **state)
{
    size_t seen = 0;
    (void)state;
    for (const struct embedded *file = embedded_files; file->path != NULL; file++) {
        if (strncmp(file->path, "backend/sql/", strlen("backend/sql/")) != 0) {
            continue;
        }
        seen++;
        assert_non_null(strstr(file->text, SQL_MARK));
        static const char *const writing[] = { "INSERT", "UPDATE", "DELETE", "LOCK TABLE",
                                               "RESET" };
        for (size_t i = 0; i < COUNT_OF(writing); i++) {
            assert_null(strstr(file->text, writing[i]));
        }
    }
    assert_true(seen > CHECKUP_COUNT);
}

static void every_diagnostic_has_a_name_of_its_own_and_a_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHECKUP_COUNT; i++) {
        char *path = mem_format("backend/sql/monitor-%s.sql", checkups[i].name);
        assert_ptr_equal(checkup_find(checkups[i].name), &checkups[i]);
        assert_non_null(embedded_find(path));
        free(path);
    }
    assert_null(checkup_find("lock"));
    assert_null(checkup_find(""));
}

static void a_grid_has_nothing_beyond_its_edges(void **state)
{
    static const char *const cells[] = { "1.5", NULL, "x", "" };
    const struct grid grid = { cells, NULL, 2, 2 };
    (void)state;
    assert_string_equal(grid_text(&grid, 0, 0), "1.5");
    assert_null(grid_text(&grid, 0, 1));
    assert_null(grid_text(&grid, 2, 0));
    assert_null(grid_text(&grid, 0, 2));
    assert_true(grid_number(&grid, 0, 0, 7) == 1.5);
    assert_true(grid_number(&grid, 0, 1, 7) == 7);
    assert_true(grid_number(&grid, 1, 0, 7) == 7);
    assert_true(grid_number(&grid, 1, 1, 7) == 7);
    assert_true(grid_number(&grid, 5, 5, 7) == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_are_filled),
        cmocka_unit_test(every_question_is_marked_and_only_reads),
        cmocka_unit_test(every_diagnostic_has_a_name_of_its_own_and_a_file),
        cmocka_unit_test(a_grid_has_nothing_beyond_its_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
