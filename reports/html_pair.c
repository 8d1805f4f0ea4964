/* The browser without and with a load, measured in turns. */
#include <math.h>

#include "reports/html_load.h"

static void add_number(struct strbuf *out, const struct report_pair_line *line, double number,
                       bool with_sign)
{
    char text[REPORT_MS_BYTES];
    bool is_ms = strcmp(line->unit, "ms") == 0;
    bool is_share = strcmp(line->unit, "share") == 0;
    double shown = with_sign ? fabs(number) : number;
    if (is_ms) {
        report_ms(shown, false, text);
    } else if (is_share) {
        report_share(shown, text);
    } else {
        report_number(shown, text);
    }
    if (with_sign && isfinite(number)) {
        html_raw(out, number < 0.0 ? "−" : "+");
    }
    html_wrap(out, "", text, "");
    if (!is_ms && !is_share && isfinite(number)) {
        html_wrap(out, line->unit[0] != '\0' ? " " : "", line->unit, "");
    }
}

/* Clear of 0 in the direction that hurts. */
static bool hurts(const struct report_pair_line *line)
{
    return line->higher_is_better ? line->high < 0.0 : line->low > 0.0;
}

static void add_line(const struct report_pair_line *line, struct strbuf *out)
{
    html_wrap(out, "<tr><th scope=\"row\">", line->title, "</th>");
    if (line->reason[0] != '\0') {
        html_raw(out, "<td class=\"none\" colspan=\"5\">NO DATA");
        html_wrap(out, "<small>", line->reason, "</small></td></tr>\n");
        return;
    }
    html_raw(out, "<td class=\"num\">");
    add_number(out, line, line->idle, false);
    html_raw(out, "</td><td class=\"num\">");
    add_number(out, line, line->loaded, false);
    html_raw(out, hurts(line) ? "</td><td class=\"num missed\">" : "</td><td class=\"num\">");
    add_number(out, line, line->change, true);
    html_raw(out, "</td><td class=\"num\">");
    if (isfinite(line->low) && isfinite(line->high)) {
        add_number(out, line, line->low, true);
        html_raw(out, " to ");
        add_number(out, line, line->high, true);
    } else {
        html_raw(out, "–");
    }
    html_raw(out, "</td>");
    html_number(out, line->pairs);
    html_raw(out, "</tr>\n");
}

static void add_pair(const struct report_pair *pair, size_t index, struct strbuf *out)
{
    char id[32];
    char text[REPORT_MS_BYTES];
    html_wrap(out, "<h3>", pair->with, "</h3>\n<p class=\"lead\">");
    report_number(pair->messages, text);
    html_wrap(out, "The page with ", text, " messages");
    report_number(pair->vus, text);
    html_wrap(out, "; the load by ", text, " VUs");
    html_wrap(out, "; phases ", pair->order, "");
    report_number(pair->blocks, text);
    html_wrap(out, "; blocks of these: ", text, ".</p>\n");
    if (pair->crash != NULL) {
        html_wrap(out, "<p class=\"warning\" role=\"note\"><b>Crashes:</b> ", pair->crash,
                  ".</p>\n");
    }
    for (size_t i = 0; i < pair->doubt_count; i++) {
        html_wrap(out, "<p class=\"warning\" role=\"note\"><b>Inconclusive:</b> ", pair->doubt[i],
                  ".</p>\n");
    }
    (void)snprintf(id, sizeof id, "pair-table%zu", index);
    html_table(out, id, "figures", "Medians of the phases, and the mean of the paired differences");
    html_raw(out, "<thead><tr><th scope=\"col\">Figure</th><th scope=\"col\" class=\"num\">Without "
                  "load</th><th scope=\"col\" class=\"num\">With load</th><th scope=\"col\" "
                  "class=\"num\">Change</th><th scope=\"col\" class=\"num\">95 % interval</th>"
                  "<th scope=\"col\" class=\"num\">Pairs</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < pair->line_count; i++) {
        add_line(&pair->line[i], out);
    }
    html_raw(out, "</tbody>\n");
    html_table_end(out);
}

void html_add_pairs(const struct report *report, struct strbuf *out)
{
    html_section(out, "pair", "The page under load");
    for (size_t i = 0; i < report->pair_count; i++) {
        add_pair(&report->pair[i], i + 1, out);
    }
    html_raw(out, "</section>\n");
}
