/* What the database did during a load: sessions, waits, statements, tables. */
#include <math.h>

#include "reports/html_load.h"

static void add_facts(const struct report_database *database, struct strbuf *out)
{
    html_raw(out, "<dl class=\"facts narrow\">\n");
    html_fact(out, "Server", database->version);
    html_fact_number(out, "Connections, at most", database->connections_max);
    html_fact_number(out, "Of the pool's", database->pool_limit);
    html_fact_number(out, "Of the server's", database->max_connections);
    html_fact_share(out, "Time at the limit", database->at_limit_share);
    html_fact_number(out, "Active at once", database->active_max);
    html_fact_number(out, "Idle in a transaction at once", database->idle_in_transaction_max);
    html_fact_number(out, "Waiting for a lock at once", database->waiters_max);
    html_fact_ms(out, "Waited for locks, all sessions", database->waited_s * 1000.0);
    for (size_t i = 0; i < database->counters.count; i++) {
        if (strcmp(database->counters.item[i].name, "Temporary bytes") == 0) {
            html_fact_bytes(out, "Temporary bytes", database->counters.item[i].count);
        } else {
            html_fact_number(out, database->counters.item[i].name,
                             database->counters.item[i].count);
        }
    }
    html_fact_number(out, "Samples", database->samples);
    html_fact_ms(out, "One every", database->interval_ms);
    html_fact_share(out, "The watcher's own share of a core", database->own_cpu_share);
    html_fact_ms(out, "Its own query, median", database->own_query_ms);
    html_raw(out, "</dl>\n");
}

static void add_types(const struct report_database *database, struct strbuf *out)
{
    char text[REPORT_MS_BYTES];
    if (database->type_count == 0) {
        return;
    }
    html_raw(out, "<p>Waits by kind of lock: ");
    for (size_t i = 0; i < database->type_count; i++) {
        const struct report_wait_type *type = &database->type[i];
        html_wrap(out, i == 0 ? "<b>" : "; <b>", type->type, "</b> ");
        report_ms(type->waited_s * 1000.0, false, text);
        html_wrap(out, "", text, " in all, ");
        report_number(type->waiters_max, text);
        html_wrap(out, "at most ", text, " at once");
    }
    html_raw(out, ".</p>\n");
}

static void add_targets(const struct report_database *database, size_t index, struct strbuf *out)
{
    char id[48];
    if (database->target_count == 0) {
        return;
    }
    (void)snprintf(id, sizeof id, "waits%zu", index);
    html_table(out, id, "words", "What sessions waited for");
    html_raw(out,
             "<thead><tr><th scope=\"col\">Lock on</th><th scope=\"col\" class=\"num\">Waiting "
             "at once</th><th scope=\"col\" class=\"num\">Waited in all</th>"
             "<th scope=\"col\">Waiting statement</th><th scope=\"col\">Held by</th></tr>"
             "</thead>\n<tbody>\n");
    for (size_t i = 0; i < database->target_count; i++) {
        const struct report_wait_target *target = &database->target[i];
        char text[REPORT_MS_BYTES];
        html_wrap(out, "<tr><th scope=\"row\">", target->kind, "");
        html_wrap(out, "<small>", target->what, "");
        html_wrap(out, target->conversation[0] != '\0' ? ", conversation " : "",
                  target->conversation, "</small></th>");
        html_number(out, target->waiters_max);
        report_ms(target->waited_s * 1000.0, false, text);
        html_wrap(out, "<td class=\"num\">", text, "</td>");
        html_wrap(out, "<td class=\"words\"><code>", target->statement, "</code></td>");
        html_wrap(out, "<td class=\"words\"><code>", target->blocker, "</code></td></tr>\n");
    }
    html_raw(out, "</tbody>\n");
    html_table_end(out);
}

static void add_longest(const struct report_database *database, struct strbuf *out)
{
    char text[REPORT_MS_BYTES];
    html_raw(out, "<ul class=\"plainlist\">\n");
    for (size_t i = 0; i < 3; i++) {
        const struct report_long_running *longest = &database->longest[i];
        if (isfinite(longest->ms) && longest->ms > 0.0) {
            report_ms(longest->ms, false, text);
            html_wrap(out, "<li>Longest ", longest->what, ": ");
            html_wrap(out, "<b>", text, "</b>");
            html_wrap(out, longest->statement[0] != '\0' ? " <code>" : "", longest->statement,
                      longest->statement[0] != '\0' ? "</code></li>\n" : "</li>\n");
        }
    }
    html_raw(out, "</ul>\n");
}

