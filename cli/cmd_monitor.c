/* tmscdp monitor: looks at the chat's database, once by name or every second. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "backend/watcher.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/terminal.h"
#include "cli/command.h"
#include "cli/monitor_once.h"
#include "cli/monitor_view.h"
#include "cli/stress_database.h"

#define ONCE_COLUMNS 160 /* of a table that is no terminal's */
#define HOME_CLEAR   "\033[H\033[J"
#define NOT_GIVEN    UINT64_MAX

static struct {
    const char *database_url;
    struct option_list allowed_hosts;
    bool once;
    bool list;
    struct option_list only;
    bool reset_votes;
    uint64_t duration_ms;
    uint64_t watch_ms;
    uint64_t pool_size;
    const char *data_dir;
    bool json;
} given;

static const struct option_spec specs[] = {
    { OPTION_FLAG, "once", 0, NULL, NULL, "Ask each diagnostic once, and end.", &given.once },
    { OPTION_LIST, "only", 0, "NAME", NULL, "Only this diagnostic, once; repeatable.",
      &given.only },
    { OPTION_FLAG, "list", 0, NULL, NULL, "List the diagnostics and end.", &given.list },
    { OPTION_FLAG, "reset-votes", 0, NULL, NULL,
      "Show the votes of the seeded poll, and remove them.", &given.reset_votes },
    { OPTION_HEADING, "Looking every second", 0, NULL, NULL, NULL, NULL },
    { OPTION_DURATION, "duration", 'd', "TIME", NULL, "For so long (default: until Ctrl-C).",
      &given.duration_ms },
    { OPTION_DURATION, "watch-interval", 0, "TIME", NULL,
      "How often sessions and locks are looked at, 20ms to 10s (default 100ms).", &given.watch_ms },
    { OPTION_COUNT, "pool-size", 0, "N", NULL,
      "Connections that the chat may open, overflow included (default: the server's limit).",
      &given.pool_size },
    { OPTION_HEADING, "Where", 0, NULL, NULL, NULL, NULL },
    { OPTION_TEXT, "database-url", 0, "URL", "DATABASE_URL",
      "The chat's database; without a password on the command line.", &given.database_url },
    { OPTION_LIST, "allow-host", 0, "HOST", NULL,
      "A database host beside this machine that may be asked; repeatable.", &given.allowed_hosts },
    { OPTION_TEXT, "data-dir", 0, "DIR", NULL,
      "For --reset-votes: where seeding left its files (default data).", &given.data_dir },
    { OPTION_HEADING, "Output", 0, NULL, NULL, NULL, NULL },
    { OPTION_FLAG, "json", 0, NULL, NULL, "JSON on stdout; every second, an object a line.",
      &given.json },
};

static const struct command_line line = {
    .usage = "tmscdp monitor [options]",
    .about =
        "Looks at the chat's PostgreSQL: connections, locks and who waits for whom, statements.\n"
        "Every second anew, as a screen on a terminal and a line elsewhere; with --once the twelve\n"
        "diagnostics of the suite, from the connection pool to the votes. It reads only (but for\n"
        "--reset-votes), waits for no lock and gives up a statement after three seconds.",
    .notes =
        "The database is DATABASE_URL or libpq's own variables (PGHOST, PGDATABASE …). A role of its\n"
        "own needs pg_monitor to see what other roles' sessions do.\n\n"
        "Exit codes: 0 done, 105 interrupted before --duration was over, 107 the database does not\n"
        "answer, 111 it answered none of the diagnostics, 112 refused: it is not on this machine.\n\n"
        "Examples:\n"
        "  tmscdp monitor --only lock-queue --only poll-lock-contention\n"
        "  tmscdp monitor --pool-size 30 --duration 1m",
    .specs = specs,
    .spec_count = sizeof specs / sizeof specs[0],
};

static void print(struct strbuf *text)
{
    (void)fputs(strbuf_text(text), stdout);
    (void)fflush(stdout);
    strbuf_release(text);
}

