#include "backend/record.h"

#include <assert.h>

#include "backend/k6_json.h"
#include "backend/record_tags.h"
#include "backend/socket_record.h"
#include "base/clock.h"
#include "base/mem.h"

#define LEVEL_FINE_STEP   5
#define LEVEL_FINE_END    100
#define LEVEL_COARSE_STEP 25
#define LEVEL_FINE_COUNT  (LEVEL_FINE_END / LEVEL_FINE_STEP)
#define SECONDS_FIRST     1024
#define PERCENT_TYPICAL   50.0
#define PERCENT_SLOW      95.0

size_t record_level(uint64_t vus)
{
    if (vus <= 1) {
        return 0;
    }
    if (vus <= LEVEL_FINE_END) {
        return (size_t)(vus - 1) / LEVEL_FINE_STEP;
    }
    uint64_t level = LEVEL_FINE_COUNT + (vus - LEVEL_FINE_END - 1) / LEVEL_COARSE_STEP;
    return level < RECORD_LEVELS ? (size_t)level : RECORD_LEVELS - 1;
}

void record_level_bounds(size_t level, uint64_t *from, uint64_t *to)
{
    if (level < LEVEL_FINE_COUNT) {
        *from = level * LEVEL_FINE_STEP + 1;
        *to = (level + 1) * LEVEL_FINE_STEP;
        return;
    }
    *from = LEVEL_FINE_END + (level - LEVEL_FINE_COUNT) * LEVEL_COARSE_STEP + 1;
    *to = level + 1 < RECORD_LEVELS ? *from + LEVEL_COARSE_STEP - 1 : UINT32_MAX;
}

static void add_series(struct record *record, size_t metric, const struct threshold_spec *part)
{
    const struct workload *workload = record->workload;
    record->series[record->series_count++] = (struct series){
        .metric = metric,
        .spec = metric < BUILTIN_COUNT ? &builtin_metrics[metric]
                                       : &workload->metric[metric - BUILTIN_COUNT],
        .selector = part != NULL ? &part->selector : NULL,
        .selector_text = part != NULL ? part->selector_text : NULL,
    };
}

struct record *record_new(const struct workload *workload, const struct tag *extra,
                          size_t extra_count)
{
    struct record *record = mem_new(sizeof *record);
    record->workload = workload;
    record->extra = extra;
    record->extra_count = extra_count;
    record->metric_count = BUILTIN_COUNT + workload->metric_count;
    record->series =
        mem_new_array(record->metric_count + workload->threshold_count, sizeof record->series[0]);
    for (size_t i = 0; i < record->metric_count; i++) {
        add_series(record, i, NULL);
    }
    for (size_t i = 0; i < workload->threshold_count; i++) {
        const struct threshold_spec *part = &workload->threshold[i];
        if (part->selector.tag_count > 0 && record_series(record, part) == NULL) {
            add_series(record, part->metric, part);
        }
    }
    record->scenario = mem_new_array(workload->scenario_count, sizeof record->scenario[0]);
    record->check =
        mem_new_array(workload->request_count * WORKLOAD_LIST_MAX, sizeof record->check[0]);
    mem_reserve((void **)&record->second, &record->second_cap, SECONDS_FIRST,
                sizeof record->second[0]);
    record->sockets = workload->has_sockets ? socket_record_new() : NULL;
    return record;
}

static void release_scenario(struct record_scenario *scenario)
{
    tally_release(&scenario->all);
    for (size_t i = 0; i < VU_BAND_COUNT; i++) {
        tally_release(&scenario->band[i]);
    }
    for (size_t i = 0; i <= SCHEDULE_STAGES_MAX; i++) {
        tally_release(&scenario->stage[i]);
    }
    for (size_t i = 0; i < RECORD_LEVELS; i++) {
        tally_release(&scenario->level[i].tally);
    }
    histogram_release(&scenario->iteration_ns);
}

void record_free(struct record *record)
{
    if (record == NULL) {
        return;
    }
    for (size_t i = 0; i < record->series_count; i++) {
        histogram_release(&record->series[i].trend);
    }
    for (size_t i = 0; i < record->workload->scenario_count; i++) {
        release_scenario(&record->scenario[i]);
    }
    for (size_t i = 0; i < record->tags_cap; i++) {
        record_tags_free(record->tags[i]);
    }
    for (size_t i = 0; i < record->status_count; i++) {
        tally_release(&record->status[i]->tally);
        free(record->status[i]);
    }
    histogram_release(&record->now_ns);
    socket_record_free(record->sockets);
    free(record->status);
    free(record->tags);
    free(record->series);
    free(record->scenario);
    free(record->check);
    free(record->second);
    free(record);
}

/* One sample in the units that are kept: nanoseconds for times. */
struct sample {
    uint64_t whole; /* trends and counters */
    bool truth;     /* rates */
    bool censored;  /* trends: `whole` or more */
    double level;   /* gauges */
};

