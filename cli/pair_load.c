#include "cli/pair_load.h"

#include <inttypes.h>
#include <stdio.h>

#include "backend/workload.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "cli/child.h"

#define GOODBYE_MS    20000U
#define BEGIN_S       240
#define LOG_BYTES     ((size_t)16 * 1024 * 1024)
#define START_BYTES   ((size_t)4096)
#define MIX_FILE      "mix.json"
#define LOG_FILE      "load.log"
#define START_FILE    "raw/mix-start.json"
#define MAKING_FOLDER "load.making"

/* Reads the mix as the child will, so that its mistakes are told here, all of them. */
static enum err check(const char *path, struct err_msg *msg)
{
    struct workload *workload = NULL;
    struct strbuf mistakes = STRBUF_INIT;
    enum err err = workload_load(path, &workload, &mistakes, msg);
    if (mistakes.len > 0) {
        (void)fputs(strbuf_text(&mistakes), stderr);
    }
    if (err == ERR_OK) {
        workload_free(workload);
    }
    strbuf_release(&mistakes);
    return err;
}

static enum err write_mix(const struct pair_load_plan *plan, bool baseline, const char *path,
                          struct err_msg *msg)
{
    const struct mix_shape shape = { .vus = plan->vus,
                                     .duration_ms = plan->most_ms,
                                     .baseline = baseline };
    cJSON *mix = NULL;
    enum err err = mix_make(plan->names, plan->count, &shape, &mix, msg);
    if (err == ERR_OK) {
        err = json_write_file(path, mix, msg);
    }
    cJSON_Delete(mix);
    return err == ERR_OK ? check(path, msg) : err;
}

struct beginning {
    struct pair_load *load;
    bool begun;
};

/* The child makes one run directory; in it a file appears when the load begins. */
static bool has_begun(void *arg)
{
    struct beginning *beginning = arg;
    struct err_msg unused;
    char *made = NULL;
    if (result_newest(beginning->load->making, &made, &unused) != ERR_OK) {
        return false;
    }
    char *path = file_join(made, START_FILE);
    cJSON *root = NULL;
    if (file_exists(path) && json_read_file(path, START_BYTES, &root, &unused) == ERR_OK) {
        beginning->load->start_s = json_number(root, "monotonic_s", 0.0);
        beginning->begun = true;
    }
    cJSON_Delete(root);
    free(path);
    free(made);
    return beginning->begun;
}

static enum err explain_end(const struct result_run *run, const struct pair_load *load,
                            struct err_msg *msg)
{
    struct strbuf log = STRBUF_INIT;
    struct err_msg unread;
    char end[160];
    char *path = result_path(run, LOG_FILE);
    process_describe_end(&load->process, end, sizeof end);
    enum err err =
        err_set(msg, ERR_UNREACHABLE, "the load %s before it had begun; see %s", end, path);
    if (file_read(path, LOG_BYTES, &log, &unread) == ERR_OK) {
        const char *last = NULL;
        for (const char *at = strbuf_text(&log); (at = strstr(at, "tmscdp: ")) != NULL; at += 8) {
            last = at + 8;
        }
        if (last != NULL) {
            err = err_set(msg, ERR_UNREACHABLE, "the load %s before it had begun: %.*s", end,
                          (int)strcspn(last, "\n"), last);
        }
    }
    strbuf_release(&log);
    free(path);
    return err;
}

static enum err start(struct loop *loop, const struct pair_load_plan *plan,
                      const struct result_run *run, const char *mix, struct pair_load *load,
                      struct err_msg *msg)
{
    struct child_words words = { NULL, 0, 0 };
    struct beginning beginning = { .load = load };
    const struct child_watch watch = { .enough = has_begun, .arg = &beginning };
    char *log = result_path(run, LOG_FILE);
    child_words_add(&words, "stress");
    child_words_add(&words, mix);
    child_words_addf(&words, "--api-url=%s", plan->api_url);
    child_words_addf(&words, "--data-dir=%s", plan->data_dir);
    child_words_addf(&words, "--runs-dir=%s", load->making);
    for (size_t i = 0; i < plan->allowed_hosts->count; i++) {
        child_words_addf(&words, "--allow-host=%s", plan->allowed_hosts->item[i]);
    }
    enum err err = child_start(&load->process, &words, log, msg);
    if (err == ERR_OK) {
        err = child_wait(loop, &load->process, &watch, clock_now_ns() + BEGIN_S * NS_PER_S, msg);
    }
    if (err == ERR_OK && !beginning.begun) {
        err = explain_end(run, load, msg);
    } else if (err == ERR_TIMEOUT) {
        err = err_set(msg, ERR_UNREACHABLE, "the load's baseline was not measured within %d s",
                      BEGIN_S);
    }
    child_words_release(&words);
    free(log);
    return err;
}

enum err pair_load_begin(struct loop *loop, const struct pair_load_plan *plan,
                         const struct result_run *run, bool baseline, struct pair_load *load,
                         struct err_msg *msg)
{
    char *mix = result_path(run, MIX_FILE);
    *load = (struct pair_load){ .making = result_path(run, MAKING_FOLDER) };
    enum err err = write_mix(plan, baseline, mix, msg);
    if (err == ERR_OK) {
        err = start(loop, plan, run, mix, load, msg);
    }
    free(mix);
    return err;
}

bool pair_load_runs(struct pair_load *load)
{
    return load->process.guardian != 0 && !process_ended(&load->process);
}

static void read_result(const char *dir, const struct pair_load_plan *plan, cJSON *node)
{
    cJSON *result = NULL;
    struct err_msg unread = { "" };
    if (result_read(dir, &result, &unread) != ERR_OK) {
        json_add_text(node, "reason", unread.text);
        return;
    }
    const cJSON *workload = cJSON_GetArrayItem(json_at(result, "stress.workloads"), 0);
    if (workload == NULL) {
        json_add_text(node, "reason",
                      json_text(result, "reason") != NULL ? json_text(result, "reason")
                                                          : "the load left no figures");
    } else {
        json_add_node(node, "verdicts", mix_verdicts(workload, plan->names, plan->count));
        const cJSON *generator = json_at(workload, "generator");
        json_add_node(node, "generator",
                      generator != NULL ? cJSON_Duplicate(generator, true) : cJSON_CreateNull());
    }
    cJSON_Delete(result);
}

enum err pair_load_end(struct pair_load *load, const struct pair_load_plan *plan,
                       const struct result_run *run, const char *name, cJSON *node,
                       struct err_msg *msg)
{
    char *place = result_path(run, name);
    char *made = NULL;
    struct err_msg nothing;
    enum err err = ERR_OK;
    process_stop(&load->process, GOODBYE_MS);
    json_add_number(node, "start_s", load->start_s);
    if (load->making != NULL && result_newest(load->making, &made, &nothing) == ERR_OK) {
        if (rename(made, place) != 0) {
            err = err_set(msg, ERR_IO, "cannot move %s to %s", made, place);
        } else {
            json_add_text(node, "dir", name);
            read_result(place, plan, node);
        }
    }
    if (err == ERR_OK && load->making != NULL) {
        err = file_remove_tree(load->making, msg);
    }
    free(load->making);
    free(made);
    free(place);
    load->making = NULL;
    return err;
}
