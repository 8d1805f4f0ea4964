/* The section that is written, and the sentences on what could not be seen. */
#include "tests/unit/test.h"

#include <string.h>

#include "backend/watcher_notes.h"
#include "base/mem.h"

static struct watched watched_of(uint64_t samples, double seconds)
{
    return (struct watched){ .notes = json_new_array(),
                             .interval_ms = 100,
                             .tally = { .samples = samples,
                                        .seconds = seconds,
                                        .server_limit = 100,
                                        .connections_max = 5 } };
}

/* All notes in one text, the caller's. */
static char *notes_of(const struct watched *found)
{
    struct strbuf text = STRBUF_INIT;
    const cJSON *note;
    strbuf_add_str(&text, "");
    cJSON_ArrayForEach (note, found->notes) {
        strbuf_addf(&text, "%s\n", note->valuestring);
    }
    return strbuf_detach(&text);
}

static void losses_and_refusals_are_told(void **state)
{
    static const struct {
        struct watcher_loss loss;
        bool absent;
        uint64_t samples;
        const char *state;
        const char *note;
    } cases[] = {
        { { 0, -1, NULL }, true, 0, "not watched", "could not be watched: no slot" },
        { { 0, 1.5, NULL }, true, 9, "partly", "nothing was seen for the first 1.5 s: no slot" },
        { { 2, 2.5, NULL }, false, 9, "partly", "nothing was seen from 2.0 s to 2.5 s: no slot" },
        { { 2, -1, NULL }, false, 9, "partly", "lost after 2.0 s and did not come back: no slot" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct watched found = watched_of(cases[i].samples, 1);
        struct watcher_troubles troubles = { .losses = 1, .absent_at_first = cases[i].absent };
        const struct server_facts facts = { .version = NULL };
        troubles.loss[0] = cases[i].loss;
        troubles.loss[0].why = mem_dup_str("no slot");
        watcher_notes_samples(&found, &troubles, &facts, 0);
        char *notes = notes_of(&found);
        assert_string_equal(found.state, cases[i].state);
        if (strstr(notes, cases[i].note) == NULL) {
            fail_msg("\"%s\" is not in: %s", cases[i].note, notes);
        }
        free(notes);
        watcher_troubles_release(&troubles);
        watched_release(&found);
    }
}

static void a_slower_pace_and_hidden_sessions_are_told(void **state)
{
    struct watched found = watched_of(20, 4);
    struct watcher_troubles troubles = { .failed = 2,
                                         .failed_why = mem_dup_str("canceled"),
                                         .lookup_failed = mem_dup_str("no permission"),
                                         .losses = WATCHER_LOSSES_TOLD + 3 };
    struct server_facts facts = { .role = mem_dup_str("reader") };
    (void)state;
    for (size_t i = 0; i < WATCHER_LOSSES_TOLD; i++) {
        troubles.loss[i] = (struct watcher_loss){ 1, 2, mem_dup_str("gone") };
    }
    found.tally.hidden_max = 4;
    watcher_notes_samples(&found, &troubles, &facts, 2);
    char *notes = notes_of(&found);
    static const char *const parts[] = {
        "lost 3 times more",
        "2 looks at the database failed, the last one with: canceled",
        "cost about 2.0 ms, so there was one every 200 ms instead of every 100 ms",
        "--pool-size",
        "the role reader",
        "up to 4 sessions",
        "could not be named: no permission",
        "may not be seen at all",
    };
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (strstr(notes, parts[i]) == NULL) {
            fail_msg("\"%s\" is not in: %s", parts[i], notes);
        }
    }
    assert_string_equal(found.state, "partly");
    free(notes);
    watcher_troubles_release(&troubles);
    server_facts_release(&facts);
    watched_release(&found);
}

static void missing_counts_have_their_reason(void **state)
{
    struct watched found = watched_of(20, 2);
    struct reading before = { .has_statements = true };
    struct reading after = { .has_tables = true, .statements = { .hidden = 7 } };
    const struct server_facts facts = { .version = NULL };
    (void)state;
    (void)err_set(&after.why_no_statements, ERR_NO_DATA, "taken away");
    (void)err_set(&before.why_no_tables, ERR_NO_DATA, "forbidden");
    found.was_reset = true;
    watcher_notes_counts(&found, &before, &after, &facts);
    char *notes = notes_of(&found);
    assert_non_null(strstr(notes, "statements are not counted: taken away"));
    assert_non_null(strstr(notes, "tables are not counted: forbidden"));
    assert_non_null(strstr(notes, "7 statements of other roles"));
    assert_non_null(strstr(notes, "reset pg_stat_statements"));
    free(notes);
    watched_release(&found);
}

static void the_section_has_what_there_is_and_no_more(void **state)
{
    struct watched found = watched_of(0, 0);
    (void)state;
    found.state = "not watched";
    cJSON *section = watcher_json_section(&found);
    assert_string_equal(json_text(section, "state"), "not watched");
    assert_null(json_at(section, "samples"));
    assert_null(json_at(section, "waits"));
    assert_null(json_at(section, "statements"));
    assert_null(json_at(section, "deadlocks"));
    cJSON_Delete(section);

    found.tally.samples = 10;
    found.tally.seconds = 2;
    found.tally.at_limit_s = 0.5;
    found.tally.pool_limit = 30;
    found.has_statements = true;
    found.statement[found.statement_count++] =
        (struct watched_statement){ { .calls = 4, .rows = 804, .total_ms = 20, .max_ms = 9 },
                                    mem_dup_str("SELECT ?") };
    section = watcher_json_section(&found);
    assert_true(json_number(section, "connections.at_limit_share", 0) == 0.25);
    assert_true(json_number(section, "server.pool_limit", 0) == 30);
    const cJSON *statement = cJSON_GetArrayItem(json_at(section, "statements"), 0);
    assert_true(json_number(statement, "rows_per_call", 0) == 201);
    assert_true(json_number(statement, "mean_ms", 0) == 5);
    assert_true(json_bool(statement, "max_is_at_most", false));
    assert_null(json_at(section, "tables"));
    cJSON_Delete(section);
    cJSON *raw = watcher_json_raw(&found);
    assert_int_equal(cJSON_GetArraySize(json_at(raw, "columns")), 17);
    assert_int_equal(cJSON_GetArraySize(json_at(raw, "samples")), 0);
    cJSON_Delete(raw);
    watched_release(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(losses_and_refusals_are_told),
        cmocka_unit_test(a_slower_pace_and_hidden_sessions_are_told),
        cmocka_unit_test(missing_counts_have_their_reason),
        cmocka_unit_test(the_section_has_what_there_is_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
