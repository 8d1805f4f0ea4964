/* Scenarios with their executors, the baseline, metrics and thresholds. */
#include <assert.h>

#include "backend/workload_read.h"
#include "base/clock.h"
#include "base/mem.h"

#define FIELDS_MAX       ((size_t)24)
#define BASELINE_VUS     3
#define BASELINE_VUS_MAX 5
#define BASELINE_SAMPLES 60 /* what a 95th percentile needs */
#define BASELINE_MAX_NS  (60 * NS_PER_S)

static void read_stages(struct workload *workload, const cJSON *node, struct schedule *schedule)
{
    static const char *const fields[] = { "duration", "target", NULL };
    struct config *config = &workload->config;
    const cJSON *stage = NULL;
    cJSON_ArrayForEach (stage, config_array(config, node, "stages", CONFIG_OPTIONAL)) {
        if (schedule->stage_count == SCHEDULE_STAGES_MAX || !cJSON_IsObject(stage)) {
            config_complain(config, stage, "must be {\"duration\", \"target\"}, at most %zu stages",
                            SCHEDULE_STAGES_MAX);
            return;
        }
        struct schedule_stage *out = &schedule->stages[schedule->stage_count++];
        config_known(config, stage, fields);
        if (!cJSON_HasObjectItem(stage, "duration") || !cJSON_HasObjectItem(stage, "target")) {
            config_complain(config, stage, "needs \"duration\" and \"target\"");
        }
        (void)config_duration_ns(config, stage, "duration", &out->duration_ns);
        out->target = (uint32_t)config_count(config, stage, "target", 0, UINT32_MAX, 0);
    }
}

static uint32_t *count_of(struct schedule *schedule, enum schedule_field field)
{
    switch ((unsigned)field) {
    case SCHEDULE_FIELD_VUS:
        return &schedule->vus;
    case SCHEDULE_FIELD_START_VUS:
        return &schedule->start_vus;
    case SCHEDULE_FIELD_RATE:
        return &schedule->rate;
    case SCHEDULE_FIELD_START_RATE:
        return &schedule->start_rate;
    case SCHEDULE_FIELD_PRE_ALLOCATED_VUS:
        return &schedule->pre_allocated_vus;
    case SCHEDULE_FIELD_MAX_VUS:
        return &schedule->max_vus;
    default:
        return NULL;
    }
}

static uint64_t *duration_of(struct schedule *schedule, enum schedule_field field)
{
    switch ((unsigned)field) {
    case SCHEDULE_FIELD_DURATION:
        return &schedule->duration_ns;
    case SCHEDULE_FIELD_MAX_DURATION:
        return &schedule->max_duration_ns;
    case SCHEDULE_FIELD_GRACEFUL_RAMP_DOWN:
        return &schedule->graceful_ramp_down_ns;
    case SCHEDULE_FIELD_TIME_UNIT:
        return &schedule->time_unit_ns;
    case SCHEDULE_FIELD_START_TIME:
        return &schedule->start_ns;
    case SCHEDULE_FIELD_GRACEFUL_STOP:
        return &schedule->graceful_stop_ns;
    case SCHEDULE_FIELD_JITTER:
        return &schedule->jitter_ns;
    default:
        return NULL;
    }
}

static void read_field(struct workload *workload, const cJSON *node, struct schedule *schedule,
                       enum schedule_field field)
{
    struct config *config = &workload->config;
    const char *name = schedule_field_name(field);
    uint32_t *count = count_of(schedule, field);
    uint64_t *duration = duration_of(schedule, field);
    if (count != NULL) {
        *count = (uint32_t)config_count(config, node, name, 0, UINT32_MAX, *count);
    } else if (duration != NULL) {
        (void)config_duration_ns(config, node, name, duration);
    } else if (field == SCHEDULE_FIELD_ITERATIONS) {
        schedule->iterations =
            config_count(config, node, name, 0, SCHEDULE_ITERATIONS_MAX, schedule->iterations);
    } else if (field == SCHEDULE_FIELD_STAGES) {
        read_stages(workload, node, schedule);
    }
}

/* Checks the fields against what the executor takes, and reads them. */
static void read_fields(struct workload *workload, const cJSON *node, struct schedule *schedule)
{
    struct config *config = &workload->config;
    const char *known[FIELDS_MAX] = { "executor", "flow", "baseline", "startAfter" };
    size_t count = 4;
    for (unsigned bit = 1; schedule_field_name((enum schedule_field)bit)[0] != '\0'; bit <<= 1U) {
        enum schedule_field field = (enum schedule_field)bit;
        const char *name = schedule_field_name(field);
        if (((schedule->executor->required | schedule->executor->optional) & bit) == 0) {
            continue;
        }
        assert(count + 1 < FIELDS_MAX);
        known[count++] = name;
        if ((schedule->executor->required & bit) != 0 && !cJSON_HasObjectItem(node, name)) {
            config_complain(config, node, "\"%s\" is missing: %s needs it", name,
                            schedule->executor->name);
        }
        read_field(workload, node, schedule, field);
    }
    config_known(config, node, known);
}

