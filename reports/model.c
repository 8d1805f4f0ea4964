#include "reports/model.h"

#include <math.h>
#include <stdarg.h>

#include "base/mem.h"
#include "base/redact.h"
#include "reports/clean.h"
#include "reports/model_build.h"

void *report_keep(struct report *report, void *memory)
{
    void *owned = report->owned;
    mem_reserve(&owned, &report->owned_cap, report->owned_count + 1, sizeof *report->owned);
    report->owned = owned;
    report->owned[report->owned_count++] = memory;
    return memory;
}

const char *report_keep_text(struct report *report, const char *text, size_t max_chars)
{
    char *clean = clean_text(text, max_chars);
    /* Here, and not only in the outputs: what an output escapes hides a secret from a scan. */
    if (!report->holds_secret && ((text != NULL && redact_finds(text, strlen(text))) ||
                                  redact_finds(clean, strlen(clean)))) {
        report->holds_secret = true;
    }
    return report_keep(report, clean);
}

const char *report_keep_format(struct report *report, const char *format, ...)
{
    struct strbuf text = STRBUF_INIT;
    va_list args;
    va_start(args, format);
    strbuf_addv(&text, format, args);
    va_end(args);
    return report_keep(report, strbuf_detach(&text));
}

void *report_keep_array(struct report *report, size_t count, size_t element_bytes)
{
    return report_keep(report, mem_new_array(count, element_bytes));
}

#define NOTES_MAX ((size_t)20)

void report_add_note(struct report *report, const char *format, ...)
{
    struct strbuf text = STRBUF_INIT;
    va_list args;
    if (report->notes == NULL) {
        report->notes = report_keep_array(report, NOTES_MAX, sizeof *report->notes);
    }
    va_start(args, format);
    strbuf_addv(&text, format, args);
    va_end(args);
    const char *note = report_keep(report, strbuf_detach(&text));
    for (size_t i = 0; i < report->note_count; i++) {
        if (strcmp(report->notes[i], note) == 0) {
            return;
        }
    }
    if (report->note_count < NOTES_MAX) {
        report->notes[report->note_count++] = note;
    }
}

void report_release(struct report *report)
{
    for (size_t i = 0; i < report->owned_count; i++) {
        free(report->owned[i]);
    }
    free(report->owned);
    *report = (struct report){ 0 };
}

static bool same_count(double a, double b)
{
    return fabs(a - b) < 0.5;
}

struct report_stage *report_stage_at(const struct report_series *series, double messages)
{
    for (size_t i = 0; i < series->stage_count; i++) {
        if (same_count(series->stage[i].messages, messages)) {
            return &series->stage[i];
        }
    }
    return NULL;
}

void report_signed(double number, bool plus, char out[REPORT_SIGNED_BYTES])
{
    char digits[REPORT_SIGNED_BYTES - 4];
    (void)snprintf(digits, sizeof digits, "%.2f", fabs(number));
    bool zero = strspn(digits, "0.") == strlen(digits);
    const char *sign = number < 0.0 && !zero ? "−" : (plus && !zero ? "+" : "");
    (void)snprintf(out, REPORT_SIGNED_BYTES, "%s%s", sign, digits);
}

static const struct metric_value *find_value(const struct metric_value *values, size_t count,
                                             const struct metric_def *metric)
{
    for (size_t i = 0; i < count; i++) {
        if (values[i].def == metric) {
            return &values[i];
        }
    }
    return NULL;
}

const struct metric_value *report_value(const struct report_series *series,
                                        const struct report_stage *stage,
                                        const struct metric_def *metric)
{
    const struct metric_value *value = find_value(stage->value, stage->value_count, metric);
    if (value == NULL && stage == series->stage) {
        value = find_value(series->load, series->load_count, metric);
    }
    return value;
}

const struct target *report_target(const struct report *report, const struct metric_def *metric,
                                   double messages, bool first_stage)
{
    for (size_t i = 0; i < report->targets.count; i++) {
        const struct target *target = &report->targets.item[i];
        if (target->metric == metric && target_applies(target, messages, first_stage)) {
            return target;
        }
    }
    return NULL;
}

bool report_target_holds(const struct target *target, double value)
{
    return target->op == TARGET_BELOW ? value < target->limit : value > target->limit;
}

const struct report_slope *report_list_slope(const struct report_series *series)
{
    static const char *const names[] = { "dom_elements_list", "dom_elements_visible",
                                         "dom_elements" };
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        for (size_t i = 0; i < series->slope_count; i++) {
            const struct report_slope *slope = &series->slope[i];
            if (slope->slope.has_data && strcmp(slope->metric->name, names[n]) == 0) {
                return slope;
            }
        }
    }
    return NULL;
}

/* What the slope counts, as the sentence goes on. */
static const char *counted_words(const struct metric_def *metric)
{
    if (strcmp(metric->name, "dom_elements_list") == 0) {
        return "elements to the visible list";
    }
    return strcmp(metric->name, "dom_elements") == 0 ? "elements to the document"
                                                     : "elements to the visible trees";
}

static void describe_slope(struct report *report, struct report_series *series,
                           const struct report_slope *found)
{
    const struct slope *slope = &found->slope;
    double limit = report->targets.slope_limit;
    char text[3][REPORT_SIGNED_BYTES];
    report_signed(slope->per_message, false, text[0]);
    report_signed(slope->low, false, text[1]);
    report_signed(slope->high, false, text[2]);
    const char *range =
        slope->has_interval
            ? report_keep_format(report, "95 %% interval %s to %s, n %zu", text[1], text[2],
                                 slope->n)
            : report_keep_format(report, "n %zu, too few for an interval", slope->n);
    series->list = slope->per_message < limit ? LIST_VIRTUAL : LIST_PLAIN;
    if (slope->has_interval && slope->low < limit && slope->high >= limit) {
        series->list = LIST_UNDECIDED;
    }
    static const char *const words[] = {
        [LIST_PLAIN] = "Renders every message",
        [LIST_VIRTUAL] = "Virtualized",
        [LIST_UNDECIDED] = "Undecided, the interval holds the limit",
    };
    series->list_words =
        report_keep_format(report, "%s: each further message adds %s %s (%s).", words[series->list],
                           text[0], counted_words(found->metric), range);
}

void build_list_words(struct report *report, struct report_series *series)
{
    const struct report_slope *slope = report_list_slope(series);
    if (slope != NULL) {
        describe_slope(report, series, slope);
        return;
    }
    const struct metric_def *share = metric_find("rendered_share");
    for (size_t i = 0; i < series->stage_count; i++) {
        const struct metric_value *value = report_value(series, &series->stage[i], share);
        if (value != NULL && value->has_data) {
            bool plain = value->median >= report->targets.rendered_share_limit;
            series->list = plain ? LIST_PLAIN : LIST_VIRTUAL;
            series->list_words = report_keep_format(
                report,
                "%s: %.0f %% of the %.0f loaded messages are rendered (one measured "
                "count, so there is no slope).",
                plain ? "Renders every message" : "Virtualized", value->median * 100.0,
                series->stage[i].messages);
            return;
        }
    }
    series->list = LIST_UNKNOWN;
    series->list_words =
        "NO DATA: neither a slope nor the share of rendered messages was measured.";
}
