/* Raw files of rows over time: what is kept, what is merged, what is refused. */
#include "tests/unit/test.h"

#include <math.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "reports/timeline.h"

static void parse(const char *text, struct timeline *out)
{
    struct err_msg msg = { "" };
    if (timeline_parse(text, strlen(text), "seconds", "raw/a", out, &msg) != ERR_OK) {
        fail_msg("%s", msg.text);
    }
}

static void rows_become_cells_by_the_names_of_their_columns(void **state)
{
    (void)state;
    struct timeline timeline;
    parse("{\"columns\": [\"at_s\", \"p95_ms\"], \"more\": {\"a\": [[1], \"]\"]},\n"
          "\"seconds\": [[1.0000559091567993, 318.1239929199219], [2, null],\n"
          " [3e0, -0.5]], \"trees\": [{\"x\": [1, 2]}]}",
          &timeline);
    assert_int_equal(timeline.column_count, 2);
    assert_int_equal(timeline.cell_count, 3);
    assert_int_equal(timeline.rows_per_cell, 1);
    size_t p95 = timeline_column(&timeline, "p95_ms");
    assert_int_equal(p95, 1);
    assert_int_equal(timeline_column(&timeline, "nothing"), TIMELINE_COLUMNS_MAX);
    /* To the last bit: what the file says is what is drawn. */
    assert_true(timeline_at(&timeline, 0, 0, TIMELINE_MAX) == 1.0000559091567993);
    assert_true(timeline_at(&timeline, 0, p95, TIMELINE_MEAN) == 318.1239929199219);
    assert_true(isnan(timeline_at(&timeline, 1, p95, TIMELINE_MAX)));
    assert_true(timeline_at(&timeline, 2, p95, TIMELINE_MIN) == -0.5);
    assert_true(timeline_at(&timeline, 2, 0, TIMELINE_SUM) == 3.0);
    assert_true(isnan(timeline_at(&timeline, 0, TIMELINE_COLUMNS_MAX, TIMELINE_MAX)));
    assert_true(timeline_greatest(&timeline, p95) == 318.1239929199219);
    timeline_release(&timeline);
}

static void any_number_of_rows_fits_and_nothing_of_them_is_lost(void **state)
{
    (void)state;
    static const size_t counts[] = { 1, TIMELINE_CELLS, TIMELINE_CELLS + 1, 12345 };
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        struct strbuf text = STRBUF_INIT;
        struct timeline timeline;
        double sum = 0.0;
        size_t n = 0;
        strbuf_add_str(&text, "{\"columns\":[\"at_s\",\"v\"],\"seconds\":[");
        for (size_t k = 0; k < counts[i]; k++) {
            strbuf_addf(&text, "%s[%zu,%zu]", k == 0 ? "" : ",", k, k % 1000);
        }
        strbuf_add_str(&text, "]}");
        parse(strbuf_text(&text), &timeline);
        assert_int_equal(timeline.rows, counts[i]);
        assert_true(timeline.cell_count <= TIMELINE_CELLS);
        assert_true(timeline.cell_count * timeline.rows_per_cell >= counts[i]);
        for (size_t k = 0; k < timeline.cell_count; k++) {
            const struct timeline_value *value = &timeline.value[k * 2 + 1];
            sum += value->sum;
            n += value->n;
            assert_true(timeline_at(&timeline, k, 0, TIMELINE_MIN) ==
                        (double)(k * timeline.rows_per_cell));
        }
        assert_int_equal(n, counts[i]);
        double want = 0.0;
        for (size_t k = 0; k < counts[i]; k++) {
            want += (double)(k % 1000);
        }
        assert_true(sum == want);
        assert_true(timeline_greatest(&timeline, 1) == fmin((double)counts[i] - 1.0, 999.0));
        timeline_release(&timeline);
        strbuf_release(&text);
    }
}

