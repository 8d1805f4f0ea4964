/* tmscdp compare: whether a change made things worse. */
#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/url.h"
#include "cli/budgets.h"
#include "cli/command.h"
#include "cli/compare_inputs.h"
#include "cli/compare_live.h"
#include "cli/compare_outputs.h"
#include "cli/shared_options.h"
#include "metrics/result.h"

static struct {
    struct option_list bases;
    struct option_list heads;
    const char *variant;
    const char *base_variant;
    const char *head_variant;
    const char *baseline;
    const char *save;
    const char *budgets;
    const char *only;
    const char *base_url;
    const char *head_url;
    uint64_t runs;
    uint64_t max_runs;
    uint64_t max_time_ms;
    uint64_t seed;
    const char *runs_dir;
    struct compare_outputs outputs;
    bool all;
    bool soft_fail;
    bool quiet;
} given;

static const struct option_spec specs[] = {
    { OPTION_HEADING, "Saved runs", 0, NULL, NULL, NULL, NULL },
    { OPTION_LIST, "base", 0, "RUN", NULL,
      "A run of the base; repeatable: several runs of a side are pooled.", &given.bases },
    { OPTION_LIST, "head", 0, "RUN", NULL, "A run of the head; repeatable.", &given.heads },
    { OPTION_TEXT, "variant", 0, "NAME", NULL,
      "Which variant of the runs, where they have several.", &given.variant },
    { OPTION_TEXT, "base-variant", 0, "NAME", NULL,
      "The same for base alone; with --head-variant and one RUN, two variants of one run are "
      "compared.",
      &given.base_variant },
    { OPTION_TEXT, "head-variant", 0, "NAME", NULL, "The same for head alone.",
      &given.head_variant },
    { OPTION_TEXT, "baseline", 0, "FILE", NULL,
      "A file made by --save takes the place of the base.", &given.baseline },
    { OPTION_TEXT, "save", 0, "FILE", NULL,
      "Write the head's values to a small file, to be kept beside the code.", &given.save },
    { OPTION_HEADING, "Live", 0, NULL, NULL, NULL, NULL },
    { OPTION_TEXT, "base-url", 0, "URL", NULL, "The client before the change.", &given.base_url },
    { OPTION_TEXT, "head-url", 0, "URL", NULL, "The client with it.", &given.head_url },
    { OPTION_COUNT, "runs", 'n', "N", NULL,
      "Repetitions of each side before the first look (default 8).", &given.runs },
    { OPTION_COUNT, "max-runs", 0, "N", NULL,
      "Repetitions of each side at most, while a time cannot be told (default 24).",
      &given.max_runs },
    { OPTION_DURATION, "max-time", 0, "TIME", NULL,
      "No new block of repetitions after this long (default 20m).", &given.max_time_ms },
    { OPTION_TEXT, "runs-dir", 0, "DIR", NULL,
      "Where the comparison's directory is made (default data/runs).", &given.runs_dir },
    { OPTION_HEADING, "What is judged", 0, NULL, NULL, NULL, NULL },
    { OPTION_TEXT, "only", 0, "NAMES", NULL,
      "Only these metrics, by their names in --json, comma-separated.", &given.only },
    { OPTION_TEXT, "budgets", 0, "FILE", NULL,
      "Limits of single figures, with a level that warns and one that fails; works without base.",
      &given.budgets },
    { OPTION_COUNT, "seed", 0, "N", NULL, "Of the bootstrap and of live orders (default 1).",
      &given.seed },
    { OPTION_HEADING, "Output", 0, NULL, NULL, NULL, NULL },
    { OPTION_FLAG, "all", 0, NULL, NULL, "Also show what is the same and what is not judged.",
      &given.all },
    { OPTION_FLAG, "json", 0, NULL, NULL, "Print everything as JSON on stdout.",
      &given.outputs.json },
    { OPTION_TEXT, "markdown", 0, "FILE", NULL, "Write Markdown to the file, or to stdout for -.",
      &given.outputs.markdown },
    { OPTION_TEXT, "junit", 0, "FILE", NULL, "Write JUnit XML.", &given.outputs.junit },
    { OPTION_FLAG, "annotations", 0, NULL, "GITHUB_ACTIONS",
      "Print ::error and ::warning lines for GitHub.", &given.outputs.annotations },
    { OPTION_FLAG, "step-summary", 0, NULL, NULL,
      "Append the Markdown to the file that GITHUB_STEP_SUMMARY names.",
      &given.outputs.step_summary },
    SHARED_SOFT_FAIL(&given.soft_fail),
    { OPTION_FLAG, "quiet", 'q', NULL, NULL, "Only errors on stderr.", &given.quiet },
};

