#include "cli/monitor_view.h"

#include <stdio.h>

#include "backend/sql_text.h"
#include "base/clock.h"
#include "base/mem.h"

#define TREE_LINES    14
#define DEEPEST       6
#define CHILDREN_MAX  4 /* of one session, told one by one */
#define BAR_CELLS     30
#define ID_SHOWN      8 /* characters of a UUID */
#define TIME_OFFSET   11
#define TIME_BYTES    8
#define MS_IN_A_SHORT 1000

static void raise_to(double *most, double now)
{
    *most = now > *most ? now : *most;
}

static void add_statement(struct monitor_view *view, const struct watch_session *session)
{
    struct strbuf text = STRBUF_INIT;
    sql_text_add(session->statement, &text);
    size_t i = 0;
    while (i < view->statement_count && strcmp(view->statement[i].text, strbuf_text(&text)) != 0) {
        i++;
    }
    if (i == view->statement_count && i < VIEW_STATEMENTS) {
        view->statement[view->statement_count++] =
            (struct view_statement){ .text = mem_dup_str(strbuf_text(&text)) };
    }
    if (i < view->statement_count) {
        view->statement[i].sessions++;
        raise_to(&view->statement[i].longest_ms, session->statement_ms);
    }
    strbuf_release(&text);
}

static void clear_statements(struct monitor_view *view)
{
    for (size_t i = 0; i < view->statement_count; i++) {
        free(view->statement[i].text);
    }
    memset(view->statement, 0, sizeof view->statement);
    view->statement_count = 0;
}

static void add_sessions(struct monitor_view *view, const struct watch_sample *sample)
{
    clear_statements(view);
    for (size_t i = 0; i < sample->session_count; i++) {
        const struct watch_session *session = &sample->session[i];
        if (session->state == SESSION_ACTIVE && session->client) {
            if (!session->waiting) {
                raise_to(&view->running_ms, session->statement_ms);
            }
            if (session->statement != NULL) {
                add_statement(view, session);
            }
        } else if (session->state == SESSION_IDLE_IN_TRANSACTION) {
            raise_to(&view->idle_in_transaction_ms, session->state_ms);
        }
    }
}

/* What a target is called in a line. */
static void name_target(const struct watch_target *target, struct strbuf *out)
{
    strbuf_addf(out, "%s",
                target->relation != NULL ? target->relation : target_kind_name(target->kind));
    if (target->row != NULL) {
        strbuf_addf(out, " %.*s…", ID_SHOWN, target->row);
    } else if (target->conversation != NULL) {
        strbuf_addf(out, " lock of conversation %.*s…", ID_SHOWN, target->conversation);
    } else if (target->key != NULL) {
        strbuf_addf(out, " lock %s", target->key);
    }
}

static void find_target(struct monitor_view *view, const struct watcher_tally *tally)
{
    const struct watch_target *most = NULL;
    for (size_t i = 0; i < tally->target_count; i++) {
        const struct watch_target *target = &tally->target[i];
        if (target->waiters > (most != NULL ? most->waiters : 0)) {
            most = target;
        }
    }
    if (most != NULL && most->waiters >= view->target_waiters) {
        strbuf_clear(&view->target);
        name_target(most, &view->target);
        view->target_waiters = most->waiters;
    }
}

static void add_node(const struct lock_tree *tree, size_t at, const struct watch_sample *sample,
                     unsigned depth, struct strbuf *out)
{
    const struct lock_node *node = &tree->node[at];
    const struct watch_session *session = watcher_sample_session(sample, node->pid);
    strbuf_addf(out, "%*s%d", (int)(2 * depth), "", node->pid);
    if (node->awaited != NULL) {
        strbuf_addf(out, " waits %.0f ms for %s", node->awaited->waited_ms,
                    lock_type_name(node->awaited->tag.type));
    } else if (session != NULL) {
        strbuf_addf(out, " %s", session_state_name(session->state));
    }
    if (session != NULL && session->statement != NULL) {
        strbuf_add_str(out, ": ");
        sql_text_add(session->statement, out);
    }
    strbuf_add_char(out, '\n');
}

