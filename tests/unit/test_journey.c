#include "tests/unit/fake_chat.h"

#define STATE "Where the page is and whether"
#define END   "Scrolls the visible list to its newest"

#define CHAT_STATE(path, bubbles, dialog, missing)                                                 \
    CHAT_SCRIPT(STATE, "{'path':'" path "','address':'" path "','bubbles':" bubbles                \
                       ",'dialog':" dialog ",'missing':" missing ",'words':'Some words'}")

#define COMMITTED(url)                                                                             \
    CHAT_EVENT("Page.frameNavigated", "{'frame':{'id':'target-1','url':'" url "'}}")

#define CHAT_URL "http://localhost:3000/chats/c1"

static void the_chat_with_messages_in_sight_passes_the_check(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    chat_open(&chat, CHAT_STATE("/chats/c1", "9", "false", "null"));
    assert_int_equal(journey_check(&chat.journey, &msg), ERR_OK);
    assert_int_equal(cJSON_GetArraySize(chat.how), 0);
    chat_close(&chat);
}

static void anything_else_is_named_and_is_no_data(void **state)
{
    (void)state;
    static const struct {
        const char *rules;
        const char *words;
    } cases[] = {
        { CHAT_STATE("/", "0", "false", "null"), "the user was logged out: the page is at /" },
        { CHAT_STATE("/sso/authorize", "0", "false", "null"), "logged out" },
        { CHAT_STATE("/chats/c1", "0", "false", "'Conversation not found'"),
          "the conversation is missing: the page is at /chats/c1 and says \"Conversation not" },
        { CHAT_STATE("/chats/c2", "9", "false", "null"), "another conversation is open" },
        { CHAT_STATE("/chats/c1", "0", "false", "null"),
          "no message is visible: the page is at /chats/c1 and shows \"Some words\"" },
        { "{'when':'" STATE "','error':'Inspected target navigated or closed'}", "was left" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fake_chat chat;
        struct err_msg msg = { "" };
        chat_open(&chat, cases[i].rules);
        assert_int_equal(journey_check(&chat.journey, &msg), ERR_NO_DATA);
        if (strstr(msg.text, cases[i].words) == NULL) {
            fail_msg("\"%s\" lacks \"%s\"", msg.text, cases[i].words);
        }
        chat_close(&chat);
    }
}

static void a_dialog_is_closed_by_escape_or_is_in_the_way(void **state)
{
    (void)state;
    static const struct {
        const char *gone;
        enum err want;
        int steps;
    } cases[] = { { "true", ERR_OK, 1 }, { "false", ERR_NO_DATA, 0 } };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fake_chat chat;
        struct err_msg msg = { "" };
        char *rules = mem_format(
            CHAT_STATE("/chats/c1", "9", "true", "null") ",{'when':'Whether no dialog is visible',"
                                                         "'result':{'result':{'value':%s}}}",
            cases[i].gone);
        chat_open(&chat, rules);
        free(rules);
        assert_int_equal(journey_check(&chat.journey, &msg), cases[i].want);
        assert_int_equal(cJSON_GetArraySize(chat.how), cases[i].steps);
        chat_close(&chat);
    }
}

static void opening_waits_for_the_first_page_and_calm(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    chat_open(&chat, "{'when':'Page.navigate','later':[" COMMITTED(CHAT_URL) "," CHAT_FETCH(
                         "r1", "?limit=50") "]}," CHAT_STATE("/chats/c1", "9", "false",
                                                             "null") "," CHAT_BODY("r1", "a", "b",
                                                                                   "'seq:5'"));
    uint64_t before_ns = clock_now_ns();
    assert_int_equal(journey_open(&chat.journey, 20000, &msg), ERR_OK);
    assert_int_equal(messages_state(chat.messages)->loaded, 2);
    assert_true(clock_now_ns() - before_ns >= JOURNEY_QUIET_MS * NS_PER_MS);
    chat_close(&chat);
}

