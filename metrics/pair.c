#include "metrics/pair.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "metrics/stats.h"

#define LEVEL       0.95
#define PHASE_BLOCK 4 /* idle, loaded, loaded, idle */
#define DIGITS_MAX  ((size_t)9)
#define PAIRS_MAX   ((size_t)256)
#define P95         0.95
#define P95_SAMPLES 60
#define SEEN_LEAST  0.9 /* of the posted messages, followed to the end */

/* Digits and a "-" behind them. */
static bool read_number(const char *text, size_t bytes, size_t *out)
{
    size_t number = 0;
    size_t at = 0;
    for (; at < bytes && at < DIGITS_MAX && text[at] >= '0' && text[at] <= '9'; at++) {
        number = number * 10 + (size_t)(text[at] - '0');
    }
    *out = number;
    return at > 0 && at < bytes && text[at] == '-';
}

bool pair_find_mark(const char *text, size_t bytes, const char *mark, size_t *out)
{
    size_t length = strlen(mark);
    size_t at = 0;
    while (length > 0 && at + length < bytes) {
        const char *found = memchr(text + at, mark[0], bytes - at);
        if (found == NULL) {
            return false;
        }
        at = (size_t)(found - text);
        if (at + length < bytes && memcmp(found, mark, length) == 0 && found[length] == '-' &&
            read_number(found + length + 1, bytes - at - length - 1, out)) {
            return true;
        }
        at++;
    }
    return false;
}

void pair_change(const double *idle, const double *loaded, size_t n, struct pair_change *out)
{
    double *kept_idle = mem_new_array(n, sizeof *kept_idle);
    double *kept_loaded = mem_new_array(n, sizeof *kept_loaded);
    double *difference = mem_new_array(n, sizeof *difference);
    size_t pairs = 0;
    *out = (struct pair_change){ .change = (double)NAN };
    for (size_t i = 0; i < n; i++) {
        if (isfinite(idle[i]) && isfinite(loaded[i])) {
            kept_idle[pairs] = idle[i];
            kept_loaded[pairs] = loaded[i];
            difference[pairs++] = loaded[i] - idle[i];
        }
    }
    out->pairs = pairs;
    if (pairs > 0) {
        out->idle = stats_median(kept_idle, pairs);
        out->loaded = stats_median(kept_loaded, pairs);
        out->change = stats_mean(difference, pairs);
    }
    if (pairs > 1) {
        double df = (double)(pairs - 1);
        double half =
            stats_t_two_sided(LEVEL, df) * stats_sd(difference, pairs) / sqrt((double)pairs);
        out->has_interval = true;
        out->low = out->change - half;
        out->high = out->change + half;
    }
    free(kept_idle);
    free(kept_loaded);
    free(difference);
}

static const cJSON *find_mark(const cJSON *list, double mark)
{
    const cJSON *node = NULL;
    cJSON_ArrayForEach (node, list) {
        if (json_number(node, "mark", -1.0) == mark) {
            return node;
        }
    }
    return NULL;
}

enum way_part {
    WAY_SERVER,
    WAY_SOCKET,
    WAY_SCRIPT,
    WAY_PAINT,
    WAY_TOTAL,
    WAY_COUNT
};

static const char *const way_names[WAY_COUNT] = { "server_ms", "socket_ms", "script_ms", "paint_ms",
                                                  "total_ms" };
static const char *const median_names[WAY_COUNT] = { "bubble_server_ms", "bubble_socket_ms",
                                                     "bubble_script_ms", "bubble_paint_ms",
                                                     "bubble_ms" };

/* When the server had let the message go. */
static double let_go_s(const cJSON *sent, double received_s)
{
    double broadcast_s = json_number(sent, "broadcast_s", (double)NAN);
    double answered_s = json_number(sent, "answered_s", (double)NAN);
    if (isfinite(broadcast_s)) {
        return fmin(broadcast_s, received_s);
    }
    return isfinite(answered_s) ? fmin(answered_s, received_s) : received_s;
}

