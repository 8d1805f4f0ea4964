/* Evidence from the statements that the database ran while the load was on. */
#include <math.h>

#include "metrics/evidence.h"

/* What a group of statements did together. */
struct group {
    double calls;
    double rows;
    double total_ms;
    const char *text; /* of the one that was called most */
    double most;
};

typedef bool selects(const struct statement *statement);

static void add_up(const struct subject *subject, selects *which, struct group *out)
{
    *out = (struct group){ .calls = 0 };
    for (size_t i = 0; i < subject->statement_count; i++) {
        const struct statement *statement = &subject->statements[i];
        if (!which(statement)) {
            continue;
        }
        out->calls += statement->calls;
        out->rows += statement->rows;
        out->total_ms += statement->total_ms;
        if (statement->calls > out->most) {
            out->most = statement->calls;
            out->text = statement->text;
        }
    }
}

static bool reads_rows(const struct statement *statement, const char *table, const char *column)
{
    return sql_shape_reads_by(&statement->shape, table, column) && !statement->shape.aggregated;
}

static bool reads_whole_conversations(const struct statement *statement)
{
    return reads_rows(statement, "messages", "conversation_id") && !statement->shape.limited;
}

/* A page: limited, with or without a cursor. */
static bool reads_pages(const struct statement *statement)
{
    const struct sql_shape *shape = &statement->shape;
    return shape->verb == SQL_SELECT && strcmp(shape->table, "messages") == 0 && shape->limited &&
           !shape->aggregated && sql_shape_has(shape, "conversation_id");
}

static bool reads_all_reactions(const struct statement *statement)
{
    return reads_rows(statement, "message_reactions", "message_id") && !statement->shape.limited;
}

static bool is_any(const struct statement *statement)
{
    (void)statement;
    return true;
}

static bool reads_conversations(const struct statement *statement)
{
    return statement->shape.verb == SQL_SELECT && !statement->shape.aggregated &&
           strcmp(statement->shape.table, "conversations") == 0;
}

static bool reads_members_of_one(const struct statement *statement)
{
    return reads_rows(statement, "conversation_members", "conversation_id");
}

static bool reads_memberships(const struct statement *statement)
{
    return reads_rows(statement, "conversation_members", "user_id");
}

/* Whether there are statements, and pages that they can be counted by; otherwise says why not. */
static bool has_pages(const struct subject *subject, struct evidence *out)
{
    if (subject->requests.pages < 1) {
        evidence_unasked(out, "no page of messages was fetched");
    } else if (subject->no_statements != NULL) {
        evidence_missing(out, "%s", subject->no_statements);
    }
    return subject->no_statements == NULL && subject->requests.pages >= 1;
}

void evidence_unbounded_reads(const struct subject *subject, struct evidence *out)
{
    struct group whole;
    if (!has_pages(subject, out)) {
        return;
    }
    add_up(subject, reads_whole_conversations, &whole);
    double per_page = whole.calls / subject->requests.pages;
    if (whole.calls < 1) {
        evidence_set(out, 0, "no statement read messages by conversation without a LIMIT");
        return;
    }
    evidence_set(out, per_page,
                 "%.2f statements a page read messages by conversation without a LIMIT, each "
                 "returned %.0f rows",
                 per_page, whole.rows / whole.calls);
}

void evidence_unbounded_rows(const struct subject *subject, struct evidence *out)
{
    struct group whole;
    struct group page;
    if (!has_pages(subject, out)) {
        return;
    }
    add_up(subject, reads_whole_conversations, &whole);
    add_up(subject, reads_pages, &page);
    if (whole.calls < 1 || page.rows < 1) {
        evidence_missing(out, "%s",
                         whole.calls < 1 ? "no statement read messages without a LIMIT"
                                         : "the statement that reads a page was not seen");
        return;
    }
    double factor = (whole.rows / whole.calls) / (page.rows / page.calls);
    evidence_set(out, factor, "%.0f rows were read for a page of %.0f", whole.rows / whole.calls,
                 page.rows / page.calls);
}

void evidence_unbounded_time(const struct subject *subject, struct evidence *out)
{
    struct group whole;
    struct group all;
    if (!has_pages(subject, out)) {
        return;
    }
    add_up(subject, reads_whole_conversations, &whole);
    add_up(subject, is_any, &all);
    if (all.total_ms <= 0) {
        evidence_missing(out, "the database ran no statement");
        return;
    }
    evidence_set(out, whole.total_ms / all.total_ms,
                 "%.0f %% of the database's time went into them; what the server does with the "
                 "rows comes on top",
                 100 * whole.total_ms / all.total_ms);
}

/* The unbounded read drags the reactions of the whole conversation along, once each time: those
 * reads are its own, not the page's. */
static bool has_pages_alone(const struct subject *subject, struct evidence *out)
{
    const struct requests *requests = &subject->requests;
    if (!has_pages(subject, out)) {
        return false;
    }
    bool alone = requests->sends + requests->lists <= 0.05 * requests->pages;
    if (!alone) {
        evidence_missing(out, "sends and lists of conversations read reactions as well, and were "
                              "among the pages");
    }
    return alone;
}

static double reaction_reads_per_page(const struct subject *subject, struct group *out)
{
    struct group whole;
    add_up(subject, reads_whole_conversations, &whole);
    add_up(subject, reads_all_reactions, out);
    return fmax(0, (out->calls - whole.calls) / subject->requests.pages);
}

