/* The protocol of a browser measurement: repetition by repetition every variant once, in an order
 * drawn anew from the seed, each in a browser context of its own; in it the first load, then every
 * count of messages in rising order. Readings are written to the run directory as soon as a stage
 * is done, so that whatever ends us leaves what was measured until then.
 *
 * What happens to the page (a count that cannot be reached, a crash, a killed browser) is data and
 * stands in the result. An error is what keeps a measurement from being one: no browser, no login,
 * a disk that is full, an interruption. */
#ifndef CDP_MEASURE_H
#define CDP_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/loop.h"
#include "cdp/destination.h"
#include "cdp/live.h"
#include "cdp/network.h"
#include "cdp/profile.h"

#define MEASURE_COUNTS_MAX   ((size_t)32)
#define MEASURE_VARIANTS_MAX ((size_t)16)

struct measure_variant {
    char *name;      /* letters, digits, "-", "_": it becomes part of file names */
    const char *url; /* as given, for the result */
    struct destination destination;
};

struct measure_plan {
    const struct profile *profile;
    const char *profile_name;
    const char *conversation;
    const char *token;
    const char *api_url;
    uint64_t counts[MEASURE_COUNTS_MAX]; /* rising */
    size_t count_count;
    struct measure_variant variants[MEASURE_VARIANTS_MAX];
    size_t variant_count;
    uint64_t runs;
    uint64_t seed; /* of the variants' order */
    bool quick;    /* only the collectors that are exact, or short and needed by a target */
    unsigned cpu_throttle;
    const struct network_profile *network; /* NULL: as it is */
    struct live_plan live;
    uint64_t timeout_ms; /* of the first load and of each stage */
    unsigned width;
    unsigned height;
    const char *runs_dir;
    const char *chrome_path;
    const char *chrome_flags;
    bool headed;
};

struct measure_outcome {
    char *dir;     /* of the run; NULL when not even that could be made */
    cJSON *result; /* result.json's content; NULL when it could not be written */
};

/* Measures and writes the result. On an error after the run directory was made, what was measured
 * is in the result all the same, and `outcome` is filled. measure_outcome_release frees. */
MUST_CHECK enum err measure(struct loop *loop, const struct measure_plan *plan,
                            struct measure_outcome *outcome, struct err_msg *msg);

void measure_outcome_release(struct measure_outcome *outcome);

#endif
