/* What a report says: one struct, built from the result files of one or more runs. Every output
 * prints this struct, so that no two outputs can differ in a figure.
 *
 * Texts are clean (reports/clean.h) and belong to the model, like all arrays; report_release frees
 * everything at once. A figure that could not be had is a metric_value without data and with its
 * reason. */
#ifndef REPORTS_MODEL_H
#define REPORTS_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "metrics/frames.h"
#include "metrics/metric.h"
#include "metrics/slope.h"
#include "metrics/verdict.h"
#include "reports/load.h"

#define REPORT_RUNS_MAX     ((size_t)32)
#define REPORT_VARIANTS_MAX ((size_t)64) /* a run */
#define REPORT_STAGES_MAX   ((size_t)64) /* a variant */
#define REPORT_LOADS_MAX    ((size_t)64) /* workloads of a run */

struct report_fact {
    const char *name;
    const char *value;
};

struct report_facts {
    struct report_fact *item;
    size_t count;
};

/* One command's run: where, when and with what it was measured. */
struct report_run {
    const char *dir; /* as given, not cleaned: for opening files */
    const char *id;
    const char *command; /* "measure", "stress" … */
    const char *state;   /* "complete", "interrupted", "failed", "unfinished" */
    const char *reason;  /* empty when complete */
    const char *started_at;
    double duration_s;  /* NaN when it did not end */
    const char *tool;   /* "tmscdp 0.1.0 (1a2b3c4d5e6f)" */
    const char *target; /* a load's; empty for a browser's */
    const char *profile;
    const char *conversation;
    const char *browser; /* "HeadlessChrome/156.0.1" */
    struct report_facts browser_facts;
    const char **flags;
    size_t flag_count;
    struct report_facts host;
    struct report_facts noise; /* of the machine, and the tool's own cost */
    const char *command_line;  /* repeats the run; a token or password is never part of it */
};

struct report_reason {
    enum verdict verdict;
    const char *text;
};

enum picture_state {
    PICTURE_NONE,  /* `picture_reason` says why */
    PICTURE_NAMED, /* `screenshot` is a path inside of the run directory */
    PICTURE_LOADED /* `png` holds the picture for the page */
};

/* One variant with one number of loaded messages. */
struct report_stage {
    double messages;
    double loaded; /* NaN when not told */
    bool reached;
    const char *reason; /* why not; empty when reached */
    const char **how;   /* the steps that led there */
    size_t how_count;
    struct metric_value *value;
    size_t value_count;
    enum verdict verdict;
    struct report_reason *reasons;
    size_t reason_count;
    enum picture_state picture;
    const char *screenshot;
    const char *picture_reason;
    const char *picture_href; /* the full file as seen from the report; NULL when out of reach */
    const char *png;          /* base64 */
    uint32_t png_width;
    uint32_t png_height;
};

struct report_slope {
    const struct metric_def *metric;
    struct slope slope;
};

enum list_kind {
    LIST_PLAIN,     /* renders every message */
    LIST_VIRTUAL,   /* what is rendered does not grow with what is loaded */
    LIST_UNDECIDED, /* the interval holds the limit */
    LIST_UNKNOWN    /* neither slope nor rendered share */
};

/* The compositor's frames of one scroll, out of the raw readings. */
struct report_strip {
    double messages;
    unsigned repetition;
    double at_s; /* the scroll's begin, after the run's first page load began; NaN when unknown */
    struct frame_report *frame; /* only those with an active scroll count */
    size_t frame_count;
    bool computed; /* `frames` holds what they add up to */
    struct frames frames;
    const char *reason; /* why there is none; empty otherwise */
};

/* A script that ran in the long animation frames of the first load. */
struct report_script {
    const char *file;
    const char *function;
    const char *invoker;
    double ms;
    double forced_ms;
    double count;
};

/* One variant of one run: a column of the tables, a line of the charts. */
struct report_series {
    const struct report_run *run;
    const char *raw_name; /* the variant's name as the result has it, for finding the raw files */
    const char *label;    /* the variant's name; with the run's number where several have it */
    const char *url;
    struct metric_value *load;
    size_t load_count;
    const char *lcp_tag; /* empty when there was no LCP element */
    const char *lcp_text;
    double lcp_size; /* px², NaN when not told */
    struct report_script *script;
    size_t script_count;
    struct report_strip *strip;
    size_t strip_count;
    struct report_stage *stage;
    size_t stage_count;
    struct report_slope *slope;
    size_t slope_count;
    enum verdict verdict;
    enum list_kind list;
    const char *list_words; /* one sentence on the slope and what it means */
};

/* One figure of the page without and with a load (metrics/pair.h). */
struct report_pair_line {
    const char *title;
    const char *unit;
    bool higher_is_better;
    double pairs;
    double idle;
    double loaded;
    double change;
    double low; /* NaN without an interval */
    double high;
    const char *reason; /* why there is none; empty otherwise */
};

struct report_pair {
    const struct report_run *run;
    const char *order;
    const char *with;  /* names of the loads */
    const char *crash; /* how the page died; NULL when it did not */
    double messages;
    double vus;
    double blocks;
    struct report_pair_line *line;
    size_t line_count;
    const char **doubt;
    size_t doubt_count;
};

