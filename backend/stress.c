#include "backend/stress.h"

#include <inttypes.h>

#include "backend/baseline.h"
#include "backend/crew.h"
#include "backend/engine.h"
#include "backend/integrity.h"
#include "backend/k6_json.h"
#include "backend/probe.h"
#include "backend/progress.h"
#include "backend/stress_json.h"
#include "backend/watcher.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/url.h"
#include "metrics/result.h"

#define ALIVE_TIMEOUT_MS 5000
#define RUN_BYTES        ((size_t)9)

/* One run over all its workloads. */
struct run {
    const struct stress_plan *plan;
    struct result_run result;
    cJSON *section;
    cJSON *workloads;
    struct k6_json *out;
    char *origin;
    const char *path; /* of the target; "" when it names the origin alone */
    char name[RUN_BYTES];
    struct url url;
    bool interrupted;
};

/* One workload in it. */
struct load {
    struct run *run;
    struct workload *workload;
    struct loop *loop;
    char *base;
    struct upload_files files;
    struct ledger ledger;
    struct record *baseline;
    struct record *record;
    struct engine_end end;
    struct host_noise noise;
    struct progress progress;
    struct watcher *watcher;
    struct loop_timer *flush;
    uint64_t next_serial;
    char started_at[CLOCK_ISO_BYTES];
};

static enum err take_target(struct run *run, struct err_msg *msg)
{
    const struct stress_plan *plan = run->plan;
    enum err err = url_parse(plan->target, "the target", &run->url, msg);
    if (err == ERR_OK) {
        err = url_allow(&run->url, plan->allowed_hosts, msg);
    }
    if (err == ERR_OK) {
        size_t length = strlen(run->url.path);
        while (length > 0 && run->url.path[length - 1] == '/') {
            run->url.path[--length] = '\0';
        }
        run->origin = url_origin(&run->url);
        run->path = run->url.path;
    }
    return err;
}

/* A target that names a path has said where the API begins. */
static char *base_of(const struct run *run, const struct workload *workload)
{
    return mem_format("%s%s", run->origin, run->path[0] != '\0' ? run->path : workload->api.prefix);
}

static enum err ask_alive(const struct load *load, struct err_msg *msg)
{
    struct probe *probe = NULL;
    struct probe_answer answer = { 0 };
    char *url = mem_format("%s%s", load->base, load->workload->api.alive);
    const struct probe_request request = { .url = url, .timeout_ms = ALIVE_TIMEOUT_MS };
    enum err err = probe_new(&probe, msg);
    if (err == ERR_OK) {
        err = probe_ask(probe, &request, &answer, msg);
    }
    if (err == ERR_OK && answer.status >= 500) {
        err = err_set(msg, ERR_UNREACHABLE, "%s answers with status %ld: the server is not ready",
                      url, answer.status);
    } else if (err == ERR_OK && answer.status >= 400) {
        log_verbose("%s answers with status %ld: is this where the API begins?", url,
                    answer.status);
    }
    strbuf_release(&answer.body);
    probe_free(probe);
    free(url);
    return err;
}

static bool on_second(void *arg, const struct engine_status *status)
{
    struct load *load = arg;
    const struct record *record = load->record != NULL ? load->record : load->baseline;
    progress_draw(&load->progress, status, record);
    return load->record != NULL && load->run->plan->thresholds &&
           verdicts_abort(load->record, status->elapsed_s);
}

static void on_flush(void *arg)
{
    const struct load *load = arg;
    k6_json_flush(load->run->out);
    loop_timer_start(load->flush, K6_JSON_FLUSH_MS * NS_PER_MS / 2);
}

static struct engine_plan engine_plan_of(struct load *load, const struct driver_plan *drivers,
                                         size_t count)
{
    return (struct engine_plan){
        .drivers = drivers,
        .driver_count = count,
        .workload = load->workload,
        .base = load->base,
        .files = &load->files,
        .ledger = &load->ledger,
        .run = load->run->name,
        .seed = load->run->plan->seed,
        .first_serial = load->next_serial,
        .parts = 1,
        .each_second = on_second,
        .arg = load,
    };
}