static void a_chat_that_does_not_open_is_unreachable_with_what_is_there_instead(void **state)
{
    (void)state;
    static const struct {
        const char *rules;
        uint64_t timeout_ms;
        const char *words;
    } cases[] = {
        { "{'when':'Page.navigate','later':[" COMMITTED(CHAT_URL) "," COMMITTED(
              "http://localhost:3000/") "]}," CHAT_STATE("/", "0", "false", "null"),
          20000, "the login did not hold: the page is at /" },
        { "{'when':'Page.navigate','later':[" COMMITTED(CHAT_URL) "]}," CHAT_STATE(
              "/chats/c1", "0", "false", "'Conversation not found'"),
          20000, "the conversation is missing" },
        { "{'when':'Page.navigate','later':[" COMMITTED(CHAT_URL) "," CHAT_REQUEST(
              "r1",
              "") "," CHAT_RESPONSE("r1",
                                    "500") "," CHAT_FINISHED("r1") "]}," CHAT_STATE("/chats/c1",
                                                                                    "0", "false",
                                                                                    "null"),
          20000, "the message request ended with: HTTP status 500" },
        { "{'when':'Page.navigate','later':[" COMMITTED(CHAT_URL) "]}," CHAT_STATE("/chats/c1", "0",
                                                                                   "false", "null"),
          300, "no messages came in time" },
        { "{'when':'Page.navigate','result':{'errorText':'net::ERR_CONNECTION_REFUSED'}}", 300,
          "net::ERR_CONNECTION_REFUSED" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fake_chat chat;
        struct err_msg msg = { "" };
        chat_open(&chat, cases[i].rules);
        assert_int_equal(journey_open(&chat.journey, cases[i].timeout_ms, &msg), ERR_UNREACHABLE);
        if (strstr(msg.text, cases[i].words) == NULL) {
            fail_msg("\"%s\" lacks \"%s\"", msg.text, cases[i].words);
        }
        chat_close(&chat);
    }
}

static void a_page_that_crashes_while_it_opens_is_closed(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    chat_open(&chat, "{'when':'Page.navigate','later':[" COMMITTED(CHAT_URL) "," CHAT_EVENT(
                         "Inspector.targetCrashed", "{}") "]}");
    assert_int_equal(journey_open(&chat.journey, 20000, &msg), ERR_CLOSED);
    assert_string_equal(msg.text, "the page crashed");
    chat_close(&chat);
}

static void a_page_that_is_never_calm_costs_the_time(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    chat_open(&chat, CHAT_SCRIPT("nothing was added to", "{'quiet':false,'changes':77}"));
    assert_int_equal(journey_settle(&chat.journey, 100, clock_now_ns() + 200 * NS_PER_MS, &msg),
                     ERR_TIMEOUT);
    assert_false(chat.journey.calm);
    assert_non_null(strstr(msg.text, "77 changes"));
    chat_close(&chat);
}

static void a_page_whose_other_requests_are_open_is_waited_for(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    chat_open(&chat, "{'when':'Test.ask','events':[" CHAT_EVENT(
                         "Network.requestWillBeSent",
                         "{'requestId':'o1','type':'Fetch','request':{'method':'GET',"
                         "'url':'http://localhost:8000/api/v1/conversations/'}}") "]}");
    chat_play(&chat, "Test.ask");
    /* It is never answered: that is waited for, but no error. */
    uint64_t before_ns = clock_now_ns();
    assert_int_equal(journey_settle(&chat.journey, 50, clock_now_ns() + 300 * NS_PER_MS, &msg),
                     ERR_OK);
    assert_true(clock_now_ns() - before_ns >= 300 * NS_PER_MS);
    chat_close(&chat);
}

static void a_list_that_is_not_there_or_wanders_has_no_end(void **state)
{
    (void)state;
    static const struct {
        const char *rules;
        const char *words;
    } cases[] = {
        { CHAT_SCRIPT(END, "{'found':false}"), "no scrollable list" },
        { CHAT_SCRIPT(END, "{'found':true,'at_end':false}"), "does not stay at its end" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fake_chat chat;
        struct err_msg msg = { "" };
        chat_open(&chat, cases[i].rules);
        assert_int_equal(journey_settle_at_end(&chat.journey, fake_deadline(), &msg), ERR_NO_DATA);
        assert_non_null(strstr(msg.text, cases[i].words));
        chat_close(&chat);
    }
}

static void a_list_that_is_calm_at_its_end_is_not_waited_for_again(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    chat_open(&chat, "{'when':'nothing was added to','error':'it was waited for'}," CHAT_SCRIPT(
                         END, "{'found':true,'at_end':true,'moved':false}"));
    chat.journey.calm = true;
    assert_int_equal(journey_settle_at_end(&chat.journey, fake_deadline(), &msg), ERR_OK);
    chat.journey.calm = false;
    assert_int_equal(journey_settle_at_end(&chat.journey, fake_deadline(), &msg), ERR_PROTOCOL);
    chat_close(&chat);
}

static void a_list_whose_end_moves_while_it_gets_calm_is_followed(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    chat_open(&chat, "{'when':'" END "','times':2,'result':{'result':{'value':{'found':true,"
                     "'at_end':true,'moved':true}}}}," CHAT_SCRIPT(
                         END, "{'found':true,'at_end':true,'moved':false}"));
    assert_int_equal(journey_settle_at_end(&chat.journey, fake_deadline(), &msg), ERR_OK);
    assert_true(chat.journey.calm);
    chat_close(&chat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_chat_with_messages_in_sight_passes_the_check),
        cmocka_unit_test(anything_else_is_named_and_is_no_data),
        cmocka_unit_test(a_dialog_is_closed_by_escape_or_is_in_the_way),
        cmocka_unit_test(opening_waits_for_the_first_page_and_calm),
        cmocka_unit_test(a_chat_that_does_not_open_is_unreachable_with_what_is_there_instead),
        cmocka_unit_test(a_page_that_crashes_while_it_opens_is_closed),
        cmocka_unit_test(a_page_that_is_never_calm_costs_the_time),
        cmocka_unit_test(a_page_whose_other_requests_are_open_is_waited_for),
        cmocka_unit_test(a_list_that_is_not_there_or_wanders_has_no_end),
        cmocka_unit_test(a_list_that_is_calm_at_its_end_is_not_waited_for_again),
        cmocka_unit_test(a_list_whose_end_moves_while_it_gets_calm_is_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
