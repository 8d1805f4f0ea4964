/* tmscdp seed: fills the chat's database with a known chat, resets it, or takes all of it away. */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/command.h"
#include "seed/seed.h"

/* The options as parsed: numbers before they are known to fit. */
struct words {
    const char *database_url;
    const char *data_dir;
    const char *secret_file;
    struct option_list allowed_hosts;
    uint64_t users;
    uint64_t group_members; /* NOT_GIVEN: as many as users */
    uint64_t messages;
    uint64_t encrypted;
    uint64_t reactions;
    uint64_t seed;
    uint64_t now_s; /* NOT_GIVEN: the clock's */
    bool clean;
    bool reset;
    bool reset_votes;
    bool as_json;
    bool verbose;
};

#define NOT_GIVEN UINT64_MAX

static const char about[] =
    "Fills the chat's database with a chat that is known in advance: users stress_tms_0000 …, a\n"
    "group of all of them, ten small groups, messages of every kind and a poll; and writes the\n"
    "users' login tokens and the ids into data files. The same seed number gives the same rows.\n"
    "It happens in one transaction, all or nothing, and replaces what was seeded before. Rows that\n"
    "were not seeded are never touched.";

static const char notes[] =
    "The database is DATABASE_URL or libpq's own variables (PGHOST, PGDATABASE …). The secret that\n"
    "signs tokens comes from NEXTAUTH_SECRET or --secret-file and has at least 32 characters.\n"
    "\n"
    "The group's messages by age, the oldest first: 1 poll; texts, only beyond 201 messages; images;\n"
    "files; encrypted texts. From 201 messages on there are 100 images and 100 files; below, the\n"
    "images are half of what is left beside the poll, rounded down, and the files the rest.\n"
    "Each small group has users 0 to 9 and 10 texts.\n"
    "\n"
    "Exit codes: 0 done, 100 seeding failed, 101 cleaning up or resetting failed, 104 bad usage,\n"
    "105 interrupted, 112 refused: the database is not on this machine.";

static enum err narrow(const char *option, uint64_t given, uint32_t *out, struct err_msg *msg)
{
    if (given > UINT32_MAX) {
        return err_set(msg, ERR_USAGE, "--%s %" PRIu64 " is out of range", option, given);
    }
    *out = (uint32_t)given;
    return ERR_OK;
}

static enum err take_shape(const struct words *words, struct shape *shape, struct err_msg *msg)
{
    uint64_t members = words->group_members == NOT_GIVEN ? words->users : words->group_members;
    shape->seed = words->seed;
    enum err code = narrow("users", words->users, &shape->users, msg);
    if (code == ERR_OK) {
        code = narrow("group-members", members, &shape->group_members, msg);
    }
    if (code == ERR_OK) {
        code = narrow("messages", words->messages, &shape->messages, msg);
    }
    if (code == ERR_OK) {
        code = narrow("encrypted", words->encrypted, &shape->encrypted, msg);
    }
    if (code == ERR_OK) {
        code = narrow("reactions", words->reactions, &shape->reactions, msg);
    }
    return code;
}

static enum err take_action(const struct words *words, enum seed_action *action,
                            struct err_msg *msg)
{
    if ((words->clean ? 1 : 0) + (words->reset ? 1 : 0) + (words->reset_votes ? 1 : 0) > 1) {
        return err_set(msg, ERR_USAGE, "--clean, --reset and --reset-votes: give one of them");
    }
    *action = SEED_FILL;
    if (words->clean) {
        *action = SEED_CLEAN;
    } else if (words->reset) {
        *action = SEED_RESET;
    } else if (words->reset_votes) {
        *action = SEED_RESET_VOTES;
    }
    return ERR_OK;
}

static enum err take_options(const struct words *words, struct seed_options *options,
                             struct err_msg *msg)
{
    int64_t nanoseconds;
    clock_wall(&options->now_s, &nanoseconds);
    if (words->now_s != NOT_GIVEN) {
        /* Ten digits of seconds reach to the year 2286. */
        if (words->now_s > UINT64_C(9999999999)) {
            return err_set(msg, ERR_USAGE, "--now %" PRIu64 ": seconds since 1970 were expected",
                           words->now_s);
        }
        options->now_s = (int64_t)words->now_s;
    }
    options->data_dir = words->data_dir;
    options->secret_file = words->secret_file;
    options->target.url = words->database_url;
    /* The table's text is borrowed: a URL from the environment is the environment's own. */
    options->target.from_argv = words->database_url != getenv("DATABASE_URL");
    options->target.allowed_hosts = &words->allowed_hosts;
    enum err code = take_action(words, &options->action, msg);
    return code == ERR_OK ? take_shape(words, &options->shape, msg) : code;
}

static double rate(uint64_t rows, double seconds)
{
    return seconds > 0 ? (double)rows / seconds : 0;
}

static void print_removed(const char *verb, const struct cleanup_report *cleanup)
{
    for (size_t i = 0; i < CLEANUP_TABLES && cleanup->removed[i].table != NULL; i++) {
        if (cleanup->removed[i].rows > 0) {
            (void)printf("%-21s %10" PRIu64 " %s\n", cleanup->removed[i].table,
                         cleanup->removed[i].rows, verb);
        }
    }
}

