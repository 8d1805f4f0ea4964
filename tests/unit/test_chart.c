/* Charts: axis steps, what is drawn, what is not. */
#include "tests/unit/test.h"

#include <math.h>

#include "reports/chart.h"

static const struct chart_point growing[] = { { 50, 1630, 1630, 1630, false },
                                              { 150, 4770, 4700, 4800, false },
                                              { 200, 6340, 6340, 6340, false } };
static const struct chart_point level[] = { { 50, 498, 498, 504, false },
                                            { 200, 498, 498, 498, false } };

static struct strbuf draw(const struct chart_line *lines, size_t count,
                          const struct chart_limit *limits, size_t limit_count, bool *all)
{
    struct strbuf out = STRBUF_INIT;
    const struct chart chart = {
        .id = "c1",
        .title = "Elements <list>",
        .x_title = "messages loaded",
        .x_unit = "messages",
        .description = "plain: 1,630 at 50 messages",
        .metric = metric_find("dom_elements"),
        .line = lines,
        .line_count = count,
        .limit = limits,
        .limit_count = limit_count,
    };
    *all = chart_add_svg(&out, &chart);
    return out;
}

static size_t times(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part)) {
        count++;
    }
    return count;
}

static void steps_give_four_to_ten_marks(void **state)
{
    (void)state;
    double greatest = 0.013;
    for (int i = 0; i < 450; i++) { /* up to 2e11 */
        greatest *= 1.07;
        double step = chart_step(greatest);
        double marks = greatest / step;
        double mantissa = step / pow(10.0, floor(log10(step * 1.0000001)));
        assert_true(marks >= 3.9999 && marks <= 10.0001);
        assert_true(fabs(mantissa - 1.0) < 1e-6 || fabs(mantissa - 2.0) < 1e-6 ||
                    fabs(mantissa - 5.0) < 1e-6);
    }
    assert_true(fabs(chart_step(6340) - 1000.0) < 1e-9);
    assert_true(fabs(chart_step(7.0) - 1.0) < 1e-9);
}

static void lines_points_and_names_are_drawn(void **state)
{
    (void)state;
    bool all = false;
    const struct chart_line lines[] = { { "plain", 0, growing, 3 }, { "virtual", 1, level, 2 } };
    struct strbuf out = draw(lines, 2, NULL, 0, &all);
    const char *svg = strbuf_text(&out);
    assert_true(all);
    assert_int_equal(times(svg, "class=\"line\""), 2);
    assert_int_equal(times(svg, "class=\"point\""), 5);
    assert_int_equal(times(svg, "class=\"spread\""), 1); /* the other is under a unit high */
    assert_int_equal(times(svg, "<circle"), 3);
    assert_int_equal(times(svg, "<rect"), 2);
    assert_non_null(strstr(svg, "<title id=\"c1-t\">Elements &lt;list&gt;</title>"));
    assert_non_null(strstr(svg, "aria-labelledby=\"c1-t c1-d\""));
    assert_non_null(strstr(svg, "150 messages: 4,770"));
    strbuf_release(&out);
}

static void limits_near_the_data_are_drawn_and_far_ones_are_not(void **state)
{
    (void)state;
    bool all = true;
    const struct chart_limit limits[] = { { 50, 150, 8000, NULL },
                                          { 150, (double)INFINITY, 20000, NULL } };
    const struct chart_line lines[] = { { "plain", 0, growing, 3 } };
    struct strbuf out = draw(lines, 1, limits, 2, &all);
    assert_false(all);
    assert_non_null(strstr(strbuf_text(&out), "limit 8,000"));
    assert_null(strstr(strbuf_text(&out), "limit 20,000"));
    assert_null(strstr(strbuf_text(&out), "inf"));
    strbuf_release(&out);
}

