#include "metrics/compare.h"

#include <limits.h>
#include <math.h>

#include "base/mem.h"
#include "metrics/compare_figures.h"
#include "metrics/compare_judge.h"
#include "metrics/rank_test.h"

#define STEAL_MOST      0.05 /* taken by the hypervisor */
#define BUSY_MOST       0.98 /* of all cores, between sides that were measured apart */
#define LOAD_MOST       2.5  /* load average a core */
#define BUSY_DIFFERENCE 0.2  /* between sides that were measured apart */

#define ONLY_NAME_BYTES ((size_t)64)

const char *compare_state_name(enum compare_state state)
{
    static const char *const names[COMPARE_STATES] = { "worse",  "no_data", "cannot_tell",
                                                       "better", "same",    "not_judged" };
    return names[state];
}

static enum err check_conditions(const struct compare_side *base, const struct compare_side *head,
                                 struct err_msg *msg)
{
    const char *name = compare_side_difference(base->conditions, head->conditions);
    if (name == NULL) {
        return ERR_OK;
    }
    return err_set(msg, ERR_NO_DATA,
                   "the sides cannot be compared: %s is \"%.160s\" in base and \"%.160s\" in head",
                   name, compare_side_condition_of(base->conditions, name),
                   compare_side_condition_of(head->conditions, name));
}

static bool has_run(const struct compare_side *side, const char *id)
{
    const cJSON *run = NULL;
    cJSON_ArrayForEach (run, side->runs) {
        const char *its = json_text(run, "id");
        if (its != NULL && id != NULL && strcmp(its, id) == 0) {
            return true;
        }
    }
    return false;
}

static bool are_together(const struct compare_side *base, const struct compare_side *head)
{
    const cJSON *run = NULL;
    cJSON_ArrayForEach (run, base->runs) {
        if (!has_run(head, json_text(run, "id"))) {
            return false;
        }
    }
    return cJSON_GetArraySize(base->runs) == cJSON_GetArraySize(head->runs);
}

static bool are_of_one_host(const struct compare_side *base, const struct compare_side *head)
{
    const char *a = json_text(base->host, "cpu");
    const char *b = json_text(head->host, "cpu");
    bool same_cpu = a != NULL && b != NULL && strcmp(a, b) == 0;
    double cores = json_number(base->host, "cores", 0.0) - json_number(head->host, "cores", 0.0);
    return same_cpu && fabs(cores) < 0.5 && !base->hosts_differ && !head->hosts_differ;
}

static bool is_of_browser(const struct compare_side *side)
{
    return strcmp(compare_side_condition_of(side->conditions, "command"), "measure") == 0;
}

/* Whether times may be judged, and what to say about the host. What the sides met in turns hits
 * both alike: a busy core widens the intervals and moves neither. */
static void judge_host(const struct compare_side *base, const struct compare_side *head,
                       struct comparison *out)
{
    double busy = fmax(base->busy_high, head->busy_high);
    double steal = fmax(base->steal_high, head->steal_high);
    double load = fmax(base->load_high, head->load_high);
    double apart = fmax(base->busy_high - head->busy_low, head->busy_high - base->busy_low);
    const char *doubt = head->doubt[0] != '\0' ? head->doubt : base->doubt;
    /* A load may well keep the whole machine busy: that is its work. */
    bool is_browser = is_of_browser(base);
    size_t room = sizeof out->host;
    out->host_is_fine = false;
    if (!are_of_one_host(base, head)) {
        (void)snprintf(out->host, room, "the sides were measured on different machines");
    } else if (steal > STEAL_MOST) {
        (void)snprintf(out->host, room, "the hypervisor took %.0f %% of the machine",
                       steal * 100.0);
    } else if (doubt[0] != '\0') {
        (void)snprintf(out->host, room, "%s", doubt);
    } else if (is_browser && !out->together && busy > BUSY_MOST) {
        (void)snprintf(out->host, room,
                       "the sides were measured apart, and no core was free (busy to %.0f %%)",
                       busy * 100.0);
    } else if (load > LOAD_MOST) {
        (void)snprintf(out->host, room, "%.1f programs waited for each core", load);
    } else if (!out->together && apart > BUSY_DIFFERENCE) {
        (void)snprintf(out->host, room,
                       "the sides were measured apart, and the machine was busier by %.0f %% in "
                       "one of them",
                       apart * 100.0);
    } else {
        out->host_is_fine = true;
        (void)snprintf(out->host, room, "the machine was busy to %.0f %%", busy * 100.0);
    }
}

