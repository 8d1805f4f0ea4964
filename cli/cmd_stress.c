/* tmscdp stress: loads the chat's API as k6 would, and says what that did to it. */
#include <inttypes.h>
#include <stdio.h>

#include "backend/outline.h"
#include "backend/stress.h"
#include "backend/watcher.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/terminal.h"
#include "cli/command.h"
#include "cli/shared_options.h"
#include "cli/stress_database.h"
#include "cli/stressed.h"
#include "reports/k6_summary.h"

#define NOT_GIVEN UINT64_MAX
#define SEED_BITS 53 /* so that the number survives JSON */

static struct {
    uint64_t vus;
    uint64_t duration_ms;
    uint64_t iterations;
    struct option_list stages;
    const char *timeout;
    const char *api_url;
    struct option_list allowed_hosts;
    const char *data_dir;
    const char *runs_dir;
    const char *database_url;
    uint64_t watch_ms;
    bool no_watch;
    uint64_t pool_size;
    bool reset;
    uint64_t seeded_seed;
    uint64_t seeded_reactions;
    bool list;
    bool dry_run;
    struct option_list tags;
    struct option_list env;
    uint64_t threads;
    uint64_t seed;
    uint64_t tolerated_5xx;
    bool no_baseline;
    bool no_thresholds;
    struct option_list out;
    const char *summary_export;
    const char *trend_stats;
    bool json;
    bool soft_fail;
    bool quiet;
    bool verbose;
} given;

static const struct option_spec specs[] = {
    { OPTION_FLAG, "list", 0, NULL, NULL, "List the scenarios in the program and end.",
      &given.list },
    { OPTION_FLAG, "dry-run", 0, NULL, NULL, "Say what would be done, and end.", &given.dry_run },
    { OPTION_HEADING, "The load, instead of the scenario's own", 0, NULL, NULL, NULL, NULL },
    { OPTION_COUNT, "vus", 'u', "N", NULL, "So many virtual users.", &given.vus },
    { OPTION_DURATION, "duration", 'd', "TIME", NULL, "For so long.", &given.duration_ms },
    { OPTION_COUNT, "iterations", 'i', "N", NULL, "So many iterations, shared by the VUs.",
      &given.iterations },
    { OPTION_LIST, "stage", 's', "TIME:VUS", NULL, "Ramp to so many VUs in that time; repeatable.",
      &given.stages },
    { OPTION_TEXT, "timeout", 0, "TIME", NULL, "Time-out of every request.", &given.timeout },
    { OPTION_COUNT, "threads", 0, "N", NULL,
      "Generate the load in N threads, 1 to 64 (default 1: enough for 20,000 requests a second).",
      &given.threads },
    { OPTION_HEADING, "The chat", 0, NULL, NULL, NULL, NULL },
    { OPTION_TEXT, "api-url", 0, "URL", "BASE_URL",
      "The API; with a path, that is where it begins (default http://127.0.0.1:8000).",
      &given.api_url },
    SHARED_LOADED_HOST(&given.allowed_hosts),
    SHARED_DATA_DIR(&given.data_dir),
    { OPTION_LIST, "env", 'e', "NAME=VALUE", NULL,
      "A variable of the environment, like CONV_ID or POLL_ID; repeatable.", &given.env },
    { OPTION_HEADING, "The chat's database", 0, NULL, NULL, NULL, NULL },
    { OPTION_TEXT, "database-url", 0, "URL", "DATABASE_URL",
      "Watched during a load, and asked for lost messages and double votes after it.",
      &given.database_url },
    { OPTION_DURATION, "watch-interval", 0, "TIME", NULL,
      "How often its sessions and locks are looked at, 20ms to 10s (default 100ms).",
      &given.watch_ms },
    { OPTION_FLAG, "no-watch", 0, NULL, NULL, "Do not look at it during the load.",
      &given.no_watch },
    { OPTION_COUNT, "pool-size", 0, "N", NULL,
      "Connections that the chat may open to it, overflow included: when all are used, it shows.",
      &given.pool_size },
    { OPTION_FLAG, "reset", 0, NULL, NULL,
      "Before each scenario, remove what earlier runs left: answers grow with it.", &given.reset },
    SHARED_SEEDED_SEED(&given.seeded_seed),
    SHARED_SEEDED_REACTIONS(&given.seeded_reactions),
    { OPTION_HEADING, "Judging", 0, NULL, NULL, NULL, NULL },
    { OPTION_FLAG, "no-thresholds", 0, NULL, NULL, "Do not evaluate thresholds.",
      &given.no_thresholds },
    { OPTION_FLAG, "no-baseline", 0, NULL, NULL, "Measure no baseline, and give no verdict.",
      &given.no_baseline },
    { OPTION_COUNT, "tolerate-5xx", 0, "N", NULL,
      "So many 5xx answers in a band are not yet Crashes (default 0).", &given.tolerated_5xx },
    { OPTION_HEADING, "Results", 0, NULL, NULL, NULL, NULL },
    { OPTION_LIST, "out", 'o', "json=FILE", NULL,
      "Every sample in k6's NDJSON; gzipped when FILE ends in .gz.", &given.out },
    { OPTION_TEXT, "summary-export", 0, "FILE", NULL, "The summary in k6's JSON shape.",
      &given.summary_export },
    { OPTION_TEXT, "summary-trend-stats", 0, "LIST", NULL,
      "Columns of a trend (default \"avg,min,med,max,p(90),p(95)\").", &given.trend_stats },
    { OPTION_LIST, "tag", 0, "NAME=VALUE", NULL, "A tag for every sample; repeatable.",
      &given.tags },
    { OPTION_COUNT, "seed", 0, "N", NULL,
      "Of all random choices (default: a new one, in the "
      "result).",
      &given.seed },
    SHARED_RUNS_DIR(&given.runs_dir),
    SHARED_JSON(&given.json),
    SHARED_SOFT_FAIL(&given.soft_fail),
    { OPTION_FLAG, "quiet", 'q', NULL, NULL, "No live line; only errors on stderr.", &given.quiet },
    SHARED_VERBOSE(&given.verbose),
};

