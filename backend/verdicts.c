#include "backend/verdicts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "backend/socket_record.h"
#include "base/clock.h"

size_t verdicts_baseline_of(const struct workload *workload, size_t scenario)
{
    size_t first = 0;
    while (workload->scenario[first].flow != workload->scenario[scenario].flow) {
        first++;
    }
    return first;
}

static void evaluate(const struct record *load, const struct threshold_spec *spec, double seconds,
                     struct threshold_result *out)
{
    const struct threshold_values values = record_values(record_series(load, spec), seconds);
    threshold_evaluate(&spec->threshold, &values, out);
}

bool verdicts_abort(const struct record *load, double elapsed_s)
{
    const struct workload *workload = load->workload;
    for (size_t i = 0; i < workload->threshold_count; i++) {
        const struct threshold_spec *spec = &workload->threshold[i];
        struct threshold_result result;
        if (!spec->threshold.abort_on_fail) {
            continue;
        }
        evaluate(load, spec, elapsed_s, &result);
        if (threshold_aborts(&spec->threshold, &result, (uint64_t)(elapsed_s * 1000))) {
            return true;
        }
    }
    return false;
}

static void judge_thresholds(const struct verdicts_input *input, struct verdicts *out)
{
    out->has_thresholds = true;
    for (size_t i = 0; i < input->workload->threshold_count; i++) {
        evaluate(input->load, &input->workload->threshold[i], input->seconds, &out->threshold[i]);
        out->thresholds_failed += out->threshold[i].outcome == THRESHOLD_FAILS ? 1 : 0;
        out->thresholds_without_data += out->threshold[i].outcome == THRESHOLD_NO_DATA ? 1 : 0;
    }
}

static void judge_scenario(const struct verdicts_input *input, size_t scenario,
                           struct scenario_verdict *out)
{
    const struct record_scenario *measured = &input->load->scenario[scenario];
    size_t baseline = verdicts_baseline_of(input->workload, scenario);
    struct stress_counts bands[VU_BAND_COUNT];
    const struct stress_judging judging = {
        .baseline_ns = &input->baseline->scenario[baseline].all.service_ns,
        .tolerated_5xx = input->tolerated_5xx,
        .restarted = input->restarted,
    };
    for (size_t i = 0; i < VU_BAND_COUNT; i++) {
        bands[i] = tally_counts(&measured->band[i]);
    }
    out->judged = true;
    stress_judge_all(&judging, bands, out->band, &out->whole);
}

static void doubt(struct verdicts *out, const char *format, ...) PRINTF_LIKE(2, 3);

static void doubt(struct verdicts *out, const char *format, ...)
{
    va_list args;
    if (out->doubt_count == VERDICTS_DOUBTS_MAX) {
        return;
    }
    va_start(args, format);
    (void)vsnprintf(out->doubt[out->doubt_count++], sizeof out->doubt[0], format, args);
    va_end(args);
}

static void doubt_lateness(const struct verdicts_input *input, struct verdicts *out)
{
    const struct histogram *late = &input->load->series[BUILTIN_START_LATENESS].trend;
    const struct histogram *served = &input->load->series[BUILTIN_HTTP_REQ_DURATION].trend;
    if (histogram_samples(late) < histogram_samples_needed(95) || histogram_samples(served) == 0) {
        return;
    }
    double late_ns = histogram_percentile(late, 95).value;
    double served_ns = histogram_percentile(served, 50).value;
    if (late_ns > (double)VERDICTS_LATENESS_NS && late_ns > VERDICTS_LATENESS_SHARE * served_ns) {
        doubt(out, "a twentieth of all starts came %.0f ms late or more: the generator fell behind",
              late_ns / (double)NS_PER_MS);
    }
}

/* Messages that had come and waited for us are as late as those that the server held back. */
static void doubt_reading(const struct verdicts_input *input, struct verdicts *out)
{
    const struct socket_record *sockets = input->load->sockets;
    if (sockets == NULL || sockets->fanout == NULL ||
        histogram_samples(&sockets->turn_ns) < histogram_samples_needed(95)) {
        return;
    }
    const struct histogram *all = &fanout_times(sockets->fanout)->all_ns;
    double wait_ns = histogram_percentile(&sockets->turn_ns, 95).value;
    if (histogram_samples(all) > 0 && wait_ns > (double)VERDICTS_READING_NS &&
        wait_ns > VERDICTS_READING_SHARE * histogram_percentile(all, 50).value) {
        doubt(out,
              "a twentieth of the messages may have waited %.1f ms until they were read: the "
              "generator fell behind",
              wait_ns / (double)NS_PER_MS);
    }
}

/* Starts that were dropped were never applied: the load was less than the workload says, so it
 * cannot be called fine. That the server made them wait is its own finding. */
static void doubt_dropped(const struct verdicts_input *input, struct verdicts *out)
{
    uint64_t dropped = 0;
    uint64_t done = 0;
    for (size_t i = 0; i < input->workload->scenario_count; i++) {
        dropped += input->load->scenario[i].dropped;
        done += input->load->scenario[i].iterations + input->load->scenario[i].interrupted;
    }
    bool fine = out->judged && out->verdict == VERDICT_FINE;
    if (dropped > 0 && fine &&
        (double)dropped > VERDICTS_DROPPED_SHARE * (double)(dropped + done)) {
        doubt(out, "%" PRIu64 " of %" PRIu64 " starts were dropped, no VU was free: raise maxVUs",
              dropped, dropped + done);
    }
}

void verdicts_find(const struct verdicts_input *input, struct verdicts *out)
{
    *out = (struct verdicts){ .verdict = VERDICT_FINE };
    if (input->thresholds) {
        judge_thresholds(input, out);
    }
    for (size_t i = 0; i < input->workload->scenario_count; i++) {
        if (input->workload->scenario[i].baseline && input->baseline != NULL) {
            judge_scenario(input, i, &out->scenario[i]);
            out->judged = true;
            out->verdict = verdict_worse(out->verdict, out->scenario[i].whole.verdict);
        }
    }
    if (!out->judged) {
        out->verdict = VERDICT_NO_DATA;
    }
    if (input->cpu_share > VERDICTS_CPU_SHARE) {
        doubt(out, "the generator used %.0f %% of its core: it may have been the bottleneck",
              input->cpu_share * 100);
    }
    doubt_lateness(input, out);
    doubt_reading(input, out);
    doubt_dropped(input, out);
}
