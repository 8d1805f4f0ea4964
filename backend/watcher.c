#include "backend/watcher.h"

#include "backend/database.h"
#include "backend/sql.h"
#include "backend/watcher_json.h"
#include "backend/watcher_notes.h"
#include "backend/watcher_reading.h"
#include "base/clock.h"
#include "base/mem.h"

#define START_NS          (3 * NS_PER_S) /* for the connection to be there */
#define STOP_NS           (2 * NS_PER_S)
#define SLOWEST_NS        (5 * NS_PER_S)
#define QUIET_COST        0.01 /* shares of a core that samples may cost */
#define WAITING_COST      0.04
#define RECENT            8 /* samples, of which the cheapest says what one costs */
#define MS(ns)            ((double)(ns) / (double)NS_PER_MS)
#define SECONDS(ns)       ((double)(ns) / (double)NS_PER_S)
#define LOOKUPS_AT_END    64
#define PREFIX_HEX_DIGITS 16

struct watcher {
    struct watcher_plan plan;
    struct database *database; /* NULL: nothing to watch, or over */
    struct loop_timer *timer;
    struct watch_sample sample;
    struct watched found;
    struct server_facts facts;
    struct reading before;
    struct watcher_troubles troubles;
    uint64_t start_ns;
    uint64_t due_ns;
    uint64_t asked_ns;
    uint64_t cpu_at_ns;    /* of the connection, when the last cost was taken */
    uint64_t cpu_start_ns; /* when sampling began */
    double cost_ms[RECENT];
    double last_s; /* when the last sample was taken; negative: none since a loss */
    struct watch_target *looked_up;
    bool was_ready;
    bool sampling;
    bool has_before;
};

static void replace_text(char **into, const char *text)
{
    free(*into);
    *into = text != NULL ? mem_dup_str(text) : NULL;
}

static double since_start_s(const struct watcher *watcher, uint64_t at_ns)
{
    return at_ns > watcher->start_ns ? SECONDS(at_ns - watcher->start_ns) : 0;
}

/* Losing and regaining the connection */

static void begin_loss(struct watcher *watcher)
{
    if (watcher->troubles.losses < WATCHER_LOSSES_TOLD) {
        struct watcher_loss *loss = &watcher->troubles.loss[watcher->troubles.losses];
        loss->from_s = since_start_s(watcher, clock_now_ns());
        loss->to_s = -1;
        loss->why = mem_dup_str(database_trouble(watcher->database));
    }
    watcher->troubles.losses++;
    watcher->last_s = -1;
}

static void end_loss(struct watcher *watcher)
{
    if (watcher->troubles.losses > 0 && watcher->troubles.losses <= WATCHER_LOSSES_TOLD) {
        struct watcher_loss *loss = &watcher->troubles.loss[watcher->troubles.losses - 1];
        loss->to_s = loss->to_s < 0 ? since_start_s(watcher, clock_now_ns()) : loss->to_s;
    }
}

static void on_prepare(void *arg, int version, struct strbuf *sql)
{
    (void)arg;
    watcher_sample_prepare(version, sql);
}

/* Looking up what is waited for */

/* The contract's key is the first half of the conversation's UUID. */
static char *conversation_like(const struct lock_tag *tag)
{
    char hex[PREFIX_HEX_DIGITS + 1];
    (void)snprintf(hex, sizeof hex, "%08x%08x", tag->class_id, tag->object_id);
    return mem_format("%.8s-%.4s-%.4s-%%", hex, hex + 8, hex + 12);
}

/* The question for a target; the caller frees both. */
static void lookup_question(const struct watch_target *target, struct strbuf *sql, char **param)
{
    if (target->kind == TARGET_ADVISORY) {
        sql_add("conversation", NULL, sql);
        *param = conversation_like(&target->tag);
    } else {
        const struct sql_value values[] = { { "relation", target->whole_name }, { NULL, NULL } };
        sql_add("row", values, sql);
        *param = mem_format("(%u,%u)", target->tag.page, target->tag.tuple);
    }
}

