/* A report as flat lists, for the outputs that other programs read: everything that was judged, and
 * every figure that is worth following over time. Both are read off the model, so that no output
 * can differ from the page. */
#ifndef REPORTS_LINES_H
#define REPORTS_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "reports/model.h"

enum line_state {
    LINE_PASSED,
    LINE_FAILED,
    LINE_NO_DATA,
    LINE_ERROR /* the run itself did not end as it should */
};

/* Something that was judged. Texts are borrowed for the call. */
struct line_judged {
    const char *subject; /* "browser.plain.150", "load.poll-vote": the same in every run */
    const char *name;    /* "DOM elements < 20,000": the same in every run */
    enum line_state state;
    const char *value; /* "25,310"; empty without data */
    const char *text;  /* the whole as a sentence */
};

/* Calls `each` for everything that was judged: targets and slope of each variant, bands and
 * verdict, thresholds and integrity of each load, the end of each run. */
void lines_judged(const struct report *report,
                  void (*each)(void *arg, const struct line_judged *line), void *arg);

/* A figure to follow. `low` and `high`: the least and greatest repetition, NaN when there is one
 * only. */
struct line_figure {
    const char *subject; /* "browser/plain/150", "load/poll-vote/vote/31+" */
    const char *name;    /* "dom_elements", "service_p95_ms" */
    const char *title;   /* "DOM elements" */
    const char *unit;
    bool higher_is_better;
    double value;
    double low;
    double high;
    double n;
};

void lines_figures(const struct report *report,
                   void (*each)(void *arg, const struct line_figure *line), void *arg);

#endif
