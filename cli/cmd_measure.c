/* tmscdp measure: what the chat costs the browser at each number of loaded messages. */
#include <stdio.h>

#include "base/file.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/url.h"
#include "cdp/measure.h"
#include "cli/command.h"
#include "cli/inputs.h"
#include "cli/live_post.h"
#include "cli/measured.h"
#include "cli/shared_options.h"

#define VARIANT_NAME_MAX ((size_t)40)
#define VIEWPORT_MIN     200
#define VIEWPORT_MAX     8000
#define RUNS             5
#define CPU_THROTTLE_MAX 100
#define LIVE_MAX_PER_S   100.0
#define LIVE_USERS       ((size_t)9) /* the other members of a seeded ten-member conversation */
#define SEED_MAX         9007199254740992U /* 2^53: exact in JSON */

static struct {
    const char *messages;
    const char *client_url;
    const char *api_url;
    const char *conversation;
    const char *token;
    const char *token_file;
    const char *profile;
    struct option_list variants;
    struct option_list allowed_hosts;
    const char *runs_dir;
    const char *data_dir;
    uint64_t runs; /* UINT64_MAX: not given */
    uint64_t seed;
    uint64_t cpu_throttle;
    const char *network;
    const char *live;
    const char *live_conversation;
    uint64_t timeout_ms;
    const char *viewport;
    const char *chrome;
    const char *chrome_flags;
    bool headed;
    bool quick;
    bool json;
    bool quiet;
    bool verbose;
    bool soft_fail;
} given;

static const struct option_spec specs[] = {
    { OPTION_HEADING, "What to measure", 0, NULL, NULL, NULL, NULL },
    { OPTION_TEXT, "messages", 0, "LIST", NULL,
      "Numbers of loaded messages, rising (default 50,150,200).", &given.messages },
    { OPTION_LIST, "variant", 0, "NAME=URL", NULL,
      "A client to measure, by a name for the report; repeatable, the URL's query is kept (default: "
      "one named \"default\" at --client-url).",
      &given.variants },
    { OPTION_COUNT, "runs", 'n', "N", NULL,
      "Repetitions; in each every variant has its turn, in an order drawn anew (default 5).",
      &given.runs },
    { OPTION_FLAG, "quick", 0, NULL, NULL,
      "One repetition of what is exact or short: counts, slopes, memory, first load, update storm; "
      "a few seconds.",
      &given.quick },
    { OPTION_COUNT, "seed", 0, "N", NULL, "Of the variants' order (default 1).", &given.seed },
    { OPTION_TEXT, "live", 0, "RATE", NULL,
      "Also measure under live traffic: in a page of its own, while nine other users post RATE "
      "messages (like 10/s) into a conversation, five seconds long. They stay in the chat until `tmscdp "
      "seed --reset`.",
      &given.live },
    { OPTION_TEXT, "live-conversation", 0, "ID", NULL,
      "The conversation for it, whose members the posting users are (default: the first seeded one "
      "of ten members).",
      &given.live_conversation },
    { OPTION_HEADING, "The chat", 0, NULL, NULL, NULL, NULL },
    SHARED_CLIENT_URL(&given.client_url),
    { OPTION_TEXT, "api-url", 0, "URL", "BASE_URL",
      "The API, with or without /api/v1 (default http://127.0.0.1:8000).", &given.api_url },
    SHARED_CONVERSATION(&given.conversation),
    { OPTION_TEXT, "token-file", 0, "FILE", NULL,
      "A JSON array of login tokens, of which the first is used (default: the seeded ones; "
      "AUTH_TOKEN holds a token itself).",
      &given.token_file },
    SHARED_PROFILE(&given.profile),
    { OPTION_LIST, "allow-host", 0, "HOST", NULL,
      "A host that is not this machine and may be measured all the same; repeatable.",
      &given.allowed_hosts },
    { OPTION_HEADING, "The browser", 0, NULL, NULL, NULL, NULL },
    { OPTION_TEXT, "viewport", 0, "WxH", NULL, "Size of the page (default 1440x900).",
      &given.viewport },
    { OPTION_COUNT, "cpu-throttle", 0, "N", NULL,
      "Slow the page's main thread down N times, as Lighthouse does with 4 (default 1).",
      &given.cpu_throttle },
    { OPTION_TEXT, "network", 0, "PROFILE", NULL,
      "A slower network: slow-4g (150 ms, 1638 kbit/s down, 750 up), 3g (300 ms, 700/700), fast-3g "
      "(150 ms, 1600/768), slow-3g (400 ms, 400/400), 4g (170 ms, 9000/9000), cable (28 ms, "
      "5000/1000); the first two are Lighthouse's, the others WebPageTest's (default: as it is).",
      &given.network },
    { OPTION_DURATION, "timeout", 0, "TIME", NULL,
      "For the first load, and for reaching each number of messages (default 60s).",
      &given.timeout_ms },
    SHARED_CHROME(&given.chrome),
    SHARED_CHROME_FLAGS(&given.chrome_flags),
    { OPTION_FLAG, "headed", 0, NULL, NULL, "Show the browser's window.", &given.headed },
    { OPTION_HEADING, "Results", 0, NULL, NULL, NULL, NULL },
    SHARED_RUNS_DIR(&given.runs_dir),
    SHARED_DATA_DIR(&given.data_dir),
    SHARED_JSON(&given.json),
    SHARED_SOFT_FAIL(&given.soft_fail),
    { OPTION_FLAG, "quiet", 'q', NULL, NULL, "Only errors on stderr.", &given.quiet },
    SHARED_VERBOSE(&given.verbose),
};