static const struct command_line line = {
    .usage = "tmscdp stress SCENARIO… [options]",
    .about =
        "Applies loads to the chat's API: how it answers from a few virtual users to many, judged\n"
        "against a baseline that is measured first in the same run. A scenario is one of those in\n"
        "the program (--list) or a JSON file of the same form.",
    .notes =
        "Exit codes: 0 pass, 99 a threshold failed, a verdict is Crashes or the database lost its\n"
        "integrity, 111 NO DATA or inconclusive (the generator was the bottleneck), 105 interrupted,\n"
        "107 the server does not answer, 112 refused: the target is not on this machine.\n\n"
        "Example:\n"
        "  tmscdp stress poll-vote --vus 5 --duration 5s",
    .specs = specs,
    .spec_count = sizeof specs / sizeof specs[0],
};

static void set_defaults(void)
{
    memset(&given, 0, sizeof given);
    given.duration_ms = NOT_GIVEN;
    given.seed = NOT_GIVEN;
    given.seeded_seed = 1;
    given.threads = 1;
    given.watch_ms = WATCHER_INTERVAL_MS;
    given.api_url = "http://127.0.0.1:8000";
    given.data_dir = "data";
    given.runs_dir = "data/runs";
}

/* Everything that the plan borrows and the command owns. */
struct holdings {
    cJSON *options;
    char *tag_text[STRESS_TAGS_MAX];
    char *stat_text;
    struct stress_database database;
    struct strbuf conninfo;
    const char *stats[STRESS_STATS_MAX + 1];
};

static enum err split_pair(const char *option, const char *text, char **copy, const char **value,
                           struct err_msg *msg)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        return err_set(msg, ERR_USAGE, "--%s %s: must be NAME=VALUE", option, text);
    }
    *copy = mem_dup_str(text);
    (*copy)[equals - text] = '\0';
    *value = *copy + (equals - text) + 1;
    return ERR_OK;
}

