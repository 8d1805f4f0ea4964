#include "backend/fanout.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "backend/figures.h"
#include "base/mem.h"

#define WORD_BITS   64U
#define MEDIAN      0.5
#define NEARLY_LAST 0.99

struct fanout_message {
    uint64_t serial;
    uint64_t sent_ns;
    uint32_t room;
    uint32_t expected;
    uint64_t *wanted;  /* bits by receiver: deliveries that are counted */
    uint64_t *got;     /* bits: who has it, expected or not */
    uint64_t *own;     /* bits: the sender's connections; NULL without one */
    uint64_t *latency; /* of the deliveries so far; NULL once judged */
    size_t latency_cap;
    uint32_t delivered;
    bool sender_has_it;
    bool closed;
    bool taken;
    bool withdrawn;
};

/* What every receiver has had from a room at most. */
struct room {
    char *name;
    uint64_t *highest; /* by receiver; 0: nothing yet */
};

struct fanout {
    struct fanout_plan plan;
    size_t words;
    struct fanout_message **message; /* in the order in which they were sent */
    size_t count;
    size_t cap;
    size_t open_from; /* all before are closed */
    size_t *table;    /* by serial, open addressing: 1 + index */
    size_t table_cap;
    struct room *room;
    size_t room_count;
    size_t room_cap;
    struct fanout_totals totals;
    struct fanout_times times;
};

struct fanout *fanout_new(const struct fanout_plan *plan)
{
    struct fanout *fanout = mem_new(sizeof *fanout);
    fanout->plan = *plan;
    fanout->words = (plan->receivers + WORD_BITS - 1) / WORD_BITS;
    return fanout;
}

static void free_message(struct fanout_message *message)
{
    free(message->wanted);
    free(message->got);
    free(message->own);
    free(message->latency);
    free(message);
}

void fanout_free(struct fanout *fanout)
{
    if (fanout == NULL) {
        return;
    }
    for (size_t i = 0; i < fanout->count; i++) {
        free_message(fanout->message[i]);
    }
    for (size_t i = 0; i < fanout->room_count; i++) {
        free(fanout->room[i].name);
        free(fanout->room[i].highest);
    }
    histogram_release(&fanout->times.first_ns);
    histogram_release(&fanout->times.median_ns);
    histogram_release(&fanout->times.p99_ns);
    histogram_release(&fanout->times.last_ns);
    histogram_release(&fanout->times.sender_ns);
    histogram_release(&fanout->times.all_ns);
    free(fanout->message);
    free(fanout->table);
    free(fanout->room);
    free(fanout);
}

static bool has_bit(const uint64_t *bits, uint32_t at)
{
    return (bits[at / WORD_BITS] >> at % WORD_BITS & 1U) != 0;
}

static void set_bit(uint64_t *bits, uint32_t at)
{
    bits[at / WORD_BITS] |= UINT64_C(1) << at % WORD_BITS;
}

static void clear_bit(uint64_t *bits, uint32_t at)
{
    bits[at / WORD_BITS] &= ~(UINT64_C(1) << at % WORD_BITS);
}

static size_t place(const struct fanout *fanout, uint64_t serial)
{
    size_t at = (size_t)(serial * UINT64_C(0x9e3779b97f4a7c15) >> 20U) & (fanout->table_cap - 1);
    while (fanout->table[at] != 0 && fanout->message[fanout->table[at] - 1]->serial != serial) {
        at = (at + 1) & (fanout->table_cap - 1);
    }
    return at;
}

static struct fanout_message *find(const struct fanout *fanout, uint64_t serial)
{
    size_t at = fanout->table_cap > 0 ? place(fanout, serial) : 0;
    return fanout->table_cap > 0 && fanout->table[at] > 0 ? fanout->message[fanout->table[at] - 1]
                                                          : NULL;
}

static void grow_table(struct fanout *fanout)
{
    if (fanout->count * 2 < fanout->table_cap) {
        return;
    }
    free(fanout->table);
    fanout->table_cap = fanout->table_cap > 0 ? fanout->table_cap * 2 : WORD_BITS;
    fanout->table = mem_new_array(fanout->table_cap, sizeof fanout->table[0]);
    for (size_t i = 0; i < fanout->count; i++) {
        fanout->table[place(fanout, fanout->message[i]->serial)] = i + 1;
    }
}

static uint32_t room_number(struct fanout *fanout, const char *name)
{
    for (size_t i = 0; i < fanout->room_count; i++) {
        if (strcmp(fanout->room[i].name, name) == 0) {
            return (uint32_t)i;
        }
    }
    mem_reserve((void **)&fanout->room, &fanout->room_cap, fanout->room_count + 1,
                sizeof fanout->room[0]);
    fanout->room[fanout->room_count] = (struct room){
        .name = mem_dup_str(name),
        .highest = mem_new_array(fanout->plan.receivers, sizeof(uint64_t)),
    };
    return (uint32_t)fanout->room_count++;
}

