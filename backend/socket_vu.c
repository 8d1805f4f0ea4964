#include "backend/socket_vu.h"

#include "backend/socket_record.h"
#include "backend/vu_values.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"

#define GOLDEN         UINT64_C(0x9e3779b97f4a7c15)
#define TURNS          UINT64_C(0xd1342543de82ef95) /* another, or VU and turn could change places */
#define STATUS_UPGRADE 101
/* An event that cannot even be written must not make its VU spin. */
#define FAILED_PAUSE_NS (100 * NS_PER_MS)

enum state {
    STATE_IDLE,
    STATE_WAITING, /* for the beginning of its iteration */
    STATE_PAUSING, /* thinks, holds, or waits before it connects again */
    STATE_HOLDING, /* to the end */
    STATE_CONNECTING,
    STATE_FOR_ACK,
    STATE_FOR_EVENT,
    STATE_DOWN /* failed or dropped, and does not connect again */
};

struct socket_vu {
    struct vu base;           /* the first member */
    struct socket_link link;  /* unlinked from the crowd when `number` is NOBODY */
    struct loop_timer *timer; /* made when first needed */
    struct slot *slot;
    const struct step *step; /* that is under way */
    uint64_t iteration_ns;
    uint64_t due_ns;   /* when the next step was to begin */
    uint64_t asked_ns; /* when the step under way began */
    uint64_t ready_ns;
    uint64_t ack_id;     /* the last one that was asked for */
    uint32_t number;     /* in the crowd */
    uint32_t connect_at; /* the step that made the connection */
    uint32_t outer_at;   /* the outermost loop begun last */
    uint32_t resume_at;  /* where to go on when the connection is lost: outside of any loop */
    uint32_t at;         /* the next step */
    uint32_t left[WORKLOAD_LOOPS_MAX];
    uint8_t depth;
    uint8_t state;
    uint8_t asked_stage;
    bool entered;
};

static struct socket_vu *socket_vu_of(struct vu *base)
{
    return (struct socket_vu *)(void *)base; /* its first member */
}

static struct socket_vu *owner_of(struct socket_link *link)
{
    return (struct socket_vu *)(void *)((char *)link - offsetof(struct socket_vu, link));
}

static void walk(struct socket_vu *vu, uint64_t now_ns);

static struct vu_values values_of(const struct socket_vu *vu)
{
    return (struct vu_values){
        .workload = vu->base.world->workload,
        .run = vu->base.world->run,
        .slot = vu->slot,
        .iteration = vu->base.started - 1,
        .number = vu->base.role.number,
    };
}

/* The same numbers for the same seed, VU, iteration, turns of loops and step, without a generator a
 * connection. */
static void make_rng(const struct socket_vu *vu, struct rng *rng)
{
    const struct vu_role *role = &vu->base.role;
    uint64_t turns = 0;
    for (uint8_t i = 0; i < vu->depth; i++) {
        turns = (turns + vu->left[i]) * TURNS;
    }
    rng_init(rng, vu->base.world->seed ^ (GOLDEN * (role->number + 1)) ^ (role->scenario << 32U) ^
                      (vu->base.started << 40U) ^ ((uint64_t)vu->at << 56U) ^ turns);
}

static void on_timer(void *arg);

static void start_timer(struct socket_vu *vu, uint64_t ns)
{
    if (vu->timer == NULL) {
        vu->timer = loop_timer_new(vu->base.world->loop, on_timer, vu);
    }
    loop_timer_start(vu->timer, ns);
}

static void stop_timer(struct socket_vu *vu)
{
    if (vu->timer != NULL) {
        loop_timer_stop(vu->timer);
    }
}

static void pause_for(struct socket_vu *vu, const struct pause *pause, uint64_t now_ns)
{
    struct rng rng;
    make_rng(vu, &rng);
    uint64_t ns = pause->min_ns + rng_below(&rng, pause->max_ns - pause->min_ns + 1);
    vu->state = STATE_PAUSING;
    vu->due_ns = now_ns + ns;
    start_timer(vu, ns);
}

