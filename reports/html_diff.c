/* Base and head side by side: what is worse, better, the same, and what cannot be told. */
#include <math.h>

#include "reports/diff.h"
#include "reports/html_build.h"

static const char *const state_kinds[COMPARE_STATES] = {
    [COMPARE_WORSE] = "missed",
    [COMPARE_NO_DATA] = "none words",
    [COMPARE_CANNOT_TELL] = "none words",
    [COMPARE_BETTER] = "held-text",
    [COMPARE_SAME] = "aside",
    [COMPARE_NOT_JUDGED] = "aside",
};

static void add_figure(const struct diff_line *line, double number, double n, struct strbuf *out)
{
    char text[METRIC_TEXT_BYTES];
    if (!isfinite(number)) {
        html_raw(out, "<td class=\"none\">NO DATA</td>");
        return;
    }
    metric_format(line->metric, number, text, sizeof text);
    strbuf_addf(out, "<td class=\"num\">%s<small>n %.0f</small></td>", text, n);
}

static void add_signed_figure(const struct metric_def *metric, double number, struct strbuf *out)
{
    char text[METRIC_TEXT_BYTES];
    metric_format(metric, fabs(number), text, sizeof text);
    strbuf_addf(out, "%s%s", number < 0.0 ? "−" : "+", text);
}

/* A share as a change in percent, anything else in the metric's unit. */
static void add_amount(const struct diff_line *line, double number, bool is_change,
                       struct strbuf *out)
{
    if (is_change) {
        char text[REPORT_SIGNED_BYTES];
        report_signed(100.0 * number, true, text);
        strbuf_addf(out, "%s %%", text);
    } else {
        add_signed_figure(line->metric, number, out);
    }
}

static void add_difference(const struct diff_line *line, struct strbuf *out)
{
    if (!isfinite(line->base) || !isfinite(line->head)) {
        html_raw(out, "<td class=\"num\">–</td>");
        return;
    }
    html_raw(out, "<td class=\"num\">");
    if (fabs(line->head - line->base) <= 0.0) {
        html_raw(out, "none");
    } else {
        add_signed_figure(line->metric, line->head - line->base, out);
    }
    if (isfinite(line->change) && fabs(line->change) > 0.0) {
        html_raw(out, "<small>");
        add_amount(line, line->change, true, out);
        html_raw(out, "</small>");
    }
    html_raw(out, "</td><td class=\"num\">");
    if (isfinite(line->low) && isfinite(line->high) && line->base_n + line->head_n > 2.0) {
        add_amount(line, line->low, line->range_is_change, out);
        html_raw(out, " to ");
        add_amount(line, line->high, line->range_is_change, out);
    } else {
        html_raw(out, "–");
    }
    html_raw(out, "</td>");
}

static void add_line(const struct diff_line *line, struct strbuf *out)
{
    bool is_count = line->place[0] >= '0' && line->place[0] <= '9';
    html_wrap(out, "<tr><th scope=\"row\">", line->metric->title, "");
    html_wrap(out, "<small>", line->place, is_count ? " messages</small></th>" : "</small></th>");
    add_figure(line, line->base, line->base_n, out);
    add_figure(line, line->head, line->head_n, out);
    add_difference(line, out);
    if (!isfinite(line->base) || !isfinite(line->head)) {
        html_raw(out, "<td class=\"num\">–</td>");
    }
    strbuf_addf(out, "<td class=\"%s\">", state_kinds[line->state]);
    html_wrap(out, "", line->word, "");
    html_wrap(out, line->reason[0] != '\0' ? "<small>" : "", line->reason,
              line->reason[0] != '\0' ? "</small></td></tr>\n" : "</td></tr>\n");
}

static void add_sums(const struct diff_part *part, struct strbuf *out)
{
    static const char *const words[COMPARE_STATES] = {
        [COMPARE_WORSE] = "worse",      [COMPARE_NO_DATA] = "without data",
        [COMPARE_CANNOT_TELL] = "open", [COMPARE_BETTER] = "better",
        [COMPARE_SAME] = "the same",    [COMPARE_NOT_JUDGED] = "for reading only",
    };
    bool any = false;
    html_raw(out, "<p class=\"aside\">");
    for (size_t i = 0; i < COMPARE_STATES; i++) {
        if (part->states[i] > 0) {
            strbuf_addf(out, "%s%zu %s", any ? ", " : "Figures: ", part->states[i], words[i]);
            any = true;
        }
    }
    html_wrap(out, any ? ". Host: " : "Host: ", part->host, "</p>\n");
}