static void print_json(const cJSON *node, bool indented)
{
    struct strbuf text = STRBUF_INIT;
    json_write(node, indented, &text);
    strbuf_add_char(&text, '\n');
    print(&text);
}

static int ask_once(const char *conninfo)
{
    static const char vote_reset[] = "vote-reset";
    struct err_msg msg = { "" };
    struct strbuf text = STRBUF_INIT;
    cJSON *answers = NULL;
    if (given.reset_votes && !given.once && given.only.count == 0) {
        given.only.item[given.only.count++] = vote_reset;
    }
    enum err err = monitor_once_ask(conninfo, &given.only, &answers, &msg);
    int code = EXIT_PASS;
    if (err != ERR_OK) {
        code = command_fail("monitor", err, &msg);
    } else if (!monitor_once_answered(answers)) {
        code = EXIT_NO_DATA;
    }
    if (answers != NULL && given.json) {
        print_json(answers, true);
    } else if (answers != NULL) {
        monitor_once_print(answers, terminal_redraws() ? terminal_columns() : ONCE_COLUMNS, &text);
        print(&text);
    }
    cJSON_Delete(answers);
    return code;
}

static int reset_votes(const struct stress_database *database)
{
    struct err_msg msg = { "" };
    uint64_t removed = 0;
    enum err err = stress_database_reset_votes(database, &removed, &msg);
    if (err != ERR_OK) {
        return command_fail("monitor", err, &msg);
    }
    log_info("%" PRIu64 " votes of the seeded poll were removed", removed);
    return EXIT_PASS;
}

/* The live view. */
struct live {
    struct watcher *watcher;
    struct monitor_view view;
    struct loop_timer *second;
    uint64_t next_ns;
    unsigned limit;
    bool screen;
    bool answered;
};

static void on_sample(void *arg, const struct watcher_tally *tally,
                      const struct watch_sample *sample)
{
    struct live *live = arg;
    live->limit = tally->pool_limit > 0 ? tally->pool_limit : tally->server_limit;
    live->answered = true;
    monitor_view_add(&live->view, tally, sample);
}

static void draw(struct live *live)
{
    struct strbuf text = STRBUF_INIT;
    if (live->view.samples == 0) {
        const char *trouble = watcher_trouble(live->watcher);
        log_warn("monitor: nothing seen in this second: %s",
                 trouble[0] != '\0' ? trouble : "the database is slow to answer");
    } else if (given.json) {
        cJSON *node = monitor_view_json(&live->view);
        print_json(node, false);
        cJSON_Delete(node);
    } else if (live->screen) {
        strbuf_add_str(&text, HOME_CLEAR);
        monitor_view_screen(&live->view, live->limit, terminal_columns(), &text);
        print(&text);
    } else {
        monitor_view_line(&live->view, live->limit, &text);
        strbuf_add_char(&text, '\n');
        print(&text);
    }
    strbuf_release(&text);
}

static void on_second(void *arg)
{
    struct live *live = arg;
    uint64_t now_ns = clock_now_ns();
    draw(live);
    monitor_view_next(&live->view);
    live->next_ns += NS_PER_S;
    loop_timer_start(live->second, live->next_ns > now_ns ? live->next_ns - now_ns : 0);
}

static bool never(void *arg)
{
    (void)arg;
    return false;
}

