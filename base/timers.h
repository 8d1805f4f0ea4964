/* Many one-shot timers over one alarm: a binary heap of moments on clock_now_ns(). For base/loop.c,
 * which has the alarm; others use its loop_timer. */
#ifndef BASE_TIMERS_H
#define BASE_TIMERS_H

#include <stddef.h>
#include <stdint.h>

#define TIMERS_NEVER UINT64_MAX

struct timers_entry {
    uint64_t at_ns;
    size_t place; /* 1 + index in the heap; 0: not in it */
};

/* All zero is an empty heap; entries are the callers' and stay where they are while they are in it.
 */
struct timers {
    struct timers_entry **heap; /* owned */
    size_t count;
    size_t cap;
};

void timers_release(struct timers *timers);

/* Puts the entry in, or moves it. */
void timers_set(struct timers *timers, struct timers_entry *entry, uint64_t at_ns);
/* Takes it out; one that is not in it stays out. */
void timers_remove(struct timers *timers, struct timers_entry *entry);

/* The earliest entry, or NULL. */
struct timers_entry *timers_first(const struct timers *timers);

#endif
