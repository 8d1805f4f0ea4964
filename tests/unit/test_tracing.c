#include "tests/unit/fake_chat.h"

#include "cdp/collect/tracing.h"

static const char *const categories[] = { "frames", "input", NULL };

#define COMPLETE(fields)                                                                           \
    "{'when':'Tracing.end','later':[{'method':'Tracing.tracingComplete','params':{" fields "}}]}"
/* "whole" and " trace" in base64. */
#define PIECES                                                                                     \
    "{'when':'IO.read','times':1,'result':{'base64Encoded':true,'data':'d2hvbGU=','eof':false}},"  \
    "{'when':'IO.read','times':1,'result':{'base64Encoded':true,'data':'IHRyYWNl','eof':true}}"

/* Records nothing and saves it. */
static enum err save(struct fake_chat *chat, const char *path, struct err_msg *msg)
{
    struct tracing *tracing = NULL;
    assert_int_equal(tracing_start(chat->session, categories, &tracing, msg), ERR_OK);
    return tracing_save(tracing, path, msg);
}

static void the_trace_is_fetched_piece_by_piece_and_saved_as_it_is(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    struct strbuf text = STRBUF_INIT;
    chat_open(&chat, COMPLETE("'dataLossOccurred':false,'stream':'s1'") "," PIECES);
    char *path = file_join(chat.peer.dir, "trace");
    assert_int_equal(save(&chat, path, &msg), ERR_OK);
    assert_int_equal(file_read(path, 100, &text, &msg), ERR_OK);
    assert_string_equal(strbuf_text(&text), "whole trace");
    strbuf_release(&text);
    free(path);
    chat_close(&chat);
}

static void a_trace_that_is_none_is_an_error_and_no_file(void **state)
{
    (void)state;
    static const struct {
        const char *rules;
        enum err err;
        const char *words;
    } cases[] = {
        { COMPLETE("'dataLossOccurred':false"), ERR_PROTOCOL, "in no stream" },
        { COMPLETE("'dataLossOccurred':false,'stream':'s1'") ","
                                                             "{'when':'IO.read','result':{'data':"
                                                             "'?','eof':true}}",
          ERR_FORMAT, "no base64" },
        { COMPLETE("'stream':'s1'") ",{'when':'IO.read','result':{'eof':true}}", ERR_FORMAT,
          "no base64" },
        { COMPLETE("'stream':'s1'") ",{'when':'IO.read','error':'no such stream'}", ERR_PROTOCOL,
          "no such stream" },
        { "{'when':'Tracing.end','error':'Tracing is not started'}", ERR_PROTOCOL, "not started" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fake_chat chat;
        struct err_msg msg = { "" };
        chat_open(&chat, cases[i].rules);
        char *path = file_join(chat.peer.dir, "trace");
        assert_int_equal(save(&chat, path, &msg), cases[i].err);
        if (strstr(msg.text, cases[i].words) == NULL) {
            fail_msg("case %zu: \"%s\"", i, msg.text);
        }
        assert_false(file_exists(path));
        free(path);
        chat_close(&chat);
    }
}

static void a_trace_with_a_loss_is_kept_and_gives_no_data(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    chat_open(&chat, COMPLETE("'dataLossOccurred':true,'stream':'s1'") "," PIECES);
    char *path = file_join(chat.peer.dir, "trace");
    assert_int_equal(save(&chat, path, &msg), ERR_NO_DATA);
    assert_non_null(strstr(msg.text, "lost a part"));
    assert_true(file_exists(path));
    free(path);
    chat_close(&chat);
}

static void a_browser_that_does_not_trace_is_said(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    struct tracing *tracing = NULL;
    chat_open(&chat, "{'when':'Tracing.start','error':'Tracing has already been started'}");
    assert_int_equal(tracing_start(chat.session, categories, &tracing, &msg), ERR_PROTOCOL);
    assert_non_null(strstr(msg.text, "already been started"));
    chat_close(&chat);
}

static void a_lost_browser_ends_the_wait_for_its_trace(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    struct tracing *tracing = NULL;
    chat_open(&chat, "{'when':'Tracing.end','close':true}");
    assert_int_equal(tracing_start(chat.session, categories, &tracing, &msg), ERR_OK);
    assert_int_equal(tracing_save(tracing, "/nowhere", &msg), ERR_CLOSED);
    chat_close(&chat);
}

static void a_trace_that_is_dropped_makes_room_for_the_next(void **state)
{
    (void)state;
    struct fake_chat chat;
    struct err_msg msg = { "" };
    struct tracing *tracing = NULL;
    chat_open(&chat, COMPLETE("'dataLossOccurred':false,'stream':'s1'") "," PIECES "," PIECES);
    char *path = file_join(chat.peer.dir, "trace");
    assert_int_equal(tracing_start(chat.session, categories, &tracing, &msg), ERR_OK);
    tracing_drop(tracing);
    tracing_drop(NULL);
    assert_int_equal(save(&chat, path, &msg), ERR_OK);
    free(path);
    chat_close(&chat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_trace_is_fetched_piece_by_piece_and_saved_as_it_is),
        cmocka_unit_test(a_trace_that_is_none_is_an_error_and_no_file),
        cmocka_unit_test(a_trace_with_a_loss_is_kept_and_gives_no_data),
        cmocka_unit_test(a_browser_that_does_not_trace_is_said),
        cmocka_unit_test(a_lost_browser_ends_the_wait_for_its_trace),
        cmocka_unit_test(a_trace_that_is_dropped_makes_room_for_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
