#include "cli/run_seed.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "seed/db.h"
#include "seed/ids.h"
#include "seed/target.h"

/* What the database knows: users in all, users of ours, whether the seeded group is there. */
struct inhabitants {
    bool known;
    uint64_t users;
    uint64_t ours;
    bool group;
};

static const char inhabitants_sql[] =
    "SELECT count(*), count(*) FILTER (WHERE id " IDS_LIKE_USER "),"
    " (SELECT count(*) FROM conversations WHERE id = $1) FROM users";

/* Every file that a part reads. */
static const char *missing_file(const char *data_dir)
{
    static const char *const files[] = { "tokens_array.json", "conversation_ids.json",
                                         "message_ids.json", "poll_id.txt",
                                         "poll_option_ids.json" };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char *path = file_join(data_dir, files[i]);
        bool there = file_exists(path);
        free(path);
        if (!there) {
            return files[i];
        }
    }
    return NULL;
}

/* The seeded group's id by the data files, "" when it cannot be read. */
static char *group_of(const char *data_dir)
{
    char *path = file_join(data_dir, "conversation_ids.json");
    cJSON *ids = NULL;
    struct err_msg unused;
    char *group = NULL;
    if (json_read_file(path, LIMIT_DATA_FILE_BYTES, &ids, &unused) == ERR_OK) {
        const char *text = json_text(ids, "group_conversation_id");
        group = mem_dup_str(text != NULL ? text : "");
    }
    cJSON_Delete(ids);
    free(path);
    return group != NULL ? group : mem_dup_str("");
}

static enum err ask_database(struct loop *loop, const struct stress_database *database,
                             struct inhabitants *out, struct err_msg *msg)
{
    struct strbuf conninfo = STRBUF_INIT;
    struct db db = { 0 };
    PGresult *facts = NULL;
    char *group = group_of(database->data_dir);
    const char *const params[] = { group, NULL };
    enum err err = stress_database_conninfo(database, &conninfo, msg);
    if (err == ERR_OK) {
        err = db_connect(&db, strbuf_text(&conninfo), loop, ERR_UNREACHABLE, msg);
    }
    if (err == ERR_OK) {
        err = db_query(&db, "looking whether the chat is seeded", inhabitants_sql, params, &facts,
                       msg);
    }
    if (err == ERR_OK) {
        out->known = true;
        out->users = strtoull(PQgetvalue(facts, 0, 0), NULL, 10);
        out->ours = strtoull(PQgetvalue(facts, 0, 1), NULL, 10);
        out->group = strcmp(PQgetvalue(facts, 0, 2), "0") != 0;
    }
    PQclear(facts);
    db_close(&db);
    strbuf_release(&conninfo);
    free(group);
    return err;
}

static void find_need(const struct run_seed_question *question,
                      const struct inhabitants *inhabitants, struct run_seed_answer *out)
{
    const char *data_dir = question->database->data_dir;
    const char *missing = missing_file(data_dir);
    if (question->always) {
        (void)snprintf(out->why, sizeof out->why, "--seed asks for it");
    } else if (missing != NULL) {
        (void)snprintf(out->why, sizeof out->why, "there is no %s in %.100s", missing, data_dir);
    } else if (question->login_trouble != NULL) {
        (void)snprintf(out->why, sizeof out->why, "%.300s", question->login_trouble);
    } else if (inhabitants->known && !inhabitants->group) {
        (void)snprintf(out->why, sizeof out->why,
                       "the database has no conversation of the id in %.100s", data_dir);
    }
    out->needed = out->why[0] != '\0';
}

/* A host that only --allow-host lets through. */
static bool is_elsewhere(const struct stress_database *database)
{
    static const struct option_list nobody = { .count = 0 };
    struct stress_database local = *database;
    struct strbuf unused = STRBUF_INIT;
    struct err_msg why;
    local.allowed_hosts = &nobody;
    enum err err = stress_database_conninfo(&local, &unused, &why);
    strbuf_release(&unused);
    return err == ERR_REFUSED;
}

static enum err check_leave(const struct run_seed_question *question,
                            const struct inhabitants *inhabitants,
                            const struct run_seed_answer *answer, struct err_msg *msg)
{
    if (question->always) {
        return ERR_OK;
    }
    if (is_elsewhere(question->database)) {
        return err_set(msg, ERR_REFUSED,
                       "seeding is needed (%s), and the database is not on this machine: --seed "
                       "lets it be written to",
                       answer->why);
    }
    if (inhabitants->users > 0 && inhabitants->ours == 0) {
        return err_set(msg, ERR_REFUSED,
                       "seeding is needed (%s), and the database holds %llu users of somebody "
                       "else's and none of ours: --seed puts ours beside them",
                       answer->why, (unsigned long long)inhabitants->users);
    }
    return ERR_OK;
}

enum err run_seed_ask(struct loop *loop, const struct run_seed_question *question,
                      struct run_seed_answer *out, struct err_msg *msg)
{
    struct inhabitants inhabitants = { .known = false };
    bool named = stress_database_is_named(question->database);
    enum err err = named ? ask_database(loop, question->database, &inhabitants, msg) : ERR_OK;
    *out = (struct run_seed_answer){ .needed = false };
    if (err != ERR_OK) {
        return err;
    }
    find_need(question, &inhabitants, out);
    if (out->needed && !named) {
        return err_set(msg, ERR_USAGE,
                       "seeding is needed (%s), but no database is named: set DATABASE_URL",
                       out->why);
    }
    return out->needed ? check_leave(question, &inhabitants, out, msg) : ERR_OK;
}
