/* tmscdp: finds the command and runs it. */
#include <stdio.h>

#include "base/embedded.h"
#include "base/log.h"
#include "base/options.h"
#include "cli/command.h"

static const struct command *const commands[] = {
    &cmd_doctor, &cmd_run,     &cmd_pair,   &cmd_seed,    &cmd_measure,
    &cmd_stress, &cmd_monitor, &cmd_report, &cmd_compare, &cmd_rescore,
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static void print_help(FILE *stream)
{
    (void)fputs(
        "Usage: tmscdp COMMAND [options]\n\n"
        "Measures the TMS team chat: what its web client costs the browser at 50, 150, 200 …\n"
        "loaded messages, over the Chrome DevTools Protocol, and how its server holds under\n"
        "load.\n\nCommands:\n",
        stream);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        (void)fprintf(stream, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
    }
    (void)fputs(
        "\n`tmscdp COMMAND --help` explains a command; `tmscdp --version` names this build.\n\n"
        "Exit codes: 0 pass, 99 a verdict or threshold failed, 100/101 seeding/cleaning up failed,\n"
        "104 bad usage, 105 interrupted, 107 target or browser could not be driven, 111 no data or\n"
        "inconclusive, 112 refused: the target is not on the allow list.\n",
        stream);
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i]->name, name) == 0) {
            return commands[i];
        }
    }
    return NULL;
}

static int refuse_command(const char *word)
{
    const char *names[COMMAND_COUNT];
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        names[i] = commands[i]->name;
    }
    const char *nearest = options_nearest(word, names, COMMAND_COUNT);
    if (nearest != NULL) {
        log_error("there is no command '%s'; did you mean '%s'?", word, nearest);
    } else {
        log_error("there is no command '%s'; `tmscdp --help` lists them", word);
    }
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
        print_help(stdout);
        return EXIT_PASS;
    }
    if (strcmp(word, "--version") == 0) {
        (void)printf("tmscdp %s (%s)\n", version_text, version_commit);
        return EXIT_PASS;
    }
    const struct command *command = find_command(word);
    if (command == NULL) {
        return refuse_command(word);
    }
    return command->run(argc - 1, argv + 1);
}
