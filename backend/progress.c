#include "backend/progress.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/terminal.h"

#define BAR_CELLS      20
#define NARROW         100 /* columns below which the bar is left out */
#define SLOW_PERCENT   95.0
#define CLEAR_LINE     "\r\033[K"
#define RECENT_SECONDS 5

static void add_time(struct strbuf *out, double seconds)
{
    unsigned whole = seconds > 0 ? (unsigned)seconds : 0;
    strbuf_addf(out, "%u:%02u", whole / 60, whole % 60);
}

static void add_bar(struct strbuf *out, double share)
{
    int full = (int)(share * BAR_CELLS);
    strbuf_add_char(out, '[');
    for (int i = 0; i < BAR_CELLS; i++) {
        strbuf_add_char(out, i < full ? '#' : '.');
    }
    strbuf_add_str(out, "] ");
}

/* Of the last seconds. */
static void add_rate(struct strbuf *out, const struct record *record)
{
    uint64_t requests = 0;
    uint64_t errors = 0;
    size_t from = record->second_count > RECENT_SECONDS ? record->second_count - RECENT_SECONDS : 0;
    for (size_t i = from; i < record->second_count; i++) {
        requests += record->second[i].requests;
        errors += record->second[i].errors;
    }
    size_t seconds = record->second_count - from;
    double share = requests > 0 ? (double)errors / (double)requests : 0;
    strbuf_addf(out, "%.1f/s  errors %.1f %%",
                seconds > 0 ? (double)requests / (double)seconds : 0.0, share * 100);
}

static void add_p95(struct strbuf *out, const struct record *record)
{
    const struct histogram *trend = &record->series[BUILTIN_HTTP_REQ_DURATION].trend;
    if (histogram_samples(trend) < histogram_samples_needed(SLOW_PERCENT)) {
        strbuf_add_str(out, "p95 -");
        return;
    }
    struct histogram_figure p95 = histogram_percentile(trend, SLOW_PERCENT);
    strbuf_addf(out, "p95 %s%.0f ms", p95.at_least ? "≥ " : "", p95.value / (double)NS_PER_MS);
}

void progress_line(const struct progress *progress, const struct engine_status *status,
                   const struct record *record, unsigned columns, struct strbuf *out)
{
    double share = progress->total_s > 0 ? status->elapsed_s / progress->total_s : 0;
    share = share > 1 ? 1 : share;
    strbuf_addf(out, "%s  ", progress->label);
    if (columns >= NARROW && progress->total_s > 0) {
        add_bar(out, share);
    }
    add_time(out, status->elapsed_s);
    if (progress->total_s > 0) {
        strbuf_add_char(out, '/');
        add_time(out, progress->total_s);
    }
    strbuf_addf(out, "  VUs %llu  ", (unsigned long long)status->vus);
    add_rate(out, record);
    strbuf_add_str(out, "  ");
    add_p95(out, record);
    if (progress->total_s > status->elapsed_s) {
        strbuf_add_str(out, "  left ");
        add_time(out, progress->total_s - status->elapsed_s);
    }
    if (columns > 1 && out->len > columns - 1) {
        out->len = columns - 1;
        while (((unsigned char)out->data[out->len] & 0xC0U) == 0x80U) {
            out->len--; /* not in the middle of a character */
        }
        out->data[out->len] = '\0';
    }
}

void progress_draw(struct progress *progress, const struct engine_status *status,
                   const struct record *record)
{
    if (!progress->shown) {
        return;
    }
    struct strbuf line = STRBUF_INIT;
    progress_line(progress, status, record, terminal_columns(), &line);
    (void)fprintf(stderr, CLEAR_LINE "%s", strbuf_text(&line));
    (void)fflush(stderr);
    strbuf_release(&line);
    progress->drawn = true;
}

void progress_clear(struct progress *progress)
{
    if (progress->drawn) {
        (void)fputs(CLEAR_LINE, stderr);
        progress->drawn = false;
    }
}