/* The next word of a comma-separated list; false at its end. Empty words are passed over, a longer
 * one than any metric's name is cut. */
static bool next_name(const char **at, char name[ONLY_NAME_BYTES])
{
    *at += strspn(*at, ",");
    size_t bytes = strcspn(*at, ",");
    (void)snprintf(name, ONLY_NAME_BYTES, "%.*s", (int)(bytes < INT_MAX ? bytes : INT_MAX), *at);
    *at += bytes;
    return bytes > 0;
}

enum err compare_only_check(const char *only, struct err_msg *msg)
{
    char name[ONLY_NAME_BYTES];
    bool any = only == NULL;
    for (const char *at = only; at != NULL && next_name(&at, name);) {
        any = true;
        const char *nearest = compare_figure_nearest(name);
        if (compare_figure_find(name) == NULL && nearest != NULL) {
            return err_set(msg, ERR_USAGE,
                           "--only %s: there is no metric of this name; did you mean \"%s\"?", name,
                           nearest);
        }
        if (compare_figure_find(name) == NULL) {
            return err_set(msg, ERR_USAGE,
                           "--only %s: there is no metric of this name; `tmscdp compare --all "
                           "--json` lists what a run has",
                           name);
        }
    }
    return any ? ERR_OK : err_set(msg, ERR_USAGE, "--only \"%.60s\" names no metric", only);
}

static bool is_wanted(const char *only, const char *name)
{
    char word[ONLY_NAME_BYTES];
    for (const char *at = only; at != NULL && next_name(&at, word);) {
        if (strcmp(word, name) == 0) {
            return true;
        }
    }
    return only == NULL;
}

static void add_line(struct comparison *out, const struct compare_series *base,
                     const struct compare_series *head)
{
    const struct compare_series *any = base != NULL ? base : head;
    out->line[out->count++] =
        (struct compare_line){ .def = any->def, .place = any->place, .base = base, .head = head };
}

/* A line for each figure of either side. */
static void make_lines(const struct compare_side *base, const struct compare_side *head,
                       const char *only, struct comparison *out)
{
    out->line = mem_new_array(base->count + head->count, sizeof *out->line);
    for (size_t i = 0; i < base->count; i++) {
        const struct compare_series *series = &base->series[i];
        if (is_wanted(only, series->def->name)) {
            add_line(out, series, compare_side_find(head, series->def, series->place));
        }
    }
    for (size_t i = 0; i < head->count; i++) {
        const struct compare_series *series = &head->series[i];
        if (is_wanted(only, series->def->name) &&
            compare_side_find(base, series->def, series->place) == NULL) {
            add_line(out, NULL, series);
        }
    }
}

