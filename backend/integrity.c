#include "backend/integrity.h"

#include <inttypes.h>
#include <libpq-fe.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/strbuf.h"

#define SETTINGS "-c statement_timeout=60000 -c default_transaction_read_only=on"

struct asking {
    const struct integrity_plan *plan;
    PGconn *conn;
    cJSON *checks;
    struct err_msg msg;
};

static void add_finding(struct asking *asking, const char *name, uint64_t violations,
                        const char *format, ...) PRINTF_LIKE(4, 5);

static void add_finding(struct asking *asking, const char *name, uint64_t violations,
                        const char *format, ...)
{
    struct strbuf text = STRBUF_INIT;
    va_list args;
    cJSON *node = json_push_object(asking->checks);
    va_start(args, format);
    strbuf_addv(&text, format, args);
    va_end(args);
    json_add_text(node, "name", name);
    json_add_number(node, "violations", (double)violations);
    json_add_text(node, "text", strbuf_text(&text));
    strbuf_release(&text);
}

/* NULL after a failure, with the sentence written. */
static PGresult *ask(struct asking *asking, const char *sql, const char *param)
{
    const char *params[] = { param };
    PGresult *result = PQexecParams(asking->conn, sql, param != NULL ? 1 : 0, NULL,
                                    param != NULL ? params : NULL, NULL, NULL, 0);
    if (PQresultStatus(result) == PGRES_TUPLES_OK) {
        return result;
    }
    (void)err_set(&asking->msg, ERR_PROTOCOL, "the database refused a question: %.300s",
                  PQerrorMessage(asking->conn));
    PQclear(result);
    return NULL;
}

static uint64_t number_at(const PGresult *result, int row, int column)
{
    uint64_t number = 0;
    return num_parse_u64(PQgetvalue(result, row, column), &number) ? number : 0;
}

static const struct data_set *set_of(const struct workload *workload, const char *name)
{
    int set = data_find(&workload->data, name);
    return set >= 0 && workload->data.set[set].count > 0 ? &workload->data.set[set] : NULL;
}

static bool check_votes(struct asking *asking)
{
    static const char sql[] =
        "SELECT count(*), coalesce(sum(n), 0), (SELECT count(DISTINCT user_id) FROM poll_votes "
        "WHERE poll_id = $1) FROM (SELECT count(*) AS n FROM poll_votes v JOIN polls p ON "
        "p.id = v.poll_id WHERE p.id = $1 AND NOT p.multiple_choice GROUP BY v.user_id "
        "HAVING count(*) > 1) AS several";
    const struct data_set *poll = set_of(asking->plan->workload, "poll");
    if (poll == NULL) {
        return true;
    }
    PGresult *result = ask(asking, sql, poll->item[0]);
    if (result == NULL) {
        return false;
    }
    uint64_t users = number_at(result, 0, 0);
    if (users > 0) {
        add_finding(asking, "votes", users,
                    "%" PRIu64 " users hold several votes in a single-choice poll, %" PRIu64
                    " rows",
                    users, number_at(result, 0, 1));
    } else {
        add_finding(asking, "votes", 0, "one vote a user, %" PRIu64 " users",
                    number_at(result, 0, 2));
    }
    PQclear(result);
    return true;
}

/* An array of texts for PostgreSQL: ids have no quotes in them, but let them. */
static void write_array(const struct data_set *set, struct strbuf *out)
{
    strbuf_add_char(out, '{');
    for (size_t i = 0; i < set->count; i++) {
        strbuf_add_str(out, i > 0 ? ",\"" : "\"");
        for (const char *c = set->item[i]; *c != '\0'; c++) {
            if (*c == '"' || *c == '\\') {
                strbuf_add_char(out, '\\');
            }
            strbuf_add_char(out, *c);
        }
        strbuf_add_char(out, '"');
    }
    strbuf_add_char(out, '}');
}

static bool check_reactions(struct asking *asking)
{
    static const char sql[] =
        "SELECT count(*), coalesce(sum(n), 0), (SELECT count(*) FROM message_reactions WHERE "
        "message_id = ANY($1)) FROM (SELECT count(*) AS n FROM message_reactions WHERE "
        "message_id = ANY($1) GROUP BY message_id, user_id HAVING count(*) > 1) AS several";
    const struct data_set *messages = set_of(asking->plan->workload, "image_messages");
    struct strbuf array = STRBUF_INIT;
    if (messages == NULL) {
        return true;
    }
    write_array(messages, &array);
    PGresult *result = ask(asking, sql, strbuf_text(&array));
    strbuf_release(&array);
    if (result == NULL) {
        return false;
    }
    uint64_t pairs = number_at(result, 0, 0);
    if (pairs > 0) {
        add_finding(asking, "reactions", pairs,
                    "%" PRIu64 " times a user has several reactions on one message, %" PRIu64
                    " rows",
                    pairs, number_at(result, 0, 1));
    } else {
        add_finding(asking, "reactions", 0,
                    "one reaction a user and message, %" PRIu64 " reactions",
                    number_at(result, 0, 2));
    }
    PQclear(result);
    return true;
}

