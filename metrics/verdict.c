#include "metrics/verdict.h"

#include <math.h>
#include <stdarg.h>

static const struct {
    const char *name;
    const char *title;
    int rank; /* the higher, the worse */
} kinds[] = {
    [VERDICT_FINE] = { "fine", "Fine", 0 },
    [VERDICT_SLOWS_DOWN] = { "slows_down", "Slows Down", 2 },
    [VERDICT_CRASHES] = { "crashes", "Crashes", 3 },
    [VERDICT_NO_DATA] = { "no_data", "NO DATA", 1 },
};

const char *verdict_title(enum verdict verdict)
{
    return kinds[verdict].title;
}

const char *verdict_name(enum verdict verdict)
{
    return kinds[verdict].name;
}

bool verdict_from_name(const char *name, enum verdict *out)
{
    static const enum verdict all[] = { VERDICT_FINE, VERDICT_SLOWS_DOWN, VERDICT_CRASHES,
                                        VERDICT_NO_DATA };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (strcmp(kinds[all[i]].name, name) == 0) {
            *out = all[i];
            return true;
        }
    }
    return false;
}

enum verdict verdict_worse(enum verdict a, enum verdict b)
{
    return kinds[b].rank > kinds[a].rank ? b : a;
}

static void add_reason(struct verdict_result *out, enum verdict verdict, const char *format, ...)
    PRINTF_LIKE(3, 4);

static void add_reason(struct verdict_result *out, enum verdict verdict, const char *format, ...)
{
    out->verdict = verdict_worse(out->verdict, verdict);
    if (out->count == VERDICT_REASONS_MAX) {
        return;
    }
    struct verdict_reason *reason = &out->reason[out->count++];
    va_list args;
    va_start(args, format);
    reason->verdict = verdict;
    (void)vsnprintf(reason->text, sizeof reason->text, format, args);
    va_end(args);
}

static const struct metric_value *find_value(const struct verdict_input *input,
                                             const struct metric_def *metric)
{
    for (size_t i = 0; i < input->value_count; i++) {
        if (input->values[i].def == metric) {
            return &input->values[i];
        }
    }
    return NULL;
}

static const char *doubt_about(const struct verdict_input *input, const struct metric_def *metric)
{
    for (size_t i = 0; i < input->doubt_count; i++) {
        if (input->doubts[i].metric == metric) {
            return input->doubts[i].why;
        }
    }
    return NULL;
}

static const char *no_data_reason(const struct metric_value *value)
{
    if (value == NULL) {
        return "not collected";
    }
    return value->reason[0] != '\0' ? value->reason : "no reason given";
}

/* "25,310 ≥ 20,000"; where rounding makes the two look equal, their exact numbers stand behind. */
static void relation(const struct target *target, double measured, bool holds, char *out,
                     size_t out_bytes)
{
    static const char *const signs[2][2] = {
        [TARGET_BELOW] = { "≥", "<" }, [TARGET_ABOVE] = { "≤", ">" }
    };
    char left[METRIC_TEXT_BYTES];
    char right[METRIC_TEXT_BYTES];
    metric_format(target->metric, measured, left, sizeof left);
    metric_format(target->metric, target->limit, right, sizeof right);
    int used = snprintf(out, out_bytes, "%s %s %s", left, signs[target->op][holds], right);
    if (strcmp(left, right) == 0 && fabs(measured - target->limit) > 0.0 && used > 0 &&
        (size_t)used < out_bytes) {
        (void)snprintf(out + used, out_bytes - (size_t)used, " (%.12g, limit %.12g)", measured,
                       target->limit);
    }
}