static void add_to(struct series *series, const struct sample *sample)
{
    series->samples++;
    switch (series->spec->kind) {
    case SERIES_COUNTER:
        series->total += (double)sample->whole;
        break;
    case SERIES_GAUGE:
        series->min =
            series->samples == 1 || sample->level < series->min ? sample->level : series->min;
        series->max =
            series->samples == 1 || sample->level > series->max ? sample->level : series->max;
        series->total = sample->level;
        break;
    case SERIES_RATE:
        series->truths += sample->truth ? 1 : 0;
        break;
    case SERIES_TREND:
        if (sample->censored) {
            histogram_add_censored(&series->trend, sample->whole);
        } else {
            histogram_add(&series->trend, sample->whole);
        }
        break;
    }
}

static double told(const struct metric_spec *spec, const struct sample *sample)
{
    switch (spec->kind) {
    case SERIES_GAUGE:
        return sample->level;
    case SERIES_RATE:
        return sample->truth ? 1 : 0;
    case SERIES_COUNTER:
    case SERIES_TREND:
        break;
    }
    return spec->contains == CONTAINS_TIME ? (double)sample->whole / (double)NS_PER_MS
                                           : (double)sample->whole;
}

static void add(struct record *record, const struct record_tags *tags, size_t metric,
                struct sample sample)
{
    add_to(&record->series[metric], &sample);
    for (uint64_t bits = tags->submetrics; bits != 0; bits &= bits - 1) {
        size_t bit = 0;
        while ((bits >> bit & 1U) == 0) {
            bit++;
        }
        struct series *series = &record->series[record->metric_count + bit];
        if (series->metric == metric) {
            add_to(series, &sample);
        }
    }
    if (record->out != NULL) {
        k6_json_point(record->out, metric, &tags->json, told(record->series[metric].spec, &sample));
    }
}

static void add_whole(struct record *record, const struct record_tags *tags, size_t metric,
                      uint64_t whole)
{
    add(record, tags, metric, (struct sample){ .whole = whole });
}

static void add_duration(struct record *record, const struct record_tags *tags, size_t metric,
                         uint64_t ns, const struct record_request *sample)
{
    if (sample->outcome == OUTCOME_TIMEOUT) {
        add(record, tags, metric,
            (struct sample){ .whole = sample->request->timeout_ns, .censored = true });
    } else if (sample->outcome < OUTCOME_TIMEOUT) {
        add_whole(record, tags, metric, ns);
    }
}

static void add_http(struct record *record, const struct record_tags *tags,
                     const struct record_request *sample)
{
    const struct http_answer *answer = sample->answer;
    add_whole(record, tags, BUILTIN_HTTP_REQS, 1);
    if (sample->outcome == OUTCOME_RATE_LIMITED) {
        add_whole(record, tags, BUILTIN_HTTP_REQ_RATE_LIMITED, 1);
    } else {
        add(record, tags, BUILTIN_HTTP_REQ_FAILED,
            (struct sample){ .truth = outcome_is_error(sample->outcome) });
    }
    add_duration(record, tags, BUILTIN_HTTP_REQ_DURATION, answer->duration_ns, sample);
    add_duration(record, tags, BUILTIN_HTTP_REQ_RESPONSE, sample->response_ns, sample);
    add_whole(record, tags, BUILTIN_HTTP_REQ_BLOCKED, answer->blocked_ns);
    add_whole(record, tags, BUILTIN_HTTP_REQ_CONNECTING, answer->connecting_ns);
    add_whole(record, tags, BUILTIN_HTTP_REQ_TLS_HANDSHAKING, answer->tls_ns);
    if (answer->failure == HTTP_ANSWERED) {
        add_whole(record, tags, BUILTIN_HTTP_REQ_SENDING, answer->sending_ns);
        add_whole(record, tags, BUILTIN_HTTP_REQ_WAITING, answer->waiting_ns);
        add_whole(record, tags, BUILTIN_HTTP_REQ_RECEIVING, answer->receiving_ns);
    }
    add_whole(record, tags, BUILTIN_DATA_SENT, answer->sent_bytes);
    add_whole(record, tags, BUILTIN_DATA_RECEIVED, answer->received_bytes);
}

