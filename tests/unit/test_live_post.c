#include "tests/unit/fake_server.h"

#include "cli/live_post.h"

static struct fake_server server;

static int start_server(void **state)
{
    (void)state;
    server_start(&server);
    return 0;
}

static int stop_server(void **state)
{
    (void)state;
    server_stop(&server);
    return 0;
}

/* A profile that posts to `path`, and a file of tokens, in the server's folder. */
struct fixture {
    struct profile profile;
    char *token_file;
    char *api_url;
    struct live_post *post;
};

static enum err open_post(struct fixture *fixture, const char *path, const char *tokens,
                          double per_s, struct err_msg *msg)
{
    *fixture = (struct fixture){ .post = NULL };
    assert_int_equal(profile_load("tms", &fixture->profile, msg), ERR_OK);
    fixture->profile.live_path = path;
    fixture->token_file = file_join(server.dir, "tokens.json");
    assert_int_equal(file_write(fixture->token_file, tokens, strlen(tokens), 0600, msg), ERR_OK);
    fixture->api_url = mem_format("http://127.0.0.1:%u/api/v1", server.port);
    struct live_post_spec spec = {
        .profile = &fixture->profile,
        .api_url = fixture->api_url,
        .conversation = "c1",
        .token_file = fixture->token_file,
        .users = 2,
        .per_s = per_s,
    };
    return live_post_new(&spec, &fixture->post, msg);
}

static void close_post(struct fixture *fixture)
{
    live_post_free(fixture->post);
    profile_release(&fixture->profile);
    free(fixture->token_file);
    free(fixture->api_url);
}

static bool ten_are_due(void *arg)
{
    const struct live_poster *poster = arg;
    return poster->tally(poster->arg)->due >= 10;
}

static bool all_are_answered(void *arg)
{
    const struct live_poster *poster = arg;
    const struct live_tally *tally = poster->tally(poster->arg);
    return tally->accepted + tally->limited + tally->failed == tally->posted;
}

static const struct live_tally *post_ten(const struct live_poster *poster)
{
    struct err_msg msg = { "" };
    uint64_t deadline_ns = clock_now_ns() + SERVER_WAIT_NS;
    union {
        const struct live_poster *in;
        void *out;
    } arg = { .in = poster };
    assert_int_equal(poster->start(poster->arg, server.loop, &msg), ERR_OK);
    assert_int_equal(loop_wait(server.loop, ten_are_due, arg.out, deadline_ns, &msg), ERR_OK);
    poster->stop(poster->arg);
    assert_int_equal(loop_wait(server.loop, all_are_answered, arg.out, deadline_ns, &msg), ERR_OK);
    return poster->tally(poster->arg);
}

static void messages_are_posted_at_the_rate_and_counted_by_their_answers(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool accepted;
        bool limited;
        const char *failure;
    } cases[] = {
        { "/ok", true, false, "" },
        { "/status/429", false, true, "HTTP status 429" },
        { "/status/500", false, false, "HTTP status 500" },
        { "/close", false, false, "reset" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fixture fixture;
        struct err_msg msg = { "" };
        assert_int_equal(
            open_post(&fixture, cases[i].path, "[\"viewer\",\"one\",\"two\"]", 50.0, &msg), ERR_OK);
        uint64_t before_ns = clock_now_ns();
        const struct live_tally *tally = post_ten(live_post_poster(fixture.post));
        assert_true(clock_now_ns() - before_ns >= 180 * NS_PER_MS); /* nine gaps of 20 ms */
        assert_true(tally->posted >= 1 && tally->posted <= tally->due);
        assert_int_equal(tally->accepted, cases[i].accepted ? tally->posted : 0);
        assert_int_equal(tally->limited, cases[i].limited ? tally->posted : 0);
        if (strstr(tally->last_failure, cases[i].failure) == NULL) {
            fail_msg("%s: \"%s\"", cases[i].path, tally->last_failure);
        }
        close_post(&fixture);
    }
}

static void a_second_pass_counts_anew(void **state)
{
    (void)state;
    struct fixture fixture;
    struct err_msg msg = { "" };
    assert_int_equal(open_post(&fixture, "/ok", "[\"viewer\",\"one\"]", 100.0, &msg), ERR_OK);
    (void)post_ten(live_post_poster(fixture.post));
    const struct live_tally *tally = post_ten(live_post_poster(fixture.post));
    assert_true(tally->due >= 10 && tally->due < 20);
    close_post(&fixture);
}

static void users_that_wait_for_their_answers_post_nothing_more(void **state)
{
    (void)state;
    struct fixture fixture;
    struct err_msg msg = { "" };
    assert_int_equal(
        open_post(&fixture, "/slow/300", "[\"viewer\",\"one\",\"two\",\"three\"]", 100.0, &msg),
        ERR_OK);
    const struct live_tally *tally = post_ten(live_post_poster(fixture.post));
    assert_int_equal(tally->posted, 2); /* two of the three may */
    assert_int_equal(tally->accepted, 2);
    close_post(&fixture);
}

static void mistakes_are_said_before_anything_runs(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *tokens;
        const char *words;
    } cases[] = {
        { "/ok", "[\"viewer\"]", "must hold more than one token" },
        { "/ok", "{}", "must hold more than one token" },
        { "/ok", "[", "--live" },
        { "", "[\"viewer\",\"one\"]", "profile tms does not say how to post" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fixture fixture;
        struct err_msg msg = { "" };
        assert_int_equal(open_post(&fixture, cases[i].path, cases[i].tokens, 10.0, &msg),
                         ERR_USAGE);
        if (strstr(msg.text, cases[i].words) == NULL) {
            fail_msg("\"%s\" lacks \"%s\"", msg.text, cases[i].words);
        }
        close_post(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_posted_at_the_rate_and_counted_by_their_answers),
        cmocka_unit_test(a_second_pass_counts_anew),
        cmocka_unit_test(users_that_wait_for_their_answers_post_nothing_more),
        cmocka_unit_test(mistakes_are_said_before_anything_runs),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
