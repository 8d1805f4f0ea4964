/* The parts of reading a workload (backend/workload.h). Each complains into the workload's config
 * and goes on; nothing here is for others than workload*.c. */
#ifndef BACKEND_WORKLOAD_READ_H
#define BACKEND_WORKLOAD_READ_H

#include "backend/workload.h"

/* The number of the variable, or −1. A set of data with one value becomes a variable when it is
 * first named. */
int workload_variable(struct workload *workload, const char *name);

/* Adds the variable of a pick or a capture, once for each name; complains. −1 on failure. */
int workload_add_variable(struct workload *workload, const cJSON *node, const char *name,
                          enum variable_kind kind, int set);

/* Marks the set as wanted and returns its number; complains and returns −1 when there is none. */
int workload_want_set(struct workload *workload, const cJSON *node, const char *name);

/* Compiles a text with variables; complains. */
void workload_template(struct workload *workload, const cJSON *node, const char *text,
                       enum template_escape escape, struct template *out);

/* Reads "flows": two passes, so that a variable may be named before the step that fills it. */
void workload_read_flows(struct workload *workload, const cJSON *flows);

/* Reads one request; NULL when it is no object. The flow owns it. */
struct request *workload_read_request(struct workload *workload, const cJSON *node);
void request_free(struct request *request);

/* Reads what is asked of a request's answers: "checks", "capture", "record". */
void request_read_checks(struct workload *workload, const cJSON *node, struct request *request);

/* {"min","max"} or one text for both; complains. */
void workload_read_pause(struct workload *workload, const cJSON *node, struct pause *out);

/* A list of outcome names as bits; complains. */
unsigned workload_read_outcomes(struct workload *workload, const cJSON *list);

/* Reads "scenarios" and "baseline". */
void workload_read_scenarios(struct workload *workload, const cJSON *scenarios);
void workload_read_baseline(struct workload *workload, const cJSON *node);

/* Reads "metrics" and "thresholds". */
void workload_read_metrics(struct workload *workload, const cJSON *metrics);
void workload_read_thresholds(struct workload *workload, const cJSON *thresholds);
/* BUILTIN_COUNT + the number of the workload's own metric of that name, or −1. */
int workload_own_metric(const struct workload *workload, const char *name);

#endif