static enum outcome outcome_of(const struct socket_end *end)
{
    static const enum outcome outcomes[SOCKET_KIND_COUNT] = {
        [SOCKET_REFUSED] = OUTCOME_CONNECT,     [SOCKET_TIMEOUT] = OUTCOME_TIMEOUT,
        [SOCKET_STATUS] = OUTCOME_BAD_STATUS,   [SOCKET_HANDSHAKE] = OUTCOME_PROTOCOL,
        [SOCKET_RESET] = OUTCOME_RESET,         [SOCKET_CLOSED] = OUTCOME_RESET,
        [SOCKET_REJECTED] = OUTCOME_BAD_STATUS, [SOCKET_DISCONNECTED] = OUTCOME_RESET,
        [SOCKET_PING_TIMEOUT] = OUTCOME_RESET,  [SOCKET_MALFORMED] = OUTCOME_PROTOCOL,
        [SOCKET_TOO_LARGE] = OUTCOME_PROTOCOL,  [SOCKET_LOCAL] = OUTCOME_LOCAL,
    };
    if (end->kind == SOCKET_STATUS && end->code >= 500 && end->code <= 599) {
        return OUTCOME_SERVER_ERROR;
    }
    if (end->kind == SOCKET_STATUS && end->code == 429) {
        return OUTCOME_RATE_LIMITED;
    }
    return outcomes[end->kind];
}

struct result {
    enum outcome outcome;
    int status; /* of the upgrade; 0 without one */
    uint64_t connecting_ns;
};

static void settle(struct socket_vu *vu, const struct result *result, uint64_t now_ns)
{
    struct vu_world *world = vu->base.world;
    const struct request *request = vu->step->request;
    const struct http_answer answer = {
        .failure = HTTP_ANSWERED,
        .status = result->status,
        .detail = "",
        .connecting_ns = result->connecting_ns,
        .duration_ns = now_ns - vu->asked_ns,
    };
    const struct record_request sample = {
        .scenario = vu->base.role.scenario,
        .request = request,
        .stage = vu->asked_stage,
        .vus = world->vus * world->parts,
        .outcome = result->outcome,
        .answer = &answer,
        .response_ns = now_ns - vu->due_ns,
    };
    if (result->outcome < OUTCOME_TIMEOUT) {
        world->has_answered = true;
    } else if (result->outcome == OUTCOME_CONNECT && world->has_answered) {
        world->was_refused = true;
    }
    record_request(world->record, &sample);
    vu->due_ns = now_ns;
}

static void begin_sample(struct socket_vu *vu, enum state state, uint64_t now_ns)
{
    vu->state = (uint8_t)state;
    vu->asked_ns = now_ns;
    vu->asked_stage = (uint8_t)*vu->base.role.stage;
}

/* How long the connection lived, and whether it was us who ended it. */
static void end_session(struct socket_vu *vu, bool dropped, uint64_t now_ns)
{
    struct record *record = vu->base.world->record;
    size_t scenario = vu->base.role.scenario;
    record_builtin(record, scenario, BUILTIN_WS_SESSION_DURATION, now_ns - vu->ready_ns);
    record_builtin(record, scenario, BUILTIN_SOCKET_DROPS, dropped ? 1 : 0);
}

static void part_from_server(struct socket_vu *vu, bool cut, uint64_t now_ns)
{
    if (!socket_link_is_up(&vu->link)) {
        return;
    }
    if (socket_link_is_ready(&vu->link)) {
        end_session(vu, false, now_ns);
    }
    socket_crowd_leaves(vu->base.world->crowd, vu->number, now_ns);
    if (cut) {
        socket_link_cut(&vu->link);
    } else {
        socket_link_leave(&vu->link);
    }
}

