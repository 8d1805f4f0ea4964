/* What a load does to a browser: paired changes with their intervals, and a message's way to its
 * bubble, on numbers that were worked out by hand. */
#include "tests/unit/test.h"

#include <math.h>
#include <string.h>

#include "metrics/pair.h"

static cJSON *parse(const char *text)
{
    struct err_msg msg = { "" };
    cJSON *json = NULL;
    if (json_parse(text, strlen(text), "test", &json, &msg) != ERR_OK) {
        fail_msg("%s", msg.text);
    }
    return json;
}

static void assert_near(double got, double want)
{
    if (!(fabs(got - want) <= 1e-6 * fmax(1.0, fabs(want)))) {
        fail_msg("got %.12g, want %.12g", got, want);
    }
}

static void the_change_is_the_mean_of_the_differences_with_students_interval(void **state)
{
    (void)state;
    /* Differences 2, 4, 6: mean 4, deviation 2, t(0.975, 2) = 4.302653. */
    static const double idle[] = { 10, 20, 30 };
    static const double loaded[] = { 12, 24, 36 };
    struct pair_change change;
    pair_change(idle, loaded, 3, &change);
    assert_int_equal(change.pairs, 3);
    assert_near(change.idle, 20);
    assert_near(change.loaded, 24);
    assert_near(change.change, 4);
    assert_true(change.has_interval);
    assert_near(change.low, 4 - 4.302652729911 * 2 / sqrt(3.0));
    assert_near(change.high, 4 + 4.302652729911 * 2 / sqrt(3.0));
}

static void a_pair_that_lacks_a_side_is_left_out(void **state)
{
    (void)state;
    const double nan = (double)NAN;
    const double idle[] = { 10, nan, 30, 5 };
    const double loaded[] = { 12, 24, nan, (double)INFINITY };
    struct pair_change change;
    pair_change(idle, loaded, 4, &change);
    assert_int_equal(change.pairs, 1);
    assert_near(change.change, 2);
    assert_false(change.has_interval);
    pair_change(idle + 1, loaded + 1, 2, &change);
    assert_int_equal(change.pairs, 0);
    assert_true(isnan(change.change));
}

static void a_mark_is_found_wherever_it_stands_whole(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool want;
        size_t number;
    } cases[] = {
        { "pair-1a-7- how long", true, 7 },
        { "42[\"new_message\",{\"content\":\"pair-1a-120- x\"}]", true, 120 },
        { "pair-1a- pair-1a-3-", true, 3 },
        { "ppair-1a-0-", true, 0 },
        { "pair-1a-pair-1a-5-", true, 5 },
        { "pair-1a-7", false, 0 },
        { "pair-1a-", false, 0 },
        { "pair-1a", false, 0 },
        { "pair-1a-x-", false, 0 },
        { "pair-1b-7-", false, 0 },
        { "pair-1a--7-", false, 0 },
        { "pair-1a-9999999999999999999999-", false, 0 },
        { "", false, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t number = 0;
        bool found = pair_find_mark(cases[i].text, strlen(cases[i].text), "pair-1a", &number);
        if (found != cases[i].want || (found && number != cases[i].number)) {
            fail_msg("%s: %d, %zu", cases[i].text, found, number);
        }
    }
}

static void a_text_that_is_cut_holds_no_mark(void **state)
{
    (void)state;
    static const char text[] = "pair-1a-12-";
    for (size_t bytes = 0; bytes < strlen(text); bytes++) {
        size_t number = 0;
        assert_false(pair_find_mark(text, bytes, "pair-1a", &number));
    }
    size_t number = 0;
    assert_false(pair_find_mark(text, strlen(text), "", &number));
}

static const char sends[] =
    "[{\"mark\":0,\"sent_s\":100,\"answered_s\":100.200,\"status\":201},"
    "{\"mark\":1,\"sent_s\":101,\"answered_s\":101.300,\"status\":201},"
    "{\"mark\":2,\"sent_s\":102,\"answered_s\":102.100,\"status\":500},"
    "{\"mark\":3,\"sent_s\":103,\"answered_s\":null,\"status\":0},"
    "{\"mark\":4,\"sent_s\":104,\"answered_s\":104.100,\"status\":201,\"broadcast_s\":104.080}]";
static const char seen[] =
    "{\"frames\":[{\"mark\":0,\"received_s\":100.210},{\"mark\":1,\"received_s\":101.250},"
    "{\"mark\":3,\"received_s\":103.500},{\"mark\":4,\"received_s\":104.090}],"
    "\"bubbles\":[{\"mark\":0,\"inserted_s\":100.230,\"made_s\":100.240,\"painted_s\":100.250},"
    "{\"mark\":1,\"inserted_s\":101.260,\"made_s\":101.280,\"painted_s\":null},"
    "{\"mark\":4,\"inserted_s\":104.100,\"made_s\":104.110,\"painted_s\":104.116}]}";

