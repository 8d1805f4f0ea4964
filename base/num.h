/* Text to numbers, strictly: the whole text must be the number, in range, without leading or
 * trailing blanks. On failure `*out` is untouched and false is returned; the caller knows the
 * option or field and writes the sentence. */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

MUST_CHECK bool num_parse_u64(const char *text, uint64_t *out);
MUST_CHECK bool num_parse_double(const char *text, double *out); /* finite only, C locale */

/* k6's durations: "1m30s", "500ms", "2h", "1.5s"; units h m s ms; a bare number is milliseconds. */
MUST_CHECK bool num_parse_duration_ms(const char *text, uint64_t *out_ms);

/* A list "50,150,200" of whole numbers, 1..max_count of them, each ≥ 1, strictly rising. */
MUST_CHECK bool num_parse_rising_list(const char *text, uint64_t *out, size_t max_count,
                                      size_t *count);

#endif
