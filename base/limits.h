/* Every ceiling of the program, in one place. A buffer that would grow over its ceiling fails with
 * ERR_LIMIT and a sentence that names the ceiling. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#include <stddef.h>

#define KIB ((size_t)1024)
#define MIB (1024 * KIB)

#define LIMIT_STRBUF_BYTES           (512 * MIB) /* any single text or byte buffer */
#define LIMIT_CONFIG_FILE_BYTES      (4 * MIB)   /* profiles, scenarios, budgets */
#define LIMIT_DATA_FILE_BYTES        (256 * MIB) /* the seeder's token and id files */
#define LIMIT_RESULT_FILE_BYTES      (256 * MIB) /* result.json and raw files, uncompressed */
#define LIMIT_PNG_FILE_BYTES         (64 * MIB)  /* a screenshot */
#define LIMIT_PNG_PIXELS             ((size_t)64 * 1000000) /* width times height */
#define LIMIT_DEVTOOLS_MESSAGE_BYTES (256 * MIB)
#define LIMIT_DEVTOOLS_COMMAND_BYTES (64 * MIB)   /* Chromium drops more than 100 MB silently */
#define LIMIT_TRACE_FILE_BYTES       (64 * MIB)   /* a trace as the browser packs it */
#define LIMIT_TRACE_BYTES            (1024 * MIB) /* the same unpacked, never in memory as a whole */
#define LIMIT_TRACE_EVENT_BYTES      (1 * MIB)
#define LIMIT_JSON_DEPTH             200
#define LIMIT_URL_BYTES              ((size_t)2048)
#define LIMIT_SECRETS                ((size_t)16384) /* distinct strings that base/redact.h hides */

#endif
