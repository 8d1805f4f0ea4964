/* The check of the database: reachable, the chat's tables there, seeded, statistics to be had. */
#include "base/mem.h"
#include "cli/doctor.h"
#include "seed/db.h"
#include "seed/ids.h"
#include "seed/target.h"

/* One row: users in all, users of our seeding, whether statement statistics are installed. */
static const char facts_sql[] =
    "SELECT count(*), count(*) FILTER (WHERE id " IDS_LIKE_USER "),"
    " (SELECT count(*) FROM pg_extension WHERE extname = 'pg_stat_statements') FROM users";

static void judge(struct doctor *doctor, const PGresult *facts)
{
    static const char todo_statistics[] =
        "shared_preload_libraries = pg_stat_statements, then CREATE EXTENSION pg_stat_statements";
    const char *users = PQgetvalue(facts, 0, 0);
    const char *seeded = PQgetvalue(facts, 0, 1);

    if (strcmp(seeded, "0") == 0) {
        doctor_add(doctor, FINDING_WARN, "database", "run `tmscdp seed`",
                   "answers, with %s users and none of ours", users);
    } else {
        doctor_add(doctor, FINDING_OK, "database", NULL, "answers, with %s users, %s of ours",
                   users, seeded);
    }
    if (strcmp(PQgetvalue(facts, 0, 2), "0") == 0) {
        doctor_add(doctor, FINDING_WARN, "statistics", todo_statistics,
                   "pg_stat_statements is not installed; statements cannot be counted");
    } else {
        doctor_add(doctor, FINDING_OK, "statistics", NULL, "pg_stat_statements is installed");
    }
}

void doctor_check_database(struct doctor *doctor)
{
    const struct target target = { .url = doctor->database_url,
                                   .allowed_hosts = &doctor->allowed_hosts };
    const char *const no_params[] = { NULL };
    struct strbuf conninfo = STRBUF_INIT;
    struct err_msg msg = { "" };
    struct db db = { 0 };
    PGresult *facts = NULL;

    enum err code = target_check(&target, &conninfo, &msg);
    if (code == ERR_USAGE && doctor->database_url == NULL) {
        doctor_add(doctor, FINDING_SKIPPED, "database", NULL, "DATABASE_URL is not given");
        goto out;
    }
    if (code == ERR_OK) {
        code = db_connect(&db, strbuf_text(&conninfo), doctor->loop, ERR_UNREACHABLE, &msg);
    }
    if (code != ERR_OK) {
        doctor->refused = doctor->refused || code == ERR_REFUSED;
        doctor_add(doctor, FINDING_FAIL, "database", "start PostgreSQL, or correct DATABASE_URL",
                   "%s", msg.text);
        goto out;
    }
    code = db_query(&db, "looking at the chat's tables", facts_sql, no_params, &facts, &msg);
    if (code != ERR_OK) {
        doctor_add(doctor, FINDING_FAIL, "database", "is this the chat's database?", "%s",
                   msg.text);
    } else {
        judge(doctor, facts);
    }
out:
    PQclear(facts);
    db_close(&db);
    strbuf_release(&conninfo);
}
