/* The page's clock laid beside ours by exchanges: of several, the one with the shortest round trip
 * tells most, and the page read its clock somewhere within it. */
#ifndef CDP_PAIR_CLOCK_H
#define CDP_PAIR_CLOCK_H

#include "base/err.h"
#include "cdp/page.h"

struct pair_clock {
    double offset_s; /* ours − the page's */
    double error_s;  /* half of the round trip */
};

/* Takes PAIR_CLOCK_EXCHANGES exchanges. Errors as page_run; ERR_PROTOCOL when the page has no such
 * clock. */
#define PAIR_CLOCK_EXCHANGES 15
MUST_CHECK enum err pair_clock_read(struct page *page, struct pair_clock *out, struct err_msg *msg);

/* performance.now() to seconds of CLOCK_MONOTONIC, and back. */
double pair_clock_to_ours_s(const struct pair_clock *clock, double page_ms);
double pair_clock_to_page_ms(const struct pair_clock *clock, double ours_s);

#endif