static void connect(struct socket_vu *vu, const struct step *step, uint64_t now_ns)
{
    const struct vu_world *world = vu->base.world;
    const char *token = NULL;
    if (step->request->auth >= 0) {
        token = vu->slot[world->workload->variable[step->request->auth].slot].text;
    }
    part_from_server(vu, false, now_ns);
    begin_sample(vu, STATE_CONNECTING, now_ns);
    socket_crowd_tried(world->crowd);
    socket_link_connect(&vu->link, token, step->request->timeout_ns, step->socket.wants_rooms,
                        now_ns);
}

/* Whether something is to be waited for. */
static bool emit(struct socket_vu *vu, const struct step *step, uint64_t now_ns)
{
    const struct request *request = step->request;
    struct vu_values values = values_of(vu);
    struct strbuf body = STRBUF_INIT;
    struct strbuf frame = STRBUF_INIT;
    if (request->has_body && !template_fill(&request->body, vu_values_get, &values, &body)) {
        const struct result result = { .outcome = OUTCOME_LOCAL };
        const struct pause pause = { FAILED_PAUSE_NS, FAILED_PAUSE_NS };
        vu->asked_ns = now_ns;
        settle(vu, &result, now_ns);
        pause_for(vu, &pause, now_ns);
        return true;
    }
    const char *json = request->has_body ? strbuf_text(&body) : NULL;
    if (step->socket.wants_ack) {
        begin_sample(vu, STATE_FOR_ACK, now_ns);
        socketio_write_event_with_id(step->socket.event, json, ++vu->ack_id, &frame);
        start_timer(vu, request->timeout_ns);
    } else {
        socketio_write_event(step->socket.event, json, &frame);
    }
    socket_link_send(&vu->link, strbuf_text(&frame), frame.len);
    socket_crowd_emitted(vu->base.world->crowd, vu->number, step->socket.event, json);
    strbuf_release(&body);
    strbuf_release(&frame);
    return step->socket.wants_ack;
}

/* Whether a pause began. */
static bool hold(struct socket_vu *vu, const struct step *step, uint64_t now_ns)
{
    const struct vu_world *world = vu->base.world;
    const struct pause *pause = world->pause != NULL ? world->pause : &step->think.pause;
    if (world->brief && step->kind == STEP_HOLD) {
        return false;
    }
    if (step->kind == STEP_HOLD && step->socket.hold == HOLD_TO_END) {
        vu->state = STATE_HOLDING;
        return true;
    }
    if (step->kind == STEP_HOLD && step->socket.hold == HOLD_UNTIL) {
        uint64_t until_ns = *vu->base.role.start_ns + step->socket.until_ns;
        const struct pause exact = { until_ns - now_ns, until_ns - now_ns };
        if (until_ns > now_ns) {
            pause_for(vu, &exact, now_ns);
        }
        return until_ns > now_ns;
    }
    if (pause->max_ns > 0) {
        pause_for(vu, pause, now_ns);
    }
    return pause->max_ns > 0;
}

static void begin_loop(struct socket_vu *vu, const struct step *step)
{
    if (vu->depth == 0) {
        vu->outer_at = vu->at - 1;
    }
    vu->left[vu->depth++] = step->loop.times;
}

static void end_loop(struct socket_vu *vu, const struct step *step)
{
    struct vu_values values = values_of(vu);
    uint32_t *left = &vu->left[vu->depth - 1];
    int variable = step->loop.while_variable;
    bool has_value = variable < 0 || vu_values_get(&values, variable).text != NULL;
    if (--*left > 0 && has_value) {
        vu->at = (uint32_t)step->other_end + 1;
    } else {
        vu->depth--;
    }
}

static void pick(struct socket_vu *vu, const struct step *step)
{
    struct vu_values values = values_of(vu);
    struct rng rng;
    make_rng(vu, &rng);
    vu_values_pick(&values, &step->pick, &rng);
}

