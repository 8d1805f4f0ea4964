#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/redact.h"

/* Runs `act` with stderr in a file; what was written there, in new memory. */
static char *heard(void (*act)(void))
{
    char *text = calloc(1, 4096);
    FILE *file = tmpfile();
    assert_non_null(text);
    assert_non_null(file);
    int saved = dup(STDERR_FILENO);
    assert_true(saved >= 0);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    act();
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    close(saved);
    rewind(file);
    assert_true(fread(text, 1, 4095, file) < 4095);
    assert_int_equal(fclose(file), 0);
    return text;
}

static void say_all(void)
{
    log_error("no %s", "browser");
    log_warn("slow by %d %%", 7);
    log_info("seeding");
    log_verbose("detail");
}

static void levels_choose_what_is_shown(void **state)
{
    (void)state;
    static const struct {
        enum log_level level;
        const char *want;
    } cases[] = {
        { LOG_QUIET, "tmscdp: no browser\ntmscdp: warning: slow by 7 %\n" },
        { LOG_NORMAL, "tmscdp: no browser\ntmscdp: warning: slow by 7 %\nseeding\n" },
        { LOG_VERBOSE, "tmscdp: no browser\ntmscdp: warning: slow by 7 %\nseeding\ndetail\n" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        log_set_level(cases[i].level);
        char *text = heard(say_all);
        assert_string_equal(text, cases[i].want);
        free(text);
    }
    log_set_level(LOG_NORMAL);
}

static void say_secrets(void)
{
    redact_register("hunter2-hunter2");
    log_error("dsn postgres://u:%s@h/db", "hunter2-hunter2");
    log_info("token eyJhbGciOiJIUzI1NiJ9.eyJpZCI6InUxIn0.c2lnbmF0dXJl");
    redact_reset();
}

static void secrets_never_reach_the_terminal(void **state)
{
    (void)state;
    char *text = heard(say_secrets);
    assert_string_equal(text, "tmscdp: dsn postgres://u:[redacted]@h/db\ntoken [redacted]\n");
    free(text);
}

static void say_controls(void)
{
    log_info("a\x1b[2Jb\rc\td\ne\x7f\xc3\xa9");
}

static void control_characters_are_blunted(void **state)
{
    (void)state;
    char *text = heard(say_controls);
    assert_string_equal(text, "a?[2Jb?c\td\ne?\xc3\xa9\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_choose_what_is_shown),
        cmocka_unit_test(secrets_never_reach_the_terminal),
        cmocka_unit_test(control_characters_are_blunted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
