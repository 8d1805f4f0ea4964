/* tmscdp run: the whole suite in one command, in its order, with one directory, one report and one
 * exit code. */
#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/url.h"
#include "cli/command.h"
#include "cli/run_suite.h"
#include "cli/shared_options.h"

#define STATE_FILE_BYTES ((size_t)1024 * 1024)

static struct {
    bool quick;
    bool plan;
    struct option_list only;
    struct option_list skip;
    const char *resume;
    bool fail_fast;
    bool seed;
    const char *messages;
    const char *client_url;
    const char *api_url;
    const char *chrome;
    struct option_list allowed_hosts;
    const char *data_dir;
    const char *runs_dir;
    const char *database_url;
    const char *secret_file;
    uint64_t seeded_seed;
    uint64_t seeded_reactions;
    bool json;
    bool soft_fail;
    bool quiet;
    bool verbose;
} given;

static const struct option_spec specs[] = {
    { OPTION_HEADING, "What is run", 0, NULL, NULL, NULL, NULL },
    { OPTION_FLAG, "plan", 0, NULL, NULL, "Say what would be run and how long it takes, and end.",
      &given.plan },
    { OPTION_FLAG, "quick", 0, NULL, NULL,
      "Shorter loads with fewer users, fewer messages: under 5 minutes.", &given.quick },
    { OPTION_LIST, "only", 0, "PARTS", NULL,
      "Only these parts, commas between; health, seed and report come along. Repeatable.",
      &given.only },
    { OPTION_LIST, "skip", 0, "PARTS", NULL, "All but these parts; repeatable.", &given.skip },
    { OPTION_TEXT, "continue", 0, "DIR", NULL,
      "Go on with an interrupted run: what is done in it is not repeated.", &given.resume },
    { OPTION_FLAG, "fail-fast", 0, NULL, NULL, "End after the first part that fails.",
      &given.fail_fast },
    { OPTION_FLAG, "seed", 0, NULL, NULL,
      "Seed anew in any case, also a database that is elsewhere or has users of its own.",
      &given.seed },
    { OPTION_HEADING, "The chat", 0, NULL, NULL, NULL, NULL },
    SHARED_CLIENT_URL(&given.client_url),
    { OPTION_TEXT, "api-url", 0, "URL", "BASE_URL", "The API (default http://127.0.0.1:8000).",
      &given.api_url },
    { OPTION_TEXT, "database-url", 0, "URL", "DATABASE_URL",
      "The chat's database: to seed, to reset between the parts, to look for lost messages; without "
      "a password on the command line.",
      &given.database_url },
    SHARED_LOADED_HOST(&given.allowed_hosts),
    { OPTION_TEXT, "data-dir", 0, "DIR", NULL, "Where seeding leaves its files (default data).",
      &given.data_dir },
    { OPTION_TEXT, "secret-file", 0, "FILE", NULL,
      "File with the secret that signs tokens (default: the environment's NEXTAUTH_SECRET).",
      &given.secret_file },
    { OPTION_COUNT, "seeded-seed", 0, "N", NULL, "The seed number (default 1).",
      &given.seeded_seed },
    { OPTION_COUNT, "seeded-reactions", 0, "N", NULL, "Seeded reactions on each image (default 0).",
      &given.seeded_reactions },
    { OPTION_HEADING, "The browser", 0, NULL, NULL, NULL, NULL },
    { OPTION_TEXT, "messages", 0, "LIST", NULL,
      "Numbers of loaded messages (default 50,150,200; quick 50,150).", &given.messages },
    SHARED_CHROME(&given.chrome),
    { OPTION_HEADING, "Results", 0, NULL, NULL, NULL, NULL },
    SHARED_RUNS_DIR(&given.runs_dir),
    SHARED_JSON(&given.json),
    SHARED_SOFT_FAIL(&given.soft_fail),
    { OPTION_FLAG, "quiet", 'q', NULL, NULL, "No progress; only errors on stderr.", &given.quiet },
    SHARED_VERBOSE(&given.verbose),
};

static const struct command_line line = {
    .usage = "tmscdp run [options]",
    .about =
        "The whole suite, part by part: health check, seeding when it is needed, sockets, sending,\n"
        "voting, reactions, media, files, the browser, and one report on all of them. Each part is a\n"
        "run of its own in a folder of the run's directory. A part that fails does not keep the\n"
        "others from running.",
    .notes =
        "The health check, the question whether to seed and the report are done in every go; every\n"
        "other part once.\n\n"
        "Exit codes: of all parts the first of 112 refused, 104 usage, 101/100 cleaning up or seeding\n"
        "failed, 107 could not be driven, 105 interrupted, 99 a verdict failed, 111 NO DATA. 0: all\n"
        "passed.\n\n"
        "Examples:\n"
        "  tmscdp run --plan --quick\n"
        "  tmscdp run --only poll-vote,browser\n"
        "  tmscdp run --continue data/runs/20260224-133710-run",
    .specs = specs,
    .spec_count = sizeof specs / sizeof specs[0],
};

