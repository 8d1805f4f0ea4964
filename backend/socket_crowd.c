#include "backend/socket_crowd.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "backend/fanout.h"
#include "backend/json_scan.h"
#include "backend/socket_count.h"
#include "backend/socket_limits.h"
#include "backend/socket_record.h"
#include "backend/socket_rooms.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/url.h"
#include "metrics/host.h"

#define TICK_NS       (100 * NS_PER_MS)
#define TICKS_A_LOOK  10 /* between two looks at the links' time-outs */
#define MARK_BYTES    256
#define SNAPSHOT_NS   (500 * NS_PER_MS) /* before a plateau's end, or half of a shorter one */
#define ASK_AGAIN_NS  (50 * NS_PER_MS)
#define SLOW_PERCENT  95.0
#define QUERY         "?EIO=4&transport=websocket"
#define ASK_TEXT      0
#define ASK_ORDER     1
#define BRIEF_CLEANUP 5 /* seconds that a baseline's connections may take to be gone */

struct member {
    struct socket_link *link; /* NULL: freed */
    struct socket_rooms *rooms;
};

struct plateau {
    uint64_t from_ns; /* since the phase's start */
    uint64_t until_ns;
    uint32_t target;
};

enum cleanup {
    CLEANUP_NOT_YET,
    CLEANUP_RUNS,
    CLEANUP_OVER
};

struct socket_crowd {
    struct loop *loop;
    struct socket_crowd_plan plan;
    struct socket_record *record;
    struct socket_world world;
    struct member *member;
    uint32_t count;
    uint32_t ready;
    struct socket_count *server; /* NULL: it cannot be asked */
    int64_t count_before;        /* −1: not known */
    struct loop_timer *tick;
    uint64_t tick_due_ns;
    unsigned ticks;
    uint64_t start_ns;
    struct json_asks *asks; /* what a message's event is asked; NULL: none are followed */
    struct json_scan *scan;
    struct plateau plateau[SOCKET_PLATEAUS_MAX];
    size_t plateau_count;
    size_t plateau_at; /* the next one, or the one that runs */
    bool in_plateau;
    uint64_t dropped_before;
    struct host_reading host_before; /* at the plateau's beginning */
    uint64_t cpu_before_ns;          /* of this program, at the end of the plateau before */
    struct histogram recent_ns;      /* connects since the last plateau */
    struct loop_timer *step;         /* a plateau's beginning or snapshot; then of the clean-up */
    enum cleanup cleanup;
    bool ever_ready;
    bool told;
    uint64_t left_ns; /* when the first left since the last one came */
    uint64_t give_up_ns;
};

static const struct socket_api *api_of(const struct socket_crowd *crowd)
{
    return &crowd->plan.workload->api.socket;
}

static void add_plateau(struct socket_crowd *crowd, uint64_t from_ns, uint64_t until_ns,
                        uint32_t target)
{
    if (crowd->plateau_count < SOCKET_PLATEAUS_MAX && target > 0 && until_ns > from_ns) {
        crowd->plateau[crowd->plateau_count++] = (struct plateau){ from_ns, until_ns, target };
    }
}

static void find_plateaus(struct socket_crowd *crowd, const struct schedule *schedule)
{
    uint64_t at_ns = schedule->start_ns;
    uint32_t target = schedule->start_vus;
    if (schedule->executor == &executor_constant_vus) {
        add_plateau(crowd, at_ns, schedule_end_ns(schedule), schedule->vus);
        return;
    }
    for (size_t i = 0; i < schedule->stage_count; i++) {
        const struct schedule_stage *stage = &schedule->stages[i];
        if (stage->target == target) {
            add_plateau(crowd, at_ns, at_ns + stage->duration_ns, target);
        }
        at_ns += stage->duration_ns;
        target = stage->target;
    }
}

static int compare_plateaus(const void *a, const void *b)
{
    const struct plateau *left = a;
    const struct plateau *right = b;
    return left->from_ns < right->from_ns ? -1 : left->from_ns > right->from_ns;
}

static void on_fanout_sample(void *arg, uint64_t latency_ns, bool lost)
{
    struct socket_crowd *crowd = arg;
    struct record *record = crowd->plan.record;
    if (lost) {
        record_builtin_censored(record, RECORD_WHOLE_RUN, BUILTIN_FANOUT_DELIVERY, latency_ns);
    } else {
        record_builtin(record, RECORD_WHOLE_RUN, BUILTIN_FANOUT_DELIVERY, latency_ns);
    }
    record_builtin(record, RECORD_WHOLE_RUN, BUILTIN_FANOUT_LOST, lost ? 1 : 0);
}

/* What is asked of each event that brings a message; its place in the packet is the second element,
 * and the first is a text, which has no members. */
