/* Builds the model out of the result files' trees. */
#include <assert.h>
#include <math.h>

#include "base/mem.h"
#include "metrics/diagnosis.h"
#include "metrics/result.h"
#include "reports/clean.h"
#include "reports/diff.h"
#include "reports/load_build.h"
#include "reports/model_build.h"

static void add_count(struct report *report, double messages)
{
    size_t at = 0;
    while (at < report->count_count && report->counts[at] < messages - 0.5) {
        at++;
    }
    if (at < report->count_count && fabs(report->counts[at] - messages) < 0.5) {
        return;
    }
    memmove(report->counts + at + 1, report->counts + at,
            (report->count_count - at) * sizeof *report->counts);
    report->counts[at] = messages;
    report->count_count++;
}

static void gather_counts(struct report *report)
{
    size_t most = 0;
    for (size_t i = 0; i < report->series_count; i++) {
        most += report->series[i].stage_count;
    }
    report->counts = report_keep_array(report, most + 1, sizeof *report->counts);
    for (size_t i = 0; i < report->series_count; i++) {
        for (size_t k = 0; k < report->series[i].stage_count; k++) {
            add_count(report, report->series[i].stage[k].messages);
        }
    }
}

static enum err build_run_series(struct report *report, const struct report_run *run,
                                 const cJSON *variants, struct err_msg *msg)
{
    const cJSON *variant;
    size_t index = 0;
    cJSON_ArrayForEach (variant, variants) {
        char where[64];
        (void)snprintf(where, sizeof where, "measure.variants[%zu]", index++);
        struct report_series *series = &report->series[report->series_count];
        enum err code = build_series(report, run, variant, where, series, msg);
        if (code != ERR_OK) {
            return err_prefix(msg, code, "%s", run->dir);
        }
        report->series_count++;
    }
    return ERR_OK;
}

static enum err build_run_workloads(struct report *report, const struct report_run *run,
                                    const cJSON *workloads, struct err_msg *msg)
{
    const cJSON *node;
    size_t index = 0;
    cJSON_ArrayForEach (node, workloads) {
        char where[64];
        (void)snprintf(where, sizeof where, "stress.workloads[%zu]", index++);
        struct report_workload *workload = &report->workload[report->workload_count];
        enum err code = build_workload(report, run, node, where, workload, msg);
        if (code != ERR_OK) {
            return err_prefix(msg, code, "%s", run->dir);
        }
        report->workload_count++;
    }
    return ERR_OK;
}

static enum err build_parts(struct report *report, cJSON *const *roots, struct err_msg *msg)
{
    enum err code = ERR_OK;
    for (size_t i = 0; i < report->run_count && code == ERR_OK; i++) {
        const struct report_run *run = &report->run[i];
        code = build_run_series(report, run, json_at(roots[i], "measure.variants"), msg);
        if (code == ERR_OK) {
            code = build_run_workloads(report, run, json_at(roots[i], "stress.workloads"), msg);
        }
        if (cJSON_IsArray(json_at(roots[i], "pair.metrics"))) {
            build_pair(report, run, json_at(roots[i], "pair"), &report->pair[report->pair_count++]);
        }
    }
    return code;
}

/* One run's diagnosis is that of its result; several are judged together, for what one has measured
 * may explain what another has. */
static enum err diagnose(struct report *report, cJSON *const *roots, struct err_msg *msg)
{
    struct diagnosis_rules *rules = NULL;
    if (report->run_count == 1) {
        build_diagnosis(report, &report->run[0], json_at(roots[0], "diagnosis"));
        return ERR_OK;
    }
    enum err code = diagnosis_rules_builtin(&rules, msg);
    if (code == ERR_OK) {
        const cJSON **results = mem_new_array(report->run_count, sizeof(cJSON *));
        for (size_t i = 0; i < report->run_count; i++) {
            results[i] = roots[i];
        }
        cJSON *section = diagnosis_find(rules, results, report->run_count);
        build_diagnosis(report, NULL, section);
        cJSON_Delete(section);
        free(results);
        diagnosis_rules_free(rules);
    }
    return code;
}

static const char *numbered(struct report *report, const char *label, const struct report_run *run)
{
    return report_keep_format(report, "%s (run %zu)", label, (size_t)(run - report->run) + 1);
}

/* A label and its run, of a variant or of a workload. */
struct named {
    const char **label;
    const char *plain;
    const struct report_run *run;
};

/* Where several runs have the same name the run's number tells them apart. */
static void number_labels(struct report *report, struct named *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count; k++) {
            if (names[i].run != names[k].run && strcmp(names[i].plain, names[k].plain) == 0) {
                *names[i].label = numbered(report, names[i].plain, names[i].run);
                break;
            }
        }
    }
}

static void number_all(struct report *report)
{
    size_t most = report->series_count > report->workload_count ? report->series_count
                                                                : report->workload_count;
    struct named *names = mem_new_array(most, sizeof *names);
    for (size_t i = 0; i < report->series_count; i++) {
        struct report_series *series = &report->series[i];
        names[i] = (struct named){ &series->label, series->label, series->run };
    }
    number_labels(report, names, report->series_count);
    for (size_t i = 0; i < report->workload_count; i++) {
        struct report_workload *workload = &report->workload[i];
        names[i] = (struct named){ &workload->label, workload->label, workload->run };
    }
    number_labels(report, names, report->workload_count);
    free(names);
}

