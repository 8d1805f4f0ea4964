#include "metrics/compare_judge.h"

#include <math.h>
#include <stdarg.h>

#include "metrics/compare_figures.h"
#include "metrics/rank_test.h"
#include "metrics/stats.h"

#define EFFECT_CLEAR       0.9 /* of the pairs differ in one direction */
#define SAME_COUNTS        0.10
#define SAME_TIMES         0.25
#define TIMES_APART_CHANGE 0.20

static bool has_values(const struct compare_series *series)
{
    return series != NULL && series->count > 0;
}

static bool is_time(const struct compare_line *line)
{
    return line->def->use == METRIC_PAIRED;
}

/* Figures that the gate does not look at are shown without a judgement. */
static bool is_for_reading(const struct compare_line *line)
{
    return line->def->use == METRIC_REPORT || line->def->better == METRIC_NEITHER;
}

static bool has_enough(const struct compare_line *line)
{
    return line->base->count >= COMPARE_VALUES_LEAST && line->head->count >= COMPARE_VALUES_LEAST;
}

static void say(struct compare_line *line, enum compare_state state, const char *word,
                const char *format, ...) PRINTF_LIKE(4, 5);

static void say(struct compare_line *line, enum compare_state state, const char *word,
                const char *format, ...)
{
    va_list args;
    line->state = state;
    (void)snprintf(line->word, sizeof line->word, "%s", word);
    va_start(args, format);
    (void)vsnprintf(line->reason, sizeof line->reason, format, args);
    va_end(args);
}

void compare_line_measure(struct compare_line *line, const struct compare_judging *judging)
{
    const struct compare_series *base = line->base;
    const struct compare_series *head = line->head;
    line->base_median = has_values(base) ? stats_median(base->values, base->count) : (double)NAN;
    line->head_median = has_values(head) ? stats_median(head->values, head->count) : (double)NAN;
    line->change = (double)NAN;
    line->p = (double)NAN;
    line->range = (struct interval){ (double)NAN, (double)NAN };
    line->effect = (double)NAN;
    if (!has_values(base) || !has_values(head)) {
        return;
    }
    struct rank_test test;
    rank_test(base->values, base->count, head->values, head->count, &test);
    struct bootstrap_change change = bootstrap_change(base->values, base->count, head->values,
                                                      head->count, COMPARE_LEVEL, judging->seed);
    line->effect = test.effect;
    line->range = change.difference;
    /* A share of next to nothing says nothing. */
    if (change.has_ratio && line->base_median > compare_floor_of(line->def).absolute) {
        line->range_is_change = true;
        line->change = line->head_median / line->base_median - 1.0;
        line->range = (struct interval){ change.ratio.low - 1.0, change.ratio.high - 1.0 };
    }
    if (is_time(line) && !is_for_reading(line) && has_enough(line)) {
        line->p = test.p;
    }
}

/* Over both floors. */
static bool is_large(const struct compare_line *line, bool together)
{
    struct compare_floor floor = compare_floor_of(line->def);
    if (is_time(line) && !together) {
        floor.relative = fmax(floor.relative, TIMES_APART_CHANGE);
    }
    double difference = fabs(line->head_median - line->base_median);
    return difference > floor.absolute && difference > floor.relative * fabs(line->base_median);
}

static bool is_clear_of_none(const struct compare_line *line)
{
    return line->range.low > 0.0 || line->range.high < 0.0;
}

/* The largest relative difference that the interval allows; NaN without a base to relate to. */
static double widest(const struct compare_line *line)
{
    return line->range_is_change ? fmax(fabs(line->range.low), fabs(line->range.high))
                                 : (double)NAN;
}

static bool is_within_floor(const struct compare_line *line)
{
    double scale = line->range_is_change ? fabs(line->base_median) : 1.0;
    double most = fmax(fabs(line->range.low), fabs(line->range.high)) * scale;
    return most <= compare_floor_of(line->def).absolute;
}

static void say_same(struct compare_line *line)
{
    char word[24];
    double most = widest(line);
    if (!isfinite(most) || most <= 0.0 || most >= 10.0) {
        (void)snprintf(word, sizeof word, "same");
    } else if (most < 0.02) {
        (void)snprintf(word, sizeof word, "same within %.1f %%", ceil(most * 1000.0) / 10.0);
    } else {
        (void)snprintf(word, sizeof word, "same within %.0f %%", ceil(most * 100.0));
    }
    say(line, COMPARE_SAME, word, "%s", "");
}

static void say_different(struct compare_line *line)
{
    bool more = line->head_median > line->base_median;
    bool worse = (line->def->better == METRIC_LOWER) == more;
    bool is_speed = strcmp(line->def->unit, "ms") == 0 || strcmp(line->def->unit, "fps") == 0;
    const char *word = is_speed ? (worse ? "slower" : "faster") : (more ? "more" : "fewer");
    say(line, worse ? COMPARE_WORSE : COMPARE_BETTER, word, "%s", "");
}

static double most_of(const struct compare_series *series)
{
    return stats_quantile(series->values, series->count, 1.0);
}

