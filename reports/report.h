/* From run directories to a file that a person can look at. */
#ifndef REPORTS_REPORT_H
#define REPORTS_REPORT_H

#include "reports/model.h"

/* Reads the runs, loads their screenshots and writes the HTML page to `output_path`, atomically.
 * The page is refused (ERR_FORMAT) when a secret or token would stand in it. The model comes back
 * for further outputs; report_release it on success. */
MUST_CHECK enum err report_write(const char *const *paths, size_t count, const char *output_path,
                                 struct report *out, struct err_msg *msg);

/* Appends the same figures as a plain table for a terminal, at most one line a variant and count,
 * then what is said of each list. */
void report_summary(const struct report *report, struct strbuf *out);

#endif
