#include "metrics/frames.h"

#include <math.h>

#include "base/mem.h"

#define WINDOW_US   1e6
#define ENTRIES_MAX ((size_t)1000000)
#define FIELDS      5 /* of a report in JSON */

const char *const frame_events[] = { "PipelineReporter", "ScrollJankV4", NULL };

/* A report and what it needs to find its end and its page. */
struct frame_entry {
    struct frame_report report;
    double process;
    double host; /* the page's layer tree inside the process */
    char id[24]; /* unique in the process while the report is open */
    bool open;
};

static enum frame_state state_of(const char *text)
{
    static const struct {
        const char *name;
        enum frame_state state;
    } states[] = {
        { "STATE_PRESENTED_ALL", FRAME_WHOLE },
        { "STATE_PRESENTED_PARTIAL", FRAME_PARTIAL },
        { "STATE_DROPPED", FRAME_DROPPED },
    };
    for (size_t i = 0; text != NULL && i < sizeof states / sizeof states[0]; i++) {
        if (strcmp(text, states[i].name) == 0) {
            return states[i].state;
        }
    }
    return FRAME_IDLE;
}

static const char *id_of(const cJSON *event)
{
    const char *id = json_text(event, "id2.local");
    return id != NULL ? id : json_text(event, "id");
}

static void begin_report(struct frame_log *log, const cJSON *event, const char *id)
{
    const cJSON *said = json_at(event, "args.frame_reporter");
    said = said != NULL ? said : json_at(event, "args.chrome_frame_reporter");
    if (said == NULL || log->count >= ENTRIES_MAX) {
        return;
    }
    const char *scroll = json_text(said, "scroll_state");
    void *entries = log->entries;
    mem_reserve(&entries, &log->cap, log->count + 1, sizeof *log->entries);
    log->entries = entries;
    struct frame_entry *entry = &log->entries[log->count++];
    *entry = (struct frame_entry){
        .report = { .blank = json_number(said, "frame_sequence", 0.0),
                    .begin_us = json_number(event, "ts", 0.0),
                    .state = state_of(json_text(said, "state")),
                    .scrolling = scroll != NULL && strcmp(scroll, "SCROLL_NONE") != 0 },
        .process = json_number(event, "pid", 0.0),
        .host = json_number(said, "layer_tree_host_id", 0.0),
        .open = true,
    };
    (void)snprintf(entry->id, sizeof entry->id, "%s", id);
}

/* Reports end soon after they began, so the search from the back is short. */
static void end_report(struct frame_log *log, const cJSON *event, const char *id)
{
    double process = json_number(event, "pid", 0.0);
    for (size_t i = log->count; i-- > 0;) {
        struct frame_entry *entry = &log->entries[i];
        if (entry->open && entry->process == process && strcmp(entry->id, id) == 0) {
            entry->open = false;
            entry->report.end_us = json_number(event, "ts", entry->report.begin_us);
            return;
        }
    }
}

void frame_log_add(struct frame_log *log, const cJSON *event)
{
    const char *name = json_text(event, "name");
    const char *phase = json_text(event, "ph");
    if (name == NULL || phase == NULL) {
        return;
    }
    const cJSON *jank = json_at(event, "args.scroll_jank_v4");
    if (jank != NULL && phase[0] == 'b') {
        log->updates += 1.0;
        log->janky += json_bool(jank, "is_janky", false) ? 1.0 : 0.0;
    }
    const char *id = id_of(event);
    if (strcmp(name, "PipelineReporter") != 0 || id == NULL) {
        return;
    }
    if (phase[0] == 'b') {
        begin_report(log, event, id);
    } else if (phase[0] == 'e') {
        end_report(log, event, id);
    }
}

void frame_log_release(struct frame_log *log)
{
    free(log->entries);
    *log = (struct frame_log){ NULL, 0, 0, 0.0, 0.0 };
}

