/* What a load did with Socket.IO connections, read into the model. */
#include <math.h>

#include "base/mem.h"
#include "reports/load_build.h"

#define PLATEAUS_MAX ((size_t)40)

/* The parts of connecting, in their order in time; the key in the JSON and the words. */
static const char *const parts[][2] = {
    { "total", "whole" },
    { "tcp", "TCP" },
    { "upgrade", "WebSocket upgrade" },
    { "open", "Engine.IO open" },
    { "ack", "Socket.IO connect" },
    { "rooms_joined", "rooms joined" },
};

static const char *const deliveries[][2] = {
    { "first_ms", "first receiver" },     { "median_ms", "median receiver" },
    { "p99_ms", "p99 of the receivers" }, { "last_ms", "last receiver" },
    { "sender_ms", "the sender itself" },
};

static void read_parts(struct report *report, const cJSON *node, struct report_sockets *out)
{
    size_t most = sizeof parts / sizeof parts[0];
    out->part = report_keep_array(report, most, sizeof *out->part);
    for (size_t i = 0; i < most; i++) {
        const cJSON *figures = json_at(node, parts[i][0]);
        if (cJSON_IsObject(figures)) {
            struct report_trend *part = &out->part[out->part_count++];
            part->metric = parts[i][1];
            load_figures(figures, &part->figures);
        }
    }
}

static void read_plateaus(struct report *report, const cJSON *list, struct report_sockets *out)
{
    const cJSON *node;
    size_t count = load_count(report, list, "plateaus");
    out->plateau = report_keep_array(report, PLATEAUS_MAX, sizeof *out->plateau);
    cJSON_ArrayForEach (node, list) {
        if (out->plateau_count < count && out->plateau_count < PLATEAUS_MAX) {
            out->plateau[out->plateau_count++] = (struct report_plateau){
                .target = load_number(node, "target"),
                .connected = load_number(node, "connected"),
                .server_count = load_number(node, "server_count"),
                .at_s = load_number(node, "at_s"),
                .hold_s = load_number(node, "hold_s"),
                .dropped = load_number(node, "dropped"),
                .connect_p95_ms = load_number(node, "connect_p95_ms"),
                .rss_bytes = load_number(node, "rss_bytes"),
                .cpu_share = load_number(node, "cpu_share"),
            };
        }
    }
}

static void read_fanout(const cJSON *node, struct report_fanout *out)
{
    *out = (struct report_fanout){
        .present = cJSON_IsObject(node),
        .messages = load_number(node, "messages"),
        .expected = load_number(node, "expected"),
        .delivered = load_number(node, "delivered"),
        .lost = load_number(node, "lost"),
        .late = load_number(node, "late"),
        .duplicates = load_number(node, "duplicates"),
        .order_violations = load_number(node, "order_violations"),
    };
    for (size_t i = 0; i < sizeof deliveries / sizeof deliveries[0]; i++) {
        const cJSON *figures = json_at(node, deliveries[i][0]);
        if (cJSON_IsObject(figures)) {
            struct report_trend *trend = &out->trend[out->trend_count++];
            trend->metric = deliveries[i][1];
            load_figures(figures, &trend->figures);
        }
    }
}

void load_sockets(struct report *report, const cJSON *node, struct report_sockets *out)
{
    *out = (struct report_sockets){
        .present = cJSON_IsObject(node),
        .wanted = load_number(node, "connections.wanted"),
        .connected = load_number(node, "connections.connected"),
        .failed = load_number(node, "connections.failed"),
        .dropped = load_number(node, "connections.dropped"),
        .cleanup_ms = load_number(node, "cleanup_ms"),
    };
    load_counts(report, json_at(node, "connections.failures"), &out->failures);
    load_counts(report, json_at(node, "connections.drops"), &out->drops);
    read_parts(report, json_at(node, "connect_ms"), out);
    read_plateaus(report, json_at(node, "plateaus"), out);
    read_fanout(json_at(node, "fanout"), &out->fanout);
}
