#include "cli/pair_run.h"

#include <inttypes.h>
#include <math.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rng.h"
#include "cdp/browser.h"
#include "cdp/pair_score.h"
#include "cli/child.h"
#include "cli/command.h"
#include "metrics/host.h"
#include "metrics/pair.h"
#include "metrics/verdict.h"

#define LAUNCH_MS        20000
#define BLOCK_SIZE       4
#define RESET_S          120
#define RESET_GOODBYE_MS 5000U
#define MARK_BYTES       ((size_t)24)

struct pairing {
    struct loop *loop;
    const struct pair_plan *plan;
    struct result_run *run;
    cJSON *section;
    cJSON *phases;
    cJSON *loads;
    struct browser browser;
    struct poster poster;
    struct pair_visit visit;
    char mark[MARK_BYTES];
    unsigned number; /* of the phase, from 1 */
};

static enum err start_browser(struct pairing *pairing, struct err_msg *msg)
{
    const struct pair_plan *plan = pairing->plan;
    const struct chrome_options options = {
        .path = plan->chrome_path,
        .extra = plan->chrome_flags,
        .host_rules = plan->destination.host_rules,
        .width = plan->visit.width,
        .height = plan->visit.height,
    };
    enum err err = browser_start(pairing->loop, &options, LAUNCH_MS, &pairing->browser, msg);
    if (err == ERR_OK) {
        json_add_node(pairing->run->head, "browser", cJSON_Duplicate(pairing->browser.facts, true));
        log_info("warming up");
        err = pair_visit_warm_up(&pairing->browser, &pairing->visit, msg);
    }
    return err == ERR_TIMEOUT || err == ERR_CLOSED ? ERR_UNREACHABLE : err;
}

/* CPU time of the browser so far; NaN when it cannot be told. */
static double browser_cpu_s(const struct pairing *pairing)
{
    uint64_t cpu_ns = 0;
    struct err_msg unused;
    pid_t pid = pairing->browser.chrome.process.pid;
    return process_tree_cpu(pid, &cpu_ns, &unused) == ERR_OK ? (double)cpu_ns / (double)NS_PER_S
                                                             : (double)NAN;
}

static enum err save_raw(const struct pairing *pairing, const cJSON *readings, struct err_msg *msg)
{
    char *name = mem_format("raw/phase-%u.json.gz", pairing->number);
    char *path = result_path(pairing->run, name);
    cJSON *root = json_new_object();
    json_add_node(root, "readings", cJSON_Duplicate(readings, true));
    json_add_node(root, "sends",
                  pairing->poster.sends != NULL ? cJSON_Duplicate(pairing->poster.sends, true)
                                                : json_new_array());
    enum err err = json_write_file(path, root, msg);
    cJSON_Delete(root);
    free(path);
    free(name);
    return err;
}

/* The figures of a phase: those of the page, and the medians of its messages' ways. */
static void add_values(const struct pairing *pairing, const cJSON *readings, cJSON *phase)
{
    cJSON *values = pair_score(readings);
    cJSON *bubbles = pair_bubbles(pairing->poster.sends, readings);
    const cJSON *median = NULL;
    cJSON_ArrayForEach (median, json_at(bubbles, "medians")) {
        json_add_number(values, median->string, median->valuedouble);
    }
    cJSON_DeleteItemFromObjectCaseSensitive(bubbles, "medians");
    json_add_node(phase, "values", values);
    json_add_node(phase, "bubbles", bubbles);
}

static void tell_phase(const cJSON *phase, unsigned of)
{
    double bubble_ms = json_number(phase, "values.bubble_ms", (double)NAN);
    const char *reason = json_text(phase, "reason");
    char bubble[64] = "no bubble was seen";
    if (isfinite(bubble_ms)) {
        (void)snprintf(bubble, sizeof bubble, "bubbles after %.0f ms", bubble_ms);
    }
    log_info("phase %.0f of %u, %s: %s, machine busy to %.0f %%%s%s",
             json_number(phase, "number", 0), of,
             json_bool(phase, "loaded", false) ? "loaded" : "idle", bubble,
             json_number(phase, "noise.busy_share", 0) * 100.0, reason != NULL ? "; " : "",
             reason != NULL ? reason : "");
}

