/* The collectors of messages that arrive: made in the page, and posted by others. */
#include "tests/unit/fake_chat.h"
#include "tests/unit/scoring.h"

#include "cdp/collect/sockets.h"

#define CPU(seconds) "'before':{'ThreadTime':1},'after':{'ThreadTime':" seconds "}"

#define TRAFFIC(due, accepted, limited, failure, arrived, requests)                                \
    "{'seconds':5,'traffic':{'due':" due ",'accepted':" accepted ",'limited':" limited             \
    ",'last_failure':" failure ",'arrived':" arrived ",'requests':" requests                       \
    "},'end':{'times':[0,40,80,120]}," CPU("2.5") "}"

static void ten_arriving_messages_cost_what_the_thread_says(void **state)
{
    (void)state;
    struct samples samples =
        score(&collector_arrivals,
              "{'arrivals':{'sockets':1,'sent':10,'mutations':30}," CPU("1.25") "}", 200.0);
    expect(&samples, "arriving_ms", 250.0);
    samples_release(&samples);
}

static void messages_that_reach_nobody_have_no_cost(void **state)
{
    (void)state;
    static const struct {
        const char *readings;
        const char *words;
    } cases[] = {
        { "{'arrivals':{'sockets':0,'sent':0,'mutations':0}," CPU("1.25") "}", "no open socket" },
        { "{'arrivals':{'sockets':1,'sent':10,'mutations':0}," CPU("1.25") "}", "did not react" },
        { "{'arrivals':{'sockets':1,'sent':10,'mutations':2}," CPU("1.25") "}", "did not react" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct samples samples = score(&collector_arrivals, cases[i].readings, 200.0);
        expect_none(&samples, "arriving_ms", cases[i].words);
        samples_release(&samples);
    }
}

static void live_figures_are_for_a_message_that_arrived(void **state)
{
    (void)state;
    struct samples samples =
        score(&collector_live, TRAFFIC("50", "50", "0", "null", "50", "350"), 10.0);
    expect(&samples, "live_fps", 25.0);
    expect(&samples, "live_ms", 30.0);
    expect(&samples, "live_requests", 7.0);
    expect(&samples, "live_per_s", 10.0);
    samples_release(&samples);
}

static void traffic_that_was_not_there_is_no_data_with_the_reason(void **state)
{
    (void)state;
    static const struct {
        const char *readings;
        const char *words;
    } cases[] = {
        { TRAFFIC("50", "30", "0", "null", "30", "9"), "accepted 30 of 50 messages" },
        { TRAFFIC("50", "30", "20", "'HTTP status 429'", "30", "9"), "RATELIMIT_ENABLED=false" },
        { TRAFFIC("50", "0", "0", "'connect: refused'", "0", "9"), "connect: refused" },
        { TRAFFIC("50", "50", "0", "null", "0", "9"), "told of none" },
        { "{}", "accepted 0 of 0" },
    };
    static const char *const names[] = { "live_fps", "live_ms", "live_requests", "live_per_s" };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct samples samples = score(&collector_live, cases[i].readings, 10.0);
        for (size_t k = 0; k < COUNT_OF(names); k++) {
            expect_none(&samples, names[k], cases[i].words);
        }
        samples_release(&samples);
    }
}

/* A poster that only counts, for a page that is told of its messages by events. */
struct fake_poster {
    struct live_tally tally;
    unsigned starts;
    unsigned stops;
};

static enum err fake_begin(void *arg, struct loop *loop, struct err_msg *msg)
{
    struct fake_poster *poster = arg;
    (void)loop;
    (void)msg;
    poster->starts++;
    return ERR_OK;
}

static void fake_end(void *arg)
{
    ((struct fake_poster *)arg)->stops++;
}

static const struct live_tally *fake_tally(void *arg)
{
    return &((struct fake_poster *)arg)->tally;
}

