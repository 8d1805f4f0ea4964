/* The sections of the HTML page, and the few pieces they share; for each other only. */
#ifndef REPORTS_HTML_BUILD_H
#define REPORTS_HTML_BUILD_H

#include "reports/model.h"

/* Pieces. Markup goes out as it is; text is escaped. */
void html_raw(struct strbuf *out, const char *markup);
void html_text(struct strbuf *out, const char *text);
/* `open`, escaped text, `close`. */
void html_wrap(struct strbuf *out, const char *open, const char *text, const char *close);
/* Opens <section> with a heading; close it with html_raw(out, "</section>\n"). */
void html_section(struct strbuf *out, const char *id, const char *heading);
/* Opens a table of that class in a box that scrolls sideways on its own; html_table_end closes
 * both. */
void html_table(struct strbuf *out, const char *id, const char *kind, const char *caption);
void html_table_end(struct strbuf *out);
/* One column head a series. */
void html_series_heads(struct strbuf *out, const struct report *report);
/* The verdict as a badge: sign, words and colour. */
void html_verdict(struct strbuf *out, enum verdict verdict);
/* <td>NO DATA and why, over `rows` rows. */
void html_no_data(struct strbuf *out, const char *reason, size_t rows);
/* <td>the figure, whether it meets the target (NULL for none), n and spread; or NO DATA. */
void html_figure(struct strbuf *out, const struct metric_value *value, const struct target *target);
/* The sign behind a figure that has a target. */
void html_mark(struct strbuf *out, bool holds);
/* "< 8,000" or "> 50" as text; "–" for NULL. */
void html_target(struct strbuf *out, const struct target *target);
/* "gate", "paired" or "report" as a small badge. */
void html_use(struct strbuf *out, enum metric_use use);

/* Sections. */
void html_add_verdicts(const struct report *report, struct strbuf *out);
void html_add_diff(const struct report *report, struct strbuf *out);
void html_add_expected(const struct report *report, struct strbuf *out);
void html_add_diagnosis(const struct report *report, struct strbuf *out);
void html_add_targets(const struct report *report, struct strbuf *out);
void html_add_slopes(const struct report *report, struct strbuf *out);
void html_add_charts(const struct report *report, struct strbuf *out);
void html_add_frames(const struct report *report, struct strbuf *out);
void html_add_first_load(const struct report *report, struct strbuf *out);
void html_add_pictures(const struct report *report, struct strbuf *out);
void html_add_figures(const struct report *report, struct strbuf *out);
void html_add_pairs(const struct report *report, struct strbuf *out);
void html_add_loads(const struct report *report, struct strbuf *out);
void html_add_journeys(const struct report *report, struct strbuf *out);
void html_add_environment(const struct report *report, struct strbuf *out);
void html_add_repeat(const struct report *report, struct strbuf *out);
void html_add_glossary(const struct report *report, struct strbuf *out);

/* Whether a scroll's frames were recorded. */
bool html_has_frames(const struct report *report);
/* The scripts of long frames, inside of the first load's section. */
void html_add_scripts(const struct report *report, struct strbuf *out);

#endif
