#include "tests/unit/fake_chat.h"

static const struct messages_state *state_of(const struct fake_chat *chat)
{
    return messages_state(chat->messages);
}

static void messages_are_counted_by_different_ids(void **state)
{
    (void)state;
    struct fake_chat chat;
    chat_open(
        &chat,
        "{'when':'Test.first','events':[" CHAT_FETCH(
            "r1",
            "?limit=50") "]},"
                         "{'when':'Test.again','events':[" CHAT_FETCH(
                             "r2",
                             "?limit=50") "]}," CHAT_BODY("r1", "a", "b",
                                                          "'seq:5'") "," CHAT_BODY("r2", "b", "c",
                                                                                   "'seq:5'"));
    chat_play(&chat, "Test.first");
    chat_wait_idle(&chat);
    assert_int_equal(state_of(&chat)->loaded, 2);
    chat_play(&chat, "Test.again");
    chat_wait_idle(&chat);
    assert_int_equal(state_of(&chat)->loaded, 3);
    assert_int_equal(state_of(&chat)->started, 2);
    assert_false(state_of(&chat)->no_more);
    chat_close(&chat);
}

static void other_requests_are_not_messages(void **state)
{
    (void)state;
    static const char *const requests[] = {
        "{'method':'OPTIONS','url':'" CHAT_PATH "?limit=50'}",
        "{'method':'POST','url':'" CHAT_PATH "'}",
        "{'method':'GET','url':'http://localhost:8000/api/v1/messages/conversations/c2/messages'}",
        "{'method':'GET','url':'" CHAT_PATH "/extra'}",
        "{'method':'GET','url':'http://localhost:8000/x?next=" CHAT_PATH "'}",
        "{'method':'GET','url':'data:text/plain,x'}",
        "{}",
    };
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        struct fake_chat chat;
        char *rules = mem_format("{'when':'Test.play','events':[{'method':"
                                 "'Network.requestWillBeSent','sessionId':'session-1','params':"
                                 "{'requestId':'r1','request':%s}}]}",
                                 requests[i]);
        chat_open(&chat, rules);
        free(rules);
        chat_play(&chat, "Test.play");
        assert_int_equal(state_of(&chat)->started, 0);
        chat_close(&chat);
    }
}

#define ASKS(id, type, method, url)                                                                \
    CHAT_EVENT("Network.requestWillBeSent", "{'requestId':'" id "','type':'" type "','request':{"  \
                                            "'method':'" method "','url':'" url "'}}")

static void the_apps_other_requests_to_its_api_are_followed_to_their_end(void **state)
{
    (void)state;
    struct fake_chat chat;
    chat_open(
        &chat, "{'when':'Test.ask','events':[" ASKS(
                   "o1",
                   "Fetch", "GET", "http://localhost:8000/api/v1/conversations/") "," ASKS("o2",
                                                                                           "XHR", "POST", "http://localhost:8000/api/v1/x") "," ASKS("o2", "XHR", "POST", "http://localhost:8000/api/v1/x/") "," ASKS("o3", "Image", "GET", "http://localhost:8000/api/v1/files/proxy") "," ASKS("o4", "Preflight", "OPTIONS", "http://localhost:8000/api/v1/x") "," ASKS("o5", "Fetch", "GET", "http://localhost:3000/_next/data") "," ASKS("o6",
                                                                                                                                                                                                                                                                                                                                                                                                                                             "Fetch",
                                                                                                                                                                                                                                                                                                                                                                                                                                             "GET", "http://localhost:8000/api/v1/y") "]},"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                      "{'when':'Test.end','events':[" CHAT_FINISHED("o1") "," CHAT_EVENT(
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          "Network.loadingFailed", "{'requestId':'o6','canceled':true}") "," CHAT_FINISHED("o3") "]}");
    chat_play(&chat, "Test.ask");
    assert_int_equal(state_of(&chat)->others, 3); /* o1, o2 (redirected once), o6 */
    assert_int_equal(state_of(&chat)->in_flight, 0);
    chat_play(&chat, "Test.end");
    assert_int_equal(state_of(&chat)->others, 1);
    assert_int_equal(state_of(&chat)->failed, 0);
    chat_close(&chat); /* with one still followed */
}

static void an_answer_without_an_older_page_says_that_there_is_no_more(void **state)
{
    (void)state;
    struct fake_chat chat;
    chat_open(&chat, "{'when':'Test.play','events':[" CHAT_FETCH("r1", "") "]}," CHAT_BODY(
                         "r1", "a", "b", "null"));
    chat_play(&chat, "Test.play");
    chat_wait_idle(&chat);
    assert_true(state_of(&chat)->no_more);
    chat_close(&chat);
}

