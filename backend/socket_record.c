#include "backend/socket_record.h"

#include <stdarg.h>
#include <stdio.h>

#include "backend/figures.h"
#include "base/mem.h"

struct socket_record *socket_record_new(void)
{
    struct socket_record *record = mem_new(sizeof *record);
    record->cleanup_ms = -1;
    return record;
}

void socket_record_free(struct socket_record *record)
{
    if (record == NULL) {
        return;
    }
    histogram_release(&record->total_ns);
    histogram_release(&record->turn_ns);
    for (size_t i = 0; i < SOCKET_PART_COUNT; i++) {
        histogram_release(&record->part_ns[i]);
    }
    fanout_free(record->fanout);
    free(record);
}

void socket_record_ready(struct socket_record *record, const struct socket_link *link,
                         uint64_t now_ns)
{
    record->connected++;
    histogram_add(&record->total_ns, now_ns - link->begun_ns);
    for (size_t i = 0; i < SOCKET_PART_COUNT; i++) {
        uint64_t ns = 0;
        if (socket_link_part_ns(link, (enum socket_part)i, &ns)) {
            histogram_add(&record->part_ns[i], ns);
        }
    }
}

/* The last entry takes what has no room any more. */
static void count_end(struct socket_ends *list, size_t *count, const struct socket_end *end)
{
    for (size_t i = 0; i < *count; i++) {
        if (list[i].end.kind == end->kind && list[i].end.part == end->part &&
            list[i].end.code == end->code) {
            list[i].count++;
            return;
        }
    }
    if (*count == SOCKET_ENDS_MAX) {
        list[SOCKET_ENDS_MAX - 1].count++;
        return;
    }
    list[(*count)++] = (struct socket_ends){ *end, 1 };
}

void socket_record_end(struct socket_record *record, const struct socket_end *end)
{
    if (end->part == SOCKET_PART_COUNT) {
        record->dropped++;
        count_end(record->drop, &record->drop_count, end);
    } else {
        record->failed++;
        count_end(record->failure, &record->failure_count, end);
    }
}

void socket_record_note(struct socket_record *record, const char *format, ...)
{
    va_list args;
    if (record->note_count == SOCKET_NOTES_MAX) {
        return;
    }
    va_start(args, format);
    (void)vsnprintf(record->note[record->note_count++], SOCKET_NOTE_BYTES, format, args);
    va_end(args);
}

static void add_ends(const struct socket_ends *list, size_t count, cJSON *parent, const char *key)
{
    cJSON *array = json_add_array(parent, key);
    for (size_t i = 0; i < count; i++) {
        const struct socket_end *end = &list[i].end;
        cJSON *node = json_push_object(array);
        json_add_text(node, "kind", socket_kind_names[end->kind]);
        if (end->part < SOCKET_PART_COUNT) {
            json_add_text(node, "waiting_for", socket_part_names[end->part]);
        }
        if (end->code > 0) {
            json_add_number(node, "code", end->code);
        }
        json_add_number(node, "count", (double)list[i].count);
    }
}

static void add_connections(const struct socket_record *record, cJSON *parent)
{
    cJSON *node = json_add_object(parent, "connections");
    json_add_number(node, "wanted", (double)record->wanted);
    json_add_number(node, "connected", (double)record->connected);
    json_add_number(node, "failed", (double)record->failed);
    add_ends(record->failure, record->failure_count, node, "failures");
    json_add_number(node, "dropped", (double)record->dropped);
    add_ends(record->drop, record->drop_count, node, "drops");
    json_add_number(node, "given_up", (double)record->given_up);
    json_add_number(node, "identities", record->identities);
    json_add_number(node, "source_addresses", record->sources);
}

static void add_plateaus(const struct socket_record *record, cJSON *parent)
{
    cJSON *array = json_add_array(parent, "plateaus");
    for (size_t i = 0; i < record->plateau_count; i++) {
        const struct socket_plateau *plateau = &record->plateau[i];
        cJSON *node = json_push_object(array);
        json_add_number(node, "target", plateau->target);
        json_add_number(node, "connected", plateau->connected);
        if (plateau->server_count >= 0) {
            json_add_number(node, "server_count", (double)plateau->server_count);
        }
        json_add_number(node, "at_s", plateau->at_s);
        json_add_number(node, "hold_s", plateau->hold_s);
        json_add_number(node, "dropped", (double)plateau->dropped);
        json_add_number(node, "connects", (double)plateau->connects);
        if (plateau->connect_cpu_ms >= 0) {
            json_add_number(node, "connect_cpu_ms", plateau->connect_cpu_ms);
        }
        if (plateau->connect_p95_ms >= 0) {
            json_add_number(node, "connect_p95_ms", plateau->connect_p95_ms);
        }
        json_add_number(node, "rss_bytes", (double)plateau->rss_bytes);
        json_add_number(node, "cpu_share", plateau->cpu_share);
    }
}

cJSON *socket_record_to_json(const struct socket_record *record)
{
    cJSON *root = json_new_object();
    add_connections(record, root);
    cJSON *times = json_add_object(root, "connect_ms");
    figures_to_json(&record->total_ns, FIGURES_NS_IN_MS, times, "total");
    for (size_t i = 0; i < SOCKET_PART_COUNT; i++) {
        figures_to_json(&record->part_ns[i], FIGURES_NS_IN_MS, times, socket_part_names[i]);
    }
    figures_to_json(&record->turn_ns, FIGURES_NS_IN_MS, root, "read_delay_ms");
    add_plateaus(record, root);
    if (record->cleanup_ms >= 0) {
        json_add_number(root, "cleanup_ms", record->cleanup_ms);
        json_add_bool(root, "cleanup_by_server", record->cleanup_by_server);
    } else if (record->cleanup_problem[0] != '\0') {
        json_add_text(root, "cleanup_problem", record->cleanup_problem);
    }
    cJSON *notes = json_add_array(root, "notes");
    for (size_t i = 0; i < record->note_count; i++) {
        json_push_text(notes, record->note[i]);
    }
    if (record->fanout != NULL) {
        fanout_to_json(record->fanout, root, "fanout");
    }
    return root;
}
