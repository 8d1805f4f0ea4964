#include "backend/socket_link.h"

#include <assert.h>

#include "backend/engineio.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"

const char *const socket_part_names[SOCKET_PART_COUNT] = { "line", "tcp", "upgrade",
                                                           "open", "ack", "rooms_joined" };

const char *const socket_kind_names[SOCKET_KIND_COUNT] = {
    [SOCKET_REFUSED] = "refused",
    [SOCKET_TIMEOUT] = "timeout",
    [SOCKET_STATUS] = "status",
    [SOCKET_HANDSHAKE] = "handshake",
    [SOCKET_RESET] = "reset",
    [SOCKET_CLOSED] = "closed",
    [SOCKET_REJECTED] = "rejected",
    [SOCKET_DISCONNECTED] = "disconnected",
    [SOCKET_PING_TIMEOUT] = "ping_timeout",
    [SOCKET_MALFORMED] = "malformed",
    [SOCKET_TOO_LARGE] = "too_large",
    [SOCKET_LOCAL] = "local",
};

struct socket_frame {
    struct socket_frame *next;
    size_t bytes;
    char text[];
};

static struct socket_link *link_of(struct ws *ws)
{
    return (struct socket_link *)(void *)ws; /* its first member */
}

static void drop_frames(struct socket_link *link)
{
    while (link->first != NULL) {
        struct socket_frame *next = link->first->next;
        free(link->first);
        link->first = next;
    }
    link->last = &link->first;
}

static void tell_end(struct socket_link *link, enum socket_kind kind, unsigned code)
{
    bool begun = link->part == SOCKET_PART_LINE && link->ws.begun_ns > 0;
    const struct socket_end end = { kind, begun ? SOCKET_PART_TCP : (enum socket_part)link->part,
                                    code };
    drop_frames(link);
    link->world->events.ended(link, &end);
}

/* The server or what it sent is why we go. */
static void give_up(struct socket_link *link, enum socket_kind kind)
{
    ws_cut(&link->ws);
    tell_end(link, kind, 0);
}

/* Goes on to the first part that has not ended yet. */
static void go_on(struct socket_link *link, uint64_t now_ns)
{
    while (link->part < SOCKET_PART_COUNT &&
           (link->done_ns[link->part] > 0 ||
            (link->part == SOCKET_PART_ROOMS && !link->wants_rooms))) {
        link->part++;
    }
    if (link->part == SOCKET_PART_COUNT) {
        link->world->events.ready(link, now_ns);
    }
}

static void end_part(struct socket_link *link, enum socket_part part, uint64_t now_ns)
{
    if (link->done_ns[part] > 0) {
        return;
    }
    link->done_ns[part] = now_ns;
    if (link->part < SOCKET_PART_COUNT) {
        go_on(link, now_ns);
    }
}

void socket_link_connect(struct socket_link *link, const char *token, uint64_t timeout_ns,
                         bool wants_rooms, uint64_t now_ns)
{
    struct socket_world *world = link->world;
    assert(!ws_is_open(&link->ws));
    *link = (struct socket_link){
        .world = world,
        .token = token,
        .begun_ns = now_ns,
        .timeout_ns = timeout_ns,
        .heard_ns = now_ns,
        .wants_rooms = wants_rooms && world->joined_event != NULL,
        .owes_connect = true,
    };
    link->last = &link->first;
    ws_open(world->client, &link->ws);
}

bool socket_link_is_up(const struct socket_link *link)
{
    return ws_is_open(&link->ws);
}

bool socket_link_is_ready(const struct socket_link *link)
{
    return ws_is_open(&link->ws) && link->part == SOCKET_PART_COUNT;
}

void socket_link_send(struct socket_link *link, const char *frame, size_t bytes)
{
    struct socket_frame *out = mem_new(sizeof *out + bytes);
    out->bytes = bytes;
    memcpy(out->text, frame, bytes);
    *link->last = out;
    link->last = &out->next;
    ws_wants_to_send(&link->ws);
}

