#include "metrics/diagnosis.h"

#include <math.h>

#include "base/mem.h"
#include "metrics/diagnosis_rules.h"

#define SUBJECTS_MAX ((size_t)256)
#define KEY          "diagnosis"

enum state {
    STATE_CANNOT_TELL, /* in the order in which the better known wins */
    STATE_NOT_FOUND,
    STATE_FOUND
};

static const char *const state_names[] = { "cannot tell", "not found", "found" };

/* What one rule says of one subject. */
struct judgement {
    enum state state;
    const struct subject *subject;         /* NULL: there was none */
    const struct alternative *alternative; /* that decided */
    bool unasked;                          /* the subject was not about it */
    char why[EVIDENCE_TEXT_BYTES];
};

struct subjects {
    struct subject *item;
    bool *gated; /* a gate was found: nothing is said of it */
    size_t count;
};

static void get_evidence(const struct evidence_def *def, const struct subject *subject,
                         struct evidence *out)
{
    *out = (struct evidence){ .has_value = false };
    def->extract(subject, out);
    if (out->has_value && !isfinite(out->value)) {
        evidence_missing(out, "%s is no number", def->name);
    }
}

static bool holds(const struct condition *condition, double value)
{
    switch (condition->op) {
    case CONDITION_AT_LEAST:
        return value >= condition->limit;
    case CONDITION_AT_MOST:
        return value <= condition->limit;
    case CONDITION_ABOVE:
        return value > condition->limit;
    case CONDITION_BELOW:
    case CONDITION_OPS:
        break;
    }
    return value < condition->limit;
}

/* What does not hold weighs more than what is not known: a cause needs all of its signs. */
static void judge_alternative(const struct alternative *alternative, const struct subject *subject,
                              struct judgement *out)
{
    out->state = STATE_FOUND;
    out->alternative = alternative;
    for (size_t i = 0; i < alternative->count; i++) {
        const struct condition *condition = &alternative->condition[i];
        struct evidence evidence;
        get_evidence(condition->evidence, subject, &evidence);
        if (evidence.has_value && !holds(condition, evidence.value)) {
            out->state = STATE_NOT_FOUND;
            return;
        }
        if (!evidence.has_value && out->state == STATE_FOUND) {
            out->state = STATE_CANNOT_TELL;
            out->unasked = evidence.unasked;
            (void)snprintf(out->why, sizeof out->why, "%s", evidence.text);
        }
    }
}

static bool is_better(const struct judgement *a, const struct judgement *than)
{
    if (a->state != than->state) {
        return a->state > than->state;
    }
    return a->state == STATE_CANNOT_TELL && than->unasked && !a->unasked;
}

static void judge_subject(const struct rule *rule, const struct subject *subject, bool gated,
                          struct judgement *out)
{
    *out = (struct judgement){ .unasked = true };
    for (size_t i = 0; i < rule->when_count; i++) {
        struct judgement judged = { .subject = subject };
        judge_alternative(&rule->when[i], subject, &judged);
        if (i == 0 || is_better(&judged, out)) {
            *out = judged;
        }
    }
    if (gated && !(out->state == STATE_CANNOT_TELL && out->unasked)) {
        out->state = STATE_CANNOT_TELL;
        out->alternative = NULL;
        (void)snprintf(out->why, sizeof out->why,
                       "the generator or its machine was the bottleneck of %s", subject->name);
    }
}

/* How much of the time it explains where it was found; -1 when that is not known. */
static double explained(const struct rule *rule, const struct judgement *judged)
{
    struct evidence evidence;
    if (rule->explains == NULL || judged->state != STATE_FOUND) {
        return -1;
    }
    get_evidence(rule->explains, judged->subject, &evidence);
    return evidence.has_value ? evidence.value : -1;
}

