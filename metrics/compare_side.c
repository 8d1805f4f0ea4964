#include "metrics/compare_side.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>

#include "base/mem.h"
#include "metrics/compare_figures.h"
#include "metrics/slope.h"

#define PLACE_LOAD  "load"
#define PLACE_SLOPE "per message"

void compare_side_init(struct compare_side *side)
{
    *side = (struct compare_side){
        .runs = json_new_array(),
        .conditions = json_new_object(),
        .host = json_new_object(),
        .busy_low = (double)NAN,
        .busy_high = (double)NAN,
    };
}

void compare_side_release(struct compare_side *side)
{
    for (size_t i = 0; i < side->count; i++) {
        free(side->series[i].values);
    }
    free(side->series);
    cJSON_Delete(side->runs);
    cJSON_Delete(side->conditions);
    cJSON_Delete(side->host);
    *side = (struct compare_side){ .series = NULL };
}

const struct compare_series *compare_side_find(const struct compare_side *side,
                                               const struct metric_def *def, const char *place)
{
    for (size_t i = 0; i < side->count; i++) {
        if (side->series[i].def == def && strcmp(side->series[i].place, place) == 0) {
            return &side->series[i];
        }
    }
    return NULL;
}

struct compare_series *compare_side_series(struct compare_side *side, const struct metric_def *def,
                                           const char *place)
{
    for (size_t i = 0; i < side->count; i++) {
        if (side->series[i].def == def && strcmp(side->series[i].place, place) == 0) {
            return &side->series[i];
        }
    }
    void *array = side->series;
    mem_reserve(&array, &side->cap, side->count + 1, sizeof *side->series);
    side->series = array;
    struct compare_series *series = &side->series[side->count++];
    *series = (struct compare_series){
        .def = def,
        .messages = (double)NAN,
        .loaded = (double)NAN,
    };
    (void)snprintf(series->place, sizeof series->place, "%s", place);
    return series;
}

void compare_series_add(struct compare_series *series, double value)
{
    if (!isfinite(value)) {
        compare_series_miss(series, "the figure is no finite number");
        return;
    }
    void *array = series->values;
    mem_reserve(&array, &series->cap, series->count + 1, sizeof *series->values);
    series->values = array;
    series->values[series->count++] = value;
}

void compare_series_miss(struct compare_series *series, const char *reason)
{
    series->missing = true;
    (void)snprintf(series->reason, sizeof series->reason, "%s", reason);
}

void compare_side_condition(struct compare_side *side, const char *name, const char *value)
{
    if (cJSON_GetObjectItemCaseSensitive(side->conditions, name) == NULL) {
        json_add_text(side->conditions, name, value);
    }
}

const char *compare_side_difference(const cJSON *a, const cJSON *b)
{
    const cJSON *sets[] = { a, b };
    for (size_t i = 0; i < 2; i++) {
        const cJSON *condition = NULL;
        cJSON_ArrayForEach (condition, sets[i]) {
            const cJSON *other = cJSON_GetObjectItemCaseSensitive(sets[1 - i], condition->string);
            if (other == NULL || strcmp(condition->valuestring, other->valuestring) != 0) {
                return condition->string;
            }
        }
    }
    return NULL;
}

const char *compare_side_condition_of(const cJSON *conditions, const char *name)
{
    const cJSON *condition = cJSON_GetObjectItemCaseSensitive(conditions, name);
    return condition != NULL ? condition->valuestring : "not set";
}

/* Flags that differ from start to start, and those that name a folder or an address of the moment.
 */
static bool is_of_the_moment(const char *flag)
{
    static const char *const starts[] = { "--remote-debugging-port", "--host-resolver-rules",
                                          "--user-data-dir" };
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        if (strncmp(flag, starts[i], strlen(starts[i])) == 0) {
            return true;
        }
    }
    return false;
}

static void join_flags(const cJSON *flags, struct strbuf *out)
{
    const cJSON *flag = NULL;
    cJSON_ArrayForEach (flag, flags) {
        if (cJSON_IsString(flag) && !is_of_the_moment(flag->valuestring)) {
            strbuf_addf(out, "%s%s", out->len > 0 ? " " : "", flag->valuestring);
        }
    }
}

