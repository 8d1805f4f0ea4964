#include "backend/http.h"

#include <assert.h>
#include <curl/curl.h>
#include <ev.h>

#include "base/clock.h"
#include "base/mem.h"

#define NS_PER_US      UINT64_C(1000)
#define SPARE_CONNECTS 16
#define HEADER_LINES   3
#define DETAIL_BYTES   CURL_ERROR_SIZE
#define NO_DEADLINE    UINT64_MAX
#define EXPECT_NOTHING "Expect:" /* a large upload starts at once, as in k6 */
#define JSON_TYPE      "Content-Type: application/json"

/* At once from a socket. With 16 KiB large bodies take 5 % more time; with 64 KiB 20 % less, but 50
 * VUs 2 MB more. */
#define RECEIVE_BYTES 24576L

struct watch {
    struct ev_io ev;
    struct http_client *client;
    struct watch *next; /* while it is unused */
};

struct http_client {
    struct ev_loop *ev;
    CURLM *multi;
    struct ev_timer timer;
    uint64_t deadline_ns; /* when libcurl wants to be called; NO_DEADLINE */
    uint64_t armed_ns;    /* when the timer fires; NO_DEADLINE while it is stopped */
    struct watch *unused;
    bool collecting;
};

struct http_call {
    struct http_client *client;
    struct http_handlers handlers;
    CURL *easy;
    CURLSH *own;                            /* its connection: no other call uses it */
    struct curl_slist header[HEADER_LINES]; /* libcurl only reads it */
    curl_mime *form;
    uint64_t start_ns;
    uint64_t sent_all_ns; /* an upload's last byte; 0 before */
    uint64_t answered_ns; /* the first byte of the body of an upload's answer; 0 before */
    bool in_flight;
    char detail[DETAIL_BYTES];
};

const char *http_failure_name(enum http_failure failure)
{
    static const char *const names[HTTP_FAILURE_COUNT] = {
        [HTTP_ANSWERED] = "answered",   [HTTP_TIMEOUT] = "timeout",   [HTTP_DNS] = "dns",
        [HTTP_CONNECT] = "connect",     [HTTP_TLS] = "tls",           [HTTP_RESET] = "reset",
        [HTTP_TRUNCATED] = "truncated", [HTTP_PROTOCOL] = "protocol", [HTTP_LOCAL] = "local",
    };
    return names[failure];
}

/* libcurl says "receive error" both for a broken connection and for a chunk that is none; only its
 * words tell them apart. */
static bool names_chunks(const char *detail)
{
    return strstr(detail, "hunk") != NULL;
}

static enum http_failure classify(CURLcode code, const char *detail)
{
    switch (code) {
    case CURLE_OK:
        return HTTP_ANSWERED;
    case CURLE_OPERATION_TIMEDOUT:
        return HTTP_TIMEOUT;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return HTTP_DNS;
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED:
        return HTTP_CONNECT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
        return HTTP_TLS;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
        return HTTP_RESET;
    case CURLE_RECV_ERROR:
        return names_chunks(detail) ? HTTP_PROTOCOL : HTTP_RESET;
    case CURLE_PARTIAL_FILE:
        return HTTP_TRUNCATED;
    case CURLE_READ_ERROR:
    case CURLE_ABORTED_BY_CALLBACK:
        return HTTP_LOCAL;
    case CURLE_OUT_OF_MEMORY:
        mem_exhausted();
    default:
        return HTTP_PROTOCOL;
    }
}

static uint64_t time_of(CURL *easy, CURLINFO what)
{
    curl_off_t us = 0;
    (void)curl_easy_getinfo(easy, what, &us);
    return us > 0 ? (uint64_t)us * NS_PER_US : 0;
}

