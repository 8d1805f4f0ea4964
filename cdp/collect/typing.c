/* Typing into the composer with real key events: what twenty characters cost the main thread, and
 * how long the slowest of them took until it was on the screen (INP). The composer is emptied
 * afterwards and nothing is ever sent. */
#include "base/clock.h"
#include "base/mem.h"
#include "cdp/collect/browser_metrics.h"
#include "cdp/collect/collect.h"

#define KEY_MS     40  /* from key to key: several in one frame would wait for each other */
#define INP_LOW_MS 8.0 /* what an interaction under the threshold of 16 ms is, in steps of 8 */

static const char *const metrics[] = { "typing_ms", "inp", NULL };

static const char typed[] = "harness types twenty";

static cJSON *key_event(const char *type, char character)
{
    char text[2] = { character, '\0' };
    char code[8];
    int key = character == ' ' ? ' ' : 'A' + (character - 'a');
    (void)snprintf(code, sizeof code, character == ' ' ? "Space" : "Key%c", key);
    cJSON *params = json_new_object();
    json_add_text(params, "type", type);
    json_add_text(params, "key", text);
    json_add_text(params, "code", code);
    json_add_number(params, "windowsVirtualKeyCode", key);
    return params;
}

/* The page takes both in their order; waiting for the second alone saves a round trip. */
static enum err press(struct page *page, char character, struct err_msg *msg)
{
    cJSON *params = key_event("keyDown", character);
    char text[2] = { character, '\0' };
    json_add_text(params, "text", text);
    struct session_command down = { .target = page_target(page),
                                    .method = "Input.dispatchKeyEvent",
                                    .params = params };
    enum err err = session_send(page_session(page), &down, NULL, NULL, msg);
    if (err == ERR_OK) {
        err = page_call(page, "Input.dispatchKeyEvent", key_event("keyUp", character), NULL, msg);
    }
    return err;
}

static bool is_gone(void *arg)
{
    return page_gone(arg) != NULL;
}

/* A key a beat, or as fast as the page takes them. */
static enum err type_text(struct page *page, struct err_msg *msg)
{
    struct loop *loop = session_loop(page_session(page));
    uint64_t beat_ns = clock_now_ns();
    enum err err = ERR_OK;
    for (const char *at = typed; *at != '\0' && err == ERR_OK; at++) {
        err = press(page, *at, msg);
        beat_ns += KEY_MS * NS_PER_MS;
        if (err == ERR_OK) {
            err = loop_wait(loop, is_gone, page, beat_ns, msg);
            err = err == ERR_TIMEOUT ? ERR_OK : err;
        }
    }
    return err;
}

/* Empties the composer as a person would, then makes sure of it. */
static enum err leave(struct journey *journey, struct err_msg *msg)
{
    static const char *const types[] = { "rawKeyDown", "keyUp" };
    enum err err = ERR_OK;
    for (size_t i = 0; i < 4 && err == ERR_OK; i++) {
        bool select = i < 2;
        cJSON *params = json_new_object();
        json_add_text(params, "type", types[i % 2]);
        json_add_text(params, "key", select ? "a" : "Backspace");
        json_add_text(params, "code", select ? "KeyA" : "Backspace");
        json_add_number(params, "windowsVirtualKeyCode", select ? 'A' : 8);
        json_add_number(params, "modifiers", select ? 2 : 0); /* Ctrl */
        if (select && i == 0) {
            json_push_text(json_add_array(params, "commands"), "selectAll");
        }
        err = page_call(journey->page, "Input.dispatchKeyEvent", params, NULL, msg);
    }
    cJSON *left = NULL;
    if (err == ERR_OK) {
        cJSON *args = json_new_object();
        json_add_text(args, "composer", journey->profile->composer);
        err = page_run(journey->page, "cdp/js/composer_leave.js", args, &left, msg);
    }
    const char *text = json_text(left, "text");
    if (err == ERR_OK && text != NULL && text[0] != '\0') {
        err = err_set(msg, ERR_NO_DATA, "the composer could not be emptied again");
    }
    cJSON_Delete(left);
    return err;
}

static enum err type_measured(struct page *page, cJSON *raw, struct err_msg *msg)
{
    enum err err = browser_metrics_read(page, raw, "before", msg);
    if (err == ERR_OK) {
        err = type_text(page, msg);
    }
    cJSON *end = NULL;
    if (err == ERR_OK) {
        err = page_run(page, "cdp/js/typing_end.js", NULL, &end, msg);
    }
    if (err == ERR_OK) {
        json_add_node(raw, "end", end);
        err = browser_metrics_read(page, raw, "after", msg);
    }
    return err;
}

static enum err gather(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    struct journey *journey = context->journey;
    cJSON *args = json_new_object();
    json_add_text(args, "composer", journey->profile->composer);
    cJSON *begin = NULL;
    enum err err = page_run(journey->page, "cdp/js/typing_begin.js", args, &begin, msg);
    if (err != ERR_OK) {
        return err;
    }
    json_add_node(raw, "begin", begin);
    if (!json_bool(begin, "found", false)) {
        return err_set(msg, ERR_NO_DATA, "there is no composer in sight");
    }
    if (json_bool(begin, "filled", false)) {
        return err_set(msg, ERR_NO_DATA, "the composer holds a draft");
    }
    if (!json_bool(begin, "focused", false)) {
        return err_set(msg, ERR_NO_DATA, "the composer does not take the cursor");
    }
    err = type_measured(journey->page, raw, msg);
    struct err_msg unleft = { "" };
    enum err left = page_gone(journey->page) == NULL ? leave(journey, &unleft) : ERR_OK;
    if (err == ERR_OK && left != ERR_OK) {
        *msg = unleft;
        return left;
    }
    return err;
}

/* The longest interaction: with fewer than fifty, INP is the worst (web.dev, "INP"). */
static double worst(const cJSON *entries)
{
    double worst_ms = INP_LOW_MS;
    const cJSON *entry = NULL;
    cJSON_ArrayForEach (entry, entries) {
        double duration_ms = json_number(entry, "duration", 0.0);
        worst_ms = duration_ms > worst_ms ? duration_ms : worst_ms;
    }
    return worst_ms;
}

static void score(const cJSON *raw, const struct collect_stage *stage, struct samples *out)
{
    (void)stage;
    const char *text = json_text(raw, "end.text");
    const cJSON *entries = json_at(raw, "end.entries");
    if (text == NULL || strcmp(text, typed) != 0 || !cJSON_IsArray(entries)) {
        char *reason = mem_format("twenty characters were typed, but the composer held \"%.60s\"",
                                  text != NULL ? text : "");
        samples_none(out, "typing_ms", reason);
        samples_none(out, "inp", reason);
        free(reason);
        return;
    }
    browser_metrics_score(raw, "ThreadTime", 1000.0, "typing_ms", out);
    samples_add(out, "inp", worst(entries));
}

const struct collector collector_typing = {
    .name = "typing",
    .when = COLLECT_STAGE,
    .in_window = true,
    .metrics = metrics,
    .gather = gather,
    .score = score,
};
