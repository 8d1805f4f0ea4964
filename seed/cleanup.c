#include "seed/cleanup.h"

#include <assert.h>
#include <stdio.h>

#include "seed/ids.h"
#include "seed/rows.h"

/* One statement of a removal; `table` NULL: it prepares, and its rows are not counted. */
struct step {
    const char *table;
    const char *sql;
};

#define COUNT(steps) (sizeof(steps) / sizeof(steps)[0])

static const struct step mark_steps[] = {
    { NULL, "CREATE TEMP TABLE tmscdp_users ON COMMIT DROP AS "
            "SELECT id FROM users WHERE tms_user_id ~ '^stress_tms_[0-9]{4}$' "
            "AND email = tms_user_id || '" ROWS_EMAIL_DOMAIN "' AND id " IDS_LIKE_USER },
    { NULL, "ALTER TABLE tmscdp_users ADD PRIMARY KEY (id)" },
    { NULL, "CREATE TEMP TABLE tmscdp_conversations ON COMMIT DROP AS "
            "SELECT c.id FROM conversations c JOIN tmscdp_users u ON u.id = c.created_by "
            "WHERE c.id " IDS_LIKE_CONVERSATION },
    { NULL, "ALTER TABLE tmscdp_conversations ADD PRIMARY KEY (id)" },
    { NULL, "ANALYZE tmscdp_users, tmscdp_conversations" },
};

#define OURS(user) "EXISTS (SELECT FROM tmscdp_users u WHERE u.id = " user ")"

/* Conversations that a run opened: ours when all members and senders are. */
#define ADD_RUN_CONVERSATIONS                                                                                     \
    "INSERT INTO tmscdp_conversations "                                                                           \
    "SELECT c.id FROM conversations c WHERE " OURS(                                                               \
        "c.created_by") " "                                                                                       \
                        "AND NOT EXISTS (SELECT FROM tmscdp_conversations t WHERE t.id = c.id) "                  \
                        "AND NOT EXISTS (SELECT FROM conversation_members m WHERE m.conversation_id = c.id "      \
                        "AND NOT " OURS(                                                                          \
                            "m.user_id") ") "                                                                     \
                                         "AND NOT EXISTS (SELECT FROM messages m WHERE m.conversation_id = c.id " \
                                         "AND m.sender_id IS NOT NULL AND NOT " OURS(                             \
                                             "m.sender_id") ")"

#define IN_OUR_CONVERSATIONS                                                                       \
    "FROM messages m JOIN tmscdp_conversations c ON c.id = m.conversation_id "                     \
    "WHERE (m.sender_id IS NULL OR " OURS("m.sender_id") ")"

#define FIND_ALL_MESSAGES                                                                          \
    "CREATE TEMP TABLE tmscdp_messages ON COMMIT DROP AS "                                         \
    "SELECT m.id " IN_OUR_CONVERSATIONS " "                                                        \
    "UNION SELECT m.id FROM messages m JOIN tmscdp_users u ON u.id = m.sender_id"

#define FIND_RUN_MESSAGES                                                                          \
    "CREATE TEMP TABLE tmscdp_messages ON COMMIT DROP AS "                                         \
    "SELECT m.id " IN_OUR_CONVERSATIONS " AND NOT (" CLEANUP_SEEDED_MESSAGE("m") ")"

#define DOOMED(message) "EXISTS (SELECT FROM tmscdp_messages d WHERE d.id = " message ")"

/* Messages of ours that one of somebody else answers, those that they answer in turn, and so on. */
#define KEEP_ANSWERED                                                                              \
    "CREATE TEMP TABLE tmscdp_kept ON COMMIT DROP AS "                                             \
    "WITH RECURSIVE kept (id) AS ("                                                                \
    "SELECT d.id FROM tmscdp_messages d JOIN messages m ON m.reply_to_id = d.id "                  \
    "WHERE NOT " DOOMED(                                                                           \
        "m.id") " "                                                                                \
                "UNION SELECT d.id FROM kept k JOIN messages m ON m.id = k.id "                    \
                "JOIN tmscdp_messages d ON d.id = m.reply_to_id) SELECT id FROM kept"

#define INDEX_MESSAGES                                                                             \
    { NULL, "ALTER TABLE tmscdp_messages ADD PRIMARY KEY (id)" },                                  \
        { NULL, "ANALYZE tmscdp_messages" }, { NULL, KEEP_ANSWERED },                              \
    {                                                                                              \
        NULL, "DELETE FROM tmscdp_messages d USING tmscdp_kept k WHERE k.id = d.id"                \
    }