static enum err look(struct loop *loop, const char *conninfo, struct live *live,
                     struct err_msg *msg)
{
    const struct watcher_plan plan = {
        .loop = loop,
        .conninfo = conninfo,
        .interval_ms = given.watch_ms,
        .pool_limit = (unsigned)given.pool_size,
        .sampled = on_sample,
        .arg = live,
    };
    live->watcher = watcher_new(&plan);
    const char *trouble = watcher_trouble(live->watcher);
    if (trouble[0] != '\0') {
        return err_set(msg, ERR_UNREACHABLE, "%s", trouble);
    }
    watcher_start(live->watcher);
    live->next_ns = clock_now_ns() + NS_PER_S;
    live->second = loop_timer_new(loop, on_second, live);
    loop_timer_start(live->second, NS_PER_S);
    bool bounded = given.duration_ms != NOT_GIVEN;
    uint64_t deadline_ns = bounded ? clock_now_ns() + given.duration_ms * NS_PER_MS : UINT64_MAX;
    enum err err = loop_wait(loop, never, NULL, deadline_ns, msg);
    if (live->view.samples > 0) {
        draw(live); /* the begun second */
    }
    /* Without an end of its own, Ctrl-C is how it ends. */
    bool done = err == ERR_TIMEOUT || (err == ERR_INTERRUPTED && !bounded);
    if (done && !live->answered) {
        trouble = watcher_trouble(live->watcher);
        return err_set(msg, ERR_UNREACHABLE, "%s",
                       trouble[0] != '\0' ? trouble : "the database does not answer");
    }
    return done ? ERR_OK : err;
}

static int look_every_second(const char *conninfo)
{
    struct live live = { .screen = terminal_redraws() && isatty(STDOUT_FILENO) != 0 };
    struct err_msg msg = { "" };
    struct loop *loop = NULL;
    enum err err = loop_new(&loop, &msg);
    if (err == ERR_OK) {
        err = look(loop, conninfo, &live, &msg);
        loop_timer_free(live.second);
        watcher_free(live.watcher);
        loop_free(loop);
    }
    monitor_view_release(&live.view);
    return err == ERR_OK ? EXIT_PASS : command_fail("monitor", err, &msg);
}

static int monitor(void)
{
    struct stress_database database = {
        .url = given.database_url,
        .data_dir = given.data_dir,
        .allowed_hosts = &given.allowed_hosts,
        .watch_ms = given.watch_ms,
        .pool_size = given.pool_size,
    };
    struct err_msg msg = { "" };
    struct strbuf conninfo = STRBUF_INIT;
    struct stress_plan watching = { .watch_ms = 0 };
    enum err err = stress_database_watch(&database, &watching, &msg);
    if (err == ERR_OK) {
        err = stress_database_conninfo(&database, &conninfo, &msg);
    }
    int code = EXIT_PASS;
    if (err != ERR_OK) {
        code = command_fail("monitor", err, &msg);
    } else if (given.once || given.only.count > 0 || given.reset_votes) {
        code = ask_once(strbuf_text(&conninfo));
    } else {
        code = look_every_second(strbuf_text(&conninfo));
    }
    if (code == EXIT_PASS && given.reset_votes) {
        code = reset_votes(&database);
    }
    strbuf_release(&conninfo);
    return code;
}

static int run(int argc, char **argv)
{
    int code = EXIT_PASS;
    const char **operands = mem_new_array((size_t)argc, sizeof *operands);
    size_t operand_count = 0;
    memset(&given, 0, sizeof given);
    given.duration_ms = NOT_GIVEN;
    given.watch_ms = WATCHER_INTERVAL_MS;
    given.data_dir = "data";
    bool go_on = command_parse(&line, argc, argv, operands, &operand_count, &code);
    if (go_on && operand_count > 0) {
        struct err_msg msg = { "" };
        enum err err =
            err_set(&msg, ERR_USAGE, "'%s' is no option; a diagnostic is named by --only %s",
                    operands[0], operands[0]);
        code = command_fail("monitor", err, &msg);
    } else if (go_on && given.list) {
        struct strbuf text = STRBUF_INIT;
        monitor_once_list(&text);
        print(&text);
    } else if (go_on) {
        code = monitor();
    }
    free(operands);
    return code;
}

const struct command cmd_monitor = {
    .name = "monitor",
    .summary = "Look at the chat's database: connections, locks, statements",
    .run = run,
};
