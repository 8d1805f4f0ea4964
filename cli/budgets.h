/* The budget file:
 *
 *   {"budgets": [{"metric": "dom_elements", "messages": 150, "warn": 6000, "error": 8000},
 *                {"metric": "dom_elements_list_per_message", "error": 1},
 *                {"metric": "error_share", "at": "poll-vote: vote", "error": 5}],
 *    "virtualized": "error"}
 *
 * "metric" is a name as in results and in `compare --json`; "messages" or "at" says where it
 * stands, without them it holds everywhere; one of "warn" and "error" at least. "virtualized"
 * ("warn" or "error") is about the message list. */
#ifndef CLI_BUDGETS_H
#define CLI_BUDGETS_H

#include "base/err.h"
#include "metrics/budget.h"

/* Reads the whole file; every mistake is said on stderr with file, line and field, and the error
 * says how many there are. ERR_USAGE, ERR_FORMAT. budgets_release frees. */
MUST_CHECK enum err budgets_read(const char *path, struct budgets *out, struct err_msg *msg);

#endif