static const struct command_line line = {
    .usage = "tmscdp compare [options] BASE HEAD\n"
             "       tmscdp compare [options] RUN --base-variant NAME --head-variant NAME\n"
             "       tmscdp compare [options] --baseline FILE HEAD\n"
             "       tmscdp compare [options] --save FILE RUN\n"
             "       tmscdp compare [options] --base-url URL --head-url URL [-- MEASURE-OPTIONS]",
    .about =
        "Decides whether head is worse than base, from run directories of `measure` or `stress`,\n"
        "or live. Counts (elements, memory, listeners, requests, losses) are compared as they are;\n"
        "times only when repeated, significant, large enough and measured on a machine that was\n"
        "quiet enough: otherwise the answer is \"cannot tell\". A list that was virtualized and is\n"
        "not any more fails whatever else is found.",
    .notes =
        "A time is slower or faster when a rank test says so with p < 0.01 (corrected for looking\n"
        "at many), the medians differ by more than 10 % (20 % when the sides were not measured in\n"
        "turns) and by an absolute floor, and the 95 % interval is clear of no change. A live\n"
        "comparison shares the 0.01 out among the looks it may take. A time needs\n"
        "8 repetitions a side (`measure --runs 8`); with less than 5 times are shown and not "
        "judged.\n\n"
        "Exit codes: 0 nothing is worse, 99 something is, 111 it cannot be told or a figure is\n"
        "missing on a side, 104 bad usage, 107 the live measurement could not be made.\n\n"
        "Examples:\n"
        "  tmscdp compare data/runs/20260224-133710-measure data/runs/20260224-141522-measure\n"
        "  tmscdp compare --budgets budgets.json --baseline perf.json data/runs/20260224-141522-"
        "measure\n"
        "  tmscdp compare --base-url http://127.0.0.1:3000 --head-url http://127.0.0.1:3001 \\\n"
        "    -- --messages 50,200",
    .specs = specs,
    .spec_count = sizeof specs / sizeof specs[0],
};

static void set_defaults(void)
{
    given.runs = 8;
    given.max_runs = 24;
    given.max_time_ms = UINT64_C(20) * 60 * 1000;
    given.seed = 1;
    given.runs_dir = "data/runs";
}

/* What is compared with what. */
struct sides {
    struct compare_named named[2]; /* base, head */
    bool has_base;
};

static void add_paths(const struct option_list *list, struct compare_named *out)
{
    for (size_t i = 0; i < list->count; i++) {
        out->path[out->count++] = list->item[i];
    }
}

static void set_variants(struct sides *out)
{
    out->named[0].variant = given.base_variant != NULL ? given.base_variant : given.variant;
    out->named[1].variant = given.head_variant != NULL ? given.head_variant : given.variant;
}

/* One RUN: the head, unless two of its variants are meant. */
static void take_one(const char *run, struct sides *out)
{
    bool named = given.base_variant != NULL && given.head_variant != NULL;
    bool is_live_one = given.baseline == NULL && given.variant == NULL && given.save == NULL &&
                       compare_inputs_has_variant(run, COMPARE_LIVE_BASE) &&
                       compare_inputs_has_variant(run, COMPARE_LIVE_HEAD);
    out->named[1].path[out->named[1].count++] = run;
    if (given.baseline == NULL && (named || is_live_one)) {
        out->named[0].path[out->named[0].count++] = run;
    }
    if (is_live_one && !named) {
        out->named[0].variant = COMPARE_LIVE_BASE;
        out->named[1].variant = COMPARE_LIVE_HEAD;
    }
}

