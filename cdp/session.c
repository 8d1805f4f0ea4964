#include "cdp/session.h"

#include <assert.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"

struct pending {
    struct pending *next;
    uint64_t id;
    char *target;
    char *method;
    void (*done)(void *arg, const struct session_answer *answer);
    void *arg;
};

struct session_listener {
    struct session_listener *next;
    char *target;
    char *method;
    void (*on_event)(void *arg, const cJSON *params); /* NULL: unlistened, freed after dispatch */
    void *arg;
};

struct session {
    struct loop *loop;
    struct transport *transport;
    uint64_t last_id;
    struct pending *pending;
    struct session_listener *listeners;
    unsigned dispatching; /* listeners are only freed when nobody walks the list */
    char lost[320];       /* empty while connected */
    enum err lost_code;
};

static bool same_target(const char *a, const char *b)
{
    if (a == NULL || b == NULL) {
        return a == b;
    }
    return strcmp(a, b) == 0;
}

static void complete(struct pending *pending, const struct session_answer *answer)
{
    if (pending->done != NULL) {
        pending->done(pending->arg, answer);
    } else {
        cJSON_Delete(answer->result);
    }
    free(pending->target);
    free(pending->method);
    free(pending);
}

/* The list is no longer the session's: a callback may send new commands. */
static void fail_list(struct pending *list, enum err code, const char *why)
{
    while (list != NULL) {
        struct pending *next = list->next;
        struct err_msg text;
        (void)err_set(&text, code, "%s: %s", list->method, why);
        struct session_answer answer = { .code = code, .why = text.text };
        complete(list, &answer);
        list = next;
    }
}

static void lose(struct session *session, enum err code, const char *why)
{
    if (session->lost[0] != '\0') {
        return;
    }
    (void)snprintf(session->lost, sizeof session->lost, "%s", why);
    session->lost_code = code;
    struct pending *list = session->pending;
    session->pending = NULL;
    fail_list(list, code, session->lost);
}

static struct pending *take_pending(struct session *session, uint64_t id)
{
    for (struct pending **at = &session->pending; *at != NULL; at = &(*at)->next) {
        if ((*at)->id == id) {
            struct pending *found = *at;
            *at = found->next;
            return found;
        }
    }
    return NULL;
}

static void answer_pending(struct session *session, cJSON *message)
{
    struct pending *pending = take_pending(session, (uint64_t)json_number(message, "id", 0));
    if (pending == NULL) {
        return; /* it timed out meanwhile */
    }
    const cJSON *error = json_at(message, "error");
    struct session_answer answer = {
        .code = ERR_OK,
        .result = cJSON_DetachItemFromObjectCaseSensitive(message, "result"),
    };
    struct err_msg text = { "" };
    if (error != NULL) {
        const char *words = json_text(error, "message");
        const char *data = json_text(error, "data");
        answer.code = err_set(&text, ERR_PROTOCOL, "%s: %s%s%s", pending->method,
                              words != NULL ? words : "refused", data != NULL ? ": " : "",
                              data != NULL ? data : "");
    } else if (!cJSON_IsObject(answer.result)) {
        answer.code = err_set(&text, ERR_PROTOCOL, "%s: the answer has no result", pending->method);
    }
    if (answer.code != ERR_OK) {
        cJSON_Delete(answer.result);
        answer.result = NULL;
        answer.why = text.text;
    }
    complete(pending, &answer);
}

static void sweep_listeners(struct session *session)
{
    if (session->dispatching > 0) {
        return;
    }
    struct session_listener **at = &session->listeners;
    while (*at != NULL) {
        struct session_listener *listener = *at;
        if (listener->on_event != NULL) {
            at = &listener->next;
            continue;
        }
        *at = listener->next;
        free(listener->target);
        free(listener->method);
        free(listener);
    }
}

static void dispatch(struct session *session, const cJSON *message)
{
    const char *target = json_text(message, "sessionId");
    const char *method = json_text(message, "method");
    session->dispatching++;
    for (struct session_listener *at = session->listeners; at != NULL; at = at->next) {
        if (at->on_event != NULL && strcmp(at->method, method) == 0 &&
            same_target(at->target, target)) {
            at->on_event(at->arg, json_at(message, "params"));
        }
    }
    session->dispatching--;
    sweep_listeners(session);
}

/* Most events interest nobody, and parsing them would cost more than all the rest we do while a
 * measurement runs. Chromium puts the method first; when a peer does not, we just parse. */
static bool nobody_listens(const struct session *session, const char *text)
{
    static const char head[] = "{\"method\":\"";
    if (strncmp(text, head, sizeof head - 1) != 0) {
        return false;
    }
    const char *name = text + sizeof head - 1;
    size_t length = strcspn(name, "\"");
    for (const struct session_listener *at = session->listeners; at != NULL; at = at->next) {
        if (strncmp(at->method, name, length) == 0 && at->method[length] == '\0') {
            return false;
        }
    }
    return true;
}

static void on_message(void *arg, const char *text, size_t bytes)
{
    struct session *session = arg;
    if (session->lost[0] != '\0' || nobody_listens(session, text)) {
        return;
    }
    cJSON *message = NULL;
    struct err_msg msg = { "" };
    enum err err = json_parse(text, bytes, "DevTools message", &message, &msg);
    if (err != ERR_OK) {
        lose(session, ERR_PROTOCOL, msg.text);
        return;
    }
    if (cJSON_IsNumber(json_at(message, "id"))) {
        answer_pending(session, message);
    } else if (json_text(message, "method") != NULL) {
        dispatch(session, message);
    } else {
        lose(session, ERR_PROTOCOL,
             "the DevTools peer sent a message that is neither an answer nor an event");
    }
    cJSON_Delete(message);
}

