/* A set of texts: the ids of messages, the cursors of pages. Adding never fails; a text is copied.
 * Zero-initialise; release frees. */
#ifndef CDP_ID_SET_H
#define CDP_ID_SET_H

#include <stdbool.h>
#include <stddef.h>

struct id_set {
    char **slots; /* open addressing, NULL where free */
    size_t cap;   /* a power of two, or 0 */
    size_t count;
};

/* True when the text was not there before. */
bool id_set_add(struct id_set *set, const char *text);
bool id_set_has(const struct id_set *set, const char *text);
void id_set_release(struct id_set *set);

#endif
