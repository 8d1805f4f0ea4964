/* A comparison as Markdown for GitHub, and as its workflow commands. */
#include <stdlib.h>

#include "reports/clean.h"
#include "reports/compare_view.h"

#define SUMMARY_BYTES    ((size_t)1000 * 1024)
#define ANNOTATIONS_MOST 10

/* Cleaned text that cannot become markup: Markdown's own signs are escaped, as is HTML. */
static void add_text(struct strbuf *out, const char *text)
{
    char *clean = clean_text(text, 400);
    for (const char *at = clean; *at != '\0'; at++) {
        if (*at == '<') {
            strbuf_add_str(out, "&lt;");
        } else if (*at == '>') {
            strbuf_add_str(out, "&gt;");
        } else if (*at == '&') {
            strbuf_add_str(out, "&amp;");
        } else {
            if (strchr("\\`*_{}[]|#~!@", *at) != NULL) {
                strbuf_add_char(out, '\\');
            }
            strbuf_add_char(out, *at);
        }
    }
    free(clean);
}

static void add_cell(struct strbuf *out, const char *text)
{
    strbuf_add_str(out, " ");
    add_text(out, text);
    strbuf_add_str(out, " |");
}

static void add_line(struct strbuf *out, const struct compare_line *line)
{
    struct compare_cells cells;
    compare_cells_fill(line, &cells);
    strbuf_add_str(out, "|");
    add_cell(out, line->word);
    add_cell(out, cells.figure);
    add_cell(out, cells.place);
    add_cell(out, cells.base);
    add_cell(out, cells.head);
    add_cell(out, cells.change);
    add_cell(out, cells.range);
    add_cell(out, cells.n);
    add_cell(out, cells.p);
    add_cell(out, cells.reason);
    strbuf_add_char(out, '\n');
}

static void add_figures(const struct compare_view *view, struct strbuf *out)
{
    const struct comparison *comparison = view->comparison;
    bool started = false;
    for (size_t i = 0; i < comparison->count && out->len < SUMMARY_BYTES; i++) {
        if (!view->all && !compare_line_matters(&comparison->line[i])) {
            continue;
        }
        if (!started) {
            strbuf_add_str(
                out, "| | figure | at | base | head | change | 95 % interval | n | p | why |\n"
                     "|---|---|---|---:|---:|---:|---|---:|---:|---|\n");
            started = true;
        }
        add_line(out, &comparison->line[i]);
    }
    strbuf_addf(out, "\n%zu figures are the same, %zu are not judged.\n\n",
                comparison->states[COMPARE_SAME], comparison->states[COMPARE_NOT_JUDGED]);
}

static void add_list(struct strbuf *out, const char *side, const struct virtualization *list)
{
    strbuf_addf(out, "- %s's list is **%s**: ", side, virtualization_title(list->kind));
    add_text(out, list->text);
    strbuf_add_char(out, '\n');
}

static void add_budgets(const struct compare_view *view, struct strbuf *out)
{
    strbuf_add_str(out, "| budget | | measured |\n|---|---|---|\n");
    for (size_t i = 0; i < view->budgets->count && out->len < SUMMARY_BYTES; i++) {
        const struct budget_line *line = &view->budgets->line[i];
        strbuf_add_str(out, "|");
        add_cell(out, line->title);
        add_cell(out, budget_state_name(line->state));
        add_cell(out, line->text);
        strbuf_add_char(out, '\n');
    }
    strbuf_add_char(out, '\n');
}

void compare_markdown_write(const struct compare_view *view, struct strbuf *out)
{
    strbuf_add_str(out, "### tmscdp: ");
    add_text(out, view->headline);
    strbuf_add_str(out, "\n\n");
    if (view->base != NULL) {
        strbuf_add_str(out, "- base: ");
        add_text(out, view->base);
        strbuf_add_char(out, '\n');
    }
    strbuf_add_str(out, "- head: ");
    add_text(out, view->head);
    strbuf_add_char(out, '\n');
    if (view->comparison != NULL && view->comparison->has_lists) {
        add_list(out, "base", &view->comparison->base_list);
    }
    if (view->list != NULL) {
        add_list(out, "head", view->list);
    }
    if (view->comparison != NULL) {
        strbuf_add_str(out, "- host: ");
        add_text(out, view->comparison->host);
        strbuf_add_str(out, "\n\n");
        add_figures(view, out);
    }
    if (view->budgets != NULL) {
        strbuf_add_char(out, '\n');
        add_budgets(view, out);
    }
}

/* %, CR and LF end or change a workflow command; in a property also ":" and ",". */
static void add_escaped(struct strbuf *out, const char *text, bool is_property)
{
    char *clean = clean_text(text, 400);
    for (const char *at = clean; *at != '\0'; at++) {
        bool special =
            *at == '%' || *at == '\r' || *at == '\n' || (is_property && (*at == ':' || *at == ','));
        if (special) {
            strbuf_addf(out, "%%%02X", (unsigned)(unsigned char)*at);
        } else {
            strbuf_add_char(out, *at);
        }
    }
    free(clean);
}

static void annotate(struct strbuf *out, const char *level, const char *title, const char *text)
{
    strbuf_addf(out, "::%s title=", level);
    add_escaped(out, title, true);
    strbuf_add_str(out, "::");
    add_escaped(out, text, false);
    strbuf_add_char(out, '\n');
}

static void annotate_lines(const struct comparison *comparison, struct strbuf *out)
{
    size_t told[2] = { 1, 0 }; /* the headline is an error of its own */
    for (size_t i = 0; i < comparison->count; i++) {
        const struct compare_line *line = &comparison->line[i];
        bool fails = line->state == COMPARE_WORSE;
        bool is_open = line->state == COMPARE_NO_DATA || line->state == COMPARE_CANNOT_TELL;
        size_t *count = &told[fails ? 0 : 1];
        if ((!fails && !is_open) || *count >= ANNOTATIONS_MOST) {
            continue;
        }
        struct compare_cells cells;
        char text[COMPARE_CELL_BYTES * 8];
        compare_cells_fill(line, &cells);
        (void)snprintf(text, sizeof text, "%s at %s: %s, %s -> %s (%s) %s", cells.figure,
                       cells.place, line->word, cells.base, cells.head, cells.change, cells.reason);
        annotate(out, fails ? "error" : "warning", line->def->title, text);
        ++*count;
    }
}

static void annotate_budgets(const struct budget_result *budgets, struct strbuf *out)
{
    for (size_t i = 0; i < budgets->count && i < ANNOTATIONS_MOST; i++) {
        const struct budget_line *line = &budgets->line[i];
        if (line->state != BUDGET_HELD) {
            annotate(out, line->state == BUDGET_EXCEEDED ? "error" : "warning", line->title,
                     line->text);
        }
    }
}

void compare_annotations_write(const struct compare_view *view, struct strbuf *out)
{
    static const char *const levels[] = {
        [COMPARE_PASSES] = "notice", [COMPARE_FAILS] = "error", [COMPARE_UNDECIDED] = "warning"
    };
    annotate(out, levels[view->verdict], "tmscdp compare", view->headline);
    if (view->comparison != NULL) {
        annotate_lines(view->comparison, out);
    }
    if (view->budgets != NULL) {
        annotate_budgets(view->budgets, out);
    }
}