static const cJSON *message(const cJSON *bubbles, double mark)
{
    const cJSON *node = NULL;
    cJSON_ArrayForEach (node, json_at(bubbles, "messages")) {
        if (json_number(node, "mark", -1) == mark) {
            return node;
        }
    }
    return NULL;
}

static void a_messages_way_adds_up_to_its_whole_time(void **state)
{
    (void)state;
    cJSON *posted = parse(sends);
    cJSON *page = parse(seen);
    cJSON *bubbles = pair_bubbles(posted, page);
    const cJSON *node = NULL;
    cJSON_ArrayForEach (node, json_at(bubbles, "messages")) {
        assert_near(json_number(node, "server_ms", 0) + json_number(node, "socket_ms", 0) +
                        json_number(node, "script_ms", 0) + json_number(node, "paint_ms", 0),
                    json_number(node, "total_ms", -1));
    }
    cJSON_Delete(bubbles);
    cJSON_Delete(page);
    cJSON_Delete(posted);
}

static void the_servers_part_ends_where_the_message_is_known_to_have_left_it(void **state)
{
    (void)state;
    cJSON *posted = parse(sends);
    cJSON *page = parse(seen);
    cJSON *bubbles = pair_bubbles(posted, page);
    /* The answer came first. */
    assert_near(json_number(message(bubbles, 0), "server_ms", 0), 200);
    assert_near(json_number(message(bubbles, 0), "socket_ms", 0), 10);
    assert_near(json_number(message(bubbles, 0), "paint_ms", 0), 20);
    /* The frame came before the answer; no paint was told, so the frame's end stands for it. */
    assert_near(json_number(message(bubbles, 1), "server_ms", 0), 250);
    assert_near(json_number(message(bubbles, 1), "socket_ms", -1), 0);
    assert_near(json_number(message(bubbles, 1), "paint_ms", 0), 20);
    assert_false(json_bool(message(bubbles, 1), "painted", true));
    /* The reference socket had it. */
    assert_near(json_number(message(bubbles, 4), "server_ms", 0), 80);
    assert_near(json_number(message(bubbles, 4), "socket_ms", 0), 10);
    cJSON_Delete(bubbles);
    cJSON_Delete(page);
    cJSON_Delete(posted);
}

static void what_was_refused_or_not_seen_is_counted_and_not_timed(void **state)
{
    (void)state;
    cJSON *posted = parse(sends);
    cJSON *page = parse(seen);
    cJSON *bubbles = pair_bubbles(posted, page);
    assert_near(json_number(bubbles, "posted", 0), 5);
    assert_near(json_number(bubbles, "answered", 0), 3);
    assert_near(json_number(bubbles, "refused", 0), 2);
    assert_near(json_number(bubbles, "seen", 0), 3);
    assert_near(json_number(bubbles, "painted", 0), 2);
    assert_int_equal(cJSON_GetArraySize(json_at(bubbles, "messages")), 3);
    cJSON_Delete(bubbles);
    cJSON_Delete(page);
    cJSON_Delete(posted);
}

/* Messages that take 100 ms, of which so many are seen. */
static cJSON *bubbles_of(int posted, int shown)
{
    cJSON *sent = json_new_array();
    cJSON *page = json_new_object();
    cJSON *frames = json_add_array(page, "frames");
    cJSON *bubbles = json_add_array(page, "bubbles");
    for (int i = 0; i < posted; i++) {
        cJSON *node = json_push_object(sent);
        json_add_number(node, "mark", i);
        json_add_number(node, "sent_s", i);
        json_add_number(node, "answered_s", i + 0.05);
        json_add_number(node, "status", 201);
        if (i < shown) {
            node = json_push_object(frames);
            json_add_number(node, "mark", i);
            json_add_number(node, "received_s", i + 0.06);
            node = json_push_object(bubbles);
            json_add_number(node, "mark", i);
            json_add_number(node, "inserted_s", i + 0.08);
            json_add_number(node, "painted_s", i + 0.1);
        }
    }
    cJSON *out = pair_bubbles(sent, page);
    cJSON_Delete(sent);
    cJSON_Delete(page);
    return out;
}

