#include "metrics/histogram.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"

#define SUB_BITS  9
#define SUB_CELLS (UINT64_C(1) << SUB_BITS) /* cells of one power of two */
#define CELLS     (HISTOGRAM_BLOCKS * HISTOGRAM_BLOCK_CELLS)
/* n · percent/100 is taken to twelve digits: 99.9 % of 1000 is rank 999, whatever 99.9 is in
 * binary. */
#define RANK_SLACK 1e-12

static_assert(CELLS == (53 - SUB_BITS + 1) * SUB_CELLS, "one block too many or too few");

/* 2·SUB_CELLS values stand for themselves; above, the leading SUB_BITS+1 bits decide. */
static size_t cell_of(uint64_t value)
{
    if (value < 2 * SUB_CELLS) {
        return (size_t)value;
    }
    unsigned shift = 63U - (unsigned)__builtin_clzll(value) - SUB_BITS;
    return (size_t)(shift * SUB_CELLS + (value >> shift));
}

static uint64_t cell_low(size_t cell)
{
    if (cell < 2 * SUB_CELLS) {
        return cell;
    }
    unsigned shift = (unsigned)(cell / SUB_CELLS) - 1;
    return (cell - shift * SUB_CELLS) << shift;
}

static uint64_t cell_high(size_t cell)
{
    return cell_low(cell + 1) - 1;
}

static uint64_t cell_middle(size_t cell)
{
    return cell_low(cell) + (cell_high(cell) - cell_low(cell)) / 2;
}

void histogram_release(struct histogram *histogram)
{
    free(histogram->cells);
    free(histogram->bounds);
    memset(histogram, 0, sizeof *histogram);
}

void histogram_clear(struct histogram *histogram)
{
    histogram->count = 0;
    histogram->sum = 0;
    histogram->min = 0;
    histogram->max = 0;
    histogram->bound_count = 0;
    histogram->block_count = 0;
    memset(histogram->block_at, 0, sizeof histogram->block_at);
}

static uint64_t *block_for(struct histogram *histogram, size_t block)
{
    if (histogram->block_at[block] == 0) {
        size_t used = histogram->block_count * HISTOGRAM_BLOCK_CELLS;
        void *cells = histogram->cells;
        mem_reserve(&cells, &histogram->block_cap, used + HISTOGRAM_BLOCK_CELLS, sizeof(uint64_t));
        histogram->cells = cells;
        memset(histogram->cells + used, 0, HISTOGRAM_BLOCK_CELLS * sizeof(uint64_t));
        histogram->block_count++;
        histogram->block_at[block] = (uint16_t)histogram->block_count;
    }
    return histogram->cells + (histogram->block_at[block] - 1U) * HISTOGRAM_BLOCK_CELLS;
}

static uint64_t cell_count(const struct histogram *histogram, size_t cell)
{
    uint16_t at = histogram->block_at[cell / HISTOGRAM_BLOCK_CELLS];
    return at == 0
               ? 0
               : histogram->cells[(at - 1U) * HISTOGRAM_BLOCK_CELLS + cell % HISTOGRAM_BLOCK_CELLS];
}

