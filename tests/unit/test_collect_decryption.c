/* Decryption times from what the app tells. */
#include "tests/unit/fake_chat.h"
#include "tests/unit/scoring.h"

/* `count` messages, one every `step_ms`, each of `long_ms`. */
static struct samples score_regular(size_t count, double step_ms, double long_ms)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add_str(&text, "{'decryption':{'measures':1,'object':null,'entries':[");
    for (size_t i = 0; i < count; i++) {
        strbuf_addf(&text, "%s['m%zu',%g,%g]", i > 0 ? "," : "", i, 100.0 + step_ms * (double)i,
                    long_ms);
    }
    strbuf_add_str(&text, "]}}");
    struct samples samples = score(&collector_decryption, text.data, 0.0);
    strbuf_release(&text);
    return samples;
}

static void messages_one_after_another_do_not_overlap(void **state)
{
    (void)state;
    struct samples samples = score_regular(60, 10.0, 8.0);
    expect(&samples, "decrypt_count", 60.0);
    expect(&samples, "decrypt_ms", 480.0);
    expect(&samples, "decrypt_each_ms", 8.0);
    expect(&samples, "decrypt_overlap", 0.0);
    expect(&samples, "decrypt_ms_50", 49.0 * 10.0 + 8.0);
    samples_release(&samples);
}

static void messages_all_at_once_overlap(void **state)
{
    (void)state;
    struct samples samples = score_regular(50, 0.0, 8.0);
    expect(&samples, "decrypt_ms", 8.0);
    expect(&samples, "decrypt_each_ms", 8.0 / 50.0);
    expect(&samples, "decrypt_overlap", 98.0);
    expect(&samples, "decrypt_ms_50", 8.0);
    samples_release(&samples);
}

static void fewer_than_fifty_are_no_data_for_the_target_alone(void **state)
{
    (void)state;
    struct samples samples = score_regular(49, 10.0, 10.0);
    expect(&samples, "decrypt_ms", 490.0);
    expect_none(&samples, "decrypt_ms_50", "only 49 messages");
    samples_release(&samples);
}

static void a_message_that_is_decrypted_again_counts_once(void **state)
{
    (void)state;
    struct samples samples =
        score(&collector_decryption,
              "{'decryption':{'measures':6,'entries':[['b',300,9],['a',100,5],['a',320,50],"
              "['b',110,5],[null,200,4],[null,210,4],['b',500,1]]}}",
              0.0);
    expect(&samples, "decrypt_count", 4.0);
    expect(&samples, "decrypt_ms", 18.0);
    samples_release(&samples);
}

static void entries_without_times_do_not_count(void **state)
{
    (void)state;
    struct samples samples = score(
        &collector_decryption,
        "{'decryption':{'measures':3,'entries':[['a',1,-2],['b',null,2],['c'],['d',5,3]]}}", 0.0);
    expect(&samples, "decrypt_count", 1.0);
    expect(&samples, "decrypt_ms", 3.0);
    samples_release(&samples);
}

static void an_app_that_marks_nothing_is_no_data(void **state)
{
    (void)state;
    struct samples samples = score(&collector_decryption,
                                   "{'decryption':{'measures':0,'object':null,'entries':[]}}", 0.0);
    expect_none(&samples, "decrypt_ms_50", "marks no decryption");
    expect_none(&samples, "decrypt_overlap", "marks no decryption");
    samples_release(&samples);
    samples =
        score(&collector_decryption, "{'decryption':{'measures':0,'object':0,'entries':[]}}", 0.0);
    expect_none(&samples, "decrypt_ms", "its object holds no times");
    samples_release(&samples);
}

static void the_profile_says_what_is_asked_for(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    chat_open(&chat, CHAT_SCRIPT("tms.decrypt", "{'measures':0,'object':null,'entries':[]}"));
    struct collect_context context = { .journey = &chat.journey };
    cJSON *raw = json_new_object();
    assert_int_equal(collector_decryption.gather(&context, raw, &msg), ERR_OK);
    assert_true(cJSON_IsObject(json_at(raw, "decryption")));
    cJSON_Delete(raw);
    chat_close(&chat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_one_after_another_do_not_overlap),
        cmocka_unit_test(messages_all_at_once_overlap),
        cmocka_unit_test(fewer_than_fifty_are_no_data_for_the_target_alone),
        cmocka_unit_test(a_message_that_is_decrypted_again_counts_once),
        cmocka_unit_test(entries_without_times_do_not_count),
        cmocka_unit_test(an_app_that_marks_nothing_is_no_data),
        cmocka_unit_test(the_profile_says_what_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
