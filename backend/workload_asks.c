/* What is asked of a request's answers: checks, captures, records, and the API's pool patterns. All
 * questions about the body become one set for the streaming scanner (backend/json_scan.h). */
#include <math.h>

#include "backend/workload_read.h"
#include "base/mem.h"

#define CAPTURE_BYTES 256

/* The number of an equal question, or of a new one; −1 when there is no room. */
static int add_question(struct workload *workload, const cJSON *node, struct request *request,
                        const struct json_question *question)
{
    for (size_t i = 0; i < request->question_count; i++) {
        const struct json_question *known = &request->question[i];
        if (known->ask == question->ask && strcmp(known->path, question->path) == 0 &&
            question->ask != JSON_ASK_EQUALS) {
            return (int)i;
        }
    }
    if (request->question_count == JSON_QUESTIONS_MAX) {
        config_complain(&workload->config, node, "a request asks %zu questions of a body at most",
                        JSON_QUESTIONS_MAX);
        return -1;
    }
    request->question[request->question_count] = *question;
    return (int)request->question_count++;
}

/* The path of a check or a capture; NULL after a complaint. */
static bool is_path(struct workload *workload, const cJSON *node)
{
    struct err_msg msg = { "" };
    if (!cJSON_IsString(node)) {
        config_complain(&workload->config, node, "must be a path like \"data[*].type\"");
        return false;
    }
    if (json_path_check(node->valuestring, &msg) != ERR_OK) {
        config_complain(&workload->config, node, "%s", msg.text);
        return false;
    }
    return true;
}

static void read_statuses(struct workload *workload, const cJSON *list, struct check *check)
{
    const cJSON *status = NULL;
    cJSON_ArrayForEach (status, list) {
        if (!cJSON_IsNumber(status) || check->status_count == WORKLOAD_LIST_MAX) {
            config_complain(&workload->config, status, "must be a status like 200");
            return;
        }
        check->status[check->status_count++] = status->valueint;
    }
}

static void read_some(struct workload *workload, const cJSON *some, struct json_question *question)
{
    size_t count = 0;
    const cJSON *text = NULL;
    question->ask = JSON_ASK_EQUALS;
    cJSON_ArrayForEach (text, some) {
        if (!cJSON_IsString(text) || count == JSON_EQUALS_MAX ||
            strlen(text->valuestring) > JSON_EQUALS_TEXT_BYTES) {
            config_complain(&workload->config, text,
                            "must be a text of at most %zu bytes, %zu of them",
                            JSON_EQUALS_TEXT_BYTES, JSON_EQUALS_MAX);
            return;
        }
        question->texts[count++] = text->valuestring;
    }
    if (count == 0) {
        config_complain(&workload->config, some, "must hold a text at least");
        question->texts[0] = "";
    }
}

static void read_kind(struct workload *workload, const cJSON *node, struct check *check)
{
    const char *names[JSON_OBJECT + 1];
    for (size_t i = 0; i <= JSON_OBJECT; i++) {
        names[i] = json_kind_name((enum json_kind)i);
    }
    size_t kind = config_choice(&workload->config, node, names, JSON_OBJECT + 1);
    check->wants_kind = kind <= JSON_OBJECT;
    check->kind = (enum json_kind)kind;
}

static void read_bounds(struct workload *workload, const cJSON *node, struct check *check)
{
    struct config *config = &workload->config;
    bool has_some = cJSON_HasObjectItem(node, "some");
    const cJSON *number = config_object(config, node, "number", CONFIG_OPTIONAL);
    if (has_some || cJSON_HasObjectItem(node, "min") || cJSON_HasObjectItem(node, "max")) {
        check->wants_count = true;
        check->count_min = config_count(config, node, "min", 0, UINT32_MAX, has_some ? 1 : 0);
        check->count_max = config_count(config, node, "max", 0, UINT32_MAX, UINT64_MAX);
    }
    if (number != NULL) {
        static const char *const fields[] = { "min", "max", NULL };
        config_known(config, number, fields);
        check->wants_number = true;
        check->number_min = json_number(number, "min", -HUGE_VAL);
        check->number_max = json_number(number, "max", HUGE_VAL);
    }
}

static void read_body_check(struct workload *workload, const cJSON *node, struct request *request,
                            struct check *check)
{
    struct config *config = &workload->config;
    const cJSON *path = cJSON_GetObjectItemCaseSensitive(node, "json");
    if (path == NULL || !is_path(workload, path)) {
        return;
    }
    struct json_question question = { .ask = JSON_ASK_VALUE, .path = path->valuestring };
    const cJSON *some = config_array(config, node, "some", CONFIG_OPTIONAL);
    const cJSON *kind = cJSON_GetObjectItemCaseSensitive(node, "is");
    if (some != NULL) {
        read_some(workload, some, &question);
    }
    if (kind != NULL) {
        read_kind(workload, kind, check);
    }
    if (some != NULL && kind != NULL) {
        config_complain(config, node, "\"some\" and \"is\": write two checks");
    }
    read_bounds(workload, node, check);
    if (!check->wants_kind && !check->wants_count && !check->wants_number) {
        config_complain(config, node,
                        "\"json\" needs \"is\", \"some\", \"min\", \"max\" or "
                        "\"number\"");
    }
    check->question = add_question(workload, node, request, &question);
}

