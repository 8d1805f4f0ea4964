/* What the test plan expected of the browser, carried as data. */
#include "base/embedded.h"
#include "reports/model_build.h"

#define EXPECTED_PATH "metrics/data/browser-expected.json"

/* A field that must be a text; NULL with the sentence otherwise. */
static const char *need_text(struct report *report, const cJSON *node, const char *name,
                             struct err_msg *msg)
{
    const char *text = json_text(node, name);
    if (text == NULL) {
        (void)err_set(msg, ERR_FORMAT, EXPECTED_PATH ": every entry needs a text \"%s\"", name);
        return NULL;
    }
    return report_keep_text(report, text, 400);
}

static enum err read_finding(struct report *report, const cJSON *node,
                             struct report_expectation *out, struct err_msg *msg)
{
    const char *verdict = need_text(report, node, "verdict", msg);
    out->test = need_text(report, node, "test", msg);
    out->cause = need_text(report, node, "cause", msg);
    out->messages = json_number(node, "messages", 0.0);
    if (verdict == NULL || out->test == NULL || out->cause == NULL) {
        return ERR_FORMAT;
    }
    if (!verdict_from_name(verdict, &out->verdict) || !(out->messages >= 1.0)) {
        return err_set(msg, ERR_FORMAT, EXPECTED_PATH ": \"%s\" needs a verdict and messages",
                       out->test);
    }
    return ERR_OK;
}

static enum err read_bottleneck(struct report *report, const cJSON *node,
                                struct report_bottleneck *out, struct err_msg *msg)
{
    const char *seen_by = need_text(report, node, "seen_by", msg);
    out->number = (unsigned)json_number(node, "number", 0.0);
    out->severity = need_text(report, node, "severity", msg);
    out->where = need_text(report, node, "where", msg);
    out->what = need_text(report, node, "what", msg);
    out->fix = need_text(report, node, "fix", msg);
    if (seen_by == NULL || out->severity == NULL || out->where == NULL || out->what == NULL ||
        out->fix == NULL) {
        return ERR_FORMAT;
    }
    out->metric = metric_find(seen_by);
    if (out->metric == NULL && strcmp(seen_by, "slope") != 0) {
        return err_set(msg, ERR_FORMAT, EXPECTED_PATH ": \"seen_by\": \"%s\" is no metric",
                       seen_by);
    }
    return ERR_OK;
}

static enum err read_lists(struct report *report, const cJSON *root, struct err_msg *msg)
{
    const cJSON *findings = json_at(root, "findings");
    const cJSON *bottlenecks = json_at(root, "bottlenecks");
    const cJSON *node;
    report->expectation = report_keep_array(report, (size_t)cJSON_GetArraySize(findings),
                                            sizeof *report->expectation);
    report->bottleneck = report_keep_array(report, (size_t)cJSON_GetArraySize(bottlenecks),
                                           sizeof *report->bottleneck);
    cJSON_ArrayForEach (node, findings) {
        enum err code =
            read_finding(report, node, &report->expectation[report->expectation_count++], msg);
        if (code != ERR_OK) {
            return code;
        }
    }
    cJSON_ArrayForEach (node, bottlenecks) {
        enum err code =
            read_bottleneck(report, node, &report->bottleneck[report->bottleneck_count++], msg);
        if (code != ERR_OK) {
            return code;
        }
    }
    return ERR_OK;
}

enum err build_expected(struct report *report, struct err_msg *msg)
{
    const struct embedded *file = embedded_find(EXPECTED_PATH);
    if (file == NULL) {
        return err_set(msg, ERR_USAGE, "this build carries no " EXPECTED_PATH);
    }
    cJSON *root = NULL;
    enum err code = json_parse(file->text, file->bytes, EXPECTED_PATH, &root, msg);
    if (code == ERR_OK) {
        code = read_lists(report, root, msg);
    }
    cJSON_Delete(root);
    return code;
}