static const struct step find_all_steps[] = {
    { NULL, ADD_RUN_CONVERSATIONS },
    { NULL, FIND_ALL_MESSAGES },
    INDEX_MESSAGES,
};

static const struct step find_run_steps[] = {
    { NULL, FIND_RUN_MESSAGES },
    INDEX_MESSAGES,
};

/* By message and by user apart, so that each finds its rows by an index. */
static const struct step remove_steps[] = {
    { "poll_votes", "DELETE FROM poll_votes v USING polls p JOIN tmscdp_messages d "
                    "ON d.id = p.message_id WHERE v.poll_id = p.id" },
    { "poll_votes", "DELETE FROM poll_votes v USING tmscdp_users u WHERE v.user_id = u.id" },
    { "poll_options", "DELETE FROM poll_options o USING polls p JOIN tmscdp_messages d "
                      "ON d.id = p.message_id WHERE o.poll_id = p.id" },
    { "polls", "DELETE FROM polls p USING tmscdp_messages d WHERE p.message_id = d.id" },
    { "message_reactions",
      "DELETE FROM message_reactions r USING tmscdp_messages d WHERE r.message_id = d.id" },
    { "message_reactions",
      "DELETE FROM message_reactions r USING tmscdp_users u WHERE r.user_id = u.id" },
    { "message_status",
      "DELETE FROM message_status s USING tmscdp_messages d WHERE s.message_id = d.id" },
    { "message_status",
      "DELETE FROM message_status s USING tmscdp_users u WHERE s.user_id = u.id" },
    { "messages", "DELETE FROM messages m USING tmscdp_messages d WHERE m.id = d.id" },
};

#define KEPT_MESSAGE_IN(conversation)                                                              \
    "EXISTS (SELECT FROM messages m WHERE m.conversation_id = " conversation ")"

/* What is left of messages in our conversations, or sent by our users, has to stay. */
#define KEEP_CONVERSATIONS "DELETE FROM tmscdp_conversations c WHERE " KEPT_MESSAGE_IN("c.id")

#define KEEP_USERS                                                                                 \
    "DELETE FROM tmscdp_users u WHERE "                                                            \
    "EXISTS (SELECT FROM messages m WHERE m.sender_id = u.id) OR "                                 \
    "EXISTS (SELECT FROM conversations c WHERE c.created_by = u.id)"

static const struct step remove_member_steps[] = {
    { "conversation_members", "DELETE FROM conversation_members m USING tmscdp_conversations c "
                              "WHERE m.conversation_id = c.id" },
    { "conversation_members",
      "DELETE FROM conversation_members m USING tmscdp_users u WHERE m.user_id = u.id" },
    { "conversations",
      "DELETE FROM conversations c USING tmscdp_conversations t WHERE c.id = t.id" },
};

static const struct step remove_user_steps[] = {
    { "users", "DELETE FROM users a USING tmscdp_users u WHERE a.id = u.id" },
};

#define HANGING_ON(table, alias)                                                                   \
    "DELETE FROM " table " " alias " USING messages m "                                            \
    "JOIN tmscdp_conversations c ON c.id = m.conversation_id WHERE " alias ".message_id = m.id "   \
    "AND (m.sender_id IS NULL OR " OURS("m.sender_id") ")"

static const struct step reset_steps[] = {
    { "poll_votes", "DELETE FROM poll_votes v USING polls p JOIN messages m ON m.id = p.message_id "
                    "JOIN tmscdp_conversations c ON c.id = m.conversation_id "
                    "WHERE v.poll_id = p.id "
                    "AND (m.sender_id IS NULL OR " OURS("m.sender_id") ")" },
    { "poll_options", "DELETE FROM poll_options o USING polls p JOIN tmscdp_messages d "
                      "ON d.id = p.message_id WHERE o.poll_id = p.id" },
    { "polls", "DELETE FROM polls p USING tmscdp_messages d WHERE p.message_id = d.id" },
    { "message_reactions", HANGING_ON("message_reactions", "r") },
    { "message_status", HANGING_ON("message_status", "s") },
    { "messages", "DELETE FROM messages m USING tmscdp_messages d WHERE m.id = d.id" },
};

static const struct step vote_steps[] = {
    { "poll_votes", "DELETE FROM poll_votes v USING polls p JOIN messages m ON m.id = p.message_id "
                    "JOIN tmscdp_conversations c ON c.id = m.conversation_id "
                    "WHERE v.poll_id = p.id AND p.id " IDS_LIKE_POLL },
};

