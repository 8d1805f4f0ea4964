/* tmscdp pair: what a load does to somebody who uses the chat meanwhile. */
#include <stdio.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/redact.h"
#include "base/url.h"
#include "cli/command.h"
#include "cli/inputs.h"
#include "cli/pair_run.h"
#include "cli/shared_options.h"

#define VUS_MAX       1000
#define WINDOW_MAX_MS 600000
#define PACE_MIN_MS   50
#define USERS         3
#define WIDTH         1440
#define HEIGHT        900
#define PHASE_MOST_MS UINT64_C(180000)
#define MESSAGES_MAX  UINT64_C(100000)

static struct {
    uint64_t messages;
    struct option_list with;
    uint64_t vus;
    uint64_t blocks;
    uint64_t window_ms;
    uint64_t every_ms;
    const char *client_url;
    const char *api_url;
    const char *conversation;
    const char *profile;
    struct option_list allowed_hosts;
    const char *database_url;
    bool reset;
    uint64_t seeded_seed;
    uint64_t seeded_reactions;
    const char *chrome;
    const char *chrome_flags;
    uint64_t timeout_ms;
    const char *data_dir;
    const char *runs_dir;
    bool json;
    bool soft_fail;
    bool quiet;
    bool verbose;
} given;

static const struct option_spec specs[] = {
    { OPTION_HEADING, "What is measured", 0, NULL, NULL, NULL, NULL },
    { OPTION_COUNT, "measure", 0, "N", NULL, "Messages loaded in the browser (default 150).",
      &given.messages },
    { OPTION_LIST, "with", 0, "SCENARIOS", NULL,
      "The load: scenarios of `tmscdp stress`, commas between, all at once (default "
      "poll-vote,message-send). Repeatable.",
      &given.with },
    { OPTION_COUNT, "vus", 'u', "N", NULL, "Virtual users of each of their flows (default 1).",
      &given.vus },
    { OPTION_COUNT, "blocks", 0, "N", NULL,
      "Times idle, loaded, loaded, idle (default 2: about 4 minutes).", &given.blocks },
    { OPTION_DURATION, "window", 0, "TIME", NULL,
      "How long messages are followed in each phase (default 10s).", &given.window_ms },
    { OPTION_DURATION, "every", 0, "TIME", NULL, "One such message each (default 1s).",
      &given.every_ms },
    { OPTION_HEADING, "The chat", 0, NULL, NULL, NULL, NULL },
    { OPTION_TEXT, "client-url", 0, "URL", "CLIENT_URL",
      "The web client, its query kept (default http://127.0.0.1:3000).", &given.client_url },
    { OPTION_TEXT, "api-url", 0, "URL", "BASE_URL", "The API (default http://127.0.0.1:8000).",
      &given.api_url },
    SHARED_CONVERSATION(&given.conversation),
    SHARED_PROFILE(&given.profile),
    SHARED_LOADED_HOST(&given.allowed_hosts),
    SHARED_DATA_DIR(&given.data_dir),
    { OPTION_TEXT, "database-url", 0, "URL", "DATABASE_URL",
      "For --reset; without a password on the command line.", &given.database_url },
    { OPTION_FLAG, "reset", 0, NULL, NULL,
      "Before each block and at the end, remove what was posted: pages grow with it.",
      &given.reset },
    SHARED_SEEDED_SEED(&given.seeded_seed),
    SHARED_SEEDED_REACTIONS(&given.seeded_reactions),
    { OPTION_HEADING, "The browser", 0, NULL, NULL, NULL, NULL },
    { OPTION_DURATION, "timeout", 0, "TIME", NULL,
      "For the opening, and for loading the messages (default 60s).", &given.timeout_ms },
    SHARED_CHROME(&given.chrome),
    SHARED_CHROME_FLAGS(&given.chrome_flags),
    { OPTION_HEADING, "Results", 0, NULL, NULL, NULL, NULL },
    SHARED_RUNS_DIR(&given.runs_dir),
    SHARED_JSON(&given.json),
    SHARED_SOFT_FAIL(&given.soft_fail),
    { OPTION_FLAG, "quiet", 'q', NULL, NULL, "Only errors on stderr.", &given.quiet },
    SHARED_VERBOSE(&given.verbose),
};

