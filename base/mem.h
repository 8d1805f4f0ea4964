/* Checked allocation. The program has no use for a NULL from malloc: out of memory ends it with one
 * sentence on stderr (exit 107), so these never return NULL. Memory is the caller's; free() it. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* Zeroed. `bytes` may be 0. */
void *mem_new(size_t bytes);

/* `count` zeroed elements; the product is checked against overflow. */
void *mem_new_array(size_t count, size_t element_bytes);

/* realloc to `count` elements, product checked; new bytes are not zeroed. */
void *mem_resize(void *old, size_t count, size_t element_bytes);

/* Grows `*array` (capacity `*cap` elements) by doubling until it holds at least `need`. */
void mem_reserve(void **array, size_t *cap, size_t need, size_t element_bytes);

char *mem_dup_str(const char *text);
char *mem_dup_bytes(const void *bytes, size_t count); /* a NUL is put behind them */

/* printf into a new string. */
char *mem_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends the program as a failed allocation does, for libraries that report one of their own. */
_Noreturn void mem_exhausted(void);

#endif
