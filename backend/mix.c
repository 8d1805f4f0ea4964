#include "backend/mix.h"

#include "backend/workload.h"
#include "base/embedded.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/options.h"
#include "metrics/verdict.h"

#define NAME "mix"

static bool is_path(const char *name)
{
    size_t length = strlen(name);
    return strchr(name, '/') != NULL || (length > 5 && strcmp(name + length - 5, ".json") == 0);
}

static enum err read_source(const char *name, cJSON **out, struct err_msg *msg)
{
    if (is_path(name)) {
        return json_read_file(name, LIMIT_CONFIG_FILE_BYTES, out, msg);
    }
    char *path = mem_format("backend/scenarios/%s.json", name);
    const struct embedded *file = embedded_find(path);
    enum err err = ERR_OK;
    if (file != NULL && strcmp(name, "schema") != 0) {
        err = json_parse(file->text, file->bytes, path, out, msg);
    } else {
        const char *const *names = workload_names();
        size_t count = 0;
        while (names[count] != NULL) {
            count++;
        }
        const char *nearest = options_nearest(name, names, count);
        err = err_set(msg, ERR_USAGE,
                      "there is no scenario \"%s\"%s%s%s; `tmscdp stress --list` shows them", name,
                      nearest != NULL ? "; did you mean \"" : "", nearest != NULL ? nearest : "",
                      nearest != NULL ? "\"?" : "");
    }
    free(path);
    return err;
}

/* Adds the members of an object that the mix has not yet. */
static void unite(cJSON *into, const cJSON *from)
{
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, from) {
        if (cJSON_GetObjectItemCaseSensitive(into, member->string) == NULL) {
            json_add_node(into, member->string, cJSON_Duplicate(member, true));
        }
    }
}

static void unite_list(cJSON *into, const cJSON *from)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach (item, from) {
        bool there = false;
        const cJSON *other = NULL;
        cJSON_ArrayForEach (other, into) {
            there = there || cJSON_Compare(item, other, true);
        }
        if (!there) {
            json_push_node(into, cJSON_Duplicate(item, true));
        }
    }
}

static void add_duration(cJSON *node, const char *key, uint64_t ms)
{
    char *text = mem_format("%llums", (unsigned long long)ms);
    json_add_text(node, key, text);
    free(text);
}

/* Whether two workloads can be asked about one thing in one run. Without "api" or "prefix" the
 * chat's own are meant, so that one only of two is a contradiction; without "fanout" nothing is
 * said. */
static bool agree(const cJSON *first, const cJSON *second, const char *key)
{
    const cJSON *left = cJSON_GetObjectItemCaseSensitive(first, key);
    const cJSON *right = cJSON_GetObjectItemCaseSensitive(second, key);
    if (left == NULL || right == NULL) {
        return left == right || strcmp(key, "fanout") == 0;
    }
    return cJSON_Compare(left, right, true) != 0;
}

/* What holds for a whole workload must hold for the mix. */
static enum err unite_settings(const char *word, const cJSON *source, bool is_first, cJSON *mix,
                               struct err_msg *msg)
{
    static const char *const keys[] = { "api", "prefix", "fanout" };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const cJSON *own = cJSON_GetObjectItemCaseSensitive(source, keys[i]);
        if (!is_first && !agree(mix, source, keys[i])) {
            return err_set(msg, ERR_USAGE,
                           "%s: its \"%s\" is not that of the scenarios before, and a mix has one: "
                           "run it alone",
                           word, keys[i]);
        }
        if (own != NULL && cJSON_GetObjectItemCaseSensitive(mix, keys[i]) == NULL) {
            json_add_node(mix, keys[i], cJSON_Duplicate(own, true));
        }
    }
    return ERR_OK;
}

static enum err add_workload(const char *word, const cJSON *source, const struct mix_shape *shape,
                             cJSON *mix, struct err_msg *msg)
{
    const char *name = json_text(source, "name");
    const cJSON *flows = json_at(source, "flows");
    const cJSON *scenario = NULL;
    if (name == NULL || !cJSON_IsObject(flows) || !cJSON_IsObject(json_at(source, "scenarios"))) {
        return err_set(msg, ERR_USAGE,
                       "%s: a mix takes workloads that have a name, flows and scenarios", word);
    }
    cJSON *all = cJSON_GetObjectItemCaseSensitive(mix, "scenarios");
    cJSON_ArrayForEach (scenario, json_at(source, "scenarios")) {
        const char *flow = json_text(scenario, "flow");
        const cJSON *steps = flow != NULL ? cJSON_GetObjectItemCaseSensitive(flows, flow) : NULL;
        if (steps == NULL) {
            return err_set(msg, ERR_USAGE, "%s: scenario \"%s\" follows no flow of the file", word,
                           scenario->string);
        }
        /* One scenario a flow: two shapes of the same flow are one crowd here. */
        char *key = mem_format("%s-%s", name, flow);
        if (cJSON_GetObjectItemCaseSensitive(all, key) == NULL) {
            json_add_node(cJSON_GetObjectItemCaseSensitive(mix, "flows"), key,
                          cJSON_Duplicate(steps, true));
            cJSON *node = json_add_object(all, key);
            json_add_text(node, "executor", "constant-vus");
            json_add_text(node, "flow", key);
            json_add_number(node, "vus", (double)shape->vus);
            add_duration(node, "duration", shape->duration_ms);
            json_add_text(node, "jitter", "1s");
            json_add_text(node, "gracefulStop", "5s");
        }
        free(key);
    }
    unite(cJSON_GetObjectItemCaseSensitive(mix, "metrics"), json_at(source, "metrics"));
    unite_list(cJSON_GetObjectItemCaseSensitive(mix, "integrity"), json_at(source, "integrity"));
    return ERR_OK;
}

