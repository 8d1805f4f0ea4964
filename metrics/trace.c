#include "metrics/trace.h"

#include "base/limits.h"
#include "base/mem.h"

#define EVENT_DEPTH 3 /* the root, its array, the event */

struct trace_reader {
    const char *const *names;
    void (*on_event)(void *arg, const cJSON *event);
    void *arg;
    size_t depth;
    bool in_text;
    bool escaped;
    bool begun;
    struct strbuf event; /* the text of the event so far */
    enum err err;
    struct err_msg msg;
};

struct trace_reader *trace_reader_new(const char *const *names,
                                      void (*on_event)(void *arg, const cJSON *event), void *arg)
{
    struct trace_reader *reader = mem_new(sizeof *reader);
    reader->names = names;
    reader->on_event = on_event;
    reader->arg = arg;
    return reader;
}

void trace_reader_free(struct trace_reader *reader)
{
    if (reader != NULL) {
        strbuf_release(&reader->event);
        free(reader);
    }
}

/* Most events are not wanted: looking for the name in the text is far cheaper than a tree. */
static bool may_be_wanted(const struct trace_reader *reader)
{
    for (size_t i = 0; reader->names[i] != NULL; i++) {
        if (strstr(reader->event.data, reader->names[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static void end_event(struct trace_reader *reader)
{
    cJSON *event = NULL;
    if (may_be_wanted(reader)) {
        reader->err = json_parse(reader->event.data, reader->event.len, "an event of the trace",
                                 &event, &reader->msg);
    }
    const char *name = json_text(event, "name");
    for (size_t i = 0; name != NULL && reader->names[i] != NULL; i++) {
        if (strcmp(name, reader->names[i]) == 0) {
            reader->on_event(reader->arg, event);
            break;
        }
    }
    cJSON_Delete(event);
    strbuf_clear(&reader->event);
}

static void open_bracket(struct trace_reader *reader)
{
    reader->begun = true;
    reader->depth++;
}

static void close_bracket(struct trace_reader *reader)
{
    if (reader->depth == 0) {
        reader->err = err_set(&reader->msg, ERR_FORMAT, "the trace closes more than it opened");
        return;
    }
    reader->depth--;
}

/* One byte outside of the texts: where it leads. */
static void step(struct trace_reader *reader, char c)
{
    if (c == '"') {
        reader->in_text = true;
    } else if (c == '{' || c == '[') {
        open_bracket(reader);
    } else if (c == '}' || c == ']') {
        close_bracket(reader);
    }
}

static void step_in_text(struct trace_reader *reader, char c)
{
    if (reader->escaped) {
        reader->escaped = false;
    } else if (c == '\\') {
        reader->escaped = true;
    } else if (c == '"') {
        reader->in_text = false;
    }
}

static void take(struct trace_reader *reader, char c)
{
    bool was_inside = reader->depth >= EVENT_DEPTH;
    if (reader->in_text) {
        step_in_text(reader, c);
    } else {
        step(reader, c);
    }
    bool is_inside = reader->depth >= EVENT_DEPTH;
    if (!was_inside && !is_inside) {
        return;
    }
    if (reader->event.len >= LIMIT_TRACE_EVENT_BYTES) {
        reader->err =
            err_set(&reader->msg, ERR_LIMIT, "an event of the trace has more than %zu bytes",
                    LIMIT_TRACE_EVENT_BYTES);
        return;
    }
    strbuf_add_char(&reader->event, c);
    if (!is_inside) {
        end_event(reader);
    }
}

void trace_reader_feed(struct trace_reader *reader, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count && reader->err == ERR_OK; i++) {
        take(reader, bytes[i]);
    }
}

enum err trace_reader_end(const struct trace_reader *reader, struct err_msg *msg)
{
    if (reader->err != ERR_OK) {
        *msg = reader->msg;
        return reader->err;
    }
    if (!reader->begun || reader->depth != 0 || reader->in_text) {
        return err_set(msg, ERR_FORMAT, "the trace is cut short");
    }
    return ERR_OK;
}