static bool same_page(const struct frame_entry *a, const struct frame_entry *b)
{
    return a->process == b->process && a->host == b->host;
}

/* One entry of the page that scrolled in most reports; NULL when there is none. Pages are few, so
 * each is counted when it first comes up. */
static const struct frame_entry *busiest(const struct frame_log *log)
{
    const struct frame_entry *best = NULL;
    size_t most = 0;
    for (size_t i = 0; i < log->count; i++) {
        const struct frame_entry *entry = &log->entries[i];
        if (!entry->report.scrolling || (best != NULL && same_page(best, entry))) {
            continue;
        }
        size_t count = 0;
        for (size_t k = i; k < log->count; k++) {
            const struct frame_entry *other = &log->entries[k];
            count += other->report.scrolling && same_page(entry, other) ? 1 : 0;
        }
        if (count > most) {
            most = count;
            best = entry;
        }
    }
    return best;
}

static void report_to_json(const struct frame_report *report, double origin_us, cJSON *reports)
{
    cJSON *row = json_new_array();
    json_push_number(row, report->blank);
    json_push_number(row, report->begin_us - origin_us);
    json_push_number(row, report->end_us - origin_us);
    json_push_number(row, (double)report->state);
    json_push_number(row, report->scrolling ? 1.0 : 0.0);
    json_push_node(reports, row);
}

cJSON *frame_log_to_json(const struct frame_log *log)
{
    cJSON *out = json_new_object();
    cJSON *reports = json_add_array(out, "reports");
    const struct frame_entry *page = busiest(log);
    double origin_us = (double)NAN;
    for (size_t i = 0; page != NULL && i < log->count; i++) {
        const struct frame_entry *entry = &log->entries[i];
        if (!entry->open && same_page(page, entry)) {
            origin_us = isnan(origin_us) ? entry->report.begin_us : origin_us;
            report_to_json(&entry->report, origin_us, reports);
        }
    }
    json_add_number(out, "updates", log->updates);
    json_add_number(out, "janky", log->janky);
    return out;
}

static bool read_report(const cJSON *row, struct frame_report *out)
{
    double number[FIELDS];
    if (cJSON_GetArraySize(row) != FIELDS) {
        return false;
    }
    for (int i = 0; i < FIELDS; i++) {
        const cJSON *node = cJSON_GetArrayItem(row, i);
        if (!cJSON_IsNumber(node)) {
            return false;
        }
        number[i] = node->valuedouble;
    }
    if (!(number[3] >= FRAME_IDLE && number[3] <= FRAME_DROPPED)) {
        return false;
    }
    *out = (struct frame_report){ number[0], number[1], number[2], (enum frame_state)number[3],
                                  number[4] != 0.0 };
    return true;
}

enum err frame_reports_read(const cJSON *node, struct frame_report **reports, size_t *count,
                            struct err_msg *msg)
{
    const cJSON *rows = json_at(node, "reports");
    if (!cJSON_IsArray(rows)) {
        return err_set(msg, ERR_FORMAT, "the frames have no \"reports\"");
    }
    *count = 0;
    *reports = mem_new_array((size_t)cJSON_GetArraySize(rows), sizeof **reports);
    const cJSON *row = NULL;
    cJSON_ArrayForEach (row, rows) {
        if (!read_report(row, &(*reports)[*count])) {
            free(*reports);
            return err_set(msg, ERR_FORMAT,
                           "report %zu of the frames must be five numbers, the state from 0 to 3",
                           *count + 1);
        }
        (*count)++;
    }
    return ERR_OK;
}

static int compare_doubles(const void *a, const void *b)
{
    const double *x = a;
    const double *y = b;
    return (*x > *y) - (*x < *y);
}

