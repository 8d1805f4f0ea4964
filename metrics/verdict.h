/* Fine, Slows Down or Crashes, and why: the browser's side of the verdict matrix.
 *
 * Targets are data (metrics/data/browser-targets.json): limits of a metric from a number of
 * messages on. Fine: every target that applies holds and the visible list's slope is below the
 * limit. Slows Down: a target is missed, or the slope reaches the limit. Crashes: the page crashed,
 * ran out of memory, did not answer for 5 s, or a frame rate under load fell below half its target.
 * With one count there is no slope: rendered bubbles ÷ loaded messages takes its place. A target
 * whose metric has no data gives NO DATA for that reason, and never Fine. So does a target that is
 * missed by a figure in doubt: on a machine that others kept busy, a low frame rate may be theirs.
 *
 * The paint of the first load ends with the first input, so it says nothing about later counts: its
 * target is judged at the first count only. */
#ifndef METRICS_VERDICT_H
#define METRICS_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/json.h"
#include "metrics/metric.h"
#include "metrics/slope.h"

enum verdict {
    VERDICT_FINE,
    VERDICT_SLOWS_DOWN,
    VERDICT_CRASHES,
    VERDICT_NO_DATA
};

const char *verdict_title(enum verdict verdict); /* "Fine", "Slows Down", "Crashes", "NO DATA" */
const char *verdict_name(enum verdict verdict);  /* "fine", "slows_down", "crashes", "no_data" */
/* The verdict of that JSON name; false when there is none. */
bool verdict_from_name(const char *name, enum verdict *out);

enum target_op {
    TARGET_BELOW,
    TARGET_ABOVE
};

struct target {
    const struct metric_def *metric;
    double from_messages;  /* applies to counts from here … */
    double below_messages; /* … up to, not including, here; infinity for no end */
    enum target_op op;
    double limit;
    bool crash_at_half; /* a frame rate: below half of the limit is Crashes */
    bool optional;      /* no data is no reason of its own: the app may not offer the figure */
    bool first_load;    /* judged at the first count only */
    bool live;          /* judged under live traffic only */
};

#define TARGETS_MAX ((size_t)64)
struct targets {
    struct target item[TARGETS_MAX];
    size_t count;
    double slope_limit;          /* elements per message in the visible list */
    double rendered_share_limit; /* rendered ÷ loaded, when there is one count only */
};

/* Whether the target speaks about a page with that many messages (never for a live target). */
bool target_applies(const struct target *target, double messages, bool first_load);

/* Reads the targets from JSON text; ERR_USAGE names the file and the field (ERR_FORMAT where it is
 * no JSON). An unknown field is an error: a limit must not be lost to a misspelling. */
MUST_CHECK enum err targets_read(const char *text, size_t bytes, const char *name,
                                 struct targets *out, struct err_msg *msg);

/* The targets carried inside the program. */
MUST_CHECK enum err targets_builtin(struct targets *out, struct err_msg *msg);

struct verdict_reason {
    enum verdict verdict; /* what this reason alone would give */
    char text[320];       /* "DOM elements 25,310 ≥ 20,000"; what holds is said as well */
};

#define VERDICT_REASONS_MAX (TARGETS_MAX + 4)
struct verdict_result {
    enum verdict verdict; /* the worst of the reasons */
    struct verdict_reason reason[VERDICT_REASONS_MAX];
    size_t count;
};

/* Why a metric's figure proves nothing when it misses its target. */
struct verdict_doubt {
    const struct metric_def *metric;
    char why[160];
};

/* What is known at one count. */
struct verdict_input {
    double messages;
    bool first_load;         /* the first count: `values` hold those of the load as well */
    bool live;               /* the page under live traffic: only live targets, no slope */
    bool reached;            /* the count was loaded; otherwise no figure is judged */
    const char *not_reached; /* why not; NULL when reached */
    const char *crash;       /* how the page or browser ended; NULL when it lived */
    const struct metric_value *values;
    size_t value_count;
    const struct slope *list_slope; /* NULL: one count only, judged by rendered_share */
    const struct verdict_doubt *doubts;
    size_t doubt_count;
};

void verdict_judge(const struct targets *targets, const struct verdict_input *input,
                   struct verdict_result *out);

/* {"verdict","reasons":[{"verdict","text"}]} */
void verdict_to_json(const struct verdict_result *result, cJSON *parent, const char *key);

/* The worse of two, for a whole: Crashes > Slows Down > NO DATA > Fine. */
enum verdict verdict_worse(enum verdict a, enum verdict b);

#endif
