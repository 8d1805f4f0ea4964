#include "reports/diff.h"

#include <assert.h>

#include "base/mem.h"
#include "reports/clean.h"

#define SEED       UINT64_C(1)
#define TEXT_CHARS ((size_t)500)

static void take_line(struct report *report, const struct compare_line *from, struct diff_line *out)
{
    *out = (struct diff_line){
        .place = report_keep_text(report, from->place, 120),
        .metric = from->def,
        .state = from->state,
        .word = report_keep_text(report, from->word, 40),
        .reason = report_keep_text(report, from->reason, TEXT_CHARS),
        .base = from->base_median,
        .head = from->head_median,
        .base_n = from->base != NULL ? (double)from->base->count : 0.0,
        .head_n = from->head != NULL ? (double)from->head->count : 0.0,
        .change = from->change,
        .low = from->range.low,
        .high = from->range.high,
        .range_is_change = from->range_is_change,
    };
}

static void take_comparison(struct report *report, const struct comparison *from,
                            struct diff_part *out)
{
    out->verdict = from->verdict;
    out->summary = report_keep_text(report, from->reason, TEXT_CHARS);
    out->host = report_keep_text(report, from->host, TEXT_CHARS);
    out->line = report_keep_array(report, from->count, sizeof *out->line);
    memcpy(out->states, from->states, sizeof out->states);
    for (size_t i = 0; i < from->count; i++) {
        /* What neither side has is no news. */
        if (from->line[i].base != NULL || from->line[i].head != NULL) {
            take_line(report, &from->line[i], &out->line[out->count++]);
        }
    }
}

/* `variant`: the names in base and head; NULL for loads. */
static void compare(struct report *report, cJSON *const *roots, const char *const variant[2],
                    struct diff_part *out)
{
    struct compare_side sides[2];
    struct comparison comparison = { .count = 0 };
    struct err_msg msg = { "" };
    enum err code = ERR_OK;
    const struct compare_rules rules = { .seed = SEED };
    for (size_t i = 0; i < 2; i++) {
        compare_side_init(&sides[i]);
        if (code == ERR_OK) {
            code = compare_side_add_run(&sides[i], roots[i], report->run[i].id,
                                        variant != NULL ? variant[i] : NULL, &msg);
        }
        compare_side_add_slopes(&sides[i]);
    }
    if (code == ERR_OK) {
        code = compare_sides(&sides[0], &sides[1], &rules, &comparison, &msg);
    }
    if (code == ERR_OK) {
        take_comparison(report, &comparison, out);
        comparison_release(&comparison);
    }
    out->refused = report_keep_text(report, msg.text, TEXT_CHARS);
    compare_side_release(&sides[0]);
    compare_side_release(&sides[1]);
}

static const struct report_series *series_of(const struct report *report, size_t run,
                                             const char *name, size_t *count)
{
    const struct report_series *found = NULL;
    *count = 0;
    for (size_t i = 0; i < report->series_count; i++) {
        const struct report_series *series = &report->series[i];
        if (series->run == &report->run[run]) {
            (*count)++;
            if (name == NULL || strcmp(series->raw_name, name) == 0) {
                found = series;
            }
        }
    }
    return found;
}

/* The head's variant that belongs to the base's, or NULL. */
static const struct report_series *partner(const struct report *report,
                                           const struct report_series *base)
{
    size_t bases = 0;
    size_t heads = 0;
    (void)series_of(report, 0, NULL, &bases);
    const struct report_series *named = series_of(report, 1, base->raw_name, &heads);
    return named == NULL && bases == 1 && heads == 1 ? series_of(report, 1, NULL, &heads) : named;
}

static void add_pictures(struct report *report, const struct report_series *base,
                         const struct report_series *head)
{
    struct report_diff *diff = report->diff;
    for (size_t i = 0; i < base->stage_count; i++) {
        if (report_stage_at(head, base->stage[i].messages) != NULL) {
            diff->picture[diff->picture_count++] = (struct diff_picture){
                .base = base,
                .head = head,
                .messages = base->stage[i].messages,
                .reason = "",
            };
        }
    }
}

static bool named_alike(const struct report_series *a, const struct report_series *b)
{
    assert(a->raw_name != NULL && b->raw_name != NULL);
    return strcmp(a->raw_name, b->raw_name) == 0;
}

static void add_series(struct report *report, cJSON *const *roots)
{
    struct report_diff *diff = report->diff;
    for (size_t i = 0; i < report->series_count; i++) {
        const struct report_series *base = &report->series[i];
        const struct report_series *head =
            base->run == &report->run[0] ? partner(report, base) : NULL;
        if (head == NULL) {
            continue;
        }
        const char *names[2] = { base->raw_name, head->raw_name };
        struct diff_part *part = &diff->part[diff->part_count++];
        part->label = named_alike(base, head)
                          ? report_keep_text(report, names[0], 60)
                          : report_keep_format(report, "%s against %s", base->label, head->label);
        compare(report, roots, names, part);
        add_pictures(report, base, head);
    }
}

static bool has_loads(const struct report *report, size_t run)
{
    for (size_t i = 0; i < report->workload_count; i++) {
        if (report->workload[i].run == &report->run[run]) {
            return true;
        }
    }
    return false;
}

enum err diff_build(struct report *report, cJSON *const *roots, struct err_msg *msg)
{
    struct report_diff *diff = report_keep_array(report, 1, sizeof *diff);
    if (report->run_count != 2) {
        return err_set(msg, ERR_USAGE, "--diff compares two runs, BASE and HEAD; %zu were given",
                       report->run_count);
    }
    report->diff = diff;
    diff->part = report_keep_array(report, report->series_count + 1, sizeof *diff->part);
    diff->picture = report_keep_array(report, report->series_count, /* each with all its stages */
                                      REPORT_STAGES_MAX * sizeof *diff->picture);
    add_series(report, roots);
    if (has_loads(report, 0) && has_loads(report, 1)) {
        struct diff_part *part = &diff->part[diff->part_count++];
        part->label = "loads";
        compare(report, roots, NULL, part);
    }
    if (diff->part_count == 0) {
        return err_set(msg, ERR_USAGE,
                       "%s and %s have nothing in common: no variant of the same name, no loads on "
                       "both sides",
                       report->run[0].dir, report->run[1].dir);
    }
    return ERR_OK;
}
