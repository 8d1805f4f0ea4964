#include "backend/figures.h"

static const struct {
    const char *name;
    double percent;
} percentiles[] = { { "med", 50 }, { "p90", 90 }, { "p95", 95 }, { "p99", 99 } };

static void add(cJSON *node, cJSON **bounds, const char *name, struct histogram_figure figure,
                double unit)
{
    json_add_number(node, name, figure.value / unit);
    if (figure.at_least) {
        if (*bounds == NULL) {
            *bounds = json_new_array();
        }
        json_push_text(*bounds, name);
    }
}

void figures_to_json(const struct histogram *histogram, double unit, cJSON *parent, const char *key)
{
    uint64_t n = histogram_samples(histogram);
    cJSON *node = json_add_object(parent, key);
    cJSON *bounds = NULL;
    json_add_number(node, "n", (double)n);
    if (n == 0) {
        return;
    }
    add(node, &bounds, "avg", histogram_mean(histogram), unit);
    add(node, &bounds, "min", histogram_min(histogram), unit);
    for (size_t i = 0; i < sizeof percentiles / sizeof percentiles[0]; i++) {
        if (n >= histogram_samples_needed(percentiles[i].percent)) {
            add(node, &bounds, percentiles[i].name,
                histogram_percentile(histogram, percentiles[i].percent), unit);
        }
    }
    add(node, &bounds, "max", histogram_max(histogram), unit);
    if (bounds != NULL) {
        json_add_node(node, "at_least", bounds);
    }
    if (histogram_censored(histogram) > 0) {
        json_add_number(node, "timed_out", (double)histogram_censored(histogram));
    }
}
