/* What the first load painted and shifted: LCP with its element, FCP, TTFB, CLS. */
#include "cdp/collect/collect.h"

#include <math.h>

#define PAINT_MS 5000 /* headless delays the first paint by whole seconds now and then */

static const char *const metrics[] = { "lcp", "fcp", "ttfb", "cls", NULL };

static enum err gather(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    cJSON *args = json_new_object();
    json_add_number(args, "timeout_ms", PAINT_MS);
    cJSON *value = NULL;
    enum err err = page_run(context->journey->page, "cdp/js/vitals_read.js", args, &value, msg);
    if (err == ERR_OK && !json_bool(value, "watched", false)) {
        err = err_set(msg, ERR_NO_DATA, "the page's document was replaced after it had loaded");
    }
    if (err == ERR_OK) {
        json_add_node(raw, "vitals", value);
    } else {
        cJSON_Delete(value);
    }
    return err;
}

/* The largest sum of shifts in a session window: gaps under 1 s, at most 5 s long (web.dev,
 * "Evolving the CLS metric"). */
static double layout_shift(const cJSON *shifts)
{
    double worst = 0.0;
    double sum = 0.0;
    double first_ms = -(double)INFINITY;
    double last_ms = -(double)INFINITY;
    const cJSON *shift = NULL;
    cJSON_ArrayForEach (shift, shifts) {
        double at_ms = json_number(shift, "ms", 0.0);
        if (at_ms - last_ms >= 1000.0 || at_ms - first_ms >= 5000.0) {
            sum = 0.0;
            first_ms = at_ms;
        }
        last_ms = at_ms;
        sum += json_number(shift, "value", 0.0);
        worst = fmax(worst, sum);
    }
    return worst;
}

static void score(const cJSON *raw, const struct collect_stage *stage, struct samples *out)
{
    (void)stage;
    const cJSON *vitals = json_at(raw, "vitals");
    const cJSON *paints = json_at(vitals, "lcp");
    int count = cJSON_GetArraySize(paints);
    if (count > 0) {
        samples_add_from(out, "lcp", cJSON_GetArrayItem(paints, count - 1), "ms");
    } else {
        samples_none(out, "lcp", "the browser reported no largest paint");
    }
    samples_add_from(out, "fcp", vitals, "fcp_ms");
    samples_add_from(out, "ttfb", vitals, "ttfb_ms");
    const cJSON *shifts = json_at(vitals, "shifts");
    if (cJSON_IsArray(shifts)) {
        samples_add(out, "cls", layout_shift(shifts));
    } else {
        samples_none(out, "cls", "the browser gave no shifts");
    }
}

const struct collector collector_vitals = {
    .name = "vitals",
    .when = COLLECT_LOAD,
    .quick = true,
    .metrics = metrics,
    .gather = gather,
    .score = score,
};
