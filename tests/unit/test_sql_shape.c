/* What a statement does, read off its text: the shapes that the diagnosis asks for, and texts that
 * would fool a search for words. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "metrics/sql_shape.h"

struct row {
    const char *text;
    enum sql_verb verb;
    const char *table;
    const char *where; /* the columns, blank-separated */
    const char *marks; /* l limited, a aggregated, u locks rows, c cut */
};

static void write_where(const struct sql_shape *shape, char *out, size_t bytes)
{
    out[0] = '\0';
    for (size_t i = 0; i < shape->where_count; i++) {
        size_t used = strlen(out);
        (void)snprintf(out + used, bytes - used, "%s%s", i > 0 ? " " : "", shape->where[i]);
    }
}

static void write_marks(const struct sql_shape *shape, char *out)
{
    if (shape->limited) {
        *out++ = 'l';
    }
    if (shape->aggregated) {
        *out++ = 'a';
    }
    if (shape->locks_rows) {
        *out++ = 'u';
    }
    if (shape->cut) {
        *out++ = 'c';
    }
    *out = '\0';
}

static void check(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct sql_shape shape;
        char where[2048];
        char marks[8];
        sql_shape_read(rows[i].text, &shape);
        write_where(&shape, where, sizeof where);
        write_marks(&shape, marks);
        if (shape.verb != rows[i].verb || strcmp(shape.table, rows[i].table) != 0 ||
            strcmp(where, rows[i].where) != 0 || strcmp(marks, rows[i].marks) != 0) {
            fail_msg("%s\n  verb %d, table \"%s\", where \"%s\", marks \"%s\"", rows[i].text,
                     (int)shape.verb, shape.table, where, marks);
        }
    }
}

static void statements_as_they_are_counted_have_their_shapes(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "SELECT messages.id, messages.content FROM messages WHERE messages.conversation_id = "
          "$1::VARCHAR",
          SQL_SELECT, "messages", "conversation_id", "" },
        { "SELECT messages.id FROM messages WHERE messages.conversation_id = $1::VARCHAR AND "
          "messages.sequence_number < $2::BIGINT ORDER BY messages.sequence_number DESC LIMIT "
          "$3::INTEGER",
          SQL_SELECT, "messages", "conversation_id sequence_number", "l" },
        { "SELECT count(messages.id) AS count_1 FROM messages WHERE messages.conversation_id = $1",
          SQL_SELECT, "messages", "conversation_id", "a" },
        { "SELECT polls.id FROM polls WHERE polls.id = $1::VARCHAR FOR UPDATE", SQL_SELECT, "polls",
          "id", "u" },
        { "select id from polls p where p.id = $1 for no key update of p", SQL_SELECT, "polls",
          "id", "u" },
        { "SELECT message_reactions.id FROM message_reactions WHERE message_reactions.message_id = "
          "ANY ($1::VARCHAR[]) ORDER BY message_reactions.created_at",
          SQL_SELECT, "message_reactions", "message_id", "" },
        { "SELECT r.id FROM message_reactions AS r WHERE r.message_id IN ($1, $2, $3)", SQL_SELECT,
          "message_reactions", "message_id", "" },
        { "SELECT r.* FROM unnest(CAST($1 AS varchar[])) AS page(message_id) CROSS JOIN LATERAL "
          "(SELECT * FROM message_reactions WHERE message_id = page.message_id ORDER BY created_at "
          "LIMIT $2) AS r",
          SQL_SELECT, "unnest", "", "l" },
        { "SELECT conversations.id FROM conversations WHERE conversations.id IN (SELECT "
          "conversation_members.conversation_id FROM conversation_members WHERE "
          "conversation_members.user_id = $1) ORDER BY conversations.updated_at DESC LIMIT $2 OFFSET "
          "$3",
          SQL_SELECT, "conversations", "id", "l" },
        { "SELECT conversation_id FROM public.conversation_members WHERE user_id=$1", SQL_SELECT,
          "conversation_members", "user_id", "" },
        { "INSERT INTO poll_votes (id, poll_id) VALUES ($1, $2)", SQL_INSERT, "poll_votes", "",
          "" },
        { "UPDATE message_status SET status = $1 WHERE user_id = $2 AND message_id IN (SELECT id "
          "FROM messages WHERE conversation_id = $3) RETURNING message_id",
          SQL_UPDATE, "message_status", "user_id message_id", "" },
        { "DELETE FROM poll_votes WHERE poll_votes.id = $1", SQL_DELETE, "poll_votes", "id", "" },
        { "SELECT DISTINCT ON (m.conversation_id) m.id FROM messages m WHERE m.conversation_id = ANY "
          "($1) ORDER BY m.conversation_id",
          SQL_SELECT, "messages", "conversation_id", "a" },
        { "SELECT m.conversation_id, count(*) FROM messages m JOIN conversation_members c ON "
          "c.conversation_id = m.conversation_id WHERE c.user_id = $1 AND m.deleted_at IS NULL GROUP "
          "BY m.conversation_id",
          SQL_SELECT, "messages", "user_id deleted_at", "a" },
        { "SELECT pg_advisory_xact_lock($1)", SQL_SELECT, "", "", "" },
        { "BEGIN", SQL_OTHER, "", "", "" },
        { "", SQL_OTHER, "", "", "" },
    };
    check(rows, COUNT_OF(rows));
}