enum rule_state {
    RULE_FOUND,
    RULE_NOT_FOUND,
    RULE_CANNOT_TELL
};

/* One rule of a run's diagnosis. */
struct report_rule {
    const struct report_run *run; /* NULL: of all runs together */
    const char *id;
    double number; /* of the bottleneck in the test plan; 0 for none */
    const char *title;
    enum rule_state state;
    const char *subject;   /* the workload or variant that decided; empty when none did */
    const char *certainty; /* "strong", "fair", "weak"; may be empty */
    bool relevant;         /* false: what the run did could not show it */
    double explains;       /* share of the time that it explains; NaN when unknown */
    const char **evidence;
    size_t evidence_count;
    const char *cause;
    const char *fix;
    const char *why; /* when it cannot tell */
};

/* What the test plan expected, as read from metrics/data/browser-expected.json and
 * backend-expected.json: of a number of messages, or of a part of a workload. */
struct report_expectation {
    const char *test;
    double messages;      /* 0: of a workload */
    const char *workload; /* the name, or how it begins: "websocket" is also "websocket-hold" */
    const char *scenario; /* empty: of the whole workload */
    const char *band;     /* empty: of the whole scenario */
    enum verdict verdict;
    const char *cause;
};

struct report_bottleneck {
    unsigned number;
    const char *severity;
    const char *where;
    const char *what;
    const char *fix;
    bool by_diagnosis;               /* seen by the rule of the same number */
    const struct metric_def *metric; /* NULL: judged by the slope of the list */
};

struct report {
    struct report_run *run;
    size_t run_count;
    struct report_series *series;
    size_t series_count;
    struct report_workload *workload;
    size_t workload_count;
    struct report_pair *pair;
    size_t pair_count;
    bool has_diagnosis;
    struct report_rule *rule;
    size_t rule_count;
    double *counts; /* every number of messages that occurs, rising */
    size_t count_count;
    struct targets targets;
    struct report_expectation *expectation;
    size_t expectation_count;
    struct report_bottleneck *bottleneck;
    size_t bottleneck_count;
    enum verdict verdict; /* the worst of all that was judged */
    size_t not_judged;    /* workloads without a verdict */
    const char **notes;   /* what was read but not understood */
    size_t note_count;
    struct report_diff *diff; /* base against head; NULL when that was not asked for */
    bool holds_secret; /* a text has a token or a registered secret in it: nothing is written */
    void **owned;      /* all memory of the model */
    size_t owned_count;
    size_t owned_cap;
};

/* Reads the runs (directories or result files, 1…REPORT_RUNS_MAX). `side_by_side`: two runs, the
 * first of them the base of reports/diff.h. ERR_USAGE and ERR_FORMAT name
 * the file and the place in it. On failure there is nothing to release. */
MUST_CHECK enum err report_read(const char *const *paths, size_t count, bool side_by_side,
                                struct report *out, struct err_msg *msg);
/* The same from trees that result_read has checked; `paths` name them. The trees are only read. */
MUST_CHECK enum err report_build(const char *const *paths, cJSON *const *roots, size_t count,
                                 struct report *out, struct err_msg *msg);
void report_release(struct report *report);

/* The series' stage of that many messages, or NULL. */
struct report_stage *report_stage_at(const struct report_series *series, double messages);

/* The series' value of the metric at a stage; those of the first load count as the first stage's.
 * NULL when it was not collected there. */
const struct metric_value *report_value(const struct report_series *series,
                                        const struct report_stage *stage,
                                        const struct metric_def *metric);

/* What was measured of an expectation's workload: its judgement, or NULL with the reason. */
const struct report_judgement *report_measured(const struct report_workload *workload,
                                               const struct report_expectation *expectation,
                                               const char **reason);

/* Whether the expectation speaks of that workload. */
bool report_is_about(const struct report_expectation *expectation,
                     const struct report_workload *workload);

/* The rule of a plan's bottleneck, the one that was found first; NULL when no diagnosis has it. */
const struct report_rule *report_rule_of(const struct report *report, unsigned number);

/* The target of the metric at that many messages, or NULL. */
const struct target *report_target(const struct report *report, const struct metric_def *metric,
                                   double messages, bool first_stage);

/* Whether the target holds for the value; the value has data. */
bool report_target_holds(const struct target *target, double value);

/* The slope that decides about the list: that of its elements, or else of the visible ones, or
 * else of all. NULL when none was fitted. */
const struct report_slope *report_list_slope(const struct report_series *series);

#define REPORT_SIGNED_BYTES ((size_t)48)
/* "31.40", "−0.04", "+31.40" with `plus`: two decimals, a true minus, no sign before zero. Cut when
 * the number is longer than any sensible slope. */
void report_signed(double number, bool plus, char out[REPORT_SIGNED_BYTES]);

/* For the builders in this room: memory that the model owns. */
void *report_keep(struct report *report, void *memory);
const char *report_keep_text(struct report *report, const char *text, size_t max_chars);
const char *report_keep_format(struct report *report, const char *format, ...) PRINTF_LIKE(2, 3);
void *report_keep_array(struct report *report, size_t count, size_t element_bytes);
void report_add_note(struct report *report, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