/* False when a moment of it is missing. */
static bool split(const cJSON *sent, const cJSON *frame, const cJSON *bubble, double way[WAY_COUNT],
                  bool *painted)
{
    double sent_s = json_number(sent, "sent_s", (double)NAN);
    double received_s = json_number(frame, "received_s", (double)NAN);
    double inserted_s = json_number(bubble, "inserted_s", (double)NAN);
    double painted_s = json_number(bubble, "painted_s", (double)NAN);
    *painted = isfinite(painted_s);
    if (!*painted) {
        painted_s = json_number(bubble, "made_s", (double)NAN);
    }
    double gone_s = let_go_s(sent, received_s);
    way[WAY_SERVER] = (gone_s - sent_s) * 1000.0;
    way[WAY_SOCKET] = (received_s - gone_s) * 1000.0;
    way[WAY_SCRIPT] = (inserted_s - received_s) * 1000.0;
    way[WAY_PAINT] = (painted_s - inserted_s) * 1000.0;
    way[WAY_TOTAL] = (painted_s - sent_s) * 1000.0;
    for (size_t i = 0; i < WAY_COUNT; i++) {
        if (!isfinite(way[i])) {
            return false;
        }
    }
    return true;
}

static void add_medians(double *const column[WAY_COUNT], size_t count, cJSON *out)
{
    cJSON *medians = json_add_object(out, "medians");
    if (count == 0) {
        return;
    }
    for (size_t i = 0; i < WAY_COUNT; i++) {
        json_add_number(medians, median_names[i], stats_median(column[i], count));
    }
    cJSON *total = json_add_object(out, "total");
    json_add_number(total, "n", (double)count);
    json_add_number(total, "med", stats_median(column[WAY_TOTAL], count));
    if (count >= P95_SAMPLES) {
        json_add_number(total, "p95", stats_quantile(column[WAY_TOTAL], count, P95));
    }
    json_add_number(total, "max", stats_quantile(column[WAY_TOTAL], count, 1.0));
}

/* The slow ones are those that do not arrive: medians of what is left would praise a chat that
 * loses messages. */
static void conclude(double *const column[WAY_COUNT], size_t count, size_t posted, cJSON *out)
{
    if ((double)count >= SEEN_LEAST * (double)posted) {
        add_medians(column, count, out);
        return;
    }
    char *reason =
        mem_format("too few of the posted messages were seen (%zu of %zu)", count, posted);
    json_add_object(out, "medians");
    json_add_text(out, "reason", reason);
    free(reason);
}

static bool was_answered(const cJSON *sent)
{
    double status = json_number(sent, "status", 0.0);
    return status >= 200.0 && status < 300.0;
}

cJSON *pair_bubbles(const cJSON *sends, const cJSON *seen)
{
    size_t most = (size_t)cJSON_GetArraySize(sends);
    double *column[WAY_COUNT];
    size_t count = 0;
    size_t painted_count = 0;
    size_t answered = 0;
    size_t shown = 0;
    cJSON *out = json_new_object();
    cJSON *messages = json_new_array();
    const cJSON *sent = NULL;
    for (size_t i = 0; i < WAY_COUNT; i++) {
        column[i] = mem_new_array(most, sizeof *column[i]);
    }
    cJSON_ArrayForEach (sent, sends) {
        double mark = json_number(sent, "mark", -2.0);
        const cJSON *frame = find_mark(json_at(seen, "frames"), mark);
        const cJSON *bubble = find_mark(json_at(seen, "bubbles"), mark);
        double way[WAY_COUNT];
        bool painted = false;
        answered += was_answered(sent) ? 1 : 0;
        shown += bubble != NULL ? 1 : 0;
        if (frame == NULL || bubble == NULL || !split(sent, frame, bubble, way, &painted)) {
            continue;
        }
        cJSON *node = json_push_object(messages);
        json_add_number(node, "mark", mark);
        for (size_t i = 0; i < WAY_COUNT; i++) {
            json_add_number(node, way_names[i], way[i]);
            column[i][count] = way[i];
        }
        json_add_bool(node, "painted", painted);
        painted_count += painted ? 1 : 0;
        count++;
    }
    json_add_number(out, "posted", (double)most);
    json_add_number(out, "answered", (double)answered);
    json_add_number(out, "refused", (double)(most - answered));
    json_add_number(out, "seen", (double)shown);
    json_add_number(out, "painted", (double)painted_count);
    json_add_node(out, "messages", messages);
    conclude(column, count, most, out);
    for (size_t i = 0; i < WAY_COUNT; i++) {
        free(column[i]);
    }
    return out;
}

