#include "cdp/collect/tracing.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "cdp/base64.h"

#define ANSWER_MS   10000
#define FLUSH_MS    30000 /* every process hands in what it noted */
#define PIECE_BYTES 262144

struct tracing {
    struct session *session;
    struct session_listener *listener;
    bool complete;
    bool lossy;
    char *stream;
};

static void on_complete(void *arg, const cJSON *params)
{
    struct tracing *tracing = arg;
    const char *stream = json_text(params, "stream");
    tracing->complete = true;
    tracing->lossy = json_bool(params, "dataLossOccurred", false);
    if (stream != NULL && tracing->stream == NULL) {
        tracing->stream = mem_dup_str(stream);
    }
}

static bool is_complete(void *arg)
{
    const struct tracing *tracing = arg;
    return tracing->complete || session_lost(tracing->session) != NULL;
}

/* A command to the browser itself. */
static enum err call(struct tracing *tracing, const char *method, cJSON *params, cJSON **result,
                     struct err_msg *msg)
{
    struct session_command command = { .method = method,
                                       .params = params,
                                       .timeout_ms = ANSWER_MS };
    return session_call(tracing->session, &command, result, msg);
}

static void free_tracing(struct tracing *tracing)
{
    session_unlisten(tracing->session, tracing->listener);
    free(tracing->stream);
    free(tracing);
}

enum err tracing_start(struct session *session, const char *const *categories, struct tracing **out,
                       struct err_msg *msg)
{
    struct tracing *tracing = mem_new(sizeof *tracing);
    tracing->session = session;
    tracing->listener =
        session_listen(session, NULL, "Tracing.tracingComplete", on_complete, tracing);
    cJSON *params = json_new_object();
    json_add_text(params, "transferMode", "ReturnAsStream");
    json_add_text(params, "streamFormat", "json");
    json_add_text(params, "streamCompression", "gzip");
    cJSON *config = json_add_object(params, "traceConfig");
    json_add_text(config, "recordMode", "recordUntilFull");
    cJSON *included = json_add_array(config, "includedCategories");
    for (size_t i = 0; categories[i] != NULL; i++) {
        json_push_text(included, categories[i]);
    }
    json_push_text(json_add_array(config, "excludedCategories"), "*");
    enum err err = call(tracing, "Tracing.start", params, NULL, msg);
    if (err != ERR_OK) {
        free_tracing(tracing);
        return err;
    }
    *out = tracing;
    return ERR_OK;
}

static enum err stop(struct tracing *tracing, struct err_msg *msg)
{
    enum err err = call(tracing, "Tracing.end", NULL, NULL, msg);
    if (err == ERR_OK) {
        err = loop_wait(session_loop(tracing->session), is_complete, tracing,
                        clock_now_ns() + FLUSH_MS * NS_PER_MS, msg);
    }
    if (err == ERR_TIMEOUT) {
        return err_set(msg, ERR_NO_DATA, "the browser did not finish its trace within %d s",
                       FLUSH_MS / 1000);
    }
    if (err == ERR_OK && !tracing->complete) {
        return err_set(msg, ERR_CLOSED, "%s", session_lost(tracing->session));
    }
    return err;
}

/* Appends the next piece of the stream. */
static enum err read_piece(struct tracing *tracing, struct strbuf *out, bool *end,
                           struct err_msg *msg)
{
    cJSON *params = json_new_object();
    json_add_text(params, "handle", tracing->stream);
    json_add_number(params, "size", PIECE_BYTES);
    cJSON *result = NULL;
    enum err err = call(tracing, "IO.read", params, &result, msg);
    const char *data = json_text(result, "data");
    *end = json_bool(result, "eof", false);
    if (err == ERR_OK && data != NULL && out->len + strlen(data) > LIMIT_TRACE_FILE_BYTES) {
        err = err_set(msg, ERR_LIMIT, "the trace has more than %zu bytes", LIMIT_TRACE_FILE_BYTES);
    } else if (err == ERR_OK && (data == NULL || !base64_decode(data, out))) {
        err = err_set(msg, ERR_FORMAT, "a piece of the browser's trace is no base64 text");
    }
    cJSON_Delete(result);
    return err;
}

static enum err fetch(struct tracing *tracing, struct strbuf *out, struct err_msg *msg)
{
    if (tracing->stream == NULL) {
        return err_set(msg, ERR_PROTOCOL, "the browser gives its trace in no stream");
    }
    bool end = false;
    enum err err = ERR_OK;
    while (err == ERR_OK && !end) {
        err = read_piece(tracing, out, &end, msg);
    }
    cJSON *params = json_new_object();
    json_add_text(params, "handle", tracing->stream);
    struct err_msg unclosed = { "" };
    enum err closed = call(tracing, "IO.close", params, NULL, &unclosed);
    if (err == ERR_OK && closed != ERR_OK) {
        *msg = unclosed;
        return closed;
    }
    return err;
}

enum err tracing_save(struct tracing *tracing, const char *path, struct err_msg *msg)
{
    struct strbuf bytes = STRBUF_INIT;
    enum err err = stop(tracing, msg);
    if (err == ERR_OK) {
        err = fetch(tracing, &bytes, msg);
    }
    if (err == ERR_OK) {
        err = file_write(path, bytes.data, bytes.len, 0644, msg);
    }
    if (err == ERR_OK && tracing->lossy) {
        err = err_set(msg, ERR_NO_DATA, "the browser lost a part of its trace");
    }
    strbuf_release(&bytes);
    free_tracing(tracing);
    return err;
}

void tracing_drop(struct tracing *tracing)
{
    if (tracing == NULL) {
        return;
    }
    struct strbuf bytes = STRBUF_INIT;
    struct err_msg unstopped = { "" };
    enum err err = stop(tracing, &unstopped);
    if (err == ERR_OK) {
        err = fetch(tracing, &bytes, &unstopped);
    }
    if (err != ERR_OK) {
        log_verbose("dropping a trace: %s", unstopped.text);
    }
    strbuf_release(&bytes);
    free_tracing(tracing);
}
