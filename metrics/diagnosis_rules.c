/* Reading the rules. */
#include "metrics/diagnosis_rules.h"

#include <math.h>
#include <stdio.h>

#include "base/embedded.h"
#include "base/mem.h"

#define BUILTIN_PATH "metrics/data/diagnosis.json"
#define WHERE_BYTES  ((size_t)200)

static const char *const ops[CONDITION_OPS] = { "at_least", "at_most", "above", "below" };

static bool is_one_of(const char *word, const char *const *known)
{
    for (; *known != NULL; known++) {
        if (strcmp(word, *known) == 0) {
            return true;
        }
    }
    return false;
}

static enum err check_members(const cJSON *node, const char *where, const char *const *known,
                              struct err_msg *msg)
{
    const cJSON *member = NULL;
    if (!cJSON_IsObject(node)) {
        return err_set(msg, ERR_USAGE, "%s must be an object", where);
    }
    cJSON_ArrayForEach (member, node) {
        if (!is_one_of(member->string, known)) {
            return err_set(msg, ERR_USAGE, "%s: unknown field \"%.40s\"", where, member->string);
        }
    }
    return ERR_OK;
}

/* A rule speaks of one kind of subject: evidence of two kinds never meets. */
static enum err take_evidence(const cJSON *name, const char *where, struct rule *rule,
                              const struct evidence_def **out, struct err_msg *msg)
{
    const struct evidence_def *def = cJSON_IsString(name) ? evidence_find(name->valuestring) : NULL;
    if (def == NULL) {
        return err_set(msg, ERR_USAGE, "%s: there is no evidence \"%.40s\"", where,
                       cJSON_IsString(name) ? name->valuestring : "");
    }
    bool first = rule->when_count == 0 && rule->when[0].count == 0;
    if (!first && def->scope != rule->scope) {
        return err_set(msg, ERR_USAGE,
                       "%s: \"%s\" is evidence of another kind than the rule's first", where,
                       def->name);
    }
    rule->scope = def->scope;
    *out = def;
    return ERR_OK;
}

static enum err read_condition(const cJSON *node, const char *where, struct rule *rule,
                               struct condition *out, struct err_msg *msg)
{
    static const char *const known[] = {
        "evidence", "at_least", "at_most", "above", "below", NULL
    };
    size_t limits = 0;
    enum err code = check_members(node, where, known, msg);
    if (code == ERR_OK) {
        code = take_evidence(json_at(node, "evidence"), where, rule, &out->evidence, msg);
    }
    for (size_t i = 0; i < CONDITION_OPS && code == ERR_OK; i++) {
        const cJSON *limit = cJSON_GetObjectItemCaseSensitive(node, ops[i]);
        if (limit != NULL) {
            out->op = (enum condition_op)i;
            out->limit = cJSON_IsNumber(limit) ? limit->valuedouble : (double)NAN;
            limits++;
        }
    }
    if (code == ERR_OK && (limits != 1 || !isfinite(out->limit))) {
        code = err_set(msg, ERR_USAGE,
                       "%s: one of at_least, at_most, above and below must give a number", where);
    }
    return code;
}

static enum err read_when(const cJSON *list, const char *where, struct rule *rule,
                          struct err_msg *msg)
{
    const cJSON *node = NULL;
    enum err code = ERR_OK;
    cJSON_ArrayForEach (node, list) {
        const cJSON *condition = NULL;
        size_t count = (size_t)cJSON_GetArraySize(node);
        if (!cJSON_IsArray(node) || count == 0 || count > CONDITIONS_MAX ||
            rule->when_count == ALTERNATIVES_MAX) {
            return err_set(msg, ERR_USAGE,
                           "%s: \"when\" is up to %zu lists of one to %zu conditions", where,
                           ALTERNATIVES_MAX, CONDITIONS_MAX);
        }
        struct alternative *into = &rule->when[rule->when_count];
        cJSON_ArrayForEach (condition, node) {
            if (code == ERR_OK) {
                code = read_condition(condition, where, rule, &into->condition[into->count], msg);
                into->count++;
            }
        }
        rule->when_count++;
    }
    if (code == ERR_OK && rule->when_count == 0) {
        code = err_set(msg, ERR_USAGE, "%s: \"when\" must list when it is found", where);
    }
    return code;
}

