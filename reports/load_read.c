/* One workload of a load run, read into the model: what it measured beside its scenarios. */
#include <math.h>

#include "base/mem.h"
#include "reports/clean.h"
#include "reports/load_build.h"

#define NAME_CHARS   ((size_t)60)
#define TEXT_CHARS   ((size_t)300)
#define METRIC_CHARS ((size_t)120)

#define MS_IN_S 1000.0

static const struct metric_def ms_small = { .unit = "ms", .decimals = 2 };
static const struct metric_def ms_middle = { .unit = "ms", .decimals = 1 };
static const struct metric_def ms_whole = { .unit = "ms", .decimals = 0 };
static const struct metric_def plain_whole = { .unit = "", .decimals = 0 };
static const struct metric_def plain_one = { .unit = "", .decimals = 1 };
static const struct metric_def plain_three = { .unit = "", .decimals = 3 };
static const struct metric_def size = { .unit = "bytes" };

void report_ms(double ms, bool at_least, char out[REPORT_MS_BYTES])
{
    char text[METRIC_TEXT_BYTES];
    const char *sign = at_least ? "≥ " : "";
    if (!isfinite(ms)) {
        (void)snprintf(out, REPORT_MS_BYTES, "–");
        return;
    }
    if (ms >= 9999.5) {
        metric_format(&plain_one, ms / MS_IN_S, text, sizeof text);
        (void)snprintf(out, REPORT_MS_BYTES, "%s%.20s s", sign, text);
        return;
    }
    metric_format(ms < 9.995 ? &ms_small : (ms < 99.95 ? &ms_middle : &ms_whole), ms, text,
                  sizeof text);
    (void)snprintf(out, REPORT_MS_BYTES, "%s%.24s", sign, text);
}

void report_number(double number, char out[REPORT_MS_BYTES])
{
    char text[METRIC_TEXT_BYTES];
    if (!isfinite(number)) {
        (void)snprintf(out, REPORT_MS_BYTES, "–");
        return;
    }
    bool whole = fabs(number - round(number)) < 1e-9;
    metric_format(whole ? &plain_whole : (fabs(number) >= 10.0 ? &plain_one : &plain_three), number,
                  text, sizeof text);
    (void)snprintf(out, REPORT_MS_BYTES, "%.31s", text);
}

void report_share(double share, char out[REPORT_MS_BYTES])
{
    if (!isfinite(share)) {
        (void)snprintf(out, REPORT_MS_BYTES, "–");
        return;
    }
    (void)snprintf(out, REPORT_MS_BYTES, "%.2f %%", share * 100.0);
}

/* A threshold's value in the unit of its metric. */
static const char *value_text(struct report *report, const cJSON *metric, double number,
                              bool at_least)
{
    char text[METRIC_TEXT_BYTES];
    const char *contains = json_text(metric, "contains");
    const char *type = json_text(metric, "type");
    if (!isfinite(number)) {
        return "";
    }
    if (contains != NULL && strcmp(contains, "time") == 0) {
        report_ms(number, at_least, text);
    } else if (contains != NULL && strcmp(contains, "data") == 0) {
        metric_format(&size, number, text, sizeof text);
    } else if (type != NULL && strcmp(type, "rate") == 0) {
        report_share(number, text);
    } else {
        report_number(number, text);
    }
    return report_keep_format(report, "%s", text);
}

static enum threshold_state state_of(const cJSON *node)
{
    const char *outcome = json_text(node, "outcome");
    if (outcome != NULL && strcmp(outcome, "pass") == 0) {
        return THRESHOLD_PASSED;
    }
    return outcome != NULL && strcmp(outcome, "fail") == 0 ? THRESHOLD_FAILED : THRESHOLD_NO_DATA;
}