/* Two conversations with the same first half: no telling which. */
static void take_lookup(struct watch_target *target, const struct grid *rows)
{
    const char *id = rows->rows == 1 ? grid_text(rows, 0, 0) : NULL;
    replace_text(target->kind == TARGET_ADVISORY ? &target->conversation : &target->row, id);
}

static void schedule(struct watcher *watcher);

static void on_lookup(void *arg, const struct database_answer *answer)
{
    struct watcher *watcher = arg;
    if (answer->rows != NULL) {
        take_lookup(watcher->looked_up, answer->rows);
    } else if (answer->state[0] != '\0') {
        replace_text(&watcher->troubles.lookup_failed, answer->failure);
    }
    watcher->looked_up = NULL;
    schedule(watcher);
}

/* True when a question is under way. */
static bool look_up(struct watcher *watcher)
{
    struct watch_target *target = watcher_tally_unresolved(&watcher->found.tally);
    if (target == NULL) {
        return false;
    }
    struct strbuf sql = STRBUF_INIT;
    char *param = NULL;
    lookup_question(target, &sql, &param);
    target->looked_up = true;
    watcher->looked_up = target;
    const char *const params[] = { param };
    const struct database_question question = { strbuf_text(&sql), params, 1, on_lookup, watcher };
    database_ask(watcher->database, &question);
    strbuf_release(&sql);
    free(param);
    return true;
}

/* Sampling */

/* What a sample costs here and there: processor time of ours, and how long the server was at it.
 * Others running on the same cores make single ones longer, so the cheapest of the last counts; 0
 * while there are too few to tell. */
static double recent_cost_ms(struct watcher *watcher)
{
    double least = watcher->cost_ms[0];
    for (size_t i = 1; i < RECENT; i++) {
        least = watcher->cost_ms[i] < least ? watcher->cost_ms[i] : least;
    }
    return least;
}

static void take_cost(struct watcher *watcher)
{
    uint64_t cpu_ns = database_cpu_ns(watcher->database);
    memmove(&watcher->cost_ms[1], &watcher->cost_ms[0], (RECENT - 1) * sizeof(double));
    watcher->cost_ms[0] = watcher->sample.server_ms + MS(cpu_ns - watcher->cpu_at_ns);
    watcher->cpu_at_ns = cpu_ns;
}

static uint64_t interval_ns(struct watcher *watcher)
{
    bool waiting = watcher->found.tally.tree.waiters > 0;
    double affordable_ms = recent_cost_ms(watcher) / (waiting ? WAITING_COST : QUIET_COST);
    uint64_t affordable_ns = (uint64_t)(affordable_ms * (double)NS_PER_MS);
    uint64_t wanted_ns = watcher->plan.interval_ms * NS_PER_MS;
    uint64_t ns = affordable_ns > wanted_ns ? affordable_ns : wanted_ns;
    uint64_t slowest_ns = wanted_ns > SLOWEST_NS ? wanted_ns : SLOWEST_NS;
    return ns < slowest_ns ? ns : slowest_ns;
}

/* The next one an interval after the last was due, or now when that has passed. */
static void schedule(struct watcher *watcher)
{
    uint64_t now_ns = clock_now_ns();
    if (!watcher->sampling) {
        return;
    }
    watcher->due_ns += interval_ns(watcher);
    watcher->due_ns = watcher->due_ns > now_ns ? watcher->due_ns : now_ns;
    loop_timer_start(watcher->timer, watcher->due_ns - now_ns);
}

static void take_sample(struct watcher *watcher, const struct database_answer *answer)
{
    struct watch_sample *sample = &watcher->sample;
    double interval_s = SECONDS(watcher->plan.interval_ms * NS_PER_MS);
    uint64_t at_ns = watcher->asked_ns + (clock_now_ns() - watcher->asked_ns) / 2;
    watcher_sample_read(answer->rows, sample);
    sample->at_s = since_start_s(watcher, at_ns);
    sample->dt_s = sample->at_s - watcher->last_s;
    if (watcher->last_s < 0) {
        /* The first one, or the first after a loss, stands for an interval at most. */
        sample->dt_s = sample->at_s < interval_s ? sample->at_s : interval_s;
    }
    sample->query_ms = answer->ms;
    watcher->last_s = sample->at_s;
    watcher_tally_add(&watcher->found.tally, sample);
    take_cost(watcher);
    if (watcher->plan.sampled != NULL) {
        watcher->plan.sampled(watcher->plan.arg, &watcher->found.tally, sample);
    }
}

