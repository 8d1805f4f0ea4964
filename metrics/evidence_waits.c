/* Evidence from the sessions that waited in the database while the load was on. */
#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "metrics/evidence.h"

#define POLLS "polls"
#define CROWD 3 /* VUs */

static const cJSON *database_of(const struct subject *subject, struct evidence *out)
{
    const cJSON *database = json_at(subject->node, "database");
    if (json_at(database, "waits") == NULL || json_number(database, "samples", 0) < 1) {
        evidence_missing(out, "the database was not watched");
        return NULL;
    }
    return database;
}

static bool is_asked_for(const struct subject *subject, const char *method, const char *end)
{
    const cJSON *row = NULL;
    size_t length = strlen(end);
    cJSON_ArrayForEach (row, json_at(subject->node, "statuses")) {
        const char *path = json_text(row, "path");
        const char *by = json_text(row, "method");
        size_t path_length = path != NULL ? strlen(path) : 0;
        if (by != NULL && strcmp(by, method) == 0 && path_length >= length &&
            strcmp(path + path_length - length, end) == 0) {
            return true;
        }
    }
    return false;
}

/* What waited in one way, added up over its targets. */
struct waits {
    double waiters_max; /* at the worst target */
    double waited_s;
    const cJSON *worst;
};

typedef bool is_meant(const cJSON *target);

static void add_up(const cJSON *database, is_meant *which, struct waits *out)
{
    const cJSON *target = NULL;
    *out = (struct waits){ .worst = NULL };
    cJSON_ArrayForEach (target, json_at(database, "waits.targets")) {
        if (which(target)) {
            double waiters = json_number(target, "waiters_max", 0);
            out->waited_s += json_number(target, "waited_s", 0);
            if (out->worst == NULL || waiters > out->waiters_max) {
                out->waiters_max = waiters;
                out->worst = target;
            }
        }
    }
}

/* A row of polls: named by the watcher, or, where it could not, by the statement that waits. */
static bool is_poll_row(const cJSON *target)
{
    const char *kind = json_text(target, "kind");
    const char *relation = json_text(target, "relation");
    const char *statement = json_text(target, "statement");
    struct sql_shape shape;
    if (kind == NULL || strcmp(kind, "row") != 0) {
        return false;
    }
    if (relation != NULL) {
        return strcmp(relation, POLLS) == 0;
    }
    sql_shape_read(statement != NULL ? statement : "", &shape);
    return strcmp(shape.table, POLLS) == 0 && shape.verb != SQL_INSERT;
}

static bool is_advisory(const cJSON *target)
{
    const char *kind = json_text(target, "kind");
    return kind != NULL && strcmp(kind, "advisory") == 0;
}

static double share_of_time(const struct subject *subject, double waited_s)
{
    return subject->requests.time_s > 0 ? fmin(1, waited_s / subject->requests.time_s) : 0;
}

static double most_vus(const struct subject *subject)
{
    double most = 0;
    const cJSON *scenario = NULL;
    cJSON_ArrayForEach (scenario, json_at(subject->node, "scenarios")) {
        most = fmax(most, json_number(scenario, "vus_max", 0));
    }
    return most;
}

/* Nobody can wait for a lock that nobody wants, or that one user wants at a time. */
static const cJSON *crowd(const struct subject *subject, struct evidence *out)
{
    const cJSON *database = database_of(subject, out);
    if (database != NULL && most_vus(subject) < CROWD) {
        evidence_missing(out, "%.0f VUs are too few to be in each other's way", most_vus(subject));
        database = NULL;
    }
    return database;
}

static const cJSON *crowd_of_voters(const struct subject *subject, struct evidence *out)
{
    if (!is_asked_for(subject, "POST", "/vote")) {
        evidence_unasked(out, "nobody voted");
        return NULL;
    }
    return crowd(subject, out);
}

static const cJSON *crowd_of_senders(const struct subject *subject, struct evidence *out)
{
    if (!is_asked_for(subject, "POST", "/messages/")) {
        evidence_unasked(out, "nobody sent messages");
        return NULL;
    }
    return crowd(subject, out);
}

