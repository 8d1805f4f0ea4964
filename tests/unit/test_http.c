#include "tests/unit/fake_server.h"

#include "backend/http.h"

struct ending {
    struct strbuf body;
    struct http_answer answer;
    char detail[256];
    int endings;
};

static struct fake_server server;

static void on_done(void *arg, const struct http_answer *answer)
{
    struct ending *ending = arg;
    ending->answer = *answer;
    ending->endings++;
    (void)snprintf(ending->detail, sizeof ending->detail, "%s", answer->detail);
}

static void on_body(void *arg, int status, const char *bytes, size_t count)
{
    struct ending *ending = arg;
    (void)status;
    strbuf_add(&ending->body, bytes, count);
}

static bool has_ended(void *arg)
{
    return ((struct ending *)arg)->endings > 0;
}

static bool never(void *arg)
{
    (void)arg;
    return false;
}

static int start_server(void **state)
{
    (void)state;
    server_start(&server);
    return 0;
}

static int stop_server(void **state)
{
    (void)state;
    server_stop(&server);
    return 0;
}

struct asking {
    struct http_client *client;
    struct http_call *call;
    struct ending ending;
};

static void begin(struct asking *asking)
{
    struct err_msg msg = { "" };
    *asking = (struct asking){ .client = NULL };
    assert_int_equal(http_client_new(server.loop, 4, &asking->client, &msg), ERR_OK);
    const struct http_handlers handlers = { &asking->ending, on_done, on_body };
    asking->call = http_call_new(asking->client, &handlers);
}

static void finish(struct asking *asking)
{
    http_call_free(asking->call);
    http_client_free(asking->client);
    strbuf_release(&asking->ending.body);
}

static const struct http_answer *ask(struct asking *asking, const struct http_request *request)
{
    struct err_msg msg = { "" };
    strbuf_clear(&asking->ending.body);
    asking->ending.endings = 0;
    http_call_start(asking->call, request);
    assert_int_equal(asking->ending.endings, 0);
    assert_int_equal(
        loop_wait(server.loop, has_ended, &asking->ending, clock_now_ns() + SERVER_WAIT_NS, &msg),
        ERR_OK);
    return &asking->ending.answer;
}

static const struct http_answer *get(struct asking *asking, const char *path, uint64_t timeout_ms)
{
    char *url = server_url(&server, path);
    const struct http_request request = { .method = "GET", .url = url, .timeout_ms = timeout_ms };
    const struct http_answer *answer = ask(asking, &request);
    free(url);
    return answer;
}

static void each_fault_is_of_its_kind(void **state)
{
    static const struct {
        const char *path;
        enum http_failure failure;
        int status;
    } faults[] = {
        { "/ok", HTTP_ANSWERED, 200 },        { "/status/503", HTTP_ANSWERED, 503 },
        { "/redirect", HTTP_ANSWERED, 307 },  { "/mute", HTTP_TIMEOUT, 0 },
        { "/stall", HTTP_TIMEOUT, 200 },      { "/reset", HTTP_RESET, 200 },
        { "/close", HTTP_RESET, 0 },          { "/short", HTTP_TRUNCATED, 200 },
        { "/long", HTTP_ANSWERED, 200 },      { "/cut-chunk", HTTP_TRUNCATED, 200 },
        { "/bad-chunk", HTTP_PROTOCOL, 200 }, { "/garbage", HTTP_PROTOCOL, 0 },
        { "/not-json", HTTP_ANSWERED, 200 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        struct asking asking;
        begin(&asking);
        const struct http_answer *answer = get(&asking, faults[i].path, 300);
        if (answer->failure != faults[i].failure || answer->status != faults[i].status) {
            fail_msg("%s: %s (%s) with status %d", faults[i].path,
                     http_failure_name(answer->failure), asking.ending.detail, answer->status);
        }
        assert_int_equal(asking.ending.detail[0] == '\0', answer->failure == HTTP_ANSWERED);
        finish(&asking);
    }
}

static void a_refused_connection_and_an_unknown_host_are_told_apart(void **state)
{
    struct asking asking;
    (void)state;
    begin(&asking);
    struct http_request request = { .method = "GET",
                                    .url = "http://127.0.0.1:1/",
                                    .timeout_ms = 5000 };
    assert_int_equal(ask(&asking, &request)->failure, HTTP_CONNECT);
    request.url = "http://no-such-host.invalid/";
    assert_int_equal(ask(&asking, &request)->failure, HTTP_DNS);
    finish(&asking);
}

static void plain_http_is_no_tls(void **state)
{
    struct asking asking;
    (void)state;
    begin(&asking);
    char *url = mem_format("https://127.0.0.1:%u/ok", server.port);
    const struct http_request request = { .method = "GET", .url = url, .timeout_ms = 2000 };
    assert_int_equal(ask(&asking, &request)->failure, HTTP_TLS);
    free(url);
    finish(&asking);
}

static void a_call_keeps_its_connection(void **state)
{
    struct asking asking;
    (void)state;
    begin(&asking);
    assert_true(get(&asking, "/ok", 2000)->connecting_ns > 0);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(get(&asking, "/ok", 2000)->connecting_ns, 0);
    }
    finish(&asking);
}