static void print_copied(const struct seed_options *options, const struct seed_report *report)
{
    uint64_t replaced = cleanup_total(&report->cleanup);
    (void)printf("%-21s %10s %9s %9s\n", "table", "rows", "seconds", "rows/s");
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        const struct seed_copied *copied = &report->copied[i];
        (void)printf("%-21s %10" PRIu64 " %9.3f %9.0f\n", copied->table, copied->rows,
                     copied->seconds, rate(copied->rows, copied->seconds));
    }
    if (replaced > 0) {
        (void)printf("%" PRIu64 " rows of an earlier seeding were replaced.\n", replaced);
    }
    (void)printf("The group is %s; tokens and ids are in %s/.\n", report->group_id.text,
                 options->data_dir);
}

static void print_text(const struct seed_options *options, const struct seed_report *report)
{
    switch (options->action) {
    case SEED_FILL:
        print_copied(options, report);
        break;
    case SEED_CLEAN:
        print_removed("removed", &report->cleanup);
        (void)printf("%-21s %10" PRIu64 " removed from %s/\n", "data files", report->removed_files,
                     options->data_dir);
        break;
    case SEED_RESET:
        print_removed("removed", &report->cleanup);
        (void)printf("%-21s %10" PRIu64 " repaired\n", "messages", report->repaired_messages);
        if (report->reactions > 0) {
            (void)printf("%-21s %10" PRIu64 " seeded anew\n", "message_reactions",
                         report->reactions);
        }
        break;
    case SEED_RESET_VOTES:
        (void)printf("%-21s %10" PRIu64 " removed\n", "poll_votes",
                     cleanup_total(&report->cleanup));
        break;
    }
    (void)printf("Done in %.2f s.\n", report->seconds);
}

static const char *action_name(enum seed_action action)
{
    static const char *const names[] = { "fill", "clean", "reset", "reset-votes" };
    return names[action];
}

static void add_shape(cJSON *root, const struct shape *shape)
{
    cJSON *node = json_add_object(root, "shape");
    char *seed = mem_format("%" PRIu64, shape->seed);
    /* As text: a JSON number keeps only 53 bits. */
    json_add_text(node, "seed", seed);
    json_add_number(node, "users", shape->users);
    json_add_number(node, "group_members", shape->group_members);
    json_add_number(node, "messages", shape->messages);
    json_add_number(node, "encrypted", shape->encrypted);
    json_add_number(node, "reactions", shape->reactions);
    free(seed);
}

static void add_tables(cJSON *root, const struct seed_report *report)
{
    cJSON *list = json_add_array(root, "tables");
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        const struct seed_copied *copied = &report->copied[i];
        cJSON *node = json_push_object(list);
        json_add_text(node, "table", copied->table);
        json_add_number(node, "rows", (double)copied->rows);
        json_add_number(node, "seconds", copied->seconds);
        json_add_number(node, "rows_per_second", rate(copied->rows, copied->seconds));
    }
}

static void add_cleanup(cJSON *root, const struct cleanup_report *cleanup)
{
    cJSON *removed = json_add_object(root, "removed");
    for (size_t i = 0; i < CLEANUP_TABLES && cleanup->removed[i].table != NULL; i++) {
        json_add_number(removed, cleanup->removed[i].table, (double)cleanup->removed[i].rows);
    }
    cJSON *kept = json_add_object(root, "kept");
    json_add_number(kept, "conversations", (double)cleanup->kept_conversations);
    json_add_number(kept, "messages", (double)cleanup->kept_messages);
    json_add_number(kept, "users", (double)cleanup->kept_users);
}

static void print_json(const struct seed_options *options, const struct seed_report *report)
{
    struct strbuf text = STRBUF_INIT;
    cJSON *root = json_new_object();
    json_add_text(root, "action", action_name(options->action));
    if (options->action == SEED_FILL || options->action == SEED_RESET) {
        add_shape(root, &report->shape);
        json_add_text(root, "group_conversation_id", report->group_id.text);
    }
    if (options->action == SEED_FILL) {
        add_tables(root, report);
        json_add_text(root, "data_dir", options->data_dir);
    }
    if (options->action == SEED_RESET) {
        json_add_number(root, "repaired_messages", (double)report->repaired_messages);
        json_add_number(root, "seeded_reactions", (double)report->reactions);
    }
    if (options->action == SEED_CLEAN) {
        json_add_number(root, "removed_files", (double)report->removed_files);
    }
    add_cleanup(root, &report->cleanup);
    json_add_number(root, "seconds", report->seconds);
    json_write(root, true, &text);
    (void)printf("%s\n", strbuf_text(&text));
    strbuf_release(&text);
    cJSON_Delete(root);
}