/* The worst of what was judged; NO DATA where nothing was. */
static void judge_whole(struct report *report)
{
    bool any = false;
    report->verdict = VERDICT_FINE;
    for (size_t i = 0; i < report->series_count; i++) {
        report->verdict = verdict_worse(report->verdict, report->series[i].verdict);
        any = true;
    }
    for (size_t i = 0; i < report->workload_count; i++) {
        const struct report_judgement *judgement = &report->workload[i].judgement;
        report->not_judged += !judgement->judged;
        if (judgement->judged) {
            report->verdict = verdict_worse(report->verdict, judgement->verdict);
            any = true;
        }
    }
    report->verdict = any ? report->verdict : VERDICT_NO_DATA;
}

/* The length of a list that may be missing. */
static enum err size_of(const cJSON *root, const char *name, size_t most, const char *path,
                        size_t *sum, struct err_msg *msg)
{
    size_t count = (size_t)cJSON_GetArraySize(json_at(root, name));
    *sum += count;
    if (count > most) {
        return err_set(msg, ERR_FORMAT, "%s: %s has more than %zu entries", path, name, most);
    }
    return ERR_OK;
}

static enum err build(struct report *report, const char *const *paths, cJSON *const *roots,
                      struct err_msg *msg)
{
    size_t variants = 0;
    size_t workloads = 0;
    for (size_t i = 0; i < report->run_count; i++) {
        enum err code =
            size_of(roots[i], "measure.variants", REPORT_VARIANTS_MAX, paths[i], &variants, msg);
        if (code == ERR_OK) {
            code =
                size_of(roots[i], "stress.workloads", REPORT_LOADS_MAX, paths[i], &workloads, msg);
        }
        if (code != ERR_OK) {
            return code;
        }
    }
    report->run = report_keep_array(report, report->run_count, sizeof *report->run);
    report->pair = report_keep_array(report, report->run_count, sizeof *report->pair);
    report->series = report_keep_array(report, variants, sizeof *report->series);
    report->workload = report_keep_array(report, workloads, sizeof *report->workload);
    for (size_t i = 0; i < report->run_count; i++) {
        build_run(report, paths[i], roots[i], &report->run[i]);
    }
    enum err code = build_parts(report, roots, msg);
    if (code == ERR_OK) {
        code = diagnose(report, roots, msg);
    }
    number_all(report);
    judge_whole(report);
    gather_counts(report);
    return code;
}

/* The file holds a measurement or a load, unless the run did not come that far. */
static enum err check_sections(const cJSON *root, const char *path, struct err_msg *msg)
{
    static const char *const lists[][2] = { { "measure", "measure.variants" },
                                            { "stress", "stress.workloads" },
                                            { "pair", "pair.metrics" } };
    const char *command = json_text(root, "command");
    const char *state = json_text(root, "state");
    bool complete = state != NULL && strcmp(state, "complete") == 0;
    bool any = false;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const cJSON *list = json_at(root, lists[i][1]);
        bool wanted = complete && strcmp(command, lists[i][0]) == 0;
        if (list == NULL ? wanted : !cJSON_IsArray(list)) {
            return err_set(msg, ERR_FORMAT, "%s: \"%s\" must be a list", path, lists[i][1]);
        }
        any = any || list != NULL || strcmp(command, lists[i][0]) == 0;
    }
    if (!any) {
        char *clean = clean_text(command, 40);
        enum err code = err_set(msg, ERR_FORMAT,
                                "%s is of the command \"%s\" and holds none of \"measure\", "
                                "\"stress\" and \"pair\": a report shows runs of these",
                                path, clean);
        free(clean);
        return code;
    }
    return ERR_OK;
}

enum err report_build(const char *const *paths, cJSON *const *roots, size_t count,
                      struct report *out, struct err_msg *msg)
{
    *out = (struct report){ .run_count = count };
    enum err code = targets_builtin(&out->targets, msg);
    if (code == ERR_OK) {
        code = build_expected(out, msg);
    }
    for (size_t i = 0; i < count && code == ERR_OK; i++) {
        code = check_sections(roots[i], paths[i], msg);
    }
    if (code == ERR_OK) {
        code = build(out, paths, roots, msg);
    }
    if (code != ERR_OK) {
        report_release(out);
    }
    return code;
}

enum err report_read(const char *const *paths, size_t count, bool side_by_side, struct report *out,
                     struct err_msg *msg)
{
    assert(count >= 1);
    cJSON *roots[REPORT_RUNS_MAX] = { NULL };
    enum err code = ERR_OK;
    *out = (struct report){ 0 };
    if (count > REPORT_RUNS_MAX) {
        return err_set(msg, ERR_USAGE, "a report holds %zu runs at most, %zu were given",
                       REPORT_RUNS_MAX, count);
    }
    for (size_t i = 0; i < count && code == ERR_OK; i++) {
        code = result_read(paths[i], &roots[i], msg);
    }
    if (code == ERR_OK) {
        code = report_build(paths, roots, count, out, msg);
        if (code == ERR_OK && side_by_side) {
            code = diff_build(out, roots, msg);
            if (code != ERR_OK) {
                report_release(out);
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        cJSON_Delete(roots[i]);
    }
    return code;
}
