#include "cdp/score.h"

#include <math.h>

#include "base/mem.h"
#include "cdp/collect/collect.h"
#include "cdp/collect/leak.h"
#include "cdp/collect/long_frames.h"
#include "cdp/noise.h"
#include "metrics/slope.h"

const char *const score_slopes[] = { "dom_elements",      "dom_elements_visible",
                                     "dom_elements_list", "dom_nodes",
                                     "js_heap",           "embedder_heap",
                                     "listeners",         NULL };

#define DOUBTS_MAX ((size_t)128)

/* One variant at one count over all repetitions. */
struct stage_score {
    double messages;
    double loaded; /* of the last repetition; what slopes are fitted against */
    bool reached;  /* in every repetition */
    char reason[320];
    char crash[320];   /* empty when every page lived */
    const cJSON *last; /* the last repetition's raw file; NULL when there is none */
    struct samples samples;
    struct metric_value *values;
    size_t count;
};

struct variant_score {
    const cJSON *options;
    const cJSON *raw;
    const char *name;
    unsigned runs;
    struct samples load_samples;
    struct metric_value *load_values;
    size_t load_count;
    struct stage_score *stages;
    size_t stage_count;
};

char *score_raw_name(const char *variant, unsigned run, unsigned messages)
{
    if (messages == 0) {
        return mem_format("%s-r%u-load", variant, run);
    }
    return mem_format("%s-r%u-%u", variant, run, messages);
}

char *score_live_name(const char *variant, unsigned run)
{
    return mem_format("%s-r%u-live", variant, run);
}

static const cJSON *raw_file(const struct variant_score *variant, unsigned run, double messages)
{
    char *name = score_raw_name(variant->name, run, (unsigned)messages);
    const cJSON *file = cJSON_GetObjectItemCaseSensitive(variant->raw, name);
    free(name);
    return file;
}

static void summarise(const struct samples *samples, struct metric_value **values, size_t *count)
{
    *count = samples->count;
    *values = mem_new_array(samples->count, sizeof **values);
    samples_summarise(samples, *values);
}

static void score_load(struct variant_score *variant)
{
    struct collect_stage stage = { .quick = json_bool(variant->options, "quick", false) };
    for (unsigned run = 1; run <= variant->runs; run++) {
        const cJSON *file = raw_file(variant, run, 0.0);
        const char *crash = json_text(file, "crash");
        const char *reason = file == NULL    ? "the page was not opened"
                             : crash != NULL ? crash
                                             : json_text(file, "reason");
        collect_score(COLLECT_LOAD, json_at(file, "readings"), reason, &stage,
                      &variant->load_samples);
    }
    summarise(&variant->load_samples, &variant->load_values, &variant->load_count);
}

/* Keeps the first thing that went wrong, and says in which repetition when there are several. */
static void note_once(char *into, size_t bytes, const char *text, unsigned run, unsigned runs)
{
    if (into[0] != '\0' || text == NULL) {
        return;
    }
    if (runs > 1) {
        (void)snprintf(into, bytes, "run %u of %u: %s", run, runs, text);
    } else {
        (void)snprintf(into, bytes, "%s", text);
    }
}

/* Why a stage has no raw file: what ended the page before it. */
static const char *why_missing(const struct variant_score *variant, unsigned run)
{
    const cJSON *load = raw_file(variant, run, 0.0);
    const char *reason = json_text(load, "reason");
    for (size_t i = 0; i < variant->stage_count && reason == NULL; i++) {
        reason = json_text(raw_file(variant, run, variant->stages[i].messages), "crash");
    }
    return reason != NULL ? reason : "it was not measured";
}

static void score_stage(const struct variant_score *variant, struct stage_score *stage)
{
    struct samples *samples = &stage->samples;
    stage->reached = true;
    for (unsigned run = 1; run <= variant->runs; run++) {
        const cJSON *file = raw_file(variant, run, stage->messages);
        bool reached = json_bool(file, "reached", false);
        /* A page that died while it loaded died at every count. */
        const char *crash = json_text(raw_file(variant, run, 0.0), "crash");
        crash = crash != NULL ? crash : json_text(file, "crash");
        const char *reason = file != NULL    ? json_text(file, "reason")
                             : crash == NULL ? why_missing(variant, run)
                                             : crash;
        struct collect_stage known = { .loaded = json_number(file, "loaded", 0.0),
                                       .quick = json_bool(variant->options, "quick", false) };
        note_once(stage->crash, sizeof stage->crash, crash, run, variant->runs);
        if (file != NULL) {
            stage->last = file;
            stage->loaded = known.loaded;
        }
        if (!reached) {
            stage->reached = false;
            note_once(stage->reason, sizeof stage->reason, reason != NULL ? reason : crash, run,
                      variant->runs);
        }
        const cJSON *readings = reached ? json_at(file, "readings") : NULL;
        reason = reason != NULL ? reason : crash;
        collect_score(COLLECT_STAGE, readings, reason, &known, samples);
        if (run == 1 && stage == &variant->stages[variant->stage_count - 1]) {
            collect_score(COLLECT_CLOSE, readings, reason, &known, samples);
        }
        if (stage == &variant->stages[variant->stage_count - 1]) {
            collect_score(COLLECT_LAST, readings, reason, &known, samples);
        }
    }
    summarise(samples, &stage->values, &stage->count);
}