static void warn_of_kept(const struct cleanup_report *cleanup)
{
    if (cleanup->kept_example[0] != '\0') {
        log_warn("seed: messages of users who were not seeded stand in seeded conversations, or "
                 "answer seeded users (one is %s); they stay",
                 cleanup->kept_example);
    }
    if (cleanup->kept_conversations + cleanup->kept_messages + cleanup->kept_users > 0) {
        log_warn("seed: kept because of them or of others' memberships: %" PRIu64
                 " conversations, %" PRIu64 " messages, %" PRIu64 " users",
                 cleanup->kept_conversations, cleanup->kept_messages, cleanup->kept_users);
    }
}

static int seed(const struct words *words)
{
    struct seed_options options = { .action = SEED_FILL };
    struct seed_report report;
    struct err_msg msg = { "" };

    log_set_level(words->verbose ? LOG_VERBOSE : LOG_NORMAL);
    enum err code = take_options(words, &options, &msg);
    if (code == ERR_OK) {
        code = seed_run(&options, &report, &msg);
    }
    if (code != ERR_OK) {
        return command_fail("seed", code, &msg);
    }
    warn_of_kept(&report.cleanup);
    if (words->as_json) {
        print_json(&options, &report);
    } else {
        print_text(&options, &report);
    }
    return EXIT_PASS;
}

static int run(int argc, char **argv)
{
    struct words words = {
        .data_dir = "data",
        .users = 100,
        .group_members = NOT_GIVEN,
        .messages = 201,
        .seed = 1,
        .now_s = NOT_GIVEN,
    };
    const struct option_spec specs[] = {
        { OPTION_HEADING, "What is seeded", 0, NULL, NULL, NULL, NULL },
        { OPTION_COUNT, "users", 0, "N", NULL, "Users, 1 to 10000 (default 100).", &words.users },
        { OPTION_COUNT, "group-members", 0, "M", NULL,
          "How many of them are in the big group (default: all).", &words.group_members },
        { OPTION_COUNT, "messages", 0, "N", NULL,
          "Messages in the big group, 1 to 1000000 (default 201: 1 poll, 100 images, 100 files).",
          &words.messages },
        { OPTION_COUNT, "encrypted", 0, "N", NULL,
          "Encrypted texts on top of these, newer than all others (default 0).", &words.encrypted },
        { OPTION_COUNT, "reactions", 0, "N", NULL,
          "Reactions on each image, from N members (default 0).", &words.reactions },
        { OPTION_COUNT, "seed", 0, "N", NULL, "The seed number (default 1).", &words.seed },
        { OPTION_COUNT, "now", 0, "SECONDS", NULL,
          "When tokens are issued, since 1970 (default: now); they last 720 hours.", &words.now_s },
        { OPTION_HEADING, "Instead of seeding", 0, NULL, NULL, NULL, NULL },
        { OPTION_FLAG, "clean", 0, NULL, NULL,
          "Remove all that was seeded or that seeded users did, and the data files.",
          &words.clean },
        { OPTION_FLAG, "reset", 0, NULL, NULL,
          "Remove what runs added and mend what they changed; give --seed and --reactions as when "
          "seeding, the rest is found.",
          &words.reset },
        { OPTION_FLAG, "reset-votes", 0, NULL, NULL, "Remove the votes of the seeded poll.",
          &words.reset_votes },
        { OPTION_HEADING, "Where", 0, NULL, NULL, NULL, NULL },
        { OPTION_TEXT, "database-url", 0, "URL", "DATABASE_URL",
          "The chat's database; without a password on the command line.", &words.database_url },
        { OPTION_LIST, "allow-host", 0, "HOST", NULL,
          "A database host beside this machine that may be written to; repeatable.",
          &words.allowed_hosts },
        { OPTION_TEXT, "data-dir", 0, "DIR", NULL, "Where the data files go (default data).",
          &words.data_dir },
        { OPTION_TEXT, "secret-file", 0, "FILE", NULL,
          "File with the secret (default: the environment's NEXTAUTH_SECRET).",
          &words.secret_file },
        { OPTION_HEADING, "Output", 0, NULL, NULL, NULL, NULL },
        { OPTION_FLAG, "json", 0, NULL, NULL, "Print the result as JSON.", &words.as_json },
        { OPTION_FLAG, "verbose", 0, NULL, "VERBOSE", "Also say what the database remarks.",
          &words.verbose },
    };
    const struct command_line line = {
        .usage = "tmscdp seed [options]",
        .about = about,
        .notes = notes,
        .specs = specs,
        .spec_count = sizeof specs / sizeof specs[0],
    };
    const char **operands = mem_new_array((size_t)argc, sizeof operands[0]);
    size_t operand_count = 0;
    int exit_code = EXIT_PASS;

    if (!command_parse(&line, argc, argv, operands, &operand_count, &exit_code)) {
        free(operands);
        return exit_code;
    }
    if (operand_count > 0) {
        struct err_msg msg = { "" };
        enum err code =
            err_set(&msg, ERR_USAGE, "'%s' is no option; seed takes options only", operands[0]);
        free(operands);
        return command_fail("seed", code, &msg);
    }
    free(operands);
    return seed(&words);
}

const struct command cmd_seed = {
    .name = "seed",
    .summary = "Fill the chat's database with a known chat, reset it, or clean it up",
    .run = run,
};
