#include "backend/socket_count.h"

#include "backend/probe.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"

#define TIMEOUT_MS 5000
#define BODY_BYTES (16 * KIB)

struct socket_count {
    const char *at;
    char *url;
    struct http_call *call;
    struct strbuf body;
    socket_count_told *told;
    void *arg;
    bool asking;
};

/* ERR_NO_DATA unless the body holds the number. */
static enum err read_count(const struct socket_count *count, int status, const struct strbuf *body,
                           int64_t *out, struct err_msg *msg)
{
    cJSON *root = NULL;
    enum err err = ERR_OK;
    if (status != 200) {
        return err_set(msg, ERR_NO_DATA, "%s answers with status %d", count->url, status);
    }
    err = json_parse(strbuf_text(body), body->len, count->url, &root, msg);
    double number = json_number(root, count->at, -1);
    if (err == ERR_OK && (number < 0 || number > 1e12)) {
        err = err_set(msg, ERR_NO_DATA, "%s has no number \"%s\"", count->url, count->at);
    }
    *out = (int64_t)number;
    cJSON_Delete(root);
    return err;
}

static void on_body(void *arg, int status, const char *bytes, size_t count)
{
    struct socket_count *question = arg;
    (void)status;
    if (question->body.len + count <= BODY_BYTES) {
        strbuf_add(&question->body, bytes, count);
    }
}

static void on_done(void *arg, const struct http_answer *answer)
{
    struct socket_count *count = arg;
    struct err_msg msg = { "" };
    int64_t number = -1;
    count->asking = false;
    if (answer->failure != HTTP_ANSWERED) {
        (void)err_set(&msg, ERR_NO_DATA, "%s: %s", count->url, http_failure_name(answer->failure));
    } else if (read_count(count, answer->status, &count->body, &number, &msg) != ERR_OK) {
        number = -1;
    }
    count->told(count->arg, number, msg.text);
}

struct socket_count *socket_count_new(struct http_client *http, const struct api *api,
                                      const char *base)
{
    if (api->socket.count_path == NULL) {
        return NULL;
    }
    struct socket_count *count = mem_new(sizeof *count);
    const struct http_handlers handlers = { .arg = count, .done = on_done, .body = on_body };
    count->at = api->socket.count_at;
    count->url = mem_format("%s%s", base, api->socket.count_path);
    count->call = http_call_new(http, &handlers);
    return count;
}

void socket_count_free(struct socket_count *count)
{
    if (count != NULL) {
        http_call_free(count->call);
        strbuf_release(&count->body);
        free(count->url);
        free(count);
    }
}

void socket_count_ask(struct socket_count *count, socket_count_told *told, void *arg)
{
    const struct http_request request = { .method = "GET",
                                          .url = count->url,
                                          .timeout_ms = TIMEOUT_MS };
    if (count->asking) {
        http_call_cancel(count->call);
    }
    strbuf_clear(&count->body);
    count->told = told;
    count->arg = arg;
    count->asking = true;
    http_call_start(count->call, &request);
}

enum err socket_count_now(const struct socket_count *count, int64_t *out, struct err_msg *msg)
{
    struct probe *probe = NULL;
    struct probe_answer answer = { 0 };
    const struct probe_request request = { .url = count->url, .timeout_ms = TIMEOUT_MS };
    enum err err = probe_new(&probe, msg);
    if (err == ERR_OK) {
        err = probe_ask(probe, &request, &answer, msg);
    }
    if (err == ERR_OK) {
        err = read_count(count, (int)answer.status, &answer.body, out, msg);
    }
    strbuf_release(&answer.body);
    probe_free(probe);
    return err;
}
