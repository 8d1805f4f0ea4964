#include "backend/k6_json.h"

#include <errno.h>
#include <math.h>
#include <time.h>
#include <zlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"

#define BUFFER_BYTES (256 * KIB)
#define NAMES_MAX    ((size_t)256)
#define TIME_BYTES   ((size_t)40)

struct k6_json {
    char *path;
    FILE *plain;
    gzFile zipped;
    const struct workload *workload;
    char *announced[NAMES_MAX]; /* owned */
    size_t announced_count;
    bool is_announced[BUILTIN_COUNT + WORKLOAD_METRICS_MAX]; /* of this workload */
    struct strbuf buffer;
    uint64_t not_numbers;
    int failure; /* errno of the first write that failed; 0 */
};

static bool ends_in_gz(const char *path)
{
    size_t length = strlen(path);
    return length > 3 && strcmp(path + length - 3, ".gz") == 0;
}

enum err k6_json_open(const char *path, struct k6_json **out, struct err_msg *msg)
{
    struct k6_json *json = mem_new(sizeof *json);
    errno = 0;
    if (ends_in_gz(path)) {
        json->zipped = gzopen(path, "wb");
    } else {
        json->plain = fopen(path, "we");
    }
    if (json->zipped == NULL && json->plain == NULL) {
        free(json);
        return err_set(msg, ERR_IO, "cannot write %s: %s", path, strerror(errno));
    }
    json->path = mem_dup_str(path);
    *out = json;
    return ERR_OK;
}

void k6_json_workload(struct k6_json *out, const struct workload *workload)
{
    out->workload = workload;
    memset(out->is_announced, 0, sizeof out->is_announced);
}

static const struct metric_spec *spec_of(const struct workload *workload, size_t metric)
{
    return metric < BUILTIN_COUNT ? &builtin_metrics[metric]
                                  : &workload->metric[metric - BUILTIN_COUNT];
}

static void add_thresholds(const struct workload *workload, size_t metric, struct strbuf *out)
{
    size_t count = 0;
    strbuf_add_char(out, '[');
    for (size_t i = 0; i < workload->threshold_count; i++) {
        const struct threshold_spec *threshold = &workload->threshold[i];
        if (threshold->metric == metric && threshold->selector.tag_count == 0) {
            strbuf_add_str(out, count++ > 0 ? "," : "");
            json_quote(threshold->threshold.source, out);
        }
    }
    strbuf_add_char(out, ']');
}

static bool was_announced(struct k6_json *out, const char *name)
{
    for (size_t i = 0; i < out->announced_count; i++) {
        if (strcmp(out->announced[i], name) == 0) {
            return true;
        }
    }
    if (out->announced_count < NAMES_MAX) {
        out->announced[out->announced_count++] = mem_dup_str(name);
    }
    return false;
}

static void announce(struct k6_json *out, size_t metric, const struct metric_spec *spec)
{
    out->is_announced[metric] = true;
    if (was_announced(out, spec->name)) {
        return;
    }
    strbuf_addf(&out->buffer,
                "{\"type\":\"Metric\",\"data\":{\"name\":\"%s\",\"type\":\"%s\","
                "\"contains\":\"%s\",\"thresholds\":",
                spec->name, series_kind_name(spec->kind), metric_contains_names[spec->contains]);
    add_thresholds(out->workload, metric, &out->buffer);
    strbuf_addf(&out->buffer, ",\"submetrics\":null},\"metric\":\"%s\"}\n", spec->name);
}

/* RFC 3339 with nanoseconds, UTC. */
static void write_time(char text[TIME_BYTES])
{
    int64_t seconds;
    int64_t nanoseconds;
    struct tm parts;
    clock_wall(&seconds, &nanoseconds);
    time_t whole = (time_t)seconds;
    (void)gmtime_r(&whole, &parts);
    size_t length = strftime(text, TIME_BYTES, "%Y-%m-%dT%H:%M:%S", &parts);
    (void)snprintf(text + length, TIME_BYTES - length, ".%09lldZ", (long long)nanoseconds);
}

void k6_json_point(struct k6_json *out, size_t metric, const struct strbuf *tags, double value)
{
    char time_text[TIME_BYTES];
    const struct metric_spec *spec = spec_of(out->workload, metric);
    if (!isfinite(value)) {
        out->not_numbers++;
        return;
    }
    if (!out->is_announced[metric]) {
        announce(out, metric, spec);
    }
    write_time(time_text);
    strbuf_addf(&out->buffer,
                "{\"metric\":\"%s\",\"type\":\"Point\",\"data\":{\"time\":\"%s\",\"value\":%.10g,"
                "\"tags\":",
                spec->name, time_text, value);
    strbuf_add(&out->buffer, strbuf_text(tags), tags->len);
    strbuf_add_str(&out->buffer, "}}\n");
    if (out->buffer.len >= BUFFER_BYTES) {
        k6_json_flush(out);
    }
}

void k6_json_flush(struct k6_json *out)
{
    size_t bytes = out->buffer.len;
    bool written = true;
    if (bytes == 0) {
        return;
    }
    errno = 0;
    if (out->plain != NULL) {
        written =
            fwrite(out->buffer.data, 1, bytes, out->plain) == bytes && fflush(out->plain) == 0;
    } else {
        written = gzwrite(out->zipped, out->buffer.data, (unsigned)bytes) == (int)bytes &&
                  gzflush(out->zipped, Z_SYNC_FLUSH) == Z_OK;
    }
    if (!written && out->failure == 0) {
        out->failure = errno != 0 ? errno : EIO;
    }
    strbuf_clear(&out->buffer);
}

enum err k6_json_close(struct k6_json *out, struct err_msg *msg)
{
    enum err err = ERR_OK;
    k6_json_flush(out);
    errno = 0;
    int closed = out->plain != NULL ? fclose(out->plain) : gzclose(out->zipped);
    if (closed != 0 && out->failure == 0) {
        out->failure = errno != 0 ? errno : EIO;
    }
    if (out->failure != 0) {
        err = err_set(msg, ERR_IO, "cannot write %s: %s", out->path, strerror(out->failure));
    } else if (out->not_numbers > 0) {
        err = err_set(msg, ERR_IO, "%s: %llu samples were no numbers and are left out", out->path,
                      (unsigned long long)out->not_numbers);
    }
    for (size_t i = 0; i < out->announced_count; i++) {
        free(out->announced[i]);
    }
    strbuf_release(&out->buffer);
    free(out->path);
    free(out);
    return err;
}
