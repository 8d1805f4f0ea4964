#include "cdp/transport.h"

#include <libwebsockets.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"

/* What one read from the socket may bring: large answers come in few turns of the loop. */
#define READ_BYTES (64 * KIB)
/* A buffer that grew over this for one message is given back after it. */
#define KEEP_BYTES (256 * KIB)

/* A queued message; the bytes that libwebsockets needs in front for the frame's head are there. */
struct outgoing {
    struct outgoing *next;
    size_t bytes;
    unsigned char frame[];
};

enum state {
    STATE_CONNECTING,
    STATE_OPEN,
    STATE_CLOSED
};

struct transport {
    struct loop *loop;
    struct transport_events events;
    struct lws_context *context;
    struct lws *wsi; /* NULL once closed */
    enum state state;
    bool silent; /* being freed: nobody is called back any more */
    struct strbuf incoming;
    struct outgoing *first;
    struct outgoing **last;
    enum err close_code; /* why we asked for the end ourselves; ERR_OK when the peer went */
    char close_reason[256];
};

static void report_closed(struct transport *transport, enum err code, const char *why)
{
    bool was_open = transport->state == STATE_OPEN;
    transport->state = STATE_CLOSED;
    transport->wsi = NULL;
    if (transport->close_code == ERR_OK) {
        transport->close_code = code;
        (void)snprintf(transport->close_reason, sizeof transport->close_reason, "%s", why);
    }
    if (was_open && !transport->silent) {
        transport->events.closed(transport->events.arg, transport->close_code,
                                 transport->close_reason);
    }
}

/* Returning it from the callback makes libwebsockets close the connection. */
static int give_up(struct transport *transport, enum err code, const char *why)
{
    transport->close_code = code;
    (void)snprintf(transport->close_reason, sizeof transport->close_reason, "%s", why);
    return -1;
}

static int receive(struct transport *transport, const void *bytes, size_t count)
{
    if (lws_frame_is_binary(transport->wsi)) {
        return give_up(transport, ERR_PROTOCOL, "the DevTools peer sent a binary message");
    }
    if (transport->incoming.len + count > LIMIT_DEVTOOLS_MESSAGE_BYTES) {
        return give_up(transport, ERR_LIMIT,
                       "a DevTools message is over LIMIT_DEVTOOLS_MESSAGE_BYTES (256 MiB)");
    }
    strbuf_add(&transport->incoming, bytes, count);
    if (lws_is_final_fragment(transport->wsi) == 0 ||
        lws_remaining_packet_payload(transport->wsi) > 0) {
        return 0;
    }
    /* Detached, so that a message being handled is never the buffer being filled. */
    struct strbuf whole = transport->incoming;
    transport->incoming = (struct strbuf)STRBUF_INIT;
    if (!transport->silent) {
        transport->events.message(transport->events.arg, strbuf_text(&whole), whole.len);
    }
    if (whole.cap <= KEEP_BYTES) {
        strbuf_clear(&whole);
        transport->incoming = whole;
    } else {
        strbuf_release(&whole);
    }
    return 0;
}

