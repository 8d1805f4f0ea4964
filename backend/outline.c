#include "backend/outline.h"

#include <inttypes.h>

#include "base/clock.h"

#define ROWS        12 /* of the table of load over time */
#define BAR_CELLS   40
#define INDENT_STEP 2

static void add_duration(struct strbuf *out, uint64_t ns)
{
    uint64_t ms = ns / NS_PER_MS;
    if (ms % 1000 != 0) {
        strbuf_addf(out, "%" PRIu64 "ms", ms);
    } else if (ms >= 60000 && ms % 60000 == 0) {
        strbuf_addf(out, "%" PRIu64 "m", ms / 60000);
    } else if (ms > 60000) {
        strbuf_addf(out, "%" PRIu64 "m%" PRIu64 "s", ms / 60000, ms % 60000 / 1000);
    } else {
        strbuf_addf(out, "%" PRIu64 "s", ms / 1000);
    }
}

static void add_pause(struct strbuf *out, const struct pause *pause)
{
    add_duration(out, pause->min_ns);
    if (pause->max_ns > pause->min_ns) {
        strbuf_add_str(out, " to ");
        add_duration(out, pause->max_ns);
    }
}

static uint64_t length_of(const struct workload *workload)
{
    uint64_t end_ns = 0;
    for (size_t i = 0; i < workload->scenario_count; i++) {
        uint64_t ns = workload_end_ns(workload, i);
        end_ns = ns > end_ns ? ns : end_ns;
    }
    return end_ns;
}

void outline_line(const struct workload *workload, struct strbuf *out)
{
    struct strbuf length = STRBUF_INIT;
    uint32_t most = 0;
    for (size_t i = 0; i < workload->scenario_count; i++) {
        uint32_t vus = schedule_most_vus(&workload->scenario[i].schedule);
        most = vus > most ? vus : most;
    }
    add_duration(&length, length_of(workload));
    strbuf_addf(out, "%-19s %7s %5" PRIu32 " VUs  %s\n", workload->name, strbuf_text(&length), most,
                workload->summary);
    strbuf_release(&length);
}

static void add_bar(struct strbuf *out, uint64_t value, uint64_t most)
{
    uint64_t cells = most > 0 ? (value * BAR_CELLS + most - 1) / most : 0;
    for (uint64_t i = 0; i < cells; i++) {
        strbuf_add_char(out, '#');
    }
    strbuf_add_char(out, '\n');
}

/* Starts that come due within the second that begins there. */
static uint64_t starts_at(const struct schedule *schedule, uint64_t at_ns)
{
    struct schedule_point now;
    struct schedule_point later;
    schedule_at(schedule, at_ns, &now);
    schedule_at(schedule, at_ns + NS_PER_S, &later);
    return later.due - now.due;
}

static uint64_t load_at(const struct schedule *schedule, uint64_t at_ns)
{
    struct schedule_point point;
    if (schedule->executor->is_open) {
        return starts_at(schedule, at_ns);
    }
    schedule_at(schedule, at_ns, &point);
    return point.active_vus;
}

static void add_curve(const struct schedule *schedule, struct strbuf *out)
{
    uint64_t length_ns = schedule_end_ns(schedule) - schedule->start_ns;
    uint64_t most = 0;
    strbuf_addf(out, "    load over time, %s:\n",
                schedule->executor->is_open ? "starts a second" : "virtual users");
    for (uint64_t i = 0; i <= ROWS; i++) {
        uint64_t load = load_at(schedule, schedule->start_ns + length_ns * i / ROWS);
        most = load > most ? load : most;
    }
    for (uint64_t i = 0; i <= ROWS; i++) {
        uint64_t at_ns = schedule->start_ns + length_ns * i / ROWS;
        uint64_t load = load_at(schedule, at_ns);
        strbuf_addf(out, "    %8.1f s %7" PRIu64 "  ", (double)at_ns / (double)NS_PER_S, load);
        add_bar(out, load, most);
    }
}

static void add_indent(struct strbuf *out, size_t depth)
{
    strbuf_addf(out, "      %*s", (int)(depth * INDENT_STEP), "");
}

