#include "backend/engineio.h"

#include "tests/unit/test.h"

static void frames_are_told_apart_by_their_first_character(void **state)
{
    static const struct {
        const char *frame;
        bool valid;
        enum engineio_type type;
        const char *data;
    } cases[] = {
        { "0{}", true, ENGINEIO_OPEN, "{}" },     { "1", true, ENGINEIO_CLOSE, "" },
        { "2", true, ENGINEIO_PING, "" },         { "2probe", true, ENGINEIO_PING, "probe" },
        { "3", true, ENGINEIO_PONG, "" },         { "42[]", true, ENGINEIO_MESSAGE, "2[]" },
        { "5", true, ENGINEIO_UPGRADE, "" },      { "6", true, ENGINEIO_NOOP, "" },
        { "", false, ENGINEIO_OPEN, "" },         { "7", false, ENGINEIO_OPEN, "" },
        { "b4AQ==", false, ENGINEIO_OPEN, "" },   { "-1", false, ENGINEIO_OPEN, "" },
        { "\xff\xff", false, ENGINEIO_OPEN, "" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct engineio_packet packet;
        size_t bytes = strlen(cases[i].frame);
        assert_int_equal(engineio_parse(cases[i].frame, bytes, &packet), cases[i].valid);
        if (cases[i].valid) {
            assert_int_equal(packet.type, cases[i].type);
            assert_int_equal(packet.bytes, strlen(cases[i].data));
            assert_memory_equal(packet.data, cases[i].data, packet.bytes);
        }
    }
}

static void the_open_packet_must_say_how_the_connection_lives(void **state)
{
    static const struct {
        const char *json;
        bool valid;
        uint32_t interval_ms;
        uint32_t timeout_ms;
        uint64_t payload;
    } cases[] = {
        { "{\"sid\":\"x\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":120000,"
          "\"maxPayload\":1000000}",
          true, 25000, 120000, 1000000 },
        { "{\"sid\":\"x\",\"pingInterval\":300,\"pingTimeout\":200}", true, 300, 200, 0 },
        { "{\"sid\":\"x\",\"pingInterval\":25000}", false, 0, 0, 0 },
        { "{\"pingInterval\":25000,\"pingTimeout\":20000}", false, 0, 0, 0 },
        { "{\"sid\":\"x\",\"pingInterval\":0,\"pingTimeout\":20000}", false, 0, 0, 0 },
        { "{\"sid\":\"x\",\"pingInterval\":1e99,\"pingTimeout\":20000}", false, 0, 0, 0 },
        { "{\"sid\":\"x\",\"pingInterval\":\"25000\",\"pingTimeout\":20000}", false, 0, 0, 0 },
        { "{\"sid\":\"x\",\"pingInterval\":1,\"pingTimeout\":1} more", false, 0, 0, 0 },
        { "[]", false, 0, 0, 0 },
        { "{nonsense", false, 0, 0, 0 },
        { "", false, 0, 0, 0 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct engineio_open open = { 0, 0, 0 };
        bool valid = engineio_parse_open(cases[i].json, strlen(cases[i].json), &open);
        assert_int_equal(valid, cases[i].valid);
        assert_int_equal(open.ping_interval_ms, cases[i].interval_ms);
        assert_int_equal(open.ping_timeout_ms, cases[i].timeout_ms);
        assert_int_equal(open.max_payload, cases[i].payload);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_told_apart_by_their_first_character),
        cmocka_unit_test(the_open_packet_must_say_how_the_connection_lives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