static enum err choose_sides(const char *const *operands, size_t count, struct sides *out,
                             struct err_msg *msg)
{
    *out = (struct sides){ .has_base = false };
    set_variants(out);
    add_paths(&given.bases, &out->named[0]);
    add_paths(&given.heads, &out->named[1]);
    bool by_options = given.bases.count + given.heads.count > 0;
    if (by_options && count > 0) {
        return err_set(msg, ERR_USAGE, "'%s': with --base and --head no run is named without one",
                       operands[0]);
    }
    if (count == 2) {
        out->named[0].path[out->named[0].count++] = operands[0];
        out->named[1].path[out->named[1].count++] = operands[1];
    } else if (count == 1) {
        take_one(operands[0], out);
    } else if (count > 2) {
        return err_set(msg, ERR_USAGE,
                       "%zu runs: give BASE and HEAD, or --base RUN … --head RUN … for several",
                       count);
    }
    if (given.baseline != NULL && out->named[0].count > 0) {
        return err_set(msg, ERR_USAGE,
                       "--baseline %s takes the place of the base: give the head "
                       "alone",
                       given.baseline);
    }
    out->named[0].baseline = given.baseline;
    out->has_base = given.baseline != NULL || out->named[0].count > 0;
    if (out->named[1].count == 0) {
        return err_set(msg, ERR_USAGE, "give the runs to compare, BASE and HEAD");
    }
    if (!out->has_base && given.budgets == NULL && given.save == NULL) {
        return err_set(msg, ERR_USAGE,
                       "there is nothing to compare %s with: give a second run, --baseline or "
                       "--budgets, or two variants of it with --base-variant and --head-variant",
                       out->named[1].path[0]);
    }
    return ERR_OK;
}

static cJSON *view_to_json(const struct compare_view *view, const struct compare_side sides[2])
{
    cJSON *root =
        view->comparison != NULL ? comparison_to_json(view->comparison) : json_new_object();
    static const char *const verdicts[] = {
        [COMPARE_PASSES] = "pass", [COMPARE_FAILS] = "fail", [COMPARE_UNDECIDED] = "cannot_tell"
    };
    cJSON_DeleteItemFromObjectCaseSensitive(root, "verdict");
    json_add_text(root, "verdict", verdicts[view->verdict]);
    json_add_text(root, "headline", view->headline);
    json_add_node(root, "base_runs", cJSON_Duplicate(sides[0].runs, true));
    json_add_node(root, "head_runs", cJSON_Duplicate(sides[1].runs, true));
    if (view->budgets != NULL) {
        budget_result_to_json(view->budgets, root, "budgets");
    }
    if (view->comparison == NULL && view->list != NULL) {
        cJSON *lists = json_add_object(root, "virtualization");
        virtualization_to_json(view->list, lists, "head");
    }
    return root;
}

/* Everything of one comparison. */
struct work {
    struct sides sides;
    double alpha; /* 0: the usual */
    struct compare_side side[2];
    struct comparison comparison;
    struct budgets budgets;
    struct budget_result budget_result;
    struct virtualization list;
    char *title[2];
    struct compare_view view;
};

static enum err read_sides(struct work *work, struct err_msg *msg)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < 2 && err == ERR_OK; i++) {
        if (i == 1 || work->sides.has_base) {
            err = compare_inputs_read(&work->sides.named[i], &work->side[i], msg);
            work->title[i] = compare_inputs_title(&work->sides.named[i]);
        }
    }
    return err;
}

