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

/* Appends a step; complains and returns NULL when the flow is full. */
struct step *workload_add_step(struct workload *workload, struct flow *flow, const cJSON *node,
                               enum step_kind kind);

/* Reads a step of a socket's flow: "connect", "emit", "wait", "hold", "disconnect". False when
 * `node` is none of them. */
bool workload_read_socket_step(struct workload *workload, struct flow *flow, const cJSON *node);
/* Whether the steps of a flow fit together; sets is_socket. */
void workload_check_socket_flow(struct workload *workload, const cJSON *node, struct flow *flow);
void workload_read_socket_api(struct config *config, const cJSON *node, struct socket_api *out);
void workload_read_fanout(struct workload *workload, const cJSON *node);

/* A new request of that kind with what all have: its number, "name", "timeout", "tags". */
struct request *workload_new_request(struct workload *workload, const cJSON *node,
                                     enum request_kind kind);
/* "auth" and "record". */
void request_read_auth(struct workload *workload, const cJSON *node, struct request *request);
void request_read_record(struct workload *workload, const cJSON *list, struct request *request);

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
