#include "metrics/compare_figures.h"

#include "base/mem.h"
#include "base/options.h"

static const struct metric_def slopes[] = {
    { "dom_elements_per_message", "DOM elements per message", "elements", METRIC_LOWER, METRIC_GATE,
      2, "How many elements of the document one more loaded message costs." },
    { "dom_elements_visible_per_message", "Visible elements per message", "elements", METRIC_LOWER,
      METRIC_GATE, 2, "The same in visible trees." },
    { "dom_elements_list_per_message", "List elements per message", "elements", METRIC_LOWER,
      METRIC_GATE, 2, "The same inside the visible message list." },
    { "dom_nodes_per_message", "DOM nodes per message", "nodes", METRIC_LOWER, METRIC_GATE, 2,
      "How many nodes stay alive for one more loaded message." },
    { "js_heap_per_message", "JS heap per message", "bytes", METRIC_LOWER, METRIC_GATE, 0,
      "How much JavaScript memory one more loaded message costs." },
    { "embedder_heap_per_message", "DOM heap per message", "bytes", METRIC_LOWER, METRIC_GATE, 0,
      "How much memory of the DOM one more loaded message costs." },
    { "listeners_per_message", "Event listeners per message", "listeners", METRIC_LOWER,
      METRIC_GATE, 2, "How many event listeners one more loaded message costs." },
};

static const char *const sources[] = { "dom_elements",      "dom_elements_visible",
                                       "dom_elements_list", "dom_nodes",
                                       "js_heap",           "embedder_heap",
                                       "listeners" };

static const struct metric_def load_figures[] = {
    { "page_crashes", "Page crashed", "", METRIC_LOWER, METRIC_GATE, 0,
      "1 when the page or the browser ended while it was measured." },
    { "violations", "Integrity violations", "", METRIC_LOWER, METRIC_GATE, 0,
      "Rows in the database after the load that no rule allows: double votes, lost messages." },
    { "error_share", "Failed requests", "%", METRIC_LOWER, METRIC_GATE, 2,
      "Requests that ended in an error, of all." },
    { "server_error_share", "Answers of 5xx", "%", METRIC_LOWER, METRIC_GATE, 2,
      "Requests that the server could not serve, of all." },
    { "bytes_per_request", "Bytes per request", "bytes", METRIC_LOWER, METRIC_GATE, 0,
      "What was received, over the number of requests." },
    { "queries_per_request", "Queries per request", "", METRIC_LOWER, METRIC_GATE, 2,
      "Statements that the database ran during the load, over the number of requests." },
    { "deadlocks", "Deadlocks", "", METRIC_LOWER, METRIC_GATE, 0,
      "Deadlocks in the database during the load." },
    { "socket_failures", "Sockets not connected", "", METRIC_LOWER, METRIC_GATE, 0,
      "Connections that were wanted and did not come about." },
    { "socket_drops", "Sockets dropped", "", METRIC_LOWER, METRIC_GATE, 0,
      "Connections that the other side ended." },
    { "fanout_lost", "Deliveries lost", "", METRIC_LOWER, METRIC_GATE, 0,
      "Messages that a member of the conversation never got." },
    { "fanout_duplicates", "Deliveries doubled", "", METRIC_LOWER, METRIC_GATE, 0,
      "Messages that a member of the conversation got more than once." },
    { "fanout_disorder", "Deliveries out of order", "", METRIC_LOWER, METRIC_GATE, 0,
      "Messages that overtook an earlier one of their sender." },
    { "service_med_ms", "Median service time", "ms", METRIC_LOWER, METRIC_PAIRED, 1,
      "From sending a request to the last byte of its answer, the median of a run." },
    { "service_p95_ms", "p95 of service time", "ms", METRIC_LOWER, METRIC_PAIRED, 1,
      "The same, the 95th percentile of a run." },
    { "connect_p95_ms", "p95 of connecting a socket", "ms", METRIC_LOWER, METRIC_PAIRED, 1,
      "From the first packet to the last room joined, the 95th percentile of a run." },
    { "fanout_p99_ms", "p99 of the fan-out", "ms", METRIC_LOWER, METRIC_PAIRED, 1,
      "From a message's POST to its arrival at all but the slowest hundredth, the median of a run." },
};

/* Counts first, then times. What is not here has the default of its kind. Where they come from:
 * the spread of repeated measurements of one and the same page (CONTRIBUTING.md, make bench-gate).
 */
