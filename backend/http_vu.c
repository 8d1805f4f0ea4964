/* The kind of virtual user that makes HTTP requests. */
#include "backend/vu_kind.h"

#include "backend/answer.h"
#include "backend/socket_crowd.h"
#include "backend/vu_values.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"

#define GOLDEN UINT64_C(0x9e3779b97f4a7c15)
/* A request that cannot even be written must not make its VU spin. */
#define FAILED_PAUSE_NS (100 * NS_PER_MS)

enum vu_state {
    VU_IDLE,
    VU_WAITING, /* for the beginning of its iteration */
    VU_THINKING,
    VU_ASKING,
    VU_STUCK /* a request could not be written */
};

struct http_vu {
    struct vu base; /* the first member */
    enum vu_state state;
    struct rng rng;
    struct loop_timer *timer;
    struct http_call *call;
    struct json_scan **scan; /* by request number; made when first needed */
    struct vu_values values;
    char **form; /* values of the form being sent */
    struct strbuf url;
    struct strbuf body;
    const struct request *request; /* the last one sent */
    enum outcome outcome;          /* of it */
    uint64_t iteration_ns;         /* when the iteration began */
    uint64_t due_ns;               /* when the next step was to begin */
    uint64_t sent_vus;             /* at work when the request was sent */
    unsigned sent_stage;
    uint64_t serial;
    size_t at; /* the next step */
    size_t depth;
    uint32_t left[WORKLOAD_LOOPS_MAX]; /* turns of the loops that it is in */
};

static void on_timer(void *arg);
static void on_answer(void *arg, const struct http_answer *answer);
static void on_body(void *arg, int status, const char *bytes, size_t count);

static struct http_vu *http_vu_of(struct vu *base)
{
    return (struct http_vu *)(void *)base; /* its first member */
}

static const struct vu_kind kind;

struct vu *http_vu_new(struct vu_world *world, const struct vu_role *role)
{
    struct http_vu *vu = mem_new(sizeof *vu);
    vu->base.kind = &kind;
    vu->values = (struct vu_values){ .workload = world->workload,
                                     .run = world->run,
                                     .number = role->number };
    rng_init(&vu->rng, world->seed ^ (GOLDEN * (role->number + 1)) ^ (role->scenario << 32U));
    return &vu->base;
}

static void furnish(struct http_vu *vu)
{
    const struct workload *workload = vu->base.world->workload;
    const struct http_handlers handlers = { .arg = vu, .done = on_answer, .body = on_body };
    vu->timer = loop_timer_new(vu->base.world->loop, on_timer, vu);
    vu->call = http_call_new(vu->base.world->http, &handlers);
    vu->scan = mem_new_array(workload->request_count, sizeof(struct json_scan *));
    vu->values.slot = mem_new_array(workload->slot_count, sizeof vu->values.slot[0]);
}

static void free_form(struct http_vu *vu)
{
    for (size_t i = 0; vu->form != NULL && i < WORKLOAD_LIST_MAX; i++) {
        free(vu->form[i]);
    }
    free(vu->form);
    vu->form = NULL;
}

static void release(struct vu *base)
{
    struct http_vu *vu = http_vu_of(base);
    const struct workload *workload = vu->base.world->workload;
    loop_timer_free(vu->timer);
    http_call_free(vu->call);
    for (size_t i = 0; vu->scan != NULL && i < workload->request_count; i++) {
        json_scan_free(vu->scan[i]);
    }
    free_form(vu);
    strbuf_release(&vu->url);
    strbuf_release(&vu->body);
    free(vu->scan);
    vu_values_release(&vu->values);
    free(vu);
}

static bool is_busy(const struct vu *base)
{
    return ((const struct http_vu *)(const void *)base)->state != VU_IDLE;
}

