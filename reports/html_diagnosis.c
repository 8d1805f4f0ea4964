/* The diagnosis: what was found, with evidence, cause and fix; then what was not, and what cannot
 * be told. */
#include <math.h>

#include "reports/html_build.h"

/* Where it was seen, how sure that is, how much it explains. */
static void add_standing(const struct report_rule *rule, struct strbuf *out)
{
    char text[REPORT_MS_BYTES];
    bool any = false;
    html_raw(out, "<p class=\"aside\">");
    if (rule->subject[0] != '\0') {
        html_wrap(out, "Seen in <b>", rule->subject, "</b>");
        any = true;
    }
    if (rule->run != NULL) {
        html_wrap(out, any ? " of " : "Seen in ", rule->run->id, "");
        any = true;
    }
    if (rule->certainty[0] != '\0') {
        html_wrap(out, any ? "; certainty: " : "Certainty: ", rule->certainty, "");
        any = true;
    }
    if (isfinite(rule->explains)) {
        report_share(rule->explains, text);
        html_wrap(out, any ? "; explains " : "Explains ", text, " of the time");
    }
    html_raw(out, "</p>\n");
}

static void add_found(const struct report_rule *rule, struct strbuf *out)
{
    html_raw(out, "<article class=\"finding\"><h3>");
    if (rule->number > 0.0) {
        strbuf_addf(out, "<span class=\"number\">Bottleneck %.0f</span> ", rule->number);
    }
    html_wrap(out, "", rule->title, "</h3>\n");
    add_standing(rule, out);
    if (rule->evidence_count > 0) {
        html_raw(out, "<ul class=\"evidence\">\n");
        for (size_t i = 0; i < rule->evidence_count; i++) {
            html_wrap(out, "<li>", rule->evidence[i], "</li>\n");
        }
        html_raw(out, "</ul>\n");
    }
    html_wrap(out, rule->cause[0] != '\0' ? "<p><b>Cause.</b> " : "", rule->cause,
              rule->cause[0] != '\0' ? "</p>\n" : "");
    html_wrap(out, rule->fix[0] != '\0' ? "<p class=\"fix\"><b>Fix.</b> " : "", rule->fix,
              rule->fix[0] != '\0' ? "</p>\n" : "");
    html_raw(out, "</article>\n");
}

static void add_others(const struct report *report, struct strbuf *out)
{
    static const char *const words[] = {
        [RULE_FOUND] = "found",
        [RULE_NOT_FOUND] = "not found",
        [RULE_CANNOT_TELL] = "cannot tell",
    };
    html_table(out, "rules-table", "words", "What else was looked for");
    html_raw(out, "<thead><tr><th scope=\"col\">Looked for</th><th scope=\"col\">Answer</th>"
                  "<th scope=\"col\">Because</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < report->rule_count; i++) {
        const struct report_rule *rule = &report->rule[i];
        if (rule->state == RULE_FOUND || !rule->relevant) {
            continue;
        }
        html_wrap(out, "<tr><th scope=\"row\" class=\"words\">", rule->title, "");
        html_wrap(out, rule->subject[0] != '\0' ? "<small>" : "", rule->subject,
                  rule->subject[0] != '\0' ? "</small>" : "");
        strbuf_addf(out, "</th><td%s>%s</td><td class=\"words\">",
                    rule->state == RULE_CANNOT_TELL ? " class=\"none\"" : "", words[rule->state]);
        html_text(out, rule->why);
        for (size_t k = 0; k < rule->evidence_count; k++) {
            html_wrap(out, k == 0 && rule->why[0] == '\0' ? "" : "; ", rule->evidence[k], "");
        }
        html_raw(out, "</td></tr>\n");
    }
    html_raw(out, "</tbody>\n");
    html_table_end(out);
}

/* What these runs could not show, in one line. */
static void add_irrelevant(const struct report *report, struct strbuf *out)
{
    bool any = false;
    for (size_t i = 0; i < report->rule_count; i++) {
        const struct report_rule *rule = &report->rule[i];
        if (rule->state != RULE_FOUND && !rule->relevant) {
            html_wrap(out, any ? "; " : "<p class=\"aside\">What these runs did could not show: ",
                      rule->title, "");
            any = true;
        }
    }
    html_raw(out, any ? ".</p>\n" : "");
}

void html_add_diagnosis(const struct report *report, struct strbuf *out)
{
    size_t found = 0;
    size_t others = 0;
    html_section(out, "diagnosis", "Diagnosis");
    if (report->rule_count == 0) {
        html_raw(out, "<p class=\"none\">NO DATA: the diagnosis holds no rule.</p></section>\n");
        return;
    }
    for (size_t i = 0; i < report->rule_count; i++) {
        if (report->rule[i].state == RULE_FOUND) {
            add_found(&report->rule[i], out);
            found++;
        } else {
            others += report->rule[i].relevant;
        }
    }
    if (found == 0) {
        html_raw(out, "<p>Nothing of what was looked for was found.</p>\n");
    }
    if (others > 0) {
        add_others(report, out);
    }
    add_irrelevant(report, out);
    html_raw(out, "</section>\n");
}
