/* What the two kinds of virtual users have in common; for them and for vu.c alone. */
#ifndef BACKEND_VU_KIND_H
#define BACKEND_VU_KIND_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/vu.h"

struct vu_kind {
    void (*free)(struct vu *vu);
    void (*start)(struct vu *vu, uint64_t due_ns, uint64_t now_ns); /* it is idle */
    bool (*is_busy)(const struct vu *vu);
    void (*interrupt)(struct vu *vu); /* it is busy */
};

/* The first member of either kind. */
struct vu {
    const struct vu_kind *kind;
    struct vu_world *world;
    struct vu_role role;
    uint64_t started; /* iterations begun, or waited for */
};

/* Makes HTTP requests (backend/http_vu.c). World and role are set by the caller. */
struct vu *http_vu_new(struct vu_world *world, const struct vu_role *role);
#endif
