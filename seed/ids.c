#include "seed/ids.h"

#include <inttypes.h>
#include <stdio.h>

/* The finalizer of splitmix64 (Steele, Lea and Flood 2014): each input bit moves every output bit.
 */
static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

uint64_t ids_hash(uint64_t seed, enum id_kind kind, uint32_t group, uint32_t ordinal)
{
    uint64_t place = ((uint64_t)kind << 44) | ((uint64_t)group << 32) | ordinal;
    return mix(mix(seed) ^ place);
}

struct id ids_make(uint64_t seed, enum id_kind kind, uint32_t group, uint32_t ordinal)
{
    struct id id;
    uint64_t hash = ids_hash(seed, kind, group, ordinal);
    (void)snprintf(id.text, sizeof id.text,
                   "%08" PRIx32 "-%04" PRIx64 "-4%x%02" PRIx64 "-b%03" PRIx32 "-5eed%08" PRIx32,
                   (uint32_t)(hash >> 32), (hash >> 16) & 0xffff, (unsigned)kind & 0xfU,
                   (hash >> 8) & 0xff, group & 0xfffU, ordinal);
    return id;
}

struct id ids_user(uint64_t seed, uint32_t index)
{
    return ids_make(seed, ID_USER, 0, index);
}

struct id ids_conversation(uint64_t seed, uint32_t group)
{
    return ids_make(seed, ID_CONVERSATION, group, group);
}

struct id ids_message(uint64_t seed, uint32_t group, uint32_t sequence)
{
    return ids_make(seed, ID_MESSAGE, group, sequence);
}
