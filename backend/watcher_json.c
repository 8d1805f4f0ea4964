#include "backend/watcher_json.h"

#include "base/mem.h"

static void add_text(cJSON *node, const char *key, const char *text)
{
    if (text != NULL) {
        json_add_text(node, key, text);
    }
}

static void add_connections(const struct watcher_tally *tally, cJSON *parent)
{
    cJSON *node = json_add_object(parent, "connections");
    json_add_number(node, "max", tally->connections_max);
    json_add_number(node, "active_max", tally->active_max);
    json_add_number(node, "idle_in_transaction_max", tally->idle_in_transaction_max);
    json_add_number(node, "hidden_max", tally->hidden_max);
    json_add_number(node, "server_max", tally->server_max);
    json_add_text(node, "limit_is", tally->pool_limit > 0 ? "pool" : "server");
    if (tally->seconds > 0) {
        json_add_number(node, "at_limit_share", tally->at_limit_s / tally->seconds);
    }
}

static void add_types(const struct watcher_tally *tally, cJSON *parent)
{
    cJSON *list = json_add_array(parent, "by_type");
    for (size_t i = 0; i < LOCK_TYPE_COUNT; i++) {
        if (tally->type[i].waiters_max == 0) {
            continue;
        }
        cJSON *node = json_push_object(list);
        json_add_text(node, "type", lock_type_name((enum lock_type)i));
        json_add_number(node, "waiters_max", tally->type[i].waiters_max);
        json_add_number(node, "waited_s", tally->type[i].waited_s);
    }
}

static void add_target(const struct watch_target *target, cJSON *list)
{
    cJSON *node = json_push_object(list);
    json_add_text(node, "kind", target_kind_name(target->kind));
    json_add_text(node, "lock", lock_type_name(target->tag.type));
    add_text(node, "relation", target->relation);
    add_text(node, "row", target->row);
    add_text(node, "key", target->key);
    add_text(node, "conversation", target->conversation);
    json_add_number(node, "waiters_max", target->waiters_max);
    json_add_number(node, "waited_s", target->waited_s);
    add_text(node, "statement", target->statement);
    add_text(node, "blocker_statement", target->blocker);
}

static void add_waits(const struct watcher_tally *tally, cJSON *parent)
{
    cJSON *node = json_add_object(parent, "waits");
    json_add_number(node, "waiters_max", tally->waiters_max);
    json_add_number(node, "samples_with_waiters", (double)tally->samples_with_waiters);
    json_add_number(node, "waited_s", tally->waited_s);
    add_types(tally, node);
    cJSON *list = json_add_array(node, "targets");
    for (size_t i = 0; i < tally->target_count && i < WATCHER_TARGETS_MAX; i++) {
        add_target(&tally->target[i], list);
    }
    json_add_number(node, "targets_in_all",
                    (double)tally->target_count + (tally->targets_beyond > 0 ? 1 : 0));
}

static void add_longest(const struct watcher_tally *tally, cJSON *parent)
{
    cJSON *node = json_add_object(parent, "longest");
    json_add_number(node, "running_ms", tally->running.ms);
    add_text(node, "running_statement", tally->running.statement);
    json_add_number(node, "waiting_ms", tally->waiting.ms);
    add_text(node, "waiting_statement", tally->waiting.statement);
    json_add_number(node, "idle_in_transaction_ms", tally->idle_in_transaction.ms);
    add_text(node, "idle_in_transaction_statement", tally->idle_in_transaction.statement);
}

static void add_statements(const struct watched *watched, cJSON *parent)
{
    cJSON *list = json_add_array(parent, "statements");
    for (size_t i = 0; i < watched->statement_count; i++) {
        const struct statement_delta *delta = &watched->statement[i].delta;
        cJSON *node = json_push_object(list);
        json_add_text(node, "query", watched->statement[i].text);
        json_add_number(node, "calls", delta->calls);
        json_add_number(node, "rows", delta->rows);
        json_add_number(node, "rows_per_call", delta->rows / delta->calls);
        json_add_number(node, "total_ms", delta->total_ms);
        json_add_number(node, "mean_ms", delta->total_ms / delta->calls);
        json_add_number(node, "max_ms", delta->max_ms);
        json_add_bool(node, "max_is_at_most", !delta->max_is_here);
    }
}

static void add_tables(const struct watched *watched, cJSON *parent)
{
    static const char *const names[TABLE_FIGURE_COUNT] = {
        [TABLE_SEQ_SCANS] = "seq_scans",
        [TABLE_SEQ_TUPLES] = "seq_tuples",
        [TABLE_INDEX_SCANS] = "index_scans",
        [TABLE_INSERTS] = "inserts",
        [TABLE_UPDATES] = "updates",
        [TABLE_DELETES] = "deletes",
        [TABLE_ROWS_ESTIMATE] = "rows_estimate",
    };
    cJSON *list = json_add_array(parent, "tables");
    for (size_t i = 0; i < watched->tables.count; i++) {
        const struct table_count *table = &watched->tables.item[i];
        cJSON *node = json_push_object(list);
        json_add_text(node, "table", table->name);
        for (size_t k = 0; k < TABLE_FIGURE_COUNT; k++) {
            json_add_number(node, names[k], table->figure[k]);
        }
        if (table->bytes >= 0) {
            json_add_number(node, "size_bytes", table->bytes);
        }
    }
    json_add_number(parent, "deadlocks", watched->counts.deadlocks);
    json_add_number(parent, "temp_files", watched->counts.temp_files);
    json_add_number(parent, "temp_bytes", watched->counts.temp_bytes);
    json_add_number(parent, "commits", watched->counts.commits);
    json_add_number(parent, "rollbacks", watched->counts.rollbacks);
}