static enum err take_env(struct err_msg *msg)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < given.env.count && err == ERR_OK; i++) {
        char *name = NULL;
        const char *value = "";
        err = split_pair("env", given.env.item[i], &name, &value, msg);
        if (err == ERR_OK && setenv(name, value, 1) != 0) {
            err = err_set(msg, ERR_USAGE, "--env %s: no such name is possible", given.env.item[i]);
        }
        free(name);
    }
    return err;
}

static enum err take_tags(struct stress_plan *plan, struct holdings *own, struct err_msg *msg)
{
    enum err err = ERR_OK;
    if (given.tags.count > STRESS_TAGS_MAX) {
        return err_set(msg, ERR_USAGE, "--tag: at most %zu", STRESS_TAGS_MAX);
    }
    for (size_t i = 0; i < given.tags.count && err == ERR_OK; i++) {
        const char *value = NULL;
        err = split_pair("tag", given.tags.item[i], &own->tag_text[i], &value, msg);
        if (err == ERR_OK) {
            plan->tag[plan->tag_count++] = (struct tag){ own->tag_text[i], value };
        }
    }
    return err;
}

static enum err take_stats(struct stress_plan *plan, struct holdings *own, struct err_msg *msg)
{
    size_t count = 0;
    if (given.trend_stats == NULL) {
        for (; k6_summary_stats[count] != NULL; count++) {
            own->stats[count] = k6_summary_stats[count];
        }
        return ERR_OK;
    }
    own->stat_text = mem_dup_str(given.trend_stats);
    for (char *word = own->stat_text; word != NULL;) {
        char *comma = strchr(word, ',');
        double percent = -1;
        if (comma != NULL) {
            *comma = '\0';
        }
        if (count == STRESS_STATS_MAX || !k6_summary_stat(word, &percent)) {
            return err_set(msg, ERR_USAGE,
                           "--summary-trend-stats: \"%s\" must be avg, min, med, max, count or "
                           "p(N), at most %zu of them",
                           word, STRESS_STATS_MAX);
        }
        if (percent >= 0) {
            plan->stat[plan->stat_count++] = percent;
        }
        own->stats[count++] = word;
        word = comma != NULL ? comma + 1 : NULL;
    }
    return ERR_OK;
}

static enum err take_out(struct stress_plan *plan, struct err_msg *msg)
{
    static const char prefix[] = "json=";
    for (size_t i = 0; i < given.out.count; i++) {
        const char *text = given.out.item[i];
        if (strncmp(text, prefix, sizeof prefix - 1) != 0 || text[sizeof prefix - 1] == '\0' ||
            plan->out_path != NULL) {
            return err_set(msg, ERR_USAGE, "--out %s: must be json=FILE, once", text);
        }
        plan->out_path = text + sizeof prefix - 1;
    }
    return ERR_OK;
}

static enum err load_workloads(const char *const *names, size_t count, struct stress_plan *plan,
                               struct err_msg *msg)
{
    const struct overrides overrides = {
        .vus = given.vus,
        .has_duration = given.duration_ms != NOT_GIVEN,
        .duration_ms = given.duration_ms,
        .iterations = given.iterations,
        .stages = &given.stages,
        .timeout_text = given.timeout,
    };
    struct strbuf mistakes = STRBUF_INIT;
    enum err err = ERR_OK;
    if (count == 0 || count > STRESS_WORKLOADS_MAX) {
        return err_set(msg, ERR_USAGE, "name a scenario, at most %zu; --list shows them",
                       STRESS_WORKLOADS_MAX);
    }
    for (size_t i = 0; i < count && err == ERR_OK; i++) {
        err = workload_load(names[i], &plan->workload[i], &mistakes, msg);
        if (err == ERR_OK) {
            plan->workload_count++;
            err = overrides_apply(&overrides, plan->workload[i], msg);
        }
    }
    if (mistakes.len > 0) {
        (void)fputs(strbuf_text(&mistakes), stderr);
    }
    strbuf_release(&mistakes);
    return err;
}

