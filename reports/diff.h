/* Two runs side by side, in the report's model: figure by figure as `tmscdp compare` judges them
 * (metrics/compare.h), and screenshot by screenshot. */
#ifndef REPORTS_DIFF_H
#define REPORTS_DIFF_H

#include <stddef.h>

#include "metrics/compare.h"
#include "reports/model.h"

struct diff_line {
    const char *place; /* "150", "load", "per message", "poll-vote: vote" */
    const struct metric_def *metric;
    enum compare_state state;
    const char *word;   /* "slower", "same within 2 %" */
    const char *reason; /* empty when there is nothing to say */
    double base;        /* medians; NaN without data */
    double head;
    double base_n;
    double head_n;
    double change; /* head ÷ base − 1; NaN where there is none */
    double low;    /* 95 % interval of the change, or of the difference; NaN without */
    double high;
    bool range_is_change;
};

/* A variant of the base with the one of the head, or the loads of both. */
struct diff_part {
    const char *label;
    const char *refused; /* why they cannot be compared; empty when they can */
    const char *summary; /* one sentence */
    const char *host;    /* what the host lets one say of times */
    enum compare_verdict verdict;
    struct diff_line *line;
    size_t count;
    size_t states[COMPARE_STATES];
};

/* What changed in the picture of one number of messages. */
struct diff_picture {
    const struct report_series *base;
    const struct report_series *head;
    double messages;
    double share;    /* of the pixels, 0…1 */
    const char *png; /* base64; NULL: `reason` */
    const char *reason;
    unsigned width;
    unsigned height;
};

struct report_diff {
    struct diff_part *part;
    size_t part_count;
    struct diff_picture *picture;
    size_t picture_count;
};

/* Fills report->diff from the two runs, the first of which is the base: variants of one name belong
 * together, and a single variant a side whatever it is called. ERR_USAGE when the runs have nothing
 * in common. */
MUST_CHECK enum err diff_build(struct report *report, cJSON *const *roots, struct err_msg *msg);

#define DIFF_PICTURE_WIDTH 360u /* pixels */
/* Compares the screenshots; those over `total_bytes` of base64 are left out with a reason. */
void diff_pictures(struct report *report, size_t total_bytes);

#endif
