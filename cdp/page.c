#include "cdp/page.h"

#include <assert.h>

#include "base/clock.h"
#include "base/embedded.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"

#define LISTENERS 5

struct page {
    struct session *session;
    char *context; /* browser context id */
    char *id;      /* target id; also the main frame's id */
    char *target;  /* session id */
    char *url;
    unsigned documents; /* committed in the main frame so far */
    char gone[320];     /* empty while it lives */
    struct session_listener *listeners[LISTENERS];
};

struct session *page_session(const struct page *page)
{
    return page->session;
}

const char *page_target(const struct page *page)
{
    return page->target;
}

const char *page_gone(const struct page *page)
{
    if (page->gone[0] != '\0') {
        return page->gone;
    }
    return session_lost(page->session);
}

const char *page_url(const struct page *page)
{
    return page->url;
}

static void lose_page(struct page *page, const char *why)
{
    if (page->gone[0] == '\0') {
        (void)snprintf(page->gone, sizeof page->gone, "%s", why);
        session_fail_target(page->session, page->target, ERR_CLOSED, page->gone);
    }
}

static void set_url(struct page *page, const char *url)
{
    if (url != NULL) {
        free(page->url);
        page->url = mem_dup_str(url);
    }
}

static void on_frame_navigated(void *arg, const cJSON *params)
{
    struct page *page = arg;
    if (json_text(params, "frame.parentId") == NULL) {
        set_url(page, json_text(params, "frame.url"));
        page->documents++;
    }
}

static void on_navigated_within(void *arg, const cJSON *params)
{
    struct page *page = arg;
    const char *frame = json_text(params, "frameId");
    if (frame != NULL && strcmp(frame, page->id) == 0) {
        set_url(page, json_text(params, "url"));
    }
}

static void on_crashed(void *arg, const cJSON *params)
{
    (void)params;
    lose_page(arg, "the page crashed");
}

/* The browser's view: it knows how the page's process ended. */
static void on_target_crashed(void *arg, const cJSON *params)
{
    struct page *page = arg;
    const char *id = json_text(params, "targetId");
    if (id == NULL || strcmp(id, page->id) != 0) {
        return;
    }
    const char *status = json_text(params, "status");
    char why[160];
    if (status != NULL && strcmp(status, "oom") == 0) {
        (void)snprintf(why, sizeof why, "the page ran out of memory");
    } else {
        (void)snprintf(why, sizeof why, "the page crashed (%s, code %.0f)",
                       status != NULL ? status : "no status",
                       json_number(params, "errorCode", 0.0));
    }
    lose_page(page, why);
}

static void on_detached(void *arg, const cJSON *params)
{
    struct page *page = arg;
    const char *target = json_text(params, "sessionId");
    if (target != NULL && strcmp(target, page->target) == 0) {
        lose_page(page, "the page was closed by somebody else");
    }
}

static void listen_to_page(struct page *page)
{
    struct session *session = page->session;
    const char *target = page->target;
    struct session_listener **at = page->listeners;
    *at++ = session_listen(session, target, "Page.frameNavigated", on_frame_navigated, page);
    *at++ =
        session_listen(session, target, "Page.navigatedWithinDocument", on_navigated_within, page);
    *at++ = session_listen(session, NULL, "Target.targetCrashed", on_target_crashed, page);
    *at++ = session_listen(session, target, "Inspector.targetCrashed", on_crashed, page);
    *at++ = session_listen(session, NULL, "Target.detachedFromTarget", on_detached, page);
    assert(at == page->listeners + LISTENERS);
}

/* A command to the browser whose answer is one text: an id. */
static enum err ask_id(struct session *session, const char *method, cJSON *params, const char *key,
                       char **out, struct err_msg *msg)
{
    struct session_command command = { .method = method,
                                       .params = params,
                                       .timeout_ms = PAGE_ANSWER_MS };
    cJSON *result = NULL;
    enum err err = session_call(session, &command, &result, msg);
    if (err == ERR_OK) {
        const char *id = json_text(result, key);
        if (id != NULL) {
            *out = mem_dup_str(id);
        } else {
            err = err_set(msg, ERR_PROTOCOL, "%s: the answer has no %s", method, key);
        }
    }
    cJSON_Delete(result);
    return err;
}

static enum err create_target(struct page *page, const struct page_spec *spec, struct err_msg *msg)
{
    cJSON *params = json_new_object();
    json_add_bool(params, "disposeOnDetach", true);
    enum err err = ask_id(page->session, "Target.createBrowserContext", params, "browserContextId",
                          &page->context, msg);
    if (err != ERR_OK) {
        return err;
    }
    params = json_new_object();
    json_add_text(params, "url", "about:blank");
    json_add_text(params, "browserContextId", page->context);
    json_add_number(params, "width", spec->width);
    json_add_number(params, "height", spec->height);
    err = ask_id(page->session, "Target.createTarget", params, "targetId", &page->id, msg);
    if (err != ERR_OK) {
        return err;
    }
    params = json_new_object();
    json_add_text(params, "targetId", page->id);
    json_add_bool(params, "flatten", true);
    return ask_id(page->session, "Target.attachToTarget", params, "sessionId", &page->target, msg);
}

