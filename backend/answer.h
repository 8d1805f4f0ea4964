/* Judges a request's answer: how it ended, which checks hold, what was captured. Pure: the body has
 * gone through the scanner before. */
#ifndef BACKEND_ANSWER_H
#define BACKEND_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/http.h"
#include "backend/json_scan.h"
#include "backend/workload.h"

struct judgement {
    enum outcome outcome;
    uint64_t checks_passed; /* bits by number; a check of the body fails when it is no JSON */
};

/* `scan` has been finished and `is_json` is what that said; NULL when the request asks nothing of
 * the body. */
void answer_judge(const struct api *api, const struct request *request,
                  const struct http_answer *answer, const struct json_scan *scan, bool is_json,
                  struct judgement *out);

#endif
