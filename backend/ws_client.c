#include "backend/ws_client.h"

#include <assert.h>
#include <ev.h>
#include <libwebsockets.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"

/* Frames up to this come in one piece. A connection keeps a buffer of that size. */
#define RX_BYTES        128
#define READ_BYTES      (4 * KIB) /* one read from any socket, shared by all */
#define KEEP_BYTES      (256 * KIB)
#define NEVER_SECONDS   86400 /* time-outs are whoever's that opens connections */
#define SPREAD_EACH     16000 /* connections of one source address */
#define SPREAD_MAX      200
#define ADDRESS_BYTES   ((size_t)24)
#define STATUS_UPGRADED 101
#define NO_CODE         1005 /* RFC 6455, 7.4.1: a close frame without one */

enum ws_state {
    STATE_NONE,
    STATE_IN_LINE,
    STATE_CONNECTING,
    STATE_UPGRADING,
    STATE_OPEN,
    STATE_FAILED /* within ws_open; told from the loop */
};

/* What the wire of a connection that has no owner any more is still to do: a text to send, or one
 * of these. */
static const char live[] = "";
static const char closing[] = "";
static const char cutting[] = "";

struct line {
    struct ws *first;
    struct ws **last;
};

struct ws_client {
    struct ws_handlers handlers;
    unsigned port;
    char *host;
    char *path;
    char *host_line;
    struct lws_context *context;
    struct loop_timer *teller; /* of failures within ws_open */
    struct ev_loop *ev;
    struct ev_check check;
    uint64_t turn_ns;
    struct line waiting;
    struct line failed;
    struct ws *opening; /* while libwebsockets is asked for it */
    uint32_t handshakes;
    uint32_t sources;
    uint64_t made;
    uint64_t wires;
    uint64_t received_bytes;
    uint64_t sent_bytes;
    struct strbuf *spare; /* a buffer for the next message in pieces */
    struct strbuf frame;  /* LWS_PRE bytes, then what is being sent */
    bool silent;
};

static void line_add(struct line *line, struct ws *ws)
{
    ws->next_in_line = NULL;
    *line->last = ws;
    line->last = &ws->next_in_line;
}

static struct ws *line_take(struct line *line)
{
    struct ws *ws = line->first;
    if (ws != NULL) {
        line->first = ws->next_in_line;
        if (line->first == NULL) {
            line->last = &line->first;
        }
    }
    return ws;
}

static void line_remove(struct line *line, const struct ws *ws)
{
    for (struct ws **at = &line->first; *at != NULL; at = &(*at)->next_in_line) {
        if (*at == ws) {
            *at = ws->next_in_line;
            if (*at == NULL) {
                line->last = at;
            }
            return;
        }
    }
}

static void keep_spare(struct ws_client *client, struct strbuf *buffer)
{
    if (client->spare == NULL && buffer->cap <= KEEP_BYTES) {
        strbuf_clear(buffer);
        client->spare = buffer;
        return;
    }
    strbuf_release(buffer);
    free(buffer);
}

static void drop_partial(struct ws *ws)
{
    if (ws->partial != NULL) {
        keep_spare(ws->client, ws->partial);
        ws->partial = NULL;
    }
}

static bool in_handshake(const struct ws *ws)
{
    return ws->state == STATE_CONNECTING || ws->state == STATE_UPGRADING;
}

static void start_waiting(struct ws_client *client);

/* Back to never open; whoever waited for its handshake may go. */
static void reset(struct ws *ws)
{
    struct ws_client *client = ws->client;
    bool frees_slot = in_handshake(ws);
    drop_partial(ws);
    ws->wire = NULL;
    ws->state = STATE_NONE;
    if (frees_slot) {
        client->handshakes--;
        start_waiting(client);
    }
}

static void end(struct ws *ws, const struct ws_end *how)
{
    struct ws_client *client = ws->client;
    reset(ws);
    if (!client->silent) {
        client->handlers.ended(ws, how);
    }
}

static void on_teller(void *arg)
{
    struct ws_client *client = arg;
    struct ws *ws;
    while ((ws = line_take(&client->failed)) != NULL) {
        const struct ws_end how = { .failure = (enum ws_failure)ws->failure };
        end(ws, &how);
    }
}

static void fail_later(struct ws *ws, enum ws_failure failure)
{
    ws->client->handshakes--;
    ws->wire = NULL;
    ws->state = STATE_FAILED;
    ws->failure = (uint8_t)failure;
    line_add(&ws->client->failed, ws);
    loop_timer_start(ws->client->teller, 0);
}

