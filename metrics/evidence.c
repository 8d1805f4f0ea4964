#include "metrics/evidence.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"

static const struct evidence_def table[] = {
    { "unbounded_reads", EVIDENCE_WORKLOAD, "per page", evidence_unbounded_reads },
    { "unbounded_rows", EVIDENCE_WORKLOAD, "×", evidence_unbounded_rows },
    { "unbounded_time", EVIDENCE_WORKLOAD, "share", evidence_unbounded_time },
    { "reaction_reads", EVIDENCE_WORKLOAD, "per page", evidence_reaction_reads },
    { "reaction_rows", EVIDENCE_WORKLOAD, "rows", evidence_reaction_rows },
    { "reaction_bytes", EVIDENCE_WORKLOAD, "×", evidence_reaction_bytes },
    { "list_conversations", EVIDENCE_WORKLOAD, "conversations", evidence_list_conversations },
    { "list_repeats", EVIDENCE_WORKLOAD, "per conversation", evidence_list_repeats },
    { "list_statements", EVIDENCE_WORKLOAD, "statements", evidence_list_statements },
    { "membership_reads", EVIDENCE_WORKLOAD, "per connection", evidence_membership_reads },
    { "connects_per_user", EVIDENCE_WORKLOAD, "connections", evidence_connects_per_user },
    { "connect_growth", EVIDENCE_WORKLOAD, "×", evidence_connect_growth },
    { "page_statements", EVIDENCE_WORKLOAD, "statements", evidence_page_statements },
    { "row_waiters", EVIDENCE_WORKLOAD, "sessions", evidence_row_waiters },
    { "row_wait_share", EVIDENCE_WORKLOAD, "share", evidence_row_wait_share },
    { "row_statement", EVIDENCE_WORKLOAD, "ms", evidence_row_statement },
    { "advisory_waiters", EVIDENCE_WORKLOAD, "sessions", evidence_advisory_waiters },
    { "advisory_wait_share", EVIDENCE_WORKLOAD, "share", evidence_advisory_wait_share },
    { "group_speedup", EVIDENCE_WORKLOAD, "×", evidence_group_speedup },
    { "lock_wait_share", EVIDENCE_WORKLOAD, "share", evidence_lock_wait_share },
    { "pool_at_limit", EVIDENCE_WORKLOAD, "share", evidence_pool_at_limit },
    { "pool_refusals", EVIDENCE_WORKLOAD, "requests", evidence_pool_refusals },
    { "knee", EVIDENCE_WORKLOAD, "VUs", evidence_knee },
    { "file_time", EVIDENCE_WORKLOAD, "share", evidence_file_time },
    { "generator_doubts", EVIDENCE_WORKLOAD, "doubts", evidence_generator_doubts },
    { "generator_late", EVIDENCE_WORKLOAD, "share", evidence_generator_late },
    { "host_busy", EVIDENCE_WORKLOAD, "share", evidence_host_busy },
    { "list_slope", EVIDENCE_VARIANT, "elements per message", evidence_list_slope },
    { "rendered_share", EVIDENCE_VARIANT, "share", evidence_rendered_share },
    { "decrypt_count", EVIDENCE_VARIANT, "messages", evidence_decrypt_count },
    { "decrypt_overlap", EVIDENCE_VARIANT, "%", evidence_decrypt_overlap },
    { "decrypt_time", EVIDENCE_VARIANT, "ms", evidence_decrypt_time },
};

const struct evidence_def *evidence_find(const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(table[i].name, name) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

void evidence_set(struct evidence *out, double value, const char *format, ...)
{
    va_list args;
    out->has_value = true;
    out->value = value;
    va_start(args, format);
    (void)vsnprintf(out->text, sizeof out->text, format, args);
    va_end(args);
}

void evidence_missing(struct evidence *out, const char *format, ...)
{
    va_list args;
    out->has_value = false;
    out->value = 0;
    va_start(args, format);
    (void)vsnprintf(out->text, sizeof out->text, format, args);
    va_end(args);
}

void evidence_unasked(struct evidence *out, const char *text)
{
    evidence_missing(out, "%s", text);
    out->unasked = true;
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool ends(const char *text, const char *with)
{
    size_t length = strlen(text);
    size_t end = strlen(with);
    return length >= end && strcmp(text + length - end, with) == 0;
}

/* The paths are the contract's, as the workloads write them. */
static void count_request(const char *method, const char *path, double count, struct requests *out)
{
    out->all += count;
    if (method == NULL || path == NULL) {
        return;
    }
    if (strcmp(method, "GET") != 0) {
        out->sends += strcmp(path, "/messages/") == 0 ? count : 0;
    } else if (begins(path, "/messages/conversations/") && ends(path, "/messages")) {
        out->pages += count;
    } else if (strcmp(path, "/conversations/") == 0) {
        out->lists += count;
    }
}

static void read_requests(const cJSON *workload, struct requests *out)
{
    const cJSON *row = NULL;
    cJSON_ArrayForEach (row, json_at(workload, "statuses")) {
        const char *outcome = json_text(row, "outcome");
        bool served = outcome != NULL &&
                      (strcmp(outcome, "ok") == 0 || strcmp(outcome, "conflict") == 0 ||
                       strcmp(outcome, "timeout") == 0 || strcmp(outcome, "bad_body") == 0);
        if (served) {
            count_request(json_text(row, "method"), json_text(row, "path"),
                          json_number(row, "count", 0), out);
        }
    }
    const cJSON *scenario = NULL;
    cJSON_ArrayForEach (scenario, json_at(workload, "scenarios")) {
        out->time_s += json_number(scenario, "service_ms.n", 0) *
                       json_number(scenario, "service_ms.avg", 0) / 1e3;
    }
}

static void read_statements(const cJSON *workload, struct subject *out)
{
    const cJSON *database = json_at(workload, "database");
    const cJSON *list = json_at(database, "statements");
    const cJSON *row = NULL;
    if (!cJSON_IsArray(list)) {
        const cJSON *note = json_at(database, "notes");
        const char *state = json_text(database, "state");
        note = cJSON_GetArrayItem(note, 0);
        out->no_statements = database == NULL || state == NULL || strcmp(state, "not watched") == 0
                                 ? "the database was not watched"
                             : cJSON_IsString(note) ? note->valuestring
                                                    : "statements were not counted: "
                                                      "pg_stat_statements is not there";
        return;
    }
    out->statements = mem_new_array((size_t)cJSON_GetArraySize(list), sizeof *out->statements);
    cJSON_ArrayForEach (row, list) {
        const char *text = json_text(row, "query");
        if (text != NULL) {
            struct statement *statement = &out->statements[out->statement_count++];
            sql_shape_read(text, &statement->shape);
            statement->text = text;
            statement->calls = json_number(row, "calls", 0);
            statement->rows = json_number(row, "rows", 0);
            statement->total_ms = json_number(row, "total_ms", 0);
        }
    }
}

void subject_init(enum evidence_scope scope, const cJSON *node, struct subject *out)
{
    const char *name = json_text(node, "name");
    *out = (struct subject){ .scope = scope, .node = node, .name = name != NULL ? name : "?" };
    if (scope == EVIDENCE_WORKLOAD) {
        read_requests(node, &out->requests);
        read_statements(node, out);
    }
}

void subject_release(struct subject *subject)
{
    free(subject->statements);
    *subject = (struct subject){ .node = NULL };
}
