/* Reading the browser's targets. */
#include <math.h>

#include "base/embedded.h"
#include "metrics/verdict.h"

#define BUILTIN_PATH "metrics/data/browser-targets.json"

bool target_applies(const struct target *target, double messages, bool first_load)
{
    return !target->live && (first_load || !target->first_load) &&
           messages >= target->from_messages && messages < target->below_messages;
}

static bool is_one_of(const char *word, const char *const *known)
{
    for (; *known != NULL; known++) {
        if (strcmp(word, *known) == 0) {
            return true;
        }
    }
    return false;
}

/* Every member of `node` has a known name, and the named kind of value. */
static enum err check_members(const cJSON *node, const char *where, const char *const *numbers,
                              const char *const *flags, struct err_msg *msg)
{
    const cJSON *member;
    cJSON_ArrayForEach (member, node) {
        bool number = is_one_of(member->string, numbers);
        bool flag = is_one_of(member->string, flags);
        bool other =
            strcmp(member->string, "metric") == 0 || strcmp(member->string, "targets") == 0;
        if (!number && !flag && !other) {
            return err_set(msg, ERR_USAGE, "%s: unknown field \"%.40s\"", where, member->string);
        }
        if (number && !(cJSON_IsNumber(member) && isfinite(member->valuedouble))) {
            return err_set(msg, ERR_USAGE, "%s: \"%s\" must be a number", where, member->string);
        }
        if (flag && !cJSON_IsBool(member)) {
            return err_set(msg, ERR_USAGE, "%s: \"%s\" must be true or false", where,
                           member->string);
        }
    }
    return ERR_OK;
}

static enum err read_target(const cJSON *node, const char *where, struct target *out,
                            struct err_msg *msg)
{
    static const char *const numbers[] = { "below", "above", "from_messages", "below_messages",
                                           NULL };
    static const char *const flags[] = { "optional", "first_load", "crash_at_half", "live", NULL };
    enum err code = check_members(node, where, numbers, flags, msg);
    if (code != ERR_OK) {
        return code;
    }
    const char *name = json_text(node, "metric");
    if (name == NULL || metric_find(name) == NULL) {
        return err_set(msg, ERR_USAGE, "%s: \"metric\" must name a metric, not \"%.40s\"", where,
                       name == NULL ? "" : name);
    }
    bool below = json_at(node, "below") != NULL;
    if (below == (json_at(node, "above") != NULL)) {
        return err_set(msg, ERR_USAGE, "%s: one of \"below\" and \"above\" must give the limit",
                       where);
    }
    *out = (struct target){
        .metric = metric_find(name),
        .from_messages = json_number(node, "from_messages", 0.0),
        .below_messages = json_number(node, "below_messages", (double)INFINITY),
        .op = below ? TARGET_BELOW : TARGET_ABOVE,
        .limit = json_number(node, below ? "below" : "above", 0.0),
        .crash_at_half = json_bool(node, "crash_at_half", false),
        .optional = json_bool(node, "optional", false),
        .first_load = json_bool(node, "first_load", false),
        .live = json_bool(node, "live", false),
    };
    if (out->from_messages >= out->below_messages) {
        return err_set(msg, ERR_USAGE, "%s: \"from_messages\" must be less than \"below_messages\"",
                       where);
    }
    if (out->crash_at_half && below) {
        return err_set(msg, ERR_USAGE, "%s: \"crash_at_half\" goes with \"above\" only", where);
    }
    return ERR_OK;
}

static enum err read_list(const cJSON *list, const char *name, struct targets *out,
                          struct err_msg *msg)
{
    const cJSON *node;
    cJSON_ArrayForEach (node, list) {
        char where[160];
        if (out->count == TARGETS_MAX) {
            return err_set(msg, ERR_USAGE, "%s: more than %zu targets", name, TARGETS_MAX);
        }
        (void)snprintf(where, sizeof where, "%.120s: target %zu", name, out->count + 1);
        if (!cJSON_IsObject(node)) {
            return err_set(msg, ERR_USAGE, "%s must be an object", where);
        }
        enum err code = read_target(node, where, &out->item[out->count], msg);
        if (code != ERR_OK) {
            return code;
        }
        out->count++;
    }
    return ERR_OK;
}

static enum err read_targets(const cJSON *root, const char *name, struct targets *out,
                             struct err_msg *msg)
{
    static const char *const numbers[] = { "slope_limit", "rendered_share_limit", NULL };
    static const char *const flags[] = { NULL };
    if (!cJSON_IsObject(root) || !cJSON_IsArray(json_at(root, "targets"))) {
        return err_set(msg, ERR_USAGE, "%s: an object with a list \"targets\" is wanted", name);
    }
    enum err code = check_members(root, name, numbers, flags, msg);
    if (code != ERR_OK) {
        return code;
    }
    *out = (struct targets){
        .slope_limit = json_number(root, "slope_limit", (double)NAN),
        .rendered_share_limit = json_number(root, "rendered_share_limit", (double)NAN),
    };
    if (!(out->slope_limit > 0.0) || !(out->rendered_share_limit > 0.0)) {
        return err_set(msg, ERR_USAGE,
                       "%s: \"slope_limit\" and \"rendered_share_limit\" must be numbers above 0",
                       name);
    }
    return read_list(json_at(root, "targets"), name, out, msg);
}

enum err targets_read(const char *text, size_t bytes, const char *name, struct targets *out,
                      struct err_msg *msg)
{
    cJSON *root = NULL;
    enum err code = json_parse(text, bytes, name, &root, msg);
    if (code == ERR_OK) {
        code = read_targets(root, name, out, msg);
    }
    cJSON_Delete(root);
    return code;
}

enum err targets_builtin(struct targets *out, struct err_msg *msg)
{
    const struct embedded *file = embedded_find(BUILTIN_PATH);
    if (file == NULL) {
        return err_set(msg, ERR_USAGE, "this build carries no " BUILTIN_PATH);
    }
    return targets_read(file->text, file->bytes, BUILTIN_PATH, out, msg);
}
