/* The runs as a trace for Perfetto: what the load, the database and the page did, on one clock. */
#include <math.h>

#include "base/num.h"
#include "reports/outputs.h"
#include "reports/timeline.h"

#define US_IN_S   1e6
#define US_IN_MS  1e3
#define US_MOST   9e15 /* whole in a double, and 285 years */
#define FIRST_PID 1

struct trace {
    struct strbuf *out;
    double zero_us; /* the first run's begin, since 1970 */
    bool any;
};

static bool read_digits(const char *text, size_t count, double *out)
{
    char digits[8];
    uint64_t number = 0;
    (void)snprintf(digits, sizeof digits, "%.*s", (int)count, text);
    if (strlen(digits) != count || !num_parse_u64(digits, &number)) {
        return false;
    }
    *out = (double)number;
    return true;
}

/* "2026-02-24T13:37:10.123Z" in microseconds since 1970, or NaN. Days by the civil calendar's own
 * arithmetic (years that begin in March, so that the leap day is the last). */
static double moment_us(const char *text)
{
    double part[7] = { 0 };
    static const struct {
        size_t at;
        size_t digits;
    } places[] = { { 0, 4 }, { 5, 2 }, { 8, 2 }, { 11, 2 }, { 14, 2 }, { 17, 2 }, { 20, 3 } };
    size_t want = strlen(text) >= 23 && text[19] == '.' ? 7 : 6;
    for (size_t i = 0; i < want; i++) {
        if (strlen(text) < places[i].at + places[i].digits ||
            !read_digits(text + places[i].at, places[i].digits, &part[i])) {
            return (double)NAN;
        }
    }
    double year = part[1] <= 2.0 ? part[0] - 1.0 : part[0];
    double month = fmod(part[1] + 9.0, 12.0);
    double days = 365.0 * year + floor(year / 4.0) - floor(year / 100.0) + floor(year / 400.0) +
                  floor((153.0 * month + 2.0) / 5.0) + part[2] - 1.0 - 719468.0;
    return (((days * 24.0 + part[3]) * 60.0 + part[4]) * 60.0 + part[5]) * US_IN_S +
           part[6] * US_IN_MS;
}

/* Up to the comma behind the name; the caller adds what the phase needs and closes the brace. */
static void begin_event(struct trace *trace, const char *phase, const char *name, size_t pid,
                        size_t tid)
{
    strbuf_add_str(trace->out, trace->any ? ",\n{" : "\n{");
    strbuf_addf(trace->out, "\"ph\":\"%s\",\"pid\":%zu,\"tid\":%zu,\"name\":", phase, pid, tid);
    json_quote(name, trace->out);
    trace->any = true;
}

static void add_name(struct trace *trace, const char *kind, size_t pid, size_t tid,
                     const char *name)
{
    begin_event(trace, "M", kind, pid, tid);
    strbuf_add_str(trace->out, ",\"args\":{\"name\":");
    json_quote(name, trace->out);
    strbuf_add_str(trace->out, "}}");
}

static void add_slice(struct trace *trace, size_t pid, size_t tid, const char *name, double from_us,
                      double long_us)
{
    if (isfinite(from_us) && from_us >= 0.0 && from_us <= US_MOST && long_us >= 0.0 &&
        long_us <= US_MOST) {
        begin_event(trace, "X", name, pid, tid);
        strbuf_addf(trace->out, ",\"ts\":%.3f,\"dur\":%.3f}", from_us, long_us);
    }
}

struct counter {
    const char *name;
    const char *column[4]; /* NULL-ended */
    const char *label[4];
    enum timeline_form form;
};

static void add_counter(struct trace *trace, size_t pid, const struct timeline *timeline,
                        const struct counter *counter, double from_us)
{
    for (size_t i = 0; i < timeline->cell_count; i++) {
        double at_us = from_us + timeline_at(timeline, i, 0, TIMELINE_MIN) * US_IN_S;
        bool first = true;
        if (!(at_us >= 0.0 && at_us <= US_MOST)) {
            continue;
        }
        for (size_t k = 0; k < 4 && counter->column[k] != NULL; k++) {
            double number = timeline_at(timeline, i, timeline_column(timeline, counter->column[k]),
                                        counter->form);
            if (!isfinite(number)) {
                continue;
            }
            if (first) {
                begin_event(trace, "C", counter->name, pid, 0);
                strbuf_addf(trace->out, ",\"ts\":%.3f,\"args\":{", at_us);
            }
            strbuf_addf(trace->out, "%s\"%s\":%.6g", first ? "" : ",", counter->label[k], number);
            first = false;
        }
        strbuf_add_str(trace->out, first ? "" : "}}");
    }
}

static void add_counters(struct trace *trace, size_t pid, const struct report_workload *workload,
                         double from_us)
{
    static const struct counter load[] = {
        { "virtual users", { "vus" }, { "VUs" }, TIMELINE_MAX },
        { "latency (ms)",
          { "p50_ms", "p95_ms", "max_ms" },
          { "median", "p95", "most" },
          TIMELINE_MAX },
        { "per second", { "requests", "errors" }, { "answers", "errors" }, TIMELINE_MEAN },
    };
    static const struct counter database[] = {
        { "database sessions",
          { "active", "idle_in_transaction", "connections" },
          { "active", "idle in a transaction", "connections" },
          TIMELINE_MAX },
        { "lock waits", { "waiters" }, { "waiting" }, TIMELINE_MAX },
        { "longest wait (ms)", { "waiting_ms" }, { "waiting" }, TIMELINE_MAX },
    };
    for (size_t i = 0; i < sizeof load / sizeof load[0] && workload->timeline != NULL; i++) {
        add_counter(trace, pid, workload->timeline, &load[i], from_us);
    }
    for (size_t i = 0;
         i < sizeof database / sizeof database[0] && workload->database.timeline != NULL; i++) {
        add_counter(trace, pid, workload->database.timeline, &database[i], from_us);
    }
}

