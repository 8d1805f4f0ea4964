#include "backend/vu_values.h"

#include <inttypes.h>
#include <stdio.h>

static struct template_value number_value(struct vu_values *values, uint64_t number)
{
    int bytes = snprintf(values->number_text, sizeof values->number_text, "%" PRIu64, number);
    return (struct template_value){ values->number_text, (size_t)bytes };
}

struct template_value vu_values_get(void *arg, int variable)
{
    struct vu_values *values = arg;
    const struct variable *known = &values->workload->variable[variable];
    const struct data_set *set = NULL;
    switch (known->kind) {
    case VARIABLE_VU:
        return number_value(values, (uint64_t)values->number + 1);
    case VARIABLE_ITERATION:
        return number_value(values, values->iteration);
    case VARIABLE_SERIAL:
        return number_value(values, values->serial);
    case VARIABLE_RUN:
        return (struct template_value){ values->run, strlen(values->run) };
    case VARIABLE_SET:
        set = &values->workload->data.set[known->set];
        return (struct template_value){ set->item[0], set->bytes[0] };
    case VARIABLE_PICK:
    case VARIABLE_CAPTURE:
        break;
    }
    const struct slot *slot = &values->slot[known->slot];
    return (struct template_value){ slot->text, slot->bytes };
}

void vu_values_pick(struct vu_values *values, const struct pick *pick, struct rng *rng)
{
    const struct workload *workload = values->workload;
    const struct data_set *set = &workload->data.set[pick->set];
    struct slot *slot = &values->slot[workload->variable[pick->variable].slot];
    size_t count = pick->first > 0 && pick->first < set->count ? pick->first : set->count;
    size_t item = 0;
    switch (pick->by) {
    case PICK_RANDOM:
        item = (size_t)rng_below(rng, count);
        break;
    case PICK_VU:
        item = values->number % count;
        break;
    case PICK_ITERATION:
        item = (size_t)((values->number + values->iteration) % count);
        break;
    }
    slot->text = set->item[item];
    slot->bytes = set->bytes[item];
    slot->auth_line = set->auth_line != NULL ? set->auth_line[item] : NULL;
}

void vu_values_clear(struct vu_values *values, uint64_t iteration)
{
    values->iteration = iteration;
    for (size_t i = 0; i < values->workload->slot_count; i++) {
        values->slot[i].text = NULL;
        values->slot[i].auth_line = NULL;
    }
}

void vu_values_release(struct vu_values *values)
{
    for (size_t i = 0; values->slot != NULL && i < values->workload->slot_count; i++) {
        free(values->slot[i].captured);
    }
    free(values->slot);
    values->slot = NULL;
}
