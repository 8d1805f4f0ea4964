/* One side of a comparison: the values of every figure, from one or more runs or from a baseline
 * file, and the conditions they were measured under.
 *
 * A figure stands at a place: "load" (the first load), "50" (that many messages), "per message", or
 * a workload's scenario ("poll-vote: vote"). Runs added to a side add their values to the same
 * places; a run that lacks a figure leaves the reason. */
#ifndef METRICS_COMPARE_SIDE_H
#define METRICS_COMPARE_SIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/json.h"
#include "metrics/metric.h"

#define COMPARE_PLACE_BYTES ((size_t)160)
#define COMPARE_VALUES_MAX  1000 /* of a figure in one run, as many as measure repeats */
#define COMPARE_TEXT_BYTES  ((size_t)320)

struct compare_series {
    const struct metric_def *def;
    char place[COMPARE_PLACE_BYTES];
    double messages; /* of a place that is a number of messages; NaN otherwise */
    double loaded;   /* how many were loaded there; NaN otherwise */
    double *values;  /* one a repetition */
    size_t count;
    size_t cap;
    bool missing;     /* a run has no such figure */
    char reason[256]; /* why */
};

struct compare_side {
    struct compare_series *series;
    size_t count;
    size_t cap;
    cJSON *runs;       /* [{"id","variant","started_at"}] */
    cJSON *conditions; /* name: text. Sides are comparable when these are equal */
    cJSON *host;       /* {"cpu","cores"} of the first run */
    bool hosts_differ; /* its runs are not all of one machine */
    double busy_low;   /* the machine's busy share over the runs; NaN when not told */
    double busy_high;
    double steal_high;
    double load_high;                    /* load average ÷ cores */
    char doubt[COMPARE_TEXT_BYTES];      /* why a load run's times prove nothing; or empty */
    char incomplete[COMPARE_TEXT_BYTES]; /* a run that did not end well, and why; or empty */
};

/* Zero-fills; compare_side_release frees. */
void compare_side_init(struct compare_side *side);
void compare_side_release(struct compare_side *side);

/* Adds a run of `measure` or `stress` (`root` as result_read gives it, `path` for sentences).
 * `variant` picks one of a browser run's variants; NULL: its only one. ERR_USAGE names the variants
 * that there are; ERR_FORMAT says what is no result of ours; ERR_NO_DATA when the run was measured
 * under other conditions than those before it. */
MUST_CHECK enum err compare_side_add_run(struct compare_side *side, const cJSON *root,
                                         const char *path, const char *variant,
                                         struct err_msg *msg);

/* A baseline file's content: schema "tmscdp.baseline". Figures for reading only are left out. */
cJSON *compare_side_to_baseline(const struct compare_side *side);
/* The other way; into an empty side. ERR_FORMAT names the place. */
MUST_CHECK enum err compare_side_from_baseline(struct compare_side *side, const cJSON *root,
                                               const char *path, struct err_msg *msg);

/* Adds the "per message" figures: each repetition's slope over its numbers of messages. Call it
 * once, when everything else was added. */
void compare_side_add_slopes(struct compare_side *side);

/* The series of that metric and place, or NULL. */
const struct compare_series *compare_side_find(const struct compare_side *side,
                                               const struct metric_def *def, const char *place);

/* For those who fill a side: the series, made when it is not there; a value; a missing one. */
struct compare_series *compare_side_series(struct compare_side *side, const struct metric_def *def,
                                           const char *place);
void compare_series_add(struct compare_series *series, double value);
void compare_series_miss(struct compare_series *series, const char *reason);

/* The figures of a load run, and the shape of its load: of metrics/compare_stress.c. */
MUST_CHECK enum err compare_side_add_stress(struct compare_side *side, const cJSON *root,
                                            const char *path, struct err_msg *msg);
void compare_side_stress_conditions(struct compare_side *side, const cJSON *root);

/* Notes a condition, the first time it is named. */
void compare_side_condition(struct compare_side *side, const char *name, const char *value);

/* The name of a condition that differs between two sets of them, or NULL; and its value in one. */
const char *compare_side_difference(const cJSON *a, const cJSON *b);
const char *compare_side_condition_of(const cJSON *conditions, const char *name);

#endif
