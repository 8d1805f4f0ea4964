#include "tests/unit/workloads.h"

#include <unistd.h>

#include "backend/k6_json.h"
#include "backend/record.h"
#include "base/rng.h"

#define MS UINT64_C(1000000)

static const char json[] =
    "{\"name\":\"w\",\"summary\":\"s\",\"metrics\":{"
    "\"ms\":{\"type\":\"trend\",\"contains\":\"time\"},\"bad\":{\"type\":\"rate\"},"
    "\"ok\":{\"type\":\"counter\"},\"size\":{\"type\":\"trend\",\"contains\":\"data\"}},"
    "\"flows\":{\"f\":[{\"request\":{\"name\":\"get\",\"path\":\"/\",\"timeout\":\"10s\","
    "\"tags\":{\"kind\":\"read\"},\"checks\":{\"fine\":{\"status\":[200]}},\"record\":["
    "{\"metric\":\"ms\",\"value\":\"duration\"},{\"metric\":\"bad\",\"value\":\"error\"},"
    "{\"metric\":\"ok\",\"when\":[\"ok\"]},{\"metric\":\"size\",\"value\":\"bytes\"}]}}]},"
    "\"scenarios\":{\"a\":{\"executor\":\"constant-vus\",\"flow\":\"f\",\"duration\":\"1s\"},"
    "\"b\":{\"executor\":\"ramping-vus\",\"flow\":\"f\",\"stages\":[{\"duration\":\"1s\","
    "\"target\":5},{\"duration\":\"1s\",\"target\":0}]}},"
    "\"thresholds\":{\"ms{scenario:b}\":[\"avg<5\"],\"ms{band:31+,kind:read}\":[\"avg<5\"],"
    "\"http_reqs{status:429}\":[\"count<5\"],\"ms{env:test}\":[\"avg<5\"],"
    "\"checks{check:fine}\":[\"rate>0.5\"],\"ms{stage:2}\":[\"avg<5\"]}}";

static const struct tag extra[] = { { "env", "test" } };

static struct workload *workload;

static int load(void **state)
{
    (void)state;
    workload = workload_of(json);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    workload_free(workload);
    return 0;
}

struct shot {
    size_t scenario;
    unsigned stage;
    uint64_t vus;
    enum outcome outcome;
    int status;
    uint64_t ms;
};

static void shoot(struct record *record, const struct shot *shot)
{
    const struct http_answer answer = {
        .failure = shot->outcome >= OUTCOME_TIMEOUT ? HTTP_TIMEOUT : HTTP_ANSWERED,
        .status = shot->status,
        .waiting_ns = shot->ms * MS,
        .duration_ns = shot->ms * MS,
        .body_bytes = 100,
        .received_bytes = 150,
    };
    const struct record_request sample = {
        .scenario = shot->scenario,
        .request = workload->flow[0].step[0].request,
        .stage = shot->stage,
        .vus = shot->vus,
        .outcome = shot->outcome,
        .checks_passed = shot->status == 200 ? 1 : 0,
        .answer = &answer,
        .response_ns = shot->ms * MS + MS,
    };
    record_request(record, &sample);
}

static const struct shot shots[] = {
    { 0, 0, 1, OUTCOME_OK, 200, 10 },           { 0, 0, 40, OUTCOME_OK, 200, 20 },
    { 1, 1, 16, OUTCOME_OK, 200, 30 },          { 1, 2, 31, OUTCOME_RATE_LIMITED, 429, 1 },
    { 1, 2, 30, OUTCOME_SERVER_ERROR, 500, 5 }, { 1, 2, 100, OUTCOME_TIMEOUT, 0, 0 },
    { 0, 0, 15, OUTCOME_CONNECT, 0, 0 },        { 0, 0, 15, OUTCOME_CONFLICT, 409, 7 },
};

