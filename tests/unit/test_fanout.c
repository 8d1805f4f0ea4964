#include "backend/fanout.h"

#include "tests/unit/test.h"

#define MS UINT64_C(1000000)

static const struct fanout_plan plan = { .receivers = 130,
                                         .late_ns = 100 * MS,
                                         .window_ns = 1000 * MS };

/* Sent at 1 ms into a room, expected at receivers 0 to 9. */
static void send_to_ten(struct fanout *fanout, uint64_t serial, const char *room)
{
    struct fanout_message *message = fanout_send(fanout, serial, room, MS);
    for (uint32_t i = 0; i < 10; i++) {
        fanout_expect(fanout, message, i);
    }
}

static void every_delivery_has_its_place_in_the_count(void **state)
{
    struct fanout *fanout = fanout_new(&plan);
    (void)state;
    send_to_ten(fanout, 5, "r");
    fanout_taken(fanout, 5);
    for (uint32_t i = 0; i < 8; i++) {
        fanout_deliver(fanout, 5, i, 5, (2 + i) * MS); /* 1 to 8 ms */
    }
    fanout_deliver(fanout, 5, 8, 5, 301 * MS);  /* late */
    fanout_deliver(fanout, 5, 3, 5, 302 * MS);  /* again */
    fanout_deliver(fanout, 5, 3, 5, 303 * MS);  /* and again */
    fanout_deliver(fanout, 5, 77, 5, 304 * MS); /* not expected */
    fanout_deliver(fanout, 6, 1, 6, 305 * MS);  /* no such message */
    fanout_close(fanout, 1000 * MS);
    assert_int_equal(fanout_totals(fanout)->messages, 0); /* the window is still open */
    fanout_close(fanout, 1001 * MS);
    fanout_deliver(fanout, 5, 9, 5, 1002 * MS); /* lost, whatever comes now */
    const struct fanout_totals *totals = fanout_totals(fanout);
    assert_int_equal(totals->messages, 1);
    assert_int_equal(totals->expected, 10);
    assert_int_equal(totals->delivered, 9);
    assert_int_equal(totals->late, 1);
    assert_int_equal(totals->lost, 1);
    assert_int_equal(totals->duplicates, 2);
    assert_int_equal(totals->unexpected, 1);
    assert_int_equal(totals->unknown, 1);
    assert_int_equal(totals->after_window, 1);
    assert_int_equal(totals->order_violations, 0);
    const struct fanout_times *times = fanout_times(fanout);
    assert_true(histogram_max(&times->first_ns).value == (double)MS);
    assert_true(histogram_max(&times->median_ns).value == (double)(5 * MS));
    assert_true(histogram_max(&times->last_ns).at_least);
    assert_true(histogram_max(&times->p99_ns).at_least);
    assert_int_equal(histogram_samples(&times->all_ns), 10);
    assert_int_equal(histogram_censored(&times->all_ns), 1);
    fanout_free(fanout);
}

static void the_sender_is_apart(void **state)
{
    struct fanout *fanout = fanout_new(&plan);
    struct fanout_message *message = fanout_send(fanout, 1, "r", MS);
    (void)state;
    fanout_expect(fanout, message, 0);
    fanout_sender(fanout, message, 128);
    fanout_sender(fanout, message, 129);
    fanout_taken(fanout, 1);
    fanout_deliver(fanout, 1, 129, 1, 4 * MS);
    fanout_deliver(fanout, 1, 128, 1, 9 * MS);
    fanout_deliver(fanout, 1, 128, 1, 9 * MS);
    fanout_finish(fanout);
    assert_int_equal(fanout_totals(fanout)->expected, 1);
    assert_int_equal(fanout_totals(fanout)->delivered, 0);
    assert_int_equal(fanout_totals(fanout)->duplicates, 1);
    assert_int_equal(histogram_samples(&fanout_times(fanout)->sender_ns), 1);
    assert_true(histogram_max(&fanout_times(fanout)->sender_ns).value == (double)(3 * MS));
    fanout_free(fanout);
}

static void order_is_kept_by_receiver_and_room(void **state)
{
    struct fanout *fanout = fanout_new(&plan);
    (void)state;
    for (uint64_t serial = 1; serial <= 4; serial++) {
        send_to_ten(fanout, serial, serial < 4 ? "a" : "b");
    }
    fanout_deliver(fanout, 2, 0, 20, 2 * MS);
    fanout_deliver(fanout, 1, 0, 10, 3 * MS); /* behind a later one */
    fanout_deliver(fanout, 3, 0, 30, 4 * MS);
    fanout_deliver(fanout, 4, 0, 5, 5 * MS);  /* another room */
    fanout_deliver(fanout, 1, 1, 10, 6 * MS); /* another receiver */
    fanout_deliver(fanout, 2, 0, 20, 7 * MS); /* the same again is no matter of order */
    assert_int_equal(fanout_totals(fanout)->order_violations, 1);
    assert_int_equal(fanout_totals(fanout)->duplicates, 1);
    fanout_free(fanout);
}