static const struct command_line line = {
    .usage = "tmscdp measure [options]",
    .about =
        "Opens the conversation in a browser of its own, loads it to each number of messages and\n"
        "measures the page there: elements, memory, main thread, frames, typing, scrolling, a\n"
        "screenshot. Reached means: so many different messages came in the API's answers.\n\n"
        "A target on time or frames that is missed while others keep the machine busy is NO DATA:\n"
        "nobody can tell whose fault it was.",
    .notes =
        "Exit codes: 0 every verdict is Fine, 99 Slows Down or Crashes, 111 NO DATA, 105\n"
        "interrupted, 107 the browser or the chat could not be driven.\n\n"
        "Examples:\n"
        "  tmscdp measure --quick\n"
        "  tmscdp measure --messages 50,150,200 --variant plain=http://127.0.0.1:3000/?list=plain",
    .specs = specs,
    .spec_count = sizeof specs / sizeof specs[0],
};

static void set_defaults(void)
{
    given.messages = "50,150,200";
    given.client_url = "http://127.0.0.1:3000";
    given.api_url = "http://127.0.0.1:8000";
    given.profile = "tms";
    given.runs_dir = "data/runs";
    given.data_dir = "data";
    given.runs = UINT64_MAX;
    given.seed = 1;
    given.cpu_throttle = 1;
    given.timeout_ms = 60000;
    given.viewport = "1440x900";
}

static enum err read_viewport(struct measure_plan *plan, struct err_msg *msg)
{
    const char *by = strchr(given.viewport, 'x');
    uint64_t width = 0;
    uint64_t height = 0;
    char *left = mem_dup_bytes(given.viewport, by != NULL ? (size_t)(by - given.viewport) : 0);
    bool valid = by != NULL && num_parse_u64(left, &width) && num_parse_u64(by + 1, &height) &&
                 width >= VIEWPORT_MIN && width <= VIEWPORT_MAX && height >= VIEWPORT_MIN &&
                 height <= VIEWPORT_MAX;
    free(left);
    if (!valid) {
        return err_set(msg, ERR_USAGE,
                       "--viewport %s: must be WIDTHxHEIGHT, each from %d to %d, like 1440x900",
                       given.viewport, VIEWPORT_MIN, VIEWPORT_MAX);
    }
    plan->width = (unsigned)width;
    plan->height = (unsigned)height;
    return ERR_OK;
}

static enum err read_slowness(struct measure_plan *plan, struct err_msg *msg)
{
    if (given.cpu_throttle < 1 || given.cpu_throttle > CPU_THROTTLE_MAX) {
        return err_set(msg, ERR_USAGE, "--cpu-throttle must be 1 to %d", CPU_THROTTLE_MAX);
    }
    plan->cpu_throttle = (unsigned)given.cpu_throttle;
    if (given.network == NULL) {
        return ERR_OK;
    }
    plan->network = network_find(given.network);
    if (plan->network != NULL) {
        return ERR_OK;
    }
    struct strbuf known = STRBUF_INIT;
    for (const struct network_profile *at = network_profiles; at->name != NULL; at++) {
        strbuf_addf(&known, "%s%s", at == network_profiles ? "" : ", ", at->name);
    }
    enum err err = err_set(msg, ERR_USAGE, "--network %s: no such profile; there are %s",
                           given.network, strbuf_text(&known));
    strbuf_release(&known);
    return err;
}

