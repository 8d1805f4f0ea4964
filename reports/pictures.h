/* The screenshots of a report: smaller copies inside of the page, links to the files beside it. */
#ifndef REPORTS_PICTURES_H
#define REPORTS_PICTURES_H

#include <stddef.h>

#include "reports/model.h"

#define PICTURE_WIDTH        640u    /* pixels, at most */
#define PICTURES_TOTAL_BYTES 1600000 /* base64 of all together; the page stays under 2 MB */

/* Loads every named screenshot, scaled to one common width: the largest of 640, 480, 360, 280 and
 * 200 pixels at which all fit into `total_bytes`; those that do not fit even then are left out. A
 * file that is missing or no PNG is the reason why there is none. `output_path` is where the report
 * will lie: a screenshot of a run in the same or a neighbouring directory gets a relative link. */
void pictures_load(struct report *report, const char *output_path, size_t total_bytes);

#endif
