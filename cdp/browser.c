#include "cdp/browser.h"

#include "base/clock.h"
#include "cdp/page.h"

#define CALL_MS   10000
#define END_MS    500 /* between the end of a connection and that of its process */
#define WARM_SIZE 400

static enum err read_version(struct browser *browser, struct err_msg *msg)
{
    struct session_command command = { .method = "Browser.getVersion", .timeout_ms = CALL_MS };
    cJSON *version = NULL;
    enum err err = session_call(browser->session, &command, &version, msg);
    if (err == ERR_OK) {
        browser->facts = json_new_object();
        json_add_text(browser->facts, "product", json_text(version, "product"));
        json_add_text(browser->facts, "protocol", json_text(version, "protocolVersion"));
        json_add_text(browser->facts, "engine", browser->chrome.engine);
        json_add_bool(browser->facts, "sandbox", browser->chrome.sandbox);
        json_add_node(browser->facts, "flags", cJSON_Duplicate(browser->chrome.flags, true));
    }
    cJSON_Delete(version);
    return err;
}

static enum err watch_targets(struct browser *browser, struct err_msg *msg)
{
    cJSON *params = json_new_object();
    json_add_bool(params, "discover", true);
    struct session_command command = { .method = "Target.setDiscoverTargets",
                                       .params = params,
                                       .timeout_ms = CALL_MS };
    return session_call(browser->session, &command, NULL, msg);
}

static enum err warm_up(struct browser *browser, struct err_msg *msg)
{
    struct page_spec spec = { .width = WARM_SIZE, .height = WARM_SIZE };
    struct page *page = NULL;
    enum err err = page_open(browser->session, &spec, &page, msg);
    if (err == ERR_OK) {
        err = page_navigate(page, "data:text/html,<p>warm-up</p>", CALL_MS, msg);
    }
    page_close(page);
    return err;
}

enum err browser_start(struct loop *loop, const struct chrome_options *options, uint64_t timeout_ms,
                       struct browser *browser, struct err_msg *msg)
{
    *browser = (struct browser){ .loop = loop };
    uint64_t deadline_ns = clock_now_ns() + timeout_ms * NS_PER_MS;
    enum err err = chrome_start(loop, options, timeout_ms, &browser->chrome, msg);
    if (err != ERR_OK) {
        return err;
    }
    struct transport_address address = { browser->chrome.port, browser->chrome.path };
    err = session_new(loop, &address, deadline_ns, &browser->session, msg);
    if (err == ERR_OK) {
        err = read_version(browser, msg);
    }
    if (err == ERR_OK) {
        err = watch_targets(browser, msg);
    }
    if (err == ERR_OK) {
        err = warm_up(browser, msg);
    }
    if (err != ERR_OK) {
        browser_stop(browser);
    }
    return err;
}

static bool process_is_gone(void *arg)
{
    return process_ended(arg);
}

void browser_describe_end(struct browser *browser, char *out, size_t out_bytes)
{
    struct process *process = &browser->chrome.process;
    struct err_msg unused = { "" };
    enum err err = loop_wait(browser->loop, process_is_gone, process,
                             clock_now_ns() + END_MS * NS_PER_MS, &unused);
    if (err == ERR_OK) {
        char end[96];
        process_describe_end(process, end, sizeof end);
        (void)snprintf(out, out_bytes, "the browser %s", end);
        return;
    }
    const char *why = browser->session != NULL ? session_lost(browser->session) : NULL;
    (void)snprintf(out, out_bytes, "%s", why != NULL ? why : "the browser is running");
}

void browser_stop(struct browser *browser)
{
    session_free(browser->session);
    chrome_stop(&browser->chrome);
    cJSON_Delete(browser->facts);
    *browser = (struct browser){ .loop = NULL };
}
