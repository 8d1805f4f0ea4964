#include "reports/compare_view.h"

#include <math.h>
#include <stdlib.h>

#include "reports/clean.h"

static const char *const words[] = {
    [COMPARE_PASSES] = "PASS", [COMPARE_FAILS] = "FAIL", [COMPARE_UNDECIDED] = "CANNOT TELL"
};

/* The more serious of two: a failure, then an open question. */
static enum compare_verdict worse(enum compare_verdict a, enum compare_verdict b)
{
    if (a == COMPARE_FAILS || b == COMPARE_FAILS) {
        return COMPARE_FAILS;
    }
    return a == COMPARE_UNDECIDED || b == COMPARE_UNDECIDED ? COMPARE_UNDECIDED : COMPARE_PASSES;
}

static bool is_incomplete(const struct budget_result *budgets)
{
    return budgets->incomplete[0] != '\0';
}

static enum compare_verdict of_budgets(const struct budget_result *budgets)
{
    return budgets == NULL          ? COMPARE_PASSES
           : budgets->exceeded > 0  ? COMPARE_FAILS
           : budgets->open > 0      ? COMPARE_UNDECIDED
           : is_incomplete(budgets) ? COMPARE_UNDECIDED
                                    : COMPARE_PASSES;
}

static void describe_budgets(const struct budget_result *budgets, struct strbuf *out)
{
    size_t bad = budgets->exceeded > 0 ? budgets->exceeded : budgets->open;
    if (budgets->exceeded == 0 && is_incomplete(budgets)) {
        strbuf_add_str(out, budgets->incomplete);
        return;
    }
    if (bad == 0) {
        strbuf_addf(out, "%zu budgets hold", budgets->count - budgets->warned);
        if (budgets->warned > 0) {
            strbuf_addf(out, ", %zu warn, first: %s: %s", budgets->warned, budgets->line[0].title,
                        budgets->line[0].text);
        }
        return;
    }
    strbuf_addf(out, "%zu of %zu budgets %s, first: %s: %s", bad, budgets->count,
                budgets->exceeded > 0 ? "are exceeded" : "cannot be told", budgets->line[0].title,
                budgets->line[0].text);
}

void compare_view_conclude(struct compare_view *view)
{
    enum compare_verdict by_budgets = of_budgets(view->budgets);
    enum compare_verdict by_figures =
        view->comparison != NULL ? view->comparison->verdict : COMPARE_PASSES;
    struct strbuf text = STRBUF_INIT;
    view->verdict = worse(by_figures, by_budgets);
    strbuf_addf(&text, "%s: ", words[view->verdict]);
    bool figures_say =
        view->comparison != NULL && (by_figures == view->verdict || view->budgets == NULL);
    bool budgets_say = view->budgets != NULL && by_budgets == view->verdict;
    if (figures_say) {
        strbuf_add_str(&text, view->comparison->reason);
    }
    /* That the run is incomplete, the figures have said already. */
    bool is_said =
        figures_say && budgets_say && view->budgets->exceeded == 0 && is_incomplete(view->budgets);
    if (budgets_say && !is_said) {
        strbuf_add_str(&text, figures_say ? "; " : "");
        describe_budgets(view->budgets, &text);
    }
    char *clean = clean_text(strbuf_text(&text), sizeof view->headline / 4 * 3);
    (void)snprintf(view->headline, sizeof view->headline, "%s", clean);
    free(clean);
    strbuf_release(&text);
}

static void put_clean(char *out, const char *text, size_t max_chars)
{
    char *clean = clean_text(text, max_chars);
    (void)snprintf(out, COMPARE_CELL_BYTES, "%s", clean);
    free(clean);
}

static void put_number(const struct compare_line *line, double number, char *out)
{
    if (isfinite(number)) {
        metric_format(line->def, number, out, COMPARE_CELL_BYTES);
    } else {
        (void)snprintf(out, COMPARE_CELL_BYTES, "NO DATA");
    }
}

/* "+12.3 %", "×16" where per cents say little. */
static void put_change(double change, char *out)
{
    if (change >= 9.0) {
        (void)snprintf(out, COMPARE_CELL_BYTES, "x%.1f", change + 1.0);
    } else {
        (void)snprintf(out, COMPARE_CELL_BYTES, "%+.1f %%",
                       fabs(change) < 5e-4 ? 0.0 : change * 100.0);
    }
}

static void put_range(const struct compare_line *line, char *out)
{
    char low[METRIC_TEXT_BYTES];
    char high[METRIC_TEXT_BYTES];
    if (!isfinite(line->range.low)) {
        (void)snprintf(out, COMPARE_CELL_BYTES, "-");
        return;
    }
    if (line->range_is_change) {
        char from[COMPARE_CELL_BYTES];
        char to[COMPARE_CELL_BYTES];
        put_change(line->range.low, from);
        put_change(line->range.high, to);
        (void)snprintf(out, COMPARE_CELL_BYTES, "%.40s to %.40s", from, to);
        return;
    }
    metric_format(line->def, line->range.low, low, sizeof low);
    metric_format(line->def, line->range.high, high, sizeof high);
    (void)snprintf(out, COMPARE_CELL_BYTES, "%s to %s", low, high);
}

static size_t count_of(const struct compare_series *series)
{
    return series != NULL ? series->count : 0;
}

static void put_place(const struct compare_line *line, char *out)
{
    if (strcmp(line->place, "per message") == 0) {
        (void)snprintf(out, COMPARE_CELL_BYTES, "-");
    } else {
        put_clean(out, strcmp(line->place, "load") == 0 ? "first load" : line->place, 60);
    }
}

void compare_cells_fill(const struct compare_line *line, struct compare_cells *out)
{
    put_clean(out->figure, line->def->title, 60);
    put_place(line, out->place);
    put_number(line, line->base_median, out->base);
    put_number(line, line->head_median, out->head);
    if (isfinite(line->change)) {
        put_change(line->change, out->change);
    } else {
        (void)snprintf(out->change, sizeof out->change, "-");
    }
    put_range(line, out->range);
    (void)snprintf(out->n, sizeof out->n, "%zu/%zu", count_of(line->base), count_of(line->head));
    if (isfinite(line->p)) {
        (void)snprintf(out->p, sizeof out->p, "%.2g", line->p);
    } else {
        (void)snprintf(out->p, sizeof out->p, "-");
    }
    put_clean(out->reason, line->reason, 200);
}

bool compare_line_matters(const struct compare_line *line)
{
    return line->state != COMPARE_SAME && line->state != COMPARE_NOT_JUDGED;
}