/* What must not happen at all, a crash or a lost message, in more runs than the median shows. */
static bool is_worst_in_head(const struct compare_line *line)
{
    struct compare_floor floor = compare_floor_of(line->def);
    return line->def->better == METRIC_LOWER && floor.relative <= 0.0 && floor.absolute <= 0.0 &&
           most_of(line->head) > most_of(line->base);
}

/* Once is enough where base has none. Where base has some, the larger of two worst runs may be
 * chance, but it is not the same. */
static void judge_worst(struct compare_line *line)
{
    double base = most_of(line->base);
    size_t runs = 0;
    for (size_t i = 0; i < line->head->count; i++) {
        runs += line->head->values[i] > base ? 1 : 0;
    }
    if (base <= 0.0) {
        say(line, COMPARE_WORSE, "more", "in %zu of %zu runs of head, in none of %zu of base", runs,
            line->head->count, line->base->count);
    } else {
        say(line, COMPARE_CANNOT_TELL, "cannot tell",
            "%zu of %zu runs of head have more than any of base (%g and %g at most)", runs,
            line->head->count, most_of(line->head), base);
    }
}

static void judge_count(struct compare_line *line)
{
    bool more = line->head_median > line->base_median;
    double effect = more ? line->effect : 1.0 - line->effect;
    bool is_worst = is_worst_in_head(line);
    if (is_large(line, true) && effect >= EFFECT_CLEAR && (more || !is_worst)) {
        say_different(line);
    } else if (is_worst) {
        judge_worst(line);
    } else if (widest(line) <= SAME_COUNTS || is_within_floor(line)) {
        say_same(line);
    } else {
        say(line, COMPARE_CANNOT_TELL, "cannot tell",
            "its values spread too much: %.0f %% of all pairs differ in the direction of the "
            "medians, %.0f %% are wanted",
            effect * 100.0, EFFECT_CLEAR * 100.0);
    }
}

static void judge_time(struct compare_line *line, const struct compare_judging *judging)
{
    bool large = is_large(line, judging->together);
    bool clear = is_clear_of_none(line);
    if (!judging->host_is_fine) {
        say(line, COMPARE_CANNOT_TELL, "cannot tell", "%s", judging->host);
    } else if (large && clear && line->p < judging->alpha) {
        say_different(line);
    } else if (is_within_floor(line) || (widest(line) <= SAME_TIMES && !(large && clear))) {
        say_same(line);
    } else if (large && clear) {
        say(line, COMPARE_CANNOT_TELL, "cannot tell",
            "a difference that is not sure yet: p is %.2g and must be below %g", line->p,
            judging->alpha);
    } else {
        say(line, COMPARE_CANNOT_TELL, "cannot tell",
            "its values spread too much for %zu and %zu repetitions", line->base->count,
            line->head->count);
    }
}

/* A time that cannot exist at this place exists on neither side, for one reason. */
static bool is_of_neither(const struct compare_line *line)
{
    return is_time(line) && line->base != NULL && line->head != NULL && !has_values(line->base) &&
           !has_values(line->head) && strcmp(line->base->reason, line->head->reason) == 0;
}

static void judge_missing(struct compare_line *line)
{
    const struct compare_series *missing = !has_values(line->base) ? line->base : line->head;
    const char *side = !has_values(line->base) ? "base" : "head";
    const char *reason = missing == NULL              ? "not measured"
                         : missing->reason[0] != '\0' ? missing->reason
                                                      : "no value";
    if (is_of_neither(line)) {
        say(line, COMPARE_NOT_JUDGED, "on neither side", "%s", reason);
    } else {
        say(line, COMPARE_NO_DATA, "NO DATA", "%s: %s", side, reason);
    }
}

static void judge_values(struct compare_line *line, const struct compare_judging *judging)
{
    if (!is_time(line)) {
        judge_count(line);
    } else if (!has_enough(line)) {
        say(line, COMPARE_NOT_JUDGED, "not judged",
            "a time needs %zu repetitions a side and has %zu and %zu", COMPARE_VALUES_LEAST,
            line->base->count, line->head->count);
    } else {
        judge_time(line, judging);
    }
}

/* The values that a run lacks may be its worst: of the others only "worse" can be said. */
static void doubt_a_part(struct compare_line *line)
{
    const struct compare_series *part = line->head->missing ? line->head : line->base;
    bool would_pass = line->state != COMPARE_WORSE && line->state != COMPARE_CANNOT_TELL;
    if (part->missing && would_pass) {
        say(line, COMPARE_NO_DATA, "NO DATA", "%s: %s", part == line->head ? "head" : "base",
            part->reason[0] != '\0' ? part->reason : "a run has no value");
    }
}

void compare_line_judge(struct compare_line *line, const struct compare_judging *judging)
{
    if (is_for_reading(line)) {
        say(line, COMPARE_NOT_JUDGED, "for reading", "%s", "");
    } else if (!has_values(line->base) || !has_values(line->head)) {
        judge_missing(line);
    } else {
        judge_values(line, judging);
        doubt_a_part(line);
    }
}