void socket_link_leave(struct socket_link *link)
{
    bool entered = link->part > SOCKET_PART_ACK;
    ws_leave(&link->ws, entered ? SOCKETIO_FAREWELL : NULL);
    drop_frames(link);
}

void socket_link_cut(struct socket_link *link)
{
    ws_cut(&link->ws);
    drop_frames(link);
}

void socket_link_look(struct socket_link *link, uint64_t now_ns)
{
    if (!ws_is_open(&link->ws)) {
        return;
    }
    if (link->part < SOCKET_PART_COUNT) {
        if (now_ns >= link->begun_ns + link->timeout_ns) {
            give_up(link, SOCKET_TIMEOUT);
        }
    } else if (now_ns >= link->heard_ns + link->silence_ms * NS_PER_MS) {
        give_up(link, SOCKET_PING_TIMEOUT);
    }
}

bool socket_link_part_ns(const struct socket_link *link, enum socket_part part, uint64_t *out)
{
    uint64_t from_ns = part == SOCKET_PART_LINE    ? link->begun_ns
                       : part == SOCKET_PART_ROOMS ? link->done_ns[SOCKET_PART_OPEN]
                                                   : link->done_ns[part - 1];
    if (link->done_ns[part] == 0 || from_ns == 0) {
        return false;
    }
    *out = link->done_ns[part] > from_ns ? link->done_ns[part] - from_ns : 0;
    return true;
}

static void on_tcp(struct ws *ws)
{
    struct socket_link *link = link_of(ws);
    end_part(link, SOCKET_PART_LINE, ws->begun_ns);
    end_part(link, SOCKET_PART_TCP, clock_now_ns());
}

static void on_opened(struct ws *ws)
{
    struct socket_link *link = link_of(ws);
    link->heard_ns = clock_now_ns();
    end_part(link, SOCKET_PART_UPGRADE, link->heard_ns);
}

static void take_open(struct socket_link *link, const struct engineio_packet *packet,
                      uint64_t read_ns)
{
    struct engineio_open open;
    if (link->done_ns[SOCKET_PART_OPEN] > 0 ||
        !engineio_parse_open(packet->data, packet->bytes, &open)) {
        give_up(link, SOCKET_MALFORMED);
        return;
    }
    link->silence_ms = open.ping_interval_ms + open.ping_timeout_ms;
    end_part(link, SOCKET_PART_OPEN, read_ns);
    ws_wants_to_send(&link->ws);
}

static void take_event(struct socket_link *link, const struct socketio_packet *packet,
                       uint64_t read_ns)
{
    struct socket_world *world = link->world;
    uint64_t begun_ns = link->begun_ns;
    struct socketio_text name;
    if (!socketio_event_name(packet, &name)) {
        give_up(link, SOCKET_MALFORMED);
        return;
    }
    link->attachments = packet->attachments;
    world->events.event(link, &name, packet, read_ns);
    bool is_same = ws_is_open(&link->ws) && link->begun_ns == begun_ns;
    if (is_same && world->joined_event != NULL && socketio_equals(&name, world->joined_event)) {
        end_part(link, SOCKET_PART_ROOMS, read_ns);
    }
}

static void take_message(struct socket_link *link, const struct engineio_packet *frame,
                         uint64_t read_ns)
{
    struct socketio_packet packet;
    if (link->done_ns[SOCKET_PART_OPEN] == 0 || link->attachments > 0 ||
        !socketio_parse(frame->data, frame->bytes, &packet)) {
        give_up(link, SOCKET_MALFORMED);
        return;
    }
    if (!socketio_equals(&packet.namespace, "/")) {
        link->attachments = packet.attachments;
        return; /* of a namespace that we never entered */
    }
    switch (packet.type) {
    case SOCKETIO_CONNECT:
        end_part(link, SOCKET_PART_ACK, read_ns);
        break;
    case SOCKETIO_DISCONNECT:
        give_up(link, SOCKET_DISCONNECTED);
        break;
    case SOCKETIO_CONNECT_ERROR:
        give_up(link, SOCKET_REJECTED);
        break;
    case SOCKETIO_EVENT:
    case SOCKETIO_BINARY_EVENT:
        take_event(link, &packet, read_ns);
        break;
    case SOCKETIO_ACK:
    case SOCKETIO_BINARY_ACK:
        link->attachments = packet.attachments;
        link->world->events.ack(link, packet.id, read_ns);
        break;
    case SOCKETIO_TYPE_COUNT:
        break;
    }
}

