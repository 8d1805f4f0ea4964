#include "backend/baseline.h"

#include <assert.h>

#include "backend/verdicts.h"

bool baseline_wants(const struct workload *workload, size_t scenario)
{
    const struct flow *flow = workload->scenario[scenario].flow;
    bool wanted = false;
    for (size_t i = 0; i < workload->scenario_count; i++) {
        wanted = wanted || (workload->scenario[i].flow == flow && workload->scenario[i].baseline);
    }
    return wanted && verdicts_baseline_of(workload, scenario) == scenario;
}

uint64_t baseline_requests_of(const struct flow *flow)
{
    uint64_t requests = 0;
    uint64_t turns[WORKLOAD_LOOPS_MAX + 1] = { 1 };
    size_t depth = 0;
    for (size_t i = 0; i < flow->step_count; i++) {
        const struct step *step = &flow->step[i];
        if (step->kind == STEP_REQUEST || step->kind == STEP_CONNECT) {
            requests += turns[depth];
        } else if (step->kind == STEP_LOOP) {
            uint64_t times = step->loop.while_variable < 0 ? step->loop.times : 1;
            turns[depth + 1] = turns[depth] * times;
            depth++;
        } else if (step->kind == STEP_LOOP_END) {
            depth--;
        }
    }
    return requests;
}

void baseline_schedule(const struct workload *workload, size_t scenario, struct schedule *out)
{
    const struct baseline *baseline = &workload->baseline;
    uint64_t per_iteration = baseline_requests_of(workload->scenario[scenario].flow);
    assert(per_iteration > 0); /* a flow has a request */
    uint64_t iterations = (baseline->requests + per_iteration - 1) / per_iteration;
    schedule_defaults(out, &executor_shared_iterations);
    out->vus = baseline->vus;
    out->iterations = iterations > baseline->vus ? iterations : baseline->vus;
    out->max_duration_ns = baseline->max_duration_ns;
}
