#include "backend/checkup.h"

#include "backend/sql.h"
#include "backend/sql_text.h"
#include "base/mem.h"
#include "base/num.h"

const struct checkup checkups[CHECKUP_COUNT] = {
    { "connection-pool", "Connections of the chat by state", "no program is connected" },
    { "lock-queue", "Who waits for a lock, and for whom", "nobody waits for a lock" },
    { "active-queries", "Statements that run now", "nothing runs" },
    { "long-running-queries", "Statements and transactions older than a second", "none" },
    { "poll-lock-contention", "Voters who wait for the row of a poll", "nobody waits for a poll" },
    { "table-scans", "Tables read as a whole, since the statistics began", "no table was read" },
    { "poll-votes", "Votes by poll", "there is no poll" },
    { "reactions", "Messages with most reactions", "there are no reactions" },
    { "messages-by-type", "Messages by type", "there are no messages" },
    { "database-size", "Size of the tables", "there are no tables" },
    { "advisory-locks", "Advisory locks, and whose conversation they are", "none is held" },
    { "vote-reset", "What --reset-votes would remove", "no poll is seeded" },
};

const struct checkup *checkup_find(const char *name)
{
    for (size_t i = 0; i < CHECKUP_COUNT; i++) {
        if (strcmp(checkups[i].name, name) == 0) {
            return &checkups[i];
        }
    }
    return NULL;
}

static void push_cell(cJSON *row, const char *text, bool is_statement)
{
    struct strbuf clean = STRBUF_INIT;
    double number;
    if (text == NULL) {
        json_push_node(row, cJSON_CreateNull());
    } else if (is_statement) {
        sql_text_add(text, &clean);
        json_push_text(row, strbuf_text(&clean));
    } else if (strlen(text) < 15 && num_parse_double(text, &number)) {
        json_push_number(row, number); /* longer ones would lose digits: keys and ids */
    } else {
        json_push_text(row, text);
    }
    strbuf_release(&clean);
}

static void add_rows(const struct grid *rows, cJSON *node)
{
    cJSON *columns = json_add_array(node, "columns");
    cJSON *list = json_add_array(node, "rows");
    for (size_t i = 0; i < rows->columns; i++) {
        json_push_text(columns, rows->name[i]);
    }
    for (size_t row = 0; row < rows->rows; row++) {
        cJSON *cells = json_new_array();
        for (size_t i = 0; i < rows->columns; i++) {
            push_cell(cells, grid_text(rows, row, i), strcmp(rows->name[i], "statement") == 0);
        }
        json_push_node(list, cells);
    }
}

enum err checkup_ask(struct database *database, const struct checkup *checkup,
                     const char *seeded_poll, cJSON *list, struct err_msg *msg)
{
    const struct sql_value values[] = { { "seeded_poll", seeded_poll }, { NULL, NULL } };
    const struct grid *rows = NULL;
    struct strbuf sql = STRBUF_INIT;
    char *file = mem_format("monitor-%s", checkup->name);
    sql_add(file, values, &sql);
    enum err err = database_query(database, strbuf_text(&sql), NULL, 0, &rows, msg);
    strbuf_release(&sql);
    free(file);
    if (err != ERR_OK && err != ERR_PROTOCOL) {
        return err;
    }
    cJSON *node = json_push_object(list);
    json_add_text(node, "name", checkup->name);
    json_add_text(node, "title", checkup->title);
    if (err == ERR_OK) {
        add_rows(rows, node);
    } else {
        json_add_text(node, "failure", msg->text);
    }
    return ERR_OK;
}
