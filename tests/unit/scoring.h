/* Scoring one collector's readings, for the tests of what they mean. */
#ifndef TESTS_UNIT_SCORING_H
#define TESTS_UNIT_SCORING_H

#include "tests/unit/test.h"

#include <math.h>
#include <string.h>

#include "base/strbuf.h"
#include "cdp/collect/collect.h"

/* Scores one collector's readings, given as JSON with single quotes. */
static inline struct samples score(const struct collector *collector, const char *quoted,
                                   double loaded)
{
    struct samples samples = { NULL, 0, 0 };
    struct collect_stage stage = { .loaded = loaded };
    struct strbuf text = STRBUF_INIT;
    strbuf_add_str(&text, quoted);
    for (char *at = strchr(text.data, '\''); at != NULL; at = strchr(at, '\'')) {
        *at = '"';
    }
    cJSON *raw = cJSON_Parse(text.data);
    assert_non_null(raw);
    collector->score(raw, &stage, &samples);
    cJSON_Delete(raw);
    strbuf_release(&text);
    return samples;
}

static inline const struct sample_list *list_of(const struct samples *samples, const char *metric)
{
    for (size_t i = 0; i < samples->count; i++) {
        if (strcmp(samples->lists[i].def->name, metric) == 0) {
            return &samples->lists[i];
        }
    }
    fail_msg("no %s was scored", metric);
    abort();
}

static inline void expect(const struct samples *samples, const char *metric, double want)
{
    const struct sample_list *list = list_of(samples, metric);
    if (list->count != 1 || fabs(list->values[0] - want) > 1e-9) {
        fail_msg("%s: %zu values, %s", metric, list->count, list->reason);
    }
}

static inline void expect_none(const struct samples *samples, const char *metric, const char *words)
{
    const struct sample_list *list = list_of(samples, metric);
    if (list->count != 0 || strstr(list->reason, words) == NULL) {
        fail_msg("%s: %zu values, \"%s\"", metric, list->count, list->reason);
    }
}

#endif
