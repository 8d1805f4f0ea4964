/* The two clocks. Everything measured is on the monotonic one; the wall clock only dates results.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S  UINT64_C(1000000000)

/* CLOCK_MONOTONIC in nanoseconds: the clock that Chromium's trace and libev use on Linux. */
uint64_t clock_now_ns(void);

/* Seconds since 1970, whole and nanoseconds. */
void clock_wall(int64_t *seconds, int64_t *nanoseconds);

#define CLOCK_ISO_BYTES ((size_t)32)
/* "2026-02-24T13:37:10.123Z" of now, UTC, into `out` of at least CLOCK_ISO_BYTES. */
void clock_iso(char *out);

/* "20260224-133710" of now, UTC: sortable, for run directories. At least CLOCK_ISO_BYTES. */
void clock_stamp(char *out);

#endif
