/* A load as pictures: over the time of the run, with the database below on the same axis, and over
 * the number of virtual users, with the place where it breaks. */
#include <math.h>

#include "base/mem.h"
#include "reports/chart.h"
#include "reports/chart_time.h"
#include "reports/html_load.h"
#include "reports/timeline.h"

#define DRAWN_MAX 1e15 /* what is greater is no figure of a chat */
#define MARKS_MAX ((size_t)60)

static const struct metric_def ms_axis = { .unit = "ms", .decimals = 0 };
static const struct metric_def ms_fine_axis = { .unit = "ms", .decimals = 1 };
static const struct metric_def count_axis = { .unit = "", .decimals = 0 };
static const struct metric_def rate_axis = { .unit = "", .decimals = 1 };

/* The numbers of one column, a cell each; memory that the picture frees. */
struct pool {
    double *item[64];
    size_t count;
};

static double *take(struct pool *pool, size_t count)
{
    double *numbers = mem_new_array(count > 0 ? count : 1, sizeof *numbers);
    if (pool->count == sizeof pool->item / sizeof pool->item[0]) {
        mem_exhausted();
    }
    pool->item[pool->count++] = numbers;
    return numbers;
}

static void release(struct pool *pool)
{
    for (size_t i = 0; i < pool->count; i++) {
        free(pool->item[i]);
    }
}

static double *column(struct pool *pool, const struct timeline *timeline, size_t at,
                      enum timeline_form form)
{
    double *numbers = take(pool, timeline->cell_count);
    for (size_t i = 0; i < timeline->cell_count; i++) {
        double number = timeline_at(timeline, i, at, form);
        numbers[i] = fabs(number) <= DRAWN_MAX ? number : (double)NAN;
    }
    return numbers;
}

static double *named(struct pool *pool, const struct timeline *timeline, const char *name,
                     enum timeline_form form)
{
    return column(pool, timeline, timeline_column(timeline, name), form);
}

struct wanted {
    const char *column;
    const char *label;
    const char *kind;
    enum timeline_form form;
    bool filled;
    bool always; /* also when it is 0 all the time */
};

/* A panel of those columns that have numbers; none when none has. */
static void add_panel(struct chart_time *chart, struct pool *pool, const struct timeline *timeline,
                      const char *title, const struct metric_def *axis, const struct wanted *wanted)
{
    struct chart_time_panel *panel = &chart->panel[chart->panel_count];
    *panel = (struct chart_time_panel){ .title = title,
                                        .time = column(pool, timeline, 0, TIMELINE_MAX),
                                        .count = timeline->cell_count,
                                        .metric = axis,
                                        .limit = (double)NAN };
    for (; wanted->column != NULL; wanted++) {
        double most = timeline_greatest(timeline, timeline_column(timeline, wanted->column));
        if (most > 0.0 || (wanted->always && most <= 0.0)) {
            panel->line[panel->line_count++] =
                (struct chart_time_line){ wanted->label, wanted->kind,
                                          named(pool, timeline, wanted->column, wanted->form),
                                          wanted->filled };
        }
    }
    chart->panel_count += panel->line_count > 0;
}

static void add_load_panels(struct chart_time *chart, struct pool *pool,
                            const struct timeline *timeline)
{
    static const struct wanted latency[] = {
        { "max_ms", "most", "soft", TIMELINE_MAX, false, false },
        { "p95_ms", "p95", "s0", TIMELINE_MAX, false, false },
        { "p50_ms", "median", "s1", TIMELINE_MEAN, false, false },
        { NULL, NULL, NULL, TIMELINE_MEAN, false, false }
    };
    static const struct wanted vus[] = { { "vus", "active VUs", "s3", TIMELINE_MAX, true, true },
                                         { NULL, NULL, NULL, TIMELINE_MEAN, false, false } };
    static const struct wanted rates[] = {
        { "requests", "answers", "s1", TIMELINE_MEAN, true, true },
        { "errors", "errors", "bad", TIMELINE_MEAN, true, false },
        { "dropped", "not sent", "s2", TIMELINE_MEAN, false, false },
        { NULL, NULL, NULL, TIMELINE_MEAN, false, false }
    };
    double most = timeline_greatest(timeline, timeline_column(timeline, "max_ms"));
    add_panel(chart, pool, timeline, "Service time", most < 10.0 ? &ms_fine_axis : &ms_axis,
              latency);
    add_panel(chart, pool, timeline, "Virtual users", &count_axis, vus);
    add_panel(chart, pool, timeline, "Per second", &rate_axis, rates);
}

