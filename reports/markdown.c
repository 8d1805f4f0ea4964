/* GitHub-flavoured Markdown, for the summary of a CI job. */
#include <math.h>

#include "reports/lines.h"
#include "reports/outputs.h"

static const char *const signs[] = {
    [VERDICT_FINE] = "✅",
    [VERDICT_SLOWS_DOWN] = "⚠️",
    [VERDICT_CRASHES] = "❌",
    [VERDICT_NO_DATA] = "➖",
};

/* Every mark of Markdown and HTML with a backslash or as an entity: text stays text. */
static void add_text(struct strbuf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '<':
            strbuf_add_str(out, "&lt;");
            break;
        case '>':
            strbuf_add_str(out, "&gt;");
            break;
        case '&':
            strbuf_add_str(out, "&amp;");
            break;
        case '@': /* nobody is to be called by what a page holds */
            strbuf_add_str(out, "&#64;");
            break;
        default:
            if (strchr("\\`*_{}[]()#+!|~-", *text) != NULL) {
                strbuf_add_char(out, '\\');
            }
            strbuf_add_char(out, *text);
            break;
        }
    }
}

static void add_wrapped(struct strbuf *out, const char *before, const char *text, const char *after)
{
    strbuf_add_str(out, before);
    add_text(out, text);
    strbuf_add_str(out, after);
}

static void add_verdict(struct strbuf *out, const struct report_judgement *judgement)
{
    if (judgement->judged) {
        strbuf_addf(out, "%s %s", signs[judgement->verdict], verdict_title(judgement->verdict));
    } else {
        strbuf_add_str(out, "➖ not judged");
    }
}

static void add_runs(const struct report *report, struct strbuf *out)
{
    for (size_t i = 0; i < report->run_count; i++) {
        const struct report_run *run = &report->run[i];
        add_wrapped(out, "Run **", run->id, "**, ");
        add_wrapped(out, "", run->started_at, ", ");
        add_wrapped(out, "", run->tool, "");
        if (strcmp(run->state, "complete") != 0) {
            add_wrapped(out, ". **", run->state, "**: ");
            add_text(out, run->reason);
        }
        strbuf_add_str(out, "\n\n");
    }
}

static void add_series_row(const struct report_series *series, struct strbuf *out)
{
    add_wrapped(out, "| browser: ", series->label, " | ");
    strbuf_addf(out, "%s %s | ", signs[series->verdict], verdict_title(series->verdict));
    for (size_t i = 0; i < series->stage_count; i++) {
        const struct report_stage *stage = &series->stage[i];
        strbuf_addf(out, "%s%.0f: %s", i == 0 ? "" : ", ", stage->messages,
                    verdict_title(stage->verdict));
    }
    add_wrapped(out, ". ", series->list_words, " |\n");
}

static void add_workload_row(const struct report_workload *workload, struct strbuf *out)
{
    bool first = true;
    add_wrapped(out, "| load: ", workload->label, " | ");
    add_verdict(out, &workload->judgement);
    strbuf_add_str(out, " | ");
    for (size_t i = 0; i < workload->scenario_count; i++) {
        const struct report_scenario *scenario = &workload->scenario[i];
        for (size_t k = 0; k < scenario->judgement.reason_count; k++) {
            const struct report_reason *reason = &scenario->judgement.reason[k];
            if (reason->verdict != VERDICT_FINE) {
                add_wrapped(out, first ? "" : "; ", scenario->name, ": ");
                add_text(out, reason->text);
                first = false;
            }
        }
    }
    if (workload->thresholds_failed > 0.0) {
        strbuf_addf(out, "%s%.0f of %zu thresholds failed", first ? "" : "; ",
                    workload->thresholds_failed, workload->threshold_count);
        first = false;
    }
    strbuf_add_str(out, first ? "nothing speaks against it |\n" : " |\n");
}

static void add_expected_row(const struct report_expectation *row, const char *label,
                             enum verdict measured, struct strbuf *out)
{
    add_wrapped(out, "| ", row->test, "");
    strbuf_addf(out, " | %s %s | ", signs[row->verdict], verdict_title(row->verdict));
    add_text(out, label);
    strbuf_addf(out, ": %s %s | %s |\n", signs[measured], verdict_title(measured),
                measured == VERDICT_NO_DATA ? "not decided"
                : measured == row->verdict  ? "as expected"
                                            : "**differs**");
}