static const struct command_line line = {
    .usage = "tmscdp pair [options]",
    .about =
        "Measures the browser idle, under a load, under it again, and idle: what of each change the\n"
        "load has caused, with its interval. In every phase the page is opened, led to so many\n"
        "messages, scrolled; then messages of a second user are followed one by one from their POST\n"
        "to the painted bubble: in the server, on the socket, in the page's scripts, in the paint.",
    .notes =
        "Browser, load and (where it runs here) the chat share this machine's cores. That is measured\n"
        "and told; when less than a fifth of them was left, the run is INCONCLUSIVE.\n\n"
        "Exit codes: 0 measured, 99 the page or the chat crashed, 111 INCONCLUSIVE or NO DATA, 105\n"
        "interrupted, 107 browser, chat or load could not be driven.\n\n"
        "Example:\n"
        "  tmscdp pair --measure 150 --with poll-vote,message-send --reset",
    .specs = specs,
    .spec_count = sizeof specs / sizeof specs[0],
};

static void set_defaults(void)
{
    memset(&given, 0, sizeof given);
    given.messages = 150;
    given.vus = 1;
    given.blocks = 2;
    given.window_ms = 10000;
    given.every_ms = 1000;
    given.client_url = "http://127.0.0.1:3000";
    given.api_url = "http://127.0.0.1:8000";
    given.profile = "tms";
    given.seeded_seed = 1;
    given.timeout_ms = 60000;
    given.data_dir = "data";
    given.runs_dir = "data/runs";
}

/* Everything that the plan borrows and the command owns. */
struct holdings {
    struct profile profile;
    char *conversation;
    char *token[USERS]; /* the browser's user, who posts, and whose socket is the reference */
    char *names[MIX_WORKLOADS_MAX];
};

static enum err check_numbers(struct err_msg *msg)
{
    if (given.messages < 1 || given.messages > MESSAGES_MAX) {
        return err_set(msg, ERR_USAGE, "--measure must be 1 to %llu",
                       (unsigned long long)MESSAGES_MAX);
    }
    if (given.vus < 1 || given.vus > VUS_MAX) {
        return err_set(msg, ERR_USAGE, "--vus must be 1 to %d", VUS_MAX);
    }
    if (given.blocks < 1 || given.blocks > PAIR_BLOCKS_MAX) {
        return err_set(msg, ERR_USAGE, "--blocks must be 1 to %d", PAIR_BLOCKS_MAX);
    }
    if (given.every_ms < PACE_MIN_MS || given.window_ms < given.every_ms ||
        given.window_ms > WINDOW_MAX_MS) {
        return err_set(msg, ERR_USAGE,
                       "--every must be at least %dms, and --window no shorter and at most %ds",
                       PACE_MIN_MS, WINDOW_MAX_MS / 1000);
    }
    if (given.timeout_ms < 1000) {
        return err_set(msg, ERR_USAGE, "--timeout must be at least 1s");
    }
    return ERR_OK;
}

static enum err take_names(struct holdings *own, size_t *count, struct err_msg *msg)
{
    static const struct option_list usual = { { "poll-vote,message-send" }, 1 };
    const struct option_list *list = given.with.count > 0 ? &given.with : &usual;
    *count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const char *rest = list->item[i];
        while (rest != NULL) {
            size_t length = strcspn(rest, ",");
            if (*count == MIX_WORKLOADS_MAX) {
                return err_set(msg, ERR_USAGE, "--with: at most %zu scenarios", MIX_WORKLOADS_MAX);
            }
            own->names[(*count)++] = mem_dup_bytes(rest, length);
            rest = rest[length] == ',' ? rest + length + 1 : NULL;
        }
    }
    return ERR_OK;
}

/* Different members of the conversation: whoever sends sees his message by another way. */
static enum err take_tokens(struct holdings *own, struct err_msg *msg)
{
    cJSON *tokens = NULL;
    char *path = file_join(given.data_dir, "tokens_array.json");
    enum err err = ERR_OK;
    if (!file_exists(path)) {
        err =
            err_set(msg, ERR_USAGE, "there is no %s: run `tmscdp seed`, or name --data-dir", path);
    }
    if (err == ERR_OK) {
        err = json_read_file(path, LIMIT_DATA_FILE_BYTES, &tokens, msg);
    }
    for (int i = 0; i < USERS && err == ERR_OK; i++) {
        const cJSON *token = cJSON_GetArrayItem(tokens, i);
        if (cJSON_IsString(token) && token->valuestring[0] != '\0') {
            own->token[i] = mem_dup_str(token->valuestring);
            redact_register(own->token[i]);
        } else {
            err = err_set(msg, ERR_USAGE,
                          "%s: must be a JSON array of at least %d tokens: one user reads, another "
                          "posts, a third one's socket is the reference",
                          path, USERS);
        }
    }
    cJSON_Delete(tokens);
    free(path);
    return err;
}