static const struct metric_value *find_value(const struct stage_score *stage, const char *name)
{
    const struct metric_def *def = metric_find(name);
    for (size_t i = 0; i < stage->count; i++) {
        if (stage->values[i].def == def && stage->values[i].has_data) {
            return &stage->values[i];
        }
    }
    return NULL;
}

static void fit_slope(const struct variant_score *variant, const char *metric, struct slope *slope)
{
    double *x = mem_new_array(variant->stage_count, sizeof *x);
    double *y = mem_new_array(variant->stage_count, sizeof *y);
    size_t n = 0;
    for (size_t i = 0; i < variant->stage_count; i++) {
        const struct stage_score *stage = &variant->stages[i];
        const struct metric_value *value = find_value(stage, metric);
        if (stage->reached && value != NULL) {
            x[n] = stage->loaded;
            y[n] = value->median;
            n++;
        }
    }
    slope_fit(x, y, n, slope);
    free(x);
    free(y);
}

static void values_to_json(const struct metric_value *values, const struct samples *samples,
                           cJSON *parent)
{
    cJSON *metrics = json_add_object(parent, "metrics");
    for (size_t i = 0; i < samples->count; i++) {
        metric_to_json(&values[i], metrics);
    }
    samples_add_values(samples, metrics);
}

static const cJSON *last_paint(const struct variant_score *variant, unsigned run)
{
    const cJSON *paints = json_at(raw_file(variant, run, 0.0), "readings.vitals.vitals.lcp");
    int count = cJSON_GetArraySize(paints);
    return count > 0 ? cJSON_GetArrayItem(paints, count - 1) : NULL;
}

/* An element that the app replaced before its paint was told has no name any more, in some three
 * loads of a hundred: then another repetition may know it. */
static unsigned run_with_element(const struct variant_score *variant)
{
    for (unsigned run = variant->runs; run >= 1; run--) {
        const char *tag = json_text(last_paint(variant, run), "tag");
        if (tag != NULL && tag[0] != '\0') {
            return run;
        }
    }
    return variant->runs;
}

/* The element that was painted largest, of the last repetition that knows one. */
static void add_lcp_element(const struct variant_score *variant, cJSON *load)
{
    for (unsigned run = run_with_element(variant); run >= 1; run--) {
        const cJSON *last = last_paint(variant, run);
        if (last != NULL) {
            cJSON *element = json_add_object(load, "lcp_element");
            json_add_text(element, "tag", json_text(last, "tag"));
            json_add_text(element, "id", json_text(last, "id"));
            json_add_text(element, "classes", json_text(last, "classes"));
            json_add_text(element, "text", json_text(last, "text"));
            json_add_text(element, "url", json_text(last, "url"));
            json_add_number(element, "size", json_number(last, "size", (double)NAN));
            return;
        }
    }
    json_add_node(load, "lcp_element", cJSON_CreateNull());
}

/* The scripts of the last repetition's long frames. */
static void add_scripts(const struct variant_score *variant, cJSON *load)
{
    const cJSON *file = raw_file(variant, variant->runs, 0.0);
    long_frames_add_scripts(json_at(file, "readings.long_frames"), load, "scripts");
}

/* Measured once, at the last count. */
static void add_leak(const struct variant_score *variant, cJSON *out)
{
    const cJSON *file = NULL;
    if (variant->stage_count > 0) {
        file = raw_file(variant, 1, variant->stages[variant->stage_count - 1].messages);
    }
    leak_add_slopes(json_at(file, "readings.leak"), out, "leak");
}

/* Of the stage's own figures and, at the first count, of those of the load. */
static size_t find_doubts(const struct variant_score *variant, size_t index,
                          struct verdict_doubt *doubts, size_t room)
{
    const cJSON **files = mem_new_array(variant->runs, sizeof(const cJSON *));
    for (unsigned run = 1; run <= variant->runs; run++) {
        files[run - 1] = raw_file(variant, run, variant->stages[index].messages);
    }
    size_t count = noise_doubts(files, variant->runs, doubts, 0, room);
    for (unsigned run = 1; run <= variant->runs && index == 0; run++) {
        files[run - 1] = raw_file(variant, run, 0.0);
    }
    if (index == 0) {
        count = noise_doubts(files, variant->runs, doubts, count, room);
    }
    free(files);
    return count;
}

