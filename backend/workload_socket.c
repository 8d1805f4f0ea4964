/* Steps of a socket's flow, and what the API's description says of sockets. */
#include "backend/workload_read.h"
#include "base/clock.h"

#define LATE_NS   NS_PER_S
#define WINDOW_NS (10 * NS_PER_S)

static struct step *add_timed(struct workload *workload, struct flow *flow, const cJSON *node,
                              enum step_kind kind, enum request_kind what)
{
    static const char *const methods[] = { "", "CONNECT", "EMIT", "WAIT" };
    struct step *step = workload_add_step(workload, flow, node, kind);
    if (step != NULL) {
        step->request = workload_new_request(workload, node, what);
        step->request->method = methods[what];
        request_read_record(workload,
                            config_array(&workload->config, node, "record", CONFIG_OPTIONAL),
                            step->request);
    }
    return step;
}

static bool is_object(struct workload *workload, const cJSON *node, const char *what)
{
    if (!cJSON_IsObject(node)) {
        config_complain(&workload->config, node, "must be %s", what);
    }
    return cJSON_IsObject(node);
}

static void read_connect(struct workload *workload, struct flow *flow, const cJSON *node)
{
    static const char *const fields[] = { "name", "auth",   "rooms", "timeout",
                                          "tags", "record", "again", NULL };
    struct config *config = &workload->config;
    if (!is_object(workload, node, "{\"name\", \"auth\"}")) {
        return;
    }
    config_known(config, node, fields);
    struct step *step = add_timed(workload, flow, node, STEP_CONNECT, REQUEST_CONNECT);
    if (step == NULL) {
        return;
    }
    request_read_auth(workload, node, step->request);
    step->socket.wants_rooms = config_bool(config, node, "rooms", true);
    const cJSON *again = cJSON_GetObjectItemCaseSensitive(node, "again");
    if (again != NULL) {
        step->socket.connects_again = true;
        workload_read_pause(workload, again, &step->socket.again);
    }
    if (workload->api.socket.path == NULL) {
        config_complain(config, node, "the API's description says nothing of sockets");
    }
    workload->has_sockets = true;
    flow->request_count++;
}

static void read_emit(struct workload *workload, struct flow *flow, const cJSON *node)
{
    static const char *const fields[] = { "name", "event",  "json",    "ack",
                                          "tags", "record", "timeout", NULL };
    struct config *config = &workload->config;
    if (!is_object(workload, node, "{\"name\", \"event\", \"json\", \"ack\"}")) {
        return;
    }
    config_known(config, node, fields);
    struct step *step = add_timed(workload, flow, node, STEP_EMIT, REQUEST_EMIT);
    if (step == NULL) {
        return;
    }
    const cJSON *body = cJSON_GetObjectItemCaseSensitive(node, "json");
    step->socket.event = config_text(config, node, "event", CONFIG_REQUIRED);
    step->socket.wants_ack = config_bool(config, node, "ack", false);
    if (body != NULL) {
        struct strbuf text = STRBUF_INIT;
        json_write(body, false, &text);
        step->request->has_body = true;
        workload_template(workload, body, strbuf_text(&text), TEMPLATE_JSON, &step->request->body);
        strbuf_release(&text);
    }
}

static void read_wait(struct workload *workload, struct flow *flow, const cJSON *node)
{
    static const char *const fields[] = { "name", "event", "timeout", "tags", "record", NULL };
    if (!is_object(workload, node, "{\"name\", \"event\"}")) {
        return;
    }
    config_known(&workload->config, node, fields);
    struct step *step = add_timed(workload, flow, node, STEP_WAIT, REQUEST_WAIT);
    if (step != NULL) {
        step->socket.event = config_text(&workload->config, node, "event", CONFIG_REQUIRED);
    }
}

static void read_hold(struct workload *workload, struct flow *flow, const cJSON *node)
{
    static const char *const fields[] = { "min", "max", "until", NULL };
    struct config *config = &workload->config;
    struct step *step = workload_add_step(workload, flow, node, STEP_HOLD);
    if (step == NULL) {
        return;
    }
    if (cJSON_IsString(node) && strcmp(node->valuestring, "end") == 0) {
        step->socket.hold = HOLD_TO_END;
        return;
    }
    if (cJSON_IsObject(node)) {
        config_known(config, node, fields);
    }
    if (config_duration_ns(config, node, "until", &step->socket.until_ns)) {
        step->socket.hold = HOLD_UNTIL;
        if (cJSON_GetArraySize(node) != 1) {
            config_complain(config, node, "\"until\" stands alone");
        }
        return;
    }
    workload_read_pause(workload, node, &step->think.pause);
}

