#include "cdp/stage.h"

#include <assert.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cdp/collect/collect.h"
#include "cdp/load_older.h"
#include "cdp/rescore.h"
#include "cdp/score.h"

/* A raw file while it is filled. */
struct record {
    cJSON *root;
    cJSON *readings;
    cJSON *windows;
};

static struct record new_record(const struct stage_visit *visit, struct journey *journey)
{
    struct record record = { .root = json_new_object() };
    json_add_text(record.root, "variant", visit->variant->name);
    json_add_number(record.root, "run", visit->repetition);
    journey->how = json_add_array(record.root, "how");
    record.readings = json_add_object(record.root, "readings");
    record.windows = json_add_array(record.root, "windows");
    return record;
}

/* How the page ended; a lost connection may be a browser that was killed. */
static void add_crash(const struct stage_visit *visit, const struct journey *journey,
                      struct record *record)
{
    const char *gone = page_gone(journey->page);
    char text[320];
    if (session_lost(visit->browser->session) != NULL) {
        browser_describe_end(visit->browser, text, sizeof text);
    } else {
        (void)snprintf(text, sizeof text, "%s", gone != NULL ? gone : "the page is gone");
    }
    json_add_text(record->root, "crash", text);
    log_warn("%s: %s", visit->variant->name, text);
}

/* Writes the raw file under that name, which it takes, and frees the record. */
static enum err save_record(const struct stage_visit *visit, struct journey *journey,
                            struct record *record, char *name, struct err_msg *msg)
{
    enum err err = rescore_save_raw(visit->run, name, record->root, msg);
    free(name);
    cJSON_Delete(record->root);
    journey->how = NULL;
    return err;
}

static enum err open_and_collect(const struct stage_visit *visit, struct journey *journey,
                                 struct record *record, struct err_msg *msg)
{
    struct collect_context context = { .journey = journey,
                                       .browser_pid = visit->browser->chrome.process.pid,
                                       .quick = visit->plan->quick };
    struct collect_window window;
    enum err err = collect_prepare(COLLECT_LOAD, &context, record->readings, msg);
    collect_window_begin(&context, &window);
    if (err == ERR_OK) {
        err = journey_open(journey, visit->plan->timeout_ms, msg);
        collect_window_end(&context, &window, COLLECT_LOAD_WINDOW, record->windows);
        log_verbose("opened: %.0f ms",
                    (double)(clock_now_ns() - window.from.at_ns) / (double)NS_PER_MS);
    }
    if (err == ERR_OK) {
        err = collect_gather(COLLECT_LOAD, &context, record->readings, record->windows, msg);
    }
    return err;
}

/* The first load. *alive tells whether stages can follow. */
static enum err measure_load(const struct stage_visit *visit, struct journey *journey, bool *alive,
                             struct err_msg *msg)
{
    struct record record = new_record(visit, journey);
    json_add_node(record.root, "browser", cJSON_Duplicate(visit->browser->facts, true));
    enum err err = open_and_collect(visit, journey, &record, msg);
    *alive = err == ERR_OK;
    if (err == ERR_CLOSED) {
        add_crash(visit, journey, &record);
    } else if (err != ERR_OK) {
        json_add_text(record.root, "reason", msg->text);
    }
    struct err_msg unsaved = { "" };
    char *name = score_raw_name(visit->variant->name, visit->repetition, 0);
    enum err saved = save_record(visit, journey, &record, name, &unsaved);
    if (saved != ERR_OK) {
        *msg = unsaved;
        return saved;
    }
    return err == ERR_CLOSED ? ERR_OK : err;
}

/* Reaches the count with the chat in view. ERR_NO_DATA: there is a reason for no figures. */
static enum err reach(struct journey *journey, uint64_t messages, uint64_t timeout_ms,
                      struct err_msg *msg)
{
    uint64_t deadline_ns = clock_now_ns() + timeout_ms * NS_PER_MS;
    enum err err = load_older(journey, (size_t)messages, deadline_ns, msg);
    if (err == ERR_OK) {
        err = journey_settle_at_end(journey, deadline_ns, msg);
    }
    if (err == ERR_OK) {
        err = journey_check(journey, msg);
    }
    return err;
}