static void count_removed(struct cleanup_report *report, const char *table, uint64_t rows)
{
    size_t i = 0;
    while (report->removed[i].table != NULL && strcmp(report->removed[i].table, table) != 0) {
        i++;
        assert(i < CLEANUP_TABLES);
    }
    report->removed[i].table = table;
    report->removed[i].rows += rows;
}

static enum err run_steps(struct db *db, const struct step *steps, size_t count,
                          struct cleanup_report *report, struct err_msg *msg)
{
    for (size_t i = 0; i < count; i++) {
        char what[64];
        uint64_t rows = 0;
        (void)snprintf(what, sizeof what, "%s %s", steps[i].table != NULL ? "removing" : "finding",
                       steps[i].table != NULL ? steps[i].table : "the seeded rows");
        enum err code = db_run(db, what, steps[i].sql, &rows, msg);
        if (code != ERR_OK) {
            return code;
        }
        if (steps[i].table != NULL) {
            count_removed(report, steps[i].table, rows);
        }
    }
    return ERR_OK;
}

enum err cleanup_mark(struct db *db, struct err_msg *msg)
{
    return run_steps(db, mark_steps, COUNT(mark_steps), NULL, msg);
}

/* A message of somebody else that stands in the way, for the sentence. */
static enum err find_example(struct db *db, struct cleanup_report *report, struct err_msg *msg)
{
    static const char *const none[] = { NULL };
    static const char sql[] = "SELECT m.id FROM messages m WHERE NOT " DOOMED(
        "m.id") " AND m.sender_id IS NOT NULL "
                "AND NOT " OURS(
                    "m.sender_id") " AND ("
                                   "EXISTS (SELECT FROM tmscdp_conversations c WHERE c.id = m.conversation_id) OR "
                                   "EXISTS (SELECT FROM tmscdp_kept k WHERE k.id = m.reply_to_id)) LIMIT 1";
    PGresult *result = NULL;
    enum err code = db_query(db, "finding messages of others", sql, none, &result, msg);
    if (code == ERR_OK && PQntuples(result) > 0) {
        (void)snprintf(report->kept_example, sizeof report->kept_example, "%s",
                       PQgetvalue(result, 0, 0));
    }
    PQclear(result);
    return code;
}

static enum err count_kept(struct db *db, uint64_t *rows, struct err_msg *msg)
{
    return db_run(db, "counting kept messages", "SELECT id FROM tmscdp_kept", rows, msg);
}

enum err cleanup_remove(struct db *db, struct cleanup_report *report, struct err_msg *msg)
{
    enum err code = run_steps(db, find_all_steps, COUNT(find_all_steps), report, msg);
    if (code == ERR_OK) {
        code = count_kept(db, &report->kept_messages, msg);
    }
    if (code == ERR_OK) {
        code = find_example(db, report, msg);
    }
    if (code == ERR_OK) {
        code = run_steps(db, remove_steps, COUNT(remove_steps), report, msg);
    }
    if (code == ERR_OK) {
        code = db_run(db, "keeping conversations of others", KEEP_CONVERSATIONS,
                      &report->kept_conversations, msg);
    }
    if (code == ERR_OK) {
        code = run_steps(db, remove_member_steps, COUNT(remove_member_steps), report, msg);
    }
    if (code == ERR_OK) {
        code = db_run(db, "keeping users", KEEP_USERS, &report->kept_users, msg);
    }
    if (code == ERR_OK) {
        code = run_steps(db, remove_user_steps, COUNT(remove_user_steps), report, msg);
    }
    return code;
}

enum err cleanup_reset(struct db *db, struct cleanup_report *report, struct err_msg *msg)
{
    enum err code = run_steps(db, find_run_steps, COUNT(find_run_steps), report, msg);
    if (code == ERR_OK) {
        code = count_kept(db, &report->kept_messages, msg);
    }
    if (code == ERR_OK) {
        code = find_example(db, report, msg);
    }
    return code == ERR_OK ? run_steps(db, reset_steps, COUNT(reset_steps), report, msg) : code;
}

enum err cleanup_votes(struct db *db, struct cleanup_report *report, struct err_msg *msg)
{
    return run_steps(db, vote_steps, COUNT(vote_steps), report, msg);
}

uint64_t cleanup_total(const struct cleanup_report *report)
{
    uint64_t total = 0;
    for (size_t i = 0; i < CLEANUP_TABLES; i++) {
        total += report->removed[i].rows;
    }
    return total;
}