static void add_expected(const struct report *report, struct strbuf *out)
{
    strbuf_add_str(out, "### Expected and measured\n\n| Test | Expected | Measured | |\n"
                        "| --- | --- | --- | --- |\n");
    for (size_t i = 0; i < report->expectation_count; i++) {
        const struct report_expectation *row = &report->expectation[i];
        for (size_t k = 0; k < report->series_count && row->messages > 0.0; k++) {
            const struct report_stage *stage = report_stage_at(&report->series[k], row->messages);
            if (stage != NULL) {
                add_expected_row(row, report->series[k].label, stage->verdict, out);
            }
        }
        for (size_t k = 0; k < report->workload_count; k++) {
            const char *reason;
            if (report_is_about(row, &report->workload[k])) {
                const struct report_judgement *judgement =
                    report_measured(&report->workload[k], row, &reason);
                add_expected_row(row, report->workload[k].label,
                                 judgement != NULL ? judgement->verdict : VERDICT_NO_DATA, out);
            }
        }
    }
    strbuf_add_char(out, '\n');
}

static void add_diagnosis(const struct report *report, struct strbuf *out)
{
    bool any = false;
    for (size_t i = 0; i < report->rule_count; i++) {
        const struct report_rule *rule = &report->rule[i];
        if (rule->state != RULE_FOUND) {
            continue;
        }
        strbuf_add_str(out, any ? "" : "### Diagnosis\n\n");
        any = true;
        add_wrapped(out, "- **", rule->title, "**");
        for (size_t k = 0; k < rule->evidence_count; k++) {
            add_wrapped(out, k == 0 ? ": " : "; ", rule->evidence[k], "");
        }
        add_wrapped(out, rule->fix[0] != '\0' ? ". *Fix:* " : "", rule->fix, "\n");
    }
    strbuf_add_str(out, any ? "\n" : "");
}

struct failures {
    struct strbuf *out;
    size_t count;
};

static void add_failure(void *arg, const struct line_judged *line)
{
    struct failures *failures = arg;
    if (line->state == LINE_FAILED || line->state == LINE_ERROR) {
        strbuf_add_str(failures->out, failures->count == 0
                                          ? "### What failed\n\n| Where | What | Measured |\n"
                                            "| --- | --- | --- |\n"
                                          : "");
        add_wrapped(failures->out, "| ", line->subject, " | ");
        add_wrapped(failures->out, "", line->name, " | ");
        add_wrapped(failures->out, "", line->text, " |\n");
        failures->count++;
    }
}

/* Cut between two lines: half a table row would spoil what follows. */
static void cut(struct strbuf *text)
{
    static const char words[] = "\n*Cut here: the whole is in the report.*\n";
    if (text->len <= OUTPUT_MARKDOWN_BYTES) {
        return;
    }
    size_t end = OUTPUT_MARKDOWN_BYTES - sizeof words;
    while (end > 0 && text->data[end - 1] != '\n') {
        end--;
    }
    text->len = end;
    text->data[end] = '\0';
    strbuf_add_str(text, words);
}

void output_markdown(const struct report *report, struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;
    struct failures failures = { &text, 0 };
    strbuf_addf(&text, "## %s TMS performance: %s\n\n", signs[report->verdict],
                verdict_title(report->verdict));
    add_runs(report, &text);
    strbuf_add_str(&text, "| Part | Verdict | Why |\n| --- | --- | --- |\n");
    for (size_t i = 0; i < report->series_count; i++) {
        add_series_row(&report->series[i], &text);
    }
    for (size_t i = 0; i < report->workload_count; i++) {
        add_workload_row(&report->workload[i], &text);
    }
    strbuf_add_char(&text, '\n');
    add_diagnosis(report, &text);
    add_expected(report, &text);
    lines_judged(report, add_failure, &failures);
    for (size_t i = 0; i < report->note_count; i++) {
        add_wrapped(&text, "\n> ", report->notes[i], "\n");
    }
    cut(&text);
    strbuf_add(out, strbuf_text(&text), text.len);
    strbuf_release(&text);
}