/* Reaches the count and reads everything at it. ERR_NO_DATA: there is a reason for no figures. */
static enum err reach_and_collect(const struct stage_visit *visit, struct journey *journey,
                                  struct record *record, uint64_t messages, struct err_msg *msg)
{
    const struct measure_plan *plan = visit->plan;
    char *name = score_raw_name(visit->variant->name, visit->repetition, (unsigned)messages);
    char *shot =
        mem_format("screenshots/%s-%llu.png", visit->variant->name, (unsigned long long)messages);
    char *trace = mem_format("raw/%s.trace.json.gz", name);
    char *shot_path = result_path(visit->run, shot);
    char *trace_path = result_path(visit->run, trace);
    /* They would look alike: the first repetition's is enough. */
    bool pictured = visit->repetition == 1;
    json_add_text(record->root, "screenshot", pictured ? shot : NULL);
    struct collect_context context = { .journey = journey,
                                       .screenshot_path = pictured ? shot_path : NULL,
                                       .trace_path = trace_path,
                                       .browser_pid = visit->browser->chrome.process.pid,
                                       .quick = plan->quick };
    bool last = messages == plan->counts[plan->count_count - 1];
    enum err err = collect_prepare(COLLECT_STAGE, &context, record->readings, msg);
    uint64_t start_ns = clock_now_ns();
    if (err == ERR_OK) {
        err = reach(journey, messages, plan->timeout_ms, msg);
        log_verbose("reached %llu messages: %.0f ms", (unsigned long long)messages,
                    (double)(clock_now_ns() - start_ns) / (double)NS_PER_MS);
    }
    /* Now: some collectors load more. */
    json_add_number(record->root, "loaded", (double)messages_state(journey->messages)->loaded);
    if (err == ERR_OK) {
        err = collect_gather(COLLECT_STAGE, &context, record->readings, record->windows, msg);
        journey->calm = false;
    }
    if (err == ERR_OK) {
        /* Whoever was logged out meanwhile has measured something else. */
        err = journey_check(journey, msg);
    }
    if (err == ERR_OK && last) {
        err = collect_gather(COLLECT_LAST, &context, record->readings, record->windows, msg);
    }
    if (err == ERR_OK && last && visit->repetition == 1) {
        err = collect_gather(COLLECT_CLOSE, &context, record->readings, record->windows, msg);
    }
    free(name);
    free(shot);
    free(trace);
    free(shot_path);
    free(trace_path);
    return err == ERR_TIMEOUT || err == ERR_PROTOCOL ? ERR_NO_DATA : err;
}

static enum err measure_stage(const struct stage_visit *visit, struct journey *journey,
                              uint64_t messages, bool *alive, struct err_msg *msg)
{
    struct record record = new_record(visit, journey);
    struct err_msg why = { "" };
    json_add_number(record.root, "messages", (double)messages);
    enum err err = reach_and_collect(visit, journey, &record, messages, &why);
    double loaded = json_number(record.root, "loaded", 0.0);
    json_add_bool(record.root, "reached", err == ERR_OK);
    *alive = err == ERR_OK || err == ERR_NO_DATA;
    if (err == ERR_CLOSED) {
        add_crash(visit, journey, &record);
    } else if (err != ERR_OK) {
        json_add_text(record.root, "reason", why.text);
        log_warn("%s at %llu messages: %s", visit->variant->name, (unsigned long long)messages,
                 why.text);
    } else {
        log_info("%s: %.0f messages loaded and measured", visit->variant->name, loaded);
    }
    char *name = score_raw_name(visit->variant->name, visit->repetition, (unsigned)messages);
    enum err saved = save_record(visit, journey, &record, name, msg);
    if (saved != ERR_OK) {
        return saved;
    }
    if (err == ERR_NO_DATA || err == ERR_CLOSED) {
        return ERR_OK;
    }
    *msg = why;
    return err;
}

static enum err measure_page(const struct stage_visit *visit, struct journey *journey,
                             struct err_msg *msg)
{
    bool alive = false;
    enum err err = measure_load(visit, journey, &alive, msg);
    for (size_t i = 0; i < visit->plan->count_count && err == ERR_OK && alive; i++) {
        err = measure_stage(visit, journey, visit->plan->counts[i], &alive, msg);
    }
    return err;
}

/* The browser was lost before the page was there: a result like any other crash. */
static enum err save_lost(const struct stage_visit *visit, const char *why, struct err_msg *msg)
{
    struct journey none = { .page = NULL };
    struct record record = new_record(visit, &none);
    json_add_text(record.root, "crash", why);
    char *name = score_raw_name(visit->variant->name, visit->repetition, 0);
    return save_record(visit, &none, &record, name, msg);
}

typedef enum err walk_fn(const struct stage_visit *visit, struct journey *journey,
                         struct err_msg *msg);