static enum err follow_messages(struct socket_crowd *crowd, struct err_msg *msg)
{
    const struct socket_api *api = api_of(crowd);
    char *text = mem_format("[*].%s", api->message_text);
    char *order = mem_format("[*].%s", api->message_order != NULL ? api->message_order : "");
    const struct json_question questions[] = {
        [ASK_TEXT] = { .ask = JSON_ASK_TEXT, .path = text, .capture_bytes = MARK_BYTES },
        [ASK_ORDER] = { .ask = JSON_ASK_VALUE, .path = order },
    };
    const struct fanout_plan plan = {
        .receivers = crowd->plan.most,
        .late_ns = crowd->plan.workload->fanout.late_ns,
        .window_ns = crowd->plan.workload->fanout.window_ns,
        .sample = on_fanout_sample,
        .arg = crowd,
    };
    enum err err = json_asks_new(questions, api->message_order != NULL ? 2 : 1, &crowd->asks, msg);
    if (err == ERR_OK) {
        crowd->scan = json_scan_new(crowd->asks);
        crowd->record->fanout = fanout_new(&plan);
    }
    free(text);
    free(order);
    return err;
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
    char *path = mem_format("%s%s", api_of(crowd)->path, QUERY);
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
    crowd->world.auth_key = api_of(crowd)->auth;
    crowd->world.joined_event = api_of(crowd)->joined_event;
    crowd->member = mem_new_array(plan->most, sizeof crowd->member[0]);
    crowd->tick = loop_timer_new(loop, on_tick, crowd);
    crowd->step = loop_timer_new(loop, on_step, crowd);
    for (size_t i = 0; i < plan->schedule_count && !plan->brief; i++) {
        find_plateaus(crowd, plan->schedule[i]);
    }
    qsort(crowd->plateau, crowd->plateau_count, sizeof crowd->plateau[0], compare_plateaus);
    enum err err = open_client(crowd, msg);
    if (err == ERR_OK && plan->workload->has_fanout && !plan->brief) {
        err = follow_messages(crowd, msg);
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

struct socket_world *socket_crowd_world(struct socket_crowd *crowd)
{
    return &crowd->world;
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

/* A message of this run: whose delivery is it? */
static void take_message(struct socket_crowd *crowd, uint32_t number,
                         const struct socketio_packet *packet, uint64_t read_ns)
{
    uint64_t serial = 0;
    json_scan_restart(crowd->scan);
    (void)json_scan_feed(crowd->scan, packet->data.text, packet->data.bytes);
    if (!json_scan_finish(crowd->scan)) {
        return;
    }
    const struct json_answer *text = json_scan_answer(crowd->scan, ASK_TEXT);
    if (!text->has_text ||
        !fanout_find_mark(text->text, text->text_bytes, crowd->plan.run, &serial)) {
        return;
    }
    uint64_t order = serial;
    if (api_of(crowd)->message_order != NULL) {
        const struct json_answer *answer = json_scan_answer(crowd->scan, ASK_ORDER);
        order = answer->has_number && answer->number >= 0 && answer->number < 1e18
                    ? (uint64_t)answer->number
                    : serial;
    }
    uint64_t turn_ns = ws_client_turn_ns(crowd->world.client);
    histogram_add(&crowd->record->turn_ns, read_ns > turn_ns ? read_ns - turn_ns : 0);
    fanout_deliver(crowd->record->fanout, serial, number, order, read_ns);
}

void socket_crowd_event(struct socket_crowd *crowd, uint32_t number,
                        const struct socketio_text *name, const struct socketio_packet *packet,
                        uint64_t read_ns)
{
    const struct socket_api *api = api_of(crowd);
    if (crowd->record->fanout == NULL) {
        return;
    }
    if (socketio_equals(name, api->message_event)) {
        take_message(crowd, number, packet, read_ns);
    } else if (api->joined_event != NULL && socketio_equals(name, api->joined_event)) {
        socket_rooms_join(&crowd->member[number].rooms, &packet->data);
    }
}

void socket_crowd_emitted(struct socket_crowd *crowd, uint32_t number, const char *event,
                          const char *json)
{
    const char *leave = api_of(crowd)->leave_event;
    if (crowd->record->fanout != NULL && leave != NULL && json != NULL &&
        strcmp(event, leave) == 0) {
        const struct socketio_text data = { json, strlen(json) };
        socket_rooms_leave(crowd->member[number].rooms, &data);
    }
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

void socket_crowd_announce(struct socket_crowd *crowd, uint64_t serial, const char *room,
                           const char *sender, uint64_t now_ns)
{
    struct fanout *fanout = crowd->record->fanout;
    if (fanout == NULL) {
        return;
    }
    struct fanout_message *message = fanout_send(fanout, serial, room, now_ns);
    uint64_t hash = socket_rooms_hash(room, strlen(room));
    for (uint32_t i = 0; i < crowd->count; i++) {
        const struct member *member = &crowd->member[i];
        if (member->link == NULL || !socket_link_is_ready(member->link) ||
            !socket_rooms_has(member->rooms, hash)) {
            continue;
        }
        if (sender != NULL && member->link->token == sender) {
            fanout_sender(fanout, message, i);
        } else {
            fanout_expect(fanout, message, i);
        }
    }
}

void socket_crowd_answered(struct socket_crowd *crowd, uint64_t serial, bool taken)
{
    struct fanout *fanout = crowd->record->fanout;
    if (fanout != NULL && taken) {
        fanout_taken(fanout, serial);
    } else if (fanout != NULL) {
        fanout_withdraw(fanout, serial);
    }
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

static void step_at(struct socket_crowd *crowd, uint64_t at_ns)
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
        step_at(crowd, crowd->plateau[0].from_ns);
    }
}

static void on_plateau_count(void *arg, int64_t count, const char *why)
{
    struct socket_plateau *plateau = arg;
    (void)why;
    plateau->server_count = count;
}

/* The resident set now, the second number of statm(5); 0 when it cannot be read. */
static uint64_t own_rss(void)
{
    struct strbuf text = STRBUF_INIT;
    struct err_msg msg = { "" };
    unsigned long long pages = 0;
    char *rest = NULL;
    if (file_read("/proc/self/statm", KIB, &text, &msg) == ERR_OK) {
        (void)strtoull(strbuf_text(&text), &rest, 10);
        pages = strtoull(rest, NULL, 10);
    }
    strbuf_release(&text);
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void take_snapshot(struct socket_crowd *crowd)
{
    const struct plateau *now = &crowd->plateau[crowd->plateau_at];
    struct socket_plateau *out = &crowd->record->plateau[crowd->record->plateau_count++];
    struct host_reading host;
    struct host_noise noise;
    host_read(&host);
    host_noise_between(&crowd->host_before, &host, &noise);
    uint64_t connects = histogram_samples(&crowd->recent_ns);
    double ramp_ms =
        (double)(crowd->host_before.self_cpu_ns - crowd->cpu_before_ns) / (double)NS_PER_MS;
    bool enough = connects >= histogram_samples_needed(SLOW_PERCENT);
    *out = (struct socket_plateau){
        .target = now->target,
        .connected = crowd->ready,
        .server_count = -1,
        .at_s = (double)now->from_ns / (double)NS_PER_S,
        .hold_s = (double)(now->until_ns - now->from_ns) / (double)NS_PER_S,
        .dropped = crowd->record->dropped - crowd->dropped_before,
        .connects = connects,
        .connect_cpu_ms = connects > 0 ? ramp_ms / (double)connects : -1,
        .connect_p95_ms =
            enough ? histogram_percentile(&crowd->recent_ns, SLOW_PERCENT).value / NS_PER_MS : -1,
        .rss_bytes = own_rss(),
        .cpu_share = noise.self_share,
    };
    crowd->cpu_before_ns = host.self_cpu_ns;
    histogram_clear(&crowd->recent_ns);
    if (crowd->server != NULL) {
        socket_count_ask(crowd->server, on_plateau_count, out);
    }
}

static void step_plateau(struct socket_crowd *crowd)
{
    const struct plateau *now = &crowd->plateau[crowd->plateau_at];
    uint64_t length_ns = now->until_ns - now->from_ns;
    if (!crowd->in_plateau) {
        crowd->in_plateau = true;
        crowd->dropped_before = crowd->record->dropped;
        host_read(&crowd->host_before);
        step_at(crowd, now->until_ns - (length_ns / 2 < SNAPSHOT_NS ? length_ns / 2 : SNAPSHOT_NS));
        return;
    }
    take_snapshot(crowd);
    crowd->in_plateau = false;
    if (++crowd->plateau_at < crowd->plateau_count) {
        step_at(crowd, crowd->plateau[crowd->plateau_at].from_ns);
    }
}

static void end_cleanup(struct socket_crowd *crowd, uint64_t now_ns, bool by_server)
{
    crowd->cleanup = CLEANUP_OVER;
    loop_timer_stop(crowd->step);
    if (crowd->plan.brief || crowd->left_ns == 0) {
        return;
    }
    uint64_t ns = now_ns - crowd->left_ns;
    crowd->record->cleanup_ms = (double)ns / (double)NS_PER_MS;
    crowd->record->cleanup_by_server = by_server;
    record_builtin(crowd->plan.record, RECORD_WHOLE_RUN, BUILTIN_SOCKET_CLEANUP, ns);
}

static void give_up_cleanup(struct socket_crowd *crowd, const char *what)
{
    uint64_t longest_ns = SOCKET_CLEANUP_MAX_S * NS_PER_S;
    crowd->cleanup = CLEANUP_OVER;
    loop_timer_stop(crowd->step);
    if (!crowd->plan.brief) {
        (void)snprintf(crowd->record->cleanup_problem, SOCKET_NOTE_BYTES, "not over after %d s: %s",
                       SOCKET_CLEANUP_MAX_S, what);
        record_builtin_censored(crowd->plan.record, RECORD_WHOLE_RUN, BUILTIN_SOCKET_CLEANUP,
                                longest_ns);
    }
}

static void on_cleanup_count(void *arg, int64_t count, const char *why)
{
    struct socket_crowd *crowd = arg;
    uint64_t now_ns = clock_now_ns();
    char what[SOCKET_NOTE_BYTES / 2];
    if (crowd->cleanup != CLEANUP_RUNS) {
        return;
    }
    if (count >= 0 && count <= crowd->count_before) {
        end_cleanup(crowd, now_ns, true);
    } else if (now_ns >= crowd->give_up_ns) {
        (void)snprintf(what, sizeof what,
                       count >= 0 ? "the server still counts %" PRId64 " connections, before it "
                                    "were %" PRId64
                                  : "its count is not told any more",
                       count, crowd->count_before);
        give_up_cleanup(crowd, what);
        log_verbose("clean-up: %s", why);
    } else {
        loop_timer_start(crowd->step, ASK_AGAIN_NS);
    }
}

/* First our own connections must be gone, then the server's count must be what it was. */
static void step_cleanup(struct socket_crowd *crowd)
{
    uint64_t now_ns = clock_now_ns();
    if (ws_client_wires(crowd->world.client) > 0) {
        if (now_ns >= crowd->give_up_ns) {
            give_up_cleanup(crowd, "the server did not close all connections");
        } else {
            loop_timer_start(crowd->step, ASK_AGAIN_NS);
        }
    } else if (crowd->server != NULL) {
        socket_count_ask(crowd->server, on_cleanup_count, crowd);
    } else {
        end_cleanup(crowd, now_ns, false);
    }
}

static void on_step(void *arg)
{
    struct socket_crowd *crowd = arg;
    if (crowd->cleanup == CLEANUP_RUNS) {
        step_cleanup(crowd);
    } else if (crowd->cleanup == CLEANUP_NOT_YET) {
        step_plateau(crowd);
    }
}

/* The counters are told once, so that they are there when they are 0. */
static void end_fanout(struct socket_crowd *crowd)
{
    if (crowd->record->fanout == NULL) {
        return;
    }
    fanout_finish(crowd->record->fanout);
    const struct fanout_totals *totals = fanout_totals(crowd->record->fanout);
    if (totals->expected > 0) {
        record_builtin(crowd->plan.record, RECORD_WHOLE_RUN, BUILTIN_FANOUT_DUPLICATES,
                       totals->duplicates);
        record_builtin(crowd->plan.record, RECORD_WHOLE_RUN, BUILTIN_FANOUT_ORDER_VIOLATIONS,
                       totals->order_violations);
    }
}

/* Counts of messages, told once. */
static void tell_messages(const struct socket_crowd *crowd)
{
    struct record *record = crowd->plan.record;
    record_builtin(record, RECORD_WHOLE_RUN, BUILTIN_WS_MSGS_SENT, crowd->world.sent);
    record_builtin(record, RECORD_WHOLE_RUN, BUILTIN_WS_MSGS_RECEIVED, crowd->world.received);
    record_builtin(record, RECORD_WHOLE_RUN, BUILTIN_DATA_SENT,
                   ws_client_sent_bytes(crowd->world.client));
    record_builtin(record, RECORD_WHOLE_RUN, BUILTIN_DATA_RECEIVED,
                   ws_client_received_bytes(crowd->world.client));
}

void socket_crowd_clean_up(struct socket_crowd *crowd)
{
    if (crowd->cleanup != CLEANUP_NOT_YET) {
        return;
    }
    uint64_t longest_s = crowd->plan.brief ? BRIEF_CLEANUP : SOCKET_CLEANUP_MAX_S;
    crowd->cleanup = CLEANUP_RUNS;
    crowd->give_up_ns = clock_now_ns() + longest_s * NS_PER_S;
    if (crowd->ever_ready) {
        loop_timer_start(crowd->step, 0);
    } else {
        end_cleanup(crowd, clock_now_ns(), false);
    }
}

void socket_crowd_finish(struct socket_crowd *crowd)
{
    if (!crowd->told) {
        crowd->told = true;
        end_fanout(crowd);
        tell_messages(crowd);
    }
}

bool socket_crowd_is_over(const struct socket_crowd *crowd)
{
    return crowd->cleanup == CLEANUP_OVER;
}
