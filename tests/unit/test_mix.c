/* Several workloads as one: what becomes of their flows, and whose verdict is whose. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend/mix.h"
#include "backend/workload.h"
#include "base/file.h"
#include "base/mem.h"

static const struct mix_shape shape = { .vus = 3, .duration_ms = 60000, .baseline = true };

static cJSON *make(const char *const *names, size_t count, const struct mix_shape *with)
{
    struct err_msg msg = { "" };
    cJSON *mix = NULL;
    if (mix_make(names, count, with, &mix, &msg) != ERR_OK) {
        fail_msg("%s", msg.text);
    }
    return mix;
}

/* Reads the mix as `stress` would. */
static struct workload *load(const cJSON *mix)
{
    struct strbuf text = STRBUF_INIT;
    struct strbuf mistakes = STRBUF_INIT;
    struct err_msg msg = { "" };
    struct workload *workload = NULL;
    json_write(mix, true, &text);
    if (workload_from_text("mix.json", text.data, text.len, &workload, &mistakes, &msg) != ERR_OK) {
        fail_msg("%s\n%s", msg.text, strbuf_text(&mistakes));
    }
    strbuf_release(&text);
    strbuf_release(&mistakes);
    return workload;
}

static void a_mix_is_a_workload_with_all_flows_at_once(void **state)
{
    (void)state;
    static const char *const names[] = { "poll-vote", "message-send", "reactions", "media" };
    cJSON *mix = make(names, COUNT_OF(names), &shape);
    struct workload *workload = load(mix);
    assert_int_equal(workload->scenario_count, 1 + 2 + 3 + 2);
    for (size_t i = 0; i < workload->scenario_count; i++) {
        const struct scenario *scenario = &workload->scenario[i];
        assert_string_equal(scenario->schedule.executor->name, "constant-vus");
        assert_int_equal(scenario->schedule.vus, 3);
        assert_int_equal(scenario->schedule.start_ns, 0);
        assert_int_equal(scenario->after, -1);
        assert_true(scenario->baseline);
    }
    assert_int_equal(workload->threshold_count, 0);
    assert_int_equal(workload->integrity,
                     INTEGRITY_VOTES | INTEGRITY_MESSAGES | INTEGRITY_REACTIONS);
    workload_free(workload);
    cJSON_Delete(mix);
}

static void every_pair_of_workloads_with_flows_mixes(void **state)
{
    (void)state;
    const char *const *all = workload_names();
    for (size_t i = 0; all[i] != NULL; i++) {
        for (size_t k = i + 1; all[k] != NULL; k++) {
            const char *const names[] = { all[i], all[k] };
            struct err_msg msg = { "" };
            cJSON *mix = NULL;
            enum err err = mix_make(names, 2, &shape, &mix, &msg);
            if (err == ERR_OK) {
                workload_free(load(mix));
            } else {
                assert_int_equal(err, ERR_USAGE); /* one without flows says so */
                assert_non_null(strstr(msg.text, "flow"));
            }
            cJSON_Delete(mix);
        }
    }
}

static void a_flow_of_two_shapes_is_one_crowd(void **state)
{
    (void)state;
    static const char *const names[] = { "files" };
    cJSON *mix = make(names, 1, &shape);
    assert_int_equal(cJSON_GetArraySize(json_at(mix, "scenarios")), 1);
    assert_non_null(json_at(mix, "scenarios.files-list"));
    cJSON_Delete(mix);
}

static void without_a_baseline_nothing_is_judged(void **state)
{
    (void)state;
    static const char *const names[] = { "poll-vote" };
    const struct mix_shape bare = { .vus = 1, .duration_ms = 1000, .baseline = false };
    cJSON *mix = make(names, 1, &bare);
    struct workload *workload = load(mix);
    assert_false(workload->baseline.wanted);
    workload_free(workload);
    cJSON_Delete(mix);
}

