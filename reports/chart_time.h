/* Figures over the time of a run as inline SVG: panels one under the other that share one x axis,
 * so that what happened at the same moment stands in one line. */
#ifndef REPORTS_CHART_TIME_H
#define REPORTS_CHART_TIME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "metrics/metric.h"

#define CHART_TIME_LINES  ((size_t)4)
#define CHART_TIME_PANELS ((size_t)8)

/* `y` has as many numbers as the panel's `time`; NaN is a gap. */
struct chart_time_line {
    const char *label; /* clean, not escaped */
    const char *kind;  /* class of the style sheet: "s1", "bad", "soft" */
    const double *y;
    bool filled; /* the area below it as well */
};

struct chart_time_panel {
    const char *title;
    const double *time; /* seconds, rising */
    size_t count;
    struct chart_time_line line[CHART_TIME_LINES];
    size_t line_count;
    const struct metric_def *metric; /* formats the y axis */
    double limit;                    /* a horizontal line; NaN for none */
    const char *limit_label;
};

/* A moment with a name: a scenario's or stage's begin. */
struct chart_time_mark {
    double at_s;
    const char *label;
};

struct chart_time {
    const char *id;
    const char *title;
    const char *description;
    double end_s;
    struct chart_time_panel panel[CHART_TIME_PANELS];
    size_t panel_count;
    const struct chart_time_mark *mark;
    size_t mark_count;
};

void chart_time_add_svg(struct strbuf *out, const struct chart_time *chart);

/* The distance between marks on the time axis, in seconds: one that people count in. */
double chart_time_step(double end_s);

#endif