/* The serial number behind "<run> " in a message's text. */
static bool serial_in(const char *content, const char *run, uint64_t *out)
{
    const char *found = strstr(content, run);
    size_t length = strlen(run);
    if (found == NULL || found[length] != ' ') {
        return false;
    }
    const char *digits = found + length + 1;
    char *number = mem_dup_bytes(digits, strspn(digits, "0123456789"));
    bool valid = num_parse_u64(number, out);
    free(number);
    return valid;
}

struct found_messages {
    uint64_t found;
    uint64_t doubled; /* rows too many */
    uint64_t foreign; /* that were never sent */
    struct ledger seen;
};

static void count_messages(const struct asking *asking, const PGresult *result,
                           struct found_messages *out)
{
    for (int row = 0; row < PQntuples(result); row++) {
        uint64_t serial = 0;
        if (!serial_in(PQgetvalue(result, row, 0), asking->plan->run, &serial)) {
            continue;
        }
        out->found++;
        if (!ledger_was_sent(asking->plan->ledger, serial)) {
            out->foreign++; /* before the ledger grows to a number that nobody sent */
        } else if (ledger_was_sent(&out->seen, serial)) {
            out->doubled++;
        } else {
            ledger_sent(&out->seen, serial);
        }
    }
}

static uint64_t count_lost(const struct ledger *sent, const struct ledger *seen)
{
    uint64_t lost = 0;
    for (uint64_t serial = 0; serial < (uint64_t)sent->words * 64; serial++) {
        lost += ledger_was_taken(sent, serial) && !ledger_was_sent(seen, serial) ? 1 : 0;
    }
    return lost;
}

static bool check_messages(struct asking *asking)
{
    static const char sql[] = "SELECT content FROM messages WHERE content LIKE $1";
    const struct ledger *ledger = asking->plan->ledger;
    struct found_messages messages = { .found = 0 };
    char *like = mem_format("%%%s %%", asking->plan->run);
    PGresult *result = ask(asking, sql, like);
    free(like);
    if (result == NULL) {
        return false;
    }
    count_messages(asking, result, &messages);
    PQclear(result);
    uint64_t lost = count_lost(ledger, &messages.seen);
    add_finding(asking, "messages", lost + messages.doubled + messages.foreign,
                "%" PRIu64 " messages sent, %" PRIu64 " taken, %" PRIu64 " found: %" PRIu64
                " lost, %" PRIu64 " rows too many, %" PRIu64 " never sent",
                ledger->sent_count, ledger->taken_count, messages.found, lost, messages.doubled,
                messages.foreign);
    ledger_release(&messages.seen);
    return true;
}

static bool check_sequence(struct asking *asking)
{
    static const char sql[] =
        "SELECT coalesce(sum(last - first + 1 - n), 0), count(*) FROM (SELECT "
        "max(sequence_number) AS last, min(sequence_number) AS first, "
        "count(DISTINCT sequence_number) AS n FROM messages WHERE conversation_id IN (SELECT "
        "DISTINCT conversation_id FROM messages WHERE content LIKE $1) GROUP BY conversation_id) "
        "AS conversations";
    char *like = mem_format("%%%s %%", asking->plan->run);
    PGresult *result = ask(asking, sql, like);
    free(like);
    if (result == NULL) {
        return false;
    }
    uint64_t gaps = number_at(result, 0, 0);
    add_finding(asking, "sequence", gaps,
                "sequence numbers in %" PRIu64 " conversations: %" PRIu64 " missing",
                number_at(result, 0, 1), gaps);
    PQclear(result);
    return true;
}

static bool connect_to(struct asking *asking)
{
    const char *names[] = { "dbname", "options", "connect_timeout", "client_encoding", NULL };
    const char *values[] = { asking->plan->conninfo, SETTINGS, "10", "UTF8", NULL };
    asking->conn = PQconnectdbParams(names, values, 1);
    if (PQstatus(asking->conn) == CONNECTION_OK) {
        return true;
    }
    (void)err_set(&asking->msg, ERR_UNREACHABLE, "the database does not answer: %.300s",
                  PQerrorMessage(asking->conn));
    return false;
}

void integrity_check(const struct integrity_plan *plan, cJSON **out)
{
    unsigned wanted = plan->workload->integrity;
    struct asking asking = { .plan = plan };
    *out = NULL;
    if (wanted == 0) {
        return;
    }
    *out = json_new_object();
    if (plan->conninfo == NULL) {
        json_add_text(*out, "not_checked", "no database was named (--database-url)");
        return;
    }
    asking.checks = json_add_array(*out, "checks");
    bool asked = connect_to(&asking) && ((wanted & INTEGRITY_VOTES) == 0 || check_votes(&asking)) &&
                 ((wanted & INTEGRITY_REACTIONS) == 0 || check_reactions(&asking)) &&
                 ((wanted & INTEGRITY_MESSAGES) == 0 ||
                  (check_messages(&asking) && check_sequence(&asking)));
    PQfinish(asking.conn);
    if (!asked) {
        json_add_text(*out, "not_checked", asking.msg.text);
    }
}