/* Whether anything came from the server: libwebsockets says "read failed" both of an answer that is
 * no HTTP and of none. */
static bool has_answered(struct lws *wsi)
{
    struct tcp_info info;
    socklen_t bytes = sizeof info;
    memset(&info, 0, sizeof info);
    return getsockopt(lws_get_socket_fd(wsi), IPPROTO_TCP, TCP_INFO, &info, &bytes) == 0 &&
           info.tcpi_bytes_received > 1; /* the stream's end counts as one */
}

static void on_error(struct lws *wsi, struct ws *ws, const char *text)
{
    struct ws_end how = { .failure = WS_REFUSED };
    int status = (int)lws_http_client_http_response(wsi);
    if (text != NULL) {
        log_verbose("WebSocket: %s", text);
    }
    if (text != NULL && (strstr(text, "errno=99") != NULL || strstr(text, "errno=24") != NULL)) {
        how.failure = WS_LOCAL;
    } else if (ws->state == STATE_UPGRADING) {
        bool answered = status > 0 && status != STATUS_UPGRADED;
        how.failure = answered ? WS_STATUS : has_answered(wsi) ? WS_HANDSHAKE : WS_RESET;
        how.status = answered ? (unsigned)status : 0;
    }
    if (ws == ws->client->opening) {
        fail_later(ws, how.failure);
        return;
    }
    end(ws, &how);
}

static void on_closed(struct ws *ws)
{
    const struct ws_end how = {
        .failure = ws->failure == WS_TOO_LARGE ? WS_TOO_LARGE
                   : ws->close_code > 0        ? WS_CLOSED
                                               : WS_RESET,
        .code = ws->close_code,
    };
    end(ws, &how);
}

static void on_opened(struct ws *ws, struct lws *wsi)
{
    struct ws_client *client = ws->client;
    ws->wire = wsi;
    client->handshakes--;
    ws->state = STATE_OPEN;
    client->handlers.opened(ws);
    start_waiting(client);
}

static int too_large(struct ws *ws)
{
    ws->failure = WS_TOO_LARGE;
    return -1;
}

static void deliver(struct ws *ws, const char *text, size_t bytes)
{
    ws->client->handlers.text(ws, text, bytes, clock_now_ns());
}

static int receive(struct lws *wsi, struct ws *ws, const char *piece, size_t bytes)
{
    struct ws_client *client = ws->client;
    bool whole = lws_is_final_fragment(wsi) != 0 && lws_remaining_packet_payload(wsi) == 0;
    client->received_bytes += bytes;
    if (lws_frame_is_binary(wsi)) {
        client->handlers.binary(ws, whole);
        return 0;
    }
    if (ws->partial == NULL && whole) {
        deliver(ws, piece, bytes);
        return 0;
    }
    if (ws->partial == NULL) {
        ws->partial = client->spare != NULL ? client->spare : mem_new(sizeof *ws->partial);
        client->spare = NULL;
    }
    if (ws->partial->len + bytes > WS_MESSAGE_BYTES_MAX) {
        return too_large(ws);
    }
    strbuf_add(ws->partial, piece, bytes);
    if (whole) {
        struct strbuf *message = ws->partial;
        ws->partial = NULL;
        deliver(ws, strbuf_text(message), message->len);
        keep_spare(client, message);
    }
    return 0;
}

static int write_frame(struct ws_client *client, struct lws *wsi)
{
    size_t bytes = client->frame.len - LWS_PRE;
    unsigned char *text = (unsigned char *)client->frame.data + LWS_PRE;
    client->sent_bytes += bytes;
    return lws_write(wsi, text, bytes, LWS_WRITE_TEXT) < (int)bytes ? -1 : 0;
}

static void begin_frame(struct ws_client *client)
{
    static const char room[LWS_PRE] = "";
    strbuf_clear(&client->frame);
    strbuf_add(&client->frame, room, sizeof room);
}

static int write_next(struct lws *wsi, struct ws *ws)
{
    struct ws_client *client = ws->client;
    begin_frame(client);
    if (!client->handlers.next(ws, &client->frame)) {
        return 0;
    }
    int written = write_frame(client, wsi);
    (void)lws_callback_on_writable(wsi);
    return written;
}