static uint64_t add_capped(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

void histogram_add(struct histogram *histogram, uint64_t value)
{
    assert(value <= HISTOGRAM_VALUE_MAX);
    size_t cell = cell_of(value);
    block_for(histogram, cell / HISTOGRAM_BLOCK_CELLS)[cell % HISTOGRAM_BLOCK_CELLS]++;
    if (histogram->count == 0 || value < histogram->min) {
        histogram->min = value;
    }
    if (histogram->count == 0 || value > histogram->max) {
        histogram->max = value;
    }
    histogram->sum = add_capped(histogram->sum, value);
    histogram->count++;
}

static void add_bound(struct histogram *histogram, uint64_t at_least, uint64_t count)
{
    size_t at = 0;
    while (at < histogram->bound_count && histogram->bounds[at].at_least < at_least) {
        at++;
    }
    if (at < histogram->bound_count && histogram->bounds[at].at_least == at_least) {
        histogram->bounds[at].count += count;
        return;
    }
    void *bounds = histogram->bounds;
    mem_reserve(&bounds, &histogram->bound_cap, histogram->bound_count + 1,
                sizeof histogram->bounds[0]);
    histogram->bounds = bounds;
    memmove(histogram->bounds + at + 1, histogram->bounds + at,
            (histogram->bound_count - at) * sizeof histogram->bounds[0]);
    histogram->bounds[at] = (struct histogram_bound){ at_least, count };
    histogram->bound_count++;
}

void histogram_add_censored(struct histogram *histogram, uint64_t at_least)
{
    assert(at_least <= HISTOGRAM_VALUE_MAX);
    add_bound(histogram, at_least, 1);
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    assert(into != from);
    for (size_t i = 0; i < from->bound_count; i++) {
        add_bound(into, from->bounds[i].at_least, from->bounds[i].count);
    }
    if (from->count == 0) {
        return;
    }
    for (size_t block = 0; block < HISTOGRAM_BLOCKS; block++) {
        if (from->block_at[block] == 0) {
            continue;
        }
        const uint64_t *source = from->cells + (from->block_at[block] - 1U) * HISTOGRAM_BLOCK_CELLS;
        uint64_t *target = block_for(into, block);
        for (size_t i = 0; i < HISTOGRAM_BLOCK_CELLS; i++) {
            target[i] += source[i];
        }
    }
    into->min = into->count == 0 || from->min < into->min ? from->min : into->min;
    into->max = into->count == 0 || from->max > into->max ? from->max : into->max;
    into->sum = add_capped(into->sum, from->sum);
    into->count += from->count;
}

uint64_t histogram_censored(const struct histogram *histogram)
{
    uint64_t count = 0;
    for (size_t i = 0; i < histogram->bound_count; i++) {
        count += histogram->bounds[i].count;
    }
    return count;
}

uint64_t histogram_samples(const struct histogram *histogram)
{
    return histogram->count + histogram_censored(histogram);
}

/* The next filled cell from `*cursor` on, or CELLS. */
static size_t next_filled(const struct histogram *histogram, size_t cell)
{
    while (cell < CELLS) {
        if (histogram->block_at[cell / HISTOGRAM_BLOCK_CELLS] == 0) {
            cell = (cell / HISTOGRAM_BLOCK_CELLS + 1) * HISTOGRAM_BLOCK_CELLS;
        } else if (cell_count(histogram, cell) == 0) {
            cell++;
        } else {
            break;
        }
    }
    return cell < CELLS ? cell : CELLS;
}

bool histogram_next_cell(const struct histogram *histogram, size_t *cursor,
                         struct histogram_cell *out)
{
    size_t cell = next_filled(histogram, *cursor);
    if (cell == CELLS) {
        *cursor = cell;
        return false;
    }
    out->low = cell_low(cell);
    out->high = cell_high(cell);
    out->count = cell_count(histogram, cell);
    *cursor = cell + 1;
    return true;
}

/* The cell of the known sample of rank `rank` ≥ 1, or CELLS when there are fewer. */
static size_t cell_of_known(const struct histogram *histogram, uint64_t rank)
{
    uint64_t passed = 0;
    size_t cell = next_filled(histogram, 0);
    while (cell < CELLS) {
        passed += cell_count(histogram, cell);
        if (passed >= rank) {
            break;
        }
        cell = next_filled(histogram, cell + 1);
    }
    return cell;
}

/* The value of the known sample of that rank among the known ones. */
static uint64_t known_value(const struct histogram *histogram, uint64_t rank, size_t cell)
{
    if (rank == 1) {
        return histogram->min;
    }
    if (rank == histogram->count) {
        return histogram->max;
    }
    uint64_t middle = cell_middle(cell);
    if (middle < histogram->min) {
        return histogram->min;
    }
    return middle > histogram->max ? histogram->max : middle;
}

/* L of the header: the sample of rank `rank` with each censored one at its bound. Within one cell
 * the known samples come first. `*cell` is the cell of a known sample, or CELLS when the rank fell
 * on a censored one. */
static uint64_t lower_value(const struct histogram *histogram, uint64_t rank, size_t *cell)
{
    uint64_t known = 0;
    uint64_t censored = 0;
    size_t bound = 0;
    *cell = next_filled(histogram, 0);
    for (;;) {
        const struct histogram_bound *at =
            bound < histogram->bound_count ? &histogram->bounds[bound] : NULL;
        if (*cell < CELLS && (at == NULL || *cell <= cell_of(at->at_least))) {
            known += cell_count(histogram, *cell);
            if (known + censored >= rank) {
                return known_value(histogram, rank - censored, *cell);
            }
            *cell = next_filled(histogram, *cell + 1);
        } else {
            assert(at != NULL);
            censored += at->count;
            if (known + censored >= rank) {
                *cell = CELLS;
                return at->at_least;
            }
            bound++;
        }
    }
}

struct histogram_figure histogram_percentile(const struct histogram *histogram, double percent)
{
    uint64_t n = histogram_samples(histogram);
    assert(n > 0 && percent >= 0 && percent <= 100);
    double position = ceil((double)n * percent / 100 * (1 - RANK_SLACK));
    uint64_t rank = position < 1 ? 1 : (uint64_t)position;
    rank = rank > n ? n : rank;
    size_t cell = CELLS;
    uint64_t value = lower_value(histogram, rank, &cell);
    size_t upper = rank <= histogram->count ? cell_of_known(histogram, rank) : CELLS;
    return (struct histogram_figure){ (double)value, cell == CELLS || upper != cell };
}

struct histogram_figure histogram_mean(const struct histogram *histogram)
{
    assert(histogram_samples(histogram) > 0);
    double sum = (double)histogram->sum;
    for (size_t i = 0; i < histogram->bound_count; i++) {
        sum += (double)histogram->bounds[i].at_least * (double)histogram->bounds[i].count;
    }
    return (struct histogram_figure){ sum / (double)histogram_samples(histogram),
                                      histogram->bound_count > 0 };
}

struct histogram_figure histogram_min(const struct histogram *histogram)
{
    return histogram_percentile(histogram, 0);
}

struct histogram_figure histogram_max(const struct histogram *histogram)
{
    return histogram_percentile(histogram, 100);
}

uint64_t histogram_samples_needed(double percent)
{
    if (!(percent > 50 && percent < 100)) {
        return 1;
    }
    return (uint64_t)ceil(300 / (100 - percent) * (1 - RANK_SLACK));
}

void histogram_to_json(const struct histogram *histogram, cJSON *parent, const char *key)
{
    cJSON *node = json_add_object(parent, key);
    char sum[24];
    (void)snprintf(sum, sizeof sum, "%llu", (unsigned long long)histogram->sum);
    json_add_number(node, "count", (double)histogram->count);
    json_add_text(node, "sum", sum);
    if (histogram->count > 0) {
        json_add_number(node, "min", (double)histogram->min);
        json_add_number(node, "max", (double)histogram->max);
    }
    cJSON *cells = json_add_array(node, "cells");
    size_t behind = 0;
    for (size_t cell = next_filled(histogram, 0); cell < CELLS;
         cell = next_filled(histogram, cell + 1)) {
        json_push_number(cells, (double)(cell + 1 - behind));
        json_push_number(cells, (double)cell_count(histogram, cell));
        behind = cell + 1;
    }
    if (histogram->bound_count > 0) {
        cJSON *bounds = json_add_array(node, "at_least");
        for (size_t i = 0; i < histogram->bound_count; i++) {
            json_push_number(bounds, (double)histogram->bounds[i].at_least);
            json_push_number(bounds, (double)histogram->bounds[i].count);
        }
    }
}

/* A whole number from `low` to HISTOGRAM_VALUE_MAX. */
static bool take_whole(const cJSON *node, uint64_t low, uint64_t *out)
{
    if (!cJSON_IsNumber(node) || !(node->valuedouble >= (double)low) ||
        !(node->valuedouble <= (double)HISTOGRAM_VALUE_MAX) ||
        node->valuedouble != floor(node->valuedouble)) {
        return false;
    }
    *out = (uint64_t)node->valuedouble;
    return true;
}

static bool read_cells(const cJSON *array, struct histogram *out, uint64_t *total)
{
    uint64_t behind = 0;
    *total = 0;
    if (!cJSON_IsArray(array)) {
        return false;
    }
    for (const cJSON *node = array->child; node != NULL; node = node->next->next) {
        uint64_t distance = 0;
        uint64_t count = 0;
        if (!take_whole(node, 1, &distance) || distance > CELLS - behind ||
            !take_whole(node->next, 1, &count)) {
            return false;
        }
        behind += distance;
        size_t cell = (size_t)behind - 1;
        block_for(out, cell / HISTOGRAM_BLOCK_CELLS)[cell % HISTOGRAM_BLOCK_CELLS] = count;
        *total = add_capped(*total, count);
    }
    return true;
}

static bool read_bounds(const cJSON *array, struct histogram *out)
{
    if (array == NULL) {
        return true;
    }
    if (!cJSON_IsArray(array) || array->child == NULL) {
        return false;
    }
    for (const cJSON *node = array->child; node != NULL; node = node->next->next) {
        uint64_t at_least = 0;
        uint64_t count = 0;
        if (!take_whole(node, 0, &at_least) || !take_whole(node->next, 1, &count) ||
            (out->bound_count > 0 && at_least <= out->bounds[out->bound_count - 1].at_least)) {
            return false;
        }
        add_bound(out, at_least, count);
    }
    return true;
}

/* Whether the extremes lie in the outermost cells and the sum is one that such cells can have. */
static bool parts_agree(const struct histogram *histogram)
{
    if (histogram->count == 0) {
        return histogram->sum == 0;
    }
    double least = 0;
    double most = 0;
    size_t last = 0;
    for (size_t cell = next_filled(histogram, 0); cell < CELLS;
         cell = next_filled(histogram, cell + 1)) {
        double count = (double)cell_count(histogram, cell);
        least += count * (double)cell_low(cell);
        most += count * (double)cell_high(cell);
        last = cell;
    }
    double sum = (double)histogram->sum;
    bool sum_fits = histogram->sum == UINT64_MAX || sum <= most * (1 + RANK_SLACK);
    return histogram->min <= histogram->max &&
           cell_of(histogram->min) == next_filled(histogram, 0) &&
           cell_of(histogram->max) == last && sum >= fmin(least, 0x1p64) * (1 - RANK_SLACK) &&
           sum_fits;
}

enum err histogram_from_json(const cJSON *node, const char *name, struct histogram *out,
                             struct err_msg *msg)
{
    memset(out, 0, sizeof *out);
    const char *sum = json_text(node, "sum");
    uint64_t total = 0;
    if (!take_whole(json_at(node, "count"), 0, &out->count)) {
        return err_set(msg, ERR_FORMAT, "%s: a histogram needs \"count\", a whole number", name);
    }
    if (sum == NULL || !num_parse_u64(sum, &out->sum)) {
        return err_set(msg, ERR_FORMAT, "%s: a histogram needs \"sum\", a text of digits", name);
    }
    if (out->count > 0 && (!take_whole(json_at(node, "min"), 0, &out->min) ||
                           !take_whole(json_at(node, "max"), 0, &out->max))) {
        return err_set(msg, ERR_FORMAT, "%s: a histogram with samples needs \"min\" and \"max\"",
                       name);
    }
    if (!read_cells(json_at(node, "cells"), out, &total)) {
        return err_set(msg, ERR_FORMAT,
                       "%s: \"cells\" must be pairs of whole numbers (distance, count), from 1 on",
                       name);
    }
    if (!read_bounds(json_at(node, "at_least"), out)) {
        return err_set(msg, ERR_FORMAT,
                       "%s: \"at_least\" must be pairs (bound, count) of rising bounds", name);
    }
    if (total != out->count || !parts_agree(out)) {
        return err_set(msg, ERR_FORMAT, "%s: the cells contradict count, sum, min or max", name);
    }
    return ERR_OK;
}
