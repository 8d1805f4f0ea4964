#include "cli/run_suite.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/terminal.h"
#include "cli/child.h"
#include "cli/command.h"
#include "cli/doctor.h"
#include "cli/run_seed.h"
#include "cli/run_words.h"

#define GOODBYE_MS      30000U /* for a part to write what it has */
#define PATIENCE_FACTOR 4U
#define PATIENCE_MORE_S 180U
#define LOG_BYTES       ((size_t)64 * 1024 * 1024)
#define REASON_BYTES    ((size_t)320)
#define LOG_ERROR       "tmscdp: "
#define LOG_WARNING     "tmscdp: warning: "

/* What stands in the way of the parts, by the health check and the seeding. */
struct suite {
    struct loop *loop;
    const struct suite_plan *plan;
    const struct result_run *run;
    struct run_state *state;
    cJSON *health;
    struct run_overview overview;
    const char *server_trouble; /* owned by `health`, like the next four; NULL: none */
    const char *client_trouble;
    const char *browser_trouble;
    const char *login_trouble;
    const char *database_trouble;
    bool unseeded; /* seeding was needed and did not happen */
    bool interrupted;
};

static enum err save_state(const struct suite *suite, struct err_msg *msg)
{
    cJSON *root = json_new_object();
    json_add_text(root, "schema", "tmscdp.suite");
    json_add_number(root, "schema_version", 1);
    json_add_text(root, "id", suite->run->id);
    json_add_node(root, "parts", run_state_to_json(suite->state));
    char *path = result_path(suite->run, "state.json");
    enum err err = json_write_file(path, root, msg);
    free(path);
    cJSON_Delete(root);
    return err;
}

static char *log_path(const struct suite *suite, const char *part)
{
    char *folder = result_path(suite->run, "logs");
    char *path = mem_format("%s/%s.log", folder, part);
    free(folder);
    return path;
}

/* The last complaint in a part's log, as the reason of its end. */
static void explain_by_log(const struct suite *suite, const struct run_part *part,
                           struct run_part_record *record)
{
    struct strbuf log = STRBUF_INIT;
    struct err_msg unread;
    char *path = log_path(suite, part->name);
    char reason[REASON_BYTES] = "";
    if (file_read(path, LOG_BYTES, &log, &unread) == ERR_OK) {
        for (const char *line = strbuf_text(&log); *line != '\0';) {
            size_t length = strcspn(line, "\n");
            bool complains = strncmp(line, LOG_ERROR, strlen(LOG_ERROR)) == 0 &&
                             strncmp(line, LOG_WARNING, strlen(LOG_WARNING)) != 0 &&
                             strstr(line, "--help`") == NULL;
            if (complains) {
                size_t skip = strlen(LOG_ERROR);
                (void)snprintf(reason, sizeof reason, "%.*s", (int)(length - skip), line + skip);
            }
            line += length + (line[length] == '\n' ? 1 : 0);
        }
    }
    if (reason[0] != '\0') {
        run_part_record_explain(record, reason);
    }
    strbuf_release(&log);
    free(path);
}

static bool has_database(const struct suite *suite)
{
    return stress_database_is_named(&suite->plan->database) && suite->database_trouble == NULL;
}

/* The first reason for a missing verdict, wherever it stands in a result. */
static const char *first_doubt(const cJSON *node)
{
    const char *word = json_text(node, "verdict");
    const char *text = json_text(node, "text");
    if (word != NULL && text != NULL && strcmp(word, verdict_name(VERDICT_NO_DATA)) == 0) {
        return text;
    }
    const cJSON *doubts = cJSON_IsObject(node) ? json_at(node, "inconclusive") : NULL;
    const cJSON *first = cJSON_GetArrayItem(doubts, 0);
    if (cJSON_IsString(first)) {
        return first->valuestring;
    }
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, node) {
        text = cJSON_IsObject(member) || cJSON_IsArray(member) ? first_doubt(member) : NULL;
        if (text != NULL) {
            return text;
        }
    }
    return NULL;
}

static void read_verdict(const char *dir, struct run_part_record *record)
{
    static const char *const places[] = { "stress", "measure" };
    cJSON *result = NULL;
    struct err_msg unread = { "" };
    record->has_verdict = false;
    if (result_read(dir, &result, &unread) != ERR_OK) {
        run_part_record_explain(record, unread.text);
        return;
    }
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const cJSON *section = json_at(result, places[i]);
        const char *name = json_text(section, "verdict");
        const char *why = record->exit_code == EXIT_NO_DATA ? first_doubt(section) : NULL;
        record->has_verdict =
            record->has_verdict || (name != NULL && verdict_from_name(name, &record->verdict));
        if (why != NULL) {
            run_part_record_explain(record, why);
        }
    }
    cJSON_Delete(result);
}

