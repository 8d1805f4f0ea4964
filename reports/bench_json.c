/* Figures for those who draw them over the commits: github-action-benchmark and Bencher. */
#include <math.h>

#include "base/mem.h"
#include "reports/lines.h"
#include "reports/outputs.h"

struct bench {
    bool higher_is_better;
    cJSON *list;
    size_t count;
};

static void add_bench(void *arg, const struct line_figure *line)
{
    struct bench *bench = arg;
    if (line->higher_is_better != bench->higher_is_better) {
        return;
    }
    cJSON *node = json_push_object(bench->list);
    char *name = mem_format("%s: %s", line->subject, line->title);
    char *extra = mem_format("n %.0f", line->n);
    json_add_text(node, "name", name);
    json_add_text(node, "unit", line->unit);
    json_add_number(node, "value", line->value);
    if (isfinite(line->low) && isfinite(line->high)) {
        char *range = mem_format("%.6g to %.6g", line->low, line->high);
        json_add_text(node, "range", range);
        free(range);
    }
    json_add_text(node, "extra", extra);
    bench->count++;
    free(extra);
    free(name);
}

size_t output_bench_json(const struct report *report, bool higher_is_better, struct strbuf *out)
{
    struct bench bench = { higher_is_better, json_new_array(), 0 };
    lines_figures(report, add_bench, &bench);
    json_write(bench.list, true, out);
    strbuf_add_char(out, '\n');
    cJSON_Delete(bench.list);
    return bench.count;
}

static void add_bencher(void *arg, const struct line_figure *line)
{
    cJSON *root = arg;
    cJSON *subject = cJSON_GetObjectItemCaseSensitive(root, line->subject);
    if (subject == NULL) {
        subject = json_add_object(root, line->subject);
    }
    if (cJSON_GetObjectItemCaseSensitive(subject, line->name) != NULL) {
        return;
    }
    cJSON *node = json_add_object(subject, line->name);
    json_add_number(node, "value", line->value);
    if (isfinite(line->low) && isfinite(line->high)) {
        json_add_number(node, "lower_value", line->low);
        json_add_number(node, "upper_value", line->high);
    }
}

void output_bencher(const struct report *report, struct strbuf *out)
{
    cJSON *root = json_new_object();
    lines_figures(report, add_bencher, root);
    json_write(root, true, out);
    strbuf_add_char(out, '\n');
    cJSON_Delete(root);
}