struct complaint {
    struct workload *workload;
    const cJSON *node;
};

static void complain_field(void *arg, const char *field, const char *sentence)
{
    const struct complaint *complaint = arg;
    const cJSON *at = cJSON_GetObjectItemCaseSensitive(complaint->node, field);
    config_complain(&complaint->workload->config, at != NULL ? at : complaint->node, "%s%s%s",
                    at != NULL ? "" : field, at != NULL ? "" : " ", sentence);
}

static const struct executor *read_executor(struct workload *workload, const cJSON *node)
{
    size_t count = 0;
    const struct executor *const *table = executor_table(&count);
    const char *names[FIELDS_MAX];
    const cJSON *executor = cJSON_GetObjectItemCaseSensitive(node, "executor");
    assert(count < FIELDS_MAX);
    for (size_t i = 0; i < count; i++) {
        names[i] = table[i]->name;
    }
    if (executor == NULL) {
        config_complain(&workload->config, node, "\"executor\" is missing");
        return NULL;
    }
    size_t index = config_choice(&workload->config, executor, names, count);
    return index < count ? table[index] : NULL;
}

static const struct flow *read_flow_name(struct workload *workload, const cJSON *node)
{
    const char *name = config_text(&workload->config, node, "flow", CONFIG_REQUIRED);
    if (name == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < workload->flow_count; i++) {
        if (strcmp(workload->flow[i].name, name) == 0) {
            return &workload->flow[i];
        }
    }
    config_complain(&workload->config, cJSON_GetObjectItemCaseSensitive(node, "flow"),
                    "\"flows\" has no \"%s\"", name);
    return NULL;
}

/* Only one that stands before it: so none waits for itself. */
static int read_after(struct workload *workload, const cJSON *node)
{
    const char *name = config_text(&workload->config, node, "startAfter", CONFIG_OPTIONAL);
    if (name == NULL) {
        return -1;
    }
    for (size_t i = 0; i + 1 < workload->scenario_count; i++) {
        if (strcmp(workload->scenario[i].name, name) == 0) {
            return (int)i;
        }
    }
    config_complain(&workload->config, cJSON_GetObjectItemCaseSensitive(node, "startAfter"),
                    "no scenario before this one is called \"%s\"", name);
    return -1;
}

static void read_scenario(struct workload *workload, const cJSON *node)
{
    struct config *config = &workload->config;
    size_t mistakes = config->mistake_count;
    if (workload->scenario_count == WORKLOAD_SCENARIOS_MAX || !cJSON_IsObject(node)) {
        config_complain(config, node, "must be an object, at most %zu scenarios",
                        WORKLOAD_SCENARIOS_MAX);
        return;
    }
    struct scenario *scenario = &workload->scenario[workload->scenario_count++];
    scenario->name = node->string;
    scenario->flow = read_flow_name(workload, node);
    scenario->after = read_after(workload, node);
    scenario->baseline = config_bool(config, node, "baseline", true) && workload->baseline.wanted;
    const struct executor *executor = read_executor(workload, node);
    if (executor == NULL) {
        return;
    }
    schedule_defaults(&scenario->schedule, executor);
    if (scenario->flow != NULL && scenario->flow->is_socket) {
        /* A held connection ends by being taken out. */
        scenario->schedule.graceful_stop_ns = 0;
        scenario->schedule.graceful_ramp_down_ns = 0;
    }
    read_fields(workload, node, &scenario->schedule);
    if (config->mistake_count == mistakes) {
        struct complaint complaint = { workload, node };
        (void)schedule_check(&scenario->schedule, complain_field, &complaint);
    }
}

void workload_read_scenarios(struct workload *workload, const cJSON *scenarios)
{
    const cJSON *node = NULL;
    cJSON_ArrayForEach (node, scenarios) {
        read_scenario(workload, node);
    }
    if (scenarios != NULL && workload->scenario_count == 0) {
        config_complain(&workload->config, scenarios, "must hold a scenario at least");
    }
}

void workload_read_baseline(struct workload *workload, const cJSON *node)
{
    static const char *const fields[] = { "vus", "requests", "maxDuration", "think", NULL };
    struct config *config = &workload->config;
    struct baseline *baseline = &workload->baseline;
    *baseline = (struct baseline){ .wanted = true,
                                   .vus = BASELINE_VUS,
                                   .requests = BASELINE_SAMPLES,
                                   .max_duration_ns = BASELINE_MAX_NS };
    if (node == NULL) {
        return;
    }
    if (cJSON_IsFalse(node)) {
        baseline->wanted = false;
        return;
    }
    if (!cJSON_IsObject(node)) {
        config_complain(config, node, "must be false or an object");
        return;
    }
    config_known(config, node, fields);
    baseline->vus = (uint32_t)config_count(config, node, "vus", 1, BASELINE_VUS_MAX, BASELINE_VUS);
    baseline->requests =
        (uint32_t)config_count(config, node, "requests", 1, 100000, BASELINE_SAMPLES);
    (void)config_duration_ns(config, node, "maxDuration", &baseline->max_duration_ns);
    const cJSON *think = cJSON_GetObjectItemCaseSensitive(node, "think");
    if (think != NULL) {
        baseline->has_pause = true;
        workload_read_pause(workload, think, &baseline->pause);
    }
}