static enum err do_phase(struct pairing *pairing, unsigned block, bool loaded, struct err_msg *msg)
{
    struct host_reading from;
    struct host_reading to;
    struct host_noise noise;
    cJSON *readings = json_new_object();
    cJSON *phase = json_push_object(pairing->phases);
    char *trace = mem_format("raw/phase-%u.trace.json.gz", ++pairing->number);
    char *trace_path = result_path(pairing->run, trace);
    cJSON_Delete(pairing->poster.sends);
    pairing->poster.sends = NULL;
    json_add_number(phase, "number", pairing->number);
    json_add_number(phase, "block", block);
    json_add_bool(phase, "loaded", loaded);
    pairing->visit.trace_path = trace_path;
    double cpu_s = browser_cpu_s(pairing);
    host_read(&from);
    enum err err = pair_visit(&pairing->browser, &pairing->visit, readings, msg);
    host_read(&to);
    host_noise_between(&from, &to, &noise);
    add_values(pairing, readings, phase);
    const char *reason = err != ERR_OK ? msg->text : json_text(readings, "reason");
    reason = reason != NULL ? reason : json_text(phase, "bubbles.reason");
    json_add_text(phase, "state", reason == NULL ? "complete" : "partly");
    if (reason != NULL) {
        json_add_text(phase, "reason", reason);
    }
    json_add_number(phase, "started_s", (double)from.at_ns / (double)NS_PER_S);
    json_add_number(phase, "seconds", noise.seconds);
    host_noise_to_json(&noise, phase, "noise");
    json_add_number(phase, "browser_cores", (browser_cpu_s(pairing) - cpu_s) / noise.seconds);
    json_add_number(phase, "clock_error_ms", json_number(readings, "clock.error_ms", (double)NAN));
    json_add_text(phase, "reference_reason",
                  pairing->poster.deaf[0] != '\0' ? pairing->poster.deaf : NULL);
    tell_phase(phase, (unsigned)(pairing->plan->blocks * BLOCK_SIZE));
    struct err_msg unsaved = { "" };
    enum err saved = save_raw(pairing, readings, &unsaved);
    if (err == ERR_OK && saved != ERR_OK) {
        *msg = unsaved;
        err = saved;
    }
    cJSON_Delete(readings);
    free(trace_path);
    free(trace);
    return err;
}

/* The two phases in the middle, and the load through them. */
static enum err do_loaded(struct pairing *pairing, unsigned block, struct err_msg *msg)
{
    const struct pair_plan *plan = pairing->plan;
    struct pair_load load;
    char name[32];
    (void)snprintf(name, sizeof name, "load-%u", block);
    cJSON *node = json_push_object(pairing->loads);
    json_add_number(node, "block", block);
    if (block == 1) {
        log_info("the load's baseline is measured");
    }
    enum err err =
        pair_load_begin(pairing->loop, &plan->load, pairing->run, block == 1, &load, msg);
    if (err == ERR_OK) {
        err = do_phase(pairing, block, true, msg);
    }
    if (err == ERR_OK) {
        err = do_phase(pairing, block, true, msg);
    }
    if (err == ERR_OK && !pair_load_runs(&load)) {
        err =
            err_set(msg, ERR_UNREACHABLE, "the load ended before the loaded phases did: see %s/%s",
                    pairing->run->dir, name);
    }
    struct err_msg late = { "" };
    enum err ended = pair_load_end(&load, &plan->load, pairing->run, name, node, &late);
    if (err == ERR_OK && ended != ERR_OK) {
        *msg = late;
        err = ended;
    }
    return err;
}

