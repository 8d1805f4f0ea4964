/* What a person at the terminal is told, on stderr. Every line passes through base/redact.h.
 * Results never go here. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/err.h"

enum log_level {
    LOG_QUIET,
    LOG_NORMAL,
    LOG_VERBOSE
};

void log_set_level(enum log_level level);

void log_error(const char *format, ...) PRINTF_LIKE(1, 2); /* always shown: "tmscdp: …" */
void log_warn(const char *format, ...) PRINTF_LIKE(1, 2); /* always shown: "tmscdp: warning: …" */
void log_info(const char *format, ...) PRINTF_LIKE(1, 2); /* normal and verbose */
void log_verbose(const char *format, ...) PRINTF_LIKE(1, 2); /* verbose only */

#endif
