/* Products of two 64-bit numbers, exactly, for schedules: nanoseconds times rates pass 64 bits. */
#ifndef BACKEND_WIDE_H
#define BACKEND_WIDE_H

#include <assert.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 wide;

/* ⌊a · b / c⌋ and ⌈a · b / c⌉; c > 0, and the result fits into 64 bits. */
static inline uint64_t wide_floor(uint64_t a, uint64_t b, uint64_t c)
{
    assert(c > 0);
    return (uint64_t)((wide)a * b / c);
}

static inline uint64_t wide_ceil(uint64_t a, uint64_t b, uint64_t c)
{
    assert(c > 0);
    return (uint64_t)(((wide)a * b + (c - 1)) / c);
}

#endif