static enum err measure_baseline(struct load *load, struct err_msg *msg)
{
    const struct workload *workload = load->workload;
    char *label = mem_format("%s baseline", workload->name);
    enum err err = ERR_OK;
    load->progress.label = label;
    for (size_t i = 0; i < workload->scenario_count && err == ERR_OK; i++) {
        struct schedule schedule;
        if (!baseline_wants(workload, i) || load->end.interrupted) {
            continue;
        }
        if (load->baseline == NULL) {
            load->baseline = record_new(workload, NULL, 0);
        }
        baseline_schedule(workload, i, &schedule);
        const struct driver_plan driver = {
            .scenario = i, .schedule = &schedule, .flow = workload->scenario[i].flow, .after = -1
        };
        struct engine_plan plan = engine_plan_of(load, &driver, 1);
        plan.pause = workload->baseline.has_pause ? &workload->baseline.pause : NULL;
        plan.brief = true;
        err = engine_run(load->loop, &plan, load->baseline, &load->end, msg);
        load->next_serial = load->end.next_serial;
    }
    progress_clear(&load->progress);
    load->progress.label = workload->name;
    free(label);
    return err;
}

static double planned_seconds(const struct workload *workload)
{
    uint64_t end_ns = 0;
    for (size_t i = 0; i < workload->scenario_count; i++) {
        uint64_t ns = workload_end_ns(workload, i);
        end_ns = ns > end_ns ? ns : end_ns;
    }
    return (double)end_ns / (double)NS_PER_S;
}

/* How often the workload of that name is in the result: twice when it was named twice. */
static int times_told(const struct run *run, const char *name)
{
    int times = 0;
    const cJSON *workload = NULL;
    cJSON_ArrayForEach (workload, run->workloads) {
        times += strcmp(json_text(workload, "name"), name) == 0 ? 1 : 0;
    }
    return times;
}

/* When the load begins, on the clock that all programs of the machine share: what others measure
 * meanwhile is laid beside the timeline by it. Whoever waits for the load waits for the file. */
static enum err tell_start(const struct load *load, struct err_msg *msg)
{
    const struct run *run = load->run;
    int before = times_told(run, load->workload->name);
    char *name = before > 0 ? mem_format("raw/%s-%d-start.json", load->workload->name, before + 1)
                            : mem_format("raw/%s-start.json", load->workload->name);
    char *path = result_path(&run->result, name);
    cJSON *root = json_new_object();
    json_add_number(root, "monotonic_s", (double)clock_now_ns() / (double)NS_PER_S);
    enum err err = json_write_file(path, root, msg);
    cJSON_Delete(root);
    free(path);
    free(name);
    return err;
}

static struct watcher *watcher_of(const struct load *load)
{
    const struct stress_plan *plan = load->run->plan;
    const struct watcher_plan watcher = {
        .loop = load->loop,
        .conninfo = plan->watch_ms > 0 ? plan->conninfo : NULL,
        .why_not = plan->conninfo == NULL ? "no database was named (--database-url)"
                                          : "it was not wanted (--no-watch)",
        .interval_ms = plan->watch_ms,
        .pool_limit = plan->pool_limit,
    };
    return watcher_new(&watcher);
}

static enum err apply_load(struct load *load, struct err_msg *msg)
{
    const struct workload *workload = load->workload;
    struct driver_plan drivers[WORKLOAD_SCENARIOS_MAX];
    struct host_reading before;
    struct host_reading after;
    for (size_t i = 0; i < workload->scenario_count; i++) {
        drivers[i] = (struct driver_plan){ .scenario = i,
                                           .schedule = &workload->scenario[i].schedule,
                                           .flow = workload->scenario[i].flow,
                                           .after = workload->scenario[i].after };
    }
    load->record = record_new(workload, load->run->plan->tag, load->run->plan->tag_count);
    load->record->out = load->run->out;
    load->progress.total_s = planned_seconds(workload);
    const struct engine_plan plan = engine_plan_of(load, drivers, workload->scenario_count);
    load->watcher = watcher_of(load);
    clock_iso(load->started_at);
    enum err err = tell_start(load, msg);
    if (err != ERR_OK) {
        return err;
    }
    watcher_start(load->watcher);
    host_read(&before);
    err = crew_run(load->loop, &plan, load->run->plan->threads, load->record, &load->end, msg);
    host_read(&after);
    host_noise_between(&before, &after, &load->noise);
    watcher_stop(load->watcher);
    progress_clear(&load->progress);
    return err;
}

