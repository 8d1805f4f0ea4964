#include "cli/connected.h"

#include <stdio.h>
#include <string.h>

static void add_ends(const cJSON *list, const char *what, struct strbuf *out)
{
    const cJSON *end = NULL;
    cJSON_ArrayForEach (end, list) {
        const char *part = json_text(end, "waiting_for");
        double code = json_number(end, "code", 0);
        strbuf_addf(out, "    %.0f %s: %s", json_number(end, "count", 0), what,
                    json_text(end, "kind"));
        if (code > 0) {
            strbuf_addf(out, " %.0f", code);
        }
        if (part != NULL) {
            strbuf_addf(out, ", waiting for %s", part);
        }
        strbuf_add_char(out, '\n');
    }
}

static void add_time(double ms, struct strbuf *out)
{
    if (ms >= 1000) {
        strbuf_addf(out, "%.2f s", ms / 1000);
    } else {
        strbuf_addf(out, "%.1f ms", ms);
    }
}

static void add_cleanup(const cJSON *sockets, struct strbuf *out)
{
    const char *problem = json_text(sockets, "cleanup_problem");
    double ms = json_number(sockets, "cleanup_ms", -1);
    if (problem != NULL) {
        strbuf_addf(out, "; clean-up %s", problem);
    } else if (ms >= 0) {
        strbuf_add_str(out, "; clean-up ");
        add_time(ms, out);
    }
    strbuf_add_char(out, '\n');
}

static void add_plateaus(const cJSON *plateaus, struct strbuf *out)
{
    const cJSON *plateau = NULL;
    cJSON_ArrayForEach (plateau, plateaus) {
        double counted = json_number(plateau, "server_count", -1);
        double p95_ms = json_number(plateau, "connect_p95_ms", -1);
        strbuf_addf(out, "    held %.0f of %.0f for %.0f s, %.0f dropped",
                    json_number(plateau, "connected", 0), json_number(plateau, "target", 0),
                    json_number(plateau, "hold_s", 0), json_number(plateau, "dropped", 0));
        if (counted >= 0) {
            strbuf_addf(out, ", the server counts %.0f", counted);
        }
        if (p95_ms >= 0) {
            strbuf_add_str(out, ", connects before it p95 ");
            add_time(p95_ms, out);
        }
        strbuf_add_char(out, '\n');
    }
}

static void add_median(const cJSON *fanout, const char *key, struct strbuf *out)
{
    const cJSON *bounds = NULL;
    const cJSON *name = NULL;
    char path[64];
    (void)snprintf(path, sizeof path, "%s.med", key);
    double ms = json_number(fanout, path, -1);
    (void)snprintf(path, sizeof path, "%s.at_least", key);
    bounds = json_at(fanout, path);
    cJSON_ArrayForEach (name, bounds) {
        if (strcmp(name->valuestring, "med") == 0) {
            strbuf_add_str(out, "≥");
        }
    }
    if (ms < 0) {
        strbuf_add_char(out, '-');
    } else {
        add_time(ms, out);
    }
}

static void add_fanout(const cJSON *fanout, struct strbuf *out)
{
    strbuf_addf(out,
                "    fan-out: %.0f messages, %.0f deliveries expected: %.0f lost, %.0f late, %.0f "
                "doubled, %.0f out of order\n",
                json_number(fanout, "messages", 0), json_number(fanout, "expected", 0),
                json_number(fanout, "lost", 0), json_number(fanout, "late", 0),
                json_number(fanout, "duplicates", 0), json_number(fanout, "order_violations", 0));
    if (json_number(fanout, "expected", 0) > 0) {
        strbuf_add_str(out, "    a message reached its first recipient after ");
        add_median(fanout, "first_ms", out);
        strbuf_add_str(out, ", half of them after ");
        add_median(fanout, "median_ms", out);
        strbuf_add_str(out, ", the last after ");
        add_median(fanout, "last_ms", out);
        strbuf_add_str(out, " (medians)\n");
    }
}

void connected_write(const cJSON *sockets, struct strbuf *out)
{
    const cJSON *note = NULL;
    const cJSON *connections = json_at(sockets, "connections");
    const cJSON *fanout = json_at(sockets, "fanout");
    if (sockets == NULL) {
        return;
    }
    strbuf_addf(out, "  sockets: %.0f connected, %.0f failed, %.0f dropped",
                json_number(connections, "connected", 0), json_number(connections, "failed", 0),
                json_number(connections, "dropped", 0));
    add_cleanup(sockets, out);
    add_ends(json_at(connections, "failures"), "failed", out);
    add_ends(json_at(connections, "drops"), "dropped", out);
    add_plateaus(json_at(sockets, "plateaus"), out);
    if (fanout != NULL) {
        add_fanout(fanout, out);
    }
    cJSON_ArrayForEach (note, json_at(sockets, "notes")) {
        strbuf_addf(out, "    note: %s\n", note->valuestring);
    }
}