#define FRAME(text)                                                                                \
    CHAT_EVENT("Network.webSocketFrameReceived", "{'response':{'payloadData':'" text "'}}")
#define ASKS(method, url)                                                                          \
    CHAT_EVENT("Network.requestWillBeSent",                                                        \
               "{'requestId':'x','request':{'method':'" method "','url':'" url "'}}")

static void the_page_is_watched_while_others_post_and_the_poster_is_stopped(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct fake_poster fake = { .tally = { .due = 2, .posted = 2, .accepted = 2 } };
    struct live_poster poster = { &fake, fake_begin, fake_end, fake_tally };
    struct live_plan plan = { .per_s = 10, .conversation = "c1", .poster = &poster };
    struct err_msg msg = { "" };
    chat_open(
        &chat,
        CHAT_SCRIPT(
            "Scrolls the visible list to its newest",
            "{'found':false}") ",{'when':'Starts counting animation frames while',"
                               "'result':{'result':{'value':true}},'later':[" FRAME("42[new_message,c1]") "," FRAME("42[new_message,c2]") "," FRAME("42[typing,c1]") "," FRAME("42[new_message,c1]") "," ASKS(
                                   "GET",
                                   "https://api.example.com/api/v1/conversations/") "," ASKS("OPTIONS",
                                                                                             "https://api.example.com/api/v1/conversations/") "," ASKS("GET",
                                                                                                                                                       "http://localhost:3000/x.png") "]},"
                                                                                                                                                                                      "{'when':'getMetrics','result':{'metrics':[]}}," CHAT_SCRIPT(
                                                                                                                                                                                          "Ends what live_begin.js started",
                                                                                                                                                                                          "{'times':[0,16]}"));
    chat.profile.live_event = "new_message";
    chat.journey.api_origin =
        "https://api.example.com"; /* not the profile's: no rules lead there */
    struct collect_context context = { .journey = &chat.journey, .live = &plan };
    cJSON *raw = json_new_object();
    assert_int_equal(collector_live.gather(&context, raw, &msg), ERR_OK);
    assert_int_equal(fake.starts, 1);
    assert_int_equal(fake.stops, 1);
    assert_true(fabs(json_number(raw, "traffic.arrived", 0.0) - 2.0) < 1e-9);
    assert_true(fabs(json_number(raw, "traffic.requests", 0.0) - 1.0) < 1e-9);
    assert_true(json_number(raw, "seconds", 0.0) >= LIVE_WINDOW_MS / 1000.0);
    cJSON_Delete(raw);
    chat_close(&chat);
}

static void the_heap_is_only_searched_when_no_known_socket_is_open(void **state)
{
    (void)state;
    static const struct {
        const char *known;
        enum err want;
    } cases[] = { { "1", ERR_OK }, { "0", ERR_PROTOCOL } };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fake_chat chat;
        struct err_msg msg = { "" };
        char *rules =
            mem_format("{'when':'How many of the app','result':{'result':{'value':%s}}},"
                       "{'when':'WebSocket.prototype','result':{'result':{'objectId':'o1'}}},"
                       "{'when':'queryObjects','error':'the heap was searched'}",
                       cases[i].known);
        chat_open(&chat, rules);
        free(rules);
        assert_int_equal(sockets_find(chat.page, "/socket.io/", &msg), cases[i].want);
        if (cases[i].want != ERR_OK) {
            assert_non_null(strstr(msg.text, "the heap was searched"));
        }
        chat_close(&chat);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_arriving_messages_cost_what_the_thread_says),
        cmocka_unit_test(messages_that_reach_nobody_have_no_cost),
        cmocka_unit_test(live_figures_are_for_a_message_that_arrived),
        cmocka_unit_test(traffic_that_was_not_there_is_no_data_with_the_reason),
        cmocka_unit_test(the_heap_is_only_searched_when_no_known_socket_is_open),
        cmocka_unit_test(the_page_is_watched_while_others_post_and_the_poster_is_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