/* Steps that take no time, and the beginning of the others. Whether one takes time. */
static bool take_step(struct socket_vu *vu, const struct step *step, uint64_t now_ns)
{
    vu->step = step;
    switch (step->kind) {
    case STEP_PICK:
        pick(vu, step);
        return false;
    case STEP_LOOP:
        begin_loop(vu, step);
        return false;
    case STEP_LOOP_END:
        end_loop(vu, step);
        return false;
    case STEP_THINK:
    case STEP_HOLD:
        return hold(vu, step, now_ns);
    case STEP_CONNECT:
        vu->connect_at = vu->at - 1;
        vu->resume_at = vu->depth > 0 ? vu->outer_at : vu->connect_at;
        connect(vu, step, now_ns);
        return true;
    case STEP_EMIT:
        return socket_link_is_ready(&vu->link) && emit(vu, step, now_ns);
    case STEP_WAIT:
        begin_sample(vu, STATE_FOR_EVENT, now_ns);
        start_timer(vu, step->request->timeout_ns);
        return true;
    case STEP_DISCONNECT:
        part_from_server(vu, step->socket.cut, now_ns);
        return false;
    case STEP_REQUEST:
        break;
    }
    return false;
}

static void end_iteration(struct socket_vu *vu, uint64_t now_ns)
{
    part_from_server(vu, false, now_ns);
    vu->state = STATE_IDLE;
    record_iteration(vu->base.world->record, vu->base.role.scenario, now_ns - vu->iteration_ns);
    vu->base.role.done(vu->base.role.arg, &vu->base);
}

static void walk(struct socket_vu *vu, uint64_t now_ns)
{
    const struct flow *flow = vu->base.role.flow;
    while (vu->at < flow->step_count) {
        if (take_step(vu, &flow->step[vu->at++], now_ns)) {
            return;
        }
    }
    end_iteration(vu, now_ns);
}

/* The connection is gone and its flow cannot go on. */
static void fall(struct socket_vu *vu, uint64_t now_ns)
{
    const struct step *step = &vu->base.role.flow->step[vu->connect_at];
    stop_timer(vu);
    if (vu->base.world->brief) {
        end_iteration(vu, now_ns);
    } else if (step->socket.connects_again) {
        vu->at = vu->resume_at; /* a connect within a loop begins the loop's turns anew */
        vu->depth = 0;
        pause_for(vu, &step->socket.again, now_ns);
    } else {
        vu->state = STATE_DOWN;
    }
}

static void begin(struct socket_vu *vu, uint64_t now_ns)
{
    struct vu_values values = values_of(vu);
    vu->iteration_ns = now_ns;
    vu->at = 0;
    vu->depth = 0;
    vu_values_clear(&values, vu->base.started - 1);
    walk(vu, now_ns);
}

static void on_timer(void *arg)
{
    struct socket_vu *vu = arg;
    uint64_t now_ns = clock_now_ns();
    if (vu->state == STATE_FOR_ACK || vu->state == STATE_FOR_EVENT) {
        const struct result late = { .outcome = OUTCOME_TIMEOUT };
        settle(vu, &late, now_ns);
        walk(vu, now_ns);
        return;
    }
    record_lateness(vu->base.world->record, now_ns > vu->due_ns ? now_ns - vu->due_ns : 0);
    if (vu->state == STATE_WAITING) {
        begin(vu, now_ns);
    } else {
        walk(vu, now_ns);
    }
}

static void on_ready(struct socket_link *link, uint64_t now_ns)
{
    struct socket_vu *vu = owner_of(link);
    struct result result = { .outcome = OUTCOME_OK, .status = STATUS_UPGRADE };
    result.connecting_ns = link->done_ns[SOCKET_PART_UPGRADE] - link->done_ns[SOCKET_PART_LINE];
    vu->ready_ns = now_ns;
    socket_crowd_ready(vu->base.world->crowd, vu->number, now_ns);
    settle(vu, &result, now_ns);
    walk(vu, now_ns);
}

