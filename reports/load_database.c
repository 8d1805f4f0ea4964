/* What was watched of the database during a load, and of the sockets, read into the model. Both are
 * optional parts of a workload; a field that is missing in them is NaN or empty. */
#include <math.h>

#include "base/mem.h"
#include "reports/clean.h"
#include "reports/load_build.h"

#define NAME_CHARS ((size_t)60)
#define TEXT_CHARS ((size_t)300)
#define SQL_CHARS  ((size_t)400)
#define ROWS_MAX   ((size_t)40)

static size_t rows_of(const cJSON *list)
{
    size_t count = cJSON_IsArray(list) ? (size_t)cJSON_GetArraySize(list) : 0;
    return count < ROWS_MAX ? count : ROWS_MAX;
}

static void read_notes(struct report *report, const cJSON *list, struct report_database *out)
{
    const cJSON *note;
    size_t count = rows_of(list);
    out->note = report_keep_array(report, count, sizeof *out->note);
    cJSON_ArrayForEach (note, list) {
        if (cJSON_IsString(note) && out->note_count < count) {
            out->note[out->note_count++] = report_keep_text(report, note->valuestring, TEXT_CHARS);
        }
    }
}

static void read_wait_types(struct report *report, const cJSON *list, struct report_database *out)
{
    const cJSON *node;
    size_t count = rows_of(list);
    out->type = report_keep_array(report, count, sizeof *out->type);
    cJSON_ArrayForEach (node, list) {
        if (out->type_count < count) {
            out->type[out->type_count++] = (struct report_wait_type){
                load_text(report, node, "type", NAME_CHARS),
                load_number(node, "waiters_max"),
                load_number(node, "waited_s"),
            };
        }
    }
}

/* "polls, row 1a2b…"; "advisory, key 42"; as far as it is known. */
static const char *target_words(struct report *report, const cJSON *node)
{
    static const char *const parts[][2] = { { "relation", "" },
                                            { "row", "row " },
                                            { "key", "key " } };
    struct strbuf words = STRBUF_INIT;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const char *text = json_text(node, parts[i][0]);
        if (text != NULL && text[0] != '\0') {
            strbuf_addf(&words, "%s%s%.200s", words.len > 0 ? ", " : "", parts[i][1], text);
        }
    }
    const char *clean = report_keep_text(report, strbuf_text(&words), TEXT_CHARS);
    strbuf_release(&words);
    return clean;
}

static void read_wait_targets(struct report *report, const cJSON *list, struct report_database *out)
{
    const cJSON *node;
    size_t count = rows_of(list);
    out->target = report_keep_array(report, count, sizeof *out->target);
    cJSON_ArrayForEach (node, list) {
        if (out->target_count < count) {
            out->target[out->target_count++] = (struct report_wait_target){
                .kind = load_text(report, node, "kind", NAME_CHARS),
                .what = target_words(report, node),
                .conversation = load_text(report, node, "conversation", NAME_CHARS),
                .waiters_max = load_number(node, "waiters_max"),
                .waited_s = load_number(node, "waited_s"),
                .statement = load_text(report, node, "statement", SQL_CHARS),
                .blocker = load_text(report, node, "blocker_statement", SQL_CHARS),
            };
        }
    }
}

static void read_statements(struct report *report, const cJSON *list, struct report_database *out)
{
    const cJSON *node;
    size_t count = rows_of(list);
    out->has_statements = cJSON_IsArray(list);
    out->statement = report_keep_array(report, count, sizeof *out->statement);
    cJSON_ArrayForEach (node, list) {
        if (out->statement_count < count) {
            out->statement[out->statement_count++] = (struct report_statement){
                .query = load_text(report, node, "query", SQL_CHARS),
                .calls = load_number(node, "calls"),
                .rows = load_number(node, "rows"),
                .rows_per_call = load_number(node, "rows_per_call"),
                .total_ms = load_number(node, "total_ms"),
                .mean_ms = load_number(node, "mean_ms"),
                .max_ms = load_number(node, "max_ms"),
            };
        }
    }
}

static void read_tables(struct report *report, const cJSON *list, struct report_database *out)
{
    const cJSON *node;
    size_t count = rows_of(list);
    out->table = report_keep_array(report, count, sizeof *out->table);
    cJSON_ArrayForEach (node, list) {
        if (out->table_count < count) {
            out->table[out->table_count++] = (struct report_table){
                .name = load_text(report, node, "table", NAME_CHARS),
                .seq_scans = load_number(node, "seq_scans"),
                .seq_tuples = load_number(node, "seq_tuples"),
                .index_scans = load_number(node, "index_scans"),
                .writes = load_number(node, "inserts") + load_number(node, "updates") +
                          load_number(node, "deletes"),
                .size_bytes = load_number(node, "size_bytes"),
                .rows = load_number(node, "rows_estimate"),
            };
        }
    }
}

static void read_longest(struct report *report, const cJSON *node, struct report_database *out)
{
    static const char *const words[][3] = {
        { "running", "running_ms", "running_statement" },
        { "waiting for a lock", "waiting_ms", "waiting_statement" },
        { "idle in a transaction", "idle_in_transaction_ms", "idle_in_transaction_statement" },
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        out->longest[i] = (struct report_long_running){
            words[i][0],
            load_number(node, words[i][1]),
            load_text(report, node, words[i][2], SQL_CHARS),
        };
    }
}

static void read_counters(struct report *report, const cJSON *node, struct report_database *out)
{
    static const char *const names[][2] = {
        { "commits", "Transactions committed" },
        { "rollbacks", "Transactions rolled back" },
        { "deadlocks", "Deadlocks" },
        { "temp_files", "Temporary files" },
        { "temp_bytes", "Temporary bytes" },
    };
    out->counters.item =
        report_keep_array(report, sizeof names / sizeof names[0], sizeof *out->counters.item);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        double count = load_number(node, names[i][0]);
        if (isfinite(count)) {
            out->counters.item[out->counters.count++] = (struct report_count){ names[i][1], count };
        }
    }
}

void load_database(struct report *report, const cJSON *node, struct report_database *out)
{
    *out = (struct report_database){
        .present = cJSON_IsObject(node),
        .state = load_text(report, node, "state", NAME_CHARS),
        .interval_ms = load_number(node, "interval_ms"),
        .samples = load_number(node, "samples"),
        .own_cpu_share = load_number(node, "self.cpu_share"),
        .own_query_ms = load_number(node, "self.query_ms_med"),
        .own_query_ms_max = load_number(node, "self.query_ms_max"),
        .version = load_text(report, node, "server.version", NAME_CHARS),
        .max_connections = load_number(node, "server.max_connections"),
        .pool_limit = load_number(node, "server.pool_limit"),
        .connections_max = load_number(node, "connections.max"),
        .active_max = load_number(node, "connections.active_max"),
        .idle_in_transaction_max = load_number(node, "connections.idle_in_transaction_max"),
        .at_limit_share = load_number(node, "connections.at_limit_share"),
        .waiters_max = load_number(node, "waits.waiters_max"),
        .samples_with_waiters = load_number(node, "waits.samples_with_waiters"),
        .waited_s = load_number(node, "waits.waited_s"),
        .timeline_reason = "the raw readings were not read",
    };
    read_notes(report, json_at(node, "notes"), out);
    read_wait_types(report, json_at(node, "waits.by_type"), out);
    read_wait_targets(report, json_at(node, "waits.targets"), out);
    read_statements(report, json_at(node, "statements"), out);
    read_tables(report, json_at(node, "tables"), out);
    read_longest(report, json_at(node, "longest"), out);
    read_counters(report, node, out);
}
