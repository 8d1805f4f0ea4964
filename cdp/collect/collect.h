/* What is read off a page, one collector a file, all of them in one table.
 *
 * A collector gathers: it talks to the page and leaves raw readings as JSON, which are written to
 * the run directory as they are. Later it scores: raw readings in, metrics out, pure, so that a
 * mended formula re-scores old runs without a browser. */
#ifndef CDP_COLLECT_COLLECT_H
#define CDP_COLLECT_COLLECT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/json.h"
#include "cdp/collect/samples.h"
#include "cdp/collect/tracing.h"
#include "cdp/journey.h"
#include "cdp/live.h"
#include "metrics/host.h"

enum collect_when {
    COLLECT_LOAD,  /* once a page, after its first load and before any input */
    COLLECT_STAGE, /* at each count of messages */
    COLLECT_LAST, /* at the last count, behind all of COLLECT_STAGE: it may leave messages behind */
    COLLECT_CLOSE, /* once a variant: at the last count of the first repetition, behind all others;
                     the page need not be left as it was */
    COLLECT_LIVE   /* in a page of its own, when there is live traffic */
};

struct collect_context {
    struct journey *journey;
    const char *screenshot_path;  /* where a picture of this stage goes; NULL for none */
    const char *trace_path;       /* the same for a trace */
    struct tracing *tracing;      /* from a collector's gather to its finish */
    const struct live_plan *live; /* for COLLECT_LIVE only */
    pid_t browser_pid; /* whose tree's CPU time is told from that of others; 0: unknown */
    bool quick;        /* only what belongs to a quick pass */
};

/* What scoring needs to know about a stage beside the readings. */
struct collect_stage {
    double loaded; /* messages */
    bool quick;    /* it was a quick pass: what does not belong to one is no missing figure */
};

struct collector {
    const char *name; /* of its readings in the raw file */
    enum collect_when when;
    bool quick;     /* belongs to a quick pass: exact, or short and needed by a target */
    bool in_window; /* it measures over a time, in which nothing else of ours may run */
    const char *const *metrics; /* names, NULL-ended: NO DATA when the readings are missing */

    /* Before the page is opened (COLLECT_LOAD) or before the count is reached (COLLECT_STAGE); NULL
     * when there is nothing to prepare. Errors as gather. */
    enum err (*prepare)(struct collect_context *context, cJSON *raw, struct err_msg *msg);

    /* Adds readings to the object `raw`. An error other than ERR_CLOSED and ERR_INTERRUPTED is
     * noted as the reason for NO DATA and the others are gathered all the same. */
    enum err (*gather)(struct collect_context *context, cJSON *raw, struct err_msg *msg);

    /* After the window, whatever became of gather: for what takes time itself, such as fetching
     * what the browser noted. NULL when there is nothing. Errors as gather. */
    enum err (*finish)(struct collect_context *context, cJSON *raw, struct err_msg *msg);

    /* Only called with complete readings. NULL for a collector without metrics. */
    void (*score)(const cJSON *raw, const struct collect_stage *stage, struct samples *out);
};

extern const struct collector collector_load_cpu;
extern const struct collector collector_vitals;
extern const struct collector collector_lcp_timeline;
extern const struct collector collector_long_frames;
extern const struct collector collector_decryption;
extern const struct collector collector_requests;
extern const struct collector collector_page_cpu;
extern const struct collector collector_older_frames;
extern const struct collector collector_elements;
extern const struct collector collector_memory;
extern const struct collector collector_layout;
extern const struct collector collector_storm;
extern const struct collector collector_typing;
extern const struct collector collector_scroll;
extern const struct collector collector_blank;
extern const struct collector collector_screenshot;
extern const struct collector collector_arrivals;
extern const struct collector collector_leak;
extern const struct collector collector_anchor;
extern const struct collector collector_live;

/* In the order in which they must run; NULL-ended. */
extern const struct collector *const collectors[];

/* Runs all collectors of that time. `readings` gets one object a collector, `windows` (an array)
 * what the host did during each measured window. ERR_CLOSED when the page or browser went away,
 * ERR_INTERRUPTED; what was gathered until then stands in `readings`. */
MUST_CHECK enum err collect_prepare(enum collect_when when, struct collect_context *context,
                                    cJSON *readings, struct err_msg *msg);
MUST_CHECK enum err collect_gather(enum collect_when when, struct collect_context *context,
                                   cJSON *readings, cJSON *windows, struct err_msg *msg);

/* A time in which the page is measured: what the host and the browser did meanwhile is added to an
 * array of windows as {"collector":name,"cores","browser_cores","noise":{…}}. */
struct collect_window {
    struct host_reading from;
    uint64_t browser_ns;
    bool has_browser;
};

/* The name of the window of a page's opening, in which all collectors of COLLECT_LOAD watch. */
#define COLLECT_LOAD_WINDOW "load"

void collect_window_begin(const struct collect_context *context, struct collect_window *window);
void collect_window_end(const struct collect_context *context, const struct collect_window *window,
                        const char *name, cJSON *windows);

/* Scores what all collectors of that time left in `readings` (NULL: nothing was read, for
 * `reason`). */
void collect_score(enum collect_when when, const cJSON *readings, const char *reason,
                   const struct collect_stage *stage, struct samples *out);

#endif