static const struct {
    const char *name;
    const char *title;
    const char *unit;
    bool lower_is_better;
} table[] = {
    { "bubble_ms", "Bubble time, POST to paint", "ms", true },
    { "bubble_server_ms", "  of it in the server", "ms", true },
    { "bubble_socket_ms", "  on the socket, and waiting for the page", "ms", true },
    { "bubble_script_ms", "  in the page's scripts", "ms", true },
    { "bubble_paint_ms", "  in the paint", "ms", true },
    { "older_ms", "Loading 50 older messages", "ms", true },
    { "lcp_ms", "LCP", "ms", true },
    { "raf_fps", "Animation frames while scrolling", "fps", false },
    { "scroll_fps", "Presented frames while scrolling", "fps", false },
    { "longest_gap_ms", "Longest gap while scrolling", "ms", true },
    { "scroll_ms", "Main thread while scrolling", "ms", true },
    { "window_main_share", "Main thread while messages arrive", "share", true },
};

/* The phase's value of that name; NaN when it has none. */
static double value_of(const cJSON *phases, size_t index, const char *name, bool loaded)
{
    const cJSON *phase = cJSON_GetArrayItem(phases, (int)index);
    if (phase == NULL || json_bool(phase, "loaded", !loaded) != loaded) {
        return (double)NAN;
    }
    return json_number(json_at(phase, "values"), name, (double)NAN);
}

/* Phases 0 and 1 of a block are a pair, 3 and 2 the other. */
static size_t make_pairs(const cJSON *phases, const char *name, double *idle, double *loaded)
{
    size_t count = (size_t)cJSON_GetArraySize(phases);
    size_t pairs = 0;
    for (size_t block = 0; block < count && pairs + 2 <= PAIRS_MAX; block += PHASE_BLOCK) {
        idle[pairs] = value_of(phases, block, name, false);
        loaded[pairs++] = value_of(phases, block + 1, name, true);
        idle[pairs] = value_of(phases, block + 3, name, false);
        loaded[pairs++] = value_of(phases, block + 2, name, true);
    }
    return pairs;
}

cJSON *pair_metrics(const cJSON *phases)
{
    cJSON *list = json_new_array();
    double *idle = mem_new_array(PAIRS_MAX, sizeof *idle);
    double *loaded = mem_new_array(PAIRS_MAX, sizeof *loaded);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct pair_change change;
        size_t count = make_pairs(phases, table[i].name, idle, loaded);
        pair_change(idle, loaded, count, &change);
        cJSON *node = json_push_object(list);
        json_add_text(node, "name", table[i].name);
        json_add_text(node, "title", table[i].title);
        json_add_text(node, "unit", table[i].unit);
        json_add_text(node, "better", table[i].lower_is_better ? "lower" : "higher");
        json_add_number(node, "pairs", (double)change.pairs);
        if (change.pairs == 0) {
            json_add_text(node, "reason", "no pair of phases has it on both sides");
            continue;
        }
        json_add_number(node, "idle", change.idle);
        json_add_number(node, "loaded", change.loaded);
        json_add_number(node, "change", change.change);
        if (change.has_interval) {
            json_add_number(node, "low", change.low);
            json_add_number(node, "high", change.high);
        }
    }
    free(idle);
    free(loaded);
    return list;
}