static int write_next(struct transport *transport)
{
    struct outgoing *message = transport->first;
    if (message == NULL) {
        return 0;
    }
    int wrote = lws_write(transport->wsi, message->frame + LWS_PRE, message->bytes, LWS_WRITE_TEXT);
    transport->first = message->next;
    if (transport->first == NULL) {
        transport->last = &transport->first;
    }
    size_t bytes = message->bytes;
    free(message);
    if (wrote < 0 || (size_t)wrote < bytes) {
        return give_up(transport, ERR_CLOSED, "writing to the DevTools connection failed");
    }
    if (transport->first != NULL) {
        (void)lws_callback_on_writable(transport->wsi);
    }
    return 0;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t len)
{
    struct transport *transport = user;
    switch (reason) {
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        transport->wsi = wsi;
        transport->state = STATE_OPEN;
        return 0;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        report_closed(transport, ERR_UNREACHABLE, in != NULL ? (const char *)in : "refused");
        return 0;
    case LWS_CALLBACK_CLIENT_RECEIVE:
        return receive(transport, in, len);
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        return write_next(transport);
    case LWS_CALLBACK_CLIENT_CLOSED:
        report_closed(transport, ERR_CLOSED, "the browser closed the DevTools connection");
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

static const struct lws_protocols protocols[] = {
    { .name = "devtools", .callback = on_event, .rx_buffer_size = READ_BYTES },
    { .name = NULL },
};

static struct lws_context *new_context(struct loop *loop)
{
    void *native[1] = { loop_native(loop) };
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .options = LWS_SERVER_OPTION_LIBEV,
        .foreign_loops = native,
        .gid = -1,
        .uid = -1,
        .fd_limit_per_thread = 16,
        .pt_serv_buf_size = READ_BYTES,
    };
    lws_set_log_level(LLL_ERR, log_library);
    return lws_create_context(&info);
}

static bool is_settled(void *arg)
{
    const struct transport *transport = arg;
    return transport->state != STATE_CONNECTING;
}

static enum err connect_and_wait(struct transport *transport,
                                 const struct transport_address *address, uint64_t deadline_ns,
                                 struct err_msg *msg)
{
    unsigned port = address->port;
    const char *path = address->path;
    struct lws_client_connect_info connect = {
        .context = transport->context,
        .address = "127.0.0.1",
        .port = (int)port,
        .path = path,
        .host = "127.0.0.1",
        .protocol = NULL,
        .local_protocol_name = protocols[0].name,
        .userdata = transport,
        .pwsi = &transport->wsi,
    };
    if (lws_client_connect_via_info(&connect) == NULL && transport->state == STATE_CONNECTING) {
        transport->state = STATE_CLOSED;
    }
    enum err err = loop_wait(transport->loop, is_settled, transport, deadline_ns, msg);
    if (err == ERR_TIMEOUT) {
        return err_set(msg, ERR_TIMEOUT,
                       "DevTools at 127.0.0.1:%u%s: no WebSocket handshake in time", port, path);
    }
    if (err == ERR_OK && transport->state == STATE_CLOSED) {
        return err_set(msg, ERR_UNREACHABLE, "DevTools at 127.0.0.1:%u%s: %s", port, path,
                       transport->close_reason[0] != '\0' ? transport->close_reason : "refused");
    }
    return err;
}

enum err transport_open(struct loop *loop, const struct transport_address *address,
                        const struct transport_events *events, uint64_t deadline_ns,
                        struct transport **out, struct err_msg *msg)
{
    struct transport *transport = mem_new(sizeof *transport);
    transport->loop = loop;
    transport->events = *events;
    transport->last = &transport->first;
    transport->context = new_context(loop);
    enum err err = ERR_OK;
    if (transport->context == NULL) {
        err = err_set(msg, ERR_IO,
                      "libwebsockets cannot start on libev: is its event-loop plugin installed "
                      "(Debian: libwebsockets-evlib-ev)?");
    } else {
        err = connect_and_wait(transport, address, deadline_ns, msg);
    }
    if (err != ERR_OK) {
        transport_free(transport);
        return err;
    }
    *out = transport;
    return ERR_OK;
}

enum err transport_send(struct transport *transport, const char *text, size_t bytes,
                        struct err_msg *msg)
{
    if (transport->state != STATE_OPEN) {
        return err_set(msg, ERR_CLOSED, "the DevTools connection is gone: %s",
                       transport->close_reason);
    }
    if (bytes > LIMIT_DEVTOOLS_COMMAND_BYTES) {
        return err_set(msg, ERR_LIMIT,
                       "a DevTools command of %zu bytes is over LIMIT_DEVTOOLS_COMMAND_BYTES",
                       bytes);
    }
    struct outgoing *message = mem_new(sizeof *message + LWS_PRE + bytes);
    message->bytes = bytes;
    memcpy(message->frame + LWS_PRE, text, bytes);
    *transport->last = message;
    transport->last = &message->next;
    (void)lws_callback_on_writable(transport->wsi);
    return ERR_OK;
}

void transport_free(struct transport *transport)
{
    if (transport == NULL) {
        return;
    }
    transport->silent = true;
    if (transport->context != NULL) {
        lws_context_destroy(transport->context);
    }
    while (transport->first != NULL) {
        struct outgoing *next = transport->first->next;
        free(transport->first);
        transport->first = next;
    }
    strbuf_release(&transport->incoming);
    free(transport);
}
