#include "tests/unit/test.h"

#include <string.h>
#include <time.h>

#include "seed/tables.h"

static void columns_are_escaped_for_copy(void **state)
{
    (void)state;
    static const struct {
        const char *input;
        const char *want;
    } cases[] = {
        { "", "" },         { "plain", "plain" }, { "a\tb\nc\rd", "a\\tb\\nc\\rd" },
        { "\\N", "\\\\N" }, { "\\.", "\\\\." },   { "ends in \\", "ends in \\\\" },
        { "👍\t", "👍\\t" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct strbuf out = STRBUF_INIT;
        table_escape(cases[i].input, &out);
        assert_string_equal(strbuf_text(&out), cases[i].want);
        strbuf_release(&out);
    }
}

static void times_are_utc_to_the_microsecond(void **state)
{
    (void)state;
    static const struct {
        int64_t us;
        const char *want;
    } cases[] = {
        { 0, "1970-01-01 00:00:00.000000+00" },
        { 951782400000000, "2000-02-29 00:00:00.000000+00" },
        { 951868799999999, "2000-02-29 23:59:59.999999+00" },
        { 951868800000000, "2000-03-01 00:00:00.000000+00" },
        { INT64_C(1771606800000000), "2026-02-20 17:00:00.000000+00" },
        { INT64_C(4107542400000001), "2100-03-01 00:00:00.000001+00" },
        { INT64_C(253402300799000000), "9999-12-31 23:59:59.000000+00" },
    };
    char out[TABLE_TIME_BYTES];
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        table_time(cases[i].us, out);
        assert_string_equal(out, cases[i].want);
    }
    for (int64_t day = 0; day < 60000; day++) {
        time_t seconds = (time_t)(day * 86400 + 12345);
        struct tm civil;
        char want[TABLE_TIME_BYTES];
        assert_non_null(gmtime_r(&seconds, &civil));
        assert_true(strftime(want, sizeof want, "%Y-%m-%d %H:%M:%S.000000+00", &civil) > 0);
        table_time((int64_t)seconds * 1000000, out);
        assert_string_equal(out, want);
    }
}

static size_t count_char(const char *text, char c)
{
    size_t count = 0;
    for (; *text != '\0'; text++) {
        count += *text == c ? 1 : 0;
    }
    return count;
}

static void every_line_has_as_many_columns_as_its_table(void **state)
{
    (void)state;
    const struct shape shape = {
        .seed = 5, .users = 20, .group_members = 15, .messages = 230, .encrypted = 7, .reactions = 3
    };
    struct table_maker maker = { .shape = &shape };
    struct strbuf line = STRBUF_INIT;
    uint64_t total = 0;
    for (size_t t = 0; t < TABLE_COUNT; t++) {
        for (uint64_t i = 0; i < tables[t].count(&shape); i++) {
            strbuf_clear(&line);
            tables[t].line(&maker, i, &line);
            assert_int_equal(count_char(line.data, '\t'), count_char(tables[t].columns, ','));
            assert_int_equal(count_char(line.data, '\n'), 1);
            assert_int_equal(line.data[line.len - 1], '\n');
            total++;
        }
    }
    assert_int_equal(total, tables_total(&shape));
    strbuf_release(&line);
    table_maker_release(&maker);
}

static void the_suites_seed_has_its_numbers_of_rows(void **state)
{
    (void)state;
    const struct shape suite = { .seed = 1, .users = 100, .group_members = 100, .messages = 201 };
    static const uint64_t want[TABLE_COUNT] = { 100, 11, 200, 301, 1, 4, 0 };
    for (size_t t = 0; t < TABLE_COUNT; t++) {
        assert_int_equal(tables[t].count(&suite), want[t]);
    }
    assert_string_equal(table_of_members->name, "conversation_members");
    assert_string_equal(table_of_reactions->name, "message_reactions");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_escaped_for_copy),
        cmocka_unit_test(times_are_utc_to_the_microsecond),
        cmocka_unit_test(every_line_has_as_many_columns_as_its_table),
        cmocka_unit_test(the_suites_seed_has_its_numbers_of_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