static struct record *full_record(void)
{
    struct record *record = record_new(workload, extra, 1);
    for (size_t i = 0; i < COUNT_OF(shots); i++) {
        shoot(record, &shots[i]);
    }
    return record;
}

static const struct series *metric(const struct record *record, const char *name)
{
    for (size_t i = 0; i < record->series_count; i++) {
        const struct series *series = &record->series[i];
        if (strcmp(series->selector != NULL ? series->selector_text : series->spec->name, name) ==
            0) {
            return series;
        }
    }
    fail_msg("no series %s", name);
    return NULL;
}

static void whole_metrics_count_what_they_mean(void **state)
{
    struct record *record = full_record();
    (void)state;
    assert_true(metric(record, "http_reqs")->samples == 8);
    /* 429 is neither success nor failure; an expected 409 is a success. */
    assert_true(metric(record, "http_req_failed")->samples == 7);
    assert_true(metric(record, "http_req_failed")->truths == 3);
    assert_true(metric(record, "http_req_rate_limited")->samples == 1);
    /* Answered, and the time-out as a lower bound; nothing of a refused connection. */
    const struct histogram *durations = &metric(record, "http_req_duration")->trend;
    assert_true(histogram_samples(durations) == 7);
    assert_true(histogram_censored(durations) == 1);
    assert_true(histogram_max(durations).at_least);
    assert_true((uint64_t)histogram_max(durations).value == 10000 * MS);
    assert_true(histogram_samples(&metric(record, "http_req_waiting")->trend) == 6);
    assert_true((uint64_t)metric(record, "data_received")->total == UINT64_C(8) * 150);
    assert_true(metric(record, "checks")->samples == 8 && metric(record, "checks")->truths == 3);
    assert_true((uint64_t)metric(record, "ok")->total == 3);
    assert_true(metric(record, "bad")->samples == 7 && metric(record, "bad")->truths == 3);
    assert_true(histogram_samples(&metric(record, "size")->trend) == 8);
    record_free(record);
}

static void selectors_pick_their_part(void **state)
{
    static const struct {
        const char *selector;
        uint64_t samples;
    } cases[] = {
        { "ms{scenario:b}", 4 },        { "ms{band:31+,kind:read}", 3 }, { "ms{env:test}", 7 },
        { "http_reqs{status:429}", 1 }, { "checks{check:fine}", 8 },     { "ms{stage:2}", 3 },
    };
    struct record *record = full_record();
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (metric(record, cases[i].selector)->samples != cases[i].samples) {
            fail_msg("%s: %d, want %d", cases[i].selector,
                     (int)metric(record, cases[i].selector)->samples, (int)cases[i].samples);
        }
    }
    record_free(record);
}

static void tallies_are_by_scenario_band_stage_and_level(void **state)
{
    struct record *record = full_record();
    const struct record_scenario *b = &record->scenario[1];
    (void)state;
    assert_true(b->all.requests == 4);
    assert_true(b->band[VU_BAND_MID].requests == 2);
    assert_true(b->band[VU_BAND_HIGH].requests == 2);
    assert_true(b->stage[1].requests == 1 && b->stage[2].requests == 3);
    assert_true(b->level[3].tally.requests == 1); /* 16 to 20 VUs */
    struct stress_counts counts = tally_counts(&b->all);
    assert_true(counts.errors == 2 && counts.timeouts == 1 && counts.server_errors == 1);
    assert_true(counts.rate_limited == 1 && counts.conflicts == 0);
    assert_true(histogram_samples(counts.latency_ns) == 3);
    record_free(record);
}

static void levels_have_no_gap(void **state)
{
    uint64_t next = 1;
    (void)state;
    for (size_t level = 0; level < RECORD_LEVELS; level++) {
        uint64_t from;
        uint64_t to;
        record_level_bounds(level, &from, &to);
        assert_true(from == next && to >= from);
        assert_int_equal(record_level(from), level);
        assert_int_equal(record_level(to), level);
        next = to + 1;
    }
    assert_int_equal(record_level(0), 0);
}