static void what_is_no_page_of_messages_is_a_failure_with_its_words(void **state)
{
    (void)state;
    static const struct {
        const char *rules;
        const char *words;
    } cases[] = {
        { "{'when':'Test.play','events':[" CHAT_REQUEST("r1", "") "," CHAT_RESPONSE(
              "r1", "403") "," CHAT_FINISHED("r1") "]}",
          "HTTP status 403" },
        { "{'when':'Test.play','events':[" CHAT_REQUEST("r1", "") "," CHAT_EVENT(
              "Network.loadingFailed",
              "{'requestId':'r1','errorText':'net::ERR_CONNECTION_RESET'}") "]}",
          "net::ERR_CONNECTION_RESET" },
        { "{'when':'Test.play','events':[" CHAT_FETCH("r1", "") "]},{'when':'r1','body':[1,2]}",
          "messages.items" },
        { "{'when':'Test.play','events':[" CHAT_FETCH(
              "r1", "") "]},{'when':'r1','result':{'body':'<html>'}}",
          "answer with messages" },
        { "{'when':'Test.play','events':[" CHAT_FETCH(
              "r1", "") "]},{'when':'r1','error':'No data found for resource'}",
          "No data found for resource" },
        { "{'when':'Test.play','events':[" CHAT_FETCH("r1", "") "]},{'when':'r1','result':{}}",
          "without a body" },
        { "{'when':'Test.play','events':[" CHAT_FETCH(
              "r1", "") "]},{'when':'r1','result':{'body':'?','base64Encoded':true}}",
          "base64" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fake_chat chat;
        chat_open(&chat, cases[i].rules);
        chat_play(&chat, "Test.play");
        chat_wait_idle(&chat);
        assert_int_equal(state_of(&chat)->loaded, 0);
        assert_int_equal(state_of(&chat)->failed, 1);
        if (strstr(state_of(&chat)->last_error, cases[i].words) == NULL) {
            fail_msg("\"%s\" lacks \"%s\"", state_of(&chat)->last_error, cases[i].words);
        }
        chat_close(&chat);
    }
}

static void a_request_taken_back_is_no_failure(void **state)
{
    (void)state;
    struct fake_chat chat;
    chat_open(&chat, "{'when':'Test.play','events':[" CHAT_REQUEST("r1", "") "," CHAT_EVENT(
                         "Network.loadingFailed", "{'requestId':'r1','errorText':"
                                                  "'net::ERR_ABORTED','canceled':true}") "]}");
    chat_play(&chat, "Test.play");
    assert_int_equal(state_of(&chat)->started, 1);
    assert_int_equal(state_of(&chat)->in_flight, 0);
    assert_int_equal(state_of(&chat)->failed, 0);
    chat_close(&chat);
}

static void a_base64_body_is_read_as_well(void **state)
{
    (void)state;
    /* {"data":[{"id":7},{"id":"x"}],"pagination":{"next_cursor":null}} */
    struct fake_chat chat;
    chat_open(&chat, "{'when':'Test.play','events':[" CHAT_FETCH(
                         "r1", "") "]},{'when':'r1','result':{'base64Encoded':true,'body':"
                                   "'eyJkYXRhIjpbeyJpZCI6N30seyJpZCI6IngifV0sInBhZ2luYXRpb24iOnsi"
                                   "bmV4dF9jdXJzb3IiOm51bGx9fQ=='}}");
    chat_play(&chat, "Test.play");
    chat_wait_idle(&chat);
    assert_int_equal(state_of(&chat)->loaded, 2);
    assert_true(state_of(&chat)->no_more);
    chat_close(&chat);
}

#define PAUSED(id, query)                                                                          \
    CHAT_EVENT("Fetch.requestPaused", "{'requestId':'hold-" id "','networkId':'" id                \
                                      "','request':{'method':'GET','url':'" CHAT_PATH query "'}}")

static void an_older_page_is_held_until_the_goal_is_raised(void **state)
{
    (void)state;
    struct fake_chat chat;
    chat_open(
        &chat,
        "{'when':'Test.first','events':[" CHAT_FETCH(
            "r1",
            "?limit=50") "]},"
                         "{'when':'Test.older','events':[" CHAT_REQUEST("r2", "?cursor=seq:5") "," PAUSED(
                             "r2",
                             "?cursor=seq:5") "]},"
                                              "{'when':'hold-r2','later':[" CHAT_RESPONSE("r2", "200") "," CHAT_FINISHED(
                                                  "r2") "]}," CHAT_BODY("r1", "a", "b",
                                                                        "'seq:5'") "," CHAT_BODY("r2",
                                                                                                 "c",
                                                                                                 "d",
                                                                                                 "'seq:3'"));
    chat_play(&chat, "Test.first");
    chat_wait_idle(&chat);
    chat_play(&chat, "Test.older");
    assert_int_equal(state_of(&chat)->held, 1);
    assert_int_equal(state_of(&chat)->in_flight, 0);
    assert_int_equal(messages_set_goal(chat.messages, 2), 0);
    assert_int_equal(state_of(&chat)->held, 1);
    assert_int_equal(messages_set_goal(chat.messages, 4), 1);
    assert_int_equal(state_of(&chat)->in_flight, 1);
    chat_wait_idle(&chat);
    assert_int_equal(state_of(&chat)->loaded, 4);
    chat_close(&chat);
}

static void a_page_that_was_answered_before_passes_at_any_time(void **state)
{
    (void)state;
    struct fake_chat chat;
    chat_open(
        &chat,
        "{'when':'Test.older','events':[" CHAT_FETCH(
            "r2",
            "?cursor=seq:5") "]},"
                             "{'when':'Test.refetch','events':[" CHAT_REQUEST("r3", "?cursor=seq:5") "," PAUSED(
                                 "r3",
                                 "?cursor=seq:5") "]},"
                                                  "{'when':'hold-r3','later':[" CHAT_RESPONSE("r3", "200") "," CHAT_FINISHED(
                                                      "r3") "]}," CHAT_BODY("r2", "c", "d",
                                                                            "'seq:3'") "," CHAT_BODY("r3",
                                                                                                     "c",
                                                                                                     "d",
                                                                                                     "'seq:3'"));
    chat_play(&chat, "Test.older");
    chat_wait_idle(&chat);
    chat_play(&chat, "Test.refetch");
    chat_wait_idle(&chat);
    assert_int_equal(state_of(&chat)->held, 0);
    assert_int_equal(state_of(&chat)->started, 2);
    assert_int_equal(state_of(&chat)->loaded, 2);
    chat_close(&chat);
}

static void a_held_request_that_the_page_takes_back_is_forgotten(void **state)
{
    (void)state;
    struct fake_chat chat;
    chat_open(
        &chat,
        "{'when':'Test.older','events':[" PAUSED(
            "r2",
            "?cursor=seq:5") "]},"
                             "{'when':'Test.back','events':[" CHAT_EVENT(
                                 "Network.loadingFailed",
                                 "{'requestId':'r2','errorText':'net::ERR_ABORTED','canceled':true}") "]}");
    chat_play(&chat, "Test.older");
    assert_int_equal(state_of(&chat)->held, 1);
    chat_play(&chat, "Test.back");
    assert_int_equal(state_of(&chat)->held, 0);
    assert_int_equal(messages_set_goal(chat.messages, 100), 0);
    chat_close(&chat);
}

static void closing_with_a_body_still_asked_for_is_safe(void **state)
{
    (void)state;
    struct fake_chat chat;
    chat_open(&chat, "{'when':'Test.play','events':[" CHAT_FETCH(
                         "r1", "") "]},{'when':'r1','silent':true}");
    chat_play(&chat, "Test.play");
    assert_int_equal(state_of(&chat)->in_flight, 1);
    chat_close(&chat);
}

static void a_request_that_ends_twice_is_read_once(void **state)
{
    (void)state;
    static const char *const ends[] = {
        CHAT_FINISHED("r1"),
        CHAT_EVENT("Network.loadingFailed", "{'requestId':'r1','errorText':'net::ERR_FAILED'}"),
    };
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        struct fake_chat chat;
        char *rules = mem_format("{'when':'Test.play','events':[%s]},{'when':'r1','times':1,"
                                 "'events':[%s],'body':{'data':[{'id':'a'}],'pagination':"
                                 "{'next_cursor':null}}},{'when':'r1','error':'asked again'}",
                                 CHAT_FETCH("r1", ""), ends[i]);
        chat_open(&chat, rules);
        free(rules);
        chat_play(&chat, "Test.play");
        chat_wait_idle(&chat);
        assert_int_equal(state_of(&chat)->loaded, 1);
        assert_int_equal(state_of(&chat)->failed, 0);
        chat_close(&chat);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_counted_by_different_ids),
        cmocka_unit_test(other_requests_are_not_messages),
        cmocka_unit_test(the_apps_other_requests_to_its_api_are_followed_to_their_end),
        cmocka_unit_test(an_answer_without_an_older_page_says_that_there_is_no_more),
        cmocka_unit_test(what_is_no_page_of_messages_is_a_failure_with_its_words),
        cmocka_unit_test(a_request_taken_back_is_no_failure),
        cmocka_unit_test(a_base64_body_is_read_as_well),
        cmocka_unit_test(an_older_page_is_held_until_the_goal_is_raised),
        cmocka_unit_test(a_page_that_was_answered_before_passes_at_any_time),
        cmocka_unit_test(a_held_request_that_the_page_takes_back_is_forgotten),
        cmocka_unit_test(a_request_that_ends_twice_is_read_once),
        cmocka_unit_test(closing_with_a_body_still_asked_for_is_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
