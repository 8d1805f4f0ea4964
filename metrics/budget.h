/* Budgets: absolute limits of figures, each with a level that warns and one that fails. Pure; the
 * file is read by cli/budgets.h.
 *
 * A limit is the most that a figure may be where less is better, and the least where more is. The
 * median is judged. For a time its 95 % bootstrap interval must lie clear of the limit, or the
 * budget cannot be told. Where some runs or repetitions have no value, a limit can be exceeded but
 * not held. */
#ifndef METRICS_BUDGET_H
#define METRICS_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "metrics/compare_side.h"
#include "metrics/virtualization.h"

struct budget {
    const struct metric_def *def;
    char place[COMPARE_PLACE_BYTES]; /* empty: wherever the figure stands */
    bool has_warn;
    bool has_error;
    double warn;
    double error;
};

#define BUDGETS_MAX ((size_t)256)
enum budget_level {
    BUDGET_OFF,
    BUDGET_WARNS,
    BUDGET_FAILS
};
struct budgets {
    struct budget *item;
    size_t count;
    enum budget_level virtualized; /* what a list that is not virtualized does */
};

enum budget_state {
    BUDGET_EXCEEDED,
    BUDGET_OPEN, /* NO DATA, also in part, or a time too near to the limit */
    BUDGET_WARNED,
    BUDGET_HELD
};

struct budget_line {
    enum budget_state state;
    const struct budget *budget; /* NULL: the virtualization of the list */
    char title[COMPARE_PLACE_BYTES + 96];
    char text[COMPARE_TEXT_BYTES]; /* the measured value beside the limit, or why it is open */
    double value;                  /* NaN without */
    size_t n;
};

struct budget_result {
    struct budget_line *line; /* worst first */
    size_t count;
    size_t exceeded;
    size_t open;
    size_t warned;
    char incomplete[COMPARE_TEXT_BYTES]; /* a run that did not end well, and why; or empty */
};

const char *budget_state_name(enum budget_state state); /* "exceeded" "open" "warned" "held" */

/* `list` is the side's own (NULL for a load run). budget_result_release frees. */
void budgets_judge(const struct budgets *budgets, const struct compare_side *side,
                   const struct virtualization *list, struct budget_result *out);
void budget_result_release(struct budget_result *result);
void budgets_release(struct budgets *budgets);

/* [{"title","metric","state","text","value","n"}] under `key`. */
void budget_result_to_json(const struct budget_result *result, cJSON *parent, const char *key);

#endif