/* A wire without an owner. */
static int write_last(struct ws_client *client, struct lws *wsi)
{
    const char *farewell = lws_get_opaque_user_data(wsi);
    if (farewell == cutting) {
        return -1;
    }
    if (farewell == closing) {
        lws_close_reason(wsi, LWS_CLOSE_STATUS_NORMAL, NULL, 0);
        return -1;
    }
    begin_frame(client);
    strbuf_add_str(&client->frame, farewell);
    lws_set_opaque_user_data(wsi, (void *)(uintptr_t)closing);
    (void)lws_callback_on_writable(wsi);
    return write_frame(client, wsi);
}

static int on_orphan(struct ws_client *client, struct lws *wsi, enum lws_callback_reasons reason)
{
    if (reason == LWS_CALLBACK_CLIENT_WRITEABLE) {
        return write_last(client, wsi);
    }
    return 0;
}

static void take_close_code(struct ws *ws, const unsigned char *in, size_t len)
{
    ws->close_code = len >= 2 ? (uint16_t)(in[0] << 8U | in[1]) : NO_CODE;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t len)
{
    struct ws *ws = user;
    struct ws_client *client = lws_context_user(lws_get_context(wsi));
    if (reason == LWS_CALLBACK_WSI_DESTROY && lws_get_opaque_user_data(wsi) != NULL) {
        client->wires--;
        return 0;
    }
    if (ws == NULL) {
        return on_orphan(client, wsi, reason);
    }
    switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
        ws->state = STATE_UPGRADING;
        client->handlers.tcp(ws);
        return 0;
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        on_opened(ws, wsi);
        return 0;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        on_error(wsi, ws, in);
        return 0;
    case LWS_CALLBACK_CLIENT_RECEIVE:
        return receive(wsi, ws, in, len);
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        return write_next(wsi, ws);
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        take_close_code(ws, in, len);
        return 0;
    case LWS_CALLBACK_CLIENT_CLOSED:
        on_closed(ws);
        return 0;
    default:
        return 0;
    }
}

static void log_library(int level, const char *line)
{
    (void)level;
    log_verbose("libwebsockets: %.*s", (int)strcspn(line, "\n"), line);
}

static const lws_retry_bo_t no_validity_checks = { .secs_since_valid_ping = 0,
                                                   .secs_since_valid_hangup = 0 };

static const struct lws_protocols protocols[] = {
    { .name = "socket.io", .callback = on_event, .rx_buffer_size = RX_BYTES },
    { .name = NULL },
};

static struct lws_context *new_context(struct loop *loop, struct ws_client *client)
{
    void *native[1] = { loop_native(loop) };
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .options = LWS_SERVER_OPTION_LIBEV,
        .foreign_loops = native,
        .gid = -1,
        .uid = -1,
        .user = client,
        .pt_serv_buf_size = READ_BYTES,
        .max_http_header_pool = WS_HANDSHAKES_MAX,
        .timeout_secs = NEVER_SECONDS,
        .connect_timeout_secs = NEVER_SECONDS,
        .retry_and_idle_policy = &no_validity_checks,
    };
    lws_set_log_level(LLL_ERR, log_library);
    return lws_create_context(&info);
}

static void on_turn(struct ev_loop *ev, struct ev_check *check, int events)
{
    struct ws_client *client = check->data;
    (void)ev;
    (void)events;
    client->turn_ns = clock_now_ns();
}

enum err ws_client_new(struct loop *loop, const struct ws_plan *plan, struct ws_client **out,
                       struct err_msg *msg)
{
    struct ws_client *client = mem_new(sizeof *client);
    client->handlers = plan->handlers;
    client->port = plan->port;
    client->waiting.last = &client->waiting.first;
    client->failed.last = &client->failed.first;
    client->sources = plan->spread ? plan->most / SPREAD_EACH + 1 : 1;
    client->sources = client->sources < SPREAD_MAX ? client->sources : SPREAD_MAX;
    client->context = new_context(loop, client);
    if (client->context == NULL) {
        free(client);
        return err_set(msg, ERR_IO,
                       "libwebsockets cannot start on libev: is its event-loop plugin installed "
                       "(Debian: libwebsockets-evlib-ev)?");
    }
    client->host = mem_dup_str(plan->host);
    client->path = mem_dup_str(plan->path);
    client->host_line = mem_format("%s:%u", plan->host, plan->port);
    client->teller = loop_timer_new(loop, on_teller, client);
    client->ev = loop_native(loop);
    client->turn_ns = clock_now_ns();
    ev_check_init(&client->check, on_turn);
    ev_set_priority(&client->check, EV_MAXPRI);
    client->check.data = client;
    ev_check_start(client->ev, &client->check);
    *out = client;
    return ERR_OK;
}

