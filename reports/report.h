/* From run directories to files that a person or another program can look at. */
#ifndef REPORTS_REPORT_H
#define REPORTS_REPORT_H

#include "reports/model.h"

/* What goes into a report. */
struct report_input {
    const char *const *paths; /* of runs */
    size_t count;
    bool side_by_side;       /* two runs: base and head */
    const char *output_path; /* where the page will lie, for links */
};

/* Reads the runs, with their raw readings and screenshots, into a model for all outputs.
 * report_release it on success. */
MUST_CHECK enum err report_open(const struct report_input *input, struct report *out,
                                struct err_msg *msg);

/* What can be written; each to a path, or "-" for standard output. */
enum report_output {
    REPORT_HTML,
    REPORT_MARKDOWN,
    REPORT_JUNIT,
    REPORT_BENCH_JSON, /* two files: those of which more is better go to "<name>-higher.json" */
    REPORT_BENCHER,
    REPORT_CHROME_TRACE,
    REPORT_OUTPUT_COUNT
};

/* Writes one output, a file atomically. Refused (ERR_FORMAT) when a secret or token would stand in
 * it. Markdown is appended to a file that exists: a CI job's summary has several authors. */
MUST_CHECK enum err report_write(const struct report *report, enum report_output kind,
                                 const char *path, struct err_msg *msg);

/* Appends the same figures as a plain table for a terminal, at most one line a variant and count,
 * then what is said of each list; below it a line for each band of each load. */
void report_summary(const struct report *report, struct strbuf *out);

#endif
