/* Evidence from one variant of the client in the browser. */
#include "metrics/evidence.h"
#include "metrics/slope.h"

void evidence_list_slope(const struct subject *subject, struct evidence *out)
{
    struct slope slope;
    struct err_msg msg = { "" };
    const cJSON *node = json_at(subject->node, "slopes.dom_elements_list");
    if (node == NULL || slope_from_json(node, "dom_elements_list", &slope, &msg) != ERR_OK ||
        !slope.has_data) {
        evidence_missing(out, "elements in the list were not counted at two numbers of messages");
        return;
    }
    if (slope.has_interval) {
        /* The lower bound: what is certain. */
        evidence_set(
            out, slope.low,
            "each loaded message adds %.1f elements to the visible list (95 %%: %.1f to %.1f)",
            slope.per_message, slope.low, slope.high);
        return;
    }
    evidence_set(out, slope.per_message,
                 "each loaded message adds %.1f elements to the visible list (two counts: no "
                 "interval)",
                 slope.per_message);
}

static const cJSON *last_stage(const struct subject *subject)
{
    const cJSON *stages = json_at(subject->node, "stages");
    return cJSON_GetArrayItem(stages, cJSON_GetArraySize(stages) - 1);
}

/* The median of a metric; false, and why, when there is none. */
static bool metric_of(const cJSON *metrics, const char *name, double *value, struct evidence *out)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(metrics, name);
    const cJSON *median = json_at(node, "median");
    const char *reason = json_text(node, "no_data");
    if (!cJSON_IsNumber(median)) {
        evidence_missing(out, "%s: %s", name, reason != NULL ? reason : "it was not measured");
        return false;
    }
    *value = median->valuedouble;
    return true;
}

void evidence_rendered_share(const struct subject *subject, struct evidence *out)
{
    const cJSON *stage = last_stage(subject);
    double share = 0;
    if (metric_of(json_at(stage, "metrics"), "rendered_share", &share, out)) {
        evidence_set(out, share, "at %.0f loaded messages %.0f %% of them stand in the list",
                     json_number(stage, "messages", 0), 100 * share);
    }
}

void evidence_decrypt_count(const struct subject *subject, struct evidence *out)
{
    double count = 0;
    if (metric_of(json_at(subject->node, "load.metrics"), "decrypt_count", &count, out)) {
        evidence_set(out, count, "%.0f messages were decrypted in the first load", count);
    }
}

void evidence_decrypt_overlap(const struct subject *subject, struct evidence *out)
{
    double overlap = 0;
    if (metric_of(json_at(subject->node, "load.metrics"), "decrypt_overlap", &overlap, out)) {
        evidence_set(out, overlap,
                     "their decryptions overlap by %.0f %% (0: one after another; near 100: all at "
                     "once)",
                     overlap);
    }
}

void evidence_decrypt_time(const struct subject *subject, struct evidence *out)
{
    double all_ms = 0;
    double each_ms = 0;
    const cJSON *metrics = json_at(subject->node, "load.metrics");
    if (metric_of(metrics, "decrypt_ms", &all_ms, out) &&
        metric_of(metrics, "decrypt_each_ms", &each_ms, out)) {
        evidence_set(out, all_ms, "decryption took %.1f ms, %.2f ms a message", all_ms, each_ms);
    }
}
