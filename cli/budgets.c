#include "cli/budgets.h"

#include <math.h>
#include <stdio.h>

#include "backend/config.h"
#include "base/mem.h"
#include "metrics/compare_figures.h"

static void refuse_metric(struct config *config, const cJSON *node, const char *name)
{
    const char *nearest = compare_figure_nearest(name);
    if (nearest != NULL) {
        config_complain(config, node, "there is no metric \"%.60s\"; did you mean \"%s\"?", name,
                        nearest);
    } else {
        config_complain(config, node,
                        "there is no metric \"%.60s\"; `tmscdp compare --all` lists what a run has",
                        name);
    }
}

static const struct metric_def *read_metric(struct config *config, const cJSON *node)
{
    const char *name = config_text(config, node, "metric", CONFIG_REQUIRED);
    const struct metric_def *def = name != NULL ? compare_figure_find(name) : NULL;
    if (name != NULL && def == NULL) {
        refuse_metric(config, json_at(node, "metric"), name);
    } else if (def != NULL && def->better == METRIC_NEITHER) {
        config_complain(config, json_at(node, "metric"),
                        "\"%s\" has no better or worse: a limit would say nothing", name);
        def = NULL;
    }
    return def;
}

static void read_place(struct config *config, const cJSON *node, struct budget *out)
{
    const char *at = config_text(config, node, "at", CONFIG_OPTIONAL);
    uint64_t messages = config_count(config, node, "messages", 1, 10000000, 0);
    if (at != NULL && messages > 0) {
        config_complain(config, json_at(node, "at"), "give \"messages\" or \"at\", not both");
    }
    if (messages > 0) {
        (void)snprintf(out->place, sizeof out->place, "%llu", (unsigned long long)messages);
    } else if (at != NULL) {
        (void)snprintf(out->place, sizeof out->place, "%s", at);
    }
}

/* A limit; false when it is missing or wrong. */
static bool read_limit(struct config *config, const cJSON *node, const char *key, double *out)
{
    const cJSON *number = json_at(node, key);
    if (number == NULL) {
        return false;
    }
    if (!cJSON_IsNumber(number) || !isfinite(number->valuedouble)) {
        config_complain(config, number, "must be a number");
        return false;
    }
    *out = number->valuedouble;
    return true;
}

static void read_limits(struct config *config, const cJSON *node, struct budget *out)
{
    out->has_warn = read_limit(config, node, "warn", &out->warn);
    out->has_error = read_limit(config, node, "error", &out->error);
    if (json_at(node, "warn") == NULL && json_at(node, "error") == NULL) {
        config_complain(config, node, "\"error\" or \"warn\" must give the limit");
    }
    if (out->has_warn && out->has_error && out->def != NULL) {
        bool higher = out->def->better == METRIC_HIGHER;
        bool useless = higher ? out->warn < out->error : out->warn > out->error;
        if (useless) {
            config_complain(config, json_at(node, "warn"),
                            "must be %s than \"error\": it would never be told alone",
                            higher ? "higher" : "lower");
        }
    }
}

static void read_budget(struct config *config, const cJSON *node, struct budget *out)
{
    static const char *const known[] = { "metric", "messages", "at", "warn", "error", NULL };
    if (!cJSON_IsObject(node)) {
        config_complain(config, node, "must be an object");
        return;
    }
    config_known(config, node, known);
    out->def = read_metric(config, node);
    read_place(config, node, out);
    read_limits(config, node, out);
}

static void read_all(struct config *config, struct budgets *out)
{
    static const char *const known[] = { "budgets", "virtualized", NULL };
    static const char *const levels[] = { "warn", "error" };
    const cJSON *virtualized = json_at(config->root, "virtualized");
    const cJSON *list = config_array(config, config->root, "budgets", CONFIG_OPTIONAL);
    config_known(config, config->root, known);
    if (virtualized != NULL) {
        size_t level = config_choice(config, virtualized, levels, 2);
        out->virtualized = level == 0 ? BUDGET_WARNS : level == 1 ? BUDGET_FAILS : BUDGET_OFF;
    }
    if (virtualized == NULL && cJSON_GetArraySize(list) == 0) {
        config_complain(config, config->root,
                        "it limits nothing: give \"budgets\", \"virtualized\" or both");
    }
    size_t count = (size_t)cJSON_GetArraySize(list);
    if (count > BUDGETS_MAX) {
        config_complain(config, list, "more than %zu budgets", BUDGETS_MAX);
        return;
    }
    out->item = mem_new_array(count, sizeof *out->item);
    const cJSON *node = NULL;
    cJSON_ArrayForEach (node, list) {
        read_budget(config, node, &out->item[out->count++]);
    }
}

enum err budgets_read(const char *path, struct budgets *out, struct err_msg *msg)
{
    struct config config;
    *out = (struct budgets){ .item = NULL };
    enum err err = config_open(path, &config, msg);
    if (err == ERR_OK) {
        read_all(&config, out);
        err = config_check(&config, msg);
    }
    if (config.mistake_count > 0) {
        (void)fputs(strbuf_text(&config.mistakes), stderr);
    }
    config_release(&config);
    if (err != ERR_OK) {
        budgets_release(out);
    }
    return err;
}
