#include "metrics/stress_verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define JUDGED_PERCENT    95.0
#define FACTOR_SLOW       2.0
#define FACTOR_OVER       10.0
#define SHARE_SLOW        0.01
#define SHARE_CRASH       0.10
#define ERRORS_THAT_COUNT 3
#define NS_IN_MS          1e6
#define TIME_BYTES        ((size_t)32)

static const struct {
    uint64_t from;
    const char *name;
} bands_by_vus[VU_BAND_COUNT] = {
    [VU_BAND_LOW] = { 0, "1-15" },
    [VU_BAND_MID] = { 16, "16-30" },
    [VU_BAND_HIGH] = { 31, "31+" },
};

enum vu_band vu_band_of(uint64_t vus)
{
    enum vu_band band = VU_BAND_HIGH;
    while (vus < bands_by_vus[band].from) {
        band--;
    }
    return band;
}

const char *vu_band_name(enum vu_band band)
{
    return bands_by_vus[band].name;
}

static void add_reason(struct stress_verdict *out, enum verdict verdict, const char *format, ...)
    PRINTF_LIKE(3, 4);

static void add_reason(struct stress_verdict *out, enum verdict verdict, const char *format, ...)
{
    out->verdict = verdict_worse(out->verdict, verdict);
    if (out->reason_count == STRESS_REASONS_MAX) {
        return;
    }
    struct stress_reason *reason = &out->reason[out->reason_count++];
    va_list args;
    va_start(args, format);
    reason->verdict = verdict;
    (void)vsnprintf(reason->text, sizeof reason->text, format, args);
    va_end(args);
}

/* "190 ms", "2.25 ms", "≥ 10.0 s". */
static void write_time(struct histogram_figure figure_ns, char out[TIME_BYTES])
{
    double ms = figure_ns.value / NS_IN_MS;
    const char *sign = figure_ns.at_least ? "≥ " : "";
    if (ms < 10) {
        (void)snprintf(out, TIME_BYTES, "%s%.2f ms", sign, ms);
    } else if (ms < 9999.5) {
        (void)snprintf(out, TIME_BYTES, "%s%.0f ms", sign, ms);
    } else {
        (void)snprintf(out, TIME_BYTES, "%s%.1f s", sign, ms / 1000);
    }
}

static unsigned long long printable(uint64_t number)
{
    return (unsigned long long)number;
}

/* False, with the reason, when a 95th percentile can't be had. */
static bool take_p95(const struct histogram *latency_ns, const char *whose,
                     struct histogram_figure *figure, struct stress_verdict *out)
{
    uint64_t n = latency_ns == NULL ? 0 : histogram_samples(latency_ns);
    uint64_t need = histogram_samples_needed(JUDGED_PERCENT);
    if (n < need) {
        add_reason(out, VERDICT_NO_DATA, "%s p95 needs %llu samples and has %llu", whose,
                   printable(need), printable(n));
        return false;
    }
    *figure = histogram_percentile(latency_ns, JUDGED_PERCENT);
    return true;
}

static void judge_latency(const struct stress_judging *judging, const struct stress_counts *counts,
                          struct stress_verdict *out)
{
    struct histogram_figure p95 = { 0, false };
    struct histogram_figure base = { 0, false };
    char p95_text[TIME_BYTES];
    char base_text[TIME_BYTES];
    bool has_p95 = take_p95(counts->latency_ns, "the", &p95, out);
    bool has_base = take_p95(judging->baseline_ns, "the baseline's", &base, out);
    if (!has_p95 || !has_base) {
        return;
    }
    write_time(p95, p95_text);
    write_time(base, base_text);
    if (base.at_least || base.value <= 0) {
        add_reason(out, VERDICT_NO_DATA, "the baseline's p95 (%s) can't be compared with",
                   base_text);
        return;
    }
    out->has_factor = true;
    out->factor = p95.value / base.value;
    out->at_least = p95.at_least;
    bool slow = out->factor >= FACTOR_SLOW;
    out->over_ten = out->factor > FACTOR_OVER;
    if (!slow && p95.at_least) {
        add_reason(out, VERDICT_NO_DATA,
                   "p95 %s is a lower bound: whether it is %g × the baseline's "
                   "%s stays open",
                   p95_text, FACTOR_SLOW, base_text);
        return;
    }
    add_reason(out, slow ? VERDICT_SLOWS_DOWN : VERDICT_FINE,
               "p95 %s is %s%.2f × the baseline's %s%s (n = %llu)", p95_text,
               out->at_least ? "at least " : "", out->factor, base_text,
               out->over_ten ? ", over 10 ×" : "",
               printable(histogram_samples(counts->latency_ns)));
}

