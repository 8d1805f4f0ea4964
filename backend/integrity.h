/* Asks the chat's database, after the load, whether it kept what it promised:
 *
 *   votes      a user holds at most one vote in a single-choice poll
 *   messages   every message that the server said it took is there, none is there twice, none that
 * was not sent, and a conversation's sequence numbers have no gap reactions  a user has at most one
 * reaction on a message
 *
 * A violation is a finding with its rows counted, not an error. Nothing else runs meanwhile, so the
 * questions are asked one by one and waited for, each for 60 s at most. */
#ifndef BACKEND_INTEGRITY_H
#define BACKEND_INTEGRITY_H

#include "backend/ledger.h"
#include "backend/workload.h"
#include "base/err.h"
#include "base/json.h"

struct integrity_plan {
    const char *conninfo; /* for libpq */
    const struct workload *workload;
    const char *run; /* by which this run's messages are found */
    const struct ledger *ledger;
};

/* `*out` is a new object, the caller's: {"checks":[{"name","violations","text"}]}, or
 * {"not_checked":"why"} when the database cannot be asked. NULL when the workload wants no check.
 */
void integrity_check(const struct integrity_plan *plan, cJSON **out);

#endif
