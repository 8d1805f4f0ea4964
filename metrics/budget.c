#include "metrics/budget.h"

#include <math.h>

#include "base/mem.h"
#include "metrics/bootstrap.h"
#include "metrics/compare.h"
#include "metrics/stats.h"

#define SEED 1

const char *budget_state_name(enum budget_state state)
{
    static const char *const names[] = { "exceeded", "open", "warned", "held" };
    return names[state];
}

void budgets_release(struct budgets *budgets)
{
    free(budgets->item);
    *budgets = (struct budgets){ .item = NULL };
}

void budget_result_release(struct budget_result *result)
{
    free(result->line);
    *result = (struct budget_result){ .line = NULL };
}

/* 1 beyond the limit, −1 within it, 0 when the interval holds it. */
static int place_of(const struct metric_def *def, const struct compare_series *series, double limit)
{
    double median = stats_median(series->values, series->count);
    struct interval range = { median, median };
    if (def->use == METRIC_PAIRED) {
        range = bootstrap_median(series->values, series->count, COMPARE_LEVEL, SEED);
    }
    if (def->better == METRIC_HIGHER) {
        return range.high < limit ? 1 : range.low >= limit ? -1 : 0;
    }
    return range.low > limit ? 1 : range.high <= limit ? -1 : 0;
}

static void tell(struct budget_line *line, enum budget_state state, double limit, const char *level)
{
    const struct metric_def *def = line->budget->def;
    char value[METRIC_TEXT_BYTES];
    char bound[METRIC_TEXT_BYTES];
    metric_format(def, line->value, value, sizeof value);
    metric_format(def, limit, bound, sizeof bound);
    line->state = state;
    (void)snprintf(line->text, sizeof line->text, "%s (n = %zu), %s %s %s%s", value, line->n, level,
                   def->better == METRIC_HIGHER ? "below" : "above", bound,
                   state == BUDGET_OPEN ? "; its spread holds the limit: more repetitions" : "");
}

static void judge_series(const struct compare_series *series, struct budget_line *line)
{
    const struct budget *budget = line->budget;
    if (series->count == 0) {
        line->state = BUDGET_OPEN;
        (void)snprintf(line->text, sizeof line->text, "NO DATA: %s",
                       series->reason[0] != '\0' ? series->reason : "no value");
        return;
    }
    line->value = stats_median(series->values, series->count);
    line->n = series->count;
    int error = budget->has_error ? place_of(budget->def, series, budget->error) : -1;
    int warn = budget->has_warn ? place_of(budget->def, series, budget->warn) : -1;
    if (error > 0) {
        tell(line, BUDGET_EXCEEDED, budget->error, "fails");
    } else if (error == 0) {
        tell(line, BUDGET_OPEN, budget->error, "fails");
    } else if (warn >= 0) {
        tell(line, BUDGET_WARNED, budget->warn, "warns");
    } else {
        tell(line, BUDGET_HELD, budget->has_error ? budget->error : budget->warn,
             budget->has_error ? "fails" : "warns");
    }
    /* The values that a run lacks may be its worst. */
    if (series->missing && (line->state == BUDGET_WARNED || line->state == BUDGET_HELD)) {
        line->state = BUDGET_OPEN;
        (void)snprintf(line->text, sizeof line->text, "NO DATA in part: %s", series->reason);
    }
}

static struct budget_line *add_line(struct budget_result *out, const struct budget *budget)
{
    void *lines = out->line;
    out->line = mem_resize(lines, out->count + 1, sizeof *out->line);
    struct budget_line *line = &out->line[out->count++];
    *line = (struct budget_line){ .budget = budget, .value = (double)NAN };
    return line;
}

static void name_line(struct budget_line *line, const char *place, bool is_messages)
{
    char words[COMPARE_PLACE_BYTES + 16] = "";
    if (place[0] != '\0') {
        compare_place_words(place, is_messages, words, sizeof words);
    }
    (void)snprintf(line->title, sizeof line->title, "%s%s", line->budget->def->title, words);
}

static void judge_budget(const struct budget *budget, const struct compare_side *side,
                         struct budget_result *out)
{
    size_t found = 0;
    for (size_t i = 0; i < side->count; i++) {
        const struct compare_series *series = &side->series[i];
        bool is_there = budget->place[0] == '\0' || strcmp(budget->place, series->place) == 0;
        if (series->def == budget->def && is_there) {
            struct budget_line *line = add_line(out, budget);
            name_line(line, series->place, isfinite(series->messages));
            judge_series(series, line);
            found++;
        }
    }
    if (found == 0) {
        struct budget_line *line = add_line(out, budget);
        bool is_messages = strspn(budget->place, "0123456789") == strlen(budget->place);
        name_line(line, budget->place, is_messages);
        line->state = BUDGET_OPEN;
        (void)snprintf(line->text, sizeof line->text, "NO DATA: not measured");
    }
}

static void judge_list(enum budget_level level, const struct virtualization *list,
                       struct budget_result *out)
{
    struct budget_line *line = add_line(out, NULL);
    (void)snprintf(line->title, sizeof line->title, "The list is virtualized");
    if (list == NULL || list->kind == LIST_IS_UNDECIDED) {
        line->state = BUDGET_OPEN;
    } else if (list->kind == LIST_IS_VIRTUALIZED) {
        line->state = BUDGET_HELD;
    } else {
        line->state = level == BUDGET_FAILS ? BUDGET_EXCEEDED : BUDGET_WARNED;
    }
    if (list == NULL) {
        (void)snprintf(line->text, sizeof line->text, "NO DATA: no browser run");
    } else {
        (void)snprintf(line->text, sizeof line->text, "%s: %.280s",
                       virtualization_title(list->kind), list->text);
    }
}

static int worst_first(const void *a, const void *b)
{
    const struct budget_line *left = a;
    const struct budget_line *right = b;
    if (left->state != right->state) {
        return left->state < right->state ? -1 : 1;
    }
    return strcmp(left->title, right->title);
}

void budgets_judge(const struct budgets *budgets, const struct compare_side *side,
                   const struct virtualization *list, struct budget_result *out)
{
    *out = (struct budget_result){ .line = NULL };
    (void)snprintf(out->incomplete, sizeof out->incomplete, "%s", side->incomplete);
    for (size_t i = 0; i < budgets->count; i++) {
        judge_budget(&budgets->item[i], side, out);
    }
    if (budgets->virtualized != BUDGET_OFF) {
        judge_list(budgets->virtualized, list, out);
    }
    for (size_t i = 0; i < out->count; i++) {
        out->exceeded += out->line[i].state == BUDGET_EXCEEDED ? 1 : 0;
        out->open += out->line[i].state == BUDGET_OPEN ? 1 : 0;
        out->warned += out->line[i].state == BUDGET_WARNED ? 1 : 0;
    }
    if (out->count > 1) {
        qsort(out->line, out->count, sizeof *out->line, worst_first);
    }
}

void budget_result_to_json(const struct budget_result *result, cJSON *parent, const char *key)
{
    cJSON *list = json_add_array(parent, key);
    for (size_t i = 0; i < result->count; i++) {
        const struct budget_line *line = &result->line[i];
        cJSON *node = json_push_object(list);
        json_add_text(node, "title", line->title);
        json_add_text(node, "metric", line->budget != NULL ? line->budget->def->name : NULL);
        json_add_text(node, "state", budget_state_name(line->state));
        json_add_text(node, "text", line->text);
        json_add_number(node, "value", line->value);
        json_add_number(node, "n", (double)line->n);
    }
}
