#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/redact.h"
#include "seed/secret.h"

#define LONG_ENOUGH "correct-horse-battery-staple-0001"

static char *folder;

static int make_folder(void **state)
{
    struct err_msg msg = { "" };
    (void)state;
    return file_make_temp_dir(NULL, "tmscdp-test-secret-", &folder, &msg) == ERR_OK ? 0 : -1;
}

static int remove_folder(void **state)
{
    struct err_msg msg = { "" };
    (void)state;
    enum err code = file_remove_tree(folder, &msg);
    free(folder);
    redact_reset();
    return code == ERR_OK ? 0 : -1;
}

static char *write_secret(const char *bytes, size_t count)
{
    struct err_msg msg = { "" };
    char *path = file_join(folder, "secret");
    assert_int_equal(file_write(path, bytes, count, 0600, &msg), ERR_OK);
    return path;
}

static void a_file_is_read_without_its_last_newline(void **state)
{
    (void)state;
    static const char *const contents[] = { LONG_ENOUGH, LONG_ENOUGH "\n", LONG_ENOUGH "\r\n" };
    for (size_t i = 0; i < COUNT_OF(contents); i++) {
        struct err_msg msg = { "" };
        struct strbuf secret = STRBUF_INIT;
        char *path = write_secret(contents[i], strlen(contents[i]));
        assert_int_equal(secret_read(path, &secret, &msg), ERR_OK);
        assert_string_equal(secret.data, LONG_ENOUGH);
        assert_true(redact_finds(LONG_ENOUGH, strlen(LONG_ENOUGH)));
        strbuf_release(&secret);
        redact_reset();
        free(path);
    }
}

static void bad_files_are_refused_without_showing_them(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t count;
        const char *want; /* part of the sentence */
    } cases[] = {
        { "", 0, "has 0 characters; the chat wants at least 32" },
        { "0123456789012345678901234567890", 31, "has 31 characters" },
        { "0123456789012345\0678901234567890123", 34, "NUL" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err_msg msg = { "" };
        struct strbuf secret = STRBUF_INIT;
        char *path = write_secret(cases[i].bytes, cases[i].count);
        assert_int_equal(secret_read(path, &secret, &msg), ERR_USAGE);
        assert_non_null(strstr(msg.text, path));
        assert_non_null(strstr(msg.text, cases[i].want));
        assert_null(strstr(msg.text, "01234"));
        strbuf_release(&secret);
        free(path);
    }
}

static void a_missing_file_is_named(void **state)
{
    (void)state;
    struct err_msg msg = { "" };
    struct strbuf secret = STRBUF_INIT;
    char *path = file_join(folder, "nothing");
    assert_int_equal(secret_read(path, &secret, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "--secret-file"));
    assert_non_null(strstr(msg.text, path));
    strbuf_release(&secret);
    free(path);
}

static void the_environment_serves_when_no_file_is_given(void **state)
{
    (void)state;
    struct err_msg msg = { "" };
    struct strbuf secret = STRBUF_INIT;
    assert_int_equal(setenv("NEXTAUTH_SECRET", LONG_ENOUGH, 1), 0);
    assert_int_equal(secret_read(NULL, &secret, &msg), ERR_OK);
    assert_string_equal(secret.data, LONG_ENOUGH);
    strbuf_release(&secret);

    assert_int_equal(setenv("NEXTAUTH_SECRET", "short", 1), 0);
    assert_int_equal(secret_read(NULL, &secret, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "NEXTAUTH_SECRET: the secret has 5 characters"));
    strbuf_release(&secret);

    assert_int_equal(unsetenv("NEXTAUTH_SECRET"), 0);
    assert_int_equal(secret_read(NULL, &secret, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "set NEXTAUTH_SECRET or give --secret-file"));
    strbuf_release(&secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_without_its_last_newline),
        cmocka_unit_test(bad_files_are_refused_without_showing_them),
        cmocka_unit_test(a_missing_file_is_named),
        cmocka_unit_test(the_environment_serves_when_no_file_is_given),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