static void read_thresholds(struct report *report, const cJSON *metric, struct report_workload *out)
{
    const cJSON *node;
    cJSON_ArrayForEach (node, json_at(metric, "thresholds")) {
        double number = load_number(node, "value");
        if (out->threshold_count == LOAD_LIST_MAX) {
            return;
        }
        out->threshold[out->threshold_count++] = (struct report_threshold){
            .metric = report_keep_text(report, metric->string, METRIC_CHARS),
            .source = report_keep_text(report, node->string, METRIC_CHARS),
            .value = value_text(report, metric, number, json_bool(node, "at_least", false)),
            .reason = load_text(report, node, "reason", TEXT_CHARS),
            .number = number,
            .n = load_number(node, "n"),
            .state = state_of(node),
        };
    }
}

static void read_metrics(struct report *report, const cJSON *metrics, struct report_workload *out)
{
    const cJSON *metric;
    size_t count = cJSON_IsObject(metrics) ? (size_t)cJSON_GetArraySize(metrics) : 0;
    out->trend = report_keep_array(report, count, sizeof *out->trend);
    out->threshold = report_keep_array(report, LOAD_LIST_MAX, sizeof *out->threshold);
    cJSON_ArrayForEach (metric, metrics) {
        const char *type = json_text(metric, "type");
        const char *contains = json_text(metric, "contains");
        if (type != NULL && contains != NULL && strcmp(type, "trend") == 0 &&
            strcmp(contains, "time") == 0 && out->trend_count < LOAD_LIST_MAX) {
            struct report_trend *trend = &out->trend[out->trend_count++];
            trend->metric = report_keep_text(report, metric->string, METRIC_CHARS);
            load_figures(json_at(metric, "values"), &trend->figures);
        }
        read_thresholds(report, metric, out);
    }
}

static void read_checks(struct report *report, const cJSON *list, struct report_workload *out)
{
    const cJSON *node;
    size_t count = load_count(report, list, "checks");
    out->check = report_keep_array(report, count, sizeof *out->check);
    cJSON_ArrayForEach (node, list) {
        if (out->check_count < count) {
            out->check[out->check_count++] = (struct report_check){
                .name = load_text(report, node, "name", METRIC_CHARS),
                .request = load_text(report, node, "request", NAME_CHARS),
                .passes = load_number(node, "passes"),
                .fails = load_number(node, "fails"),
            };
        }
    }
}

static void read_statuses(struct report *report, const cJSON *list, struct report_workload *out)
{
    const cJSON *node;
    size_t count = load_count(report, list, "kinds of answers");
    out->status = report_keep_array(report, count, sizeof *out->status);
    cJSON_ArrayForEach (node, list) {
        if (out->status_count < count) {
            struct report_status *status = &out->status[out->status_count++];
            status->name = load_text(report, node, "name", NAME_CHARS);
            status->method = load_text(report, node, "method", 20);
            status->outcome = load_text(report, node, "outcome", 40);
            status->status = load_number(node, "status");
            status->count = load_number(node, "count");
            load_figures(json_at(node, "service_ms"), &status->service);
        }
    }
}

static void read_integrity(struct report *report, const cJSON *node, struct report_workload *out)
{
    const cJSON *check;
    const cJSON *list = json_at(node, "checks");
    size_t count = load_count(report, list, "integrity checks");
    out->integrity = report_keep_array(report, count, sizeof *out->integrity);
    cJSON_ArrayForEach (check, list) {
        if (out->integrity_count < count) {
            struct report_integrity *integrity = &out->integrity[out->integrity_count++];
            integrity->name = load_text(report, check, "name", NAME_CHARS);
            integrity->text = load_text(report, check, "text", TEXT_CHARS);
            integrity->violations = load_number(check, "violations");
            out->violations += isfinite(integrity->violations) ? integrity->violations : 0.0;
        }
    }
}