static void judge_target(const struct target *target, const struct verdict_input *input,
                         struct verdict_result *out)
{
    const struct metric_value *value = find_value(input, target->metric);
    if (value == NULL || !value->has_data) {
        if (!target->optional) {
            add_reason(out, VERDICT_NO_DATA, "%s: NO DATA (%s)", target->metric->title,
                       no_data_reason(value));
        }
        return;
    }
    double measured = value->median;
    bool holds = target->op == TARGET_BELOW ? measured < target->limit : measured > target->limit;
    bool crash = target->crash_at_half && measured < target->limit / 2.0;
    char text[200];
    relation(target, measured, holds, text, sizeof text);
    const char *doubt = holds ? NULL : doubt_about(input, target->metric);
    if (doubt != NULL) {
        add_reason(out, VERDICT_NO_DATA, "%s %s: cannot tell (%s)", target->metric->title, text,
                   doubt);
        return;
    }
    if (crash) {
        add_reason(out, VERDICT_CRASHES, "%s %s, below half of the target", target->metric->title,
                   text);
        return;
    }
    if (holds) {
        add_reason(out, VERDICT_FINE, "%s %s", target->metric->title, text);
        return;
    }
    /* The plan lets such a figure decide; the reader should know what it is worth. */
    add_reason(out, VERDICT_SLOWS_DOWN, "%s %s%s", target->metric->title, text,
               target->metric->use == METRIC_REPORT ? " (a report-only figure)" : "");
}

static void judge_slope(const struct slope *slope, double limit, struct verdict_result *out)
{
    if (!slope->has_data) {
        add_reason(out, VERDICT_NO_DATA,
                   "Slope of the visible list: NO DATA (fewer than two message counts measured)");
        return;
    }
    bool holds = slope->per_message < limit;
    add_reason(out, holds ? VERDICT_FINE : VERDICT_SLOWS_DOWN,
               "Visible list: %.2f elements per message %s %g", slope->per_message,
               holds ? "<" : "≥", limit);
}

static void judge_rendered_share(const struct verdict_input *input, double limit,
                                 struct verdict_result *out)
{
    const struct metric_value *value = find_value(input, metric_find("rendered_share"));
    if (value == NULL || !value->has_data) {
        add_reason(out, VERDICT_NO_DATA, "Rendered of loaded messages: NO DATA (%s)",
                   no_data_reason(value));
        return;
    }
    bool holds = value->median < limit;
    add_reason(out, holds ? VERDICT_FINE : VERDICT_SLOWS_DOWN,
               "Rendered of loaded messages %.3f %s %g", value->median, holds ? "<" : "≥", limit);
}

void verdict_judge(const struct targets *targets, const struct verdict_input *input,
                   struct verdict_result *out)
{
    *out = (struct verdict_result){ .verdict = VERDICT_FINE };
    if (input->crash != NULL) {
        add_reason(out, VERDICT_CRASHES, "%s", input->crash);
    }
    if (!input->reached) {
        if (input->crash == NULL) {
            add_reason(out, VERDICT_NO_DATA, "%.0f messages were not reached: %s", input->messages,
                       input->not_reached != NULL ? input->not_reached : "no reason given");
        }
        return;
    }
    for (size_t i = 0; i < targets->count; i++) {
        const struct target *target = &targets->item[i];
        bool applies = input->live ? target->live && input->messages >= target->from_messages &&
                                         input->messages < target->below_messages
                                   : target_applies(target, input->messages, input->first_load);
        if (applies) {
            judge_target(target, input, out);
        }
    }
    if (input->live) {
        return;
    }
    if (input->list_slope != NULL) {
        judge_slope(input->list_slope, targets->slope_limit, out);
    } else {
        judge_rendered_share(input, targets->rendered_share_limit, out);
    }
}

void verdict_to_json(const struct verdict_result *result, cJSON *parent, const char *key)
{
    cJSON *node = json_add_object(parent, key);
    json_add_text(node, "verdict", verdict_name(result->verdict));
    cJSON *reasons = json_add_array(node, "reasons");
    for (size_t i = 0; i < result->count; i++) {
        cJSON *reason = json_push_object(reasons);
        json_add_text(reason, "verdict", verdict_name(result->reason[i].verdict));
        json_add_text(reason, "text", result->reason[i].text);
    }
}
