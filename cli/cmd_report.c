/* tmscdp report: from run directories to one HTML page and the formats of others. */
#include <stdio.h>

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/redact.h"
#include "base/strbuf.h"
#include "cli/command.h"
#include "cli/run_dirs.h"
#include "metrics/result.h"
#include "reports/report.h"

static struct {
    const char *output;
    const char *runs_dir;
    const char *also[REPORT_OUTPUT_COUNT]; /* paths of the other outputs; NULL: not wanted */
    bool diff;
    bool quiet;
} given;

static const struct option_spec specs[] = {
    { OPTION_TEXT, "output", 0, "FILE", NULL,
      "Where to write the page (default: report.html in the last RUN).", &given.output },
    { OPTION_FLAG, "diff", 0, NULL, NULL,
      "Two runs side by side, BASE and HEAD: differences, intervals, screenshots.", &given.diff },
    { OPTION_TEXT, "runs-dir", 0, "DIR", NULL,
      "Where to look for the newest run when none is named (default: data/runs).",
      &given.runs_dir },
    { OPTION_FLAG, "quiet", 'q', NULL, NULL, "Print only where the page lies.", &given.quiet },
    { OPTION_HEADING, "For other programs, beside the page; - is standard output", 0, NULL, NULL,
      NULL, NULL },
    { OPTION_TEXT, "markdown", 0, "FILE", "GITHUB_STEP_SUMMARY",
      "Append a summary in Markdown, for a CI job's page.", &given.also[REPORT_MARKDOWN] },
    { OPTION_TEXT, "junit", 0, "FILE", NULL, "Everything that was judged, as JUnit XML.",
      &given.also[REPORT_JUNIT] },
    { OPTION_TEXT, "bench-json", 0, "FILE", NULL,
      "Figures for github-action-benchmark, of which less is better; the others go to a second "
      "file: bench.json and bench-higher.json.",
      &given.also[REPORT_BENCH_JSON] },
    { OPTION_TEXT, "bencher", 0, "FILE", NULL, "Figures in Bencher's metric format.",
      &given.also[REPORT_BENCHER] },
    { OPTION_TEXT, "chrome-trace", 0, "FILE", NULL,
      "Virtual users, latency, lock waits and frames on one clock, for Perfetto.",
      &given.also[REPORT_CHROME_TRACE] },
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

/* What this machine's environment tells of secrets must stand in no output, whatever a result
 * holds. */
static void register_secrets(void)
{
    static const char *const names[] = { "NEXTAUTH_SECRET", "AUTH_TOKEN", "PGPASSWORD" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *secret = getenv(names[i]);
        if (secret != NULL) {
            redact_register(secret);
        }
    }
    const char *url = getenv("DATABASE_URL");
    const char *user = url != NULL ? strstr(url, "://") : NULL;
    const char *end = user != NULL ? strchr(user, '@') : NULL;
    const char *colon = user != NULL ? strchr(user + 3, ':') : NULL;
    if (end != NULL && colon != NULL && colon < end) {
        char *password = mem_dup_bytes(colon + 1, (size_t)(end - colon) - 1);
        redact_register(password);
        free(password);
    }
}

/* Standard output holds one thing at a time. */
static enum err check_outputs(struct err_msg *msg)
{
    size_t count = 0;
    for (size_t i = 0; i < REPORT_OUTPUT_COUNT; i++) {
        count += given.also[i] != NULL && strcmp(given.also[i], "-") == 0;
    }
    if (given.output != NULL && strcmp(given.output, "-") == 0) {
        count++;
    }
    if (count > 1) {
        return err_set(msg, ERR_USAGE, "only one output can be -, %zu are", count);
    }
    given.quiet = given.quiet || count > 0;
    return ERR_OK;
}

static enum err write_all(const struct report *report, const char *output, struct err_msg *msg)
{
    enum err code = report_write(report, REPORT_HTML, output, msg);
    for (size_t i = 0; i < REPORT_OUTPUT_COUNT && code == ERR_OK; i++) {
        if (given.also[i] != NULL) {
            code = report_write(report, (enum report_output)i, given.also[i], msg);
        }
    }
    return code;
}

static void say(const struct report *report, const char *output)
{
    struct strbuf table = STRBUF_INIT;
    bool to_stdout = strcmp(output, "-") == 0;
    for (size_t i = 0; i < REPORT_OUTPUT_COUNT; i++) {
        to_stdout = to_stdout || (given.also[i] != NULL && strcmp(given.also[i], "-") == 0);
    }
    if (!given.quiet) {
        report_summary(report, &table);
    }
    if (!to_stdout) {
        (void)printf("%sreport: %s\n", strbuf_text(&table), output);
    }
    strbuf_release(&table);
}

static int write_report(const char *const *words, size_t count)
{
    struct err_msg msg = { "" };
    struct report report;
    struct run_dirs runs = { NULL, 0, 0 };
    char *output =
        given.output != NULL ? mem_dup_str(given.output) : default_output(words[count - 1]);
    enum err code = check_outputs(&msg);
    int exit_code = EXIT_PASS;
    if (code == ERR_OK) {
        code = run_dirs_find(words, count, &runs, &msg);
    }
    if (code == ERR_OK) {
        const struct report_input input = { (const char *const *)runs.path, runs.count, given.diff,
                                            output };
        code = report_open(&input, &report, &msg);
        if (code == ERR_OK) {
            code = write_all(&report, output, &msg);
            if (code == ERR_OK) {
                say(&report, output);
            }
            report_release(&report);
        }
    }
    if (code != ERR_OK) {
        exit_code = command_fail("report", code, &msg);
    }
    run_dirs_release(&runs);
    free(output);
    return exit_code;
}

static const struct command_line line = {
    .usage = "tmscdp report [options] [RUN…]\n       tmscdp report --diff [options] BASE HEAD",
    .about =
        "Writes one self-contained HTML page on one or more runs of `tmscdp measure` and `tmscdp\n"
        "stress`, and prints the same figures as a table. A RUN is a run directory or its\n"
        "result.json, or the directory of a `tmscdp run`, which stands for its parts; without one,\n"
        "the newest run is taken. Only reads the runs: the exit code says whether the outputs were\n"
        "written, not what the verdict is.",
    .notes = "Example:\n"
             "  tmscdp report data/runs/20260224-133710-measure data/runs/20260224-134502-stress",
    .specs = specs,
    .spec_count = sizeof specs / sizeof specs[0],
};

static int run(int argc, char **argv)
{
    memset(&given, 0, sizeof given);
    given.runs_dir = "data/runs";
    register_secrets();
    const char **operands = mem_new_array((size_t)argc + 1, sizeof *operands);
    size_t count = 0;
    int exit_code = EXIT_PASS;
    if (command_parse(&line, argc, argv, operands, &count, &exit_code)) {
        struct err_msg msg = { "" };
        char *newest = NULL;
        enum err code = ERR_OK;
        if (count == 0) {
            code = result_newest(given.runs_dir, &newest, &msg);
            operands[count++] = newest;
        }
        exit_code =
            code == ERR_OK ? write_report(operands, count) : command_fail("report", code, &msg);
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
