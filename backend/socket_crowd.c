#include "backend/socket_crowd_parts.h"

#include <inttypes.h>

#include "backend/fanout.h"
#include "backend/socket_limits.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/url.h"

#define TICK_NS      (100 * NS_PER_MS)
#define TICKS_A_LOOK 10 /* between two looks at the links' time-outs */
#define QUERY        "?EIO=4&transport=websocket"

const struct socket_api *socket_crowd_api(const struct socket_crowd *crowd)
{
    return &crowd->plan.workload->api.socket;
}

/* The name may mean ::1 first, where nobody listens; addresses are what they are. */
static const char *host_of(const struct url *url)
{
    static const char name[] = "localhost";
    size_t length = strlen(url->host);
    bool is_name =
        length >= sizeof name - 1 && strcmp(url->host + length - (sizeof name - 1), name) == 0;
    return is_name && url_is_loopback(url) ? "127.0.0.1" : url->host;
}

static enum err open_client(struct socket_crowd *crowd, struct err_msg *msg)
{
    struct url url;
    struct socket_room room;
    bool spread = false;
    enum err err = url_parse(crowd->plan.base, "the target", &url, msg);
    if (err != ERR_OK) {
        return err;
    }
    if (strcmp(url.scheme, "http") != 0) {
        return err_set(msg, ERR_USAGE,
                       "%s: sockets are for http targets, wss is not spoken: go round the proxy "
                       "that ends TLS",
                       crowd->plan.base);
    }
    bool on_loopback = url_is_loopback(&url);
    socket_limits_read(&room);
    err =
        socket_limits_check(&room, crowd->plan.most, crowd->plan.others, on_loopback, &spread, msg);
    if (err != ERR_OK) {
        return err;
    }
    char *path = mem_format("%s%s", socket_crowd_api(crowd)->path, QUERY);
    const struct ws_plan plan = {
        .host = host_of(&url),
        .port = url.port,
        .path = path,
        .most = crowd->plan.most,
        .spread = spread,
        .handlers = socket_link_handlers,
    };
    err = ws_client_new(crowd->loop, &plan, &crowd->world.client, msg);
    crowd->record->sources = err == ERR_OK ? ws_client_sources(crowd->world.client) : 0;
    free(path);
    return err;
}

static void ask_before(struct socket_crowd *crowd)
{
    struct err_msg msg = { "" };
    crowd->count_before = -1;
    crowd->server =
        socket_count_new(crowd->plan.http, &crowd->plan.workload->api, crowd->plan.base);
    if (crowd->server != NULL &&
        socket_count_now(crowd->server, &crowd->count_before, &msg) != ERR_OK) {
        crowd->count_before = -1;
        socket_record_note(crowd->record, "the server's own count of connections: %s", msg.text);
        socket_count_free(crowd->server);
        crowd->server = NULL;
    }
}

/* How many distinct tokens the connections have between them; 0 when none is asked for. */
static uint32_t count_identities(const struct workload *workload)
{
    size_t most = 0;
    for (size_t i = 0; i < workload->flow_count; i++) {
        const struct flow *flow = &workload->flow[i];
        for (size_t k = 0; k < flow->step_count; k++) {
            if (flow->step[k].kind != STEP_CONNECT || flow->step[k].request->auth < 0) {
                continue;
            }
            const struct variable *token = &workload->variable[flow->step[k].request->auth];
            size_t count = workload->data.set[token->set].count;
            most = count > most ? count : most;
        }
    }
    return (uint32_t)most;
}

static void note_identities(struct socket_crowd *crowd)
{
    uint32_t tokens = count_identities(crowd->plan.workload);
    uint32_t most = crowd->plan.most;
    crowd->record->identities = tokens < most ? tokens : most;
    if (tokens > 0 && tokens < most && !crowd->plan.brief) {
        socket_record_note(crowd->record,
                           "%" PRIu32 " connections share %" PRIu32
                           " identities: for one each, seed %" PRIu32
                           " more users (`tmscdp seed --users %" PRIu32 "`)",
                           most, tokens, most - tokens, most);
        log_warn("%s: %s", crowd->plan.workload->name,
                 crowd->record->note[crowd->record->note_count - 1]);
    }
}

static void on_tick(void *arg);
static void on_step(void *arg);

enum err socket_crowd_new(struct loop *loop, const struct socket_crowd_plan *plan,
                          struct socket_crowd **out, struct err_msg *msg)
{
    struct socket_crowd *crowd = mem_new(sizeof *crowd);
    crowd->loop = loop;
    crowd->plan = *plan;
    crowd->record = plan->record->sockets;
    crowd->world.events = plan->events;
    crowd->world.auth_key = socket_crowd_api(crowd)->auth;
    crowd->world.joined_event = socket_crowd_api(crowd)->joined_event;
    crowd->member = mem_new_array(plan->most, sizeof crowd->member[0]);
    crowd->tick = loop_timer_new(loop, on_tick, crowd);
    crowd->step = loop_timer_new(loop, on_step, crowd);
    socket_crowd_find_plateaus(crowd);
    enum err err = open_client(crowd, msg);
    if (err == ERR_OK && plan->workload->has_fanout && !plan->brief) {
        err = socket_crowd_follow(crowd, msg);
    }
    if (err != ERR_OK) {
        socket_crowd_free(crowd);
        return err;
    }
    note_identities(crowd);
    ask_before(crowd);
    *out = crowd;
    return ERR_OK;
}

