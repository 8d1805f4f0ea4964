#include "cli/stressed.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "cli/command.h"
#include "cli/connected.h"
#include "cli/watched.h"
#include "metrics/diagnosis.h"
#include "reports/k6_summary.h"

void stressed_print(const char *dir, const cJSON *result, const char *const *stats, bool as_json)
{
    struct strbuf text = STRBUF_INIT;
    const cJSON *workload = NULL;
    if (as_json) {
        json_write(result, true, &text);
    } else {
        cJSON_ArrayForEach (workload, json_at(result, "stress.workloads")) {
            k6_summary_write(workload, stats, &text);
            connected_write(json_at(workload, "sockets"), &text);
            watched_write(json_at(workload, "database"), &text);
            strbuf_add_char(&text, '\n');
        }
        diagnosis_write(json_at(result, "diagnosis"), &text);
        strbuf_addf(&text, "result: %s/result.json", dir);
    }
    (void)printf("%s\n", strbuf_text(&text));
    strbuf_release(&text);
}

static char *export_path(const char *path, const char *workload, bool several)
{
    if (!several) {
        return mem_dup_str(path);
    }
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(path, '.');
    if (dot == NULL || (slash != NULL && dot < slash)) {
        dot = path + strlen(path);
    }
    return mem_format("%.*s.%s%s", (int)(dot - path), path, workload, dot);
}

enum err stressed_export(const cJSON *result, const char *path, struct err_msg *msg)
{
    const cJSON *workloads = json_at(result, "stress.workloads");
    const cJSON *workload = NULL;
    enum err err = ERR_OK;
    cJSON_ArrayForEach (workload, workloads) {
        char *file =
            export_path(path, json_text(workload, "name"), cJSON_GetArraySize(workloads) > 1);
        cJSON *root = k6_summary_export(workload);
        if (err == ERR_OK) {
            err = json_write_file(file, root, msg);
        }
        cJSON_Delete(root);
        free(file);
    }
    return err;
}

/* What one workload's result asks for. */
struct findings {
    bool fails;      /* whatever the generator did */
    bool times_fail; /* a threshold on a trend */
    bool no_data;
    bool doubtful;
};

static void look_at_thresholds(const cJSON *workload, struct findings *out)
{
    const cJSON *metric = NULL;
    const cJSON *threshold = NULL;
    cJSON_ArrayForEach (metric, json_at(workload, "metrics")) {
        bool is_trend = strcmp(json_text(metric, "type"), "trend") == 0;
        cJSON_ArrayForEach (threshold, json_at(metric, "thresholds")) {
            const char *outcome = json_text(threshold, "outcome");
            bool fails = strcmp(outcome, "fail") == 0;
            out->times_fail = out->times_fail || (fails && is_trend);
            out->fails = out->fails || (fails && !is_trend);
            out->no_data = out->no_data || strcmp(outcome, "no_data") == 0;
        }
    }
}

static void look_at(const cJSON *workload, struct findings *out)
{
    const cJSON *check = NULL;
    const char *verdict = json_text(workload, "verdict");
    look_at_thresholds(workload, out);
    cJSON_ArrayForEach (check, json_at(workload, "integrity.checks")) {
        out->fails = out->fails || json_number(check, "violations", 0) > 0;
    }
    if (verdict != NULL) {
        out->fails = out->fails || strcmp(verdict, "crashes") == 0;
        out->no_data = out->no_data || strcmp(verdict, "no_data") == 0;
    }
    out->doubtful =
        out->doubtful || cJSON_GetArraySize(json_at(workload, "generator.inconclusive")) > 0;
}

int stressed_exit_code(const cJSON *result, bool soft_fail)
{
    struct findings findings = { .fails = false };
    const cJSON *workload = NULL;
    if (soft_fail) {
        return EXIT_PASS;
    }
    cJSON_ArrayForEach (workload, json_at(result, "stress.workloads")) {
        look_at(workload, &findings);
    }
    if (findings.fails || (findings.times_fail && !findings.doubtful)) {
        return EXIT_VERDICT;
    }
    return findings.no_data || findings.doubtful ? EXIT_NO_DATA : EXIT_PASS;
}