static void a_connection_closed_while_idle_is_opened_anew_without_a_word(void **state)
{
    struct asking asking;
    struct err_msg msg = { "" };
    (void)state;
    begin(&asking);
    assert_int_equal(get(&asking, "/idle-close", 2000)->failure, HTTP_ANSWERED);
    assert_int_equal(loop_wait(server.loop, never, NULL, clock_now_ns() + 100 * NS_PER_MS, &msg),
                     ERR_TIMEOUT);
    const struct http_answer *answer = get(&asking, "/ok", 2000);
    assert_int_equal(answer->failure, HTTP_ANSWERED);
    assert_true(answer->connecting_ns > 0);
    finish(&asking);
}

static void the_parts_of_a_time_make_the_whole(void **state)
{
    struct asking asking;
    (void)state;
    begin(&asking);
    const struct http_answer *answer = get(&asking, "/slow/80", 2000);
    assert_true(answer->waiting_ns >= 75 * NS_PER_MS);
    assert_true(answer->duration_ns >= 80 * NS_PER_MS && answer->duration_ns < NS_PER_S);
    assert_true(answer->duration_ns ==
                answer->sending_ns + answer->waiting_ns + answer->receiving_ns);
    finish(&asking);
}

static void what_is_sent_arrives(void **state)
{
    static const char body[] = "{\"a\":1}";
    struct asking asking;
    (void)state;
    begin(&asking);
    char *url = server_url(&server, "/echo?x=1");
    const struct http_request request = { .method = "PUT",
                                          .url = url,
                                          .auth_line = "Authorization: Bearer abc",
                                          .json_body = body,
                                          .json_bytes = sizeof body - 1,
                                          .timeout_ms = 2000 };
    assert_int_equal(ask(&asking, &request)->status, 200);
    const char *echo = strbuf_text(&asking.ending.body);
    assert_non_null(strstr(echo, "\"method\": \"PUT\""));
    assert_non_null(strstr(echo, "\"path\": \"/echo?x=1\""));
    assert_non_null(strstr(echo, "\"Authorization\": \"Bearer abc\""));
    assert_non_null(strstr(echo, "\"Content-Type\": \"application/json\""));
    assert_non_null(strstr(echo, "{\\\"a\\\":1}"));
    /* A GET afterwards, on the same handle, carries nothing of it. */
    (void)get(&asking, "/echo", 2000);
    echo = strbuf_text(&asking.ending.body);
    assert_non_null(strstr(echo, "\"method\": \"GET\""));
    assert_null(strstr(echo, "Authorization"));
    assert_null(strstr(echo, "Content-Type"));
    assert_null(strstr(echo, "Expect"));
    free(url);
    finish(&asking);
}

static void a_file_is_streamed_as_a_form(void **state)
{
    struct asking asking;
    struct err_msg msg = { "" };
    (void)state;
    begin(&asking);
    size_t bytes = 3000000;
    char *content = mem_new(bytes);
    char *path = file_join(server.dir, "upload.bin");
    assert_int_equal(file_write(path, content, bytes, 0600, &msg), ERR_OK);
    char *url = server_url(&server, "/echo");
    const struct http_field field = { "conversation_id", "c-1" };
    const struct http_field file = { "file", path };
    const struct http_request request = { .method = "POST",
                                          .url = url,
                                          .form = &field,
                                          .form_count = 1,
                                          .form_file = &file,
                                          .timeout_ms = 5000 };
    const struct http_answer *answer = ask(&asking, &request);
    assert_int_equal(answer->status, 200);
    assert_true(answer->sent_bytes > bytes);
    assert_true(answer->sending_ns > 0 && answer->sending_ns <= answer->duration_ns);
    const char *echo = strbuf_text(&asking.ending.body);
    assert_non_null(strstr(echo, "name=\\\"conversation_id\\\""));
    assert_null(strstr(echo, "Expect"));
    free(url);
    free(path);
    free(content);
    finish(&asking);
}

static void a_missing_file_is_our_own_fault(void **state)
{
    struct asking asking;
    (void)state;
    begin(&asking);
    char *url = server_url(&server, "/echo");
    const struct http_field file = { "file", "/nowhere/at/all" };
    const struct http_request request = {
        .method = "POST", .url = url, .form_file = &file, .timeout_ms = 5000
    };
    assert_int_equal(ask(&asking, &request)->failure, HTTP_LOCAL);
    free(url);
    finish(&asking);
}

static void a_cancelled_request_never_ends(void **state)
{
    struct asking asking;
    struct err_msg msg = { "" };
    (void)state;
    begin(&asking);
    char *url = server_url(&server, "/slow/20");
    const struct http_request request = { .method = "GET", .url = url, .timeout_ms = 2000 };
    http_call_start(asking.call, &request);
    http_call_cancel(asking.call);
    assert_int_equal(
        loop_wait(server.loop, has_ended, &asking.ending, clock_now_ns() + 100 * NS_PER_MS, &msg),
        ERR_TIMEOUT);
    assert_int_equal(get(&asking, "/ok", 2000)->status, 200);
    free(url);
    finish(&asking);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_is_of_its_kind),
        cmocka_unit_test(a_refused_connection_and_an_unknown_host_are_told_apart),
        cmocka_unit_test(plain_http_is_no_tls),
        cmocka_unit_test(a_call_keeps_its_connection),
        cmocka_unit_test(a_connection_closed_while_idle_is_opened_anew_without_a_word),
        cmocka_unit_test(the_parts_of_a_time_make_the_whole),
        cmocka_unit_test(what_is_sent_arrives),
        cmocka_unit_test(a_file_is_streamed_as_a_form),
        cmocka_unit_test(a_missing_file_is_our_own_fault),
        cmocka_unit_test(a_cancelled_request_never_ends),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
