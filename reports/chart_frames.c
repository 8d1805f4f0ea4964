#include "reports/chart_frames.h"

#include <math.h>

#include "reports/chart_time.h"
#include "reports/clean.h"

#define WIDTH    1080.0
#define LEFT     82.0
#define RIGHT    14.0
#define TOP      6.0
#define PLOT     44.0
#define BOTTOM   22.0
#define MS_TOP   50.0 /* a bar of this length reaches the top; longer ones are cut there */
#define US_IN_MS 1000.0
#define BAR_MAX  10.0

double chart_frames_length_ms(const struct report_strip *strip)
{
    double end_us = 0.0;
    if (strip->frame_count == 0) {
        return 0.0;
    }
    for (size_t i = 0; i < strip->frame_count; i++) {
        end_us = fmax(end_us, strip->frame[i].end_us);
    }
    return fmax(0.0, (end_us - strip->frame[0].begin_us) / US_IN_MS);
}

/* All bars of one state as one path: a page with ten strips stays small. */
static void add_bars(struct strbuf *out, const struct report_strip *strip, enum frame_state state,
                     double end_ms, const char *kind)
{
    double scale = (WIDTH - LEFT - RIGHT) / end_ms;
    double width = fmin(BAR_MAX, fmax(1.0, 1000.0 / 60.0 * scale - 0.6));
    double base = TOP + PLOT;
    strbuf_addf(out, "<path class=\"%s\" d=\"", kind);
    for (size_t i = 0; i < strip->frame_count; i++) {
        const struct frame_report *frame = &strip->frame[i];
        double at_ms = (frame->begin_us - strip->frame[0].begin_us) / US_IN_MS;
        double took_ms = (frame->end_us - frame->begin_us) / US_IN_MS;
        double high = fmin(fmax(took_ms, 2.0), MS_TOP) / MS_TOP * PLOT;
        if (frame->state == state && at_ms >= 0.0 && at_ms <= end_ms) {
            strbuf_addf(out, "M%.1f %.1fv-%.1fh%.1fv%.1fz", LEFT + at_ms * scale, base, high, width,
                        high);
        }
    }
    strbuf_add_str(out, "\"/>");
}

static void add_axis(struct strbuf *out, double end_ms)
{
    double step_s = chart_time_step(end_ms / 1000.0);
    double base = TOP + PLOT;
    strbuf_addf(out, "<path class=\"axis\" d=\"M%.1f %.1fH%.1f\"/>", LEFT, base, WIDTH - RIGHT);
    strbuf_addf(out, "<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/>", LEFT, TOP, WIDTH - RIGHT);
    strbuf_addf(out, "<text class=\"mark\" x=\"%.1f\" y=\"%.1f\">%.0f ms</text>", LEFT - 7.0,
                TOP + 8.0, MS_TOP);
    for (long i = 0; (double)i * step_s * 1000.0 <= end_ms; i++) {
        double x = LEFT + (double)i * step_s * 1000.0 / end_ms * (WIDTH - LEFT - RIGHT);
        strbuf_addf(out, "<text class=\"mid\" x=\"%.1f\" y=\"%.1f\">%g s</text>", x, base + 17.0,
                    (double)i * step_s);
    }
}

void chart_frames_add_svg(struct strbuf *out, const struct report_strip *strip, double end_ms,
                          const char *id, const char *title)
{
    if (strip->frame_count == 0 || !(end_ms > 0.0)) {
        strbuf_add_str(out, "<p class=\"none\">NO DATA: ");
        clean_add_html(out, strip->reason[0] != '\0' ? strip->reason : "no frames were recorded");
        strbuf_add_str(out, "</p>\n");
        return;
    }
    strbuf_addf(out,
                "<svg class=\"wide frames\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
                "aria-labelledby=\"%s-t %s-d\"><title id=\"%s-t\">",
                WIDTH, TOP + PLOT + BOTTOM, id, id, id);
    clean_add_html(out, title);
    strbuf_addf(out, "</title><desc id=\"%s-d\">", id);
    if (strip->computed) {
        strbuf_addf(out,
                    "%zu frames presented whole, %zu in part, %zu dropped; %.1f pictures a second, "
                    "the longest gap %.0f ms.",
                    strip->frames.whole, strip->frames.partial, strip->frames.dropped,
                    strip->frames.fps, strip->frames.longest_gap_ms);
    } else {
        strbuf_addf(out, "%zu reports of the compositor.", strip->frame_count);
    }
    strbuf_add_str(out, "</desc>");
    add_axis(out, end_ms);
    add_bars(out, strip, FRAME_WHOLE, end_ms, "whole");
    add_bars(out, strip, FRAME_PARTIAL, end_ms, "partial");
    add_bars(out, strip, FRAME_DROPPED, end_ms, "dropped");
    strbuf_add_str(out, "</svg>\n");
}
