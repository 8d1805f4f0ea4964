#include "cdp/measure.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rng.h"
#include "cdp/browser.h"
#include "cdp/rescore.h"
#include "cdp/stage.h"
#include "metrics/host.h"

#define LAUNCH_MS 20000

/* The run while it lasts: at most one browser, started again when a variant needs other host rules
 * or the last one is gone. */
struct measuring {
    struct loop *loop;
    const struct measure_plan *plan;
    struct result_run run;
    struct browser browser;
    const char *rules; /* of the running browser */
    struct host_reading begin;
};

static cJSON *plan_to_json(const struct measure_plan *plan)
{
    cJSON *options = json_new_object();
    cJSON *messages = json_add_array(options, "messages");
    for (size_t i = 0; i < plan->count_count; i++) {
        json_push_number(messages, (double)plan->counts[i]);
    }
    json_add_number(options, "runs", (double)plan->runs);
    json_add_number(options, "seed", (double)plan->seed);
    json_add_bool(options, "quick", plan->quick);
    json_add_number(options, "cpu_throttle", plan->cpu_throttle > 1 ? plan->cpu_throttle : 1.0);
    network_to_json(plan->network, options, "network");
    if (plan->live.per_s > 0.0) {
        cJSON *live = json_add_object(options, "live");
        json_add_number(live, "per_s", plan->live.per_s);
        json_add_text(live, "conversation", plan->live.conversation);
        json_add_number(live, "window_ms", LIVE_WINDOW_MS);
    }
    json_add_text(options, "profile", plan->profile_name);
    json_add_text(options, "conversation", plan->conversation);
    json_add_text(options, "api_url", plan->api_url);
    cJSON *viewport = json_add_object(options, "viewport");
    json_add_number(viewport, "width", plan->width);
    json_add_number(viewport, "height", plan->height);
    json_add_number(viewport, "scale", 1);
    cJSON *variants = json_add_array(options, "variants");
    for (size_t i = 0; i < plan->variant_count; i++) {
        cJSON *variant = json_push_object(variants);
        json_add_text(variant, "name", plan->variants[i].name);
        json_add_text(variant, "url", plan->variants[i].url);
    }
    json_add_number(options, "timeout_ms", (double)plan->timeout_ms);
    json_add_bool(options, "headed", plan->headed);
    json_add_text(options, "chrome_flags", plan->chrome_flags);
    return options;
}

static bool same_rules(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* A browser that fits the variant; *fresh: it was started for it. */
static enum err need_browser(struct measuring *measuring, const struct measure_variant *variant,
                             bool *fresh, struct err_msg *msg)
{
    struct browser *browser = &measuring->browser;
    const char *rules = variant->destination.host_rules;
    bool fits = browser->session != NULL && session_lost(browser->session) == NULL &&
                same_rules(measuring->rules, rules);
    *fresh = !fits;
    if (fits) {
        return ERR_OK;
    }
    browser_stop(browser);
    const struct measure_plan *plan = measuring->plan;
    struct chrome_options options = {
        .path = plan->chrome_path,
        .headed = plan->headed,
        .extra = plan->chrome_flags,
        .host_rules = rules,
        .width = plan->width,
        .height = plan->height,
    };
    enum err err = browser_start(measuring->loop, &options, LAUNCH_MS, browser, msg);
    if (err == ERR_OK) {
        measuring->rules = rules;
        log_verbose("started %s (%s)", json_text(browser->facts, "product"),
                    json_text(browser->facts, "engine"));
    }
    return err == ERR_TIMEOUT || err == ERR_CLOSED ? ERR_UNREACHABLE : err;
}

static enum err visit_variant(struct measuring *measuring, size_t index, unsigned repetition,
                              struct err_msg *msg)
{
    const struct measure_plan *plan = measuring->plan;
    const struct measure_variant *variant = &plan->variants[index];
    if (plan->runs > 1) {
        log_info("%s: run %u of %llu", variant->name, repetition, (unsigned long long)plan->runs);
    }
    bool fresh;
    enum err err = need_browser(measuring, variant, &fresh, msg);
    if (err != ERR_OK) {
        return err;
    }
    struct stage_visit visit = {
        .plan = plan,
        .run = &measuring->run,
        .variant = variant,
        .browser = &measuring->browser,
        .repetition = repetition,
    };
    if (fresh) {
        err = stage_warm_up(&visit, msg);
    }
    if (err == ERR_OK) {
        err = stage_visit(&visit, msg);
    }
    if (err != ERR_OK && err != ERR_INTERRUPTED) {
        return err_prefix(msg, err, "%s (%s)", variant->name, variant->url);
    }
    return err;
}

/* Fisher and Yates: every order is equally likely. */
static void shuffle(struct rng *rng, size_t *order, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t k = (size_t)rng_below(rng, i);
        size_t last = order[i - 1];
        order[i - 1] = order[k];
        order[k] = last;
    }
}

