#include "cdp/messages.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/url.h"
#include "cdp/base64.h"
#include "cdp/id_set.h"

#define LISTENERS 5

/* One GET of a message page. */
struct request {
    struct request *next;
    struct messages *messages;
    char *id;      /* of the Network domain */
    char *hold_id; /* of the Fetch domain while it is held, else NULL */
    char *cursor;  /* NULL: the newest page */
    int status;
    bool asked; /* for its body: from then on the answer to that alone ends it */
};

/* Another request of the app's scripts to its API: it may change the page when it is answered. */
struct other {
    struct other *next;
    char *id;
};

struct messages {
    struct page *page;
    const struct profile *profile;
    const char *api_origin;
    char *path; /* of the conversation's message pages */
    size_t goal;
    struct id_set ids;
    struct id_set cursors; /* of pages that were answered */
    struct request *requests;
    struct other *others;
    struct messages_state state;
    struct session_listener *listeners[LISTENERS];
};

static void note_activity(struct messages *messages)
{
    struct messages_state *state = &messages->state;
    state->last_activity_ns = clock_now_ns();
    state->loaded = messages->ids.count;
    state->in_flight = 0;
    state->held = 0;
    for (const struct request *at = messages->requests; at != NULL; at = at->next) {
        if (at->hold_id != NULL) {
            state->held++;
        } else {
            state->in_flight++;
        }
    }
}

static void note_failure(struct messages *messages, const char *why)
{
    messages->state.failed++;
    (void)snprintf(messages->state.last_error, sizeof messages->state.last_error, "%s", why);
}

/* One whose body was asked for is an argument of that command: no later event may end it too. */
static struct request *find_request(const struct messages *messages, const char *id)
{
    for (struct request *at = messages->requests; at != NULL && id != NULL; at = at->next) {
        if (!at->asked && strcmp(at->id, id) == 0) {
            return at;
        }
    }
    return NULL;
}

static void drop_request(struct messages *messages, struct request *request)
{
    struct request **at = &messages->requests;
    while (*at != request) {
        at = &(*at)->next;
    }
    *at = request->next;
    free(request->id);
    free(request->hold_id);
    free(request->cursor);
    free(request);
    note_activity(messages);
}

/* The value of a query parameter in new memory, as it stands in the URL; NULL when absent. */
static char *query_value(const char *url, const char *name)
{
    size_t length = strlen(name);
    const char *at = strchr(url, '?');
    while (at != NULL) {
        at++;
        if (strncmp(at, name, length) == 0 && at[length] == '=') {
            const char *value = at + length + 1;
            return mem_dup_bytes(value, strcspn(value, "&#"));
        }
        at = strchr(at, '&');
    }
    return NULL;
}

/* A GET of this conversation's messages: not its preflight, not another conversation's. */
static bool is_ours(const struct messages *messages, const char *method, const char *url)
{
    if (method == NULL || url == NULL || strcmp(method, "GET") != 0) {
        return false;
    }
    const char *path = strstr(url, "://");
    path = path != NULL ? strchr(path + 3, '/') : NULL;
    size_t length = strlen(messages->path);
    return path != NULL && strncmp(path, messages->path, length) == 0 &&
           (path[length] == '\0' || path[length] == '?' || path[length] == '#');
}

static struct request *add_request(struct messages *messages, const char *id, const char *url)
{
    struct request *request = mem_new(sizeof *request);
    request->messages = messages;
    request->id = mem_dup_str(id);
    request->cursor = query_value(url, messages->profile->cursor);
    request->next = messages->requests;
    messages->requests = request;
    messages->state.started++;
    messages->state.newest += request->cursor == NULL ? 1 : 0;
    note_activity(messages);
    return request;
}

static void drop_other(struct messages *messages, const char *id)
{
    struct other **at = &messages->others;
    while (*at != NULL && (id == NULL || strcmp((*at)->id, id) != 0)) {
        at = &(*at)->next;
    }
    struct other *other = *at;
    if (other != NULL) {
        *at = other->next;
        free(other->id);
        free(other);
        messages->state.others--;
    }
}

static bool is_of_the_api(const struct messages *messages, const cJSON *params)
{
    const char *type = json_text(params, "type");
    const char *method = json_text(params, "request.method");
    const char *url = json_text(params, "request.url");
    return type != NULL && (strcmp(type, "Fetch") == 0 || strcmp(type, "XHR") == 0) &&
           method != NULL && strcmp(method, "OPTIONS") != 0 && url != NULL &&
           url_has_origin(url, messages->api_origin);
}