static uint64_t less(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* libcurl's marks count from the start; one that lies behind the end of a failed request, or was
 * not reached, is 0. Its "pretransfer" is taken behind the sending: where the server takes the core
 * over at that moment, its whole time would be gone. The mark before it is when the connection was
 * there: looked up where it is used again, else connected. */
static void read_times(const struct http_call *call, struct http_answer *out)
{
    CURL *easy = call->easy;
    long connects = 0;
    uint64_t total = time_of(easy, CURLINFO_TOTAL_TIME_T);
    uint64_t lookup = time_of(easy, CURLINFO_NAMELOOKUP_TIME_T);
    uint64_t connect = time_of(easy, CURLINFO_CONNECT_TIME_T);
    uint64_t tls = time_of(easy, CURLINFO_APPCONNECT_TIME_T);
    uint64_t sent = time_of(easy, CURLINFO_PRETRANSFER_TIME_T);
    uint64_t ready = later(lookup, later(connect, tls));
    uint64_t first = time_of(easy, CURLINFO_STARTTRANSFER_TIME_T);

    (void)curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects);
    if (connects > 0) {
        out->connecting_ns = less(connect, lookup);
        out->tls_ns = less(tls, connect);
    }
    if (sent == 0) {
        out->blocked_ns = lookup;
        return;
    }
    out->blocked_ns = less(ready, out->connecting_ns + out->tls_ns);
    out->duration_ns = less(total, ready);
    if (call->form != NULL) {
        /* With an upload libcurl means the first byte that was sent. */
        first = call->answered_ns != 0 ? call->answered_ns - call->start_ns : total;
    }
    if (first == 0 || first > total) {
        first = total;
    }
    if (call->sent_all_ns != 0) {
        out->sending_ns = less(call->sent_all_ns - call->start_ns, ready);
    }
    if (out->sending_ns > less(first, ready)) {
        out->sending_ns = less(first, ready);
    }
    out->waiting_ns = less(first, ready) - out->sending_ns;
    out->receiving_ns = less(total, first);
}

static void read_sizes(CURL *easy, struct http_answer *out)
{
    long header_sent = 0;
    long header_received = 0;
    curl_off_t sent = 0;
    curl_off_t received = 0;
    (void)curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &header_sent);
    (void)curl_easy_getinfo(easy, CURLINFO_HEADER_SIZE, &header_received);
    (void)curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    (void)curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
    out->sent_bytes = (uint64_t)header_sent + (uint64_t)sent;
    out->received_bytes = (uint64_t)header_received + (uint64_t)received;
    out->body_bytes = (uint64_t)received;
}

static void stop(struct http_call *call)
{
    (void)curl_multi_remove_handle(call->client->multi, call->easy);
    curl_mime_free(call->form);
    call->form = NULL;
    call->in_flight = false;
}

static void finish(struct http_call *call, CURLcode code)
{
    struct http_answer answer = { .failure = classify(code, call->detail) };
    long status = 0;
    (void)curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    answer.status = (int)status;
    answer.detail = "";
    if (code != CURLE_OK) {
        answer.detail = call->detail[0] != '\0' ? call->detail : curl_easy_strerror(code);
    }
    read_times(call, &answer);
    read_sizes(call->easy, &answer);
    stop(call);
    call->handlers.done(call->handlers.arg, &answer);
}

static void collect(struct http_client *client)
{
    CURLMsg *message;
    int left;
    if (client->collecting) {
        return; /* a callback started a request; the loop below goes on */
    }
    client->collecting = true;
    while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            CURLcode code = message->data.result;
            struct http_call *call = NULL;
            (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&call);
            finish(call, code);
        }
    }
    client->collecting = false;
}

static void drive(struct http_client *client, curl_socket_t socket, int events)
{
    int running;
    (void)curl_multi_socket_action(client->multi, socket, events, &running);
    collect(client);
}

