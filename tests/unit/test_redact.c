#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/redact.h"
#include "base/rng.h"

/* Made up for these tests; signs nothing. */
#define TOKEN "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6InUxIn0.c2lnbmF0dXJl"

static int forget(void **state)
{
    (void)state;
    redact_reset();
    return 0;
}

static void check(const char *input, const char *want, size_t places)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add_str(&text, input);
    assert_int_equal(redact_finds(text.data, text.len), places > 0);
    size_t got = redact_text(&text);
    if (got != places || strcmp(strbuf_text(&text), want) != 0) {
        fail_msg("\"%s\" became \"%s\" (%zu places), want \"%s\" (%zu)", input, strbuf_text(&text),
                 got, want, places);
    }
    strbuf_release(&text);
}

static void tokens_are_known_by_their_shape(void **state)
{
    (void)state;
    static const struct {
        const char *input;
        const char *want;
        size_t places;
    } cases[] = {
        { TOKEN, "[redacted]", 1 },
        { "Bearer " TOKEN ", and", "Bearer [redacted], and", 1 },
        { "\"" TOKEN "\"", "\"[redacted]\"", 1 },
        { TOKEN " " TOKEN, "[redacted] [redacted]", 2 },
        { "x" TOKEN, "x[redacted]", 1 },
        { "cut eyJhbGciOiJIUzI1NiJ9.eyJpZCI6InU\xe2\x80\xa6", "cut [redacted]\xe2\x80\xa6", 1 },
        { "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6InUxIn0.", "[redacted].", 1 },
        { "eyJhbGciOiJIUzI1NiJ9", "eyJhbGciOiJIUzI1NiJ9", 0 },
        { "eyJhbGciOiJIUzI1NiJ9.", "eyJhbGciOiJIUzI1NiJ9.", 0 },
        { "eyJhbGciOiJIUzI1NiJ9.json", "eyJhbGciOiJIUzI1NiJ9.json", 0 },
        { "eyJhbGci eyJpZCI6.x", "eyJhbGci eyJpZCI6.x", 0 },
        { "www.example.com", "www.example.com", 0 },
        { "eyJ", "eyJ", 0 },
        { "", "", 0 },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        check(cases[i].input, cases[i].want, cases[i].places);
    }
}

static void registered_secrets_go_the_longest_first(void **state)
{
    (void)state;
    redact_register("password");
    redact_register("password-of-the-database");
    redact_register("password-of-the-datacentre");
    redact_register("short");
    redact_register("");
    redact_register("password");
    check("my password.", "my [redacted].", 1);
    check("password-of-the-database", "[redacted]", 1);
    check("password-of-the-databas", "[redacted]-of-the-databas", 1);
    check("password-of-the-datb", "[redacted]-of-the-datb", 1);
    check("passwordpassword", "[redacted][redacted]", 2);
    check("passwor", "passwor", 0);
    check("a short word", "a short word", 0);
    check("pass\nword", "pass\nword", 0);
}

static void secrets_are_found_in_their_json_spelling(void **state)
{
    (void)state;
    redact_register("pa\"ss\\word");
    check("dsn pa\"ss\\word", "dsn [redacted]", 1);
    check("{\"dsn\":\"pa\\\"ss\\\\word\"}", "{\"dsn\":\"[redacted]\"}", 1);
}

static void resetting_forgets(void **state)
{
    (void)state;
    redact_register("correct horse");
    assert_true(redact_finds("a correct horse", 15));
    redact_reset();
    assert_false(redact_finds("a correct horse", 15));
}

static void bytes_may_hold_nul(void **state)
{
    (void)state;
    redact_register("correct horse");
    assert_true(redact_finds("\0\0correct horse\0", 16));
    assert_false(redact_finds("correct\0horse....", 16));
}

/* 10,000 secrets that begin alike, in 1 MB that begins to look like one everywhere; and 1 MB in
 * which a token could start anywhere and never ends. The bound is some ten times what an idle
 * machine with sanitizers needs; a quadratic search takes minutes. */
static void many_secrets_and_long_texts_stay_fast(void **state)
{
    (void)state;
    struct strbuf text = STRBUF_INIT;
    struct rng rng;
    rng_init(&rng, 1);
    for (int i = 0; i < 10000; i++) {
        char secret[64];
        (void)snprintf(secret, sizeof secret, "session_%016llx", (unsigned long long)rng_u64(&rng));
        redact_register(secret);
    }
    redact_register("session_last_of_all");
    while (text.len < MIB) {
        strbuf_add_str(&text, "session_0session_f eyJeyJ");
    }
    strbuf_add_str(&text, "session_last_of_all");
    uint64_t start_ns = clock_now_ns();
    assert_int_equal(redact_text(&text), 1);
    strbuf_clear(&text);
    while (text.len < MIB) {
        strbuf_add_str(&text, "eyJ");
    }
    assert_false(redact_finds(text.data, text.len));
    assert_true(clock_now_ns() - start_ns < 5 * NS_PER_S);
    strbuf_release(&text);
}

static void register_numbered(int from, int to)
{
    for (int i = from; i < to; i++) {
        char secret[32];
        (void)snprintf(secret, sizeof secret, "secret number %d", i);
        redact_register(secret);
    }
}

static void a_secret_too_many_ends_the_program(void **state)
{
    (void)state;
    int status = 0;
    register_numbered(0, (int)LIMIT_SECRETS);
    register_numbered(0, 10); /* known already */
    redact_register(TOKEN);   /* known by its shape */
    pid_t pid = fork();
    if (pid == 0) {
        if (freopen("/dev/null", "w", stderr) == NULL) {
            _exit(1);
        }
        register_numbered((int)LIMIT_SECRETS, (int)LIMIT_SECRETS + 1);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 107);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(tokens_are_known_by_their_shape, forget),
        cmocka_unit_test_teardown(registered_secrets_go_the_longest_first, forget),
        cmocka_unit_test_teardown(secrets_are_found_in_their_json_spelling, forget),
        cmocka_unit_test_teardown(resetting_forgets, forget),
        cmocka_unit_test_teardown(bytes_may_hold_nul, forget),
        cmocka_unit_test_teardown(many_secrets_and_long_texts_stay_fast, forget),
        cmocka_unit_test_teardown(a_secret_too_many_ends_the_program, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