static void statuses_are_listed_once(void **state)
{
    struct record *record = full_record();
    uint64_t sum = 0;
    (void)state;
    assert_int_equal(record->status_count, 6);
    for (size_t i = 0; i < record->status_count; i++) {
        sum += record->status[i]->tally.requests;
    }
    assert_true(sum == COUNT_OF(shots));
    assert_true(record->status[0]->status == 200 && record->status[0]->tally.requests == 3);
    record_free(record);
}

static void a_second_is_closed_and_the_next_begins_empty(void **state)
{
    struct record *record = full_record();
    const uint64_t vus[] = { 3, 0 };
    const struct record_tick tick = {
        .at_s = 1, .seconds = 1, .vus = 3, .vus_made = 9, .scenario_vus = vus, .parts = 1
    };
    (void)state;
    record_iteration(record, 0, 5 * MS);
    record_dropped(record, 1, 2);
    record_tick(record, &tick);
    record_tick(record, &tick);
    assert_int_equal(record->second_count, 2);
    assert_int_equal(record->second[0].requests, 8);
    assert_int_equal(record->second[0].errors, 3);
    assert_int_equal(record->second[0].rate_limited, 1);
    assert_int_equal(record->second[0].iterations, 1);
    assert_int_equal(record->second[0].dropped, 2);
    assert_int_equal(record->second[1].requests, 0);
    assert_true(record->second[1].p50_ms < 0);
    assert_true(record->scenario[0].level[0].seconds > 1.9);
    assert_true(record->scenario[1].level[0].seconds < 0.1);
    assert_true((int)metric(record, "vus")->max == 3);
    record_free(record);
}

/* One record of everything equals two of the halves, merged. */
static void merging_gives_what_one_would_have_had(void **state)
{
    struct record *whole = record_new(workload, extra, 1);
    struct record *half[2] = { record_new(workload, extra, 1), record_new(workload, extra, 1) };
    struct rng rng;
    (void)state;
    rng_init(&rng, 3);
    for (int i = 0; i < 2000; i++) {
        struct shot shot = shots[rng_below(&rng, COUNT_OF(shots))];
        shot.ms = rng_below(&rng, 5000);
        shoot(whole, &shot);
        shoot(half[rng_below(&rng, 2)], &shot);
    }
    record_merge(half[0], half[1]);
    for (size_t i = 0; i < whole->series_count; i++) {
        assert_true(whole->series[i].samples == half[0]->series[i].samples);
        assert_true(whole->series[i].truths == half[0]->series[i].truths);
        assert_true((uint64_t)whole->series[i].total == (uint64_t)half[0]->series[i].total);
        cJSON *a = json_new_object();
        cJSON *b = json_new_object();
        histogram_to_json(&whole->series[i].trend, a, "h");
        histogram_to_json(&half[0]->series[i].trend, b, "h");
        assert_true(cJSON_Compare(a, b, true));
        cJSON_Delete(a);
        cJSON_Delete(b);
    }
    uint64_t sum = 0;
    for (size_t i = 0; i < half[0]->status_count; i++) {
        sum += half[0]->status[i]->tally.requests;
    }
    assert_true(sum == 2000);
    assert_int_equal(half[0]->status_count, whole->status_count);
    assert_true(whole->check[0][1] == half[0]->check[0][1]);
    assert_true(whole->scenario[1].band[VU_BAND_HIGH].requests ==
                half[0]->scenario[1].band[VU_BAND_HIGH].requests);
    record_free(whole);
    record_free(half[0]);
    record_free(half[1]);
}