static enum err add_variant(struct measure_plan *plan, char *name, const char *url,
                            struct err_msg *msg)
{
    for (size_t i = 0; i < plan->variant_count; i++) {
        if (strcmp(plan->variants[i].name, name) == 0) {
            enum err err = err_set(msg, ERR_USAGE, "--variant %s: the name was given twice", name);
            free(name);
            return err;
        }
    }
    struct measure_variant *variant = &plan->variants[plan->variant_count++];
    variant->name = name;
    variant->url = url;
    struct destination_wish wish = {
        .client_url = url,
        .api_url = given.api_url,
        .conversation = plan->conversation,
        .allowed_hosts = &given.allowed_hosts,
    };
    return destination_find(plan->profile, &wish, &variant->destination, msg);
}

static enum err read_variant(struct measure_plan *plan, const char *text, struct err_msg *msg)
{
    const char *equals = strchr(text, '=');
    char *name = mem_dup_bytes(text, equals != NULL ? (size_t)(equals - text) : 0);
    if (!inputs_is_id(name) || strlen(name) > VARIANT_NAME_MAX) {
        free(name);
        return err_set(msg, ERR_USAGE,
                       "--variant %s: must be NAME=URL, the name of letters, digits, \"-\" and "
                       "\"_\", at most %zu",
                       text, VARIANT_NAME_MAX);
    }
    return add_variant(plan, name, equals + 1, msg);
}

static enum err read_variants(struct measure_plan *plan, struct err_msg *msg)
{
    if (given.variants.count == 0) {
        return add_variant(plan, mem_dup_str("default"), given.client_url, msg);
    }
    if (given.variants.count > MEASURE_VARIANTS_MAX) {
        return err_set(msg, ERR_USAGE, "--variant: at most %zu", MEASURE_VARIANTS_MAX);
    }
    enum err err = ERR_OK;
    for (size_t i = 0; i < given.variants.count && err == ERR_OK; i++) {
        err = read_variant(plan, given.variants.item[i], msg);
    }
    return err;
}

static enum err check_target(const char *text, const char *option, struct err_msg *msg)
{
    struct url url;
    enum err err = url_parse(text, option, &url, msg);
    return err == ERR_OK ? url_allow(&url, &given.allowed_hosts, msg) : err;
}

/* Before anything is read: a target that must not be touched is said first. */
static enum err check_targets(struct err_msg *msg)
{
    enum err err = check_target(given.api_url, "--api-url", msg);
    if (err == ERR_OK && given.variants.count == 0) {
        err = check_target(given.client_url, "--client-url", msg);
    }
    for (size_t i = 0; i < given.variants.count && err == ERR_OK; i++) {
        const char *equals = strchr(given.variants.item[i], '=');
        if (equals != NULL) {
            err = check_target(equals + 1, "--variant", msg);
        }
    }
    return err;
}

/* Everything that belongs to the plan and is not borrowed. */
struct holdings {
    struct profile profile;
    char *token;
    char *conversation;
    char *live_conversation;
    struct live_post *live_post;
};

/* "10/s": messages a second. */
static enum err read_rate(double *per_s, struct err_msg *msg)
{
    size_t length = strlen(given.live);
    bool has_unit = length > 2 && strcmp(given.live + length - 2, "/s") == 0;
    char *number = mem_dup_bytes(given.live, has_unit ? length - 2 : 0);
    bool valid = num_parse_double(number, per_s) && *per_s > 0.0 && *per_s <= LIVE_MAX_PER_S;
    free(number);
    return valid ? ERR_OK
                 : err_set(msg, ERR_USAGE,
                           "--live %s: must be messages a second like 10/s, at most %g/s",
                           given.live, LIVE_MAX_PER_S);
}

static enum err read_live(struct measure_plan *plan, struct holdings *own, struct err_msg *msg)
{
    if (given.live == NULL) {
        return given.live_conversation == NULL
                   ? ERR_OK
                   : err_set(msg, ERR_USAGE, "--live-conversation goes with --live only");
    }
    enum err err = read_rate(&plan->live.per_s, msg);
    if (err == ERR_OK) {
        err = inputs_small_conversation(given.live_conversation, given.data_dir,
                                        &own->live_conversation, msg);
    }
    if (err != ERR_OK) {
        return err;
    }
    char *tokens = given.token_file != NULL ? mem_dup_str(given.token_file)
                                            : file_join(given.data_dir, "tokens_array.json");
    struct live_post_spec spec = {
        .profile = &own->profile,
        .api_url = given.api_url,
        .conversation = own->live_conversation,
        .token_file = tokens,
        .users = LIVE_USERS,
        .per_s = plan->live.per_s,
    };
    err = live_post_new(&spec, &own->live_post, msg);
    free(tokens);
    if (err == ERR_OK) {
        plan->live.conversation = own->live_conversation;
        plan->live.poster = live_post_poster(own->live_post);
    }
    return err;
}

