#include "backend/watcher_tally.h"

#include <inttypes.h>

#include "backend/sql_text.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "metrics/stats.h"

/* A place in a table may get another row; after so long without waiters it is asked for anew. */
#define FORGET_S 2.0

const char *target_kind_name(enum target_kind kind)
{
    static const char *const names[TARGET_KIND_COUNT] = {
        [TARGET_ROW] = "row",
        [TARGET_ADVISORY] = "advisory",
        [TARGET_RELATION] = "relation",
        [TARGET_OTHER] = "other",
    };
    return names[kind];
}

static enum target_kind kind_of(enum lock_type type)
{
    switch (type) {
    case LOCK_TUPLE:
    case LOCK_TRANSACTION:
    case LOCK_SPECULATIVE:
        return TARGET_ROW;
    case LOCK_ADVISORY:
        return TARGET_ADVISORY;
    case LOCK_RELATION:
    case LOCK_EXTEND:
    case LOCK_PAGE:
        return TARGET_RELATION;
    case LOCK_VIRTUAL:
    case LOCK_OBJECT:
    case LOCK_USER:
    case LOCK_OTHER:
    case LOCK_TYPE_COUNT:
        break;
    }
    return TARGET_OTHER;
}

static char *clean_statement(const char *statement)
{
    struct strbuf text = STRBUF_INIT;
    if (statement == NULL || statement[0] == '\0') {
        return NULL;
    }
    sql_text_add(statement, &text);
    return strbuf_detach(&text);
}

/* The one-argument key is in two halves, and marked by 1; the two-argument key by 2 (pg_locks). */
static char *advisory_key(const struct lock_tag *tag)
{
    if (tag->subobject == 1) {
        uint64_t key = (uint64_t)tag->class_id << 32 | tag->object_id;
        return mem_format("%" PRId64, (int64_t)key);
    }
    return mem_format("%" PRId32 ",%" PRId32, (int32_t)tag->class_id, (int32_t)tag->object_id);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* What a waiting node waits for, without the parts that change from wait to wait. A row of which
 * only the holder's transaction is known is the statement's table. */
static void name_target(const struct lock_node *node, const char *statement,
                        struct watch_target *out)
{
    const struct lock_row *row = node->target;
    *out = (struct watch_target){ .kind = kind_of(row->tag.type), .tag = row->tag };
    if (out->kind == TARGET_ROW && row->tag.type != LOCK_TUPLE) {
        out->tag = (struct lock_tag){ .type = LOCK_TRANSACTION };
        out->relation = statement != NULL ? sql_text_relation(statement) : NULL;
        out->looked_up = true;
    } else if (out->kind == TARGET_OTHER) {
        out->tag = (struct lock_tag){ .type = row->tag.type };
        out->looked_up = true;
    } else if (out->kind == TARGET_ADVISORY) {
        out->key = advisory_key(&row->tag);
        out->looked_up = row->tag.subobject != 1;
    } else {
        out->whole_name = row->relation != NULL ? mem_dup_str(row->relation) : NULL;
        out->relation = row->relation != NULL ? sql_text_bare_name(row->relation) : NULL;
        out->looked_up = out->kind != TARGET_ROW || row->relation == NULL;
    }
}

static void release_target(struct watch_target *target)
{
    free(target->relation);
    free(target->whole_name);
    free(target->row);
    free(target->key);
    free(target->conversation);
    free(target->statement);
    free(target->blocker);
}

/* SIZE_MAX when there are too many already. */
static size_t take_target(struct watcher_tally *tally, const struct lock_node *node,
                          const char *statement, double at_s)
{
    struct watch_target fresh;
    name_target(node, statement, &fresh);
    for (size_t i = tally->target_count; i-- > 0;) {
        const struct watch_target *known = &tally->target[i];
        bool forgotten = known->kind == TARGET_ROW && at_s - known->seen_s > FORGET_S;
        if (!forgotten && lock_tag_compare(&known->tag, &fresh.tag) == 0 &&
            same_text(known->relation, fresh.relation)) {
            release_target(&fresh);
            return i;
        }
    }
    if (tally->target_count == TALLY_TARGETS_MAX) {
        release_target(&fresh);
        tally->targets_beyond++;
        return SIZE_MAX;
    }
    void *targets = tally->target;
    mem_reserve(&targets, &tally->target_cap, tally->target_count + 1, sizeof tally->target[0]);
    tally->target = targets;
    tally->target[tally->target_count] = fresh;
    return tally->target_count++;
}

static const char *statement_of(const struct watch_sample *sample, int pid)
{
    const struct watch_session *session = watcher_sample_session(sample, pid);
    return session != NULL ? session->statement : NULL;
}

/* One waiter of a target; its statement and the holder's are those at the worst moment. */
static void count_waiter(struct watch_target *target, const struct watch_sample *sample,
                         const struct lock_tree *tree, const struct lock_node *node)
{
    target->waiters++;
    target->waited_s += sample->dt_s;
    target->seen_s = sample->at_s;
    if (target->waiters <= target->waiters_max) {
        return;
    }
    target->waiters_max = target->waiters;
    char *statement = clean_statement(statement_of(sample, node->pid));
    char *blocker = node->root < tree->count && &tree->node[node->root] != node
                        ? clean_statement(statement_of(sample, tree->node[node->root].pid))
                        : NULL;
    if (statement != NULL) {
        free(target->statement);
        target->statement = statement;
    }
    if (blocker != NULL) {
        free(target->blocker);
        target->blocker = blocker;
    }
}

/* Whether the tree has the same sessions waiting for the same ones as the last that was kept. */
static bool is_as_before(const struct watcher_tally *tally)
{
    size_t from = tally->wait_count;
    size_t count = 0;
    while (from > 0 && (count == 0 || !tally->wait[from - 1].last_of_tree)) {
        from--;
        count++;
    }
    if (count != tally->tree.waiters) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const struct lock_node *node = &tally->tree.node[i];
        int blocker = node->blocker != LOCK_TREE_NOBODY ? tally->tree.node[node->blocker].pid : 0;
        if (tally->wait[from + i].pid != node->pid || tally->wait[from + i].blocker != blocker) {
            return false;
        }
    }
    return true;
}