static bool is_metric_name(const char *name)
{
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    return length > 0 && name[length] == '\0' && length < SELECTOR_NAME_BYTES &&
           (name[0] < '0' || name[0] > '9');
}

void workload_read_metrics(struct workload *workload, const cJSON *metrics)
{
    static const char *const fields[] = { "type", "contains", NULL };
    static const char *const kinds[] = { "counter", "rate", "trend" };
    static const enum series_kind kind_of[] = { SERIES_COUNTER, SERIES_RATE, SERIES_TREND };
    struct config *config = &workload->config;
    const cJSON *node = NULL;
    cJSON_ArrayForEach (node, metrics) {
        if (workload->metric_count == WORKLOAD_METRICS_MAX || !cJSON_IsObject(node)) {
            config_complain(config, node, "must be {\"type\", \"contains\"}, at most %zu metrics",
                            WORKLOAD_METRICS_MAX);
            return;
        }
        struct metric_spec *metric = &workload->metric[workload->metric_count++];
        *metric = (struct metric_spec){ node->string, SERIES_COUNTER, CONTAINS_DEFAULT };
        config_known(config, node, fields);
        if (!is_metric_name(node->string)) {
            config_complain(config, node, "a metric's name has letters, digits and _ only");
        }
        for (size_t i = 0; i < BUILTIN_COUNT; i++) {
            if (strcmp(builtin_metrics[i].name, node->string) == 0) {
                config_complain(config, node, "the name belongs to a built-in metric");
            }
        }
        const cJSON *type = cJSON_GetObjectItemCaseSensitive(node, "type");
        if (type == NULL) {
            config_complain(config, node, "\"type\" is missing: counter, rate or trend");
        } else {
            size_t index = config_choice(config, type, kinds, 3);
            metric->kind = kind_of[index < 3 ? index : 0];
        }
        const cJSON *contains = cJSON_GetObjectItemCaseSensitive(node, "contains");
        if (contains != NULL) {
            size_t index = config_choice(config, contains, metric_contains_names, 3);
            metric->contains = index < 3 ? (enum metric_contains)index : CONTAINS_DEFAULT;
        }
    }
}

int workload_own_metric(const struct workload *workload, const char *name)
{
    for (size_t i = 0; i < workload->metric_count; i++) {
        if (strcmp(workload->metric[i].name, name) == 0) {
            return BUILTIN_COUNT + (int)i;
        }
    }
    return -1;
}

static const struct metric_spec *any_metric(const struct workload *workload, const char *name,
                                            size_t *number)
{
    for (size_t i = 0; i < BUILTIN_COUNT; i++) {
        if (strcmp(builtin_metrics[i].name, name) == 0) {
            *number = i;
            return &builtin_metrics[i];
        }
    }
    int own = workload_own_metric(workload, name);
    if (own < 0) {
        return NULL;
    }
    *number = (size_t)own;
    return &workload->metric[own - BUILTIN_COUNT];
}

static void read_threshold(struct workload *workload, const cJSON *node,
                           const struct threshold_spec *shared, const struct metric_spec *metric)
{
    struct err_msg msg = { "" };
    if (workload->threshold_count == WORKLOAD_THRESHOLDS_MAX) {
        config_complain(&workload->config, node, "at most %zu thresholds", WORKLOAD_THRESHOLDS_MAX);
        return;
    }
    struct threshold_spec *spec = &workload->threshold[workload->threshold_count];
    *spec = *shared;
    enum err err = threshold_from_json(node, &spec->threshold, &msg);
    if (err == ERR_OK) {
        err = threshold_check_kind(&spec->threshold, metric->kind, &msg);
    }
    if (err != ERR_OK) {
        config_complain(&workload->config, node, "%s", msg.text);
        return;
    }
    workload->threshold_count++;
}

void workload_read_thresholds(struct workload *workload, const cJSON *thresholds)
{
    struct config *config = &workload->config;
    const cJSON *list = NULL;
    cJSON_ArrayForEach (list, thresholds) {
        struct threshold_spec shared = { .selector_text = list->string };
        struct err_msg msg = { "" };
        const cJSON *node = NULL;
        if (selector_parse(list->string, &shared.selector, &msg) != ERR_OK) {
            config_complain(config, list, "%s", msg.text);
            continue;
        }
        const struct metric_spec *metric =
            any_metric(workload, shared.selector.metric, &shared.metric);
        if (metric == NULL) {
            config_complain(config, list, "there is no metric \"%s\"", shared.selector.metric);
            continue;
        }
        if (!cJSON_IsArray(list)) {
            config_complain(config, list, "must be a list like [\"p(95)<500\"]");
            continue;
        }
        cJSON_ArrayForEach (node, list) {
            read_threshold(workload, node, &shared, metric);
        }
    }
}
