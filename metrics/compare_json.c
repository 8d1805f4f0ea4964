/* The section "compare" of a result. */
#include <math.h>

#include "metrics/compare.h"

static void add_line(const struct compare_line *line, cJSON *list)
{
    cJSON *node = json_push_object(list);
    json_add_text(node, "metric", line->def->name);
    json_add_text(node, "title", line->def->title);
    json_add_text(node, "unit", line->def->unit);
    json_add_text(node, "at", line->place);
    json_add_text(node, "use", metric_use_name(line->def->use));
    json_add_text(node, "state", compare_state_name(line->state));
    json_add_text(node, "text", line->word);
    json_add_text(node, "reason", line->reason[0] != '\0' ? line->reason : NULL);
    json_add_number(node, "base", line->base_median);
    json_add_number(node, "head", line->head_median);
    json_add_number(node, "base_n", line->base != NULL ? (double)line->base->count : 0.0);
    json_add_number(node, "head_n", line->head != NULL ? (double)line->head->count : 0.0);
    json_add_number(node, "change", line->change);
    json_add_number(node, "low", line->range.low);
    json_add_number(node, "high", line->range.high);
    json_add_text(node, "interval_of", line->range_is_change ? "change" : "difference");
    json_add_number(node, "effect", line->effect);
    json_add_number(node, "p", line->p);
}

cJSON *comparison_to_json(const struct comparison *comparison)
{
    static const char *const verdicts[] = {
        [COMPARE_PASSES] = "pass", [COMPARE_FAILS] = "fail", [COMPARE_UNDECIDED] = "cannot_tell"
    };
    cJSON *node = json_new_object();
    json_add_text(node, "verdict", verdicts[comparison->verdict]);
    json_add_text(node, "reason", comparison->reason);
    cJSON *counts = json_add_object(node, "counts");
    for (size_t i = 0; i < COMPARE_STATES; i++) {
        json_add_number(counts, compare_state_name((enum compare_state)i),
                        (double)comparison->states[i]);
    }
    if (comparison->has_lists) {
        cJSON *lists = json_add_object(node, "virtualization");
        virtualization_to_json(&comparison->base_list, lists, "base");
        virtualization_to_json(&comparison->head_list, lists, "head");
    }
    cJSON *host = json_add_object(node, "host");
    json_add_bool(host, "quiet_enough", comparison->host_is_fine);
    json_add_text(host, "text", comparison->host);
    json_add_bool(node, "measured_together", comparison->together);
    cJSON *list = json_add_array(node, "figures");
    for (size_t i = 0; i < comparison->count; i++) {
        add_line(&comparison->line[i], list);
    }
    return node;
}