/* Seeding has a loop of its own, so it is a child's work. */
static enum err reset(const struct pairing *pairing, struct err_msg *msg)
{
    const struct pair_plan *plan = pairing->plan;
    struct child_words words = { NULL, 0, 0 };
    struct process process = { .pid = 0 };
    if (!plan->reset) {
        return ERR_OK;
    }
    char *log = result_path(pairing->run, "reset.log");
    child_words_add(&words, "seed");
    child_words_add(&words, "--reset");
    child_words_addf(&words, "--data-dir=%s", plan->load.data_dir);
    child_words_addf(&words, "--seed=%" PRIu64, plan->database.seed);
    child_words_addf(&words, "--reactions=%" PRIu64, plan->database.reactions);
    for (size_t i = 0; i < plan->load.allowed_hosts->count; i++) {
        child_words_addf(&words, "--allow-host=%s", plan->load.allowed_hosts->item[i]);
    }
    enum err err = child_start(&process, &words, log, msg);
    if (err == ERR_OK) {
        err = child_wait(pairing->loop, &process, NULL, clock_now_ns() + RESET_S * NS_PER_S, msg);
        process_stop(&process, RESET_GOODBYE_MS);
        if (err == ERR_TIMEOUT || (err == ERR_OK && child_exit_code(&process) != 0)) {
            err = err_set(msg, ERR_CLEANUP, "the chat's state could not be put back: see %s", log);
        }
    }
    child_words_release(&words);
    free(log);
    return err;
}

static enum err do_block(struct pairing *pairing, unsigned block, struct err_msg *msg)
{
    enum err err = reset(pairing, msg);
    if (err == ERR_OK) {
        err = do_phase(pairing, block, false, msg);
    }
    if (err == ERR_OK) {
        err = do_loaded(pairing, block, msg);
    }
    return err == ERR_OK ? do_phase(pairing, block, false, msg) : err;
}

/* The mean over the phases of a kind of a number of theirs. */
static double mean_of(const cJSON *phases, bool loaded, const char *path)
{
    double sum = 0;
    unsigned count = 0;
    const cJSON *phase = NULL;
    cJSON_ArrayForEach (phase, phases) {
        double value = json_number(phase, path, (double)NAN);
        if (json_bool(phase, "loaded", false) == loaded && isfinite(value)) {
            sum += value;
            count++;
        }
    }
    return count > 0 ? sum / count : (double)NAN;
}

static void doubt(cJSON *list, const char *which, double busy_share)
{
    if (busy_share > PAIR_BUSY_LIMIT) {
        char *text = mem_format("in the %s phases the machine was busy to %.0f %% (over %.0f %%): "
                                "browser, generator and chat share its cores, and what changed may "
                                "be their contention",
                                which, busy_share * 100.0, PAIR_BUSY_LIMIT * 100.0);
        json_push_text(list, text);
        free(text);
    }
}

/* Without it a phase that lost its slow messages would leave the quick phases to speak. */
static void doubt_lost(cJSON *list, const cJSON *phases)
{
    const cJSON *phase = NULL;
    cJSON_ArrayForEach (phase, phases) {
        const char *reason = json_text(phase, "bubbles.reason");
        if (reason != NULL) {
            char *text = mem_format("phase %.0f, %s: %s", json_number(phase, "number", 0),
                                    json_bool(phase, "loaded", false) ? "loaded" : "idle", reason);
            json_push_text(list, text);
            free(text);
        }
    }
}

static void conclude(struct pairing *pairing)
{
    double idle = mean_of(pairing->phases, false, "noise.busy_share");
    double loaded = mean_of(pairing->phases, true, "noise.busy_share");
    cJSON *contention = json_add_object(pairing->section, "contention");
    json_add_number(contention, "idle_busy_share", idle);
    json_add_number(contention, "loaded_busy_share", loaded);
    json_add_number(contention, "idle_browser_cores",
                    mean_of(pairing->phases, false, "browser_cores"));
    json_add_number(contention, "loaded_browser_cores",
                    mean_of(pairing->phases, true, "browser_cores"));
    cJSON *doubts = json_add_array(pairing->section, "inconclusive");
    doubt(doubts, "idle", idle);
    doubt(doubts, "loaded", loaded);
    doubt_lost(doubts, pairing->phases);
    const cJSON *load = NULL;
    double generator = 0;
    cJSON_ArrayForEach (load, pairing->loads) {
        const cJSON *text = NULL;
        generator = fmax(generator, json_number(load, "generator.cpu_share", 0));
        cJSON_ArrayForEach (text, json_at(load, "generator.inconclusive")) {
            json_push_text(doubts, text->valuestring);
        }
    }
    json_add_number(contention, "generator_share", generator);
    json_add_node(pairing->section, "metrics", pair_metrics(pairing->phases));
}