static void keep_tree(struct watcher_tally *tally, const struct watch_sample *sample,
                      const size_t *target_of)
{
    const struct lock_tree *tree = &tally->tree;
    if (tree->waiters == 0 || tally->wait_count + tree->waiters > TALLY_WAITS_MAX ||
        is_as_before(tally)) {
        return;
    }
    void *waits = tally->wait;
    mem_reserve(&waits, &tally->wait_cap, tally->wait_count + tree->waiters, sizeof tally->wait[0]);
    tally->wait = waits;
    for (size_t i = 0; i < tree->waiters; i++) {
        const struct lock_node *node = &tree->node[i];
        tally->wait[tally->wait_count++] = (struct tally_wait){
            .at_s = (float)sample->at_s,
            .waited_ms = (float)node->awaited->waited_ms,
            .pid = node->pid,
            .blocker = node->blocker != LOCK_TREE_NOBODY ? tree->node[node->blocker].pid : 0,
            .target = target_of[i] < UINT32_MAX ? (uint32_t)target_of[i] : UINT32_MAX,
            .type = (uint8_t)node->awaited->tag.type,
            .last_of_tree = i + 1 == tree->waiters,
        };
    }
    tally->trees++;
}

static void note_longest(struct tally_longest *longest, double ms, const char *statement)
{
    if (ms <= longest->ms) {
        return;
    }
    longest->ms = ms;
    char *clean = clean_statement(statement);
    if (clean != NULL) {
        free(longest->statement);
        longest->statement = clean;
    }
}

