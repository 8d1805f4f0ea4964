/* The stream of samples that `--out json=FILE` writes: k6's NDJSON, a Metric line before the first
 * Point of each metric. Times are in milliseconds. Gzipped when the name ends in .gz. Written at
 * least every 200 ms, when k6_json_flush is called as often. */
#ifndef BACKEND_K6_JSON_H
#define BACKEND_K6_JSON_H

#include <stdint.h>

#include "backend/workload.h"
#include "base/err.h"
#include "base/strbuf.h"

#define K6_JSON_FLUSH_MS 200

struct k6_json;

/* A new file, mode 0644; an old one is replaced. ERR_IO names it. */
MUST_CHECK enum err k6_json_open(const char *path, struct k6_json **out, struct err_msg *msg);

/* Points that follow are of this workload. Metric lines come once for each name in a file. */
void k6_json_workload(struct k6_json *out, const struct workload *workload);

/* One sample; `metric` as in struct threshold_spec, `tags` a JSON object. NaN and infinity are left
 * out, and counted for the error at the end. */
void k6_json_point(struct k6_json *out, size_t metric, const struct strbuf *tags, double value);

/* Writes what has gathered. A failure is kept for k6_json_close. */
void k6_json_flush(struct k6_json *out);

/* ERR_IO when anything could not be written, or a sample was not a number. Frees. */
MUST_CHECK enum err k6_json_close(struct k6_json *out, struct err_msg *msg);

#endif
