/* A comparison for a terminal. */
#include "reports/clean.h"
#include "reports/compare_view.h"

#include <stdlib.h>

static void add_head(const struct compare_view *view, struct strbuf *out)
{
    if (view->base != NULL) {
        strbuf_addf(out, "base  %s\n", view->base);
    }
    strbuf_addf(out, "head  %s\n", view->head);
    if (view->comparison != NULL && view->comparison->has_lists) {
        const struct virtualization *base = &view->comparison->base_list;
        strbuf_addf(out, "base's list is %s: %s\n", virtualization_title(base->kind), base->text);
    }
    if (view->list != NULL) {
        strbuf_addf(out, "head's list is %s: %s\n", virtualization_title(view->list->kind),
                    view->list->text);
    }
    if (view->comparison != NULL) {
        const char *how = view->comparison->together       ? "; both sides in turns"
                          : view->comparison->host_is_fine ? "; the sides were measured apart"
                                                           : "";
        strbuf_addf(out, "host: %s%s\n", view->comparison->host, how);
    }
}

static void add_row(struct strbuf *out, const char *state, const struct compare_cells *cells)
{
    strbuf_addf(out, "%-17s %-31s %-11s %10s %10s %9s  %-20s %5s %7s\n", state, cells->figure,
                cells->place, cells->base, cells->head, cells->change, cells->range, cells->n,
                cells->p);
    if (cells->reason[0] != '\0') {
        strbuf_addf(out, "%17s   %s\n", "", cells->reason);
    }
}

static void add_lines(const struct compare_view *view, struct strbuf *out)
{
    static const struct compare_cells titles = {
        .figure = "figure",
        .place = "at",
        .base = "base",
        .head = "head",
        .change = "change",
        .range = "95 % interval",
        .n = "n",
        .p = "p",
    };
    const struct comparison *comparison = view->comparison;
    size_t shown = 0;
    for (size_t i = 0; i < comparison->count; i++) {
        const struct compare_line *line = &comparison->line[i];
        struct compare_cells cells;
        if (!view->all && !compare_line_matters(line)) {
            continue;
        }
        if (shown++ == 0) {
            strbuf_add_char(out, '\n');
            add_row(out, "", &titles);
        }
        compare_cells_fill(line, &cells);
        add_row(out, line->word, &cells);
    }
    if (shown < comparison->count) {
        strbuf_addf(out, "\n%zu figures are the same, %zu are not judged; --all shows them.\n",
                    comparison->states[COMPARE_SAME], comparison->states[COMPARE_NOT_JUDGED]);
    }
}

static void add_budgets(const struct compare_view *view, struct strbuf *out)
{
    static const char *const words[] = { [BUDGET_EXCEEDED] = "EXCEEDED",
                                         [BUDGET_OPEN] = "CANNOT TELL",
                                         [BUDGET_WARNED] = "WARNS",
                                         [BUDGET_HELD] = "holds" };
    strbuf_add_str(out, "\nbudgets\n");
    for (size_t i = 0; i < view->budgets->count; i++) {
        const struct budget_line *line = &view->budgets->line[i];
        char *title = clean_text(line->title, 100);
        char *text = clean_text(line->text, 300);
        strbuf_addf(out, "%-17s %s: %s\n", words[line->state], title, text);
        free(title);
        free(text);
    }
}

void compare_text_write(const struct compare_view *view, struct strbuf *out)
{
    strbuf_addf(out, "%s\n\n", view->headline);
    add_head(view, out);
    if (view->comparison != NULL) {
        add_lines(view, out);
    }
    if (view->budgets != NULL) {
        add_budgets(view, out);
    }
}
