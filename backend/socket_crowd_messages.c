/* The messages that are followed to a crowd's members. */
#include "backend/socket_crowd_parts.h"

#include "backend/fanout.h"
#include "base/mem.h"

#define MARK_BYTES 256
#define ASK_TEXT   0
#define ASK_ORDER  1

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
enum err socket_crowd_follow(struct socket_crowd *crowd, struct err_msg *msg)
{
    const struct socket_api *api = socket_crowd_api(crowd);
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
    if (socket_crowd_api(crowd)->message_order != NULL) {
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
    const struct socket_api *api = socket_crowd_api(crowd);
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
    const char *leave = socket_crowd_api(crowd)->leave_event;
    if (crowd->record->fanout != NULL && leave != NULL && json != NULL &&
        strcmp(event, leave) == 0) {
        const struct socketio_text data = { json, strlen(json) };
        socket_rooms_leave(crowd->member[number].rooms, &data);
    }
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

/* The counters are told once, so that they are there when they are 0. */
void socket_crowd_judge(struct socket_crowd *crowd)
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
