/* The parts that read a load run into a report's model, for each other only. */
#ifndef REPORTS_LOAD_BUILD_H
#define REPORTS_LOAD_BUILD_H

#include "reports/load.h"
#include "reports/model.h"

#define LOAD_LIST_MAX ((size_t)400) /* entries of any list of a workload */

/* The member as a finite number, or NaN. */
double load_number(const cJSON *node, const char *path);
/* A clean text, at most so many characters; empty when it is missing. */
const char *load_text(struct report *report, const cJSON *node, const char *path, size_t chars);
/* The list's length, cut at LOAD_LIST_MAX with a note; 0 when it is no list. */
size_t load_count(struct report *report, const cJSON *list, const char *what);
/* {"n","avg",…,"at_least":[…],"timed_out"}; all NaN when the node is missing. */
void load_figures(const cJSON *node, struct report_figures *out);
/* Members of an object that are numbers, or a list of {"kind"|"name", "count"}. */
void load_counts(struct report *report, const cJSON *node, struct report_counts *out);
void load_tally(struct report *report, const cJSON *node, struct report_tally *out);

/* One entry of a workload's "scenarios". ERR_FORMAT for an unknown verdict. */
MUST_CHECK enum err load_scenario(struct report *report, const cJSON *node, const char *where,
                                  struct report_scenario *out, struct err_msg *msg);

void load_database(struct report *report, const cJSON *node, struct report_database *out);
void load_sockets(struct report *report, const cJSON *node, struct report_sockets *out);

/* One entry of "workloads"; `where` names it for the sentence. */
MUST_CHECK enum err build_workload(struct report *report, const struct report_run *run,
                                   const cJSON *node, const char *where,
                                   struct report_workload *out, struct err_msg *msg);

/* The section "pair". */
void build_pair(struct report *report, const struct report_run *run, const cJSON *node,
                struct report_pair *out);

/* The entries of "rules"; `run` is NULL when all runs were judged together. */
void build_diagnosis(struct report *report, const struct report_run *run, const cJSON *node);

#endif
