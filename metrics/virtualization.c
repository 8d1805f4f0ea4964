#include "metrics/virtualization.h"

#include <math.h>

#include "base/mem.h"
#include "metrics/compare_figures.h"

#define SHARE_PLAIN  0.9 /* of the loaded messages are rendered: the list renders all of them */
#define SHARE_WINDOW 0.5

static const struct {
    const char *metric;
    double limit;
} traits[VIRTUALIZATION_SLOPES] = {
    { "dom_elements_list", VIRTUALIZATION_ELEMENTS }, { "dom_nodes", VIRTUALIZATION_NODES },
    { "listeners", VIRTUALIZATION_LISTENERS },        { "js_heap", VIRTUALIZATION_JS_HEAP },
    { "embedder_heap", VIRTUALIZATION_DOM_HEAP },
};

const char *virtualization_title(enum virtualization_kind kind)
{
    switch (kind) {
    case LIST_IS_VIRTUALIZED:
        return "virtualized";
    case LIST_IS_LEAKING:
        return "windowed but leaking";
    case LIST_IS_NOT_VIRTUALIZED:
        return "not virtualized";
    case LIST_IS_UNDECIDED:
        break;
    }
    return "undecided";
}

/* Over all repetitions of all numbers of messages. */
static void fit(const struct compare_side *side, const struct metric_def *def, struct slope *out)
{
    size_t total = 0;
    for (size_t i = 0; i < side->count; i++) {
        total += side->series[i].def == def ? side->series[i].count : 0;
    }
    double *x = mem_new_array(total, sizeof *x);
    double *y = mem_new_array(total, sizeof *y);
    size_t n = 0;
    for (size_t i = 0; i < side->count; i++) {
        const struct compare_series *series = &side->series[i];
        for (size_t k = 0; series->def == def && k < series->count; k++) {
            if (isfinite(series->loaded)) {
                x[n] = series->loaded;
                y[n] = series->values[k];
                n++;
            }
        }
    }
    slope_fit(x, y, n, out);
    free(x);
    free(y);
}

/* Where the whole interval lies: above the limit, below it, or 0 for neither. Two points have no
 * interval: they stand for themselves. */
static int place_of(const struct slope *slope, double limit)
{
    if (!slope->has_data) {
        return 0;
    }
    double low = slope->has_interval ? slope->low : slope->per_message;
    double high = slope->has_interval ? slope->high : slope->per_message;
    return low >= limit ? 1 : high < limit ? -1 : 0;
}

static void write_slope(const struct slope *slope, const char *what, double scale,
                        struct strbuf *out)
{
    strbuf_addf(out, "%.2f%s per loaded message", slope->per_message / scale, what);
    if (slope->has_interval) {
        strbuf_addf(out, " (95 %%: %.2f to %.2f, n = %zu)", slope->low / scale, slope->high / scale,
                    slope->n);
    } else {
        strbuf_addf(out, " (n = %zu)", slope->n);
    }
}

static const char *kind_of_thing(size_t trait, double *scale)
{
    static const char *const words[] = { " elements", " nodes", " listeners", " kB of JS heap",
                                         " kB of DOM heap" };
    *scale = trait >= 3 ? 1000.0 : 1.0;
    return words[trait];
}

static void add_trait(const struct virtualization *judged, size_t trait, struct strbuf *out)
{
    double scale = 1.0;
    const char *what = kind_of_thing(trait, &scale);
    write_slope(&judged->trait[trait].slope, what, scale, out);
}

static void judge_slopes(struct virtualization *out, struct strbuf *text)
{
    int list = place_of(&out->trait[0].slope, out->trait[0].limit);
    out->kind = list > 0   ? LIST_IS_NOT_VIRTUALIZED
                : list < 0 ? LIST_IS_VIRTUALIZED
                           : LIST_IS_UNDECIDED;
    strbuf_add_str(text, "the visible list has ");
    add_trait(out, 0, text);
    for (size_t i = 1; i < VIRTUALIZATION_SLOPES && list < 0; i++) {
        if (place_of(&out->trait[i].slope, out->trait[i].limit) > 0) {
            strbuf_add_str(text, out->kind == LIST_IS_LEAKING ? ", " : ", but the page keeps ");
            add_trait(out, i, text);
            out->kind = LIST_IS_LEAKING;
        }
    }
}

/* One number of messages only. */
static void judge_share(const struct compare_side *side, struct virtualization *out,
                        struct strbuf *text)
{
    const struct metric_def *def = metric_find("rendered_share");
    double most = -1.0;
    for (size_t i = 0; i < side->count; i++) {
        const struct compare_series *series = &side->series[i];
        for (size_t k = 0; series->def == def && k < series->count; k++) {
            most = fmax(most, series->values[k]);
        }
    }
    if (most < 0.0) {
        strbuf_add_str(text, "neither a slope nor the share of rendered messages was measured");
        return;
    }
    out->kind = most >= SHARE_PLAIN   ? LIST_IS_NOT_VIRTUALIZED
                : most < SHARE_WINDOW ? LIST_IS_VIRTUALIZED
                                      : LIST_IS_UNDECIDED;
    strbuf_addf(text,
                "%.0f %% of the loaded messages are rendered (one number of messages: no slope)",
                most * 100.0);
}

void virtualization_judge(const struct compare_side *side, struct virtualization *out)
{
    struct strbuf text = STRBUF_INIT;
    *out = (struct virtualization){ .kind = LIST_IS_UNDECIDED };
    for (size_t i = 0; i < VIRTUALIZATION_SLOPES; i++) {
        out->trait[i].def = compare_figure_slope_of(traits[i].metric);
        out->trait[i].limit = traits[i].limit;
        fit(side, metric_find(traits[i].metric), &out->trait[i].slope);
    }
    if (out->trait[0].slope.has_data) {
        judge_slopes(out, &text);
    } else {
        judge_share(side, out, &text);
    }
    (void)snprintf(out->text, sizeof out->text, "%s", strbuf_text(&text));
    strbuf_release(&text);
}

void virtualization_to_json(const struct virtualization *virtualization, cJSON *parent,
                            const char *key)
{
    cJSON *node = json_add_object(parent, key);
    json_add_text(node, "kind", virtualization_title(virtualization->kind));
    json_add_text(node, "text", virtualization->text);
    cJSON *slopes = json_add_object(node, "slopes");
    for (size_t i = 0; i < VIRTUALIZATION_SLOPES; i++) {
        const struct metric_def *def = virtualization->trait[i].def;
        slope_to_json(&virtualization->trait[i].slope, slopes, def->name);
        cJSON *slope = cJSON_GetObjectItemCaseSensitive(slopes, def->name);
        json_add_number(slope, "limit", virtualization->trait[i].limit);
    }
}
