/* The report in the formats of others. Each appends its text to `out`; what may be written where is
 * the caller's affair (reports/report.h). */
#ifndef REPORTS_OUTPUTS_H
#define REPORTS_OUTPUTS_H

#include "base/strbuf.h"
#include "reports/model.h"

#define OUTPUT_MARKDOWN_BYTES ((size_t)1024 * 1000) /* GitHub takes 1,024 KiB */

/* GitHub-flavoured Markdown for $GITHUB_STEP_SUMMARY: verdict, reasons, what was expected, found
 * and missed. Texts are escaped; what is over OUTPUT_MARKDOWN_BYTES is cut between two lines and
 * says so. */
void output_markdown(const struct report *report, struct strbuf *out);

/* JUnit XML: a test suite a subject, a test case for everything that was judged; NO DATA is
 * skipped, a run that did not end as it should is an error. Limit and measured value stand in the
 * message and in the text, because not every reader shows both. */
void output_junit(const struct report *report, struct strbuf *out);

/* github-action-benchmark: figures of which less is better (customSmallerIsBetter), or those of
 * which more is (customBiggerIsBetter): that tool wants one kind a file. Returns how many. */
size_t output_bench_json(const struct report *report, bool higher_is_better, struct strbuf *out);

/* Bencher Metric Format. */
void output_bencher(const struct report *report, struct strbuf *out);

/* Chrome's trace event format, for Perfetto or chrome://tracing: virtual users, latency, errors and
 * lock waits as counters, scenarios and stages as slices, frames of scrolls, on one clock that
 * begins with the first run. */
void output_chrome_trace(const struct report *report, struct strbuf *out);

#endif