static void on_socket(struct ev_loop *ev, struct ev_io *watcher, int events)
{
    const struct watch *watch = watcher->data;
    (void)ev;
    drive(watch->client, watcher->fd,
          ((events & EV_READ) != 0 ? CURL_CSELECT_IN : 0) |
              ((events & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0));
}

static struct watch *take_watch(struct http_client *client)
{
    struct watch *watch = client->unused;
    if (watch == NULL) {
        watch = mem_new(sizeof *watch);
        watch->client = client;
        ev_io_init(&watch->ev, on_socket, -1, 0);
        watch->ev.data = watch;
        return watch;
    }
    client->unused = watch->next;
    return watch;
}

static int watch_socket(CURL *easy, curl_socket_t socket, int what, void *arg, void *assigned)
{
    struct http_client *client = arg;
    struct watch *watch = assigned;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watch != NULL) {
            ev_io_stop(client->ev, &watch->ev);
            watch->next = client->unused;
            client->unused = watch;
            (void)curl_multi_assign(client->multi, socket, NULL);
        }
        return 0;
    }
    if (watch == NULL) {
        watch = take_watch(client);
        (void)curl_multi_assign(client->multi, socket, watch);
    }
    ev_io_stop(client->ev, &watch->ev);
    ev_io_set(&watch->ev, socket,
              ((what & CURL_POLL_IN) != 0 ? EV_READ : 0) |
                  ((what & CURL_POLL_OUT) != 0 ? EV_WRITE : 0));
    ev_io_start(client->ev, &watch->ev);
    return 0;
}

static void arm(struct http_client *client, uint64_t now_ns)
{
    uint64_t wait_ns = client->deadline_ns > now_ns ? client->deadline_ns - now_ns : 0;
    ev_timer_stop(client->ev, &client->timer);
    ev_now_update(client->ev);
    ev_timer_set(&client->timer, (double)wait_ns / (double)NS_PER_S, 0.0);
    ev_timer_start(client->ev, &client->timer);
    client->armed_ns = client->deadline_ns;
}

/* libcurl moves its deadline with every request. The timer is only moved when it would be late;
 * when it is early it is set again. */
static int set_timer(CURLM *multi, long wait_ms, void *arg)
{
    struct http_client *client = arg;
    (void)multi;
    if (wait_ms < 0) {
        client->deadline_ns = NO_DEADLINE;
        return 0;
    }
    uint64_t now_ns = clock_now_ns();
    client->deadline_ns = now_ns + (uint64_t)wait_ms * NS_PER_MS;
    if (client->deadline_ns < client->armed_ns) {
        arm(client, now_ns);
    }
    return 0;
}

static void on_timer(struct ev_loop *ev, struct ev_timer *watcher, int events)
{
    struct http_client *client = watcher->data;
    (void)ev;
    (void)events;
    client->armed_ns = NO_DEADLINE;
    if (client->deadline_ns == NO_DEADLINE) {
        return;
    }
    uint64_t now_ns = clock_now_ns();
    if (client->deadline_ns > now_ns) {
        arm(client, now_ns);
        return;
    }
    client->deadline_ns = NO_DEADLINE;
    drive(client, CURL_SOCKET_TIMEOUT, 0);
}

enum err http_client_new(struct loop *loop, uint32_t most_calls, struct http_client **out,
                         struct err_msg *msg)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return err_set(msg, ERR_IO, "libcurl cannot be started");
    }
    struct http_client *client = mem_new(sizeof *client);
    client->ev = loop_native(loop);
    client->multi = curl_multi_init();
    if (client->multi == NULL) {
        mem_exhausted();
    }
    client->deadline_ns = NO_DEADLINE;
    client->armed_ns = NO_DEADLINE;
    ev_timer_init(&client->timer, on_timer, 0.0, 0.0);
    client->timer.data = client;
    (void)curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    (void)curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
    (void)curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    (void)curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
    (void)curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)most_calls + SPARE_CONNECTS);
    *out = client;
    return ERR_OK;
}

void http_client_free(struct http_client *client)
{
    if (client == NULL) {
        return;
    }
    (void)curl_multi_cleanup(client->multi);
    ev_timer_stop(client->ev, &client->timer);
    while (client->unused != NULL) {
        struct watch *next = client->unused->next;
        free(client->unused);
        client->unused = next;
    }
    free(client);
    curl_global_cleanup();
}

static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct http_call *call = arg;
    long status = 0;
    if (call->form != NULL && call->answered_ns == 0) {
        call->answered_ns = clock_now_ns();
    }
    (void)curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    call->handlers.body(call->handlers.arg, (int)status, bytes, size * count);
    return size * count;
}