static enum err judge(struct work *work, struct err_msg *msg)
{
    const struct compare_rules rules = { .seed = given.seed,
                                         .alpha = work->alpha,
                                         .only = given.only };
    const char *command = json_text(work->side[1].conditions, "command");
    bool is_browser = command != NULL && strcmp(command, "measure") == 0;
    enum err err = ERR_OK;
    if (work->sides.has_base) {
        err = compare_sides(&work->side[0], &work->side[1], &rules, &work->comparison, msg);
    }
    if (err != ERR_OK) {
        return err;
    }
    if (is_browser) {
        virtualization_judge(&work->side[1], &work->list);
    }
    work->view = (struct compare_view){
        .comparison = work->sides.has_base ? &work->comparison : NULL,
        .list = is_browser ? &work->list : NULL,
        .base = work->title[0],
        .head = work->title[1],
        .all = given.all,
    };
    if (given.budgets != NULL) {
        budgets_judge(&work->budgets, &work->side[1], work->view.list, &work->budget_result);
        work->view.budgets = &work->budget_result;
    }
    compare_view_conclude(&work->view);
    return ERR_OK;
}

static enum err save(const struct work *work, struct err_msg *msg)
{
    if (given.save == NULL) {
        return ERR_OK;
    }
    if (work->side[1].incomplete[0] != '\0') {
        return err_set(msg, ERR_NO_DATA, "--save %s: %s; a baseline needs a whole run", given.save,
                       work->side[1].incomplete);
    }
    enum err err = compare_inputs_save(&work->side[1], given.save, msg);
    if (err == ERR_OK) {
        log_info("saved %s", given.save);
    }
    return err;
}

/* From named sides to the exit code. `*json` (NULL: not wanted) gets the whole, the caller's. */
static int compare_and_tell(struct work *work, cJSON **json)
{
    struct err_msg msg = { "" };
    bool judges = work->sides.has_base || given.budgets != NULL;
    compare_side_init(&work->side[0]);
    compare_side_init(&work->side[1]);
    enum err err =
        given.budgets != NULL ? budgets_read(given.budgets, &work->budgets, &msg) : ERR_OK;
    if (err == ERR_OK) {
        err = read_sides(work, &msg);
    }
    if (err == ERR_OK && judges) {
        err = judge(work, &msg);
    }
    if (err == ERR_OK) {
        err = save(work, &msg);
    }
    int code = EXIT_PASS;
    if (err == ERR_OK && judges) {
        cJSON *whole = view_to_json(&work->view, work->side);
        err = compare_outputs_write(&given.outputs, &work->view, whole, &msg);
        code = compare_outputs_exit_code(&work->view, given.soft_fail);
        if (json != NULL) {
            *json = whole;
        } else {
            cJSON_Delete(whole);
        }
    }
    return err == ERR_OK ? code : command_fail("compare", err, &msg);
}

static void work_release(struct work *work)
{
    comparison_release(&work->comparison);
    budget_result_release(&work->budget_result);
    budgets_release(&work->budgets);
    compare_side_release(&work->side[0]);
    compare_side_release(&work->side[1]);
    free(work->title[0]);
    free(work->title[1]);
}

static int run_saved(const char *const *operands, size_t count)
{
    struct err_msg msg = { "" };
    struct work work = { .view = { .comparison = NULL } };
    enum err err = choose_sides(operands, count, &work.sides, &msg);
    if (err != ERR_OK) {
        return command_fail("compare", err, &msg);
    }
    int code = compare_and_tell(&work, NULL);
    work_release(&work);
    return code;
}

static enum err check_live(struct err_msg *msg)
{
    if (given.base_url == NULL || given.head_url == NULL) {
        return err_set(msg, ERR_USAGE, "--base-url and --head-url belong together: %s is missing",
                       given.base_url == NULL ? "--base-url" : "--head-url");
    }
    if (given.baseline != NULL || given.bases.count + given.heads.count > 0) {
        return err_set(msg, ERR_USAGE,
                       "--base-url measures both sides: --baseline, --base and --head go with "
                       "saved runs");
    }
    if (given.runs < 1 || given.runs > given.max_runs || given.max_runs > 1000) {
        return err_set(msg, ERR_USAGE,
                       "--runs must be at least 1 and not over --max-runs, which may be 1000");
    }
    return ERR_OK;
}

