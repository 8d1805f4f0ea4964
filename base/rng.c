#include "base/rng.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/types.h>

static uint64_t rotate_left(uint64_t value, int bits)
{
    return (value << bits) | (value >> (64 - bits));
}

void rng_init(struct rng *rng, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        seed += UINT64_C(0x9e3779b97f4a7c15);
        uint64_t mixed = seed;
        mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
        rng->state[i] = mixed ^ (mixed >> 31);
    }
}

uint64_t rng_u64(struct rng *rng)
{
    uint64_t *s = rng->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint64_t rng_below(struct rng *rng, uint64_t bound)
{
    assert(bound >= 1);
    /* 2^64 mod bound values at the bottom would be drawn once too often. */
    uint64_t surplus = (0 - bound) % bound;
    uint64_t drawn = 0;
    do {
        drawn = rng_u64(rng);
    } while (drawn < surplus);
    return drawn % bound;
}

double rng_unit(struct rng *rng)
{
    return (double)(rng_u64(rng) >> 11) * 0x1.0p-53;
}

void rng_uuid(struct rng *rng, char out[RNG_UUID_BYTES])
{
    uint64_t high = rng_u64(rng);
    uint64_t low = rng_u64(rng);
    unsigned long time_low = (unsigned long)(high >> 32);
    unsigned long time_mid = (unsigned long)((high >> 16) & 0xffffU);
    unsigned long version = (unsigned long)((high & 0x0fffU) | 0x4000U);
    unsigned long variant = (unsigned long)(((low >> 48) & 0x3fffU) | 0x8000U);
    unsigned long long node = (unsigned long long)(low & UINT64_C(0xffffffffffff));
    (void)snprintf(out, RNG_UUID_BYTES, "%08lx-%04lx-%04lx-%04lx-%012llx", time_low, time_mid,
                   version, variant, node);
}

uint64_t rng_entropy(void)
{
    uint64_t seed = 0;
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed) {
        perror("tmscdp: the kernel gives no random bytes");
        _Exit(107);
    }
    return seed;
}
