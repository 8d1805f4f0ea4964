/* The judgement of single lines of a comparison, for metrics/compare.c only. */
#ifndef METRICS_COMPARE_JUDGE_H
#define METRICS_COMPARE_JUDGE_H

#include "metrics/compare.h"

struct compare_judging {
    uint64_t seed;
    double alpha;
    bool host_is_fine;
    const char *host; /* why not */
    bool together;
};

/* Medians, change, interval, effect, and for times with enough values the plain p. */
void compare_line_measure(struct compare_line *line, const struct compare_judging *judging);

/* The state and its words; p is corrected by now. */
void compare_line_judge(struct compare_line *line, const struct compare_judging *judging);

#endif