static void on_sample(void *arg, const struct database_answer *answer)
{
    struct watcher *watcher = arg;
    if (answer->rows != NULL) {
        take_sample(watcher, answer);
        if (watcher->sampling && look_up(watcher)) {
            return;
        }
    } else if (answer->state[0] != '\0') {
        watcher->troubles.failed++;
        replace_text(&watcher->troubles.failed_why, answer->failure);
    }
    schedule(watcher);
}

static void on_due(void *arg)
{
    struct watcher *watcher = arg;
    if (database_state(watcher->database) != DATABASE_IDLE) {
        if (watcher->was_ready) {
            watcher->was_ready = false;
            begin_loss(watcher);
        }
        schedule(watcher);
        return;
    }
    const struct database_question question = { WATCHER_SAMPLE_SQL, NULL, 0, on_sample, watcher };
    if (!watcher->was_ready) {
        watcher->was_ready = true;
        end_loss(watcher);
    }
    watcher->asked_ns = clock_now_ns();
    database_ask(watcher->database, &question);
}

/* Starting and stopping */

static void read_before(struct watcher *watcher)
{
    struct err_msg msg = { "" };
    if (server_facts_read(watcher->database, &watcher->facts, &msg) == ERR_OK) {
        watcher->found.tally.server_limit = watcher->facts.max_connections;
        reading_take(watcher->database, &watcher->facts, &watcher->before);
        watcher->has_before = true;
    }
}

struct watcher *watcher_new(const struct watcher_plan *plan)
{
    struct watcher *watcher = mem_new(sizeof *watcher);
    struct err_msg msg = { "" };
    watcher->plan = *plan;
    watcher->found.notes = json_new_array();
    watcher->found.interval_ms = plan->interval_ms;
    watcher->found.tally.pool_limit = plan->pool_limit;
    watcher->last_s = -1;
    if (plan->conninfo != NULL) {
        const struct database_plan database = { .loop = plan->loop,
                                                .conninfo = plan->conninfo,
                                                .application = "tmscdp watcher",
                                                .prepare = on_prepare,
                                                .arg = watcher };
        watcher->database = database_new(&database);
        watcher->timer = loop_timer_new(plan->loop, on_due, watcher);
        if (database_wait(watcher->database, clock_now_ns() + START_NS, &msg) == ERR_OK) {
            watcher->was_ready = true;
            read_before(watcher);
        }
    }
    return watcher;
}

void watcher_start(struct watcher *watcher)
{
    watcher->start_ns = clock_now_ns();
    watcher->due_ns = watcher->start_ns;
    watcher->sampling = watcher->database != NULL;
    if (watcher->sampling) {
        watcher->cpu_start_ns = watcher->cpu_at_ns = database_cpu_ns(watcher->database);
        if (!watcher->was_ready) {
            watcher->troubles.absent_at_first = true;
            begin_loss(watcher);
        }
        schedule(watcher);
    }
}

/* What still has no name; rows may have moved by now, conversations have not. */
static void look_up_rest(struct watcher *watcher)
{
    struct watch_target *target;
    for (int i = 0;
         i < LOOKUPS_AT_END && (target = watcher_tally_unresolved(&watcher->found.tally)) != NULL;
         i++) {
        struct err_msg msg = { "" };
        struct strbuf sql = STRBUF_INIT;
        char *param = NULL;
        const struct grid *rows = NULL;
        lookup_question(target, &sql, &param);
        const char *const params[] = { param };
        target->looked_up = true;
        if (database_query(watcher->database, strbuf_text(&sql), params, 1, &rows, &msg) ==
            ERR_OK) {
            take_lookup(target, rows);
        } else {
            replace_text(&watcher->troubles.lookup_failed, msg.text);
        }
        strbuf_release(&sql);
        free(param);
    }
}

