#include "cli/live_post.h"

#include <math.h>

#include "backend/http.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/redact.h"
#include "base/url.h"

#define ANSWER_MS 10000

/* A user, and the message of theirs that is on its way. */
struct user {
    struct live_post *post;
    char *auth_line;
    struct http_call *call; /* NULL between passes */
    char *body;             /* NULL while none is on its way */
};

struct live_post {
    struct live_poster poster;
    const struct profile *profile;
    char *url;
    char *conversation;
    double per_s;
    struct user *users;
    size_t user_count;
    size_t next; /* whose turn it is */
    struct http_client *client;
    struct loop_timer *timer;
    uint64_t start_ns;
    unsigned long long numbered; /* messages of all passes, for their texts */
    bool posting;
    struct live_tally tally;
};

static void note_failure(struct live_tally *tally, const struct http_answer *answer)
{
    if (answer->failure == HTTP_ANSWERED) {
        (void)snprintf(tally->last_failure, sizeof tally->last_failure, "HTTP status %d",
                       answer->status);
    } else {
        (void)snprintf(tally->last_failure, sizeof tally->last_failure, "%s: %.100s",
                       http_failure_name(answer->failure), answer->detail);
    }
}

static void on_answer(void *arg, const struct http_answer *answer)
{
    struct user *user = arg;
    struct live_tally *tally = &user->post->tally;
    free(user->body);
    user->body = NULL;
    bool answered = answer->failure == HTTP_ANSWERED;
    if (answered && answer->status >= 200 && answer->status < 300) {
        tally->accepted++;
        return;
    }
    if (answered && answer->status == 429) {
        tally->limited++;
    } else {
        tally->failed++;
    }
    note_failure(tally, answer);
}

static void ignore_body(void *arg, int status, const char *bytes, size_t count)
{
    (void)arg;
    (void)status;
    (void)bytes;
    (void)count;
}

/* The next user without a message on its way; NULL when all wait for their answers. */
static struct user *next_user(struct live_post *post)
{
    for (size_t i = 0; i < post->user_count; i++) {
        struct user *user = &post->users[post->next];
        post->next = (post->next + 1) % post->user_count;
        if (user->body == NULL) {
            return user;
        }
    }
    return NULL;
}

static void post_one(struct live_post *post)
{
    struct user *user = next_user(post);
    if (user == NULL) {
        return;
    }
    char number[32];
    (void)snprintf(number, sizeof number, "%llu", ++post->numbered);
    char *text = profile_fill(post->profile->live_body, "conversation", post->conversation);
    user->body = profile_fill(text, "n", number);
    free(text);
    struct http_request request = {
        .method = "POST",
        .url = post->url,
        .auth_line = user->auth_line,
        .json_body = user->body,
        .json_bytes = strlen(user->body),
        .timeout_ms = ANSWER_MS,
    };
    post->tally.posted++;
    http_call_start(user->call, &request);
}

/* Sends what has become due since the start, so that a late timer loses nothing. */
static void on_timer(void *arg)
{
    struct live_post *post = arg;
    if (!post->posting) {
        return;
    }
    double elapsed_s = (double)(clock_now_ns() - post->start_ns) / (double)NS_PER_S;
    size_t due = (size_t)floor(elapsed_s * post->per_s) + 1;
    while (post->tally.due < due) {
        post->tally.due++;
        post_one(post);
    }
    double next_s = (double)post->tally.due / post->per_s - elapsed_s;
    loop_timer_start(post->timer, next_s > 0.0 ? (uint64_t)(next_s * (double)NS_PER_S) : 0);
}

/* What belongs to a pass: the loop lives no longer than the measurement. */
static void end_pass(struct live_post *post)
{
    for (size_t i = 0; i < post->user_count; i++) {
        struct user *user = &post->users[i];
        if (user->call != NULL) {
            http_call_free(user->call);
            user->call = NULL;
        }
        free(user->body);
        user->body = NULL;
    }
    if (post->client != NULL) {
        http_client_free(post->client);
        post->client = NULL;
    }
    if (post->timer != NULL) {
        loop_timer_free(post->timer);
        post->timer = NULL;
    }
}