static void add_builtin(struct record *record, const struct record_tags *tags,
                        const struct record_request *sample)
{
    const struct sample failed = { .truth = outcome_is_error(sample->outcome) };
    const struct http_answer *answer = sample->answer;
    switch (sample->request->kind) {
    case REQUEST_HTTP:
        add_http(record, tags, sample);
        break;
    case REQUEST_CONNECT:
        add_whole(record, tags, BUILTIN_WS_SESSIONS, 1);
        add(record, tags, BUILTIN_SOCKET_CONNECT_FAILED, failed);
        add_duration(record, tags, BUILTIN_SOCKET_CONNECT, answer->duration_ns, sample);
        if (answer->connecting_ns > 0) {
            add_whole(record, tags, BUILTIN_WS_CONNECTING, answer->connecting_ns);
        }
        break;
    case REQUEST_EMIT:
        add(record, tags, BUILTIN_SOCKET_STEP_FAILED, failed);
        add_duration(record, tags, BUILTIN_SOCKET_ACK, answer->duration_ns, sample);
        break;
    case REQUEST_WAIT:
        add(record, tags, BUILTIN_SOCKET_STEP_FAILED, failed);
        add_duration(record, tags, BUILTIN_SOCKET_WAIT, answer->duration_ns, sample);
        break;
    }
}

/* Bytes a second; a file that was sent within a clock's tick has no rate. */
static uint64_t send_rate(const struct http_answer *answer)
{
    double seconds = (double)answer->duration_ns / (double)NS_PER_S;
    double rate = (double)answer->sent_bytes / seconds;
    return rate < (double)HISTOGRAM_VALUE_MAX ? (uint64_t)rate : HISTOGRAM_VALUE_MAX;
}

static void add_own(struct record *record, const struct record_tags *tags,
                    const struct record_rule *rule, const struct record_request *sample)
{
    const struct http_answer *answer = sample->answer;
    switch (rule->value) {
    case RECORD_ONE:
        add_whole(record, tags, rule->metric, 1);
        break;
    case RECORD_DURATION:
        add_duration(record, tags, rule->metric, answer->duration_ns, sample);
        break;
    case RECORD_RESPONSE:
        add_duration(record, tags, rule->metric, sample->response_ns, sample);
        break;
    case RECORD_BYTES:
        add_whole(record, tags, rule->metric, answer->body_bytes);
        break;
    case RECORD_ERROR:
        add(record, tags, rule->metric,
            (struct sample){ .truth = outcome_is_error(sample->outcome) });
        break;
    case RECORD_SEND_RATE:
        if (answer->failure == HTTP_ANSWERED && answer->duration_ns > 0) {
            add_whole(record, tags, rule->metric, send_rate(answer));
        }
        break;
    }
}

static void add_checks(struct record *record, struct tags_key key,
                       const struct record_request *sample)
{
    const struct request *request = sample->request;
    for (size_t i = 0; i < request->check_count; i++) {
        bool passed = (sample->checks_passed >> i & 1U) != 0;
        key.check = (uint8_t)i;
        record->check[request->number * WORKLOAD_LIST_MAX + i][passed ? 1 : 0]++;
        add(record, record_tags_find(record, &key, request), BUILTIN_CHECKS,
            (struct sample){ .truth = passed });
    }
}

static void add_tallies(struct record *record, const struct record_request *sample,
                        struct record_status *status)
{
    struct record_scenario *scenario = &record->scenario[sample->scenario];
    const struct tally_sample item = {
        .outcome = sample->outcome,
        .status = sample->answer->status,
        .service_ns = sample->answer->duration_ns,
        .response_ns = sample->response_ns,
        .timeout_ns = sample->request->timeout_ns,
    };
    tally_add(&status->tally, &item);
    tally_add(&scenario->all, &item);
    tally_add(&scenario->band[vu_band_of(sample->vus)], &item);
    tally_add(&scenario->stage[sample->stage], &item);
    struct level *level = &scenario->level[record_level(sample->vus)];
    tally_add(&level->tally, &item);
    level->vus_sum += sample->vus;
    record->now.requests++;
    record->now.errors += outcome_is_error(sample->outcome) ? 1U : 0U;
    record->now.rate_limited += sample->outcome == OUTCOME_RATE_LIMITED ? 1U : 0U;
    if (sample->outcome == OUTCOME_TIMEOUT) {
        histogram_add_censored(&record->now_ns, item.timeout_ns);
    } else if (sample->outcome < OUTCOME_TIMEOUT) {
        histogram_add(&record->now_ns, item.service_ns);
    }
}

void record_request(struct record *record, const struct record_request *sample)
{
    const struct request *request = sample->request;
    struct tags_key key = {
        .scenario = (uint8_t)sample->scenario,
        .stage = (uint8_t)sample->stage,
        .band = (uint8_t)vu_band_of(sample->vus),
        .outcome = (uint8_t)sample->outcome,
        .request = (uint16_t)request->number,
        .status = (uint16_t)sample->answer->status,
        .check = TAGS_NO_CHECK,
    };
    struct record_tags *tags = record_tags_find(record, &key, request);
    add_builtin(record, tags, sample);
    for (size_t i = 0; i < request->record_count; i++) {
        if ((request->record[i].outcomes >> sample->outcome & 1U) != 0) {
            add_own(record, tags, &request->record[i], sample);
        }
    }
    add_checks(record, key, sample);
    add_tallies(record, sample, tags->status);
}