static void judge(const struct rule *rule, const struct subjects *subjects, struct judgement *out)
{
    bool any = false;
    *out = (struct judgement){ .unasked = true };
    for (size_t i = 0; i < subjects->count; i++) {
        struct judgement judged;
        if (subjects->item[i].scope != rule->scope) {
            continue;
        }
        judge_subject(rule, &subjects->item[i], subjects->gated[i] && !rule->gate, &judged);
        if (!any || is_better(&judged, out) ||
            (judged.state == STATE_FOUND && explained(rule, &judged) > explained(rule, out))) {
            *out = judged;
        }
        any = true;
    }
    if (!any) {
        (void)snprintf(out->why, sizeof out->why, "%s",
                       rule->scope == EVIDENCE_WORKLOAD ? "no load was applied"
                                                        : "nothing was measured in a browser");
    }
}

static void add_evidence(const struct evidence_def *def, const struct subject *subject, cJSON *list)
{
    struct evidence evidence;
    get_evidence(def, subject, &evidence);
    const cJSON *given = NULL;
    cJSON_ArrayForEach (given, list) {
        if (strcmp(json_text(given, "name"), def->name) == 0) {
            return;
        }
    }
    if (evidence.has_value) {
        cJSON *node = json_push_object(list);
        json_add_text(node, "name", def->name);
        json_add_text(node, "text", evidence.text);
        json_add_number(node, "value", evidence.value);
        if (def->unit[0] != '\0') {
            json_add_text(node, "unit", def->unit);
        }
    }
}

static void add_rule(const struct rule *rule, const struct judgement *judged, cJSON *parent)
{
    cJSON *node = json_push_object(parent);
    json_add_text(node, "id", rule->id);
    json_add_number(node, "number", rule->number);
    json_add_text(node, "title", rule->title);
    json_add_text(node, "certainty", rule->certainty);
    json_add_bool(node, "gate", rule->gate);
    json_add_text(node, "state", state_names[judged->state]);
    json_add_bool(node, "relevant", judged->state != STATE_CANNOT_TELL || !judged->unasked);
    if (judged->subject != NULL) {
        json_add_text(node, "subject", judged->subject->name);
    }
    cJSON *list = json_add_array(node, "evidence");
    const struct alternative *when = judged->alternative;
    for (size_t i = 0; when != NULL && i < when->count; i++) {
        add_evidence(when->condition[i].evidence, judged->subject, list);
    }
    for (size_t i = 0; i < rule->also_count && judged->state == STATE_FOUND; i++) {
        add_evidence(rule->also[i], judged->subject, list);
    }
    if (explained(rule, judged) >= 0) {
        json_add_number(node, "explains", explained(rule, judged));
    }
    json_add_text(node, "cause", rule->cause);
    json_add_text(node, "fix", rule->fix);
    if (judged->state == STATE_CANNOT_TELL) {
        json_add_text(node, "why", judged->why);
    }
}

static void add_subjects(const cJSON *list, enum evidence_scope scope, struct subjects *out)
{
    const cJSON *node = NULL;
    cJSON_ArrayForEach (node, list) {
        if (out->count < SUBJECTS_MAX && cJSON_IsObject(node)) {
            subject_init(scope, node, &out->item[out->count++]);
        }
    }
}

static void find_gates(const struct diagnosis_rules *rules, struct subjects *subjects)
{
    for (size_t i = 0; i < rules->count; i++) {
        const struct rule *rule = &rules->rule[i];
        for (size_t k = 0; rule->gate && k < subjects->count; k++) {
            struct judgement judged = { .unasked = true };
            if (subjects->item[k].scope == rule->scope) {
                judge_subject(rule, &subjects->item[k], false, &judged);
            }
            subjects->gated[k] = subjects->gated[k] || judged.state == STATE_FOUND;
        }
    }
}