/* The watcher's columns by what is in them: their names are its own affair. */
static void add_database_panels(struct chart_time *chart, struct pool *pool,
                                const struct report_database *database)
{
    static const struct wanted sessions[] = {
        { "connections", "connections", "soft", TIMELINE_MAX, false, false },
        { "active", "active", "s1", TIMELINE_MAX, true, true },
        { "idle_in_transaction", "idle in a transaction", "s2", TIMELINE_MAX, false, false },
        { NULL, NULL, NULL, TIMELINE_MEAN, false, false }
    };
    static const struct wanted waits[] = { { "waiters", "waiting for a lock", "bad", TIMELINE_MAX,
                                             true, true },
                                           { NULL, NULL, NULL, TIMELINE_MEAN, false, false } };
    static const struct wanted longest[] = {
        { "running_ms", "longest statement", "s1", TIMELINE_MAX, false, false },
        { "waiting_ms", "longest wait", "bad", TIMELINE_MAX, false, false },
        { NULL, NULL, NULL, TIMELINE_MEAN, false, false }
    };
    const struct timeline *timeline = database->timeline;
    add_panel(chart, pool, timeline, "Database: sessions", &count_axis, sessions);
    if (chart->panel_count > 0 && isfinite(database->pool_limit)) {
        chart->panel[chart->panel_count - 1].limit = database->pool_limit;
        chart->panel[chart->panel_count - 1].limit_label = "pool";
    }
    add_panel(chart, pool, timeline, "Database: lock waits", &count_axis, waits);
    add_panel(chart, pool, timeline, "Database: longest", &ms_axis, longest);
}

static size_t add_marks(const struct report_workload *workload, struct chart_time_mark *marks)
{
    size_t count = 0;
    for (size_t i = 0; i < workload->scenario_count && count < MARKS_MAX; i++) {
        const struct report_scenario *scenario = &workload->scenario[i];
        if (workload->scenario_count > 1 && isfinite(scenario->start_s)) {
            marks[count++] = (struct chart_time_mark){ scenario->start_s, scenario->name };
        }
    }
    return count;
}

/* "longest answer 10.0 s", when it is known. */
static void add_words(struct strbuf *out, const char *before, double number, bool is_ms)
{
    char text[REPORT_MS_BYTES];
    if (isfinite(number)) {
        if (is_ms) {
            report_ms(number, false, text);
        } else {
            report_number(number, text);
        }
        strbuf_addf(out, "%s%s", before, text);
    }
}

static double greatest(const struct timeline *timeline, const char *name)
{
    return timeline_greatest(timeline, timeline_column(timeline, name));
}

/* The picture in words, with figures of the timeline. */
static void describe(const struct timeline *timeline, struct strbuf *out)
{
    strbuf_addf(out, "%zu seconds were recorded", timeline->rows);
    add_words(out, ". Longest answer ", greatest(timeline, "max_ms"), true);
    add_words(out, ", greatest p95 of a second ", greatest(timeline, "p95_ms"), true);
    add_words(out, ", most virtual users ", greatest(timeline, "vus"), false);
    add_words(out, ", most errors in a second ", greatest(timeline, "errors"), false);
    strbuf_add_char(out, '.');
}

static double end_of(const struct timeline *timeline)
{
    double end_s = timeline != NULL ? timeline_greatest(timeline, 0) : (double)NAN;
    return end_s <= DRAWN_MAX ? end_s : (double)NAN;
}

