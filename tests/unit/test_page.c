#include "tests/unit/fake_peer.h"

#include "cdp/page.h"

/* What opening a page needs; a test's own rules go in front. */
#define OPENING                                                                                    \
    "{'when':'createBrowserContext','result':{'browserContextId':'context-1'}},"                   \
    "{'when':'createTarget','result':{'targetId':'target-1'}},"                                    \
    "{'when':'attachToTarget','result':{'sessionId':'session-1'}}"

#define COMMITTED                                                                                  \
    "{'method':'Page.frameNavigated','sessionId':'session-1',"                                     \
    "'params':{'frame':{'id':'target-1','url':'http://localhost/chats'}}}"

struct fixture {
    struct fake_peer peer;
    struct session *session;
    struct page *page;
};

static enum err open_page(struct fixture *fixture, const char *rules, struct err_msg *msg)
{
    struct page_spec spec = { .width = 800, .height = 600 };
    char *script = mem_format("{'rules':[%s%s" OPENING "]}", rules, rules[0] != '\0' ? "," : "");
    fake_start(&fixture->peer, script);
    free(script);
    fixture->page = NULL;
    struct transport_address address = { fixture->peer.port, "/x" };
    assert_int_equal(
        session_new(fixture->peer.loop, &address, fake_deadline(), &fixture->session, msg), ERR_OK);
    return page_open(fixture->session, &spec, &fixture->page, msg);
}

static void close_page(struct fixture *fixture)
{
    page_close(fixture->page);
    session_free(fixture->session);
    fake_stop(&fixture->peer);
}

static void a_page_opens_in_a_context_of_its_own(void **state)
{
    (void)state;
    struct fixture fixture;
    struct err_msg msg = { "" };
    assert_int_equal(open_page(&fixture, "", &msg), ERR_OK);
    assert_string_equal(page_target(fixture.page), "session-1");
    assert_string_equal(page_url(fixture.page), "about:blank");
    assert_null(page_gone(fixture.page));
    close_page(&fixture);
}

