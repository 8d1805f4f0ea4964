/* Requests: what is sent. What is asked of the answers is read in workload_asks.c. */
#include "backend/workload_read.h"
#include "base/clock.h"
#include "base/mem.h"

#define TIMEOUT_NS      (10 * NS_PER_S)
#define TIMEOUT_MAX_NS  (3600 * NS_PER_S)
#define FILE_BYTES_MAX  UINT64_C(1073741824)
#define STATUS_ANSWERED 200

void request_free(struct request *request)
{
    if (request == NULL) {
        return;
    }
    template_release(&request->path);
    template_release(&request->body);
    template_release(&request->room);
    for (size_t i = 0; i < request->query_count; i++) {
        template_release(&request->query[i].value);
    }
    for (size_t i = 0; i < request->form_count; i++) {
        template_release(&request->form[i].value);
    }
    json_asks_free(request->asks);
    free(request);
}

static void read_path(struct workload *workload, const cJSON *node, struct request *request)
{
    const char *path = config_text(&workload->config, node, "path", CONFIG_REQUIRED);
    if (path == NULL) {
        return;
    }
    const cJSON *at = cJSON_GetObjectItemCaseSensitive(node, "path");
    if (path[0] != '/' || strpbrk(path, " ?#") != NULL) {
        config_complain(&workload->config, at,
                        "must start with / and hold no blank, ? or # (\"query\" is a field)");
    }
    request->path_text = path;
    workload_template(workload, at, path, TEMPLATE_URL, &request->path);
}

static bool has_room(struct workload *workload, const cJSON *node, size_t count, size_t max)
{
    if (count == max) {
        config_complain(&workload->config, node, "at most %zu", max);
    }
    return count < max;
}

static bool is_text(struct workload *workload, const cJSON *node)
{
    if (!cJSON_IsString(node)) {
        config_complain(&workload->config, node, "must be a text");
    }
    return cJSON_IsString(node);
}

static void read_query(struct workload *workload, const cJSON *query, struct request *request)
{
    const cJSON *node = NULL;
    cJSON_ArrayForEach (node, query) {
        if (!has_room(workload, node, request->query_count, WORKLOAD_QUERY_MAX) ||
            !is_text(workload, node)) {
            return;
        }
        struct query_field *field = &request->query[request->query_count++];
        field->name = node->string;
        workload_template(workload, node, node->valuestring, TEMPLATE_URL, &field->value);
    }
}

void request_read_auth(struct workload *workload, const cJSON *node, struct request *request)
{
    const char *name = config_text(&workload->config, node, "auth", CONFIG_OPTIONAL);
    request->auth = -1;
    if (name == NULL) {
        return;
    }
    int variable = workload_variable(workload, name);
    int set = variable >= 0 ? workload->variable[variable].set : -1;
    if (variable < 0 || workload->variable[variable].kind != VARIABLE_PICK || set < 0 ||
        !workload->data.set[set].secret) {
        config_complain(&workload->config, cJSON_GetObjectItemCaseSensitive(node, "auth"),
                        "must be the name of a pick from tokens");
        return;
    }
    request->auth = variable;
}

static void read_json(struct workload *workload, const cJSON *node, struct request *request)
{
    const cJSON *body = cJSON_GetObjectItemCaseSensitive(node, "json");
    if (body == NULL) {
        return;
    }
    struct strbuf text = STRBUF_INIT;
    json_write(body, false, &text);
    request->has_body = true;
    workload_template(workload, body, strbuf_text(&text), TEMPLATE_JSON, &request->body);
    strbuf_release(&text);
}

static void read_form(struct workload *workload, const cJSON *node, struct request *request)
{
    static const char *const fields[] = { "fields", "file", NULL };
    static const char *const file_fields[] = { "field", "bytes", NULL };
    struct config *config = &workload->config;
    const cJSON *form = config_object(config, node, "form", CONFIG_OPTIONAL);
    const cJSON *field = NULL;
    if (form == NULL) {
        return;
    }
    if (request->has_body) {
        config_complain(config, form, "a request has \"json\" or \"form\", not both");
    }
    config_known(config, form, fields);
    cJSON_ArrayForEach (field, config_object(config, form, "fields", CONFIG_OPTIONAL)) {
        if (!has_room(workload, field, request->form_count, WORKLOAD_LIST_MAX) ||
            !is_text(workload, field)) {
            return;
        }
        struct form_field *out = &request->form[request->form_count++];
        out->name = field->string;
        workload_template(workload, field, field->valuestring, TEMPLATE_PLAIN, &out->value);
    }
    const cJSON *file = config_object(config, form, "file", CONFIG_REQUIRED);
    if (file == NULL) {
        return;
    }
    config_known(config, file, file_fields);
    request->file_field = config_text(config, file, "field", CONFIG_REQUIRED);
    request->file_bytes = config_count(config, file, "bytes", 1, FILE_BYTES_MAX, 0);
    if (request->file_bytes == 0) {
        config_complain(config, file, "\"bytes\" is missing: the size of the file that is made");
    }
}