static cJSON *new_mix(const struct mix_shape *shape)
{
    cJSON *mix = json_new_object();
    json_add_text(mix, "name", NAME);
    json_add_text(mix, "summary", "Several workloads at once, while a browser is measured");
    (void)json_add_object(mix, "metrics");
    (void)json_add_object(mix, "flows");
    if (shape->baseline) {
        cJSON *baseline = json_add_object(mix, "baseline");
        json_add_number(baseline, "vus", 3);
        json_add_number(baseline, "requests", 60);
        cJSON *think = json_add_object(baseline, "think");
        json_add_text(think, "min", "50ms");
        json_add_text(think, "max", "150ms");
    } else {
        json_add_bool(mix, "baseline", false);
    }
    (void)json_add_object(mix, "scenarios");
    (void)json_add_array(mix, "integrity");
    return mix;
}

static bool is_named_before(const char *const *names, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(names[i], names[index]) == 0) {
            return true;
        }
    }
    return false;
}

enum err mix_make(const char *const *names, size_t count, const struct mix_shape *shape,
                  cJSON **out, struct err_msg *msg)
{
    enum err err = ERR_OK;
    if (count == 0 || count > MIX_WORKLOADS_MAX) {
        return err_set(msg, ERR_USAGE, "name 1 to %zu scenarios for the load", MIX_WORKLOADS_MAX);
    }
    cJSON *mix = new_mix(shape);
    for (size_t i = 0; i < count && err == ERR_OK; i++) {
        cJSON *source = NULL;
        if (is_named_before(names, i)) {
            err = err_set(msg, ERR_USAGE, "the scenario \"%s\" is named twice", names[i]);
        } else {
            err = read_source(names[i], &source, msg);
        }
        if (err == ERR_OK) {
            err = unite_settings(names[i], source, i == 0, mix, msg);
        }
        if (err == ERR_OK) {
            err = add_workload(names[i], source, shape, mix, msg);
        }
        cJSON_Delete(source);
    }
    if (err != ERR_OK) {
        cJSON_Delete(mix);
        return err;
    }
    *out = mix;
    return ERR_OK;
}

/* A scenario "<workload>-<flow>" belongs to the workload; NULL: to none. Of "websocket" and
 * "websocket-fanout" the longer name is meant where both fit. */
static const char *owner_of(const char *scenario, char *const *names, size_t count)
{
    const char *owner = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(names[i]);
        bool fits = strncmp(scenario, names[i], length) == 0 && scenario[length] == '-';
        if (fits && (owner == NULL || length > strlen(owner))) {
            owner = names[i];
        }
    }
    return owner;
}

/* `name`: one of `names`, or NULL for all of the mix. */
static void add_verdict(const cJSON *workload, const char *name, char *const *names, size_t count,
                        cJSON *out)
{
    enum verdict worst = VERDICT_FINE;
    bool judged = false;
    double requests = 0;
    double errors = 0;
    double p95_ms = 0;
    const cJSON *scenario = NULL;
    cJSON_ArrayForEach (scenario, json_at(workload, "scenarios")) {
        enum verdict verdict;
        const char *own = json_text(scenario, "name");
        const char *word = json_text(scenario, "verdict.verdict");
        if (own == NULL || (name != NULL && owner_of(own, names, count) != name)) {
            continue;
        }
        requests += json_number(scenario, "requests", 0);
        errors += json_number(scenario, "errors", 0);
        double p95 = json_number(scenario, "service_ms.p95", 0);
        p95_ms = p95 > p95_ms ? p95 : p95_ms;
        if (word != NULL && verdict_from_name(word, &verdict)) {
            worst = judged ? verdict_worse(worst, verdict) : verdict;
            judged = true;
        }
    }
    cJSON *node = json_push_object(out);
    json_add_text(node, "name", name != NULL ? name : NAME);
    json_add_text(node, "verdict", verdict_name(judged ? worst : VERDICT_NO_DATA));
    json_add_number(node, "requests", requests);
    json_add_number(node, "errors", errors);
    if (p95_ms > 0) {
        json_add_number(node, "p95_ms", p95_ms);
    }
}

/* The name that a workload's scenarios carry: a file is named by its last part. */
static char *own_name(const char *word)
{
    cJSON *source = NULL;
    struct err_msg unread;
    char *name = NULL;
    if (read_source(word, &source, &unread) == ERR_OK && json_text(source, "name") != NULL) {
        name = mem_dup_str(json_text(source, "name"));
    }
    cJSON_Delete(source);
    return name != NULL ? name : mem_dup_str(word);
}

cJSON *mix_verdicts(const cJSON *workload, const char *const *names, size_t count)
{
    cJSON *out = json_new_array();
    char **own = mem_new_array(count, sizeof own[0]);
    for (size_t i = 0; i < count; i++) {
        own[i] = own_name(names[i]);
    }
    for (size_t i = 0; i < count; i++) {
        add_verdict(workload, own[i], own, count, out);
    }
    add_verdict(workload, NULL, own, count, out);
    for (size_t i = 0; i < count; i++) {
        free(own[i]);
    }
    free(own);
    return out;
}
