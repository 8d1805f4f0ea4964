/* Where a comparison goes: stdout, files, and what a CI service reads. */
#ifndef CLI_COMPARE_OUTPUTS_H
#define CLI_COMPARE_OUTPUTS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/json.h"
#include "reports/compare_view.h"

struct compare_outputs {
    bool json;
    const char *markdown; /* a file, "-" for stdout; NULL for none */
    const char *junit;    /* a file; NULL for none */
    bool annotations;     /* GitHub's workflow commands on stdout */
    bool step_summary;    /* append the Markdown to $GITHUB_STEP_SUMMARY */
};

/* Writes all of them; `json` is the whole as JSON. A text in which a secret is found is refused
 * (ERR_FORMAT). ERR_USAGE when $GITHUB_STEP_SUMMARY was asked for and is not set. */
MUST_CHECK enum err compare_outputs_write(const struct compare_outputs *outputs,
                                          const struct compare_view *view, const cJSON *json,
                                          struct err_msg *msg);

/* 0, 99 or 111; with `soft_fail` 0. */
int compare_outputs_exit_code(const struct compare_view *view, bool soft_fail);

#endif
