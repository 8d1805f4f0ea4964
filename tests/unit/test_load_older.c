#include "tests/unit/fake_chat.h"

#include "cdp/load_older.h"

#define BUTTON "Presses the visible button"
#define SCROLL "as a person would"
#define AWAY   "Opens another conversation"
#define BACK   "Goes back to the conversation"

#define SCRIPT_THEN(mark, value, events)                                                           \
    "{'when':'" mark "','times':1,'later':[" events "],'result':{'result':{'value':" value "}}}"

static enum err reach(struct fake_chat *chat, size_t goal, uint64_t wait_ms, struct err_msg *msg)
{
    return load_older(&chat->journey, goal, clock_now_ns() + wait_ms * NS_PER_MS, msg);
}

static bool has_step(const struct fake_chat *chat, const char *words)
{
    const cJSON *step = NULL;
    cJSON_ArrayForEach (step, chat->how) {
        if (strstr(step->valuestring, words) != NULL) {
            return true;
        }
    }
    return false;
}

static void the_button_is_pressed_until_the_count_is_reached(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    chat_open(
        &chat,
        SCRIPT_THEN(BUTTON, "{'found':true,'enabled':true}", CHAT_FETCH("r1", "?cursor=seq:5")) "," SCRIPT_THEN(
            BUTTON, "{'found':true,'enabled':true}",
            CHAT_FETCH("r2", "?cursor=seq:3")) "," CHAT_BODY("r1", "a", "b",
                                                             "'seq:3'") "," CHAT_BODY("r2", "c",
                                                                                      "d",
                                                                                      "'seq:1'"));
    assert_int_equal(reach(&chat, 4, 20000, &msg), ERR_OK);
    assert_int_equal(messages_state(chat.messages)->loaded, 4);
    assert_int_equal(cJSON_GetArraySize(chat.how), 2);
    assert_true(has_step(&chat, "pressed \"Load older messages\""));
    chat_close(&chat);
}

static void without_a_button_the_list_is_scrolled_up(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    chat_open(&chat,
              CHAT_SCRIPT(BUTTON, "{'found':false,'enabled':false}") "," SCRIPT_THEN(
                  SCROLL, "{'found':true,'from':900,'to':0}",
                  CHAT_FETCH("r1", "?cursor=seq:5")) "," CHAT_BODY("r1", "a", "b", "'seq:3'"));
    assert_int_equal(reach(&chat, 2, 20000, &msg), ERR_OK);
    assert_true(has_step(&chat, "scrolled up from 900 to 0 px"));
    chat_close(&chat);
}

static void a_stuck_latch_is_passed_by_putting_the_list_up_again(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    chat_open(
        &chat,
        "{'when':'" BUTTON "','times':1,"
        "'result':{'result':{'value':{'found':true,'enabled':false}}}}," CHAT_SCRIPT(AWAY, "{'left':true,'candidates':3}") "," CHAT_SCRIPT(
            BACK,
            "{'returned':true}") "," SCRIPT_THEN(BUTTON, "{'found':true,'enabled':true}",
                                                 CHAT_FETCH(
                                                     "r1",
                                                     "?cursor=seq:5")) "," CHAT_BODY("r1", "a", "b",
                                                                                     "'seq:3'"));
    assert_int_equal(reach(&chat, 2, 20000, &msg), ERR_OK);
    assert_true(has_step(&chat, "opened another conversation and came back"));
    assert_true(has_step(&chat, "pressed"));
    assert_false(has_step(&chat, "scrolled"));
    chat_close(&chat);
}

static void a_held_page_is_let_go_first(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    chat_open(
        &chat,
        "{'when':'Test.older','events':[" CHAT_EVENT(
            "Fetch.requestPaused",
            "{'requestId':'hold-r1','networkId':'r1','request':{'method':'GET','url':'" CHAT_PATH
            "?cursor=seq:5'}}") "]},"
                                "{'when':'hold-r1','later':[" CHAT_RESPONSE(
                                    "r1",
                                    "200") "," CHAT_FINISHED("r1") "]}," CHAT_BODY("r1", "a", "b",
                                                                                   "'seq:3'"));
    chat_play(&chat, "Test.older");
    assert_int_equal(messages_state(chat.messages)->held, 1);
    assert_int_equal(reach(&chat, 2, 20000, &msg), ERR_OK);
    assert_int_equal(cJSON_GetArraySize(chat.how), 1);
    assert_true(has_step(&chat, "let 1 held request go"));
    chat_close(&chat);
}

