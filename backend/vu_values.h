/* What the variables of a flow stand for, for one VU in one iteration (backend/workload.h). */
#ifndef BACKEND_VU_VALUES_H
#define BACKEND_VU_VALUES_H

#include <stdint.h>

#include "backend/workload.h"
#include "base/rng.h"

#define VU_NUMBER_BYTES ((size_t)24)

/* What a pick or a capture left. */
struct slot {
    const char *text; /* NULL: no value. Borrowed from the set of data, or `captured` */
    size_t bytes;
    const char *auth_line; /* of a token */
    char *captured;        /* owned; WORKLOAD_CAPTURE_BYTES + 1 once it was needed */
};

struct vu_values {
    const struct workload *workload;
    const char *run;
    struct slot *slot; /* owned: slot_count of the workload */
    uint64_t iteration;
    uint64_t serial;
    uint32_t number; /* of the VU, from 0 */
    char number_text[VU_NUMBER_BYTES];
};

/* For template_fill; `arg` is the struct vu_values. A number's text holds until the next one. */
struct template_value vu_values_get(void *arg, int variable);

void vu_values_pick(struct vu_values *values, const struct pick *pick, struct rng *rng);

/* Picks and captures have no value any more. */
void vu_values_clear(struct vu_values *values, uint64_t iteration);
void vu_values_release(struct vu_values *values);

#endif