/* The tree's lines below `at`; the many who wait for the same session are counted. */
static void add_branch(const struct lock_tree *tree, size_t at, const struct watch_sample *sample,
                       unsigned depth, struct strbuf *out)
{
    unsigned told = 0;
    unsigned more = 0;
    add_node(tree, at, sample, depth, out);
    for (size_t i = 0; i < tree->waiters; i++) {
        if (tree->node[i].blocker != at || depth == DEEPEST) {
            continue;
        }
        if (told < CHILDREN_MAX) {
            add_branch(tree, i, sample, depth + 1, out);
            told++;
        } else {
            more++;
        }
    }
    if (more > 0) {
        strbuf_addf(out, "%*sand %u more\n", (int)(2 * depth + 2), "", more);
    }
}

static void add_tree(struct monitor_view *view, const struct lock_tree *tree,
                     const struct watch_sample *sample)
{
    strbuf_clear(&view->tree);
    for (size_t i = 0; i < tree->count; i++) {
        if (tree->node[i].blocker == LOCK_TREE_NOBODY) {
            add_branch(tree, i, sample, 0, &view->tree);
        }
    }
}

void monitor_view_add(struct monitor_view *view, const struct watcher_tally *tally,
                      const struct watch_sample *sample)
{
    unsigned waiters = (unsigned)tally->tree.waiters;
    view->samples++;
    view->waiters_max = waiters > view->waiters_max ? waiters : view->waiters_max;
    for (size_t i = 0; i < LOCK_TYPE_COUNT; i++) {
        unsigned now = tally->type[i].waiters;
        view->type_max[i] = now > view->type_max[i] ? now : view->type_max[i];
    }
    for (size_t i = 0; i < tally->tree.waiters; i++) {
        raise_to(&view->waiting_ms, tally->tree.node[i].awaited->waited_ms);
    }
    view->idle = sample->idle;
    memcpy(view->state, sample->state, sizeof view->state);
    view->connections = sample->connections;
    view->server = sample->server;
    add_sessions(view, sample);
    find_target(view, tally);
    add_tree(view, &tally->tree, sample);
}

void monitor_view_next(struct monitor_view *view)
{
    view->samples = view->waiters_max = view->target_waiters = 0;
    memset(view->type_max, 0, sizeof view->type_max);
    view->waiting_ms = view->running_ms = view->idle_in_transaction_ms = 0;
    strbuf_clear(&view->target);
}

void monitor_view_release(struct monitor_view *view)
{
    clear_statements(view);
    strbuf_release(&view->tree);
    strbuf_release(&view->target);
}

static void add_connections(const struct monitor_view *view, unsigned limit, struct strbuf *out)
{
    strbuf_addf(out, "connections %u of %u (%u active, %u idle in transaction", view->connections,
                limit, view->state[SESSION_ACTIVE], view->state[SESSION_IDLE_IN_TRANSACTION]);
    if (view->state[SESSION_HIDDEN] > 0) {
        strbuf_addf(out, ", %u hidden", view->state[SESSION_HIDDEN]);
    }
    strbuf_add_char(out, ')');
}

static void add_waits(const struct monitor_view *view, struct strbuf *out)
{
    if (view->waiters_max == 0) {
        strbuf_add_str(out, "nobody waits");
        return;
    }
    strbuf_addf(out, "%u wait up to %.0f ms (", view->waiters_max, view->waiting_ms);
    bool first = true;
    for (size_t i = 0; i < LOCK_TYPE_COUNT; i++) {
        if (view->type_max[i] > 0) {
            strbuf_addf(out, "%s%s %u", first ? "" : ", ", lock_type_name((enum lock_type)i),
                        view->type_max[i]);
            first = false;
        }
    }
    strbuf_add_char(out, ')');
    if (view->target_waiters > 0) {
        strbuf_addf(out, ", %u of them for %s", view->target_waiters, strbuf_text(&view->target));
    }
}

/* "19:02:11" of now. */
static void add_time(struct strbuf *out)
{
    char now[CLOCK_ISO_BYTES];
    clock_iso(now);
    strbuf_addf(out, "%.*s", TIME_BYTES, now + TIME_OFFSET);
}

