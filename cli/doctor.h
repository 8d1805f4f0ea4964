/* What `tmscdp doctor` looks at: each check says what it found and, when that stops or distorts a
 * measurement, what to do about it. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "backend/probe.h"
#include "base/err.h"
#include "base/json.h"
#include "base/loop.h"
#include "base/options.h"

enum finding_state {
    FINDING_OK,
    FINDING_SKIPPED, /* could not be looked at: nothing was given to look at */
    FINDING_WARN,    /* a measurement runs, but means less or will run into it */
    FINDING_FAIL,    /* a measurement cannot run */
};

struct finding {
    enum finding_state state;
    const char *name; /* "client", "limiter": static */
    char *what;       /* one sentence; owned */
    const char *todo; /* static; NULL when there is nothing to do */
};

#define DOCTOR_FINDINGS_MAX ((size_t)32)

struct doctor {
    /* What to look at; borrowed. NULL: not given. */
    const char *client_url;
    const char *api_url; /* without /api/v1; set by doctor_examine, as is the token */
    const char *database_url;
    const char *redis_url;
    const char *token;
    const char *chrome;
    struct option_list allowed_hosts;

    struct loop *loop;
    struct probe *probe;
    struct finding finding[DOCTOR_FINDINGS_MAX];
    size_t count;
    bool refused; /* the safety guard refused one of the addresses */
};

/* Adds a finding; `todo` is a static sentence or NULL. */
void doctor_add(struct doctor *doctor, enum finding_state state, const char *name, const char *todo,
                const char *format, ...) PRINTF_LIKE(5, 6);

/* "ok", "skipped", "warn", "fail". */
const char *doctor_state_name(enum finding_state state);

/* Runs all checks; `doctor->loop` and what to look at are set. The token is that of `token_file`,
 * the environment or `data_dir` (cli/inputs.h). The findings are freed by doctor_release. Only our
 * own failure is an error. */
MUST_CHECK enum err doctor_examine(struct doctor *doctor, const char *api_url,
                                   const char *token_file, const char *data_dir,
                                   struct err_msg *msg);
void doctor_release(struct doctor *doctor);

/* [{"state","check","found","todo"}…] */
cJSON *doctor_to_json(const struct doctor *doctor);

/* The checks, in the order they are shown. */
void doctor_check_client(struct doctor *doctor);
void doctor_check_api(struct doctor *doctor);
void doctor_check_login(struct doctor *doctor);
void doctor_check_limiter(struct doctor *doctor);
void doctor_check_clock(struct doctor *doctor);
void doctor_check_database(struct doctor *doctor);
void doctor_check_redis(struct doctor *doctor);
void doctor_check_browser(struct doctor *doctor);
void doctor_check_shared_memory(struct doctor *doctor);
void doctor_check_descriptors(struct doctor *doctor);
void doctor_check_ports(struct doctor *doctor);
void doctor_check_noise(struct doctor *doctor);

#endif
