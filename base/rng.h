/* A seeded random generator: xoshiro256** (Blackman and Vigna 2018), seeded by splitmix64. The same
 * seed gives the same sequence on every machine. Not for secrets. */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
    uint64_t state[4];
};

void rng_init(struct rng *rng, uint64_t seed);
uint64_t rng_u64(struct rng *rng);
uint64_t rng_below(struct rng *rng, uint64_t bound); /* 0 … bound−1 without bias; bound ≥ 1 */
double rng_unit(struct rng *rng);                    /* [0, 1), 53 bits */

#define RNG_UUID_BYTES ((size_t)37)
/* A version 4 UUID from the generator's bits, lower case, NUL-ended. */
void rng_uuid(struct rng *rng, char out[RNG_UUID_BYTES]);

/* A secret-grade random seed from the kernel, for callers that were given none. */
uint64_t rng_entropy(void);

#endif
