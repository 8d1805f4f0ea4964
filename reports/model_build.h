/* The parts that build a report's model, for each other only. */
#ifndef REPORTS_MODEL_BUILD_H
#define REPORTS_MODEL_BUILD_H

#include "reports/model.h"

/* The head of a result file: tool, host, browser, options. */
void build_run(struct report *report, const char *dir, const cJSON *root, struct report_run *run);

/* One entry of "variants"; `where` names it for the sentence. `run` may be borrowed for ever. */
MUST_CHECK enum err build_series(struct report *report, const struct report_run *run,
                                 const cJSON *variant, const char *where, struct report_series *out,
                                 struct err_msg *msg);

/* What the slope, or with one count the rendered share, says of the list. */
void build_list_words(struct report *report, struct report_series *series);

/* Reads the plan's expectations, carried inside of the program, into the report. */
MUST_CHECK enum err build_expected(struct report *report, struct err_msg *msg);

#endif
