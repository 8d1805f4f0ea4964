/* The compositor's frames of a scroll, from Chromium's trace.
 *
 * The compositor reports on each vertical blank in which something was to be shown (async events
 * "PipelineReporter", args.frame_reporter; "chrome_frame_reporter" in older builds), sometimes
 * twice: once for its own update and once for the main thread's. A report says how it ended:
 * presented whole, presented in part (the compositor's update came in time, the main thread's did
 * not), dropped, or nothing to do. The end of a presented report is the moment at which the picture
 * stood on the screen.
 *
 * A blank counts once: partial when any report was presented in part, else dropped when any was
 * dropped, else whole when any was presented. Only blanks with an active scroll count; a blank
 * without one ends the scroll, so a pause between two gestures is no gap. */
#ifndef METRICS_FRAMES_H
#define METRICS_FRAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/json.h"

enum frame_state {
    FRAME_IDLE, /* no update was wanted */
    FRAME_WHOLE,
    FRAME_PARTIAL,
    FRAME_DROPPED
};

struct frame_report {
    double blank; /* number of the vertical blank */
    double begin_us;
    double end_us;
    enum frame_state state;
    bool scrolling;
};

struct frames {
    size_t whole; /* vertical blanks */
    size_t partial;
    size_t dropped;
    size_t pictures;       /* different moments at which something was presented */
    double fps;            /* pictures a second, over the scrolls' time */
    double longest_gap_ms; /* between two pictures of one scroll */
    /* Fewest pictures in any second of a scroll, the window starting at any of them; of the whole
     * scroll, as a rate, where none lasts a second. */
    double worst_second_fps;
};

/* False when no scroll presented two pictures: there is no rate then. */
bool frames_compute(const struct frame_report *reports, size_t count, struct frames *out);

/* The reports and the scroll updates of a trace, gathered event by event. Zero-initialise; release
 * frees. */
struct frame_log {
    struct frame_entry *entries;
    size_t count;
    size_t cap;
    double updates; /* scroll updates that Chromium judged (ScrollJankV4) … */
    double janky;   /* … and those that it found janky */
};

/* The names of the events that a log wants; NULL-ended. */
extern const char *const frame_events[];

void frame_log_add(struct frame_log *log, const cJSON *event);
void frame_log_release(struct frame_log *log);

/* The finished reports of the compositor that scrolled most (a trace holds those of every page),
 * as {"reports":[[blank, begin_us, end_us, state, scrolling],…],"updates","janky"}, times from the
 * first of them. New. */
cJSON *frame_log_to_json(const struct frame_log *log);

/* The reports out of that JSON, in new memory (the caller's). ERR_FORMAT. */
MUST_CHECK enum err frame_reports_read(const cJSON *node, struct frame_report **reports,
                                       size_t *count, struct err_msg *msg);

#endif
