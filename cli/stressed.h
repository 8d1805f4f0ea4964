/* How `stress` ends: the summary on stdout, the files that were asked for, the exit code. */
#ifndef CLI_STRESSED_H
#define CLI_STRESSED_H

#include <stdbool.h>

#include "base/err.h"
#include "base/json.h"

/* Prints each workload's summary and where the result lies, or with `as_json` the whole result. */
void stressed_print(const char *dir, const cJSON *result, const char *const *stats, bool as_json);

/* Writes `path` in k6's --summary-export shape; with several workloads one file each, the
 * workload's name before the ending ("summary.media.json"). */
MUST_CHECK enum err stressed_export(const cJSON *result, const char *path, struct err_msg *msg);

/* 99: a threshold failed, a verdict is Crashes, the database's integrity was violated. 111: nothing
 * of that, but the generator was the bottleneck, or a threshold or verdict has no data; also when
 * only times failed and the generator was the bottleneck. With `soft_fail` always 0. */
int stressed_exit_code(const cJSON *result, bool soft_fail);

#endif