static void lower_bounds_are_hollow_and_marks_and_limits_have_their_names(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT;
    static const struct chart_point points[] = { { 10, 700, 700, 700, false },
                                                 { 30, 10000, 10000, 10000, true } };
    const struct chart_line line = { "p95", 0, points, 2 };
    const struct chart_limit limit = { 0, (double)INFINITY, 1400, "2 × baseline:" };
    const struct chart_mark mark = { 30, "breaks <here>" };
    const struct chart chart = { .id = "c1",
                                 .title = "t",
                                 .description = "d",
                                 .x_title = "virtual users",
                                 .x_unit = "VUs",
                                 .metric = metric_find("lcp"),
                                 .line = &line,
                                 .line_count = 1,
                                 .limit = &limit,
                                 .limit_count = 1,
                                 .mark = &mark,
                                 .mark_count = 1 };
    assert_true(chart_add_svg(&out, &chart));
    const char *svg = strbuf_text(&out);
    assert_int_equal(times(svg, "class=\"point hollow\""), 1);
    assert_non_null(strstr(svg, "30 VUs: ≥ 10,000 ms"));
    assert_non_null(strstr(svg, "2 × baseline: 1,400 ms"));
    assert_non_null(strstr(svg, "breaks &lt;here&gt;"));
    assert_non_null(strstr(svg, ">virtual users<"));
    strbuf_release(&out);
}

static void without_points_it_says_no_data(void **state)
{
    (void)state;
    bool all = false;
    const struct chart_line lines[] = { { "plain", 0, NULL, 0 } };
    struct strbuf out = draw(lines, 1, NULL, 0, &all);
    assert_null(strstr(strbuf_text(&out), "<svg"));
    assert_non_null(strstr(strbuf_text(&out), "NO DATA"));
    strbuf_release(&out);
}

static void zero_and_huge_figures_keep_finite_coordinates(void **state)
{
    (void)state;
    static const struct chart_point points[][2] = {
        { { 1, 0, 0, 0, false }, { 1, 0, 0, 0, false } },
        { { 1, 1e15, 1e15, 1e15, false }, { 1e9, 0, 0, 1e15, false } },
        { { 50, 1e-9, 0, 1e-9, false }, { 51, 1e-9, 0, 1e-9, false } },
    };
    for (size_t i = 0; i < COUNT_OF(points); i++) {
        bool all = false;
        const struct chart_line lines[] = { { "x", 0, points[i], 2 } };
        struct strbuf out = draw(lines, 1, NULL, 0, &all);
        assert_null(strstr(strbuf_text(&out), "nan"));
        assert_null(strstr(strbuf_text(&out), "inf"));
        assert_true(out.len < 8000);
        strbuf_release(&out);
    }
}

static void names_at_one_height_are_pushed_apart(void **state)
{
    (void)state;
    bool all = false;
    struct chart_line lines[6];
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        lines[i] = (struct chart_line){ "same", i, level, 2 };
    }
    struct strbuf out = draw(lines, COUNT_OF(lines), NULL, 0, &all);
    double last = -100.0;
    size_t names = 0;
    for (const char *at = strstr(strbuf_text(&out), "class=\"name"); at != NULL;
         at = strstr(at + 1, "class=\"name")) {
        double y = strtod(strstr(at, " y=\"") + 4, NULL);
        assert_true(y >= last + 14.9);
        assert_true(y > 0.0 && y < 290.0);
        last = y;
        names++;
    }
    assert_int_equal(names, 6);
    strbuf_release(&out);
}

static void a_hostile_name_is_cut_and_escaped(void **state)
{
    (void)state;
    bool all = false;
    const struct chart_line lines[] = { { "</svg><script>alert(1)", 0, level, 2 } };
    struct strbuf out = draw(lines, 1, NULL, 0, &all);
    assert_null(strstr(strbuf_text(&out), "<script"));
    assert_non_null(strstr(strbuf_text(&out), "&lt;/svg&gt;&lt;script&gt;…"));
    strbuf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_give_four_to_ten_marks),
        cmocka_unit_test(lines_points_and_names_are_drawn),
        cmocka_unit_test(limits_near_the_data_are_drawn_and_far_ones_are_not),
        cmocka_unit_test(lower_bounds_are_hollow_and_marks_and_limits_have_their_names),
        cmocka_unit_test(without_points_it_says_no_data),
        cmocka_unit_test(zero_and_huge_figures_keep_finite_coordinates),
        cmocka_unit_test(names_at_one_height_are_pushed_apart),
        cmocka_unit_test(a_hostile_name_is_cut_and_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
