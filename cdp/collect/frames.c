#include "cdp/collect/frames.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "metrics/frames.h"
#include "metrics/trace.h"

/* The two that suffice; wider sets are five times as many events and disturb what they watch. */
static const char *const categories[] = { "disabled-by-default-devtools.timeline.frame",
                                          "input.scrolling", NULL };

static const char *const metrics[] = { "scroll_fps",    "longest_gap_ms", "worst_second_fps",
                                       "partial_share", "dropped_share",  NULL };

/* Only the end of the page or of the whole program is an error of the scroll. */
static enum err note(enum err err, const struct err_msg *why, cJSON *raw, struct err_msg *msg)
{
    if (err == ERR_CLOSED || err == ERR_INTERRUPTED) {
        *msg = *why;
        return err;
    }
    if (err != ERR_OK) {
        cJSON_DeleteItemFromObjectCaseSensitive(raw, "frames");
        json_add_text(json_add_object(raw, "frames"), "error", why->text);
    }
    return ERR_OK;
}

enum err frames_begin(struct collect_context *context, cJSON *raw, struct err_msg *msg)
{
    struct err_msg why = { "" };
    enum err err =
        tracing_start(page_session(context->journey->page), categories, &context->tracing, &why);
    return note(err, &why, raw, msg);
}

static void add_event(void *arg, const cJSON *event)
{
    frame_log_add(arg, event);
}

static void feed(void *arg, const char *bytes, size_t count)
{
    trace_reader_feed(arg, bytes, count);
}

static enum err read_trace(const char *path, cJSON *raw, struct err_msg *msg)
{
    struct frame_log log = { .count = 0 };
    struct trace_reader *reader = trace_reader_new(frame_events, add_event, &log);
    enum err err = file_read_gz_pieces(path, LIMIT_TRACE_BYTES, feed, reader, msg);
    if (err == ERR_OK) {
        err = trace_reader_end(reader, msg);
    }
    if (err == ERR_OK) {
        json_add_node(raw, "frames", frame_log_to_json(&log));
    }
    trace_reader_free(reader);
    frame_log_release(&log);
    return err;
}

enum err frames_finish(struct collect_context *context, bool scrolled, cJSON *raw,
                       struct err_msg *msg)
{
    struct tracing *tracing = context->tracing;
    struct err_msg why = { "" };
    context->tracing = NULL;
    if (tracing == NULL) {
        return ERR_OK;
    }
    if (!scrolled) {
        tracing_drop(tracing);
        return ERR_OK;
    }
    enum err err = tracing_save(tracing, context->trace_path, &why);
    if (err == ERR_OK) {
        err = read_trace(context->trace_path, raw, &why);
    }
    return note(err, &why, raw, msg);
}

static void none(const char *reason, struct samples *out)
{
    for (size_t i = 0; metrics[i] != NULL; i++) {
        samples_none(out, metrics[i], reason);
    }
    samples_none(out, "janky_share", reason);
}

static void score_jank(const cJSON *frames, struct samples *out)
{
    double updates = json_number(frames, "updates", 0.0);
    if (updates > 0.0) {
        samples_add(out, "janky_share", 100.0 * json_number(frames, "janky", 0.0) / updates);
    } else {
        samples_none(out, "janky_share", "this browser judges no scroll updates");
    }
}

void frames_score(const cJSON *raw, struct samples *out)
{
    const cJSON *node = json_at(raw, "frames");
    const char *error = json_text(node, "error");
    struct frame_report *reports = NULL;
    size_t count = 0;
    struct err_msg why = { "" };
    if (node == NULL || error != NULL) {
        none(error != NULL ? error : "no trace was recorded", out);
        return;
    }
    if (frame_reports_read(node, &reports, &count, &why) != ERR_OK) {
        none(why.text, out);
        return;
    }
    struct frames frames;
    if (frames_compute(reports, count, &frames)) {
        double wanted = (double)(frames.whole + frames.partial + frames.dropped);
        samples_add(out, "scroll_fps", frames.fps);
        samples_add(out, "longest_gap_ms", frames.longest_gap_ms);
        samples_add(out, "worst_second_fps", frames.worst_second_fps);
        samples_add(out, "partial_share", 100.0 * (double)frames.partial / wanted);
        samples_add(out, "dropped_share", 100.0 * (double)frames.dropped / wanted);
        score_jank(node, out);
    } else {
        none("the compositor presented no two frames of the scroll", out);
    }
    free(reports);
}