/* Takes over what the part has made; what an interrupted one left before gives way to it. */
static enum err adopt(const struct suite *suite, const struct run_part *part,
                      struct run_part_record *record, struct err_msg *msg)
{
    char *making = run_words_making_dir(suite->run, part);
    char *place = result_path(suite->run, part->name);
    char *made = NULL;
    struct err_msg nothing;
    enum err err = file_remove_tree(place, msg);
    record->has_dir = false;
    if (err == ERR_OK && result_newest(making, &made, &nothing) == ERR_OK) {
        if (rename(made, place) != 0) {
            err = err_set(msg, ERR_IO, "cannot move %s to %s", made, place);
        } else {
            record->has_dir = true;
            read_verdict(place, record);
        }
    }
    if (err == ERR_OK) {
        err = file_remove_tree(making, msg);
    }
    free(made);
    free(place);
    free(making);
    return err;
}

static void on_tick(void *arg)
{
    run_overview_draw(arg);
}

static unsigned patience_s(const struct run_part *part)
{
    return part->seconds * PATIENCE_FACTOR + PATIENCE_MORE_S;
}

/* Runs the part's command to its end, however that comes. */
static enum err run_child(struct suite *suite, const struct run_part *part,
                          struct run_part_record *record, struct err_msg *msg)
{
    struct process process = { .pid = 0 };
    struct child_words words = { NULL, 0, 0 };
    struct err_msg why = { "" };
    const struct child_watch watch = { .tick = on_tick, .arg = &suite->overview };
    char *log = log_path(suite, part->name);
    (void)unlink(log);
    const struct run_words_input input = { suite->plan, suite->run, suite->state,
                                           has_database(suite) };
    run_words_add(&input, part, &words);
    enum err err = child_start(&process, &words, log, msg);
    if (err == ERR_OK) {
        uint64_t deadline_ns = clock_now_ns() + patience_s(part) * NS_PER_S;
        enum err ended = child_wait(suite->loop, &process, &watch, deadline_ns, &why);
        if (ended == ERR_INTERRUPTED) {
            loop_rearm(suite->loop);
        }
        process_stop(&process, GOODBYE_MS);
        record->exit_code = child_exit_code(&process);
        record->state = RUN_DONE;
        if (ended == ERR_INTERRUPTED) {
            suite->interrupted = true;
            record->state = RUN_INTERRUPTED;
            record->exit_code = EXIT_INTERRUPTED;
        } else if (ended != ERR_OK) {
            char *text =
                mem_format("it had not ended after %u s and was stopped", patience_s(part));
            record->exit_code = EXIT_DRIVE;
            run_part_record_explain(record, text);
            free(text);
        } else if (record->exit_code != EXIT_PASS && record->exit_code != EXIT_VERDICT) {
            explain_by_log(suite, part, record);
        }
    }
    child_words_release(&words);
    free(log);
    return err;
}

static void not_run(struct run_part_record *record, int exit_code, const char *why)
{
    record->state = RUN_NOT_RUN;
    record->exit_code = exit_code;
    run_part_record_explain(record, why);
}

static const char *trouble(const struct doctor *doctor, const char *check)
{
    for (size_t i = 0; i < doctor->count; i++) {
        if (strcmp(doctor->finding[i].name, check) == 0 &&
            doctor->finding[i].state == FINDING_FAIL) {
            return doctor->finding[i].what;
        }
    }
    return NULL;
}

/* The sentence as `health` keeps it, which outlives the doctor. */
static const char *kept(const cJSON *health, const char *sentence)
{
    const cJSON *node = NULL;
    cJSON_ArrayForEach (node, health) {
        const char *found = json_text(node, "found");
        if (sentence != NULL && found != NULL && strcmp(found, sentence) == 0) {
            return found;
        }
    }
    return NULL;
}