static enum err write_raw(const struct run *run, const struct workload *workload, const char *kind,
                          cJSON *root, struct err_msg *msg)
{
    int times = times_told(run, workload->name);
    char *name = times > 1 ? mem_format("raw/%s-%d-%s.json.gz", workload->name, times, kind)
                           : mem_format("raw/%s-%s.json.gz", workload->name, kind);
    char *path = result_path(&run->result, name);
    enum err err = json_write_file(path, root, msg);
    cJSON_Delete(root);
    free(path);
    free(name);
    return err;
}

static enum err write_looks(const struct load *load, struct err_msg *msg)
{
    cJSON *looks = watcher_raw_json(load->watcher);
    return looks != NULL ? write_raw(load->run, load->workload, "database", looks, msg) : ERR_OK;
}

static enum err keep(struct load *load, struct err_msg *msg)
{
    struct run *run = load->run;
    const struct workload *workload = load->workload;
    struct verdicts *verdicts = mem_new(sizeof *verdicts);
    const struct verdicts_input input = {
        .workload = workload,
        .load = load->record,
        .baseline = load->baseline,
        .seconds = load->end.seconds > 0 ? load->end.seconds : 1e-9,
        .cpu_share = load->noise.self_share / run->plan->threads,
        .tolerated_5xx = run->plan->tolerated_5xx,
        .restarted = load->end.server_went_away,
        .thresholds = run->plan->thresholds,
    };
    verdicts_find(&input, verdicts);
    const struct integrity_plan integrity = {
        .conninfo = run->plan->conninfo,
        .workload = workload,
        .run = run->name,
        .ledger = &load->ledger,
    };
    cJSON *findings = NULL;
    integrity_check(&integrity, &findings);
    const char *state = load->end.interrupted ? "interrupted"
                        : load->end.aborted   ? "aborted"
                                              : "complete";
    const struct stress_measured measured = {
        .workload = workload,
        .load = load->record,
        .baseline = load->baseline,
        .end = &load->end,
        .verdicts = verdicts,
        .noise = &load->noise,
        .started_at = load->started_at,
        .state = state,
        .reason = load->end.interrupted ? "a signal came"
                  : load->end.aborted   ? "a threshold with abortOnFail failed"
                                        : NULL,
        .integrity = findings,
        .database = watcher_json(load->watcher),
        .stat = run->plan->stat,
        .stat_count = run->plan->stat_count,
    };
    json_push_node(run->workloads, stress_json_workload(&measured));
    free(verdicts);
    enum err err = write_raw(run, workload, "timeline", stress_json_timeline(load->record), msg);
    if (err == ERR_OK) {
        err = write_raw(run, workload, "series", stress_json_series(load->record), msg);
    }
    if (err == ERR_OK) {
        err = write_looks(load, msg);
    }
    if (err == ERR_OK && load->baseline != NULL) {
        err = write_raw(run, workload, "baseline", stress_json_series(load->baseline), msg);
    }
    return err;
}

static enum err drive(struct load *load, struct err_msg *msg)
{
    struct run *run = load->run;
    enum err err = ask_alive(load, msg);
    if (err == ERR_OK) {
        err = upload_files_make(load->workload, run->plan->seed, &load->files, msg);
    }
    if (err == ERR_OK && run->out != NULL) {
        k6_json_workload(run->out, load->workload);
        load->flush = loop_timer_new(load->loop, on_flush, load);
        on_flush(load);
    }
    if (err == ERR_OK && run->plan->baseline) {
        err = measure_baseline(load, msg);
    }
    if (err == ERR_OK && load->end.interrupted) {
        return err_set(msg, ERR_INTERRUPTED, "interrupted while the baseline was measured");
    }
    if (err == ERR_OK) {
        err = apply_load(load, msg);
    }
    if (err == ERR_OK) {
        run->interrupted = load->end.interrupted;
        err = keep(load, msg);
    }
    return err;
}