static void describe(const struct pair_plan *plan, cJSON *section)
{
    json_add_text(section, "order", "idle, loaded, loaded, idle");
    json_add_number(section, "messages", (double)plan->visit.messages);
    cJSON *with = json_add_array(section, "with");
    for (size_t i = 0; i < plan->load.count; i++) {
        json_push_text(with, plan->load.names[i]);
    }
    json_add_number(section, "vus", (double)plan->load.vus);
    json_add_number(section, "blocks", (double)plan->blocks);
}

static void add_change(const cJSON *metric, struct strbuf *out)
{
    const char *unit = json_text(metric, "unit");
    const char *reason = json_text(metric, "reason");
    bool share = unit != NULL && strcmp(unit, "share") == 0;
    double scale = share ? 100.0 : 1.0;
    unit = share ? "%" : unit;
    strbuf_addf(out, "%-40s", json_text(metric, "title"));
    if (reason != NULL) {
        strbuf_addf(out, "  NO DATA: %s\n", reason);
        return;
    }
    strbuf_addf(out, " %8.1f %8.1f %+9.1f %s", json_number(metric, "idle", 0) * scale,
                json_number(metric, "loaded", 0) * scale, json_number(metric, "change", 0) * scale,
                unit != NULL ? unit : "");
    if (json_at(metric, "low") != NULL) {
        strbuf_addf(out, " (%+.1f to %+.1f)", json_number(metric, "low", 0) * scale,
                    json_number(metric, "high", 0) * scale);
    }
    strbuf_addf(out, ", %.0f pair%s\n", json_number(metric, "pairs", 0),
                json_number(metric, "pairs", 0) == 1 ? "" : "s");
}

static void add_loads(const cJSON *loads, struct strbuf *out)
{
    const cJSON *load = NULL;
    const cJSON *verdict = NULL;
    cJSON_ArrayForEach (load, loads) {
        cJSON_ArrayForEach (verdict, json_at(load, "verdicts")) {
            enum verdict word = VERDICT_NO_DATA;
            const char *name = json_text(verdict, "verdict");
            if (name == NULL || !verdict_from_name(name, &word) ||
                (word == VERDICT_NO_DATA && json_number(load, "block", 0) > 1)) {
                continue; /* the baseline is measured in the first block */
            }
            strbuf_addf(out, "load %-20s %s, %.0f requests, %.0f errors",
                        json_text(verdict, "name"), verdict_title(word),
                        json_number(verdict, "requests", 0), json_number(verdict, "errors", 0));
            if (json_at(verdict, "p95_ms") != NULL) {
                strbuf_addf(out, ", p95 %.0f ms", json_number(verdict, "p95_ms", 0));
            }
            strbuf_add_char(out, '\n');
        }
    }
}

void pair_summary(const cJSON *section, struct strbuf *out)
{
    const cJSON *node = NULL;
    const char *crash = json_text(section, "crash");
    if (crash != NULL) {
        strbuf_addf(out, "%s: %s\n", verdict_title(VERDICT_CRASHES), crash);
    }
    strbuf_addf(out, "%-40s %8s %8s %9s\n", "", "idle", "loaded", "change (95 % interval)");
    cJSON_ArrayForEach (node, json_at(section, "metrics")) {
        add_change(node, out);
    }
    add_loads(json_at(section, "loads"), out);
    strbuf_addf(out,
                "machine busy to %.0f %% idle, %.0f %% loaded; browser %.2f and %.2f cores, "
                "generator %.2f\n",
                json_number(section, "contention.idle_busy_share", 0) * 100.0,
                json_number(section, "contention.loaded_busy_share", 0) * 100.0,
                json_number(section, "contention.idle_browser_cores", 0),
                json_number(section, "contention.loaded_browser_cores", 0),
                json_number(section, "contention.generator_share", 0));
    cJSON_ArrayForEach (node, json_at(section, "inconclusive")) {
        strbuf_addf(out, "INCONCLUSIVE: %s\n", node->valuestring);
    }
}