static void add_browser(struct compare_side *side, const cJSON *root)
{
    struct strbuf flags = STRBUF_INIT;
    const cJSON *browser = json_at(root, "browser");
    const char *product = json_text(browser, "product");
    const char *engine = json_text(browser, "engine");
    compare_side_condition(side, "browser product", product != NULL ? product : "unknown");
    compare_side_condition(side, "browser engine", engine != NULL ? engine : "unknown");
    join_flags(json_at(browser, "flags"), &flags);
    compare_side_condition(side, "browser flags", strbuf_text(&flags));
    strbuf_release(&flags);
}

/* What of measure's options may differ between sides: where the chat is, and how often and how long
 * was looked. Every other option changes what is measured. */
static bool may_differ(const char *option)
{
    static const char *const names[] = { "messages", "runs",       "variants", "conversation",
                                         "api_url",  "timeout_ms", "seed",     "chrome_flags" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(option, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* A processor that is not slowed down, as in results of before that could be asked for. */
static bool is_full_speed(const cJSON *option)
{
    return strcmp(option->string, "cpu_throttle") == 0 && cJSON_IsNumber(option) &&
           option->valuedouble <= 1.0;
}

static void add_options(struct compare_side *side, const cJSON *root)
{
    const cJSON *options = json_at(root, "options");
    const cJSON *option = cJSON_IsObject(options) ? options->child : NULL;
    for (; option != NULL; option = option->next) {
        bool unset = cJSON_IsNull(option) || cJSON_IsFalse(option) || is_full_speed(option);
        if (!unset && !may_differ(option->string)) {
            struct strbuf text = STRBUF_INIT;
            json_write(option, false, &text);
            char *name = mem_format("option %.60s", option->string);
            compare_side_condition(side, name, strbuf_text(&text));
            free(name);
            strbuf_release(&text);
        }
    }
}

static void add_host(struct compare_side *side, const cJSON *root)
{
    const char *cpu = json_text(root, "host.cpu");
    double cores = json_number(root, "host.cores", 0.0);
    if (json_at(side->host, "cores") == NULL) {
        json_add_text(side->host, "cpu", cpu != NULL ? cpu : "unknown");
        json_add_number(side->host, "cores", cores);
    }
    const char *first = json_text(side->host, "cpu");
    side->hosts_differ = side->hosts_differ ||
                         fabs(cores - json_number(side->host, "cores", 0)) > 0 ||
                         (first != NULL && strcmp(first, cpu != NULL ? cpu : "unknown") != 0);
}

static void add_noise(struct compare_side *side, const cJSON *root)
{
    const cJSON *noise = json_at(root, "noise");
    double busy = json_number(noise, "busy_share", (double)NAN);
    double cores = json_number(root, "host.cores", 1.0);
    side->busy_low = fmin(side->busy_low, busy); /* fmin and fmax pass over a NaN */
    side->busy_high = fmax(side->busy_high, busy);
    side->steal_high = fmax(side->steal_high, json_number(noise, "steal_share", 0.0));
    side->load_high = fmax(side->load_high, json_number(noise, "load_1m", 0.0) / fmax(cores, 1.0));
}

static void add_head(struct compare_side *side, const cJSON *root, const char *variant)
{
    cJSON *run = json_push_object(side->runs);
    json_add_text(run, "id", json_text(root, "id"));
    json_add_text(run, "variant", variant);
    json_add_text(run, "started_at", json_text(root, "started_at"));
    const char *state = json_text(root, "state");
    if (state == NULL || strcmp(state, "complete") != 0) {
        const char *reason = json_text(root, "reason");
        (void)snprintf(side->incomplete, sizeof side->incomplete, "run %.60s is %.20s: %.180s",
                       json_text(root, "id"), state != NULL ? state : "of unknown state",
                       reason != NULL ? reason : "no reason given");
    }
    add_host(side, root);
    add_noise(side, root);
}

static const cJSON *find_variant(const cJSON *variants, const char *name)
{
    const cJSON *variant = NULL;
    cJSON_ArrayForEach (variant, variants) {
        const char *its = json_text(variant, "name");
        if (its != NULL && (name == NULL || strcmp(its, name) == 0)) {
            return variant;
        }
    }
    return NULL;
}

static enum err refuse_variant(const cJSON *variants, const char *path, const char *name,
                               struct err_msg *msg)
{
    struct strbuf list = STRBUF_INIT;
    const cJSON *variant = NULL;
    cJSON_ArrayForEach (variant, variants) {
        const char *its = json_text(variant, "name");
        strbuf_addf(&list, "%s%.40s", list.len > 0 ? ", " : "", its != NULL ? its : "?");
    }
    enum err err =
        name == NULL
            ? err_set(msg, ERR_USAGE, "%s has several variants (%.300s): say which one is meant",
                      path, strbuf_text(&list))
            : err_set(msg, ERR_USAGE, "%s has no variant \"%.40s\"; it has: %.300s", path, name,
                      strbuf_text(&list));
    strbuf_release(&list);
    return err;
}

/* A result of before the single values were kept has a median in their place. */
static void add_metric(struct compare_series *series, const cJSON *node)
{
    const char *none = json_text(node, "no_data");
    const cJSON *values = json_at(node, "values");
    const cJSON *value = NULL;
    if (none != NULL) {
        compare_series_miss(series, none);
    } else if (cJSON_GetArraySize(values) > COMPARE_VALUES_MAX) {
        compare_series_miss(series, "it has more values than a run can have");
    } else if (cJSON_GetArraySize(values) > 0) {
        cJSON_ArrayForEach (value, values) {
            compare_series_add(series, cJSON_IsNumber(value) ? value->valuedouble : (double)NAN);
        }
    } else {
        compare_series_add(series, json_number(node, "median", (double)NAN));
    }
}

static void add_metrics(struct compare_side *side, const cJSON *metrics, const char *place,
                        double messages, double loaded)
{
    const cJSON *node = NULL;
    if (!cJSON_IsObject(metrics)) {
        return;
    }
    cJSON_ArrayForEach (node, metrics) {
        const struct metric_def *def = metric_find(node->string);
        if (def != NULL) {
            struct compare_series *series = compare_side_series(side, def, place);
            series->messages = messages;
            series->loaded = loaded;
            add_metric(series, node);
        }
    }
}

/* The values of a stage that some repetition did not reach are those of the others. */
static void miss_stage(struct compare_side *side, const cJSON *stage, const char *place)
{
    const char *reason = json_text(stage, "reason");
    const struct metric_def *crashes = compare_figure_find("page_crashes");
    for (size_t i = 0; i < side->count; i++) {
        struct compare_series *series = &side->series[i];
        if (strcmp(series->place, place) == 0 && series->def != crashes && !series->missing) {
            compare_series_miss(series,
                                reason != NULL ? reason : "not reached in every repetition");
        }
    }
}

static void add_stage(struct compare_side *side, const cJSON *stage)
{
    char place[32];
    double messages = json_number(stage, "messages", 0.0);
    (void)snprintf(place, sizeof place, "%.0f", messages);
    struct compare_series *crashes =
        compare_side_series(side, compare_figure_find("page_crashes"), place);
    compare_series_add(crashes, json_text(stage, "crash") != NULL ? 1.0 : 0.0);
    add_metrics(side, json_at(stage, "metrics"), place, messages,
                json_number(stage, "loaded", messages));
    if (!json_bool(stage, "reached", true)) {
        miss_stage(side, stage, place);
    }
}

static enum err add_measure(struct compare_side *side, const cJSON *root, const char *path,
                            const char *name, struct err_msg *msg)
{
    const cJSON *variants = json_at(root, "measure.variants");
    bool vague = name == NULL && cJSON_GetArraySize(variants) > 1;
    const cJSON *variant = vague ? NULL : find_variant(variants, name);
    if (cJSON_GetArraySize(variants) < 1) {
        return err_set(msg, ERR_FORMAT, "%s: \"measure.variants\" is missing or empty", path);
    }
    if (variant == NULL) {
        return refuse_variant(variants, path, name, msg);
    }
    add_head(side, root, json_text(variant, "name"));
    add_metrics(side, json_at(variant, "load.metrics"), PLACE_LOAD, (double)NAN, (double)NAN);
    const cJSON *stage = NULL;
    cJSON_ArrayForEach (stage, json_at(variant, "stages")) {
        add_stage(side, stage);
    }
    return ERR_OK;
}

/* Before any value is added: a run of other conditions leaves the side as it was. */
static enum err add_conditions(struct compare_side *side, const cJSON *root, const char *path,
                               struct err_msg *msg)
{
    struct compare_side own = { .conditions = json_new_object() };
    const char *command = json_text(root, "command");
    compare_side_condition(&own, "command", command);
    if (strcmp(command, "measure") == 0) {
        add_browser(&own, root);
        add_options(&own, root);
    } else {
        compare_side_stress_conditions(&own, root);
    }
    if (cJSON_GetArraySize(side->runs) == 0) {
        cJSON_Delete(side->conditions);
        side->conditions = own.conditions;
        return ERR_OK;
    }
    const char *name = compare_side_difference(side->conditions, own.conditions);
    enum err err = ERR_OK;
    if (name != NULL) {
        err = err_set(msg, ERR_NO_DATA,
                      "%s does not belong to the runs before it on its side: %s is \"%.160s\" and "
                      "was \"%.160s\"",
                      path, name, compare_side_condition_of(own.conditions, name),
                      compare_side_condition_of(side->conditions, name));
    }
    cJSON_Delete(own.conditions);
    return err;
}

enum err compare_side_add_run(struct compare_side *side, const cJSON *root, const char *path,
                              const char *variant, struct err_msg *msg)
{
    const char *command = json_text(root, "command");
    bool is_measure = command != NULL && strcmp(command, "measure") == 0;
    bool is_stress = command != NULL && strcmp(command, "stress") == 0;
    if (!is_measure && !is_stress) {
        return err_set(
            msg, ERR_FORMAT,
            "%s is a run of `%.40s`: only runs of `measure` and `stress` can be compared", path,
            command != NULL ? command : "?");
    }
    enum err err = add_conditions(side, root, path, msg);
    if (err == ERR_OK && is_measure) {
        return add_measure(side, root, path, variant, msg);
    }
    if (err == ERR_OK) {
        err = compare_side_add_stress(side, root, path, msg);
    }
    if (err == ERR_OK) {
        add_head(side, root, NULL);
    }
    return err;
}

/* The slope of one repetition over all places; false when some place lacks the repetition. */
static bool fit_one(const struct compare_side *side, const struct metric_def *source,
                    size_t repetition, struct slope *out)
{
    double *x = mem_new_array(side->count, sizeof *x);
    double *y = mem_new_array(side->count, sizeof *y);
    size_t n = 0;
    bool whole = true;
    for (size_t i = 0; i < side->count; i++) {
        const struct compare_series *series = &side->series[i];
        if (series->def == source && isfinite(series->loaded)) {
            whole = whole && repetition < series->count;
            if (whole) {
                x[n] = series->loaded;
                y[n] = series->values[repetition];
                n++;
            }
        }
    }
    slope_fit(x, y, n, out);
    free(x);
    free(y);
    return whole && out->has_data;
}

/* A place where the metric lacks values, or NULL. */
static const struct compare_series *missing_part(const struct compare_side *side,
                                                 const struct metric_def *source)
{
    for (size_t i = 0; i < side->count; i++) {
        const struct compare_series *series = &side->series[i];
        if (series->def == source && isfinite(series->loaded) && series->missing) {
            return series;
        }
    }
    return NULL;
}

void compare_side_add_slopes(struct compare_side *side)
{
    for (size_t i = 0; i < side->count; i++) {
        const struct metric_def *source = side->series[i].def;
        const struct metric_def *def = compare_figure_slope_of(source->name);
        if (def == NULL || compare_side_find(side, def, PLACE_SLOPE) != NULL) {
            continue;
        }
        struct slope slope;
        for (size_t k = 0; k < side->series[i].count && fit_one(side, source, k, &slope); k++) {
            compare_series_add(compare_side_series(side, def, PLACE_SLOPE), slope.per_message);
        }
        const struct compare_series *part = missing_part(side, source);
        if (part != NULL && compare_side_find(side, def, PLACE_SLOPE) != NULL) {
            compare_series_miss(compare_side_series(side, def, PLACE_SLOPE), part->reason);
        }
    }
}