static enum err check_target(const char *text, const char *option, struct err_msg *msg)
{
    struct url url;
    enum err err = url_parse(text, option, &url, msg);
    return err == ERR_OK ? url_allow(&url, &given.allowed_hosts, msg) : err;
}

static enum err check_database(struct pair_plan *plan, struct err_msg *msg)
{
    struct strbuf conninfo = STRBUF_INIT;
    plan->reset = given.reset;
    plan->database = (struct stress_database){ .url = given.database_url,
                                               .data_dir = given.data_dir,
                                               .allowed_hosts = &given.allowed_hosts,
                                               .seed = given.seeded_seed,
                                               .reactions = given.seeded_reactions };
    if (!given.reset) {
        return ERR_OK;
    }
    enum err err = stress_database_conninfo(&plan->database, &conninfo, msg);
    strbuf_release(&conninfo);
    if (err == ERR_OK && given.database_url != NULL &&
        given.database_url != getenv("DATABASE_URL") &&
        setenv("DATABASE_URL", given.database_url, 1) != 0) {
        err = err_set(msg, ERR_IO, "cannot set DATABASE_URL");
    }
    return err;
}

static void fill_plan(const struct holdings *own, size_t names, struct pair_plan *plan)
{
    plan->visit = (struct pair_visit){ .profile = &own->profile,
                                       .conversation = own->conversation,
                                       .token = own->token[0],
                                       .url = plan->destination.url,
                                       .api_origin = plan->destination.api_origin,
                                       .messages = given.messages,
                                       .timeout_ms = given.timeout_ms,
                                       .width = WIDTH,
                                       .height = HEIGHT };
    plan->poster = (struct poster_plan){ .api_url = given.api_url,
                                         .token = own->token[1],
                                         .ear_token = own->token[2],
                                         .conversation = own->conversation,
                                         .window_ms = given.window_ms,
                                         .every_ms = given.every_ms };
    plan->load = (struct pair_load_plan){ .names = (const char *const *)own->names,
                                          .count = names,
                                          .vus = given.vus,
                                          .api_url = given.api_url,
                                          .data_dir = given.data_dir,
                                          .allowed_hosts = &given.allowed_hosts,
                                          .most_ms = 2 * (PHASE_MOST_MS + given.window_ms +
                                                          2 * given.timeout_ms) };
    plan->chrome_path = given.chrome;
    plan->chrome_flags = given.chrome_flags;
    plan->blocks = given.blocks;
}

static enum err make_plan(struct pair_plan *plan, struct holdings *own, struct err_msg *msg)
{
    size_t names = 0;
    enum err err = check_numbers(msg);
    if (err == ERR_OK) {
        err = check_target(given.api_url, "--api-url", msg);
    }
    if (err == ERR_OK) {
        err = check_target(given.client_url, "--client-url", msg);
    }
    if (err == ERR_OK) {
        err = take_names(own, &names, msg);
    }
    if (err == ERR_OK) {
        const struct mix_shape shape = { .vus = given.vus, .duration_ms = 1000 };
        cJSON *mix = NULL;
        err = mix_make((const char *const *)own->names, names, &shape, &mix, msg);
        cJSON_Delete(mix);
    }
    if (err == ERR_OK) {
        err = profile_load(given.profile, &own->profile, msg);
    }
    if (err == ERR_OK) {
        err = inputs_conversation(given.conversation, given.data_dir, &own->conversation, msg);
    }
    if (err == ERR_OK) {
        err = take_tokens(own, msg);
    }
    if (err == ERR_OK) {
        const struct destination_wish wish = { .client_url = given.client_url,
                                               .api_url = given.api_url,
                                               .conversation = own->conversation,
                                               .allowed_hosts = &given.allowed_hosts };
        err = destination_find(&own->profile, &wish, &plan->destination, msg);
    }
    if (err == ERR_OK) {
        err = check_database(plan, msg);
    }
    fill_plan(own, names, plan);
    return err;
}

