#include "reports/chart.h"

#include <math.h>

#include "base/mem.h"
#include "reports/clean.h"

/* The picture in its own units; the page scales it. */
#define WIDTH  480.0
#define HEIGHT 290.0
#define LEFT   78.0
#define RIGHT  92.0
#define TOP    14.0
#define BOTTOM 44.0

#define NEAR_LIMIT   1.6  /* a limit up to so many times the greatest figure is drawn */
#define LABEL_HEIGHT 15.0 /* labels keep this distance */
#define LABEL_CHARS  ((size_t)14)

struct scale {
    double x_low;
    double x_high;
    double y_high;
    double step;
};

double chart_step(double greatest)
{
    double power = pow(10.0, floor(log10(greatest / 4.0)));
    static const double factors[] = { 1.0, 2.0, 5.0, 10.0 };
    size_t i = 0;
    while (i < 3 && greatest / (factors[i + 1] * power) >= 4.0) {
        i++;
    }
    return factors[i] * power;
}

static double place_x(const struct scale *scale, double x)
{
    double span = scale->x_high - scale->x_low;
    return LEFT + (x - scale->x_low) / span * (WIDTH - LEFT - RIGHT);
}

static double place_y(const struct scale *scale, double y)
{
    return HEIGHT - BOTTOM - y / scale->y_high * (HEIGHT - TOP - BOTTOM);
}

/* False when there is no point at all. */
static bool find_scale(const struct chart *chart, struct scale *out)
{
    double greatest = 0.0;
    *out = (struct scale){ .x_low = 0.0 };
    size_t points = 0;
    for (size_t i = 0; i < chart->line_count; i++) {
        for (size_t k = 0; k < chart->line[i].count; k++) {
            const struct chart_point *point = &chart->line[i].point[k];
            greatest = fmax(greatest, point->high);
            out->x_high = fmax(out->x_high, point->x);
            points++;
        }
    }
    if (points == 0) {
        return false;
    }
    double data = greatest;
    for (size_t i = 0; i < chart->limit_count; i++) {
        if (chart->limit[i].y <= data * NEAR_LIMIT) {
            greatest = fmax(greatest, chart->limit[i].y);
        }
    }
    greatest = greatest > 0.0 ? greatest : 1.0;
    out->x_high *= 1.04;
    out->step = chart_step(greatest);
    out->y_high = ceil(greatest * 1.02 / out->step) * out->step;
    return true;
}

static void add_axes(struct strbuf *out, const struct chart *chart, const struct scale *scale)
{
    char text[METRIC_TEXT_BYTES];
    long marks = lround(scale->y_high / scale->step);
    for (long i = 0; i <= marks; i++) {
        double y = place_y(scale, (double)i * scale->step);
        metric_format(chart->metric, (double)i * scale->step, text, sizeof text);
        strbuf_addf(out, "<path class=\"%s\" d=\"M%.1f %.1fH%.1f\"/>", i == 0 ? "axis" : "grid",
                    LEFT, y, WIDTH - RIGHT);
        strbuf_addf(out, "<text class=\"mark\" x=\"%.1f\" y=\"%.1f\">%s</text>", LEFT - 7.0,
                    y + 4.0, text);
    }
    strbuf_addf(out, "<text class=\"mid\" x=\"%.1f\" y=\"%.1f\">%s</text>",
                (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 6.0, chart->x_title);
}

static bool mark_seen(double *seen, size_t *count, size_t cap, double x)
{
    for (size_t i = 0; i < *count; i++) {
        if (fabs(seen[i] - x) < 0.5) {
            return true;
        }
    }
    if (*count < cap) {
        seen[(*count)++] = x;
    }
    return false;
}

#define MARKS_MAX ((size_t)16)

/* A mark under each number of messages, left out where two would touch. */
static void add_x_marks(struct strbuf *out, const struct chart *chart, const struct scale *scale)
{
    double seen[MARKS_MAX];
    size_t count = 0;
    double last = -1e9;
    for (size_t i = 0; i < chart->line_count; i++) {
        for (size_t k = 0; k < chart->line[i].count; k++) {
            double x = chart->line[i].point[k].x;
            double at = place_x(scale, x);
            if (mark_seen(seen, &count, MARKS_MAX, x) || fabs(at - last) < 26.0) {
                continue;
            }
            last = at;
            strbuf_addf(out, "<path class=\"axis\" d=\"M%.1f %.1fv5\"/>", at, HEIGHT - BOTTOM);
            strbuf_addf(out, "<text class=\"mid\" x=\"%.1f\" y=\"%.1f\">%.0f</text>", at,
                        HEIGHT - BOTTOM + 19.0, x);
        }
    }
}

static bool add_limits(struct strbuf *out, const struct chart *chart, const struct scale *scale)
{
    bool all = true;
    char text[METRIC_TEXT_BYTES];
    for (size_t i = 0; i < chart->limit_count; i++) {
        const struct chart_limit *limit = &chart->limit[i];
        if (limit->y > scale->y_high || limit->from >= scale->x_high) {
            all = all && limit->y <= scale->y_high;
            continue;
        }
        double from = place_x(scale, fmax(limit->from, scale->x_low));
        double to = place_x(scale, fmin(limit->below, scale->x_high));
        double y = place_y(scale, limit->y);
        metric_format(chart->metric, limit->y, text, sizeof text);
        strbuf_addf(out, "<path class=\"limit\" d=\"M%.1f %.1fH%.1f\"/>", from, y, to);
        bool named = limit->label != NULL; /* such a line goes right across: at its calm end */
        strbuf_addf(out, "<text class=\"limit-text%s\" x=\"%.1f\" y=\"%.1f\">%s %s</text>",
                    named ? " end" : "", named ? to - 3.0 : from + 3.0, y - 5.0,
                    named ? limit->label : "limit", text);
    }
    return all;
}

static void add_marks(struct strbuf *out, const struct chart *chart, const struct scale *scale)
{
    for (size_t i = 0; i < chart->mark_count; i++) {
        double x = place_x(scale, chart->mark[i].x);
        /* To the left of the line where the right has no room. */
        bool left = x > (LEFT + WIDTH - RIGHT) / 2.0;
        strbuf_addf(out, "<path class=\"knee\" d=\"M%.1f %.1fV%.1f\"/>", x, TOP, HEIGHT - BOTTOM);
        strbuf_addf(out, "<text class=\"knee-text%s\" x=\"%.1f\" y=\"%.1f\">", left ? " end" : "",
                    x + (left ? -5.0 : 5.0), TOP + 10.0 + LABEL_HEIGHT * (double)i);
        clean_add_html(out, chart->mark[i].label);
        strbuf_add_str(out, "</text>");
    }
}

static void add_marker(struct strbuf *out, size_t style, double x, double y)
{
    switch (style % 3) {
    case 0:
        strbuf_addf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>", x, y);
        break;
    case 1:
        strbuf_addf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"8\" height=\"8\"/>", x - 4.0,
                    y - 4.0);
        break;
    default:
        strbuf_addf(out, "<path d=\"M%.1f %.1fl5 9h-10z\"/>", x, y - 5.5);
        break;
    }
}