static void conclude_health(struct suite *suite, const struct doctor *doctor,
                            struct run_part_record *record)
{
    struct strbuf why = STRBUF_INIT;
    cJSON *findings = doctor_to_json(doctor);
    while (findings->child != NULL) {
        json_push_node(suite->health, cJSON_DetachItemViaPointer(findings, findings->child));
    }
    cJSON_Delete(findings);
    suite->server_trouble = kept(suite->health, trouble(doctor, "server"));
    suite->client_trouble = kept(suite->health, trouble(doctor, "client"));
    suite->browser_trouble = kept(suite->health, trouble(doctor, "browser"));
    suite->login_trouble = kept(suite->health, trouble(doctor, "login"));
    suite->database_trouble = kept(suite->health, trouble(doctor, "database"));
    for (size_t i = 0; i < doctor->count; i++) {
        const struct finding *finding = &doctor->finding[i];
        if (finding->state == FINDING_FAIL && run_parts_need(suite->plan->wanted, finding->name)) {
            strbuf_addf(&why, "%s%s: %s", why.len > 0 ? "; " : "", finding->name, finding->what);
        } else if (finding->state == FINDING_WARN && strcmp(finding->name, "limiter") == 0) {
            log_warn("%s (%s)", finding->what, finding->todo != NULL ? finding->todo : "");
        }
    }
    record->state = RUN_DONE;
    record->exit_code = doctor->refused ? EXIT_REFUSED : why.len > 0 ? EXIT_DRIVE : EXIT_PASS;
    if (why.len > 0) {
        run_part_record_explain(record, strbuf_text(&why));
    }
    strbuf_release(&why);
}

static enum err do_health(struct suite *suite, struct run_part_record *record, struct err_msg *msg)
{
    const struct suite_plan *plan = suite->plan;
    struct doctor doctor = {
        .client_url = plan->client_url,
        .database_url = plan->database.url,
        .redis_url = getenv("REDIS_URL"),
        .chrome = plan->chrome,
        .allowed_hosts = *plan->allowed_hosts,
        .loop = suite->loop,
    };
    enum err err = doctor_examine(&doctor, plan->api_url, NULL, plan->data_dir, msg);
    if (err == ERR_OK) {
        conclude_health(suite, &doctor, record);
    }
    doctor_release(&doctor);
    return err;
}

static enum err do_seed(struct suite *suite, const struct run_part *part,
                        struct run_part_record *record, struct err_msg *msg)
{
    struct run_seed_answer answer;
    struct err_msg why = { "" };
    const struct run_seed_question question = {
        .database = &suite->plan->database,
        .login_trouble = suite->server_trouble == NULL ? suite->login_trouble : NULL,
        .always = suite->plan->always_seed,
    };
    if (suite->database_trouble != NULL) {
        not_run(record, EXIT_NO_DATA, suite->database_trouble);
        return ERR_OK;
    }
    enum err err = run_seed_ask(suite->loop, &question, &answer, &why);
    if (err == ERR_INTERRUPTED) {
        return ERR_OK; /* seen by the caller */
    }
    if (err != ERR_OK) {
        suite->unseeded = true;
        not_run(record, command_exit_code(err), why.text);
        return ERR_OK;
    }
    if (!answer.needed) {
        record->state = RUN_DONE;
        record->exit_code = EXIT_PASS;
        run_part_record_explain(record, "the chat is seeded already");
        return ERR_OK;
    }
    run_overview_clear(&suite->overview);
    log_info("seeding: %s", answer.why);
    err = run_child(suite, part, record, msg);
    suite->unseeded = record->exit_code != EXIT_PASS;
    if (err == ERR_OK && !suite->unseeded) {
        run_part_record_explain(record, answer.why);
    }
    return err;
}

static const char *obstacle(const struct suite *suite, const struct run_part *part)
{
    if (!run_part_is_there(part)) {
        return "not in this program";
    }
    if (suite->server_trouble != NULL) {
        return suite->server_trouble;
    }
    if (suite->unseeded) {
        return "the chat is not seeded";
    }
    if (part->kind == RUN_MEASURE) {
        return suite->client_trouble != NULL ? suite->client_trouble : suite->browser_trouble;
    }
    return NULL;
}

static enum err do_measured(struct suite *suite, const struct run_part *part,
                            struct run_part_record *record, struct err_msg *msg)
{
    const char *why = obstacle(suite, part);
    if (why != NULL) {
        not_run(record, EXIT_NO_DATA, why);
        return ERR_OK;
    }
    enum err err = run_child(suite, part, record, msg);
    return err == ERR_OK ? adopt(suite, part, record, msg) : err;
}

static enum err do_reset(struct suite *suite, const struct run_part *part,
                         struct run_part_record *record, struct err_msg *msg)
{
    if (!has_database(suite) || suite->unseeded) {
        not_run(record, EXIT_PASS,
                suite->unseeded ? "the chat is not seeded"
                : suite->database_trouble != NULL
                    ? suite->database_trouble
                    : "no database is named: what the loads left stays");
        return ERR_OK;
    }
    return run_child(suite, part, record, msg);
}

static enum err do_report(struct suite *suite, const struct run_part *part,
                          struct run_part_record *record, struct err_msg *msg)
{
    bool any = false;
    for (size_t i = 0; i < run_part_count; i++) {
        any = any || suite->state->part[i].has_dir;
    }
    if (!any) {
        not_run(record, EXIT_PASS, "there is nothing to report on");
        return ERR_OK;
    }
    return run_child(suite, part, record, msg);
}