static cJSON *describe_options(const struct pair_plan *plan)
{
    cJSON *options = json_new_object();
    json_add_number(options, "messages", (double)plan->visit.messages);
    cJSON *with = json_add_array(options, "with");
    for (size_t i = 0; i < plan->load.count; i++) {
        json_push_text(with, plan->load.names[i]);
    }
    json_add_number(options, "vus", (double)plan->load.vus);
    json_add_number(options, "blocks", (double)plan->blocks);
    json_add_number(options, "window_ms", (double)plan->poster.window_ms);
    json_add_number(options, "every_ms", (double)plan->poster.every_ms);
    json_add_text(options, "client_url", given.client_url);
    json_add_text(options, "api_url", given.api_url);
    json_add_text(options, "conversation", plan->visit.conversation);
    json_add_text(options, "profile", given.profile);
    json_add_bool(options, "reset", plan->reset);
    json_add_number(options, "timeout_ms", (double)given.timeout_ms);
    json_add_text(options, "chrome_flags", given.chrome_flags);
    return options;
}

static void tell(const char *file, const cJSON *result)
{
    struct strbuf text = STRBUF_INIT;
    if (given.json) {
        json_write(result, true, &text);
    } else {
        pair_summary(json_at(result, "pair"), &text);
        strbuf_addf(&text, "result: %s", file);
    }
    (void)printf("%s\n", strbuf_text(&text));
    strbuf_release(&text);
}

static int pair_and_tell(const struct pair_plan *plan)
{
    struct err_msg msg = { "" };
    struct err_msg second = { "" };
    struct loop *loop = NULL;
    struct result_run run;
    cJSON *options = describe_options(plan);
    enum err err = result_begin(given.runs_dir, "pair", options, &run, &msg);
    cJSON_Delete(options);
    if (err != ERR_OK) {
        return command_fail("pair", err, &msg);
    }
    cJSON *section = json_new_object();
    err = loop_new(&loop, &msg);
    if (err == ERR_OK) {
        err = pair_run(loop, plan, &run, section, &msg);
        loop_free(loop);
    }
    int code = pair_exit_code(section);
    const char *state = err == ERR_OK            ? "complete"
                        : err == ERR_INTERRUPTED ? "interrupted"
                                                 : "failed";
    enum err wrote = result_end(&run, section, state, err == ERR_OK ? NULL : msg.text, &second);
    char *file = result_path(&run, "result.json");
    cJSON *result = NULL;
    if (wrote == ERR_OK) {
        wrote = result_read(file, &result, &second);
    }
    if (wrote == ERR_OK) {
        tell(file, result);
    }
    if (err != ERR_OK) {
        code = command_fail("pair", err, &msg);
    } else if (wrote != ERR_OK) {
        code = command_fail("pair", wrote, &second);
    } else if (given.soft_fail) {
        code = EXIT_PASS;
    }
    cJSON_Delete(result);
    free(file);
    result_release(&run);
    return code;
}

static void release(struct pair_plan *plan, struct holdings *own)
{
    destination_release(&plan->destination);
    profile_release(&own->profile);
    free(own->conversation);
    for (size_t i = 0; i < USERS; i++) {
        free(own->token[i]);
    }
    for (size_t i = 0; i < MIX_WORKLOADS_MAX; i++) {
        free(own->names[i]);
    }
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
                      "'%s' is no option: the load is named with --with, see `tmscdp pair --help`",
                      operands[0]);
        code = command_fail("pair", ERR_USAGE, &msg);
        go_on = false;
    }
    free(operands);
    if (!go_on) {
        return code;
    }
    log_set_level(given.quiet ? LOG_QUIET : given.verbose ? LOG_VERBOSE : LOG_NORMAL);
    struct holdings own = { .conversation = NULL };
    struct pair_plan plan = { .blocks = 0 };
    enum err err = make_plan(&plan, &own, &msg);
    code = err == ERR_OK ? pair_and_tell(&plan) : command_fail("pair", err, &msg);
    release(&plan, &own);
    return code;
}

const struct command cmd_pair = {
    .name = "pair",
    .summary = "Measure the browser while the chat is loaded, and without, in turn",
    .run = run,
};
