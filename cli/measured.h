/* How `measure` and `rescore` end: the same summary on stdout, the same exit code. */
#ifndef CLI_MEASURED_H
#define CLI_MEASURED_H

#include <stdbool.h>

#include "base/json.h"

/* Prints the summary table and where the result lies, or with `as_json` the whole result. */
void measured_print(const char *dir, const cJSON *result, bool as_json);

/* 0, 99 or 111 by the worst verdict of the result; with `soft_fail` always 0. */
int measured_exit_code(const cJSON *result, bool soft_fail);

#endif