static const struct record_tags *scenario_tags(struct record *record, size_t scenario)
{
    const struct tags_key key = { .scenario = scenario == RECORD_WHOLE_RUN ? TAGS_NO_SCENARIO
                                                                           : (uint8_t)scenario,
                                  .request = TAGS_NO_REQUEST,
                                  .check = TAGS_NO_CHECK };
    return record_tags_find(record, &key, NULL);
}

void record_iteration(struct record *record, size_t scenario, uint64_t duration_ns)
{
    const struct record_tags *tags = scenario_tags(record, scenario);
    record->scenario[scenario].iterations++;
    histogram_add(&record->scenario[scenario].iteration_ns, duration_ns);
    record->now.iterations++;
    add_whole(record, tags, BUILTIN_ITERATIONS, 1);
    add_whole(record, tags, BUILTIN_ITERATION_DURATION, duration_ns);
}

void record_interrupted(struct record *record, size_t scenario, bool request_in_flight)
{
    record->scenario[scenario].interrupted++;
    record->scenario[scenario].cut_off += request_in_flight ? 1 : 0;
}

void record_dropped(struct record *record, size_t scenario, uint64_t count)
{
    record->scenario[scenario].dropped += count;
    record->now.dropped += (uint32_t)count;
    add_whole(record, scenario_tags(record, scenario), BUILTIN_DROPPED_ITERATIONS, count);
}

void record_builtin(struct record *record, size_t scenario, enum builtin metric, uint64_t value)
{
    add(record, scenario_tags(record, scenario), metric,
        (struct sample){ .whole = value, .truth = value > 0 });
}

void record_builtin_censored(struct record *record, size_t scenario, enum builtin metric,
                             uint64_t at_least)
{
    add(record, scenario_tags(record, scenario), metric,
        (struct sample){ .whole = at_least, .censored = true });
}

void record_lateness(struct record *record, uint64_t lateness_ns)
{
    const struct sample sample = { .whole = lateness_ns };
    add_to(&record->series[BUILTIN_START_LATENESS], &sample);
}

static float percentile_ms(const struct histogram *histogram, double percent)
{
    if (histogram_samples(histogram) < histogram_samples_needed(percent)) {
        return -1;
    }
    return (float)(histogram_percentile(histogram, percent).value / (double)NS_PER_MS);
}

void record_tick(struct record *record, const struct record_tick *tick)
{
    struct record_second *second = &record->now;
    const struct record_tags *tags = scenario_tags(record, RECORD_WHOLE_RUN);
    bool any = histogram_samples(&record->now_ns) > 0;
    second->at_s = (float)tick->at_s;
    second->vus = (uint32_t)tick->vus;
    second->p50_ms = any ? percentile_ms(&record->now_ns, PERCENT_TYPICAL) : -1;
    second->p95_ms = any ? percentile_ms(&record->now_ns, PERCENT_SLOW) : -1;
    second->max_ms = any ? (float)(histogram_max(&record->now_ns).value / (double)NS_PER_MS) : -1;
    mem_reserve((void **)&record->second, &record->second_cap, record->second_count + 1,
                sizeof record->second[0]);
    record->second[record->second_count++] = *second;
    *second = (struct record_second){ .at_s = 0 };
    histogram_clear(&record->now_ns);
    add(record, tags, BUILTIN_VUS, (struct sample){ .level = (double)tick->vus });
    add(record, tags, BUILTIN_VUS_MAX, (struct sample){ .level = (double)tick->vus_made });
    for (size_t i = 0; i < record->workload->scenario_count; i++) {
        uint64_t vus = tick->scenario_vus[i];
        struct record_scenario *scenario = &record->scenario[i];
        if (vus > 0) {
            size_t level = record_level(tick->vus * tick->parts);
            scenario->level[level].seconds += tick->seconds / (double)tick->parts;
        }
    }
}

const struct series *record_series(const struct record *record,
                                   const struct threshold_spec *threshold)
{
    if (threshold->selector.tag_count == 0) {
        return &record->series[threshold->metric];
    }
    for (size_t i = record->metric_count; i < record->series_count; i++) {
        if (record->series[i].metric == threshold->metric &&
            strcmp(record->series[i].selector_text, threshold->selector_text) == 0) {
            return &record->series[i];
        }
    }
    return NULL;
}

struct threshold_values record_values(const struct series *series, double seconds)
{
    return (struct threshold_values){
        .kind = series->spec->kind,
        .samples = series->samples,
        .total = series->total,
        .truths = series->truths,
        .seconds = seconds,
        .trend = &series->trend,
        .trend_unit = series->spec->contains == CONTAINS_TIME ? (double)NS_PER_MS : 1.0,
    };
}
