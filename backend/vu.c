#include "backend/vu.h"

#include <assert.h>

#include "backend/socket_vu.h"
#include "backend/vu_kind.h"

struct vu *vu_new(struct vu_world *world, const struct vu_role *role)
{
    struct vu *vu = role->flow->is_socket ? socket_vu_new(world, role) : http_vu_new(world, role);
    vu->world = world;
    vu->role = *role;
    return vu;
}

void vu_free(struct vu *vu)
{
    if (vu != NULL) {
        vu->kind->free(vu);
    }
}

void vu_start(struct vu *vu, uint64_t due_ns, uint64_t now_ns)
{
    assert(!vu_is_busy(vu));
    vu->started++;
    vu->kind->start(vu, due_ns, now_ns);
}

bool vu_is_busy(const struct vu *vu)
{
    return vu->kind->is_busy(vu);
}

uint64_t vu_started(const struct vu *vu)
{
    return vu->started;
}

uint32_t vu_number(const struct vu *vu)
{
    return vu->role.number;
}

void vu_interrupt(struct vu *vu)
{
    if (vu_is_busy(vu)) {
        vu->kind->interrupt(vu);
    }
}