static void read_generator(struct report *report, const cJSON *node, struct report_generator *out)
{
    const cJSON *doubt;
    const cJSON *list = json_at(node, "inconclusive");
    size_t count = load_count(report, list, "doubts");
    *out = (struct report_generator){
        .cpu_share = load_number(node, "cpu_share"),
        .host_busy_share = load_number(node, "host_busy_share"),
        .peak_rss_bytes = load_number(node, "peak_rss_bytes"),
        .doubt = report_keep_array(report, count, sizeof *out->doubt),
    };
    load_figures(json_at(node, "lateness_ms"), &out->lateness);
    cJSON_ArrayForEach (doubt, list) {
        if (cJSON_IsString(doubt) && out->doubt_count < count) {
            out->doubt[out->doubt_count++] =
                report_keep_text(report, doubt->valuestring, TEXT_CHARS);
        }
    }
}

static enum err read_scenarios(struct report *report, const cJSON *list, const char *where,
                               struct report_workload *out, struct err_msg *msg)
{
    const cJSON *node;
    enum err code = ERR_OK;
    size_t count = load_count(report, list, "scenarios");
    out->scenario = report_keep_array(report, count, sizeof *out->scenario);
    cJSON_ArrayForEach (node, list) {
        char place[128];
        if (out->scenario_count == count || code != ERR_OK) {
            break;
        }
        (void)snprintf(place, sizeof place, "%s.scenarios[%zu]", where, out->scenario_count);
        code = load_scenario(report, node, place, &out->scenario[out->scenario_count++], msg);
    }
    return code;
}

/* Verdict and counts of failed thresholds are of the whole workload; its reasons stand in the
 * scenarios. */
static enum err read_verdict(const cJSON *node, const char *where, struct report_workload *out,
                             struct err_msg *msg)
{
    const char *name = json_text(node, "verdict");
    out->judgement.factor = (double)NAN;
    if (name == NULL) {
        return ERR_OK;
    }
    out->judgement.judged = verdict_from_name(name, &out->judgement.verdict);
    if (!out->judgement.judged) {
        return err_set(msg, ERR_FORMAT,
                       "%s: \"verdict\" must be fine, slows_down, crashes or no_data", where);
    }
    return ERR_OK;
}

enum err build_workload(struct report *report, const struct report_run *run, const cJSON *node,
                        const char *where, struct report_workload *out, struct err_msg *msg)
{
    const char *name = json_text(node, "name");
    if (name == NULL) {
        return err_set(msg, ERR_FORMAT, "%s: \"name\" must be a text", where);
    }
    *out = (struct report_workload){
        .run = run,
        .raw_name = report_keep(report, mem_dup_str(name)),
        .label = report_keep_text(report, name, NAME_CHARS),
        .summary = load_text(report, node, "summary", TEXT_CHARS),
        .file = load_text(report, node, "file", METRIC_CHARS),
        .started_at = load_text(report, node, "started_at", 40),
        .state = load_text(report, node, "state", 20),
        .reason = load_text(report, node, "reason", TEXT_CHARS),
        .seconds = load_number(node, "seconds"),
        .server_went_away = json_bool(node, "server_went_away", false),
        .thresholds_failed = json_number(node, "thresholds_failed", 0.0),
        .thresholds_without_data = json_number(node, "thresholds_without_data", 0.0),
        .timeline_reason = "the raw readings were not read",
    };
    enum err code = read_verdict(node, where, out, msg);
    if (code == ERR_OK) {
        code = read_scenarios(report, json_at(node, "scenarios"), where, out, msg);
    }
    if (code == ERR_OK) {
        read_generator(report, json_at(node, "generator"), &out->generator);
        read_metrics(report, json_at(node, "metrics"), out);
        read_checks(report, json_at(node, "checks"), out);
        read_statuses(report, json_at(node, "statuses"), out);
        read_integrity(report, json_at(node, "integrity"), out);
        load_database(report, json_at(node, "database"), &out->database);
        load_sockets(report, json_at(node, "sockets"), &out->sockets);
    }
    return code;
}