static enum err enable_domains(struct page *page, const struct page_spec *spec, struct err_msg *msg)
{
    /* Answers must still be there when they are asked for: whole histories come through here. */
    cJSON *network = json_new_object();
    json_add_number(network, "maxTotalBufferSize", 256.0 * 1024 * 1024);
    json_add_number(network, "maxResourceBufferSize", 64.0 * 1024 * 1024);
    cJSON *time_domain = json_new_object();
    json_add_text(time_domain, "timeDomain", "threadTicks");
    cJSON *metrics = json_new_object();
    json_add_number(metrics, "width", spec->width);
    json_add_number(metrics, "height", spec->height);
    json_add_number(metrics, "deviceScaleFactor", 1);
    json_add_bool(metrics, "mobile", false);
    cJSON *focus = json_new_object();
    json_add_bool(focus, "enabled", true);
    const struct {
        const char *method;
        cJSON *params;
    } steps[] = {
        { "Inspector.enable", NULL },
        { "Page.enable", NULL },
        { "Network.enable", network },
        { "Performance.enable", time_domain },
        { "Emulation.setDeviceMetricsOverride", metrics },
        { "Emulation.setFocusEmulationEnabled", focus },
    };
    enum err err = ERR_OK;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (err == ERR_OK) {
            err = page_call(page, steps[i].method, steps[i].params, NULL, msg);
        } else {
            cJSON_Delete(steps[i].params);
        }
    }
    return err;
}

static enum err slow_down(struct page *page, const struct page_spec *spec, struct err_msg *msg)
{
    enum err err = ERR_OK;
    if (spec->cpu_throttle > 1) {
        cJSON *params = json_new_object();
        json_add_number(params, "rate", spec->cpu_throttle);
        err = page_call(page, "Emulation.setCPUThrottlingRate", params, NULL, msg);
    }
    if (err == ERR_OK && spec->network != NULL) {
        err = page_call(page, "Network.emulateNetworkConditions", network_conditions(spec->network),
                        NULL, msg);
    }
    return err;
}

enum err page_open(struct session *session, const struct page_spec *spec, struct page **out,
                   struct err_msg *msg)
{
    struct page *page = mem_new(sizeof *page);
    page->session = session;
    page->url = mem_dup_str("about:blank");
    enum err err = create_target(page, spec, msg);
    if (err == ERR_OK) {
        listen_to_page(page);
        err = enable_domains(page, spec, msg);
    }
    if (err == ERR_OK) {
        err = slow_down(page, spec, msg);
    }
    if (err != ERR_OK) {
        page_close(page);
        return err;
    }
    *out = page;
    return ERR_OK;
}

void page_close(struct page *page)
{
    if (page == NULL) {
        return;
    }
    for (size_t i = 0; i < LISTENERS; i++) {
        session_unlisten(page->session, page->listeners[i]);
    }
    if (page->context != NULL && session_lost(page->session) == NULL) {
        cJSON *params = json_new_object();
        json_add_text(params, "browserContextId", page->context);
        struct session_command command = { .method = "Target.disposeBrowserContext",
                                           .params = params,
                                           .timeout_ms = PAGE_ANSWER_MS };
        /* A browser that does not even answer this is ended by its owner. */
        struct err_msg unclosed = { "" };
        if (session_call(page->session, &command, NULL, &unclosed) != ERR_OK) {
            log_verbose("closing a page: %s", unclosed.text);
        }
    }
    free(page->context);
    free(page->id);
    free(page->target);
    free(page->url);
    free(page);
}

enum err page_call_long(struct page *page, const struct session_command *command, cJSON **result,
                        struct err_msg *msg)
{
    if (page_gone(page) != NULL) {
        cJSON_Delete(command->params);
        return err_set(msg, ERR_CLOSED, "%s", page_gone(page));
    }
    struct session_command addressed = *command;
    addressed.target = page->target;
    enum err err = session_call(page->session, &addressed, result, msg);
    if (err == ERR_TIMEOUT) {
        char why[160];
        (void)snprintf(why, sizeof why, "the page did not answer for %llu s (%s)",
                       (unsigned long long)command->timeout_ms / 1000, command->method);
        lose_page(page, why);
        return err_set(msg, ERR_CLOSED, "%s", why);
    }
    if (err != ERR_OK && page_gone(page) != NULL && err != ERR_INTERRUPTED) {
        return err_set(msg, ERR_CLOSED, "%s", page_gone(page));
    }
    return err;
}

