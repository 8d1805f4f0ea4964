#include "backend/socket_limits.h"

#include "tests/unit/test.h"

static const struct socket_room usual = { .descriptors = 20000, .ports = 28232 };

static void what_fits_is_allowed_and_the_rest_is_told_what_to_raise(void **state)
{
    static const struct {
        uint64_t connections;
        uint64_t others;
        bool on_loopback;
        enum err wanted;
        bool spread;
        const char *says;
    } cases[] = {
        { 200, 0, false, ERR_OK, false, "" },
        { 14116, 0, false, ERR_OK, false, "" },
        { 14117, 0, true, ERR_OK, true, "" },
        { 14117, 0, false, ERR_USAGE, true, "ip_local_port_range" },
        { 19900, 0, true, ERR_OK, true, "" },
        { 19936, 0, true, ERR_OK, true, "" },
        { 19937, 0, true, ERR_USAGE, true, "ulimit -Hn 20001" },
        { 19900, 100, true, ERR_USAGE, true, "19836 connections at most (--vus)" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err_msg msg = { "" };
        bool spread = false;
        assert_int_equal(socket_limits_check(&usual, cases[i].connections, cases[i].others,
                                             cases[i].on_loopback, &spread, &msg),
                         cases[i].wanted);
        assert_int_equal(spread, cases[i].spread);
        assert_non_null(strstr(msg.text, cases[i].says));
    }
}

static void too_few_ports_for_all_addresses_are_told(void **state)
{
    const struct socket_room narrow = { .descriptors = 1000000, .ports = 100 };
    struct err_msg msg = { "" };
    bool spread = false;
    (void)state;
    assert_int_equal(socket_limits_check(&narrow, 10000, 0, true, &spread, &msg), ERR_OK);
    assert_int_equal(socket_limits_check(&narrow, 10001, 0, true, &spread, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "200 source addresses"));
}

static void the_machine_is_read(void **state)
{
    struct socket_room room;
    (void)state;
    socket_limits_read(&room);
    assert_true(room.descriptors >= 256);
    assert_true(room.ports >= 1000 && room.ports <= 65535);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_is_allowed_and_the_rest_is_told_what_to_raise),
        cmocka_unit_test(too_few_ports_for_all_addresses_are_told),
        cmocka_unit_test(the_machine_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