/* k6's NDJSON: a Metric line before the first Point, every line a JSON object. */
static void check_ndjson(const char *text)
{
    size_t metrics = 0;
    size_t points = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        cJSON *line = NULL;
        struct err_msg msg = { "" };
        assert_int_equal(json_parse(text, length, "out", &line, &msg), ERR_OK);
        const char *type = json_text(line, "type");
        if (strcmp(type, "Metric") == 0) {
            assert_string_equal(json_text(line, "metric"), json_text(line, "data.name"));
            assert_non_null(json_at(line, "data.thresholds"));
            metrics++;
        } else {
            assert_string_equal(type, "Point");
            assert_true(cJSON_IsNumber(json_at(line, "data.value")));
            assert_int_equal(strlen(json_text(line, "data.time")), 30);
            assert_string_equal(json_text(line, "data.tags.env"), "test");
            assert_string_equal(json_text(line, "data.tags.scenario"), "b");
            points++;
        }
        if (strcmp(json_text(line, "metric"), "ms") == 0 && strcmp(type, "Point") == 0) {
            assert_true(json_number(line, "data.value", 0) > 29.9 &&
                        json_number(line, "data.value", 0) < 30.1);
            assert_string_equal(json_text(line, "data.tags.kind"), "read");
            assert_string_equal(json_text(line, "data.tags.status"), "200");
            assert_string_equal(json_text(line, "data.tags.expected_response"), "true");
        }
        cJSON_Delete(line);
        text += length + (text[length] == '\n' ? 1 : 0);
    }
    assert_int_equal(metrics, points);
    assert_int_equal(points, 17); /* 12 of HTTP, 1 check, 4 own */
}

static void samples_stream_in_k6s_form(void **state)
{
    static const char *const names[] = { "out.json", "out.json.gz" };
    char *dir = NULL;
    struct err_msg msg = { "" };
    (void)state;
    assert_int_equal(file_make_temp_dir(NULL, "tmscdp-test-", &dir, &msg), ERR_OK);
    for (size_t i = 0; i < 2; i++) {
        char *path = file_join(dir, names[i]);
        struct record *record = record_new(workload, extra, 1);
        struct strbuf text = STRBUF_INIT;
        assert_int_equal(k6_json_open(path, &record->out, &msg), ERR_OK);
        k6_json_workload(record->out, workload);
        shoot(record, &shots[2]);
        assert_int_equal(k6_json_close(record->out, &msg), ERR_OK);
        enum err err = i == 0 ? file_read(path, 1 << 20, &text, &msg)
                              : file_read_gz(path, 1 << 20, &text, &msg);
        assert_int_equal(err, ERR_OK);
        check_ndjson(strbuf_text(&text));
        strbuf_release(&text);
        record_free(record);
        free(path);
    }
    assert_int_equal(file_remove_tree(dir, &msg), ERR_OK);
    free(dir);
}

static void a_full_disk_is_told_at_the_end(void **state)
{
    struct k6_json *out = NULL;
    struct err_msg msg = { "" };
    struct strbuf tags = STRBUF_INIT;
    (void)state;
    if (access("/dev/full", W_OK) != 0) {
        skip();
    }
    assert_int_equal(k6_json_open("/dev/full", &out, &msg), ERR_OK);
    k6_json_workload(out, workload);
    strbuf_add_str(&tags, "{}");
    k6_json_point(out, BUILTIN_VUS, &tags, 1);
    assert_int_equal(k6_json_close(out, &msg), ERR_IO);
    assert_non_null(strstr(msg.text, "/dev/full"));
    strbuf_release(&tags);
    assert_int_equal(k6_json_open("/no/such/folder/x.json", &out, &msg), ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_metrics_count_what_they_mean),
        cmocka_unit_test(selectors_pick_their_part),
        cmocka_unit_test(tallies_are_by_scenario_band_stage_and_level),
        cmocka_unit_test(levels_have_no_gap),
        cmocka_unit_test(statuses_are_listed_once),
        cmocka_unit_test(a_second_is_closed_and_the_next_begins_empty),
        cmocka_unit_test(merging_gives_what_one_would_have_had),
        cmocka_unit_test(samples_stream_in_k6s_form),
        cmocka_unit_test(a_full_disk_is_told_at_the_end),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
