/* Every figure that is worth following over time, as a flat list. */
#include <math.h>

#include "reports/lines.h"

struct listing {
    void (*each)(void *arg, const struct line_figure *line);
    void *arg;
    struct strbuf subject;
};

static void put(struct listing *listing, struct line_figure line)
{
    if (isfinite(line.value)) {
        line.subject = strbuf_text(&listing->subject);
        listing->each(listing->arg, &line);
    }
}

static void put_value(struct listing *listing, const struct metric_value *value)
{
    if (value->has_data && value->def->better != METRIC_NEITHER) {
        bool several = value->n > 1;
        put(listing, (struct line_figure){
                         .name = value->def->name,
                         .title = value->def->title,
                         .unit = value->def->unit,
                         .higher_is_better = value->def->better == METRIC_HIGHER,
                         .value = value->median,
                         .low = several ? value->min : (double)NAN,
                         .high = several ? value->max : (double)NAN,
                         .n = (double)value->n,
                     });
    }
}

static void put_series(struct listing *listing, const struct report_series *series)
{
    strbuf_clear(&listing->subject);
    strbuf_addf(&listing->subject, "browser/%s/load", series->label);
    for (size_t i = 0; i < series->load_count; i++) {
        put_value(listing, &series->load[i]);
    }
    for (size_t i = 0; i < series->stage_count; i++) {
        const struct report_stage *stage = &series->stage[i];
        strbuf_clear(&listing->subject);
        strbuf_addf(&listing->subject, "browser/%s/%.0f", series->label, stage->messages);
        for (size_t k = 0; k < stage->value_count && stage->reached; k++) {
            put_value(listing, &stage->value[k]);
        }
    }
    strbuf_clear(&listing->subject);
    strbuf_addf(&listing->subject, "browser/%s/slope", series->label);
    for (size_t i = 0; i < series->slope_count; i++) {
        const struct report_slope *slope = &series->slope[i];
        if (slope->slope.has_data) {
            bool interval = slope->slope.has_interval;
            put(listing, (struct line_figure){
                             .name = slope->metric->name,
                             .title = slope->metric->title,
                             .unit = "a message",
                             .value = slope->slope.per_message,
                             .low = interval ? slope->slope.low : (double)NAN,
                             .high = interval ? slope->slope.high : (double)NAN,
                             .n = (double)slope->slope.n,
                         });
        }
    }
}

static void put_tally(struct listing *listing, const struct report_tally *tally)
{
    static const struct {
        enum figure figure;
        const char *name;
        const char *title;
    } times[] = {
        { FIGURE_MED, "service_med_ms", "Service time, median" },
        { FIGURE_P95, "service_p95_ms", "Service time, p95" },
        { FIGURE_P99, "service_p99_ms", "Service time, p99" },
    };
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        put(listing, (struct line_figure){
                         .name = times[i].name,
                         .title = times[i].title,
                         .unit = "ms",
                         .value = tally->service.value[times[i].figure],
                         .low = (double)NAN,
                         .high = (double)NAN,
                         .n = tally->service.n,
                     });
    }
    if (tally->requests > 0.0) {
        put(listing, (struct line_figure){
                         .name = "error_share",
                         .title = "Errors of the requests",
                         .unit = "%",
                         .value = 100.0 * tally->errors / tally->requests,
                         .low = (double)NAN,
                         .high = (double)NAN,
                         .n = tally->requests,
                     });
    }
}

static void put_workload(struct listing *listing, const struct report_workload *workload)
{
    for (size_t i = 0; i < workload->scenario_count; i++) {
        const struct report_scenario *scenario = &workload->scenario[i];
        strbuf_clear(&listing->subject);
        strbuf_addf(&listing->subject, "load/%s/%s", workload->label, scenario->name);
        put_tally(listing, &scenario->tally);
        if (scenario->end_s > scenario->start_s) {
            put(listing,
                (struct line_figure){
                    .name = "request_rate",
                    .title = "Requests a second",
                    .unit = "1/s",
                    .higher_is_better = true,
                    .value = scenario->tally.requests / (scenario->end_s - scenario->start_s),
                    .low = (double)NAN,
                    .high = (double)NAN,
                    .n = scenario->tally.requests,
                });
        }
        for (size_t k = 0; k < scenario->bands.count; k++) {
            strbuf_clear(&listing->subject);
            strbuf_addf(&listing->subject, "load/%s/%s/%s VUs", workload->label, scenario->name,
                        scenario->bands.item[k].name);
            put_tally(listing, &scenario->bands.item[k].tally);
        }
    }
    if (workload->sockets.fanout.present) {
        strbuf_clear(&listing->subject);
        strbuf_addf(&listing->subject, "load/%s/fan-out", workload->label);
        put(listing, (struct line_figure){
                         .name = "lost",
                         .title = "Deliveries lost",
                         .unit = "deliveries",
                         .value = workload->sockets.fanout.lost,
                         .low = (double)NAN,
                         .high = (double)NAN,
                         .n = workload->sockets.fanout.expected,
                     });
    }
}

void lines_figures(const struct report *report,
                   void (*each)(void *arg, const struct line_figure *line), void *arg)
{
    struct listing listing = { .each = each, .arg = arg };
    for (size_t i = 0; i < report->series_count; i++) {
        put_series(&listing, &report->series[i]);
    }
    for (size_t i = 0; i < report->workload_count; i++) {
        put_workload(&listing, &report->workload[i]);
    }
    strbuf_release(&listing.subject);
}
