#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXHAUSTED_EXIT 107 /* "our own failure" among the program's exit codes */

_Noreturn void mem_exhausted(void)
{
    fputs("tmscdp: out of memory\n", stderr);
    _Exit(EXHAUSTED_EXIT);
}

static size_t product(size_t count, size_t element_bytes)
{
    if (element_bytes != 0 && count > SIZE_MAX / element_bytes) {
        mem_exhausted();
    }
    return count * element_bytes;
}

void *mem_new(size_t bytes)
{
    void *fresh = calloc(1, bytes == 0 ? 1 : bytes);
    if (fresh == NULL) {
        mem_exhausted();
    }
    return fresh;
}

void *mem_new_array(size_t count, size_t element_bytes)
{
    return mem_new(product(count, element_bytes));
}

void *mem_resize(void *old, size_t count, size_t element_bytes)
{
    size_t bytes = product(count, element_bytes);
    void *fresh = realloc(old, bytes == 0 ? 1 : bytes);
    if (fresh == NULL) {
        mem_exhausted();
    }
    return fresh;
}

void mem_reserve(void **array, size_t *cap, size_t need, size_t element_bytes)
{
    if (need <= *cap) {
        return;
    }
    size_t grown = *cap < 8 ? 8 : *cap;
    while (grown < need) {
        grown = grown > SIZE_MAX / 2 ? need : grown * 2;
    }
    *array = mem_resize(*array, grown, element_bytes);
    *cap = grown;
}

char *mem_dup_str(const char *text)
{
    return mem_dup_bytes(text, strlen(text));
}

char *mem_dup_bytes(const void *bytes, size_t count)
{
    if (count == SIZE_MAX) {
        mem_exhausted();
    }
    char *copy = mem_resize(NULL, count + 1, 1);
    if (count > 0) {
        memcpy(copy, bytes, count);
    }
    copy[count] = '\0';
    return copy;
}

char *mem_format(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int wanted = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (wanted < 0) {
        mem_exhausted();
    }
    char *text = mem_new((size_t)wanted + 1);
    va_start(args, format);
    (void)vsnprintf(text, (size_t)wanted + 1, format, args);
    va_end(args);
    return text;
}