static bool write_url(struct http_vu *vu, const struct request *request)
{
    char sign = '?';
    strbuf_clear(&vu->url);
    strbuf_add_str(&vu->url, vu->base.world->base);
    if (!template_fill(&request->path, vu_values_get, &vu->values, &vu->url)) {
        return false;
    }
    for (size_t i = 0; i < request->query_count; i++) {
        const struct query_field *field = &request->query[i];
        size_t before = vu->url.len;
        strbuf_add_char(&vu->url, sign);
        strbuf_add_str(&vu->url, field->name);
        strbuf_add_char(&vu->url, '=');
        if (template_fill(&field->value, vu_values_get, &vu->values, &vu->url)) {
            sign = '&';
        } else {
            vu->url.len = before;
            vu->url.data[before] = '\0';
        }
    }
    return true;
}

static bool write_form(struct http_vu *vu, const struct request *request,
                       struct http_field fields[WORKLOAD_LIST_MAX])
{
    free_form(vu);
    vu->form = mem_new_array(WORKLOAD_LIST_MAX, sizeof vu->form[0]);
    for (size_t i = 0; i < request->form_count; i++) {
        struct strbuf value = STRBUF_INIT;
        if (!template_fill(&request->form[i].value, vu_values_get, &vu->values, &value)) {
            strbuf_release(&value);
            return false;
        }
        vu->form[i] = strbuf_detach(&value);
        fields[i] = (struct http_field){ request->form[i].name, vu->form[i] };
    }
    return true;
}

static void expect_body(struct http_vu *vu, const struct request *request)
{
    if (request->asks == NULL) {
        return;
    }
    struct json_scan **scan = &vu->scan[request->number];
    if (*scan == NULL) {
        *scan = json_scan_new(request->asks);
    } else {
        json_scan_restart(*scan);
    }
}

static bool write_request(struct http_vu *vu, const struct request *request,
                          struct http_request *out, struct http_field fields[WORKLOAD_LIST_MAX],
                          struct http_field *file)
{
    if (!write_url(vu, request)) {
        return false;
    }
    *out = (struct http_request){ .method = request->method,
                                  .url = vu->url.data,
                                  .timeout_ms = request->timeout_ns / NS_PER_MS };
    if (request->auth >= 0) {
        const struct variable *variable = &vu->base.world->workload->variable[request->auth];
        out->auth_line = vu->values.slot[variable->slot].auth_line;
    }
    if (request->has_body) {
        strbuf_clear(&vu->body);
        if (!template_fill(&request->body, vu_values_get, &vu->values, &vu->body)) {
            return false;
        }
        out->json_body = vu->body.data;
        out->json_bytes = vu->body.len;
    }
    if (request->file_field != NULL) {
        if (!write_form(vu, request, fields)) {
            return false;
        }
        *file = (struct http_field){ request->file_field,
                                     vu->base.world->files->path[request->number] };
        out->form = fields;
        out->form_count = request->form_count;
        out->form_file = file;
    }
    return true;
}

/* Its message is about to go to the sockets in the room. */
static void announce(struct http_vu *vu, const struct request *request, uint64_t now_ns)
{
    struct strbuf room = STRBUF_INIT;
    const char *sender = NULL;
    if (request->auth >= 0) {
        const struct variable *variable = &vu->base.world->workload->variable[request->auth];
        sender = vu->values.slot[variable->slot].text;
    }
    if (template_fill(&request->room, vu_values_get, &vu->values, &room)) {
        socket_crowd_announce(vu->base.world->crowd, vu->serial, strbuf_text(&room), sender,
                              now_ns);
    }
    strbuf_release(&room);
}

static void send(struct http_vu *vu, const struct request *request, uint64_t now_ns)
{
    struct http_request out;
    struct http_field fields[WORKLOAD_LIST_MAX];
    struct http_field file;
    vu->request = request;
    vu->serial = vu->base.world->next_serial;
    vu->values.serial = vu->serial;
    vu->base.world->next_serial += vu->base.world->parts;
    vu->sent_vus = vu->base.world->vus * vu->base.world->parts;
    vu->sent_stage = *vu->base.role.stage;
    if (!write_request(vu, request, &out, fields, &file)) {
        vu->state = VU_STUCK;
        vu->due_ns = now_ns + FAILED_PAUSE_NS;
        loop_timer_start(vu->timer, FAILED_PAUSE_NS);
        return;
    }
    expect_body(vu, request);
    if (request->message_ledger && vu->base.world->ledger != NULL) {
        ledger_sent(vu->base.world->ledger, vu->serial);
    }
    if (request->fans_out && vu->base.world->crowd != NULL) {
        announce(vu, request, now_ns);
    }
    vu->state = VU_ASKING;
    http_call_start(vu->call, &out);
}