static enum err start(void *arg, struct loop *loop, struct err_msg *msg)
{
    struct live_post *post = arg;
    end_pass(post);
    post->tally = (struct live_tally){ 0 };
    enum err err = http_client_new(loop, (uint32_t)post->user_count, &post->client, msg);
    if (err != ERR_OK) {
        return err;
    }
    for (size_t i = 0; i < post->user_count; i++) {
        struct http_handlers handlers = { .arg = &post->users[i],
                                          .done = on_answer,
                                          .body = ignore_body };
        post->users[i].call = http_call_new(post->client, &handlers);
    }
    post->timer = loop_timer_new(loop, on_timer, post);
    post->start_ns = clock_now_ns();
    post->posting = true;
    on_timer(post);
    return ERR_OK;
}

static void stop(void *arg)
{
    struct live_post *post = arg;
    post->posting = false;
    loop_timer_stop(post->timer);
}

static const struct live_tally *tally(void *arg)
{
    const struct live_post *post = arg;
    return &post->tally;
}

static enum err add_users(struct live_post *post, const struct live_post_spec *spec,
                          struct err_msg *msg)
{
    cJSON *tokens = NULL;
    enum err err = json_read_file(spec->token_file, LIMIT_DATA_FILE_BYTES, &tokens, msg);
    if (err != ERR_OK) {
        return err_prefix(msg, ERR_USAGE, "--live");
    }
    size_t count = (size_t)cJSON_GetArraySize(tokens);
    post->users = mem_new_array(spec->users, sizeof *post->users);
    for (size_t i = 1; i < count && post->user_count < spec->users; i++) {
        const cJSON *token = cJSON_GetArrayItem(tokens, (int)i);
        if (cJSON_IsString(token) && token->valuestring[0] != '\0') {
            redact_register(token->valuestring);
            struct user *user = &post->users[post->user_count++];
            user->post = post;
            user->auth_line = mem_format("Authorization: Bearer %s", token->valuestring);
        }
    }
    cJSON_Delete(tokens);
    return post->user_count > 0
               ? ERR_OK
               : err_set(msg, ERR_USAGE,
                         "--live: %s must hold more than one token: the first is the viewer's, the "
                         "others post",
                         spec->token_file);
}

enum err live_post_new(const struct live_post_spec *spec, struct live_post **out,
                       struct err_msg *msg)
{
    if (spec->profile->live_path[0] == '\0' || spec->profile->live_event[0] == '\0') {
        return err_set(msg, ERR_USAGE,
                       "--live: profile %s does not say how to post a message (live.path and "
                       "live.event)",
                       spec->profile->name);
    }
    struct url api;
    enum err err = url_parse(spec->api_url, "--api-url", &api, msg);
    if (err != ERR_OK) {
        return err;
    }
    struct live_post *post = mem_new(sizeof *post);
    char *origin = url_origin(&api);
    post->url = mem_format("%s%s", origin, spec->profile->live_path);
    free(origin);
    post->profile = spec->profile;
    post->conversation = mem_dup_str(spec->conversation);
    post->per_s = spec->per_s;
    post->poster =
        (struct live_poster){ .arg = post, .start = start, .stop = stop, .tally = tally };
    err = add_users(post, spec, msg);
    if (err != ERR_OK) {
        live_post_free(post);
        return err;
    }
    *out = post;
    return ERR_OK;
}

const struct live_poster *live_post_poster(const struct live_post *post)
{
    return &post->poster;
}

void live_post_free(struct live_post *post)
{
    if (post == NULL) {
        return;
    }
    end_pass(post);
    for (size_t i = 0; i < post->user_count; i++) {
        free(post->users[i].auth_line);
    }
    free(post->users);
    free(post->url);
    free(post->conversation);
    free(post);
}
