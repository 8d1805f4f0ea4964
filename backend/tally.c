#include "backend/tally.h"

#include "backend/figures.h"

void tally_add(struct tally *tally, const struct tally_sample *sample)
{
    tally->requests++;
    tally->outcomes[sample->outcome]++;
    if (sample->outcome == OUTCOME_TIMEOUT) {
        histogram_add_censored(&tally->service_ns, sample->timeout_ns);
        histogram_add_censored(&tally->response_ns, sample->timeout_ns);
        return;
    }
    if (sample->outcome > OUTCOME_TIMEOUT) {
        return; /* no answer: there is no time to speak of */
    }
    tally->server_errors += sample->status >= 500 ? 1 : 0;
    if (sample->outcome != OUTCOME_RATE_LIMITED) {
        histogram_add(&tally->service_ns, sample->service_ns);
        histogram_add(&tally->response_ns, sample->response_ns);
    }
}

void tally_merge(struct tally *into, const struct tally *from)
{
    into->requests += from->requests;
    into->server_errors += from->server_errors;
    for (size_t i = 0; i < OUTCOME_COUNT; i++) {
        into->outcomes[i] += from->outcomes[i];
    }
    histogram_merge(&into->service_ns, &from->service_ns);
    histogram_merge(&into->response_ns, &from->response_ns);
}

void tally_release(struct tally *tally)
{
    histogram_release(&tally->service_ns);
    histogram_release(&tally->response_ns);
    *tally = (struct tally){ .requests = 0 };
}

uint64_t tally_errors(const struct tally *tally)
{
    uint64_t errors = 0;
    for (size_t i = 0; i < OUTCOME_COUNT; i++) {
        errors += outcome_is_error((enum outcome)i) ? tally->outcomes[i] : 0;
    }
    return errors;
}

struct stress_counts tally_counts(const struct tally *tally)
{
    return (struct stress_counts){
        .requests = tally->requests,
        .errors = tally_errors(tally),
        .timeouts = tally->outcomes[OUTCOME_TIMEOUT],
        .server_errors = tally->server_errors,
        .pool_exhausted = tally->outcomes[OUTCOME_POOL_EXHAUSTED],
        .conflicts = tally->outcomes[OUTCOME_CONFLICT],
        .rate_limited = tally->outcomes[OUTCOME_RATE_LIMITED],
        .latency_ns = &tally->service_ns,
    };
}

void tally_to_json(const struct tally *tally, cJSON *node)
{
    json_add_number(node, "requests", (double)tally->requests);
    json_add_number(node, "errors", (double)tally_errors(tally));
    cJSON *outcomes = json_add_object(node, "outcomes");
    for (size_t i = 0; i < OUTCOME_COUNT; i++) {
        if (tally->outcomes[i] > 0) {
            json_add_number(outcomes, outcome_names[i], (double)tally->outcomes[i]);
        }
    }
    figures_to_json(&tally->service_ns, FIGURES_NS_IN_MS, node, "service_ms");
    figures_to_json(&tally->response_ns, FIGURES_NS_IN_MS, node, "response_ms");
}
