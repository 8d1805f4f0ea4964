#include "backend/overrides.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"

#define TIMEOUT_MAX_MS UINT64_C(3600000)

struct span {
    uint64_t start_ns;
    uint64_t end_ns;
};

static enum err read_stage(const char *text, struct schedule_stage *out, struct err_msg *msg)
{
    uint64_t target = 0;
    uint64_t ms = 0;
    const char *colon = strchr(text, ':');
    char *duration = mem_dup_bytes(text, colon != NULL ? (size_t)(colon - text) : 0);
    bool valid = colon != NULL && num_parse_duration_ms(duration, &ms) &&
                 num_parse_u64(colon + 1, &target) && target <= SCHEDULE_VUS_MAX;
    free(duration);
    if (!valid) {
        return err_set(msg, ERR_USAGE, "--stage %s: must be DURATION:VUS like 30s:50", text);
    }
    *out = (struct schedule_stage){ ms * NS_PER_MS, (uint32_t)target };
    return ERR_OK;
}

static enum err read_stages(const struct option_list *stages, struct schedule *schedule,
                            struct err_msg *msg)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < stages->count && err == ERR_OK; i++) {
        err = read_stage(stages->item[i], &schedule->stages[schedule->stage_count++], msg);
    }
    return err;
}

static enum err reshape(const struct overrides *overrides, struct schedule *schedule,
                        bool is_socket, struct err_msg *msg)
{
    const struct schedule old = *schedule;
    uint64_t length_ns = overrides->has_duration ? overrides->duration_ms * NS_PER_MS
                                                 : schedule_end_ns(&old) - old.start_ns;
    enum err err = ERR_OK;
    if (overrides->stages->count > 0) {
        schedule_defaults(schedule, &executor_ramping_vus);
        schedule->start_vus = (uint32_t)overrides->vus;
        err = read_stages(overrides->stages, schedule, msg);
    } else if (overrides->iterations > 0) {
        schedule_defaults(schedule, &executor_shared_iterations);
        schedule->iterations = overrides->iterations;
        schedule->vus = overrides->vus > 0 ? (uint32_t)overrides->vus : 1;
        if (overrides->has_duration) {
            schedule->max_duration_ns = length_ns;
        }
    } else {
        schedule_defaults(schedule, &executor_constant_vus);
        schedule->vus = overrides->vus > 0 ? (uint32_t)overrides->vus : 1;
        schedule->duration_ns = length_ns;
    }
    schedule->start_ns = old.start_ns;
    schedule->graceful_stop_ns = old.graceful_stop_ns;
    schedule->graceful_ramp_down_ns =
        is_socket ? 0 : schedule->graceful_ramp_down_ns; /* a held connection is taken out */
    schedule->jitter_ns = old.jitter_ns;
    return err;
}

static void complain(void *arg, const char *field, const char *sentence)
{
    struct err_msg *msg = arg;
    if (msg->text[0] == '\0') {
        (void)err_set(msg, ERR_USAGE, "the load on the command line: %s %s", field, sentence);
    }
}

/* Of the scenarios that were over when `which` began, the last one; −1 when there is none. */
static int last_before(const struct workload *workload, const struct span *old, size_t which)
{
    int last = -1;
    for (size_t i = 0; i < workload->scenario_count; i++) {
        if (i != which && old[i].end_ns <= old[which].start_ns &&
            (last < 0 || old[i].end_ns > old[last].end_ns)) {
            last = (int)i;
        }
    }
    return last;
}

/* What followed one another still does; what ran side by side still does, with no more shift than
 * the first one lasts. */
static void restart(struct workload *workload, const struct span *old)
{
    for (size_t i = 0; i < workload->scenario_count; i++) {
        struct scenario *scenario = &workload->scenario[i];
        int before = scenario->after >= 0 ? scenario->after : last_before(workload, old, i);
        scenario->after = before;
        scenario->schedule.start_ns = 0;
        for (size_t k = 0; k < workload->scenario_count && before < 0; k++) {
            uint64_t length_ns = schedule_end_ns(&workload->scenario[k].schedule);
            if (old[k].start_ns < old[i].start_ns && length_ns > scenario->schedule.start_ns) {
                scenario->schedule.start_ns =
                    length_ns < old[i].start_ns ? length_ns : old[i].start_ns;
            }
        }
    }
}

static enum err set_timeouts(const char *text, struct workload *workload, struct err_msg *msg)
{
    uint64_t ms = 0;
    if (!num_parse_duration_ms(text, &ms) || ms < 1 || ms > TIMEOUT_MAX_MS) {
        return err_set(msg, ERR_USAGE, "--timeout %s: must be a duration from 1ms to 1h", text);
    }
    for (size_t i = 0; i < workload->flow_count; i++) {
        for (size_t k = 0; k < workload->flow[i].step_count; k++) {
            if (workload->flow[i].step[k].request != NULL) {
                workload->flow[i].step[k].request->timeout_ns = ms * NS_PER_MS;
            }
        }
    }
    return ERR_OK;
}

enum err overrides_apply(const struct overrides *overrides, struct workload *workload,
                         struct err_msg *msg)
{
    struct span old[WORKLOAD_SCENARIOS_MAX];
    enum err err = ERR_OK;
    if (overrides->timeout_text != NULL) {
        err = set_timeouts(overrides->timeout_text, workload, msg);
    }
    if (overrides->vus == 0 && !overrides->has_duration && overrides->iterations == 0 &&
        overrides->stages->count == 0) {
        return err;
    }
    for (size_t i = 0; i < workload->scenario_count && err == ERR_OK; i++) {
        struct schedule *schedule = &workload->scenario[i].schedule;
        struct err_msg complaint = { "" };
        old[i] = (struct span){ schedule->start_ns, schedule_end_ns(schedule) };
        err = reshape(overrides, schedule, workload->scenario[i].flow->is_socket, msg);
        if (err == ERR_OK && schedule_check(schedule, complain, &complaint) > 0) {
            *msg = complaint;
            err = ERR_USAGE;
        }
    }
    if (err == ERR_OK) {
        restart(workload, old);
    }
    return err;
}