void monitor_view_line(const struct monitor_view *view, unsigned limit, struct strbuf *out)
{
    add_time(out);
    strbuf_add_str(out, "  ");
    add_connections(view, limit, out);
    strbuf_add_str(out, "; ");
    add_waits(view, out);
    strbuf_addf(out, "; longest statement %.0f ms", view->running_ms);
    if (view->idle_in_transaction_ms >= MS_IN_A_SHORT) {
        strbuf_addf(out, "; idle in transaction for %.1f s", view->idle_in_transaction_ms / 1000);
    }
}

/* Appends lines of `text`, at most so many, cut to the width. */
static void add_cut(const char *text, unsigned columns, unsigned lines, struct strbuf *out)
{
    unsigned told = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        size_t bytes = 0;
        unsigned width = 0;
        if (told++ == lines) {
            strbuf_add_str(out, "…\n");
            return;
        }
        while (bytes < length) {
            width += ((unsigned char)text[bytes] & 0xC0U) != 0x80U ? 1 : 0;
            if (width > columns) {
                break;
            }
            bytes++;
        }
        strbuf_add(out, text, bytes);
        strbuf_add_char(out, '\n');
        text += length + (text[length] == '\n' ? 1 : 0);
    }
}

static void add_bar(const struct monitor_view *view, unsigned limit, struct strbuf *out)
{
    unsigned used = view->state[SESSION_ACTIVE] + view->state[SESSION_IDLE_IN_TRANSACTION];
    unsigned whole = limit > 0 ? limit : 1;
    strbuf_add_char(out, '[');
    for (unsigned i = 0; i < BAR_CELLS; i++) {
        bool in_use = i * whole < used * BAR_CELLS;
        bool open = i * whole < view->connections * BAR_CELLS;
        strbuf_add_str(out, in_use ? "#" : open ? "-" : ".");
    }
    strbuf_add_str(out, "] ");
}

void monitor_view_screen(const struct monitor_view *view, unsigned limit, unsigned columns,
                         struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add_str(&text, "tmscdp monitor  ");
    add_time(&text);
    strbuf_add_str(&text, "   (Ctrl-C ends)\n\n");
    add_bar(view, limit, &text);
    add_connections(view, limit, &text);
    strbuf_add_str(&text, "\nlocks: ");
    add_waits(view, &text);
    strbuf_addf(&text, "\nlongest: statement %.0f ms, idle in transaction %.0f ms\n",
                view->running_ms, view->idle_in_transaction_ms);
    add_cut(strbuf_text(&text), columns, UINT32_MAX, out);
    strbuf_clear(&text);
    if (view->tree.len > 0) {
        strbuf_add_str(out, "\nwho waits for whom\n");
        add_cut(strbuf_text(&view->tree), columns, TREE_LINES, out);
    }
    if (view->statement_count > 0) {
        strbuf_add_str(out, "\nsessions   longest  statement\n");
    }
    for (size_t i = 0; i < view->statement_count; i++) {
        strbuf_addf(&text, "%8u %6.0f ms  %s\n", view->statement[i].sessions,
                    view->statement[i].longest_ms, view->statement[i].text);
    }
    add_cut(strbuf_text(&text), columns, VIEW_STATEMENTS, out);
    strbuf_release(&text);
}

cJSON *monitor_view_json(const struct monitor_view *view)
{
    char now[CLOCK_ISO_BYTES];
    cJSON *node = json_new_object();
    clock_iso(now);
    json_add_text(node, "at", now);
    json_add_number(node, "connections", view->connections);
    json_add_number(node, "idle", view->idle);
    json_add_number(node, "active", view->state[SESSION_ACTIVE]);
    json_add_number(node, "idle_in_transaction", view->state[SESSION_IDLE_IN_TRANSACTION]);
    json_add_number(node, "hidden", view->state[SESSION_HIDDEN]);
    json_add_number(node, "server", view->server);
    json_add_number(node, "waiters_max", view->waiters_max);
    cJSON *types = json_add_object(node, "waiting");
    for (size_t i = 0; i < LOCK_TYPE_COUNT; i++) {
        if (view->type_max[i] > 0) {
            json_add_number(types, lock_type_name((enum lock_type)i), view->type_max[i]);
        }
    }
    json_add_number(node, "waiting_ms", view->waiting_ms);
    json_add_number(node, "running_ms", view->running_ms);
    json_add_number(node, "idle_in_transaction_ms", view->idle_in_transaction_ms);
    return node;
}