cJSON *diagnosis_find(const struct diagnosis_rules *rules, const cJSON *const *results,
                      size_t count)
{
    struct subjects subjects = {
        .item = mem_new_array(SUBJECTS_MAX, sizeof *subjects.item),
        .gated = mem_new_array(SUBJECTS_MAX, sizeof *subjects.gated),
    };
    cJSON *section = NULL;
    for (size_t i = 0; i < count; i++) {
        add_subjects(json_at(results[i], "stress.workloads"), EVIDENCE_WORKLOAD, &subjects);
        add_subjects(json_at(results[i], "measure.variants"), EVIDENCE_VARIANT, &subjects);
    }
    if (subjects.count > 0) {
        section = json_new_object();
        cJSON *list = json_add_array(section, "rules");
        find_gates(rules, &subjects);
        for (size_t i = 0; i < rules->count; i++) {
            struct judgement judged;
            judge(&rules->rule[i], &subjects, &judged);
            add_rule(&rules->rule[i], &judged, list);
        }
    }
    for (size_t i = 0; i < subjects.count; i++) {
        subject_release(&subjects.item[i]);
    }
    free(subjects.item);
    free(subjects.gated);
    return section;
}

enum err diagnosis_add(cJSON *result, struct err_msg *msg)
{
    struct diagnosis_rules *rules = NULL;
    const cJSON *results[] = { result };
    enum err err = diagnosis_rules_builtin(&rules, msg);
    if (err == ERR_OK) {
        cJSON *section = diagnosis_find(rules, results, 1);
        cJSON_DeleteItemFromObjectCaseSensitive(result, KEY);
        if (section != NULL) {
            json_add_node(result, KEY, section);
        }
    }
    diagnosis_rules_free(rules);
    return err;
}

static void write_found(const cJSON *rule, struct strbuf *out)
{
    const cJSON *evidence = NULL;
    const char *certainty = json_text(rule, "certainty");
    bool weak = certainty != NULL && strcmp(certainty, "weak") == 0;
    strbuf_addf(out, "  found: %s, in %s%s\n", json_text(rule, "title"), json_text(rule, "subject"),
                weak ? " (weak evidence)" : "");
    cJSON_ArrayForEach (evidence, json_at(rule, "evidence")) {
        strbuf_addf(out, "    - %s\n", json_text(evidence, "text"));
    }
    strbuf_addf(out, "    fix: %s\n", json_text(rule, "fix"));
}

static bool is_in_state(const cJSON *rule, enum state state)
{
    const char *name = json_text(rule, "state");
    return name != NULL && strcmp(name, state_names[state]) == 0;
}

static void write_unknown(const cJSON *rules, struct strbuf *out)
{
    const cJSON *rule = NULL;
    cJSON_ArrayForEach (rule, rules) {
        if (is_in_state(rule, STATE_CANNOT_TELL) && json_bool(rule, "relevant", false)) {
            strbuf_addf(out, "  cannot tell: %s: %s\n", json_text(rule, "title"),
                        json_text(rule, "why"));
        }
    }
}

void diagnosis_write(const cJSON *section, struct strbuf *out)
{
    size_t count[] = { 0, 0, 0 };
    const cJSON *rules = json_at(section, "rules");
    const cJSON *rule = NULL;
    cJSON_ArrayForEach (rule, rules) {
        bool counts = !json_bool(rule, "gate", false) || is_in_state(rule, STATE_FOUND);
        if (counts && json_bool(rule, "relevant", false)) {
            for (size_t i = 0; i < sizeof count / sizeof count[0]; i++) {
                count[i] += is_in_state(rule, (enum state)i) ? 1 : 0;
            }
        }
    }
    if (count[STATE_FOUND] + count[STATE_NOT_FOUND] + count[STATE_CANNOT_TELL] == 0) {
        return;
    }
    strbuf_addf(out, "diagnosis: of the known causes of slowness ");
    if (count[STATE_FOUND] > 0) {
        strbuf_addf(out, "%zu found, %zu ruled out, %zu not judged\n", count[STATE_FOUND],
                    count[STATE_NOT_FOUND], count[STATE_CANNOT_TELL]);
    } else {
        strbuf_addf(out, "none was seen: %zu ruled out, %zu not judged\n", count[STATE_NOT_FOUND],
                    count[STATE_CANNOT_TELL]);
    }
    cJSON_ArrayForEach (rule, rules) {
        if (is_in_state(rule, STATE_FOUND)) {
            write_found(rule, out);
        }
    }
    write_unknown(rules, out);
}
