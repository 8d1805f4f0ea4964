#include "reports/chart_time.h"

#include <math.h>

#include "reports/clean.h"

/* The picture in its own units; the page scales it. */
#define WIDTH        1080.0
#define LEFT         82.0
#define RIGHT        14.0
#define TOP          22.0 /* with names of moments; without: */
#define TOP_BARE     (-4.0)
#define PANEL        92.0 /* height of a panel's plot */
#define HEAD         26.0 /* above each panel, for its title */
#define BOTTOM       34.0
#define LETTER_WIDTH 6.6 /* of a label, about */
#define LEGEND_GAP   26.0
#define MARK_ROOM    64.0 /* labels of moments keep this distance */

struct place {
    double end_s;
    double top;  /* of the plot */
    double high; /* greatest y of its axis */
    double step;
};

double chart_time_step(double end_s)
{
    static const double steps[] = { 0.1, 0.2, 0.5, 1,   2,    5,    10,   15,    30,    60,
                                    120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400 };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (end_s / steps[i] <= 12.0) {
            return steps[i];
        }
    }
    return end_s / 12.0;
}

static double place_x(const struct place *place, double at_s)
{
    return LEFT + fmin(fmax(at_s, 0.0), place->end_s) / place->end_s * (WIDTH - LEFT - RIGHT);
}

static double place_y(const struct place *place, double y)
{
    return place->top + PANEL - fmin(fmax(y, 0.0), place->high) / place->high * PANEL;
}

static double top_of(const struct chart_time *chart)
{
    return chart->mark_count > 0 ? TOP : TOP_BARE;
}

/* 1, 2 or 5 times a power of ten: two or three marks are enough in so low a panel. */
static double y_step(double greatest)
{
    static const double factors[] = { 1.0, 2.0, 5.0 };
    double power = pow(10.0, floor(log10(greatest)) - 1.0);
    for (;; power *= 10.0) {
        for (size_t i = 0; i < sizeof factors / sizeof factors[0]; i++) {
            if (greatest / (factors[i] * power) <= 3.0) {
                return factors[i] * power;
            }
        }
    }
}

static double greatest_of(const struct chart_time_panel *panel)
{
    double greatest = 0.0;
    for (size_t i = 0; i < panel->line_count; i++) {
        for (size_t k = 0; k < panel->count; k++) {
            greatest = fmax(greatest, panel->line[i].y[k]);
        }
    }
    if (isfinite(panel->limit) && panel->limit <= greatest * 1.6) {
        greatest = fmax(greatest, panel->limit);
    }
    return greatest > 0.0 && isfinite(greatest) ? greatest : 1.0;
}

static void add_time_text(struct strbuf *out, double at_s, double step)
{
    if (step >= 60.0) {
        strbuf_addf(out, "%.0f:%02.0f", floor(at_s / 60.0), fmod(at_s, 60.0));
    } else {
        strbuf_addf(out, "%g s", round(at_s * 10.0) / 10.0);
    }
}

static void add_time_axis(struct strbuf *out, const struct chart_time *chart, double bottom)
{
    struct place place = { .end_s = chart->end_s };
    double step = chart_time_step(chart->end_s);
    for (long i = 0; (double)i * step <= chart->end_s * 1.0001; i++) {
        double at_s = (double)i * step;
        double x = place_x(&place, at_s);
        strbuf_addf(out, "<path class=\"grid\" d=\"M%.1f %.1fV%.1f\"/>", x, top_of(chart) + HEAD,
                    bottom);
        strbuf_addf(out, "<text class=\"mid\" x=\"%.1f\" y=\"%.1f\">", x, bottom + 18.0);
        add_time_text(out, at_s, step);
        strbuf_add_str(out, "</text>");
    }
}

static void add_marks(struct strbuf *out, const struct chart_time *chart, double bottom)
{
    struct place place = { .end_s = chart->end_s };
    double last = -MARK_ROOM;
    for (size_t i = 0; i < chart->mark_count; i++) {
        double x = place_x(&place, chart->mark[i].at_s);
        strbuf_addf(out, "<path class=\"moment\" d=\"M%.1f %.1fV%.1f\"/>", x, TOP - 6.0, bottom);
        if (x - last < MARK_ROOM) {
            continue;
        }
        last = x;
        bool at_end = x > WIDTH - RIGHT - MARK_ROOM;
        strbuf_addf(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">",
                    at_end ? "mark" : "moment-text", x + (at_end ? -4.0 : 4.0), TOP - 8.0);
        clean_add_html(out, chart->mark[i].label);
        strbuf_add_str(out, "</text>");
    }
}

static void add_y_axis(struct strbuf *out, const struct chart_time_panel *panel,
                       const struct place *place)
{
    char text[METRIC_TEXT_BYTES];
    long marks = lround(place->high / place->step);
    for (long i = 0; i <= marks; i++) {
        double y = (double)i * place->step;
        metric_format(panel->metric, y, text, sizeof text);
        strbuf_addf(out, "<path class=\"%s\" d=\"M%.1f %.1fH%.1f\"/>", i > 0 ? "grid" : "axis",
                    LEFT, place_y(place, y), WIDTH - RIGHT);
        strbuf_addf(out, "<text class=\"mark\" x=\"%.1f\" y=\"%.1f\">%s</text>", LEFT - 7.0,
                    place_y(place, y) + 4.0, text);
    }
}