/* Only for uploads: notes when the last byte left. */
static int watch_upload(void *arg, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                        curl_off_t up)
{
    struct http_call *call = arg;
    (void)down_total;
    (void)down;
    if (call->sent_all_ns == 0 && up_total > 0 && up >= up_total) {
        call->sent_all_ns = clock_now_ns();
    }
    return 0;
}

struct http_call *http_call_new(struct http_client *client, const struct http_handlers *handlers)
{
    struct http_call *call = mem_new(sizeof *call);
    call->client = client;
    call->handlers = *handlers;
    CURL *easy = curl_easy_init();
    if (easy == NULL) {
        mem_exhausted();
    }
    call->easy = easy;
    call->own = curl_share_init();
    if (call->own == NULL) {
        mem_exhausted();
    }
    (void)curl_share_setopt(call->own, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT);
    (void)curl_easy_setopt(easy, CURLOPT_SHARE, call->own);
    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, (char *)call);
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, RECEIVE_BYTES);
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    (void)curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)HTTP_IDLE_MAX_S);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->detail);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    (void)curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, watch_upload);
    (void)curl_easy_setopt(easy, CURLOPT_XFERINFODATA, call);
    return call;
}

void http_call_free(struct http_call *call)
{
    if (call == NULL) {
        return;
    }
    http_call_cancel(call);
    curl_easy_cleanup(call->easy);
    (void)curl_share_cleanup(call->own);
    free(call);
}

/* libcurl borrows the list and only reads it. */
static void set_headers(struct http_call *call, const struct http_request *request)
{
    const char *lines[HEADER_LINES];
    size_t count = 0;
    if (request->auth_line != NULL) {
        lines[count++] = request->auth_line;
    }
    if (request->json_body != NULL) {
        lines[count++] = JSON_TYPE;
    }
    if (request->json_body != NULL || request->form_file != NULL) {
        lines[count++] = EXPECT_NOTHING;
    }
    for (size_t i = 0; i < count; i++) {
        union {
            const char *from;
            char *to;
        } line = { .from = lines[i] };
        call->header[i].data = line.to;
        call->header[i].next = i + 1 < count ? &call->header[i + 1] : NULL;
    }
    (void)curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, count > 0 ? call->header : NULL);
}

static void set_form(struct http_call *call, const struct http_request *request)
{
    curl_mime *form = curl_mime_init(call->easy);
    for (size_t i = 0; i < request->form_count; i++) {
        curl_mimepart *part = curl_mime_addpart(form);
        (void)curl_mime_name(part, request->form[i].name);
        (void)curl_mime_data(part, request->form[i].value, CURL_ZERO_TERMINATED);
    }
    curl_mimepart *file = curl_mime_addpart(form);
    (void)curl_mime_name(file, request->form_file->name);
    (void)curl_mime_filedata(file, request->form_file->value);
    call->form = form;
    (void)curl_easy_setopt(call->easy, CURLOPT_MIMEPOST, form);
}

static void set_body(struct http_call *call, const struct http_request *request)
{
    CURL *easy = call->easy;
    (void)curl_easy_setopt(easy, CURLOPT_NOPROGRESS, request->form_file == NULL ? 1L : 0L);
    if (request->form_file != NULL) {
        set_form(call, request);
    } else if (request->json_body != NULL) {
        (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->json_body);
        (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->json_bytes);
    } else {
        (void)curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
    (void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

void http_call_start(struct http_call *call, const struct http_request *request)
{
    assert(!call->in_flight);
    call->detail[0] = '\0';
    call->sent_all_ns = 0;
    call->answered_ns = 0;
    call->start_ns = clock_now_ns();
    set_body(call, request);
    set_headers(call, request);
    (void)curl_easy_setopt(call->easy, CURLOPT_URL, request->url);
    (void)curl_easy_setopt(call->easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    call->in_flight = true;
    if (curl_multi_add_handle(call->client->multi, call->easy) != CURLM_OK) {
        mem_exhausted();
    }
}

void http_call_cancel(struct http_call *call)
{
    if (call->in_flight) {
        stop(call);
    }
}