void html_load_over_time(const struct report_workload *workload, size_t index, struct strbuf *out)
{
    const struct timeline *timeline = workload->timeline;
    const struct timeline *watched = workload->database.timeline;
    struct chart_time_mark marks[MARKS_MAX];
    struct strbuf words = STRBUF_INIT;
    struct pool pool = { .count = 0 };
    char id[32];
    html_raw(out, "<h4>Over the time of the run</h4>\n");
    if (timeline == NULL || timeline->cell_count == 0) {
        html_wrap(out, "<p class=\"none\">NO DATA: ",
                  timeline == NULL ? workload->timeline_reason : "no second was recorded",
                  "</p>\n");
        return;
    }
    (void)snprintf(id, sizeof id, "time%zu", index);
    struct chart_time chart = { .id = id,
                                .title = "The load over time",
                                .end_s = fmax(end_of(timeline), end_of(watched)),
                                .mark = marks };
    chart.mark_count = add_marks(workload, marks);
    add_load_panels(&chart, &pool, timeline);
    if (watched != NULL) {
        add_database_panels(&chart, &pool, &workload->database);
    }
    describe(timeline, &words);
    chart.description = strbuf_text(&words);
    html_raw(out, "<figure class=\"chart\" tabindex=\"0\"><figcaption>");
    html_wrap(out, "", strbuf_text(&words), "");
    if (timeline->rows_per_cell > 1) {
        strbuf_addf(out, " Each point stands for %zu s.", timeline->rows_per_cell);
    }
    html_raw(out, "</figcaption>\n");
    chart_time_add_svg(out, &chart);
    html_raw(out, "</figure>\n");
    strbuf_release(&words);
    release(&pool);
}

static const enum figure vus_figures[] = { FIGURE_MED, FIGURE_P95 };

static void fill_vus_lines(const struct report_scenario *scenario, struct chart_line *lines,
                           struct chart_point *points)
{
    for (size_t k = 0; k < 2; k++) {
        struct chart_point *own = points + k * scenario->levels.count;
        lines[k] = (struct chart_line){ figure_heads[vus_figures[k]], k, own, 0 };
        for (size_t i = 0; i < scenario->levels.count; i++) {
            const struct report_part *level = &scenario->levels.item[i];
            const struct report_figures *service = &level->tally.service;
            double y = service->value[vus_figures[k]];
            if (y >= 0.0 && y <= DRAWN_MAX && level->vus >= 0.0 && level->vus <= DRAWN_MAX) {
                own[lines[k].count++] =
                    (struct chart_point){ level->vus, y, y, y, service->at_least[vus_figures[k]] };
            }
        }
    }
}

static void describe_lines(const struct chart *chart, struct strbuf *out)
{
    char text[METRIC_TEXT_BYTES];
    for (size_t i = 0; i < chart->line_count; i++) {
        const struct chart_line *line = &chart->line[i];
        strbuf_addf(out, "%s%s:", i == 0 ? "" : "; ", line->label);
        for (size_t k = 0; k < line->count; k++) {
            metric_format(chart->metric, line->point[k].y, text, sizeof text);
            strbuf_addf(out, "%s %s%s at %.0f %s", k == 0 ? "" : ",",
                        line->point[k].at_least ? "≥ " : "", text, line->point[k].x, chart->x_unit);
        }
        strbuf_add_str(out, line->count == 0 ? " NO DATA" : "");
    }
    strbuf_add_char(out, '.');
}

static void add_figure(const struct chart *chart, const char *caption, struct strbuf *out)
{
    struct strbuf description = STRBUF_INIT;
    struct chart described = *chart;
    describe_lines(chart, &description);
    described.description = strbuf_text(&description);
    html_wrap(out, "<figure class=\"chart\">\n<figcaption><b>", chart->title, "</b>. ");
    html_wrap(out, "", caption, "</figcaption>\n");
    (void)chart_add_svg(out, &described);
    html_raw(out, "</figure>\n");
    strbuf_release(&description);
}