static void add_part(const struct diff_part *part, size_t index, struct strbuf *out)
{
    static const char *const badges[] = {
        [COMPARE_PASSES] = "<span class=\"verdict fine\"><span aria-hidden=\"true\">✓</span> Not "
                           "worse</span>",
        [COMPARE_FAILS] = "<span class=\"verdict crashes\"><span aria-hidden=\"true\">✕</span> "
                          "Worse</span>",
        [COMPARE_UNDECIDED] = "<span class=\"verdict no_data\"><span aria-hidden=\"true\">–</span> "
                              "Cannot tell</span>",
    };
    char id[48];
    html_wrap(out, "<h3>", part->label, "</h3>\n");
    if (part->refused[0] != '\0') {
        html_wrap(out, "<p class=\"none\">Cannot be compared: ", part->refused, "</p>\n");
        return;
    }
    html_wrap(out, "<p>", "", badges[part->verdict]);
    html_wrap(out, " ", part->summary, "</p>\n");
    add_sums(part, out);
    (void)snprintf(id, sizeof id, "diff-table%zu", index);
    html_table(out, id, "figures", "Medians of base and head, worst first");
    html_raw(out,
             "<thead><tr><th scope=\"col\">Figure</th><th scope=\"col\" class=\"num\">Base</th>"
             "<th scope=\"col\" class=\"num\">Head</th><th scope=\"col\" class=\"num\">"
             "Difference</th><th scope=\"col\" class=\"num\">95 % interval</th>"
             "<th scope=\"col\">Head is</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < part->count; i++) {
        add_line(&part->line[i], out);
    }
    html_raw(out, "</tbody>\n");
    html_table_end(out);
}

static void add_picture(const struct diff_picture *picture, struct strbuf *out)
{
    html_raw(out, "<figure class=\"shot\">");
    if (picture->png == NULL) {
        html_wrap(out, "<p class=\"none\">NO DATA: ",
                  picture->reason[0] != '\0' ? picture->reason : "not compared", "</p>");
    } else {
        strbuf_addf(out, "<img width=\"%u\" height=\"%u\" alt=\"What changed in the screenshot of ",
                    picture->width, picture->height);
        html_text(out, picture->head->label);
        strbuf_addf(out, " with %.0f messages\" src=\"data:image/png;base64,", picture->messages);
        html_raw(out, picture->png);
        html_raw(out, "\">");
    }
    html_wrap(out, "<figcaption><b>", picture->head->label, "</b>");
    strbuf_addf(out, ", %.0f messages", picture->messages);
    if (picture->png != NULL) {
        strbuf_addf(out, ": %.2f %% of the pixels changed, marked red", 100.0 * picture->share);
    }
    html_raw(out, "</figcaption></figure>\n");
}

void html_add_diff(const struct report *report, struct strbuf *out)
{
    const struct report_diff *diff = report->diff;
    html_section(out, "diff", "Base and head");
    html_wrap(out, "<p>Base is run 1, <b>", report->run[0].id, "</b>");
    html_wrap(out, ", head is run 2, <b>", report->run[1].id,
              "</b>. Judged as by <code>tmscdp compare</code>: counts by themselves, times only "
              "where they are significant, large enough and the machine was quiet.</p>\n");
    for (size_t i = 0; i < diff->part_count; i++) {
        add_part(&diff->part[i], i + 1, out);
    }
    if (diff->picture_count > 0) {
        html_raw(out, "<h3>What changed in the screenshots</h3>\n<div class=\"shots\">\n");
    }
    for (size_t i = 0; i < diff->picture_count; i++) {
        add_picture(&diff->picture[i], out);
    }
    html_raw(out, diff->picture_count > 0 ? "</div>\n</section>\n" : "</section>\n");
}
