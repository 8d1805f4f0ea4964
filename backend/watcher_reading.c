#include "backend/watcher_reading.h"

#include "backend/sql.h"
#include "backend/sql_text.h"
#include "base/mem.h"

#define TEXTS_ASKED (2 * WATCHER_STATEMENTS_MAX) /* our own are among them */

enum fact_column {
    FACT_VERSION,
    FACT_MAX_CONNECTIONS,
    FACT_STATEMENTS,
    FACT_SEES_ALL,
    FACT_ROLE
};

static enum err ask(struct database *database, const char *name, const struct sql_value *values,
                    const char *param, const struct grid **rows, struct err_msg *msg)
{
    const char *const params[] = { param };
    struct strbuf sql = STRBUF_INIT;
    sql_add(name, values, &sql);
    enum err err = database_query(database, strbuf_text(&sql), param != NULL ? params : NULL,
                                  param != NULL ? 1 : 0, rows, msg);
    strbuf_release(&sql);
    return err;
}

static char *copy(const struct grid *rows, enum fact_column column)
{
    const char *text = grid_text(rows, 0, (size_t)column);
    return text != NULL ? mem_dup_str(text) : NULL;
}

enum err server_facts_read(struct database *database, struct server_facts *facts,
                           struct err_msg *msg)
{
    const struct grid *rows = NULL;
    enum err err = ask(database, "facts", NULL, NULL, &rows, msg);
    if (err != ERR_OK) {
        return err;
    }
    const char *sees_all = grid_text(rows, 0, FACT_SEES_ALL);
    server_facts_release(facts);
    *facts = (struct server_facts){
        .version = copy(rows, FACT_VERSION),
        .statements = copy(rows, FACT_STATEMENTS),
        .role = copy(rows, FACT_ROLE),
        .max_connections = (unsigned)grid_number(rows, 0, FACT_MAX_CONNECTIONS, 0),
        .sees_all = sees_all != NULL && sees_all[0] == 't',
    };
    return ERR_OK;
}

void server_facts_release(struct server_facts *facts)
{
    free(facts->version);
    free(facts->statements);
    free(facts->role);
    *facts = (struct server_facts){ .version = NULL };
}

static void take_statements(struct database *database, const struct server_facts *facts,
                            struct reading *out)
{
    const struct sql_value values[] = { { "schema", facts->statements }, { NULL, NULL } };
    const struct grid *rows = NULL;
    if (facts->statements == NULL) {
        (void)err_set(&out->why_no_statements, ERR_NO_DATA,
                      "pg_stat_statements is not installed (shared_preload_libraries = "
                      "pg_stat_statements, then CREATE EXTENSION pg_stat_statements)");
    } else if (ask(database, "statements", values, NULL, &rows, &out->why_no_statements) ==
               ERR_OK) {
        statement_counts_read(rows, &out->statements);
        out->has_statements = true;
    }
}

static void take_tables(struct database *database, struct reading *out)
{
    const struct grid *rows = NULL;
    if (ask(database, "tables", NULL, NULL, &rows, &out->why_no_tables) != ERR_OK) {
        return;
    }
    table_counts_read(rows, &out->tables);
    if (ask(database, "database", NULL, NULL, &rows, &out->why_no_tables) == ERR_OK) {
        database_counts_read(rows, &out->counts);
        out->has_tables = true;
    }
    if (ask(database, "sizes", NULL, NULL, &rows, &out->why_no_sizes) == ERR_OK) {
        table_counts_read_sizes(rows, &out->tables);
        out->has_sizes = true;
    }
}

void reading_take(struct database *database, const struct server_facts *facts, struct reading *out)
{
    *out = (struct reading){ .has_statements = false };
    take_statements(database, facts, out);
    take_tables(database, out);
}

void reading_release(struct reading *reading)
{
    statement_counts_release(&reading->statements);
    table_counts_release(&reading->tables);
}

static const char *text_of(const struct grid *texts, const char *id)
{
    for (size_t row = 0; row < texts->rows; row++) {
        const char *found = grid_text(texts, row, 0);
        if (found != NULL && strcmp(found, id) == 0) {
            return grid_text(texts, row, 1);
        }
    }
    return NULL;
}

static void keep_statements(const struct statement_delta *deltas, size_t count,
                            const struct grid *texts, struct watched *out)
{
    for (size_t i = 0; i < count && out->statement_count < WATCHER_STATEMENTS_MAX; i++) {
        const char *text = text_of(texts, deltas[i].id);
        struct strbuf clean = STRBUF_INIT;
        /* Without its text a statement is the server's newest and already gone: rare, and unknown.
         */
        if (text == NULL || strstr(text, SQL_MARK) != NULL) {
            continue;
        }
        sql_text_add(text, &clean);
        strbuf_add_str(&clean, "");
        out->statement[out->statement_count++] =
            (struct watched_statement){ deltas[i], strbuf_detach(&clean) };
    }
}

void reading_statements(struct database *database, const struct server_facts *facts,
                        const struct reading *before, const struct reading *after,
                        struct watched *out, struct err_msg *msg)
{
    const struct sql_value values[] = { { "schema", facts->statements }, { NULL, NULL } };
    struct statement_delta *deltas = NULL;
    struct strbuf ids = STRBUF_INIT;
    const struct grid *texts = NULL;
    size_t count =
        statement_deltas(&before->statements, &after->statements, &deltas, &out->was_reset);
    count = count < TEXTS_ASKED ? count : TEXTS_ASKED;
    strbuf_add_char(&ids, '{');
    for (size_t i = 0; i < count; i++) {
        strbuf_addf(&ids, "%s%s", i > 0 ? "," : "", deltas[i].id);
    }
    strbuf_add_char(&ids, '}');
    enum err err = ask(database, "texts", values, strbuf_text(&ids), &texts, msg);
    if (err == ERR_OK) {
        keep_statements(deltas, count, texts, out);
        out->has_statements = true;
    }
    strbuf_release(&ids);
    free(deltas);
}