static void add_template(const struct workload *workload, const struct template *template,
                         struct strbuf *out)
{
    for (size_t i = 0; i < template->count; i++) {
        const struct template_part *part = &template->part[i];
        if (part->literal != NULL) {
            strbuf_add(out, part->literal, part->bytes);
        } else {
            strbuf_addf(out, "${%s}", workload->variable[part->variable].name);
        }
    }
}

static void add_request(const struct workload *workload, const struct request *request,
                        struct strbuf *out)
{
    strbuf_addf(out, "%s: %s %s", request->name, request->method, workload->api.prefix);
    add_template(workload, &request->path, out);
    for (size_t i = 0; i < request->query_count; i++) {
        strbuf_addf(out, "%c%s=", i == 0 ? '?' : '&', request->query[i].name);
        add_template(workload, &request->query[i].value, out);
    }
    if (request->file_field != NULL) {
        strbuf_addf(out, ", a file of %" PRIu64 " bytes", request->file_bytes);
    }
    strbuf_add_str(out, ", time-out ");
    add_duration(out, request->timeout_ns);
    strbuf_add_str(out, ", expects");
    for (size_t i = 0; i < request->expect_count; i++) {
        strbuf_addf(out, " %d", request->expect[i]);
    }
    strbuf_add_char(out, '\n');
}

static void add_pick(const struct workload *workload, const struct pick *pick, struct strbuf *out)
{
    static const char *const orders[] = { "at random", "by VU", "by iteration" };
    const struct data_set *set = &workload->data.set[pick->set];
    strbuf_addf(out, "pick %s from %s, %s", workload->variable[pick->variable].name,
                set->name[0] != '\0' ? set->name : "a list", orders[pick->by]);
    if (pick->first > 0) {
        strbuf_addf(out, ", the first %" PRIu32, pick->first);
    }
    strbuf_add_char(out, '\n');
}

static void add_connect(const struct workload *workload, const struct step *step,
                        struct strbuf *out)
{
    const struct request *request = step->request;
    strbuf_addf(out, "%s: connect %s", request->name, workload->api.socket.path);
    if (request->auth >= 0) {
        strbuf_addf(out, " as %s", workload->variable[request->auth].name);
    }
    if (step->socket.wants_rooms && workload->api.socket.joined_event != NULL) {
        strbuf_addf(out, ", until %s", workload->api.socket.joined_event);
    }
    strbuf_add_str(out, ", time-out ");
    add_duration(out, request->timeout_ns);
    if (step->socket.connects_again) {
        strbuf_add_str(out, ", again after ");
        add_pause(out, &step->socket.again);
    }
    strbuf_add_char(out, '\n');
}

static void add_hold(const struct step *step, struct strbuf *out)
{
    strbuf_add_str(out, "hold ");
    if (step->socket.hold == HOLD_TO_END) {
        strbuf_add_str(out, "to the end");
    } else if (step->socket.hold == HOLD_UNTIL) {
        strbuf_add_str(out, "until ");
        add_duration(out, step->socket.until_ns);
    } else {
        add_pause(out, &step->think.pause);
    }
    strbuf_add_char(out, '\n');
}

static void add_wait(const struct step *step, struct strbuf *out)
{
    strbuf_addf(out, "%s: %s %s", step->request->name,
                step->kind == STEP_EMIT ? "emit" : "wait for", step->socket.event);
    if (step->kind == STEP_WAIT || step->socket.wants_ack) {
        strbuf_addf(out, "%s, time-out ", step->socket.wants_ack ? ", acknowledged" : "");
        add_duration(out, step->request->timeout_ns);
    }
    strbuf_add_char(out, '\n');
}

