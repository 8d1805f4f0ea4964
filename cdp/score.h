/* Raw readings into the "measure" section of a result: metrics, slopes, verdicts. Pure: the same
 * options and readings give the same bytes, with or without a browser. */
#ifndef CDP_SCORE_H
#define CDP_SCORE_H

#include "base/json.h"
#include "metrics/verdict.h"

/* What is fitted against the number of loaded messages; NULL-ended. */
extern const char *const score_slopes[];

/* `options` is run.json's; `raw` is one object of all raw files by their names without the ending
 * ("plain-r1-50"). A file that is missing means that its stage was not measured. The result is the
 * caller's. */
cJSON *score_section(const cJSON *options, const cJSON *raw, const struct targets *targets);

/* The highest share of a core that this program took in a measured window, 0 without windows. */
double score_self_share(const cJSON *raw);

/* "<variant>-r<run>-<messages>", with "load" for 0 messages, in new memory. */
char *score_raw_name(const char *variant, unsigned run, unsigned messages);
/* "<variant>-r<run>-live", in new memory. */
char *score_live_name(const char *variant, unsigned run);

#endif
