/* Reads a gzipped trace as a scroll's recording is read, and says how long and how much memory it
 * took. build/bench/read_trace FILE */
#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "metrics/frames.h"
#include "metrics/host.h"
#include "metrics/trace.h"

static size_t events;

static void add_event(void *arg, const cJSON *event)
{
    events++;
    frame_log_add(arg, event);
}

static void feed(void *arg, const char *bytes, size_t count)
{
    trace_reader_feed(arg, bytes, count);
}

int main(int argc, char **argv)
{
    struct err_msg msg = { "" };
    struct frame_log log = { .count = 0 };
    if (argc != 2) {
        (void)fprintf(stderr, "usage: read_trace FILE\n");
        return 2;
    }
    uint64_t start_ns = clock_now_ns();
    struct trace_reader *reader = trace_reader_new(frame_events, add_event, &log);
    enum err err = file_read_gz_pieces(argv[1], LIMIT_TRACE_BYTES, feed, reader, &msg);
    if (err == ERR_OK) {
        err = trace_reader_end(reader, &msg);
    }
    trace_reader_free(reader);
    frame_log_release(&log);
    if (err != ERR_OK) {
        (void)fprintf(stderr, "%s: %s\n", argv[1], msg.text);
        return 1;
    }
    (void)printf("%zu events of frames, %.0f ms, %.1f MB\n", events,
                 (double)(clock_now_ns() - start_ns) / (double)NS_PER_MS,
                 (double)host_self_peak_rss() / 1e6);
    return 0;
}
