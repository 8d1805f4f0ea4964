/* What `monitor` shows of a sample: the line, the screen, JSON. */
#include "tests/unit/test.h"

#include <string.h>

#include "base/mem.h"
#include "cli/monitor_once.h"
#include "cli/monitor_view.h"

static const char vote[] = "SELECT id FROM polls WHERE id = 'p1' FOR UPDATE";

static struct watch_session voter(int pid, bool waiting)
{
    return (struct watch_session){ .pid = pid,
                                   .state = SESSION_ACTIVE,
                                   .client = true,
                                   .waiting = waiting,
                                   .statement_ms = 40,
                                   .statement = vote };
}

/* One holder, seven voters who wait for the row, one statement that runs. */
static void look(struct monitor_view *view, struct watcher_tally *tally)
{
    struct watch_session sessions[9] = { [0] = { .pid = 10,
                                                 .state = SESSION_IDLE_IN_TRANSACTION,
                                                 .client = true,
                                                 .state_ms = 2500,
                                                 .statement = "SELECT 'mine'" } };
    struct lock_row locks[8] = { [0] = { .pid = 10,
                                         .tag = { .type = LOCK_TUPLE, .relation = 7, .tuple = 1 },
                                         .mode = 7,
                                         .granted = true } };
    for (int i = 1; i < 8; i++) {
        sessions[i] = voter(10 + i, true);
        locks[i] = (struct lock_row){
            .pid = 10 + i, .tag = locks[0].tag, .mode = 7, .waited_ms = 10 * i, .relation = "polls"
        };
    }
    sessions[8] = voter(18, false);
    struct watch_sample sample = {
        .dt_s = 0.1,
        .idle = 4,
        .connections = 13,
        .server = 15,
        .state = { [SESSION_ACTIVE] = 8, [SESSION_IDLE_IN_TRANSACTION] = 1 },
        .session = sessions,
        .session_count = COUNT_OF(sessions),
        .lock = locks,
        .lock_count = COUNT_OF(locks)
    };
    watcher_tally_add(tally, &sample);
    monitor_view_add(view, tally, &sample);
}

static void assert_has(const struct strbuf *text, const char *part)
{
    if (strstr(strbuf_text(text), part) == NULL) {
        fail_msg("\"%s\" is not in: %s", part, strbuf_text(text));
    }
}

static void the_line_tells_connections_waits_and_ages(void **state)
{
    struct monitor_view view = { .samples = 0 };
    struct watcher_tally tally = { .samples = 0 };
    struct strbuf line = STRBUF_INIT;
    (void)state;
    look(&view, &tally);
    monitor_view_line(&view, 30, &line);
    assert_has(&line, "connections 13 of 30 (8 active, 1 idle in transaction); 7 wait up to 70 ms "
                      "(tuple 7), 7 of them for polls; longest statement 40 ms; idle in "
                      "transaction for 2.5 s");
    assert_null(strchr(strbuf_text(&line), '\n'));
    monitor_view_next(&view);
    strbuf_clear(&line);
    monitor_view_line(&view, 30, &line);
    assert_has(&line, "nobody waits; longest statement 0 ms");
    strbuf_release(&line);
    monitor_view_release(&view);
    watcher_tally_release(&tally);
}

static void the_screen_shows_the_tree_and_keeps_to_its_width(void **state)
{
    struct monitor_view view = { .samples = 0 };
    struct watcher_tally tally = { .samples = 0 };
    struct strbuf screen = STRBUF_INIT;
    (void)state;
    look(&view, &tally);
    monitor_view_screen(&view, 26, 60, &screen);
    assert_has(&screen, "[###########----...............] ");
    assert_has(&screen, "10 idle in transaction: SELECT ?\n");
    assert_has(&screen, "  17 waits 70 ms for tuple: SELECT id FROM polls");
    assert_has(&screen, "  and 3 more\n");
    assert_has(&screen, "       8     40 ms  SELECT id FROM polls");
    assert_null(strstr(strbuf_text(&screen), "mine"));
    for (const char *at = strbuf_text(&screen); *at != '\0'; at += strcspn(at, "\n") + 1) {
        assert_true(strcspn(at, "\n") <= 60);
    }
    cJSON *json = monitor_view_json(&view);
    assert_true(json_number(json, "waiters_max", 0) == 7);
    assert_true(json_number(json, "waiting.tuple", 0) == 7);
    assert_true(json_number(json, "connections", 0) == 13);
    cJSON_Delete(json);
    strbuf_release(&screen);
    monitor_view_release(&view);
    watcher_tally_release(&tally);
}

static void answers_are_tables_that_fit(void **state)
{
    static const char text[] =
        "{\"diagnostics\":[{\"name\":\"lock-queue\",\"title\":\"T\",\"columns\":[\"pid\","
        "\"statement\"],\"rows\":[[7,\"SELECT a very long statement indeed, é, and more of it\"],"
        "[null,\"x\"]]},{\"name\":\"reactions\",\"title\":\"R\",\"columns\":[\"a\"],\"rows\":[]},"
        "{\"name\":\"poll-votes\",\"title\":\"P\",\"failure\":\"no such table\"}]}";
    struct strbuf out = STRBUF_INIT;
    cJSON *answers = cJSON_Parse(text);
    (void)state;
    monitor_once_print(answers, 40, &out);
    assert_string_equal(strbuf_text(&out), "lock-queue: T\n"
                                           "  pid  statement\n"
                                           "    7  SELECT a very long statement ind…\n"
                                           "    -  x\n"
                                           "\n"
                                           "reactions: R\n"
                                           "  there are no reactions\n"
                                           "\n"
                                           "poll-votes: P\n"
                                           "  cannot be told: no such table\n");
    assert_true(monitor_once_answered(answers));
    cJSON_DeleteItemFromArray(cJSON_GetObjectItem(answers, "diagnostics"), 0);
    cJSON_DeleteItemFromArray(cJSON_GetObjectItem(answers, "diagnostics"), 0);
    assert_false(monitor_once_answered(answers));
    cJSON_Delete(answers);
    strbuf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_tells_connections_waits_and_ages),
        cmocka_unit_test(the_screen_shows_the_tree_and_keeps_to_its_width),
        cmocka_unit_test(answers_are_tables_that_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
