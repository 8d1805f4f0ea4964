#include "tests/unit/test.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "metrics/trace.h"

static const char *const wanted[] = { "Frame", "Jank", NULL };

/* What the reader handed over: the "n" of each event. */
struct seen {
    char text[200];
    size_t count;
};

static void see(void *arg, const cJSON *event)
{
    struct seen *seen = arg;
    size_t used = strlen(seen->text);
    (void)snprintf(seen->text + used, sizeof seen->text - used, "%s%.0f ", json_text(event, "name"),
                   json_number(event, "n", -1.0));
    seen->count++;
}

/* Reads the text in pieces of that size. */
static enum err read_text(const char *text, size_t piece, struct seen *seen, struct err_msg *msg)
{
    size_t length = strlen(text);
    *seen = (struct seen){ "", 0 };
    *msg = (struct err_msg){ "" };
    struct trace_reader *reader = trace_reader_new(wanted, see, seen);
    for (size_t at = 0; at < length; at += piece) {
        trace_reader_feed(reader, text + at, length - at < piece ? length - at : piece);
    }
    enum err err = trace_reader_end(reader, msg);
    trace_reader_free(reader);
    return err;
}

static const char trace[] =
    "{\"traceEvents\":[\n{\"name\":\"Frame\",\"n\":1,\"args\":{\"deep\":[{\"x\":{}}]}},\n"
    "{\"name\":\"Other\",\"n\":2},{\"cat\":\"Frame\",\"name\":\"Other\",\"n\":3},\n"
    "{\"name\":\"Jank\",\"text\":\"a \\\"brace\\\" } ] and a \\\\\",\"n\":4}],"
    "\"metadata\":{\"list\":[{\"name\":\"Frame\",\"n\":5}],\"name\":\"Frame\"}}\n";

static void wanted_events_come_in_order_whatever_the_pieces(void **state)
{
    (void)state;
    for (size_t piece = 1; piece <= sizeof trace; piece++) {
        struct seen seen;
        struct err_msg msg;
        assert_int_equal(read_text(trace, piece, &seen, &msg), ERR_OK);
        assert_string_equal(seen.text, "Frame1 Jank4 ");
    }
}

static void a_trace_without_events_is_whole(void **state)
{
    (void)state;
    struct seen seen;
    struct err_msg msg;
    assert_int_equal(read_text("{\"traceEvents\":[]}", 5, &seen, &msg), ERR_OK);
    assert_int_equal(seen.count, 0);
}

static void what_is_no_whole_trace_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {
        { "", "cut short" },
        { "nothing", "cut short" },
        { "{\"traceEvents\":[{\"name\":\"Frame\",\"n\":1}", "cut short" },
        { "{\"traceEvents\":[{\"name\":\"Frame\",\"n\":1}]", "cut short" },
        { "{\"traceEvents\":[{\"name\":\"Fra", "cut short" },
        { "{\"traceEvents\":[]}}", "closes more" },
        { "{\"traceEvents\":[{\"name\":\"Frame\",\"n\":}]}", "an event of the trace" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct seen seen;
        struct err_msg msg;
        assert_int_equal(read_text(cases[i].text, 7, &seen, &msg), ERR_FORMAT);
        if (strstr(msg.text, cases[i].words) == NULL) {
            fail_msg("%s: \"%s\"", cases[i].text, msg.text);
        }
    }
}

static void an_event_beyond_the_ceiling_is_refused(void **state)
{
    (void)state;
    struct strbuf text = STRBUF_INIT;
    char *filler = mem_new(LIMIT_TRACE_EVENT_BYTES + 1);
    memset(filler, 'x', LIMIT_TRACE_EVENT_BYTES);
    strbuf_addf(&text, "{\"traceEvents\":[{\"name\":\"Frame\",\"text\":\"%s\"}]}", filler);
    struct seen seen;
    struct err_msg msg;
    assert_int_equal(read_text(text.data, 65536, &seen, &msg), ERR_LIMIT);
    assert_int_equal(seen.count, 0);
    strbuf_release(&text);
    free(filler);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wanted_events_come_in_order_whatever_the_pieces),
        cmocka_unit_test(a_trace_without_events_is_whole),
        cmocka_unit_test(what_is_no_whole_trace_is_refused),
        cmocka_unit_test(an_event_beyond_the_ceiling_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