enum err page_call(struct page *page, const char *method, cJSON *params, cJSON **result,
                   struct err_msg *msg)
{
    struct session_command command = { .method = method,
                                       .params = params,
                                       .timeout_ms = PAGE_ANSWER_MS };
    return page_call_long(page, &command, result, msg);
}

/* "(script)((lib)(), args)": lib.js and the script are expressions. Takes the arguments. */
static char *build_expression(const char *script, cJSON *args)
{
    const struct embedded *lib = embedded_find("cdp/js/lib.js");
    const struct embedded *file = embedded_find(script);
    assert(lib != NULL && file != NULL);
    struct strbuf text = STRBUF_INIT;
    strbuf_addf(&text, "(%s)((%s)(), ", file->text, lib->text);
    if (args != NULL) {
        json_write(args, false, &text);
        cJSON_Delete(args);
    } else {
        strbuf_add_str(&text, "{}");
    }
    strbuf_add_char(&text, ')');
    return strbuf_detach(&text);
}

enum err page_add_script(struct page *page, const char *script, cJSON *args, struct err_msg *msg)
{
    char *source = build_expression(script, args);
    cJSON *params = json_new_object();
    json_add_text(params, "source", source);
    free(source);
    return page_call(page, "Page.addScriptToEvaluateOnNewDocument", params, NULL, msg);
}

struct commit {
    const struct page *page;
    unsigned documents_before;
};

static bool is_committed(void *arg)
{
    const struct commit *commit = arg;
    return commit->page->documents > commit->documents_before || page_gone(commit->page) != NULL;
}

static enum err call_navigate(struct page *page, const char *url, uint64_t timeout_ms,
                              struct err_msg *msg)
{
    cJSON *params = json_new_object();
    json_add_text(params, "url", url);
    struct session_command command = {
        .method = "Page.navigate",
        .params = params,
        .target = page->target,
        .timeout_ms = timeout_ms,
    };
    cJSON *result = NULL;
    enum err err = session_call(page->session, &command, &result, msg);
    const char *refused = json_text(result, "errorText");
    if (err == ERR_OK && refused != NULL) {
        err = err_set(msg, ERR_UNREACHABLE, "%s: %s", url, refused);
    }
    cJSON_Delete(result);
    return err;
}

enum err page_navigate(struct page *page, const char *url, uint64_t timeout_ms, struct err_msg *msg)
{
    struct commit commit = { .page = page, .documents_before = page->documents };
    uint64_t deadline_ns = clock_now_ns() + timeout_ms * NS_PER_MS;
    enum err err = ERR_OK;
    if (page_gone(page) == NULL) {
        err = call_navigate(page, url, timeout_ms, msg);
    }
    /* The answer may come before the event that tells of the new document. */
    if (err == ERR_OK) {
        err = loop_wait(session_loop(page->session), is_committed, &commit, deadline_ns, msg);
    }
    if (err == ERR_TIMEOUT) {
        return err_set(msg, ERR_UNREACHABLE, "%s: no answer within %llu ms", url,
                       (unsigned long long)timeout_ms);
    }
    if (err != ERR_INTERRUPTED && page_gone(page) != NULL) {
        return err_set(msg, ERR_CLOSED, "%s", page_gone(page));
    }
    return err;
}

enum err page_run(struct page *page, const char *script, cJSON *args, cJSON **value,
                  struct err_msg *msg)
{
    double work_ms = json_number(args, "timeout_ms", 0.0);
    char *expression = build_expression(script, args);
    cJSON *params = json_new_object();
    json_add_text(params, "expression", expression);
    json_add_bool(params, "awaitPromise", true);
    json_add_bool(params, "returnByValue", true);
    free(expression);
    struct session_command command = { .method = "Runtime.evaluate",
                                       .params = params,
                                       .timeout_ms = (uint64_t)work_ms + PAGE_ANSWER_MS };
    cJSON *result = NULL;
    enum err err = page_call_long(page, &command, &result, msg);
    if (err != ERR_OK) {
        return err == ERR_INTERRUPTED ? err : err_prefix(msg, err, "%s", script);
    }
    const char *thrown = json_text(result, "exceptionDetails.exception.description");
    if (json_at(result, "exceptionDetails") != NULL) {
        err = err_set(msg, ERR_PROTOCOL, "%s: %.*s", script,
                      thrown != NULL ? (int)strcspn(thrown, "\n") : 5,
                      thrown != NULL ? thrown : "threw");
    } else if (value != NULL) {
        cJSON *inner = cJSON_GetObjectItemCaseSensitive(result, "result");
        *value = cJSON_DetachItemFromObjectCaseSensitive(inner, "value");
        if (*value == NULL) {
            *value = cJSON_CreateNull();
        }
    }
    cJSON_Delete(result);
    return err;
}
