#include "tests/unit/test.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "cdp/browser.h"
#include "cdp/chrome.h"

static void the_port_file_is_read_when_it_is_complete(void **state)
{
    (void)state;
    static const char whole[] = "40513\n/devtools/browser/7f48cc3d-b867-47f2-99a9-1ce1abd9a7e1";
    unsigned port = 0;
    char *path = NULL;
    assert_true(chrome_parse_active_port(whole, &port, &path));
    assert_int_equal(port, 40513);
    assert_string_equal(path, "/devtools/browser/7f48cc3d-b867-47f2-99a9-1ce1abd9a7e1");
    free(path);
    for (size_t length = 0; length + 1 < sizeof whole; length++) {
        char *part = mem_dup_bytes(whole, length);
        if (chrome_parse_active_port(part, &port, &path)) {
            fail_msg("%zu bytes of it were taken for the whole", length);
        }
        free(part);
    }
}

static void other_bytes_are_no_port_file(void **state)
{
    (void)state;
#define REST "\n/devtools/browser/7f48cc3d-b867-47f2-99a9-1ce1abd9a7e1"
    static const char *const texts[] = {
        "0" REST,    "65536" REST, "-1" REST,
        " 80" REST,  "80x" REST,   "123456" REST,
        "\n\n" REST, REST,         "80\n/devtools/page/7f48cc3d-b867-47f2-99a9-1ce1abd9a7e1xxxxx",
    };
    unsigned port = 0;
    char *path = NULL;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        assert_false(chrome_parse_active_port(texts[i], &port, &path));
    }
}

static void a_browser_that_is_not_there_is_named(void **state)
{
    (void)state;
    struct err_msg msg = { "" };
    char *found = NULL;
    assert_int_equal(chrome_find("/nowhere/chrome", false, &found, &msg), ERR_UNREACHABLE);
    assert_non_null(strstr(msg.text, "--chrome /nowhere/chrome"));
    assert_int_equal(chrome_find("/tmp", false, &found, &msg), ERR_UNREACHABLE);
}

/* A program in place of a browser; a shell script in a folder of its own. */
static char *write_program(const char *dir, const char *script)
{
    struct err_msg msg = { "" };
    char *path = file_join(dir, "browser");
    assert_int_equal(file_write(path, script, strlen(script), 0755, &msg), ERR_OK);
    return path;
}

static size_t entries_of(const char *dir)
{
    size_t count = 0;
    DIR *entries = opendir(dir);
    assert_non_null(entries);
    while (readdir(entries) != NULL) {
        count++;
    }
    (void)closedir(entries);
    return count - 2; /* "." and ".." */
}

static void a_browser_that_does_not_come_up_leaves_nothing_and_is_quoted(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        uint64_t timeout_ms;
        enum err want;
        const char *words;
    } cases[] = {
        { "#!/bin/sh\necho first >&2\necho 'no display here' >&2\nexit 1\n", 20000, ERR_UNREACHABLE,
          "exited with 1 before DevTools was there: no display here" },
        { "#!/bin/sh\nexit 0\n", 20000, ERR_UNREACHABLE, "its log is empty" },
        { "#!/bin/sh\nkill -9 $$\n", 20000, ERR_UNREACHABLE, "signal 9" },
        { "#!/bin/sh\nsleep 100\n", 300, ERR_TIMEOUT, "did not open DevTools within 300 ms" },
        { "#!/bin/sh\nfor w in \"$@\"; do case $w in --user-data-dir=*) "
          "printf '5\\n/dev' > ${w#*=}/DevToolsActivePort;; esac; done\nsleep 100\n",
          300, ERR_TIMEOUT, "did not open DevTools within 300 ms" },
    };
    char *dir = NULL;
    struct err_msg msg = { "" };
    assert_int_equal(file_make_temp_dir(NULL, "tmscdp-test-", &dir, &msg), ERR_OK);
    char *temp = file_join(dir, "tmp");
    assert_int_equal(file_make_dirs(temp, &msg), ERR_OK);
    assert_int_equal(setenv("TMPDIR", temp, 1), 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loop *loop = NULL;
        struct browser browser;
        char *program = write_program(dir, cases[i].script);
        struct chrome_options options = { .path = program, .width = 800, .height = 600 };
        assert_int_equal(loop_new(&loop, &msg), ERR_OK);
        assert_int_equal(browser_start(loop, &options, cases[i].timeout_ms, &browser, &msg),
                         cases[i].want);
        if (strstr(msg.text, cases[i].words) == NULL) {
            fail_msg("\"%s\" lacks \"%s\"", msg.text, cases[i].words);
        }
        assert_int_equal(entries_of(temp), 0);
        loop_free(loop);
        free(program);
    }
    assert_int_equal(unsetenv("TMPDIR"), 0);
    assert_int_equal(file_remove_tree(dir, &msg), ERR_OK);
    free(temp);
    free(dir);
}

static void too_many_flags_are_refused(void **state)
{
    (void)state;
    struct strbuf flags = STRBUF_INIT;
    struct loop *loop = NULL;
    struct chrome chrome;
    struct err_msg msg = { "" };
    for (int i = 0; i < 100; i++) {
        strbuf_addf(&flags, "  --flag-%d", i);
    }
    struct chrome_options options = { .path = "/bin/true", .extra = flags.data };
    assert_int_equal(loop_new(&loop, &msg), ERR_OK);
    assert_int_equal(chrome_start(loop, &options, 5000, &chrome, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "--chrome-flags"));
    loop_free(loop);
    strbuf_release(&flags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_port_file_is_read_when_it_is_complete),
        cmocka_unit_test(other_bytes_are_no_port_file),
        cmocka_unit_test(a_browser_that_is_not_there_is_named),
        cmocka_unit_test(a_browser_that_does_not_come_up_leaves_nothing_and_is_quoted),
        cmocka_unit_test(too_many_flags_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