static void read_checks(struct workload *workload, const cJSON *checks, struct request *request)
{
    static const char *const fields[] = { "status", "json", "is",     "some",
                                          "min",    "max",  "number", NULL };
    struct config *config = &workload->config;
    const cJSON *node = NULL;
    cJSON_ArrayForEach (node, checks) {
        if (request->check_count == WORKLOAD_LIST_MAX || !cJSON_IsObject(node)) {
            config_complain(config, node, "must be an object, at most %zu checks",
                            WORKLOAD_LIST_MAX);
            return;
        }
        struct check *check = &request->check[request->check_count++];
        *check = (struct check){ .name = node->string, .question = -1 };
        config_known(config, node, fields);
        read_statuses(workload, config_array(config, node, "status", CONFIG_OPTIONAL), check);
        read_body_check(workload, node, request, check);
        if (check->status_count == 0 && !cJSON_HasObjectItem(node, "json")) {
            config_complain(config, node, "needs \"status\" or \"json\"");
        }
    }
}

static void read_captures(struct workload *workload, const cJSON *captures, struct request *request)
{
    const cJSON *node = NULL;
    cJSON_ArrayForEach (node, captures) {
        if (request->capture_count == WORKLOAD_LIST_MAX || !is_path(workload, node)) {
            return;
        }
        const struct json_question question = { .ask = JSON_ASK_TEXT,
                                                .path = node->valuestring,
                                                .capture_bytes = CAPTURE_BYTES };
        int index = add_question(workload, node, request, &question);
        if (index >= 0) {
            request->capture[request->capture_count++] =
                (struct capture){ workload_variable(workload, node->string), (size_t)index };
        }
    }
}

/* Which metrics take which value. */
static bool suits(enum record_value value, const struct metric_spec *metric)
{
    switch (value) {
    case RECORD_ONE:
        return metric->kind == SERIES_COUNTER;
    case RECORD_DURATION:
    case RECORD_RESPONSE:
        return metric->kind == SERIES_TREND && metric->contains == CONTAINS_TIME;
    case RECORD_BYTES:
        return metric->kind != SERIES_RATE && metric->contains == CONTAINS_DATA;
    case RECORD_ERROR:
        return metric->kind == SERIES_RATE;
    case RECORD_SEND_RATE:
        return metric->kind == SERIES_TREND && metric->contains == CONTAINS_DATA;
    }
    return false;
}

static void read_rule(struct workload *workload, const cJSON *node, struct record_rule *rule)
{
    static const char *const fields[] = { "metric", "value", "when", NULL };
    static const char *const values[] = { "one",   "duration", "response",
                                          "bytes", "error",    "send_rate" };
    struct config *config = &workload->config;
    config_known(config, node, fields);
    const char *name = config_text(config, node, "metric", CONFIG_REQUIRED);
    int metric = name != NULL ? workload_own_metric(workload, name) : -1;
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(node, "value");
    const cJSON *when = cJSON_GetObjectItemCaseSensitive(node, "when");
    size_t index = value != NULL ? config_choice(config, value, values, 6) : RECORD_ONE;
    rule->value = index < 6 ? (enum record_value)index : RECORD_ONE;
    rule->outcomes = (1U << OUTCOME_COUNT) - 1;
    if (rule->value == RECORD_ERROR) {
        rule->outcomes &= ~(1U << OUTCOME_RATE_LIMITED);
    }
    if (when != NULL) {
        rule->outcomes = workload_read_outcomes(workload, when);
    }
    if (metric < 0) {
        if (name != NULL) {
            config_complain(config, node, "\"metrics\" has no \"%s\"", name);
        }
        return;
    }
    rule->metric = (size_t)metric;
    if (!suits(rule->value, &workload->metric[metric - BUILTIN_COUNT])) {
        config_complain(config, node,
                        "\"%s\" does not fit the metric: one goes to a counter; duration and "
                        "response to a trend of time; error to a rate; bytes to a trend or counter "
                        "of data; send_rate to a trend of data",
                        values[rule->value]);
    }
}

void request_read_record(struct workload *workload, const cJSON *list, struct request *request)
{
    const cJSON *node = NULL;
    cJSON_ArrayForEach (node, list) {
        if (request->record_count == WORKLOAD_LIST_MAX || !cJSON_IsObject(node)) {
            config_complain(&workload->config, node, "must be an object, at most %zu of them",
                            WORKLOAD_LIST_MAX);
            return;
        }
        read_rule(workload, node, &request->record[request->record_count++]);
    }
}

static void add_pool_questions(struct workload *workload, const cJSON *node,
                               struct request *request)
{
    for (size_t i = 0; i < workload->api.pool_count; i++) {
        const struct pool_pattern *pattern = &workload->api.pool[i];
        request->pool_question[i] = -1;
        if (pattern->json != NULL && pattern->equals != NULL) {
            const struct json_question question = { .ask = JSON_ASK_EQUALS,
                                                    .path = pattern->json,
                                                    .texts = { pattern->equals } };
            request->pool_question[i] = add_question(workload, node, request, &question);
        }
    }
}

void request_read_checks(struct workload *workload, const cJSON *node, struct request *request)
{
    struct config *config = &workload->config;
    struct err_msg msg = { "" };
    read_checks(workload, config_object(config, node, "checks", CONFIG_OPTIONAL), request);
    read_captures(workload, config_object(config, node, "capture", CONFIG_OPTIONAL), request);
    request_read_record(workload, config_array(config, node, "record", CONFIG_OPTIONAL), request);
    request->body_questions = request->question_count;
    add_pool_questions(workload, node, request);
    if (request->question_count > 0 && config->mistake_count == 0 &&
        json_asks_new(request->question, request->question_count, &request->asks, &msg) != ERR_OK) {
        config_complain(config, node, "%s", msg.text);
    }
}
