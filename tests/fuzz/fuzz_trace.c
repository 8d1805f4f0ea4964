/* The trace reader: the same bytes whole and in random pieces must end alike and give the same
 * events, and what comes out of them must survive the frames' own arithmetic. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "metrics/frames.h"
#include "metrics/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size); /* NOLINT: libFuzzer's name */

static void require(bool holds)
{
    if (!holds) {
        __builtin_trap();
    }
}

static void add(void *arg, const cJSON *event)
{
    frame_log_add(arg, event);
}

/* Reads the bytes in pieces of at most `piece`. */
static enum err read_bytes(const char *bytes, size_t size, size_t piece, cJSON **out)
{
    struct frame_log log = { .count = 0 };
    struct err_msg msg;
    struct trace_reader *reader = trace_reader_new(frame_events, add, &log);
    for (size_t at = 0; at < size; at += piece) {
        trace_reader_feed(reader, bytes + at, size - at < piece ? size - at : piece);
    }
    enum err err = trace_reader_end(reader, &msg);
    *out = frame_log_to_json(&log);
    trace_reader_free(reader);
    frame_log_release(&log);
    return err;
}

static void check_frames(const cJSON *node)
{
    struct frame_report *reports = NULL;
    size_t count = 0;
    struct err_msg msg;
    struct frames frames;
    /* A time that is no number becomes null, and is refused. */
    if (frame_reports_read(node, &reports, &count, &msg) != ERR_OK) {
        return;
    }
    if (frames_compute(reports, count, &frames)) {
        require(frames.fps >= 0.0 && frames.longest_gap_ms >= 0.0);
        require(frames.worst_second_fps >= 0.0);
        require(frames.pictures >= 2);
    }
    require(frames.whole + frames.partial + frames.dropped <= count);
    free(reports);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    cJSON *whole = NULL;
    cJSON *pieces = NULL;
    enum err err = read_bytes(bytes, size, size > 0 ? size : 1, &whole);
    require(err == read_bytes(bytes, size, size > 0 ? 1 + data[0] % 7 : 1, &pieces));
    require(cJSON_Compare(whole, pieces, true));
    check_frames(whole);
    cJSON_Delete(whole);
    cJSON_Delete(pieces);
    return 0;
}