void evidence_row_waiters(const struct subject *subject, struct evidence *out)
{
    struct waits waits;
    const cJSON *database = crowd_of_voters(subject, out);
    if (database == NULL) {
        return;
    }
    add_up(database, is_poll_row, &waits);
    const char *row = json_text(waits.worst, "row");
    if (waits.worst == NULL) {
        evidence_set(out, 0, "no session waited for a row of polls, with up to %.0f voters",
                     most_vus(subject));
        return;
    }
    evidence_set(
        out, waits.waiters_max,
        "up to %.0f sessions waited for the same row of polls (%s), with up to %.0f voters",
        waits.waiters_max, row != NULL ? row : "its id was not seen", most_vus(subject));
}

void evidence_row_wait_share(const struct subject *subject, struct evidence *out)
{
    struct waits waits;
    const cJSON *database = crowd_of_voters(subject, out);
    if (database == NULL) {
        return;
    }
    add_up(database, is_poll_row, &waits);
    double share = share_of_time(subject, waits.waited_s);
    evidence_set(out, share,
                 "%.1f session seconds were spent waiting for it: %.0f %% of all response time",
                 waits.waited_s, 100 * share);
}

/* The statement that takes the lock, as the statistics know it. */
void evidence_row_statement(const struct subject *subject, struct evidence *out)
{
    const struct statement *most = NULL;
    if (subject->no_statements != NULL) {
        evidence_missing(out, "%s", subject->no_statements);
        return;
    }
    for (size_t i = 0; i < subject->statement_count; i++) {
        const struct statement *statement = &subject->statements[i];
        bool counts = statement->shape.locks_rows && strcmp(statement->shape.table, POLLS) == 0 &&
                      statement->calls > 0;
        if (counts && (most == NULL || statement->calls > most->calls)) {
            most = statement;
        }
    }
    if (most == NULL) {
        evidence_missing(out, "no statement locks a row of polls");
        return;
    }
    double mean_ms = most->total_ms / most->calls;
    evidence_set(out, mean_ms,
                 "SELECT … FROM polls … FOR UPDATE ran %.0f times and took %.1f ms on average",
                 most->calls, mean_ms);
}

void evidence_advisory_waiters(const struct subject *subject, struct evidence *out)
{
    struct waits waits;
    const cJSON *database = crowd_of_senders(subject, out);
    if (database == NULL) {
        return;
    }
    add_up(database, is_advisory, &waits);
    const char *of = json_text(waits.worst, "conversation");
    if (waits.worst == NULL) {
        evidence_set(out, 0, "no session waited for an advisory lock, with up to %.0f senders",
                     most_vus(subject));
        return;
    }
    evidence_set(out, waits.waiters_max,
                 "up to %.0f sessions waited for one advisory lock (%s%s), with up to %.0f senders",
                 waits.waiters_max, of != NULL ? "of conversation " : "of no known conversation",
                 of != NULL ? of : "", most_vus(subject));
}

void evidence_advisory_wait_share(const struct subject *subject, struct evidence *out)
{
    struct waits waits;
    const cJSON *database = crowd_of_senders(subject, out);
    if (database == NULL) {
        return;
    }
    add_up(database, is_advisory, &waits);
    double share = share_of_time(subject, waits.waited_s);
    evidence_set(out, share,
                 "%.1f session seconds were spent waiting for it: %.0f %% of all response time",
                 waits.waited_s, 100 * share);
}

void evidence_lock_wait_share(const struct subject *subject, struct evidence *out)
{
    const cJSON *database = database_of(subject, out);
    if (database == NULL) {
        return;
    }
    double waited_s = json_number(database, "waits.waited_s", 0);
    double share = share_of_time(subject, waited_s);
    evidence_set(out, share, "waiting for locks took %.0f %% of all response time", 100 * share);
}

void evidence_pool_at_limit(const struct subject *subject, struct evidence *out)
{
    const cJSON *database = database_of(subject, out);
    if (database == NULL) {
        return;
    }
    const cJSON *limit = json_at(database, "server.pool_limit");
    double share = json_number(database, "connections.at_limit_share", -1);
    if (!cJSON_IsNumber(limit) || share < 0) {
        evidence_missing(out, "the size of the pool is not known; up to %.0f connections were open",
                         json_number(database, "connections.max", 0));
        return;
    }
    evidence_set(out, share, "%.0f %% of the time all %.0f connections of the pool were open",
                 100 * share, limit->valuedouble);
}