static void set_defaults(void)
{
    memset(&given, 0, sizeof given);
    given.seeded_seed = 1;
    given.runs_dir = "data/runs";
}

/* Of a run that is continued: what it was begun with. */
struct resumed {
    struct result_run run;
    cJSON *state;
};

static void resumed_release(struct resumed *resumed)
{
    result_release(&resumed->run);
    cJSON_Delete(resumed->state);
}

static enum err open_resumed(const char *dir, struct resumed *out, struct err_msg *msg)
{
    out->run = (struct result_run){ .dir = mem_dup_str(dir), .start_ns = clock_now_ns() };
    char *head = result_path(&out->run, "run.json");
    char *state = result_path(&out->run, "state.json");
    enum err err = ERR_OK;
    if (!file_exists(head) || !file_exists(state)) {
        err = err_set(msg, ERR_USAGE,
                      "--continue %s: not the directory of a `tmscdp run`: it has run.json and "
                      "state.json",
                      dir);
    }
    if (err == ERR_OK) {
        err = result_read(head, &out->run.head, msg);
    }
    if (err == ERR_OK && (json_text(out->run.head, "command") == NULL ||
                          strcmp(json_text(out->run.head, "command"), "run") != 0 ||
                          json_text(out->run.head, "id") == NULL)) {
        err = err_set(
            msg, ERR_USAGE, "--continue %s: that is a run of `tmscdp %s`, not of `run`", dir,
            json_text(out->run.head, "command") != NULL ? json_text(out->run.head, "command")
                                                        : "?");
    }
    if (err == ERR_OK) {
        out->run.id = mem_dup_str(json_text(out->run.head, "id"));
        err = json_read_file(state, STATE_FILE_BYTES, &out->state, msg);
    }
    free(head);
    free(state);
    return err;
}

/* A continued run keeps what it was begun with; something else said now is a mistake, not a change.
 */
static enum err same_text(const char *option, const char **value, const cJSON *kept,
                          struct err_msg *msg)
{
    if (!cJSON_IsString(kept)) {
        return ERR_OK;
    }
    if (*value != NULL && strcmp(*value, kept->valuestring) != 0) {
        return err_set(msg, ERR_USAGE,
                       "--%s is %s, but the run that is continued was begun with %s", option,
                       *value, kept->valuestring);
    }
    *value = kept->valuestring;
    return ERR_OK;
}

static enum err take_kept(const cJSON *options, struct err_msg *msg)
{
    if (given.only.count + given.skip.count > 0 || given.plan) {
        return err_set(
            msg, ERR_USAGE,
            "--only, --skip and --plan do not go with --continue: the run keeps its parts");
    }
    given.quick = json_bool(options, "quick", false);
    given.seeded_seed = (uint64_t)json_number(options, "seeded_seed", 1);
    given.seeded_reactions = (uint64_t)json_number(options, "seeded_reactions", 0);
    const struct {
        const char *option;
        const char *field;
        const char **value;
    } texts[] = {
        { "client-url", "client_url", &given.client_url },
        { "api-url", "api_url", &given.api_url },
        { "data-dir", "data_dir", &given.data_dir },
        { "messages", "messages", &given.messages },
    };
    enum err err = ERR_OK;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && err == ERR_OK; i++) {
        err = same_text(texts[i].option, texts[i].value, json_at(options, texts[i].field), msg);
    }
    return err;
}

static void fill_in(void)
{
    given.client_url = given.client_url != NULL ? given.client_url : "http://127.0.0.1:3000";
    given.api_url = given.api_url != NULL ? given.api_url : "http://127.0.0.1:8000";
    given.data_dir = given.data_dir != NULL ? given.data_dir : "data";
    if (given.messages == NULL) {
        given.messages = given.quick ? "50,150" : "50,150,200";
    }
}

/* Before anything is touched, and before any part could find it out for itself. */
static enum err check_targets(struct err_msg *msg)
{
    const char *const texts[] = { given.api_url, given.client_url };
    const char *const options[] = { "--api-url", "--client-url" };
    enum err err = ERR_OK;
    for (size_t i = 0; i < 2 && err == ERR_OK; i++) {
        struct url url;
        err = url_parse(texts[i], options[i], &url, msg);
        if (err == ERR_OK) {
            err = url_allow(&url, &given.allowed_hosts, msg);
        }
    }
    return err;
}

