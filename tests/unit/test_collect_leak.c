/* What openings and closings of the conversation leave behind. */
#include "tests/unit/fake_chat.h"
#include "tests/unit/scoring.h"

#include "cdp/collect/leak.h"

/* Eight readings of which each grows by so much, the sixth by one node more. */
static cJSON *growing(double nodes, double bytes, size_t count)
{
    cJSON *raw = json_new_object();
    cJSON *readings = json_add_array(raw, "readings");
    for (size_t i = 0; i < count; i++) {
        cJSON *reading = json_push_object(readings);
        cJSON *counters = json_add_object(reading, "counters");
        json_add_number(counters, "nodes", 5000.0 + nodes * (double)i + (i == 5 ? 1.0 : 0.0));
        json_add_number(counters, "jsEventListeners", 700.0);
        cJSON *heap = json_add_object(reading, "heap");
        json_add_number(heap, "usedSize", 4e6 + bytes * (double)i);
        json_add_number(heap, "embedderHeapUsedSize", 2e6);
    }
    return raw;
}

static struct samples score_raw(const cJSON *raw)
{
    struct samples samples = { NULL, 0, 0 };
    struct collect_stage stage = { .loaded = 50.0 };
    collector_leak.score(raw, &stage, &samples);
    return samples;
}

static void what_each_opening_keeps_is_the_slope_over_all_of_them(void **state)
{
    (void)state;
    cJSON *raw = growing(1000.0, 4096.0, 8);
    struct samples samples = score_raw(raw);
    /* One node more at the sixth of eight: (5 − 3.5) ÷ 42. */
    expect(&samples, "nodes_per_cycle", 1000.0 + 1.5 / 42.0);
    expect(&samples, "listeners_per_cycle", 0.0);
    expect(&samples, "heap_per_cycle", 4096.0);
    expect(&samples, "dom_heap_per_cycle", 0.0);
    samples_release(&samples);
    cJSON_Delete(raw);
}

static void the_interval_stands_beside_the_slope(void **state)
{
    (void)state;
    cJSON *raw = growing(1000.0, 0.0, 8);
    cJSON *out = json_new_object();
    leak_add_slopes(raw, out, "leak");
    double slope = json_number(out, "leak.nodes_per_cycle.per_cycle", 0.0);
    double low = json_number(out, "leak.nodes_per_cycle.low", 0.0);
    double high = json_number(out, "leak.nodes_per_cycle.high", 0.0);
    assert_true(low < slope && slope < high && high - low < 0.5);
    assert_true(json_number(out, "leak.heap_per_cycle.low", 1.0) == 0.0);
    assert_true(json_number(out, "leak.nodes_per_cycle.n", 0.0) == 8.0);
    leak_add_slopes(NULL, out, "none");
    assert_int_equal(cJSON_GetArraySize(json_at(out, "none")), 0);
    cJSON_Delete(out);
    cJSON_Delete(raw);
}

static void openings_that_are_missing_give_no_figure(void **state)
{
    (void)state;
    for (size_t count = 0; count < 8; count++) {
        cJSON *raw = growing(1000.0, 0.0, count);
        struct samples samples = score_raw(raw);
        char *words = mem_format("%zu of 8 openings", count);
        expect_none(&samples, "nodes_per_cycle", words);
        expect_none(&samples, "heap_per_cycle", words);
        free(words);
        samples_release(&samples);
        cJSON_Delete(raw);
    }
}

static void the_conversation_is_opened_once_for_the_caches_and_seven_times_more(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    chat_open(
        &chat,
        CHAT_SCRIPT("Opens another conversation", "{'left':true,'candidates':1}") "," CHAT_SCRIPT(
            "Goes back to the conversation",
            "{'returned':true}") ","
                                 "{'when':'Memory.getDOMCounters','result':{'nodes':9,'jsEventListeners':3}},"
                                 "{'when':'Runtime.getHeapUsage','result':{'usedSize':5,'embedderHeapUsedSize':4}}");
    struct collect_context context = { .journey = &chat.journey };
    cJSON *raw = json_new_object();
    assert_int_equal(collector_leak.gather(&context, raw, &msg), ERR_OK);
    struct samples samples = score_raw(raw);
    expect(&samples, "nodes_per_cycle", 0.0);
    assert_int_equal(cJSON_GetArraySize(json_at(raw, "readings")), 8);
    assert_int_equal(cJSON_GetArraySize(chat.how), 0);
    samples_release(&samples);
    cJSON_Delete(raw);
    chat_close(&chat);
}

static void an_app_that_cannot_be_left_is_said(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    chat_open(&chat, CHAT_SCRIPT("Opens another conversation", "{'left':false,'candidates':4}"));
    struct collect_context context = { .journey = &chat.journey };
    cJSON *raw = json_new_object();
    assert_int_equal(collector_leak.gather(&context, raw, &msg), ERR_NO_DATA);
    assert_non_null(strstr(msg.text, "not left"));
    cJSON_Delete(raw);
    chat_close(&chat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_each_opening_keeps_is_the_slope_over_all_of_them),
        cmocka_unit_test(the_interval_stands_beside_the_slope),
        cmocka_unit_test(openings_that_are_missing_give_no_figure),
        cmocka_unit_test(the_conversation_is_opened_once_for_the_caches_and_seven_times_more),
        cmocka_unit_test(an_app_that_cannot_be_left_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
