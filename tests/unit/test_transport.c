#include "tests/unit/fake_peer.h"

#include "cdp/transport.h"

struct inbox {
    struct strbuf text; /* of the last message */
    size_t messages;
    enum err closed; /* ERR_OK while open */
    size_t closings;
    char why[256];
};

static void on_message(void *arg, const char *text, size_t bytes)
{
    struct inbox *inbox = arg;
    strbuf_clear(&inbox->text);
    strbuf_add(&inbox->text, text, bytes);
    inbox->messages++;
}

static void on_closed(void *arg, enum err code, const char *why)
{
    struct inbox *inbox = arg;
    inbox->closed = code;
    inbox->closings++;
    (void)snprintf(inbox->why, sizeof inbox->why, "%s", why);
}

static bool has_news(void *arg)
{
    const struct inbox *inbox = arg;
    return inbox->messages > 0 || inbox->closings > 0;
}

static struct transport *open_to(struct fake_peer *peer, struct inbox *inbox)
{
    struct err_msg msg = { "" };
    struct transport *transport = NULL;
    struct transport_events events = { inbox, on_message, on_closed };
    struct transport_address address = { peer->port, "/devtools/browser/x" };
    enum err err = transport_open(peer->loop, &address, &events, fake_deadline(), &transport, &msg);
    if (err != ERR_OK) {
        fail_msg("%s", msg.text);
    }
    return transport;
}

/* Sends one command to a peer with that script and waits for what comes of it. */
static void ask(const char *script, struct inbox *inbox)
{
    static const char command[] = "{\"id\":7,\"method\":\"Any.thing\"}";
    struct fake_peer peer;
    struct err_msg msg = { "" };
    *inbox = (struct inbox){ .messages = 0 };
    fake_start(&peer, script);
    struct transport *transport = open_to(&peer, inbox);
    assert_int_equal(transport_send(transport, command, strlen(command), &msg), ERR_OK);
    assert_int_equal(loop_wait(peer.loop, has_news, inbox, fake_deadline(), &msg), ERR_OK);
    if (inbox->closings > 0) {
        assert_int_equal(transport_send(transport, command, strlen(command), &msg), ERR_CLOSED);
    }
    transport_free(transport);
    fake_stop(&peer);
}

static void a_handshake_has_no_origin_and_an_address_as_host(void **state)
{
    (void)state;
    struct inbox inbox;
    ask("{'rules':[{'result':{'headers':'$HEADERS'}}]}", &inbox);
    assert_null(strstr(inbox.text.data, "Origin"));
    assert_non_null(strstr(inbox.text.data, "Host: 127.0.0.1"));
    assert_null(strstr(inbox.text.data, "permessage-deflate"));
    strbuf_release(&inbox.text);
}

static void a_message_of_30_mb_in_fragments_arrives_whole_and_once(void **state)
{
    (void)state;
    struct inbox inbox;
    ask("{'rules':[{'big':31457280}]}", &inbox);
    assert_int_equal(inbox.messages, 1);
    assert_int_equal(inbox.text.len, 31457280);
    assert_string_equal(inbox.text.data + inbox.text.len - 6, "xxx\"}}");
    strbuf_release(&inbox.text);
}

static void what_a_peer_should_not_do_ends_the_connection_with_a_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        enum err want;
        const char *words;
    } cases[] = {
        { "{'rules':[{'close':true}]}", ERR_CLOSED, "closed the DevTools connection" },
        { "{'rules':[{'binary':true}]}", ERR_PROTOCOL, "binary" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct inbox inbox;
        ask(cases[i].script, &inbox);
        assert_int_equal(inbox.closed, cases[i].want);
        assert_int_equal(inbox.closings, 1);
        assert_non_null(strstr(inbox.why, cases[i].words));
        strbuf_release(&inbox.text);
    }
}

static void a_peer_that_refuses_or_stays_mute_cannot_be_opened(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        uint64_t wait_ms;
        enum err want;
    } cases[] = {
        { "{'handshake':'refuse'}", 10000, ERR_UNREACHABLE },
        { "{'handshake':'mute'}", 300, ERR_TIMEOUT },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fake_peer peer;
        struct inbox inbox = { .messages = 0 };
        struct err_msg msg = { "" };
        struct transport *transport = NULL;
        struct transport_events events = { &inbox, on_message, on_closed };
        fake_start(&peer, cases[i].script);
        struct transport_address address = { peer.port, "/x" };
        uint64_t deadline_ns = clock_now_ns() + cases[i].wait_ms * NS_PER_MS;
        assert_int_equal(
            transport_open(peer.loop, &address, &events, deadline_ns, &transport, &msg),
            cases[i].want);
        assert_null(transport);
        assert_non_null(strstr(msg.text, "127.0.0.1"));
        assert_int_equal(inbox.closings, 0);
        fake_stop(&peer);
    }
}

static void nobody_at_the_port_is_unreachable(void **state)
{
    (void)state;
    struct loop *loop = NULL;
    struct err_msg msg = { "" };
    struct inbox inbox = { .messages = 0 };
    struct transport *transport = NULL;
    struct transport_events events = { &inbox, on_message, on_closed };
    struct transport_address address = { 1, "/x" };
    assert_int_equal(loop_new(&loop, &msg), ERR_OK);
    assert_int_equal(transport_open(loop, &address, &events, fake_deadline(), &transport, &msg),
                     ERR_UNREACHABLE);
    loop_free(loop);
}

static void many_commands_at_once_are_all_answered_in_order(void **state)
{
    (void)state;
    struct fake_peer peer;
    struct inbox inbox = { .messages = 0 };
    struct err_msg msg = { "" };
    fake_start(&peer, "{}");
    struct transport *transport = open_to(&peer, &inbox);
    for (int i = 1; i <= 500; i++) {
        char *command =
            mem_format("{\"id\":%d,\"method\":\"A.b\",\"params\":{\"x\":\"%0*d\"}}", i, i * 10, 0);
        assert_int_equal(transport_send(transport, command, strlen(command), &msg), ERR_OK);
        free(command);
    }
    while (inbox.messages < 500) {
        size_t before = inbox.messages;
        inbox.messages = 0;
        assert_int_equal(loop_wait(peer.loop, has_news, &inbox, fake_deadline(), &msg), ERR_OK);
        inbox.messages += before;
    }
    assert_string_equal(inbox.text.data, "{\"id\": 500, \"result\": {}}");
    transport_free(transport);
    fake_stop(&peer);
    strbuf_release(&inbox.text);
}

static void a_command_over_the_ceiling_is_refused(void **state)
{
    (void)state;
    struct fake_peer peer;
    struct inbox inbox = { .messages = 0 };
    struct err_msg msg = { "" };
    fake_start(&peer, "{}");
    struct transport *transport = open_to(&peer, &inbox);
    assert_int_equal(transport_send(transport, "", (size_t)65 * 1024 * 1024, &msg), ERR_LIMIT);
    assert_non_null(strstr(msg.text, "LIMIT_DEVTOOLS_COMMAND_BYTES"));
    transport_free(transport);
    fake_stop(&peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handshake_has_no_origin_and_an_address_as_host),
        cmocka_unit_test(a_message_of_30_mb_in_fragments_arrives_whole_and_once),
        cmocka_unit_test(what_a_peer_should_not_do_ends_the_connection_with_a_sentence),
        cmocka_unit_test(a_peer_that_refuses_or_stays_mute_cannot_be_opened),
        cmocka_unit_test(nobody_at_the_port_is_unreachable),
        cmocka_unit_test(many_commands_at_once_are_all_answered_in_order),
        cmocka_unit_test(a_command_over_the_ceiling_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
