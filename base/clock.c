#include "base/clock.h"

#include <assert.h>
#include <stdio.h>
#include <time.h>

uint64_t clock_now_ns(void)
{
    struct timespec now = { 0, 0 };
    int failed = clock_gettime(CLOCK_MONOTONIC, &now);
    assert(failed == 0);
    (void)failed;
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

void clock_wall(int64_t *seconds, int64_t *nanoseconds)
{
    struct timespec now = { 0, 0 };
    int failed = clock_gettime(CLOCK_REALTIME, &now);
    assert(failed == 0);
    (void)failed;
    *seconds = now.tv_sec;
    *nanoseconds = now.tv_nsec;
}

static struct tm utc_now(int64_t *nanoseconds)
{
    int64_t seconds = 0;
    clock_wall(&seconds, nanoseconds);
    time_t when = (time_t)seconds;
    struct tm parts = { 0 };
    (void)gmtime_r(&when, &parts);
    return parts;
}

void clock_iso(char *out)
{
    int64_t nanoseconds = 0;
    struct tm parts = utc_now(&nanoseconds);
    size_t used = strftime(out, CLOCK_ISO_BYTES, "%Y-%m-%dT%H:%M:%S", &parts);
    (void)snprintf(out + used, CLOCK_ISO_BYTES - used, ".%03dZ", (int)(nanoseconds / 1000000));
}

void clock_stamp(char *out)
{
    int64_t nanoseconds = 0;
    struct tm parts = utc_now(&nanoseconds);
    (void)strftime(out, CLOCK_ISO_BYTES, "%Y%m%d-%H%M%S", &parts);
}
