/* The parts of the page on one workload; for each other only. */
#ifndef REPORTS_HTML_LOAD_H
#define REPORTS_HTML_LOAD_H

#include "reports/html_build.h"

/* "Not judged" where the run measured no baseline, or else the verdict. */
void html_judgement(struct strbuf *out, const struct report_judgement *judgement);
/* <td> with a time. */
void html_ms(struct strbuf *out, const struct report_figures *figures, enum figure figure);
/* <td> with a number. */
void html_number(struct strbuf *out, double number);
/* <td> with bytes. */
void html_bytes(struct strbuf *out, double bytes);
/* One <div><dt>name<dd>value of a list of facts; left out when the value is "–". */
void html_fact(struct strbuf *out, const char *name, const char *value);
void html_fact_number(struct strbuf *out, const char *name, double number);
void html_fact_ms(struct strbuf *out, const char *name, double ms);
void html_fact_share(struct strbuf *out, const char *name, double share);
void html_fact_bytes(struct strbuf *out, const char *name, double bytes);

/* `index` tells the workloads' ids in the page apart. */
void html_load_over_time(const struct report_workload *workload, size_t index, struct strbuf *out);
void html_load_over_vus(const struct report_workload *workload, size_t index, struct strbuf *out);
void html_load_figures(const struct report_workload *workload, size_t index, struct strbuf *out);
void html_load_answers(const struct report_workload *workload, size_t index, struct strbuf *out);
void html_load_thresholds(const struct report_workload *workload, size_t index, struct strbuf *out);
void html_load_checks(const struct report_workload *workload, size_t index, struct strbuf *out);
void html_load_health(const struct report_workload *workload, struct strbuf *out);
void html_load_database(const struct report_workload *workload, size_t index, struct strbuf *out);
void html_load_sockets(const struct report_workload *workload, size_t index, struct strbuf *out);

#endif