/* Whether a pause began. */
static bool think(struct http_vu *vu, const struct think *think, uint64_t now_ns)
{
    const struct pause *pause = &think->pause;
    if (vu->base.world->pause != NULL) {
        pause = vu->base.world->pause;
    } else if (vu->request != NULL && (think->after_outcomes >> vu->outcome & 1U) != 0) {
        pause = &think->after;
    }
    uint64_t ns = pause->min_ns + rng_below(&vu->rng, pause->max_ns - pause->min_ns + 1);
    if (ns == 0) {
        return false;
    }
    vu->due_ns = now_ns + ns;
    vu->state = VU_THINKING;
    loop_timer_start(vu->timer, ns);
    return true;
}

static bool has_value(struct http_vu *vu, int variable)
{
    return variable < 0 || vu_values_get(&vu->values, variable).text != NULL;
}

static void end_loop(struct http_vu *vu, const struct step *step)
{
    uint32_t *left = &vu->left[vu->depth - 1];
    if (--*left > 0 && has_value(vu, step->loop.while_variable)) {
        vu->at = step->other_end + 1;
    } else {
        vu->depth--;
    }
}

static void end_iteration(struct http_vu *vu, uint64_t now_ns)
{
    vu->state = VU_IDLE;
    record_iteration(vu->base.world->record, vu->base.role.scenario, now_ns - vu->iteration_ns);
    vu->base.role.done(vu->base.role.arg, &vu->base);
}

/* Goes on to the next step that takes time, or to the iteration's end. */
static void walk(struct http_vu *vu, uint64_t now_ns)
{
    const struct flow *flow = vu->base.role.flow;
    while (vu->at < flow->step_count) {
        const struct step *step = &flow->step[vu->at++];
        switch (step->kind) {
        case STEP_PICK:
            vu_values_pick(&vu->values, &step->pick, &vu->rng);
            break;
        case STEP_REQUEST:
            send(vu, step->request, now_ns);
            return;
        case STEP_THINK:
            if (think(vu, &step->think, now_ns)) {
                return;
            }
            break;
        case STEP_LOOP:
            vu->left[vu->depth++] = step->loop.times;
            break;
        case STEP_LOOP_END:
            end_loop(vu, step);
            break;
        case STEP_CONNECT:
        case STEP_EMIT:
        case STEP_WAIT:
        case STEP_HOLD:
        case STEP_DISCONNECT:
            break; /* of the other kind's flows */
        }
    }
    end_iteration(vu, now_ns);
}

static void begin(struct http_vu *vu, uint64_t now_ns)
{
    vu->iteration_ns = now_ns;
    vu->at = 0;
    vu->depth = 0;
    vu->request = NULL;
    vu_values_clear(&vu->values, vu->base.started - 1);
    walk(vu, now_ns);
}

static void start(struct vu *base, uint64_t due_ns, uint64_t now_ns)
{
    struct http_vu *vu = http_vu_of(base);
    if (vu->call == NULL) {
        furnish(vu);
    }
    vu->due_ns = due_ns;
    if (due_ns > now_ns) {
        vu->state = VU_WAITING;
        loop_timer_start(vu->timer, due_ns - now_ns);
        return;
    }
    begin(vu, now_ns);
}

static void interrupt(struct vu *base)
{
    struct http_vu *vu = http_vu_of(base);
    struct socket_crowd *crowd = vu->base.world->crowd;
    if (vu->state != VU_WAITING) {
        record_interrupted(vu->base.world->record, vu->base.role.scenario, vu->state == VU_ASKING);
    }
    if (vu->state == VU_ASKING && vu->request->fans_out && crowd != NULL) {
        socket_crowd_answered(crowd, vu->serial, false); /* nobody will know whether it was taken */
    }
    loop_timer_stop(vu->timer);
    http_call_cancel(vu->call);
    vu->state = VU_IDLE;
}

