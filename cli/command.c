#include "cli/command.h"

#include <stdio.h>

#include "base/log.h"
#include "base/strbuf.h"

int command_exit_code(enum err code)
{
    switch (code) {
    case ERR_OK:
        return EXIT_PASS;
    case ERR_USAGE:
    case ERR_FORMAT:
        return EXIT_USAGE;
    case ERR_REFUSED:
        return EXIT_REFUSED;
    case ERR_NO_DATA:
        return EXIT_NO_DATA;
    case ERR_SEED:
        return EXIT_SEED;
    case ERR_CLEANUP:
        return EXIT_CLEANUP;
    case ERR_INTERRUPTED:
        return EXIT_INTERRUPTED;
    case ERR_IO:
    case ERR_LIMIT:
    case ERR_TIMEOUT:
    case ERR_CLOSED:
    case ERR_PROTOCOL:
    case ERR_UNREACHABLE:
        break;
    }
    return EXIT_DRIVE;
}

int command_fail(const char *command, enum err code, const struct err_msg *msg)
{
    const char *text = msg->text[0] != '\0' ? msg->text : err_name(code);
    log_error("%s: %s", command, text);
    return command_exit_code(code);
}

static void print_help(const struct command_line *line)
{
    struct strbuf page = STRBUF_INIT;
    strbuf_addf(&page, "Usage: %s\n\n%s\n\n", line->usage, line->about);
    options_help(line->specs, line->spec_count, &page);
    strbuf_add_str(&page, "\n  -h, --help  Show this page.\n");
    if (line->notes != NULL) {
        strbuf_addf(&page, "\n%s\n", line->notes);
    }
    (void)fputs(strbuf_text(&page), stdout);
    strbuf_release(&page);
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0) {
            return false;
        }
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            return true;
        }
    }
    return false;
}

bool command_parse(const struct command_line *line, int argc, char **argv, const char **operands,
                   size_t *operand_count, int *exit_code)
{
    struct option_operands rest = { operands, 0 };
    struct err_msg msg = { "" };
    enum err code;

    if (asks_for_help(argc, argv)) {
        print_help(line);
        *exit_code = EXIT_PASS;
        return false;
    }
    code = options_parse(line->specs, line->spec_count, argc, argv, &rest, &msg);
    *operand_count = rest.count;
    if (code != ERR_OK) {
        *exit_code = command_fail(argv[0], code, &msg);
        log_error("%s: see `tmscdp %s --help`", argv[0], argv[0]);
        return false;
    }
    return true;
}
