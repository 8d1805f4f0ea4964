/* A load in the model of a report: one workload of the section "stress" of a result, with what was
 * watched of the database and of the sockets meanwhile.
 *
 * As in reports/model.h: texts are clean, everything belongs to the model. A number that the result
 * does not hold is NaN; a count of which that is true as well. Times are milliseconds unless the
 * name says otherwise. */
#ifndef REPORTS_LOAD_H
#define REPORTS_LOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "metrics/verdict.h"

struct report_run;
struct report_reason;
struct timeline;

enum figure {
    FIGURE_AVG,
    FIGURE_MIN,
    FIGURE_MED,
    FIGURE_P90,
    FIGURE_P95,
    FIGURE_P99,
    FIGURE_MAX,
    FIGURE_COUNT
};

extern const char *const figure_keys[FIGURE_COUNT];  /* "avg", "p95": as in the JSON */
extern const char *const figure_heads[FIGURE_COUNT]; /* "mean", "p95": as in a table */

/* The distribution of one time. A percentile with too few samples is NaN. */
struct report_figures {
    double n;
    double timed_out; /* samples that are lower bounds; 0 for none */
    double value[FIGURE_COUNT];
    bool at_least[FIGURE_COUNT]; /* the true figure is that or more */
};

struct report_count {
    const char *name;
    double count;
};

struct report_counts {
    struct report_count *item;
    size_t count;
};

struct report_tally {
    double requests;
    double errors;
    struct report_counts outcomes;  /* "ok", "timeout" … */
    struct report_figures service;  /* from the actual start of a request */
    struct report_figures response; /* from the moment it should have started */
};

/* A verdict with its reasons; `judged` is false when the run measured no baseline. */
struct report_judgement {
    bool judged;
    enum verdict verdict;
    double factor; /* p95 over the baseline's */
    bool factor_at_least;
    struct report_reason *reason;
    size_t reason_count;
};

/* A part of a scenario's requests: a band or level of virtual users, or a stage. */
struct report_part {
    const char *name; /* "1-15", "stage 2 (20 s to 30)" */
    double vus_from;  /* of a level */
    double vus_to;
    double vus;  /* mean */
    double rate; /* requests a second */
    struct report_tally tally;
    struct report_judgement judgement;
};

struct report_parts {
    struct report_part *item;
    size_t count;
};

/* Two straight lines through the mean times over the VUs: flat, then rising. */
struct report_knee {
    bool has_data;
    double vus;
    double flat_ms;
    double per_vu_ms;
    double explained; /* 0…1 */
};

struct report_scenario {
    const char *name;
    const char *executor;
    const char *flow;
    double start_s;
    double end_s;
    double iterations;
    double interrupted;
    double cut_off;
    double dropped;
    double vus_max;
    struct report_tally tally;
    bool has_baseline;
    double baseline_vus;
    struct report_tally baseline;
    struct report_judgement judgement;
    struct report_parts bands;
    struct report_parts stages;
    struct report_parts levels;
    struct report_knee knee;
};

enum threshold_state {
    THRESHOLD_PASSED,
    THRESHOLD_FAILED,
    THRESHOLD_NO_DATA
};

struct report_threshold {
    const char *metric; /* "http_req_duration{name:vote}" */
    const char *source; /* "p(95)<500" */
    const char *value;  /* "≥ 10.0 s", "76.66 %"; empty without data */
    const char *reason; /* empty when there is none */
    double number;      /* as in the JSON; NaN without */
    double n;
    enum threshold_state state;
};

struct report_check {
    const char *name;
    const char *request;
    double passes;
    double fails;
};

/* The answers of one request that ended in the same way. */
struct report_status {
    const char *name;
    const char *method;
    const char *outcome;
    double status; /* 0: no answer */
    double count;
    struct report_figures service;
};

struct report_integrity {
    const char *name;
    const char *text;
    double violations;
};

struct report_trend {
    const char *metric;
    struct report_figures figures;
};

struct report_generator {
    double cpu_share;
    double host_busy_share;
    double peak_rss_bytes;
    struct report_figures lateness;
    const char **doubt; /* why the run is inconclusive */
    size_t doubt_count;
};

struct report_wait_type {
    const char *type;
    double waiters_max;
    double waited_s;
};

