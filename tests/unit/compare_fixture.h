/* Sides of a comparison, filled by hand or from small results. */
#ifndef TESTS_UNIT_COMPARE_FIXTURE_H
#define TESTS_UNIT_COMPARE_FIXTURE_H

#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "metrics/compare.h"
#include "metrics/compare_figures.h"

/* A browser side of one run on a quiet machine. */
static inline void fixture_side(struct compare_side *side, const char *run)
{
    compare_side_init(side);
    compare_side_condition(side, "command", "measure");
    cJSON *node = json_push_object(side->runs);
    json_add_text(node, "id", run);
    json_add_text(side->host, "cpu", "a cpu");
    json_add_number(side->host, "cores", 2);
    side->busy_low = 0.4;
    side->busy_high = 0.4;
}

static inline struct compare_series *fixture_series(struct compare_side *side, const char *metric,
                                                    const char *place)
{
    struct compare_series *series = compare_side_series(side, compare_figure_find(metric), place);
    double messages = 0;
    for (const char *at = place; *at >= '0' && *at <= '9'; at++) {
        messages = messages * 10 + (*at - '0');
    }
    if (messages > 0) {
        series->messages = messages;
        series->loaded = messages;
    }
    return series;
}

static inline void fixture_add(struct compare_side *side, const char *metric, const char *place,
                               const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        compare_series_add(fixture_series(side, metric, place), values[i]);
    }
}

/* Eight values around `middle`, spread by the share `spread` to both sides. */
static inline void fixture_spread(struct compare_side *side, const char *metric, const char *place,
                                  double middle, double spread, struct rng *rng)
{
    for (size_t i = 0; i < 8; i++) {
        double value = middle * (1.0 + spread * (2.0 * rng_unit(rng) - 1.0));
        compare_series_add(fixture_series(side, metric, place), value);
    }
}

static inline const struct compare_line *fixture_line(const struct comparison *comparison,
                                                      const char *metric, const char *place)
{
    for (size_t i = 0; i < comparison->count; i++) {
        const struct compare_line *line = &comparison->line[i];
        if (strcmp(line->def->name, metric) == 0 && strcmp(line->place, place) == 0) {
            return line;
        }
    }
    fail_msg("no line %s at %s", metric, place);
    abort();
}

/* Compares; the sides have their slopes added. */
static inline void fixture_compare(struct compare_side *base, struct compare_side *head,
                                   struct comparison *out)
{
    struct err_msg msg = { "" };
    const struct compare_rules rules = { .seed = 1 };
    compare_side_add_slopes(base);
    compare_side_add_slopes(head);
    assert_int_equal(compare_sides(base, head, &rules, out, &msg), ERR_OK);
}

static inline cJSON *fixture_parse(const char *quoted)
{
    struct strbuf text = STRBUF_INIT;
    struct err_msg msg = { "" };
    cJSON *root = NULL;
    strbuf_add_str(&text, quoted);
    for (char *at = strchr(text.data, '\''); at != NULL; at = strchr(at, '\'')) {
        *at = '"';
    }
    if (json_parse(text.data, text.len, "fixture", &root, &msg) != ERR_OK) {
        fail_msg("%s", msg.text);
    }
    strbuf_release(&text);
    return root;
}

#endif
