#include "backend/answer.h"

#include <stddef.h>

#define STATUS_CONFLICT     409
#define STATUS_RATE_LIMITED 429
#define STATUS_SERVER_ERROR 500

static bool has_status(const int *list, size_t count, int status)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i] == status) {
            return true;
        }
    }
    return false;
}

static bool body_holds(const struct check *check, const struct json_answer *answer)
{
    if (check->wants_kind && answer->kind != check->kind) {
        return false;
    }
    if (check->wants_count &&
        (answer->count < check->count_min || answer->count > check->count_max)) {
        return false;
    }
    return !check->wants_number || (answer->has_number && answer->number >= check->number_min &&
                                    answer->number <= check->number_max);
}

static bool check_holds(const struct check *check, int status, const struct json_scan *scan,
                        bool is_json)
{
    if (check->status_count > 0 && !has_status(check->status, check->status_count, status)) {
        return false;
    }
    if (check->question < 0) {
        return true;
    }
    return scan != NULL && is_json &&
           body_holds(check, json_scan_answer(scan, (size_t)check->question));
}

static bool pool_is_exhausted(const struct api *api, const struct request *request, int status,
                              const struct json_scan *scan)
{
    for (size_t i = 0; i < api->pool_count; i++) {
        int question = request->pool_question[i];
        if (api->pool[i].status == status &&
            (question < 0 ||
             (scan != NULL && json_scan_answer(scan, (size_t)question)->count > 0))) {
            return true;
        }
    }
    return false;
}

static enum outcome of_status(const struct api *api, const struct request *request, int status,
                              const struct json_scan *scan)
{
    bool expected = has_status(request->expect, request->expect_count, status);
    if (status == STATUS_RATE_LIMITED) {
        return OUTCOME_RATE_LIMITED;
    }
    if (expected) {
        return status == STATUS_CONFLICT ? OUTCOME_CONFLICT : OUTCOME_OK;
    }
    if (pool_is_exhausted(api, request, status, scan)) {
        return OUTCOME_POOL_EXHAUSTED;
    }
    return status >= STATUS_SERVER_ERROR ? OUTCOME_SERVER_ERROR : OUTCOME_BAD_STATUS;
}

void answer_judge(const struct api *api, const struct request *request,
                  const struct http_answer *answer, const struct json_scan *scan, bool is_json,
                  struct judgement *out)
{
    bool body_ok = request->body_questions == 0 || is_json;
    out->checks_passed = 0;
    if (answer->failure != HTTP_ANSWERED) {
        out->outcome = outcome_of_failure(answer->failure);
        return;
    }
    for (size_t i = 0; i < request->check_count; i++) {
        if (check_holds(&request->check[i], answer->status, scan, is_json)) {
            out->checks_passed |= UINT64_C(1) << i;
        } else if (request->check[i].question >= 0) {
            body_ok = false;
        }
    }
    out->outcome = of_status(api, request, answer->status, scan);
    if (out->outcome == OUTCOME_OK && !body_ok) {
        out->outcome = OUTCOME_BAD_BODY;
    }
}
