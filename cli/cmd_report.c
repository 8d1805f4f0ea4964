/* tmscdp report: from run directories to one HTML page. */
#include <stdio.h>

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "cli/command.h"
#include "metrics/result.h"
#include "reports/report.h"

struct report_options {
    const char *output;
    const char *runs_dir;
    bool quiet;
};

/* The page's place when none was given: in the last run's directory. */
static char *default_output(const char *run)
{
    if (file_is_dir(run)) {
        return file_join(run, "report.html");
    }
    const char *slash = strrchr(run, '/');
    if (slash == NULL) {
        return mem_dup_str("report.html");
    }
    char *folder = mem_dup_bytes(run, (size_t)(slash - run) + 1);
    char *path = file_join(folder, "report.html");
    free(folder);
    return path;
}

static int write_report(const char *const *runs, size_t count, const struct report_options *options)
{
    struct err_msg msg = { "" };
    struct report report;
    struct strbuf table = STRBUF_INIT;
    char *output =
        options->output != NULL ? mem_dup_str(options->output) : default_output(runs[count - 1]);
    enum err code = report_write(runs, count, output, &report, &msg);
    int exit_code = EXIT_PASS;
    if (code == ERR_OK) {
        if (!options->quiet) {
            report_summary(&report, &table);
        }
        (void)printf("%sreport: %s\n", strbuf_text(&table), output);
        report_release(&report);
    } else {
        exit_code = command_fail("report", code, &msg);
    }
    strbuf_release(&table);
    free(output);
    return exit_code;
}

static int run(int argc, char **argv)
{
    struct report_options options = { .runs_dir = "data/runs" };
    const struct option_spec specs[] = {
        { OPTION_TEXT, "output", 0, "FILE", NULL,
          "Where to write the page (default: report.html in the last RUN).", &options.output },
        { OPTION_TEXT, "runs-dir", 0, "DIR", NULL,
          "Where to look for the newest run when none is named (default: data/runs).",
          &options.runs_dir },
        { OPTION_FLAG, "quiet", 'q', NULL, NULL, "Print only where the page lies.",
          &options.quiet },
    };
    const struct command_line line = {
        .usage = "tmscdp report [options] [RUN…]",
        .about = "Writes one self-contained HTML page on one or more runs of `tmscdp measure`, and "
                 "prints the\nsame figures as a table. A RUN is a run directory or its "
                 "result.json; without one, the newest\nrun is taken. Only reads the runs: the "
                 "exit code says whether the page was written, not what\nthe verdict is.",
        .specs = specs,
        .spec_count = sizeof specs / sizeof specs[0],
    };
    const char **operands = mem_new_array((size_t)argc + 1, sizeof *operands);
    size_t count = 0;
    int exit_code = EXIT_PASS;
    if (command_parse(&line, argc, argv, operands, &count, &exit_code)) {
        struct err_msg msg = { "" };
        char *newest = NULL;
        enum err code = ERR_OK;
        if (count == 0) {
            code = result_newest(options.runs_dir, &newest, &msg);
            operands[count++] = newest;
        }
        exit_code = code == ERR_OK ? write_report(operands, count, &options)
                                   : command_fail("report", code, &msg);
        free(newest);
    }
    free(operands);
    return exit_code;
}

const struct command cmd_report = {
    "report",
    "Write one HTML page on one or more runs",
    run,
};