static void read_after(struct watcher *watcher)
{
    struct watched *found = &watcher->found;
    const struct reading *before = &watcher->before;
    struct reading after;
    if (!watcher->has_before) {
        watcher_note(&watcher->found,
                     "statements and tables are not counted: the database could not be asked "
                     "before the load");
        return;
    }
    reading_take(watcher->database, &watcher->facts, &after);
    if (before->has_statements && after.has_statements) {
        reading_statements(watcher->database, &watcher->facts, before, &after, found,
                           &after.why_no_statements);
    }
    if (before->has_tables && after.has_tables) {
        found->tables = after.tables;
        found->counts = after.counts;
        after.tables = (struct table_counts){ .item = NULL };
        table_counts_subtract(&found->tables, &before->tables);
        database_counts_subtract(&found->counts, &before->counts);
        found->has_tables = true;
    }
    watcher_notes_counts(found, before, &after, &watcher->facts);
    reading_release(&after);
}

static bool is_there(void *arg)
{
    return database_state(arg) == DATABASE_IDLE;
}

/* A connection that was there may be about to come back; for one that never was nobody waits. */
static bool wait_until_there(struct watcher *watcher, struct err_msg *msg)
{
    uint64_t deadline_ns = clock_now_ns() + STOP_NS;
    if (watcher->facts.version == NULL) {
        return database_wait(watcher->database, deadline_ns, msg) == ERR_OK;
    }
    enum err err = loop_wait(watcher->plan.loop, is_there, watcher->database, deadline_ns, msg);
    if (err == ERR_TIMEOUT) {
        (void)err_set(msg, err, "%s", database_trouble(watcher->database));
    }
    return err == ERR_OK;
}

void watcher_stop(struct watcher *watcher)
{
    struct watched *found = &watcher->found;
    struct err_msg msg = { "" };
    watcher->sampling = false;
    if (watcher->database == NULL) {
        found->state = "not watched";
        watcher_note(found, "%s", watcher->plan.why_not);
        return;
    }
    loop_timer_stop(watcher->timer);
    double seconds = since_start_s(watcher, clock_now_ns());
    uint64_t cpu_ns = database_cpu_ns(watcher->database) - watcher->cpu_start_ns;
    found->cpu_share = seconds > 0 ? SECONDS(cpu_ns) / seconds : 0;
    bool there = wait_until_there(watcher, &msg);
    if (there && watcher->facts.version == NULL) {
        there = server_facts_read(watcher->database, &watcher->facts, &msg) == ERR_OK;
    }
    found->version = watcher->facts.version != NULL ? mem_dup_str(watcher->facts.version) : NULL;
    found->tally.server_limit = watcher->facts.max_connections;
    watcher_notes_samples(found, &watcher->troubles, &watcher->facts, recent_cost_ms(watcher));
    if (there) {
        look_up_rest(watcher);
        read_after(watcher);
    } else if (found->tally.samples > 0) {
        watcher_note(found,
                     "statements and tables are not counted: after the load the database did "
                     "not answer: %s",
                     msg.text);
    }
    watcher_tally_settle(&found->tally);
    loop_timer_free(watcher->timer);
    database_free(watcher->database);
    watcher->timer = NULL;
    watcher->database = NULL;
}

void watcher_free(struct watcher *watcher)
{
    if (watcher == NULL) {
        return;
    }
    loop_timer_free(watcher->timer);
    database_free(watcher->database);
    watcher_troubles_release(&watcher->troubles);
    watcher_sample_release(&watcher->sample);
    reading_release(&watcher->before);
    server_facts_release(&watcher->facts);
    watched_release(&watcher->found);
    free(watcher);
}

const char *watcher_trouble(const struct watcher *watcher)
{
    bool there = watcher->database == NULL || database_state(watcher->database) == DATABASE_IDLE ||
                 database_state(watcher->database) == DATABASE_BUSY;
    return there ? "" : database_trouble(watcher->database);
}

cJSON *watcher_json(const struct watcher *watcher)
{
    return watcher_json_section(&watcher->found);
}

cJSON *watcher_raw_json(const struct watcher *watcher)
{
    return watcher->found.tally.samples > 0 ? watcher_json_raw(&watcher->found) : NULL;
}
