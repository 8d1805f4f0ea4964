#include "seed/reset.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/num.h"
#include "seed/copy.h"
#include "seed/ids.h"
#include "seed/rows.h"
#include "seed/seal.h"
#include "seed/tables.h"

/* One row of numbers. */
static enum err query_numbers(struct db *db, const char *sql, const char *const *params,
                              uint64_t *out, size_t count, struct err_msg *msg)
{
    PGresult *result = NULL;
    enum err code = db_query(db, "looking at what is seeded", sql, params, &result, msg);
    for (size_t i = 0; code == ERR_OK && i < count; i++) {
        if (!num_parse_u64(PQgetvalue(result, 0, (int)i), &out[i])) {
            code = err_set(msg, db->failure, "the database answered \"%s\" where a count was due",
                           PQgetvalue(result, 0, (int)i));
        }
    }
    PQclear(result);
    return code;
}

/* Found numbers fit: they were checked when they were seeded, or somebody added rows by hand. */
static enum err take_count(uint64_t found, uint32_t *into, struct err_msg *msg)
{
    if (found > SHAPE_MESSAGES_MAX) {
        return err_set(msg, ERR_USAGE, "%" PRIu64 " seeded rows are more than is ever seeded",
                       found);
    }
    *into = (uint32_t)found;
    return ERR_OK;
}

static enum err check_group(struct db *db, const struct id *group, uint64_t seed,
                            struct err_msg *msg)
{
    const char *params[] = { group->text, NULL };
    uint64_t found[2];
    enum err code = query_numbers(db,
                                  "SELECT count(*), count(*) FILTER (WHERE id = $1) "
                                  "FROM tmscdp_conversations",
                                  params, found, 2, msg);
    if (code != ERR_OK || found[1] == 1) {
        return code;
    }
    if (found[0] == 0) {
        return err_set(msg, ERR_USAGE, "nothing is seeded in this database: run tmscdp seed");
    }
    return err_set(msg, ERR_USAGE,
                   "the database was not seeded with --seed %" PRIu64 ": give the number that it "
                   "was seeded with",
                   seed);
}

static enum err find_messages(struct db *db, const struct id *group, struct shape *shape,
                              struct err_msg *msg)
{
    const char *params[] = { group->text, NULL };
    uint64_t found[3];
    enum err code = query_numbers(
        db,
        "SELECT count(*), coalesce(max(m.sequence_number), 0), count(*) FILTER (WHERE m.encrypted) "
        "FROM messages m WHERE m.conversation_id = $1 AND " CLEANUP_SEEDED_MESSAGE("m"),
        params, found, 3, msg);
    if (code != ERR_OK) {
        return code;
    }
    if (found[0] == 0 || found[0] != found[1] || found[2] >= found[0]) {
        return err_set(msg, ERR_USAGE,
                       "of %" PRIu64 " seeded messages in the group %" PRIu64
                       " are left: seed again",
                       found[1], found[0]);
    }
    code = take_count(found[2], &shape->encrypted, msg);
    return code == ERR_OK ? take_count(found[0] - found[2], &shape->messages, msg) : code;
}

static enum err check_reactions(struct db *db, const struct shape *shape, struct err_msg *msg)
{
    static const char *const none[] = { NULL };
    uint64_t found = 0;
    enum err code =
        query_numbers(db,
                      "SELECT coalesce(max(('x' || right(id, 8))::bit(32)::bigint % 16384 + 1), 0) "
                      "FROM message_reactions WHERE id " IDS_LIKE_REACTION,
                      none, &found, 1, msg);
    if (code == ERR_OK && found > shape->reactions) {
        return err_set(msg, ERR_USAGE,
                       "at least %" PRIu64 " reactions an image were seeded: give --reactions as "
                       "when seeding",
                       found);
    }
    return code;
}

enum err reset_find_shape(struct db *db, struct shape *shape, struct err_msg *msg)
{
    struct id group = ids_conversation(shape->seed, 0);
    const char *params[] = { group.text, NULL };
    uint64_t found[2];
    enum err code = check_group(db, &group, shape->seed, msg);
    if (code == ERR_OK) {
        code = query_numbers(db,
                             "SELECT count(*), count(m.user_id) FROM tmscdp_users u "
                             "LEFT JOIN conversation_members m ON m.user_id = u.id "
                             "AND m.conversation_id = $1",
                             params, found, 2, msg);
    }
    if (code == ERR_OK) {
        code = take_count(found[0], &shape->users, msg);
    }
    if (code == ERR_OK) {
        code = take_count(found[1], &shape->group_members, msg);
    }
    if (code == ERR_OK) {
        code = find_messages(db, &group, shape, msg);
    }
    if (code == ERR_OK) {
        code = check_reactions(db, shape, msg);
    }
    return code == ERR_OK ? shape_check(shape, msg) : code;
}

/* The group's number stands in the id: hhhhhhhh-hhhh-4Khh-bGGG-… */
static uint32_t group_of(const char *message_id)
{
    char digits[4];
    (void)snprintf(digits, sizeof digits, "%.3s", message_id + 20);
    return (uint32_t)strtoul(digits, NULL, 16);
}

