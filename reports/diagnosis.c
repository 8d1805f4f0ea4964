/* The diagnosis of a run, as tmscdp wrote it into the result, read into the model. */
#include <math.h>

#include "base/mem.h"
#include "reports/load_build.h"

#define TEXT_CHARS   ((size_t)600)
#define EVIDENCE_MAX ((size_t)20)

static enum rule_state state_of(const cJSON *node)
{
    const char *state = json_text(node, "state");
    if (state != NULL && strcmp(state, "found") == 0) {
        return RULE_FOUND;
    }
    return state != NULL && strcmp(state, "not found") == 0 ? RULE_NOT_FOUND : RULE_CANNOT_TELL;
}

static void read_rule(struct report *report, const cJSON *node, struct report_rule *out)
{
    const cJSON *entry;
    out->id = load_text(report, node, "id", 60);
    out->number = json_number(node, "number", 0.0);
    out->title = load_text(report, node, "title", 200);
    out->state = state_of(node);
    out->subject = load_text(report, node, "subject", 80);
    out->certainty = load_text(report, node, "certainty", 20);
    out->relevant = json_bool(node, "relevant", true);
    out->explains = load_number(node, "explains");
    out->cause = load_text(report, node, "cause", TEXT_CHARS);
    out->fix = load_text(report, node, "fix", TEXT_CHARS);
    out->why = load_text(report, node, "why", TEXT_CHARS);
    out->evidence = report_keep_array(report, EVIDENCE_MAX, sizeof *out->evidence);
    cJSON_ArrayForEach (entry, json_at(node, "evidence")) {
        if (out->evidence_count < EVIDENCE_MAX) {
            const char *text =
                cJSON_IsString(entry) ? entry->valuestring : json_text(entry, "text");
            out->evidence[out->evidence_count++] = report_keep_text(report, text, TEXT_CHARS);
        }
    }
}

void build_diagnosis(struct report *report, const struct report_run *run, const cJSON *node)
{
    const cJSON *entry;
    const cJSON *list = json_at(node, "rules");
    size_t count = load_count(report, list, "rules");
    report->has_diagnosis = cJSON_IsObject(node);
    report->rule = report_keep_array(report, count, sizeof *report->rule);
    cJSON_ArrayForEach (entry, list) {
        if (report->rule_count < count) {
            struct report_rule *rule = &report->rule[report->rule_count++];
            rule->run = run;
            read_rule(report, entry, rule);
        }
    }
}