static void on_text(struct ws *ws, const char *text, size_t bytes, uint64_t read_ns)
{
    struct socket_link *link = link_of(ws);
    struct engineio_packet packet;
    link->world->received++;
    link->heard_ns = read_ns;
    if (!engineio_parse(text, bytes, &packet)) {
        give_up(link, SOCKET_MALFORMED);
        return;
    }
    switch (packet.type) {
    case ENGINEIO_OPEN:
        take_open(link, &packet, read_ns);
        break;
    case ENGINEIO_CLOSE:
        give_up(link, SOCKET_DISCONNECTED);
        break;
    case ENGINEIO_PING:
        link->owes_pong = true;
        ws_wants_to_send(ws);
        break;
    case ENGINEIO_MESSAGE:
        take_message(link, &packet, read_ns);
        break;
    case ENGINEIO_PONG:
    case ENGINEIO_UPGRADE:
    case ENGINEIO_NOOP:
    case ENGINEIO_TYPE_COUNT:
        break;
    }
}

static void on_binary(struct ws *ws, bool whole)
{
    struct socket_link *link = link_of(ws);
    link->heard_ns = clock_now_ns();
    if (link->attachments == 0) {
        give_up(link, SOCKET_MALFORMED);
    } else if (whole) {
        link->attachments--;
    }
}

static void write_connect(const struct socket_link *link, struct strbuf *out)
{
    struct strbuf auth = STRBUF_INIT;
    if (link->token != NULL) {
        strbuf_add_char(&auth, '{');
        json_quote(link->world->auth_key, &auth);
        strbuf_add_char(&auth, ':');
        json_quote(link->token, &auth);
        strbuf_add_char(&auth, '}');
    }
    socketio_write_connect(link->token != NULL ? strbuf_text(&auth) : NULL, out);
    strbuf_release(&auth);
}

static bool on_next(struct ws *ws, struct strbuf *out)
{
    struct socket_link *link = link_of(ws);
    if (link->owes_pong) {
        link->owes_pong = false;
        strbuf_add_char(out, '3');
    } else if (link->owes_connect && link->done_ns[SOCKET_PART_OPEN] > 0) {
        link->owes_connect = false;
        write_connect(link, out);
    } else if (link->first != NULL) {
        struct socket_frame *frame = link->first;
        strbuf_add(out, frame->text, frame->bytes);
        link->first = frame->next;
        if (link->first == NULL) {
            link->last = &link->first;
        }
        free(frame);
    } else {
        return false;
    }
    link->world->sent++;
    return true;
}

static void on_ended(struct ws *ws, const struct ws_end *end)
{
    static const enum socket_kind kind_of[WS_FAILURE_COUNT] = {
        [WS_CLOSED] = SOCKET_CLOSED, [WS_REFUSED] = SOCKET_REFUSED,
        [WS_STATUS] = SOCKET_STATUS, [WS_HANDSHAKE] = SOCKET_HANDSHAKE,
        [WS_RESET] = SOCKET_RESET,   [WS_TOO_LARGE] = SOCKET_TOO_LARGE,
        [WS_LOCAL] = SOCKET_LOCAL,
    };
    struct socket_link *link = link_of(ws);
    tell_end(link, kind_of[end->failure], end->code > 0 ? end->code : end->status);
}

const struct ws_handlers socket_link_handlers = {
    .tcp = on_tcp,
    .opened = on_opened,
    .text = on_text,
    .binary = on_binary,
    .next = on_next,
    .ended = on_ended,
};