static void the_end_of_the_history_is_no_data_with_the_number(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    chat_open(&chat,
              SCRIPT_THEN(BUTTON, "{'found':true,'enabled':true}",
                          CHAT_FETCH("r1", "?cursor=seq:2")) "," CHAT_BODY("r1", "a", "b", "null"));
    assert_int_equal(reach(&chat, 50, 20000, &msg), ERR_NO_DATA);
    assert_string_equal(msg.text, "the API has no more than 2 messages (50 wanted)");
    chat_close(&chat);
}

static void a_list_that_brings_nothing_is_given_up_with_what_was_tried(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    chat_open(&chat, CHAT_SCRIPT(BUTTON, "{'found':true,'enabled':false}") "," CHAT_SCRIPT(
                         AWAY, "{'left':true}") "," CHAT_SCRIPT(BACK, "{'returned':true}"));
    assert_int_equal(reach(&chat, 2, 30000, &msg), ERR_NO_DATA);
    assert_non_null(strstr(msg.text, "the list stays at 0 of 2 messages"));
    assert_non_null(strstr(msg.text, "3 remounts"));
    chat_close(&chat);
}

static void an_app_that_cannot_be_left_is_no_data(void **state)
{
    (void)state;
    static const struct {
        const char *rules;
        const char *words;
    } cases[] = {
        { CHAT_SCRIPT(BUTTON, "{'found':true,'enabled':false}") "," CHAT_SCRIPT(
              AWAY, "{'left':false,'candidates':0}"),
          "away.js: not left" },
        { CHAT_SCRIPT(BUTTON, "{'found':true,'enabled':false}") "," CHAT_SCRIPT(
              AWAY, "{'left':true}") "," CHAT_SCRIPT(BACK, "{'returned':false}"),
          "back.js: not returned" },
        { "{'when':'" BUTTON "','error':'Inspected target navigated or closed'}",
          "Inspected target navigated" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fake_chat chat;
        struct err_msg msg = { "" };
        chat_open(&chat, cases[i].rules);
        assert_int_equal(reach(&chat, 2, 20000, &msg), ERR_NO_DATA);
        assert_non_null(strstr(msg.text, cases[i].words));
        chat_close(&chat);
    }
}

static void a_request_that_never_ends_costs_the_stages_time_and_is_said(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    chat_open(&chat, SCRIPT_THEN(BUTTON, "{'found':true,'enabled':true}",
                                 CHAT_REQUEST("r1", "?cursor=seq:5")));
    assert_int_equal(reach(&chat, 2, 400, &msg), ERR_NO_DATA);
    assert_string_equal(msg.text, "the time was over with 0 of 2 messages loaded");
    chat_close(&chat);
}

static void a_page_that_crashes_on_the_way_is_closed_not_no_data(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    chat_open(&chat, SCRIPT_THEN(BUTTON, "{'found':true,'enabled':true}",
                                 CHAT_REQUEST("r1", "?cursor=seq:5") "," CHAT_EVENT(
                                     "Inspector.targetCrashed", "{}")));
    assert_int_equal(reach(&chat, 2, 20000, &msg), ERR_CLOSED);
    assert_string_equal(msg.text, "the page crashed");
    chat_close(&chat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_button_is_pressed_until_the_count_is_reached),
        cmocka_unit_test(without_a_button_the_list_is_scrolled_up),
        cmocka_unit_test(a_stuck_latch_is_passed_by_putting_the_list_up_again),
        cmocka_unit_test(a_held_page_is_let_go_first),
        cmocka_unit_test(the_end_of_the_history_is_no_data_with_the_number),
        cmocka_unit_test(a_list_that_brings_nothing_is_given_up_with_what_was_tried),
        cmocka_unit_test(an_app_that_cannot_be_left_is_no_data),
        cmocka_unit_test(a_request_that_never_ends_costs_the_stages_time_and_is_said),
        cmocka_unit_test(a_page_that_crashes_on_the_way_is_closed_not_no_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