static void add_other(struct messages *messages, const char *id)
{
    drop_other(messages, id); /* a redirect keeps its id */
    struct other *other = mem_new(sizeof *other);
    other->id = mem_dup_str(id);
    other->next = messages->others;
    messages->others = other;
    messages->state.others++;
}

static void on_request(void *arg, const cJSON *params)
{
    struct messages *messages = arg;
    const char *id = json_text(params, "requestId");
    const char *url = json_text(params, "request.url");
    bool ours = is_ours(messages, json_text(params, "request.method"), url);
    if (id != NULL && !ours && is_of_the_api(messages, params)) {
        add_other(messages, id);
    }
    if (id != NULL && ours && find_request(messages, id) == NULL) {
        (void)add_request(messages, id, url);
    }
}

static void on_response(void *arg, const cJSON *params)
{
    struct messages *messages = arg;
    struct request *request = find_request(messages, json_text(params, "requestId"));
    if (request != NULL) {
        request->status = (int)json_number(params, "response.status", 0.0);
        messages->state.last_status = request->status;
    }
}

static void on_failed(void *arg, const cJSON *params)
{
    struct messages *messages = arg;
    struct request *request = find_request(messages, json_text(params, "requestId"));
    drop_other(messages, json_text(params, "requestId"));
    if (request != NULL) {
        const char *text = json_text(params, "errorText");
        /* The client takes requests back when its socket connects: no failure of anything. */
        if (!json_bool(params, "canceled", false)) {
            note_failure(messages, text != NULL ? text : "failed without a reason");
        }
        drop_request(messages, request);
    }
}

static void add_id(struct messages *messages, const cJSON *item)
{
    const cJSON *id = json_at(item, messages->profile->id);
    if (cJSON_IsString(id)) {
        (void)id_set_add(&messages->ids, id->valuestring);
    } else if (cJSON_IsNumber(id)) {
        char number[32];
        (void)snprintf(number, sizeof number, "%.0f", id->valuedouble);
        (void)id_set_add(&messages->ids, number);
    }
}

static void read_page(struct messages *messages, const struct request *request, const char *text,
                      size_t bytes)
{
    cJSON *page = NULL;
    struct err_msg msg = { "" };
    if (json_parse(text, bytes, "answer with messages", &page, &msg) != ERR_OK) {
        note_failure(messages, msg.text);
        return;
    }
    const cJSON *items = json_at(page, messages->profile->items);
    if (!cJSON_IsArray(items)) {
        note_failure(messages, "an answer without the profile's messages.items");
    }
    const cJSON *item = NULL;
    cJSON_ArrayForEach (item, items) {
        add_id(messages, item);
    }
    if (cJSON_IsNull(json_at(page, messages->profile->next_cursor))) {
        messages->state.no_more = true;
    }
    if (request->cursor != NULL) {
        (void)id_set_add(&messages->cursors, request->cursor);
    }
    cJSON_Delete(page);
}

static void on_body(void *arg, const struct session_answer *answer)
{
    struct request *request = arg;
    struct messages *messages = request->messages;
    const char *body = answer->code == ERR_OK ? json_text(answer->result, "body") : NULL;
    if (body == NULL) {
        note_failure(messages, answer->code == ERR_OK ? "an answer without a body" : answer->why);
    } else if (json_bool(answer->result, "base64Encoded", false)) {
        struct strbuf bytes = STRBUF_INIT;
        if (base64_decode(body, &bytes)) {
            read_page(messages, request, strbuf_text(&bytes), bytes.len);
        } else {
            note_failure(messages, "an answer whose base64 cannot be read");
        }
        strbuf_release(&bytes);
    } else {
        read_page(messages, request, body, strlen(body));
    }
    cJSON_Delete(answer->result);
    drop_request(messages, request);
}

static void on_finished(void *arg, const cJSON *params)
{
    struct messages *messages = arg;
    struct request *request = find_request(messages, json_text(params, "requestId"));
    drop_other(messages, json_text(params, "requestId"));
    if (request == NULL) {
        return;
    }
    if (request->status < 200 || request->status > 299) {
        char why[64];
        (void)snprintf(why, sizeof why, "HTTP status %d", request->status);
        note_failure(messages, why);
        drop_request(messages, request);
        return;
    }
    cJSON *ask = json_new_object();
    json_add_text(ask, "requestId", request->id);
    struct session_command command = { .target = page_target(messages->page),
                                       .method = "Network.getResponseBody",
                                       .params = ask };
    struct err_msg msg = { "" };
    request->asked = true;
    if (session_send(page_session(messages->page), &command, on_body, request, &msg) != ERR_OK) {
        note_failure(messages, msg.text);
        drop_request(messages, request);
    }
}