int pair_exit_code(const cJSON *section)
{
    bool any = false;
    const cJSON *node = NULL;
    const cJSON *verdict = NULL;
    if (json_text(section, "crash") != NULL) {
        return EXIT_VERDICT;
    }
    cJSON_ArrayForEach (node, json_at(section, "loads")) {
        cJSON_ArrayForEach (verdict, json_at(node, "verdicts")) {
            const char *word = json_text(verdict, "verdict");
            if (word != NULL && strcmp(word, "crashes") == 0) {
                return EXIT_VERDICT;
            }
        }
    }
    cJSON_ArrayForEach (node, json_at(section, "metrics")) {
        const char *name = json_text(node, "name");
        any = any ||
              (name != NULL && strcmp(name, "bubble_ms") == 0 && json_number(node, "pairs", 0) > 0);
    }
    return any && cJSON_GetArraySize(json_at(section, "inconclusive")) == 0 ? EXIT_PASS
                                                                            : EXIT_NO_DATA;
}

enum err pair_take_crash(enum err err, cJSON *section, const struct err_msg *msg)
{
    if (err != ERR_CLOSED) {
        return err;
    }
    int count = cJSON_GetArraySize(json_at(section, "phases"));
    const cJSON *phase = cJSON_GetArrayItem(json_at(section, "phases"), count - 1);
    char *text = mem_format("in phase %d, %s: %s", count,
                            json_bool(phase, "loaded", false) ? "loaded" : "idle", msg->text);
    json_add_text(section, "crash", text);
    free(text);
    return ERR_OK;
}

/* The chat is put back whatever ended the blocks; a signal ended their waits, not this one. */
static enum err reset_at_end(const struct pairing *pairing, enum err err, struct err_msg *msg)
{
    struct err_msg late = { "" };
    if (err == ERR_CLEANUP) {
        return err; /* it was just tried */
    }
    if (loop_interrupted(pairing->loop)) {
        loop_rearm(pairing->loop);
    }
    enum err ended = reset(pairing, &late);
    if (ended == ERR_OK) {
        return err;
    }
    if (err != ERR_OK) {
        log_warn("%s", msg->text); /* of the two failures the other one is told at the end */
    }
    *msg = late;
    return ended;
}

enum err pair_run(struct loop *loop, const struct pair_plan *plan, struct result_run *run,
                  cJSON *section, struct err_msg *msg)
{
    struct pairing pairing = {
        .loop = loop, .plan = plan, .run = run, .section = section, .visit = plan->visit
    };
    (void)snprintf(pairing.mark, sizeof pairing.mark, "pair-%08" PRIx32, (uint32_t)rng_entropy());
    pairing.poster = (struct poster){ .loop = loop, .plan = plan->poster };
    pairing.poster.plan.mark = pairing.mark;
    pairing.visit.mark = pairing.mark;
    pairing.visit.post = poster_post;
    pairing.visit.post_arg = &pairing.poster;
    describe(plan, section);
    pairing.phases = json_add_array(section, "phases");
    pairing.loads = json_add_array(section, "loads");
    enum err err = start_browser(&pairing, msg);
    for (unsigned block = 1; block <= plan->blocks && err == ERR_OK; block++) {
        err = do_block(&pairing, block, msg);
    }
    browser_stop(&pairing.browser);
    err = pair_take_crash(err, section, msg);
    err = reset_at_end(&pairing, err, msg);
    conclude(&pairing);
    poster_release(&pairing.poster);
    return err;
}
