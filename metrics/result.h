/* The run directory `<runs>/<id>/` and its head, common to every command that measures.
 *
 *   run.json      written at the start: schema, tool, command, options, host, state "running"
 *   raw/…         readings as they came, each file written when its stage is done
 *   result.json   written at the end, also of an interrupted or failed run: the head plus the
 *                 command's own section, every figure recomputable from raw/
 *
 * Schema: "tmscdp.run", RESULT_SCHEMA_VERSION. A reader accepts its own version and older ones it
 * knows, and says of others, in one sentence, which program to use. */
#ifndef METRICS_RESULT_H
#define METRICS_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"

#define RESULT_SCHEMA         "tmscdp.run"
#define RESULT_SCHEMA_VERSION 1

struct result_run {
    char *dir;   /* "<runs>/<id>" */
    char *id;    /* "20260224-133710-measure", "-2" … put behind it when taken */
    cJSON *head; /* owned; run.json's content */
    uint64_t start_ns;
};

/* Makes the directory with raw/ and screenshots/, writes run.json. `options` (borrowed; NULL for
 * none) is stored as it is: the caller leaves secrets out. Takes 10 ms for the host-speed index. */
MUST_CHECK enum err result_begin(const char *runs_dir, const char *command, const cJSON *options,
                                 struct result_run *run, struct err_msg *msg);

/* "<dir>/<name>" in new memory. */
char *result_path(const struct result_run *run, const char *name);

/* Writes result.json: the head with `section` (taken also on failure; NULL for none) under
 * `command`'s name, state "complete", "interrupted" or "failed" with a reason (NULL when complete),
 * "duration_s" since the start, and the diagnosis (metrics/diagnosis.h) of what was measured. What
 * the caller has added to `head` meanwhile ("browser", "noise", "self", a "duration_s" of its own)
 * goes along. */
MUST_CHECK enum err result_end(struct result_run *run, cJSON *section, const char *state,
                               const char *reason, struct err_msg *msg);

void result_release(struct result_run *run);

/* Reads result.json (or, when a run was killed before it, run.json with state "unfinished") of a
 * run directory, or a file given by name. Checks schema and version. ERR_USAGE when there is no
 * such file, ERR_FORMAT when it is cut short, foreign or too new; one sentence each. */
MUST_CHECK enum err result_read(const char *path, cJSON **out, struct err_msg *msg);

/* The newest run directory of `runs_dir` ("<runs>/<id>" in new memory), by its name, which starts
 * with its time. ERR_USAGE when there is none. */
MUST_CHECK enum err result_newest(const char *runs_dir, char **out, struct err_msg *msg);

#endif