static void add_latency(const struct report_scenario *scenario, const char *id, const char *caption,
                        struct strbuf *out)
{
    struct chart_line lines[2];
    struct chart_limit limits[2];
    struct chart_mark marks[2];
    struct chart_point *points = mem_new_array(2 * scenario->levels.count, sizeof *points);
    struct report_breaking breaking = report_breaking_point(scenario);
    double base = scenario->baseline.service.value[FIGURE_P95];
    fill_vus_lines(scenario, lines, points);
    struct chart chart = { .id = id,
                           .title = "Service time over virtual users",
                           .x_title = "virtual users",
                           .x_unit = "VUs",
                           .metric = &ms_axis,
                           .line = lines,
                           .line_count = 2,
                           .limit = limits,
                           .mark = marks };
    if (scenario->has_baseline && base > 0.0 && base <= DRAWN_MAX) {
        limits[chart.limit_count++] =
            (struct chart_limit){ 0.0, (double)INFINITY, 2.0 * base, "2 × baseline:" };
        limits[chart.limit_count++] =
            (struct chart_limit){ 0.0, (double)INFINITY, 10.0 * base, "10 × baseline:" };
    }
    if (breaking.slow != NULL && breaking.slow->vus <= DRAWN_MAX) {
        marks[chart.mark_count++] = (struct chart_mark){ breaking.slow->vus, "slows down" };
    }
    if (breaking.broken != NULL && breaking.broken->vus <= DRAWN_MAX) {
        marks[chart.mark_count++] = (struct chart_mark){ breaking.broken->vus, "breaks" };
    }
    add_figure(&chart, caption, out);
    free(points);
}

static void add_throughput(const struct report_scenario *scenario, const char *id,
                           struct strbuf *out)
{
    struct chart_point *points = mem_new_array(scenario->levels.count, sizeof *points);
    struct chart_line line = { "requests/s", 3, points, 0 };
    for (size_t i = 0; i < scenario->levels.count; i++) {
        const struct report_part *level = &scenario->levels.item[i];
        if (level->rate >= 0.0 && level->rate <= DRAWN_MAX && level->vus >= 0.0 &&
            level->vus <= DRAWN_MAX) {
            points[line.count++] =
                (struct chart_point){ level->vus, level->rate, level->rate, level->rate, false };
        }
    }
    struct chart chart = { .id = id,
                           .title = "Requests a second over virtual users",
                           .x_title = "virtual users",
                           .x_unit = "VUs",
                           .metric = &rate_axis,
                           .line = &line,
                           .line_count = 1 };
    add_figure(&chart, "Where the line goes flat the server gives no more.", out);
    free(points);
}

/* Where it begins to hurt, in words; the same figures as in the table of levels. */
static void breaking_words(const struct report_scenario *scenario, struct strbuf *out)
{
    char text[REPORT_MS_BYTES];
    struct report_breaking breaking = report_breaking_point(scenario);
    if (breaking.slow != NULL) {
        strbuf_addf(out, "At %s VUs p95 passes twice the baseline's. ", breaking.slow->name);
    }
    if (breaking.broken != NULL) {
        strbuf_addf(out, "At %s VUs more than a tenth of the requests fail. ",
                    breaking.broken->name);
    }
    if (breaking.slow == NULL && breaking.broken == NULL) {
        strbuf_add_str(out, scenario->has_baseline
                                ? "No level of VUs reaches twice the baseline's p95. "
                                : "No baseline was measured to compare with. ");
    }
    if (scenario->knee.has_data) {
        report_ms(scenario->knee.per_vu_ms, false, text);
        strbuf_addf(out, "The means bend at %.0f VUs; from there each VU adds %s",
                    scenario->knee.vus, text);
        report_share(scenario->knee.explained, text);
        strbuf_addf(out, " (two straight lines explain %s). ", text);
    }
    strbuf_add_str(out, "Hollow: a lower bound.");
}

void html_load_over_vus(const struct report_workload *workload, size_t index, struct strbuf *out)
{
    bool any = false;
    for (size_t i = 0; i < workload->scenario_count; i++) {
        const struct report_scenario *scenario = &workload->scenario[i];
        struct strbuf words = STRBUF_INIT;
        char id[48];
        if (scenario->levels.count < 2) {
            continue;
        }
        html_raw(out, any ? "" : "<h4>Over the number of virtual users</h4>\n");
        any = true;
        if (workload->scenario_count > 1) {
            html_wrap(out, "<p class=\"lead\"><b>", scenario->name, "</b></p>\n");
        }
        breaking_words(scenario, &words);
        html_raw(out, "<div class=\"charts\">\n");
        (void)snprintf(id, sizeof id, "vus%zu%c%zu", index, 'a', i);
        add_latency(scenario, id, strbuf_text(&words), out);
        (void)snprintf(id, sizeof id, "vus%zu%c%zu", index, 'b', i);
        add_throughput(scenario, id, out);
        html_raw(out, "</div>\n");
        strbuf_release(&words);
    }
}
