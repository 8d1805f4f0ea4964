#include "tests/unit/fake_peer.h"

#include "cdp/session.h"

static struct session *open_session(struct fake_peer *peer, const char *script)
{
    struct err_msg msg = { "" };
    struct session *session = NULL;
    fake_start(peer, script);
    struct transport_address address = { peer->port, "/devtools/browser/x" };
    assert_int_equal(session_new(peer->loop, &address, fake_deadline(), &session, &msg), ERR_OK);
    return session;
}

static enum err call(struct session *session, const char *target, const char *method,
                     cJSON **result, struct err_msg *msg)
{
    struct session_command command = { .target = target, .method = method, .timeout_ms = 10000 };
    return session_call(session, &command, result, msg);
}

static void an_answer_goes_to_its_own_command(void **state)
{
    (void)state;
    struct fake_peer peer;
    struct err_msg msg = { "" };
    struct session *session =
        open_session(&peer, "{'rules':[{'when':'A.one','result':{'n':1}},"
                            "{'when':'B.two','result':{'n':2,'of':'$SESSION'}}]}");
    cJSON *result = NULL;
    assert_int_equal(call(session, NULL, "A.one", &result, &msg), ERR_OK);
    assert_true(json_number(result, "n", 0.0) == 1.0);
    cJSON_Delete(result);
    assert_int_equal(call(session, "page-7", "B.two", &result, &msg), ERR_OK);
    assert_string_equal(json_text(result, "of"), "page-7");
    cJSON_Delete(result);
    session_free(session);
    fake_stop(&peer);
}

static void a_refusal_says_the_method_and_the_peers_words(void **state)
{
    (void)state;
    struct fake_peer peer;
    struct err_msg msg = { "" };
    struct session *session = open_session(&peer, "{'rules':[{'error':'no such frame'}]}");
    cJSON *result = NULL;
    assert_int_equal(call(session, NULL, "Page.navigate", &result, &msg), ERR_PROTOCOL);
    assert_string_equal(msg.text, "Page.navigate: no such frame");
    assert_null(result);
    assert_null(session_lost(session));
    session_free(session);
    fake_stop(&peer);
}

static void what_is_no_devtools_message_loses_the_connection(void **state)
{
    (void)state;
    static const char *const scripts[] = {
        "{'rules':[{'raw':'<html>garbage</html>'}]}",
        "{'rules':[{'raw':''}]}",
        "{'rules':[{'raw':'{}'}]}",
        "{'rules':[{'raw':'[1,2]'}]}",
        "{'rules':[{'raw':'{ }}'}]}",
    };
    for (size_t i = 0; i < COUNT_OF(scripts); i++) {
        struct fake_peer peer;
        struct err_msg msg = { "" };
        struct session *session = open_session(&peer, scripts[i]);
        assert_int_equal(call(session, NULL, "A.b", NULL, &msg), ERR_PROTOCOL);
        assert_non_null(session_lost(session));
        assert_int_equal(call(session, NULL, "A.c", NULL, &msg), ERR_PROTOCOL);
        session_free(session);
        fake_stop(&peer);
    }
}

static void a_message_nested_too_deep_loses_the_connection(void **state)
{
    (void)state;
    struct strbuf script = STRBUF_INIT;
    struct fake_peer peer;
    struct err_msg msg = { "" };
    strbuf_add_str(&script, "{'rules':[{'raw':'");
    for (int i = 0; i < 100000; i++) {
        strbuf_add_char(&script, '[');
    }
    strbuf_add_str(&script, "'}]}");
    struct session *session = open_session(&peer, script.data);
    assert_int_equal(call(session, NULL, "A.b", NULL, &msg), ERR_PROTOCOL);
    session_free(session);
    fake_stop(&peer);
    strbuf_release(&script);
}

static void a_silent_peer_costs_the_time_out_and_a_late_answer_is_nobodys(void **state)
{
    (void)state;
    struct fake_peer peer;
    struct err_msg msg = { "" };
    struct session *session = open_session(
        &peer, "{'rules':[{'when':'A.silent','silent':true},"
               "{'when':'A.next','events':[{'id':1,'result':{'late':true}}],'result':{'n':3}}]}");
    struct session_command command = { .method = "A.silent", .timeout_ms = 100 };
    assert_int_equal(session_call(session, &command, NULL, &msg), ERR_TIMEOUT);
    assert_string_equal(msg.text, "A.silent: no answer within 100 ms");
    cJSON *result = NULL;
    assert_int_equal(call(session, NULL, "A.next", &result, &msg), ERR_OK);
    assert_true(json_number(result, "n", 0.0) == 3.0);
    cJSON_Delete(result);
    session_free(session);
    fake_stop(&peer);
}