static enum err read_also(const cJSON *node, const char *where, struct rule *rule,
                          struct err_msg *msg)
{
    const cJSON *name = NULL;
    const cJSON *also = json_at(node, "also");
    const cJSON *explains = json_at(node, "explains");
    enum err code = ERR_OK;
    cJSON_ArrayForEach (name, also) {
        if (rule->also_count == CONDITIONS_MAX) {
            return err_set(msg, ERR_USAGE, "%s: \"also\" names at most %zu", where, CONDITIONS_MAX);
        }
        if (code == ERR_OK) {
            code = take_evidence(name, where, rule, &rule->also[rule->also_count++], msg);
        }
    }
    if (code == ERR_OK && explains != NULL) {
        code = take_evidence(explains, where, rule, &rule->explains, msg);
    }
    return code;
}

static enum err take_text(const cJSON *node, const char *key, const char *where, const char **out,
                          struct err_msg *msg)
{
    *out = json_text(node, key);
    if (*out == NULL || **out == '\0') {
        return err_set(msg, ERR_USAGE, "%s: \"%s\" must be a text", where, key);
    }
    return ERR_OK;
}

static enum err read_texts(const cJSON *node, const char *where, struct rule *out,
                           struct err_msg *msg)
{
    static const char *const certainties[] = { "strong", "fair", "weak", NULL };
    enum err code = take_text(node, "id", where, &out->id, msg);
    if (code == ERR_OK) {
        code = take_text(node, "title", where, &out->title, msg);
    }
    if (code == ERR_OK) {
        code = take_text(node, "cause", where, &out->cause, msg);
    }
    if (code == ERR_OK) {
        code = take_text(node, "fix", where, &out->fix, msg);
    }
    if (code == ERR_OK) {
        code = take_text(node, "certainty", where, &out->certainty, msg);
    }
    if (code == ERR_OK && !is_one_of(out->certainty, certainties)) {
        code = err_set(msg, ERR_USAGE, "%s: \"certainty\" must be strong, fair or weak", where);
    }
    out->number = json_number(node, "number", 0);
    out->gate = json_bool(node, "gate", false);
    return code;
}

static enum err read_rule(const cJSON *node, const char *where, struct rule *out,
                          struct err_msg *msg)
{
    static const char *const known[] = { "id",   "number",   "title", "gate", "certainty", "when",
                                         "also", "explains", "cause", "fix",  NULL };
    enum err code = check_members(node, where, known, msg);
    if (code == ERR_OK) {
        code = read_texts(node, where, out, msg);
    }
    if (code == ERR_OK) {
        code = read_when(json_at(node, "when"), where, out, msg);
    }
    if (code == ERR_OK) {
        code = read_also(node, where, out, msg);
    }
    return code;
}

static enum err read_rules(const char *name, struct diagnosis_rules *rules, struct err_msg *msg)
{
    static const char *const known[] = { "rules", NULL };
    const cJSON *list = json_at(rules->tree, "rules");
    const cJSON *node = NULL;
    enum err code = check_members(rules->tree, name, known, msg);
    if (code == ERR_OK && (!cJSON_IsArray(list) || cJSON_GetArraySize(list) < 1 ||
                           (size_t)cJSON_GetArraySize(list) > RULES_MAX)) {
        return err_set(msg, ERR_USAGE, "%s: \"rules\" must be a list of one to %zu rules", name,
                       RULES_MAX);
    }
    cJSON_ArrayForEach (node, list) {
        char where[WHERE_BYTES];
        (void)snprintf(where, sizeof where, "%.120s: rule %zu", name, rules->count + 1);
        if (code == ERR_OK) {
            code = read_rule(node, where, &rules->rule[rules->count++], msg);
        }
    }
    return code;
}

enum err diagnosis_rules_read(const char *text, size_t bytes, const char *name,
                              struct diagnosis_rules **out, struct err_msg *msg)
{
    struct diagnosis_rules *rules = mem_new(sizeof *rules);
    *out = NULL;
    enum err code = json_parse(text, bytes, name, &rules->tree, msg);
    if (code == ERR_OK) {
        code = read_rules(name, rules, msg);
    }
    if (code != ERR_OK) {
        diagnosis_rules_free(rules);
        return code;
    }
    *out = rules;
    return ERR_OK;
}

enum err diagnosis_rules_builtin(struct diagnosis_rules **out, struct err_msg *msg)
{
    const struct embedded *file = embedded_find(BUILTIN_PATH);
    *out = NULL;
    if (file == NULL) {
        return err_set(msg, ERR_USAGE, "this build carries no " BUILTIN_PATH);
    }
    return diagnosis_rules_read(file->text, file->bytes, BUILTIN_PATH, out, msg);
}

void diagnosis_rules_free(struct diagnosis_rules *rules)
{
    if (rules != NULL) {
        cJSON_Delete(rules->tree);
        free(rules);
    }
}