static void mistakes_are_told_with_the_scenarios_name(void **state)
{
    (void)state;
    static const struct {
        const char *names[2];
        size_t count;
        enum err code;
        const char *want;
    } cases[] = {
        { { "poll-votes" }, 1, ERR_USAGE, "did you mean \"poll-vote\"?" },
        { { "media", "media" }, 2, ERR_USAGE, "\"media\" is named twice" },
        { { "schema" }, 1, ERR_USAGE, "there is no scenario \"schema\"" },
        { { "nowhere/mine.json" }, 1, ERR_IO, "nowhere/mine.json" },
        { { "" }, 1, ERR_USAGE, "there is no scenario \"\"" },
        { { NULL }, 0, ERR_USAGE, "name 1 to 8 scenarios" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err_msg msg = { "" };
        cJSON *mix = NULL;
        assert_int_equal(mix_make(cases[i].names, cases[i].count, &shape, &mix, &msg),
                         cases[i].code);
        assert_null(mix);
        assert_non_null(strstr(msg.text, cases[i].want));
    }
}

static void a_file_that_is_no_workload_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        { "{}", "a mix takes workloads that have a name, flows and scenarios" },
        { "[]", "a mix takes workloads that have a name, flows and scenarios" },
        { "{\"name\":\"x\",\"flows\":{},\"scenarios\":{\"a\":{}}}", "follows no flow" },
        { "{\"name\":\"x\",\"flows\":{},\"scenarios\":{\"a\":{\"flow\":\"b\"}}}",
          "scenario \"a\" follows no flow" },
    };
    struct err_msg msg = { "" };
    char *dir = NULL;
    assert_int_equal(file_make_temp_dir(NULL, "tmscdp-mix-", &dir, &msg), ERR_OK);
    char *path = file_join(dir, "mine.json");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *const names[] = { path };
        cJSON *mix = NULL;
        assert_int_equal(file_write(path, cases[i].text, strlen(cases[i].text), 0600, &msg),
                         ERR_OK);
        assert_int_equal(mix_make(names, 1, &shape, &mix, &msg), ERR_USAGE);
        assert_non_null(strstr(msg.text, cases[i].want));
    }
    assert_int_equal(file_remove_tree(dir, &msg), ERR_OK);
    free(path);
    free(dir);
}

#define REST "\"flows\":{\"f\":[]},\"scenarios\":{\"s\":{\"flow\":\"f\"}}}"

/* Or the second would be asked under the first one's API. */
static void what_holds_for_a_whole_workload_holds_for_the_mix(void **state)
{
    (void)state;
    static const struct {
        const char *first;
        const char *second;
        const char *differs;
    } cases[] = {
        { "\"prefix\":\"/v2\",\"api\":{\"a\":1},\"fanout\":{\"window\":\"3s\"},",
          "\"prefix\":\"/v2\",\"api\":{\"a\":1},\"fanout\":{\"window\":\"3s\"},", NULL },
        { "", "", NULL },
        { "\"fanout\":{\"window\":\"3s\"},", "", NULL },
        { "", "\"fanout\":{\"window\":\"3s\"},", NULL },
        { "\"prefix\":\"/v2\",", "", "\"prefix\"" },
        { "", "\"prefix\":\"/v2\",", "\"prefix\"" },
        { "\"api\":{\"a\":1},", "\"api\":{\"a\":2},", "\"api\"" },
        { "\"fanout\":{\"window\":\"3s\"},", "\"fanout\":{\"window\":\"4s\"},", "\"fanout\"" },
    };
    struct err_msg msg = { "" };
    char *dir = NULL;
    assert_int_equal(file_make_temp_dir(NULL, "tmscdp-mix-", &dir, &msg), ERR_OK);
    char *first = file_join(dir, "one.json");
    char *second = file_join(dir, "two.json");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *const names[] = { first, second };
        cJSON *mix = NULL;
        char *one = mem_format("{\"name\":\"one\",%s" REST, cases[i].first);
        char *two = mem_format("{\"name\":\"two\",%s" REST, cases[i].second);
        assert_int_equal(file_write(first, one, strlen(one), 0600, &msg), ERR_OK);
        assert_int_equal(file_write(second, two, strlen(two), 0600, &msg), ERR_OK);
        enum err err = mix_make(names, 2, &shape, &mix, &msg);
        if (cases[i].differs == NULL) {
            assert_int_equal(err, ERR_OK);
            assert_int_equal(json_at(mix, "fanout") != NULL,
                             strstr(cases[i].first, "fanout") != NULL ||
                                 strstr(cases[i].second, "fanout") != NULL);
            assert_int_equal(json_at(mix, "prefix") != NULL,
                             strstr(cases[i].first, "prefix") != NULL);
            assert_int_equal(json_at(mix, "api") != NULL, strstr(cases[i].first, "api") != NULL);
        } else {
            assert_int_equal(err, ERR_USAGE);
            assert_non_null(strstr(msg.text, "two.json"));
            assert_non_null(strstr(msg.text, cases[i].differs));
        }
        cJSON_Delete(mix);
        free(one);
        free(two);
    }
    assert_int_equal(file_remove_tree(dir, &msg), ERR_OK);
    free(first);
    free(second);
    free(dir);
}