/* What sessions waited for. */
struct report_wait_target {
    const char *kind;
    const char *what; /* "polls, row 1a2b…", "advisory lock 42" */
    const char *conversation;
    double waiters_max;
    double waited_s;
    const char *statement;
    const char *blocker;
};

struct report_statement {
    const char *query;
    double calls;
    double rows;
    double rows_per_call;
    double total_ms;
    double mean_ms;
    double max_ms;
};

struct report_table {
    const char *name;
    double seq_scans;
    double seq_tuples;
    double index_scans;
    double writes; /* inserts, updates and deletes */
    double size_bytes;
    double rows;
};

struct report_long_running {
    const char *what; /* "running", "waiting", "idle in a transaction" */
    double ms;
    const char *statement;
};

struct report_database {
    bool present;
    const char *state; /* "watched", "partly", "not watched" */
    const char **note;
    size_t note_count;
    double interval_ms;
    double samples;
    double own_cpu_share;
    double own_query_ms; /* median of the watcher's own query */
    double own_query_ms_max;
    const char *version;
    double max_connections;
    double pool_limit;
    double connections_max;
    double active_max;
    double idle_in_transaction_max;
    double at_limit_share;
    double waiters_max;
    double samples_with_waiters;
    double waited_s;
    struct report_wait_type *type;
    size_t type_count;
    struct report_wait_target *target;
    size_t target_count;
    struct report_statement *statement;
    size_t statement_count;
    bool has_statements;
    struct report_table *table;
    size_t table_count;
    struct report_long_running longest[3];
    struct report_counts counters; /* deadlocks, commits … */
    struct timeline *timeline;     /* NULL when there is none: `timeline_reason` */
    const char *timeline_reason;
};

struct report_plateau {
    double target;
    double connected;
    double server_count;
    double at_s;
    double hold_s;
    double dropped;
    double connect_p95_ms;
    double rss_bytes;
    double cpu_share;
};

struct report_fanout {
    bool present;
    double messages;
    double expected;
    double delivered;
    double lost;
    double late;
    double duplicates;
    double order_violations;
    struct report_trend trend[5];
    size_t trend_count;
};

struct report_sockets {
    bool present;
    double wanted;
    double connected;
    double failed;
    struct report_counts failures; /* by kind */
    double dropped;
    struct report_counts drops;
    struct report_trend *part; /* of the connect time, the total first */
    size_t part_count;
    struct report_plateau *plateau;
    size_t plateau_count;
    double cleanup_ms;
    struct report_fanout fanout;
};

struct report_workload {
    const struct report_run *run;
    const char *raw_name; /* as the result has it, for finding the raw files */
    const char *label;    /* the clean name; with the run's number where several have it */
    const char *summary;
    const char *file;
    const char *started_at;
    const char *state;
    const char *reason;
    double seconds;
    bool server_went_away;
    struct report_judgement judgement; /* without reasons: they are the scenarios' */
    double thresholds_failed;
    double thresholds_without_data;
    struct report_generator generator;
    struct report_scenario *scenario;
    size_t scenario_count;
    struct report_trend *trend; /* every time that was measured, in k6's names */
    size_t trend_count;
    struct report_threshold *threshold;
    size_t threshold_count;
    struct report_check *check;
    size_t check_count;
    struct report_status *status;
    size_t status_count;
    struct report_integrity *integrity;
    size_t integrity_count;
    double violations; /* of all integrity checks together */
    struct timeline *timeline;
    const char *timeline_reason;
    struct report_database database;
    struct report_sockets sockets;
};

/* Where the load begins to hurt: from the levels of VUs of a scenario against its baseline. A level
 * of few samples has no p95; its highest known percentile is a lower bound of it. */
struct report_breaking {
    const struct report_part *slow;   /* first level at 2 × the baseline's p95; NULL for none */
    const struct report_part *broken; /* first level with more than 10 % errors */
};

struct report_breaking report_breaking_point(const struct report_scenario *scenario);

#define REPORT_MS_BYTES ((size_t)32)
/* "0.07 ms", "318 ms", "10.0 s"; "≥ 10.0 s" for a lower bound; "–" for NaN. */
void report_ms(double ms, bool at_least, char out[REPORT_MS_BYTES]);
/* "12,819", "4.9", "–". */
void report_number(double number, char out[REPORT_MS_BYTES]);
/* "76.66 %" of 0.7666; "–" for NaN. */
void report_share(double share, char out[REPORT_MS_BYTES]);

#endif