static void the_few_that_were_seen_do_not_speak_for_those_that_were_not(void **state)
{
    (void)state;
    static const struct {
        int posted;
        int shown;
        const char *reason;
    } cases[] = {
        { 10, 10, NULL },
        { 10, 9, NULL },
        { 10, 8, "too few of the posted messages were seen (8 of 10)" },
        { 10, 2, "too few of the posted messages were seen (2 of 10)" },
        { 10, 0, "too few of the posted messages were seen (0 of 10)" },
        { 1, 1, NULL },
        { 1, 0, "too few of the posted messages were seen (0 of 1)" },
        { 100, 90, NULL },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        cJSON *bubbles = bubbles_of(cases[i].posted, cases[i].shown);
        const char *reason = json_text(bubbles, "reason");
        assert_int_equal(cJSON_GetArraySize(json_at(bubbles, "messages")), cases[i].shown);
        if (cases[i].reason == NULL) {
            assert_null(reason);
            assert_near(json_number(bubbles, "medians.bubble_ms", 0), 100);
            assert_near(json_number(bubbles, "total.max", 0), 100);
            assert_int_equal(json_at(bubbles, "total.p95") != NULL, cases[i].shown >= 60);
        } else {
            assert_non_null(reason);
            assert_string_equal(reason, cases[i].reason);
            assert_int_equal(cJSON_GetArraySize(json_at(bubbles, "medians")), 0);
            assert_null(json_at(bubbles, "total"));
        }
        cJSON_Delete(bubbles);
    }
}

static void without_messages_there_are_no_medians(void **state)
{
    (void)state;
    cJSON *bubbles = pair_bubbles(NULL, NULL);
    assert_near(json_number(bubbles, "posted", -1), 0);
    assert_int_equal(cJSON_GetArraySize(json_at(bubbles, "medians")), 0);
    assert_null(json_at(bubbles, "reason"));
    cJSON_Delete(bubbles);
}

static const cJSON *metric(const cJSON *list, const char *name)
{
    const cJSON *node = NULL;
    cJSON_ArrayForEach (node, list) {
        if (strcmp(json_text(node, "name"), name) == 0) {
            return node;
        }
    }
    return NULL;
}

static void a_drift_that_is_linear_in_time_cancels_in_a_block(void **state)
{
    (void)state;
    /* 1 ms more in each phase, and 10 under load. */
    cJSON *phases = parse("[{\"loaded\":false,\"values\":{\"lcp_ms\":100}},"
                          "{\"loaded\":true,\"values\":{\"lcp_ms\":111}},"
                          "{\"loaded\":true,\"values\":{\"lcp_ms\":112}},"
                          "{\"loaded\":false,\"values\":{\"lcp_ms\":103}}]");
    cJSON *metrics = pair_metrics(phases);
    assert_near(json_number(metric(metrics, "lcp_ms"), "pairs", 0), 2);
    assert_near(json_number(metric(metrics, "lcp_ms"), "change", 0), 10);
    assert_non_null(json_text(metric(metrics, "bubble_ms"), "reason"));
    cJSON_Delete(metrics);
    cJSON_Delete(phases);
}

static void a_block_that_was_cut_short_gives_the_pairs_it_has(void **state)
{
    (void)state;
    cJSON *phases = parse("[{\"loaded\":false,\"values\":{\"lcp_ms\":100}},"
                          "{\"loaded\":true,\"values\":{\"lcp_ms\":130}},"
                          "{\"loaded\":true,\"values\":{\"lcp_ms\":140}}]");
    cJSON *metrics = pair_metrics(phases);
    assert_near(json_number(metric(metrics, "lcp_ms"), "pairs", 0), 1);
    assert_near(json_number(metric(metrics, "lcp_ms"), "change", 0), 30);
    assert_null(json_at(metric(metrics, "lcp_ms"), "low"));
    cJSON_Delete(metrics);
    cJSON_Delete(phases);
}

static void phases_in_another_order_are_no_pairs(void **state)
{
    (void)state;
    cJSON *phases = parse("[{\"loaded\":true,\"values\":{\"lcp_ms\":100}},"
                          "{\"loaded\":true,\"values\":{\"lcp_ms\":130}},"
                          "{\"loaded\":false,\"values\":{\"lcp_ms\":140}},7]");
    cJSON *metrics = pair_metrics(phases);
    assert_near(json_number(metric(metrics, "lcp_ms"), "pairs", -1), 0);
    cJSON_Delete(metrics);
    cJSON_Delete(phases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_change_is_the_mean_of_the_differences_with_students_interval),
        cmocka_unit_test(a_pair_that_lacks_a_side_is_left_out),
        cmocka_unit_test(a_mark_is_found_wherever_it_stands_whole),
        cmocka_unit_test(a_text_that_is_cut_holds_no_mark),
        cmocka_unit_test(a_messages_way_adds_up_to_its_whole_time),
        cmocka_unit_test(the_servers_part_ends_where_the_message_is_known_to_have_left_it),
        cmocka_unit_test(what_was_refused_or_not_seen_is_counted_and_not_timed),
        cmocka_unit_test(the_few_that_were_seen_do_not_speak_for_those_that_were_not),
        cmocka_unit_test(without_messages_there_are_no_medians),
        cmocka_unit_test(a_drift_that_is_linear_in_time_cancels_in_a_block),
        cmocka_unit_test(a_block_that_was_cut_short_gives_the_pairs_it_has),
        cmocka_unit_test(phases_in_another_order_are_no_pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