static void read_expect(struct workload *workload, const cJSON *node, struct request *request)
{
    struct config *config = &workload->config;
    const cJSON *status = NULL;
    const cJSON *list = config_array(config, node, "expect", CONFIG_OPTIONAL);
    cJSON_ArrayForEach (status, list) {
        if (!has_room(workload, status, request->expect_count, WORKLOAD_LIST_MAX)) {
            return;
        }
        if (!cJSON_IsNumber(status) || status->valueint < 100 || status->valueint > 599) {
            config_complain(config, status, "must be a status from 100 to 599");
        } else {
            request->expect[request->expect_count++] = status->valueint;
        }
    }
    if (request->expect_count == 0) {
        request->expect[request->expect_count++] = STATUS_ANSWERED;
    }
}

static void read_tags(struct workload *workload, const cJSON *node, struct request *request)
{
    static const char *const reserved[] = { "scenario", "name",    "method",
                                            "status",   "outcome", "band",
                                            "stage",    "check",   "expected_response" };
    const cJSON *tag = NULL;
    cJSON_ArrayForEach (tag, config_object(&workload->config, node, "tags", CONFIG_OPTIONAL)) {
        if (!has_room(workload, tag, request->tag_count, SELECTOR_TAGS_MAX) ||
            !is_text(workload, tag)) {
            return;
        }
        for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
            if (strcmp(tag->string, reserved[i]) == 0) {
                config_complain(&workload->config, tag, "this tag is set by the program");
            }
        }
        request->tag[request->tag_count++] = (struct tag){ tag->string, tag->valuestring };
    }
}

static bool mentions(const struct template *template, int variable)
{
    for (size_t i = 0; i < template->count; i++) {
        if (template->part[i].literal == NULL && template->part[i].variable == variable) {
            return true;
        }
    }
    return false;
}

static void read_ledger(struct workload *workload, const cJSON *node, struct request *request)
{
    static const char *const names[] = { "message" };
    const cJSON *ledger = cJSON_GetObjectItemCaseSensitive(node, "ledger");
    if (ledger == NULL || config_choice(&workload->config, ledger, names, 1) > 0) {
        return;
    }
    request->message_ledger = true;
    if (!mentions(&request->body, VARIABLE_SERIAL) || !mentions(&request->body, VARIABLE_RUN)) {
        config_complain(&workload->config, ledger,
                        "the body must hold \"${run} ${serial}\", by which a message is found");
    }
}

struct request *workload_new_request(struct workload *workload, const cJSON *node,
                                     enum request_kind kind)
{
    struct config *config = &workload->config;
    struct request *request = mem_new(sizeof *request);
    request->kind = kind;
    request->number = workload->request_count++;
    request->name = config_text(config, node, "name", CONFIG_REQUIRED);
    request->auth = -1;
    request->timeout_ns = TIMEOUT_NS;
    if (config_duration_ns(config, node, "timeout", &request->timeout_ns) &&
        (request->timeout_ns < NS_PER_MS || request->timeout_ns > TIMEOUT_MAX_NS)) {
        config_complain(config, cJSON_GetObjectItemCaseSensitive(node, "timeout"),
                        "must be from 1ms to 1h");
    }
    read_tags(workload, node, request);
    return request;
}

static void read_fanout(struct workload *workload, const cJSON *node, struct request *request)
{
    const char *room = config_text(&workload->config, node, "fanout", CONFIG_OPTIONAL);
    if (room == NULL) {
        return;
    }
    const cJSON *at = cJSON_GetObjectItemCaseSensitive(node, "fanout");
    request->fans_out = true;
    workload->has_fanout = true;
    workload_template(workload, at, room, TEMPLATE_PLAIN, &request->room);
    if (!mentions(&request->body, VARIABLE_SERIAL) || !mentions(&request->body, VARIABLE_RUN)) {
        config_complain(&workload->config, at,
                        "the body must hold \"${run} ${serial}\", by which a message is found");
    }
    if (workload->api.socket.message_event == NULL) {
        config_complain(&workload->config, at,
                        "the API's description does not say how a socket gets messages");
    }
}

struct request *workload_read_request(struct workload *workload, const cJSON *node)
{
    static const char *const fields[] = { "name",    "method", "path",   "query",
                                          "auth",    "json",   "form",   "timeout",
                                          "expect",  "tags",   "checks", "record",
                                          "capture", "ledger", "fanout", NULL };
    static const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };
    struct config *config = &workload->config;
    if (!cJSON_IsObject(node)) {
        config_complain(config, node, "must be an object");
        return NULL;
    }
    struct request *request = workload_new_request(workload, node, REQUEST_HTTP);
    config_known(config, node, fields);
    request->method = methods[0];
    const cJSON *method = cJSON_GetObjectItemCaseSensitive(node, "method");
    if (method != NULL) {
        size_t index = config_choice(config, method, methods, 5);
        request->method = methods[index < 5 ? index : 0];
    }
    read_path(workload, node, request);
    read_query(workload, config_object(config, node, "query", CONFIG_OPTIONAL), request);
    request_read_auth(workload, node, request);
    read_json(workload, node, request);
    read_form(workload, node, request);
    read_expect(workload, node, request);
    read_ledger(workload, node, request);
    read_fanout(workload, node, request);
    request_read_checks(workload, node, request);
    return request;
}