static enum err run_workload(struct run *run, struct workload *workload, struct err_msg *msg)
{
    const struct stress_plan *plan = run->plan;
    struct load load = { .run = run,
                         .workload = workload,
                         .progress = { .shown = plan->progress, .label = workload->name } };
    enum err err = plan->reset != NULL ? plan->reset(plan->reset_arg, msg) : ERR_OK;
    if (err == ERR_OK) {
        err = loop_new(&load.loop, msg);
    }
    if (err == ERR_OK) {
        log_info("%s: %s", workload->name, workload->summary);
        load.base = base_of(run, workload);
        err = drive(&load, msg);
        loop_timer_free(load.flush);
        watcher_free(load.watcher);
        loop_free(load.loop);
    }
    record_free(load.record);
    record_free(load.baseline);
    ledger_release(&load.ledger);
    upload_files_release(&load.files);
    free(load.base);
    return err;
}

static enum err run_all(struct run *run, struct err_msg *msg)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < run->plan->workload_count && err == ERR_OK; i++) {
        err = run_workload(run, run->plan->workload[i], msg);
        if (err == ERR_OK && run->interrupted) {
            err = err_set(msg, ERR_INTERRUPTED,
                          "interrupted: the result holds what was measured until then");
        }
    }
    return err;
}

static enum verdict worst_verdict(const cJSON *workloads, bool *any)
{
    enum verdict worst = VERDICT_FINE;
    const cJSON *workload = NULL;
    *any = false;
    cJSON_ArrayForEach (workload, workloads) {
        enum verdict verdict;
        const char *name = json_text(workload, "verdict");
        if (name != NULL && verdict_from_name(name, &verdict)) {
            worst = verdict_worse(worst, verdict);
            *any = true;
        }
    }
    return worst;
}

/* Writes result.json whatever came before; the first error is the one that is told. */
static enum err finish(struct run *run, enum err err, struct err_msg *msg,
                       struct stress_outcome *out)
{
    struct err_msg second = { "" };
    bool any = false;
    const char *state = err == ERR_OK            ? "complete"
                        : err == ERR_INTERRUPTED ? "interrupted"
                                                 : "failed";
    if (run->out != NULL) {
        enum err closed = k6_json_close(run->out, &second);
        if (err == ERR_OK && closed != ERR_OK) {
            err = closed;
            *msg = second;
            state = "failed";
        }
    }
    enum verdict verdict = worst_verdict(run->workloads, &any);
    if (any) {
        json_add_text(run->section, "verdict", verdict_name(verdict));
    }
    enum err written =
        result_end(&run->result, run->section, state, err == ERR_OK ? NULL : msg->text, &second);
    if (written == ERR_OK) {
        written = result_read(run->result.dir, &out->result, &second);
    }
    if (err == ERR_OK && written != ERR_OK) {
        err = written;
        *msg = second;
    }
    out->dir = mem_dup_str(run->result.dir);
    return err;
}

static enum err load_data(const struct stress_plan *plan, struct err_msg *msg)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < plan->workload_count && err == ERR_OK; i++) {
        err = data_load(&plan->workload[i]->data, plan->data_dir, msg);
    }
    return err;
}

static void name_run(struct run *run)
{
    (void)snprintf(run->name, sizeof run->name, "%08" PRIx32, (uint32_t)rng_entropy());
}

enum err stress_run(const struct stress_plan *plan, struct stress_outcome *out, struct err_msg *msg)
{
    struct run run = { .plan = plan };
    *out = (struct stress_outcome){ .result = NULL };
    enum err err = take_target(&run, msg);
    if (err == ERR_OK) {
        err = load_data(plan, msg);
    }
    if (err == ERR_OK) {
        err = result_begin(plan->runs_dir, "stress", plan->options, &run.result, msg);
    }
    if (err != ERR_OK) {
        free(run.origin);
        return err;
    }
    name_run(&run);
    run.section = json_new_object();
    json_add_text(run.section, "target", run.origin);
    json_add_text(run.section, "run", run.name);
    json_add_number(run.section, "seed", (double)plan->seed);
    run.workloads = json_add_array(run.section, "workloads");
    if (plan->out_path != NULL) {
        err = k6_json_open(plan->out_path, &run.out, msg);
    }
    if (err == ERR_OK) {
        err = run_all(&run, msg);
    }
    err = finish(&run, err, msg, out);
    result_release(&run.result);
    free(run.origin);
    return err;
}

void stress_outcome_release(struct stress_outcome *outcome)
{
    cJSON_Delete(outcome->result);
    free(outcome->dir);
    *outcome = (struct stress_outcome){ .result = NULL };
}