static void add_line(struct strbuf *out, const struct chart *chart, const struct chart_line *line,
                     const struct scale *scale)
{
    char text[METRIC_TEXT_BYTES];
    strbuf_addf(out, "<g class=\"s%zu\"><path class=\"line\" d=\"", line->style % CHART_STYLES);
    for (size_t i = 0; i < line->count; i++) {
        strbuf_addf(out, "%c%.1f %.1f", i == 0 ? 'M' : 'L', place_x(scale, line->point[i].x),
                    place_y(scale, line->point[i].y));
    }
    strbuf_add_str(out, "\"/>");
    for (size_t i = 0; i < line->count; i++) {
        const struct chart_point *point = &line->point[i];
        double x = place_x(scale, point->x);
        double low = place_y(scale, point->low);
        double high = place_y(scale, point->high);
        if (low - high >= 1.0) {
            strbuf_addf(out, "<path class=\"spread\" d=\"M%.1f %.1fV%.1f\"/>", x, low, high);
        }
        metric_format(chart->metric, point->y, text, sizeof text);
        strbuf_addf(out, "<g class=\"point%s\"><title>%.0f %s: %s%s</title>",
                    point->at_least ? " hollow" : "", point->x, chart->x_unit,
                    point->at_least ? "≥ " : "", text);
        add_marker(out, line->style, x, place_y(scale, point->y));
        strbuf_add_str(out, "</g>");
    }
    strbuf_add_str(out, "</g>");
}

struct label {
    const struct chart_line *line;
    double y;
};

static int by_height(const void *left, const void *right)
{
    const struct label *a = left;
    const struct label *b = right;
    return (a->y > b->y) - (a->y < b->y);
}

/* The series' names at the right ends of their lines, pushed apart where they would overlap. */
static void add_labels(struct strbuf *out, const struct chart *chart, const struct scale *scale)
{
    struct label *labels = mem_new_array(chart->line_count, sizeof *labels);
    size_t count = 0;
    for (size_t i = 0; i < chart->line_count; i++) {
        const struct chart_line *line = &chart->line[i];
        if (line->count > 0) {
            labels[count++] =
                (struct label){ line, place_y(scale, line->point[line->count - 1].y) + 4.0 };
        }
    }
    qsort(labels, count, sizeof *labels, by_height);
    for (size_t i = 1; i < count; i++) {
        labels[i].y = fmax(labels[i].y, labels[i - 1].y + LABEL_HEIGHT);
    }
    double lowest = HEIGHT - BOTTOM + 4.0;
    for (size_t i = count; i > 0; i--) {
        labels[i - 1].y = fmin(labels[i - 1].y, lowest);
        lowest = labels[i - 1].y - LABEL_HEIGHT;
    }
    for (size_t i = 0; i < count; i++) {
        char *name = clean_text(labels[i].line->label, LABEL_CHARS);
        strbuf_addf(out, "<text class=\"name s%zu\" x=\"%.1f\" y=\"%.1f\">",
                    labels[i].line->style % CHART_STYLES, WIDTH - RIGHT + 2.0, labels[i].y);
        clean_add_html(out, name);
        strbuf_add_str(out, "</text>");
        free(name);
    }
    free(labels);
}

bool chart_add_svg(struct strbuf *out, const struct chart *chart)
{
    struct scale scale;
    bool all = true;
    if (!find_scale(chart, &scale)) {
        strbuf_add_str(out,
                       "<p class=\"none\">NO DATA: no series has a figure for this chart.</p>");
        return true;
    }
    strbuf_addf(out,
                "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-labelledby=\"%s-t %s-d\">"
                "<title id=\"%s-t\">",
                WIDTH, HEIGHT, chart->id, chart->id, chart->id);
    clean_add_html(out, chart->title);
    strbuf_addf(out, "</title><desc id=\"%s-d\">", chart->id);
    clean_add_html(out, chart->description);
    strbuf_add_str(out, "</desc>");
    add_axes(out, chart, &scale);
    add_x_marks(out, chart, &scale);
    all = add_limits(out, chart, &scale);
    add_marks(out, chart, &scale);
    for (size_t i = 0; i < chart->line_count; i++) {
        if (chart->line[i].count > 0) {
            add_line(out, chart, &chart->line[i], &scale);
        }
    }
    add_labels(out, chart, &scale);
    strbuf_add_str(out, "</svg>\n");
    return all;
}