static void on_event(struct socket_link *link, const struct socketio_text *name,
                     const struct socketio_packet *packet, uint64_t read_ns)
{
    struct socket_vu *vu = owner_of(link);
    socket_crowd_event(vu->base.world->crowd, vu->number, name, packet, read_ns);
    if (vu->state == STATE_FOR_EVENT && socketio_equals(name, vu->step->socket.event)) {
        const struct result came = { .outcome = OUTCOME_OK };
        stop_timer(vu);
        settle(vu, &came, read_ns);
        walk(vu, read_ns);
    }
}

static void on_ack(struct socket_link *link, uint64_t id, uint64_t read_ns)
{
    struct socket_vu *vu = owner_of(link);
    if (vu->state == STATE_FOR_ACK && id == vu->ack_id) {
        const struct result came = { .outcome = OUTCOME_OK };
        stop_timer(vu);
        settle(vu, &came, read_ns);
        walk(vu, read_ns);
    }
}

static void on_ended(struct socket_link *link, const struct socket_end *end)
{
    struct socket_vu *vu = owner_of(link);
    uint64_t now_ns = clock_now_ns();
    const struct result result = {
        .outcome = outcome_of(end),
        .status = end->kind == SOCKET_STATUS ? (int)end->code : 0,
    };
    socket_crowd_ended(vu->base.world->crowd, vu->number, end);
    if (end->part == SOCKET_PART_COUNT) {
        end_session(vu, true, now_ns);
    }
    if (vu->state == STATE_CONNECTING || vu->state == STATE_FOR_ACK ||
        vu->state == STATE_FOR_EVENT) {
        settle(vu, &result, now_ns);
    }
    fall(vu, now_ns);
}

const struct socket_events socket_vu_events = {
    .ready = on_ready,
    .event = on_event,
    .ack = on_ack,
    .ended = on_ended,
};

static void release(struct vu *base)
{
    struct socket_vu *vu = socket_vu_of(base);
    if (vu->entered) {
        if (socket_link_is_up(&vu->link)) {
            socket_link_cut(&vu->link);
        }
        socket_crowd_exit(base->world->crowd, vu->number);
    }
    loop_timer_free(vu->timer);
    struct vu_values values = values_of(vu);
    vu_values_release(&values);
    free(vu);
}

static void start(struct vu *base, uint64_t due_ns, uint64_t now_ns)
{
    struct socket_vu *vu = socket_vu_of(base);
    if (!vu->entered) {
        size_t slots = base->world->workload->slot_count;
        vu->slot = mem_new_array(slots, sizeof vu->slot[0]);
        vu->number = socket_crowd_enter(base->world->crowd, &vu->link);
        vu->entered = true;
    }
    vu->due_ns = due_ns;
    if (due_ns > now_ns) {
        vu->state = STATE_WAITING;
        start_timer(vu, due_ns - now_ns);
        return;
    }
    begin(vu, now_ns);
}

static bool is_busy(const struct vu *base)
{
    return ((const struct socket_vu *)(const void *)base)->state != STATE_IDLE;
}

/* A connection that was held to the end has done all that its flow asked for. */
static void interrupt(struct vu *base)
{
    struct socket_vu *vu = socket_vu_of(base);
    uint64_t now_ns = clock_now_ns();
    struct record *record = base->world->record;
    stop_timer(vu);
    part_from_server(vu, false, now_ns);
    if (vu->state == STATE_HOLDING) {
        record_iteration(record, base->role.scenario, now_ns - vu->iteration_ns);
    } else if (vu->state != STATE_WAITING) {
        bool in_flight = vu->state >= STATE_CONNECTING && vu->state <= STATE_FOR_EVENT;
        record_interrupted(record, base->role.scenario, in_flight);
    }
    vu->state = STATE_IDLE;
}

static const struct vu_kind kind = {
    .free = release,
    .start = start,
    .is_busy = is_busy,
    .interrupt = interrupt,
};

struct vu *socket_vu_new(struct vu_world *world, const struct vu_role *role)
{
    struct socket_vu *vu = mem_new(sizeof *vu);
    (void)world;
    (void)role;
    vu->base.kind = &kind;
    return &vu->base;
}
