/* The frames of each scroll, and what kept the main thread busy while the page loaded. */
#include <math.h>

#include "reports/chart_frames.h"
#include "reports/html_build.h"

/* One scroll a count and variant is drawn: the first repetition. */
static const struct report_strip *first_strip(const struct report_series *series, double messages)
{
    for (size_t i = 0; i < series->strip_count; i++) {
        if (fabs(series->strip[i].messages - messages) < 0.5) {
            return &series->strip[i];
        }
    }
    return NULL;
}

static double longest_scroll_ms(const struct report *report)
{
    double longest_ms = 0.0;
    for (size_t i = 0; i < report->series_count; i++) {
        for (size_t k = 0; k < report->series[i].stage_count; k++) {
            const struct report_strip *strip =
                first_strip(&report->series[i], report->series[i].stage[k].messages);
            longest_ms = fmax(longest_ms, strip != NULL ? chart_frames_length_ms(strip) : 0.0);
        }
    }
    return fmin(longest_ms, 600000.0);
}

static void add_strip(const struct report_series *series, const struct report_strip *strip,
                      double end_ms, const char *id, struct strbuf *out)
{
    struct strbuf title = STRBUF_INIT;
    strbuf_addf(&title, "Frames of the scroll at %.0f messages, %s", strip->messages,
                series->label);
    html_raw(out, "<figure class=\"strip\" tabindex=\"0\"><figcaption>");
    html_wrap(out, "<b>", series->label, "</b>");
    strbuf_addf(out, ", %.0f messages", strip->messages);
    if (strip->computed) {
        strbuf_addf(out,
                    ": %.1f pictures a second, longest gap %.0f ms; %zu whole, %zu in part, %zu "
                    "dropped",
                    strip->frames.fps, strip->frames.longest_gap_ms, strip->frames.whole,
                    strip->frames.partial, strip->frames.dropped);
    }
    html_raw(out, "</figcaption>\n");
    chart_frames_add_svg(out, strip, end_ms, id, strbuf_text(&title));
    html_raw(out, "</figure>\n");
    strbuf_release(&title);
}

bool html_has_frames(const struct report *report)
{
    for (size_t i = 0; i < report->series_count; i++) {
        if (report->series[i].strip_count > 0) {
            return true;
        }
    }
    return false;
}

void html_add_frames(const struct report *report, struct strbuf *out)
{
    double end_ms = longest_scroll_ms(report);
    html_section(out, "frames", "Frames of each scroll");
    html_raw(out,
             "<p>A bar a frame of the compositor, as high as the frame took, up to 50 ms: "
             "<span class=\"key whole\">presented whole</span>, <span class=\"key partial\">in part"
             "</span> (the scroll moved, what the page drew was late), "
             "<span class=\"key dropped\">dropped</span>. The first repetition of each count; the "
             "figures of all repetitions are in the tables.</p>\n");
    for (size_t c = 0; c < report->count_count; c++) {
        for (size_t i = 0; i < report->series_count; i++) {
            const struct report_strip *strip = first_strip(&report->series[i], report->counts[c]);
            char id[64];
            if (strip != NULL) {
                (void)snprintf(id, sizeof id, "strip%zu%c%zu", c, 'v', i);
                add_strip(&report->series[i], strip, end_ms, id, out);
            }
        }
    }
    html_raw(out, "</section>\n");
}

static void add_script(const struct report_series *series, size_t index,
                       const struct report_script *script, struct strbuf *out)
{
    char text[REPORT_MS_BYTES];
    strbuf_addf(out, "<tr><th scope=\"row\" class=\"s%zu\">", index % 6);
    html_wrap(out, "", series->label, "</th>");
    html_wrap(out, "<td class=\"words\"><code>", script->file, "</code>");
    html_wrap(out, "<small>", script->function[0] != '\0' ? script->function : script->invoker,
              "</small></td>");
    report_ms(script->ms, false, text);
    html_wrap(out, "<td class=\"num\">", text, "</td>");
    report_ms(script->forced_ms, false, text);
    html_wrap(out, "<td class=\"num\">", text, "</td>");
    report_number(script->count, text);
    html_wrap(out, "<td class=\"num\">", text, "</td></tr>\n");
}

void html_add_scripts(const struct report *report, struct strbuf *out)
{
    bool any = false;
    for (size_t i = 0; i < report->series_count; i++) {
        any = any || report->series[i].script_count > 0;
    }
    if (!any) {
        html_raw(out, "<p>No script ran in a long frame (50 ms and more) of the first load.</p>\n");
        return;
    }
    html_table(out, "scripts-table", "figures",
               "Scripts that ran in long frames (50 ms and more) of the first load");
    html_raw(out, "<thead><tr><th scope=\"col\">Variant</th><th scope=\"col\">Script</th>"
                  "<th scope=\"col\" class=\"num\">Time</th><th scope=\"col\" class=\"num\">Of it "
                  "forced layout</th><th scope=\"col\" class=\"num\">Times</th></tr></thead>\n"
                  "<tbody>\n");
    for (size_t i = 0; i < report->series_count; i++) {
        for (size_t k = 0; k < report->series[i].script_count; k++) {
            add_script(&report->series[i], i, &report->series[i].script[k], out);
        }
    }
    html_raw(out, "</tbody>\n");
    html_table_end(out);
}