static void read_disconnect(struct workload *workload, struct flow *flow, const cJSON *node)
{
    static const char *const ways[] = { "leave", "cut" };
    struct step *step = workload_add_step(workload, flow, node, STEP_DISCONNECT);
    if (step != NULL) {
        step->socket.cut = config_choice(&workload->config, node, ways, 2) == 1;
    }
}

bool workload_read_socket_step(struct workload *workload, struct flow *flow, const cJSON *node)
{
    static const struct {
        const char *name;
        void (*read)(struct workload *workload, struct flow *flow, const cJSON *node);
    } kinds[] = { { "connect", read_connect },
                  { "emit", read_emit },
                  { "wait", read_wait },
                  { "hold", read_hold },
                  { "disconnect", read_disconnect } };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(node->string, kinds[i].name) == 0) {
            kinds[i].read(workload, flow, node);
            return true;
        }
    }
    return false;
}

void workload_check_socket_flow(struct workload *workload, const cJSON *node, struct flow *flow)
{
    bool connected = false;
    bool any_before = false;
    bool any_request = false;
    for (size_t i = 0; i < flow->step_count; i++) {
        enum step_kind kind = flow->step[i].kind;
        flow->is_socket = flow->is_socket || kind >= STEP_CONNECT;
        any_before = any_before || (!connected && kind > STEP_CONNECT);
        connected = connected || kind == STEP_CONNECT;
        any_request = any_request || kind == STEP_REQUEST;
    }
    if (flow->request_count == 0 && !flow->is_socket) {
        config_complain(&workload->config, node, "a flow needs a request or a connect");
    }
    if (any_before) {
        config_complain(&workload->config, node,
                        "emit, wait, hold and disconnect stand behind a connect");
    }
    if (flow->is_socket && any_request) {
        config_complain(&workload->config, node,
                        "a socket's flow has no requests: give them a scenario of their own, which "
                        "runs beside it");
    }
}

void workload_read_socket_api(struct config *config, const cJSON *node, struct socket_api *out)
{
    static const char *const fields[] = { "path",    "auth",  "joined", "leave",
                                          "message", "count", NULL };
    static const char *const message_fields[] = { "event", "text", "order", NULL };
    static const char *const count_fields[] = { "path", "at", NULL };
    if (node == NULL) {
        return;
    }
    config_known(config, node, fields);
    out->path = config_text(config, node, "path", CONFIG_REQUIRED);
    out->auth = config_text(config, node, "auth", CONFIG_REQUIRED);
    out->joined_event = config_text(config, node, "joined", CONFIG_OPTIONAL);
    out->leave_event = config_text(config, node, "leave", CONFIG_OPTIONAL);
    const cJSON *message = config_object(config, node, "message", CONFIG_OPTIONAL);
    if (message != NULL) {
        config_known(config, message, message_fields);
        out->message_event = config_text(config, message, "event", CONFIG_REQUIRED);
        out->message_text = config_text(config, message, "text", CONFIG_REQUIRED);
        out->message_order = config_text(config, message, "order", CONFIG_OPTIONAL);
    }
    const cJSON *count = config_object(config, node, "count", CONFIG_OPTIONAL);
    if (count != NULL) {
        config_known(config, count, count_fields);
        out->count_path = config_text(config, count, "path", CONFIG_REQUIRED);
        out->count_at = config_text(config, count, "at", CONFIG_REQUIRED);
    }
}

void workload_read_fanout(struct workload *workload, const cJSON *node)
{
    static const char *const fields[] = { "late", "window", NULL };
    struct config *config = &workload->config;
    workload->fanout = (struct fanout_spec){ .late_ns = LATE_NS, .window_ns = WINDOW_NS };
    if (workload->has_fanout && !workload->has_sockets) {
        config_complain(config, config->root,
                        "a request has \"fanout\", but no flow connects a socket that could "
                        "receive its message");
    }
    if (node == NULL || !is_object(workload, node, "{\"late\", \"window\"}")) {
        return;
    }
    config_known(config, node, fields);
    (void)config_duration_ns(config, node, "late", &workload->fanout.late_ns);
    (void)config_duration_ns(config, node, "window", &workload->fanout.window_ns);
    if (workload->fanout.late_ns > workload->fanout.window_ns) {
        config_complain(config, node, "\"late\" is more than \"window\"");
    }
}