static void a_scenario_belongs_to_the_longest_name_that_fits(void **state)
{
    (void)state;
    static const char *const names[] = { "websocket", "websocket-fanout" };
    static const char text[] = "{\"scenarios\":["
                               "{\"name\":\"websocket-member\",\"requests\":3},"
                               "{\"name\":\"websocket-fanout-member\",\"requests\":40}]}";
    struct err_msg msg = { "" };
    cJSON *workload = NULL;
    assert_int_equal(json_parse(text, strlen(text), "test", &workload, &msg), ERR_OK);
    cJSON *verdicts = mix_verdicts(workload, names, COUNT_OF(names));
    assert_true(json_number(cJSON_GetArrayItem(verdicts, 0), "requests", -1) == 3);
    assert_true(json_number(cJSON_GetArrayItem(verdicts, 1), "requests", -1) == 40);
    assert_true(json_number(cJSON_GetArrayItem(verdicts, 2), "requests", -1) == 43);
    cJSON_Delete(verdicts);
    cJSON_Delete(workload);
}

static void each_workload_keeps_its_verdict_and_the_mix_has_the_worst(void **state)
{
    (void)state;
    static const char *const names[] = { "poll-vote", "message-send", "media" };
    static const char text[] =
        "{\"scenarios\":["
        "{\"name\":\"poll-vote-vote\",\"requests\":10,\"errors\":0,\"service_ms\":{\"p95\":20},"
        "\"verdict\":{\"verdict\":\"fine\"}},"
        "{\"name\":\"message-send-single\",\"requests\":5,\"errors\":1,\"service_ms\":{\"p95\":50},"
        "\"verdict\":{\"verdict\":\"crashes\"}},"
        "{\"name\":\"message-send-distributed\",\"requests\":7,\"errors\":0,"
        "\"service_ms\":{\"p95\":90},\"verdict\":{\"verdict\":\"slows_down\"}}]}";
    static const struct {
        const char *name;
        const char *verdict;
        double requests;
        double p95_ms;
    } want[] = {
        { "poll-vote", "fine", 10, 20 },
        { "message-send", "crashes", 12, 90 },
        { "media", "no_data", 0, -1 },
        { "mix", "crashes", 22, 90 },
    };
    struct err_msg msg = { "" };
    cJSON *workload = NULL;
    assert_int_equal(json_parse(text, strlen(text), "test", &workload, &msg), ERR_OK);
    cJSON *verdicts = mix_verdicts(workload, names, COUNT_OF(names));
    assert_int_equal(cJSON_GetArraySize(verdicts), COUNT_OF(want));
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        const cJSON *node = cJSON_GetArrayItem(verdicts, (int)i);
        assert_string_equal(json_text(node, "name"), want[i].name);
        assert_string_equal(json_text(node, "verdict"), want[i].verdict);
        assert_true(json_number(node, "requests", -1) == want[i].requests);
        assert_true(json_number(node, "p95_ms", -1) == want[i].p95_ms);
    }
    cJSON_Delete(verdicts);
    cJSON_Delete(workload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mix_is_a_workload_with_all_flows_at_once),
        cmocka_unit_test(every_pair_of_workloads_with_flows_mixes),
        cmocka_unit_test(a_flow_of_two_shapes_is_one_crowd),
        cmocka_unit_test(without_a_baseline_nothing_is_judged),
        cmocka_unit_test(mistakes_are_told_with_the_scenarios_name),
        cmocka_unit_test(a_file_that_is_no_workload_is_refused),
        cmocka_unit_test(what_holds_for_a_whole_workload_holds_for_the_mix),
        cmocka_unit_test(a_scenario_belongs_to_the_longest_name_that_fits),
        cmocka_unit_test(each_workload_keeps_its_verdict_and_the_mix_has_the_worst),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