/* A drift of the machine over the run must not fall on one variant: their order is drawn anew for
 * each repetition. */
static enum err visit_all(struct measuring *measuring, struct err_msg *msg)
{
    const struct measure_plan *plan = measuring->plan;
    size_t order[MEASURE_VARIANTS_MAX] = { 0 };
    struct rng rng;
    enum err err = ERR_OK;
    rng_init(&rng, plan->seed);
    for (size_t i = 0; i < plan->variant_count; i++) {
        order[i] = i;
    }
    for (unsigned run = 1; run <= plan->runs && err == ERR_OK; run++) {
        shuffle(&rng, order, plan->variant_count);
        for (size_t i = 0; i < plan->variant_count && err == ERR_OK; i++) {
            err = visit_variant(measuring, order[i], run, msg);
        }
    }
    return err;
}

/* How the whole went, for the head of the result. */
static enum err save_session(struct measuring *measuring, enum err outcome,
                             const struct err_msg *why, struct err_msg *msg)
{
    struct host_reading end;
    struct host_noise noise;
    host_read(&end);
    host_noise_between(&measuring->begin, &end, &noise);
    cJSON *session = json_new_object();
    const char *state = outcome == ERR_OK            ? "complete"
                        : outcome == ERR_INTERRUPTED ? "interrupted"
                                                     : "failed";
    json_add_text(session, "state", state);
    json_add_text(session, "reason", outcome == ERR_OK ? NULL : why->text);
    json_add_number(session, "duration_s",
                    (double)(clock_now_ns() - measuring->run.start_ns) / (double)NS_PER_S);
    host_noise_to_json(&noise, session, "noise");
    json_add_number(session, "peak_rss", (double)host_self_peak_rss());
    enum err err = rescore_save_raw(&measuring->run, "session", session, msg);
    cJSON_Delete(session);
    return err;
}

enum err measure(struct loop *loop, const struct measure_plan *plan,
                 struct measure_outcome *outcome, struct err_msg *msg)
{
    struct measuring measuring = { .loop = loop, .plan = plan };
    *outcome = (struct measure_outcome){ NULL, NULL };
    cJSON *options = plan_to_json(plan);
    enum err err = result_begin(plan->runs_dir, "measure", options, &measuring.run, msg);
    cJSON_Delete(options);
    if (err != ERR_OK) {
        return err;
    }
    outcome->dir = mem_dup_str(measuring.run.dir);
    host_read(&measuring.begin);
    err = visit_all(&measuring, msg);
    browser_stop(&measuring.browser);
    struct err_msg unwritten = { "" };
    enum err wrote = save_session(&measuring, err, msg, &unwritten);
    if (wrote == ERR_OK) {
        wrote = rescore_write(&measuring.run, &outcome->result, &unwritten);
    }
    if (err == ERR_OK && wrote != ERR_OK) {
        *msg = unwritten;
        err = wrote;
    }
    result_release(&measuring.run);
    return err;
}

void measure_outcome_release(struct measure_outcome *outcome)
{
    free(outcome->dir);
    cJSON_Delete(outcome->result);
    *outcome = (struct measure_outcome){ NULL, NULL };
}
