#include "seed/seed.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "seed/copy.h"
#include "seed/db.h"
#include "seed/files.h"
#include "seed/reset.h"
#include "seed/secret.h"

/* Two seedings at once wait for each other; 0x746d73636470 spells tmscdp. */
#define BEGIN                                                                                      \
    "BEGIN; SET LOCAL lock_timeout = '30s'; SELECT pg_advisory_xact_lock(x'746d73636470'::bigint)"

/* One action under way. */
struct job {
    const struct seed_options *options;
    struct seed_report *report;
    struct db db;
    struct strbuf secret; /* empty when there is none */
    struct files files;
};

/* A user of the same name that somebody else made would fail the COPY on a bare unique key. */
static enum err check_names_free(struct job *job, struct err_msg *msg)
{
    static const char *const none[] = { NULL };
    PGresult *result = NULL;
    enum err code = db_query(
        &job->db, "looking for users of the same name",
        "SELECT a.tms_user_id, a.id FROM users a WHERE a.tms_user_id ~ '^stress_tms_[0-9]{4}$' "
        "AND NOT EXISTS (SELECT FROM tmscdp_users u WHERE u.id = a.id) ORDER BY 1 LIMIT 1",
        none, &result, msg);
    if (code == ERR_OK && PQntuples(result) > 0) {
        code = err_set(msg, job->db.failure,
                       "user %s (%s) was not made by tmscdp seed: remove the stress users with the "
                       "tool that made them",
                       PQgetvalue(result, 0, 0), PQgetvalue(result, 0, 1));
    }
    PQclear(result);
    return code;
}

static enum err refuse_kept(struct job *job, struct err_msg *msg)
{
    const struct cleanup_report *cleanup = &job->report->cleanup;
    if (cleanup->kept_conversations + cleanup->kept_messages + cleanup->kept_users == 0) {
        return ERR_OK;
    }
    if (cleanup->kept_example[0] == '\0') {
        return err_set(msg, job->db.failure,
                       "%" PRIu64 " seeded users opened conversations in which others are: remove "
                       "those before seeding again",
                       cleanup->kept_users);
    }
    return err_set(msg, job->db.failure,
                   "messages of users who were not seeded stand in, or answer, what is to be "
                   "replaced (one is %s): remove them before seeding again",
                   cleanup->kept_example);
}

static enum err copy_all(struct job *job, struct err_msg *msg)
{
    const struct shape *shape = &job->options->shape;
    struct table_maker maker = { .shape = shape };
    enum err code = ERR_OK;
    seal_key(strbuf_text(&job->secret), ids_conversation(shape->seed, 0).text, maker.group_key);
    for (size_t i = 0; code == ERR_OK && i < TABLE_COUNT; i++) {
        struct seed_copied *copied = &job->report->copied[i];
        copied->table = tables[i].name;
        copied->rows = tables[i].count(shape);
        code = copy_table(&job->db, &tables[i], &maker, &copied->seconds, msg);
    }
    table_maker_release(&maker);
    return code;
}

static enum err fill(struct job *job, struct err_msg *msg)
{
    const struct seed_options *options = job->options;
    /* Before the rows: a folder that cannot be written should fail at once. */
    enum err code = files_stage(&job->files, options->data_dir, &options->shape,
                                strbuf_text(&job->secret), options->now_s, msg);
    if (code != ERR_OK) {
        return job->db.failure;
    }
    code = check_names_free(job, msg);
    if (code == ERR_OK) {
        code = cleanup_remove(&job->db, &job->report->cleanup, msg);
    }
    if (code == ERR_OK) {
        code = refuse_kept(job, msg);
    }
    if (code == ERR_OK) {
        code = copy_all(job, msg);
    }
    job->report->shape = options->shape;
    return code;
}

static enum err reset(struct job *job, struct err_msg *msg)
{
    struct seed_report *report = job->report;
    struct reset_report done = { .reactions = 0 };
    report->shape = job->options->shape;
    enum err code = reset_find_shape(&job->db, &report->shape, msg);
    if (code == ERR_OK) {
        const char *secret = job->secret.len > 0 ? strbuf_text(&job->secret) : NULL;
        code = reset_run(&job->db, &report->shape, secret, &done, msg);
    }
    report->cleanup = done.cleanup;
    report->repaired_messages = done.repaired_messages;
    report->reactions = done.reactions;
    return code;
}