/* Title at the left, then each line's name in its own colour. */
static void add_head(struct strbuf *out, const struct chart_time_panel *panel,
                     const struct place *place)
{
    double x = LEFT;
    double y = place->top - 8.0;
    strbuf_addf(out, "<text class=\"panel\" x=\"%.1f\" y=\"%.1f\">", x, y);
    clean_add_html(out, panel->title);
    strbuf_add_str(out, "</text>");
    x += LETTER_WIDTH * 1.08 * (double)strlen(panel->title) + LEGEND_GAP;
    for (size_t i = 0; i < panel->line_count; i++) {
        const struct chart_time_line *line = &panel->line[i];
        strbuf_addf(out,
                    "<g class=\"%s\"><path class=\"line\" d=\"M%.1f %.1fh18\"/>"
                    "<text class=\"name\" x=\"%.1f\" y=\"%.1f\">",
                    line->kind, x, y - 4.0, x + 23.0, y);
        clean_add_html(out, line->label);
        strbuf_add_str(out, "</text></g>");
        x += 23.0 + LETTER_WIDTH * (double)strlen(line->label) + LEGEND_GAP;
    }
}

/* One run of numbers without a gap, from `from` on; returns where it ends. */
static size_t add_piece(struct strbuf *out, const struct chart_time_panel *panel,
                        const struct chart_time_line *line, const struct place *place, size_t from)
{
    size_t to = from;
    while (to < panel->count && isfinite(line->y[to])) {
        to++;
    }
    double first = place_x(place, panel->time[from]);
    strbuf_addf(out, "M%.1f %.1f", first, place_y(place, line->y[from]));
    for (size_t i = from + 1; i < to; i++) {
        strbuf_addf(out, "L%.1f %.1f", place_x(place, panel->time[i]), place_y(place, line->y[i]));
    }
    if (to == from + 1) {
        strbuf_add_str(out, "h0.1"); /* a single number is a dot */
    }
    return to;
}

static void add_area(struct strbuf *out, const struct chart_time_panel *panel,
                     const struct chart_time_line *line, const struct place *place)
{
    double base = place->top + PANEL;
    strbuf_add_str(out, "<path class=\"area\" d=\"");
    for (size_t i = 0; i < panel->count;) {
        if (!isfinite(line->y[i])) {
            i++;
            continue;
        }
        size_t to = add_piece(out, panel, line, place, i);
        strbuf_addf(out, "V%.1fH%.1fZ", base, place_x(place, panel->time[i]));
        i = to;
    }
    strbuf_add_str(out, "\"/>");
}

static void add_line(struct strbuf *out, const struct chart_time_panel *panel,
                     const struct chart_time_line *line, const struct place *place)
{
    strbuf_addf(out, "<g class=\"%s\">", line->kind);
    if (line->filled) {
        add_area(out, panel, line, place);
    }
    strbuf_add_str(out, "<path class=\"line\" d=\"");
    for (size_t i = 0; i < panel->count;) {
        i = isfinite(line->y[i]) ? add_piece(out, panel, line, place, i) : i + 1;
    }
    strbuf_add_str(out, "\"/></g>");
}

static void add_panel(struct strbuf *out, const struct chart_time *chart, size_t index)
{
    char text[METRIC_TEXT_BYTES];
    const struct chart_time_panel *panel = &chart->panel[index];
    double greatest = greatest_of(panel);
    double step = y_step(greatest);
    struct place place = {
        .end_s = chart->end_s,
        .top = top_of(chart) + HEAD + (double)index * (PANEL + HEAD),
        .high = ceil(greatest * 1.02 / step) * step,
        .step = step,
    };
    add_y_axis(out, panel, &place);
    add_head(out, panel, &place);
    if (isfinite(panel->limit) && panel->limit <= place.high) {
        double y = place_y(&place, panel->limit);
        metric_format(panel->metric, panel->limit, text, sizeof text);
        strbuf_addf(out, "<path class=\"limit\" d=\"M%.1f %.1fH%.1f\"/>", LEFT, y, WIDTH - RIGHT);
        strbuf_addf(out, "<text class=\"limit-text\" x=\"%.1f\" y=\"%.1f\">%s %s</text>",
                    LEFT + 4.0, y - 4.0, panel->limit_label, text);
    }
    for (size_t i = 0; i < panel->line_count; i++) {
        add_line(out, panel, &panel->line[i], &place);
    }
}

void chart_time_add_svg(struct strbuf *out, const struct chart_time *chart)
{
    double bottom = top_of(chart) + (double)chart->panel_count * (PANEL + HEAD);
    if (chart->panel_count == 0 || !(chart->end_s > 0.0) || !isfinite(chart->end_s)) {
        strbuf_add_str(out, "<p class=\"none\">NO DATA: nothing was recorded over time.</p>");
        return;
    }
    strbuf_addf(out,
                "<svg class=\"wide\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
                "aria-labelledby=\"%s-t %s-d\"><title id=\"%s-t\">",
                WIDTH, bottom + BOTTOM, chart->id, chart->id, chart->id);
    clean_add_html(out, chart->title);
    strbuf_addf(out, "</title><desc id=\"%s-d\">", chart->id);
    clean_add_html(out, chart->description);
    strbuf_add_str(out, "</desc>");
    add_time_axis(out, chart, bottom);
    add_marks(out, chart, bottom);
    for (size_t i = 0; i < chart->panel_count; i++) {
        add_panel(out, chart, i);
    }
    strbuf_add_str(out, "</svg>\n");
}
