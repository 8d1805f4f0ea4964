/* The protocol of `tmscdp pair`: one browser, one warm-up page; then block by block idle, loaded,
 * loaded, idle, the load running through the two in the middle. Each phase's readings are in
 * "raw/phase-<number>.json.gz" before the next one begins. */
#ifndef CLI_PAIR_RUN_H
#define CLI_PAIR_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/loop.h"
#include "cdp/destination.h"
#include "cdp/pair_visit.h"
#include "cli/pair_load.h"
#include "cli/pair_poster.h"
#include "cli/stress_database.h"
#include "metrics/result.h"

#define PAIR_BLOCKS_MAX 50
#define PAIR_BUSY_LIMIT 0.8 /* of all cores: beyond it a change may be the shared machine's */

struct pair_plan {
    struct pair_visit visit; /* `mark`, `post` and `trace_path` are set by the protocol */
    struct destination destination;
    const char *chrome_path;
    const char *chrome_flags;
    struct poster_plan poster; /* without the mark */
    struct pair_load_plan load;
    uint64_t blocks;
    bool reset;
    struct stress_database database;
};

/* Fills `section` (an object, the caller's):
 *   "order" "messages" "with" "vus" "blocks"
 *   "phases"  [{"number","block","loaded","state","reason"?,"started_s","seconds","noise",
 *               "browser_cores","clock_error_ms","values","bubbles"}…]
 *   "loads"   one a block (cli/pair_load.h)
 *   "metrics" (metrics/pair.h)
 *   "contention" {"idle_busy_share","loaded_busy_share","generator_share","browser_cores"}
 *   "inconclusive" [sentences]
 *   "crash"   how the page or its browser died or hung while it was measured; absent when not
 * What the page or the server does is data. ERR_UNREACHABLE when browser, chat or load could not be
 * driven, ERR_INTERRUPTED, ERR_CLEANUP; the section then holds what there is. With `reset` the
 * chat's state is put back at the end of all of these. */
MUST_CHECK enum err pair_run(struct loop *loop, const struct pair_plan *plan,
                             struct result_run *run, cJSON *section, struct err_msg *msg);

/* A page that went away while it was measured (ERR_CLOSED, with its words) is a result: it stands
 * as "crash" in the section, with the phase, and ERR_OK comes back. Other errors stay. */
MUST_CHECK enum err pair_take_crash(enum err err, cJSON *section, const struct err_msg *msg);

/* 99 when the page or, under the load, the chat crashed; 111 when nothing can be said. */
int pair_exit_code(const cJSON *section);

/* The summary that is printed. */
void pair_summary(const cJSON *section, struct strbuf *out);

#endif