static void add_server(const struct watched *watched, cJSON *parent)
{
    cJSON *node = json_add_object(parent, "server");
    add_text(node, "version", watched->version);
    if (watched->tally.server_limit > 0) {
        json_add_number(node, "max_connections", watched->tally.server_limit);
    }
    if (watched->tally.pool_limit > 0) {
        json_add_number(node, "pool_limit", watched->tally.pool_limit);
    }
}

static void add_self(const struct watched *watched, cJSON *parent)
{
    cJSON *node = json_add_object(parent, "self");
    json_add_number(node, "cpu_share", watched->cpu_share);
    json_add_number(node, "query_ms_med", watcher_tally_query_ms_med(&watched->tally));
    json_add_number(node, "query_ms_max", watched->tally.query_ms_max);
}

cJSON *watcher_json_section(const struct watched *watched)
{
    const struct watcher_tally *tally = &watched->tally;
    cJSON *node = json_new_object();
    json_add_text(node, "state", watched->state);
    json_add_node(node, "notes", cJSON_Duplicate(watched->notes, 1));
    if (tally->samples > 0) {
        json_add_number(node, "interval_ms", (double)watched->interval_ms);
        json_add_number(node, "samples", (double)tally->samples);
        json_add_number(node, "seconds", tally->seconds);
        add_self(watched, node);
        add_server(watched, node);
        add_connections(tally, node);
        add_waits(tally, node);
        add_longest(tally, node);
    }
    if (watched->has_statements) {
        add_statements(watched, node);
    }
    if (watched->has_tables) {
        add_tables(watched, node);
    }
    return node;
}

static void add_words(cJSON *parent, const char *key, const char *const *words, size_t count)
{
    cJSON *list = json_add_array(parent, key);
    for (size_t i = 0; i < count; i++) {
        json_push_text(list, words[i]);
    }
}

static void add_lines(const struct watcher_tally *tally, cJSON *root)
{
    static const char *const columns[] = {
        "t_s",
        "connections",
        "idle",
        "active",
        "idle_in_transaction",
        "hidden",
        "other",
        "server",
        "waiters",
        "waiting_transactionid",
        "waiting_tuple",
        "waiting_advisory",
        "waiting_relation",
        "running_ms",
        "waiting_ms",
        "idle_in_transaction_ms",
        "query_ms",
    };
    add_words(root, "columns", columns, sizeof columns / sizeof columns[0]);
    cJSON *list = json_add_array(root, "samples");
    for (size_t i = 0; i < tally->line_count; i++) {
        const struct tally_line *line = &tally->line[i];
        const uint32_t *state = line->state;
        const double cells[] = {
            (double)line->at_s,
            (double)line->idle + state[SESSION_ACTIVE] + state[SESSION_IDLE_IN_TRANSACTION] +
                state[SESSION_HIDDEN] + state[SESSION_OTHER],
            line->idle,
            state[SESSION_ACTIVE],
            state[SESSION_IDLE_IN_TRANSACTION],
            state[SESSION_HIDDEN],
            state[SESSION_OTHER],
            line->server,
            line->waiters,
            line->type[LOCK_TRANSACTION],
            line->type[LOCK_TUPLE],
            line->type[LOCK_ADVISORY],
            line->type[LOCK_RELATION],
            (double)line->running_ms,
            (double)line->waiting_ms,
            (double)line->idle_in_transaction_ms,
            (double)line->query_ms,
        };
        _Static_assert(sizeof cells / sizeof cells[0] == sizeof columns / sizeof columns[0],
                       "a cell a column");
        cJSON *row = json_new_array();
        for (size_t k = 0; k < sizeof cells / sizeof cells[0]; k++) {
            json_push_number(row, cells[k]);
        }
        json_push_node(list, row);
    }
}

static cJSON *wait_row(const struct tally_wait *wait)
{
    cJSON *row = json_new_array();
    json_push_number(row, wait->pid);
    json_push_number(row, wait->blocker);
    json_push_text(row, lock_type_name((enum lock_type)wait->type));
    json_push_number(row, wait->target == UINT32_MAX ? -1 : (double)wait->target);
    json_push_number(row, (double)wait->waited_ms);
    return row;
}

static void add_trees(const struct watcher_tally *tally, cJSON *root)
{
    static const char *const columns[] = { "pid", "blocker_pid", "type", "target", "waited_ms" };
    add_words(root, "tree_columns", columns, sizeof columns / sizeof columns[0]);
    cJSON *list = json_add_array(root, "trees");
    cJSON *waits = NULL;
    for (size_t i = 0; i < tally->wait_count; i++) {
        const struct tally_wait *wait = &tally->wait[i];
        if (waits == NULL) {
            cJSON *tree = json_push_object(list);
            json_add_number(tree, "t_s", (double)wait->at_s);
            waits = json_add_array(tree, "waits");
        }
        json_push_node(waits, wait_row(wait));
        waits = wait->last_of_tree ? NULL : waits;
    }
    cJSON *targets = json_add_array(root, "targets");
    for (size_t i = 0; i < tally->target_count; i++) {
        add_target(&tally->target[i], targets);
    }
}

cJSON *watcher_json_raw(const struct watched *watched)
{
    cJSON *root = json_new_object();
    add_lines(&watched->tally, root);
    add_trees(&watched->tally, root);
    return root;
}

void watched_release(struct watched *watched)
{
    for (size_t i = 0; i < watched->statement_count; i++) {
        free(watched->statement[i].text);
    }
    free(watched->version);
    cJSON_Delete(watched->notes);
    watcher_tally_release(&watched->tally);
    table_counts_release(&watched->tables);
}
