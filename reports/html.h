/* The report as one self-contained HTML page: no script, no request to anything, a policy that
 * allows only its own style sheet and embedded pictures; readable by keyboard, by ear, in print and
 * in the dark. */
#ifndef REPORTS_HTML_H
#define REPORTS_HTML_H

#include "reports/model.h"

/* Appends the whole page. ERR_USAGE when this build carries no style sheet. */
MUST_CHECK enum err html_write(const struct report *report, struct strbuf *out,
                               struct err_msg *msg);

#endif