struct ending {
    size_t count;
    enum err code;
    char why[200];
};

static void note_ending(void *arg, const struct session_answer *answer)
{
    struct ending *ending = arg;
    ending->count++;
    ending->code = answer->code;
    (void)snprintf(ending->why, sizeof ending->why, "%s", answer->why != NULL ? answer->why : "");
    cJSON_Delete(answer->result);
}

static void a_lost_connection_completes_every_pending_command(void **state)
{
    (void)state;
    struct fake_peer peer;
    struct err_msg msg = { "" };
    struct ending endings[3] = { { 0 }, { 0 }, { 0 } };
    struct session *session = open_session(
        &peer, "{'rules':[{'when':'A.wait','silent':true},{'when':'A.end','close':true}]}");
    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        struct session_command command = { .method = "A.wait" };
        assert_int_equal(session_send(session, &command, note_ending, &endings[i], &msg), ERR_OK);
    }
    assert_int_equal(call(session, NULL, "A.end", NULL, &msg), ERR_CLOSED);
    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        assert_int_equal(endings[i].count, 1);
        assert_int_equal(endings[i].code, ERR_CLOSED);
        assert_non_null(strstr(endings[i].why, "A.wait: the browser closed"));
    }
    session_free(session);
    fake_stop(&peer);
}

static void a_target_that_is_gone_completes_its_own_commands_only(void **state)
{
    (void)state;
    struct fake_peer peer;
    struct err_msg msg = { "" };
    struct ending gone = { 0 };
    struct ending other = { 0 };
    struct session *session = open_session(&peer, "{'rules':[{'silent':true}]}");
    struct session_command command = { .target = "one", .method = "A.wait" };
    assert_int_equal(session_send(session, &command, note_ending, &gone, &msg), ERR_OK);
    command.target = "two";
    assert_int_equal(session_send(session, &command, note_ending, &other, &msg), ERR_OK);
    session_fail_target(session, "one", ERR_CLOSED, "it crashed");
    assert_int_equal(gone.count, 1);
    assert_string_equal(gone.why, "A.wait: it crashed");
    assert_int_equal(other.count, 0);
    session_free(session);
    assert_int_equal(gone.count, 1);
    assert_int_equal(other.count, 1);
    assert_int_equal(other.code, ERR_CLOSED);
    fake_stop(&peer);
}

struct listener {
    struct session *session;
    struct session_listener *self;
    size_t events;
    double last;
};

static void count_event(void *arg, const cJSON *params)
{
    struct listener *listener = arg;
    listener->events++;
    listener->last = json_number(params, "n", -1.0);
}

static void count_once(void *arg, const cJSON *params)
{
    struct listener *listener = arg;
    count_event(arg, params);
    session_unlisten(listener->session, listener->self);
}

static void events_reach_the_listeners_of_their_target_and_name(void **state)
{
    (void)state;
    struct fake_peer peer;
    struct err_msg msg = { "" };
    struct session *session =
        open_session(&peer, "{'rules':[{'events':["
                            "{'method':'X.seen','params':{'n':1},'sessionId':'one'},"
                            "{'method':'X.seen','params':{'n':2},'sessionId':'two'},"
                            "{'params':{'n':3},'method':'X.seen'},"
                            "{'method':'X.seenToo','params':{'n':4},'sessionId':'one'},"
                            "{'method':'X.seen','params':{'n':5},'sessionId':'one'}]}]}");
    struct listener one = { .session = session };
    struct listener once = { .session = session };
    struct listener browser = { .session = session };
    (void)session_listen(session, "one", "X.seen", count_event, &one);
    once.self = session_listen(session, "one", "X.seen", count_once, &once);
    (void)session_listen(session, NULL, "X.seen", count_event, &browser);
    assert_int_equal(call(session, NULL, "A.b", NULL, &msg), ERR_OK);
    assert_int_equal(one.events, 2);
    assert_true(one.last == 5.0);
    assert_int_equal(once.events, 1);
    assert_int_equal(browser.events, 1);
    assert_true(browser.last == 3.0);
    session_free(session);
    fake_stop(&peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_goes_to_its_own_command),
        cmocka_unit_test(a_refusal_says_the_method_and_the_peers_words),
        cmocka_unit_test(what_is_no_devtools_message_loses_the_connection),
        cmocka_unit_test(a_message_nested_too_deep_loses_the_connection),
        cmocka_unit_test(a_silent_peer_costs_the_time_out_and_a_late_answer_is_nobodys),
        cmocka_unit_test(a_lost_connection_completes_every_pending_command),
        cmocka_unit_test(a_target_that_is_gone_completes_its_own_commands_only),
        cmocka_unit_test(events_reach_the_listeners_of_their_target_and_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