static void add_scenario(struct trace *trace, size_t pid, size_t tid,
                         const struct report_scenario *scenario, double from_us)
{
    double at_us = from_us + scenario->start_s * US_IN_S;
    add_name(trace, "thread_name", pid, tid, scenario->name);
    add_slice(trace, pid, tid, scenario->name, at_us,
              (scenario->end_s - scenario->start_s) * US_IN_S);
}

static void add_workload(struct trace *trace, size_t pid, const struct report_workload *workload)
{
    struct strbuf name = STRBUF_INIT;
    double from_us = moment_us(workload->started_at) - trace->zero_us;
    strbuf_addf(&name, "load: %s", workload->label);
    add_name(trace, "process_name", pid, 0, strbuf_text(&name));
    for (size_t i = 0; i < workload->scenario_count; i++) {
        add_scenario(trace, pid, i + 1, &workload->scenario[i], from_us);
    }
    add_counters(trace, pid, workload, from_us);
    strbuf_release(&name);
}

static void add_strip(struct trace *trace, size_t pid, size_t tid, const struct report_strip *strip,
                      double from_us)
{
    static const char *const names[] = {
        [FRAME_IDLE] = "idle",
        [FRAME_WHOLE] = "whole",
        [FRAME_PARTIAL] = "in part",
        [FRAME_DROPPED] = "dropped",
    };
    for (size_t i = 0; i < strip->frame_count; i++) {
        const struct frame_report *frame = &strip->frame[i];
        double at_us = from_us + frame->begin_us - strip->frame[0].begin_us;
        double long_us = frame->end_us - frame->begin_us;
        if (at_us >= 0.0 && at_us <= US_MOST && long_us >= 0.0 && long_us <= US_MOST) {
            /* Frames overlap, so they are asynchronous slices, each of its own id. */
            begin_event(trace, "b", names[frame->state], pid, tid);
            strbuf_addf(trace->out, ",\"cat\":\"frame\",\"id\":\"%zu.%zu.%zu\",\"ts\":%.3f}", pid,
                        tid, i, at_us);
            begin_event(trace, "e", names[frame->state], pid, tid);
            strbuf_addf(trace->out, ",\"cat\":\"frame\",\"id\":\"%zu.%zu.%zu\",\"ts\":%.3f}", pid,
                        tid, i, at_us + long_us);
        }
    }
}

static void add_series(struct trace *trace, size_t pid, const struct report_series *series)
{
    struct strbuf name = STRBUF_INIT;
    double from_us = moment_us(series->run->started_at) - trace->zero_us;
    strbuf_addf(&name, "browser: %s", series->label);
    add_name(trace, "process_name", pid, 0, strbuf_text(&name));
    for (size_t i = 0; i < series->strip_count; i++) {
        const struct report_strip *strip = &series->strip[i];
        double at_us = from_us + strip->at_s * US_IN_S;
        if (!isfinite(at_us) || strip->frame_count == 0) {
            continue;
        }
        strbuf_clear(&name);
        strbuf_addf(&name, "scroll at %.0f messages, repetition %u", strip->messages,
                    strip->repetition);
        add_name(trace, "thread_name", pid, i + 1, strbuf_text(&name));
        add_strip(trace, pid, i + 1, strip, at_us);
    }
    strbuf_release(&name);
}

static void add_runs(struct trace *trace, const struct report *report)
{
    add_name(trace, "process_name", FIRST_PID, 0, "runs");
    for (size_t i = 0; i < report->run_count; i++) {
        const struct report_run *run = &report->run[i];
        add_name(trace, "thread_name", FIRST_PID, i + 1, run->command);
        add_slice(trace, FIRST_PID, i + 1, run->id, moment_us(run->started_at) - trace->zero_us,
                  run->duration_s * US_IN_S);
    }
}

void output_chrome_trace(const struct report *report, struct strbuf *out)
{
    struct trace trace = { .out = out, .zero_us = (double)NAN };
    for (size_t i = 0; i < report->run_count; i++) {
        trace.zero_us = fmin(trace.zero_us, moment_us(report->run[i].started_at));
    }
    strbuf_add_str(out, "{\"displayTimeUnit\":\"ms\",\"otherData\":{\"clock\":\"microseconds since "
                        "the first run began; scrolls stand after their run's first page load, "
                        "which began when the browser was up\"},\"traceEvents\":[");
    add_runs(&trace, report);
    size_t pid = FIRST_PID + 1;
    for (size_t i = 0; i < report->workload_count; i++) {
        add_workload(&trace, pid++, &report->workload[i]);
    }
    for (size_t i = 0; i < report->series_count; i++) {
        add_series(&trace, pid++, &report->series[i]);
    }
    strbuf_add_str(out, "\n]}\n");
}