void ws_client_free(struct ws_client *client)
{
    if (client == NULL) {
        return;
    }
    client->silent = true;
    lws_context_destroy(client->context);
    ev_check_stop(client->ev, &client->check);
    loop_timer_free(client->teller);
    if (client->spare != NULL) {
        strbuf_release(client->spare);
        free(client->spare);
    }
    strbuf_release(&client->frame);
    free(client->host);
    free(client->path);
    free(client->host_line);
    free(client);
}

static void connect_now(struct ws_client *client, struct ws *ws)
{
    char source[ADDRESS_BYTES] = "";
    if (client->sources > 1) {
        (void)snprintf(source, sizeof source, "127.0.0.%u",
                       1 + (unsigned)(client->made % client->sources));
    }
    const struct lws_client_connect_info connect = {
        .context = client->context,
        .address = client->host,
        .port = (int)client->port,
        .path = client->path,
        .host = client->host_line,
        .local_protocol_name = protocols[0].name,
        .userdata = ws,
        .opaque_user_data = (void *)(uintptr_t)live,
        .iface = client->sources > 1 ? source : NULL,
        .retry_and_idle_policy = &no_validity_checks,
    };
    uint64_t wires = client->wires++;
    client->made++;
    client->handshakes++;
    client->opening = ws;
    ws->begun_ns = clock_now_ns();
    ws->state = STATE_CONNECTING;
    struct lws *wsi = lws_client_connect_via_info(&connect);
    client->opening = NULL;
    if (wsi == NULL) {
        client->wires = wires;
        if (ws->state != STATE_FAILED) {
            fail_later(ws, WS_LOCAL);
        }
        return;
    }
    ws->wire = wsi;
}

static void start_waiting(struct ws_client *client)
{
    while (!client->silent && client->opening == NULL && client->waiting.first != NULL &&
           client->handshakes < WS_HANDSHAKES_MAX) {
        connect_now(client, line_take(&client->waiting));
    }
}

void ws_open(struct ws_client *client, struct ws *ws)
{
    assert(ws->state == STATE_NONE);
    *ws = (struct ws){ .client = client, .state = STATE_IN_LINE };
    line_add(&client->waiting, ws);
    start_waiting(client);
}

bool ws_is_open(const struct ws *ws)
{
    return ws->state != STATE_NONE;
}

void ws_wants_to_send(struct ws *ws)
{
    if (ws->state == STATE_OPEN) {
        (void)lws_callback_on_writable(ws->wire);
    }
}

/* Takes the wire from its owner; NULL when it has none. */
static struct lws *orphan(struct ws *ws, const char *farewell)
{
    struct lws *wsi = ws->wire;
    if (ws->state == STATE_IN_LINE) {
        line_remove(&ws->client->waiting, ws);
    } else if (ws->state == STATE_FAILED) {
        line_remove(&ws->client->failed, ws);
    }
    if (wsi != NULL) {
        lws_set_wsi_user(wsi, NULL);
        lws_set_opaque_user_data(wsi, (void *)(uintptr_t)farewell);
        if (in_handshake(ws)) {
            lws_set_timeout(wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_ASYNC);
        } else {
            (void)lws_callback_on_writable(wsi);
        }
    }
    return wsi;
}

void ws_leave(struct ws *ws, const char *farewell)
{
    if (ws->state != STATE_NONE) {
        (void)orphan(ws, farewell != NULL ? farewell : closing);
        reset(ws);
    }
}

void ws_cut(struct ws *ws)
{
    const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
    if (ws->state == STATE_NONE) {
        return;
    }
    struct lws *wsi = orphan(ws, cutting);
    if (wsi != NULL) {
        (void)setsockopt(lws_get_socket_fd(wsi), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    reset(ws);
}

uint64_t ws_client_wires(const struct ws_client *client)
{
    return client->wires;
}

uint64_t ws_client_turn_ns(const struct ws_client *client)
{
    return client->turn_ns;
}

uint32_t ws_client_sources(const struct ws_client *client)
{
    return client->sources;
}

uint64_t ws_client_received_bytes(const struct ws_client *client)
{
    return client->received_bytes;
}

uint64_t ws_client_sent_bytes(const struct ws_client *client)
{
    return client->sent_bytes;
}