static bool has_line(const struct comparison *comparison, const char *name)
{
    for (size_t i = 0; i < comparison->count; i++) {
        if (strcmp(comparison->line[i].def->name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* A figure that was asked for and that no run has would go unjudged without a word. */
static enum err check_only_is_there(const struct comparison *comparison, const char *only,
                                    struct err_msg *msg)
{
    char name[ONLY_NAME_BYTES];
    for (const char *at = only; at != NULL && next_name(&at, name);) {
        if (!has_line(comparison, name)) {
            return err_set(msg, ERR_NO_DATA, "--only %s: neither side has it", name);
        }
    }
    return ERR_OK;
}

/* Holm's correction over all times that were tested. */
static void correct(struct comparison *out)
{
    double *p = mem_new_array(out->count, sizeof *p);
    size_t n = 0;
    for (size_t i = 0; i < out->count; i++) {
        if (isfinite(out->line[i].p)) {
            p[n++] = out->line[i].p;
        }
    }
    rank_test_holm(p, n, p);
    n = 0;
    for (size_t i = 0; i < out->count; i++) {
        if (isfinite(out->line[i].p)) {
            out->line[i].p = p[n++];
        }
    }
    free(p);
}

static double size_of(const struct compare_line *line)
{
    return isfinite(line->change)                              ? fabs(line->change)
           : line->state == COMPARE_WORSE                      ? 1e9 /* from nothing to something */
           : fabs(line->head_median - line->base_median) > 0.0 ? 1e9
                                                               : 0.0;
}

/* Counts before times: they are surer. */
static int worst_first(const void *a, const void *b)
{
    const struct compare_line *left = a;
    const struct compare_line *right = b;
    if (left->state != right->state) {
        return left->state < right->state ? -1 : 1;
    }
    if (left->def->use != right->def->use) {
        return left->def->use < right->def->use ? -1 : 1;
    }
    double difference = size_of(right) - size_of(left);
    if (difference > 0.0 || difference < 0.0) {
        return difference > 0.0 ? 1 : -1;
    }
    int order = strcmp(left->def->name, right->def->name);
    return order != 0 ? order : strcmp(left->place, right->place);
}

static void judge_lines(const struct compare_rules *rules, struct comparison *out)
{
    struct compare_judging judging = {
        .seed = rules->seed,
        .alpha = rules->alpha > 0.0 ? rules->alpha : COMPARE_ALPHA,
        .host_is_fine = out->host_is_fine,
        .host = out->host,
        .together = out->together,
    };
    for (size_t i = 0; i < out->count; i++) {
        compare_line_measure(&out->line[i], &judging);
    }
    correct(out);
    for (size_t i = 0; i < out->count; i++) {
        compare_line_judge(&out->line[i], &judging);
        out->states[out->line[i].state]++;
    }
    qsort(out->line, out->count, sizeof *out->line, worst_first);
}

void compare_place_words(const char *place, bool is_messages, char *out, size_t bytes)
{
    if (strcmp(place, "per message") == 0) {
        out[0] = '\0';
    } else if (is_messages) {
        (void)snprintf(out, bytes, " at %s messages", place);
    } else if (strcmp(place, "load") == 0) {
        (void)snprintf(out, bytes, " in the first load");
    } else {
        (void)snprintf(out, bytes, " (%s)", place);
    }
}

static bool is_at_messages(const struct compare_line *line)
{
    const struct compare_series *any = line->base != NULL ? line->base : line->head;
    return isfinite(any->messages);
}

static void describe(const struct compare_line *line, struct strbuf *out)
{
    char place[COMPARE_PLACE_BYTES + 16];
    char base[METRIC_TEXT_BYTES];
    char head[METRIC_TEXT_BYTES];
    compare_place_words(line->place, is_at_messages(line), place, sizeof place);
    metric_format(line->def, line->base_median, base, sizeof base);
    metric_format(line->def, line->head_median, head, sizeof head);
    strbuf_addf(out, "%s%s: ", line->def->title, place);
    if (line->reason[0] == '\0') {
        strbuf_addf(out, "%s → %s", base, head);
        if (isfinite(line->change)) {
            strbuf_addf(out, " (%+.1f %%)", line->change * 100.0);
        }
    } else {
        strbuf_addf(out, "%s", line->reason);
    }
}

/* The verdict from the states alone, and the worst line as its reason. */
static void judge_whole(struct comparison *out, struct strbuf *reason)
{
    size_t open = out->states[COMPARE_NO_DATA] + out->states[COMPARE_CANNOT_TELL];
    size_t judged =
        open + out->states[COMPARE_WORSE] + out->states[COMPARE_BETTER] + out->states[COMPARE_SAME];
    out->verdict = COMPARE_PASSES;
    if (out->states[COMPARE_WORSE] > 0) {
        out->verdict = COMPARE_FAILS;
        strbuf_addf(reason, "%zu of %zu figures %s worse, first: ", out->states[COMPARE_WORSE],
                    judged, out->states[COMPARE_WORSE] == 1 ? "is" : "are");
        describe(&out->line[0], reason);
    } else if (out->incomplete[0] != '\0') {
        out->verdict = COMPARE_UNDECIDED;
        strbuf_addf(reason, "%s", out->incomplete);
    } else if (open > 0) {
        out->verdict = COMPARE_UNDECIDED;
        strbuf_addf(reason, "%zu of %zu figures cannot be told, first: ", open, judged);
        describe(&out->line[0], reason);
    } else if (judged == 0) {
        out->verdict = COMPARE_UNDECIDED;
        strbuf_add_str(reason, "there is no figure that a gate may judge");
    } else {
        bool gained = out->has_lists && out->base_list.kind == LIST_IS_NOT_VIRTUALIZED &&
                      out->head_list.kind == LIST_IS_VIRTUALIZED;
        strbuf_addf(reason, "nothing got worse: %zu figures are the same, %zu better%s",
                    out->states[COMPARE_SAME], out->states[COMPARE_BETTER],
                    gained ? ", and the list is virtualized now" : "");
    }
}

/* A list that lost its virtualization, or may have, goes before all figures. */
static bool judge_lists(struct comparison *out, struct strbuf *reason)
{
    enum virtualization_kind base = out->base_list.kind;
    enum virtualization_kind head = out->head_list.kind;
    if (base != LIST_IS_VIRTUALIZED || head == LIST_IS_VIRTUALIZED) {
        return false;
    }
    out->verdict = head == LIST_IS_UNDECIDED ? COMPARE_UNDECIDED : COMPARE_FAILS;
    strbuf_addf(reason, "the list was virtualized and %s: %s; before, %s",
                head == LIST_IS_UNDECIDED         ? "whether it still is cannot be told"
                : head == LIST_IS_NOT_VIRTUALIZED ? "is not any more"
                                                  : "is windowed but leaks now",
                out->head_list.text, out->base_list.text);
    return true;
}

static void conclude(struct comparison *out)
{
    struct strbuf reason = STRBUF_INIT;
    struct strbuf lists = STRBUF_INIT;
    judge_whole(out, &reason);
    enum compare_verdict by_figures = out->verdict;
    if (out->has_lists && judge_lists(out, &lists)) {
        if (by_figures == COMPARE_FAILS && out->verdict != COMPARE_FAILS) {
            out->verdict = COMPARE_FAILS;
        } else {
            strbuf_clear(&reason);
            strbuf_add_str(&reason, strbuf_text(&lists));
        }
    }
    (void)snprintf(out->reason, sizeof out->reason, "%s", strbuf_text(&reason));
    strbuf_release(&reason);
    strbuf_release(&lists);
}

enum err compare_sides(const struct compare_side *base, const struct compare_side *head,
                       const struct compare_rules *rules, struct comparison *out,
                       struct err_msg *msg)
{
    *out = (struct comparison){ .verdict = COMPARE_UNDECIDED };
    enum err err = compare_only_check(rules->only, msg);
    if (err == ERR_OK) {
        err = check_conditions(base, head, msg);
    }
    if (err != ERR_OK) {
        return err;
    }
    out->together = are_together(base, head);
    judge_host(base, head, out);
    const char *incomplete = head->incomplete[0] != '\0' ? head->incomplete : base->incomplete;
    (void)snprintf(out->incomplete, sizeof out->incomplete, "%s", incomplete);
    make_lines(base, head, rules->only, out);
    err = check_only_is_there(out, rules->only, msg);
    if (err != ERR_OK) {
        comparison_release(out);
        return err;
    }
    judge_lines(rules, out);
    out->has_lists = is_of_browser(base);
    if (out->has_lists) {
        virtualization_judge(base, &out->base_list);
        virtualization_judge(head, &out->head_list);
    }
    conclude(out);
    return ERR_OK;
}

void comparison_release(struct comparison *comparison)
{
    free(comparison->line);
    *comparison = (struct comparison){ .line = NULL };
}

bool comparison_wants_more(const struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->count && comparison->host_is_fine; i++) {
        const struct compare_line *line = &comparison->line[i];
        bool has_both = isfinite(line->base_median) && isfinite(line->head_median);
        bool is_open = line->state == COMPARE_CANNOT_TELL || line->state == COMPARE_NOT_JUDGED;
        if (is_open && has_both && line->def->use == METRIC_PAIRED) {
            return true;
        }
    }
    return false;
}