static enum err check_database(const struct stress_database *database, struct err_msg *msg)
{
    struct strbuf conninfo = STRBUF_INIT;
    enum err err = ERR_OK;
    if (stress_database_is_named(database)) {
        err = stress_database_conninfo(database, &conninfo, msg);
    }
    strbuf_release(&conninfo);
    /* Now that it holds no password: the parts read it from the environment. */
    const char *from_env = getenv("DATABASE_URL");
    if (err == ERR_OK && database->url != NULL && database->url != from_env &&
        setenv("DATABASE_URL", database->url, 1) != 0) {
        err = err_set(msg, ERR_IO, "cannot set DATABASE_URL");
    }
    return err;
}

static enum err make_plan(struct suite_plan *plan, struct err_msg *msg)
{
    *plan = (struct suite_plan){
        .client_url = given.client_url,
        .api_url = given.api_url,
        .data_dir = given.data_dir,
        .secret_file = given.secret_file,
        .messages = given.messages,
        .chrome = given.chrome,
        .allowed_hosts = &given.allowed_hosts,
        .database = { .url = given.database_url,
                      .data_dir = given.data_dir,
                      .allowed_hosts = &given.allowed_hosts,
                      .seed = given.seeded_seed,
                      .reactions = given.seeded_reactions },
        .quick = given.quick,
        .fail_fast = given.fail_fast,
        .always_seed = given.seed,
        .quiet = given.quiet,
    };
    enum err err = run_parts_choose(&given.only, &given.skip, plan->wanted, msg);
    if (err == ERR_OK) {
        err = check_targets(msg);
    }
    return err == ERR_OK ? check_database(&plan->database, msg) : err;
}

static cJSON *describe_options(const struct suite_plan *plan)
{
    cJSON *options = json_new_object();
    json_add_bool(options, "quick", plan->quick);
    json_add_text(options, "client_url", plan->client_url);
    json_add_text(options, "api_url", plan->api_url);
    json_add_text(options, "data_dir", plan->data_dir);
    json_add_text(options, "messages", plan->messages);
    json_add_number(options, "seeded_seed", (double)plan->database.seed);
    json_add_number(options, "seeded_reactions", (double)plan->database.reactions);
    json_add_bool(options, "database", stress_database_is_named(&plan->database));
    cJSON *parts = json_add_array(options, "parts");
    for (size_t i = 0; i < run_part_count; i++) {
        if (plan->wanted[i]) {
            json_push_text(parts, run_parts[i].name);
        }
    }
    return options;
}

static cJSON *describe_parts(const struct run_state *state, bool quick)
{
    cJSON *parts = run_state_to_json(state);
    cJSON *node = NULL;
    size_t index = 0;
    cJSON_ArrayForEach (node, parts) {
        struct strbuf text = STRBUF_INIT;
        run_part_shortening(&run_parts[index++], &text);
        if (quick && text.len > 0) {
            json_add_text(node, "shortened_to", strbuf_text(&text));
        }
        strbuf_release(&text);
    }
    return parts;
}

static void tell(const struct result_run *run, const struct run_state *state)
{
    struct strbuf text = STRBUF_INIT;
    char *page = result_path(run, "report.html");
    char *file = result_path(run, "result.json");
    run_overview_table(state, &text);
    if (file_exists(page)) {
        strbuf_addf(&text, "report: %s\n", page);
    }
    strbuf_addf(&text, "result: %s", file);
    if (given.json) {
        cJSON *result = NULL;
        struct err_msg unread;
        strbuf_clear(&text);
        if (result_read(file, &result, &unread) == ERR_OK) {
            json_write(result, true, &text);
        }
        cJSON_Delete(result);
    }
    (void)printf("%s\n", strbuf_text(&text));
    strbuf_release(&text);
    free(page);
    free(file);
}

/* Writes result.json whatever came before. */
static enum err conclude(struct result_run *run, const struct suite_plan *plan,
                         const struct run_state *state, cJSON *health, enum err err,
                         struct err_msg *msg)
{
    struct err_msg unwritten = { "" };
    cJSON *section = json_new_object();
    int code = run_state_exit_code(state);
    json_add_bool(section, "quick", plan->quick);
    json_add_number(section, "exit_code",
                    err == ERR_OK ? code : run_state_worse(code, command_exit_code(err)));
    json_add_node(section, "parts", describe_parts(state, plan->quick));
    json_add_node(section, "health", cJSON_Duplicate(health, true));
    const char *how = err == ERR_OK            ? "complete"
                      : err == ERR_INTERRUPTED ? "interrupted"
                                               : "failed";
    double seconds = 0;
    for (size_t i = 0; i < run_part_count; i++) {
        seconds += state->part[i].seconds;
    }
    cJSON_DeleteItemFromObjectCaseSensitive(run->head, "duration_s");
    json_add_number(run->head, "duration_s", seconds);
    enum err wrote = result_end(run, section, how, err == ERR_OK ? NULL : msg->text, &unwritten);
    if (wrote != ERR_OK && err == ERR_OK) {
        *msg = unwritten;
        return wrote;
    }
    return err;
}