static void add_waits(struct watcher_tally *tally, struct watch_sample *sample,
                      struct tally_line *line)
{
    struct lock_tree *tree = &tally->tree;
    lock_tree_build(sample->lock, sample->lock_count, tree);
    size_t *target_of = mem_new_array(tree->waiters, sizeof target_of[0]);
    for (size_t i = 0; i < tally->target_count; i++) {
        tally->target[i].waiters = 0;
    }
    for (size_t i = 0; i < tree->waiters; i++) {
        const struct lock_node *node = &tree->node[i];
        const char *statement = statement_of(sample, node->pid);
        target_of[i] = take_target(tally, node, statement, sample->at_s);
        if (target_of[i] != SIZE_MAX) {
            count_waiter(&tally->target[target_of[i]], sample, tree, node);
        }
        line->type[node->awaited->tag.type]++;
        if (node->awaited->waited_ms > (double)line->waiting_ms) {
            line->waiting_ms = (float)node->awaited->waited_ms;
        }
        note_longest(&tally->waiting, node->awaited->waited_ms, statement);
    }
    line->waiters = (uint32_t)tree->waiters;
    keep_tree(tally, sample, target_of);
    free(target_of);
    for (size_t i = 0; i < LOCK_TYPE_COUNT; i++) {
        struct tally_type *type = &tally->type[i];
        type->waiters = line->type[i];
        type->waiters_max = type->waiters > type->waiters_max ? type->waiters : type->waiters_max;
        type->waited_s += (double)type->waiters * sample->dt_s;
    }
    tally->waiters_max = line->waiters > tally->waiters_max ? line->waiters : tally->waiters_max;
    tally->samples_with_waiters += line->waiters > 0 ? 1 : 0;
    tally->waited_s += (double)line->waiters * sample->dt_s;
}

static void add_sessions(struct watcher_tally *tally, const struct watch_sample *sample,
                         struct tally_line *line)
{
    for (size_t i = 0; i < sample->session_count; i++) {
        const struct watch_session *session = &sample->session[i];
        if (session->state == SESSION_ACTIVE && session->client && !session->waiting) {
            note_longest(&tally->running, session->statement_ms, session->statement);
            line->running_ms = session->statement_ms > (double)line->running_ms
                                   ? (float)session->statement_ms
                                   : line->running_ms;
        } else if (session->state == SESSION_IDLE_IN_TRANSACTION) {
            note_longest(&tally->idle_in_transaction, session->state_ms, session->statement);
            line->idle_in_transaction_ms = session->state_ms > (double)line->idle_in_transaction_ms
                                               ? (float)session->state_ms
                                               : line->idle_in_transaction_ms;
        }
    }
}

static void raise_to(unsigned *most, unsigned now)
{
    *most = now > *most ? now : *most;
}

static void add_connections(struct watcher_tally *tally, const struct watch_sample *sample)
{
    bool at_pool = tally->pool_limit > 0 && sample->connections >= tally->pool_limit;
    bool at_server =
        tally->pool_limit == 0 && tally->server_limit > 0 && sample->server >= tally->server_limit;
    raise_to(&tally->connections_max, sample->connections);
    raise_to(&tally->active_max, sample->state[SESSION_ACTIVE]);
    raise_to(&tally->idle_in_transaction_max, sample->state[SESSION_IDLE_IN_TRANSACTION]);
    raise_to(&tally->hidden_max, sample->state[SESSION_HIDDEN]);
    raise_to(&tally->server_max, sample->server);
    tally->at_limit_s += at_pool || at_server ? sample->dt_s : 0;
}

void watcher_tally_add(struct watcher_tally *tally, struct watch_sample *sample)
{
    struct tally_line line = { .at_s = (float)sample->at_s,
                               .query_ms = (float)sample->query_ms,
                               .idle = sample->idle,
                               .server = sample->server };
    for (size_t i = 0; i < SESSION_STATE_COUNT; i++) {
        line.state[i] = sample->state[i];
    }
    tally->samples++;
    tally->seconds += sample->dt_s;
    tally->query_ms_max =
        sample->query_ms > tally->query_ms_max ? sample->query_ms : tally->query_ms_max;
    add_connections(tally, sample);
    add_sessions(tally, sample, &line);
    add_waits(tally, sample, &line);
    if (tally->line_count < TALLY_LINES_MAX) {
        void *lines = tally->line;
        mem_reserve(&lines, &tally->line_cap, tally->line_count + 1, sizeof tally->line[0]);
        tally->line = lines;
        tally->line[tally->line_count++] = line;
    }
}

