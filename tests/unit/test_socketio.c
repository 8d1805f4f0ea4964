#include "backend/socketio.h"

#include "tests/unit/test.h"

struct parsed {
    const char *text;
    enum socketio_type type;
    uint32_t attachments;
    const char *namespace;
    bool has_id;
    uint64_t id;
    const char *data;
};

static void packets_are_taken_apart(void **state)
{
    static const struct parsed cases[] = {
        { "0", SOCKETIO_CONNECT, 0, "/", false, 0, "" },
        { "0{\"sid\":\"x\"}", SOCKETIO_CONNECT, 0, "/", false, 0, "{\"sid\":\"x\"}" },
        { "0/admin,{}", SOCKETIO_CONNECT, 0, "/admin", false, 0, "{}" },
        { "1", SOCKETIO_DISCONNECT, 0, "/", false, 0, "" },
        { "1/admin", SOCKETIO_DISCONNECT, 0, "/admin", false, 0, "" },
        { "1/admin,", SOCKETIO_DISCONNECT, 0, "/admin", false, 0, "" },
        { "2[\"a\"]", SOCKETIO_EVENT, 0, "/", false, 0, "[\"a\"]" },
        { "2/x,12[\"a\",1]", SOCKETIO_EVENT, 0, "/x", true, 12, "[\"a\",1]" },
        { "30[]", SOCKETIO_ACK, 0, "/", true, 0, "[]" },
        { "318446744073709551615[]", SOCKETIO_ACK, 0, "/", true, UINT64_MAX, "[]" },
        { "4{\"message\":\"no\"}", SOCKETIO_CONNECT_ERROR, 0, "/", false, 0,
          "{\"message\":\"no\"}" },
        { "51-[\"a\",{\"_placeholder\":true,\"num\":0}]", SOCKETIO_BINARY_EVENT, 1, "/", false, 0,
          "[\"a\",{\"_placeholder\":true,\"num\":0}]" },
        { "62-/x,7[]", SOCKETIO_BINARY_ACK, 2, "/x", true, 7, "[]" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct socketio_packet packet;
        assert_true(socketio_parse(cases[i].text, strlen(cases[i].text), &packet));
        assert_int_equal(packet.type, cases[i].type);
        assert_int_equal(packet.attachments, cases[i].attachments);
        assert_true(socketio_equals(&packet.namespace, cases[i].namespace));
        assert_int_equal(packet.has_id, cases[i].has_id);
        assert_int_equal(packet.id, cases[i].id);
        assert_true(socketio_equals(&packet.data, cases[i].data));
    }
}

static void what_is_no_packet_is_refused(void **state)
{
    static const char *const cases[] = {
        "",
        "7[]",
        "x",
        "2",
        "2{}",
        "2[\"half",
        "2/x",
        "2/x[\"a\"]",
        "3[]",
        "5[\"a\"]",
        "5-[]",
        "51[\"a\"]",
        "51001-[]",
        "51-",
        "6[]",
        "012{}",
        "1{}",
        "0[]",
        "4[]",
        "218446744073709551616[\"a\"]",
        "51-x[\"a\"]",
        "0/admin",
        "2[",
        "4\"text\"",
    };
    struct socketio_packet packet;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_false(socketio_parse(cases[i], strlen(cases[i]), &packet));
    }
}

static void an_event_has_a_name(void **state)
{
    static const struct {
        const char *text;
        const char *name; /* NULL: it has none */
    } cases[] = {
        { "2[\"new_message\",{\"a\":1}]", "new_message" },
        { "2[\"alone\"]", "alone" },
        { "2[\"\"]", "" },
        { "2[\"with \\\"quote\\\"\",1]", "with \\\"quote\\\"" },
        { "2[]", NULL },
        { "2[1]", NULL },
        { "2[\"no end]", NULL },
        { "2[\"a\"1]", NULL },
        { "2[ \"blank\"]", NULL },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct socketio_packet packet;
        struct socketio_text name;
        assert_true(socketio_parse(cases[i].text, strlen(cases[i].text), &packet));
        bool has = socketio_event_name(&packet, &name);
        assert_int_equal(has, cases[i].name != NULL);
        assert_true(!has || socketio_equals(&name, cases[i].name));
    }
}

static void the_strings_of_a_text_come_in_their_order(void **state)
{
    static const char json[] = "[\"a\",{\"k\":[\"x\\\"y\",1],\"\":\"z\"}]";
    static const char *const wanted[] = { "a", "k", "x\\\"y", "", "z" };
    const struct socketio_text text = { json, sizeof json - 1 };
    const struct socketio_text open_end = { "[\"a\",\"b", 7 };
    struct socketio_text string;
    size_t at = 0;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        assert_true(socketio_next_string(&text, &at, &string));
        assert_true(socketio_equals(&string, wanted[i]));
    }
    assert_false(socketio_next_string(&text, &at, &string));
    at = 0;
    assert_true(socketio_next_string(&open_end, &at, &string));
    assert_false(socketio_next_string(&open_end, &at, &string));
}

static void what_is_written_reads_back(void **state)
{
    struct strbuf out = STRBUF_INIT;
    struct socketio_packet packet;
    (void)state;
    socketio_write_connect("{\"token\":\"t\"}", &out);
    assert_string_equal(strbuf_text(&out), "40{\"token\":\"t\"}");
    strbuf_clear(&out);
    socketio_write_connect(NULL, &out);
    assert_string_equal(strbuf_text(&out), "40");
    strbuf_clear(&out);
    socketio_write_event("typing \"start\"", "{\"a\":1}", &out);
    assert_string_equal(strbuf_text(&out), "42[\"typing \\\"start\\\"\",{\"a\":1}]");
    strbuf_clear(&out);
    socketio_write_event_with_id("ask", NULL, 17, &out);
    assert_string_equal(strbuf_text(&out), "4217[\"ask\"]");
    assert_true(socketio_parse(out.data + 1, out.len - 1, &packet));
    assert_int_equal(packet.id, 17);
    strbuf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_are_taken_apart),
        cmocka_unit_test(what_is_no_packet_is_refused),
        cmocka_unit_test(an_event_has_a_name),
        cmocka_unit_test(the_strings_of_a_text_come_in_their_order),
        cmocka_unit_test(what_is_written_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