static enum err make_plan(struct measure_plan *plan, struct holdings *own, struct err_msg *msg)
{
    if (!num_parse_rising_list(given.messages, plan->counts, MEASURE_COUNTS_MAX,
                               &plan->count_count) ||
        plan->counts[plan->count_count - 1] > 10000000) {
        return err_set(msg, ERR_USAGE,
                       "--messages %s: must be rising whole numbers like 50,150,200 (at most %zu)",
                       given.messages, MEASURE_COUNTS_MAX);
    }
    uint64_t runs = given.runs != UINT64_MAX ? given.runs : given.quick ? 1 : RUNS;
    if (runs < 1 || runs > 1000 || given.timeout_ms < 1000 || given.seed > SEED_MAX) {
        return err_set(msg, ERR_USAGE,
                       "--runs must be 1 to 1000, --timeout at least 1s, --seed at most 2^53");
    }
    enum err err = check_targets(msg);
    if (err == ERR_OK) {
        err = read_viewport(plan, msg);
    }
    if (err == ERR_OK) {
        err = read_slowness(plan, msg);
    }
    if (err == ERR_OK) {
        err = profile_load(given.profile, &own->profile, msg);
    }
    if (err == ERR_OK) {
        err = inputs_conversation(given.conversation, given.data_dir, &own->conversation, msg);
    }
    if (err == ERR_OK) {
        err = inputs_token(given.token_file, given.data_dir, &own->token, msg);
    }
    if (err == ERR_OK) {
        err = read_live(plan, own, msg);
    }
    plan->profile = &own->profile;
    plan->profile_name = given.profile;
    plan->conversation = own->conversation;
    plan->token = own->token;
    plan->api_url = given.api_url;
    plan->runs = runs;
    plan->seed = given.seed;
    plan->quick = given.quick;
    plan->timeout_ms = given.timeout_ms;
    plan->runs_dir = given.runs_dir;
    plan->chrome_path = given.chrome;
    plan->chrome_flags = given.chrome_flags;
    plan->headed = given.headed;
    return err == ERR_OK ? read_variants(plan, msg) : err;
}

static int measure_and_tell(const struct measure_plan *plan, struct holdings *own)
{
    struct err_msg msg = { "" };
    struct loop *loop = NULL;
    struct measure_outcome outcome = { NULL, NULL };
    enum err err = loop_new(&loop, &msg);
    if (err == ERR_OK) {
        err = measure(loop, plan, &outcome, &msg);
        live_post_free(own->live_post); /* it works on the loop */
        own->live_post = NULL;
        loop_free(loop);
    }
    if (outcome.result != NULL) {
        measured_print(outcome.dir, outcome.result, given.json);
    }
    int code = err != ERR_OK ? command_fail("measure", err, &msg)
                             : measured_exit_code(outcome.result, given.soft_fail);
    measure_outcome_release(&outcome);
    return code;
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
        (void)err_set(&msg, ERR_USAGE, "'%s' is no option: see `tmscdp measure --help`",
                      operands[0]);
        code = command_fail("measure", ERR_USAGE, &msg);
        go_on = false;
    }
    free(operands);
    if (!go_on) {
        return code;
    }
    log_set_level(given.quiet ? LOG_QUIET : given.verbose ? LOG_VERBOSE : LOG_NORMAL);
    struct holdings own = { .token = NULL };
    struct measure_plan plan = { .profile = NULL };
    enum err err = make_plan(&plan, &own, &msg);
    code = err == ERR_OK ? measure_and_tell(&plan, &own) : command_fail("measure", err, &msg);
    for (size_t i = 0; i < plan.variant_count; i++) {
        destination_release(&plan.variants[i].destination);
        free(plan.variants[i].name);
    }
    profile_release(&own.profile);
    free(own.conversation);
    free(own.live_conversation);
    live_post_free(own.live_post);
    free(own.token);
    return code;
}

const struct command cmd_measure = {
    .name = "measure",
    .summary = "Measure the web client in a browser at numbers of loaded messages",
    .run = run,
};
