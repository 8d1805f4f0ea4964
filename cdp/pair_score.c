#include "cdp/pair_score.h"

#include <math.h>
#include <string.h>

#include "cdp/collect/collect.h"
#include "metrics/stats.h"

#define PAGES_MAX ((size_t)64)

static void add_median(const struct samples *samples, const char *metric, const char *key,
                       cJSON *out)
{
    for (size_t i = 0; i < samples->count; i++) {
        const struct sample_list *list = &samples->lists[i];
        if (strcmp(list->def->name, metric) == 0 && list->count > 0) {
            json_add_number(out, key, stats_median(list->values, list->count));
        }
    }
}

static void add_scroll(const cJSON *raw, cJSON *out)
{
    static const char *const wanted[] = { "raf_fps", "scroll_fps", "longest_gap_ms", "scroll_ms" };
    const cJSON *readings = json_at(raw, "scroll");
    struct samples samples = { NULL, 0, 0 };
    if (readings == NULL || json_text(readings, "error") != NULL) {
        return;
    }
    const struct collect_stage stage = { .loaded = json_number(raw, "loaded", 0.0) };
    collector_scroll.score(readings, &stage, &samples);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        add_median(&samples, wanted[i], wanted[i], out);
    }
    samples_release(&samples);
}

static void add_older(const cJSON *raw, cJSON *out)
{
    double ms[PAGES_MAX];
    size_t count = 0;
    const cJSON *page = NULL;
    cJSON_ArrayForEach (page, json_at(raw, "older")) {
        double from = json_number(page, "requested_s", (double)NAN);
        double to = json_number(page, "painted_s", (double)NAN);
        if (isfinite(to - from) && count < PAGES_MAX) {
            ms[count++] = (to - from) * 1000.0;
        }
    }
    if (count > 0) {
        json_add_number(out, "older_ms", stats_median(ms, count));
    }
}

cJSON *pair_score(const cJSON *raw)
{
    cJSON *out = json_new_object();
    double lcp_ms = json_number(raw, "lcp_ms", (double)NAN);
    double main_s = json_number(raw, "after.ThreadTime", (double)NAN) -
                    json_number(raw, "before.ThreadTime", (double)NAN);
    double window_s = json_number(raw, "window_s", 0.0);
    if (isfinite(lcp_ms)) {
        json_add_number(out, "lcp_ms", lcp_ms);
    }
    add_older(raw, out);
    add_scroll(raw, out);
    if (isfinite(main_s) && window_s > 0.0) {
        json_add_number(out, "window_main_share", main_s / window_s);
    }
    return out;
}
