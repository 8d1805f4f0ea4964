#include "base/timers.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

void timers_release(struct timers *timers)
{
    free(timers->heap);
    *timers = (struct timers){ .heap = NULL };
}

static void place(struct timers *timers, size_t index, struct timers_entry *entry)
{
    timers->heap[index] = entry;
    entry->place = index + 1;
}

static void rise(struct timers *timers, size_t index)
{
    struct timers_entry *entry = timers->heap[index];
    while (index > 0) {
        size_t parent = (index - 1) / 2;
        if (timers->heap[parent]->at_ns <= entry->at_ns) {
            break;
        }
        place(timers, index, timers->heap[parent]);
        index = parent;
    }
    place(timers, index, entry);
}

static void sink(struct timers *timers, size_t index)
{
    struct timers_entry *entry = timers->heap[index];
    for (;;) {
        size_t child = 2 * index + 1;
        if (child >= timers->count) {
            break;
        }
        if (child + 1 < timers->count &&
            timers->heap[child + 1]->at_ns < timers->heap[child]->at_ns) {
            child++;
        }
        if (entry->at_ns <= timers->heap[child]->at_ns) {
            break;
        }
        place(timers, index, timers->heap[child]);
        index = child;
    }
    place(timers, index, entry);
}

void timers_set(struct timers *timers, struct timers_entry *entry, uint64_t at_ns)
{
    entry->at_ns = at_ns;
    if (entry->place == 0) {
        mem_reserve((void **)&timers->heap, &timers->cap, timers->count + 1,
                    sizeof(struct timers_entry *));
        place(timers, timers->count++, entry);
    }
    rise(timers, entry->place - 1);
    sink(timers, entry->place - 1);
}

void timers_remove(struct timers *timers, struct timers_entry *entry)
{
    if (entry->place == 0) {
        return;
    }
    size_t index = entry->place - 1;
    struct timers_entry *last = timers->heap[--timers->count];
    entry->place = 0;
    if (last != entry) {
        place(timers, index, last);
        rise(timers, index);
        sink(timers, last->place - 1);
    }
}

struct timers_entry *timers_first(const struct timers *timers)
{
    return timers->count > 0 ? timers->heap[0] : NULL;
}