/* What a blank counts as when its reports end as `a` and `b`. */
static enum frame_state worse(enum frame_state a, enum frame_state b)
{
    static const int rank[] = {
        [FRAME_IDLE] = 0, [FRAME_WHOLE] = 1, [FRAME_DROPPED] = 2, [FRAME_PARTIAL] = 3
    };
    return rank[a] >= rank[b] ? a : b;
}

static void count_blank(enum frame_state state, struct frames *out)
{
    out->whole += state == FRAME_WHOLE ? 1 : 0;
    out->partial += state == FRAME_PARTIAL ? 1 : 0;
    out->dropped += state == FRAME_DROPPED ? 1 : 0;
}

/* Reports [0, count) of one scroll, in the order of their blanks. */
static void count_blanks(const struct frame_report *reports, size_t count, struct frames *out)
{
    enum frame_state state = FRAME_IDLE;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && reports[i].blank != reports[i - 1].blank) {
            count_blank(state, out);
            state = FRAME_IDLE;
        }
        state = worse(state, reports[i].state);
    }
    count_blank(state, out);
}

/* The different moments at which a scroll's pictures stood on the screen, in order. */
static size_t list_moments(const struct frame_report *reports, size_t count, double *moments)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (reports[i].state == FRAME_WHOLE || reports[i].state == FRAME_PARTIAL) {
            moments[n++] = reports[i].end_us;
        }
    }
    qsort(moments, n, sizeof *moments, compare_doubles);
    size_t different = 0;
    for (size_t i = 0; i < n; i++) {
        if (different == 0 || moments[i] > moments[different - 1]) {
            moments[different++] = moments[i];
        }
    }
    return different;
}

/* Pictures and time of all scrolls so far. */
struct tally {
    size_t steps; /* from picture to picture */
    double time_us;
    double worst; /* fewest pictures in a second; infinite before there was one */
};

static void tally_scroll(const double *moments, size_t n, struct tally *tally, struct frames *out)
{
    size_t end = 0;
    out->pictures += n;
    for (size_t i = 1; i < n; i++) {
        out->longest_gap_ms = fmax(out->longest_gap_ms, (moments[i] - moments[i - 1]) / 1000.0);
    }
    for (size_t i = 0; i < n && moments[i] + WINDOW_US <= moments[n - 1]; i++) {
        while (moments[end] < moments[i] + WINDOW_US) {
            end++;
        }
        tally->worst = fmin(tally->worst, (double)(end - i));
    }
    if (n >= 2) {
        tally->steps += n - 1;
        tally->time_us += moments[n - 1] - moments[0];
    }
}

static int compare_reports(const void *a, const void *b)
{
    const struct frame_report *x = a;
    const struct frame_report *y = b;
    if (x->blank != y->blank) {
        return x->blank < y->blank ? -1 : 1;
    }
    return (x->end_us > y->end_us) - (x->end_us < y->end_us);
}

bool frames_compute(const struct frame_report *reports, size_t count, struct frames *out)
{
    struct frame_report *sorted = mem_new_array(count, sizeof *sorted);
    double *moments = mem_new_array(count, sizeof *moments);
    struct tally tally = { .worst = (double)INFINITY };
    *out = (struct frames){ .whole = 0 };
    if (count > 0) {
        memcpy(sorted, reports, count * sizeof *sorted);
        qsort(sorted, count, sizeof *sorted, compare_reports);
    }
    for (size_t i = 0; i < count;) {
        size_t end = i;
        while (end < count && sorted[end].scrolling) {
            end++;
        }
        if (end > i) {
            count_blanks(sorted + i, end - i, out);
            tally_scroll(moments, list_moments(sorted + i, end - i, moments), &tally, out);
        }
        i = end + 1;
    }
    free(sorted);
    free(moments);
    if (!(tally.time_us > 0.0) || isinf(tally.time_us)) {
        return false;
    }
    out->fps = (double)tally.steps * 1e6 / tally.time_us;
    out->worst_second_fps = isinf(tally.worst) ? out->fps : tally.worst;
    return true;
}
