/* The collectors around older messages and fast scrolling: what virtualization breaks, and what
 * pages cost. */
#include "tests/unit/fake_chat.h"
#include "tests/unit/scoring.h"

static void blank_space_is_averaged_over_the_frames(void **state)
{
    (void)state;
    struct samples samples = score(&collector_blank,
                                   "{'begin':{'top':5000},'distance':4000,"
                                   "'end':{'top':1000,'shares':[0,0.5,1,0.5]}}",
                                   50.0);
    expect(&samples, "blank_share", 50.0);
    samples_release(&samples);
}

static void a_fast_scroll_that_did_not_happen_is_no_data(void **state)
{
    (void)state;
    static const struct {
        const char *readings;
        const char *words;
    } cases[] = {
        { "{'begin':{'top':5000},'distance':4000,'end':{'top':5000,'shares':[0,0]}}",
          "did not really scroll" },
        { "{'begin':{'top':5000},'distance':4000,'end':{'top':3100,'shares':[0,0]}}",
          "did not really scroll" },
        { "{'begin':{'top':5000},'distance':4000,'end':null}", "did not really scroll" },
        { "{'begin':{'top':5000},'distance':4000,'end':{'top':1000,'shares':[]}}",
          "no animation frames" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct samples samples = score(&collector_blank, cases[i].readings, 50.0);
        expect_none(&samples, "blank_share", cases[i].words);
        samples_release(&samples);
    }
}

static void the_cost_of_older_messages_is_that_of_fifty(void **state)
{
    (void)state;
    struct samples samples = score(&collector_page_cpu,
                                   "{'loaded_before':50,'loaded':150,'before':{'ThreadTime':1},"
                                   "'after':{'ThreadTime':1.5}}",
                                   150.0);
    expect(&samples, "page_ms", 250.0);
    samples_release(&samples);
    samples = score(&collector_page_cpu,
                    "{'loaded_before':50,'loaded':50,'before':{'ThreadTime':1},"
                    "'after':{'ThreadTime':1.5}}",
                    50.0);
    expect_none(&samples, "page_ms", "the first load had all");
    samples_release(&samples);
}

#define FRAMES(before, frames)                                                                     \
    "{'since_ms':1000,'loaded_before':" before ",'loaded':150,'long':{'frames':" frames "}}"

static void long_frames_count_from_asking_for_older_messages_on(void **state)
{
    (void)state;
    struct samples samples =
        score(&collector_older_frames,
              FRAMES("50", "[{'start':900,'duration':300},{'start':1000,'duration':60},"
                           "{'start':1500,'duration':120}]"),
              150.0);
    expect(&samples, "older_long_frames", 2.0);
    expect(&samples, "older_longest_frame_ms", 120.0);
    samples_release(&samples);
    samples = score(&collector_older_frames, FRAMES("50", "[]"), 150.0);
    expect(&samples, "older_long_frames", 0.0);
    expect(&samples, "older_longest_frame_ms", 0.0);
    samples_release(&samples);
}

static void long_frames_that_cannot_be_known_are_no_data(void **state)
{
    (void)state;
    struct strbuf full = STRBUF_INIT;
    strbuf_add_str(&full, "{'since_ms':1000,'loaded_before':50,'loaded':150,'long':{'frames':[");
    for (int i = 0; i < 200; i++) {
        strbuf_addf(&full, "%s{'start':1,'duration':60}", i == 0 ? "" : ",");
    }
    strbuf_add_str(&full, "]}}");
    const struct {
        const char *readings;
        const char *words;
    } cases[] = {
        { FRAMES("150", "[]"), "the first load had all" },
        { FRAMES("50", "null"), "tells of no long animation frames" },
        { strbuf_text(&full), "buffer of long animation frames was full" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct samples samples = score(&collector_older_frames, cases[i].readings, 150.0);
        expect_none(&samples, "older_long_frames", cases[i].words);
        expect_none(&samples, "older_longest_frame_ms", cases[i].words);
        samples_release(&samples);
    }
    strbuf_release(&full);
}

static void requests_for_the_newest_page_are_counted_and_for_older_ones_not(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    chat_open(
        &chat,
        "{'when':'Test.load','events':[" CHAT_FETCH("r1", "?limit=50") "," CHAT_FETCH("r2", "?limit=50") "," CHAT_REQUEST(
            "r3", "?cursor=seq:9") "]}," CHAT_BODY("r1", "a", "b",
                                                   "'seq:9'") "," CHAT_BODY("r2", "a", "b",
                                                                            "'seq:9'"));
    chat_play(&chat, "Test.load");
    struct collect_context context = { .journey = &chat.journey };
    while (messages_state(chat.messages)->started < 3) {
        chat_play(&chat, "Test.nothing");
    }
    cJSON *raw = json_new_object();
    assert_int_equal(collector_requests.gather(&context, raw, &msg), ERR_OK);
    struct collect_stage stage = { .loaded = 0.0 };
    struct samples samples = { NULL, 0, 0 };
    collector_requests.score(raw, &stage, &samples);
    expect(&samples, "page_fetches", 2.0);
    samples_release(&samples);
    cJSON_Delete(raw);
    chat_close(&chat);
}

static void the_jump_is_how_far_the_message_went(void **state)
{
    (void)state;
    static const struct {
        const char *readings;
        double want;
    } cases[] = {
        { "{'begin':{'y':100,'view':700},'end':{'y':100.25}}", 0.25 },
        { "{'begin':{'y':100,'view':700},'end':{'y':300}}", 200.0 },
        { "{'begin':{'y':100,'view':700},'end':{'y':-50}}", 150.0 },
        { "{'begin':{'y':100,'view':700},'end':{'y':null}}", 700.0 }, /* out of sight */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct samples samples = score(&collector_anchor, cases[i].readings, 50.0);
        expect(&samples, "anchor_jump", cases[i].want);
        samples_release(&samples);
    }
    struct samples samples = score(&collector_anchor, "{'begin':{'y':100,'view':700}}", 50.0);
    expect_none(&samples, "anchor_jump", "no message was followed");
    samples_release(&samples);
}

#define REMOUNT                                                                                    \
    CHAT_SCRIPT("Opens another conversation", "{'left':true,'candidates':1}")                      \
    "," CHAT_SCRIPT("Goes back to the conversation", "{'returned':true}") "," CHAT_SCRIPT(         \
        "to its newest message", "{'found':true,'at_end':true,'moved':true}") ","
/* The button's request is held until the message is remembered. */
#define HELD                                                                                             \
    "{'when':'Presses the visible button','later':[" CHAT_REQUEST("r1", "?cursor=seq:5") "," CHAT_EVENT( \
        "Fetch.requestPaused",                                                                           \
        "{'requestId':'f1','networkId':'r1','request':{'method':'GET','url':'" CHAT_PATH                 \
        "?cursor=seq:5'}}") "],'result':{'result':{'value':{'found':true}}}},"
#define ARRIVES                                                                                    \
    "{'when':'Fetch.continueRequest','later':[" CHAT_RESPONSE("r1", "200") "," CHAT_FINISHED(      \
        "r1") "]}," CHAT_BODY("r1", "a", "b", "null") ","

static enum err gather_anchor(const char *rules, cJSON *raw, struct err_msg *msg)
{
    struct fake_chat chat;
    chat_open(&chat, rules);
    struct collect_context context = { .journey = &chat.journey };
    enum err err = collector_anchor.gather(&context, raw, msg);
    assert_int_equal(cJSON_GetArraySize(chat.how), 0);
    chat_close(&chat);
    return err;
}

static void the_page_is_let_through_when_a_message_is_remembered(void **state)
{
    (void)state;
    struct err_msg msg = { "" };
    cJSON *raw = json_new_object();
    assert_int_equal(
        gather_anchor(
            REMOUNT HELD ARRIVES CHAT_SCRIPT(
                "near the top of the list",
                "{'found':true,'anchor':true,'y':100,'view':700}") "," CHAT_SCRIPT("the remembered message",
                                                                                   "{'y':160,'still':true}"),
            raw, &msg),
        ERR_OK);
    assert_true(json_number(raw, "arrived", 0.0) == 2.0);
    struct samples samples = { NULL, 0, 0 };
    struct collect_stage stage = { .loaded = 50.0 };
    collector_anchor.score(raw, &stage, &samples);
    expect(&samples, "anchor_jump", 60.0);
    samples_release(&samples);
    cJSON_Delete(raw);
}

static void what_keeps_the_message_from_being_followed_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *rules;
        const char *words;
    } cases[] = {
        { REMOUNT HELD ARRIVES CHAT_SCRIPT("near the top of the list",
                                           "{'found':true,'anchor':false}"),
          "can be told from the others" },
        { REMOUNT HELD ARRIVES CHAT_SCRIPT(
              "near the top of the list",
              "{'found':true,'anchor':true,'y':1,'view':9}") "," CHAT_SCRIPT("the remembered message",
                                                                             "{'y':160,'still':false}"),
          "does not come to rest" },
        { CHAT_SCRIPT("Opens another conversation", "{'left':false,'candidates':4}"), "not left" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err_msg msg = { "" };
        cJSON *raw = json_new_object();
        assert_int_equal(gather_anchor(cases[i].rules, raw, &msg), ERR_NO_DATA);
        if (strstr(msg.text, cases[i].words) == NULL) {
            fail_msg("case %zu: %s", i, msg.text);
        }
        cJSON_Delete(raw);
    }
}

static void without_an_older_page_there_is_nothing_to_follow(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    chat_open(&chat, "{'when':'Test.last','events':[" CHAT_FETCH("r1", "?limit=50") "]}," CHAT_BODY(
                         "r1", "a", "b", "null"));
    chat_play(&chat, "Test.last");
    chat_wait_idle(&chat);
    struct collect_context context = { .journey = &chat.journey };
    cJSON *raw = json_new_object();
    assert_int_equal(collector_anchor.gather(&context, raw, &msg), ERR_NO_DATA);
    assert_non_null(strstr(msg.text, "no older page is left"));
    cJSON_Delete(raw);
    chat_close(&chat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blank_space_is_averaged_over_the_frames),
        cmocka_unit_test(a_fast_scroll_that_did_not_happen_is_no_data),
        cmocka_unit_test(the_cost_of_older_messages_is_that_of_fifty),
        cmocka_unit_test(long_frames_count_from_asking_for_older_messages_on),
        cmocka_unit_test(long_frames_that_cannot_be_known_are_no_data),
        cmocka_unit_test(requests_for_the_newest_page_are_counted_and_for_older_ones_not),
        cmocka_unit_test(the_jump_is_how_far_the_message_went),
        cmocka_unit_test(the_page_is_let_through_when_a_message_is_remembered),
        cmocka_unit_test(what_keeps_the_message_from_being_followed_is_said),
        cmocka_unit_test(without_an_older_page_there_is_nothing_to_follow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