/* Opens a page, prepares the journey in it, walks, closes it. */
static enum err in_a_page(const struct stage_visit *visit, walk_fn *walk, const char *conversation,
                          const char *url, struct err_msg *msg)
{
    const struct measure_plan *plan = visit->plan;
    struct page_spec spec = { .width = plan->width,
                              .height = plan->height,
                              .cpu_throttle = plan->cpu_throttle,
                              .network = plan->network };
    struct journey journey = {
        .profile = plan->profile,
        .conversation = conversation,
        .url = url,
        .api_origin = visit->variant->destination.api_origin,
        .token = plan->token,
    };
    enum err err = page_open(visit->browser->session, &spec, &journey.page, msg);
    if (err != ERR_OK) {
        return err;
    }
    err = journey_prepare(&journey, msg);
    if (err == ERR_OK) {
        err = walk(visit, &journey, msg);
    }
    messages_free(journey.messages);
    page_close(journey.page);
    return err;
}

static enum err open_and_come_back(const struct stage_visit *visit, struct journey *journey,
                                   struct err_msg *msg)
{
    uint64_t timeout_ms = visit->plan->timeout_ms;
    cJSON *steps = json_new_array();
    journey->how = steps;
    journey->hasty = true;
    enum err err = journey_open(journey, timeout_ms, msg);
    if (err == ERR_OK) {
        err = journey_remount(journey, clock_now_ns() + timeout_ms * NS_PER_MS, msg);
    }
    cJSON_Delete(steps);
    return err;
}

static enum err open_and_post(const struct stage_visit *visit, struct journey *journey,
                              struct record *record, struct err_msg *msg)
{
    struct collect_context context = { .journey = journey,
                                       .live = &visit->plan->live,
                                       .browser_pid = visit->browser->chrome.process.pid };
    enum err err = journey_open(journey, visit->plan->timeout_ms, msg);
    if (err == ERR_OK) {
        err = collect_gather(COLLECT_LIVE, &context, record->readings, record->windows, msg);
    }
    return err == ERR_OK ? journey_check(journey, msg) : err;
}

/* Whatever happens to the page is a result of this pass alone. */
static enum err measure_live(const struct stage_visit *visit, struct journey *journey,
                             struct err_msg *msg)
{
    struct record record = new_record(visit, journey);
    struct err_msg why = { "" };
    enum err err = open_and_post(visit, journey, &record, &why);
    if (err == ERR_CLOSED) {
        add_crash(visit, journey, &record);
    } else if (err != ERR_OK) {
        json_add_text(record.root, "reason", why.text);
        log_warn("%s under live traffic: %s", visit->variant->name, why.text);
    } else {
        log_info("%s: measured under live traffic", visit->variant->name);
    }
    char *name = score_live_name(visit->variant->name, visit->repetition);
    enum err saved = save_record(visit, journey, &record, name, msg);
    if (saved == ERR_OK && err == ERR_INTERRUPTED) {
        *msg = why;
        return err;
    }
    return saved;
}

/* The variant's address with another conversation in it. */
static char *live_url(const struct stage_visit *visit)
{
    const struct measure_plan *plan = visit->plan;
    const char *url = visit->variant->destination.url;
    const char *at = strstr(url, plan->conversation);
    assert(at != NULL);
    return mem_format("%.*s%s%s", (int)(at - url), url, plan->live.conversation,
                      at + strlen(plan->conversation));
}

static enum err visit_live(const struct stage_visit *visit, struct err_msg *msg)
{
    char *url = live_url(visit);
    enum err err = in_a_page(visit, measure_live, visit->plan->live.conversation, url, msg);
    free(url);
    return err == ERR_CLOSED ? ERR_OK : err;
}

enum err stage_warm_up(const struct stage_visit *visit, struct err_msg *msg)
{
    enum err err = in_a_page(visit, open_and_come_back, visit->plan->conversation,
                             visit->variant->destination.url, msg);
    bool is_left_to_the_visit = err == ERR_CLOSED || err == ERR_NO_DATA || err == ERR_TIMEOUT;
    return is_left_to_the_visit ? ERR_OK : err;
}

enum err stage_visit(const struct stage_visit *visit, struct err_msg *msg)
{
    enum err err = in_a_page(visit, measure_page, visit->plan->conversation,
                             visit->variant->destination.url, msg);
    if (err == ERR_CLOSED) {
        struct err_msg lost = *msg;
        err = save_lost(visit, lost.text, msg);
    }
    bool live = visit->plan->live.per_s > 0.0 && session_lost(visit->browser->session) == NULL;
    return err == ERR_OK && live ? visit_live(visit, msg) : err;
}