static enum err repair_message(struct db *db, const struct row_message *row, struct err_msg *msg)
{
    const char *params[] = { row->id.text, strbuf_text(&row->content), rows_type_name(row->type),
                             strbuf_text(&row->metadata), NULL };
    PGresult *result = NULL;
    enum err code =
        db_query(db, "repairing messages",
                 "UPDATE messages SET content = $2, type = $3, metadata_json = $4, "
                 "is_edited = false, deleted_at = NULL, updated_at = created_at WHERE id = $1",
                 params, &result, msg);
    PQclear(result);
    return code;
}

static enum err repair_changed(struct db *db, struct table_maker *maker, const char *secret,
                               const PGresult *changed, struct err_msg *msg)
{
    struct row_message *row = &maker->message;
    enum err code = ERR_OK;
    for (int i = 0; code == ERR_OK && i < PQntuples(changed); i++) {
        uint32_t group = group_of(PQgetvalue(changed, i, 0));
        uint64_t sequence = 0;
        if (group > SHAPE_EXTRA_GROUPS || !num_parse_u64(PQgetvalue(changed, i, 1), &sequence) ||
            sequence > rows_message_count(maker->shape, group)) {
            return err_set(msg, db->failure, "message %s is not of this seeding: seed again",
                           PQgetvalue(changed, i, 0));
        }
        rows_message(maker->shape, group, (uint32_t)sequence, row);
        if (row->encrypted && secret == NULL) {
            return err_set(msg, ERR_USAGE,
                           "an encrypted message was changed; to repair it, set NEXTAUTH_SECRET "
                           "or give --secret-file");
        }
        if (row->encrypted) {
            seal_message(maker->group_key, row);
        }
        code = repair_message(db, row, msg);
    }
    return code;
}

static enum err repair_messages(struct db *db, struct table_maker *maker, const char *secret,
                                uint64_t *repaired, struct err_msg *msg)
{
    static const char *const none[] = { NULL };
    PGresult *changed = NULL;
    enum err code =
        db_query(db, "finding changed messages",
                 "SELECT m.id, m.sequence_number FROM messages m "
                 "JOIN tmscdp_conversations c ON c.id = m.conversation_id "
                 "WHERE (m.is_edited OR m.deleted_at IS NOT NULL "
                 "OR m.updated_at IS DISTINCT FROM m.created_at) AND " CLEANUP_SEEDED_MESSAGE("m"),
                 none, &changed, msg);
    if (code == ERR_OK) {
        *repaired = (uint64_t)PQntuples(changed);
        code = repair_changed(db, maker, secret, changed, msg);
    }
    PQclear(changed);
    return code;
}

/* A conversation is as new as its newest seeded message. */
static enum err restore_times(struct db *db, struct err_msg *msg)
{
    enum err code = db_run(
        db, "restoring the conversations' times",
        "UPDATE conversations c SET updated_at = newest.created_at "
        "FROM tmscdp_conversations t CROSS JOIN LATERAL (SELECT m.created_at FROM messages m "
        "WHERE m.conversation_id = t.id AND " CLEANUP_SEEDED_MESSAGE(
            "m") " "
                 "ORDER BY m.sequence_number DESC LIMIT 1) newest "
                 "WHERE c.id = t.id AND c.updated_at IS DISTINCT FROM newest.created_at",
        NULL, msg);
    if (code != ERR_OK) {
        return code;
    }
    return db_run(db, "renewing the users' synchronization",
                  "UPDATE users a SET last_synced_at = now() FROM tmscdp_users u WHERE a.id = u.id",
                  NULL, msg);
}

/* Memberships are written anew rather than mended: muting and what was read stand in columns that
 * not every version of the chat has. */
static enum err renew_members(struct db *db, struct table_maker *maker, struct err_msg *msg)
{
    double seconds;
    enum err code = db_run(db, "renewing memberships",
                           "DELETE FROM conversation_members m USING tmscdp_conversations c, "
                           "tmscdp_users u WHERE c.id = m.conversation_id AND u.id = m.user_id",
                           NULL, msg);
    return code == ERR_OK ? copy_table(db, table_of_members, maker, &seconds, msg) : code;
}

enum err reset_run(struct db *db, const struct shape *shape, const char *secret,
                   struct reset_report *report, struct err_msg *msg)
{
    struct table_maker maker = { .shape = shape };
    double seconds = 0;
    if (secret != NULL) {
        seal_key(secret, ids_conversation(shape->seed, 0).text, maker.group_key);
    }
    enum err code = cleanup_reset(db, &report->cleanup, msg);
    if (code == ERR_OK) {
        code = repair_messages(db, &maker, secret, &report->repaired_messages, msg);
    }
    if (code == ERR_OK) {
        code = renew_members(db, &maker, msg);
    }
    if (code == ERR_OK) {
        code = restore_times(db, msg);
    }
    if (code == ERR_OK && shape->reactions > 0) {
        code = copy_table(db, table_of_reactions, &maker, &seconds, msg);
        report->reactions = table_of_reactions->count(shape);
    }
    table_maker_release(&maker);
    return code;
}