struct fanout_message *fanout_send(struct fanout *fanout, uint64_t serial, const char *room,
                                   uint64_t now_ns)
{
    assert(find(fanout, serial) == NULL);
    struct fanout_message *message = mem_new(sizeof *message);
    message->serial = serial;
    message->sent_ns = now_ns;
    message->room = room_number(fanout, room);
    message->wanted = mem_new_array(fanout->words, sizeof message->wanted[0]);
    message->got = mem_new_array(fanout->words, sizeof message->got[0]);
    grow_table(fanout);
    mem_reserve((void **)&fanout->message, &fanout->cap, fanout->count + 1,
                sizeof(struct fanout_message *));
    size_t at = place(fanout, serial);
    fanout->message[fanout->count++] = message;
    fanout->table[at] = fanout->count;
    return message;
}

void fanout_expect(struct fanout *fanout, struct fanout_message *message, uint32_t receiver)
{
    assert(receiver < fanout->plan.receivers);
    if (!has_bit(message->wanted, receiver)) {
        set_bit(message->wanted, receiver);
        message->expected++;
    }
}

void fanout_sender(struct fanout *fanout, struct fanout_message *message, uint32_t receiver)
{
    assert(receiver < fanout->plan.receivers);
    if (message->own == NULL) {
        message->own = mem_new_array(fanout->words, sizeof message->own[0]);
    }
    set_bit(message->own, receiver);
}

void fanout_taken(struct fanout *fanout, uint64_t serial)
{
    struct fanout_message *message = find(fanout, serial);
    if (message != NULL) {
        message->taken = true;
    }
}

void fanout_withdraw(struct fanout *fanout, uint64_t serial)
{
    struct fanout_message *message = find(fanout, serial);
    if (message != NULL && !message->closed) {
        message->withdrawn = true;
    }
}

static void check_order(struct fanout *fanout, const struct fanout_message *message,
                        uint32_t receiver, uint64_t order)
{
    uint64_t *highest = &fanout->room[message->room].highest[receiver];
    if (order < *highest) {
        fanout->totals.order_violations++;
    } else {
        *highest = order;
    }
}

static void take_delivery(struct fanout_message *message, uint64_t latency_ns)
{
    mem_reserve((void **)&message->latency, &message->latency_cap, (size_t)message->delivered + 1,
                sizeof message->latency[0]);
    message->latency[message->delivered++] = latency_ns;
}

void fanout_deliver(struct fanout *fanout, uint64_t serial, uint32_t receiver, uint64_t order,
                    uint64_t read_ns)
{
    struct fanout_message *message = find(fanout, serial);
    if (message == NULL || message->withdrawn) {
        fanout->totals.unknown += message == NULL ? 1 : 0;
        return;
    }
    if (has_bit(message->got, receiver)) {
        fanout->totals.duplicates++;
        return;
    }
    uint64_t latency_ns = read_ns > message->sent_ns ? read_ns - message->sent_ns : 0;
    set_bit(message->got, receiver);
    check_order(fanout, message, receiver, order);
    if (message->own != NULL && has_bit(message->own, receiver)) {
        if (!message->sender_has_it) {
            histogram_add(&fanout->times.sender_ns, latency_ns);
        }
        message->sender_has_it = true;
    } else if (!has_bit(message->wanted, receiver)) {
        fanout->totals.unexpected++;
    } else if (message->closed || latency_ns > fanout->plan.window_ns) {
        fanout->totals.after_window++;
    } else {
        take_delivery(message, latency_ns);
    }
}

void fanout_excuse(struct fanout *fanout, uint32_t receiver, uint64_t now_ns)
{
    for (size_t i = fanout->open_from; i < fanout->count; i++) {
        struct fanout_message *message = fanout->message[i];
        bool may_come = now_ns < message->sent_ns + fanout->plan.window_ns;
        if (!message->closed && may_come && has_bit(message->wanted, receiver) &&
            !has_bit(message->got, receiver)) {
            clear_bit(message->wanted, receiver);
            message->expected--;
        }
    }
}

static int compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

/* By nearest rank among all that were expected. */
static void add_rank(const struct fanout *fanout, const struct fanout_message *message,
                     double share, struct histogram *out)
{
    double exact = share * message->expected;
    uint32_t rank = (uint32_t)exact + ((double)(uint32_t)exact < exact ? 1 : 0);
    rank = rank > 0 ? rank : 1;
    if (rank <= message->delivered) {
        histogram_add(out, message->latency[rank - 1]);
    } else {
        histogram_add_censored(out, fanout->plan.window_ns);
    }
}

static void add_ranks(struct fanout *fanout, struct fanout_message *message)
{
    struct fanout_times *times = &fanout->times;
    if (message->delivered > 0) {
        qsort(message->latency, message->delivered, sizeof message->latency[0], compare);
    }
    add_rank(fanout, message, 0, &times->first_ns);
    add_rank(fanout, message, MEDIAN, &times->median_ns);
    add_rank(fanout, message, NEARLY_LAST, &times->p99_ns);
    add_rank(fanout, message, 1, &times->last_ns);
}