static enum err take_database(struct stress_plan *plan, struct holdings *own, struct err_msg *msg)
{
    own->database = (struct stress_database){
        .url = given.database_url,
        .data_dir = given.data_dir,
        .allowed_hosts = &given.allowed_hosts,
        .seed = given.seeded_seed,
        .reactions = given.seeded_reactions,
        .watch_ms = given.watch_ms,
        .no_watch = given.no_watch,
        .pool_size = given.pool_size,
    };
    enum err err = stress_database_watch(&own->database, plan, msg);
    if (given.reset) {
        plan->reset = stress_database_reset;
        plan->reset_arg = &own->database;
    }
    if (err == ERR_OK && (given.reset || stress_database_is_named(&own->database))) {
        err = stress_database_conninfo(&own->database, &own->conninfo, msg);
        plan->conninfo = strbuf_text(&own->conninfo);
    }
    return err;
}

static cJSON *describe_options(const struct stress_plan *plan)
{
    cJSON *node = json_new_object();
    cJSON *names = json_add_array(node, "scenarios");
    for (size_t i = 0; i < plan->workload_count; i++) {
        json_push_text(names, plan->workload[i]->name);
    }
    json_add_text(node, "api_url", plan->target);
    if (given.vus > 0) {
        json_add_number(node, "vus", (double)given.vus);
    }
    if (given.duration_ms != NOT_GIVEN) {
        json_add_number(node, "duration_ms", (double)given.duration_ms);
    }
    if (given.iterations > 0) {
        json_add_number(node, "iterations", (double)given.iterations);
    }
    if (given.stages.count > 0) {
        cJSON *stages = json_add_array(node, "stages");
        for (size_t i = 0; i < given.stages.count; i++) {
            json_push_text(stages, given.stages.item[i]);
        }
    }
    if (given.timeout != NULL) {
        json_add_text(node, "timeout", given.timeout);
    }
    json_add_number(node, "threads", (double)given.threads);
    json_add_number(node, "watch_ms", (double)plan->watch_ms);
    if (plan->pool_limit > 0) {
        json_add_number(node, "pool_size", plan->pool_limit);
    }
    json_add_bool(node, "reset", given.reset);
    cJSON *tags = json_add_object(node, "tags");
    for (size_t i = 0; i < plan->tag_count; i++) {
        json_add_text(tags, plan->tag[i].name, plan->tag[i].value);
    }
    json_add_bool(node, "baseline", plan->baseline);
    json_add_bool(node, "thresholds", plan->thresholds);
    json_add_number(node, "tolerate_5xx", (double)plan->tolerated_5xx);
    json_add_number(node, "seed", (double)plan->seed);
    return node;
}

static enum err check_threads(struct err_msg *msg)
{
    if (given.threads < 1 || given.threads > STRESS_THREADS_MAX) {
        return err_set(msg, ERR_USAGE, "--threads %" PRIu64 ": must be 1 to %" PRIu32,
                       given.threads, STRESS_THREADS_MAX);
    }
    if (given.threads > 1 && given.out.count > 0) {
        return err_set(msg, ERR_USAGE,
                       "--out writes the samples of one thread: leave --threads out");
    }
    return ERR_OK;
}

static enum err make_plan(const char *const *names, size_t count, struct stress_plan *plan,
                          struct holdings *own, struct err_msg *msg)
{
    enum err err = load_workloads(names, count, plan, msg);
    if (err == ERR_OK) {
        err = take_env(msg);
    }
    if (err == ERR_OK) {
        err = take_tags(plan, own, msg);
    }
    if (err == ERR_OK) {
        err = take_stats(plan, own, msg);
    }
    if (err == ERR_OK) {
        err = take_out(plan, msg);
    }
    if (err == ERR_OK) {
        err = take_database(plan, own, msg);
    }
    if (err == ERR_OK) {
        err = check_threads(msg);
    }
    plan->target = given.api_url;
    plan->allowed_hosts = &given.allowed_hosts;
    plan->data_dir = given.data_dir;
    plan->runs_dir = given.runs_dir;
    plan->seed = given.seed != NOT_GIVEN ? given.seed : rng_entropy() >> (64U - SEED_BITS);
    plan->tolerated_5xx = given.tolerated_5xx;
    plan->threads = (uint32_t)given.threads;
    plan->baseline = !given.no_baseline;
    plan->thresholds = !given.no_thresholds;
    plan->progress = !given.quiet && terminal_redraws();
    own->options = describe_options(plan);
    plan->options = own->options;
    return err;
}

