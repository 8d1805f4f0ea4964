#include "cdp/id_set.h"

#include <stdint.h>

#include "base/mem.h"

#define FIRST_CAP ((size_t)256)

/* FNV-1a, 64 bits (Fowler, Noll and Vo). */
static uint64_t hash(const char *text)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (; *text != '\0'; text++) {
        h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
    }
    return h;
}

/* The slot that holds the text, or the free one where it belongs. cap > count. */
static char **find_slot(const struct id_set *set, const char *text)
{
    size_t at = (size_t)hash(text) & (set->cap - 1);
    while (set->slots[at] != NULL && strcmp(set->slots[at], text) != 0) {
        at = (at + 1) & (set->cap - 1);
    }
    return &set->slots[at];
}

static void grow(struct id_set *set)
{
    struct id_set bigger = { .cap = set->cap == 0 ? FIRST_CAP : set->cap * 2, .count = set->count };
    bigger.slots = mem_new_array(bigger.cap, sizeof *bigger.slots);
    for (size_t i = 0; i < set->cap; i++) {
        if (set->slots[i] != NULL) {
            *find_slot(&bigger, set->slots[i]) = set->slots[i];
        }
    }
    free(set->slots);
    *set = bigger;
}

bool id_set_add(struct id_set *set, const char *text)
{
    if (set->count * 2 >= set->cap) {
        grow(set);
    }
    char **slot = find_slot(set, text);
    if (*slot != NULL) {
        return false;
    }
    *slot = mem_dup_str(text);
    set->count++;
    return true;
}

bool id_set_has(const struct id_set *set, const char *text)
{
    return set->cap > 0 && *find_slot(set, text) != NULL;
}

void id_set_release(struct id_set *set)
{
    for (size_t i = 0; i < set->cap; i++) {
        free(set->slots[i]);
    }
    free(set->slots);
    *set = (struct id_set){ NULL, 0, 0 };
}
