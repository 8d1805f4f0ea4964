/* tmscdp rescore: computes a run's result again from its raw readings, without a browser. */
#include <stdio.h>

#include "base/json.h"
#include "base/mem.h"
#include "cdp/rescore.h"
#include "cli/command.h"
#include "cli/measured.h"
#include "cli/shared_options.h"

static struct {
    bool json;
    bool soft_fail;
} given;

static const struct option_spec specs[] = {
    SHARED_JSON(&given.json),
    SHARED_SOFT_FAIL(&given.soft_fail),
};

static const struct command_line line = {
    .usage = "tmscdp rescore RUN [options]",
    .about = "Reads run.json and raw/ of a run directory of `tmscdp measure` and writes its\n"
             "result.json anew: after a mended formula or a changed target, old runs need no\n"
             "browser. Also for a run that was killed before it could write its result.",
    .specs = specs,
    .spec_count = sizeof specs / sizeof specs[0],
};

static int rescore(const char *dir)
{
    struct err_msg msg = { "" };
    struct result_run run;
    cJSON *result = NULL;
    enum err err = rescore_open(dir, &run, &msg);
    if (err == ERR_OK) {
        err = rescore_write(&run, &result, &msg);
        result_release(&run);
    }
    if (err != ERR_OK) {
        return command_fail("rescore", err, &msg);
    }
    measured_print(dir, result, given.json);
    int code = measured_exit_code(result, given.soft_fail);
    cJSON_Delete(result);
    return code;
}

static int run(int argc, char **argv)
{
    int code = EXIT_PASS;
    const char **operands = mem_new_array((size_t)argc, sizeof *operands);
    size_t count = 0;
    if (command_parse(&line, argc, argv, operands, &count, &code)) {
        if (count == 1) {
            code = rescore(operands[0]);
        } else {
            struct err_msg msg;
            enum err err = err_set(
                &msg, ERR_USAGE, "give one run directory, like data/runs/20260224-133710-measure");
            code = command_fail("rescore", err, &msg);
        }
    }
    free(operands);
    return code;
}

const struct command cmd_rescore = {
    .name = "rescore",
    .summary = "Compute a run's result again from its raw readings",
    .run = run,
};