static enum err change_rows(struct job *job, struct err_msg *msg)
{
    enum err code = cleanup_mark(&job->db, msg);
    if (code != ERR_OK) {
        return code;
    }
    switch (job->options->action) {
    case SEED_FILL:
        return fill(job, msg);
    case SEED_CLEAN:
        return cleanup_remove(&job->db, &job->report->cleanup, msg);
    case SEED_RESET:
        return reset(job, msg);
    case SEED_RESET_VOTES:
        return cleanup_votes(&job->db, &job->report->cleanup, msg);
    }
    return ERR_OK;
}

/* From here on a signal no longer undoes: the COMMIT may have happened when it comes. */
static enum err commit(struct job *job, struct err_msg *msg)
{
    if (loop_interrupted(job->db.loop)) {
        return err_set(msg, ERR_INTERRUPTED, "interrupted; the database is as it was before");
    }
    loop_rearm(job->db.loop);
    return db_run(&job->db, "committing", "COMMIT", NULL, msg);
}

/* Without statistics the server would plan its first queries on the new rows by guesswork, and a
 * measurement would see that. */
static enum err analyze(struct job *job, struct err_msg *msg)
{
    enum err code = db_run(&job->db, "analyzing",
                           "ANALYZE users, conversations, conversation_members, messages, polls, "
                           "poll_options, message_reactions, message_status",
                           NULL, msg);
    return code == ERR_OK ? code : err_prefix(msg, code, "the rows are written, but");
}

static enum err finish_files(struct job *job, struct err_msg *msg)
{
    enum err code = ERR_OK;
    if (job->options->action == SEED_FILL) {
        code = files_publish(&job->files, msg);
    } else if (job->options->action == SEED_CLEAN) {
        code = files_remove(job->options->data_dir, &job->report->removed_files, msg);
    }
    if (code == ERR_OK) {
        return code;
    }
    return err_prefix(
        msg, job->db.failure,
        "the database is done, but its data files are not; run the same command again");
}

static enum err run_transaction(struct job *job, struct err_msg *msg)
{
    enum seed_action action = job->options->action;
    enum err code = db_run(&job->db, "starting", BEGIN, NULL, msg);
    if (code == ERR_OK) {
        code = change_rows(job, msg);
    }
    if (code == ERR_OK) {
        code = commit(job, msg);
    }
    if (code == ERR_OK) {
        code = finish_files(job, msg);
    }
    if (code == ERR_OK && (action == SEED_FILL || action == SEED_RESET)) {
        code = analyze(job, msg);
    }
    return code;
}

/* Signing needs the secret; a reset only when it meets a changed encrypted message. */
static enum err take_secret(struct job *job, struct err_msg *msg)
{
    const char *file = job->options->secret_file;
    const char *env = getenv("NEXTAUTH_SECRET");
    bool given = file != NULL || (env != NULL && env[0] != '\0');
    if (job->options->action == SEED_FILL || (job->options->action == SEED_RESET && given)) {
        return secret_read(file, &job->secret, msg);
    }
    return ERR_OK;
}

static enum err run_connected(struct job *job, const char *conninfo, struct err_msg *msg)
{
    struct loop *loop = NULL;
    enum err failure = job->options->action == SEED_FILL ? ERR_SEED : ERR_CLEANUP;
    enum err code = loop_new(&loop, msg);
    if (code != ERR_OK) {
        return code;
    }
    code = db_connect(&job->db, conninfo, loop, failure, msg);
    if (code == ERR_OK) {
        code = run_transaction(job, msg);
    }
    files_discard(&job->files);
    db_close(&job->db);
    loop_free(loop);
    return code;
}

enum err seed_run(const struct seed_options *options, struct seed_report *report,
                  struct err_msg *msg)
{
    struct job job = { .options = options, .report = report };
    struct strbuf conninfo = STRBUF_INIT;
    uint64_t start_ns = clock_now_ns();
    *report = (struct seed_report){ .group_id = ids_conversation(options->shape.seed, 0) };

    enum err code = ERR_OK;
    if (options->action == SEED_FILL) {
        code = shape_check(&options->shape, msg);
    }
    if (code == ERR_OK) {
        code = target_check(&options->target, &conninfo, msg);
    }
    if (code == ERR_OK) {
        code = take_secret(&job, msg);
    }
    if (code == ERR_OK) {
        code = run_connected(&job, strbuf_text(&conninfo), msg);
    }
    report->seconds = (double)(clock_now_ns() - start_ns) / (double)NS_PER_S;
    strbuf_release(&conninfo);
    strbuf_release(&job.secret);
    return code;
}
