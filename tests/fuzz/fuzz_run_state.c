/* Foreign state files, socket frames and readings: how far a run has come, and what pair makes of
 * what a page has told. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/run_state.h"
#include "metrics/pair.h"

/* NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_state(const cJSON *json)
{
    struct run_state state;
    struct err_msg msg = { "" };
    if (run_state_from_json(json_at(json, "parts"), "state.json", &state, &msg) == ERR_OK) {
        cJSON *back = run_state_to_json(&state);
        (void)run_state_exit_code(&state);
        cJSON_Delete(back);
        run_state_release(&state);
    } else if (msg.text[0] == '\0') {
        abort(); /* a refusal has its sentence */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err_msg msg = { "" };
    cJSON *json = NULL;
    size_t mark = 0;
    (void)pair_find_mark((const char *)data, size, "pair-0badcafe", &mark);
    if (json_parse((const char *)data, size, "fuzz", &json, &msg) != ERR_OK) {
        return 0;
    }
    read_state(json);
    cJSON *bubbles = pair_bubbles(json_at(json, "sends"), json_at(json, "readings"));
    cJSON *metrics = pair_metrics(json_at(json, "phases"));
    cJSON_Delete(bubbles);
    cJSON_Delete(metrics);
    cJSON_Delete(json);
    return 0;
}
