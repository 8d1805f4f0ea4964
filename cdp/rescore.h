/* From a run directory's raw/ to its result.json. `measure` ends with it and `rescore` repeats it,
 * so both give the same result.
 *
 *   run.json                      what was asked for
 *   raw/session.json.gz           how the whole went: state, reason, noise, own cost, duration
 *   raw/<variant>-r<run>-load…    the browser's facts, the first load
 *   raw/<variant>-r<run>-<count>… one stage
 *   raw/<variant>-r<run>-live…    the page under live traffic */
#ifndef CDP_RESCORE_H
#define CDP_RESCORE_H

#include "base/err.h"
#include "base/json.h"
#include "metrics/result.h"

/* Writes a raw file of the run. */
MUST_CHECK enum err rescore_save_raw(const struct result_run *run, const char *name,
                                     const cJSON *readings, struct err_msg *msg);

/* Reads raw/, scores it, writes result.json. `*result` (NULL allowed) gets result.json's content,
 * the caller's. A run that ended before its session file is marked "interrupted". */
MUST_CHECK enum err rescore_write(struct result_run *run, cJSON **result, struct err_msg *msg);

/* Opens an old run directory of `measure` for rescore_write; result_release frees. ERR_FORMAT for
 * a run of another command or of a format that this program does not know. */
MUST_CHECK enum err rescore_open(const char *dir, struct result_run *run, struct err_msg *msg);

#endif
