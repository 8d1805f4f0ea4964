/* Statements without their values, the table in them, and bare names. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "backend/sql_text.h"
#include "base/mem.h"

static void assert_cleaned(const char *statement, const char *want)
{
    struct strbuf got = STRBUF_INIT;
    sql_text_add(statement, &got);
    assert_string_equal(strbuf_text(&got), want);
    strbuf_release(&got);
}

static void values_become_question_marks(void **state)
{
    (void)state;
    static const struct {
        const char *statement;
        const char *want;
    } cases[] = {
        { "", "" },
        { "SELECT 1", "SELECT ?" },
        { "SELECT 1.5e-3, .5, 0x1F, 1_000 FROM t1", "SELECT ?, ?, ?, ? FROM t1" },
        { "SELECT  a\n\t FROM t ;", "SELECT a FROM t ;" },
        { "SELECT 'it''s' , x", "SELECT ? , x" },
        { "SELECT E'a\\'b', U&'x', b'01', N'n'", "SELECT ?, U&?, ?, ?" },
        { "SELECT 'back\\' , 2", "SELECT ? , ?" },
        { "SELECT $1, $2::varchar", "SELECT $1, $2::varchar" },
        { "SELECT $$a 'secret'$$, $tag$ $$ $tag$ x", "SELECT ?, ? x" },
        { "SELECT \"Col 1\", \"a\"\"b\" FROM \"T\"", "SELECT \"Col 1\", \"a\"\"b\" FROM \"T\"" },
        { "/* who */ SELECT -- 'secret'\n 5 /* x */", "SELECT ?" },
        { "SELECT a-1, a - -1", "SELECT a-?, a - -?" },
        { "col1 = 12345678 AND u2='x'", "col1 = ? AND u2=?" },
        { "café = 'é'", "café = ?" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_cleaned(cases[i].statement, cases[i].want);
    }
}

static void what_is_cut_off_or_no_sql_hides_its_values_all_the_same(void **state)
{
    (void)state;
    assert_cleaned("SELECT 'cut off in the mid", "SELECT ?");
    assert_cleaned("SELECT $x$ never closed", "SELECT ?");
    assert_cleaned("SELECT /* never closed", "SELECT");
    assert_cleaned("SELECT \"never closed", "SELECT \"never closed");
    assert_cleaned("'", "?");
    assert_cleaned("$", "$");
    assert_cleaned("E", "E");
    assert_cleaned("\xff\xfe 'x'", "\xff\xfe ?");
}

static void a_long_statement_keeps_its_beginning_and_its_end(void **state)
{
    struct strbuf statement = STRBUF_INIT;
    struct strbuf got = STRBUF_INIT;
    (void)state;
    strbuf_add_str(&statement, "SELECT ");
    for (int i = 0; i < 3000; i++) {
        strbuf_add_str(&statement, "ä, ");
    }
    strbuf_add_str(&statement, "x FROM messages LIMIT 50");
    sql_text_add(strbuf_text(&statement), &got);
    assert_true(got.len <= SQL_TEXT_BYTES + 8);
    assert_true(got.len >= SQL_TEXT_BYTES - 8);
    assert_memory_equal(strbuf_text(&got), "SELECT ä, ", strlen("SELECT ä, "));
    assert_non_null(strstr(strbuf_text(&got), " … "));
    assert_string_equal(strbuf_text(&got) + got.len - strlen("FROM messages LIMIT ?"),
                        "FROM messages LIMIT ?");
    strbuf_release(&statement);
    strbuf_release(&got);
}

static void the_table_of_a_statement_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *statement;
        const char *want;
    } cases[] = {
        { "SELECT id FROM polls WHERE id = $1 FOR UPDATE", "polls" },
        { "select 'x FROM y' from public.polls p", "polls" },
        { "INSERT INTO poll_votes (id) VALUES (1)", "poll_votes" },
        { "UPDATE ONLY \"Chat\".\"Polls\" SET a = 1", "Polls" },
        { "DELETE FROM messages", "messages" },
        { "LOCK TABLE users", "users" },
        { "SELECT a_from, fromage FROM t", "t" },
        { "SELECT \"FROM x\" FROM y", "y" },
        { "SELECT count(*) FROM (SELECT 1 FROM inner_one) s", "inner_one" },
        { "SELECT pg_advisory_xact_lock($1)", NULL },
        { "COMMIT", NULL },
        { "", NULL },
        { "FROM", NULL },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *got = sql_text_relation(cases[i].statement);
        if (cases[i].want == NULL) {
            assert_null(got);
        } else {
            assert_non_null(got);
            assert_string_equal(got, cases[i].want);
        }
        free(got);
    }
}

static void a_name_loses_its_schema_and_its_quotes(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "polls", "polls" },
        { "chat.polls", "polls" },
        { "\"Polls\"", "Polls" },
        { "a.\"B.c\"", "B.c" },
        { "\"a.b\".c", "c" },
        { "\"a\"\"b\"", "a\"b" },
        { "", "" },
        { "odd.", "odd." },
        { "\"open", "open" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *got = sql_text_bare_name(cases[i][0]);
        assert_string_equal(got, cases[i][1]);
        free(got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_become_question_marks),
        cmocka_unit_test(what_is_cut_off_or_no_sql_hides_its_values_all_the_same),
        cmocka_unit_test(a_long_statement_keeps_its_beginning_and_its_end),
        cmocka_unit_test(the_table_of_a_statement_is_found),
        cmocka_unit_test(a_name_loses_its_schema_and_its_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