static void on_body(void *arg, int status, const char *bytes, size_t count)
{
    const struct http_vu *vu = arg;
    /* The API's own patterns speak of errors only: a good body need not be read for them. */
    if (vu->request->asks != NULL && (vu->request->body_questions > 0 || status >= 400)) {
        (void)json_scan_feed(vu->scan[vu->request->number], bytes, count);
    }
}

static void keep_captures(struct http_vu *vu, const struct json_scan *scan, bool is_json)
{
    const struct request *request = vu->request;
    for (size_t i = 0; i < request->capture_count; i++) {
        const struct capture *capture = &request->capture[i];
        struct slot *slot =
            &vu->values.slot[vu->base.world->workload->variable[capture->variable].slot];
        const struct json_answer *answer = json_scan_answer(scan, capture->question);
        slot->text = NULL;
        if (!is_json || !answer->has_text || answer->text_cut) {
            continue;
        }
        if (slot->captured == NULL) {
            slot->captured = mem_new(WORKLOAD_CAPTURE_BYTES + 1);
        }
        memcpy(slot->captured, answer->text, answer->text_bytes);
        slot->text = slot->captured;
        slot->bytes = answer->text_bytes;
    }
}

static void watch_server(struct vu_world *world, enum outcome outcome)
{
    if (outcome < OUTCOME_TIMEOUT) {
        world->has_answered = true;
    } else if (outcome == OUTCOME_CONNECT && world->has_answered) {
        world->was_refused = true;
    }
}

static void settle(struct http_vu *vu, const struct http_answer *answer, uint64_t now_ns)
{
    struct vu_world *world = vu->base.world;
    const struct request *request = vu->request;
    struct json_scan *scan = request->asks != NULL ? vu->scan[request->number] : NULL;
    struct judgement judgement;
    bool is_json = scan != NULL && json_scan_finish(scan);
    answer_judge(&world->workload->api, request, answer, scan, is_json, &judgement);
    vu->outcome = judgement.outcome;
    if (scan != NULL) {
        keep_captures(vu, scan, is_json && judgement.outcome == OUTCOME_OK);
    }
    if (request->message_ledger && world->ledger != NULL && judgement.outcome == OUTCOME_OK) {
        ledger_taken(world->ledger, vu->serial);
    }
    if (request->fans_out && world->crowd != NULL) {
        socket_crowd_answered(world->crowd, vu->serial, judgement.outcome == OUTCOME_OK);
    }
    watch_server(world, judgement.outcome);
    const struct record_request sample = {
        .scenario = vu->base.role.scenario,
        .request = request,
        .stage = vu->sent_stage,
        .vus = vu->sent_vus,
        .outcome = judgement.outcome,
        .checks_passed = judgement.checks_passed,
        .answer = answer,
        .response_ns = now_ns - vu->due_ns,
    };
    record_request(world->record, &sample);
}

static void on_answer(void *arg, const struct http_answer *answer)
{
    struct http_vu *vu = arg;
    uint64_t now_ns = clock_now_ns();
    settle(vu, answer, now_ns);
    vu->due_ns = now_ns;
    walk(vu, now_ns);
}

static void on_timer(void *arg)
{
    struct http_vu *vu = arg;
    uint64_t now_ns = clock_now_ns();
    record_lateness(vu->base.world->record, now_ns > vu->due_ns ? now_ns - vu->due_ns : 0);
    if (vu->state == VU_WAITING) {
        begin(vu, now_ns);
        return;
    }
    if (vu->state == VU_STUCK) {
        const struct http_answer nothing = { .failure = HTTP_LOCAL,
                                             .detail = "a variable has no value" };
        settle(vu, &nothing, now_ns);
    }
    walk(vu, now_ns);
}

static const struct vu_kind kind = {
    .free = release,
    .start = start,
    .is_busy = is_busy,
    .interrupt = interrupt,
};
