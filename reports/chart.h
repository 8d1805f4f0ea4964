/* A line chart as inline SVG: a figure over the number of messages or of virtual users, one line a
 * series. Coloured by
 * the style sheet's classes s0…s5, told apart by marker and dash as well; with title and
 * description for who cannot see it. Wants no script and no font of its own. */
#ifndef REPORTS_CHART_H
#define REPORTS_CHART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "metrics/metric.h"

#define CHART_STYLES ((size_t)6) /* further series begin again with the first */

struct chart_point {
    double x;
    double y;
    double low; /* least and greatest sample; equal to y with one sample */
    double high;
    bool at_least; /* y is a lower bound: drawn hollow */
};

struct chart_line {
    const char *label; /* clean, not escaped */
    size_t style;      /* which of CHART_STYLES: the series keeps its own in every chart */
    const struct chart_point *point;
    size_t count;
};

/* A horizontal limit over a part of the x axis. */
struct chart_limit {
    double from;
    double below; /* infinity: to the right end */
    double y;
    const char *label; /* what it is called; NULL: "limit" */
};

/* A place on the x axis that has a name. */
struct chart_mark {
    double x;
    const char *label;
};

struct chart {
    const char *id; /* of the element, unique in the page: letters and digits */
    const char *title;
    const char *description;
    const char *x_title;             /* "messages loaded" */
    const char *x_unit;              /* "messages": "50 messages: 12,819" */
    const struct metric_def *metric; /* formats the y axis */
    const struct chart_line *line;
    size_t line_count;
    const struct chart_limit *limit; /* drawn when it is near enough to the data */
    size_t limit_count;
    const struct chart_mark *mark;
    size_t mark_count;
};

/* Appends the <svg>. Without any point it says NO DATA in its place. Returns whether all limits
 * could be drawn without pressing the data flat. */
bool chart_add_svg(struct strbuf *out, const struct chart *chart);

/* The distance between axis marks: 1, 2 or 5 times a power of ten, giving 4 to 10 marks from 0 to
 * `greatest` (> 0). */
double chart_step(double greatest);

#endif