static void add_step(const struct workload *workload, const struct step *step, size_t *depth,
                     struct strbuf *out)
{
    if (step->kind == STEP_LOOP_END) {
        --*depth;
        return;
    }
    add_indent(out, *depth);
    switch (step->kind) {
    case STEP_PICK:
        add_pick(workload, &step->pick, out);
        break;
    case STEP_REQUEST:
        add_request(workload, step->request, out);
        break;
    case STEP_THINK:
        strbuf_add_str(out, "think ");
        add_pause(out, &step->think.pause);
        strbuf_add_char(out, '\n');
        break;
    case STEP_LOOP:
        strbuf_addf(out, "%" PRIu32 " times", step->loop.times);
        if (step->loop.while_variable >= 0) {
            strbuf_addf(out, ", while there is a %s",
                        workload->variable[step->loop.while_variable].name);
        }
        strbuf_add_str(out, ":\n");
        ++*depth;
        break;
    case STEP_CONNECT:
        add_connect(workload, step, out);
        break;
    case STEP_EMIT:
    case STEP_WAIT:
        add_wait(step, out);
        break;
    case STEP_HOLD:
        add_hold(step, out);
        break;
    case STEP_DISCONNECT:
        strbuf_addf(out, "disconnect, %s\n", step->socket.cut ? "cut off" : "leaving");
        break;
    case STEP_LOOP_END:
        break;
    }
}

static void add_scenario(const struct workload *workload, const struct scenario *scenario,
                         struct strbuf *out)
{
    const struct schedule *schedule = &scenario->schedule;
    uint64_t total = schedule_total(schedule);
    size_t depth = 0;
    strbuf_addf(out, "\n  scenario %s: %s, from ", scenario->name, schedule->executor->name);
    if (scenario->after >= 0) {
        strbuf_addf(out, "the end of %s", workload->scenario[scenario->after].name);
        if (schedule->start_ns > 0) {
            strbuf_add_str(out, " and ");
            add_duration(out, schedule->start_ns);
        }
    } else {
        add_duration(out, schedule->start_ns);
    }
    strbuf_add_str(out, ", for ");
    add_duration(out, schedule_end_ns(schedule) - schedule->start_ns);
    strbuf_addf(out, ", at most %" PRIu32 " VUs", schedule_most_vus(schedule));
    if (total != SCHEDULE_NEVER) {
        strbuf_addf(out, ", %" PRIu64 " iterations", total);
    }
    strbuf_add_char(out, '\n');
    if (schedule->stage_count > 0) {
        add_curve(schedule, out);
    }
    strbuf_addf(out, "    flow %s:\n", scenario->flow->name);
    for (size_t i = 0; i < scenario->flow->step_count; i++) {
        add_step(workload, &scenario->flow->step[i], &depth, out);
    }
}

static void add_metrics(const struct workload *workload, struct strbuf *out)
{
    strbuf_add_str(out, "\n  metrics beside the built-in ones:");
    for (size_t i = 0; i < workload->metric_count; i++) {
        strbuf_addf(out, " %s (%s)%s", workload->metric[i].name,
                    series_kind_name(workload->metric[i].kind),
                    i + 1 < workload->metric_count ? "," : "");
    }
    strbuf_add_str(out, workload->metric_count == 0 ? " none\n" : "\n");
    strbuf_add_str(out, "  thresholds:");
    for (size_t i = 0; i < workload->threshold_count; i++) {
        strbuf_addf(out, " %s %s%s", workload->threshold[i].selector_text,
                    workload->threshold[i].threshold.source,
                    i + 1 < workload->threshold_count ? "," : "");
    }
    strbuf_add_str(out, workload->threshold_count == 0 ? " none\n" : "\n");
}

static void add_baseline(const struct workload *workload, struct strbuf *out)
{
    const struct baseline *baseline = &workload->baseline;
    if (!baseline->wanted) {
        strbuf_add_str(out, "\n  no baseline, no verdict\n");
        return;
    }
    strbuf_addf(out, "\n  baseline first: each flow with %" PRIu32 " VUs, %" PRIu32 " requests",
                baseline->vus, baseline->requests);
    if (baseline->has_pause) {
        strbuf_add_str(out, ", thinking ");
        add_pause(out, &baseline->pause);
    }
    strbuf_add_char(out, '\n');
}

void outline_write(const struct workload *workload, struct strbuf *out)
{
    strbuf_addf(out, "%s: %s\n", workload->name, workload->summary);
    add_baseline(workload, out);
    for (size_t i = 0; i < workload->scenario_count; i++) {
        add_scenario(workload, &workload->scenario[i], out);
    }
    add_metrics(workload, out);
}