static void numbers_are_read_as_the_library_reads_them(void **state)
{
    (void)state;
    static const char *const numbers[] = { "0",
                                           "-0.1",
                                           "0.1",
                                           "123456789012345",
                                           "1234567890123456789",
                                           "318.1239929199219",
                                           "0.000001234567890123",
                                           "1e300",
                                           "2.5E-7",
                                           "9007199254740993",
                                           "2.2250738585072014e-308" };
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        struct timeline timeline;
        char *text = mem_format("{\"columns\":[\"a\"],\"seconds\":[[%s]]}", numbers[i]);
        parse(text, &timeline);
        if (timeline_at(&timeline, 0, 0, TIMELINE_MAX) != strtod(numbers[i], NULL)) {
            fail_msg("%s", numbers[i]);
        }
        timeline_release(&timeline);
        free(text);
    }
}

static void what_is_no_timeline_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {
        { "", "holds no rows" },
        { "{}", "holds no rows" },
        { "[]", "holds no rows" },
        { "{\"seconds\":[[1]]}", "no columns before the rows" },
        { "{\"columns\":[\"a\"],\"seconds\":[[1],[1,2]]}", "row 2" },
        { "{\"columns\":[\"a\",\"b\"],\"seconds\":[[1]]}", "shorter" },
        { "{\"columns\":[\"a\"],\"seconds\":[[\"1\"]]}", "holds a text" },
        { "{\"columns\":[\"a\"],\"seconds\":[[1-2]]}", "neither a number nor null" },
        { "{\"columns\":[\"a\"],\"seconds\":[[true]]}", "neither a number nor null" },
        { "{\"columns\":[\"a\"],\"seconds\":[[[1]]]}", "nested too deep" },
        { "{\"columns\":[\"a\"],\"seconds\":[{\"a\":1}]}", "holds an object" },
        { "{\"columns\":[\"a\"],\"seconds\":[[1],", "cut short" },
        { "{\"columns\":[\"a\"],\"seconds\":[[1]],\"seconds\":[[1]]}", "rows twice" },
        { "}", "closes what was not opened" },
        { "{\"columns\":[\"a\"],\"seconds\":[[99999999999999999999999999999999999999999999999999999"
          "99999999999999999999999]]}",
          "neither a number nor null" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct timeline timeline;
        struct err_msg msg = { "" };
        enum err code = timeline_parse(cases[i].text, strlen(cases[i].text), "seconds", "raw/a",
                                       &timeline, &msg);
        assert_int_equal(code, ERR_FORMAT);
        if (strstr(msg.text, cases[i].words) == NULL || strstr(msg.text, "raw/a") == NULL) {
            fail_msg("%s: %s", cases[i].text, msg.text);
        }
        assert_null(timeline.value);
    }
}

static void a_file_is_read_and_a_damaged_one_refused(void **state)
{
    (void)state;
    char *dir = NULL;
    struct err_msg msg = { "" };
    struct timeline timeline;
    static const char text[] = "{\"columns\":[\"at_s\"],\"seconds\":[[1],[2]]}";
    assert_int_equal(file_make_temp_dir(NULL, "tmscdp-test-", &dir, &msg), ERR_OK);
    char *path = file_join(dir, "a-timeline.json.gz");
    assert_int_equal(file_write_gz(path, text, sizeof text - 1, 0644, &msg), ERR_OK);
    assert_int_equal(timeline_read(path, "seconds", &timeline, &msg), ERR_OK);
    assert_int_equal(timeline.rows, 2);
    timeline_release(&timeline);
    assert_int_equal(file_write(path, "\x1f\x8b\x08 no gzip", 11, 0644, &msg), ERR_OK);
    assert_int_not_equal(timeline_read(path, "seconds", &timeline, &msg), ERR_OK);
    assert_non_null(strstr(msg.text, "a-timeline.json.gz"));
    assert_int_equal(file_remove_tree(dir, &msg), ERR_OK);
    free(path);
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_become_cells_by_the_names_of_their_columns),
        cmocka_unit_test(any_number_of_rows_fits_and_nothing_of_them_is_lost),
        cmocka_unit_test(numbers_are_read_as_the_library_reads_them),
        cmocka_unit_test(what_is_no_timeline_is_refused_with_its_place),
        cmocka_unit_test(a_file_is_read_and_a_damaged_one_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
