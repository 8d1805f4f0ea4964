/* What a part of a full run is called with: the words behind `tmscdp`. */
#ifndef CLI_RUN_WORDS_H
#define CLI_RUN_WORDS_H

#include <stdbool.h>

#include "cli/child.h"
#include "cli/run_suite.h"

struct run_words_input {
    const struct suite_plan *plan;
    const struct result_run *run;
    const struct run_state *state; /* for the report: whose directories there are */
    bool database;                 /* it is named and answers: loads put the state back before */
};

/* Appends the words of a part that is a child. */
void run_words_add(const struct run_words_input *input, const struct run_part *part,
                   struct child_words *words);

/* Where the part makes its run directory, in new memory; it is moved to its place when the part has
 * ended. */
char *run_words_making_dir(const struct result_run *run, const struct run_part *part);

#endif