static void add_sample(struct fanout *fanout, uint64_t latency_ns, bool lost)
{
    if (lost) {
        histogram_add_censored(&fanout->times.all_ns, latency_ns);
    } else {
        histogram_add(&fanout->times.all_ns, latency_ns);
    }
    if (fanout->plan.sample != NULL) {
        fanout->plan.sample(fanout->plan.arg, latency_ns, lost);
    }
}

static void judge(struct fanout *fanout, struct fanout_message *message)
{
    struct fanout_totals *totals = &fanout->totals;
    totals->messages++;
    totals->expected += message->expected;
    totals->delivered += message->delivered;
    totals->lost += message->expected - message->delivered;
    if (message->expected > 0) {
        add_ranks(fanout, message);
    }
    for (uint32_t i = 0; i < message->expected; i++) {
        bool lost = i >= message->delivered;
        uint64_t latency_ns = lost ? fanout->plan.window_ns : message->latency[i];
        totals->late += !lost && latency_ns > fanout->plan.late_ns ? 1 : 0;
        add_sample(fanout, latency_ns, lost);
    }
}

static void close_message(struct fanout *fanout, struct fanout_message *message)
{
    message->closed = true;
    if (!message->taken) {
        fanout->totals.withdrawn++;
    } else {
        judge(fanout, message);
    }
    free(message->latency);
    message->latency = NULL;
}

/* In the order in which they were sent: behind one that waits for its answer the others wait too.
 */
void fanout_close(struct fanout *fanout, uint64_t now_ns)
{
    while (fanout->open_from < fanout->count) {
        struct fanout_message *message = fanout->message[fanout->open_from];
        bool settled = message->taken || message->withdrawn;
        if (!settled || now_ns < message->sent_ns + fanout->plan.window_ns) {
            return;
        }
        close_message(fanout, message);
        fanout->open_from++;
    }
}

void fanout_finish(struct fanout *fanout)
{
    while (fanout->open_from < fanout->count) {
        close_message(fanout, fanout->message[fanout->open_from++]);
    }
}

const struct fanout_totals *fanout_totals(const struct fanout *fanout)
{
    return &fanout->totals;
}

const struct fanout_times *fanout_times(const struct fanout *fanout)
{
    return &fanout->times;
}

void fanout_to_json(const struct fanout *fanout, cJSON *parent, const char *key)
{
    const struct fanout_totals *totals = &fanout->totals;
    const struct {
        const char *name;
        uint64_t value;
    } counts[] = {
        { "messages", totals->messages },
        { "withdrawn", totals->withdrawn },
        { "expected", totals->expected },
        { "delivered", totals->delivered },
        { "lost", totals->lost },
        { "late", totals->late },
        { "duplicates", totals->duplicates },
        { "order_violations", totals->order_violations },
        { "unexpected", totals->unexpected },
        { "unknown", totals->unknown },
        { "after_window", totals->after_window },
    };
    const struct {
        const char *name;
        const struct histogram *times;
    } trends[] = {
        { "first_ms", &fanout->times.first_ns },   { "median_ms", &fanout->times.median_ns },
        { "p99_ms", &fanout->times.p99_ns },       { "last_ms", &fanout->times.last_ns },
        { "sender_ms", &fanout->times.sender_ns }, { "delivery_ms", &fanout->times.all_ns },
    };
    cJSON *node = json_add_object(parent, key);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        json_add_number(node, counts[i].name, (double)counts[i].value);
    }
    json_add_number(node, "late_after_ms", (double)fanout->plan.late_ns / FIGURES_NS_IN_MS);
    json_add_number(node, "window_ms", (double)fanout->plan.window_ns / FIGURES_NS_IN_MS);
    for (size_t i = 0; i < sizeof trends / sizeof trends[0]; i++) {
        figures_to_json(trends[i].times, FIGURES_NS_IN_MS, node, trends[i].name);
    }
}

static bool take_serial(const char *text, size_t bytes, uint64_t *serial)
{
    uint64_t value = 0;
    size_t digits = 0;
    while (digits < bytes && text[digits] >= '0' && text[digits] <= '9') {
        uint64_t digit = (uint64_t)(text[digits] - '0');
        if (value > (UINT64_MAX - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
        digits++;
    }
    *serial = value;
    return digits > 0;
}

bool fanout_find_mark(const char *text, size_t bytes, const char *run, uint64_t *serial)
{
    size_t length = strlen(run);
    for (size_t at = 0; at + length + 1 < bytes; at++) {
        if (memcmp(text + at, run, length) == 0 && text[at + length] == ' ') {
            return take_serial(text + at + length + 1, bytes - at - length - 1, serial);
        }
    }
    return false;
}