static enum err dispatch(struct suite *suite, const struct run_part *part,
                         struct run_part_record *record, struct err_msg *msg)
{
    switch (part->kind) {
    case RUN_HEALTH:
        return do_health(suite, record, msg);
    case RUN_SEED:
        return do_seed(suite, part, record, msg);
    case RUN_RESET:
        return do_reset(suite, part, record, msg);
    case RUN_REPORT:
        return do_report(suite, part, record, msg);
    case RUN_STRESS:
    case RUN_MEASURE:
        break;
    }
    return do_measured(suite, part, record, msg);
}

static enum err do_part(struct suite *suite, size_t index, struct err_msg *msg)
{
    struct run_part_record *record = &suite->state->part[index];
    uint64_t since_ns = clock_now_ns();
    free(record->why);
    *record = (struct run_part_record){ .state = RUN_RUNNING };
    enum err err = save_state(suite, msg);
    if (err == ERR_OK) {
        run_overview_begin(&suite->overview, index);
        err = dispatch(suite, &run_parts[index], record, msg);
    }
    record->seconds = (double)(clock_now_ns() - since_ns) / (double)NS_PER_S;
    if (loop_interrupted(suite->loop) && !suite->interrupted) {
        /* In our own work: what it has found meanwhile is half of it. The report is still to come.
         */
        loop_rearm(suite->loop);
        suite->interrupted = true;
        free(record->why);
        *record = (struct run_part_record){ .state = RUN_RUNNING, .seconds = record->seconds };
    }
    if (record->state == RUN_RUNNING) {
        record->state = suite->interrupted ? RUN_INTERRUPTED : RUN_DONE;
        record->exit_code = suite->interrupted ? EXIT_INTERRUPTED : EXIT_DRIVE;
    }
    if (err == ERR_OK) {
        run_overview_end(&suite->overview, index);
        err = save_state(suite, msg);
    }
    return err;
}

/* Asked before every part: whether there is a reason to leave it. The report is written whatever
 * came before. */
static bool is_due(const struct suite *suite, size_t index, bool failed)
{
    const struct run_part_record *record = &suite->state->part[index];
    enum run_part_kind kind = run_parts[index].kind;
    bool again = kind == RUN_HEALTH || kind == RUN_SEED || kind == RUN_REPORT;
    if (record->state == RUN_LEFT_OUT || (run_part_is_settled(record) && !again)) {
        return false;
    }
    return kind == RUN_REPORT || (!suite->interrupted && !(failed && suite->plan->fail_fast));
}

static bool has_failed(const struct run_part_record *record)
{
    return record->exit_code != EXIT_PASS && record->exit_code != EXIT_NO_DATA;
}

/* What an earlier go at this run has left in the middle. */
static void forget_unsettled(struct run_state *state)
{
    for (size_t i = 0; i < run_part_count; i++) {
        struct run_part_record *record = &state->part[i];
        if (record->state != RUN_LEFT_OUT && !run_part_is_settled(record)) {
            bool has_dir = record->has_dir;
            free(record->why);
            *record = (struct run_part_record){ .state = RUN_WAITING, .has_dir = has_dir };
        }
    }
}

enum err suite_run(struct loop *loop, const struct suite_plan *plan, const struct result_run *run,
                   struct run_state *state, cJSON *health, struct err_msg *msg)
{
    struct suite suite = {
        .loop = loop,
        .plan = plan,
        .run = run,
        .state = state,
        .health = health,
        .overview = { .state = state,
                      .quick = plan->quick,
                      .quiet = plan->quiet,
                      .live = terminal_redraws() },
    };
    bool failed = false;
    char *logs = result_path(run, "logs");
    enum err err = file_make_dirs(logs, msg);
    free(logs);
    forget_unsettled(state);
    for (size_t i = 0; i < run_part_count && err == ERR_OK; i++) {
        if (is_due(&suite, i, failed)) {
            err = do_part(&suite, i, msg);
        } else if (failed && plan->fail_fast && state->part[i].state == RUN_WAITING) {
            not_run(&state->part[i], EXIT_NO_DATA, "--fail-fast: a part before it failed");
        }
        failed = failed || (state->part[i].state != RUN_LEFT_OUT && has_failed(&state->part[i]));
    }
    run_overview_clear(&suite.overview);
    if (err == ERR_OK && suite.interrupted) {
        err = err_set(msg, ERR_INTERRUPTED, "interrupted: `tmscdp run --continue %s` goes on",
                      run->dir);
    }
    return err;
}