static uint64_t more_runs(void)
{
    return given.runs > 2 ? given.runs / 2 : 1;
}

static double live_alpha(void)
{
    return compare_live_alpha(given.runs, more_runs(), given.max_runs);
}

static enum err measure_live(const struct result_run *run, const char *const *words, size_t count,
                             struct sides *sides, struct err_msg *msg)
{
    const struct compare_live live = {
        .base_url = given.base_url,
        .head_url = given.head_url,
        .dir = run->dir,
        .words = words,
        .word_count = count,
        .first_runs = given.runs,
        .more_runs = more_runs(),
        .max_runs = given.max_runs,
        .max_time_ms = given.max_time_ms,
        .seed = given.seed,
        .rules = { .seed = given.seed, .alpha = live_alpha(), .only = given.only },
    };
    struct loop *loop = NULL;
    enum err err = loop_new(&loop, msg);
    if (err == ERR_OK) {
        err = compare_live_run(loop, &live, &sides->named[0], &sides->named[1], msg);
        loop_free(loop);
    }
    sides->has_base = true;
    return err;
}

static int conclude_live(struct result_run *run, struct work *work)
{
    struct err_msg msg = { "" };
    cJSON *json = NULL;
    int code = compare_and_tell(work, &json);
    enum err err = result_end(run, json, "complete", NULL, &msg);
    return err == ERR_OK ? code : command_fail("compare", err, &msg);
}

static int fail_live(struct result_run *run, enum err err, const struct err_msg *why)
{
    struct err_msg msg = { "" };
    const char *state = err == ERR_INTERRUPTED ? "interrupted" : "failed";
    if (result_end(run, NULL, state, why->text, &msg) != ERR_OK) {
        (void)command_fail("compare", ERR_IO, &msg);
    }
    return command_fail("compare", err, why);
}

static int run_live(const char *const *words, size_t count)
{
    struct err_msg msg = { "" };
    struct result_run run;
    struct work work = { .view = { .comparison = NULL } };
    enum err err = check_live(&msg);
    if (err != ERR_OK) {
        return command_fail("compare", err, &msg);
    }
    cJSON *options = json_new_object();
    json_add_text(options, "base_url", given.base_url);
    json_add_text(options, "head_url", given.head_url);
    json_add_number(options, "max_runs", (double)given.max_runs);
    json_add_number(options, "seed", (double)given.seed);
    err = result_begin(given.runs_dir, "compare", options, &run, &msg);
    cJSON_Delete(options);
    if (err != ERR_OK) {
        return command_fail("compare", err, &msg);
    }
    work.alpha = live_alpha();
    err = measure_live(&run, words, count, &work.sides, &msg);
    int code = err == ERR_OK ? conclude_live(&run, &work) : fail_live(&run, err, &msg);
    work_release(&work);
    compare_live_release(&work.sides.named[0], &work.sides.named[1]);
    result_release(&run);
    return code;
}

static int run(int argc, char **argv)
{
    int code = EXIT_PASS;
    const char **operands = mem_new_array((size_t)argc, sizeof *operands);
    size_t count = 0;
    set_defaults();
    if (command_parse(&line, argc, argv, operands, &count, &code)) {
        log_set_level(given.quiet ? LOG_QUIET : LOG_NORMAL);
        bool is_live = given.base_url != NULL || given.head_url != NULL;
        struct err_msg msg = { "" };
        /* Before anything is measured for it. */
        enum err err = compare_only_check(given.only, &msg);
        code = err != ERR_OK ? command_fail("compare", err, &msg)
               : is_live     ? run_live(operands, count)
                             : run_saved(operands, count);
    }
    free(operands);
    return code;
}

const struct command cmd_compare = {
    .name = "compare",
    .summary = "Decide whether head is worse than base, from saved runs or live",
    .run = run,
};
