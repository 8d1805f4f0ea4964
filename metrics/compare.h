/* Whether a change made things worse: base against head, figure by figure.
 *
 * Counts (METRIC_GATE) hardly depend on the machine. A difference of their medians over both floors
 * of the metric is one when it stands above the spread: at least nine of ten pairs of a base and a
 * head value differ in its direction.
 *
 * Times (METRIC_PAIRED) differ when all of this holds: five values a side at least; a rank test
 * with p below 0.01 after Holm's correction over all tested times of the comparison; a difference
 * of the medians over 10 % (20 % when the sides were measured apart in time) and over the metric's
 * absolute floor; a 95 % bootstrap interval of the difference clear of 0; a host that was quiet
 * enough.
 *
 * What must not happen at all (a crash, a lost message: floors of zero) is worse as soon as one of
 * head's runs has it and none of base's.
 *
 * Where no difference can be claimed, "same" is claimed when the interval stays within 10 %
 * (counts) or 25 % (times) of base, or within the absolute floor; the line says within how much.
 * Otherwise it cannot be told. What a side lacks is NO DATA, and so is what
 * some of its runs or repetitions lack, unless the rest is worse already. Neither ever passes.
 *
 * A list that was virtualized and is not any more fails whatever else is found. */
#ifndef METRICS_COMPARE_H
#define METRICS_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "metrics/bootstrap.h"
#include "metrics/compare_side.h"
#include "metrics/virtualization.h"

#define COMPARE_ALPHA        0.01
#define COMPARE_LEVEL        0.95
#define COMPARE_VALUES_LEAST ((size_t)5) /* of a time, a side */

enum compare_state {
    COMPARE_WORSE,
    COMPARE_NO_DATA,
    COMPARE_CANNOT_TELL,
    COMPARE_BETTER,
    COMPARE_SAME,
    COMPARE_NOT_JUDGED, /* for reading only, or a time with too few values */
    COMPARE_STATES
};

const char *compare_state_name(enum compare_state state); /* "worse", "no_data" … as in JSON */

struct compare_line {
    const struct metric_def *def;
    const char *place;
    const struct compare_series *base; /* NULL: the side has no such figure */
    const struct compare_series *head;
    enum compare_state state;
    char word[24]; /* "slower", "faster", "more", "fewer", "same within 2 %", "cannot tell" … */
    char reason[240]; /* why it cannot be told or has no data, or what is worse beside the medians;
                       * empty otherwise */
    double base_median; /* NaN without data, as all that follows */
    double head_median;
    double change;         /* head ÷ base − 1; NaN where base is 0 */
    struct interval range; /* of the change when it is a number, else of the difference */
    bool range_is_change;
    double effect; /* see metrics/rank_test.h */
    double p;      /* corrected; NaN when no test was made */
};

struct compare_rules {
    uint64_t seed;    /* of the bootstrap */
    double alpha;     /* what p of a time must be below; 0: COMPARE_ALPHA */
    const char *only; /* comma-separated names of metrics; NULL: all */
};

enum compare_verdict {
    COMPARE_PASSES,
    COMPARE_FAILS,
    COMPARE_UNDECIDED
};

struct comparison {
    enum compare_verdict verdict;
    char reason[512];          /* one sentence */
    struct compare_line *line; /* worst first */
    size_t count;
    size_t states[COMPARE_STATES]; /* how many of each */
    bool has_lists;                /* browser runs: the two that follow */
    struct virtualization base_list;
    struct virtualization head_list;
    bool host_is_fine;
    char host[COMPARE_TEXT_BYTES]; /* why times are not judged; or what is known of the host */
    bool together;                 /* both sides come from the same runs, measured in turns */
    char incomplete[COMPARE_TEXT_BYTES];
};

/* ERR_USAGE when a name of `only` (may be NULL) is no metric's, with the nearest one. */
MUST_CHECK enum err compare_only_check(const char *only, struct err_msg *msg);

/* Compares two whole sides (slopes added). ERR_NO_DATA with the reason when their conditions
 * differ or neither side has a metric of `only`; ERR_USAGE as compare_only_check. The sides must
 * outlive the comparison; comparison_release frees. */
MUST_CHECK enum err compare_sides(const struct compare_side *base, const struct compare_side *head,
                                  const struct compare_rules *rules, struct comparison *out,
                                  struct err_msg *msg);
void comparison_release(struct comparison *comparison);

/* Whether more repetitions could still decide something: a time with values on both sides that
 * cannot be told although the host would allow it. */
bool comparison_wants_more(const struct comparison *comparison);

/* Where a figure stands, as words behind its title: " at 150 messages", " in the first load"; empty
 * for "per message". */
void compare_place_words(const char *place, bool is_messages, char *out, size_t bytes);

/* The section "compare" of a result, a new object. */
cJSON *comparison_to_json(const struct comparison *comparison);

#endif