static void words_in_strings_comments_and_names_are_none_of_the_statement(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "SELECT 'FROM polls LIMIT 1' FROM messages WHERE content = 'x'' LIMIT 2'", SQL_SELECT,
          "messages", "content", "" },
        { "SELECT 1 /* FROM polls /* LIMIT 1 */ FOR UPDATE */ FROM messages -- LIMIT 5\n",
          SQL_SELECT, "messages", "", "" },
        { "SELECT E'\\' LIMIT 1' FROM messages", SQL_SELECT, "messages", "", "" },
        { "SELECT $q$ FROM polls LIMIT 1 $q$ FROM messages", SQL_SELECT, "messages", "", "" },
        { "SELECT \"limit\", \"from\" FROM \"Messages\" WHERE \"Conversation Id\" = $1", SQL_SELECT,
          "Messages", "Conversation Id", "" },
        { "SELECT EXTRACT(epoch FROM created_at) FROM messages WHERE id = $1", SQL_SELECT,
          "messages", "id", "" },
        { "SELECT a FROM messages WHERE lower(content) = $1 AND $2 = sender_id", SQL_SELECT,
          "messages", "content sender_id", "" },
        { "SELECT a FROM messages WHERE (conversation_id = $1) AND ((deleted_at IS NULL))",
          SQL_SELECT, "messages", "conversation_id deleted_at", "" },
        { "WITH mine AS (SELECT id FROM polls FOR UPDATE) SELECT m.id FROM messages m WHERE m.id = $1",
          SQL_SELECT, "messages", "id", "u" },
        { "SELECT (SELECT count(*) FROM polls LIMIT 1) FROM messages", SQL_SELECT, "messages", "",
          "l" },
        { "INSERT INTO s (a) SELECT id FROM messages WHERE id = $1 ON CONFLICT (a) DO UPDATE SET a = "
          "$2",
          SQL_INSERT, "s", "id", "" },
        { "SELECT a FROM messages; SELECT b FROM polls LIMIT 1", SQL_SELECT, "messages", "", "" },
        { "SELECT a FROM messages WHERE conversation_…", SQL_SELECT, "messages", "", "c" },
    };
    check(rows, COUNT_OF(rows));
}

static void texts_that_end_in_the_middle_or_are_none_do_no_harm(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "SELECT 'abc",
        "SELECT \"",
        "SELECT /* ",
        "SELECT $$ x",
        "SELECT $tag$ $tag",
        "((((",
        "))))",
        "SELECT a FROM",
        "WHERE",
        "SELECT a FROM messages WHERE",
        "\"",
        "$",
        "$1",
        "E'\\",
        "WITH",
        "SELECT a FROM a.b.c.",
        "\x01\x02\xff",
        ".",
        "::",
        "SELECT a FROM messages WHERE a =",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct sql_shape shape;
        sql_shape_read(texts[i], &shape);
        assert_true(shape.where_count <= SQL_COLUMNS_MAX);
    }
}

static void depth_names_and_columns_have_ceilings(void **state)
{
    (void)state;
    struct strbuf text = STRBUF_INIT;
    struct sql_shape shape;
    strbuf_add_str(&text, "SELECT a FROM ");
    for (size_t i = 0; i < 200; i++) {
        strbuf_add_char(&text, 'm');
    }
    strbuf_add_str(&text, " WHERE ");
    for (size_t i = 0; i < 40; i++) {
        strbuf_addf(&text, "column_%zu = $1 AND ", i);
    }
    for (size_t i = 0; i < 500; i++) {
        strbuf_add_str(&text, "(SELECT (");
    }
    sql_shape_read(strbuf_text(&text), &shape);
    assert_int_equal(strlen(shape.table), SQL_NAME_BYTES - 1);
    assert_int_equal(shape.where_count, SQL_COLUMNS_MAX);
    assert_true(sql_shape_has(&shape, "column_0"));
    assert_false(sql_shape_has(&shape, "column_39"));
    strbuf_release(&text);
}

static void only_a_read_by_that_column_alone_is_one(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool want;
    } rows[] = {
        { "SELECT * FROM messages WHERE conversation_id = $1", true },
        { "SELECT * FROM messages WHERE conversation_id = $1 AND deleted_at IS NULL", true },
        { "SELECT * FROM messages WHERE conversation_id = $1 AND sequence_number < $2", false },
        { "SELECT * FROM messages", false },
        { "SELECT * FROM messages WHERE id = $1", false },
        { "SELECT * FROM messages m JOIN users u ON u.id = m.sender_id WHERE m.conversation_id = $1",
          true },
        { "SELECT * FROM users u JOIN messages m ON u.id = m.sender_id WHERE m.conversation_id = $1",
          false },
        { "UPDATE messages SET a = $2 WHERE conversation_id = $1", false },
        { "SELECT * FROM message WHERE conversation_id = $1", false },
        { "SELECT * FROM messages WHERE conversation_id = $1 AND …", false },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct sql_shape shape;
        sql_shape_read(rows[i].text, &shape);
        if (sql_shape_reads_by(&shape, "messages", "conversation_id") != rows[i].want) {
            fail_msg("%s", rows[i].text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statements_as_they_are_counted_have_their_shapes),
        cmocka_unit_test(words_in_strings_comments_and_names_are_none_of_the_statement),
        cmocka_unit_test(texts_that_end_in_the_middle_or_are_none_do_no_harm),
        cmocka_unit_test(depth_names_and_columns_have_ceilings),
        cmocka_unit_test(only_a_read_by_that_column_alone_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