static void judge_errors(const struct stress_counts *counts, struct stress_verdict *out)
{
    uint64_t n = counts->requests - counts->rate_limited;
    if (n < histogram_samples_needed(JUDGED_PERCENT) && counts->errors < ERRORS_THAT_COUNT) {
        return;
    }
    double share = (double)counts->errors / (double)n;
    enum verdict verdict = share > SHARE_CRASH   ? VERDICT_CRASHES
                           : share >= SHARE_SLOW ? VERDICT_SLOWS_DOWN
                                                 : VERDICT_FINE;
    add_reason(out, verdict, "errors %.2f %% (%llu of %llu, %llu of them time-outs)", 100 * share,
               printable(counts->errors), printable(n), printable(counts->timeouts));
}

static void judge_crashes(const struct stress_judging *judging, const struct stress_counts *counts,
                          struct stress_verdict *out)
{
    if (judging->restarted) {
        add_reason(out, VERDICT_CRASHES, "the server went away during the run");
    }
    if (counts->pool_exhausted > 0) {
        add_reason(out, VERDICT_CRASHES, "%llu answers say that the database pool is used up",
                   printable(counts->pool_exhausted));
    }
    if (counts->server_errors > judging->tolerated_5xx) {
        add_reason(out, VERDICT_CRASHES, "%llu answers 5xx, %llu tolerated",
                   printable(counts->server_errors), printable(judging->tolerated_5xx));
    } else if (counts->server_errors > 0) {
        add_reason(out, VERDICT_FINE, "%llu answers 5xx, within the %llu tolerated",
                   printable(counts->server_errors), printable(judging->tolerated_5xx));
    }
}

static void judge_into(const struct stress_judging *judging, const struct stress_counts *counts,
                       struct stress_verdict *out)
{
    out->n = counts->requests;
    judge_crashes(judging, counts, out);
    if (counts->requests == 0) {
        add_reason(out, VERDICT_NO_DATA, "no request was made");
        return;
    }
    if (counts->rate_limited > counts->requests / 2) {
        out->limiter_on = true;
        add_reason(out, VERDICT_NO_DATA,
                   "%llu of %llu answers were 429: the server's rate limiter is on "
                   "(RATELIMIT_ENABLED=false switches it off)",
                   printable(counts->rate_limited), printable(counts->requests));
        return;
    }
    judge_errors(counts, out);
    judge_latency(judging, counts, out);
}

void stress_judge(const struct stress_judging *judging, const struct stress_counts *counts,
                  struct stress_verdict *out)
{
    memset(out, 0, sizeof *out);
    out->verdict = VERDICT_FINE;
    judge_into(judging, counts, out);
}

static void add_counts(struct stress_counts *sum, const struct stress_counts *part,
                       struct histogram *latency_ns)
{
    sum->requests += part->requests;
    sum->errors += part->errors;
    sum->timeouts += part->timeouts;
    sum->server_errors += part->server_errors;
    sum->pool_exhausted += part->pool_exhausted;
    sum->conflicts += part->conflicts;
    sum->rate_limited += part->rate_limited;
    if (part->latency_ns != NULL) {
        histogram_merge(latency_ns, part->latency_ns);
    }
}

void stress_judge_all(const struct stress_judging *judging, const struct stress_counts *bands,
                      struct stress_verdict *band_out, struct stress_verdict *whole_out)
{
    struct stress_judging for_band = *judging;
    struct histogram merged = { 0 };
    struct stress_counts sum = { .latency_ns = &merged };
    for_band.restarted = false;
    for (size_t band = 0; band < VU_BAND_COUNT; band++) {
        stress_judge(&for_band, &bands[band], &band_out[band]);
        add_counts(&sum, &bands[band], &merged);
    }
    memset(whole_out, 0, sizeof *whole_out);
    whole_out->verdict = VERDICT_FINE;
    judge_into(judging, &sum, whole_out);
    for (size_t band = 0; band < VU_BAND_COUNT; band++) {
        enum verdict verdict = band_out[band].verdict;
        /* A run that was mostly turned away stays inconclusive, unless something broke. */
        if (verdict == VERDICT_CRASHES ||
            (verdict == VERDICT_SLOWS_DOWN && !whole_out->limiter_on)) {
            add_reason(whole_out, verdict, "%s VUs: %s", vu_band_name((enum vu_band)band),
                       verdict_title(verdict));
        }
    }
    histogram_release(&merged);
}

void stress_verdict_to_json(const struct stress_verdict *verdict, cJSON *parent, const char *key)
{
    cJSON *node = json_add_object(parent, key);
    json_add_text(node, "verdict", verdict_name(verdict->verdict));
    json_add_number(node, "n", (double)verdict->n);
    if (verdict->has_factor) {
        json_add_number(node, "factor", verdict->factor);
        json_add_bool(node, "at_least", verdict->at_least);
    }
    json_add_bool(node, "over_ten", verdict->over_ten);
    json_add_bool(node, "limiter_on", verdict->limiter_on);
    cJSON *reasons = json_add_array(node, "reasons");
    for (size_t i = 0; i < verdict->reason_count; i++) {
        cJSON *reason = json_push_object(reasons);
        json_add_text(reason, "verdict", verdict_name(verdict->reason[i].verdict));
        json_add_text(reason, "text", verdict->reason[i].text);
    }
}
