/* What `tmscdp compare` says, in one struct; every output prints this struct, so that no two of
 * them can differ. Text that came from a result file is cleaned on its way out. */
#ifndef REPORTS_COMPARE_VIEW_H
#define REPORTS_COMPARE_VIEW_H

#include <stdbool.h>

#include "base/strbuf.h"
#include "metrics/budget.h"
#include "metrics/compare.h"

struct compare_view {
    const struct comparison *comparison; /* NULL: budgets alone */
    const struct budget_result *budgets; /* NULL: none were given */
    const struct virtualization *list;   /* of head; NULL for a load run */
    const char *base;                    /* what the sides are, for a person; NULL without base */
    const char *head;
    bool all; /* also what is the same, and what is for reading only */
    enum compare_verdict verdict;
    char headline[640]; /* "FAIL: 2 of 40 figures are worse, first: …" */
};

/* Fills verdict and headline from the rest: a budget that is exceeded fails, one that is open or
 * whose run did not end well leaves it undecided. */
void compare_view_conclude(struct compare_view *view);

/* For a terminal: the headline, then tables, worst first. */
void compare_text_write(const struct compare_view *view, struct strbuf *out);

/* The same in GitHub's Markdown, at most 1 MiB, as $GITHUB_STEP_SUMMARY wants it. */
void compare_markdown_write(const struct compare_view *view, struct strbuf *out);

/* JUnit XML: a test case a figure and a budget. What cannot be told is skipped, with the reason. */
void compare_junit_write(const struct compare_view *view, struct strbuf *out);

/* A workflow command a line, "::error title=…::…" or "::warning …", for what failed, warned or is
 * undecided; at most ten of a kind, as many as GitHub shows. */
void compare_annotations_write(const struct compare_view *view, struct strbuf *out);

/* The cells of one line, cleaned, for the writers above. */
#define COMPARE_CELL_BYTES ((size_t)256)
struct compare_cells {
    char figure[COMPARE_CELL_BYTES];
    char place[COMPARE_CELL_BYTES]; /* "200", "first load", "-" for per message */
    char base[COMPARE_CELL_BYTES];
    char head[COMPARE_CELL_BYTES];
    char change[COMPARE_CELL_BYTES];
    char range[COMPARE_CELL_BYTES]; /* "-2 … +5 %" */
    char n[COMPARE_CELL_BYTES];
    char p[COMPARE_CELL_BYTES];
    char reason[COMPARE_CELL_BYTES];
};
void compare_cells_fill(const struct compare_line *line, struct compare_cells *out);

/* Whether a table shows the line when not all are wanted. */
bool compare_line_matters(const struct compare_line *line);

#endif