static void add_statements(const struct report_database *database, size_t index, struct strbuf *out)
{
    char id[48];
    (void)snprintf(id, sizeof id, "statements%zu", index);
    if (database->statement_count == 0) {
        html_raw(out,
                 database->has_statements
                     ? "<p class=\"none\">NO DATA: no statement ran.</p>\n"
                     : "<p class=\"none\">NO DATA: statements were not counted; that needs the "
                       "extension pg_stat_statements.</p>\n");
        return;
    }
    html_table(out, id, "figures", "Statements during the load, by the time they took together");
    html_raw(out, "<thead><tr><th scope=\"col\">Statement</th><th scope=\"col\" class=\"num\">Calls"
                  "</th><th scope=\"col\" class=\"num\">Rows a call</th><th scope=\"col\" "
                  "class=\"num\">Mean</th><th scope=\"col\" class=\"num\">Most</th>"
                  "<th scope=\"col\" class=\"num\">Together</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < database->statement_count; i++) {
        const struct report_statement *statement = &database->statement[i];
        const double times[] = { statement->mean_ms, statement->max_ms, statement->total_ms };
        html_wrap(out, "<tr><th scope=\"row\" class=\"words\"><code>", statement->query,
                  "</code></th>");
        html_number(out, statement->calls);
        html_number(out, statement->rows_per_call);
        for (size_t k = 0; k < 3; k++) {
            char text[REPORT_MS_BYTES];
            report_ms(times[k], false, text);
            html_wrap(out, "<td class=\"num\">", text, "</td>");
        }
        html_raw(out, "</tr>\n");
    }
    html_raw(out, "</tbody>\n");
    html_table_end(out);
}

static void add_tables(const struct report_database *database, size_t index, struct strbuf *out)
{
    char id[48];
    if (database->table_count == 0) {
        return;
    }
    (void)snprintf(id, sizeof id, "tables%zu", index);
    html_table(out, id, "figures", "Tables during the load");
    html_raw(out,
             "<thead><tr><th scope=\"col\">Table</th><th scope=\"col\" class=\"num\">Read from "
             "end to end</th><th scope=\"col\" class=\"num\">Rows read so</th><th scope=\"col\" "
             "class=\"num\">Read by index</th><th scope=\"col\" class=\"num\">Rows written</th>"
             "<th scope=\"col\" class=\"num\">Size</th><th scope=\"col\" class=\"num\">Rows, "
             "about</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < database->table_count; i++) {
        const struct report_table *table = &database->table[i];
        html_wrap(out, "<tr><th scope=\"row\"><code>", table->name, "</code></th>");
        html_number(out, table->seq_scans);
        html_number(out, table->seq_tuples);
        html_number(out, table->index_scans);
        html_number(out, table->writes);
        html_bytes(out, table->size_bytes);
        html_number(out, table->rows);
        html_raw(out, "</tr>\n");
    }
    html_raw(out, "</tbody>\n");
    html_table_end(out);
}

void html_load_database(const struct report_workload *workload, size_t index, struct strbuf *out)
{
    const struct report_database *database = &workload->database;
    html_raw(out, "<h4>Database</h4>\n");
    if (!database->present) {
        html_raw(out, "<p class=\"none\">NO DATA: the database was not watched during this load."
                      "</p>\n");
        return;
    }
    for (size_t i = 0; i < database->note_count; i++) {
        html_wrap(out, "<p class=\"warning\" role=\"note\">", database->note[i], "</p>\n");
    }
    if (strcmp(database->state, "not watched") == 0) {
        html_raw(out, "<p class=\"none\">NO DATA: the database was not watched.</p>\n");
        return;
    }
    if (database->timeline == NULL) {
        html_wrap(out, "<p class=\"none\">NO DATA over time: ", database->timeline_reason,
                  "</p>\n");
    }
    add_facts(database, out);
    add_types(database, out);
    add_targets(database, index, out);
    add_longest(database, out);
    add_statements(database, index, out);
    add_tables(database, index, out);
}
