#include "cli/pair_poster.h"

#include <math.h>
#include <stdio.h>

#include "backend/http.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "base/url.h"
#include "cli/pair_ear.h"

#define POST_TIMEOUT_MS UINT64_C(15000)
#define POSTS_MAX       ((size_t)1000)

struct window;

/* One message on its way. */
struct post {
    struct window *window;
    struct http_call *call;
    char *body;
    size_t mark;
    uint64_t sent_ns;
    uint64_t answered_ns;
    int status;
    enum http_failure failure;
    bool done;
};

struct window {
    struct poster *poster;
    struct http_client *client;
    struct ear *ear; /* NULL: it could not be had */
    struct loop_timer *timer;
    char *url;
    char *auth_line;
    struct post *post;
    size_t count; /* to be sent */
    size_t sent;
    size_t done;
    uint64_t begun_ns;
};

static char *messages_url(const char *api_url, struct err_msg *msg, enum err *err)
{
    struct url url;
    *err = url_parse(api_url, "--api-url", &url, msg);
    if (*err != ERR_OK) {
        return NULL;
    }
    size_t length = strlen(url.path);
    while (length > 0 && url.path[length - 1] == '/') {
        url.path[--length] = '\0';
    }
    char *origin = url_origin(&url);
    char *out = mem_format("%s%s/messages/", origin, length > 0 ? url.path : "/api/v1");
    free(origin);
    return out;
}

static char *body_of(const struct poster_plan *plan, size_t mark)
{
    struct strbuf text = STRBUF_INIT;
    cJSON *body = json_new_object();
    char *content = mem_format("%s-%zu- how long until you see this?", plan->mark, mark);
    json_add_text(body, "conversation_id", plan->conversation);
    json_add_text(body, "content", content);
    json_add_text(body, "type", "TEXT");
    (void)json_add_object(body, "metadata_json");
    json_add_bool(body, "encrypted", false);
    json_write(body, false, &text);
    cJSON_Delete(body);
    free(content);
    return strbuf_detach(&text);
}

static void on_done(void *arg, const struct http_answer *answer)
{
    struct post *post = arg;
    post->answered_ns = clock_now_ns();
    post->status = answer->status;
    post->failure = answer->failure;
    post->done = true;
    post->window->done++;
}

static void on_body(void *arg, int status, const char *bytes, size_t count)
{
    (void)arg;
    (void)status;
    (void)bytes;
    (void)count;
}

static void send_next(struct window *window)
{
    struct post *post = &window->post[window->sent];
    const struct http_handlers handlers = { .arg = post, .done = on_done, .body = on_body };
    post->window = window;
    post->mark = window->poster->next_mark++;
    post->body = body_of(&window->poster->plan, post->mark);
    post->call = http_call_new(window->client, &handlers);
    const struct http_request request = {
        .method = "POST",
        .url = window->url,
        .auth_line = window->auth_line,
        .json_body = post->body,
        .json_bytes = strlen(post->body),
        .timeout_ms = POST_TIMEOUT_MS,
    };
    post->sent_ns = clock_now_ns();
    http_call_start(post->call, &request);
    window->sent++;
}

/* Moments are counted from the beginning, so that a late one does not move those behind it. */
static void on_moment(void *arg)
{
    struct window *window = arg;
    uint64_t every_ns = window->poster->plan.every_ms * NS_PER_MS;
    send_next(window);
    if (window->sent < window->count) {
        uint64_t due_ns = window->begun_ns + window->sent * every_ns;
        uint64_t now_ns = clock_now_ns();
        loop_timer_start(window->timer, due_ns > now_ns ? due_ns - now_ns : 0);
    }
}

static bool is_over(void *arg)
{
    const struct window *window = arg;
    return window->done == window->count;
}

static double seconds(uint64_t ns)
{
    return (double)ns / (double)NS_PER_S;
}

static void note_sends(const struct window *window, cJSON *sends)
{
    for (size_t i = 0; i < window->sent; i++) {
        const struct post *post = &window->post[i];
        bool answered = post->done && post->failure == HTTP_ANSWERED;
        cJSON *node = json_push_object(sends);
        json_add_number(node, "mark", (double)post->mark);
        json_add_number(node, "sent_s", seconds(post->sent_ns));
        json_add_number(node, "answered_s", answered ? seconds(post->answered_ns) : (double)NAN);
        json_add_number(node, "broadcast_s",
                        window->ear != NULL ? ear_heard_s(window->ear, post->mark) : (double)NAN);
        json_add_number(node, "status", post->status);
        json_add_text(node, "failure",
                      answered     ? NULL
                      : post->done ? http_failure_name(post->failure)
                                   : "not answered in time");
    }
}

static void close_window(struct window *window)
{
    for (size_t i = 0; i < window->sent; i++) {
        http_call_free(window->post[i].call);
        free(window->post[i].body);
    }
    loop_timer_free(window->timer);
    ear_close(window->ear);
    http_client_free(window->client);
    free(window->post);
    free(window->url);
    free(window->auth_line);
}

static enum err open_ear(struct window *window, struct err_msg *msg)
{
    struct poster *poster = window->poster;
    const struct ear_plan plan = { .api_url = poster->plan.api_url,
                                   .token = poster->plan.ear_token,
                                   .mark = poster->plan.mark,
                                   .first_mark = poster->next_mark,
                                   .count = window->count };
    struct err_msg why = { "" };
    enum err err = ear_open(poster->loop, &plan, &window->ear, &why);
    (void)snprintf(poster->deaf, sizeof poster->deaf, "%.199s", why.text);
    if (err == ERR_INTERRUPTED) {
        *msg = why;
        return err;
    }
    return ERR_OK;
}

static enum err open_window(struct poster *poster, struct window *window, struct err_msg *msg)
{
    const struct poster_plan *plan = &poster->plan;
    enum err err = ERR_OK;
    size_t count = (size_t)(plan->window_ms / plan->every_ms);
    window->poster = poster;
    window->count = count < 1 ? 1 : count < POSTS_MAX ? count : POSTS_MAX;
    window->post = mem_new_array(window->count, sizeof *window->post);
    window->auth_line = mem_format("Authorization: Bearer %s", plan->token);
    window->url = messages_url(plan->api_url, msg, &err);
    window->timer = loop_timer_new(poster->loop, on_moment, window);
    if (err == ERR_OK) {
        err = http_client_new(poster->loop, (uint32_t)window->count, &window->client, msg);
    }
    return err == ERR_OK ? open_ear(window, msg) : err;
}

enum err poster_post(void *arg, size_t *posted, struct err_msg *msg)
{
    struct poster *poster = arg;
    struct window window = { .sent = 0 };
    *posted = 0;
    cJSON_Delete(poster->sends);
    poster->sends = json_new_array();
    enum err err = open_window(poster, &window, msg);
    if (err == ERR_OK) {
        window.begun_ns = clock_now_ns();
        uint64_t deadline_ns =
            window.begun_ns + (poster->plan.window_ms + 2 * POST_TIMEOUT_MS) * NS_PER_MS;
        loop_timer_start(window.timer, 0);
        err = loop_wait(poster->loop, is_over, &window, deadline_ns, msg);
        err = err == ERR_TIMEOUT ? ERR_OK : err; /* what is not answered is told as such */
    }
    note_sends(&window, poster->sends);
    for (size_t i = 0; i < window.sent; i++) {
        *posted += window.post[i].status / 100 == 2 ? 1 : 0;
    }
    close_window(&window);
    return err;
}

void poster_release(struct poster *poster)
{
    cJSON_Delete(poster->sends);
    poster->sends = NULL;
}
