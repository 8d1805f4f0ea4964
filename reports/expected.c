/* What the test plan expected of browser and server, carried as data. */
#include <stdlib.h>

#include "base/embedded.h"
#include "reports/model_build.h"

static const char *const paths[] = { "metrics/data/browser-expected.json",
                                     "metrics/data/backend-expected.json" };

#define PATH_COUNT (sizeof paths / sizeof paths[0])

struct source {
    struct report *report;
    const char *path;
};

/* A field that must be a text; NULL with the sentence otherwise. */
static const char *need_text(const struct source *source, const cJSON *node, const char *name,
                             struct err_msg *msg)
{
    const char *text = json_text(node, name);
    if (text == NULL) {
        (void)err_set(msg, ERR_FORMAT, "%s: every entry needs a text \"%s\"", source->path, name);
        return NULL;
    }
    return report_keep_text(source->report, text, 400);
}

static enum err read_finding(const struct source *source, const cJSON *node,
                             struct report_expectation *out, struct err_msg *msg)
{
    const char *verdict = need_text(source, node, "verdict", msg);
    out->test = need_text(source, node, "test", msg);
    out->cause = need_text(source, node, "cause", msg);
    out->messages = json_number(node, "messages", 0.0);
    out->workload = report_keep_text(source->report, json_text(node, "workload"), 60);
    out->scenario = report_keep_text(source->report, json_text(node, "scenario"), 60);
    out->band = report_keep_text(source->report, json_text(node, "band"), 20);
    if (verdict == NULL || out->test == NULL || out->cause == NULL) {
        return ERR_FORMAT;
    }
    if (!verdict_from_name(verdict, &out->verdict) ||
        (out->messages >= 1.0) == (out->workload[0] != '\0')) {
        return err_set(msg, ERR_FORMAT, "%s: \"%s\" needs a verdict, and messages or a workload",
                       source->path, out->test);
    }
    return ERR_OK;
}

static enum err read_bottleneck(const struct source *source, const cJSON *node,
                                struct report_bottleneck *out, struct err_msg *msg)
{
    const char *seen_by = need_text(source, node, "seen_by", msg);
    out->number = (unsigned)json_number(node, "number", 0.0);
    out->severity = need_text(source, node, "severity", msg);
    out->where = need_text(source, node, "where", msg);
    out->what = need_text(source, node, "what", msg);
    out->fix = need_text(source, node, "fix", msg);
    if (seen_by == NULL || out->severity == NULL || out->where == NULL || out->what == NULL ||
        out->fix == NULL) {
        return ERR_FORMAT;
    }
    out->metric = metric_find(seen_by);
    out->by_diagnosis = strcmp(seen_by, "diagnosis") == 0;
    if (out->metric == NULL && !out->by_diagnosis && strcmp(seen_by, "slope") != 0) {
        return err_set(msg, ERR_FORMAT, "%s: \"seen_by\": \"%s\" is no metric", source->path,
                       seen_by);
    }
    return ERR_OK;
}

static enum err read_lists(const struct source *source, const cJSON *root, struct err_msg *msg)
{
    struct report *report = source->report;
    const cJSON *node;
    enum err code = ERR_OK;
    cJSON_ArrayForEach (node, json_at(root, "findings")) {
        if (code == ERR_OK) {
            code =
                read_finding(source, node, &report->expectation[report->expectation_count++], msg);
        }
    }
    cJSON_ArrayForEach (node, json_at(root, "bottlenecks")) {
        if (code == ERR_OK) {
            code =
                read_bottleneck(source, node, &report->bottleneck[report->bottleneck_count++], msg);
        }
    }
    return code;
}

static int by_number(const void *left, const void *right)
{
    const struct report_bottleneck *a = left;
    const struct report_bottleneck *b = right;
    return (a->number > b->number) - (a->number < b->number);
}

static enum err parse(cJSON **roots, struct err_msg *msg)
{
    for (size_t i = 0; i < PATH_COUNT; i++) {
        const struct embedded *file = embedded_find(paths[i]);
        if (file == NULL) {
            return err_set(msg, ERR_USAGE, "this build carries no %s", paths[i]);
        }
        enum err code = json_parse(file->text, file->bytes, paths[i], &roots[i], msg);
        if (code != ERR_OK) {
            return code;
        }
    }
    return ERR_OK;
}

static void make_room(struct report *report, cJSON *const *roots)
{
    size_t findings = 0;
    size_t bottlenecks = 0;
    for (size_t i = 0; i < PATH_COUNT; i++) {
        findings += (size_t)cJSON_GetArraySize(json_at(roots[i], "findings"));
        bottlenecks += (size_t)cJSON_GetArraySize(json_at(roots[i], "bottlenecks"));
    }
    report->expectation = report_keep_array(report, findings, sizeof *report->expectation);
    report->bottleneck = report_keep_array(report, bottlenecks, sizeof *report->bottleneck);
}

enum err build_expected(struct report *report, struct err_msg *msg)
{
    cJSON *roots[PATH_COUNT] = { NULL };
    enum err code = parse(roots, msg);
    if (code == ERR_OK) {
        make_room(report, roots);
    }
    for (size_t i = 0; i < PATH_COUNT; i++) {
        if (code == ERR_OK) {
            code = read_lists(&(struct source){ report, paths[i] }, roots[i], msg);
        }
        cJSON_Delete(roots[i]);
    }
    if (report->bottleneck_count > 1) {
        qsort(report->bottleneck, report->bottleneck_count, sizeof *report->bottleneck, by_number);
    }
    return code;
}

bool report_is_about(const struct report_expectation *expectation,
                     const struct report_workload *workload)
{
    size_t bytes = strlen(expectation->workload);
    return bytes > 0 && strncmp(workload->raw_name, expectation->workload, bytes) == 0 &&
           (workload->raw_name[bytes] == '\0' || workload->raw_name[bytes] == '-');
}

static const struct report_judgement *of_band(const struct report_scenario *scenario,
                                              const char *band, const char **reason)
{
    if (band[0] == '\0') {
        return &scenario->judgement;
    }
    for (size_t i = 0; i < scenario->bands.count; i++) {
        if (strcmp(scenario->bands.item[i].name, band) == 0) {
            return &scenario->bands.item[i].judgement;
        }
    }
    *reason = "no request was sent by so many VUs";
    return NULL;
}

const struct report_judgement *report_measured(const struct report_workload *workload,
                                               const struct report_expectation *expectation,
                                               const char **reason)
{
    const struct report_judgement *found = NULL;
    *reason = "the workload had no such scenario";
    if (expectation->scenario[0] == '\0') {
        found = &workload->judgement;
    }
    for (size_t i = 0; i < workload->scenario_count && found == NULL; i++) {
        if (strcmp(workload->scenario[i].name, expectation->scenario) == 0) {
            found = of_band(&workload->scenario[i], expectation->band, reason);
            break;
        }
    }
    if (found != NULL && !found->judged) {
        *reason = "not judged: the run measured no baseline";
        return NULL;
    }
    return found;
}

const struct report_rule *report_rule_of(const struct report *report, unsigned number)
{
    const struct report_rule *best = NULL;
    for (size_t i = 0; i < report->rule_count; i++) {
        const struct report_rule *rule = &report->rule[i];
        if (rule->number == (double)number && (best == NULL || rule->state < best->state)) {
            best = rule;
        }
    }
    return best;
}
