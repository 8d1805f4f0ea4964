/* A scripted page of a chat, for the tests of what happens in one. The rules of a test come first;
 * behind them stands what opening a page needs and a page that is always calm. */
#ifndef TESTS_UNIT_FAKE_CHAT_H
#define TESTS_UNIT_FAKE_CHAT_H

#include "tests/unit/fake_peer.h"

#include "cdp/journey.h"
#include "cdp/messages.h"
#include "cdp/page.h"
#include "cdp/profile.h"
#include "cdp/session.h"

#define CHAT_PATH "http://localhost:8000/api/v1/messages/conversations/c1/messages"

/* An event of the page's session. */
#define CHAT_EVENT(method, params)                                                                 \
    "{'method':'" method "','sessionId':'session-1','params':" params "}"

/* The request `id` for a page of messages, sent and answered with a status. */
#define CHAT_REQUEST(id, query)                                                                    \
    CHAT_EVENT("Network.requestWillBeSent",                                                        \
               "{'requestId':'" id "','request':{'method':'GET','url':'" CHAT_PATH query "'}}")
#define CHAT_RESPONSE(id, status)                                                                  \
    CHAT_EVENT("Network.responseReceived",                                                         \
               "{'requestId':'" id "','response':{'status':" status "}}")
#define CHAT_FINISHED(id) CHAT_EVENT("Network.loadingFinished", "{'requestId':'" id "'}")
#define CHAT_FETCH(id, query)                                                                      \
    CHAT_REQUEST(id, query) "," CHAT_RESPONSE(id, "200") "," CHAT_FINISHED(id)

/* Two messages a page; `cursor` is what leads on, quoted, or null. */
#define CHAT_BODY(id, first, second, cursor)                                                       \
    "{'when':'" id "','body':{'data':[{'id':'" first "'},{'id':'" second "'}],"                    \
    "'pagination':{'next_cursor':" cursor "}}}"

/* What a page script gives back: `mark` is a part of its text. */
#define CHAT_SCRIPT(mark, value) "{'when':'" mark "','result':{'result':{'value':" value "}}}"

#define CHAT_OPENING                                                                               \
    "{'when':'createBrowserContext','result':{'browserContextId':'context-1'}},"                   \
    "{'when':'createTarget','result':{'targetId':'target-1'}},"                                    \
    "{'when':'attachToTarget','result':{'sessionId':'session-1'}}," CHAT_SCRIPT(                   \
        "nothing was added to", "{'quiet':true,'changes':0}")

struct fake_chat {
    struct fake_peer peer;
    struct session *session;
    struct page *page;
    struct profile profile;
    struct messages *messages;
    struct journey journey;
    cJSON *how;
};

static inline void chat_open(struct fake_chat *chat, const char *rules)
{
    struct err_msg msg = { "" };
    struct page_spec spec = { .width = 800, .height = 600 };
    *chat = (struct fake_chat){ .session = NULL };
    char *script =
        mem_format("{'rules':[%s%s" CHAT_OPENING "]}", rules, rules[0] != '\0' ? "," : "");
    fake_start(&chat->peer, script);
    free(script);
    struct transport_address address = { chat->peer.port, "/x" };
    assert_int_equal(session_new(chat->peer.loop, &address, fake_deadline(), &chat->session, &msg),
                     ERR_OK);
    assert_int_equal(page_open(chat->session, &spec, &chat->page, &msg), ERR_OK);
    assert_int_equal(profile_load("tms", &chat->profile, &msg), ERR_OK);
    const struct messages_spec spec_of_messages = { .profile = &chat->profile,
                                                    .conversation = "c1",
                                                    .api_origin = "http://localhost:8000" };
    assert_int_equal(messages_new(chat->page, &spec_of_messages, &chat->messages, &msg), ERR_OK);
    chat->how = json_new_array();
    chat->journey = (struct journey){ .page = chat->page,
                                      .profile = &chat->profile,
                                      .messages = chat->messages,
                                      .conversation = "c1",
                                      .url = "http://localhost:3000/chats/c1",
                                      .api_origin = "http://localhost:8000",
                                      .token = "a-token-for-tests",
                                      .how = chat->how };
}

/* Sends a command of that name, so that the peer plays what its rule holds. */
static inline void chat_play(struct fake_chat *chat, const char *method)
{
    struct err_msg msg = { "" };
    assert_int_equal(page_call(chat->page, method, NULL, NULL, &msg), ERR_OK);
}

static inline bool chat_is_idle(void *arg)
{
    const struct fake_chat *chat = arg;
    return messages_state(chat->messages)->in_flight == 0;
}

static inline void chat_wait_idle(struct fake_chat *chat)
{
    struct err_msg msg = { "" };
    assert_int_equal(loop_wait(chat->peer.loop, chat_is_idle, chat, fake_deadline(), &msg), ERR_OK);
}

static inline void chat_close(struct fake_chat *chat)
{
    messages_free(chat->messages);
    page_close(chat->page);
    session_free(chat->session);
    fake_stop(&chat->peer);
    profile_release(&chat->profile);
    cJSON_Delete(chat->how);
}

#endif
