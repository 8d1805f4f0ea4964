/* tmscdp doctor: what stands in the way of a measurement, and what to do about it. */
#include <stdio.h>

#include "base/json.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/doctor.h"

static void print_text(const struct doctor *doctor)
{
    for (size_t i = 0; i < doctor->count; i++) {
        const struct finding *finding = &doctor->finding[i];
        (void)printf("%-7s  %-11s  %s\n", doctor_state_name(finding->state), finding->name,
                     finding->what);
        if (finding->todo != NULL) {
            (void)printf("%-7s  %-11s  -> %s\n", "", "", finding->todo);
        }
    }
}

static void print_json(const struct doctor *doctor)
{
    struct strbuf text = STRBUF_INIT;
    cJSON *list = doctor_to_json(doctor);
    json_write(list, true, &text);
    (void)printf("%s\n", strbuf_text(&text));
    strbuf_release(&text);
    cJSON_Delete(list);
}

static int conclude(const struct doctor *doctor, bool as_json)
{
    enum finding_state worst = FINDING_OK;
    if (as_json) {
        print_json(doctor);
    } else {
        print_text(doctor);
    }
    for (size_t i = 0; i < doctor->count; i++) {
        worst = doctor->finding[i].state > worst ? doctor->finding[i].state : worst;
    }
    if (doctor->refused) {
        return EXIT_REFUSED;
    }
    return worst == FINDING_FAIL ? EXIT_DRIVE : EXIT_PASS;
}

static int examine(struct doctor *doctor, const char *api_url, const char *token_file, bool as_json)
{
    struct err_msg msg = { "" };
    enum err code = loop_new(&doctor->loop, &msg);
    if (code == ERR_OK) {
        code = doctor_examine(doctor, api_url, token_file, "data", &msg);
    }
    int exit_code = code == ERR_OK ? conclude(doctor, as_json) : command_fail("doctor", code, &msg);
    doctor_release(doctor);
    loop_free(doctor->loop);
    return exit_code;
}

static int run(int argc, char **argv)
{
    struct doctor doctor = { .client_url = "http://127.0.0.1:3000" };
    const char *api_url = "http://127.0.0.1:8000";
    const char *token_file = NULL;
    bool as_json = false;
    struct err_msg msg = { "" };
    int exit_code;
    size_t operand_count;
    const struct option_spec specs[] = {
        { OPTION_HEADING, "What to look at", 0, NULL, NULL, NULL, NULL },
        { OPTION_TEXT, "client-url", 0, "URL", "CLIENT_URL",
          "The web client (default http://127.0.0.1:3000).", &doctor.client_url },
        { OPTION_TEXT, "api-url", 0, "URL", "BASE_URL",
          "The chat server, with or without /api/v1 (default http://127.0.0.1:8000).", &api_url },
        { OPTION_TEXT, "database-url", 0, "URL", "DATABASE_URL",
          "PostgreSQL; libpq's PG* variables hold as well.", &doctor.database_url },
        { OPTION_TEXT, "redis-url", 0, "URL", "REDIS_URL", "Redis.", &doctor.redis_url },
        { OPTION_TEXT, "token-file", 0, "FILE", NULL,
          "JSON array of tokens; the first is used (default: AUTH_TOKEN, else the seeded ones).",
          &token_file },
        { OPTION_TEXT, "chrome", 0, "PATH", "CHROME_PATH",
          "The browser (default: Debian's chromium-headless-shell, else chromium).",
          &doctor.chrome },
        { OPTION_LIST, "allow-host", 0, "HOST", NULL,
          "Also look at this host; otherwise only at this machine. May be repeated.",
          &doctor.allowed_hosts },
        { OPTION_HEADING, "Output", 0, NULL, NULL, NULL, NULL },
        { OPTION_FLAG, "json", 0, NULL, NULL, "Print JSON on stdout.", &as_json },
    };
    const struct command_line line = {
        "tmscdp doctor [options]",
        "Looks at everything a measurement needs, says what is wrong and what to do. It changes\n"
        "nothing: the limiter is found by reactions on a message that does not exist.",
        "AUTH_TOKEN holds a token itself. Exit code 107 when something must be mended,\n112 when an address is not on the allow list.",
        specs,
        sizeof specs / sizeof specs[0],
    };
    const char **operands = mem_new_array((size_t)argc, sizeof *operands);
    bool go_on = command_parse(&line, argc, argv, operands, &operand_count, &exit_code);
    if (go_on && operand_count > 0) {
        (void)err_set(&msg, ERR_USAGE, "'%s' is no option; see `tmscdp doctor --help`",
                      operands[0]);
        exit_code = command_fail("doctor", ERR_USAGE, &msg);
        go_on = false;
    }
    free(operands);
    if (!go_on) {
        return exit_code;
    }
    return examine(&doctor, api_url, token_file, as_json);
}

const struct command cmd_doctor = {
    "doctor", "Say what stands in the way of a measurement, and what to do about it", run
};