static void judge_stage(const struct variant_score *variant, size_t index,
                        const struct targets *targets, struct verdict_result *out)
{
    const struct stage_score *stage = &variant->stages[index];
    size_t load_count = index == 0 ? variant->load_count : 0;
    struct metric_value *values = mem_new_array(stage->count + load_count, sizeof *values);
    memcpy(values, stage->values, stage->count * sizeof *values);
    if (load_count > 0) {
        memcpy(values + stage->count, variant->load_values, load_count * sizeof *values);
    }
    struct slope slope;
    fit_slope(variant, "dom_elements_list", &slope);
    struct verdict_doubt doubts[DOUBTS_MAX];
    struct verdict_input input = {
        .doubts = doubts,
        .doubt_count = find_doubts(variant, index, doubts, DOUBTS_MAX),
        .messages = stage->messages,
        .first_load = index == 0,
        .reached = stage->reached,
        .not_reached = stage->reached ? NULL : stage->reason,
        .crash = stage->crash[0] != '\0' ? stage->crash : NULL,
        .values = values,
        .value_count = stage->count + load_count,
        .list_slope = variant->stage_count > 1 ? &slope : NULL,
    };
    verdict_judge(targets, &input, out);
    free(values);
}

/* Taken in the first repetition. */
static void add_screenshot(const struct variant_score *variant, const struct stage_score *stage,
                           cJSON *out)
{
    const cJSON *file = raw_file(variant, 1, stage->messages);
    const cJSON *shot = json_at(file, "readings.screenshot");
    const char *error = json_text(shot, "error");
    bool taken = shot != NULL && error == NULL;
    json_add_text(out, "screenshot", taken ? json_text(file, "screenshot") : NULL);
    if (error != NULL) {
        json_add_text(out, "screenshot_reason", error);
    }
}

static enum verdict stage_to_json(const struct variant_score *variant, size_t index,
                                  const struct targets *targets, cJSON *stages)
{
    const struct stage_score *stage = &variant->stages[index];
    struct verdict_result verdict;
    judge_stage(variant, index, targets, &verdict);
    cJSON *out = json_push_object(stages);
    json_add_number(out, "messages", stage->messages);
    json_add_number(out, "loaded", stage->loaded);
    json_add_bool(out, "reached", stage->reached);
    json_add_text(out, "reason", stage->reason[0] != '\0' ? stage->reason : NULL);
    json_add_text(out, "crash", stage->crash[0] != '\0' ? stage->crash : NULL);
    const cJSON *how = json_at(stage->last, "how");
    json_add_node(out, "how", how != NULL ? cJSON_Duplicate(how, true) : json_new_array());
    values_to_json(stage->values, &stage->samples, out);
    add_screenshot(variant, stage, out);
    verdict_to_json(&verdict, out, "verdict");
    return verdict.verdict;
}

static const cJSON *live_file(const struct variant_score *variant, unsigned run)
{
    char *name = score_live_name(variant->name, run);
    const cJSON *file = cJSON_GetObjectItemCaseSensitive(variant->raw, name);
    free(name);
    return file;
}

static size_t live_doubts(const struct variant_score *variant, struct verdict_doubt *doubts)
{
    const cJSON **files = mem_new_array(variant->runs, sizeof(const cJSON *));
    for (unsigned run = 1; run <= variant->runs; run++) {
        files[run - 1] = live_file(variant, run);
    }
    size_t count = noise_doubts(files, variant->runs, doubts, 0, DOUBTS_MAX);
    free(files);
    return count;
}

/* The page under live traffic, when that was asked for. */
static enum verdict live_to_json(const struct variant_score *variant, const struct targets *targets,
                                 cJSON *parent)
{
    const cJSON *wish = json_at(variant->options, "live");
    struct samples samples = { NULL, 0, 0 };
    struct collect_stage known = { .quick = false };
    double messages = 0.0;
    char crash[320] = "";
    if (wish == NULL) {
        return VERDICT_FINE;
    }
    for (unsigned run = 1; run <= variant->runs; run++) {
        const cJSON *file = live_file(variant, run);
        const char *end = json_text(file, "crash");
        const char *reason = end != NULL ? end : json_text(file, "reason");
        note_once(crash, sizeof crash, end, run, variant->runs);
        messages = fmax(messages, json_number(file, "readings.live.loaded", 0.0) +
                                      json_number(file, "readings.live.traffic.arrived", 0.0));
        collect_score(COLLECT_LIVE, json_at(file, "readings"), reason, &known, &samples);
    }
    struct metric_value *values = NULL;
    size_t count = 0;
    summarise(&samples, &values, &count);
    struct verdict_doubt doubts[DOUBTS_MAX];
    struct verdict_input input = {
        .messages = messages,
        .live = true,
        .reached = true,
        .crash = crash[0] != '\0' ? crash : NULL,
        .values = values,
        .value_count = count,
        .doubts = doubts,
        .doubt_count = live_doubts(variant, doubts),
    };
    struct verdict_result verdict;
    verdict_judge(targets, &input, &verdict);
    cJSON *out = json_add_object(parent, "live");
    json_add_text(out, "conversation", json_text(wish, "conversation"));
    json_add_number(out, "per_s", json_number(wish, "per_s", 0.0));
    json_add_number(out, "messages", messages);
    values_to_json(values, &samples, out);
    verdict_to_json(&verdict, out, "verdict");
    samples_release(&samples);
    free(values);
    return verdict.verdict;
}

