/* Reads a browser's trace file (the Trace Event Format's JSON object: {"traceEvents":[{…},…],…})
 * in pieces of any size. An event is handed over as a small tree and forgotten; nothing else of the
 * file is kept, so a trace of any length takes little memory.
 *
 * Objects are told apart by their depth alone, which the format allows: an object inside an array
 * inside the root object is an event. What stands between them is not checked. */
#ifndef METRICS_TRACE_H
#define METRICS_TRACE_H

#include <stddef.h>

#include "base/err.h"
#include "base/json.h"

struct trace_reader;

/* `on_event` gets each event whose "name" is one of `names` (NULL-ended; both borrowed as long as
 * the reader lives). The event is borrowed for the call. */
struct trace_reader *trace_reader_new(const char *const *names,
                                      void (*on_event)(void *arg, const cJSON *event), void *arg);
void trace_reader_free(struct trace_reader *reader); /* NULL is allowed */

/* The next bytes of the file. After an error the rest is ignored; trace_reader_end has it. */
void trace_reader_feed(struct trace_reader *reader, const char *bytes, size_t count);

/* No more bytes come. ERR_FORMAT when the file was cut short or a wanted event is no JSON,
 * ERR_LIMIT when one is larger than LIMIT_TRACE_EVENT_BYTES. */
MUST_CHECK enum err trace_reader_end(const struct trace_reader *reader, struct err_msg *msg);

#endif
