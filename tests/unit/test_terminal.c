#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/terminal.h"

static int master = -1;
static int slave = -1;
static int saved_out = -1;
static int saved_err = -1;

static int open_terminal(void **state)
{
    (void)state;
    master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) {
        return -1;
    }
    slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    saved_out = dup(STDOUT_FILENO);
    saved_err = dup(STDERR_FILENO);
    return slave < 0 || saved_out < 0 || saved_err < 0 ? -1 : 0;
}

static int close_terminal(void **state)
{
    (void)state;
    close(master);
    close(slave);
    close(saved_out);
    close(saved_err);
    return 0;
}

struct sight {
    bool redraws;
    bool colours;
    unsigned columns;
};

/* What is seen with these as stdout and stderr. Nothing may be asserted in between. */
static struct sight look(int out, int err)
{
    struct sight sight = { false, false, 0 };
    if (dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0) {
        sight.redraws = terminal_redraws();
        sight.colours = terminal_colours();
        sight.columns = terminal_columns();
    }
    (void)dup2(saved_out, STDOUT_FILENO);
    (void)dup2(saved_err, STDERR_FILENO);
    return sight;
}

static void put(const char *name, const char *value)
{
    int failed = value == NULL ? unsetenv(name) : setenv(name, value, 1);
    assert_int_equal(failed, 0);
}

static void the_environment_can_only_take_away(void **state)
{
    (void)state;
    static const struct {
        const char *term;
        const char *ci;
        const char *no_color;
        bool redraws;
        bool colours;
    } cases[] = {
        { "xterm", NULL, NULL, true, true },     { "xterm", "", "", true, true },
        { "xterm", "true", NULL, false, false }, { "xterm", NULL, "1", true, false },
        { "dumb", NULL, NULL, false, false },    { "", NULL, NULL, false, false },
        { NULL, NULL, NULL, false, false },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        put("TERM", cases[i].term);
        put("CI", cases[i].ci);
        put("NO_COLOR", cases[i].no_color);
        struct sight sight = look(slave, slave);
        if (sight.redraws != cases[i].redraws || sight.colours != cases[i].colours) {
            fail_msg("case %zu: redraws %d, colours %d", i, sight.redraws, sight.colours);
        }
    }
}

static void each_stream_counts_for_itself(void **state)
{
    (void)state;
    int ends[2];
    put("TERM", "xterm");
    put("CI", NULL);
    put("NO_COLOR", NULL);
    assert_int_equal(pipe(ends), 0);
    struct sight piped_out = look(ends[1], slave);
    struct sight piped_err = look(slave, ends[1]);
    close(ends[0]);
    close(ends[1]);
    assert_true(piped_out.redraws);
    assert_false(piped_out.colours);
    assert_false(piped_err.redraws);
    assert_true(piped_err.colours);
    assert_int_equal(piped_err.columns, 80);
}

static void columns_are_the_terminals(void **state)
{
    (void)state;
    struct winsize size = { .ws_row = 24, .ws_col = 132 };
    assert_int_equal(ioctl(slave, TIOCSWINSZ, &size), 0);
    assert_int_equal(look(slave, slave).columns, 132);
    size.ws_col = 0;
    assert_int_equal(ioctl(slave, TIOCSWINSZ, &size), 0);
    assert_int_equal(look(slave, slave).columns, 80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_environment_can_only_take_away),
        cmocka_unit_test(each_stream_counts_for_itself),
        cmocka_unit_test(columns_are_the_terminals),
    };
    return cmocka_run_group_tests(tests, open_terminal, close_terminal);
}
