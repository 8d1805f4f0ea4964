/* The parts of a full run in their order, as a table: what each does, how long it takes, and the
 * words behind `tmscdp` that do it. The order is the suite's: what only reads the chat's state or
 * leaves little behind comes first, and the state is put back where the next part would see what
 * the last one left. */
#ifndef CLI_RUN_PARTS_H
#define CLI_RUN_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/options.h"
#include "base/strbuf.h"

#define RUN_PARTS_MAX ((size_t)16)

enum run_part_kind {
    RUN_HEALTH, /* done in this process */
    RUN_SEED,   /* only when the chat needs it */
    RUN_RESET,  /* a step on the database without a result of its own */
    RUN_STRESS,
    RUN_MEASURE,
    RUN_REPORT
};

struct run_part {
    const char *name;
    enum run_part_kind kind;
    const char *about;
    unsigned seconds; /* about, on two shared cores; the same for a quick run in the next */
    unsigned quick_seconds;
    const char *const *words;       /* "stress", "poll-vote"; NULL-ended */
    const char *const *quick_words; /* put behind them in a quick run; NULL-ended */
};

extern const struct run_part run_parts[];
extern const size_t run_part_count;

/* Which parts are wanted: all, those of --only, or all but those of --skip (names, also several
 * with commas between). Health check, seeding and report are left out only by --skip: without them
 * a part cannot be trusted or read. ERR_USAGE names the word that is no part, and the nearest one
 * that is. */
MUST_CHECK enum err run_parts_choose(const struct option_list *only, const struct option_list *skip,
                                     bool wanted[RUN_PARTS_MAX], struct err_msg *msg);

/* Whether a part of that kind is wanted. */
bool run_parts_want(const bool wanted[RUN_PARTS_MAX], enum run_part_kind kind);

/* Whether a failure that the health check finds under that name ("browser") stands in the way of a
 * wanted part. Client and browser are the browser parts' alone; a login is what seeding mends. */
bool run_parts_need(const bool wanted[RUN_PARTS_MAX], const char *check);

/* Whether this program carries what the part needs (a scenario of that name). */
bool run_part_is_there(const struct run_part *part);

/* The quick form's words in one text ("--vus 10 --duration 7s"); "" when it is the full one. */
void run_part_shortening(const struct run_part *part, struct strbuf *out);

/* What --plan prints: each part, what it does, about how long it takes, and the sum. */
void run_parts_plan(const bool wanted[RUN_PARTS_MAX], bool quick, struct strbuf *out);

/* "45 s", "12 min 5 s". */
void run_parts_add_time(struct strbuf *out, unsigned seconds);

#endif
