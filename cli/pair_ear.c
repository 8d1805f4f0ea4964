#include "cli/pair_ear.h"

#include <math.h>

#include "backend/socket_link.h"
#include "backend/ws_client.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/url.h"
#include "metrics/pair.h"

#define CONNECT_MS  10000
#define SOCKET_PATH "/socket.io/?EIO=4&transport=websocket"

struct ear {
    struct ear_plan plan; /* texts borrowed */
    struct socket_world world;
    struct socket_link link;
    bool ready;
    bool ended;
    struct socket_end end;
    uint64_t *heard_ns; /* by number; 0: not heard */
};

static struct ear *ear_of(const struct socket_link *link)
{
    char *at = NULL;
    const char *inside = (const char *)link - offsetof(struct ear, link);
    memcpy(&at, &inside, sizeof at);
    return (struct ear *)(void *)at;
}

static void on_ready(struct socket_link *link, uint64_t now_ns)
{
    (void)now_ns;
    ear_of(link)->ready = true;
}

static void on_event(struct socket_link *link, const struct socketio_text *name,
                     const struct socketio_packet *packet, uint64_t read_ns)
{
    struct ear *ear = ear_of(link);
    size_t mark = 0;
    if (!socketio_equals(name, PAIR_MESSAGE_EVENT) ||
        !pair_find_mark(packet->data.text, packet->data.bytes, ear->plan.mark, &mark)) {
        return;
    }
    if (mark >= ear->plan.first_mark && mark - ear->plan.first_mark < ear->plan.count) {
        uint64_t *heard_ns = &ear->heard_ns[mark - ear->plan.first_mark];
        *heard_ns = *heard_ns == 0 ? read_ns : *heard_ns;
    }
}

static void on_ack(struct socket_link *link, uint64_t id, uint64_t read_ns)
{
    (void)link;
    (void)id;
    (void)read_ns;
}

static void on_ended(struct socket_link *link, const struct socket_end *end)
{
    struct ear *ear = ear_of(link);
    ear->ended = true;
    ear->end = *end;
}

static bool is_decided(void *arg)
{
    const struct ear *ear = arg;
    return ear->ready || ear->ended;
}

static enum err open_client(struct loop *loop, struct ear *ear, struct err_msg *msg)
{
    struct url url;
    enum err err = url_parse(ear->plan.api_url, "--api-url", &url, msg);
    if (err == ERR_OK && strcmp(url.scheme, "http") != 0) {
        err = err_set(msg, ERR_NO_DATA, "the reference socket speaks plain http only");
    }
    if (err == ERR_OK) {
        const struct ws_plan plan = { .host = url.host,
                                      .port = url.port,
                                      .path = SOCKET_PATH,
                                      .most = 1,
                                      .handlers = socket_link_handlers };
        err = ws_client_new(loop, &plan, &ear->world.client, msg);
    }
    return err;
}

enum err ear_open(struct loop *loop, const struct ear_plan *plan, struct ear **out,
                  struct err_msg *msg)
{
    struct ear *ear = mem_new(sizeof *ear);
    uint64_t deadline_ns = clock_now_ns() + CONNECT_MS * NS_PER_MS;
    ear->plan = *plan;
    ear->heard_ns = mem_new_array(plan->count, sizeof *ear->heard_ns);
    ear->world.events = (struct socket_events){ on_ready, on_event, on_ack, on_ended };
    ear->world.auth_key = "token";
    ear->world.joined_event = "rooms_joined";
    ear->link.world = &ear->world;
    enum err err = open_client(loop, ear, msg);
    if (err == ERR_OK) {
        socket_link_connect(&ear->link, plan->token, CONNECT_MS * NS_PER_MS, true, clock_now_ns());
        err = loop_wait(loop, is_decided, ear, deadline_ns, msg);
    }
    if (err == ERR_TIMEOUT) {
        err = err_set(msg, ERR_NO_DATA, "the reference socket was not connected within %d s",
                      CONNECT_MS / 1000);
    } else if (err == ERR_OK && !ear->ready) {
        err = err_set(msg, ERR_NO_DATA, "the reference socket was not taken: %s",
                      socket_kind_names[ear->end.kind]);
    }
    if (err != ERR_OK) {
        ear_close(ear);
        return err;
    }
    *out = ear;
    return ERR_OK;
}

void ear_close(struct ear *ear)
{
    if (ear == NULL) {
        return;
    }
    if (ear->world.client != NULL && socket_link_is_up(&ear->link)) {
        socket_link_cut(&ear->link);
    }
    ws_client_free(ear->world.client);
    free(ear->heard_ns);
    free(ear);
}

double ear_heard_s(const struct ear *ear, size_t mark)
{
    size_t index = mark - ear->plan.first_mark;
    if (mark < ear->plan.first_mark || index >= ear->plan.count || ear->heard_ns[index] == 0) {
        return (double)NAN;
    }
    return (double)ear->heard_ns[index] / (double)NS_PER_S;
}