void evidence_reaction_reads(const struct subject *subject, struct evidence *out)
{
    struct group all;
    if (!has_pages_alone(subject, out)) {
        return;
    }
    double per_page = reaction_reads_per_page(subject, &all);
    evidence_set(
        out, per_page,
        "%.2f statements a page read reactions by message without a LIMIT, beside those of "
        "an unbounded read of messages",
        per_page);
}

void evidence_reaction_rows(const struct subject *subject, struct evidence *out)
{
    struct group all;
    if (!has_pages_alone(subject, out)) {
        return;
    }
    (void)reaction_reads_per_page(subject, &all);
    double rows = all.rows / subject->requests.pages;
    if (rows < 1) {
        evidence_missing(out, "the pages that were fetched carried no reactions");
        return;
    }
    evidence_set(out, rows, "%.0f rows of reactions were read for a page, in all", rows);
}

static bool has_lists(const struct subject *subject, struct evidence *out)
{
    if (subject->requests.lists < 1) {
        evidence_unasked(out, "no list of conversations was fetched");
    } else if (subject->no_statements != NULL) {
        evidence_missing(out, "%s", subject->no_statements);
    }
    return subject->no_statements == NULL && subject->requests.lists >= 1;
}

void evidence_list_conversations(const struct subject *subject, struct evidence *out)
{
    struct group found;
    if (!has_lists(subject, out)) {
        return;
    }
    add_up(subject, reads_conversations, &found);
    double each = found.rows / subject->requests.lists;
    if (each < 2) {
        evidence_missing(out,
                         "the users whose lists were fetched have %.1f conversations each: too "
                         "few to see growth",
                         each);
        return;
    }
    evidence_set(out, each, "a list holds %.1f conversations", each);
}

/* The statement that runs once per conversation; where other requests are among the lists, only one
 * that reads the members of a conversation can be told from theirs. */
void evidence_list_repeats(const struct subject *subject, struct evidence *out)
{
    const struct statement *most = NULL;
    bool lists_only = subject->requests.lists >= 0.95 * subject->requests.all;
    struct evidence each = { .has_value = false };
    evidence_list_conversations(subject, &each);
    if (!each.has_value) {
        *out = each;
        return;
    }
    for (size_t i = 0; i < subject->statement_count; i++) {
        const struct statement *statement = &subject->statements[i];
        bool counts = statement->shape.verb == SQL_SELECT && statement->shape.where_count > 0 &&
                      (lists_only || reads_members_of_one(statement));
        if (counts && (most == NULL || statement->calls > most->calls)) {
            most = statement;
        }
    }
    double calls = most != NULL ? most->calls / subject->requests.lists : 0;
    evidence_set(out, calls / each.value,
                 "a list of %.1f conversations runs one statement %.1f times (on %s)", each.value,
                 calls, most != NULL ? most->shape.table : "no table");
}

void evidence_list_statements(const struct subject *subject, struct evidence *out)
{
    struct group all;
    if (!has_lists(subject, out)) {
        return;
    }
    if (subject->requests.lists < 0.95 * subject->requests.all) {
        evidence_missing(out, "other requests are among the lists");
        return;
    }
    add_up(subject, is_any, &all);
    double each = all.calls / subject->requests.lists;
    evidence_set(out, each, "%.0f statements a list", each);
}

void evidence_page_statements(const struct subject *subject, struct evidence *out)
{
    struct group all;
    if (!has_pages(subject, out)) {
        return;
    }
    add_up(subject, is_any, &all);
    double each = all.calls / subject->requests.pages;
    evidence_set(out, each, "%.1f statements a page, whatever it carries", each);
}

/* Those that reached the chat; one that we gave up on had asked already. */
static double connections_of(const struct subject *subject)
{
    return json_number(subject->node, "sockets.connections.connected", 0) +
           json_number(subject->node, "sockets.connections.given_up", 0);
}

/* How many users there were at most: those that the load used, or else all in the database. */
static double most_users(const struct subject *subject)
{
    double users = json_number(subject->node, "sockets.connections.identities", 0);
    const cJSON *row = NULL;
    cJSON_ArrayForEach (row, json_at(subject->node, "database.tables")) {
        const char *name = json_text(row, "table");
        if (users < 1 && name != NULL && strcmp(name, "users") == 0) {
            users = json_number(row, "rows_estimate", 0);
        }
    }
    return users;
}

void evidence_membership_reads(const struct subject *subject, struct evidence *out)
{
    struct group found;
    double connections = connections_of(subject);
    if (connections < 1) {
        evidence_unasked(out, "no socket was connected");
        return;
    }
    if (subject->no_statements != NULL) {
        evidence_missing(out, "%s", subject->no_statements);
        return;
    }
    add_up(subject, reads_memberships, &found);
    evidence_set(out, found.calls / connections,
                 "at %.0f connections the memberships of a user were read %.0f times", connections,
                 found.calls);
}

void evidence_connects_per_user(const struct subject *subject, struct evidence *out)
{
    double connections = connections_of(subject);
    double users = most_users(subject);
    if (connections < 1) {
        evidence_unasked(out, "no socket was connected");
    } else if (users < 1) {
        evidence_missing(out, "how many users connected is not known");
    } else if (connections < 1.5 * users) {
        evidence_missing(
            out,
            "%.0f connections of up to %.0f users: a cache would have to read as often "
            "the first time",
            connections, users);
    } else {
        evidence_set(out, connections / users, "%.0f connections of %.0f users, %.1f each",
                     connections, users, connections / users);
    }
}
