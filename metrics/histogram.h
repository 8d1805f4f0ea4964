/* A histogram of whole, non-negative numbers (nanoseconds of latency, bytes of a body) that merges
 * exactly: log-linear cells as HdrHistogram has them (Tene; "HdrHistogram: A High Dynamic Range
 * Histogram"). Up to 1,024 each value has a cell of its own; above, every power of two is cut into
 * 512 cells of equal width. A quantile is the middle of its cell, so it is off by at most
 * (width / 2) / lowest = 1/1024 < 0.1 % of the value that a sorted list would give.
 *
 * Cells come in blocks of 64, allocated when first touched: 0.8 kB for an empty histogram, half a
 * kB for each touched block; latencies between 1 ms and 1 s touch 80 blocks at most. Adding costs
 * no allocation once a block is there.
 *
 * A sample that was given up on (a request that ran into its time-out) is censored: only that it
 * was at least so long is known. Censored samples are kept apart, under their exact bound, and
 * every figure says whether they make it a lower bound ("≥ 10 s"). Bounds should be few (the
 * configured time-outs): each distinct one costs 16 bytes.
 *
 * Count, sum, smallest and largest are exact. Everything but the cells' order in memory depends on
 * the multiset of samples alone: merged in any order and grouping, the JSON has the same bytes. */
#ifndef METRICS_HISTOGRAM_H
#define METRICS_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"

/* 2^53 − 1: whole numbers up to here are exact in JSON. In nanoseconds 104 days. */
#define HISTOGRAM_VALUE_MAX ((UINT64_C(1) << 53) - 1)

#define HISTOGRAM_BLOCK_CELLS ((size_t)64)
#define HISTOGRAM_BLOCKS      ((size_t)360)

struct histogram_bound {
    uint64_t at_least;
    uint64_t count;
};

/* All zero is an empty histogram. Fields are read through the functions below. */
struct histogram {
    uint64_t count; /* known samples, without the censored ones */
    uint64_t sum;   /* of the known samples; stays at UINT64_MAX once it would pass it */
    uint64_t min;   /* meaningless while count is 0 */
    uint64_t max;
    uint64_t *cells; /* owned: block_count × HISTOGRAM_BLOCK_CELLS counts */
    size_t block_count;
    size_t block_cap;
    struct histogram_bound *bounds; /* owned, rising */
    size_t bound_count;
    size_t bound_cap;
    uint16_t block_at[HISTOGRAM_BLOCKS]; /* 1 + position in cells; 0: not allocated */
};

void histogram_release(struct histogram *histogram);
void histogram_clear(struct histogram *histogram); /* empties it and keeps the memory */

/* `value` ≤ HISTOGRAM_VALUE_MAX (asserted). */
void histogram_add(struct histogram *histogram, uint64_t value);
/* A sample of which only `at_least` ≤ HISTOGRAM_VALUE_MAX is known. */
void histogram_add_censored(struct histogram *histogram, uint64_t at_least);

/* Adds all samples of `from`. */
void histogram_merge(struct histogram *into, const struct histogram *from);

uint64_t histogram_samples(const struct histogram *histogram);  /* known and censored */
uint64_t histogram_censored(const struct histogram *histogram); /* the censored ones */

/* A figure that censored samples may have turned into a lower bound. */
struct histogram_figure {
    double value;
    bool at_least; /* the true figure is `value` or more */
};

/* The percentile, 0 ≤ percent ≤ 100, by nearest rank: the sample of rank max(1, ⌈n · percent/100⌉)
 * among all n samples, known and censored, n ≥ 1. Rank 1 and rank n are the exact smallest and
 * largest. (k6 interpolates between two ranks; with the samples that samples_needed asks for, the
 * two differ by less than one rank.)
 * With censored samples: L, the sample of that rank when each censored sample stands at its bound,
 * and U, when they all stand at infinity, enclose the truth. Where both fall into one cell the
 * figure is that value, otherwise it is "at least L". */
struct histogram_figure histogram_percentile(const struct histogram *histogram, double percent);

/* Arithmetic mean; a lower bound as soon as one sample is censored. n ≥ 1. */
struct histogram_figure histogram_mean(const struct histogram *histogram);
struct histogram_figure histogram_min(const struct histogram *histogram); /* n ≥ 1 */
struct histogram_figure histogram_max(const struct histogram *histogram); /* n ≥ 1 */

/* The samples below which a percentile is not worth printing: three must lie beyond it, so
 * ⌈300 / (100 − percent)⌉ for 50 < percent < 100 (60 for the 95th, 300 for the 99th), otherwise 1.
 */
uint64_t histogram_samples_needed(double percent);

/* Walks over the filled cells upwards: `*cursor` starts at 0; false when there are no more. Values
 * in a cell are low ≤ value ≤ high. */
struct histogram_cell {
    uint64_t low;
    uint64_t high;
    uint64_t count;
};
bool histogram_next_cell(const struct histogram *histogram, size_t *cursor,
                         struct histogram_cell *out);

/* {"count","sum","min","max","cells","at_least"} under `key`: sum is a text of digits (it may pass
 * 2^53); min and max are left out when count is 0. "cells" is flat pairs of (distance from the
 * filled cell before, or from −1; count), "at_least" flat pairs (bound, count), left out when
 * empty.
 */
void histogram_to_json(const struct histogram *histogram, cJSON *parent, const char *key);

/* From the node that histogram_to_json added; `name` is for the sentence; `*out` must be empty or
 * released and is the caller's to release, also after an error. ERR_FORMAT when a figure is
 * missing, out of range, or the parts contradict each other. */
MUST_CHECK enum err histogram_from_json(const cJSON *node, const char *name, struct histogram *out,
                                        struct err_msg *msg);

#endif
