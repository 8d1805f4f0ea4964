/* Which of the chat's known bottlenecks the measurements show, with the evidence, or that they show
 * none. Judged over what was measured only: statements by what they do, waits, answers, times,
 * counts in the page.
 *
 * The rules are data (metrics/data/diagnosis.json): id, number in the test plan, title, cause, fix,
 * certainty ("strong", "fair", "weak"), and "when": alternatives, each a list of conditions on
 * named evidence (metrics/evidence.h). An alternative with a condition that does not hold is not
 * found; otherwise, with a piece of evidence that could not be had, it cannot tell. A rule is found
 * when one of its alternatives is in one of the measured subjects, not found when at least one
 * alternative in one subject says so, and cannot tell otherwise.
 *
 * A rule marked "gate" is judged first: where it is found (generator saturated), no other rule says
 * anything about that load. */
#ifndef METRICS_DIAGNOSIS_H
#define METRICS_DIAGNOSIS_H

#include <stddef.h>

#include "base/err.h"
#include "base/json.h"
#include "base/strbuf.h"

struct diagnosis_rules;

/* Reads the rules from JSON text; ERR_USAGE names the rule and the field (ERR_FORMAT where it is no
 * JSON). An unknown field or evidence is an error. `*out` is the caller's. */
MUST_CHECK enum err diagnosis_rules_read(const char *text, size_t bytes, const char *name,
                                         struct diagnosis_rules **out, struct err_msg *msg);
/* The rules carried inside the program. */
MUST_CHECK enum err diagnosis_rules_builtin(struct diagnosis_rules **out, struct err_msg *msg);
void diagnosis_rules_free(struct diagnosis_rules *rules);

/* Judges results (trees as result_read gives them: stress.workloads and measure.variants of each)
 * together. NULL when none of them measured anything; otherwise the caller's:
 *
 *   {"rules":[{"id","number","title","certainty","gate":bool,
 *     "state":"found"|"not found"|"cannot tell",
 *     "relevant":bool,      false: what this run did could not show it (nobody voted)
 *     "subject":text,       the workload or variant that decided; absent when none did
 *     "evidence":[{"name","text","value","unit"}],
 *     "explains":x,         share of the time that it explains, when known and found
 *     "cause","fix",
 *     "why":text}]}         only when it cannot tell
 */
cJSON *diagnosis_find(const struct diagnosis_rules *rules, const cJSON *const *results,
                      size_t count);

/* Puts (or replaces) "diagnosis" by the carried rules into one result; nothing when there was
 * nothing to judge. */
MUST_CHECK enum err diagnosis_add(cJSON *result, struct err_msg *msg);

/* The section for a terminal: what was found with its evidence and fix, and how many causes were
 * ruled out or could not be judged. Nothing when `section` is NULL or had nothing to judge. */
void diagnosis_write(const cJSON *section, struct strbuf *out);

#endif
