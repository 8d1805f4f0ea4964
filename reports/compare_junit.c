/* A comparison as JUnit XML. */
#include <stdlib.h>

#include "reports/clean.h"
#include "reports/compare_view.h"

struct counts {
    size_t tests;
    size_t failures;
    size_t skipped;
};

static void add_attribute(struct strbuf *out, const char *name, const char *text)
{
    char *clean = clean_text(text, 400);
    strbuf_addf(out, " %s=\"", name);
    clean_add_html(out, clean);
    strbuf_add_char(out, '"');
    free(clean);
}

static void add_content(struct strbuf *out, const char *text)
{
    char *clean = clean_text(text, 1000);
    clean_add_html(out, clean);
    free(clean);
}

/* GitLab drops the message: the text says it again. */
static void add_case(struct strbuf *out, const char *class, const char *name, const char *element,
                     const char *message, const char *text)
{
    strbuf_add_str(out, "    <testcase");
    add_attribute(out, "classname", class);
    add_attribute(out, "name", name);
    if (element == NULL) {
        strbuf_add_str(out, "/>\n");
        return;
    }
    strbuf_addf(out, "><%s", element);
    add_attribute(out, "message", message);
    if (strcmp(element, "failure") == 0) {
        add_attribute(out, "type", "regression");
    }
    strbuf_add_char(out, '>');
    add_content(out, text);
    strbuf_addf(out, "</%s></testcase>\n", element);
}

static const char *element_of(bool fails, bool is_open, struct counts *counts)
{
    counts->tests++;
    counts->failures += fails ? 1 : 0;
    counts->skipped += is_open && !fails ? 1 : 0;
    return fails ? "failure" : is_open ? "skipped" : NULL;
}

static void add_figure(struct strbuf *out, const struct compare_line *line, struct counts *counts)
{
    struct compare_cells cells;
    char class[COMPARE_CELL_BYTES * 2];
    char text[COMPARE_CELL_BYTES * 8];
    compare_cells_fill(line, &cells);
    (void)snprintf(class, sizeof class, "tmscdp.compare.%s", cells.place);
    (void)snprintf(text, sizeof text, "%s: base %s, head %s, change %s (%s), n %s. %s", line->word,
                   cells.base, cells.head, cells.change, cells.range, cells.n, cells.reason);
    bool is_open = line->state == COMPARE_NO_DATA || line->state == COMPARE_CANNOT_TELL ||
                   line->state == COMPARE_NOT_JUDGED;
    const char *element = element_of(line->state == COMPARE_WORSE, is_open, counts);
    add_case(out, class, cells.figure, element, line->word, text);
}

static void add_list(struct strbuf *out, const struct compare_view *view, struct counts *counts)
{
    enum virtualization_kind head = view->list->kind;
    bool lost = view->comparison != NULL && head != LIST_IS_VIRTUALIZED &&
                head != LIST_IS_UNDECIDED &&
                view->comparison->base_list.kind == LIST_IS_VIRTUALIZED;
    const char *element = element_of(lost, head == LIST_IS_UNDECIDED, counts);
    add_case(out, "tmscdp.compare.list", "The list stays virtualized", element,
             virtualization_title(head), view->list->text);
}

static void add_suite(struct strbuf *out, const char *name, const struct counts *counts,
                      const struct strbuf *cases)
{
    strbuf_addf(out,
                "  <testsuite name=\"%s\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
                "skipped=\"%zu\">\n",
                name, counts->tests, counts->failures, counts->skipped);
    strbuf_add_str(out, strbuf_text(cases));
    strbuf_add_str(out, "  </testsuite>\n");
}

static void add_budgets(struct strbuf *out, const struct budget_result *budgets,
                        struct counts *counts)
{
    for (size_t i = 0; i < budgets->count; i++) {
        const struct budget_line *line = &budgets->line[i];
        const char *element =
            element_of(line->state == BUDGET_EXCEEDED, line->state == BUDGET_OPEN, counts);
        add_case(out, "tmscdp.budgets", line->title, element, budget_state_name(line->state),
                 line->text);
    }
}

void compare_junit_write(const struct compare_view *view, struct strbuf *out)
{
    struct strbuf figures = STRBUF_INIT;
    struct strbuf budgets = STRBUF_INIT;
    struct counts figure_counts = { 0 };
    struct counts budget_counts = { 0 };
    if (view->list != NULL) {
        add_list(&figures, view, &figure_counts);
    }
    for (size_t i = 0; view->comparison != NULL && i < view->comparison->count; i++) {
        add_figure(&figures, &view->comparison->line[i], &figure_counts);
    }
    if (view->budgets != NULL) {
        add_budgets(&budgets, view->budgets, &budget_counts);
    }
    strbuf_addf(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites name=\"tmscdp compare\" tests=\"%zu\" failures=\"%zu\" errors=\"0\">\n",
        figure_counts.tests + budget_counts.tests, figure_counts.failures + budget_counts.failures);
    add_suite(out, "compare", &figure_counts, &figures);
    if (view->budgets != NULL) {
        add_suite(out, "budgets", &budget_counts, &budgets);
    }
    strbuf_add_str(out, "</testsuites>\n");
    strbuf_release(&figures);
    strbuf_release(&budgets);
}