void watcher_tally_release(struct watcher_tally *tally)
{
    for (size_t i = 0; i < tally->target_count; i++) {
        release_target(&tally->target[i]);
    }
    free(tally->target);
    free(tally->line);
    free(tally->wait);
    free(tally->running.statement);
    free(tally->waiting.statement);
    free(tally->idle_in_transaction.statement);
    lock_tree_release(&tally->tree);
    *tally = (struct watcher_tally){ .samples = 0 };
}

struct watch_target *watcher_tally_unresolved(struct watcher_tally *tally)
{
    struct watch_target *found = NULL;
    for (size_t i = 0; i < tally->target_count; i++) {
        struct watch_target *target = &tally->target[i];
        if (!target->looked_up && (found == NULL || target->seen_s > found->seen_s)) {
            found = target;
        }
    }
    return found;
}

static bool is_same_row(const struct watch_target *a, const struct watch_target *b)
{
    return a->kind == TARGET_ROW && b->kind == TARGET_ROW && a->row != NULL && b->row != NULL &&
           strcmp(a->row, b->row) == 0 && same_text(a->relation, b->relation);
}

static void join(struct watch_target *into, struct watch_target *from)
{
    into->waited_s += from->waited_s;
    if (from->waiters_max > into->waiters_max) {
        char *statement = into->statement;
        char *blocker = into->blocker;
        into->waiters_max = from->waiters_max;
        into->statement = from->statement;
        into->blocker = from->blocker;
        from->statement = statement;
        from->blocker = blocker;
    }
    from->waited_s = -1; /* nobody's: goes to the end */
}

static int compare_waited(const void *left, const void *right)
{
    const struct watch_target *a = *(const struct watch_target *const *)left;
    const struct watch_target *b = *(const struct watch_target *const *)right;
    return a->waited_s > b->waited_s ? -1 : a->waited_s < b->waited_s ? 1 : a < b ? -1 : 1;
}

void watcher_tally_settle(struct watcher_tally *tally)
{
    size_t count = tally->target_count;
    size_t *same_as = mem_new_array(count, sizeof same_as[0]);
    size_t *place = mem_new_array(count, sizeof place[0]);
    const struct watch_target **order = mem_new_array(count, sizeof(struct watch_target *));
    struct watch_target *sorted = mem_new_array(count, sizeof sorted[0]);
    for (size_t i = 0; i < count; i++) {
        size_t first = 0;
        while (first < i && !is_same_row(&tally->target[first], &tally->target[i])) {
            first++;
        }
        same_as[i] = first;
        order[i] = &tally->target[i];
        if (first < i) {
            join(&tally->target[first], &tally->target[i]);
        }
    }
    qsort(order, count, sizeof(struct watch_target *), compare_waited);
    tally->target_count = 0;
    for (size_t i = 0; i < count; i++) {
        size_t from = (size_t)(order[i] - tally->target);
        place[from] = i;
        sorted[i] = *order[i];
        if (same_as[from] == from) {
            tally->target_count++;
        } else {
            release_target(&sorted[i]);
        }
    }
    for (size_t i = 0; i < tally->wait_count; i++) {
        struct tally_wait *wait = &tally->wait[i];
        wait->target = wait->target < count ? (uint32_t)place[same_as[wait->target]] : UINT32_MAX;
    }
    free(tally->target);
    tally->target = sorted;
    tally->target_cap = count;
    free(same_as);
    free(place);
    free(order);
}

double watcher_tally_query_ms_med(const struct watcher_tally *tally)
{
    if (tally->line_count == 0) {
        return 0;
    }
    double *ms = mem_new_array(tally->line_count, sizeof ms[0]);
    for (size_t i = 0; i < tally->line_count; i++) {
        ms[i] = (double)tally->line[i].query_ms;
    }
    double median = stats_median(ms, tally->line_count);
    free(ms);
    return median;
}