static void what_was_not_taken_is_not_judged(void **state)
{
    struct fanout *fanout = fanout_new(&plan);
    (void)state;
    send_to_ten(fanout, 1, "r"); /* refused */
    send_to_ten(fanout, 2, "r"); /* no answer until the end */
    send_to_ten(fanout, 3, "r"); /* answered after its window */
    fanout_withdraw(fanout, 1);
    fanout_deliver(fanout, 1, 0, 1, 2 * MS);
    fanout_deliver(fanout, 3, 0, 3, 2 * MS);
    fanout_close(fanout, 5000 * MS);
    assert_int_equal(fanout_totals(fanout)->withdrawn, 1);
    fanout_taken(fanout, 3);
    fanout_finish(fanout);
    assert_int_equal(fanout_totals(fanout)->withdrawn, 2);
    assert_int_equal(fanout_totals(fanout)->messages, 1);
    assert_int_equal(fanout_totals(fanout)->expected, 10);
    assert_int_equal(fanout_totals(fanout)->lost, 9);
    fanout_free(fanout);
}

static void whom_we_take_away_is_excused_and_whom_the_server_drops_is_not(void **state)
{
    struct fanout *fanout = fanout_new(&plan);
    (void)state;
    send_to_ten(fanout, 1, "r");
    fanout_taken(fanout, 1);
    fanout_deliver(fanout, 1, 0, 1, 2 * MS);
    fanout_excuse(fanout, 0, 3 * MS); /* has it already */
    fanout_excuse(fanout, 1, 3 * MS);
    fanout_excuse(fanout, 1, 4 * MS);
    fanout_excuse(fanout, 50, 4 * MS); /* was not expected */
    fanout_finish(fanout);
    assert_int_equal(fanout_totals(fanout)->expected, 9);
    assert_int_equal(fanout_totals(fanout)->delivered, 1);
    assert_int_equal(fanout_totals(fanout)->lost, 8);
    fanout_free(fanout);
}

/* Behind a post that waits for its answer the judging waits too. */
static void what_was_due_before_we_took_the_receiver_away_is_lost(void **state)
{
    struct fanout *fanout = fanout_new(&plan);
    (void)state;
    send_to_ten(fanout, 1, "r");
    send_to_ten(fanout, 2, "r");
    fanout_taken(fanout, 2);
    fanout_close(fanout, 1500 * MS);
    for (uint32_t i = 0; i < 10; i++) {
        fanout_excuse(fanout, i, i < 4 ? 1000 * MS : 1001 * MS);
    }
    fanout_taken(fanout, 1);
    fanout_finish(fanout);
    assert_int_equal(fanout_totals(fanout)->expected, 12);
    assert_int_equal(fanout_totals(fanout)->lost, 12);
    fanout_free(fanout);
}

static void thousands_of_messages_are_found_again(void **state)
{
    struct fanout *fanout = fanout_new(&plan);
    (void)state;
    for (uint64_t serial = 0; serial < 3000; serial++) {
        send_to_ten(fanout, serial * 7, "r");
        fanout_taken(fanout, serial * 7);
    }
    for (uint64_t serial = 0; serial < 3000; serial++) {
        fanout_deliver(fanout, serial * 7, 4, serial, 3 * MS);
    }
    fanout_finish(fanout);
    assert_int_equal(fanout_totals(fanout)->delivered, 3000);
    assert_int_equal(fanout_totals(fanout)->unknown, 0);
    fanout_free(fanout);
}

static void a_mark_is_the_runs_name_and_a_number(void **state)
{
    static const struct {
        const char *text;
        bool found;
        uint64_t serial;
    } cases[] = {
        { "load 1234abcd 17", true, 17 },
        { "1234abcd 0 more", true, 0 },
        { "1234abcd18446744073709551616", false, 0 },
        { "1234abcd 18446744073709551616", false, 0 },
        { "1234abcd x", false, 0 },
        { "1234abcd ", false, 0 },
        { "1234abcd", false, 0 },
        { "1234abce 5", false, 0 },
        { "", false, 0 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t serial = 0;
        assert_int_equal(
            fanout_find_mark(cases[i].text, strlen(cases[i].text), "1234abcd", &serial),
            cases[i].found);
        assert_int_equal(serial, cases[i].serial);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_delivery_has_its_place_in_the_count),
        cmocka_unit_test(the_sender_is_apart),
        cmocka_unit_test(order_is_kept_by_receiver_and_room),
        cmocka_unit_test(what_was_not_taken_is_not_judged),
        cmocka_unit_test(whom_we_take_away_is_excused_and_whom_the_server_drops_is_not),
        cmocka_unit_test(what_was_due_before_we_took_the_receiver_away_is_lost),
        cmocka_unit_test(thousands_of_messages_are_found_again),
        cmocka_unit_test(a_mark_is_the_runs_name_and_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