static void a_browser_that_refuses_a_step_of_opening_is_named_with_it(void **state)
{
    (void)state;
    static const struct {
        const char *rules;
        const char *words;
    } cases[] = {
        { "{'when':'createTarget','error':'no more pages'}", "Target.createTarget: no more pages" },
        { "{'when':'attachToTarget','result':{}}", "Target.attachToTarget: the answer has no" },
        { "{'when':'Performance.enable','error':'unknown domain'}", "Performance.enable" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fixture fixture;
        struct err_msg msg = { "" };
        assert_int_equal(open_page(&fixture, cases[i].rules, &msg), ERR_PROTOCOL);
        assert_non_null(strstr(msg.text, cases[i].words));
        close_page(&fixture);
    }
}

static void navigating_waits_for_the_document_and_knows_its_address(void **state)
{
    (void)state;
    struct fixture fixture;
    struct err_msg msg = { "" };
    assert_int_equal(open_page(&fixture, "{'when':'Page.navigate','later':[" COMMITTED "]}", &msg),
                     ERR_OK);
    assert_int_equal(page_navigate(fixture.page, "http://localhost/chats", 5000, &msg), ERR_OK);
    assert_string_equal(page_url(fixture.page), "http://localhost/chats");
    close_page(&fixture);
}

static void an_address_that_does_not_answer_is_unreachable(void **state)
{
    (void)state;
    static const struct {
        const char *rules;
        const char *words;
    } cases[] = {
        { "{'when':'Page.navigate','result':{'errorText':'net::ERR_CONNECTION_REFUSED'}}",
          "http://localhost:1/: net::ERR_CONNECTION_REFUSED" },
        { "{'when':'Page.navigate','silent':true}", "no answer within 200 ms" },
        { "{'when':'Page.navigate','result':{}}", "no answer within 200 ms" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fixture fixture;
        struct err_msg msg = { "" };
        assert_int_equal(open_page(&fixture, cases[i].rules, &msg), ERR_OK);
        assert_int_equal(page_navigate(fixture.page, "http://localhost:1/", 200, &msg),
                         ERR_UNREACHABLE);
        assert_non_null(strstr(msg.text, cases[i].words));
        close_page(&fixture);
    }
}

static void a_scripts_value_comes_back_and_what_it_throws_is_said(void **state)
{
    (void)state;
    struct fixture fixture;
    struct err_msg msg = { "" };
    cJSON *value = NULL;
    assert_int_equal(
        open_page(&fixture,
                  "{'when':'Runtime.evaluate','times':1,'result':{'result':{'value':{'n':5}}}},"
                  "{'when':'Runtime.evaluate','times':1,'result':{'result':{}}},"
                  "{'when':'Runtime.evaluate','result':{'result':{},'exceptionDetails':"
                  "{'exception':{'description':'TypeError: x is null at line 3'}}}}",
                  &msg),
        ERR_OK);
    assert_int_equal(page_run(fixture.page, "cdp/js/state.js", NULL, &value, &msg), ERR_OK);
    assert_true(json_number(value, "n", 0.0) == 5.0);
    cJSON_Delete(value);
    assert_int_equal(page_run(fixture.page, "cdp/js/state.js", NULL, &value, &msg), ERR_OK);
    assert_true(cJSON_IsNull(value));
    cJSON_Delete(value);
    assert_int_equal(page_run(fixture.page, "cdp/js/state.js", NULL, NULL, &msg), ERR_PROTOCOL);
    assert_string_equal(msg.text, "cdp/js/state.js: TypeError: x is null at line 3");
    assert_null(page_gone(fixture.page));
    close_page(&fixture);
}

static void a_page_that_ends_while_it_is_asked_is_gone_with_its_reason(void **state)
{
    (void)state;
    static const struct {
        const char *event;
        const char *words;
    } cases[] = {
        { "{'method':'Inspector.targetCrashed','params':{},'sessionId':'session-1'}",
          "the page crashed" },
        { "{'method':'Target.targetCrashed','params':{'targetId':'target-1','status':'oom',"
          "'errorCode':9}}",
          "the page ran out of memory" },
        { "{'method':'Target.targetCrashed','params':{'targetId':'target-1','status':'killed',"
          "'errorCode':9}}",
          "the page crashed (killed, code 9)" },
        { "{'method':'Target.detachedFromTarget','params':{'sessionId':'session-1'}}",
          "the page was closed by somebody else" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fixture fixture;
        struct err_msg msg = { "" };
        char *rule =
            mem_format("{'when':'Runtime.evaluate','silent':true,'events':[%s]}", cases[i].event);
        assert_int_equal(open_page(&fixture, rule, &msg), ERR_OK);
        assert_int_equal(page_run(fixture.page, "cdp/js/state.js", NULL, NULL, &msg), ERR_CLOSED);
        assert_string_equal(page_gone(fixture.page), cases[i].words);
        assert_int_equal(page_call(fixture.page, "Page.reload", json_new_object(), NULL, &msg),
                         ERR_CLOSED);
        assert_string_equal(msg.text, cases[i].words);
        free(rule);
        close_page(&fixture);
    }
}

static void another_pages_crash_is_not_ours(void **state)
{
    (void)state;
    struct fixture fixture;
    struct err_msg msg = { "" };
    assert_int_equal(open_page(&fixture,
                               "{'when':'Runtime.evaluate','result':{'result':{'value':1}},"
                               "'events':[{'method':'Target.targetCrashed','params':"
                               "{'targetId':'target-2','status':'oom'}}]}",
                               &msg),
                     ERR_OK);
    assert_int_equal(page_run(fixture.page, "cdp/js/state.js", NULL, NULL, &msg), ERR_OK);
    assert_null(page_gone(fixture.page));
    close_page(&fixture);
}

static void a_page_that_does_not_answer_for_5_seconds_is_gone(void **state)
{
    (void)state;
    struct fixture fixture;
    struct err_msg msg = { "" };
    assert_int_equal(open_page(&fixture, "{'when':'Runtime.evaluate','silent':true}", &msg),
                     ERR_OK);
    uint64_t before_ns = clock_now_ns();
    assert_int_equal(page_run(fixture.page, "cdp/js/state.js", NULL, NULL, &msg), ERR_CLOSED);
    uint64_t waited_ms = (clock_now_ns() - before_ns) / NS_PER_MS;
    assert_true(waited_ms >= PAGE_ANSWER_MS);
    assert_non_null(strstr(page_gone(fixture.page), "did not answer for 5 s"));
    close_page(&fixture);
}

static void a_dropped_connection_is_the_end_of_the_page(void **state)
{
    (void)state;
    struct fixture fixture;
    struct err_msg msg = { "" };
    assert_int_equal(open_page(&fixture, "{'when':'Runtime.evaluate','close':true}", &msg), ERR_OK);
    assert_int_equal(page_run(fixture.page, "cdp/js/state.js", NULL, NULL, &msg), ERR_CLOSED);
    assert_non_null(strstr(page_gone(fixture.page), "closed the DevTools connection"));
    close_page(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_opens_in_a_context_of_its_own),
        cmocka_unit_test(a_browser_that_refuses_a_step_of_opening_is_named_with_it),
        cmocka_unit_test(navigating_waits_for_the_document_and_knows_its_address),
        cmocka_unit_test(an_address_that_does_not_answer_is_unreachable),
        cmocka_unit_test(a_scripts_value_comes_back_and_what_it_throws_is_said),
        cmocka_unit_test(a_page_that_ends_while_it_is_asked_is_gone_with_its_reason),
        cmocka_unit_test(another_pages_crash_is_not_ours),
        cmocka_unit_test(a_page_that_does_not_answer_for_5_seconds_is_gone),
        cmocka_unit_test(a_dropped_connection_is_the_end_of_the_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
