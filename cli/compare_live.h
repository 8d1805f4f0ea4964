/* The live comparison: base and head measured in turns by one `tmscdp measure` after another, each
 * in a process of its own, until a verdict stands or the time is over. In each repetition both are
 * visited once, in an order drawn anew, so that a drift of the machine falls on neither. */
#ifndef CLI_COMPARE_LIVE_H
#define CLI_COMPARE_LIVE_H

#include <stdint.h>

#include "base/err.h"
#include "base/loop.h"
#include "cli/compare_inputs.h"
#include "metrics/compare.h"

#define COMPARE_LIVE_BASE "base"
#define COMPARE_LIVE_HEAD "head"

struct compare_live {
    const char *base_url;
    const char *head_url;
    const char *dir;          /* of this comparison; blocks are made in it */
    const char *const *words; /* further options of `tmscdp measure` */
    size_t word_count;
    uint64_t first_runs; /* repetitions of the first block */
    uint64_t more_runs;  /* of each further one */
    uint64_t max_runs;   /* of all together */
    uint64_t max_time_ms;
    uint64_t seed;
    struct compare_rules rules;
};

/* Each look at the values is a chance for a false alarm: the α of all times that are looked at
 * together stays COMPARE_ALPHA when each of the looks that there may be has an equal part of it. */
double compare_live_alpha(uint64_t first_runs, uint64_t more_runs, uint64_t max_runs);

/* Measures. `*base` and `*head` name what was measured: the same run directories, one a block, and
 * the two variants; compare_live_release frees their paths, also after an error. The error of a
 * measurement that could not be made is the error here, with its sentence. */
MUST_CHECK enum err compare_live_run(struct loop *loop, const struct compare_live *live,
                                     struct compare_named *base, struct compare_named *head,
                                     struct err_msg *msg);

/* Frees the paths, which both sides share. */
void compare_live_release(struct compare_named *base, struct compare_named *head);

#endif