static const struct {
    const char *name;
    struct compare_floor floor;
} floors[] = {
    { "dom_elements", { 0.02, 25 } },
    { "dom_elements_visible", { 0.02, 20 } },
    { "dom_elements_list", { 0.02, 20 } },
    { "dom_nodes", { 0.03, 80 } },
    { "layout_objects", { 0.02, 30 } },
    { "listeners", { 0.02, 20 } },
    { "documents", { 0.0, 1 } },
    { "rendered_share", { 0.05, 0.03 } },
    { "js_heap", { 0.03, 150000 } },
    { "embedder_heap", { 0.03, 150000 } },
    { "nodes_per_cycle", { 0.10, 20 } },
    { "listeners_per_cycle", { 0.10, 5 } },
    { "anchor_jump", { 0.10, 20 } },
    { "page_fetches", { 0.0, 0.9 } },
    { "dom_elements_per_message", { 0.02, 0.5 } },
    { "dom_elements_visible_per_message", { 0.02, 0.5 } },
    { "dom_elements_list_per_message", { 0.02, 0.5 } },
    { "dom_nodes_per_message", { 0.02, 0.7 } },
    { "js_heap_per_message", { 0.05, 2500 } },
    { "embedder_heap_per_message", { 0.05, 5000 } },
    { "listeners_per_message", { 0.02, 0.5 } },
    { "page_crashes", { 0.0, 0.0 } },
    { "violations", { 0.0, 0.0 } },
    { "error_share", { 0.05, 1.0 } },
    { "server_error_share", { 0.05, 0.1 } },
    { "bytes_per_request", { 0.03, 16 } },
    { "queries_per_request", { 0.03, 0.05 } },
    { "deadlocks", { 0.0, 0.0 } },
    { "socket_failures", { 0.0, 0.0 } },
    { "socket_drops", { 0.0, 0.0 } },
    { "fanout_lost", { 0.0, 0.0 } },
    { "fanout_duplicates", { 0.0, 0.0 } },
    { "fanout_disorder", { 0.0, 0.0 } },
    { "storm_fps", { 0.10, 3 } },
    { "update_ms", { 0.10, 1 } },
    { "blank_share", { 0.10, 3 } },
};

static const struct compare_floor floor_of_counts = { 0.02, 0.0 };
static const struct compare_floor floor_of_times = { 0.10, 4 };

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct metric_def *find_in(const struct metric_def *table, size_t count,
                                        const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(table[i].name, name) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

const struct metric_def *compare_figure_find(const char *name)
{
    const struct metric_def *def = metric_find(name);
    if (def == NULL) {
        def = find_in(slopes, COUNT_OF(slopes), name);
    }
    return def != NULL ? def : find_in(load_figures, COUNT_OF(load_figures), name);
}

const char *compare_figure_nearest(const char *name)
{
    size_t metrics = 0;
    size_t count = 0;
    const struct metric_def *table = metric_table(&metrics);
    const char **names =
        mem_new_array(metrics + COUNT_OF(slopes) + COUNT_OF(load_figures), sizeof *names);
    for (size_t i = 0; i < metrics; i++) {
        names[count++] = table[i].name;
    }
    for (size_t i = 0; i < COUNT_OF(slopes); i++) {
        names[count++] = slopes[i].name;
    }
    for (size_t i = 0; i < COUNT_OF(load_figures); i++) {
        names[count++] = load_figures[i].name;
    }
    const char *nearest = options_nearest(name, names, count);
    free(names);
    return nearest;
}

const struct metric_def *compare_figure_slope_of(const char *metric)
{
    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        if (strcmp(sources[i], metric) == 0) {
            return &slopes[i];
        }
    }
    return NULL;
}

const char *compare_figure_slope_source(const struct metric_def *slope)
{
    for (size_t i = 0; i < COUNT_OF(slopes); i++) {
        if (slope == &slopes[i]) {
            return sources[i];
        }
    }
    return NULL;
}

struct compare_floor compare_floor_of(const struct metric_def *def)
{
    for (size_t i = 0; i < COUNT_OF(floors); i++) {
        if (strcmp(floors[i].name, def->name) == 0) {
            return floors[i].floor;
        }
    }
    return def->use == METRIC_GATE ? floor_of_counts : floor_of_times;
}