static void on_continued(void *arg, const struct session_answer *answer)
{
    struct messages *messages = arg;
    if (answer->code != ERR_OK) {
        /* The page took the request back while it was held; its loadingFailed says so as well. */
        messages->state.last_activity_ns = clock_now_ns();
    }
    cJSON_Delete(answer->result);
}

static void continue_request(struct messages *messages, const char *hold_id)
{
    cJSON *params = json_new_object();
    json_add_text(params, "requestId", hold_id);
    struct session_command command = { .target = page_target(messages->page),
                                       .method = "Fetch.continueRequest",
                                       .params = params };
    struct err_msg msg = { "" };
    if (session_send(page_session(messages->page), &command, on_continued, messages, &msg) !=
        ERR_OK) {
        note_failure(messages, msg.text);
    }
}

static void on_paused(void *arg, const cJSON *params)
{
    struct messages *messages = arg;
    const char *hold_id = json_text(params, "requestId");
    const char *network_id = json_text(params, "networkId");
    const char *url = json_text(params, "request.url");
    if (hold_id == NULL) {
        return;
    }
    if (network_id == NULL || !is_ours(messages, json_text(params, "request.method"), url)) {
        continue_request(messages, hold_id);
        return;
    }
    struct request *request = find_request(messages, network_id);
    if (request == NULL) {
        request = add_request(messages, network_id, url);
    }
    bool is_new = request->cursor != NULL && !id_set_has(&messages->cursors, request->cursor);
    if (is_new && messages->ids.count >= messages->goal) {
        free(request->hold_id);
        request->hold_id = mem_dup_str(hold_id);
        note_activity(messages);
    } else {
        continue_request(messages, hold_id);
    }
}

static enum err enable_holding(struct messages *messages, struct err_msg *msg)
{
    cJSON *params = json_new_object();
    cJSON *pattern = json_push_object(json_add_array(params, "patterns"));
    char *url = mem_format("*%s?*%s=*", messages->path, messages->profile->cursor);
    json_add_text(pattern, "urlPattern", url);
    json_add_text(pattern, "requestStage", "Request");
    free(url);
    return page_call(messages->page, "Fetch.enable", params, NULL, msg);
}

enum err messages_new(struct page *page, const struct messages_spec *spec, struct messages **out,
                      struct err_msg *msg)
{
    struct messages *messages = mem_new(sizeof *messages);
    messages->page = page;
    messages->profile = spec->profile;
    messages->api_origin = spec->api_origin;
    messages->path = profile_fill(spec->profile->messages_path, "conversation", spec->conversation);
    static const struct {
        const char *method;
        void (*on_event)(void *arg, const cJSON *params);
    } events[LISTENERS] = {
        { "Network.requestWillBeSent", on_request }, { "Network.responseReceived", on_response },
        { "Network.loadingFinished", on_finished },  { "Network.loadingFailed", on_failed },
        { "Fetch.requestPaused", on_paused },
    };
    for (size_t i = 0; i < LISTENERS; i++) {
        messages->listeners[i] = session_listen(page_session(page), page_target(page),
                                                events[i].method, events[i].on_event, messages);
    }
    enum err err = enable_holding(messages, msg);
    if (err != ERR_OK) {
        messages_free(messages);
        return err;
    }
    *out = messages;
    return ERR_OK;
}

void messages_free(struct messages *messages)
{
    if (messages == NULL) {
        return;
    }
    for (size_t i = 0; i < LISTENERS; i++) {
        session_unlisten(page_session(messages->page), messages->listeners[i]);
    }
    /* No answer may find what is freed here. */
    session_fail_target(page_session(messages->page), page_target(messages->page), ERR_CLOSED,
                        "the page is being closed");
    while (messages->requests != NULL) {
        drop_request(messages, messages->requests);
    }
    while (messages->others != NULL) {
        drop_other(messages, messages->others->id);
    }
    id_set_release(&messages->ids);
    id_set_release(&messages->cursors);
    free(messages->path);
    free(messages);
}

const struct messages_state *messages_state(const struct messages *messages)
{
    return &messages->state;
}

size_t messages_set_goal(struct messages *messages, size_t goal)
{
    size_t let_go = 0;
    messages->goal = goal;
    for (struct request *at = messages->requests; at != NULL; at = at->next) {
        if (at->hold_id != NULL && messages->ids.count < goal) {
            continue_request(messages, at->hold_id);
            free(at->hold_id);
            at->hold_id = NULL;
            let_go++;
        }
    }
    note_activity(messages);
    return let_go;
}