static enum verdict variant_to_json(const struct variant_score *variant, const char *url,
                                    const struct targets *targets, cJSON *variants)
{
    cJSON *out = json_push_object(variants);
    json_add_text(out, "name", variant->name);
    json_add_text(out, "url", url);
    cJSON *load = json_add_object(out, "load");
    values_to_json(variant->load_values, &variant->load_samples, load);
    add_lcp_element(variant, load);
    add_scripts(variant, load);
    cJSON *stages = json_add_array(out, "stages");
    enum verdict worst = VERDICT_FINE;
    for (size_t i = 0; i < variant->stage_count; i++) {
        worst = verdict_worse(worst, stage_to_json(variant, i, targets, stages));
    }
    cJSON *slopes = json_add_object(out, "slopes");
    for (size_t i = 0; score_slopes[i] != NULL; i++) {
        struct slope slope;
        fit_slope(variant, score_slopes[i], &slope);
        slope_to_json(&slope, slopes, score_slopes[i]);
    }
    add_leak(variant, out);
    worst = verdict_worse(worst, live_to_json(variant, targets, out));
    json_add_text(out, "verdict", verdict_name(worst));
    return worst;
}

static enum verdict score_variant(const cJSON *options, const cJSON *raw, const cJSON *node,
                                  const struct targets *targets, cJSON *variants)
{
    const cJSON *messages = json_at(options, "messages");
    struct variant_score variant = {
        .options = options,
        .raw = raw,
        .name = json_text(node, "name"),
        .runs = (unsigned)json_number(options, "runs", 1.0),
        .stage_count = (size_t)cJSON_GetArraySize(messages),
    };
    variant.stages = mem_new_array(variant.stage_count, sizeof *variant.stages);
    score_load(&variant);
    size_t index = 0;
    const cJSON *count = NULL;
    cJSON_ArrayForEach (count, messages) {
        variant.stages[index].messages = count->valuedouble;
        score_stage(&variant, &variant.stages[index++]);
    }
    enum verdict worst = variant_to_json(&variant, json_text(node, "url"), targets, variants);
    for (size_t i = 0; i < variant.stage_count; i++) {
        free(variant.stages[i].values);
        samples_release(&variant.stages[i].samples);
    }
    free(variant.stages);
    free(variant.load_values);
    samples_release(&variant.load_samples);
    return worst;
}

cJSON *score_section(const cJSON *options, const cJSON *raw, const struct targets *targets)
{
    cJSON *section = json_new_object();
    json_add_text(section, "profile", json_text(options, "profile"));
    json_add_text(section, "conversation", json_text(options, "conversation"));
    json_add_node(section, "viewport", cJSON_Duplicate(json_at(options, "viewport"), true));
    json_add_number(section, "runs", json_number(options, "runs", 1.0));
    json_add_bool(section, "quick", json_bool(options, "quick", false));
    json_add_number(section, "cpu_throttle", json_number(options, "cpu_throttle", 1.0));
    const cJSON *network = json_at(options, "network");
    json_add_node(section, "network",
                  network != NULL ? cJSON_Duplicate(network, true) : cJSON_CreateNull());
    noise_to_json(raw, section, "noise");
    cJSON *variants = json_add_array(section, "variants");
    enum verdict worst = VERDICT_FINE;
    const cJSON *node = NULL;
    cJSON_ArrayForEach (node, json_at(options, "variants")) {
        worst = verdict_worse(worst, score_variant(options, raw, node, targets, variants));
    }
    json_add_text(section, "verdict", verdict_name(worst));
    return section;
}

double score_self_share(const cJSON *raw)
{
    double share = 0.0;
    const cJSON *file = NULL;
    cJSON_ArrayForEach (file, raw) {
        const cJSON *window = NULL;
        cJSON_ArrayForEach (window, json_at(file, "windows")) {
            share = fmax(share, json_number(window, "noise.self_share", 0.0));
        }
    }
    return share;
}
