#include "cdp/summary.h"

#include "metrics/metric.h"
#include "metrics/verdict.h"

#define CELL_BYTES ((size_t)64)

enum source {
    FROM_NAME,
    FROM_MESSAGES,
    FROM_STAGE, /* a metric of the stage */
    FROM_LOAD,  /* a metric of the first load: in the first row only */
    FROM_SLOPE, /* of the variant: in the last row only */
    FROM_VERDICT
};

struct column {
    const char *title;
    enum source source;
    const char *metric;
    int width;
};

static const struct column columns[] = {
    { "variant", FROM_NAME, NULL, -14 },
    { "messages", FROM_MESSAGES, NULL, 8 },
    { "elements", FROM_STAGE, "dom_elements", 8 },
    { "visible", FROM_STAGE, "dom_elements_visible", 8 },
    { "list", FROM_STAGE, "dom_elements_list", 8 },
    { "nodes", FROM_STAGE, "dom_nodes", 8 },
    { "heap", FROM_STAGE, "js_heap", 8 },
    { "storm FPS", FROM_STAGE, "storm_fps", 9 },
    { "LCP", FROM_LOAD, "lcp", 8 },
    { "list/msg", FROM_SLOPE, "dom_elements_list", 8 },
    { "verdict", FROM_VERDICT, NULL, -10 },
};

#define COLUMN_COUNT (sizeof columns / sizeof columns[0])

/* A row's place in the result. */
struct row {
    const cJSON *variant;
    const cJSON *stage;
    bool first;
    bool last;
};

static void metric_cell(const cJSON *metrics, const char *name, char *out)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(metrics, name);
    struct metric_value value;
    struct err_msg unread = { "" };
    if (metric_from_json(node, name, &value, &unread) == ERR_OK && value.has_data) {
        metric_format(value.def, value.median, out, CELL_BYTES);
    } else {
        (void)snprintf(out, CELL_BYTES, "NO DATA");
    }
}

static void slope_cell(const cJSON *variant, const char *metric, char *out)
{
    const cJSON *slope = cJSON_GetObjectItemCaseSensitive(json_at(variant, "slopes"), metric);
    const cJSON *number = json_at(slope, "per_message");
    if (cJSON_IsNumber(number)) {
        (void)snprintf(out, CELL_BYTES, "%+.2f", number->valuedouble);
    } else {
        (void)snprintf(out, CELL_BYTES, "-");
    }
}

static const char *title_of(const char *verdict_in_json)
{
    enum verdict verdict = VERDICT_NO_DATA;
    if (verdict_in_json == NULL || !verdict_from_name(verdict_in_json, &verdict)) {
        return "?";
    }
    return verdict_title(verdict);
}

static void fill_cell(const struct column *column, const struct row *row, char *out)
{
    out[0] = '\0';
    switch (column->source) {
    case FROM_NAME:
        (void)snprintf(out, CELL_BYTES, "%s", json_text(row->variant, "name"));
        break;
    case FROM_MESSAGES:
        (void)snprintf(out, CELL_BYTES, "%.0f", json_number(row->stage, "messages", 0.0));
        break;
    case FROM_STAGE:
        metric_cell(json_at(row->stage, "metrics"), column->metric, out);
        break;
    case FROM_LOAD:
        if (row->first) {
            metric_cell(json_at(row->variant, "load.metrics"), column->metric, out);
        }
        break;
    case FROM_SLOPE:
        if (row->last) {
            slope_cell(row->variant, column->metric, out);
        }
        break;
    case FROM_VERDICT:
        (void)snprintf(out, CELL_BYTES, "%s", title_of(json_text(row->stage, "verdict.verdict")));
        break;
    }
}

static void trim_end(struct strbuf *out)
{
    while (out->len > 0 && out->data[out->len - 1] == ' ') {
        out->data[--out->len] = '\0';
    }
    strbuf_add_char(out, '\n');
}

static void write_row(const struct row *row, struct strbuf *out)
{
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        char cell[CELL_BYTES];
        fill_cell(&columns[i], row, cell);
        strbuf_addf(out, "%*s  ", columns[i].width, cell);
    }
    trim_end(out);
}

static void write_reasons(const cJSON *variant, const cJSON *stage, struct strbuf *out)
{
    const cJSON *reason = NULL;
    cJSON_ArrayForEach (reason, json_at(stage, "verdict.reasons")) {
        const char *verdict = json_text(reason, "verdict");
        if (verdict != NULL && strcmp(verdict, verdict_name(VERDICT_FINE)) != 0) {
            strbuf_addf(out, "  %s at %.0f: %s\n", json_text(variant, "name"),
                        json_number(stage, "messages", 0.0), json_text(reason, "text"));
        }
    }
}

/* When it matters: some of the measured windows were too noisy. */
static void write_noise(const cJSON *section, struct strbuf *out)
{
    const cJSON *noise = json_at(section, "noise");
    double noisy = json_number(noise, "noisy", 0.0);
    if (noisy > 0.0) {
        strbuf_addf(out,
                    "\nThe machine was too noisy in %.0f of %.0f measured windows (others used up "
                    "to %.1f of %.0f\ncores): times and frame rates are worth less; counts and "
                    "memory stand.\n",
                    noisy, json_number(noise, "windows", 0.0),
                    json_number(noise, "others_cores_max", 0.0), json_number(noise, "cores", 0.0));
    }
}

void summary_write(const cJSON *section, struct strbuf *out)
{
    struct strbuf reasons = STRBUF_INIT;
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        strbuf_addf(out, "%*s  ", columns[i].width, columns[i].title);
    }
    trim_end(out);
    const cJSON *variant = NULL;
    cJSON_ArrayForEach (variant, json_at(section, "variants")) {
        const cJSON *stages = json_at(variant, "stages");
        const cJSON *stage = NULL;
        cJSON_ArrayForEach (stage, stages) {
            struct row row = {
                .variant = variant,
                .stage = stage,
                .first = stage->prev->next == NULL, /* cJSON: the first one's prev is the last */
                .last = stage->next == NULL,
            };
            write_row(&row, out);
            write_reasons(variant, stage, &reasons);
        }
    }
    if (reasons.len > 0) {
        strbuf_addf(out, "\n%s", reasons.data);
    }
    write_noise(section, out);
    strbuf_release(&reasons);
}
