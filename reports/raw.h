/* The raw readings that a report draws: what happened in each second of a load and of its database,
 * and the compositor's frames of each scroll. Only for drawing: every figure in words comes from
 * result.json. */
#ifndef REPORTS_RAW_H
#define REPORTS_RAW_H

#include <stdbool.h>

#include "reports/model.h"

#define STRIPS_MAX ((size_t)200) /* scrolls of one variant */

/* Reads from raw/ of every run what is there. A file that is missing or damaged is the reason why
 * there is no picture, never a failure. */
void raw_load(struct report *report);

/* The directory of `path`, resolved, in new memory; NULL when it is not there. */
char *raw_folder(const char *path, bool path_is_folder);

#endif
