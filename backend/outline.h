/* Says in words what a workload will do, before it does it: for --list and --dry-run. */
#ifndef BACKEND_OUTLINE_H
#define BACKEND_OUTLINE_H

#include "backend/workload.h"
#include "base/strbuf.h"

/* One line: name, length, most VUs, summary. */
void outline_line(const struct workload *workload, struct strbuf *out);

/* The whole: each scenario's load over time, its steps, metrics, thresholds. */
void outline_write(const struct workload *workload, struct strbuf *out);

#endif
