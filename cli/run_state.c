#include "cli/run_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/command.h"

static const char *const state_names[] = {
    [RUN_WAITING] = "waiting",         [RUN_RUNNING] = "running", [RUN_DONE] = "done",
    [RUN_INTERRUPTED] = "interrupted", [RUN_NOT_RUN] = "not run", [RUN_LEFT_OUT] = "left out",
};

#define STATE_COUNT (sizeof state_names / sizeof state_names[0])

const char *run_part_state_name(enum run_part_state state)
{
    return state_names[state];
}

void run_part_record_explain(struct run_part_record *record, const char *why)
{
    free(record->why);
    record->why = mem_dup_str(why);
}

void run_state_release(struct run_state *state)
{
    for (size_t i = 0; i < RUN_PARTS_MAX; i++) {
        free(state->part[i].why);
    }
    memset(state, 0, sizeof *state);
}

bool run_part_is_settled(const struct run_part_record *record)
{
    return record->state == RUN_DONE &&
           (record->exit_code == EXIT_PASS || record->exit_code == EXIT_VERDICT ||
            record->exit_code == EXIT_NO_DATA);
}

static int rank(int code)
{
    static const int order[] = { EXIT_REFUSED, EXIT_USAGE,       EXIT_CLEANUP, EXIT_SEED,
                                 EXIT_DRIVE,   EXIT_INTERRUPTED, EXIT_VERDICT, EXIT_NO_DATA };
    const int count = (int)(sizeof order / sizeof order[0]);
    if (code == EXIT_PASS) {
        return count;
    }
    for (int i = 0; i < count; i++) {
        if (order[i] == code) {
            return i;
        }
    }
    return rank(EXIT_DRIVE); /* no code of ours: a crash by another name */
}

int run_state_worse(int a, int b)
{
    return rank(b) < rank(a) ? b : a;
}

int run_state_exit_code(const struct run_state *state)
{
    int code = EXIT_PASS;
    for (size_t i = 0; i < run_part_count; i++) {
        if (state->part[i].state != RUN_LEFT_OUT) {
            code = run_state_worse(code, state->part[i].exit_code);
        }
    }
    return code;
}

cJSON *run_state_to_json(const struct run_state *state)
{
    cJSON *parts = json_new_array();
    for (size_t i = 0; i < run_part_count; i++) {
        const struct run_part_record *record = &state->part[i];
        cJSON *node = json_push_object(parts);
        json_add_text(node, "name", run_parts[i].name);
        json_add_text(node, "state", run_part_state_name(record->state));
        json_add_number(node, "exit_code", record->exit_code);
        json_add_number(node, "seconds", record->seconds);
        if (record->why != NULL) {
            json_add_text(node, "why", record->why);
        }
        if (record->has_verdict) {
            json_add_text(node, "verdict", verdict_name(record->verdict));
        }
        if (record->has_dir) {
            json_add_text(node, "dir", run_parts[i].name);
        }
    }
    return parts;
}

static enum err find_part(const cJSON *node, const char *where, size_t *index, struct err_msg *msg)
{
    const char *name = json_text(node, "name");
    for (size_t i = 0; i < run_part_count; i++) {
        if (name != NULL && strcmp(run_parts[i].name, name) == 0) {
            *index = i;
            return ERR_OK;
        }
    }
    return err_set(msg, ERR_FORMAT, "%s: \"name\" is no part that this program knows", where);
}

static enum err read_state_name(const cJSON *node, const char *where, enum run_part_state *out,
                                struct err_msg *msg)
{
    const char *name = json_text(node, "state");
    for (size_t i = 0; i < STATE_COUNT; i++) {
        if (name != NULL && strcmp(state_names[i], name) == 0) {
            *out = (enum run_part_state)i;
            return ERR_OK;
        }
    }
    return err_set(msg, ERR_FORMAT,
                   "%s: \"state\" must be waiting, running, done, interrupted, "
                   "not run or left out",
                   where);
}

static enum err read_record(const cJSON *node, const char *where, struct run_part_record *out,
                            struct err_msg *msg)
{
    double code = json_number(node, "exit_code", -1.0);
    double seconds = json_number(node, "seconds", -1.0);
    const char *verdict = json_text(node, "verdict");
    enum err err = read_state_name(node, where, &out->state, msg);
    if (err != ERR_OK) {
        return err;
    }
    if (!(code >= 0.0 && code <= 255.0 && code == floor(code)) || !(seconds >= 0.0)) {
        return err_set(msg, ERR_FORMAT,
                       "%s: \"exit_code\" must be 0 to 255 and \"seconds\" not negative", where);
    }
    out->has_verdict = verdict != NULL;
    if (verdict != NULL && !verdict_from_name(verdict, &out->verdict)) {
        return err_set(msg, ERR_FORMAT,
                       "%s: \"verdict\" must be fine, slows_down, crashes or no_data", where);
    }
    out->exit_code = (int)code;
    out->seconds = seconds;
    out->has_dir = json_text(node, "dir") != NULL;
    if (json_text(node, "why") != NULL) {
        run_part_record_explain(out, json_text(node, "why"));
    }
    return ERR_OK;
}

enum err run_state_from_json(const cJSON *parts, const char *name, struct run_state *out,
                             struct err_msg *msg)
{
    const cJSON *node = NULL;
    unsigned count = 0;
    enum err err = ERR_OK;
    memset(out, 0, sizeof *out);
    if (!cJSON_IsArray(parts)) {
        return err_set(msg, ERR_FORMAT, "%s: \"parts\" must be a list", name);
    }
    cJSON_ArrayForEach (node, parts) {
        char where[320];
        size_t index = 0;
        (void)snprintf(where, sizeof where, "%.250s: parts[%u]", name, count++);
        err = find_part(node, where, &index, msg);
        if (err == ERR_OK) {
            err = read_record(node, where, &out->part[index], msg);
        }
        if (err != ERR_OK) {
            run_state_release(out);
            return err;
        }
    }
    return ERR_OK;
}