static int list_workloads(void)
{
    const char *const *names = workload_names();
    struct strbuf text = STRBUF_INIT;
    struct strbuf mistakes = STRBUF_INIT;
    struct err_msg msg = { "" };
    int code = EXIT_PASS;
    for (size_t i = 0; names[i] != NULL && code == EXIT_PASS; i++) {
        struct workload *workload = NULL;
        enum err err = workload_load(names[i], &workload, &mistakes, &msg);
        if (err == ERR_OK) {
            outline_line(workload, &text);
            workload_free(workload);
        } else {
            code = command_fail("stress", err, &msg);
        }
    }
    (void)fputs(strbuf_text(&text), stdout);
    strbuf_release(&text);
    strbuf_release(&mistakes);
    return code;
}

static int tell_plan(const struct stress_plan *plan)
{
    struct strbuf text = STRBUF_INIT;
    for (size_t i = 0; i < plan->workload_count; i++) {
        outline_write(plan->workload[i], &text);
        strbuf_add_str(&text, i + 1 < plan->workload_count ? "\n" : "");
    }
    (void)fputs(strbuf_text(&text), stdout);
    strbuf_release(&text);
    return EXIT_PASS;
}

static int stress_and_tell(const struct stress_plan *plan, const struct holdings *own)
{
    struct err_msg msg = { "" };
    struct stress_outcome outcome = { NULL, NULL };
    enum err err = stress_run(plan, &outcome, &msg);
    int code = err != ERR_OK ? command_fail("stress", err, &msg) : EXIT_PASS;
    if (outcome.result != NULL) {
        stressed_print(outcome.dir, outcome.result, own->stats, given.json);
    }
    if (outcome.result != NULL && given.summary_export != NULL) {
        enum err exported = stressed_export(outcome.result, given.summary_export, &msg);
        if (exported != ERR_OK && err == ERR_OK) {
            err = exported;
            code = command_fail("stress", err, &msg);
        }
    }
    if (err == ERR_OK) {
        code = stressed_exit_code(outcome.result, given.soft_fail);
    }
    stress_outcome_release(&outcome);
    return code;
}

static void release(struct stress_plan *plan, struct holdings *own)
{
    for (size_t i = 0; i < plan->workload_count; i++) {
        workload_free(plan->workload[i]);
    }
    for (size_t i = 0; i < STRESS_TAGS_MAX; i++) {
        free(own->tag_text[i]);
    }
    free(own->stat_text);
    strbuf_release(&own->conninfo);
    cJSON_Delete(own->options);
}

static int run(int argc, char **argv)
{
    struct err_msg msg = { "" };
    int code = EXIT_PASS;
    const char **operands = mem_new_array((size_t)argc, sizeof *operands);
    size_t operand_count = 0;
    set_defaults();
    bool go_on = command_parse(&line, argc, argv, operands, &operand_count, &code);
    if (go_on && given.list) {
        code = list_workloads();
    } else if (go_on) {
        struct stress_plan plan = { .workload_count = 0 };
        struct holdings own = { .options = NULL };
        log_set_level(given.quiet ? LOG_QUIET : given.verbose ? LOG_VERBOSE : LOG_NORMAL);
        enum err err = make_plan(operands, operand_count, &plan, &own, &msg);
        if (err != ERR_OK) {
            code = command_fail("stress", err, &msg);
        } else {
            code = given.dry_run ? tell_plan(&plan) : stress_and_tell(&plan, &own);
        }
        release(&plan, &own);
    }
    free(operands);
    return code;
}

const struct command cmd_stress = {
    .name = "stress",
    .summary = "Load the chat's API and judge how it holds",
    .run = run,
};