static int perform(struct result_run *run, const struct suite_plan *plan, struct run_state *state)
{
    struct err_msg msg = { "" };
    struct loop *loop = NULL;
    cJSON *health = json_new_array();
    enum err err = loop_new(&loop, &msg);
    if (err == ERR_OK) {
        err = suite_run(loop, plan, run, state, health, &msg);
        loop_free(loop);
    }
    err = conclude(run, plan, state, health, err, &msg);
    cJSON_Delete(health);
    tell(run, state);
    int code = run_state_exit_code(state);
    if (err != ERR_OK) {
        code = run_state_worse(code, command_fail("run", err, &msg));
    }
    return given.soft_fail && (code == EXIT_VERDICT || code == EXIT_NO_DATA) ? EXIT_PASS : code;
}

static int begin(void)
{
    struct err_msg msg = { "" };
    struct suite_plan plan;
    struct run_state state;
    struct result_run run;
    memset(&state, 0, sizeof state);
    fill_in();
    enum err err = make_plan(&plan, &msg);
    if (err == ERR_OK) {
        cJSON *options = describe_options(&plan);
        err = result_begin(given.runs_dir, "run", options, &run, &msg);
        cJSON_Delete(options);
    }
    if (err != ERR_OK) {
        return command_fail("run", err, &msg);
    }
    for (size_t i = 0; i < run_part_count; i++) {
        state.part[i].state = plan.wanted[i] ? RUN_WAITING : RUN_LEFT_OUT;
    }
    int code = perform(&run, &plan, &state);
    run_state_release(&state);
    result_release(&run);
    return code;
}

static int resume(void)
{
    struct err_msg msg = { "" };
    struct resumed resumed = { .state = NULL };
    struct suite_plan plan;
    struct run_state state;
    memset(&state, 0, sizeof state);
    enum err err = open_resumed(given.resume, &resumed, &msg);
    if (err == ERR_OK) {
        err = run_state_from_json(json_at(resumed.state, "parts"), given.resume, &state, &msg);
    }
    if (err == ERR_OK) {
        err = take_kept(json_at(resumed.run.head, "options"), &msg);
    }
    if (err == ERR_OK) {
        fill_in();
        err = make_plan(&plan, &msg);
    }
    int code = 0;
    if (err == ERR_OK) {
        for (size_t i = 0; i < run_part_count; i++) {
            plan.wanted[i] = state.part[i].state != RUN_LEFT_OUT;
        }
        code = perform(&resumed.run, &plan, &state);
    } else {
        code = command_fail("run", err, &msg);
    }
    run_state_release(&state);
    resumed_release(&resumed);
    return code;
}

static int tell_plan(void)
{
    struct err_msg msg = { "" };
    bool wanted[RUN_PARTS_MAX];
    struct strbuf text = STRBUF_INIT;
    enum err err = run_parts_choose(&given.only, &given.skip, wanted, &msg);
    if (err != ERR_OK) {
        return command_fail("run", err, &msg);
    }
    run_parts_plan(wanted, given.quick, &text);
    (void)fputs(strbuf_text(&text), stdout);
    strbuf_release(&text);
    return EXIT_PASS;
}

static int run(int argc, char **argv)
{
    struct err_msg msg = { "" };
    int code = EXIT_PASS;
    const char **operands = mem_new_array((size_t)argc, sizeof *operands);
    size_t operand_count = 0;
    set_defaults();
    bool go_on = command_parse(&line, argc, argv, operands, &operand_count, &code);
    if (go_on && operand_count > 0) {
        (void)err_set(&msg, ERR_USAGE,
                      "'%s' is no option: parts are chosen with --only and --skip, see `tmscdp run "
                      "--help`",
                      operands[0]);
        code = command_fail("run", ERR_USAGE, &msg);
        go_on = false;
    }
    free(operands);
    if (!go_on) {
        return code;
    }
    log_set_level(given.quiet ? LOG_QUIET : given.verbose ? LOG_VERBOSE : LOG_NORMAL);
    if (given.resume != NULL) {
        return resume();
    }
    return given.plan ? tell_plan() : begin();
}

const struct command cmd_run = {
    .name = "run",
    .summary = "Run the whole suite: health, seed, loads, browser, report",
    .run = run,
};
