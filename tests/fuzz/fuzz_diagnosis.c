/* Results of other machines and versions: whatever stands in them, a diagnosis comes out whose
 * rules all have a state, and a reason where they cannot tell. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "metrics/diagnosis.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size); /* NOLINT: libFuzzer's name */

static void require(bool holds)
{
    if (!holds) {
        __builtin_trap();
    }
}

static void check_rule(const cJSON *rule)
{
    const cJSON *evidence = NULL;
    const char *state = json_text(rule, "state");
    require(state != NULL && json_text(rule, "id") != NULL);
    require((strcmp(state, "cannot tell") == 0) == (json_text(rule, "why") != NULL));
    require(strcmp(state, "found") != 0 || cJSON_GetArraySize(json_at(rule, "evidence")) > 0);
    cJSON_ArrayForEach (evidence, json_at(rule, "evidence")) {
        require(json_text(evidence, "text") != NULL);
        require(cJSON_IsNumber(json_at(evidence, "value")));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cJSON *result = NULL;
    struct err_msg msg;
    if (json_parse((const char *)data, size, "fuzz", &result, &msg) != ERR_OK ||
        !cJSON_IsObject(result)) {
        cJSON_Delete(result);
        return 0;
    }
    const cJSON *rule = NULL;
    struct strbuf text = STRBUF_INIT;
    require(diagnosis_add(result, &msg) == ERR_OK);
    cJSON_ArrayForEach (rule, json_at(result, "diagnosis.rules")) {
        check_rule(rule);
    }
    diagnosis_write(json_at(result, "diagnosis"), &text);
    strbuf_release(&text);
    cJSON_Delete(result);
    return 0;
}
