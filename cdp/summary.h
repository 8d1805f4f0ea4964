/* The table that a person sees at the end of a measurement, from the result and nothing else. */
#ifndef CDP_SUMMARY_H
#define CDP_SUMMARY_H

#include "base/json.h"
#include "base/strbuf.h"

/* Appends a table of the "measure" section: a row for each variant and count, then the reasons of
 * every verdict that is not Fine. */
void summary_write(const cJSON *section, struct strbuf *out);

#endif