static void on_closed(void *arg, enum err code, const char *why)
{
    lose(arg, code, why);
}

enum err session_new(struct loop *loop, const struct transport_address *address,
                     uint64_t deadline_ns, struct session **out, struct err_msg *msg)
{
    struct session *session = mem_new(sizeof *session);
    session->loop = loop;
    struct transport_events events = { .arg = session, .message = on_message, .closed = on_closed };
    enum err err = transport_open(loop, address, &events, deadline_ns, &session->transport, msg);
    if (err != ERR_OK) {
        free(session);
        return err;
    }
    *out = session;
    return ERR_OK;
}

void session_free(struct session *session)
{
    if (session == NULL) {
        return;
    }
    assert(session->dispatching == 0);
    transport_free(session->transport);
    session->transport = NULL;
    lose(session, ERR_CLOSED, "the DevTools session was ended");
    for (struct session_listener *at = session->listeners; at != NULL; at = at->next) {
        at->on_event = NULL;
    }
    sweep_listeners(session);
    free(session);
}

struct loop *session_loop(const struct session *session)
{
    return session->loop;
}

const char *session_lost(const struct session *session)
{
    return session->lost[0] != '\0' ? session->lost : NULL;
}

static void write_command(uint64_t id, const struct session_command *command, struct strbuf *out)
{
    cJSON *message = json_new_object();
    json_add_number(message, "id", (double)id);
    json_add_text(message, "method", command->method);
    if (command->params != NULL) {
        json_add_node(message, "params", command->params);
    }
    if (command->target != NULL) {
        json_add_text(message, "sessionId", command->target);
    }
    json_write(message, false, out);
    cJSON_Delete(message);
}

enum err session_send(struct session *session, const struct session_command *command,
                      void (*done)(void *arg, const struct session_answer *answer), void *arg,
                      struct err_msg *msg)
{
    struct strbuf text = STRBUF_INIT;
    uint64_t id = ++session->last_id;
    write_command(id, command, &text);
    enum err err = ERR_OK;
    if (session->lost[0] != '\0') {
        err = err_set(msg, session->lost_code, "%s: %s", command->method, session->lost);
    } else {
        err = transport_send(session->transport, text.data, text.len, msg);
    }
    strbuf_release(&text);
    if (err != ERR_OK) {
        return err;
    }
    struct pending *pending = mem_new(sizeof *pending);
    pending->id = id;
    pending->target = command->target != NULL ? mem_dup_str(command->target) : NULL;
    pending->method = mem_dup_str(command->method);
    pending->done = done;
    pending->arg = arg;
    pending->next = session->pending;
    session->pending = pending;
    return ERR_OK;
}

struct call {
    bool ended;
    enum err code;
    cJSON *result;
    struct err_msg msg;
};

static void end_call(void *arg, const struct session_answer *answer)
{
    struct call *call = arg;
    call->ended = true;
    call->code = answer->code;
    call->result = answer->result;
    if (answer->code != ERR_OK) {
        (void)err_set(&call->msg, answer->code, "%s", answer->why);
    }
}

static bool call_ended(void *arg)
{
    const struct call *call = arg;
    return call->ended;
}

enum err session_call(struct session *session, const struct session_command *command,
                      cJSON **result, struct err_msg *msg)
{
    struct call call = { .ended = false };
    enum err err = session_send(session, command, end_call, &call, msg);
    if (err != ERR_OK) {
        return err;
    }
    uint64_t id = session->last_id;
    uint64_t deadline_ns = clock_now_ns() + command->timeout_ms * NS_PER_MS;
    err = loop_wait(session->loop, call_ended, &call, deadline_ns, msg);
    if (err != ERR_OK) {
        /* The answer may still come: nobody may write to this frame then. */
        struct pending *pending = take_pending(session, id);
        if (pending != NULL) {
            pending->done = NULL;
            complete(pending, &(struct session_answer){ .code = err });
        }
        cJSON_Delete(call.result);
        if (err == ERR_TIMEOUT) {
            return err_set(msg, ERR_TIMEOUT, "%s: no answer within %llu ms", command->method,
                           (unsigned long long)command->timeout_ms);
        }
        return err;
    }
    if (call.code != ERR_OK) {
        *msg = call.msg;
        return call.code;
    }
    if (result != NULL) {
        *result = call.result;
    } else {
        cJSON_Delete(call.result);
    }
    return ERR_OK;
}

struct session_listener *session_listen(struct session *session, const char *target,
                                        const char *method,
                                        void (*on_event)(void *arg, const cJSON *params), void *arg)
{
    struct session_listener *listener = mem_new(sizeof *listener);
    listener->target = target != NULL ? mem_dup_str(target) : NULL;
    listener->method = mem_dup_str(method);
    listener->on_event = on_event;
    listener->arg = arg;
    listener->next = session->listeners;
    session->listeners = listener;
    return listener;
}

void session_unlisten(struct session *session, struct session_listener *listener)
{
    if (listener != NULL) {
        listener->on_event = NULL;
        sweep_listeners(session);
    }
}

void session_fail_target(struct session *session, const char *target, enum err code,
                         const char *why)
{
    struct pending *gone = NULL;
    struct pending **at = &session->pending;
    while (*at != NULL) {
        struct pending *pending = *at;
        if (same_target(pending->target, target)) {
            *at = pending->next;
            pending->next = gone;
            gone = pending;
        } else {
            at = &pending->next;
        }
    }
    fail_list(gone, code, why);
}