void socket_crowd_free(struct socket_crowd *crowd)
{
    if (crowd == NULL) {
        return;
    }
    ws_client_free(crowd->world.client);
    socket_count_free(crowd->server);
    loop_timer_free(crowd->tick);
    loop_timer_free(crowd->step);
    for (uint32_t i = 0; i < crowd->count; i++) {
        socket_rooms_free(crowd->member[i].rooms);
    }
    json_scan_free(crowd->scan);
    json_asks_free(crowd->asks);
    histogram_release(&crowd->recent_ns);
    free(crowd->member);
    free(crowd);
}

uint32_t socket_crowd_enter(struct socket_crowd *crowd, struct socket_link *link)
{
    link->world = &crowd->world;
    crowd->member[crowd->count] = (struct member){ .link = link };
    return crowd->count++;
}

void socket_crowd_exit(struct socket_crowd *crowd, uint32_t number)
{
    crowd->member[number].link = NULL;
}

void socket_crowd_tried(struct socket_crowd *crowd)
{
    crowd->record->wanted++;
}

void socket_crowd_ready(struct socket_crowd *crowd, uint32_t number, uint64_t now_ns)
{
    const struct socket_link *link = crowd->member[number].link;
    socket_record_ready(crowd->record, link, now_ns);
    histogram_add(&crowd->recent_ns, now_ns - link->begun_ns);
    crowd->ready++;
    crowd->ever_ready = true;
    crowd->left_ns = 0;
}

static void forget_rooms(struct socket_crowd *crowd, uint32_t number)
{
    socket_rooms_free(crowd->member[number].rooms);
    crowd->member[number].rooms = NULL;
}

void socket_crowd_ended(struct socket_crowd *crowd, uint32_t number, const struct socket_end *end)
{
    socket_record_end(crowd->record, end);
    crowd->ready -= end->part == SOCKET_PART_COUNT ? 1 : 0;
    forget_rooms(crowd, number);
}

void socket_crowd_leaves(struct socket_crowd *crowd, uint32_t number, uint64_t now_ns)
{
    const struct socket_link *link = crowd->member[number].link;
    if (socket_link_is_ready(link)) {
        crowd->ready--;
        crowd->left_ns = crowd->left_ns > 0 ? crowd->left_ns : now_ns;
    } else if (socket_link_is_up(link)) {
        crowd->record->given_up++;
    }
    if (crowd->record->fanout != NULL) {
        fanout_excuse(crowd->record->fanout, number, now_ns);
    }
    forget_rooms(crowd, number);
}

static void look_at_all(struct socket_crowd *crowd, uint64_t now_ns)
{
    for (uint32_t i = 0; i < crowd->count; i++) {
        if (crowd->member[i].link != NULL) {
            socket_link_look(crowd->member[i].link, now_ns);
        }
    }
}

static void on_tick(void *arg)
{
    struct socket_crowd *crowd = arg;
    uint64_t now_ns = clock_now_ns();
    record_lateness(crowd->plan.record,
                    now_ns > crowd->tick_due_ns ? now_ns - crowd->tick_due_ns : 0);
    if (crowd->record->fanout != NULL) {
        fanout_close(crowd->record->fanout, now_ns);
    }
    if (++crowd->ticks % TICKS_A_LOOK == 0) {
        look_at_all(crowd, now_ns);
    }
    crowd->tick_due_ns = now_ns + TICK_NS;
    loop_timer_start(crowd->tick, TICK_NS);
}

void socket_crowd_step_at(struct socket_crowd *crowd, uint64_t at_ns)
{
    uint64_t now_ns = clock_now_ns() - crowd->start_ns;
    loop_timer_start(crowd->step, at_ns > now_ns ? at_ns - now_ns : 0);
}

void socket_crowd_begin(struct socket_crowd *crowd, uint64_t start_ns)
{
    struct host_reading host;
    host_read(&host);
    crowd->cpu_before_ns = host.self_cpu_ns;
    crowd->start_ns = start_ns;
    crowd->tick_due_ns = clock_now_ns() + TICK_NS;
    loop_timer_start(crowd->tick, TICK_NS);
    if (crowd->plateau_count > 0) {
        socket_crowd_step_at(crowd, crowd->plateau[0].from_ns);
    }
}

static void on_step(void *arg)
{
    struct socket_crowd *crowd = arg;
    if (crowd->cleanup == CLEANUP_RUNS) {
        socket_crowd_step_cleanup(crowd);
    } else if (crowd->cleanup == CLEANUP_NOT_YET) {
        socket_crowd_step_plateau(crowd);
    }
}
